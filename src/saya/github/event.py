"""The event that started a workflow -> which revisions to judge, and whether a review may be posted. Pure.

Payloads: https://docs.github.com/webhooks/webhook-events-and-payloads. Parts of them are anybody's text (titles, names
of branches, the head of a fork): what is taken is checked for its form, and the rest is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Literal

from saya.errors import ConfigError
from saya.record import record

Kind = Literal["pull_request", "merge_group", "push", "dispatch", "workflow_run"]

_HASH = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")
_DEPENDABOT = "dependabot[bot]"


@record(kw_only=True)
class Event:
    """What an event asks for.

    Attributes:
        name: the event as GitHub calls it.
        kind: what it is to us; `pull_request_target` is a `pull_request` that is `privileged`.
        privileged: whether the workflow holds a token and secrets while the head may be a stranger's: nothing of the
            head may be run, and it is read as data only.
        repository: `owner/name` of the repository that the workflow runs in.
        number: that of the pull request; None where there is none or it must be found (`workflow_run`).
        base_sha: the revision to compare with; None where every finding is new.
        merge_base: whether the comparison is with the merge base of `base_sha` and `head_sha`, not with `base_sha`.
        head_sha: the revision to judge; None where a branch was deleted.
        head_repository: `owner/name` that the head lies in; None where that has been deleted.
        head_branch: the branch of the head, for `workflow_run` only.
        fork: whether the head lies in another repository, or did.
        dependabot: whether Dependabot started it; its token reads only, unless the workflow's permissions say more.
        is_open: whether the pull request is open.
        read_only: why the token of this event can never write; empty where it may be able to.
        api_url: where the REST API is, without a slash at the end; on GitHub Enterprise not on api.github.com.
        server_url: where links go, without a slash at the end.
    """

    name: str
    kind: Kind
    privileged: bool = False
    repository: str
    number: int | None = None
    base_sha: str | None = None
    merge_base: bool = False
    head_sha: str | None
    head_repository: str | None = None
    head_branch: str | None = None
    fork: bool = False
    dependabot: bool = False
    is_open: bool = True
    read_only: str = ""
    api_url: str
    server_url: str

    @property
    def repository_url(self) -> str:
        """Where links into the repository start."""
        return f"{self.server_url}/{self.repository}"

    @property
    def may_write(self) -> bool:
        """Whether trying to post makes sense. The token's permissions may still say no."""
        return not self.read_only


class _Payload:
    """A payload whose parts are asked for by their path."""

    def __init__(self, data: object, name: str) -> None:
        self.data = data
        self.name = name

    def get(self, path: str) -> object:
        value = self.data
        for key in path.split("."):
            value = value.get(key) if isinstance(value, Mapping) else None
        return value

    def hash(self, path: str) -> str:
        value = self.get(path)
        if isinstance(value, str) and _HASH.fullmatch(value):
            return value
        raise self.error(path, "a commit hash")

    def number(self, path: str) -> int:
        value = self.get(path)
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
        raise self.error(path, "a number")

    def repository(self, path: str) -> str | None:
        """The `owner/name` at a path; None where the payload says null, as for a fork that was deleted."""
        if self.get(path) is None:
            return None
        value = self.get(f"{path}.full_name")
        if isinstance(value, str) and _REPOSITORY.fullmatch(value):
            return value
        raise self.error(f"{path}.full_name", "owner/name")

    def error(self, path: str, wanted: str) -> ConfigError:
        return ConfigError(f"the payload of the event {self.name} has no `{path}` that is {wanted}")


def read_event(name: str, payload: object, *, repository: str, sha: str | None, api_url: str, server_url: str) -> Event:
    """The event of this name and payload.

    `repository`, `sha`, `api_url` and `server_url` are what the runner says in GITHUB_REPOSITORY, GITHUB_SHA,
    GITHUB_API_URL and GITHUB_SERVER_URL. Raises ConfigError where the payload is not that of the event, or where the
    event is none that a review is for.
    """
    if name not in _READERS:
        raise ConfigError(f"nothing to review on the event `{name}`; valid are {', '.join(_READERS)}")
    if not _REPOSITORY.fullmatch(repository):
        raise ConfigError(f"`{repository}` is no repository; GITHUB_REPOSITORY is owner/name")
    if sha is not None and not _HASH.fullmatch(sha):
        raise ConfigError("GITHUB_SHA is no commit hash")
    parts = _READERS[name](_Payload(payload, name), sha)
    urls = {"api_url": api_url.rstrip("/"), "server_url": server_url.rstrip("/")}
    return Event(name=name, repository=repository, **parts, **urls)  # type: ignore[arg-type]  # each reader's parts fit


def _pull_request(payload: _Payload, _: str | None) -> dict[str, object]:
    head, base = payload.repository("pull_request.head.repo"), payload.repository("pull_request.base.repo")
    fork = head is None or base is None or head.lower() != base.lower()
    privileged = payload.name == "pull_request_target"
    # A fork of a private repository may be given a token that writes, by a setting of the repository.
    cannot_write = fork and not privileged and payload.get("repository.private") is not True
    return {
        "kind": "pull_request",
        "privileged": privileged,
        "number": payload.number("pull_request.number"),
        "base_sha": payload.hash("pull_request.base.sha"),
        "merge_base": True,
        "head_sha": payload.hash("pull_request.head.sha"),
        "head_repository": head,
        "fork": fork,
        "dependabot": _DEPENDABOT in (payload.get("sender.login"), payload.get("pull_request.user.login")),
        "is_open": payload.get("pull_request.state") == "open",
        "read_only": "a pull request from a fork gets a token that only reads" if cannot_write else "",
    }


def _merge_group(payload: _Payload, _: str | None) -> dict[str, object]:
    return {
        "kind": "merge_group",
        "base_sha": payload.hash("merge_group.base_sha"),
        "head_sha": payload.hash("merge_group.head_sha"),
    }


def _push(payload: _Payload, _: str | None) -> dict[str, object]:
    before, after = payload.hash("before"), payload.hash("after")
    return {"kind": "push", "base_sha": _existing(before), "head_sha": _existing(after)}


def _existing(commit: str) -> str | None:
    """The commit, or None: a push says only zeros for a branch that was not there before, or is not any more."""
    return commit if commit.strip("0") else None


def _dispatch(payload: _Payload, sha: str | None) -> dict[str, object]:
    if sha is None:
        raise payload.error("GITHUB_SHA", "a commit hash")
    return {"kind": "dispatch", "head_sha": sha}


def _workflow_run(payload: _Payload, _: str | None) -> dict[str, object]:
    """The head of the run that ended. Its `pull_requests` is empty for forks, so the pull request must be found."""
    branch = payload.get("workflow_run.head_branch")
    head = payload.repository("workflow_run.head_repository")
    own = payload.repository("workflow_run.repository")
    from_pull_request = payload.get("workflow_run.event") in ("pull_request", "pull_request_target")
    return {
        "kind": "workflow_run",
        "privileged": True,
        "head_sha": payload.hash("workflow_run.head_sha"),
        "head_repository": head,
        "head_branch": branch if isinstance(branch, str) else None,
        "fork": head is None or own is None or head.lower() != own.lower(),
        "read_only": "" if from_pull_request else "the run that ended was not started by a pull request",
    }


_READERS: dict[str, Callable[[_Payload, str | None], dict[str, object]]] = {
    "pull_request": _pull_request,
    "pull_request_target": _pull_request,
    "merge_group": _merge_group,
    "push": _push,
    "workflow_dispatch": _dispatch,
    "schedule": _dispatch,
    "workflow_run": _workflow_run,
}
