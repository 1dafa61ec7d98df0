"""A fix as GitHub can take it: a suggestion to commit with a click where that is safe, else a patch to read.

A suggestion replaces exactly the lines of its comment. It is withheld where GitHub refuses it or would write something
else: lines outside the hunk, ranges that straddle removed lines, files with carriage returns, a last line without a
line feed, text that a reader would not see.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from saya.findings import Edit, Fix, Report
from saya.record import record
from saya.report.diff import Diff, Hunk
from saya.report.markdown import is_plain_to_see
from saya.text.source import Location, Source

LONGEST_SUGGESTION = 40


@record
class Suggestion:
    """Replace the lines `first` to `last` (1-based, inclusive) of head by `text`, whose lines all end with a feed."""

    path: str
    first: int
    last: int
    text: str


def sources_of(report: Report) -> dict[str, Source]:
    """The texts of head that the report speaks of, by path."""
    found: dict[str, Source] = {}
    for finding in (*report.findings, *(entry.finding for entry in report.suppressed)):
        related = (entry.location for entry in finding.related if entry.revision == "head")
        locations: Iterable[Location] = (finding.location, *finding.origins, *related)
        for location in locations:
            found.setdefault(location.path, location.source)
    return found


def suggestion_of(fix: Fix, sources: Mapping[str, Source], diff: Diff) -> Suggestion | None:
    """The suggestion that makes all edits of a fix; None where there can be none."""
    paths = {edit.path for edit in fix.edits}
    path = next(iter(paths), "")
    source = sources.get(path)
    if len(paths) != 1 or source is None or "\r" in source.text or source.bom:
        return None
    changed = _changed_lines(source, fix.edits)
    if changed is None:
        return None
    first, old, new = changed
    for start, stop, text in _ranges(source, first, old, new):
        hunk = diff.hunk_of(path, start, stop)
        whole = text.endswith("\n") or not text
        if hunk and whole and _is_committable(hunk, source, start, stop) and is_plain_to_see(text):
            return Suggestion(path, start, stop, text)
    return None


def _changed_lines(source: Source, edits: tuple[Edit, ...]) -> tuple[int, list[str], list[str]] | None:
    """The number of the first line that the edits change, the lines as they are and as they become."""
    starts = source.starts
    first = max(source.position(min(edit.span.start for edit in edits))[0] - 1, 1)
    last = min(source.position(max(edit.span.end for edit in edits))[0] + 1, len(starts))
    start = starts[first - 1]
    before = source.text[start : starts[last] if last < len(starts) else len(source.text)]
    after = edited(before, start, edits)
    if after is None or after == before:
        return None
    old, new = lines_in(before), lines_in(after)
    while old and new and old[0] == new[0]:
        del old[0], new[0]
        first += 1
    while old and new and old[-1] == new[-1]:
        del old[-1], new[-1]
    return first, old, new


def edited(text: str, offset: int, edits: Iterable[Edit]) -> str | None:
    """A part of a file, which starts at `offset`, with the edits made; None where they overlap or lie outside."""
    pieces, at = [], 0
    for edit in sorted(edits, key=lambda each: each.span):
        start, end = edit.span.start - offset, edit.span.end - offset
        if not at <= start <= end <= len(text):
            return None
        pieces += [text[at:start], edit.text]
        at = end
    return "".join([*pieces, text[at:]])


def lines_in(text: str) -> list[str]:
    """The lines of a text with their line feeds; nothing else ends a line, as in Git."""
    pieces = text.split("\n")
    return [piece + "\n" for piece in pieces[:-1]] + ([pieces[-1]] if pieces[-1] else [])


def _ranges(source: Source, first: int, old: list[str], new: list[str]) -> Iterable[tuple[int, int, str]]:
    """The ranges of lines that the change can be told on; one that only inserts takes the line below or above along."""
    if max(len(old), len(new)) > LONGEST_SUGGESTION:
        return
    if old:
        yield first, first + len(old) - 1, "".join(new)
        return
    count = len(source.starts)
    if first <= count:
        yield first, first, "".join([*new, source.line(first) + "\n"])
    if first > 1:
        yield first - 1, first - 1, "".join([source.line(first - 1) + "\n", *new])


def _is_committable(hunk: Hunk, source: Source, first: int, last: int) -> bool:
    if last >= len(source.starts):
        return False  # the last line has no line feed
    lines = hunk.lines
    at = next(index for index, line in enumerate(lines) if line.new == first)
    stop = next(index for index, line in enumerate(lines) if line.new == last)
    part = lines[at : stop + 1]
    return all(line.new is not None and not line.final and line.text == source.line(line.new) for line in part)
