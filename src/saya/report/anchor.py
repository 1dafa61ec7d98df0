"""Where in a pull request a finding can be commented on."""

from __future__ import annotations

from saya.findings import Finding
from saya.record import record
from saya.report.diff import Diff, Hunk
from saya.text.source import Location

# GitHub shows the whole range above a comment; what is longer is told at one of its lines.
LONGEST_RANGE = 12


@record
class Anchor:
    """Lines of head, 1-based and inclusive, in one hunk of the file."""

    path: str
    first: int
    last: int

    def overlaps(self, other: Anchor) -> bool:
        """Whether the two share a line."""
        return self.path == other.path and self.first <= other.last and other.first <= self.last


def anchor_of(finding: Finding, diff: Diff) -> Anchor | None:
    """The first of the finding's place, its origins and what is related in head that lies in a hunk; None for none."""
    related = (entry.location for entry in finding.related if entry.revision == "head")
    for location in (finding.location, *finding.origins, *related):
        anchor = anchor_at(location, diff)
        if anchor is not None:
            return anchor
    return None


def anchor_at(location: Location, diff: Diff) -> Anchor | None:
    """The lines of a location that take a comment: all of them, else those to the end of its hunk.

    Where it starts outside every hunk, is too long, or is changed behind its hunk only: the first line in it that the
    pull request adds.
    """
    first, last = lines_of(location)
    changed = diff.files.get(location.path)
    hunks = changed.hunks if changed else ()
    added = next(filter(None, (_first_added(hunk, first, last) for hunk in hunks)), None)
    held = next((hunk for hunk in hunks if hunk.holds(first, first)), None)
    if held is not None:
        stop = min(last, held.stop or first)
        if stop - first < LONGEST_RANGE and (added is None or added <= stop):
            return Anchor(location.path, first, stop)
        return Anchor(location.path, added or first, added or first)
    return None if added is None else Anchor(location.path, added, added)


def lines_of(location: Location) -> tuple[int, int]:
    """The first and the last line of a location, 1-based; the white space behind its text does not count."""
    source, (start, end) = location
    end = start + len(source.text[start:end].rstrip())
    return source.position(start)[0], source.position(max(start, end - 1))[0]


def _first_added(hunk: Hunk, first: int, last: int) -> int | None:
    numbers = (line.new for line in hunk.lines if line.change == "added" and line.new is not None)
    return next((number for number in numbers if first <= number <= last), None)
