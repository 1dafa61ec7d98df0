"""SAM's Globals, merged into the properties of the resources they are for.

Source: SAM specification, Globals section: scalars of the resource win, mappings are merged key by key, lists are concatenated with the global
items first. An intrinsic function counts as a scalar (executed: aws-sam-translator, `facts` tests hold this against it).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from saya.model.value import NO_SCOPE, Alternative, Bound, Given, Mapping, Sequence, Thunk, Value
from saya.text.node import MappingNode, Node, SequenceNode

if TYPE_CHECKING:
    from saya.model.resolve import Alternatives, Resolver, TemplateResource

_PREFIX = "AWS::Serverless::"


def merge_globals(
    resolver: Resolver, section: MappingNode, resource: TemplateResource, own: Alternatives
) -> Alternatives:
    """The properties `own` of a resource with the Globals of its type."""
    if not resource.type.startswith(_PREFIX):
        return own
    node = section.get(resource.type[len(_PREFIX) :])
    if not isinstance(node, MappingNode):
        return own
    return tuple(
        alternative._replace(value=_merged(resolver, Bound(node, NO_SCOPE), alternative.value)) for alternative in own
    )


def _merged(resolver: Resolver, shared: Bound, own: Value) -> Value:
    """One value of the resource over one of Globals."""
    if isinstance(shared.node, MappingNode) and isinstance(own, Mapping) and not _is_intrinsic(shared.node):
        base = resolver.resolve(shared.node, shared.scope)[0].value
        if not isinstance(base, Mapping):
            return own
        entries: dict[str, Thunk] = dict(base.entries)
        for name, thunk in own.entries.items():
            under = base.entries.get(name)
            entries[name] = thunk if not isinstance(under, Bound) else _over(resolver, under, thunk)
        return Mapping(entries, own.node, own.rest or base.rest)
    if isinstance(shared.node, SequenceNode) and isinstance(own, Sequence):
        items = tuple(Bound(item, shared.scope) for item in shared.node.items)
        return Sequence((*items, *own.items), own.node, own.rest)
    return own


def _over(resolver: Resolver, shared: Bound, own: Thunk) -> Thunk:
    if not _is_plain(shared.node) or not isinstance(own, Bound) or not _is_plain(own.node):
        return own
    merged = tuple(
        Alternative(option.guard, _merged(resolver, shared, option.value), option.node)
        for option in resolver.alternatives(own)
    )
    return Given(merged, own.node)


def _is_plain(node: Node) -> bool:
    """Whether a node is a mapping or a list as written, not what a function makes."""
    return isinstance(node, SequenceNode) or (isinstance(node, MappingNode) and not _is_intrinsic(node))


def _is_intrinsic(node: MappingNode) -> bool:
    if len(node.entries) != 1:
        return False
    (name,) = node.entries
    return name in ("Ref", "Condition") or name.startswith("Fn::")
