"""Events, from the payloads that GitHub publishes; forks, Dependabot and deleted repositories by changing them."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from saya.errors import ConfigError
from saya.github.event import Event, read_event

FOLDER = Path(__file__).parents[2] / "fixtures" / "github"
SHA = "f95f852bd8fca8fcc58a9a2d6c842781e32a215e"


def payload(name: str) -> dict[str, Any]:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def read(name: str, given: object, **environment: str) -> Event:
    values = {
        "repository": "Codertocat/Hello-World",
        "sha": SHA,
        "api_url": "https://api.github.com",
        "server_url": "https://github.com",
        **environment,
    }
    return read_event(name, given, **values)


def changed(given: dict[str, Any], **values: object) -> dict[str, Any]:
    """A copy with other values at dotted paths, written with `__` for the dot."""
    given = copy.deepcopy(given)
    for path, value in values.items():
        *parents, last = path.split("__")
        at = given
        for parent in parents:
            at = at[parent]
        at[last] = value
    return given


@pytest.mark.parametrize("example", ["pull_request.opened", "pull_request.synchronize"])
def test_a_pull_request_is_judged_at_its_head_against_the_merge_base(example: str) -> None:
    given = payload(example)
    event = read("pull_request", given)
    assert (event.kind, event.number, event.is_open, event.fork, event.may_write) == (
        "pull_request",
        2,
        True,
        False,
        True,
    )
    assert event.head_sha == given["pull_request"]["head"]["sha"] == "ec26c3e57ca3a959ca5aad62de7213c562f8c821"
    assert (event.base_sha, event.merge_base) == (SHA, True)
    assert not event.privileged


def test_the_merge_commit_of_a_pull_request_is_never_taken() -> None:
    given = payload("pull_request.opened")
    event = read("pull_request", given, sha="0123456789" * 4)
    assert "0123456789" * 4 not in (event.head_sha, event.base_sha)


def test_a_closed_pull_request_is_known_as_one() -> None:
    assert not read("pull_request", payload("pull_request.closed")).is_open


def fork(**more: object) -> dict[str, Any]:
    return changed(payload("pull_request.opened"), pull_request__head__repo__full_name="stranger/Hello-World", **more)


def test_a_fork_cannot_write() -> None:
    event = read("pull_request", fork())
    assert (event.fork, event.may_write, event.head_repository) == (True, False, "stranger/Hello-World")
    assert "fork" in event.read_only


def test_a_fork_of_a_private_repository_may_have_been_allowed_to() -> None:
    assert read("pull_request", fork(repository__private=True)).may_write


def test_a_fork_that_was_deleted_is_still_a_fork() -> None:
    event = read("pull_request", changed(payload("pull_request.opened"), pull_request__head__repo=None))
    assert (event.fork, event.head_repository, event.may_write) == (True, None, False)


def test_pull_request_target_is_privileged_and_may_write_for_forks() -> None:
    event = read("pull_request_target", fork())
    assert (event.kind, event.privileged, event.fork, event.may_write) == ("pull_request", True, True, True)


@pytest.mark.parametrize("path", ["sender__login", "pull_request__user__login"])
def test_dependabot_is_known_and_may_have_been_given_permission(path: str) -> None:
    event = read("pull_request", changed(payload("pull_request.opened"), **{path: "dependabot[bot]"}))
    assert (event.dependabot, event.may_write) == (True, True)


def test_a_merge_group_has_its_own_base_and_no_pull_request() -> None:
    event = read("merge_group", payload("merge_group.checks_requested"))
    assert (event.kind, event.number, event.merge_base) == ("merge_group", None, False)
    assert event.base_sha == "380387fbc80638b734a49e1be1c4dfec1c01b33c"
    assert event.head_sha == "2ffea6db159f6b6c47a24e778fb9ef40cf6b1c7d"


def test_a_push_is_compared_with_what_was_there_before() -> None:
    event = read("push", changed(payload("push"), before=SHA))
    assert (event.kind, event.base_sha, event.merge_base) == ("push", SHA, False)
    assert event.head_sha == "6113728f27ae82c7b1a177c8d03f9e96e0adf246"


def test_a_new_branch_has_no_base_and_a_deleted_one_no_head() -> None:
    assert read("push", payload("push")).base_sha is None
    assert read("push", changed(payload("push"), before=SHA, after="0" * 40)).head_sha is None


@pytest.mark.parametrize("name", ["workflow_dispatch", "schedule"])
def test_what_a_person_or_a_clock_starts_judges_the_commit_of_the_workflow(name: str) -> None:
    event = read(name, payload("workflow_dispatch"))
    assert (event.kind, event.base_sha, event.head_sha) == ("dispatch", None, SHA)


def test_a_finished_run_tells_its_head_and_leaves_the_pull_request_to_be_found() -> None:
    given = changed(payload("workflow_run.completed"), workflow_run__event="pull_request")
    event = read("workflow_run", given)
    assert (event.kind, event.privileged, event.number, event.may_write) == ("workflow_run", True, None, True)
    assert event.head_sha == given["workflow_run"]["head_sha"]
    assert (event.head_repository, event.head_branch, event.fork) == ("octo-org/octo-repo", "master", False)
    stranger = changed(given, workflow_run__head_repository__full_name="stranger/octo-repo")
    assert read("workflow_run", stranger).fork
    assert read("workflow_run", changed(given, workflow_run__head_repository=None)).head_repository is None


def test_a_finished_run_of_something_else_is_not_published() -> None:
    assert not read("workflow_run", payload("workflow_run.completed")).may_write


def test_github_enterprise_by_its_urls() -> None:
    urls = {"api_url": "https://ghe.example/api/v3/", "server_url": "https://ghe.example/"}
    event = read("pull_request", payload("pull_request.opened"), **urls)
    assert event.api_url == "https://ghe.example/api/v3"
    assert event.repository_url == "https://ghe.example/Codertocat/Hello-World"


@pytest.mark.parametrize(
    ("name", "given", "told"),
    [
        ("issues", {}, "`issues`; valid are pull_request"),
        ("pull_request", {}, "`pull_request.number`"),
        ("pull_request", [], "`pull_request.number`"),
        ("pull_request", None, "`pull_request.number`"),
        (
            "pull_request",
            changed(payload("pull_request.opened"), pull_request__head__sha="HEAD; rm -rf /"),
            "`pull_request.head.sha` that is a commit hash",
        ),
        (
            "pull_request",
            changed(payload("pull_request.opened"), pull_request__head__repo__full_name="../../etc"),
            "`pull_request.head.repo.full_name` that is owner/name",
        ),
        ("pull_request", changed(payload("pull_request.opened"), pull_request__number=True), "`pull_request.number`"),
        ("push", {"before": "0" * 40}, "`after`"),
        ("merge_group", {"merge_group": {"base_sha": SHA}}, "`merge_group.head_sha`"),
        ("workflow_run", {"workflow_run": "x"}, "`workflow_run.head_sha`"),
    ],
)
def test_a_payload_that_does_not_hold_is_told_in_one_line(name: str, given: object, told: str) -> None:
    with pytest.raises(ConfigError, match=told.replace("`", ".").replace("(", ".")) as caught:
        read(name, given)
    assert "\n" not in str(caught.value)


def test_the_environment_is_checked_too() -> None:
    with pytest.raises(ConfigError, match="owner/name"):
        read("pull_request", payload("pull_request.opened"), repository="nobody")
    with pytest.raises(ConfigError, match="GITHUB_SHA"):
        read("pull_request", payload("pull_request.opened"), sha="main")
