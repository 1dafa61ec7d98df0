"""Findings with the fixes that mend them, each proved; or with the reason why there is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from saya.findings import Edit, Finding, Fix, Patch
from saya.fixes.document import Document, is_synthesised
from saya.fixes.proposal import Declined, Proposal
from saya.fixes.propose import is_meant, propose
from saya.fixes.prove import Failed, Judge, Judged, prove
from saya.policy.judge import Ground
from saya.record import NamedTuple, replace
from saya.text.edit import Replacement

MOST_TEXT = 3_000_000
"""How many characters are judged again for the fixes of one file; those of the first findings are tried."""
COST_OF_FINDING = 200
"""How many characters take as long to read as a finding to make."""
MOST_FINDINGS = 1000
"""How many findings of one file are looked at for fixes."""
FEWEST = 3
"""How many fixes are tried however long the file is."""

_NO_FIX = "(No fix is offered: "
_SYNTHESISED = Declined("the template is synthesised; change what it is made from")
_TOO_MANY = Failed("there are too many findings in this file to try all of their fixes")


Outcome = Fix | Patch | Declined | Failed


def mend(findings: Iterable[Finding], before: Judged, judge: Judge, *, patches: bool = True) -> tuple[Finding, ...]:
    """The findings, those that are not of base with a proved fix, or with advice that says why there is none.

    `before` is the template that they are found in, with its judgement; `judge` judges other texts of it alike.
    `patches` says whether those are looked for that are only shown.
    """
    findings = tuple(findings)
    new = {each.fingerprint for each in findings if each.status != "existing"}
    grounds = [ground for ground in before.judgement.grounds if ground.fingerprint in new]
    if not grounds:
        return findings
    waiting = _waiting(grounds, before, patches=patches)
    # What is edited in a file that a program writes is written anew.
    written = not is_synthesised(before.template)
    told = _outcomes(waiting, before, judge) if written else {each.fingerprint: _SYNTHESISED for each in waiting}
    return tuple(_with(each, told[each.fingerprint]) if each.fingerprint in told else each for each in findings)


class _Waiting(NamedTuple):
    """A finding that some fix is meant for: what is to be tried, in order."""

    fingerprint: str
    proposals: Iterator[Proposal | Declined]


def _waiting(grounds: list[Ground], before: Judged, *, patches: bool) -> list[_Waiting]:
    document = Document(before.template.root)
    return [
        _Waiting(ground.fingerprint, propose(ground, document, patches=patches))
        for ground in grounds
        if is_meant(ground, patches=patches)
    ]


def _outcomes(waiting: list[_Waiting], before: Judged, judge: Judge) -> dict[str, Outcome]:
    """The fix of each finding, by fingerprint; else why the last one tried is none."""
    outcomes: dict[str, Outcome] = {}
    cost = len(before.template.source.text) + COST_OF_FINDING * len(before.judgement.findings)
    left = max(MOST_TEXT // max(cost, 1), FEWEST)
    path = before.template.source.path
    while waiting:
        groups, waiting = _grouped(waiting, outcomes, left)
        for group in groups:
            failed = prove(group.joined(), before, group.fingerprints, judge) if left > 0 else _TOO_MANY
            left -= 1
            outcomes.update(dict.fromkeys(group.fingerprints, failed or _fix(group.joined(), path)))
        waiting = [each for each in waiting if not isinstance(outcomes[each.fingerprint], Fix | Patch)]
    return outcomes


def _grouped(waiting: list[_Waiting], outcomes: dict[str, Outcome], most: int) -> tuple[list[_Group], list[_Waiting]]:
    """The next proposal of each finding, together with others of the same edits, and the findings that have one.

    Beyond as many groups as can be tried, and far more findings, none is looked for.
    """
    groups: dict[tuple[Replacement, ...], _Group] = {}
    waits: list[_Waiting] = []
    for number, each in enumerate(waiting):
        if len(groups) >= most or number >= MOST_FINDINGS:
            outcomes.setdefault(each.fingerprint, _TOO_MANY)
            continue
        proposal = next(each.proposals, None)
        if proposal is None:
            continue
        waits.append(each)
        if isinstance(proposal, Declined):
            outcomes[each.fingerprint] = proposal
        else:
            groups.setdefault(proposal.replacements, _Group()).add(each.fingerprint, proposal)
    return list(groups.values()), waits


class _Group:
    """Findings that the same edits mend: the targets of one are the others' too."""

    def __init__(self) -> None:
        self.proposals: list[Proposal] = []
        self.fingerprints: list[str] = []

    def add(self, fingerprint: str, proposal: Proposal) -> None:
        self.fingerprints.append(fingerprint)
        self.proposals.append(proposal)

    def joined(self) -> Proposal:
        targets = frozenset(target for each in self.proposals for target in each.targets)
        return self.proposals[0]._replace(targets=targets)


def _fix(proposal: Proposal, path: str) -> Fix | Patch:
    edits = tuple(Edit(path, each.span, each.text) for each in proposal.replacements)
    if proposal.safety == "manual":
        return Patch(proposal.title, edits)
    return Fix(proposal.title, proposal.safety, edits)


def _with(finding: Finding, outcome: Outcome) -> Finding:
    if isinstance(outcome, Fix):
        return replace(finding, fix=outcome)
    if isinstance(outcome, Patch):
        return replace(finding, patch=outcome)
    why = f"{_NO_FIX}{outcome.reason}.)"
    return replace(finding, advice=f"{finding.advice} {why}" if finding.advice else why)


def why_not(finding: Finding) -> str | None:
    """Why a finding that some fix is meant for has none; None for others."""
    _, found, reason = (finding.advice or "").rpartition(_NO_FIX)
    return reason.removesuffix(".)") if found else None
