"""Which revisions an event means, where they are read from, and the judgement on them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory

from saya.action.remote import open_remote
from saya.action.scope import concerns_templates
from saya.errors import ConfigError, UserError
from saya.findings import Report
from saya.github.contents import Contents
from saya.github.event import Event
from saya.github.transport import Transport
from saya.pipeline import Progress, check
from saya.record import NamedTuple, field, record, replace
from saya.report.rendering import NAMES
from saya.request import Choices, make_request, open_base
from saya.settings import Config
from saya.sources.base import Files
from saya.sources.baseline import Baseline, open_revision
from saya.sources.git import find_repository
from saya.sources.workspace import decode, tree_root

TEMPLATES = ".github/saya"  # where a project's own `comment.md`, `review.md` and `summary.md` lie
NOTHING_TO_JUDGE = "this change touches no file that may be a template"


@record(kw_only=True)
class Judged:
    """What an event brought, judged.

    Attributes:
        report: what there is to say.
        config: the configuration that was in force.
        templates: the project's own templates of comments, by name.
        whole: whether all of it was judged, as far as single files allow; else nothing is known to be gone.
    """

    report: Report
    config: Config = field(default_factory=Config)
    templates: dict[str, str] = field(default_factory=dict)
    whole: bool = True


def judge_event(  # noqa: PLR0913, PLR0917 - what an event brings, and what it is judged with
    event: Event,
    choices: Choices,
    base: str | None,
    transport: Transport | None,
    progress: Progress,
    log: Callable[[str], None],
    search: str = os.defpath,
) -> Judged:
    """Judge the head of an event against its base, from the checkout where that has both, else over the API.

    `base` is what the user named instead. A privileged event is always judged over the API: its checkout is not of the
    head, and must not be. Raises UserError and GitHubError.
    """
    root = tree_root(Path.cwd())
    if base is not None and not event.privileged:
        return _judge(choices, root, open_base(base, tuple(choices.paths), root), progress, _head(event, root, search))
    missing = _why_no_checkout(event, root)
    if not missing:
        try:
            return _judge(choices, root, _local_base(event, root), progress, _head(event, root, search))
        except MissingBaseError as error:
            missing = str(error)
    return _judge_remotely(event, choices, transport, progress, log, missing)


class MissingBaseError(UserError):
    """The checkout does not have the base."""


def _why_no_checkout(event: Event, root: Path) -> str:
    """Why the work tree is not the head of the event; empty where it is."""
    if event.kind == "dispatch":
        return ""  # who starts a run by hand or by the clock says what is checked out
    if event.privileged:
        return "this event holds a token that writes, so that no file of the head is checked out"
    try:
        repository = find_repository(root)
        head = repository.commit("HEAD") if repository is not None else None
    except UserError as error:
        return str(error)
    if repository is None:
        return "there is no checkout"
    return "" if head == event.head_sha else f"the checkout is of {head or 'nothing'}, not of the head {event.head_sha}"


def _local_base(event: Event, root: Path) -> Baseline | None:
    if event.base_sha is None:
        return None
    try:
        return open_revision(event.base_sha, root, merge_base=event.merge_base)
    except UserError as error:
        raise MissingBaseError(error.message) from None


def _judge_remotely(
    event: Event,
    choices: Choices,
    transport: Transport | None,
    progress: Progress,
    log: Callable[[str], None],
    missing: str,
) -> Judged:
    if event.base_sha is None or event.head_sha is None:
        raise ConfigError(f"{missing}; check out the commit of the workflow with actions/checkout")
    if transport is None:
        advice = "check out the head with `fetch-depth: 0`, or give a github-token"
        raise ConfigError(f"{missing}, and there is no token to read head and base over the API; {advice}")
    log(f"reading head and base over the API: {missing}")
    contents = Contents(transport, event.repository)
    base = event.base_sha
    notices: tuple[str, ...] = ()
    if event.merge_base:
        common = contents.merge_base(base, event.head_sha)
        base = common or base
        notices = () if common else ("head and base have no common ancestor: compared with base itself",)
    with TemporaryDirectory(prefix="saya-") as folder:
        root = Path(folder).resolve()
        baseline = open_remote(contents, base, event.head_sha, root, choices.paths)
        with chdir(root):
            judged = _judge(choices, root, baseline, progress)
    report = judged.report
    return replace(judged, report=replace(report, notices=(*notices, *report.notices)))


class Head(NamedTuple):
    """What is known of the programs of a head before one is run: see `saya.sources.permission.Trust`."""

    ours: bool | None = None
    never: str = "its files are read over the API, and nothing of them is run"
    search: str = os.defpath


def _head(event: Event, root: Path, search: str) -> Head:
    never = "this event holds a token that writes" if event.privileged else ""
    if not never and keeps_credentials(root):
        never = "the checkout keeps its token in .git/config; check out with `persist-credentials: false`"
    return Head(not event.fork, never, search)


def keeps_credentials(root: Path) -> bool:
    """Whether the configuration of a checkout holds a token, or leads to one, as that of actions/checkout does."""
    try:
        text = (root / ".git" / "config").read_text(encoding="utf-8", errors="replace").lower()
    except OSError:
        return False
    return "extraheader" in text or "includeif" in text or re.search(r"://[^/\s]*:[^/\s]*@", text) is not None


def _judge(
    choices: Choices,
    root: Path,
    baseline: Baseline | None,
    progress: Progress,
    head: Head = Head(),  # noqa: B008 - frozen
) -> Judged:
    request = make_request(choices, root, baseline, search=head.search)
    request = replace(request, ours=head.ours, never=head.never)
    templates = read_templates(baseline.files) if baseline is not None and baseline.configures else {}
    if baseline is not None and baseline.configures and not concerns_templates(baseline, choices.paths):
        report = Report(base=baseline.name, head=baseline.head, notices=(*request.notices, NOTHING_TO_JUDGE))
    else:
        report = check(request, progress)
    return Judged(report=report, config=request.rules.config, templates=templates)


def read_templates(base: Files) -> dict[str, str]:
    """The project's own templates of comments, as base has them. Raises UserError."""
    found = {}
    for name in NAMES:
        data = base.read(f"{TEMPLATES}/{name}")
        if data is not None:
            found[name] = decode(data, f"{TEMPLATES}/{name} (in base)").text
    return found
