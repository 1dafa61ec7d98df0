"""The resources that a template declares, each with the condition under which it exists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from saya.model.foreach import Entry
from saya.model.guard import ALWAYS, Guard, both
from saya.model.inclusion import with_included
from saya.model.value import Scope, Text, with_variables
from saya.record import NamedTuple
from saya.text.node import MappingNode, Node, ScalarNode

if TYPE_CHECKING:
    from saya.model.resolve import Resolver


class TemplateResource(NamedTuple):
    """A resource as the template declares it, or as `Fn::ForEach` makes it. `key` is the node of its logical ID."""

    id: str
    type: str
    node: MappingNode
    key: ScalarNode
    scope: Scope
    guard: Guard


def declared(resolver: Resolver, entry: Entry) -> TemplateResource | None:
    """The resource that an entry of Resources is; None where it has no Type."""
    if not isinstance(entry.node, MappingNode):
        return None
    node = with_included(resolver, entry.node)
    type_ = name_in(resolver, node.get("Type"), entry.scope)
    if type_ is None:
        return None
    condition = name_in(resolver, node.get("Condition"), entry.scope)
    guard = ALWAYS if condition is None else Guard(((condition, True),))
    return TemplateResource(entry.key.text, type_, node, entry.key, entry.scope, both(entry.guard, guard) or guard)


def name_in(resolver: Resolver, node: Node | None, scope: Scope) -> str | None:
    """A name that must be written out, a condition's or a type, which only loops may put together: `!Sub 'Is${Name}'`.

    None where there is none. What is not decided of it stands as a hole, so that it is a name which nobody defines.
    """
    if isinstance(node, ScalarNode):
        return with_variables(node.text, scope)
    if not scope or not isinstance(node, MappingNode):
        return None
    value = resolver.resolve(node, scope)[0].value
    return str(value) if isinstance(value, Text) else None
