"""Templates that a program of the author's makes: the AWS CDK's app, run in a folder that is thrown away.

It is run as the CDK's CLI would run it, without the CLI: no telemetry, no notices, no bundling, no look-ups, no
credentials.
"""

from __future__ import annotations

import posixpath
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import Signals

from saya.errors import SynthesisError, UserError
from saya.record import record
from saya.sources.base import Files
from saya.sources.base_tree import check_locks, open_base_tree
from saya.sources.cdk import MANIFEST, read_settings
from saya.sources.cdk_program import command_of, environment_of
from saya.sources.child import Outcome, check_reach, free_user, run_child
from saya.sources.permission import Permission, upwards
from saya.sources.workplace import open_workplace
from saya.sources.workspace import Folder

TAIL = 15
LONGEST = 200

# `Error: no such stack`, `jsii.errors.JSIIError: ...`, `«ErrorCode» ...` of the CDK's, `/bin/sh: 1: npx: not found`;
# what comes second is told where nothing of the first kind is.
_ERRORS = (
    re.compile(r"(?:Uncaught )?[\w.]*(?:Error|Exception)(?:[: ]|$)|\[?«\w+» |.*: (?:not found|Permission denied)$"),
    re.compile(r"(?:fatal )?error[: ]", re.IGNORECASE),
)
_LIBRARY = re.compile(r"\s*at .*(?:\(|[ /])(?:node:internal|node_modules)/")


@record(kw_only=True)
class Synthesis:
    """What a run left: the files, with the assembly among them where the program's `output` is; and the root of the
    tree that it ran in, as its stack traces name it.
    """

    files: Files
    root: str


class Mounted:
    """The files of a folder under a path of another tree, as `Files`."""

    def __init__(self, folder: Path, at: str) -> None:
        self.inner = Folder(folder)
        self.at = at

    def _below(self, path: str) -> str:
        return path[len(self.at) + 1 :] if path.startswith(f"{self.at}/") else ""

    def has(self, path: str) -> bool:
        """Whether there is a regular file at a path."""
        return self.inner.has(self._below(path))

    def read(self, path: str) -> bytes | None:
        """The bytes of a file, None where there is none."""
        return self.inner.read(self._below(path))

    def holds(self, path: str, data: bytes) -> bool:
        """Whether a file has this content."""
        return self.inner.holds(self._below(path), data)

    def below(self, folder: str) -> Iterator[str]:
        """The paths of the files in a folder and in those below it."""
        every = (posixpath.join(self.at, path) for path in self.inner.below(""))
        return (path for path in every if not folder or path.startswith(f"{folder}/"))


@contextmanager
def synthesise(root: Path, folder: str, output: str, permission: Permission) -> Iterator[Synthesis]:
    """Run the program in a folder of a tree. What it made is gone when the context is left.

    Raises SynthesisError where it fails, UserError where it cannot be run.
    """
    root = root.resolve()
    project = root / folder
    files = Folder(root)
    settings = read_settings(files, folder)
    if settings is None:
        raise UserError("names no `app`, so that there is nothing to run", path=posixpath.join(folder, "cdk.json"))
    user = free_user()
    check_reach(project, user)
    with open_workplace(user) as place:
        made = place / "made"
        outcome = run_child(
            command_of(settings, project),
            folder=project,
            environment=environment_of(settings, files, folder, root, place, permission.search),
            timeout=permission.timeout,
            user=user,
        )
        failure = _failure(outcome, made, permission.timeout)
        if failure:
            raise SynthesisError(f"{failure}{_advice(files, root, folder)}", tail(outcome.printed))
        yield Synthesis(files=Mounted(made, output), root=str(root))


@contextmanager
def synthesise_base(
    base: Files, head: Files, root: Path, folder: str, output: str, permission: Permission
) -> Iterator[Synthesis]:
    """Run the program of base in a tree of its own, with what is installed for head.

    Raises UserError where what is installed for head is not what base needs, or where it fails.
    """
    check_locks(base, head, folder)
    with open_base_tree(base, root, folder) as tree, synthesise(tree, folder, output, permission) as made:
        yield made


def _failure(outcome: Outcome, made: Path, timeout: float) -> str:
    """What went wrong, in one line; empty where an assembly was made."""
    if outcome.code is None:
        return f"synthesis took longer than {timeout:.0f} s"
    if outcome.code < 0:
        return f"synthesis was ended by {Signals(-outcome.code).name}{told_by(outcome.printed)}"
    if outcome.code != 0:
        return f"synthesis failed with exit code {outcome.code}{told_by(outcome.printed)}"
    if not _is_regular(made / MANIFEST):
        return f"synthesis left no assembly; does the program end with `app.synth()`?{told_by(outcome.printed)}"
    return ""


def _advice(files: Files, root: Path, folder: str) -> str:
    """What to do where nothing is installed for a program of Node's."""
    above = list(upwards(folder))
    if not any(files.has(posixpath.join(each, "package.json")) for each in above):
        return ""
    installed = any((root / each / "node_modules").is_dir() for each in above)
    return "" if installed else "; there is no `node_modules`: install what it needs first (`npm ci`)"


def tail(printed: str) -> tuple[str, ...]:
    """The last lines of what a program printed, each short enough to read, without the frames of libraries."""
    lines = [line.rstrip() for line in printed.splitlines() if line.strip()]
    return tuple(_shortened(line) for line in [line for line in lines if not _LIBRARY.match(line)][-TAIL:])


def told_by(printed: str) -> str:
    """The line that says what went wrong, behind a colon: the last that is an error's; empty where none is."""
    lines = [line.strip() for line in reversed(printed.splitlines())]
    found = next((line for error in _ERRORS for line in lines if error.match(line)), None)
    return f": {_shortened(found)}" if found else ""


def _shortened(line: str) -> str:
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"


def _is_regular(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False
