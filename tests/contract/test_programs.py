"""Whose programs a review runs: those of the repository itself, and never a stranger's."""

import json
from pathlib import Path

import pytest

from saya.sources.permission import Trust, permit

from ..conftest import WorkTree  # noqa: TID252
from .conftest import Clock
from .hub import Hub, Pull
from .server import Server
from .test_review import opened
from .workflow import Done, Job

APP = json.dumps({"app": "touch ran; echo Error: this program was run; exit 7"})
FILES = {"infra/cdk.json": APP, "infra/lib/stack.ts": "new Stack();\n"}


@pytest.fixture
def job(hub: Hub, server: Server, clock: Clock, tmp_path: Path) -> Job:
    folder = tmp_path / "runner"
    folder.mkdir()
    return Job(hub, server, clock, folder)


@pytest.fixture
def pull(hub: Hub, work_tree: WorkTree) -> Pull:
    """A change of nothing but the code of a program."""
    return opened(hub, work_tree, FILES, {"infra/lib/stack.ts": "new OtherStack();\n"})


def was_run(done: Done) -> bool:
    """Whether the program was started, or would have been if its folder were for everybody (as root, it must be)."""
    return any("exit code 7" in each["message"] or "cannot enter" in each["message"] for each in done.report["errors"])


def test_a_program_of_the_repository_itself_is_run(job: Job, pull: Pull) -> None:
    done = job.pull_request(pull)
    assert was_run(done)
    assert done.code == 2


def test_a_program_of_a_fork_is_not(job: Job, pull: Pull, work_tree: WorkTree) -> None:
    pull.head_repository = "stranger/site"
    done = job.pull_request(pull)
    assert not was_run(done)
    assert "the head is in another repository" in done.report["notices"][0]
    assert not list(work_tree.root.rglob("ran"))


def test_nor_any_in_an_event_that_may_write(job: Job, pull: Pull, work_tree: WorkTree) -> None:
    done = job.pull_request(pull, "pull_request_target")
    assert not was_run(done)
    assert not list(work_tree.root.rglob("ran"))


def test_nor_where_the_checkout_keeps_its_token(job: Job, pull: Pull, work_tree: WorkTree) -> None:
    work_tree.git("config", "http.https://github.com/.extraheader", "AUTHORIZATION: basic eA==")
    done = job.pull_request(pull)
    assert not was_run(done)
    assert "persist-credentials: false" in done.report["notices"][0]


@pytest.mark.parametrize(
    ("mode", "trust", "granted"),
    [
        ("auto", Trust(ours=True), True),
        ("auto", Trust(ours=False), False),
        ("auto", Trust(), True),  # on a laptop, where something is installed: tests/unit/sources/test_permission.py
        ("off", Trust(ours=True), False),
        ("always", Trust(), True),
        ("always", Trust(ours=False), True),  # a private runner
        ("always", Trust(ours=True, never="it writes"), False),
    ],
)
def test_what_is_asked_and_what_is_known_decide(mode: str, trust: Trust, granted: object) -> None:
    assert permit(mode, trust).granted is granted
