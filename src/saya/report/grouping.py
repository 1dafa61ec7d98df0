"""Findings that are told together: those of one function (or another resource) and one policy."""

from __future__ import annotations

from collections.abc import Iterable

from saya.findings import SEVERITIES, Finding


def group_findings(findings: Iterable[Finding]) -> list[tuple[Finding, ...]]:
    """The groups, the most severe first, then by place; within a group likewise.

    What does not hold under the same conditions, or is to be answered differently, stands apart.
    """
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for finding in sorted(findings, key=rank):
        held = tuple(finding.scenario.items()), tuple(finding.parameters.items()), finding.contexts
        key = (finding.template, finding.policy, subject(finding), finding.advice, held)
        groups.setdefault(key, []).append(finding)
    return [tuple(group) for group in groups.values()]


def subject(finding: Finding) -> str:
    """What a finding is about: the function that is called or changed, else the resource it stands in."""
    about = finding.values.get("target.id") or finding.values.get("function.id") or finding.resource
    return str(about)


def rank(finding: Finding) -> tuple[int, str, int, str]:
    """A key that sorts the most severe first, then by place."""
    at = finding.location
    return SEVERITIES.index(finding.severity), at.path, at.span.start, finding.policy
