"""What head is compared with: a revision of the repository, a folder, a file."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal

from saya.errors import ConfigError, UserError
from saya.record import NamedTuple
from saya.sources.git import REGULAR, SUBMODULE, WHOLE_CLONE, Entry, Repository, find_repository
from saya.sources.workspace import LARGEST, TOO_LARGE, Folder

BaseKind = Literal["git", "path", "stack"]

FULL = "fetch-depth: 0"


class BaseName(NamedTuple):
    """What `--base` names: a revision, a path, a deployed stack."""

    kind: BaseKind
    name: str


def read_base(given: str, root: Path) -> BaseName:
    """What a `--base` means: `stack:NAME`, `git:REVISION`, `path:PATH`; else a path that exists, else a revision.

    Raises ConfigError where it is both: a file that a pull request adds must not take the place of the revision that
    it is compared with.
    """
    prefix, colon, name = given.partition(":")
    kinds: Mapping[str, BaseKind] = {"stack": "stack", "git": "git", "path": "path"}
    if colon and prefix in kinds:
        if not name:
            raise ConfigError(f"`{given}` names no base; valid is {prefix}:NAME")
        return BaseName(kinds[prefix], name)
    if "\0" in given or not os.path.lexists(given):
        return BaseName("git", given)
    repository = None if given.startswith(("/", "./", "../", "-")) else find_repository(root)
    if repository is not None and repository.commit(given) is not None:
        raise ConfigError(f"`{given}` is a revision and a path; write git:{given} or path:{given}")
    return BaseName("path", given)


class Commit:
    """The files of a commit, read from the repository's objects; the work tree is not touched."""

    def __init__(self, repository: Repository, name: str) -> None:
        self.repository = repository
        self.name = name
        self._tree: dict[str, Entry] | None = None
        self._contents: dict[str, bytes | None] = {}

    @property
    def tree(self) -> Mapping[str, Entry]:
        """All entries of the tree, links and submodules among them."""
        if self._tree is None:
            self._tree = self.repository.tree(self.name)
        return self._tree

    def has(self, path: str) -> bool:
        """Whether there is a regular file at a path."""
        entry = self.tree.get(path)
        return entry is not None and entry.mode in REGULAR

    def read(self, path: str) -> bytes | None:
        """The bytes of a file, None where there is none. Raises UserError where it is too large or not here."""
        if not self.has(path):
            return None
        self.fetch([path])
        content = self._contents[self.tree[path].object]
        if content is None:
            raise UserError(TOO_LARGE, path=path)
        return content

    def below(self, folder: str) -> Iterator[str]:
        """The paths of the files in a folder and in those below it."""
        prefix = f"{folder}/" if folder else ""
        return (path for path, entry in self.tree.items() if entry.mode in REGULAR and path.startswith(prefix))

    def fetch(self, paths: Iterable[str]) -> None:
        """Read files at once that are going to be asked for. Raises UserError where one is not in this clone."""
        wanted = {self.tree[path].object: path for path in paths if self.has(path)}
        missing = [name for name in wanted if name not in self._contents]
        if not missing:
            return
        self._contents.update(self.repository.blobs(missing, largest=LARGEST))
        absent = next((wanted[name] for name in missing if name not in self._contents), None)
        if absent is not None:
            raise ConfigError(f"`{absent}` of {self.name[:12]} is missing in this partial clone; {WHOLE_CLONE}")

    def holds(self, path: str, data: bytes) -> bool:
        """Whether a file has this content, told by its hash and without reading it."""
        entry = self.tree.get(path)
        return entry is not None and entry.mode in REGULAR and entry.object == _object_name(data, len(entry.object))

    def submodule(self, path: str) -> str | None:
        """The path of the submodule that a path lies in."""
        parts = path.split("/")
        folders = ("/".join(parts[:length]) for length in range(1, len(parts)))
        return next((each for each in folders if each in self.tree and self.tree[each].mode == SUBMODULE), None)


def open_commit(repository: Repository, revision: str, *, merge_base: bool) -> Commit:
    """The commit that a revision names, or its merge base with HEAD. Raises ConfigError where there is none."""
    name = repository.commit(revision)
    shallow = name is None and repository.is_shallow()
    if shallow:
        fetch = f"`git fetch --depth=1 origin {revision.removeprefix('origin/')}`"
        told = f"the base `{revision}` is not in this shallow clone"
        raise ConfigError(f"{told}; check out with `{FULL}`, or run {fetch}")
    if name is None:
        raise ConfigError(
            f"the base `{revision}` is neither a revision nor a path; valid is a branch, a tag, a commit, a file, "
            "a folder or stack:NAME"
        )
    if not merge_base:
        return Commit(repository, name)
    head = repository.commit("HEAD")
    ancestor = repository.merge_base(name, head) if head else None
    if ancestor is None and repository.is_shallow():
        told = f"this shallow clone has no merge base of `{revision}` and HEAD"
        raise ConfigError(f"{told}; check out with `{FULL}`, or run `git fetch --unshallow`")
    if ancestor is None:
        raise ConfigError(f"`{revision}` and HEAD have no merge base; compare with `{revision}` itself")
    return Commit(repository, ancestor)


class Differences(NamedTuple):
    """How the files of head differ from those of base, by path from the root.

    `changed` are all that differ; `renamed` maps those of head that were renamed to what they are in base.
    """

    changed: frozenset[str]
    renamed: Mapping[str, str]


def commit_differences(base: Commit) -> Differences:
    """How the work tree differs from a commit. Raises UserError."""
    repository = base.repository
    head = repository.commit("HEAD") or repository.empty_tree()
    changes = list(repository.changes(base.name, head))
    paths = {path for change in changes for path in (change.old, change.new) if path is not None}
    renamed = {each.new: each.old for each in changes if each.old and each.new and each.old != each.new}
    return Differences(frozenset(paths.union(repository.uncommitted())), renamed)


def folder_differences(base: Folder, head: Folder) -> Differences:
    """How the files of one folder differ from those of another."""
    before, after = set(base.below("")), set(head.below(""))
    changed = before ^ after
    changed.update(path for path in before & after if not _same_file(base.root / path, head.root / path))
    return Differences(frozenset(changed), {})


def _same_file(one: Path, other: Path) -> bool:
    try:
        if one.stat().st_size != other.stat().st_size:
            return False
        with one.open("rb") as left, other.open("rb") as right:
            while True:
                piece = left.read(1 << 16)
                if piece != right.read(1 << 16):
                    return False
                if not piece:
                    return True
    except OSError:
        return False


def _object_name(data: bytes, digits: int) -> str:
    """The name that Git gives to a blob of this content, in a repository of SHA-1 (40 digits) or SHA-256."""
    algorithm = hashlib.sha1 if digits == 40 else hashlib.sha256
    return algorithm(b"blob %d\0" % len(data) + data).hexdigest()
