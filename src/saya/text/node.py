"""The syntax tree of a YAML or JSON file: what is written, with the place of every piece.

Plain slotted objects, not dataclasses: a 1 MB template has fifty thousand of them. Treat them as immutable.

A YAML tag such as `!Ref X` becomes what it abbreviates: a `MappingNode` with the one key `Ref` and `short` set.
"""

from __future__ import annotations

from typing import Literal

from saya.text.source import Location, Source, Span

ScalarKind = Literal["str", "int", "float", "bool", "null"]
Style = Literal["plain", "single", "double", "literal", "folded", "json", "embedded"]
"""How a scalar is written; `embedded` is text within another scalar, which cannot be edited by itself."""


class Node:
    """A piece of a file. `start` and `end` are offsets in `source.text`."""

    __slots__ = ("end", "source", "start")
    source: Source
    start: int
    end: int

    @property
    def location(self) -> Location:
        return Location(self.source, Span(self.start, self.end))


class ScalarNode(Node):
    """A string, number, boolean or null. `text` is its content, unquoted; `kind` is its type by the YAML core schema
    or JSON.
    """

    __slots__ = ("kind", "style", "text")

    def __init__(self, source: Source, start: int, end: int, text: str, kind: ScalarKind, style: Style) -> None:
        self.source = source
        self.start = start
        self.end = end
        self.text = text
        self.kind: ScalarKind = kind
        self.style: Style = style

    def __repr__(self) -> str:
        return f"ScalarNode({self.text!r})"


class SequenceNode(Node):
    """A list."""

    __slots__ = ("flow", "items")

    def __init__(self, source: Source, start: int, end: int, items: list[Node], *, flow: bool) -> None:
        self.source = source
        self.start = start
        self.end = end
        self.items = items
        self.flow = flow

    def __repr__(self) -> str:
        return f"SequenceNode({self.items!r})"


class MappingNode(Node):
    """A mapping in the order written. `keys` has the node of each key; `short` marks the short form of an intrinsic
    function.
    """

    __slots__ = ("entries", "flow", "keys", "short")

    def __init__(  # noqa: PLR0913 - a plain record, made fifty thousand times
        self,
        source: Source,
        start: int,
        end: int,
        entries: dict[str, Node],
        keys: dict[str, ScalarNode],
        *,
        flow: bool,
        short: bool = False,
    ) -> None:
        self.source = source
        self.start = start
        self.end = end
        self.entries = entries
        self.keys = keys
        self.flow = flow
        self.short = short

    def get(self, key: str) -> Node | None:
        return self.entries.get(key)

    def __repr__(self) -> str:
        return f"MappingNode({self.entries!r})"
