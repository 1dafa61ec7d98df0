"""A file's text, and places in it.

Offsets are code points of the file decoded as UTF-8, without a byte order mark. Lines end at a line feed, as in Git
and on GitHub; lines and columns are 1-based and computed only when asked for.
"""

from __future__ import annotations

from bisect import bisect_right

from saya.record import NamedTuple


class Span(NamedTuple):
    """A stretch of text, `start` inclusive, `end` exclusive, in code points."""

    start: int
    end: int


class Source:
    """The text of one file. `path` is what the user sees; `bom` says that the file began with a byte order mark."""

    __slots__ = ("_starts", "bom", "path", "text")

    def __init__(self, path: str, text: str, *, bom: bool = False) -> None:
        self.path = path
        self.text = text
        self.bom = bom
        self._starts: list[int] | None = None

    def __repr__(self) -> str:
        return f"Source({self.path!r})"

    @property
    def starts(self) -> list[int]:
        """The offset at which each line starts."""
        if self._starts is None:
            starts = [0]
            find = self.text.find
            at = find("\n")
            while at >= 0:
                starts.append(at + 1)
                at = find("\n", at + 1)
            self._starts = starts
        return self._starts

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column (1-based) of an offset."""
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of a line (1-based) without its line end."""
        starts = self.starts
        end = starts[number] if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].rstrip("\r\n")


class Location(NamedTuple):
    """A span in a source."""

    source: Source
    span: Span

    @property
    def path(self) -> str:
        return self.source.path

    @property
    def start(self) -> tuple[int, int]:
        """Line and column (1-based) of the first character."""
        return self.source.position(self.span.start)

    @property
    def end(self) -> tuple[int, int]:
        """Line and column (1-based) just behind the last character."""
        return self.source.position(self.span.end)

    @property
    def start_line(self) -> int:
        return self.start[0]
