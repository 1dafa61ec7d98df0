"""The action on pull requests of programs of the AWS CDK: real ones, run in the image, and one that wants more."""

import json
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ..contract.hub import READER, Commit, Hub, Pull  # noqa: TID252 - no test is found by an absolute name
from ..contract.server import Server  # noqa: TID252
from .containers import Podman
from .runner import Runner
from .test_cdk import installed
from .test_review import FORK, Job, git

Change = Callable[[Path], None]

WEEKLY = """
    new events.Rule(this, 'Weekly', {
      schedule: events.Schedule.rate(Duration.days(7)),
      targets: [new targets.LambdaFunction(handler)],
    });
"""


@pytest.fixture(scope="module", params=["typescript"])
def example(request) -> Iterator[Path]:
    """An example with what its lock file names."""
    with tempfile.TemporaryDirectory(prefix="cdk-") as folder:
        yield installed(request.param, Path(folder).resolve() / request.param)


@pytest.fixture
def open_pull(podman: Podman, image: str, example: Path, tmp_path: Path) -> Iterator[Callable[[Change], Job]]:
    """Opens a pull request that changes the example; what it needs is installed in the checkout."""
    repository = tmp_path / "repository"
    shutil.copytree(example, repository, ignore=shutil.ignore_patterns("node_modules"))
    (repository / ".gitignore").write_text("node_modules\n")
    git(repository, "init", "--quiet", "--initial-branch=main")
    hub = Hub()
    with Server(hub) as server:

        def opened(change: Change) -> Job:
            base = commit(hub, repository, None)
            change(repository)
            head = commit(hub, repository, base)
            hub.pulls[1] = Pull(number=1, base=base, head=head, heads={head})
            runner = Runner(podman, image, tmp_path / "work", api_url=server.url, network="host")
            runner.checkout(repository, head)
            subprocess.run(["cp", "-al", example / "node_modules", runner.workspace / "node_modules"], check=True)
            return Job(hub, server, runner, repository, hub.pulls[1], base)

        yield opened
    assert not server.objections, "\n".join(server.objections)


def commit(hub: Hub, repository: Path, parent: str | None) -> str:
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message=change")
    paths = git(repository, "ls-files").splitlines()
    return hub.add(
        git(repository, "rev-parse", "HEAD"), Commit({path: (repository / path).read_bytes() for path in paths}, parent)
    )


def add_rule(repository: Path) -> None:
    path = repository / "lib/orders-stack.ts"
    path.write_text(
        path.read_text().replace("\n    new AccountingStack(this", f"{WEEKLY}\n    new AccountingStack(this")
    )


def be_hostile(repository: Path) -> None:
    (repository / "cdk.json").write_text('{"app": "node hostile.js"}')
    shutil.copy(Path(__file__).with_name("hostile_app.js"), repository / "hostile.js")


def test_the_comment_stands_on_the_line_that_brings_it(open_pull: Callable[[Change], Job]) -> None:
    job = open_pull(add_rule)
    done = job.run()
    lines = (job.repository / "lib/orders-stack.ts").read_text().splitlines()
    added = lines.index("    new events.Rule(this, 'Weekly', {") + 1
    assert [(each.path, each.start_line, each.line) for each in job.pull.comments] == [
        ("lib/orders-stack.ts", added, added + 3)
    ], done.log
    assert "```suggestion" not in job.comments[added + 3]
    assert done.outputs["warnings"] == "1", "what base has too is not new"
    assert (done.code, done.outputs["conclusion"]) == (0, "success")


@pytest.mark.parametrize(
    ("event", "fork"), [("pull_request", True), ("pull_request_target", True), ("pull_request_target", False)]
)
def test_what_may_be_a_strangers_is_not_run(open_pull: Callable[[Change], Job], event: str, fork: object) -> None:
    job = open_pull(be_hostile)
    if fork:
        job.pull.head_repository = FORK
        job.hub.tokens["token"] = READER if event == "pull_request" else job.hub.tokens["token"]
    if event == "pull_request_target":
        job.runner.empty()
    done = job.run(event, on_error="pass")
    report = json.loads((job.runner.workspace / done.outputs["report"]).read_text())
    assert report["findings"] == [], done.log
    assert "xxxx" not in done.log
    assert "nothing of this program was judged: it was not run" in " ".join(report["notices"])


def test_one_that_wants_more_gets_nothing_and_is_judged(
    open_pull: Callable[[Change], Job], podman: Podman, tmp_path: Path
) -> None:
    job = open_pull(be_hostile)
    job.runner.token = "ghs_averysecrettoken"
    job.hub.tokens = {job.runner.token: job.hub.tokens["token"]}
    job.runner.variables = {"AWS_SECRET_ACCESS_KEY": "SCRUBBED", "NPM_TOKEN": "SCRUBBED"}
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(tmp_path / "docker.sock"))
    server.listen()
    (tmp_path / "docker.sock").chmod(0o660)
    job.runner.volumes = {tmp_path / "docker.sock": "/var/run/docker.sock"}
    started = time.monotonic()
    done = job.run()
    server.close()
    assert time.monotonic() - started < 240
    report = json.loads((job.runner.workspace / done.outputs["report"]).read_text())
    assert [each["resource"] for each in report["findings"]] == ["Caller"], done.log
    assert report["findings"][0]["location"]["path"] == "hostile.js"
    assert sorted(each["message"].partition(";")[0] for each in report["errors"]) == [
        "is not there, or no regular file",
        "is not there, or no regular file",
        "the templateFile of ../../../github/workflow/event.json is no path below this folder",
    ]
    assert (done.code, done.outputs["conclusion"]) == (2, "mistake")
    told = [done.log, done.summary, json.dumps(report), *(each.body for each in job.pull.comments)]
    assert not [secret for secret in ("SCRUBBED", "ghs_avery", "runtime-secret") if secret in "".join(told)]
    assert not [line for line in done.log.splitlines() if line.startswith(("::set-output", "::add-mask", "##["))]
    assert not list(job.runner.folder.rglob("planted"))
