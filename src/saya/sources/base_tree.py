"""The tree of base beside that of head, for a program that is run in both: base's own files, with what is installed
for head.
"""

from __future__ import annotations

import os
import posixpath
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from saya.errors import UserError
from saya.sources.base import Files
from saya.sources.child import free_user
from saya.sources.git import REGULAR
from saya.sources.permission import INSTALLED, upwards
from saya.sources.revision import Commit
from saya.sources.workspace import LARGEST, Folder

LOCKS = (
    *("package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb"),
    *("requirements.txt", "requirements.lock", "poetry.lock", "uv.lock", "Pipfile.lock", "pdm.lock"),
)
EXECUTABLE, LINK = "100755", "120000"
BATCH = 500
"""Files of base that are in memory together."""


def check_locks(base: Files, head: Files, folder: str) -> None:
    """Raise UserError where what is installed for the program in a folder of head may not be what base needs."""
    locks = [posixpath.join(each, name) for each in upwards(folder) for name in LOCKS]
    held = [(path, base.read(path), head.read(path)) for path in locks if base.has(path) or head.has(path)]
    if not held:
        raise UserError("no lock file says that what is installed is what base needs")
    differing = [path for path, before, after in held if before != after]
    if differing:
        raise UserError(f"`{differing[0]}` differs, and what is installed is what head needs")


@contextmanager
def open_base_tree(base: Files, root: Path, folder: str) -> Iterator[Path]:
    """A folder with the files of base, and what is installed in the tree of head at `root`. Raises UserError."""
    with tempfile.TemporaryDirectory(prefix="saya-base-", ignore_cleanup_errors=True) as place:
        tree = Path(place).resolve()
        if free_user() is not None:
            tree.chmod(0o755)  # for the user that the program is run as
        try:
            _write_all(base, tree)
            _Installation(root.resolve(), tree).link(folder)
        except OSError as error:
            raise UserError(f"its files cannot be written: {(error.strerror or 'unknown').lower()}") from None
        yield tree


def _write_all(base: Files, tree: Path) -> None:
    if isinstance(base, Commit):
        _write_commit(base, tree)
        return
    for path in base.below(""):
        with suppress(UserError):  # too large for a source
            _write(tree / path, base.read(path) or b"", executable=_is_executable(base, path))


def _write_commit(base: Commit, tree: Path) -> None:
    """Write the files of a commit: regular ones first, so that no link leads one of them out of the tree."""
    regular = [path for path, entry in base.tree.items() if entry.mode in REGULAR]
    for start in range(0, len(regular), BATCH):
        paths = regular[start : start + BATCH]
        contents = base.repository.blobs({base.tree[path].object for path in paths}, largest=LARGEST)
        for path in paths:
            data = contents.get(base.tree[path].object)
            if data is not None:
                _write(tree / path, data, executable=base.tree[path].mode == EXECUTABLE)
    links = {path: entry.object for path, entry in base.tree.items() if entry.mode == LINK}
    targets = base.repository.blobs(links.values(), largest=LARGEST) if links else {}
    for path, object_ in links.items():
        target = targets.get(object_)
        with suppress(OSError, ValueError):
            if target is not None and not os.path.lexists(tree / path):
                (tree / path).parent.mkdir(parents=True, exist_ok=True)
                (tree / path).symlink_to(os.fsdecode(target))


def _write(path: Path, data: bytes, *, executable: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    path.chmod(0o755 if executable else 0o644)


def _is_executable(files: Files, path: str) -> bool:
    return isinstance(files, Folder) and os.access(files.root / path, os.X_OK)


class _Installation:
    """What is installed for head, linked into the tree of base; what it takes from head's tree is taken from base's."""

    def __init__(self, root: Path, tree: Path) -> None:
        self.root = root
        self.tree = tree
        self.seen: set[str] = set()

    def link(self, folder: str) -> None:
        """Link what is installed for a program in a folder. Raises UserError where that leads into the tree of head."""
        for each in upwards(folder):
            for name in INSTALLED if each not in self.seen else ():
                installed, target = self.root / each / name, self.tree / each / name
                if installed.is_dir() and target.parent.is_dir() and not os.path.lexists(target):
                    self.install(installed, target)
            self.seen.add(each)

    def install(self, installed: Path, target: Path) -> None:
        own = {path: self.own(path) for path in _modules(installed)} if installed.name == "node_modules" else {}
        if not any(own.values()):
            self.check_paths(installed)
            target.symlink_to(installed.resolve())
            return
        for path, below in own.items():
            link = target / path.relative_to(installed)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(self.tree / below if below else path)
        for below in filter(None, own.values()):
            self.link(below)

    def own(self, module: Path) -> str | None:
        """The path of the workspace's package that a module is a link to, from the root of the tree."""
        if not module.is_symlink():
            return None
        real = module.resolve()
        below = real.relative_to(self.root) if real.is_relative_to(self.root) else None
        return None if below is None or "node_modules" in below.parts else below.as_posix()

    def check_paths(self, installed: Path) -> None:
        """Raise UserError where a package of Python's is installed by naming its place in the tree of head."""
        packages = "lib/python*/site-packages/"
        for path in (*installed.glob(f"{packages}*.pth"), *installed.glob(f"{packages}__editable__*.py")):
            with suppress(OSError), path.open("rb") as file:
                if str(self.root).encode() in file.read(LARGEST):
                    raise UserError(f"`{path.name}` in what is installed leads into the tree of head")


def _modules(installed: Path) -> Iterator[Path]:
    for path in sorted(installed.iterdir()):
        if path.name.startswith("@") and path.is_dir() and not path.is_symlink():
            yield from sorted(path.iterdir())
        else:
            yield path
