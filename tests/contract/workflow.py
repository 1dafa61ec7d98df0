"""A workflow's job: a checkout, an event, the runner's variables, and `saya review` in the middle of it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from saya.action.log import Log
from saya.action.review import publish_report, review
from saya.action.run import Options, Run
from saya.arguments import build_parser
from saya.github.transport import Timing
from saya.runner import arguments_of, read_runner

from ..conftest import WorkTree  # noqa: TID252
from .conftest import TIMING, Clock
from .hub import Commit, Hub, Pull
from .server import Server

EVENTS = Path(__file__).parents[1] / "fixtures" / "github"


def adopt(hub: Hub, tree: WorkTree, sha: str, parent: str | None = None) -> str:
    """Let the hub have a commit that Git made."""
    files, modes = {}, {}
    for line in tree.git("ls-tree", "-r", "-z", sha).split("\0"):
        told, _, path = line.partition("\t")
        if path:
            modes[path], kind, object_ = told.split(" ")
            files[path] = tree.read(object_) if kind == "blob" else b""
    return hub.add(sha, Commit(files, parent, modes))


@dataclass
class Done:
    code: int
    log: str
    outputs: dict[str, str]
    summary: str
    report: dict[str, Any]

    @property
    def annotations(self) -> list[str]:
        return [line for line in self.log.split("\n") if re.match(r"::(error|warning|notice) ", line)]


@dataclass
class Job:
    """A job in a folder of its own; `inputs` are those of the action."""

    hub: Hub
    server: Server
    clock: Clock
    folder: Path
    token: str = "token"
    inputs: dict[str, str] = field(default_factory=dict)
    bugs_expected: bool = False
    timing: Timing = TIMING

    def run(self, name: str, payload: dict[str, Any], *, sha: str = "f" * 40, command: str = "review") -> Done:
        files = {kind: self.folder / kind for kind in ("event", "output", "summary")}
        for file in files.values():
            file.write_text("", encoding="utf-8")
        files["event"].write_text(json.dumps(payload), encoding="utf-8")
        variables = {
            "GITHUB_EVENT_NAME": name,
            "GITHUB_EVENT_PATH": str(files["event"]),
            "GITHUB_REPOSITORY": self.hub.name,
            "GITHUB_SHA": sha,
            "GITHUB_API_URL": self.server.url,
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_OUTPUT": str(files["output"]),
            "GITHUB_STEP_SUMMARY": str(files["summary"]),
            "INPUT_GITHUB-TOKEN": self.token,
            **{f"INPUT_{key.upper()}": value for key, value in self.inputs.items()},
        }
        self.server.requests.clear()
        written: list[str] = []
        code = self.act(variables, written, command)
        report = Path(self.inputs.get("output", "saya-report.json"))
        return Done(
            code=code,
            log="".join(written),
            outputs=dict(read_outputs(files["output"].read_text(encoding="utf-8"))),
            summary=files["summary"].read_text(encoding="utf-8"),
            report=json.loads(report.read_text(encoding="utf-8")) if report.exists() else {},
        )

    def act(self, variables: dict[str, str], written: list[str], command: str) -> int:
        runner = read_runner(variables)
        own = arguments_of(runner.inputs, [], paths=True)
        arguments = build_parser().parse_args(
            ["publish", self.inputs["report"]] if command == "publish" else [command, *own]
        )
        names = ("base", "fail_on", "fail_on_undecided", "on_error", "output", "sarif", "report")
        bugs: list[Exception] = []
        with Log(written.append, bugs.append, colour=False) as log:
            run = Run(
                choices=arguments,
                options=Options(**{name: getattr(arguments, name) for name in names}),
                runner=runner,
                console=log,
                timing=self.timing,
                sleep=self.clock.sleep,
            )
            code = review(run) if command == "review" else publish_report(run)
        assert bool(bugs) == self.bugs_expected, bugs
        return code

    def pull_request(self, pull: Pull, name: str = "pull_request", **given: Any) -> Done:
        return self.run(name, payload(self.hub, pull, **given))


def payload(hub: Hub, pull: Pull, **given: Any) -> dict[str, Any]:
    """GitHub's example of a pull request that was opened, as one of this hub."""
    event = json.loads((EVENTS / "pull_request.opened.json").read_text(encoding="utf-8"))
    told = event["pull_request"]
    event["number"] = told["number"] = pull.number
    told["state"] = "open" if pull.is_open else "closed"
    for side, sha, repository in (("head", pull.head, pull.head_repository), ("base", pull.base, hub.name)):
        told[side]["sha"] = sha
        told[side]["repo"] = told[side]["repo"] | {"full_name": repository} if repository else None
    event["repository"]["full_name"] = hub.name
    return event | given


def finished_run(hub: Hub, pull: Pull) -> dict[str, Any]:
    """GitHub's example of a run that ended, as one that this pull request started."""
    event = json.loads((EVENTS / "workflow_run.completed.json").read_text(encoding="utf-8"))
    told = event["workflow_run"]
    told |= {"event": "pull_request", "head_sha": pull.head, "head_branch": pull.branch}
    told["repository"]["full_name"] = hub.name
    told["head_repository"] = told["head_repository"] | {"full_name": pull.head_repository}
    return event


def read_outputs(text: str) -> Iterator[tuple[str, str]]:
    """The outputs in the file of the runner, as it reads them."""
    lines = iter(text.split("\n"))
    for line in lines:
        name, heredoc, delimiter = line.partition("<<")
        if heredoc:
            value = []
            for inner in lines:
                if inner == delimiter:
                    break
                value.append(inner)
            yield name, "\n".join(value)
