"""Findings that are told together: those of one function (or another resource) and one policy; and those of one policy
about several functions that stand at one place, as in SAM's Globals.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from saya.findings import SEVERITIES, Finding, PlannedDeployment
from saya.record import replace

PLACES_NAMED = 4


def group_findings(findings: Iterable[Finding]) -> list[tuple[Finding, ...]]:
    """The groups, the most severe first, then by place; within a group likewise.

    What does not hold under the same conditions, or is to be answered differently, stands apart.
    """
    findings = sorted(findings, key=rank)
    shared = shared_places(findings)
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for finding in findings:
        own = finding.template, finding.policy, subject(finding), finding.advice, held(finding)
        groups.setdefault(shared.get(finding.fingerprint, own), []).append(finding)
    return [tuple(group) for group in groups.values()]


def shared_places(findings: Iterable[Finding]) -> dict[str, tuple[object, ...]]:
    """The places at which one policy says the same of several functions that are to be changed, by fingerprint."""
    found: dict[tuple[object, ...], dict[str, str]] = defaultdict(dict)
    for finding in findings:
        if subject(finding) == finding.resource:
            found[_place(finding)][finding.fingerprint] = finding.resource
    several = {at: known for at, known in found.items() if len(set(known.values())) > 1}
    return {fingerprint: at for at, known in several.items() for fingerprint in known}


def _place(finding: Finding) -> tuple[object, ...]:
    """Where a finding stands, with all that must be alike for another one there to be told with it."""
    deployments = tuple(each.title for each in finding.plan)
    fix = finding.fix.title if finding.fix else None
    location = finding.location.path, finding.location.span
    return (finding.policy, finding.severity, location, finding.advice, fix, deployments, held(finding))


def held(finding: Finding) -> tuple[object, ...]:
    """What a finding holds under."""
    return tuple(finding.scenario.items()), tuple(finding.parameters.items()), finding.contexts


def likewise(group: Sequence[Finding]) -> list[Finding]:
    """Those of a group that say of another function what the first one says, at the same place."""
    first = group[0]
    about = {subject(first): first}
    for finding in group[1:]:
        if (finding.location.path, finding.location.span) == (first.location.path, first.location.span):
            about.setdefault(subject(finding), finding)
    return list(about.values())[1:]


def plan_of(group: Sequence[Finding]) -> tuple[PlannedDeployment, ...]:
    """The deployments that make all changes of a group safe: those of the first and of those likewise, made at once."""
    plans = [each.plan for each in (group[0], *likewise(group))]
    return tuple(
        replace(steps[0], actions=tuple(dict.fromkeys(action for step in steps for action in step.actions)))
        for steps in zip(*plans, strict=True)
    )


def subject(finding: Finding) -> str:
    """What a finding is about: the function that is called or changed, else the resource it stands in."""
    about = finding.values.get("target.id") or finding.values.get("function.id") or finding.resource
    return str(about)


def rank(finding: Finding) -> tuple[int, str, int, str]:
    """A key that sorts the most severe first, then by place."""
    at = finding.location
    return SEVERITIES.index(finding.severity), at.path, at.span.start, finding.policy


def group_notices(notices: Iterable[str]) -> list[str]:
    """Notices of the form `where: what`, each thing said once: of the first places, and of how many more."""
    places: dict[str, list[str]] = {}
    for notice in notices:
        where, colon, what = notice.partition(": ")
        places.setdefault(what if colon else notice, []).append(where if colon else "")
    return [_notice(list(dict.fromkeys(wheres)), what) for what, wheres in places.items()]


def _notice(wheres: list[str], what: str) -> str:
    more = f" and {len(wheres) - PLACES_NAMED} more" if len(wheres) > PLACES_NAMED else ""
    return f"{', '.join(wheres[:PLACES_NAMED])}{more}: {what}" if wheres[0] else what
