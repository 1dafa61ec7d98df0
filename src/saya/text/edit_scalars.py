"""Scalars written in a style, and texts rewritten where they stand."""

from __future__ import annotations

import json

from saya.pattern import pattern
from saya.record import NamedTuple
from saya.text.edit import NotEditableError, Replacement
from saya.text.node import ScalarNode, Style
from saya.text.offsets import OffsetMap, map_offsets
from saya.text.source import Source, Span

Scalar = str | int | float | bool | None

_START = pattern(r"-(?=[^\s-])|[^-?:,\[\]{}#&*!|>'\"%@`\s]")
_WITHIN = pattern(r":(?=\s|$)|(?<=\s)#|[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]|\s$")
_FLOW = pattern(r"[,\[\]{}?]|:(?=[,\[\]{}])")
# What YAML 1.1 reads as something other than a string: booleans, null, numbers (sexagesimal ones too), dates, `=`.
_NO_STRING = pattern(
    r"(?i:y|n|yes|no|on|off|true|false|null|~|=|<<|)\Z|[-+.]?[0-9][0-9_.:,eE+-]*\Z|[-+]?0[xob][0-9a-fA-F_]+\Z"
    r"|[-+]?\.(?i:inf|nan)\Z|\d{4}-\d\d?-\d\d?(?:[Tt\s].*)?\Z"
)
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_SAFE = pattern(r"[A-Za-z0-9$_./:*@+{}-]*")
"""What stands for itself in JSON and YAML alike, quoted or not."""


class Writing(NamedTuple):
    """How a scalar is to be written: the style that is wanted, whether in brackets, and the quotes if it needs some."""

    style: Style
    flow: bool = False
    quote: str = "'"


def is_plain(text: str, *, flow: bool) -> bool:
    """Whether YAML reads a text without quotes as the same string."""
    return (
        _START.match(text) is not None
        and _WITHIN.search(text) is None
        and _NO_STRING.match(text) is None
        and not text.startswith(("---", "..."))
        and not (flow and _FLOW.search(text))
    )


def write_scalar(value: Scalar, writing: Writing) -> str:
    """A scalar as the file would have it, on one line."""
    if writing.style == "json":
        return json.dumps(value, ensure_ascii=False)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if writing.style not in ("single", "double") and is_plain(value, flow=writing.flow):
        return value
    quote = {"single": "'", "double": '"'}.get(writing.style, writing.quote)
    if quote == '"' or not value.isprintable():
        return f'"{_escaped(value, "double")}"'
    return "'" + value.replace("'", "''") + "'"


def rewrite_scalar(node: ScalarNode, old: str, new: str, *, flow: bool) -> Replacement:
    """`new` in the place of the one `old` in a scalar's text; nothing else of the scalar changes where that can be.

    Raises NotEditableError.
    """
    if node.text.count(old) != 1:
        raise NotEditableError(f"`{old}` does not stand there exactly once")
    if node.style == "embedded":
        raise NotEditableError("it is text within other text")
    if node.style == "plain" and not is_plain(node.text.replace(old, new), flow=flow):
        if "\n" in _raw(node):
            raise NotEditableError("the text goes over several lines")
        return whole(node, write_scalar(node.text.replace(old, new), Writing("plain", flow)))
    offsets = map_offsets(node)
    if offsets is None or "\n" in new:
        raise NotEditableError("what is written differs from what it means")
    at = node.text.index(old)
    same = _alike(old, new)
    tail = _alike(old[same:][::-1], new[same:][::-1])
    old, new, at = old[same : len(old) - tail], new[same : len(new) - tail], at + same
    end = offsets.offset(at + len(old) - 1) + 1 if old else _offset(node, offsets, at)
    span = Span(offsets.offset(at) if old else end, end)
    if node.source.text[span.start : span.end] != old:
        raise NotEditableError("what is written differs from what it means")
    return Replacement(span, _escaped(new, node.style))


def _alike(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((index for index, (left, right) in pairs if left != right), min(len(one), len(other)))


def _offset(node: ScalarNode, offsets: OffsetMap, index: int) -> int:
    """Where text is put in before the character at an index, or behind the last one."""
    if index < len(node.text) or not node.text:
        return offsets.offset(index)
    if node.style in ("single", "double", "json"):
        return node.end - 1
    return node.end if node.style == "plain" else offsets.offset(index - 1) + 1


def rewrite_within(source: Source, span: Span, old: str, new: str) -> Replacement:
    """The same for a stretch of a longer text, where both need no escapes. Raises NotEditableError."""
    if source.text.count(old, span.start, span.end) != 1:
        raise NotEditableError(f"`{old}` does not stand there exactly once")
    if _SAFE.fullmatch(new.replace(old, "")) is None:
        raise NotEditableError("it would have to be escaped")
    at = source.text.index(old, span.start)
    return Replacement(Span(at, at + len(old)), new)


def whole(node: ScalarNode, text: str) -> Replacement:
    """`text` in the place of all that is written for a node."""
    return Replacement(Span(node.start, node.end), text)


def _raw(node: ScalarNode) -> str:
    return node.source.text[node.start : node.end]


def _escaped(text: str, style: Style) -> str:
    if style == "json":
        return json.dumps(text, ensure_ascii=False)[1:-1]
    if style == "double":
        return "".join(_ESCAPES.get(char) or (char if char.isprintable() else _code(char)) for char in text)
    return text.replace("'", "''") if style == "single" else text


def _code(char: str) -> str:
    """A character by its number, as YAML escapes it; JSON's pairs of surrogates are none of its characters."""
    number = ord(char)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
