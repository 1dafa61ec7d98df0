"""From a policy's `fixes` and the facts of a finding to edits of the author's file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from saya.facts.types import Fact
from saya.fixes.actions import ACTIONS
from saya.fixes.document import Document
from saya.fixes.proposal import Declined, Proposal, Target
from saya.policy.judge import Ground
from saya.policy.language import FixTemplate, Policy
from saya.policy.operators import holds
from saya.policy.wording import fill
from saya.text.edit import NotEditableError, Replacement, ordered


def propose(ground: Ground, document: Document) -> Proposal | Declined | None:
    """The first fix of the policy whose `where` holds, for all facts of the finding; None where there is none."""
    fixes = [(fact, _fix_for(ground.policy, fact)) for fact in ground.facts]
    first = next((fix for _, fix in fixes if fix is not None), None)
    if first is None:
        return None
    if any(fix is None for _, fix in fixes):
        return Declined("in another case the finding holds in a way that has no fix")
    edits: dict[Replacement, None] = {}
    targets: set[Target] = set()
    try:
        for fact, fix in fixes:
            for replacement, target in _edits(fix, fact, document) if fix is not None else ():
                edits[replacement] = None
                targets.add(target)
    except NotEditableError as error:
        return Declined(str(error))
    found = ordered(_in_lines(edits, document))
    if found is None:
        return Declined("its edits overlap")
    if all(document.source.text[each.span.start : each.span.end] == each.text for each in found):
        return Declined("it changes nothing")
    return Proposal(fill(first.title, ground.facts[0]), first.safety, found, frozenset(targets))


def _fix_for(policy: Policy, fact: Fact) -> FixTemplate | None:
    for fix in policy.fixes:
        if fix.where is None or holds(fix.where, fact) is True:
            return fix
    return None


def _edits(fix: FixTemplate, fact: Fact, document: Document) -> Iterator[tuple[Replacement, Target]]:
    for edit in fix.edits:
        yield from ACTIONS[edit.action](edit, fact, document)


def _in_lines(edits: Iterable[Replacement], document: Document) -> Iterator[Replacement]:
    """The edits with the file's line breaks."""
    newline = document.manner.newline
    for each in edits:
        yield each._replace(text=each.text.replace("\r\n", "\n").replace("\n", newline)) if "\n" in each.text else each
