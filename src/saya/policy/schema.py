"""The JSON schema of a policy file, for editors: made of the language and of the fact types, so it cannot lag behind.

It says less than loading does: an editor marks what is misspelt, loading also what does not fit together.
"""

from __future__ import annotations

from typing import Any

from saya.facts.types import KINDS
from saya.findings import SEVERITIES
from saya.policy.example_section import KEYS as EXAMPLE_KEYS
from saya.policy.example_section import KINDS as EXAMPLE_KINDS
from saya.policy.example_section import LEVELS
from saya.policy.fix_section import EDITS, SAFETIES
from saya.policy.language import ID
from saya.policy.policy_file import REQUIRED
from saya.policy.vocabulary import FieldType, paths_of

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string", "minLength": 1}
_SEVERITY: Schema = {"enum": list(SEVERITIES)}
_SCALAR: Schema = {"type": ["string", "boolean", "integer"]}


def policy_schema() -> Schema:
    """JSON schema 2020-12 of a policy file."""
    shared: Schema = {}
    trees = {f"{kind}.test": _tree(record, f"{kind}.test", shared) for kind, record in KINDS.items()}
    places = {f"{kind}.place": _places(record) for kind, record in KINDS.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Saya policy",
        "type": "object",
        "required": list(REQUIRED),
        "additionalProperties": False,
        "properties": {
            "id": {"type": "string", "pattern": f"^{ID.pattern.removesuffix(chr(92) + 'Z')}$"},
            "title": _TEXT,
            "severity": _SEVERITY,
            "since": {"type": "string", "pattern": r"^\d+\.\d+\.\d+$"},
            "why": _TEXT,
            "references": _several({"type": "string", "pattern": "^https://"}),
            "for": {"enum": list(KINDS)},
            **dict.fromkeys(("where", "unless", "severities", "report", "fixes", "advice"), True),
            "params": {"type": "object", "additionalProperties": _record(["default", "description"], **_param())},
            "tests": _record([], **{kind: _several({"$ref": "#/$defs/example"}) for kind in EXAMPLE_KINDS}),
        },
        "allOf": [_of_kind(kind) for kind in KINDS],
        "$defs": {"example": _example(), **trees, **places, **shared},
    }


def _of_kind(kind: str) -> Schema:
    """What the sections that speak of fields look like in a policy for one kind of fact."""
    test = {"$ref": f"#/$defs/{kind}.test"}
    places = {"$ref": f"#/$defs/{kind}.place"}
    related = _record(["at", "message"], at=places, message=_words(test))
    report = _record(["message"], at=places, message=_words(test), related=_several(related))
    severity_case = _record(["severity", "where"], severity=_SEVERITY, where=test)
    at: dict[str, Schema] = {"move": _TEXT, "declare": _TEXT}
    edits = [
        _record([name, *rest], **{name: at.get(name, places)}, **dict.fromkeys(rest, True))
        for name, rest in EDITS.items()
    ]
    fix = _record(
        ["title", "safety", "edits"],
        title=_TEXT,
        safety={"enum": [*SAFETIES]},
        where=test,
        edits=_several({"anyOf": edits}),
    )
    sections = {
        "where": test,
        "unless": test,
        "severities": _several(severity_case),
        "report": report,
        "fixes": _several(fix),
        "advice": _words(test),
    }
    return {
        "if": {"properties": {"for": {"const": kind}}, "required": ["for"]},
        "then": {"properties": sections},
    }


def _places(record: type) -> Schema:
    """The paths that lead to a location."""
    return {"enum": [".".join(path) for path, type_ in paths_of(record) if type_.kind == "location"]}


def _tree(record: type, itself: str, shared: Schema) -> Schema:
    """A mapping of fields to checks, with `all`, `any` and `not`. The checks go to `shared`, by type of field."""
    tree = {"$ref": f"#/$defs/{itself}"}
    fields = {
        ".".join(path): {"$ref": f"#/$defs/{_share(type_, shared)}"}
        for path, type_ in paths_of(record)
        if type_.kind != "location"
    }
    return {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": {"all": _several(tree), "any": _several(tree), "not": tree, **fields},
    }


def _share(type_: FieldType, shared: Schema) -> str:
    """The name under which `shared` has the check of a type."""
    name = _name(type_)
    if name not in shared:
        shared[name] = {}  # claims the place before its items do
        shared[name] = _check(type_, shared)
    return name


def _name(type_: FieldType) -> str:
    parts = ["optional"] if type_.optional and type_.kind != "list" else []
    if type_.record is not None:
        parts.append(type_.record.__name__)
    parts += type_.values or ([type_.kind] if type_.record is None else [])
    return ".".join(parts) if type_.item is None else f"list.{_name(type_.item)}"


def _check(type_: FieldType, shared: Schema) -> Schema:
    operators: Schema = {}
    plain: list[Schema] = []
    if type_.optional:
        operators["present"] = {"type": "boolean"}
    if type_.is_scalar:
        plain = [_value(type_), _several(_value(type_))]
        operators |= {"field": _TEXT, "param": _TEXT, "not": {"$ref": f"#/$defs/{_name(type_)}"}}
    elif type_.item is not None and type_.item.record is not None:
        tree = f"{type_.item.record.__name__}.test"
        shared.setdefault(tree, _tree(type_.item.record, tree, shared))
        operators |= {"some": {"$ref": f"#/$defs/{tree}"}, "every": {"$ref": f"#/$defs/{tree}"}}
    elif type_.item is not None:
        item = {"$ref": f"#/$defs/{_share(type_.item, shared)}"}
        operators |= {"some": item, "every": item}
        if type_.item.is_scalar:
            one = {"anyOf": [_value(type_.item), _record(["field"], field=_TEXT), _record(["param"], param=_TEXT)]}
            operators |= {"includes": one, "excludes": one}
    checks = {"type": "object", "minProperties": 1, "additionalProperties": False, "properties": operators}
    return {"anyOf": [*plain, checks]} if plain else checks


def _value(type_: FieldType) -> Schema:
    if type_.values:
        return {"enum": list(type_.values)}
    return {"type": {"boolean": "boolean", "number": "integer"}.get(type_.kind, "string")}


def _words(test: Schema) -> Schema:
    return {"anyOf": [_TEXT, _several(_record(["text"], where=test, text=_TEXT))]}


def _param() -> Schema:
    return {"default": {"anyOf": [_SCALAR, _several(_SCALAR)]}, "description": _TEXT}


def _example() -> Schema:
    properties: Schema = dict.fromkeys(EXAMPLE_KEYS, _TEXT)
    properties["parameters"] = {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}}
    properties["at"] = {"type": "object", "additionalProperties": {"enum": list(LEVELS)}}
    return _record(["name", "template"], **properties)


def _record(required: list[str], **properties: Any) -> Schema:
    return {"type": "object", "required": required, "additionalProperties": False, "properties": properties}


def _several(item: Schema) -> Schema:
    return {"type": "array", "minItems": 1, "items": item}
