"""Nodes that nobody wrote, which stand where the author wrote what they come from."""

from __future__ import annotations

from collections.abc import Iterable

from saya.text.node import MappingNode, Node, ScalarNode, SequenceNode

UNDECIDED = "Fn::Saya::Undecided"
"""A function of our own: a text that nothing in the service decides; its argument is the reason."""


def text(at: Node, content: str) -> ScalarNode:
    """A string at a place."""
    return ScalarNode(at.source, at.start, at.end, content, "str", "embedded")


def mapping(at: Node, entries: dict[str, Node | None], keys: dict[str, ScalarNode] | None = None) -> MappingNode:
    """A mapping at a place, without the entries that are None; a key stands where its value does unless `keys` say."""
    present = {name: node for name, node in entries.items() if node is not None}
    named = {name: (keys or {}).get(name) or text(node, name) for name, node in present.items()}
    return MappingNode(at.source, at.start, at.end, present, named, flow=False)


def sequence(at: Node, items: Iterable[Node]) -> SequenceNode:
    """A list at a place."""
    return SequenceNode(at.source, at.start, at.end, list(items), flow=False)


def reference(at: Node, logical_id: str) -> MappingNode:
    """`Ref`."""
    return mapping(at, {"Ref": text(at, logical_id)})


def attribute(at: Node, logical_id: str, name: str) -> MappingNode:
    """`Fn::GetAtt`."""
    return mapping(at, {"Fn::GetAtt": sequence(at, (text(at, logical_id), text(at, name)))})


def join(at: Node, delimiter: str, items: Iterable[Node]) -> MappingNode:
    """`Fn::Join`."""
    return mapping(at, {"Fn::Join": sequence(at, (text(at, delimiter), sequence(at, items)))})


class UndecidedNode(MappingNode):
    """A value that nothing in the service decides. `absent` says that it has none, but may be given one."""

    __slots__ = ("absent", "reason")

    def __init__(self, at: Node, reason: str, *, absent: bool = False) -> None:
        told = text(at, reason)
        super().__init__(at.source, at.start, at.end, {UNDECIDED: told}, {UNDECIDED: told}, flow=False)
        self.reason = reason
        self.absent = absent


def merged(under: Node | None, over: Node | None) -> Node | None:
    """One node over another, all the way down, as lodash's `merge` has it: mappings key by key, lists item by item."""
    if over is None or under is None:
        return under if over is None else over
    if isinstance(under, SequenceNode) and isinstance(over, SequenceNode):
        first = [merged(one, other) or other for one, other in zip(under.items, over.items, strict=False)]
        rest = [*under.items[len(first) :], *over.items[len(first) :]]
        return sequence(over, (*first, *rest))
    if not isinstance(under, MappingNode) or not isinstance(over, MappingNode):
        return over
    entries: dict[str, Node | None] = dict(under.entries)
    for name, node in over.entries.items():
        entries[name] = merged(entries.get(name), node)
    return mapping(under, entries, over.keys | under.keys)


def assigned(under: Node | None, over: Node | None) -> Node | None:
    """One mapping over another, key by key and no deeper, as `Object.assign` of JavaScript; else the upper one."""
    if not isinstance(under, MappingNode) or not isinstance(over, MappingNode):
        return under if over is None else over
    return mapping(under, {**under.entries, **over.entries}, under.keys | over.keys)


def reason_of(node: Node | None) -> str | None:
    """Why a text is not decided, or a part of it; None where it is."""
    if isinstance(node, UndecidedNode):
        return node.reason
    parts = items(below(node, "Fn::Join"))
    return next((reason for part in items(parts[1]) if (reason := reason_of(part))), None) if len(parts) > 1 else None


def content_of(node: Node | None) -> object:
    """What a node says, wherever it stands, to compare it. What is undecided says nothing."""
    if isinstance(node, ScalarNode):
        return node.text
    if isinstance(node, SequenceNode):
        return tuple(map(content_of, node.items))
    if isinstance(node, MappingNode):
        return tuple(sorted((name, content_of(child)) for name, child in node.entries.items() if name != UNDECIDED))
    return None


def scalar(node: Node | None) -> str | None:
    """The text of a scalar that is not empty."""
    return node.text if isinstance(node, ScalarNode) and node.kind != "null" else None


def below(node: Node | None, *names: str) -> Node | None:
    """What stands below the keys, one after the other."""
    for name in names:
        node = node.get(name) if isinstance(node, MappingNode) else None
    return node


def items(node: Node | None) -> list[Node]:
    """The items of a list; none where it is no list."""
    return node.items if isinstance(node, SequenceNode) else []


def items_or_one(node: Node | None) -> list[Node]:
    """The items of a list, or the one thing that stands in its place."""
    return items(node) or ([] if node is None else [node])


def is_true(node: Node | None) -> bool:
    """Whether a setting is switched on."""
    return isinstance(node, ScalarNode) and node.text.lower() == "true"


def is_false(node: Node | None) -> bool:
    """Whether a setting is switched off."""
    return isinstance(node, ScalarNode) and node.text.lower() == "false"
