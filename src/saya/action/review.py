"""`saya review` and `saya publish`: judge what an event brings, tell it where the token may, and say how it ended.

The gate fails closed: whatever keeps a changed template from being judged ends with 2. Posting that fails never changes
the code: what could not be posted stands in the job's summary and in annotations.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Self

from saya.action.judging import Judged, judge_event
from saya.action.run import Run
from saya.action.telling import problem_of_github, tell, tell_mistake
from saya.errors import ConfigError, GitHubError, UserError
from saya.findings import Finding, Report
from saya.github.client import Client, PullRequest
from saya.github.event import Event, read_event
from saya.github.publish import Outcome, Posting, publish
from saya.github.transport import Transport
from saya.pipeline import Progress
from saya.problems import problem_of_bug, problems_of
from saya.record import replace
from saya.report.diff import Diff
from saya.report.hostile import LARGEST, read_hostile_report
from saya.report.review import Review, build_review
from saya.runner import Runner
from saya.sources.base import Candidate
from saya.sources.workspace import read_bytes
from saya.verdict import FOUND, OK


def review(run: Run) -> int:
    """Judge what the event brings and tell it; the exit code."""
    try:
        event = event_of(run.runner)
        return _publish_report(run, event) if event.kind == "workflow_run" else _review_event(run, event)
    except (UserError, GitHubError) as error:
        return tell_mistake(run, error)


def publish_report(run: Run) -> int:
    """The privileged half of a fork's review; the exit code."""
    try:
        return _publish_report(run, event_of(run.runner))
    except (UserError, GitHubError) as error:
        return tell_mistake(run, error)


def _review_event(run: Run, event: Event) -> int:
    with Connection(run, event) as connection:
        judged = judged_or_problem(run, event, connection.transport)
        outcome = post(run, event, judged, connection.transport)
    return tell(run, event, judged, outcome)


def _publish_report(run: Run, event: Event) -> int:
    """Find the pull request ourselves, judge it again, post. The exit code.

    The report says that the unprivileged half ran, and nothing in it is posted. Raises UserError and GitHubError.
    """
    if event.kind != "workflow_run":
        raise ConfigError(f"the event is {event.name}; a report is published on `workflow_run`")
    read_report(run.options.report)
    if not event.may_write:
        run.console.say(f"nothing is posted: {event.read_only}")
        return OK
    if event.head_repository is None or event.head_branch is None or event.head_sha is None:
        run.console.say("nothing is posted: the repository of the head has been deleted")
        return OK
    code = OK
    with Connection(run, event) as connection:
        if connection.transport is None:
            raise ConfigError("there is no token to post with; give a github-token")
        client = Client(connection.transport, event.repository)
        owner = event.head_repository.partition("/")[0]
        found = client.open_with_head(owner, event.head_branch, event.head_sha)
        pulls = [pull for pull in found if pull.head_repository == event.head_repository]
        if not pulls:
            run.console.say(f"nothing is posted: no open pull request has {event.head_sha[:9]} as its head")
        for pull in pulls:
            own = _of_pull(event, pull)
            judged = judged_or_problem(run, own, connection.transport)
            outcome = post(run, own, judged, connection.transport)
            code = max(code, tell(run, own, judged, outcome))
    # What was found is the first half's to fail on.
    return OK if code == FOUND else code


def event_of(runner: Runner) -> Event:
    """The event that the runner tells of. Raises ConfigError."""
    if not runner.event_name or not runner.event_path:
        raise ConfigError("GITHUB_EVENT_NAME and GITHUB_EVENT_PATH are not set; `saya check` judges without a workflow")
    try:
        payload = json.loads(Path(runner.event_path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise ConfigError("cannot be read as the payload of an event", path=runner.event_path) from None
    return read_event(
        runner.event_name,
        payload,
        repository=runner.repository,
        sha=runner.sha,
        api_url=runner.api_url,
        server_url=runner.server_url,
    )


def read_report(path: str | None) -> None:
    """Check the report of the unprivileged half. Raises UserError where it is not exactly one of ours."""
    if path is None:
        raise ConfigError("`workflow_run` publishes the report of another run; name it with `report`")
    data = read_bytes(Candidate(Path(path), path, named=True))
    read_hostile_report(data[: LARGEST + 1], path)


class Connection:
    """GitHub as the token of the run; none where there is no token."""

    def __init__(self, run: Run, event: Event) -> None:
        token = run.runner.token
        self.transport = (
            Transport(token, event.api_url, log=run.console.say, timing=run.timing, sleep=run.sleep) if token else None
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.transport is not None:
            self.transport.close()


def judged_or_problem(run: Run, event: Event, transport: Transport | None) -> Judged:
    """The judgement; where there can be none, why."""
    if event.head_sha is None:
        return Judged(report=Report(notices=("a branch was deleted, and there is nothing to judge",)))
    progress = Progress(bug=run.console.bug)
    try:
        return judge_event(event, run.choices, run.options.base, transport, progress, run.console.say, run.search)
    except UserError as error:
        return Judged(report=Report(errors=problems_of(error)), whole=False)
    except GitHubError as error:
        return Judged(report=Report(errors=(problem_of_github(error),)), whole=False)
    except Exception as error:  # noqa: BLE001 - the report is written in every case
        run.console.bug(error)
        return Judged(report=Report(errors=(problem_of_bug(error, ""),)), whole=False)


def post(run: Run, event: Event, judged: Judged, transport: Transport | None) -> Outcome | None:
    """Post the review, where the event has a pull request and the token may; None where there is nowhere to."""
    if event.kind == "pull_request" and event.read_only:
        return Outcome(result="refused", line=f"the review was not posted: {event.read_only}")
    if event.number is None or event.head_sha is None:
        return None
    if transport is None:
        return Outcome(result="refused", line="the review was not posted: there is no github-token")
    if not judged.whole:
        return Outcome(result="failed", line="the review was not posted: head was not judged")
    report = judged.report
    new = [finding for finding in report.findings if finding.status != "existing"]
    posting = Posting(
        number=event.number,
        head_sha=event.head_sha,
        build=partial(_review, run, event, judged),
        paths=frozenset(path for finding in new for path in _paths(finding)),
        holding=frozenset([*(each.fingerprint for each in new), *(each.fingerprint for each in report.undecided)]),
        doubtful=frozenset(problem.path for problem in report.errors),
    )
    try:
        return publish(Client(transport, event.repository), posting, log=run.console.say, sleep=run.sleep)
    except Exception as error:  # noqa: BLE001 - a bug in posting must cost neither the findings nor the verdict
        run.console.bug(error)
        return Outcome(result="failed", line=f"the review was not posted: a bug in Saya: {type(error).__name__}")


def _review(run: Run, event: Event, judged: Judged, diff: Diff) -> Review:
    """The review; in our own words where the project's own templates do not hold."""
    build = partial(
        build_review, judged.report, diff, head_sha=event.head_sha or "", repository_url=event.repository_url
    )
    try:
        return build(templates=judged.templates)
    except UserError as error:
        run.console.say(f"the project's own templates are not used: {error}")
        return build()


def _paths(finding: Finding) -> Iterator[str]:
    """The files in which a comment on a finding may stand."""
    yield finding.location.path
    yield from (origin.path for origin in finding.origins)
    yield from (related.location.path for related in finding.related if related.revision == "head")


def _of_pull(event: Event, pull: PullRequest) -> Event:
    """The event of a finished run, for a pull request that was found by its head."""
    return replace(event, kind="pull_request", number=pull.number, base_sha=pull.base_sha, merge_base=True)
