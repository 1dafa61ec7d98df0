"""What a pull request changes, as far as GitHub takes comments on it. `saya.github.diff` reads it from patches.

The API takes comments on the added and the unchanged lines inside a hunk of a file's patch; the two ends of a range
must lie in the same hunk. Humans may comment on any line of a changed file in the browser; a program may not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from saya.record import field, record

Change = Literal["added", "removed", "context"]


@record
class DiffLine:
    """One line of a hunk. `old` and `new` are its 1-based numbers in base and head; None where it is not there.

    `text` is without the line end; `final` is true where the file ends after it without a line feed.
    """

    change: Change
    text: str
    old: int | None
    new: int | None
    final: bool = False


@record
class Hunk:
    """Lines that belong together. `title` is what stands behind the second `@@`."""

    lines: tuple[DiffLine, ...]
    title: str = ""

    @property
    def start(self) -> int | None:
        """The first line of head in the hunk; None where it only removes."""
        return next((line.new for line in self.lines if line.new is not None), None)

    @property
    def stop(self) -> int | None:
        """The last line of head in the hunk; None where it only removes."""
        return next((line.new for line in reversed(self.lines) if line.new is not None), None)

    def holds(self, first: int, last: int) -> bool:
        """Whether both lines of head lie in the hunk."""
        start, stop = self.start, self.stop
        return start is not None and stop is not None and start <= first <= last <= stop


@record(kw_only=True)
class FileDiff:
    """A changed file.

    `patched` is false where GitHub gives no patch (binary, a rename without changes, a large diff): then nothing in it
    takes a comment.
    """

    path: str
    old_path: str | None = None
    status: str = "modified"
    hunks: tuple[Hunk, ...] = ()
    patched: bool = True

    def hunk_of(self, first: int, last: int) -> Hunk | None:
        """The hunk in which both lines of head lie."""
        return next((hunk for hunk in self.hunks if hunk.holds(first, last)), None)


@record
class Diff:
    """The changed files by their path in head. `complete` is false where GitHub listed not all of them (3,000)."""

    files: Mapping[str, FileDiff] = field(default_factory=dict)
    complete: bool = True

    def hunk_of(self, path: str, first: int, last: int) -> Hunk | None:
        """The hunk of this file in which both lines of head lie; None where the API takes no comment on them."""
        changed = self.files.get(path)
        return changed.hunk_of(first, last) if changed else None
