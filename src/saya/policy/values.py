"""A fact's fields as plain data, for reporters and for whoever reads the report."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from saya.facts.types import Fact
from saya.model.value import Unknown
from saya.policy.language import Path
from saya.policy.operators import value_at
from saya.policy.vocabulary import names_of, type_at
from saya.policy.wording import path_of, placeholders_in

_COMMON = frozenset(Fact.__annotations__)


def values_of(fact: Fact, texts: Iterable[str] = ()) -> dict[str, object]:
    """By path: the fields that are the fact's own, the IDs of the resources they name, and what the placeholders say.

    Absent fields are left out; an unknown one is `{"unknown": reason}`.
    """
    paths: dict[Path, None] = {}
    record: type = type(fact)
    for name in names_of(record):
        if name not in _COMMON and not _is_list_of_records(record, name):
            paths[(name, "id") if hasattr(getattr(fact, name), "id") else (name,)] = None
    for text in texts:
        paths.update((path_of(name), None) for name, _ in placeholders_in(text))
    values = {".".join(path): _plain(value_at(fact, path)) for path in paths}
    return {path: value for path, value in values.items() if value is not None}


@cache
def _is_list_of_records(record: type, name: str) -> bool:
    item = type_at(record, (name,)).item
    return item is not None and item.record is not None


def _plain(value: object) -> object:
    """Strings, numbers, booleans and lists of them; None for what is none of these."""
    if isinstance(value, Unknown):
        return {"unknown": value.reason}
    if isinstance(value, str | bool | int):
        return value
    if type(value) is tuple:
        return [_plain(item) for item in value]
    return None
