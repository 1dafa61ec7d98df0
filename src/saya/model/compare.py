"""What differs between a value of the base and the same value of the head, alternative by alternative.

Three answers: the same, different, or undecided with the reason. Two unknowns of the same expression are equal; of
different expressions they are undecided.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from saya.model.guard import ALWAYS, Guard
from saya.model.operands import written
from saya.model.redefinitions import find_redefinitions
from saya.model.resolve import MAX_ALTERNATIVES, Resolver, TemplateResource
from saya.model.text_difference import certainly_differ
from saya.model.value import (
    Absent,
    Given,
    Mapping,
    Part,
    Reference,
    Sequence,
    Text,
    Thunk,
    Unknown,
    Value,
    always,
    literal,
)
from saya.record import NamedTuple
from saya.text.node import MappingNode, Node

_BASE_ONLY = " (base)"
_ELSEWHERE = Unknown("base and head take it from different places")


class Difference(NamedTuple):
    """One thing that differs.

    `path` leads to it from the resource's Properties; `undecided` is the reason where it may differ; `base` and `head`
    are where it is written, None on the side that does not have it.
    """

    path: tuple[str, ...]
    guard: Guard
    undecided: Unknown | None
    base: Node | None
    head: Node | None


class ComparedPair(NamedTuple):
    """An alternative of base and one of head that meet under a guard, and what differs between them."""

    guard: Guard
    base: Value
    head: Value
    differences: tuple[Difference, ...]


class _Pair(NamedTuple):
    """A value of base and the one of head in its place, and where they are written."""

    base: Value
    head: Value
    base_at: Node
    head_at: Node


class Revisions:
    """Two revisions of one template, each resolved in the context that belongs to the other's.

    `renamed` maps logical IDs of base to those of head for resources that a tool names anew at each change.
    """

    def __init__(self, base: Resolver, head: Resolver, renamed: dict[str, str] | None = None) -> None:
        self.base = base
        self.head = head
        self.renamed = renamed or {}
        self.redefined = find_redefinitions(base, head)

    def joined(self, base: Guard, head: Guard) -> Guard | None:
        """The guard of a pair of alternatives, or None where the two never meet.

        What head defines otherwise is independent; of a parameter whose Default changes each side has its own Default.
        """
        if not base.terms and not head.terms:
            return ALWAYS
        redefined = self.redefined
        if self.base.join(base, redefined.base) is None or self.head.join(head, redefined.head) is None:
            return None
        conditions = tuple(
            (name + _BASE_ONLY if name in redefined.conditions else name, value) for name, value in base.conditions
        )
        parameters = tuple((name, value) for name, value in base.parameters if name not in redefined.parameters)
        return self.head.join(Guard(conditions, parameters), head)

    def same(self, base: TemplateResource, head: TemplateResource) -> bool:
        """Whether a resource is written alike in both revisions, and everything that its values may depend on is.

        Saves the comparison of most resources, value by value.
        """
        sections = [side.template.globals for side in (self.base, self.head)]
        nodes = ((base.node, head.node), *([(sections[0], sections[1])] if sections[0] or sections[1] else ()))
        return base.scope == head.scope and all(
            one is not None and other is not None and written(one) == written(other) and not self.redefined.touch(other)
            for one, other in nodes
        )

    def differences(
        self, base: TemplateResource, head: TemplateResource, name: str, default: Any = None
    ) -> list[Difference]:
        """What differs in a top-level property. `default` is what the service takes where it is absent, as JSON has
        it.
        """
        return [each for pair in self.pairs(base, head, name, default) for each in pair.differences]

    def pairs(
        self, base: TemplateResource, head: TemplateResource, name: str, default: Any = None
    ) -> Iterator[ComparedPair]:
        """The values of a top-level property that meet, those that are the same too; `default` as for `differences`."""
        base_at, head_at = _source(base), _source(head)
        for one in self.base.option(base, name):
            for other in self.head.option(head, name):
                guard = self.joined(one.guard, other.guard)
                if guard is not None:
                    pair = _Pair(one.value, other.value, one.node or base_at, other.node or head_at)
                    found = self._compare(_with_default(pair, default), (name,), guard, pair)
                    yield ComparedPair(guard, one.value, other.value, tuple(found))

    def differences_at(self, path: tuple[str, ...], base: Value, head: Value, at: Node) -> Iterator[Difference]:
        """What differs between two values that stand at a path, seen at a node."""
        yield from self._thunks(Given(always(base), at), Given(always(head), at), path, ALWAYS)

    def _compare(
        self, pair: _Pair, path: tuple[str, ...], guard: Guard, written_pair: _Pair | None = None
    ) -> Iterator[Difference]:
        """`written_pair` is the pair before Defaults of the service were put in, which tells what is not written."""
        one, other = _filled(pair.base, pair.head, pair.base_at), _filled(pair.head, pair.base, pair.head_at)
        if one is other:
            return
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            found = self._mappings(one, other, path, guard, pair)
        elif isinstance(one, Sequence) and isinstance(other, Sequence):
            found = self._sequences(one, other, path, guard, pair)
        elif isinstance(one, Text) and isinstance(other, Text):
            found = self._texts(one, other, path, guard, pair)
        elif isinstance(one, Unknown) or isinstance(other, Unknown):
            reason = one if isinstance(one, Unknown) else other
            found = self._open(reason if isinstance(reason, Unknown) else _ELSEWHERE, path, guard, pair)
        else:
            found = iter((_different(path, guard, pair),))
        yield from _as_written(found, path, written_pair or pair)

    def _open(self, reason: Unknown, path: tuple[str, ...], guard: Guard, pair: _Pair) -> Iterator[Difference]:
        """What nobody can tell, unless both sides are written alike."""
        if not self._same_expression(pair):
            yield _different(path, guard, pair)._replace(undecided=reason)

    def _mappings(
        self, one: Mapping, other: Mapping, path: tuple[str, ...], guard: Guard, pair: _Pair
    ) -> Iterator[Difference]:
        rest = one.rest or other.rest
        if rest is not None:
            yield from self._open(rest, path, guard, pair)
        for name in dict.fromkeys((*other.entries, *one.entries)):
            left, right = _entry(one, name, pair.base_at), _entry(other, name, pair.head_at)
            yield from self._thunks(left, right, (*path, name), guard)

    def _sequences(
        self, one: Sequence, other: Sequence, path: tuple[str, ...], guard: Guard, pair: _Pair
    ) -> Iterator[Difference]:
        rest = one.rest or other.rest
        if rest is not None:
            yield from self._open(rest, path, guard, pair)
            return
        for base_guard, lefts in _item_lists(self.base, one):
            for head_guard, rights in _item_lists(self.head, other):
                joined = self.joined(base_guard, head_guard)
                joined = self.head.join(guard, joined) if joined is not None else None
                if joined is None:
                    continue
                for index in range(max(len(lefts), len(rights))):
                    left, right = _item(lefts, index, pair.base_at), _item(rights, index, pair.head_at)
                    yield from self._thunks(left, right, (*path, str(index)), joined)

    def _thunks(self, left: Thunk, right: Thunk, path: tuple[str, ...], guard: Guard) -> Iterator[Difference]:
        for base in self.base.alternatives(left):
            for head in self.head.alternatives(right):
                joined = self.joined(base.guard, head.guard)
                joined = self.head.join(guard, joined) if joined is not None else None
                if joined is not None:
                    pair = _Pair(base.value, head.value, base.node or left.node, head.node or right.node)
                    yield from self._compare(pair, path, joined)

    def _texts(self, one: Text, other: Text, path: tuple[str, ...], guard: Guard, pair: _Pair) -> Iterator[Difference]:
        left = Text(tuple(self._part(part) for part in one.parts))
        if left.key == other.key and one.unknown is None:
            return
        if certainly_differ(left, other):
            yield _different(path, guard, pair)
        else:
            yield from self._open(one.unknown or other.unknown or _ELSEWHERE, path, guard, pair)

    def _part(self, part: Part) -> Part:
        hole = part.hole
        if isinstance(hole, Reference) and hole.kind == "resource" and hole.name in self.renamed:
            return part._replace(hole=hole._replace(name=self.renamed[hole.name]))
        return part

    def _same_expression(self, pair: _Pair) -> bool:
        """Whether both sides are written alike, so that they come to the same whatever they come to."""
        return written(pair.base_at) == written(pair.head_at) and not self.redefined.touch(pair.head_at)


def _as_written(found: Iterator[Difference], path: tuple[str, ...], pair: _Pair) -> Iterator[Difference]:
    """The differences; of what is not written on one side, one under each guard, whatever it consists of."""
    no_base, no_head = pair.base is Absent.NO_VALUE, pair.head is Absent.NO_VALUE
    if not no_base and not no_head:
        yield from found
        return
    for guard, undecided in dict.fromkeys((each.guard, each.undecided) for each in found):
        yield Difference(path, guard, undecided, None if no_base else pair.base_at, None if no_head else pair.head_at)


def _different(path: tuple[str, ...], guard: Guard, pair: _Pair) -> Difference:
    return Difference(path, guard, None, pair.base_at, pair.head_at)


def _source(resource: TemplateResource) -> Node:
    """What decides a property that is not written: a macro within the Properties, else nothing."""
    properties = resource.node.get("Properties")
    macro = properties.get("Fn::Transform") if isinstance(properties, MappingNode) else None
    return macro or properties or resource.node


def _filled(value: Value, other: Value, at: Node) -> Value:
    """A value, or what is as good as none where the other side has a list or a mapping: an empty one."""
    if value is Absent.NO_VALUE and isinstance(other, Mapping | Sequence):
        return _value_of([] if isinstance(other, Sequence) else {}, at)
    return value


def _entry(mapping: Mapping, name: str, at: Node) -> Thunk:
    """An entry of a mapping; absent, or unknown where a macro may add it."""
    return mapping.entries.get(name) or Given(always(mapping.rest or Absent.NO_VALUE), at)


def _item(items: list[Thunk], index: int, at: Node) -> Thunk:
    return items[index] if index < len(items) else Given(always(Absent.NO_VALUE), at)


def _item_lists(resolver: Resolver, value: Sequence) -> list[tuple[Guard, list[Thunk]]]:
    """The items that a list has, under each guard that leaves some out: `Fn::If` with AWS::NoValue."""
    lists: list[tuple[Guard, list[Thunk]]] = [(ALWAYS, [])]
    for thunk in value.items:
        options = resolver.alternatives(thunk)
        if all(option.value is not Absent.NO_VALUE for option in options):
            lists = [(guard, [*items, thunk]) for guard, items in lists]
            continue
        grown = []
        for guard, items in lists:
            for option in options:
                joined = resolver.join(guard, option.guard)
                if joined is not None:
                    present = option.value is not Absent.NO_VALUE
                    one = [Given(always(option.value), option.node or thunk.node)] if present else []
                    grown.append((joined, [*items, *one]))
        if len(grown) > MAX_ALTERNATIVES:
            return [(ALWAYS, list(value.items))]
        lists = grown
    return lists


def _with_default(pair: _Pair, default: Any) -> _Pair:
    """The pair with what the service takes where nothing is written."""
    if default is None:
        return pair
    base = _value_of(default, pair.base_at) if pair.base is Absent.NO_VALUE else pair.base
    head = _value_of(default, pair.head_at) if pair.head is Absent.NO_VALUE else pair.head
    return pair._replace(base=base, head=head)


def _value_of(plain: Any, at: Node) -> Value:
    """JSON as a value, seen at a node."""
    if isinstance(plain, list):
        return Sequence(tuple(Given(always(_value_of(item, at)), at) for item in plain), at)
    if isinstance(plain, dict):
        entries: dict[str, Thunk] = {name: Given(always(_value_of(item, at)), at) for name, item in plain.items()}
        empty = MappingNode(at.source, at.start, at.end, {}, {}, flow=False)
        return Mapping(entries, at if isinstance(at, MappingNode) else empty)
    return literal(str(plain), at)
