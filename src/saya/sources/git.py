"""Git, asked about a repository that nobody vouches for.

Its configuration may name programs (filters, hooks, monitors, helpers) and its tree anything at all. So: an environment
of our own, the repository named and never searched for, only commands that read objects, no object fetched, nothing
written. The work tree is listed by `git status` alone, with every filter of the configuration taken away.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from saya.errors import ConfigError, UserError
from saya.record import NamedTuple

TIMEOUT = 120.0
"""Seconds that one question may take; a large repository answers in a few."""

RENAME_LIMIT = 2_000
"""Added and deleted files, each, up to which Git compares contents; past it only equal ones count as renamed."""

WHOLE_CLONE = "clone without `--filter`, or run `git fetch --refetch --no-filter`"

REGULAR = frozenset(("100644", "100755"))
SUBMODULE = "160000"

_HASH = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_FILTER = re.compile(r"(?s)filter\..*\.(clean|smudge|process|required)")

# Over the repository's own. Empty values switch off; nothing here is a path that a repository could hold.
_CONFIGURATION = {
    "safe.directory": "*",  # the runner's files belong to another user than the container's; nothing of theirs is run
    "core.fsmonitor": "",
    "core.hooksPath": os.devnull,
    "core.attributesFile": os.devnull,
    "core.excludesFile": os.devnull,
    "credential.helper": "",
    "diff.external": "",
    "protocol.allow": "never",
    "status.submoduleSummary": "false",
    "submodule.recurse": "false",
}


class Entry(NamedTuple):
    """A file of a tree: its mode in octal digits, and the name of its object."""

    mode: str
    object: str


class Change(NamedTuple):
    """A file that differs between two trees: `old` and `new` are its paths, None where it is not in that tree."""

    old: str | None
    new: str | None


class Repository:
    """The repository of a work tree. `root` is the folder that holds `.git`."""

    def __init__(self, root: Path) -> None:
        program = shutil.which("git")
        if program is None:
            raise ConfigError("git is not installed, and the base is a revision; install git, or name a file or folder")
        self.root = root
        self._program = program
        self._environment = _environment(root, Path(program).parent, _CONFIGURATION)
        filters = self._run("config", "-z", "--name-only", "--get-regexp", r"^filter\.", valid=(0, 1))
        silenced = {name: "false" if name.endswith(".required") else "" for name in _names(filters) if _is_filter(name)}
        self._environment = _environment(root, Path(program).parent, _CONFIGURATION | silenced)

    # revisions

    def commit(self, revision: str) -> str | None:
        """The commit that a revision names; None where it names none. Raises UserError where it is no name at all."""
        if not revision or revision.startswith("-") or any(character in revision for character in "\0\n"):
            raise ConfigError(f"`{revision}` is no revision; valid is a branch, a tag or a commit")
        answer = self._ask("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        name = answer.stdout.decode("ascii", "replace").strip()
        return name if answer.returncode == 0 and _HASH.fullmatch(name) else None

    def merge_base(self, one: str, other: str) -> str | None:
        """The best common ancestor of two commits; None where the history here shows none."""
        answer = self._ask("merge-base", one, other)
        name = answer.stdout.decode("ascii", "replace").strip()
        return name if answer.returncode == 0 and _HASH.fullmatch(name) else None

    def is_shallow(self) -> bool:
        """Whether parts of the history were left out when it was fetched."""
        return self._run("rev-parse", "--is-shallow-repository").strip() == b"true"

    # trees

    def tree(self, commit: str) -> dict[str, Entry]:
        """The files of a commit by path; symbolic links and submodules are among them. Raises UserError."""
        found = {}
        for line in self._run("ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0"):
            fields, _, name = line.partition(b"\t")
            path = os.fsdecode(name)
            if _is_inside(path):
                mode, _, object_ = fields.decode("ascii").split(" ")
                found[path] = Entry(mode, object_)
        return found

    def blobs(self, objects: Iterable[str], *, largest: int) -> dict[str, bytes | None]:
        """The contents of blobs by name; None for those over `largest` bytes. Those that are not here are left out."""
        sizes = {}
        told = self._run("cat-file", "--batch-check", given=_lines(objects)).decode("ascii", "replace")
        for line in told.split("\n"):
            name, _, rest = line.partition(" ")
            kind, _, size = rest.partition(" ")
            if kind == "blob":
                sizes[name] = int(size)
        contents: dict[str, bytes | None] = dict.fromkeys(name for name, size in sizes.items() if size > largest)
        for batch in _batches({name: size for name, size in sizes.items() if size <= largest}):
            contents.update(self._contents(batch))
        return contents

    def _contents(self, objects: Mapping[str, int]) -> Iterator[tuple[str, bytes]]:
        output = self._run("cat-file", "--batch", given=_lines(objects))
        at = 0
        for name, size in objects.items():
            begin = output.index(b"\n", at) + 1
            yield name, output[begin : begin + size]
            at = begin + size + 1

    # differences

    def changes(self, base: str, head: str) -> Iterator[Change]:
        """The files that differ between the trees of two commits; those that were renamed have both paths."""
        options = ("-r", "-z", "--name-status", "-M", f"-l{RENAME_LIMIT}", "--no-ext-diff", "--no-textconv")
        fields = iter(self._run("diff-tree", *options, base, head).split(b"\0"))
        for status in fields:
            if status[:1] in (b"R", b"C"):
                old, new = os.fsdecode(next(fields)), os.fsdecode(next(fields))
                yield Change(old if status[:1] == b"R" else None, new)
            elif status:
                path = os.fsdecode(next(fields))
                yield Change(None if status == b"A" else path, None if status == b"D" else path)

    def patch(self, base: str, head: str) -> str:
        """What differs between the trees of two commits, as `git diff` shows it, with three lines around a change."""
        options = ("-r", "-p", "-U3", "-M", f"-l{RENAME_LIMIT}", "--no-ext-diff", "--no-textconv", "--no-color")
        prefixes = ("--src-prefix=a/", "--dst-prefix=b/")
        return self._run("diff-tree", *options, *prefixes, base, head).decode("utf-8", "replace")

    def uncommitted(self) -> Iterator[str]:
        """The files of the work tree that differ from the last commit or are new to it, without ignored ones."""
        options = ("--porcelain", "-z", "--untracked-files=all", "--no-renames", "--ignore-submodules=all")
        for entry in self._run("status", *options).split(b"\0"):
            if entry:
                yield os.fsdecode(entry[3:])

    def holds(self, path: str) -> bool:
        """Whether the last commit or the index has anything at a path or below it."""
        listed = self._run("ls-files", "--cached", "-z", "--", f":(top,literal){path}")
        tree = self._ask("ls-tree", "--full-tree", "HEAD", "--", path).stdout  # nothing where there is no commit yet
        return bool(listed or tree)

    def recoded(self, paths: Iterable[str]) -> Iterator[str]:
        """Those of these paths that `.gitattributes` has written in another encoding than they are stored in."""
        given = b"".join(os.fsencode(path) + b"\0" for path in paths)
        fields = self._run("check-attr", "-z", "--stdin", "working-tree-encoding", given=given).split(b"\0")
        for path, value in zip(fields[::3], fields[2::3], strict=False):
            if value not in (b"unspecified", b"unset", b"set") and value.lower() not in (b"utf-8", b"utf8"):
                yield os.fsdecode(path)

    def empty_tree(self) -> str:
        """The name of the tree without files."""
        return self._run("hash-object", "-t", "tree", "--stdin").decode("ascii").strip()

    # running

    def _run(self, *arguments: str, given: bytes = b"", valid: tuple[int, ...] = (0,)) -> bytes:
        """What a command of Git's writes. Raises UserError where it fails."""
        answer = self._ask(*arguments, given=given)
        if answer.returncode not in valid:
            if b"promisor" in answer.stderr or b"lazy fetching" in answer.stderr:
                raise ConfigError(f"objects are missing in this partial clone; {WHOLE_CLONE}")
            told = answer.stderr.decode("utf-8", "replace").strip().split("\n")[-1] or f"exit {answer.returncode}"
            raise UserError(f"git {arguments[0]} failed: {told.removeprefix('fatal: ').removeprefix('error: ')}")
        return answer.stdout

    def _ask(self, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        try:
            return subprocess.run(
                [self._program, "--no-pager", "--no-optional-locks", *arguments],
                input=given,
                capture_output=True,
                cwd=self.root,
                env=self._environment,
                timeout=TIMEOUT,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise UserError(f"git {arguments[0]} took longer than {TIMEOUT:.0f} s") from None
        except OSError as error:
            raise UserError(f"git cannot be run: {(error.strerror or 'unknown').lower()}") from None


def find_repository(folder: Path) -> Repository | None:
    """The repository whose work tree has this folder as its root; None where there is none. Raises ConfigError."""
    return Repository(folder) if (folder / ".git").exists() else None


def _environment(root: Path, programs: Path, configuration: Mapping[str, str]) -> dict[str, str]:
    """All that Git is told. With GIT_DIR set it neither searches for a repository nor finds one planted in a folder."""
    entries = [(f"GIT_CONFIG_KEY_{n}", key) for n, key in enumerate(configuration)]
    entries += [(f"GIT_CONFIG_VALUE_{n}", value) for n, value in enumerate(configuration.values())]
    return {
        "PATH": f"{programs}{os.pathsep}{os.defpath}",
        "LC_ALL": "C",
        "GIT_DIR": str(root / ".git"),
        "GIT_WORK_TREE": str(root),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_CONFIG_COUNT": str(len(configuration)),
        **dict(entries),
    }


def _names(output: bytes) -> list[str]:
    return [os.fsdecode(name) for name in output.split(b"\0") if name]


def _is_filter(name: str) -> bool:
    return _FILTER.fullmatch(name) is not None


def _is_inside(path: str) -> bool:
    """Whether a path of a tree is one that a checkout could write: objects can be made by hand, and hold any name."""
    return bool(path) and all(part not in ("", ".", "..") for part in path.split("/"))


def _lines(objects: Iterable[str]) -> bytes:
    return "".join(f"{name}\n" for name in objects).encode("ascii")


def _batches(sizes: Mapping[str, int], most: int = 64 * 1024 * 1024) -> Iterator[dict[str, int]]:
    """The objects in groups whose contents fit into memory together."""
    batch: dict[str, int] = {}
    total = 0
    for name, size in sizes.items():
        if batch and total + size > most:
            yield batch
            batch, total = {}, 0
        batch[name] = size
        total += size
    if batch:
        yield batch
