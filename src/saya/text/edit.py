"""Edits of a file's text: what is replaced, and nothing else changes."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from saya.record import NamedTuple
from saya.text.source import Source, Span


class NotEditableError(Exception):
    """An edit that cannot be written. The message completes "no fix is offered: ..."."""


class Replacement(NamedTuple):
    """`text` takes the place of a span of the file; an empty span inserts."""

    span: Span
    text: str


def ordered(replacements: Iterable[Replacement]) -> tuple[Replacement, ...] | None:
    """The replacements in the order of the file, each once; None where two overlap.

    Of several that insert at one place, the first given comes first.
    """
    found = sorted(dict.fromkeys(replacements), key=lambda each: each.span)
    for before, after in pairwise(found):
        if after.span.start < before.span.end:
            return None
    return tuple(found)


def edited(text: str, replacements: Iterable[Replacement]) -> str:
    """The text with replacements made. Raises NotEditableError where they overlap."""
    found = ordered(replacements)
    if found is None:
        raise NotEditableError("its edits overlap")
    pieces, at = [], 0
    for (start, end), new in found:
        pieces += [text[at:start], new]
        at = end
    return "".join([*pieces, text[at:]])


def line_start(source: Source, offset: int) -> int:
    """The offset at which the line of an offset starts."""
    return source.text.rfind("\n", 0, offset) + 1


def margin(source: Source, offset: int) -> str:
    """The blanks and tabs that the line of an offset starts with."""
    start = line_start(source, offset)
    line = source.text[start:offset]
    return line[: len(line) - len(line.lstrip(" \t"))]


def line_end(source: Source, offset: int) -> int:
    """The offset of the end of the line of an offset, before its line break."""
    end = source.text.find("\n", offset)
    if end < 0:
        return len(source.text)
    return end - 1 if source.text[end - 1 : end] == "\r" and end > offset else end


def column(source: Source, offset: int) -> int:
    """How many characters stand before an offset on its line."""
    return offset - line_start(source, offset)
