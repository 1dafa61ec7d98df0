"""Findings with the fixes that mend them, each proved; or with the reason why there is none."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from saya.findings import Edit, Finding, Fix
from saya.fixes.document import Document
from saya.fixes.proposal import Declined, Proposal
from saya.fixes.propose import propose
from saya.fixes.prove import Failed, Judge, Judged, prove
from saya.policy.judge import Ground
from saya.record import replace
from saya.text.edit import Replacement

MOST_TEXT = 24_000_000
"""How many characters are judged again at most for the fixes of one file; those of the first findings are tried."""

_SYNTHESISED = Declined("the template is synthesised; change what it is made from")
_TOO_MANY = Failed("there are too many findings in this file to try all of their fixes")


class _Group(NamedTuple):
    """Findings that the same edits mend."""

    proposal: Proposal
    fingerprints: list[str]


def mend(findings: Iterable[Finding], before: Judged, judge: Judge, *, authored: bool = True) -> tuple[Finding, ...]:
    """The findings, those that are not of base with a proved fix, or with advice that says why there is none.

    `before` is the template that they are found in, with its judgement; `judge` judges other texts of it alike.
    `authored` says that a person wrote the file: one that a program writes has no fixes.
    """
    findings = tuple(findings)
    new = {each.fingerprint for each in findings if each.status != "existing"}
    grounds = [ground for ground in before.judgement.grounds if ground.fingerprint in new]
    if not grounds:
        return findings
    told = _outcomes(grounds, before, judge) if authored else _of_source(grounds, before)
    return tuple(_with(each, told[each.fingerprint]) if each.fingerprint in told else each for each in findings)


def _outcomes(grounds: list[Ground], before: Judged, judge: Judge) -> dict[str, Fix | Declined | Failed]:
    document = Document(before.template.root)
    outcomes: dict[str, Fix | Declined | Failed] = {}
    groups: dict[tuple[Replacement, ...], _Group] = {}
    for ground in grounds:
        proposal = propose(ground, document)
        if isinstance(proposal, Declined):
            outcomes[ground.fingerprint] = proposal
        elif proposal is not None:
            known = groups.setdefault(proposal.replacements, _Group(proposal._replace(targets=frozenset()), []))
            targets = known.proposal.targets | proposal.targets
            group = _Group(known.proposal._replace(targets=targets), [*known.fingerprints, ground.fingerprint])
            groups[proposal.replacements] = group
    most = max(MOST_TEXT // max(len(document.source.text), 1), 8)
    for number, group in enumerate(groups.values()):
        failed = prove(group.proposal, before, group.fingerprints, judge) if number < most else _TOO_MANY
        fix = _fix(group.proposal, before.template.source.path)
        outcomes.update(dict.fromkeys(group.fingerprints, fix if failed is None else failed))
    return outcomes


def _of_source(grounds: list[Ground], before: Judged) -> dict[str, Fix | Declined | Failed]:
    """Fixes that would be edits of what the next synthesis writes anew."""
    document = Document(before.template.root)
    meant = [ground.fingerprint for ground in grounds if propose(ground, document) is not None]
    return dict.fromkeys(meant, _SYNTHESISED)


def _fix(proposal: Proposal, path: str) -> Fix:
    edits = (Edit(path, each.span, each.text) for each in proposal.replacements)
    return Fix(proposal.title, proposal.safety, tuple(edits))


def _with(finding: Finding, outcome: Fix | Declined | Failed) -> Finding:
    if isinstance(outcome, Fix):
        return replace(finding, fix=outcome)
    why = f"(No fix is offered: {outcome.reason}.)"
    return replace(finding, advice=f"{finding.advice} {why}" if finding.advice else why)
