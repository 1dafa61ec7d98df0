"""Which findings are told in which comment, and which in the body of the review."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from saya.findings import Finding
from saya.record import record, replace
from saya.report.anchor import Anchor, anchor_of, lines_of
from saya.report.diff import Diff
from saya.report.grouping import group_findings, rank
from saya.report.suggestion import Suggestion, suggestion_of
from saya.text.source import Source

# GitHub has answered reviews of more than about 30 comments with errors after posting them.
MOST_COMMENTS = 25


@record(kw_only=True)
class Draft:
    """A comment to be written.

    Attributes:
        findings: what it tells, the first in full.
        anchor: the lines it stands on.
        suggestion: the lines that replace them, if any.
        brief: whether an earlier draft tells what is common to both.
        elsewhere: whether the first finding's own place is not among the lines.
    """

    findings: tuple[Finding, ...]
    anchor: Anchor
    suggestion: str | None = None
    brief: bool = False
    elsewhere: bool = False


@record(kw_only=True)
class Placement:
    """The comments, in the order in which they are posted, and the groups of findings that have none."""

    drafts: tuple[Draft, ...]
    outside: tuple[tuple[Finding, ...], ...]


def place(findings: list[Finding], sources: Mapping[str, Source], diff: Diff) -> Placement:
    """Where each finding is told: at most `MOST_COMMENTS` in comments, the most severe first."""
    drafts: list[Draft] = []
    outside: list[Finding] = []
    taken: list[Anchor] = []
    for group in group_findings(findings):
        severity = rank(group[0])[0]
        full = sum(rank(draft.findings[0])[0] <= severity for draft in drafts) >= MOST_COMMENTS
        written = [] if full else list(_drafts(group, sources, diff, taken))
        drafts += written
        outside += [] if written else group
    drafts.sort(key=lambda draft: rank(draft.findings[0])[0])
    outside += [finding for draft in drafts[MOST_COMMENTS:] for finding in draft.findings]
    kept = drafts[:MOST_COMMENTS]
    # A suggestion that is committed moves what is below it.
    kept.sort(key=lambda draft: (draft.anchor.path, -draft.anchor.last, -draft.anchor.first))
    return Placement(drafts=tuple(kept), outside=tuple(group_findings(outside)))


def _drafts(
    group: tuple[Finding, ...], sources: Mapping[str, Source], diff: Diff, taken: list[Anchor]
) -> Iterator[Draft]:
    """The comments for findings that are told together: one for each suggestion, else one for all."""
    drafts: list[Draft] = []
    rest: list[Finding] = []
    for finding in group:
        suggestion = suggestion_of(finding.fix, sources, diff) if finding.fix else None
        anchor = Anchor(suggestion.path, suggestion.first, suggestion.last) if suggestion else None
        if suggestion is None or anchor is None or any(map(anchor.overlaps, taken)):
            rest.append(finding)
            continue
        taken.append(anchor)
        drafts.append(_suggesting(finding, suggestion, anchor, brief=bool(drafts)))
    if drafts:
        yield replace(drafts[0], findings=(*drafts[0].findings, *rest))
        yield from drafts[1:]
        return
    if group[0].severity == "note":
        return
    anchor = next(filter(None, (anchor_of(finding, diff) for finding in group)), None)
    if anchor is not None:
        yield Draft(findings=group, anchor=anchor, elsewhere=not _is_at(group[0], anchor))


def _suggesting(finding: Finding, suggestion: Suggestion, anchor: Anchor, *, brief: bool) -> Draft:
    return Draft(
        findings=(finding,),
        anchor=anchor,
        suggestion=suggestion.text,
        brief=brief,
        elsewhere=not _is_at(finding, anchor),
    )


def _is_at(finding: Finding, anchor: Anchor) -> bool:
    return anchor.overlaps(Anchor(finding.location.path, *lines_of(finding.location)))
