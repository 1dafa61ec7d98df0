"""SAM's Globals, merged into the properties of the resources they are for.

Source: SAM specification, Globals section: scalars of the resource win, mappings are merged key by key, lists are
concatenated with the global items first, `IgnoreGlobals` leaves some out. An intrinsic function counts as a scalar, and
the Architectures of the resource replace the global ones (aws-sam-translator 1.115; tests hold this against it).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from saya.model.value import Alternative, Bound, Given, Mapping, Sequence, Thunk, Value
from saya.text.node import MappingNode, Node, ScalarNode, SequenceNode

if TYPE_CHECKING:
    from saya.model.resolve import Alternatives, Resolver, TemplateResource

_PREFIX = "AWS::Serverless::"
_REPLACED = frozenset(("Architectures",))


def merge_globals(
    resolver: Resolver, section: MappingNode, resource: TemplateResource, own: Alternatives
) -> Alternatives:
    """The properties `own` of a resource with the Globals of its type."""
    if not resource.type.startswith(_PREFIX):
        return own
    node = section.get(resource.type[len(_PREFIX) :])
    if not isinstance(node, MappingNode):
        return own
    ignored = _ignored(resource.node.get("IgnoreGlobals"))
    if "*" in ignored:
        return own
    base = resolver.resolve(node)[0].value
    if not isinstance(base, Mapping):
        return own
    entries = {name: thunk for name, thunk in base.entries.items() if name not in ignored}
    return tuple(
        alternative._replace(value=_merged_entries(resolver, base._replace(entries=entries), alternative.value))
        for alternative in own
    )


def _ignored(node: Node | None) -> frozenset[str]:
    """What IgnoreGlobals names: `*`, or a list of properties."""
    items = node.items if isinstance(node, SequenceNode) else [node]
    return frozenset(item.text for item in items if isinstance(item, ScalarNode))


def _merged_entries(resolver: Resolver, base: Mapping, own: Value) -> Value:
    """A mapping of the resource over one of Globals."""
    if not isinstance(own, Mapping):
        return own
    entries: dict[str, Thunk] = dict(base.entries)
    for name, thunk in own.entries.items():
        under = base.entries.get(name)
        if isinstance(under, Bound) and name not in _REPLACED:
            entries[name] = _over(resolver, under, thunk)
        else:
            entries[name] = thunk
    return Mapping(entries, own.node, own.rest or base.rest)


def _merged(resolver: Resolver, shared: Bound, own: Value) -> Value:
    """One value of the resource over one of Globals."""
    if isinstance(shared.node, MappingNode):
        base = resolver.resolve(shared.node, shared.scope)[0].value
        return _merged_entries(resolver, base, own) if isinstance(base, Mapping) else own
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
