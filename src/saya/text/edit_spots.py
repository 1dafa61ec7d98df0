"""Nodes found by their span, with what they stand in."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache

from saya.record import NamedTuple
from saya.text.node import MappingNode, Node, ScalarNode, SequenceNode
from saya.text.source import Span

MANY = 50
"""From how many children on they are searched by their place and not one by one."""


class Step(NamedTuple):
    """A list or mapping, and the key or index that leads from it to what is inside."""

    node: MappingNode | SequenceNode
    key: str | int


class Spot(NamedTuple):
    """A node and the way to it, outermost first."""

    node: Node
    way: tuple[Step, ...] = ()

    @property
    def flow(self) -> bool:
        """Whether it stands within brackets or braces, where a plain scalar ends at a comma."""
        return any(step.node.flow for step in self.way)

    @property
    def parent(self) -> Step | None:
        """What it stands in."""
        return self.way[-1] if self.way else None


def children(node: Node) -> Iterator[tuple[str | int, Node]]:
    """What is written inside a node: not what an alias or a merge key brings in from elsewhere."""
    if isinstance(node, MappingNode):
        for key, value in node.entries.items():
            if _inside(node, node.keys[key]) and _inside(node, value):
                yield key, value
    elif isinstance(node, SequenceNode):
        for index, item in enumerate(node.items):
            if _inside(node, item):
                yield index, item


def find_spot(root: Node, span: Span) -> Spot | None:
    """The outermost node that has exactly this span, or the key that has; None where there is none."""
    found = innermost(root, span)
    for depth, step in enumerate(found.way):
        if (step.node.start, step.node.end) == span:
            return Spot(step.node, found.way[:depth])
    if (found.node.start, found.node.end) == span:
        return found
    if isinstance(found.node, MappingNode):
        for key in found.node.keys.values():
            if (key.start, key.end) == span:
                return Spot(key, found.way)
    return None


def innermost(root: Node, span: Span) -> Spot:
    """The innermost node in which a span lies."""
    node: Node = root
    way: list[Step] = []
    while isinstance(node, MappingNode | SequenceNode):
        for key, child in _candidates(node, span):
            if child.start <= span.start and span.end <= child.end:
                way.append(Step(node, key))
                node = child
                break
        else:
            break
    return Spot(node, tuple(way))


def _candidates(node: MappingNode | SequenceNode, span: Span) -> Iterator[tuple[str | int, Node]]:
    """The children of a node in which a span may lie, the likeliest first."""
    if len(node.entries if isinstance(node, MappingNode) else node.items) >= MANY:
        starts, found = _by_place(node)
        index = bisect_right(starts, span.start) - 1
        if index >= 0:
            yield found[index]
    yield from children(node)


@lru_cache(maxsize=8)
def _by_place(node: Node) -> tuple[list[int], list[tuple[str | int, Node]]]:
    """The children of a node that follow one another in the file, and where each begins; an alias leads back."""
    found: list[tuple[str | int, Node]] = []
    for key, child in children(node):
        if not found or child.start >= found[-1][1].end:
            found.append((key, child))
    return [child.start for _, child in found], found


def scalars(node: Node) -> Iterator[ScalarNode]:
    """The scalars that are written inside a node, in order."""
    if isinstance(node, ScalarNode):
        yield node
    for _, child in children(node):
        yield from scalars(child)


def own_entries(node: MappingNode) -> list[str]:
    """The keys that the mapping itself has, in order; those that it merges are not its own."""
    return [key for key, written in node.keys.items() if _inside(node, written)]


def _inside(outer: Node, inner: Node) -> bool:
    return inner.source is outer.source and outer.start <= inner.start and inner.end <= outer.end
