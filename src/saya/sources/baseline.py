"""The base of a comparison: its files, and which of them belong to those of head."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from saya.errors import ConfigError, UserError
from saya.record import record
from saya.sources.base import Deployment, Files
from saya.sources.cloudformation import may_be_template
from saya.sources.git import find_repository
from saya.sources.revision import Commit, Differences, commit_differences, folder_differences, open_commit
from saya.sources.workspace import LEFT_OUT, SUFFIXES, Folder, resolve_inside, shown


@record(kw_only=True)
class Baseline:
    """What head is compared with.

    Attributes:
        name: what the report calls it: a commit's name, a path, `stack:NAME`.
        head: the name of head's commit; None where head is no work tree of a repository.
        root: the folder that paths of head are relative to.
        files: the files of base.
        head_files: the files of head, where `root` has only a part of them.
        told: how a user would write the path of a file of base.
        pair: a path of head and that of base, where these two alone are compared.
        differences: how head differs from base; None where nothing but the two files is known.
        configures: whether configuration and policies come from `files`: they are a revision of the repository.
        deployment: how base is deployed, where that is known from AWS.
        committed: the files of head as they are committed, where that is known.
        recoded: the files of head that differ and are templates only as they are stored, not as they are checked out.
    """

    name: str
    head: str | None = None
    root: Path
    files: Files
    head_files: Files | None = None
    told: Callable[[str], str]
    pair: tuple[str, str] | None = None
    differences: Differences | None = None
    configures: bool = False
    deployment: Deployment | None = None
    committed: Files | None = None
    recoded: frozenset[str] = frozenset()

    @property
    def changed(self) -> frozenset[str] | None:
        """The files that differ, by path from the root; None where nobody knows."""
        return None if self.differences is None else self.differences.changed

    @property
    def renamed(self) -> Mapping[str, str]:
        """The files of head that were renamed, with their paths in base."""
        return {} if self.differences is None else self.differences.renamed

    def partner(self, path: str) -> str | None:
        """The file of base that a file of head is, by path or because it was renamed."""
        if self.pair is not None:
            return self.pair[1] if path == self.pair[0] else None
        if self.files.has(path):
            return path
        old = self.renamed.get(path)
        return old if old is not None and self.files.has(old) else None

    def fetch(self, folders: tuple[str, ...]) -> None:
        """Read the templates below some folders that differ, at once. Raises UserError where one is not here."""
        if isinstance(self.files, Commit) and self.differences is not None:
            changed = (path for path in self.templates(folders) if path in self.differences.changed)
            self.files.fetch([*changed, *(path for path in self.renamed.values() if path.lower().endswith(SUFFIXES))])

    def templates(self, folders: tuple[str, ...]) -> Iterator[str]:
        """The files of base below some folders that may be templates by their name."""
        if self.pair is not None:
            return
        for folder in folders:
            for path in self.files.below(folder):
                between = path[len(folder) :].split("/")[:-1]
                if path.lower().endswith(SUFFIXES) and not LEFT_OUT.intersection(between):
                    yield path

    def submodule(self, path: str) -> str | None:
        """The submodule of base that a path lies in."""
        return self.files.submodule(path) if isinstance(self.files, Commit) else None


def open_revision(revision: str, root: Path, *, merge_base: bool = False) -> Baseline:
    """A revision of the repository whose work tree has this root. Raises UserError."""
    repository = find_repository(root)
    if repository is None:
        raise ConfigError(f"the base `{revision}` is no path, and there is no git repository here to look for it")
    commit = open_commit(repository, revision, merge_base=merge_base)
    head = repository.commit("HEAD")
    committed = None if head is None else Commit(repository, head)
    differences = commit_differences(commit)
    return Baseline(
        name=commit.name,
        head=head,
        root=root,
        files=commit,
        told=lambda path: shown(os.path.relpath(root / path)),
        differences=differences,
        configures=True,
        committed=committed,
        recoded=frozenset(_recoded(committed, differences)) if committed is not None else frozenset(),
    )


def _recoded(head: Commit, differences: Differences) -> Iterator[str]:
    """The files that differ and may be templates, but are none in the encoding that they are checked out in."""
    names = [path for path in differences.changed if path.lower().endswith(SUFFIXES) and head.has(path)]
    for path in head.repository.recoded(names) if names else ():
        if may_be_template(head.read(path) or b""):
            yield path


def open_path(given: str, paths: tuple[str, ...]) -> Baseline:
    """A folder to compare a folder with, or a file to compare a file with. Raises UserError."""
    base = resolve_inside(given)
    if len(paths) != 1:
        raise ConfigError(f"the base `{given}` is a path; name one path to compare with it, not {len(paths)}")
    head = resolve_inside(paths[0])
    if base.is_dir() != head.is_dir():
        kinds = ("folder", "file") if base.is_dir() else ("file", "folder")
        raise ConfigError(f"`{given}` is a {kinds[0]} and `{paths[0]}` is a {kinds[1]}; compare like with like")
    if base.is_dir():
        before, after = Folder(base), Folder(head)
        return Baseline(
            name=shown(given),
            root=head,
            files=before,
            told=lambda path: shown(os.path.join(given, path)),  # noqa: PTH118 - a path as text
            differences=folder_differences(before, after),
        )
    return Baseline(
        name=shown(given),
        root=head.parent,
        files=Folder(base.parent),
        told=lambda path: shown(os.path.join(os.path.dirname(given), path)),  # noqa: PTH118, PTH120 - a path as text
        pair=(head.name, base.name),
    )


class Document:
    """One text that is no file, as `Files`."""

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self.data = data

    def has(self, path: str) -> bool:
        """Whether it is this one."""
        return path == self.path

    def read(self, path: str) -> bytes | None:
        """Its bytes."""
        return self.data if path == self.path else None

    def holds(self, path: str, data: bytes) -> bool:
        """Whether it has this content."""
        return path == self.path and data == self.data

    def below(self, folder: str) -> Iterator[str]:
        """Its path."""
        if not folder:
            yield self.path


def open_document(name: str, text: str, path: str, deployment: Deployment) -> Baseline:
    """A deployed template to compare the file `path` with. Raises UserError where that is no file."""
    head = resolve_inside(path)
    if head.is_dir():
        raise UserError(f"{name} is one template; name the file to compare with it", path=shown(path))
    return Baseline(
        name=name,
        root=head.parent,
        files=Document(name, text.encode("utf-8", "surrogatepass")),
        told=lambda _: name,
        pair=(head.name, name),
        deployment=deployment,
    )
