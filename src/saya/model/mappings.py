"""`Fn::FindInMap`.

Source: CloudFormation intrinsic function reference; AWS::LanguageExtensions, Fn::FindInMap enhancements
(`DefaultValue`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from saya.model import references
from saya.model.guard import ALWAYS, Guard, both
from saya.model.inclusion import with_included
from saya.model.value import Alternative, Scope, Text, Unknown, Value, always
from saya.record import NamedTuple
from saya.text.node import MappingNode, Node, SequenceNode

if TYPE_CHECKING:
    from saya.model.resolve import Alternatives, Resolver

MAX_KEYS = 40


class _Row(NamedTuple):
    """What has been found on the way down: a node, nothing (`reason` says what is missing), or that nobody can tell."""

    guard: Guard
    found: Node | None
    reason: Unknown | None = None
    undecided: bool = False


class _Level(NamedTuple):
    """Which step down it is: to a mapping by its name, or to one of its keys; `has_default` as for the whole
    function.
    """

    is_name: bool
    has_default: bool


def find_in_map(resolver: Resolver, argument: Node, scope: Scope, _node: Node) -> Alternatives:
    """The value of `Fn::FindInMap: [map, key, key]`, with `{DefaultValue: ...}` behind them or not."""
    if not isinstance(argument, SequenceNode) or len(argument.items) not in (3, 4):
        return always(Unknown("the function is not of the form Fn::FindInMap: [map, key, key]"))
    options = argument.items[3] if len(argument.items) == 4 else None
    fallback = options.get("DefaultValue") if isinstance(options, MappingNode) else None
    rows = [_Row(ALWAYS, resolver.mappings)]
    for number, key in enumerate(argument.items[:3]):
        level = _Level(is_name=number == 0, has_default=fallback is not None)
        rows = [row for before in rows for row in _step(resolver, before, key, scope, level)]
    out: list[Alternative] = []
    for guard, found, reason, undecided in rows:
        target = found or (None if undecided else fallback)
        if target is None:
            out.append(Alternative(guard, reason or Unknown("the mapping has no such key")))
            continue
        for option in resolver.resolve(target, scope):
            joined = both(guard, option.guard)
            if joined is not None:
                out.append(option._replace(guard=joined))
    return _collapse(tuple(out))


def _step(resolver: Resolver, before: _Row, key: Node, scope: Scope, level: _Level) -> list[_Row]:
    """One step down; a key that is an open parameter leads to every row, each under its guard."""
    table = before.found
    if not isinstance(table, MappingNode):
        return [before if table is None else _Row(before.guard, None, Unknown("the mapping has no such key"))]
    table = with_included(resolver, table)
    out: list[_Row] = []
    for option in resolver.resolve(key, scope):
        joined = both(before.guard, option.guard)
        if joined is not None:
            out.extend(_rows(table, joined, option.value, level))
    return out


def _rows(table: MappingNode, guard: Guard, value: Value, level: _Level) -> list[_Row]:
    hidden = "Fn::Transform" in table.entries
    name = value.literal if isinstance(value, Text) else None
    if name is not None:
        found = table.get(name)
        if found is None and hidden:
            return [_Row(guard, None, Unknown("a macro adds to the mapping"), undecided=True)]
        kind = "there is no mapping" if level.is_name else "the mapping has no key"
        return [_Row(guard, found, Unknown(f"{kind} `{name}`"))]
    hole = value.reference if isinstance(value, Text) else None
    is_open = hole is not None and hole.kind in ("parameter", "pseudo")
    if hole is not None and is_open and not level.is_name and not hidden and len(table.entries) <= MAX_KEYS:
        cases = [(both(guard, Guard((), ((hole.name, case),))), row) for case, row in table.entries.items()]
        # Without a DefaultValue no other value of the parameter can be deployed.
        other = [_Row(guard, None)] if level.has_default else []
        return [_Row(case, row) for case, row in cases if case is not None] + other
    if isinstance(value, Text):
        return [_Row(guard, None, references.reason_of(value), undecided=True)]
    reason = value if isinstance(value, Unknown) else Unknown("the key of an Fn::FindInMap is no text")
    return [_Row(guard, None, reason, undecided=True)]


def _collapse(options: Alternatives) -> Alternatives:
    """One alternative without a guard where all agree."""
    if len(options) < 2:
        return options
    first = options[0].value
    if isinstance(first, Text) and all(isinstance(o.value, Text) and o.value.key == first.key for o in options[1:]):
        shared = set(options[0].guard.conditions).intersection(*(o.guard.conditions for o in options[1:]))
        return (Alternative(Guard(tuple(sorted(shared))) if shared else ALWAYS, first),)
    return options
