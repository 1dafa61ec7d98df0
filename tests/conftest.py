"""Real repositories to compare revisions in."""

import json
import os
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from saya.cli import main

# How long an example takes is no property of the code: other work on the machine slows it.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    **{
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "A"), ("EMAIL", "a@b"))
    },
    **{f"GIT_{who}_DATE": "2026-01-01T00:00:00Z" for who in ("AUTHOR", "COMMITTER")},
}


class WorkTree:
    """A repository in which files are written and committed."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.commits = 0

    def git(self, *arguments: str) -> str:
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.root), **ENVIRONMENT}
        done = subprocess.run(
            ["git", "-c", "protocol.file.allow=always", *arguments],
            cwd=self.root,
            env=environment,
            check=True,
            capture_output=True,
        )
        return os.fsdecode(done.stdout).strip()

    def write(self, path: str, text: str | bytes = "") -> Path:
        at = self.root / path
        at.parent.mkdir(parents=True, exist_ok=True)
        at.write_bytes(text if isinstance(text, bytes) else text.encode())
        return at

    def read(self, object_: str) -> bytes:
        """The content of a blob."""
        return subprocess.run(
            ["git", "cat-file", "blob", object_], cwd=self.root, check=True, capture_output=True
        ).stdout

    def commit(self, message: str = "change") -> str:
        """Commit all that there is; returns the commit's name."""
        self.commits += 1  # in the message, so that two commits of one second and one tree are two
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", f"--message={message} {self.commits}")
        return self.git("rev-parse", "HEAD")


def make_work_tree(root: Path) -> WorkTree:
    root.mkdir(parents=True, exist_ok=True)
    tree = WorkTree(root)
    tree.git("init", "--quiet", "--initial-branch=main")
    return tree


@pytest.fixture
def work_tree(tmp_path, monkeypatch) -> WorkTree:
    """An empty repository in which the user stands."""
    tree = make_work_tree(tmp_path / "tree")
    monkeypatch.chdir(tree.root)
    return tree


@pytest.fixture
def public_path(tmp_path) -> Path:
    """pytest's folder for a test, open to programs that run as nobody; it makes it for its own user alone."""
    for folder in (tmp_path, *tmp_path.parents):
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | 0o055)
    return tmp_path


@contextmanager
def _at_most(times: float) -> Iterator[None]:
    start = time.process_time()
    yield
    spent = time.process_time() - start
    unit = min(_unit() for _ in range(3))
    assert spent < times * unit, f"took {spent / unit:.0f} times the unit of work, more than {times}"


def _unit() -> float:
    """Seconds for a fixed piece of work, here and now: a tenth of one where CPython is neither slow nor busy."""
    start = time.process_time()
    sum(number * number for number in range(500_000))
    return 3 * (time.process_time() - start)


@pytest.fixture
def at_most() -> Callable[[float], AbstractContextManager[None]]:
    """Holds that a block takes no more than so many units of work, whatever the machine and however busy it is.

    Loose limits for what would take hundreds of units if it grew as it must not; speed is measured by `make bench`.
    """
    return _at_most


@pytest.fixture
def check(capsys):
    """Runs `saya check`; returns the exit code and the report."""

    def run(*given: str) -> tuple[int, dict]:
        code = main(["check", *given, "--format", "json"])
        return code, json.loads(capsys.readouterr().out)

    return run
