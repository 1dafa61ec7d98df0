"""A review on a pull request: posted once, mended when the pull request moves on, never in the way.

Posting that fails costs nothing but the review: the outcome says so in one line, and the caller tells the findings in
the job summary and in annotations.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import Literal

from saya.errors import GitHubError
from saya.github.client import PostedComment, PostedReview, PullRequest, PullRequests
from saya.github.plan import Before, Plan, plan_writes, told_in_body_only
from saya.record import field, record
from saya.report.diff import Diff
from saya.report.review import InlineComment, Review, fingerprints_in, head_in

SETTLE = 3.0  # seconds before reading back what a failed request may have done

Result = Literal["posted", "updated", "unchanged", "closed", "outdated", "refused", "failed"]


@record(kw_only=True)
class Outcome:
    """What became of a review. `line` says it to people."""

    result: Result
    line: str

    @property
    def told(self) -> bool:
        """Whether the pull request now tells all that the review says."""
        return self.result in ("posted", "updated", "unchanged")


@record(kw_only=True)
class Posting:
    """What is to be told of one pull request.

    Attributes:
        number: that of the pull request.
        head_sha: the revision that was judged.
        build: makes the review; an empty diff puts everything in its body.
        paths: the files in whose lines comments may stand.
        holding: the fingerprints of all that holds or may hold.
        doubtful: the files of which this run cannot say that a finding is gone.
    """

    number: int
    head_sha: str
    build: Callable[[Diff], Review]
    paths: frozenset[str] = field(default_factory=frozenset)
    holding: frozenset[str] = field(default_factory=frozenset)
    doubtful: frozenset[str] = field(default_factory=frozenset)


def publish(
    client: PullRequests,
    posting: Posting,
    *,
    log: Callable[[str], None] = lambda _line: None,
    sleep: Callable[[float], None] = time.sleep,
) -> Outcome:
    """Tell a review on its pull request. Raises nothing that GitHub causes; `log` takes one line for each oddity."""
    try:
        return _Publisher(client, posting, log, sleep).publish()
    except GitHubError as error:
        result: Result = "refused" if error.kind in ("forbidden", "missing") else "failed"
        return Outcome(result=result, line=f"the review was not posted: {error}")


class _Publisher:
    """One posting on its way."""

    def __init__(
        self, client: PullRequests, posting: Posting, log: Callable[[str], None], sleep: Callable[[float], None]
    ) -> None:
        self.client = client
        self.posting = posting
        self.log = log
        self.sleep = sleep
        self.known: frozenset[int] = frozenset()

    def publish(self) -> Outcome:
        number, head = self.posting.number, self.posting.head_sha
        pull = self.client.pull_request(number)
        if not pull.is_open:
            return Outcome(result="closed", line=f"pull request {number} is closed: nothing was posted")
        if pull.head_sha != head:
            line = f"pull request {number} has moved on from {head[:9]} to {pull.head_sha[:9]}: nothing was posted"
            return Outcome(result="outdated", line=f"{line}, the run of its new head tells what holds")
        before = self.read_before()
        review = self.build(pull, before)
        plan = plan_writes(review, before, holding=self.posting.holding, doubtful=self.posting.doubtful)
        if plan.is_empty:
            said = "has nothing to tell" if review.silent else "tells this already"
            return Outcome(result="unchanged", line=f"the review of pull request {number} {said}: nothing was posted")
        if plan.post:
            self.post(review, plan.comments)
        self.mend(plan)
        return self.outcome(plan, review)

    def read_before(self) -> Before:
        """What we wrote before. A review of ours that was never submitted is removed: it would forbid every other."""
        reviews = self.client.reviews(self.posting.number)
        self.known = frozenset(review.id for review in reviews)
        comments = self.client.comments(self.posting.number)
        marked: list[PostedReview | PostedComment] = [
            *(review for review in reviews if not review.pending and head_in(review.body)),
            *(comment for comment in comments if comment.reply_to is None and fingerprints_in(comment.body)),
        ]
        own = self.client.own(marked) if marked else frozenset()
        for review in reviews:
            if review.pending:
                self.discard(review)
        return Before(
            reviews=tuple(each for each in marked if isinstance(each, PostedReview) and each.node_id in own),
            comments=tuple(each for each in marked if isinstance(each, PostedComment) and each.node_id in own),
            answered=frozenset(comment.reply_to for comment in comments if comment.reply_to is not None),
            head_sha=self.posting.head_sha,
        )

    def discard(self, review: PostedReview) -> None:
        """Remove a pending review. GitHub shows us only our own; a person's may be a draft that they are writing."""
        if not review.is_bot and not head_in(review.body):
            message = (
                "the review was not posted: this token's user has a review of their own pending; submit or drop it"
            )
            raise GitHubError(message, kind="conflict")
        self.client.delete_pending_review(self.posting.number, review.id)
        self.log("removed a review of ours that was never submitted")

    def build(self, pull: PullRequest, before: Before) -> Review:
        diff = self.client.diff(pull.number, self.posting.paths, pull.changed_files)
        review = self.posting.build(diff)
        return self.posting.build(Diff()) if told_in_body_only(review, before) else review

    def post(self, review: Review, comments: Collection[InlineComment]) -> None:
        """Post the review; where GitHub takes one of the comments for wrong, once more with all of them in its body."""
        try:
            self.post_once(review.body, comments)
        except GitHubError as error:
            if error.kind != "invalid" or not comments:
                raise
            self.log(f"comments on lines were refused, all is told in the review's body: {error}")
            self.post_once(self.posting.build(Diff()).body, ())

    def post_once(self, body: str, comments: Collection[InlineComment]) -> None:
        """Post one review. After an error that leaves open whether it was posted, look before posting again."""
        number, head = self.posting.number, self.posting.head_sha
        try:
            self.client.post_review(number, head_sha=head, body=body, comments=tuple(comments))
        except GitHubError as error:
            if not error.uncertain:
                raise
            if self.is_posted(body):
                self.log(f"the review is posted, in spite of an error: {error}")
                return
            self.log(f"the review is not posted, trying once more: {error}")
            self.post_again(body, comments)

    def post_again(self, body: str, comments: Collection[InlineComment]) -> None:
        try:
            self.client.post_review(
                self.posting.number, head_sha=self.posting.head_sha, body=body, comments=tuple(comments)
            )
        except GitHubError as error:
            if not error.uncertain or not self.is_posted(body):
                raise
            self.log(f"the review is posted, in spite of an error: {error}")

    def is_posted(self, body: str) -> bool:
        """Whether the pull request has a new review of ours with these marks."""
        self.sleep(SETTLE)
        alike = [
            review
            for review in self.client.reviews(self.posting.number)
            if review.id not in self.known
            and (head_in(review.body), fingerprints_in(review.body)) == (head_in(body), fingerprints_in(body))
        ]
        return bool(alike and self.client.own(alike))

    def mend(self, plan: Plan) -> None:
        """Edit and delete what no longer holds. What fails is left to the next run, which comes to the same plan."""
        number = self.posting.number
        steps: list[Callable[[], None]] = [
            *(lambda each=each, body=body: self.client.edit_comment(each, body) for each, body in plan.edits),
            *(lambda each=each: self.client.delete_comment(each) for each in plan.deletions),
        ]
        if plan.rewrite is not None:
            review, body = plan.rewrite
            steps.append(lambda: self.client.edit_review(number, review, body))
        failed, last = plan.left, ""
        for at, step in enumerate(steps):
            try:
                step()
            except GitHubError as error:
                failed, last = failed + 1, f": {error}"
                if error.kind in ("forbidden", "limited"):
                    failed += len(steps) - at - 1
                    break
        if failed:
            self.log(f"{failed} of our earlier comments wait for the next run to be mended{last}")

    def outcome(self, plan: Plan, review: Review) -> Outcome:
        mended = len(plan.edits) + len(plan.deletions)
        line = f"{mended} earlier comments mended" if mended else "its body brought up to date"
        if not plan.post:
            return Outcome(result="updated", line=f"the review of pull request {self.posting.number}: {line}")
        new = f"posted with {len(plan.comments)} comments on lines"
        cut = f", {review.omitted} entries cut from its body" if review.omitted else ""
        also = f", {line}" if mended else ""
        return Outcome(result="posted", line=f"the review of pull request {self.posting.number}: {new}{cut}{also}")
