"""The line of a file that is spoken of, underlined."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from saya.report.inert import inert
from saya.text.source import Location, Source, Span

WIDTH = 110
BEFORE = 30
_TAB = 4
_HIDDEN = "******"


def excerpt(location: Location, *, secrets: Sequence[Span] = ()) -> tuple[int, str, str]:
    """The number of the line where a location starts, its text, and the text below it that underlines the location.

    A location of several lines is underlined to the end of its first. Of a line that is too long for a screen (minified
    JSON) the part around the location is shown. `secrets` are stretches of the file, as `apart` gives them, that are
    shown as stars: a secret must not reach a log.
    """
    source, span = location
    number = location.start[0]
    # Nothing here copies the line, which may be the whole file, and be told of a thousand times.
    begin, end = _line(source, number)
    start = min(span.start, end)
    stop = max(min(span.end, end), start)
    if end - begin <= WIDTH:
        if span.end > end:
            stop = start + len(source.text[start:end].rstrip())
        pieces = [(begin, start), (start, stop), (stop, end)]
    else:
        pieces = _cropped((begin, start, stop, end))
    left, middle, right = (_visible(_masked(source, *piece, secrets)) for piece in pieces)
    left = "…" + left if pieces[0][0] > begin else left
    middle, right = (middle + "…", right) if pieces[1][1] < stop else (middle, right)
    right = right + "…" if pieces[1][1] == stop and pieces[2][1] < end else right
    return number, f"{left}{middle}{right}".rstrip(), " " * width(left) + "^" * max(width(middle), 1)


def _cropped(marks: tuple[int, int, int, int]) -> list[tuple[int, int]]:
    """What is shown of a long line: before the location, of the location, behind it."""
    begin, start, stop, end = marks
    begin = max(begin, start - BEFORE)
    room = WIDTH - 1 - (start - begin)
    if stop - start > room:
        return [(begin, start), (start, start + room), (stop, stop)]
    return [(begin, start), (start, stop), (stop, min(end, start + room))]


def apart(spans: Iterable[Span]) -> list[Span]:
    """The same stretches in order, those that touch as one."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(span.end, found[-1].end))
        else:
            found.append(span)
    return found


def _line(source: Source, number: int) -> tuple[int, int]:
    """Where a line begins and ends, without its line end."""
    starts = source.starts
    begin = starts[number - 1]
    end = starts[number] if number < len(starts) else len(source.text)
    while end > begin and source.text[end - 1] in "\r\n":
        end -= 1
    return begin, end


def _masked(source: Source, start: int, end: int, secrets: Sequence[Span]) -> str:
    """A stretch of the file with the secrets in it as stars."""
    pieces, at = [], start
    first = max(bisect_right(secrets, start, key=lambda span: span.start) - 1, 0)
    for index in range(first, len(secrets)):
        low, high = secrets[index]
        if low >= end:
            break
        if high > start and high > low:
            pieces += [source.text[at : max(low, at)], _HIDDEN]
            at = min(high, end)
    return "".join([*pieces, source.text[at:end]])


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
