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
from dataclasses import dataclass
from typing import Literal

from saya.findings import Report
from saya.report.diff import Diff
from saya.report.marker import fingerprints_in, head_in, mark, mark_head

__all__ = ["InlineComment", "Review", "build_review", "fingerprints_in", "head_in", "mark", "mark_head"]


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What is posted. Every body is shorter than 65,536 characters.

    Attributes:
        body: the body of the review.
        comments: in the order in which they are to be posted: by file, bottom-up within one.
        omitted: how many entries had to be cut from the body; it says so itself.
        silent: whether nobody needs to read it: no new finding, nothing undecided or suppressed by this change, no
            error, nothing mended.
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

    `repository_url` is where links go, without a slash at the end: `https://github.com/OWNER/NAME`. `templates` are
    Jinja templates by name that override blocks of ours, of the base revision; None for ours alone. Raises UserError
    where one of them does not hold.
    """
    raise NotImplementedError
