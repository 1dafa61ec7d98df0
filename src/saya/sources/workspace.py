"""The files of a folder that may be templates, found and read without trusting them.

The folder may be the head of somebody's pull request: a file there may be huge, a pipe, or a link to the machine's
secrets.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from saya.errors import ParseError, UserError
from saya.sources.base import Candidate
from saya.sources.cloudformation import marks_of
from saya.text.source import Source

SUFFIXES = (".json", ".yaml", ".yml", ".template")

# Folders whose templates are somebody else's, or are built from those that are judged.
LEFT_OUT = frozenset(
    {
        *(".git", ".hg", ".svn"),
        *("node_modules", "bower_components", "vendor", "site-packages"),
        *(".venv", "venv", ".tox", ".nox", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache"),
        *("build", "dist", "target", ".aws-sam", ".serverless", "cdk.out", ".terraform", ".next", ".cache"),
    }
)

# The files by which a program that makes templates is found, or what it made.
PROGRAM_FILES = ("cdk.json", "manifest.json")

# Services of the Serverless Framework that are programs. Nobody runs them; what was packaged of them is read.
SERVICE_PROGRAMS = ("serverless.ts", "serverless.js", "serverless.mjs", "serverless.cjs")

# CloudFormation takes templates up to 1 MB; what is sixteen times that is no template and may be an attack.
LARGEST = 16 * 1024 * 1024
# GitHub takes no file of more than 100 MB; what is larger was never pushed there.
SEARCHED, PIECE = 128 << 20, 1 << 20
TOO_LARGE = f"is larger than {LARGEST // 1024 // 1024} MB; CloudFormation takes at most 1 MB"


def find_candidates(paths: Iterable[str]) -> Iterator[Candidate | UserError]:
    """The files that the paths name, and those in the folders they name that may be templates, each once.

    A path that cannot be taken is an error in the place of its files; the others go on.
    """
    seen: set[Path] = set()
    for given in paths:
        try:
            resolved = resolve_inside(given)
            found = walk(resolved, given) if resolved.is_dir() else [Candidate(resolved, shown(given), named=True)]
            for candidate in found:
                if candidate.path not in seen:
                    seen.add(candidate.path)
                    yield candidate
        except UserError as error:
            yield error


def resolve_inside(given: str) -> Path:
    """The real path of what the user named.

    Raises UserError where there is nothing, or where a symbolic link leads out of the tree that the path stands in.
    """
    if not given or "\0" in given:
        raise UserError("a path is empty or holds a NUL; name a template or a folder")
    try:
        real = Path(given).resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise UserError(f"cannot be opened: {_why(error)}; name a template or a folder", path=shown(given)) from None
    named = Path(os.path.abspath(given))  # noqa: PTH100 - lexical on purpose: the links are what is judged
    root = tree_root(named.parent).resolve()
    if _is_link_below(named, tree_root(named.parent)) and not real.is_relative_to(root):
        raise UserError("is a symbolic link that leads out of its tree; name the file itself", path=shown(given))
    return real


def tree_root(folder: Path) -> Path:
    """The root of the work tree that the folder stands in, its nearest parent with `.git`; else the folder itself."""
    for parent in (folder, *folder.parents):
        if os.path.exists(parent / ".git"):  # noqa: PTH110 - False where nobody may look
            return parent
    return folder


def path_below(path: Path, root: Path) -> str | None:
    """The path of a folder from the root of the work tree, `""` for the root; None where it lies outside of it."""
    lexical = Path(os.path.abspath(path))  # noqa: PTH100 - a link of head's must not lead out of base
    for start in (root, root.resolve()):
        if lexical.is_relative_to(start):
            below = lexical.relative_to(start).as_posix()
            return "" if below == "." else below
    return None


def _is_link_below(path: Path, root: Path) -> bool:
    """Whether a part of the path below the root is a symbolic link; links above it are the user's own."""
    while path not in (root, path.parent):
        if path.is_symlink():
            return True
        path = path.parent
    return False


def leads_elsewhere(given: str) -> bool:
    """Whether a symbolic link of the work tree, which may be anybody's, is on the way to a file to be written."""
    root = tree_root(Path.cwd())
    named = Path(os.path.abspath(given))  # noqa: PTH100 - lexical on purpose: the links are what is judged
    return named.is_relative_to(root) and _is_link_below(named, root)


def shown(path: str) -> str:
    """The path as the user would write it: with `/`, without a leading `./`."""
    return os.path.normpath(path).replace(os.sep, "/")


def walk(folder: Path, given: str) -> Iterator[Candidate]:
    """The files in a folder that may be templates by their name.

    Symbolic links to folders are not followed: what they lead to is either in the folder, and found there, or none of
    ours. Of those to files, what they lead to in the folder is taken, whatever its own name. Pipes and devices are no
    templates. Raises UserError where the folder cannot be listed.
    """
    prefix = shown(given)
    if not os.access(folder, os.R_OK | os.X_OK):
        raise UserError("cannot be read: permission denied", path=prefix)
    for at, folders, files in folders_below(folder):
        folders[:] = sorted(name for name in folders if name not in LEFT_OUT)
        below = os.path.relpath(at, folder).replace(os.sep, "/")
        parts = [part for part in (prefix, below) if part != "."]
        for name in sorted(files, key=_order):
            if not name.lower().endswith(SUFFIXES) and name not in SERVICE_PROGRAMS:
                continue
            path = Path(at, name)
            if _is_regular(path):
                yield Candidate(path, "/".join([*parts, name]).replace("//", "/"), named=False)
            elif (target := _target(path, folder)) is not None:
                yield Candidate(
                    folder / target, "/".join(part for part in (prefix, target) if part != "."), named=False
                )


def _order(name: str) -> tuple[bool, str]:
    """Manifests first: the templates of a cloud assembly are told of as the assembly's, and only once."""
    return name != "manifest.json", name


def _is_regular(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return True  # why is told where it is read


def folders_below(root: Path) -> Iterator[tuple[str, list[str], list[str]]]:
    """A folder and those in it, each with the names of its folders, which may be changed on the way, and of all else.

    As `os.walk`, which before Python 3.12 goes no deeper than its stack does. No symbolic link is a folder.
    """
    waiting = [str(root)]
    while waiting:
        at = waiting.pop()
        folders: list[str] = []
        files: list[str] = []
        with suppress(OSError), os.scandir(at) as entries:
            for entry in entries:
                (folders if entry.is_dir(follow_symlinks=False) else files).append(entry.name)
        yield at, folders, files
        waiting += [f"{at}/{name}" for name in reversed(folders)]


def _target(link: Path, folder: Path) -> str | None:
    """The file in a folder that a symbolic link leads to, by its path from there; None where it leads elsewhere."""
    try:
        real = link.resolve(strict=True)
    except (OSError, RuntimeError):
        return None
    inside = real.relative_to(folder).as_posix() if real.is_relative_to(folder) else ""
    return inside if Folder(folder).has(inside) else None


def read_bytes(candidate: Candidate) -> bytes:
    """The bytes of a file, at most `LARGEST` and some more, by which a template that is too large is known as one.

    Raises UserError where it is no regular file or cannot be read.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(candidate.path, flags)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise UserError("is not a regular file; name a template", path=candidate.shown)
            data = file.read(LARGEST + 1)
            return data + _resource_in(data, file) if len(data) > LARGEST else data
    except OSError as error:
        raise UserError(f"cannot be read: {_why(error)}", path=candidate.shown) from None


def _resource_in(start: bytes, rest: BinaryIO) -> bytes:
    """A resource's type, if a file has resources: comments may stand before a template, and are not deployed."""
    before, found = start[-100:], marks_of(start)
    for _ in range(SEARCHED // PIECE):
        piece = rest.read(PIECE) if len(found) < 2 else b""
        if not piece:
            break
        found |= marks_of(before + piece)
        before = piece[-100:]
    return b"\nType: AWS::" if len(found) == 2 else b""


class Folder:
    """The files of a folder, as `Files`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def has(self, path: str) -> bool:
        """Whether there is a regular file at a path that no symbolic link leads to, and that is not one of Git's own:
        a checkout may keep its token there.
        """
        parts = path.split("/")
        if any(part in ("", ".", "..") or part.lower() == ".git" for part in parts):
            return False
        at, mode = self.root, 0
        try:
            for part in parts:
                at = at / part
                mode = at.lstat().st_mode
                if stat.S_ISLNK(mode):
                    return False
        except (OSError, ValueError):
            return False
        return stat.S_ISREG(mode)

    def read(self, path: str) -> bytes | None:
        """The bytes of a file, None where there is none. Raises UserError where it is too large or cannot be read."""
        if not self.has(path):
            return None
        data = read_bytes(Candidate(self.root / path, path, named=False))
        if len(data) > LARGEST:
            raise UserError(TOO_LARGE, path=path)
        return data

    def holds(self, path: str, data: bytes) -> bool:
        """Whether a file has this content."""
        try:
            return self.read(path) == data
        except UserError:
            return False

    def below(self, folder: str) -> Iterator[str]:
        """The paths of the regular files in a folder and in those below it; those of Git itself are left out."""
        for at, folders, files in folders_below(self.root / folder):
            folders[:] = sorted(name for name in folders if name != ".git")
            below = os.path.relpath(at, self.root).replace(os.sep, "/")
            for name in sorted(files):
                path = name if below == "." else f"{below}/{name}"
                if self.has(path):
                    yield path


def decode(data: bytes, path: str) -> Source:
    """The source that the bytes are. Raises ParseError where they are too many or not UTF-8."""
    if len(data) > LARGEST:
        raise ParseError(TOO_LARGE, path=path)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        size = 32 if data[2:4] == b"\0\0" else 16
        raise ParseError(f"is UTF-{size}; save it as UTF-8", path=path, line=1, column=1)
    bom = data.startswith(b"\xef\xbb\xbf")
    try:
        return Source(path, data[3 if bom else 0 :].decode("utf-8"), bom=bom)
    except UnicodeDecodeError as error:
        before = error.object[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8")) + 1
        message = f"is not UTF-8: byte 0x{error.object[error.start]:02x}; save it as UTF-8"
        raise ParseError(message, path=path, line=line, column=column) from None


def _why(error: OSError | RuntimeError) -> str:
    return (getattr(error, "strerror", None) or "too many links").lower()
