"""A report as one review of a pull request: comments on its lines, and a body with the rest. Pure.

How `saya.github.publish` uses it:

- A comment of ours that carries exactly the fingerprints of a wanted one stands for it; one that shares some of them is
  edited to the wanted body; one that shares none is stale.
- `Review.body` carries the mark of the head (`head_in`) and those of the findings that it alone tells.
- `build_review` with an empty `Diff()` tells everything in the body: for when GitHub refuses the comments.
- `Review.silent`: there is nothing that a reader must know; post no review, but still mend stale comments.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from saya.findings import Report
from saya.record import record
from saya.report.body import BodyWriter
from saya.report.comment import CommentWriter
from saya.report.diff import Diff
from saya.report.markdown import code, size
from saya.report.marker import LONGEST_MARK, fingerprints_in, head_in, mark, mark_head, without_marks
from saya.report.placement import Draft, place
from saya.report.rendering import Templates
from saya.report.suggestion import sources_of
from saya.report.telling import Links, Teller

# GitHub takes 65,536 characters; what it adds of its own to a body is not known.
LONGEST_BODY = 65_000

__all__ = ["InlineComment", "Review", "build_review", "fingerprints_in", "head_in", "mark", "mark_head"]


@record(kw_only=True)
class InlineComment:
    """A comment on lines of head that the API takes.

    `start_line` is None where the comment is on one line; else it lies before `line` in the same hunk. A comment may
    tell several findings of one function and one policy: `fingerprints` has all of them, and the body their marks.
    """

    path: str
    line: int
    start_line: int | None = None
    side: Literal["RIGHT"] = "RIGHT"
    body: str
    fingerprints: tuple[str, ...]


@record(kw_only=True)
class Review:
    """What is posted. Every body is shorter than 65,536 characters.

    Attributes:
        body: the body of the review.
        comments: in the order in which they are to be posted: by file, bottom-up within one.
        omitted: how many entries had to be cut from the body; it says so itself.
        silent: whether nobody needs to read it: no new finding, nothing that this change suppresses or mends, no new
            error. What is undecided alone is for the job summary.
    """

    body: str
    comments: tuple[InlineComment, ...]
    omitted: int = 0
    silent: bool = False


def build_review(
    report: Report,
    diff: Diff,
    *,
    head_sha: str,
    repository_url: str,
    templates: Mapping[str, str] | None = None,
) -> Review:
    """The review that tells a report.

    `repository_url` is where links go, without a slash at the end: `https://github.com/OWNER/NAME`; empty for no links.
    `templates` are a project's own by name (`saya.report.rendering.NAMES`), of the base revision; None for ours alone.
    Raises ConfigError where one of them does not hold.
    """
    sources = sources_of(report)
    new = [finding for finding in report.findings if finding.status != "existing"]
    placement = place(new, sources, diff)
    teller = Teller(
        links=Links(repository_url=repository_url, head=head_sha, base=report.base),
        templates={template.path: template for template in report.templates},
    )
    writer = CommentWriter(teller=teller, templates=Templates(templates), sources=sources)
    comments = tuple(_comment(draft, writer) for draft in placement.drafts)
    bodies = BodyWriter(
        report=report,
        writer=writer,
        outside=placement.outside,
        commented=bool(comments),
        measure=size,
        mark_size=LONGEST_MARK,
    )
    body = bodies.write("review.md", LONGEST_BODY - LONGEST_MARK)
    marks = [mark_head(head_sha), mark(finding.fingerprint for finding in body.told)]
    added = any(entry.added_by_head for entry in report.suppressed)
    failed = any(entry.status != "existing" for entry in report.errors)
    return Review(
        body="\n".join(filter(None, [body.text + "\n", *marks])),
        comments=comments,
        omitted=body.omitted,
        silent=not (new or added or failed or report.resolved),
    )


def _comment(draft: Draft, writer: CommentWriter) -> InlineComment:
    fingerprints = tuple(dict.fromkeys(finding.fingerprint for finding in draft.findings))
    marks = mark(fingerprints)
    text = writer.write(
        draft.findings,
        LONGEST_BODY - size(marks) - 2,
        suggestion=draft.suggestion,
        brief=draft.brief,
        elsewhere=draft.elsewhere,
    )
    anchor = draft.anchor
    return InlineComment(
        path=anchor.path,
        line=anchor.last,
        start_line=anchor.first if anchor.first < anchor.last else None,
        body=f"{text}\n\n{marks}",
        fingerprints=fingerprints,
    )


def as_markdown(review: Review) -> str:
    """A review as one text: the body, then each comment below its lines, from the top of each file."""
    parts = [review.body]
    for comment in sorted(review.comments, key=lambda each: (each.path, each.line)):
        last = f"-{comment.line}" if comment.start_line else ""
        parts += [f"---\n\n{code(f'{comment.path}:{comment.start_line or comment.line}{last}')}", comment.body]
    return "\n\n".join(map(without_marks, parts)) + "\n"
