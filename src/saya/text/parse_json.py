"""JSON to nodes with exact spans: a small recursive reader on the standard library's C string scanner."""

from __future__ import annotations

from json.decoder import scanstring  # type: ignore[attr-defined]

from saya.errors import ParseError
from saya.pattern import pattern
from saya.text.node import MappingNode, Node, ScalarKind, ScalarNode, SequenceNode
from saya.text.source import Source

MAX_DEPTH = 200
MAX_DUPLICATES = 100
MAX_NODES = 1_000_000

_SPACE = pattern(r"[ \t\n\r]*")
_WORD = pattern(r"(true|false)|(null)|(-?(?:0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?)")
_SURROGATE = pattern("[\ud800-\udfff]")


def parse_json(source: Source, *, duplicates: list[ParseError] | None = None) -> Node | None:
    """The root node of a JSON file, or None where the file is blank.

    Of a key written twice the last wins; each is appended to `duplicates`, or raised where no list is given. Raises
    ParseError with line and column. A lone surrogate in a string becomes U+FFFD, since no output could encode it.
    """
    reader = _Reader(source)
    # As nesting is limited, it is commas that make many values; those in strings are few enough to count with them.
    if len(source.text) > MAX_NODES and source.text.count(",") > MAX_NODES:
        raise ParseError(f"the file has more than {MAX_NODES:,} values", path=source.path, line=1, column=1)
    start = reader.skip(0)
    if start == len(source.text):
        return None
    root = reader.value(start, 0)
    end = reader.skip(root.end)
    if end != len(source.text):
        raise reader.error("text behind the end of the JSON value", end)
    if reader.duplicates:
        if duplicates is None:
            raise reader.duplicates[0]
        duplicates.extend(reader.duplicates)
    return root


class _Reader:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        self.duplicates: list[ParseError] = []

    def error(self, problem: str, offset: int) -> ParseError:
        line, column = self.source.position(offset)
        return ParseError(f"not valid JSON: {problem}", path=self.source.path, line=line, column=column)

    def skip(self, offset: int) -> int:
        return _SPACE.match(self.text, offset).end()  # type: ignore[union-attr]

    def value(self, at: int, depth: int) -> Node:
        char = self.text[at : at + 1]
        if char == '"':
            return self.string(at)
        if char == "{":
            return self.mapping(at, depth + 1)
        if char == "[":
            return self.sequence(at, depth + 1)
        return self.word(at)

    def word(self, at: int) -> ScalarNode:
        match = _WORD.match(self.text, at)
        if match is None:
            found = "the end of the file" if at >= len(self.text) else f"`{self.text[at]}`"
            raise self.error(f"a value is expected, not {found}", at)
        kind: ScalarKind = "int"
        if match[1]:
            kind = "bool"
        elif match[2]:
            kind = "null"
        elif match[4] or match[5]:
            kind = "float"
        return ScalarNode(self.source, at, match.end(), match[0], kind, "json")

    def string(self, at: int) -> ScalarNode:
        try:
            content, end = scanstring(self.text, at + 1, False)
        except ValueError as error:
            raise self.error(str(error).split(":")[0].lower(), getattr(error, "pos", at)) from None
        if not content.isascii() and _SURROGATE.search(content):
            content = _SURROGATE.sub("\ufffd", content)
        return ScalarNode(self.source, at, end, content, "str", "json")

    def sequence(self, start: int, depth: int) -> SequenceNode:
        self.check_depth(depth, start)
        text, space, items = self.text, _SPACE.match, []
        at = space(text, start + 1).end()  # type: ignore[union-attr]
        if text[at : at + 1] == "]":
            return SequenceNode(self.source, start, at + 1, [], flow=True)
        while True:
            item = self.value(at, depth)
            items.append(item)
            at = space(text, item.end).end()  # type: ignore[union-attr]
            char = text[at : at + 1]
            if char == "]":
                return SequenceNode(self.source, start, at + 1, items, flow=True)
            if char != ",":
                raise self.error("`,` or `]` is expected", at)
            at = space(text, at + 1).end()  # type: ignore[union-attr]

    def mapping(self, start: int, depth: int) -> MappingNode:
        self.check_depth(depth, start)
        text, space = self.text, _SPACE.match
        entries: dict[str, Node] = {}
        keys: dict[str, ScalarNode] = {}
        at = space(text, start + 1).end()  # type: ignore[union-attr]
        if text[at : at + 1] == "}":
            return MappingNode(self.source, start, at + 1, entries, keys, flow=True)
        while True:
            if text[at : at + 1] != '"':
                raise self.error("a key in double quotes is expected", at)
            key = self.string(at)
            at = space(text, key.end).end()  # type: ignore[union-attr]
            if text[at : at + 1] != ":":
                raise self.error("`:` is expected", at)
            value = self.value(space(text, at + 1).end(), depth)  # type: ignore[union-attr]
            if key.text in entries:
                self.duplicate(key, keys[key.text])
            entries[key.text] = value
            keys[key.text] = key
            at = space(text, value.end).end()  # type: ignore[union-attr]
            char = text[at : at + 1]
            if char == "}":
                return MappingNode(self.source, start, at + 1, entries, keys, flow=True)
            if char != ",":
                raise self.error("`,` or `}` is expected", at)
            at = space(text, at + 1).end()  # type: ignore[union-attr]

    def check_depth(self, depth: int, at: int) -> None:
        if depth > MAX_DEPTH:
            raise self.error(f"nested deeper than {MAX_DEPTH} levels", at)

    def duplicate(self, key: ScalarNode, first: ScalarNode) -> None:
        if len(self.duplicates) == MAX_DUPLICATES:
            return
        line, column = self.source.position(key.start)
        before = self.source.position(first.start)[0]
        message = f"the key `{key.text}` is written twice, first on line {before}; the last one counts, remove one"
        self.duplicates.append(ParseError(message, path=self.source.path, line=line, column=column))
