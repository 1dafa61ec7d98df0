"""What is written on a pull request, given what we wrote there before."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saya.github.client import PostedComment, PostedReview
from saya.github.plan import MOST_MENDED, Before, Plan, plan_writes, told_in_body_only
from saya.report.review import InlineComment, Review, mark, mark_head

HEAD, OLD = "a" * 40, "b" * 40
A, B, C = ("1" * 32, "2" * 32, "3" * 32)


def wanted(*prints: str, line: int = 5, path: str = "t.yaml", text: str = "it is so") -> InlineComment:
    return InlineComment(path=path, line=line, body=f"{text}\n\n{mark(prints)}", fingerprints=prints)


def ours(id_: int, *prints: str, line: int | None = 5, path: str = "t.yaml", text: str = "it is so") -> PostedComment:
    return PostedComment(
        id=id_,
        node_id=str(id_),
        author="us",
        is_bot=True,
        body=f"{text}\n\n{mark(prints)}",
        path=path,
        line=line,
        reply_to=None,
    )


def said(*prints: str, head: str = HEAD, id_: int = 1) -> PostedReview:
    body = "\n".join(["words", mark_head(head), mark(prints)])
    return PostedReview(id=id_, node_id=str(id_), author="us", is_bot=True, body=body, pending=False)


def review(*comments: InlineComment, body: tuple[str, ...] = (), silent: bool = False) -> Review:
    return Review(body="\n".join(["words", mark_head(HEAD), mark(body)]), comments=comments, silent=silent)


def before(*comments: PostedComment, reviews: tuple[PostedReview, ...] = (), answered: tuple[int, ...] = ()) -> Before:
    return Before(reviews=reviews, comments=comments, answered=frozenset(answered), head_sha=HEAD)


def test_the_first_review_posts_everything() -> None:
    plan = plan_writes(review(wanted(A), body=(B,)), before())
    assert (plan.post, plan.comments, plan.rewrite) == (True, (wanted(A),), None)


def test_the_same_again_is_nothing() -> None:
    same = review(wanted(A), wanted(B, C), body=())
    assert plan_writes(same, before(ours(1, A), ours(2, B, C), reviews=(said(),))).is_empty


def test_line_ends_are_no_difference() -> None:
    comment = ours(1, A, text="it is so\r\nreally")
    assert plan_writes(review(wanted(A, text="it is so\nreally")), before(comment, reviews=(said(),))).is_empty


def test_silence_posts_nothing() -> None:
    assert plan_writes(review(silent=True), before()).is_empty


def test_what_shares_some_findings_is_edited() -> None:
    plan = plan_writes(review(wanted(A, B)), before(ours(1, A), reviews=(said(),)))
    assert plan.edits == ((1, wanted(A, B).body),)
    assert (plan.comments, plan.deletions) == ((), ())


def test_the_one_that_shares_most_is_edited_and_the_others_go() -> None:
    plan = plan_writes(review(wanted(A, B, C)), before(ours(1, A), ours(2, B, C), reviews=(said(),)))
    assert (plan.edits, plan.deletions) == (((2, wanted(A, B, C).body),), (1,))


def test_of_two_that_say_the_same_one_stays() -> None:
    plan = plan_writes(review(wanted(A)), before(ours(1, A), ours(2, A), reviews=(said(),)))
    assert (plan.edits, plan.deletions, plan.post) == ((), (2,), False)


def test_another_file_is_another_place() -> None:
    plan = plan_writes(review(wanted(A, path="new.yaml")), before(ours(1, A), reviews=(said(),)))
    assert (plan.comments, plan.deletions) == ((wanted(A, path="new.yaml"),), (1,))


@pytest.mark.parametrize("comment", [ours(1, C), ours(1, A, text="other words"), ours(1, A, line=None)])
def test_what_was_answered_is_never_touched(comment: PostedComment) -> None:
    plan = plan_writes(review(wanted(A)), before(comment, reviews=(said(),), answered=(1,)))
    assert (plan.edits, plan.deletions) == ((), ())


def test_an_answered_comment_that_tells_it_stands_for_it() -> None:
    assert plan_writes(review(wanted(A)), before(ours(1, A, B), reviews=(said(),), answered=(1,))).comments == ()
    assert plan_writes(review(wanted(A, B)), before(ours(1, A), reviews=(said(),), answered=(1,))).comments != ()


def test_what_no_longer_holds_goes_and_what_may_hold_stays() -> None:
    comments = (ours(1, A), ours(2, B), ours(3, C), ours(4, A, path="broken.yaml"))
    plan = plan_writes(
        review(body=(B,)),
        before(*comments, reviews=(said(B),)),
        holding={C},
        doubtful={"broken.yaml"},
    )
    assert plan.deletions == (1,)


def test_a_new_head_with_nothing_new_rewrites_the_body() -> None:
    told = review(wanted(A), body=(B,))
    plan = plan_writes(told, before(ours(1, A), reviews=(said(B, head=OLD, id_=7),)))
    assert (plan.post, plan.rewrite) == (False, (7, told.body))


def test_a_further_review_replaces_the_body_of_the_last() -> None:
    plan = plan_writes(review(wanted(A)), before(reviews=(said(id_=3, head=OLD), said(id_=7, head=OLD))))
    assert plan.post
    assert plan.rewrite is not None
    assert plan.rewrite[0] == 7
    assert OLD in plan.rewrite[1]


def test_mending_has_a_limit() -> None:
    comments = [ours(at, f"{at:032x}") for at in range(100, 160)]
    plan = plan_writes(review(), before(*comments, reviews=(said(),)))
    assert (len(plan.deletions), plan.left) == (MOST_MENDED, 60 - MOST_MENDED)


def test_what_was_refused_on_lines_is_known_from_the_body() -> None:
    told = review(wanted(A))
    assert told_in_body_only(told, before(reviews=(said(A),)))
    assert not told_in_body_only(told, before(reviews=(said(A, head=OLD),)))
    assert not told_in_body_only(told, before(ours(1, A), reviews=(said(A),)))


prints = st.lists(st.sampled_from([f"{at:032x}" for at in range(8)]), min_size=1, max_size=3, unique=True)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(prints, max_size=6), st.lists(prints, max_size=6), st.sets(st.integers(0, 5)))
def test_carrying_out_a_plan_leaves_nothing_to_do(
    before_: list[list[str]], now: list[list[str]], answered: set[int]
) -> None:
    """Whatever was there: all that is wanted is told afterwards, and the next run writes nothing."""
    disjoint, seen = [], set()
    for each in now:
        own = [one for one in each if one not in seen]
        seen.update(own)
        disjoint += [own] if own else []
    told = review(*(wanted(*each) for each in disjoint))
    comments = [ours(at, *each) for at, each in enumerate(before_)]
    start = before(*comments, reviews=(said(head=OLD),), answered=tuple(answered))
    plan = plan_writes(told, start)
    after = carried_out(plan, comments)
    on_lines = {one for comment in after for one in before(comment).on_lines}
    assert on_lines >= seen
    assert all(comment in after for comment in comments if comment.id in answered)
    again = plan_writes(told, before(*after, reviews=(said(id_=9),), answered=tuple(answered)))
    assert again.is_empty


def carried_out(plan: Plan, comments: list[PostedComment]) -> list[PostedComment]:
    edits = dict(plan.edits)
    left = []
    for comment in comments:
        if comment.id in edits:
            marks = before(comment_with(comment.id, edits[comment.id])).comments
            left += marks
        elif comment.id not in plan.deletions:
            left.append(comment)
    posted = [comment_with(1000 + at, each.body) for at, each in enumerate(plan.comments)]
    return [*left, *posted]


def comment_with(id_: int, body: str) -> PostedComment:
    return PostedComment(
        id=id_, node_id=str(id_), author="us", is_bot=True, body=body, path="t.yaml", line=5, reply_to=None
    )
