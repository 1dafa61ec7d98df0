"""What differs between a value of the base and the same value of the head, alternative by alternative.

Three answers: the same, different, or undecided with the reason. Two unknowns of the same expression are equal; of
different expressions they are undecided.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from saya.model.guard import ALWAYS, Guard
from saya.model.operands import written
from saya.model.resolve import Resolver, TemplateResource
from saya.model.value import Absent, Given, Mapping, Part, Reference, Sequence, Text, Thunk, Unknown, Value, always
from saya.text.node import Node

_BASE_ONLY = " (base)"


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


class Revisions:
    """Two revisions of one template, each resolved in the context that belongs to the other's.

    `renamed` maps logical IDs of base to those of head for resources that a tool names anew at each change.
    """

    def __init__(self, base: Resolver, head: Resolver, renamed: dict[str, str] | None = None) -> None:
        self.base = base
        self.head = head
        self.renamed = renamed or {}
        self._changed_conditions = frozenset(
            name
            for name, node in base.template.conditions.entries.items()
            if (other := head.template.conditions.get(name)) is None or written(node) != written(other)
        )

    def joined(self, base: Guard, head: Guard) -> Guard | None:
        """The guard of a pair of alternatives, or None where the two never meet."""
        return self.head.join(self._translated(base), head)

    def differences(
        self, base: TemplateResource, head: TemplateResource, name: str, default: Any = None
    ) -> list[Difference]:
        """What differs in a top-level property. `default` is what the service takes where it is absent, as JSON has
        it.
        """
        usual = None if default is None else _written_json(default)
        out: list[Difference] = []
        for one in self.base.option(base, name):
            for other in self.head.option(head, name):
                guard = self.joined(one.guard, other.guard)
                if guard is not None:
                    pair = _Pair(one.value, other.value, one.node, other.node)
                    out.extend(self._compare(pair, (name,), guard, usual))
        return out

    def _translated(self, guard: Guard) -> Guard:
        """A guard of base in terms of head: a condition that head defines otherwise, and a Default that head changes,
        are independent.
        """
        conditions = tuple(
            (name + _BASE_ONLY if name in self._changed_conditions else name, value) for name, value in guard.conditions
        )
        parameters = tuple((name, value) for name, value in guard.parameters if not self._default_changes(name))
        return Guard(conditions, parameters) if conditions or parameters else ALWAYS

    def _default_changes(self, name: str) -> bool:
        base, head = (side.template.parameters.get(name) for side in (self.base, self.head))
        if base is None or head is None or base.default is None or head.default is None or base.allowed:
            return False
        return written(base.default) != written(head.default)

    def _compare(
        self, pair: _Pair, path: tuple[str, ...], guard: Guard, default: str | None = None
    ) -> Iterator[Difference]:
        one, other = pair.base, pair.head
        if one is Absent.NO_VALUE or other is Absent.NO_VALUE:
            yield from self._presence(pair, path, guard, default)
        elif isinstance(one, Mapping) and isinstance(other, Mapping):
            yield from self._mappings(one, other, path, guard, pair)
        elif isinstance(one, Sequence) and isinstance(other, Sequence):
            yield from self._sequences(one, other, path, guard, pair)
        elif isinstance(one, Text) and isinstance(other, Text):
            yield from self._texts(one, other, path, guard, pair)
        elif isinstance(one, Unknown) or isinstance(other, Unknown):
            if not self._same_expression(pair):
                reason = one if isinstance(one, Unknown) else other
                yield Difference(
                    path, guard, reason if isinstance(reason, Unknown) else None, pair.base_at, pair.head_at
                )
        else:
            yield Difference(path, guard, None, pair.base_at, pair.head_at)

    def _presence(self, pair: _Pair, path: tuple[str, ...], guard: Guard, default: str | None) -> Iterator[Difference]:
        if pair.base is pair.head:
            return
        present = pair.head if pair.base is Absent.NO_VALUE else pair.base
        resolver = self.head if pair.base is Absent.NO_VALUE else self.base
        if isinstance(present, Unknown):
            yield Difference(path, guard, present, pair.base_at, pair.head_at)
        elif default is None or plain(resolver, present) != default:
            at_base = None if pair.base is Absent.NO_VALUE else pair.base_at
            at_head = None if pair.head is Absent.NO_VALUE else pair.head_at
            yield Difference(path, guard, None, at_base, at_head)

    def _mappings(
        self, one: Mapping, other: Mapping, path: tuple[str, ...], guard: Guard, pair: _Pair
    ) -> Iterator[Difference]:
        if (one.rest is None) != (other.rest is None) or (one.rest != other.rest and not self._same_expression(pair)):
            yield Difference(path, guard, one.rest or other.rest, pair.base_at, pair.head_at)
        for name in dict.fromkeys((*other.entries, *one.entries)):
            yield from self._thunks(one.entries.get(name), other.entries.get(name), (*path, name), guard, pair)

    def _sequences(
        self, one: Sequence, other: Sequence, path: tuple[str, ...], guard: Guard, pair: _Pair
    ) -> Iterator[Difference]:
        if (one.rest or other.rest) and not self._same_expression(pair):
            yield Difference(path, guard, one.rest or other.rest, pair.base_at, pair.head_at)
            return
        for index in range(max(len(one.items), len(other.items))):
            left = one.items[index] if index < len(one.items) else None
            right = other.items[index] if index < len(other.items) else None
            yield from self._thunks(left, right, (*path, str(index)), guard, pair)

    def _thunks(
        self, one: Thunk | None, other: Thunk | None, path: tuple[str, ...], guard: Guard, outer: _Pair
    ) -> Iterator[Difference]:
        """Both sides of an entry; a side that is missing is absent."""
        left = one or Given(always(Absent.NO_VALUE), outer.base_at or outer.any_at)
        right = other or Given(always(Absent.NO_VALUE), outer.head_at or outer.any_at)
        for base in self.base.alternatives(left):
            for head in self.head.alternatives(right):
                joined = self.joined(base.guard, head.guard)
                joined = self.head.join(guard, joined) if joined is not None else None
                if joined is not None:
                    pair = _Pair(base.value, head.value, base.node or left.node, head.node or right.node)
                    yield from self._compare(pair, path, joined)

    def _texts(self, one: Text, other: Text, path: tuple[str, ...], guard: Guard, pair: _Pair) -> Iterator[Difference]:
        left, right = self._key(one), other.key
        if left == right and one.unknown is None and other.unknown is None:
            return
        if self._same_expression(pair):
            return
        holes = (
            [part.hole for part in one.parts if part.hole is not None],
            [p.hole for p in other.parts if p.hole is not None],
        )
        renamed = [self._hole(hole) for hole in holes[0]]
        certain = renamed == holes[1] and not any(isinstance(hole, Unknown) for hole in renamed)
        if certain or _settled(one, other):
            yield Difference(path, guard, None, pair.base_at, pair.head_at)
            return
        reason = one.unknown or other.unknown or Unknown("base and head take it from different places")
        yield Difference(path, guard, reason, pair.base_at, pair.head_at)

    def _key(self, text: Text) -> tuple[object, ...]:
        return Text(tuple(self._part(part) for part in text.parts)).key

    def _part(self, part: Part) -> Part:
        return part if part.hole is None else part._replace(hole=self._hole(part.hole))

    def _hole(self, hole: Reference | Unknown) -> Reference | Unknown:
        if isinstance(hole, Reference) and hole.kind == "resource" and hole.name in self.renamed:
            return hole._replace(name=self.renamed[hole.name])
        return hole

    def _same_expression(self, pair: _Pair) -> bool:
        """Whether both sides are written alike, so that they come to the same whatever they come to."""
        return pair.base_at is not None and pair.head_at is not None and written(pair.base_at) == written(pair.head_at)


class _Pair(NamedTuple):
    base: Value
    head: Value
    base_at: Node | None
    head_at: Node | None

    @property
    def any_at(self) -> Node:
        node = self.base_at or self.head_at
        if node is None:
            raise AssertionError("a pair without a place")
        return node


def _settled(one: Text, other: Text) -> bool:
    """Whether two texts differ whatever their holes are: literal on both sides, or references to different
    resources.
    """
    if one.literal is not None and other.literal is not None:
        return True
    left, right = one.reference, other.reference
    return left is not None and right is not None and left.kind == right.kind == "resource" and left != right


def plain(resolver: Resolver, value: Value) -> str | None:
    """A value as `written` would show it, or None where it has alternatives or holes."""
    if isinstance(value, Text):
        return None if value.literal is None else repr(value.literal)
    if isinstance(value, Sequence) and value.rest is None:
        items = [_plain_thunk(resolver, item) for item in value.items]
        return None if None in items else f"[{', '.join(item for item in items if item)}]"
    if isinstance(value, Mapping) and value.rest is None:
        entries = {name: _plain_thunk(resolver, item) for name, item in value.entries.items()}
        return (
            None
            if None in entries.values()
            else f"{{{', '.join(f'{name}: {item}' for name, item in entries.items())}}}"
        )
    return None


def _written_json(value: Any) -> str:
    """A JSON value as `plain` would show it."""
    if isinstance(value, list):
        return f"[{', '.join(map(_written_json, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name}: {_written_json(inner)}' for name, inner in value.items())}}}"
    return repr(str(value))


def _plain_thunk(resolver: Resolver, thunk: Thunk) -> str | None:
    options = resolver.alternatives(thunk)
    if len(options) != 1:
        return None
    return "" if options[0].value is Absent.NO_VALUE else plain(resolver, options[0].value)
