"""What becomes of a review, on a GitHub that enforces what GitHub enforces and fails as GitHub fails."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from saya.findings import Finding, Report
from saya.github.client import Client
from saya.github.publish import Outcome, Posting, publish
from saya.github.transport import Transport
from saya.report.diff import Diff
from saya.report.review import Review, build_review, fingerprints_in, mark, mark_head
from saya.text.source import Location, Source, Span

from .conftest import HURRIED, TIMING, Clock
from .hub import ACTIONS, PERSON, READER, STRANGER, Actor, Hub, Pull
from .hub import Review as Posted
from .server import Server

LINES = [f"  Key{at}: value" for at in range(1, 60)]
PATH = "t.yaml"


def text(*changed: int) -> str:
    """A file of 60 lines of which some are changed (1-based)."""
    return "\n".join(["Resources:", *(f"{line}-{at in changed}" for at, line in enumerate(LINES, start=2))]) + "\n"


def finding(line: int, *, source: str, path: str = PATH, **given: Any) -> Finding:
    told = Source(path, source)
    start = told.starts[line - 1]
    values: dict[str, Any] = {
        "policy": "a-policy",
        "severity": "error",
        "message": f"line {line} is wrong",
        "location": Location(told, Span(start + 2, start + 6)),
        "template": path,
        "resource": f"Key{line}",
        "resource_type": "AWS::Lambda::Function",
        "property": "Architectures",
        "fingerprint": f"{line:032x}",
        **given,
    }
    return Finding(**values)


def marks(*lines: int) -> set[str]:
    return {f"{line:032x}" for line in lines}


@dataclass
class Desk:
    """A pull request, and who posts on it."""

    hub: Hub
    server: Server
    client: Client
    clock: Clock
    pull: Pull

    def publish(
        self, *findings: Finding, head: str | None = None, client: Client | None = None, **given: Any
    ) -> Outcome:
        head = head or self.pull.head
        report = Report(base=self.pull.base, head=head, findings=findings)

        def build(diff: Diff) -> Review:
            return build_review(report, diff, head_sha=head, repository_url="https://github.com/octo/site")

        posting = Posting(
            number=self.pull.number,
            head_sha=head,
            build=build,
            paths=frozenset(each.location.path for each in findings),
            holding=frozenset(each.fingerprint for each in findings),
            **given,
        )
        self.server.requests.clear()
        return publish(client or self.client, posting, log=self.clock.lines.append, sleep=self.clock.sleep)

    def on_lines(self) -> set[str]:
        return {mark for comment in self.pull.comments for mark in fingerprints_in(comment.body)}

    def in_bodies(self) -> set[str]:
        return {mark for review in self.pull.reviews for mark in fingerprints_in(review.body)}

    def told(self) -> set[str]:
        return self.on_lines() | self.in_bodies()


@pytest.fixture
def desk(hub: Hub, server: Server, client: Client, clock: Clock) -> Desk:
    """A pull request that changes lines 10 and 40 of a file."""
    pull = hub.open({PATH: text()}, {PATH: text(10, 40), "other.txt": "x\n"})
    return Desk(hub, server, client, clock, pull)


def found(*lines: int, changed: Sequence[int] = (10, 40)) -> tuple[Finding, ...]:
    return tuple(finding(line, source=text(*changed)) for line in lines)


# --- once, and again --------------------------------------------------------------------------------------------------


def test_posts_one_review_with_comments_on_lines_and_the_rest_in_its_body(desk: Desk) -> None:
    outcome = desk.publish(*found(10, 25, 40))
    assert outcome.result == "posted"
    assert [(review.state, review.commit) for review in desk.pull.reviews] == [("COMMENTED", desk.pull.head)]
    assert desk.on_lines() == marks(10, 40)
    assert desk.in_bodies() == marks(25)
    assert {comment.line for comment in desk.pull.comments} == {10, 40}


def test_a_second_run_on_the_same_head_writes_nothing(desk: Desk) -> None:
    desk.publish(*found(10, 25))
    outcome = desk.publish(*found(10, 25))
    assert outcome.result == "unchanged"
    assert desk.server.writes == []
    assert len(desk.pull.reviews) == 1


def test_nothing_found_and_nothing_said_before_writes_nothing(desk: Desk) -> None:
    assert desk.publish().result == "unchanged"
    assert desk.server.writes == []


def test_a_new_push_posts_only_what_is_new(desk: Desk) -> None:
    desk.publish(*found(10))
    desk.hub.push(desk.pull, {PATH: text(10, 40, 55)})
    outcome = desk.publish(*found(10, 55, changed=(10, 40, 55)))
    assert outcome.result == "posted"
    assert [fingerprints_in(comment.body) for comment in desk.pull.comments] == [(f"{10:032x}",), (f"{55:032x}",)]
    assert len(desk.pull.reviews) == 2
    assert "replaces" in desk.pull.reviews[0].body


def test_a_new_push_that_changes_nothing_found_posts_nothing_and_brings_the_body_up_to_date(desk: Desk) -> None:
    desk.publish(*found(10))
    desk.hub.push(desk.pull, {PATH: text(10, 40, 55)})
    outcome = desk.publish(*found(10, changed=(10, 40, 55)))
    assert outcome.result == "updated"
    assert [method for method, _ in desk.server.writes] == ["PUT"]
    assert desk.pull.head in desk.pull.reviews[0].body
    desk.publish(*found(10, changed=(10, 40, 55)))
    assert desk.server.writes == []


def test_a_comment_of_ours_that_no_longer_holds_is_deleted(desk: Desk) -> None:
    desk.publish(*found(10, 40))
    desk.hub.push(desk.pull, {PATH: text(10)})
    outcome = desk.publish(*found(10, changed=(10,)))
    assert outcome.result == "updated"
    assert desk.on_lines() == marks(10)


def test_everything_mended_leaves_no_comment_and_a_review_that_says_so(desk: Desk) -> None:
    desk.publish(*found(10, 25, 40))
    desk.hub.push(desk.pull, {PATH: text()})
    desk.publish()
    assert desk.told() == set()
    assert desk.pull.head in desk.pull.reviews[0].body


def test_a_comment_that_somebody_answered_is_never_touched(desk: Desk) -> None:
    desk.publish(*found(10))
    first = desk.pull.comments[0]
    desk.hub.say(desk.pull, PERSON, "why?", reply_to=first.id)
    said = replace(first)
    desk.hub.push(desk.pull, {PATH: text(40)})
    desk.publish(*found(40, changed=(40,)))
    assert desk.pull.comments[0].body == said.body
    assert desk.on_lines() == marks(10, 40)


def test_an_outdated_comment_that_still_holds_is_posted_anew(desk: Desk) -> None:
    desk.publish(*found(10))
    desk.pull.comments[0].line = None
    desk.publish(*found(10))
    assert [(comment.line, fingerprints_in(comment.body)) for comment in desk.pull.comments] == [(10, (f"{10:032x}",))]


def test_a_comment_whose_words_changed_is_edited(desk: Desk) -> None:
    desk.publish(*found(10))
    id_ = desk.pull.comments[0].id
    desk.publish(finding(10, source=text(10, 40), message="line 10 is very wrong"))
    assert [method for method, _ in desk.server.writes] == ["PATCH"]
    assert (desk.pull.comments[0].id, "very wrong" in desk.pull.comments[0].body) == (id_, True)


def test_what_holds_or_may_hold_is_not_deleted(desk: Desk) -> None:
    desk.publish(*found(10, 40))
    desk.publish(*found(10), doubtful=frozenset({PATH}))
    assert desk.on_lines() == marks(10, 40)


@pytest.mark.parametrize("author", [PERSON, Actor("other[bot]")])
def test_a_mark_that_somebody_else_wrote_means_nothing(desk: Desk, author: Actor) -> None:
    desk.hub.say(desk.pull, author, f"quoted {mark([f'{10:032x}'])}", path=PATH, line=10)
    desk.pull.reviews.append(Posted(1, author, mark_head(desk.pull.head) + mark([f"{25:032x}"]), "COMMENTED", ""))
    outcome = desk.publish(*found(10, 25))
    assert outcome.result == "posted"
    assert [method for method, _ in desk.server.writes] == ["POST"]
    assert [comment.author for comment in desk.pull.comments] == [author, ACTIONS]


def test_without_graphql_the_author_of_workflows_is_told_by_name(desk: Desk) -> None:
    desk.publish(*found(10))
    desk.server.fail("POST", "/graphql", status=403)
    assert desk.publish(*found(10)).result == "unchanged"


def test_our_own_pending_review_is_removed_first(desk: Desk) -> None:
    desk.pull.reviews.append(Posted(7, ACTIONS, "", "PENDING", desk.pull.head))
    outcome = desk.publish(*found(10))
    assert outcome.result == "posted"
    assert [review.state for review in desk.pull.reviews] == ["COMMENTED"]


def test_a_draft_that_a_person_is_writing_is_not_removed(desk: Desk) -> None:
    desk.hub.tokens["token"] = PERSON
    desk.pull.reviews.append(Posted(7, PERSON, "my thoughts", "PENDING", desk.pull.head))
    outcome = desk.publish(*found(10))
    assert (outcome.result, outcome.told) == ("failed", False)
    assert "pending" in outcome.line
    assert desk.server.writes == []


def test_a_list_of_500_comments_is_read_to_its_end(desk: Desk) -> None:
    desk.publish(*found(10))
    ours = desk.pull.comments.pop()
    for at in range(500):
        desk.hub.say(desk.pull, PERSON, f"comment {at}", path=PATH, line=10)
    desk.pull.comments.append(ours)
    assert desk.publish(*found(10)).result == "unchanged"
    assert len([path for _, path in desk.server.requests if "/comments" in path]) == 6


def test_our_own_500_comments_are_mended_in_steps_that_github_takes(desk: Desk) -> None:
    desk.publish(*found(10))
    for at in range(100, 600):
        desk.hub.say(desk.pull, ACTIONS, mark([f"{at:032x}"]), path=PATH, line=10)
    desk.publish(*found(10))
    assert len(desk.server.writes) == 40
    assert any("460 of our earlier comments wait for the next run" in line for line in desk.clock.lines)


# --- the pull request moves -------------------------------------------------------------------------------------------


def test_a_head_that_moved_on_is_left_to_its_own_run(desk: Desk) -> None:
    judged = desk.pull.head
    desk.hub.push(desk.pull, {PATH: text()})
    outcome = desk.publish(*found(10), head=judged)
    assert (outcome.result, outcome.told) == ("outdated", False)
    assert desk.server.writes == []


def test_a_closed_pull_request_is_left_alone(desk: Desk) -> None:
    desk.pull.is_open = False
    outcome = desk.publish(*found(10))
    assert (outcome.result, outcome.told) == ("closed", False)
    assert desk.server.writes == []


def test_a_head_repository_that_was_deleted_does_not_matter(desk: Desk) -> None:
    desk.pull.head_repository = None
    assert desk.publish(*found(10)).result == "posted"


# --- permissions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("actor", "status"), [(READER, 403), (STRANGER, 404)])
def test_a_token_that_may_not_is_told_in_one_line(desk: Desk, actor: Actor, status: int) -> None:
    desk.hub.tokens["token"] = actor
    outcome = desk.publish(*found(10))
    assert (outcome.result, outcome.told) == ("refused", False)
    assert f"GitHub answered {status}" in outcome.line
    assert "\n" not in outcome.line


def test_a_token_that_is_none(desk: Desk, server: Server, clock: Clock) -> None:
    with Transport("wrong", server.url, timing=TIMING, sleep=clock.sleep) as transport:
        outcome = desk.publish(*found(10), client=Client(transport, desk.hub.name))
    assert (outcome.result, outcome.told) == ("refused", False)


# --- what GitHub does not take ----------------------------------------------------------------------------------------


def test_refused_comments_fall_into_the_body_once_and_are_not_tried_again(desk: Desk) -> None:
    refused = desk.server.fail("POST", "/reviews$", last=1, status=422, body='{"message": "Unprocessable Entity"}')
    outcome = desk.publish(*found(10, 25))
    assert outcome.result == "posted"
    assert (desk.on_lines(), desk.in_bodies()) == (set(), marks(10, 25))
    assert any("refused" in line for line in desk.clock.lines)
    refused.last = 10**9
    assert desk.publish(*found(10, 25)).result == "unchanged"
    assert desk.server.writes == []


def test_a_review_that_is_refused_twice_is_given_up(desk: Desk) -> None:
    desk.server.fail("POST", "/reviews$", status=422)
    outcome = desk.publish(*found(10))
    assert (outcome.result, outcome.told) == ("failed", False)
    assert len(desk.server.writes) == 2


def test_a_file_without_a_patch_is_told_in_the_body(desk: Desk) -> None:
    desk.pull.without_patch.add(PATH)
    assert desk.publish(*found(10)).result == "posted"
    assert (desk.on_lines(), desk.in_bodies()) == (set(), marks(10))


def test_three_thousand_files(desk: Desk) -> None:
    desk.pull.extra_files = 3500
    other = finding(1, source="x\n" * 3, path="zz/03400.txt")
    assert desk.publish(*found(10), other).result == "posted"
    assert (desk.on_lines(), desk.in_bodies()) == (marks(10), marks(1))


def test_pages_of_files_are_read_no_further_than_needed(desk: Desk) -> None:
    desk.pull.extra_files = 3500
    desk.publish(*found(10))
    assert len([path for _, path in desk.server.requests if "/files" in path]) == 1


def test_a_page_of_files_that_is_missing_puts_the_rest_into_the_body(desk: Desk) -> None:
    desk.pull.extra_files = 300
    desk.server.fail("GET", r"/files\?.*page=2", status=404)
    other = finding(1, source="x\n" * 3, path="zz/00250.txt")
    assert desk.publish(*found(10), other).result == "posted"
    assert (desk.on_lines(), desk.in_bodies()) == (marks(10), marks(1))
    assert any("known in part only" in line for line in desk.clock.lines)


def test_a_page_of_comments_that_is_missing_forbids_posting_blindly(desk: Desk) -> None:
    for at in range(150):
        desk.hub.say(desk.pull, PERSON, f"comment {at}")
    desk.server.fail("GET", r"/comments\?.*page=2", status=404)
    outcome = desk.publish(*found(10))
    assert not outcome.told
    assert desk.server.writes == []


# --- failures ---------------------------------------------------------------------------------------------------------

READS = ["/pulls/1$", "/reviews", "/comments", "/files"]


@pytest.mark.parametrize("path", READS)
@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"status": 500}, id="500"),
        pytest.param({"status": 502, "body": "<html>Bad gateway"}, id="502"),
        pytest.param({"drop": True}, id="dropped"),
        pytest.param({"truncate": True}, id="truncated"),
        pytest.param({"status": 429, "headers": {"retry-after": "7"}}, id="429 with Retry-After"),
        pytest.param({"status": 429}, id="429"),
        pytest.param({"status": 403, "headers": {"retry-after": "7"}}, id="403 with Retry-After"),
        pytest.param({"status": 403, "body": '{"message": "secondary rate limit"}'}, id="403 secondary"),
    ],
)
def test_a_read_that_fails_once_is_tried_again(desk: Desk, path: str, fault: dict[str, Any]) -> None:
    desk.server.fail("GET", path, last=1, **fault)
    assert desk.publish(*found(10)).result == "posted"
    assert desk.on_lines() == marks(10)
    limited = fault.get("status") in (403, 429)
    assert desk.clock.slept == [(7 if "headers" in fault else 60) if limited else 1]
    assert len(desk.clock.lines) == limited


@pytest.mark.parametrize("path", READS[:3])
@pytest.mark.parametrize(
    "fault",
    [{"status": 500}, {"drop": True}, {"truncate": True}, {"status": 404}, {"status": 409}, {"status": 422}],
    ids=str,
)
def test_a_read_that_fails_for_good_posts_nothing(desk: Desk, path: str, fault: dict[str, Any]) -> None:
    desk.server.fail("GET", path, **fault)
    outcome = desk.publish(*found(10))
    assert not outcome.told
    assert outcome.line.startswith("the review was not posted: GitHub")
    assert "\n" not in outcome.line
    assert desk.server.writes == []


@pytest.mark.parametrize("fault", [{"status": 500}, {"drop": True}, {"truncate": True}, {"status": 404}], ids=str)
def test_without_the_changed_files_all_is_told_in_the_body(desk: Desk, fault: dict[str, Any]) -> None:
    desk.server.fail("GET", "/files", **fault)
    assert desk.publish(*found(10)).result == "posted"
    assert (desk.on_lines(), desk.in_bodies()) == (set(), marks(10))


def test_an_answer_that_takes_too_long(desk: Desk) -> None:
    desk.server.fail("GET", "/pulls/1$", last=1, delay=1.5)
    with Transport("token", desk.server.url, timing=HURRIED, sleep=desk.clock.sleep) as transport:
        assert desk.publish(*found(10), client=Client(transport, desk.hub.name)).result == "posted"
    assert desk.clock.slept == [1]


def test_a_limit_that_lasts_longer_than_a_job_should_wait(desk: Desk) -> None:
    desk.server.fail("POST", "/reviews$", status=403, headers={"retry-after": "3000"})
    outcome = desk.publish(*found(10))
    assert (outcome.result, outcome.told) == ("failed", False)
    assert "3000 s" in outcome.line
    assert desk.clock.slept == []


def test_a_limit_until_a_time(desk: Desk) -> None:
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1"}
    desk.server.fail("POST", "/reviews$", last=1, status=403, headers=headers)
    assert desk.publish(*found(10)).result == "posted"
    assert desk.clock.slept == [1]


@pytest.mark.parametrize("headers", [{"retry-after": "7"}, {}], ids=str)
def test_a_post_that_was_one_too_many_is_repeated_for_nothing_was_done(desk: Desk, headers: dict[str, str]) -> None:
    desk.server.fail("POST", "/reviews$", last=1, status=429, headers=headers)
    assert desk.publish(*found(10)).result == "posted"
    assert len(desk.pull.reviews) == 1


@pytest.mark.parametrize(
    "fault",
    [{"status": 502}, {"status": 500}, {"drop": True}, {"delay": 1.5}, {"truncate": True}],
    ids=str,
)
def test_a_post_that_was_done_in_spite_of_its_error_is_not_repeated(desk: Desk, fault: dict[str, Any]) -> None:
    desk.server.fail("POST", "/reviews$", last=1, after=True, **fault)
    timing = HURRIED if "delay" in fault else TIMING
    with Transport("token", desk.server.url, timing=timing, sleep=desk.clock.sleep) as transport:
        assert desk.publish(*found(10), client=Client(transport, desk.hub.name)).result == "posted"
    assert len(desk.pull.reviews) == 1
    assert len(desk.server.writes) == 1
    assert any("in spite of an error" in line for line in desk.clock.lines)


@pytest.mark.parametrize("fault", [{"status": 502}, {"drop": True}], ids=str)
def test_a_post_that_was_not_done_is_repeated_once(desk: Desk, fault: dict[str, Any]) -> None:
    desk.server.fail("POST", "/reviews$", last=1, **fault)
    assert desk.publish(*found(10)).result == "posted"
    assert len(desk.pull.reviews) == 1


def test_a_post_that_is_never_done_is_given_up(desk: Desk) -> None:
    desk.server.fail("POST", "/reviews$", status=502)
    outcome = desk.publish(*found(10))
    assert (outcome.result, outcome.told) == ("failed", False)
    assert len(desk.server.writes) == 2


def test_the_earlier_review_of_the_same_head_is_not_taken_for_the_one_that_failed(desk: Desk) -> None:
    desk.publish(*found(10))
    desk.server.fail("POST", "/reviews$", last=1, status=502)
    desk.publish(*found(10, 40))
    assert desk.on_lines() == marks(10, 40)


@pytest.mark.parametrize("status", [403, 404, 409, 422, 500])
def test_a_comment_that_cannot_be_mended_waits_for_the_next_run(desk: Desk, status: int) -> None:
    desk.publish(*found(10, 40))
    fault = desk.server.fail("DELETE", "/pulls/comments/", status=status)
    desk.publish(*found(10))
    assert desk.on_lines() == marks(10, 40)
    gone = status == 404
    assert any("wait for the next run" in line for line in desk.clock.lines) is not gone
    fault.last = 0
    desk.publish(*found(10))
    assert desk.on_lines() == marks(10)


def test_our_own_token_never_leaves_in_a_body(desk: Desk) -> None:
    secret = "ghs_0123456789abcdef"
    desk.hub.tokens[secret] = ACTIONS
    with Transport(secret, desk.server.url, timing=TIMING, sleep=desk.clock.sleep) as transport:
        client = Client(transport, desk.hub.name)
        desk.publish(finding(10, source=text(10, 40), message=f"it says {secret}"), client=client)
    assert secret not in "".join(each.body for each in (*desk.pull.reviews, *desk.pull.comments))
