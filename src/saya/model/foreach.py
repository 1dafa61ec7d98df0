"""`Fn::ForEach`: entries of a mapping made in a loop.

Source: AWS::LanguageExtensions, Fn::ForEach: `Fn::ForEach::Name: [Identifier, Collection, {OutputKey: Body}]`; all
instances of `${Identifier}` in the output key and the body are replaced, and those of `&{Identifier}` without its
non-alphanumeric characters.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from saya.model import references
from saya.model.guard import ALWAYS, Guard, both
from saya.model.value import Scope, Sequence, Text, Unknown, Value, with_variables
from saya.record import NamedTuple
from saya.text.node import MappingNode, Node, ScalarNode, SequenceNode

if TYPE_CHECKING:
    from saya.model.resolve import Resolver

TRANSFORM = "Fn::Transform"
MAX_ITEMS = 1000
MAX_MADE = 20_000

_FORM = Unknown("a Fn::ForEach that is not [identifier, collection, mapping]")


class Entry(NamedTuple):
    """An entry of a mapping: key, value, the loop variables in force there, and when the loops make it."""

    key: ScalarNode
    node: Node
    scope: Scope
    guard: Guard = ALWAYS

    @property
    def transform(self) -> Node | None:
        """The argument of the `Fn::Transform` that it is, or that makes it what it is; None where it has none."""
        if self.key.text == TRANSFORM:
            return self.node
        return self.node.get(TRANSFORM) if isinstance(self.node, MappingNode) else None


class OpenLoop(NamedTuple):
    """A loop that is not followed, or not to its end.

    path       the names of the loops around it and its own
    key        the node of its name
    reason     why
    malformed  whether it is none at all, which is told as a mistake of the template
    """

    path: tuple[str, ...]
    key: ScalarNode
    reason: Unknown
    malformed: bool = False


class Expansion:
    """The entries of one mapping with its loops expanded; `open_loops` are those that were not, each once.

    With `choices`, a loop over one of several collections makes what any of them makes, an entry that not all of them
    make under the guard of the first that does.
    """

    def __init__(self, resolver: Resolver, *, choices: bool) -> None:
        self.resolver = resolver
        self.choices = choices
        self._open: dict[tuple[str, ...], OpenLoop] = {}

    @property
    def open_loops(self) -> tuple[OpenLoop, ...]:
        return tuple(self._open.values())

    def entries(self, mapping: MappingNode, scope: Scope) -> Iterator[Entry]:
        """The entries of the mapping."""
        return self._entries(mapping, scope, ALWAYS, ())

    def _entries(self, mapping: MappingNode, scope: Scope, guard: Guard, around: tuple[str, ...]) -> Iterator[Entry]:
        for name, node in mapping.entries.items():
            key = mapping.keys[name]
            if name.startswith("Fn::ForEach::"):
                yield from self._loop(OpenLoop((*around, name), key, _FORM, malformed=True), node, scope, guard)
            else:
                yield Entry(_named(key, scope), node, scope, guard)

    def _loop(self, loop: OpenLoop, node: Node, scope: Scope, guard: Guard) -> Iterator[Entry]:
        parts = node.items if isinstance(node, SequenceNode) else []
        if len(parts) != 3 or not isinstance(parts[0], ScalarNode) or not isinstance(parts[2], MappingNode):
            self._leave_open(loop)
            return
        identifier, collection, body = parts[0], parts[1], parts[2]
        for item, joined in self._items(loop, collection, scope, guard):
            self.resolver.made += 1
            if self.resolver.made > MAX_MADE:
                self._leave_open(loop, Unknown(f"Fn::ForEach makes more than {MAX_MADE} entries"))
                return
            yield from self._entries(body, (*scope, (identifier.text, item)), joined, loop.path)

    def _items(self, loop: OpenLoop, collection: Node, scope: Scope, guard: Guard) -> list[tuple[str, Guard]]:
        """The items that a loop is over, each with the guard under which it is among them."""
        options = self.resolver.resolve(collection, scope)
        if len(options) > 1 and not self.choices:
            self._leave_open(loop, Unknown("the collection of a Fn::ForEach differs with conditions or parameters"))
            return []
        lists: list[tuple[dict[str, None], Guard]] = []
        for option in options:
            found = _texts(self.resolver, option.value, option.guard)
            if isinstance(found, Unknown):
                self._leave_open(loop, found)
                continue
            joined = both(guard, found[1])
            if joined is not None:
                lists.append((dict.fromkeys(found[0]), joined))
        out: dict[str, Guard] = {}
        for items, joined in lists:
            for item in items:
                of_all = len(lists) == len(options) > 1 and all(item in each for each, _ in lists)
                out.setdefault(item, guard if of_all else joined)
        if len(out) > MAX_ITEMS:
            self._leave_open(loop, Unknown(f"a Fn::ForEach over more than {MAX_ITEMS} items"))
        return list(out.items())[:MAX_ITEMS]

    def _leave_open(self, loop: OpenLoop, reason: Unknown | None = None) -> None:
        left = loop if reason is None else loop._replace(reason=reason, malformed=False)
        self._open.setdefault(loop.path, left)


def _texts(resolver: Resolver, value: Value, decided_by: Guard) -> tuple[list[str], Guard] | Unknown:
    """The items of a collection, and the conditions and Defaults of parameters that it and they are of."""
    if not isinstance(value, Sequence) or value.rest is not None:
        return Unknown(f"the collection of a Fn::ForEach is not decided: {_why_open(value)}")
    guard: Guard | None = decided_by
    items: list[str] = []
    for thunk in value.items:
        options = resolver.alternatives(thunk)
        text = options[0].value
        guard = both(guard, options[0].guard) if guard is not None else None
        if len(options) != 1 or guard is None:
            return Unknown("an item of a Fn::ForEach collection differs with conditions or parameters")
        if not isinstance(text, Text) or text.literal is None:
            return Unknown(f"an item of a Fn::ForEach collection is not decided: {_why_open(text)}")
        items.append(text.literal)
    return items, guard or ALWAYS


def _why_open(value: Value) -> str:
    """Why a value is no list of texts that the template decides."""
    if isinstance(value, Sequence) and value.rest is not None:
        return value.rest.reason
    if isinstance(value, Unknown):
        return value.reason
    if isinstance(value, Text) and value.literal is None:
        return references.reason_of(value).reason
    return "it is no list of strings"


def _named(key: ScalarNode, scope: Scope) -> ScalarNode:
    """The key with the loop variables put in."""
    text = with_variables(key.text, scope)
    return key if text == key.text else ScalarNode(key.source, key.start, key.end, text, "str", key.style)
