"""A report as JSON, schema 1: what programs read, and what the unprivileged half hands to the privileged one.

Additions are fine, renames are not. `saya.report.schema` says the same as a JSON schema.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import saya
from saya.findings import (
    Context,
    Edit,
    Finding,
    Fix,
    InvocationSite,
    JudgedTemplate,
    Patch,
    Problem,
    Related,
    Report,
    Suppressed,
    Undecided,
)
from saya.report.grouping import subject
from saya.report.plan import planned
from saya.text.source import Location

SCHEMA = 1


def tell_json(report: Report, *, colour: bool = False) -> str:  # noqa: ARG001 - every reporter is called alike
    """The report as JSON, one entry a line, ASCII only."""
    lines = [f"  {_dump(key)}: {_entries(value)}" for key, value in as_data(report).items()]
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    # The runner of a GitHub workflow obeys `##[` anywhere in a line; it can only stand inside a string here.
    return text.replace("##[", "##\\u005b")


def _entries(value: object) -> str:
    if not isinstance(value, list) or not value:
        return _dump(value)
    return "[\n    " + ",\n    ".join(map(_dump, value)) + "\n  ]"


def _dump(value: object) -> str:
    return json.dumps(value, allow_nan=False)


def as_data(report: Report) -> dict[str, Any]:
    """The report as plain data."""
    return {
        "schema": SCHEMA,
        "tool": {"name": "saya", "version": saya.__version__},
        "base": report.base,
        "head": report.head,
        "templates": [_template(template) for template in report.templates],
        "findings": [_finding(finding) for finding in report.findings],
        "undecided": [_undecided(entry) for entry in report.undecided],
        "suppressed": [_suppressed(entry) for entry in report.suppressed],
        "resolved": [_finding(finding) for finding in report.resolved],
        "plan": [_plan(finding) for finding in planned(report)],
        "invocations": [_invocation(site) for site in report.invocations],
        "errors": [_problem(problem) for problem in report.errors],
        "notices": list(report.notices),
    }


def _template(template: JudgedTemplate) -> dict[str, Any]:
    return {
        "path": template.path,
        "kind": template.kind,
        "contexts": _contexts(template.contexts),
        "resources": template.resources,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "policy": finding.policy,
        "severity": finding.severity,
        "status": finding.status,
        "message": finding.message,
        "values": finding.values,
        "location": _location(finding.location),
        "template": finding.template,
        "resource": finding.resource,
        "resource_type": finding.resource_type,
        "property": finding.property,
        "scenario": finding.scenario,
        "parameters": finding.parameters,
        "contexts": _contexts(finding.contexts),
        "related": [_related(related) for related in finding.related],
        "fix": _fix(finding.fix) if finding.fix else None,
        "patch": _patch(finding.patch) if finding.patch else None,
        "advice": finding.advice,
        "fingerprint": finding.fingerprint,
    }


def _plan(finding: Finding) -> dict[str, Any]:
    deployments = [
        {
            "title": each.title,
            "actions": [{"message": action.message, "resource": action.resource} for action in each.actions],
        }
        for each in finding.plan
    ]
    return {"function": subject(finding), "template": finding.template, "deployments": deployments}


def _undecided(entry: Undecided) -> dict[str, Any]:
    return {
        "policy": entry.policy,
        "status": entry.status,
        "location": _line(entry.location),
        "template": entry.template,
        "resource": entry.resource,
        "property": entry.property,
        "reasons": list(entry.reasons),
        "contexts": _contexts(entry.contexts),
        "fingerprint": entry.fingerprint,
    }


def _suppressed(entry: Suppressed) -> dict[str, Any]:
    return {
        "policy": entry.policy,
        "location": _line(entry.location),
        "reason": entry.reason,
        "until": entry.until,
        "added_by_head": entry.added_by_head,
        "fingerprint": entry.fingerprint,
    }


def _related(related: Related) -> dict[str, Any]:
    return {
        "path": related.location.path,
        "revision": related.revision,
        "start_line": related.location.start_line,
        "resource": related.resource,
        "property": related.property,
        "message": related.message,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    return {"title": fix.title, "safety": fix.safety, "edits": [_edit(edit) for edit in fix.edits]}


def _patch(patch: Patch) -> dict[str, Any]:
    return {"title": patch.title, "edits": [_edit(edit) for edit in patch.edits]}


def _edit(edit: Edit) -> dict[str, Any]:
    """Code points of the file decoded as UTF-8, without a byte order mark."""
    return {"path": edit.path, "start": edit.span.start, "end": edit.span.end, "text": edit.text}


def _invocation(site: InvocationSite) -> dict[str, Any]:
    return {
        "template": site.template,
        "location": _location(site.location),
        "resource": site.resource,
        "property": site.property,
        "integration": site.integration,
        "target": site.target,
        "qualifier": site.qualifier,
        "exposure": site.exposure,
        "bypasses": site.bypasses,
        "scenario": site.scenario,
        "parameters": site.parameters,
        "undecided": list(site.undecided),
        "contexts": _contexts(site.contexts),
    }


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "path": problem.path,
        "line": problem.line,
        "column": problem.column,
        "kind": problem.kind,
        "message": problem.message,
        "status": problem.status,
        "output": list(problem.output),
    }


def _location(location: Location) -> dict[str, Any]:
    start_line, start_column = location.start
    end_line, end_column = location.end
    return {
        "path": location.path,
        "start_line": start_line,
        "start_column": start_column,
        "end_line": end_line,
        "end_column": end_column,
    }


def _line(location: Location) -> dict[str, Any]:
    return {"path": location.path, "start_line": location.start_line}


def _contexts(contexts: Iterable[Context]) -> list[dict[str, Any]]:
    return [{"stack": context.stack, "region": context.region} for context in contexts]
