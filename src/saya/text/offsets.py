"""Where each character of a scalar's text stands in the file."""

from __future__ import annotations

import re
from bisect import bisect_right

from saya.pattern import pattern
from saya.text.node import ScalarNode

_JSON_ESCAPE = pattern(r"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|u....|.)")
_YAML_ESCAPE = pattern(r"\\(?:x..|u.{4}|U.{8}|.)", re.DOTALL)
_QUOTE = pattern("''")
_BLANK = " \t\r\n"


class OffsetMap:
    """From an index of a scalar's text to an offset of its file: stretches, within which both grow alike."""

    __slots__ = ("_indices", "_offsets")

    def __init__(self, offset: int) -> None:
        self._indices = [0]
        self._offsets = [offset]

    def add(self, index: int, offset: int) -> None:
        """A new stretch: the character at `index` stands at `offset`."""
        if index == self._indices[-1]:
            self._offsets[-1] = offset
        elif offset - self._offsets[-1] != index - self._indices[-1]:
            self._indices.append(index)
            self._offsets.append(offset)

    def offset(self, index: int) -> int:
        at = bisect_right(self._indices, index) - 1
        return self._offsets[at] + index - self._indices[at]


def map_offsets(node: ScalarNode) -> OffsetMap | None:
    """The offsets of a scalar's text, or None where they cannot be told: where the text is unlike what is written."""
    raw = node.source.text[node.start : node.end]
    if node.style == "plain" and raw == node.text:
        return OffsetMap(node.start)
    if node.style == "json" and raw[:1] == '"':
        return _escaped(node, raw, _JSON_ESCAPE)
    if node.style in ("single", "double") and raw[:1] in ("'", '"') and "\n" not in raw:
        return _escaped(node, raw, _QUOTE if node.style == "single" else _YAML_ESCAPE)
    if node.style == "literal":
        return _literal(node, raw)
    return _aligned(node, raw) if node.style in ("plain", "single", "double", "folded") else None


def _escaped(node: ScalarNode, raw: str, escape: re.Pattern[str]) -> OffsetMap | None:
    """A quoted text on one line: every escape is one character."""
    offsets, shorter = OffsetMap(node.start + 1), 0
    for match in escape.finditer(raw, 1, len(raw) - 1):
        shorter += match.end() - match.start() - 1
        offsets.add(match.end() - 1 - shorter, node.start + match.end())
    return offsets if len(node.text) == len(raw) - 2 - shorter else None


def _literal(node: ScalarNode, raw: str) -> OffsetMap | None:
    """A `|` block scalar: line by line, without the indentation."""
    offsets, index, at = OffsetMap(node.start), 0, raw.find("\n") + 1
    if at == 0:
        return None
    for line in node.text.split("\n"):
        end = raw.find("\n", at)
        written = raw[at : end if end >= 0 else len(raw)].rstrip("\r")
        if not written.endswith(line):
            return None if line.strip() else offsets
        offsets.add(index, node.start + at + len(written) - len(line))
        index += len(line) + 1
        if end < 0:
            break
        at = end + 1
    return offsets


def _aligned(node: ScalarNode, raw: str) -> OffsetMap | None:
    """A text that is folded or quoted over several lines: character by character, blanks loosely."""
    quote = {"single": "'", "double": '"'}.get(node.style, "")
    at = raw.find("\n") + 1 if node.style == "folded" else len(quote)
    offsets = OffsetMap(node.start + at)
    for index, char in enumerate(node.text):
        at = _skip(raw, at, char, quote)
        offsets.add(index, node.start + at)
        if raw[at : at + 1] == "\\" and quote == '"':
            at = _YAML_ESCAPE.match(raw, at).end()  # type: ignore[union-attr]
        elif raw[at : at + 1] == char:
            at += 2 if char == quote == "'" else 1
        elif char not in _BLANK:
            return None
    return offsets


def _skip(raw: str, at: int, char: str, quote: str) -> int:
    """Past the blanks of the file that the text does not have."""
    while at < len(raw):
        if quote == '"' and raw[at] == "\\" and raw[at + 1 : at + 2] in ("\n", "\r"):
            at += 2
        elif raw[at] in _BLANK and char not in _BLANK:
            at += 1
        else:
            break
    return at
