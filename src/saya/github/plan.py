"""What to write on a pull request, given what we wrote there before. Pure.

A comment of ours that carries exactly the fingerprints of a wanted one stands for it. One that shares some of them is
edited to the wanted one. One that shares none, and of whose findings none holds any more, is deleted. A comment that
somebody answered is never touched: what it says belongs to a conversation.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from saya.github.client import PostedComment, PostedReview
from saya.record import record
from saya.report.marker import mark_head
from saya.report.review import InlineComment, Review, fingerprints_in, head_in

MOST_MENDED = 40  # comments edited or deleted in one run; GitHub takes 80 writes a minute from everybody together
REPLACED = "_A later review replaces this one; comments that still hold stay where they are._"


@record(kw_only=True)
class Before:
    """What we wrote on the pull request before, the oldest first.

    Attributes:
        reviews: our own submitted reviews.
        comments: our own comments on lines, replies left out.
        answered: the IDs of those that somebody answered.
        head_sha: the revision that is told of now.
    """

    reviews: tuple[PostedReview, ...] = ()
    comments: tuple[PostedComment, ...] = ()
    answered: frozenset[int] = frozenset()
    head_sha: str

    @property
    def latest(self) -> PostedReview | None:
        """Our last review."""
        return self.reviews[-1] if self.reviews else None

    @property
    def in_body(self) -> frozenset[str]:
        """The fingerprints of what the body of our last review tells of this same revision."""
        latest = self.latest
        told = latest is not None and head_in(latest.body) == self.head_sha
        return frozenset(fingerprints_in(latest.body)) if latest is not None and told else frozenset()

    @property
    def on_lines(self) -> frozenset[str]:
        """The fingerprints of what our comments tell."""
        return frozenset(each for comment in self.comments for each in fingerprints_in(comment.body))


@record(kw_only=True)
class Plan:
    """What to write. Edits are pairs of an ID and a body; `left` edits and deletions are for the next run."""

    post: bool = False
    comments: tuple[InlineComment, ...] = ()
    edits: tuple[tuple[int, str], ...] = ()
    deletions: tuple[int, ...] = ()
    rewrite: tuple[int, str] | None = None
    left: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        return not (self.post or self.edits or self.deletions or self.rewrite)


def told_in_body_only(review: Review, before: Before) -> bool:
    """Whether the comments that are wanted were told in the body for this same revision, because GitHub refused them.

    Asking again would be refused again.
    """
    wanted = {each for comment in review.comments for each in comment.fingerprints}
    return bool(wanted & before.in_body - before.on_lines)


def plan_writes(
    review: Review, before: Before, *, holding: Collection[str] = (), doubtful: Collection[str] = ()
) -> Plan:
    """What to write so that the pull request tells the review and nothing that no longer holds.

    `holding` are the fingerprints of all that holds or may hold, told by the review or not. `doubtful` are paths of
    which this run knows too little to say that a finding is gone.
    """
    kept, new, edits = _match(review.comments, before)
    holding = {*holding, *fingerprints_in(review.body)}
    stale = [
        comment.id
        for comment in before.comments
        if comment.id not in kept
        and comment.id not in before.answered
        and comment.path not in doubtful
        and not (_shares(comment, holding) and not _shares(comment, _wanted(review)))
    ]
    changes = [*edits, *((each, None) for each in stale)]
    done = changes[:MOST_MENDED]
    post = _must_post(review, before, new)
    return Plan(
        post=post,
        comments=tuple(new),
        edits=tuple((each, body) for each, body in done if body is not None),
        deletions=tuple(each for each, body in done if body is None),
        rewrite=_rewrite(review, before, post=post),
        left=len(changes) - len(done),
    )


def _match(
    wanted: Iterable[InlineComment], before: Before
) -> tuple[set[int], list[InlineComment], list[tuple[int, str]]]:
    """The comments of ours that stand for wanted ones, the wanted ones that none stands for, and the edits."""
    kept: set[int] = set()
    new, edits = [], []
    for comment in wanted:
        standing = _standing(comment, [each for each in before.comments if each.id not in kept], before.answered)
        if standing is None:
            new.append(comment)
            continue
        kept.add(standing.id)
        if standing.id not in before.answered and _text(standing.body) != _text(comment.body):
            edits.append((standing.id, comment.body))
    return kept, new, edits


def _standing(
    wanted: InlineComment, candidates: Sequence[PostedComment], answered: Collection[int]
) -> PostedComment | None:
    """The comment of ours that stands for a wanted one: the same findings, else most of them.

    An outdated one that nobody answered stands for nothing, for GitHub folds it away. An answered one stands only where
    it tells every finding: it cannot be edited.
    """
    found, most = None, 0
    for each in candidates:
        told = set(fingerprints_in(each.body))
        shared = len(told & set(wanted.fingerprints))
        whole = told == set(wanted.fingerprints)
        if each.id in answered and not told >= set(wanted.fingerprints):
            continue
        if each.path != wanted.path or (each.line is None and each.id not in answered):
            continue
        if whole:
            return each
        if shared > most:
            found, most = each, shared
    return found


def _must_post(review: Review, before: Before, new: Sequence[InlineComment]) -> bool:
    if review.silent:
        return False
    if new or before.latest is None:
        return True
    told = {*fingerprints_in(before.latest.body), *before.on_lines}
    return not told >= set(fingerprints_in(review.body))


def _rewrite(review: Review, before: Before, *, post: bool) -> tuple[int, str] | None:
    """What becomes of the body of our last review."""
    latest = before.latest
    if latest is None:
        return None
    head = head_in(latest.body)
    if post:
        return latest.id, f"{REPLACED}\n\n{mark_head(head)}" if head else REPLACED
    same = head == before.head_sha and set(fingerprints_in(latest.body)) == set(fingerprints_in(review.body))
    return None if same else (latest.id, review.body)


def _wanted(review: Review) -> set[str]:
    return {each for comment in review.comments for each in comment.fingerprints}


def _shares(comment: PostedComment, fingerprints: Collection[str]) -> bool:
    return any(each in fingerprints for each in fingerprints_in(comment.body))


def _text(body: str) -> str:
    return "\n".join(body.split("\r\n")).strip()
