"""Fixes applied to a text, as far as they do not get in each other's way."""

from __future__ import annotations

from collections.abc import Iterable

from saya.findings import Edit, Finding
from saya.record import NamedTuple
from saya.text.edit import Replacement, edited, ordered
from saya.text.source import Source


class Applied(NamedTuple):
    """A text with fixes applied: `made` are the findings that they mend, `left` those whose edits overlap with them."""

    text: str
    made: tuple[Finding, ...]
    left: tuple[Finding, ...]


def apply_fixes(source: Source, findings: Iterable[Finding]) -> Applied:
    """The text of a file with the fixes of findings that edit it; of two that overlap the first wins.

    Edits that two findings have in common are made once. Two that insert at one place overlap.
    """
    made: list[Finding] = []
    left: list[Finding] = []
    edits: dict[Edit, None] = {}
    for finding in findings:
        own = edits_of(finding)
        if own and all(each.path == source.path for each in own) and _fit(edits, own):
            edits.update(dict.fromkeys(own))
            made.append(finding)
        else:
            left.append(finding)
    text = edited(source.text, (Replacement(each.span, each.text) for each in edits))
    return Applied(text, tuple(made), tuple(left))


def edits_of(finding: Finding) -> tuple[Edit, ...]:
    """The edits that mend a finding, offered or only shown; none where nothing is known that does."""
    mending = finding.fix or finding.patch
    return mending.edits if mending is not None else ()


def _fit(known: Iterable[Edit], own: Iterable[Edit]) -> bool:
    """Whether edits can be made beside those that are known."""
    others = [each for each in known if each not in own]
    places = {each.span for each in others if each.span.start == each.span.end}
    if any(each.span in places for each in own):
        return False
    return ordered(Replacement(each.span, each.text) for each in (*others, *own)) is not None
