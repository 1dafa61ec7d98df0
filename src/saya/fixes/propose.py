"""From a policy's `fixes` and the facts of a finding to edits of the author's file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from saya.facts.types import Fact
from saya.fixes.actions import ACTIONS
from saya.fixes.document import Document
from saya.fixes.proposal import Declined, Proposal, Target
from saya.policy.judge import Ground
from saya.policy.language import FixTemplate
from saya.policy.operators import holds
from saya.policy.wording import fill
from saya.text.edit import NotEditableError, Replacement, ordered

_DANGER = ("safe", "unsafe", "manual")


def propose(ground: Ground, document: Document, *, patches: bool = True) -> Iterator[Proposal | Declined]:
    """What the fixes of the policy whose `where` holds would change, in the order in which they are to be tried.

    Each is for all facts of the finding; one of another kind takes the first fix that is meant for it. `patches` says
    whether the manual ones are among them.
    """
    fixes = [fix for fix in ground.policy.fixes if patches or fix.safety != "manual"]
    meant = [[fix for fix in fixes if _is_meant(fix, fact)] for fact in ground.facts]
    for first in ground.policy.fixes:
        if not any(first in fixes for fixes in meant):
            continue
        if all(meant):
            chosen = [first if first in fixes else fixes[0] for fixes in meant]
            yield _proposal(list(zip(chosen, ground.facts, strict=True)), document)
        else:
            yield Declined("in another case the finding holds in a way that has no fix")


def is_meant(ground: Ground, *, patches: bool = True) -> bool:
    """Whether some fix is meant for a finding."""
    fixes = [fix for fix in ground.policy.fixes if patches or fix.safety != "manual"]
    return any(_is_meant(fix, fact) for fact in ground.facts for fix in fixes)


def _proposal(fixes: list[tuple[FixTemplate, Fact]], document: Document) -> Proposal | Declined:
    edits: dict[Replacement, None] = {}
    targets: set[Target] = set()
    try:
        for fix, fact in fixes:
            for replacement, target in _edits(fix, fact, document):
                edits[replacement] = None
                targets.add(target)
    except NotEditableError as error:
        return Declined(str(error))
    found = ordered(_in_lines(edits, document))
    if found is None:
        return Declined("its edits overlap")
    if all(document.source.text[each.span.start : each.span.end] == each.text for each in found):
        return Declined("it changes nothing")
    # Of several, the most dangerous says what the proposal is.
    fix, fact = max(fixes, key=lambda each: _DANGER.index(each[0].safety))
    return Proposal(fill(fix.title, fact), fix.safety, found, frozenset(targets))


def _is_meant(fix: FixTemplate, fact: Fact) -> bool:
    return fix.where is None or holds(fix.where, fact) is True


def _edits(fix: FixTemplate, fact: Fact, document: Document) -> Iterator[tuple[Replacement, Target]]:
    for edit in fix.edits:
        yield from ACTIONS[edit.action](edit, fact, document)


def _in_lines(edits: Iterable[Replacement], document: Document) -> Iterator[Replacement]:
    """The edits with the file's line breaks."""
    newline = document.manner.newline
    for each in edits:
        yield each._replace(text=each.text.replace("\r\n", "\n").replace("\n", newline)) if "\n" in each.text else each
