"""A report that somebody else wrote, taken only where it is exactly what we write. Pure.

The unprivileged half of a fork's run hands a report to the privileged one. Whoever opened the pull request may have
written it, so its form is checked whole, its size is capped, and of its prose nothing is ever told.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from saya.errors import ConfigError
from saya.report.schema import report_schema

LARGEST = 8 * 1024 * 1024  # bytes
_LONGEST_LIST = 10_000
_LONGEST_TEXT = 20_000
_DEEPEST = 12
_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "null": (type(None),),
}


def read_hostile_report(data: bytes, path: str) -> dict[str, Any]:
    """The report as plain data. Raises ConfigError where it is not one of our schema, or larger than ours are."""
    if len(data) > LARGEST:
        raise ConfigError(f"is larger than {LARGEST // 1024 // 1024} MB; a report is a few kB", path=path)
    try:
        report = json.loads(data.decode("utf-8"), parse_constant=_no_constant, parse_float=_no_constant)
    except (ValueError, RecursionError):
        raise ConfigError("is no JSON; name a report of `saya check --format json`", path=path) from None
    schema = report_schema()
    if isinstance(report, dict) and report.get("schema") != schema["properties"]["schema"]["const"]:
        raise ConfigError("is a report of another version of Saya; run both halves with the same one", path=path)
    wrong = next(_objections(report, schema, schema, "the report", 0), None)
    if wrong:
        raise ConfigError(f"is no report of Saya: {wrong}", path=path)
    assert isinstance(report, dict)
    return report


def _no_constant(_: str) -> None:
    raise ValueError


def _objections(value: Any, schema: Mapping[str, Any], root: Mapping[str, Any], at: str, depth: int) -> Iterator[str]:
    """What is wrong with a value. Of JSON schema what our own schema uses, and no property that it does not name."""
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    if depth > _DEEPEST:
        yield f"{at} is too deep"
    elif "anyOf" in schema:
        forms = (_objections(value, each, root, at, depth) for each in schema["anyOf"])
        yield from [f"{at} is of no form that it may have"] * all(map(any, forms))
    elif _is_other(value, schema):
        yield f"{at} is another value"
    elif "type" not in schema:
        return
    elif not _is_of(value, schema["type"]):
        yield f"{at} is of another type"
    elif isinstance(value, dict):
        yield from _object(value, schema, root, at, depth)
    elif isinstance(value, list):
        yield from _list(value, schema, root, at, depth)
    elif _is_out_of_range(value, schema.get("minimum", 0)):
        yield f"{at} is out of range"


def _is_other(value: object, schema: Mapping[str, Any]) -> bool:
    """Whether the schema lists the values that there may be, and this is none of them."""
    allowed = schema.get("enum", [schema["const"]] if "const" in schema else None)
    return allowed is not None and (value not in allowed or isinstance(value, bool))


def _is_out_of_range(value: object, least: int) -> bool:
    if isinstance(value, str):
        return len(value) > _LONGEST_TEXT
    return isinstance(value, int) and not least <= value < 2**53


def _is_of(value: object, types: str | list[str]) -> bool:
    names = [types] if isinstance(types, str) else types
    if "integer" in names and isinstance(value, int) and not isinstance(value, bool):
        return True
    return any(isinstance(value, _TYPES.get(name, ())) for name in names)


def _object(
    value: dict[str, Any], schema: Mapping[str, Any], root: Mapping[str, Any], at: str, depth: int
) -> Iterator[str]:
    properties = schema.get("properties", {})
    others = schema.get("additionalProperties")
    missing = [name for name in schema.get("required", ()) if name not in value]
    if missing:
        yield f"{at} lacks `{missing[0]}`"
    if len(value) > _LONGEST_LIST or any(len(name) > _LONGEST_TEXT for name in value):
        yield f"{at} is too large"
    for name, inner in value.items():
        if name in properties:
            yield from _objections(inner, properties[name], root, f"`{name}`", depth + 1)
        elif isinstance(others, dict):
            yield from _objections(inner, others, root, f"an entry of {at}", depth + 1)
        elif properties:
            yield f"{at} has a property that it may not have"
        else:
            yield from _plain(inner, at, depth + 1)


def _list(value: list[Any], schema: Mapping[str, Any], root: Mapping[str, Any], at: str, depth: int) -> Iterator[str]:
    if len(value) > _LONGEST_LIST:
        yield f"{at} is too long"
        return
    for item in value:
        if "items" in schema:
            yield from _objections(item, schema["items"], root, f"an item of {at}", depth + 1)
        else:
            yield from _plain(item, at, depth + 1)


def _plain(value: object, at: str, depth: int) -> Iterator[str]:
    """What is wrong with data of which the schema says nothing: the typed values of a fact."""
    if depth > _DEEPEST:
        yield f"{at} is too deep"
    elif isinstance(value, dict | list):
        inner = list(value.values()) if isinstance(value, dict) else value
        if len(inner) > _LONGEST_LIST:
            yield f"{at} is too large"
            return
        for item in inner:
            yield from _plain(item, at, depth + 1)
    elif isinstance(value, str) and len(value) > _LONGEST_TEXT:
        yield f"{at} is too long"
