"""`saya review` by event: which revisions are judged, what is posted, how it ends, and how many requests it costs."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from saya.report.review import fingerprints_in

from ..conftest import WorkTree  # noqa: TID252
from .conftest import HURRIED, Clock
from .hub import PERSON, READER, STRANGER, Hub, Pull
from .server import Server
from .workflow import EVENTS, Done, Job, adopt, finished_run, payload

EXAMPLE = Path(__file__).parents[2] / "examples" / "arm64-migration"
BEFORE, CARELESS, CORRECT = (
    (EXAMPLE / name / "template.yaml").read_text(encoding="utf-8") for name in ("before", "careless", "correct")
)
PATH = "infra/template.yaml"
LAYER = "lambda-layer-architecture"


@pytest.fixture
def job(hub: Hub, server: Server, clock: Clock, tmp_path: Path) -> Job:
    folder = tmp_path / "runner"
    folder.mkdir()
    return Job(hub, server, clock, folder)


def commit(hub: Hub, tree: WorkTree, files: dict[str, str | bytes], parent: str | None = None) -> str:
    for path, text in files.items():
        tree.write(path, text)
    return adopt(hub, tree, tree.commit(), parent)


def opened(hub: Hub, tree: WorkTree, base: dict[str, Any], head: dict[str, Any], **given: Any) -> Pull:
    """A pull request whose head is checked out with all of its history."""
    before = commit(hub, tree, base)
    return hub.open_between(before, commit(hub, tree, head, before), **given)


@pytest.fixture
def careless(hub: Hub, work_tree: WorkTree) -> Pull:
    """The careless move to arm64, checked out."""
    return opened(hub, work_tree, {PATH: BEFORE}, {PATH: CARELESS})


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A workspace without a checkout."""
    folder = tmp_path / "workspace"
    folder.mkdir()
    monkeypatch.chdir(folder)


def is_inline(done_pull: Pull, policy: str) -> bool:
    return any(f"`{policy}`" in comment.body for comment in done_pull.comments)


# --- a pull request, checked out --------------------------------------------------------------------------------------


def test_the_careless_move_gives_one_review_and_fails_the_job(job: Job, careless: Pull) -> None:
    done = job.pull_request(careless)
    assert done.code == 1, done.log
    assert [review.state for review in careless.reviews] == ["COMMENTED"]
    assert careless.reviews[0].commit == careless.head
    assert is_inline(careless, LAYER)
    assert [comment.path for comment in careless.comments] == [PATH, PATH]
    suggested = [re.findall(r"```suggestion\n(.*?)```", each.body, re.DOTALL) for each in careless.comments]
    assert sorted(suggested) == [[], ["      FunctionName: !Ref Orders.Alias\n"]]
    assert done.outputs["conclusion"] == "findings"
    assert int(done.outputs["errors"]) == len(
        [x for x in done.report["findings"] if x["severity"] == "error" and x["status"] == "new"]
    )
    assert done.annotations == []
    assert LAYER in done.summary
    assert (done.report["base"], done.report["head"]) == (careless.base, careless.head)


def test_again_on_the_same_head_nothing_is_written(job: Job, careless: Pull) -> None:
    job.pull_request(careless)
    done = job.pull_request(careless)
    assert done.code == 1
    assert job.server.writes == []
    assert "tells this already" in done.log


def test_a_change_that_breaks_nothing_says_nothing_and_passes(job: Job, hub: Hub, work_tree: WorkTree) -> None:
    pull = opened(hub, work_tree, {PATH: CORRECT}, {PATH: CORRECT + "# a comment\n"})
    done = job.pull_request(pull)
    assert done.code == 0, done.log
    assert done.outputs["conclusion"] == "success"
    assert [each["status"] for each in done.report["findings"] if each["status"] == "new"] == []


def test_mending_it_takes_our_comments_away(job: Job, hub: Hub, careless: Pull, work_tree: WorkTree) -> None:
    job.pull_request(careless)
    hub.move(careless, commit(hub, work_tree, {PATH: BEFORE + "# again\n"}, careless.head))
    done = job.pull_request(careless)
    assert done.code == 0, done.log
    assert careless.comments == []


def test_what_base_has_already_is_neither_posted_nor_counted(job: Job, hub: Hub, work_tree: WorkTree) -> None:
    pull = opened(hub, work_tree, {PATH: CARELESS}, {PATH: CARELESS + "# a comment\n"})
    done = job.pull_request(pull)
    assert done.code == 0, done.log
    assert {each["status"] for each in done.report["findings"]} == {"existing"}
    assert job.server.writes == []


def test_base_is_the_merge_base_and_not_the_tip_of_the_branch(job: Job, hub: Hub, work_tree: WorkTree) -> None:
    root = commit(hub, work_tree, {PATH: BEFORE})
    work_tree.git("checkout", "-q", "-b", "main2")
    tip = commit(hub, work_tree, {PATH: CARELESS}, root)
    work_tree.git("checkout", "-q", "--detach", root)
    head = commit(hub, work_tree, {PATH: CARELESS + "# mine\n"}, root)
    done = job.pull_request(hub.open_between(tip, head))
    assert (done.code, done.report["base"]) == (1, root), done.log


def test_a_change_that_touches_no_template_succeeds_at_once(job: Job, hub: Hub, work_tree: WorkTree) -> None:
    pull = opened(hub, work_tree, {PATH: CARELESS, "a.py": "1"}, {"a.py": "2"})
    done = job.pull_request(pull)
    assert (done.code, done.report["templates"]) == (0, []), done.log
    assert "touches no file that may be a template" in done.log
    assert job.server.writes == []


def test_a_template_that_can_no_longer_be_judged_fails_the_job(job: Job, hub: Hub, work_tree: WorkTree) -> None:
    pull = opened(hub, work_tree, {PATH: BEFORE}, {PATH: "Resources: [\n"})
    done = job.pull_request(pull)
    assert (done.code, done.outputs["conclusion"]) == (2, "mistake"), done.log
    job.inputs["on-error"] = "pass"
    assert job.pull_request(pull).code == 0


def test_a_broken_file_takes_none_of_our_comments_away(job: Job, hub: Hub, careless: Pull, work_tree: WorkTree) -> None:
    job.pull_request(careless)
    told = [comment.body for comment in careless.comments]
    hub.move(careless, commit(hub, work_tree, {PATH: "Resources: [\n"}, careless.head))
    assert job.pull_request(careless).code == 2
    assert [comment.body for comment in careless.comments] == told


def test_configuration_is_that_of_base(job: Job, hub: Hub, work_tree: WorkTree) -> None:
    off = f"severity: {{{LAYER}: 'off'}}\nfail-on: never\n"
    pull = opened(hub, work_tree, {PATH: BEFORE}, {PATH: CARELESS, ".github/saya.yml": off})
    done = job.pull_request(pull)
    assert done.code == 1, done.log
    assert "takes effect after it is merged" in done.log


def test_comment_templates_are_those_of_base_and_broken_ones_are_told(job: Job, hub: Hub, work_tree: WorkTree) -> None:
    own = "{% extends 'saya/review.md' %}{% block"
    pull = opened(hub, work_tree, {PATH: BEFORE, ".github/saya/review.md": own}, {PATH: CARELESS})
    done = job.pull_request(pull)
    assert done.code == 1
    assert len(pull.reviews) == 1
    assert "own templates are not used" in done.log


def test_the_report_never_follows_a_link_that_head_planted(
    job: Job, hub: Hub, work_tree: WorkTree, tmp_path: Path
) -> None:
    target = tmp_path / "target"
    target.write_text("precious")
    before = commit(hub, work_tree, {PATH: BEFORE})
    (work_tree.root / "saya-report.json").symlink_to(target)
    pull = hub.open_between(before, commit(hub, work_tree, {PATH: CARELESS}, before))
    assert job.pull_request(pull).code == 1
    assert target.read_text() == "precious"
    assert not (work_tree.root / "saya-report.json").is_symlink()


# --- without permission -----------------------------------------------------------------------------------------------


def degraded(done: Done, job: Job) -> None:
    """Nothing is posted, and nothing is lost."""
    assert done.code == 1, done.log
    assert job.server.writes == [] or job.hub.tokens["token"] == READER
    assert any(LAYER in line for line in done.annotations)
    assert LAYER in done.summary
    assert any(each["policy"] == LAYER for each in done.report["findings"])


def test_a_fork_degrades_and_tells_the_truth(job: Job, hub: Hub, careless: Pull) -> None:
    careless.head_repository = "stranger/site"
    done = job.pull_request(careless)
    degraded(done, job)
    assert job.server.requests == []
    assert "a token that only reads" in done.log


def test_dependabot_without_permission_degrades(job: Job, hub: Hub, careless: Pull) -> None:
    hub.tokens["token"] = READER
    done = job.pull_request(careless, sender={"login": "dependabot[bot]"})
    degraded(done, job)
    assert "not accessible by integration" in done.log
    assert careless.reviews == []


def test_dependabot_with_permission_posts(job: Job, careless: Pull) -> None:
    assert job.pull_request(careless, sender={"login": "dependabot[bot]"}).code == 1
    assert len(careless.reviews) == 1


def test_no_token_degrades(job: Job, careless: Pull) -> None:
    job.token = ""
    done = job.pull_request(careless)
    degraded(done, job)
    assert "no github-token" in done.log


def test_a_token_that_sees_nothing_degrades(job: Job, hub: Hub, careless: Pull) -> None:
    hub.tokens["token"] = STRANGER
    degraded(job.pull_request(careless), job)


@pytest.mark.parametrize("fault", [{"status": 500}, {"drop": True}, {"status": 429}], ids=str)
def test_a_github_that_is_down_costs_the_review_only(job: Job, careless: Pull, fault: dict[str, Any]) -> None:
    job.server.fail("GET", "/", **fault)
    degraded(job.pull_request(careless), job)


def test_a_closed_pull_request_degrades(job: Job, careless: Pull) -> None:
    careless.is_open = False
    degraded(job.pull_request(careless), job)


# --- all that can go wrong, in one table ------------------------------------------------------------------------------

POSTS = r"/reviews$"
WRONG: dict[str, tuple[Any, str]] = {
    "403": ({"method": "POST", "path": POSTS, "status": 403}, "GitHub answered 403"),
    "404": ({"method": "POST", "path": POSTS, "status": 404}, "GitHub answered 404"),
    "409": ({"method": "POST", "path": POSTS, "status": 409}, "GitHub answered 409"),
    "422": ({"method": "POST", "path": POSTS, "status": 422}, "not posted: GitHub answered 422"),
    "422 once": ({"method": "POST", "path": POSTS, "status": 422, "last": 1}, "comments on lines were refused"),
    "429 with Retry-After": (
        {"method": "POST", "path": POSTS, "status": 429, "headers": {"retry-after": "9"}, "last": 1},
        "asks to wait 9 s",
    ),
    "429 without": ({"method": "POST", "path": POSTS, "status": 429, "last": 1}, "asks to wait 60 s"),
    "429 for good": ({"method": "POST", "path": POSTS, "status": 429}, "takes no more requests for 120 s"),
    "500": ({"method": "POST", "path": POSTS, "status": 500}, "not posted: GitHub answered 500"),
    "500 when reading": ({"method": "GET", "path": "/pulls/1$", "status": 500}, "GitHub answered 500"),
    "502 after success": ({"method": "POST", "path": POSTS, "status": 502, "after": True}, "in spite of an error"),
    "time-out": ({"method": "POST", "path": POSTS, "delay": 1.5, "after": True, "last": 1}, "in spite of an error"),
    "truncated JSON": ({"method": "GET", "path": "/comments", "truncate": True}, "cannot be read"),
    "page two missing": ({"method": "GET", "path": r"/comments\?.*page=2", "status": 404}, "GitHub answered 404"),
    "head moved": (lambda hub, pull: hub.push(pull, {PATH: CORRECT}), "has moved on from"),
    "pull request closed": (lambda _, pull: setattr(pull, "is_open", False), "is closed"),
    "head repository deleted": (lambda _, pull: setattr(pull, "head_repository", None), "a token that only reads"),
    "500 comments": (lambda hub, pull: [hub.say(pull, PERSON, f"comment {at}") for at in range(500)], "posted with"),
    "3,000 files": (lambda _, pull: setattr(pull, "extra_files", 3500), "posted with"),
    "patch absent": (lambda _, pull: pull.without_patch.add(PATH), "posted with 0 comments on lines"),
}


@pytest.mark.parametrize("name", WRONG)
def test_whatever_goes_wrong_no_finding_is_lost_and_one_line_says_so(
    job: Job, hub: Hub, careless: Pull, name: str
) -> None:
    wrong, line = WRONG[name]
    for at in range(500 if name == "page two missing" else 0):
        hub.say(careless, PERSON, f"comment {at}")
    event = payload(hub, careless)
    if name == "head repository deleted":
        event["pull_request"]["head"]["repo"] = None
    if callable(wrong):
        wrong(hub, careless)
    else:
        job.server.fail(**wrong)
        job.timing = HURRIED if "delay" in wrong else job.timing
    done = job.run("pull_request", event)
    assert (done.code, done.outputs["conclusion"]) == (1, "findings"), done.log
    assert len([each for each in done.log.split("\n") if each.startswith("saya: ") and line in each]) == 1, done.log
    new = [each for each in done.report["findings"] if each["status"] == "new"]
    told = {mark for each in (*careless.reviews, *careless.comments) for mark in fingerprints_in(each.body)}
    assert len(careless.reviews) <= 1
    assert new
    assert all(f"`{each['policy']}`" in done.summary for each in new)
    if told:
        assert (told, done.annotations) == ({each["fingerprint"] for each in new}, [])
    else:
        assert len(done.annotations) == len(new)


# --- without a checkout -----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("careless")
def test_pull_request_target_reads_over_the_api_what_head_changes(
    job: Job, hub: Hub, careless: Pull, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    careless.head_repository = "stranger/site"
    done = job.pull_request(careless, "pull_request_target")
    assert done.code == 1, done.log
    assert is_inline(careless, LAYER)
    assert [each["path"] for each in done.report["templates"]] == [PATH]


def test_head_and_base_give_the_same_report_from_a_checkout_and_over_the_api(
    job: Job, hub: Hub, careless: Pull, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    local = job.pull_request(careless)
    remote = job.pull_request(careless, "pull_request_target")
    assert remote.report == local.report
    assert job.server.writes == []


@pytest.mark.usefixtures("elsewhere")
def test_without_a_checkout_a_pull_request_is_read_over_the_api(job: Job, hub: Hub) -> None:
    pull = hub.open({PATH: BEFORE}, {PATH: CARELESS})
    done = job.pull_request(pull)
    assert done.code == 1, done.log
    assert "over the API: there is no checkout" in done.log


def test_a_shallow_checkout_is_completed_over_the_api(
    job: Job, hub: Hub, careless: Pull, work_tree: WorkTree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work_tree.git("clone", "--quiet", "--depth=1", work_tree.root.as_uri(), str(tmp_path / "shallow"))
    monkeypatch.chdir(tmp_path / "shallow")
    done = job.pull_request(careless)
    assert done.code == 1, done.log
    assert "over the API" in done.log
    assert is_inline(careless, LAYER)


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize(
    "fault",
    [{"status": 500}, {"drop": True}, {"truncate": True}, {"status": 404}, {"status": 409}, {"status": 403}],
    ids=str,
)
@pytest.mark.parametrize("path", ["/compare/", "/git/trees/"])
def test_the_gate_is_closed_where_head_or_base_cannot_be_read(
    job: Job, hub: Hub, path: str, fault: dict[str, Any]
) -> None:
    pull = hub.open({PATH: BEFORE}, {PATH: CARELESS})
    job.server.fail("GET", path, **fault)
    done = job.pull_request(pull)
    assert (done.code, done.outputs["conclusion"]) == (2, "mistake"), done.log
    assert pull.reviews == []
    assert len(done.report["errors"]) == 1
    assert "GitHub" in done.summary


@pytest.mark.usefixtures("elsewhere")
def test_the_gate_is_closed_where_a_file_cannot_be_read(job: Job, hub: Hub) -> None:
    pull = hub.open({PATH: BEFORE}, {PATH: CARELESS})
    job.server.fail("POST", "/graphql", status=403)
    job.server.fail("GET", "/git/blobs/", status=500)
    assert job.pull_request(pull).code == 2


@pytest.mark.usefixtures("elsewhere")
def test_the_gate_is_closed_where_a_tree_is_cut(job: Job, hub: Hub) -> None:
    hub.truncated_trees = True
    done = job.pull_request(hub.open({PATH: BEFORE}, {PATH: CARELESS}))
    assert done.code == 2
    assert "fetch-depth: 0" in done.log


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize("mode", ["120000", "160000"])
def test_the_gate_is_closed_where_a_template_becomes_a_link(job: Job, hub: Hub, mode: str) -> None:
    before = hub.commit({PATH: CARELESS})
    after = hub.commit({PATH: "/proc/self/environ"}, before, **{PATH: mode})
    done = job.pull_request(hub.open_between(before, after))
    assert done.code == 2, done.log
    assert "regular file" in done.log


@pytest.mark.usefixtures("elsewhere")
def test_a_path_that_no_checkout_can_have_is_refused(job: Job, hub: Hub, tmp_path: Path) -> None:
    pull = hub.open({PATH: BEFORE}, {PATH: CARELESS, "../../evil.yaml": CARELESS})
    assert job.pull_request(pull).code == 2
    assert not list(tmp_path.parent.rglob("evil.yaml"))


@pytest.mark.usefixtures("elsewhere")
def test_deleted_and_renamed_templates_and_their_deployments(job: Job, hub: Hub) -> None:
    deployments = '[prod.deploy.parameters]\nstack_name = "site"\nregion = "eu-central-1"\n'
    base = {PATH: CARELESS, "infra/samconfig.toml": deployments, "old/template.yaml": BEFORE}
    head = {"moved/template.yaml": CARELESS, "moved/samconfig.toml": deployments}
    done = job.pull_request(hub.open(base, head))
    assert done.code == 0, done.log
    assert [each["path"] for each in done.report["templates"]] == ["moved/template.yaml"]
    assert {context["region"] for each in done.report["templates"] for context in each["contexts"]} == {"eu-central-1"}
    assert {each["status"] for each in done.report["findings"]} == {"existing"}


@pytest.mark.usefixtures("elsewhere")
def test_policies_and_configuration_of_base_over_the_api(job: Job, hub: Hub) -> None:
    config = {".github/saya.yml": f"severity: {{{LAYER}: note}}\n"}
    pull = hub.open({PATH: BEFORE, **config}, {PATH: CARELESS, ".github/saya.yml": "nonsense: 1\n"})
    done = job.pull_request(pull)
    assert [each["severity"] for each in done.report["findings"] if each["policy"] == LAYER] == ["note"], done.log
    assert "takes effect after it is merged" in done.log


# --- other events -----------------------------------------------------------------------------------------------------


def test_a_merge_group_is_checked_and_nothing_is_posted(job: Job, careless: Pull) -> None:
    event = json.loads((EVENTS / "merge_group.checks_requested.json").read_text(encoding="utf-8"))
    event["merge_group"] |= {"base_sha": careless.base, "head_sha": careless.head}
    done = job.run("merge_group", event)
    assert done.code == 1, done.log
    assert job.server.requests == []
    assert any(LAYER in line for line in done.annotations)


def test_a_push_is_compared_with_what_was_there(job: Job, careless: Pull) -> None:
    event = json.loads((EVENTS / "push.json").read_text(encoding="utf-8"))
    done = job.run("push", event | {"before": careless.base, "after": careless.head})
    assert (done.code, done.report["base"]) == (1, careless.base), done.log
    assert job.server.requests == []


def test_a_dispatched_run_has_no_base_so_that_all_is_new(job: Job, careless: Pull) -> None:
    event = json.loads((EVENTS / "workflow_dispatch.json").read_text(encoding="utf-8"))
    done = job.run("workflow_dispatch", event, sha=careless.head)
    assert (done.code, done.report["base"], done.report["head"]) == (1, None, careless.head), done.log
    assert job.server.requests == []


def test_a_deleted_branch_is_nothing_to_judge(job: Job, careless: Pull) -> None:
    event = json.loads((EVENTS / "push.json").read_text(encoding="utf-8"))
    done = job.run("push", event | {"before": careless.base, "after": "0" * 40})
    assert (done.code, done.outputs["conclusion"]) == (0, "success")


# --- the privileged half ----------------------------------------------------------------------------------------------


@pytest.fixture
def handed_over(job: Job, hub: Hub, careless: Pull, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The report that a fork's run left; the workspace of the privileged half holds nothing else."""
    careless.head_repository = "stranger/site"
    job.pull_request(careless)
    folder = tmp_path / "privileged"
    folder.mkdir()
    shutil.move("saya-report.json", folder / "theirs.json")
    monkeypatch.chdir(folder)
    job.inputs["report"] = "theirs.json"
    return folder / "theirs.json"


@pytest.mark.usefixtures("handed_over")
def test_the_privileged_half_posts_what_it_judged_itself(job: Job, hub: Hub, careless: Pull) -> None:
    done = job.run("workflow_run", finished_run(hub, careless))
    assert done.code == 0, done.log
    assert len(careless.reviews) == 1
    assert is_inline(careless, LAYER)
    again = job.run("workflow_run", finished_run(hub, careless))
    assert (again.code, job.server.writes) == (0, [])


def test_nothing_of_the_report_is_posted(job: Job, hub: Hub, careless: Pull, handed_over: Path) -> None:
    report = json.loads(handed_over.read_text(encoding="utf-8"))
    for finding in report["findings"]:
        finding["message"] = finding["advice"] = "EVIL [click](https://evil.example)"
        finding["fix"] = {
            "title": "EVIL",
            "safety": "safe",
            "edits": [{"path": PATH, "start": 0, "end": 1, "text": "EVIL"}],
        }
    handed_over.write_text(json.dumps(report), encoding="utf-8")
    done = job.run("workflow_run", finished_run(hub, careless))
    told = "".join(each.body for each in (*careless.reviews, *careless.comments)) + done.summary
    assert (done.code, len(careless.reviews)) == (0, 1), done.log
    assert "evil" not in told.lower()


def test_a_report_that_hides_findings_hides_nothing(job: Job, hub: Hub, careless: Pull, handed_over: Path) -> None:
    report = json.loads(handed_over.read_text(encoding="utf-8"))
    handed_over.write_text(json.dumps(report | {"findings": [], "templates": []}), encoding="utf-8")
    job.run("workflow_run", finished_run(hub, careless))
    assert is_inline(careless, LAYER)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "no JSON",
        '{"schema": 2}',
        '{"schema": true}',
        "[" * 100_000,
        '{"schema": 1, "tool": NaN}',
    ],
)
def test_a_report_that_is_none_is_refused(job: Job, hub: Hub, careless: Pull, handed_over: Path, text: str) -> None:
    handed_over.write_text(text, encoding="utf-8")
    done = job.run("workflow_run", finished_run(hub, careless))
    assert (done.code, done.outputs["conclusion"]) == (2, "mistake"), done.log
    assert "saya: theirs.json: " in done.log
    assert careless.reviews == []
    assert job.server.requests == []


@pytest.mark.usefixtures("handed_over")
def test_a_head_that_no_open_pull_request_has_any_more(job: Job, hub: Hub, careless: Pull) -> None:
    event = finished_run(hub, careless)
    hub.push(careless, {PATH: CORRECT})
    done = job.run("workflow_run", event)
    assert done.code == 0
    assert "no open pull request" in done.log
    assert job.server.writes == []


@pytest.mark.usefixtures("handed_over")
def test_a_github_that_is_down_is_one_line_in_the_privileged_half(job: Job, hub: Hub, careless: Pull) -> None:
    job.server.fail("GET", "/pulls", status=500)
    done = job.run("workflow_run", finished_run(hub, careless))
    assert (done.code, done.outputs["conclusion"]) == (2, "mistake")
    assert "saya: GitHub answered 500" in done.log


@pytest.mark.usefixtures("handed_over")
def test_publish_is_for_finished_runs(job: Job, careless: Pull) -> None:
    done = job.run("pull_request", payload(job.hub, careless), command="publish")
    assert done.code == 2
    assert "published on `workflow_run`" in done.log


@pytest.mark.usefixtures("handed_over")
def test_a_fork_that_was_deleted_meanwhile(job: Job, hub: Hub, careless: Pull) -> None:
    event = finished_run(hub, careless)
    event["workflow_run"]["head_repository"] = None
    done = job.run("workflow_run", event)
    assert (done.code, job.server.requests) == (0, [])
    assert "has been deleted" in done.log


DEFINED = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Charge: {Type: AWS::Serverless::Function}
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: machines/orders.asl.json
      DefinitionSubstitutions: {Charge: !GetAtt Charge.Arn}
"""
DEFINITION = '{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "${Charge}", "End": true}}}'


@pytest.mark.usefixtures("elsewhere")
def test_an_unchanged_template_is_judged_where_its_definition_changes(job: Job, hub: Hub) -> None:
    before = {"app/template.yaml": DEFINED, "app/machines/orders.asl.json": DEFINITION.replace("${Charge}", "x")}
    before["app/other.yaml"] = CARELESS
    pull = hub.open(before, before | {"app/machines/orders.asl.json": DEFINITION})
    done = job.pull_request(pull)
    found = [(each["location"]["path"], each["template"], each["status"]) for each in done.report["findings"]]
    assert found == [("app/machines/orders.asl.json", "app/template.yaml", "new")], done.log


# --- what it costs ----------------------------------------------------------------------------------------------------

MANY = {f"stacks/{at:02}/template.yaml": CARELESS.replace("Orders", f"Orders{at}") for at in range(60)}
MANY |= {f"src/{at:02}.py": "2" for at in range(40)}
FEW = {path: BEFORE.replace("Orders", f"Orders{path[7:9]}") if path.endswith("yaml") else "1" for path in MANY}


def test_a_run_with_a_checkout_costs_at_most_eight_requests(job: Job, hub: Hub, work_tree: WorkTree) -> None:
    pull = opened(hub, work_tree, FEW, MANY)
    assert len(hub.files(pull)) == 100
    done = job.pull_request(pull)
    told = [f"{method} {path.partition('?')[0]}" for method, path in job.server.requests]
    print(f"with a checkout: {len(told)} requests: {', '.join(told)}")  # noqa: T201 - the figures
    assert done.code == 1, done.log
    assert len(pull.reviews) == 1
    assert len(told) == 5, "docs/adoption.md tells the number; at most 8"


@pytest.mark.usefixtures("elsewhere")
def test_a_run_without_a_checkout_costs_at_most_fourteen_requests(job: Job, hub: Hub) -> None:
    pull = hub.open(dict(FEW), dict(MANY))
    done = job.pull_request(pull)
    told = [f"{method} {path.partition('?')[0]}" for method, path in job.server.requests]
    print(f"over the API alone: {len(told)} requests: {', '.join(told)}")  # noqa: T201 - the figures
    assert done.code == 1, done.log
    assert len(pull.reviews) == 1
    assert len(told) == 11, "docs/adoption.md tells the number; at most 14"


def test_a_bug_in_posting_costs_neither_the_findings_nor_the_verdict(
    job: Job, careless: Pull, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("saya.github.publish.plan_writes", lambda *_, **__: 1 / 0)
    job.bugs_expected = True
    degraded(job.pull_request(careless), job)


# --- the command itself -----------------------------------------------------------------------------------------------


def test_inert_logs(job: Job, hub: Hub, work_tree: WorkTree) -> None:
    evil = "infra/\n::set-output name=x::y ##[error]z.yaml"
    pull = opened(hub, work_tree, {"a.yaml": BEFORE}, {evil: CARELESS})
    done = job.pull_request(pull)
    outside = done.log.split("\n")
    assert not [line for line in outside if line.lstrip().startswith("::set-output") or "##[" in line]
    assert set(done.outputs) == {"errors", "warnings", "notes", "undecided", "conclusion", "report"}


def test_every_finding_is_told_once(job: Job, careless: Pull) -> None:
    done = job.pull_request(careless)
    new = {each["fingerprint"] for each in done.report["findings"] if each["status"] == "new"}
    told = [mark for each in (*careless.reviews, *careless.comments) for mark in fingerprints_in(each.body)]
    assert sorted(told) == sorted(new)


def test_payloads_are_made_of_github_s_own(hub: Hub) -> None:
    pull = hub.open({PATH: BEFORE}, {PATH: CARELESS})
    assert payload(hub, pull)["pull_request"]["head"]["sha"] == pull.head
