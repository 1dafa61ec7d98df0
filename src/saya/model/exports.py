"""What one stack exports and another imports, where both templates are at hand.

Source: CloudFormation reference, Outputs (`Export.Name` is unique in a region of an account) and `Fn::ImportValue`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from saya.model.assembly import IMPORTED, Border, crossed_guard, crossed_value
from saya.model.guard import ALWAYS
from saya.model.value import Alternative, Bound, Scope, Text
from saya.record import NamedTuple
from saya.text.node import MappingNode, Node

if TYPE_CHECKING:
    from saya.model.resolve import Alternatives, Resolver


class Export(NamedTuple):
    """A value that a stack exports: its name, the stack's resolver, the value, the loop variables in force there."""

    name: str
    resolver: Resolver
    value: Node
    scope: Scope


def read_exports(resolver: Resolver) -> Iterator[Export]:
    """The exports of a template whose names it decides."""
    for _, output, scope, _ in resolver.outputs.values():
        value, export = (output.get(name) if isinstance(output, MappingNode) else None for name in ("Value", "Export"))
        written = export.get("Name") if isinstance(export, MappingNode) else None
        name = _literal(resolver, written, scope) if written is not None else None
        if name is not None and value is not None:
            yield Export(name, resolver, value, scope)


def read_import(resolver: Resolver, argument: Node, scope: Scope) -> Alternatives | None:
    """What `Fn::ImportValue` gives; None where no template at hand exports it."""
    name = _literal(resolver, argument, scope) if resolver.exports is not None else None
    found = resolver.exports(name) if resolver.exports is not None and name is not None else ()
    export = _choose(found, resolver)
    if export is None:
        return None
    stack = f"{IMPORTED}{export.name.replace('/', '|')}"
    resolver.exporters[stack] = export.resolver
    way = Border(stack).outward
    return tuple(
        Alternative(crossed_guard(each.guard, way), crossed_value(export.resolver, each.value, way))
        for each in export.resolver.resolve(export.value, export.scope)
    )


def _choose(found: Iterable[Export], importer: Resolver) -> Export | None:
    """The export that a stack imports: one of its own region and account; None where several may be that."""
    may_be = [
        each
        for each in found
        if _may_be(each.resolver.region, importer.region) and _may_be(each.resolver.account, importer.account)
    ]
    place = (importer.region, importer.account)
    chosen = [each for each in may_be if (each.resolver.region, each.resolver.account) == place] or may_be
    return chosen[0] if len({each.value.source.path for each in chosen}) == 1 else None


def _may_be(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other


def _literal(resolver: Resolver, node: Node, scope: Scope) -> str | None:
    options = resolver.alternatives(Bound(node, scope))
    value = options[0].value
    return value.literal if len(options) == 1 and options[0].guard == ALWAYS and isinstance(value, Text) else None
