"""The line of a file that is spoken of, underlined."""

from __future__ import annotations

from saya.report.inert import inert
from saya.text.source import Location

WIDTH = 110
BEFORE = 30
_TAB = 4
_HIDDEN = "******"


def excerpt(location: Location, *, hidden: bool = False) -> tuple[int, str, str]:
    """The number of the line where a location starts, its text, and the text below it that underlines the location.

    A location of several lines is underlined to the end of its first. Of a line that is too long for a screen (minified
    JSON) the part around the location is shown. What is `hidden` is shown as stars: a secret must not reach a log.
    """
    number, column = location.start
    line = location.source.line(number)
    end_line, end_column = location.end
    stop = end_column - 1 if end_line == number else len(line.rstrip())
    start = min(column - 1, len(line))
    stop = max(min(stop, len(line)), start)
    left, middle, right = line[:start], line[start:stop], line[stop:]
    if hidden:
        middle, right = _HIDDEN, ""
    if len(left + middle + right) > WIDTH:
        left, middle, right = _crop(left, middle, right)
    left, middle, right = map(_visible, (left, middle, right))
    return number, f"{left}{middle}{right}".rstrip(), " " * width(left) + "^" * max(width(middle), 1)


def _crop(left: str, middle: str, right: str) -> tuple[str, str, str]:
    if len(left) > BEFORE:
        left = "…" + left[-BEFORE:]
    room = WIDTH - len(left)
    if len(middle) > room:
        return left, middle[: room - 1] + "…", ""
    room -= len(middle)
    return left, middle, right[:room] + "…" if len(right) > room else right


def _visible(text: str) -> str:
    return inert(text.replace("\t", " " * _TAB))


def width(text: str) -> int:
    """How many columns of a terminal the text takes."""
    if text.isascii():
        return len(text)
    import unicodedata

    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    narrow = sum(unicodedata.combining(character) != 0 for character in text)
    return len(text) + wide - narrow
