"""What is new in head, what base has already, and what is mended."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import TypeVar

from saya.findings import SEVERITIES, Finding, Suppressed, Undecided
from saya.policy.judge import Judgement
from saya.policy.moved import partners
from saya.policy.suppress import Suppression
from saya.record import NamedTuple, replace

K = TypeVar("K")

NOT_RENAMED: Mapping[str, str] = {}

_RANK = {severity: rank for rank, severity in enumerate(SEVERITIES)}


def aged(head: Judgement, base: Judgement, renamed: Mapping[str, str] = NOT_RENAMED) -> Judgement:
    """The judgement on head with the age of every entry. What base found or left undecided is not newly undecided.

    `renamed` are logical IDs of head with those that base has for the same resources.
    """
    known: dict[str, Finding] = {each.fingerprint: each for each in base.findings}
    open_ = known.keys() | {each.fingerprint for each in base.undecided}
    findings = []
    for finding in head.findings:
        same = known.get(finding.fingerprint)
        is_known = same is not None and _RANK[same.severity] <= _RANK[finding.severity]
        findings.append(replace(finding, status="existing") if is_known else finding)
    undecided = [replace(each, status="existing") if each.fingerprint in open_ else each for each in head.undecided]
    told = moved_findings(head, base, renamed).keys() | moved_undecided(head, base, renamed).keys()
    return Judgement(
        tuple(replace(each, status="existing") if each.fingerprint in told else each for each in findings),
        tuple(replace(each, status="existing") if each.fingerprint in told else each for each in undecided),
        head.grounds,
    )


def moved_findings(head: Judgement, base: Judgement, renamed: Mapping[str, str]) -> dict[str, Finding]:
    """The findings of base that head has under another name, by the fingerprints there."""
    known, left = ({each.fingerprint for each in side.findings} for side in (base, head))
    return partners(
        (each for each in head.findings if each.fingerprint not in known),
        (each for each in base.findings if each.fingerprint not in left),
        renamed,
    )


def moved_undecided(head: Judgement, base: Judgement, renamed: Mapping[str, str]) -> dict[str, Undecided]:
    """What base left undecided and head does under another name, by the fingerprints there."""
    known, left = ({each.fingerprint for each in side.undecided} for side in (base, head))
    return partners(
        (each for each in head.undecided if each.fingerprint not in known),
        (each for each in base.undecided if each.fingerprint not in left),
        renamed,
    )


def mended(
    base: Judgement, head: Judgement, silenced: Collection[str], renamed: Mapping[str, str] = NOT_RENAMED
) -> tuple[Finding, ...]:
    """The findings of base that head has no more; one that head leaves undecided is not mended.

    `silenced` are the fingerprints of those that a suppression of base silenced: nobody was told of them. `renamed` as
    for `aged`.
    """
    left = {each.fingerprint for each in head.findings} | {each.fingerprint for each in head.undecided}
    left.update(each.fingerprint for each in moved_findings(head, base, renamed).values())
    return tuple(each for each in base.findings if each.fingerprint not in left and each.fingerprint not in silenced)


class Silence(NamedTuple):
    """What base silences: fingerprint, or policy and whole resource -> the last day, None where there is no end."""

    findings: dict[str, date | None]
    resources: dict[tuple[str, str], date | None]


NO_SILENCE = Silence({}, {})


def silence_of(findings: Iterable[Finding], suppressions: Collection[Suppression], today: date) -> Silence:
    """What the suppressions of a template silence on the day `today`; `findings` are all of the template."""
    valid = [each for each in suppressions if each.until is None or today <= each.until]
    silenced: dict[str, date | None] = {}
    for finding in findings:
        for each in valid:
            if each.covers(finding):
                _note(silenced, finding.fingerprint, each.until)
    resources: dict[tuple[str, str], date | None] = {}
    for each in valid:
        if each.resource is not None:
            _note(resources, (each.policy, each.resource), each.until)
    return Silence(silenced, resources)


def is_added(entry: Suppressed, base: Silence) -> bool:
    """Whether head silences what base does not, or for longer."""
    until = None if entry.until is None else date.fromisoformat(entry.until)
    lasts = (
        base.findings.get(entry.fingerprint, date.min),
        base.resources.get((entry.policy, entry.finding.resource), date.min),
    )
    return not any(last is None or (until is not None and until <= last) for last in lasts)


def _note(known: dict[K, date | None], key: K, until: date | None) -> None:
    """Keep the later of two last days."""
    last = known.get(key, date.min)
    known[key] = None if last is None or until is None else max(last, until)
