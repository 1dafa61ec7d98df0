"""From a stack trace to the line that the author wrote.

The trace was written by a program that ran elsewhere, perhaps on another machine, and may say anything: a frame counts
only where it names a regular file of this tree that is the author's own.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator

from saya.errors import UserError
from saya.record import NamedTuple
from saya.sources.base import Files
from saya.sources.statements import end_of_statement
from saya.sources.workspace import decode
from saya.text.source import Location, Source, Span

# Folders of what others wrote, or of what a machine wrote.
OTHERS = frozenset(
    ("node_modules", "site-packages", "dist-packages", ".venv", "venv", ".tox", "cdk.out", ".yarn", ".pnpm-store")
)
SUFFIXES = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".py")

MOST_FRAMES = 200
LONGEST_FRAME = 1_000

# `new Service (/app/lib/service.ts:21:5)`, `file:///app/lib/service.mjs:21:5`, `Service.__init__ (stack/service.py:17)`
_FRAME = re.compile(r"(?:^|[\s(])(?:file://)?(?P<path>[^\s()][^()]*?):(?P<line>\d{1,7})(?::(?P<column>\d{1,7}))?\)?$")

# `webpack://@jsii/runtime/lib/kernel.ts:1:2` is no file; `C:/app/lib/service.ts` is one.
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")


class Frame(NamedTuple):
    """A place in a file, as a stack trace names it: `/`-separated, and `line` is 1-based."""

    path: str
    line: int


def read_frames(trace: object) -> Iterator[Frame]:
    """The frames of a trace that could be an author's; `trace` is a list of texts, or one text of several lines."""
    lines = trace.split("\n") if isinstance(trace, str) else trace
    for line in lines[:MOST_FRAMES] if isinstance(lines, list) else ():
        found = _FRAME.search(line.strip()) if isinstance(line, str) and len(line) <= LONGEST_FRAME else None
        if found is not None:
            path = posixpath.normpath(found["path"].replace("\\", "/"))
            if path.lower().endswith(SUFFIXES) and not _SCHEME.match(path) and not OTHERS.intersection(path.split("/")):
                yield Frame(path, int(found["line"]))


class Authors:
    """The files of an author, in which the frames of their program's traces are looked for.

    `project` is the folder of the program among the `files`; `roots` are folders as the program names them, with the
    paths that they have among the files; `told` says how a user would write a path of a file.
    """

    def __init__(
        self, files: Files, project: str, roots: Iterable[tuple[str, str]], told: Callable[[str], str]
    ) -> None:
        self.files = files
        self.project = project
        self.roots = tuple(roots)
        self.told = told
        self._sources: dict[str, Source | None] = {}
        self._paths: dict[str, str | None] = {}

    def places(self, frames: Iterable[Frame]) -> Iterator[Location]:
        """The statements of the author that a trace went through, the innermost first: each from the frame's line on,
        to where the brackets that it opens are closed.
        """
        seen = set()
        for frame in frames:
            path = self.find(frame.path)
            source = self._source(path) if path is not None else None
            if source is None or (path, frame.line) in seen or not 0 < frame.line <= len(source.starts):
                continue
            seen.add((path, frame.line))
            text = source.line(frame.line)
            if text.strip():
                start = source.starts[frame.line - 1] + len(text) - len(text.lstrip())
                yield Location(source, Span(start, end_of_statement(source, frame.line)))

    def find(self, named: str) -> str | None:
        """The file that a path of a trace means, by path among the files; None where it is none of the author's."""
        if named not in self._paths:
            self._paths[named] = next((path for path in self._candidates(named) if self.files.has(path)), None)
        return self._paths[named]

    def _candidates(self, named: str) -> Iterator[str]:
        """The paths that a path of a trace may mean: below a folder that is known; else by the longest end of it."""
        for root, below in self.roots:
            if named.startswith(f"{root}/"):
                yield posixpath.join(below, named[len(root) + 1 :])
                return
        parts = [part for part in named.split("/") if part not in ("", ".")]
        if ".." in parts:
            return
        if not named.startswith("/") and not re.match(r"[A-Za-z]:/", named):
            yield posixpath.join(self.project, *parts)
            return
        for folder in dict.fromkeys((self.project, "")):
            for first in range(1, len(parts)):
                yield posixpath.join(folder, *parts[first:])

    def _source(self, path: str) -> Source | None:
        if path not in self._sources:
            try:
                data = self.files.read(path)
                self._sources[path] = None if data is None else decode(data, self.told(path))
            except UserError:
                self._sources[path] = None
        return self._sources[path]
