"""A document within strings of a file: JSON or YAML text put together from literals and holes.

A state machine's definition in a block scalar, or in an `Fn::Join` of twenty JSON strings, becomes ordinary nodes whose
spans are those of the characters that the author wrote. Where that cannot be told, a node's span is that of the scalar
or function it stands in.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

from saya.pattern import pattern
from saya.record import NamedTuple
from saya.text.node import MappingNode, Node, ScalarNode, SequenceNode, Style
from saya.text.offsets import OffsetMap, map_offsets
from saya.text.parse import parse
from saya.text.source import Source

_FIRST, _LAST = 0xE000, 0xF8FF
"""The private-use code points that stand for holes while the text is parsed."""
MAX_HOLES = _LAST - _FIRST + 1

_PRIVATE = pattern(f"[{chr(_FIRST)}-{chr(_LAST)}]")
# One that does not end goes to the end of the text: looking for the end once for each quotation mark would take long.
_STRING = pattern(r'"(?:[^"\\]++|\\.?)*+(?:"|\Z)', re.DOTALL)


class Piece(NamedTuple):
    """A stretch of an embedded text: a literal, or a hole.

    text     the literal, or what the author wrote for the hole (`${Name}`)
    origin   the node it is written in; `start` is its index in that node's text, where it stands in one
    hole     whether it is a hole
    """

    text: str
    origin: Node
    start: int = 0
    hole: bool = False


class EmbeddedScalar(ScalarNode):
    """A scalar of an embedded document. `holes`: for each hole in `text` its start, end and the index of its piece."""

    __slots__ = ("holes",)

    def __init__(
        self, node: ScalarNode, place: _Place, text: str, style: Style, holes: tuple[tuple[int, int, int], ...]
    ) -> None:
        super().__init__(place.source, place.start, place.end, text, node.kind, style)
        self.holes = holes


class _Place(NamedTuple):
    source: Source
    start: int
    end: int


def parse_embedded(pieces: list[Piece], path: str, *, either: bool = False) -> Node | None:
    """The root node of the document that the pieces are, or None where it is empty.

    A hole may stand within a string or for a whole value. `either`: it may be JSON or YAML, whatever `path` ends in.
    Raises ParseError, whose line and column are those in the embedded text; it calls the text `path`.
    """
    return _Document(pieces, path).root(either=either)


class _Document:
    def __init__(self, pieces: list[Piece], path: str) -> None:
        self.pieces = pieces
        self.path = path
        self.holes = [index for index, piece in enumerate(pieces) if piece.hole]
        self.starts: list[int] = []
        self.locators = self.locate()

    def root(self, *, either: bool) -> Node | None:
        node = parse(Source(self.path, self.assemble()), duplicates=[], either=either)
        return None if node is None else self.placed(node)

    def assemble(self) -> str:
        """The text with holes as private-use characters, in quotes where JSON wants a whole value."""
        out, numbered = [], 0
        for piece in self.pieces:
            if piece.hole:
                out.append(chr(_FIRST + numbered))
                numbered += 1
            else:
                out.append(piece.text if piece.text.isascii() else _PRIVATE.sub("\ufffd", piece.text))
        text = "".join(out)
        if self.holes and text.lstrip()[:1] in ("{", "["):
            bare = _PRIVATE.findall(_STRING.sub("", text))
            for char in bare:
                out[self.holes[ord(char) - _FIRST]] = f'"{char}"'
            text = "".join(out)
        at = 0
        for stretch in out:
            self.starts.append(at)
            at += len(stretch)
        return text

    def placed(self, node: Node) -> Node:
        """A node with its span in the author's file."""
        place = self.place(node.start, node.end)
        if isinstance(node, ScalarNode):
            return self.scalar(node, place)
        if isinstance(node, SequenceNode):
            return SequenceNode(
                place.source, place.start, place.end, [self.placed(item) for item in node.items], flow=node.flow
            )
        if not isinstance(node, MappingNode):
            return node
        keys = {name: self.scalar(key, self.place(key.start, key.end)) for name, key in node.keys.items()}
        entries = {keys[name].text: self.placed(value) for name, value in node.entries.items()}
        named = {key.text: key for key in keys.values()}
        return MappingNode(place.source, place.start, place.end, entries, named, flow=node.flow, short=node.short)

    def scalar(self, node: ScalarNode, place: _Place) -> ScalarNode:
        text, holes = node.text, []
        if self.holes and not text.isascii():
            out, at, size = [], 0, 0
            for match in _PRIVATE.finditer(text):
                number = ord(match[0]) - _FIRST
                if number >= len(self.holes):
                    continue
                index = self.holes[number]
                written = self.pieces[index].text
                out += [text[at : match.start()], written]
                size += match.start() - at + len(written)
                holes.append((size - len(written), size, index))
                at = match.end()
            text = "".join((*out, text[at:]))
            place = self.narrowed(place, text, holes)
        return EmbeddedScalar(node, place, text, self.style(node), tuple(holes))

    def narrowed(self, place: _Place, text: str, holes: list[tuple[int, int, int]]) -> _Place:
        """The place of the function that is the whole string, which stands between two items of an `Fn::Join`."""
        if len(holes) == 1 and holes[0][:2] == (0, len(text)):
            origin = self.pieces[holes[0][2]].origin
            if not isinstance(origin, ScalarNode):
                return _Place(origin.source, origin.start, origin.end)
        return place

    def style(self, node: ScalarNode) -> Style:
        """The style in which the scalar may be edited: its own within a literal block scalar, else none."""
        origin = self.pieces[bisect_right(self.starts, node.start) - 1].origin
        return node.style if isinstance(origin, ScalarNode) and origin.style == "literal" else "embedded"

    def place(self, start: int, end: int) -> _Place:
        first = bisect_right(self.starts, start) - 1
        # The last character belongs to the piece of the first more often than not.
        last = (
            first
            if first + 1 == len(self.starts) or end <= self.starts[first + 1]
            else bisect_left(self.starts, end) - 1
        )
        origin, closing = self.pieces[first].origin, self.pieces[last].origin
        begin, finish = self.offset(first, start), self.offset(last, end)
        begins = origin.start if begin is None else begin
        ends = closing.end if finish is None else finish
        if closing.source is not origin.source or ends < begins:
            ends = max(origin.end, begins)
        return _Place(origin.source, begins, ends)

    def offset(self, index: int, at: int) -> int | None:
        """Where a character of the embedded text stands in the file, or None where it cannot be told."""
        offsets = self.locators[index]
        if offsets is None:
            return None
        piece = self.pieces[index]
        within = at - self.starts[index]
        if piece.hole:
            within = len(piece.text) if within else 0
        return offsets.offset(piece.start + within)

    def locate(self) -> list[OffsetMap | None]:
        """The offsets of each piece, where it stands in a scalar as it says."""
        maps: dict[int, OffsetMap | None] = {}
        out: list[OffsetMap | None] = []
        for piece in self.pieces:
            origin = piece.origin
            if not isinstance(origin, ScalarNode) or not origin.text.startswith(piece.text, piece.start):
                out.append(None)
                continue
            if id(origin) not in maps:
                maps[id(origin)] = map_offsets(origin)
            out.append(maps[id(origin)])
        return out
