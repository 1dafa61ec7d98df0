"""The JSON schema of the report, schema 1."""

from __future__ import annotations

from typing import Any

_STRING = {"type": "string"}
_OPTIONAL_STRING = {"type": ["string", "null"]}
_NATURAL = {"type": "integer", "minimum": 0}
_POSITIVE = {"type": "integer", "minimum": 1}
_OPTIONAL_POSITIVE = {"type": ["integer", "null"], "minimum": 1}
_SEVERITY = {"enum": ["error", "warning", "note"]}
_SCENARIO = {"type": "object", "additionalProperties": {"type": "boolean"}}
_PARAMETERS = {"type": "object", "additionalProperties": _STRING}
_STATUS = {"enum": ["new", "existing", "unknown"]}


def report_schema() -> dict[str, Any]:
    """JSON schema 2020-12 of what `--format json` writes."""
    finding = {"$ref": "#/$defs/finding"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Saya report",
        **_record(
            schema={"const": 1},
            tool=_record(name={"const": "saya"}, version=_STRING),
            base=_OPTIONAL_STRING,
            head=_OPTIONAL_STRING,
            templates=_list(_template()),
            findings=_list(finding),
            undecided=_list(_undecided()),
            suppressed=_list(_suppressed()),
            resolved=_list(finding),
            plan=_list(_plan()),
            invocations={**_list(_invocation()), "description": "where functions are invoked; of `check` only"},
            errors=_list(_problem()),
            notices=_list(_STRING),
        ),
        "$defs": {"finding": _finding()},
    }


def _record(**properties: object) -> dict[str, Any]:
    """An object that has every one of these properties. Others may join them: additions are fine, renames are not."""
    return {"type": "object", "required": list(properties), "properties": properties}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _contexts() -> dict[str, Any]:
    return _list(_record(stack=_OPTIONAL_STRING, region=_OPTIONAL_STRING))


def _template() -> dict[str, Any]:
    kinds = {"enum": ["cloudformation", "sam", "cdk", "serverless", "asl"]}
    return _record(path=_STRING, kind=kinds, contexts=_contexts(), resources=_NATURAL)


def _plan() -> dict[str, Any]:
    action = _record(message=_STRING, resource=_STRING)
    return _record(function=_STRING, template=_STRING, deployments=_list(_record(title=_STRING, actions=_list(action))))


def _place() -> dict[str, Any]:
    return _record(path=_STRING, start_line=_POSITIVE, start_column=_POSITIVE, end_line=_POSITIVE, end_column=_POSITIVE)


def _invocation() -> dict[str, Any]:
    return _record(
        template=_STRING,
        location=_place(),
        resource=_STRING,
        property=_STRING,
        integration=_STRING,
        target=_OPTIONAL_STRING,
        qualifier={"enum": ["absent", "latest", "version", "alias", "unknown"]},
        exposure={"enum": ["synchronous", "asynchronous", "control_plane"]},
        bypasses=_OPTIONAL_STRING,
        scenario=_SCENARIO,
        parameters=_PARAMETERS,
        undecided=_list(_STRING),
        contexts=_contexts(),
    )


def _finding() -> dict[str, Any]:
    edit = _record(path=_STRING, start=_NATURAL, end=_NATURAL, text=_STRING)
    fix = _record(title=_STRING, safety={"enum": ["safe", "unsafe"]}, edits=_list(edit))
    related = _record(
        path=_STRING,
        revision={"enum": ["head", "base"]},
        start_line=_POSITIVE,
        resource=_STRING,
        property=_STRING,
        message=_STRING,
    )
    return _record(
        policy=_STRING,
        severity=_SEVERITY,
        status=_STATUS,
        message=_STRING,
        values={"type": "object"},
        location=_place(),
        template=_STRING,
        resource=_STRING,
        resource_type=_STRING,
        property=_STRING,
        scenario=_SCENARIO,
        parameters=_PARAMETERS,
        contexts=_contexts(),
        related=_list(related),
        fix={"anyOf": [{"type": "null"}, fix]},
        patch={"anyOf": [{"type": "null"}, _record(title=_STRING, edits=_list(edit))]},
        advice=_OPTIONAL_STRING,
        fingerprint=_STRING,
    )


def _undecided() -> dict[str, Any]:
    return _record(
        policy=_STRING,
        status=_STATUS,
        location=_record(path=_STRING, start_line=_POSITIVE),
        template=_STRING,
        resource=_STRING,
        property=_STRING,
        reasons=_list(_STRING),
        contexts=_contexts(),
        fingerprint=_STRING,
    )


def _suppressed() -> dict[str, Any]:
    return _record(
        policy=_STRING,
        location=_record(path=_STRING, start_line=_POSITIVE),
        reason=_STRING,
        until=_OPTIONAL_STRING,
        added_by_head={"type": "boolean"},
        fingerprint=_STRING,
    )


def _problem() -> dict[str, Any]:
    return _record(
        path=_STRING,
        line=_OPTIONAL_POSITIVE,
        column=_OPTIONAL_POSITIVE,
        kind=_STRING,
        message=_STRING,
        status=_STATUS,
        output=_list(_STRING),
    )
