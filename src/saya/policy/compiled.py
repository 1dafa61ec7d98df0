"""The built-in policies as they were read before: `compiled.json`, written by `tools/compile_policies.py`.

Reading nine policies from YAML, with every check, costs more than judging a small template by them. What was compiled
stands for a file only while the file's text is the one that was compiled, so that an edited policy is read anew.
"""

from __future__ import annotations

import json
import os
from functools import cache
from typing import Any
from zlib import crc32

from saya.policy import language
from saya.policy.language import Policy
from saya.record import fields, is_record
from saya.text.source import Location, Source, Span

# Every array begins with what it is: one of these, or the name of a class of the language and then its fields.
_LOCATION, _TUPLE, _LIST, _MAPPING = "@", "()", "[]", "{}"

COMPILED = os.path.join(os.path.dirname(__file__), "compiled.json")  # noqa: PTH118, PTH120 - pathlib costs start-up time


def compiled_policy(source: Source) -> Policy | None:
    """The policy that a file says, without its examples; None where this very text was not compiled."""
    sum_, packed = _compiled().get(source.path.replace("\\", "/").rpartition("/")[2], (None, None))
    if sum_ is None or source.bom or sum_ != checksum(source):
        return None
    policy: Policy = _unpacked(packed, source)
    return policy


def checksum(source: Source) -> int:
    """A number that differs when a text was edited. It guards against forgetting, not against forgery."""
    return crc32(source.text.encode("utf-8", "surrogatepass"))


def pack(value: object) -> object:
    """A policy, or a part of one, as JSON that `compiled_policy` understands. Raises TypeError for anything else."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, Location):
        return [_LOCATION, *value.span]
    if isinstance(value, dict):
        return [_MAPPING, *(pack(each) for pair in value.items() for each in pair)]
    if isinstance(value, list):
        return [_LIST, *map(pack, value)]
    name = type(value).__name__
    if is_record(value):
        return [name, *(pack(getattr(value, field)) for field in fields(value))]
    if isinstance(value, tuple):
        return [name if hasattr(value, "_fields") else _TUPLE, *map(pack, value)]
    raise TypeError(f"a policy holds a {name}, which cannot be compiled")


@cache
def _compiled() -> dict[str, tuple[int, Any]]:
    """By the name of the file, its checksum and its policy."""
    try:
        with open(COMPILED, "rb") as file:  # noqa: PTH123 - pathlib costs start-up time
            compiled: dict[str, tuple[int, Any]] = json.loads(file.read())
    except FileNotFoundError:
        return {}
    return compiled


def _unpacked(value: Any, source: Source) -> Any:
    if type(value) is not list:
        return value
    kind = value[0]
    if kind == _LOCATION:
        return Location(source, Span(value[1], value[2]))
    items = [_unpacked(each, source) for each in value[1:]]
    if kind == _TUPLE:
        return tuple(items)
    if kind == _LIST:
        return items
    if kind == _MAPPING:
        return dict(zip(items[::2], items[1::2], strict=True))
    cls = getattr(language, kind)
    return cls(**dict(zip(fields(cls), items, strict=True))) if is_record(cls) else cls(*items)
