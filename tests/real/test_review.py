"""The action as a pull request's workflow runs it: the image, the runner's mounts and environment, a GitHub of ours."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ..contract.hub import ACTIONS, READER, Commit, Hub, Pull  # noqa: TID252 - no test is found by an absolute name
from ..contract.server import Server  # noqa: TID252
from .containers import Podman
from .runner import SECRETS, Done, Runner

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "arm64-migration"
PAYLOADS = ROOT / "tests" / "fixtures" / "github"
PATH = "template.yaml"
EXAMPLES = {
    "pull_request": "pull_request.opened",
    "workflow_run": "workflow_run.completed",
    "merge_group": "merge_group.checks_requested",
}
FORK = "stranger/site"

UNLOGGED = """\
Resources:
  Log:
    Type: AWS::Logs::LogGroup
  Flow:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/flow
      DefinitionString: '{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}'
"""
LOGGED = (
    UNLOGGED
    + """\
      LoggingConfiguration:
        Destinations:
          - CloudWatchLogsLogGroup:
              LogGroupArn: !Sub arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${Log}
"""
)


@dataclass
class Job:
    """A workflow's job on a pull request that makes one state of the example of another."""

    hub: Hub
    server: Server
    runner: Runner
    repository: Path
    pull: Pull
    base: str

    def push(self, content: bytes) -> None:
        """Move the head on, and check it out."""
        commit(self.hub, self.repository, content)
        self.pull.head = git(self.repository, "rev-parse", "HEAD")
        self.pull.heads.add(self.pull.head)
        self.runner.checkout(self.repository, self.pull.head)

    def run(self, event: str = "pull_request", **inputs: str) -> Done:
        self.server.requests.clear()
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        return self.runner.run(event, self.payload(event), self.pull.head, given)

    def payload(self, event: str) -> dict[str, Any]:
        """GitHub's own example of a payload, of this pull request."""
        name = {"pull_request_target": "pull_request.opened", **EXAMPLES}.get(event, event)
        payload = json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))
        own = {"full_name": self.hub.name}
        payload["repository"] |= own | {"private": False}
        if name == "pull_request.opened":
            pull = payload["pull_request"]
            payload["number"] = pull["number"] = self.pull.number
            pull["head"] |= {"sha": self.pull.head}
            pull["head"]["repo"] |= {"full_name": self.pull.head_repository}
            pull["base"] |= {"sha": self.base}
            pull["base"]["repo"] |= own
        elif name == "workflow_run.completed":
            run = payload["workflow_run"]
            run |= {"event": "pull_request", "head_sha": self.pull.head, "head_branch": self.pull.branch}
            run["head_repository"] |= {"full_name": self.pull.head_repository}
            run["repository"] |= own
        elif name == "merge_group.checks_requested":
            payload["merge_group"] |= {"base_sha": self.base, "head_sha": self.pull.head}
        elif name == "push":
            payload |= {"before": self.base, "after": self.pull.head}
        return payload

    @property
    def comments(self) -> dict[int | None, str]:
        """The comments on lines, by line."""
        return {comment.line: comment.body for comment in self.pull.comments}


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", "-C", folder, *identity, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(hub: Hub, repository: Path, content: bytes) -> str:
    """Commit a template in the repository and on GitHub alike."""
    parents = git(repository, "rev-list", "--max-count=1", "--all").split()
    (repository / PATH).write_bytes(content)
    git(repository, "add", PATH)
    git(repository, "commit", "--quiet", "--message=change")
    sha = git(repository, "rev-parse", "HEAD")
    hub.commits[sha] = Commit({PATH: content}, parents[0] if parents else None)
    hub.blobs[git(repository, "rev-parse", f"HEAD:{PATH}")] = content
    return sha


@pytest.fixture
def open_pull(podman: Podman, image: str, tmp_path: Path) -> Iterator[Callable[[bytes, bytes], Job]]:
    """Opens a pull request that makes one template of another."""
    repository = tmp_path / "repository"
    repository.mkdir()
    git(repository, "init", "--quiet", "--initial-branch=main")
    hub = Hub()
    with Server(hub) as server:

        def opened(before: bytes, after: bytes) -> Job:
            base, head = commit(hub, repository, before), commit(hub, repository, after)
            hub.pulls[1] = Pull(number=1, base=base, head=head, heads={head})
            runner = Runner(podman, image, tmp_path / "work", api_url=server.url, network="host")
            runner.checkout(repository, head)
            return Job(hub, server, runner, repository, hub.pulls[1], base)

        yield opened
    assert not server.objections, "\n".join(server.objections)


@pytest.fixture
def job(open_pull: Callable[[bytes, bytes], Job]) -> Job:
    """The careless move as a pull request onto the state before it."""
    return open_pull(*((EXAMPLE / state / PATH).read_bytes() for state in ("before", "careless")))


def line_of(text: str) -> int:
    lines = (EXAMPLE / "careless" / PATH).read_text(encoding="utf-8").splitlines()
    (found,) = (at for at, line in enumerate(lines, start=1) if text in line)
    return found


def suggested(body: str) -> list[str]:
    """The lines that the suggestions in a comment put in the place of its own."""
    return re.findall(r"^```suggestion\n(.*?)^```$", body, re.MULTILINE | re.DOTALL)


LAYER = line_of(":layer:Datadog-Extension:")
CALLER = line_of("FunctionName: !Ref Orders")


def test_a_pull_request_gets_one_review_and_the_job_fails(job: Job) -> None:
    done = job.run()
    assert done.code == 1, done.log
    assert [(review.state, review.commit) for review in job.pull.reviews] == [("COMMENTED", job.pull.head)]
    assert {comment.path for comment in job.pull.comments} == {PATH}
    assert "`lambda-layer-architecture`" in job.comments[LAYER]
    assert "`lambda-unqualified-invocation`" in job.comments[CALLER]
    assert suggested(job.comments[CALLER]) == ["      FunctionName: !Ref Orders.Alias\n"]
    assert len(job.comments) == 2
    assert len(job.server.requests) <= 8
    assert done.outputs == {
        "errors": "1",
        "warnings": "1",
        "notes": "0",
        "undecided": "0",
        "conclusion": "findings",
        "report": "saya-report.json",
    }
    assert "`lambda-layer-architecture`" in done.summary


def test_a_second_run_writes_nothing(job: Job) -> None:
    job.run()
    done = job.run()
    assert done.code == 1
    assert job.server.writes == []
    assert len(job.server.requests) <= 8
    assert len(job.pull.reviews) == 1


def test_the_suggestion_of_the_careless_move_mends_it_with_a_click(job: Job) -> None:
    job.run()
    lines = (EXAMPLE / "careless" / PATH).read_text(encoding="utf-8").splitlines(keepends=True)
    (lines[CALLER - 1],) = suggested(job.comments[CALLER])
    job.push("".join(lines).encode())
    done = job.run()
    assert (done.code, done.outputs["warnings"]) == (1, "0"), done.log
    assert set(job.comments) == {LAYER}


def test_a_suggestion_that_is_committed_mends_what_it_is_about(open_pull: Callable[[bytes, bytes], Job]) -> None:
    job = open_pull(UNLOGGED.encode(), LOGGED.encode())
    assert job.run().code == 1
    ((line, body),) = job.comments.items()
    assert line is not None
    (replacement,) = suggested(body)
    lines = LOGGED.splitlines(keepends=True)
    assert lines[line - 1].startswith("              LogGroupArn:")
    lines[line - 1] = replacement
    job.push("".join(lines).encode())
    done = job.run()
    assert (done.code, done.outputs["conclusion"]) == (0, "success"), done.log
    assert job.comments == {}


def test_the_report_lies_in_the_workspace_and_others_may_read_it(job: Job) -> None:
    done = job.run(sarif="saya.sarif")
    report = job.runner.workspace / done.outputs["report"]
    found = json.loads(report.read_text(encoding="utf-8"))["findings"]
    assert {LAYER, CALLER} == {finding["location"]["start_line"] for finding in found if finding["status"] == "new"}
    assert json.loads((job.runner.workspace / done.outputs["sarif"]).read_text(encoding="utf-8"))["version"] == "2.1.0"
    assert report.stat().st_mode & 0o444 == 0o444


def test_a_fork_is_judged_and_told_without_a_review(job: Job) -> None:
    job.pull.head_repository = FORK
    job.hub.tokens["token"] = READER
    done = job.run()
    assert done.code == 1
    assert job.server.writes == []
    assert job.pull.reviews == []
    assert f"::error file={PATH},line={LAYER}" in done.log
    assert "`lambda-layer-architecture`" in done.summary
    assert (job.runner.workspace / done.outputs["report"]).exists()


def test_the_privileged_half_posts_what_it_judges_itself(job: Job) -> None:
    job.pull.head_repository = FORK
    job.hub.tokens["token"] = READER
    done = job.run()
    report = job.runner.workspace / done.outputs["report"]
    hostile = report.read_text(encoding="utf-8").replace("Datadog-Extension", "@everyone")
    assert hostile.count("@everyone") > 1

    job.runner.empty()
    (job.runner.workspace / "report").mkdir()
    (job.runner.workspace / "report" / "saya-report.json").write_text(hostile, encoding="utf-8")
    job.hub.tokens["token"] = ACTIONS
    done = job.run("workflow_run", report="report/saya-report.json")
    assert done.code == 0, done.log
    assert set(job.comments) == {LAYER, CALLER}
    assert "everyone" not in "".join([*job.comments.values(), *(review.body for review in job.pull.reviews), done.log])
    assert len(job.server.requests) <= 14


def test_a_fork_is_reviewed_without_a_checkout(job: Job) -> None:
    job.pull.head_repository = FORK
    job.runner.empty()
    done = job.run("pull_request_target")
    assert done.code == 1, done.log
    assert set(job.comments) == {LAYER, CALLER}
    assert len(job.server.requests) <= 14


@pytest.mark.parametrize("event", ["merge_group", "push"])
def test_what_is_no_pull_request_is_judged_and_nothing_is_posted(job: Job, event: str) -> None:
    done = job.run(event)
    assert (done.code, done.outputs["conclusion"]) == (1, "findings"), done.log
    assert job.server.writes == []


def test_nothing_secret_is_told(job: Job) -> None:
    job.runner.token = "ghs_averysecrettoken"
    job.hub.tokens = {job.runner.token: ACTIONS}
    done = job.run()
    told = [done.log, done.summary, str(done.outputs), (job.runner.workspace / "saya-report.json").read_text()]
    assert job.pull.reviews
    assert not [secret for secret in (job.runner.token, *SECRETS.values()) if secret in "".join(told)]


def test_policies_beside_the_checkout_judge(job: Job) -> None:
    folder = job.runner.temp / "policies"
    folder.mkdir()
    shipped = (ROOT / "policies" / "lambda-layer-architecture.yml").read_text(encoding="utf-8")
    (folder / "house-layers.yml").write_text(
        shipped.replace("lambda-layer-architecture", "house-layers"), encoding="utf-8"
    )
    done = job.run(policies=str(folder), select="house-layers", fail_on="never")
    assert (done.code, done.outputs["conclusion"]) == (0, "success"), done.log
    assert set(job.comments) == {LAYER}
    assert "`house-layers`" in job.comments[LAYER]


def test_a_mistake_in_an_input_is_one_line_and_fails(job: Job) -> None:
    done = job.run(fail_on="critical")
    assert done.code == 2
    assert "fail-on" in done.log
    assert "Traceback" not in done.log
    assert job.server.requests == []
