"""A report as SARIF 2.1.0, within what GitHub's code scanning takes.

GitHub knows an alert again by `primaryLocationLineHash`, which is our fingerprint here: it moves with the resource and
not with the line. An accepted suppression closes the alert, its documentation says.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import saya
from saya.findings import Finding, Fix, Problem, Related, Report, Status, Suppressed
from saya.report.grouping import rank
from saya.report.inert import inert
from saya.report.markdown import quoted_path
from saya.report.suggestion import sources_of
from saya.text.source import Location, Source, Span

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

# GitHub keeps the first 5,000 results of a run and 100 locations of a result, and refuses files over 10 MB compressed.
MOST_RESULTS = 5_000
MOST_RELATED = 50
MOST_RULES = 25_000

_BASELINE: dict[Status, str] = {"new": "new", "existing": "unchanged"}


def tell_sarif(report: Report, *, colour: bool = False) -> str:  # noqa: ARG001 - every reporter is called alike
    """The report as a SARIF log with one run; the most severe first where GitHub would cut."""
    text = json.dumps(as_log(report), indent=1, allow_nan=False)
    return text.replace("##[", "##\\u005b") + "\n"


def as_log(report: Report) -> dict[str, Any]:
    """The log as plain data."""
    told: list[tuple[Finding, Suppressed | None]] = [(finding, None) for finding in report.findings]
    told += [(entry.finding, entry) for entry in report.suppressed]
    told.sort(key=lambda pair: (pair[1] is not None, pair[0].status == "existing", rank(pair[0])))
    shown = told[:MOST_RESULTS]
    sources = sources_of(report)
    rules = list(dict.fromkeys(finding.policy for finding, _ in shown))[:MOST_RULES]
    places = {rule: number for number, rule in enumerate(rules)}
    compared = report.base is not None
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": _driver(rules, told)},
                "invocations": [_invocation(report, len(told) - len(shown))],
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The root of the repository."}}},
                "results": [
                    _result(finding, suppressed, places[finding.policy], sources, compared=compared)
                    for finding, suppressed in shown
                ],
            }
        ],
    }


def _driver(rules: list[str], told: Iterable[tuple[Finding, Suppressed | None]]) -> dict[str, Any]:
    levels: dict[str, str] = {}
    for finding, _ in told:
        levels.setdefault(finding.policy, finding.severity)
    return {
        "name": "Saya",
        "semanticVersion": saya.__version__,
        "rules": [
            {
                "id": rule,
                "shortDescription": {"text": rule.replace("-", " ").capitalize()},
                "fullDescription": {"text": rule.replace("-", " ").capitalize()},
                "help": {"text": f"saya explain {rule}"},
                "defaultConfiguration": {"level": levels[rule]},
                "properties": {"tags": ["infrastructure"]},
            }
            for rule in rules
        ],
    }


def _invocation(report: Report, cut: int) -> dict[str, Any]:
    notices = list(report.notices)
    if cut:
        notices.append(f"{cut} results are left out: GitHub keeps {MOST_RESULTS}")
    return {
        "executionSuccessful": not report.errors,
        "toolExecutionNotifications": [
            *map(_problem, report.errors),
            *({"level": "note", "message": {"text": notice}} for notice in notices),
        ],
    }


def _problem(problem: Problem) -> dict[str, Any]:
    region = {"startLine": problem.line, **({"startColumn": problem.column} if problem.column else {})}
    place = {"artifactLocation": _artifact(problem.path), **({"region": region} if problem.line else {})}
    return {
        "level": "error",
        "descriptor": {"id": problem.kind},
        "message": {"text": _words(problem.message)},
        "locations": [{"physicalLocation": place}],
    }


def _result(
    finding: Finding, suppressed: Suppressed | None, rule: int, sources: dict[str, Source], *, compared: bool
) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.policy,
        "ruleIndex": rule,
        "level": finding.severity,
        "message": {"text": _message(finding)},
        "locations": [_place(finding.location, logical=_logical(finding))],
        "partialFingerprints": {"primaryLocationLineHash": finding.fingerprint, "saya/v1": finding.fingerprint},
    }
    related = [entry for entry in finding.related if entry.revision == "head"][:MOST_RELATED]
    if related:
        result["relatedLocations"] = [_related(entry, number) for number, entry in enumerate(related)]
    if finding.fix and (fix := _fix(finding.fix, sources)):
        result["fixes"] = [fix]
    if compared and finding.status in _BASELINE:
        result["baselineState"] = _BASELINE[finding.status]
    if suppressed:
        result["suppressions"] = [{"kind": "inSource", "status": "accepted", "justification": suppressed.reason}]
    return result


def _message(finding: Finding) -> str:
    """The message and what to do."""
    held = [f"{name} is {str(value).lower()}" for name, value in finding.scenario.items()]
    held += [f"{name} is {value}" for name, value in finding.parameters.items()]
    parts = [finding.message, f"This holds when {' and '.join(held)}." if held else "", finding.advice or ""]
    return "\n".join(_words(part) for part in parts if part)


def _words(text: str) -> str:
    """Text that is seen as it is: `[...](...)` would be a link."""
    return inert(text).replace("](", "] (")


def _place(location: Location, *, logical: dict[str, Any] | None = None) -> dict[str, Any]:
    place: dict[str, Any] = {
        "physicalLocation": {"artifactLocation": _artifact(location.path), "region": _region(location)}
    }
    return {**place, "logicalLocations": [logical]} if logical else place


def _related(entry: Related, number: int) -> dict[str, Any]:
    return {"id": number, **_place(entry.location), "message": {"text": _words(entry.message)}}


def _logical(finding: Finding) -> dict[str, Any] | None:
    if not finding.resource:
        return None
    full = f"{finding.resource}.{finding.property}" if finding.property else finding.resource
    return {"name": finding.resource, "fullyQualifiedName": full, "kind": "resource"}


def _fix(fix: Fix, sources: dict[str, Source]) -> dict[str, Any] | None:
    """The edits, by line and column; None where the text of a file is not known."""
    changes: dict[str, list[dict[str, Any]]] = {}
    for edit in fix.edits:
        source = sources.get(edit.path)
        if source is None:
            return None
        replacement: dict[str, Any] = {"deletedRegion": _region(Location(source, Span(*edit.span)))}
        if edit.text:
            replacement["insertedContent"] = {"text": edit.text}
        changes.setdefault(edit.path, []).append(replacement)
    artifacts = [{"artifactLocation": _artifact(path), "replacements": made} for path, made in changes.items()]
    return {"description": {"text": _words(fix.title)}, "artifactChanges": artifacts} if artifacts else None


def _artifact(path: str) -> dict[str, Any]:
    if path.startswith(("/", "../")):
        return {"uri": ("file://" if path.startswith("/") else "") + quoted_path(path)}
    return {"uri": quoted_path(path), "uriBaseId": "%SRCROOT%"}


def _region(location: Location) -> dict[str, int]:
    (start_line, start_column), (end_line, end_column) = location.start, location.end
    return {"startLine": start_line, "startColumn": start_column, "endLine": end_line, "endColumn": end_column}
