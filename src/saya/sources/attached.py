"""The files that a template names: definitions and fragments beside it, nested templates.

A template may be the head of somebody's pull request: what it names is read as data, from its own revision, and never
from outside the root of that revision.
"""

from __future__ import annotations

import posixpath

from saya.errors import UserError
from saya.sources.base import Files
from saya.sources.workspace import decode
from saya.text.source import Source


class AttachedFiles:
    """The files of a revision as a template names them: by path from its folder, each read once.

    `path` is the template's among the `files`, `shown` as the user would write it. What is in a `hidden` folder beside
    it is not there.
    """

    def __init__(self, files: Files, path: str, shown: str, *, hidden: str = "") -> None:
        self._files = files
        self._hidden = hidden
        self._folder = posixpath.dirname(path)
        self._shown = posixpath.dirname(shown)
        self._data: dict[str, bytes | None] = {}
        self._sources: dict[str, Source | None] = {}

    def __call__(self, name: str) -> Source | None:
        """The text of a file; None where there is none, or none that can be read: a link, too large, no UTF-8."""
        if name not in self._sources:
            self._sources[name] = self._open(name)
        return self._sources[name]

    @property
    def sources(self) -> tuple[Source, ...]:
        """What has been read so far."""
        return tuple(source for source in self._sources.values() if source is not None)

    def path(self, name: str) -> str | None:
        """The path of a file from the root; None where it leads out of the root or is no relative path."""
        return _below(self._folder, name)

    def same_in(self, files: Files, path: str) -> bool:
        """Whether a template at a path among other files would have been given the same, as far as it has asked."""
        folder = posixpath.dirname(path)
        for name, data in self._data.items():
            other = _below(folder, name)
            if other is None or (files.has(other) if data is None else not files.holds(other, data)):
                return False
        return True

    def _open(self, name: str) -> Source | None:
        path = self.path(name)
        if path is None or (self._hidden and name.startswith(f"{self._hidden}/")):
            return None
        try:
            data = self._data[name] = self._files.read(path)
            return None if data is None else decode(data, posixpath.normpath(posixpath.join(self._shown, name)))
        except UserError:
            self._data.setdefault(name, None)
            return None


def _below(folder: str, name: str) -> str | None:
    if not name or name.startswith("/") or "\\" in name or "\0" in name or "://" in name:
        return None
    path = posixpath.normpath(posixpath.join(folder, name))
    return None if path == ".." or path.startswith("../") else path
