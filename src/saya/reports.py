"""Reports put together, and what is the same in all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator

from saya.findings import Finding, Report, Suppressed, Undecided
from saya.record import replace


def joined(reports: Iterable[Report]) -> Report:
    """What several reports say together."""
    reports = list(reports)
    return Report(
        templates=tuple(entry for report in reports for entry in report.templates),
        findings=tuple(entry for report in reports for entry in report.findings),
        undecided=tuple(entry for report in reports for entry in report.undecided),
        suppressed=tuple(entry for report in reports for entry in report.suppressed),
        resolved=tuple(entry for report in reports for entry in report.resolved),
        invocations=tuple(entry for report in reports for entry in report.invocations),
        errors=tuple(entry for report in reports for entry in report.errors),
        notices=tuple(entry for report in reports for entry in report.notices),
    )


def unaged(report: Report) -> Report:
    """The report where nobody can say what of it is new."""
    return replace(
        report,
        findings=tuple(replace(each, status="unknown") for each in report.findings),
        undecided=tuple(replace(each, status="unknown") for each in report.undecided),
    )


def told_once(report: Report) -> Report:
    """The report with what one line makes in several stacks (the stages of a pipeline) told once."""
    findings: dict[Hashable, Finding] = {}
    undecided: dict[Hashable, Undecided] = {}
    for finding, key in zip(report.findings, _keys(report.findings), strict=True):
        known = findings.get(key)
        findings[key] = finding if known is None else _with(known, finding)
    for entry, key in zip(report.undecided, _keys(report.undecided), strict=True):
        seen = undecided.get(key, entry)
        undecided[key] = replace(seen, contexts=tuple(dict.fromkeys((*seen.contexts, *entry.contexts))))
    silenced: dict[Hashable, Suppressed] = {}
    for each in report.suppressed:
        what = (each.policy, each.location.path, each.location.span, each.finding.property)
        silenced.setdefault((*what, each.reason, each.until, each.added_by_head), each)
    return replace(
        report,
        findings=tuple(findings.values()),
        undecided=tuple(undecided.values()),
        suppressed=tuple(silenced.values()),
    )


def _keys(entries: Iterable[Finding | Undecided]) -> Iterator[Hashable]:
    """What each has in common with its like in other stacks; in one stack nothing is another's like."""
    numbers: Counter[Hashable] = Counter()
    for entry in entries:
        alike: Hashable = entry.fingerprint
        if entry.location.path != entry.template:
            what = (
                (entry.severity, entry.advice, *entry.scenario.items()) if isinstance(entry, Finding) else entry.reasons
            )
            alike = (entry.policy, entry.status, entry.location.path, entry.location.span, entry.property, what)
        numbers[entry.template, alike] += 1
        yield alike, numbers[entry.template, alike]


def _with(known: Finding, other: Finding) -> Finding:
    places = {(each.location.path, each.location.span, each.message): each for each in (*known.related, *other.related)}
    contexts = tuple(dict.fromkeys((*known.contexts, *other.contexts)))
    return replace(known, contexts=contexts, related=tuple(places.values()))
