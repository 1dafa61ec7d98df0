"""The files that differ between two revisions, as far as the code of a function is made from them."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Mapping

from saya.record import NamedTuple

_SETTINGS = ("samconfig.toml", "samconfig.yaml", "samconfig.yml")


class Renames(NamedTuple):
    """What went where between the revisions.

    Attributes:
        folder: the folder of the template in base; None where it is the one in head.
        paths: the files of head that were renamed, with their paths in base.
        below: the files of base below a folder.
        same: whether a file of head (first) has the content of the one of base (second).
    """

    folder: str | None = None
    paths: Mapping[str, str] = {}
    below: Callable[[str], Iterable[str]] = lambda _folder: ()
    same: Callable[[str, str], bool] = lambda _head, _base: False


NO_RENAMES = Renames()


class ChangedFiles(NamedTuple):
    """The files that differ between the revisions, None where nobody says; `folder` is that of the template in head.

    All paths are relative to the root of the repository, with `/`.
    """

    paths: frozenset[str] | None
    folder: str
    renames: Renames = NO_RENAMES

    def keep(self, base: str, head: str) -> bool:
        """Whether a path beside the template of head leads to what one of base led to: to the same place, or to where
        all that was there has been moved.
        """
        old, new = self._base_place(base), self._place(head)
        return old == new or bool(self._moved(old, new))

    def touch(self, template: str, head: str, base: str | None) -> bool:
        """Whether what is packaged from a path beside the template of head has changed; `base` is the path that led
        there in base, None where none did.

        The template, with this name, and its settings, which may lie in the same folder, are no code.
        """
        new = self._place(head)
        old = new if base is None else self._base_place(base)
        moved = {} if old == new else self._moved(old, new)
        for file in (self.paths or frozenset()) - self._own(template):
            if _below(file, new) is not None and not (file in moved and self.renames.same(file, moved[file])):
                return True
            if moved and _below(file, old) is not None and file not in moved.values():
                return True
        return False

    def _own(self, template: str) -> frozenset[str]:
        own = {self._place(name) for name in (posixpath.basename(template), *_SETTINGS)}
        return frozenset(own | {self.renames.paths[path] for path in own if path in self.renames.paths})

    def _place(self, path: str) -> str:
        return posixpath.normpath(posixpath.join(self.folder, path))

    def _base_place(self, path: str) -> str:
        folder = self.folder if self.renames.folder is None else self.renames.folder
        return posixpath.normpath(posixpath.join(folder, path))

    def _moved(self, old: str, new: str) -> dict[str, str]:
        """The files that went from one place to another as they lay there, with their paths in base; none where some
        have stayed, or where there were others already.
        """
        tails = {before: _below(before, old) for before in self.renames.paths.values()}
        moved = {
            file: before
            for file, before in self.renames.paths.items()
            if tails[before] is not None and _below(file, new) == tails[before]
        }
        if moved:
            before = {file for file in self.renames.below("") if _below(file, old) is not None}
            others = {file for file in self.renames.below("") if _below(file, new) is not None}
            if not before <= (self.paths or frozenset()) or others - before:
                return {}
        return moved


def _below(file: str, place: str) -> str | None:
    """The path of a file below a place, empty where it is the place itself; None where it lies elsewhere."""
    if place == ".":
        return file
    if file == place:
        return ""
    return file[len(place) + 1 :] if file.startswith(f"{place}/") else None
