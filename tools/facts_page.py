"""The page of the fact vocabulary, from the fact types and their docstrings."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

from saya.facts.types import KINDS, Fact, Stack
from saya.policy.vocabulary import FieldType, names_of, type_at

_ATTRIBUTE = re.compile(r"    (\w+): (.*)")
HEAD = """\
# Facts

What a policy can speak of. A field of a record is reached with a dot: `function.architecture`. "Unknown" fields may be
undecided, with the reason; "absent" ones may be missing. Generated from `src/saya/facts/types.py`.
"""


def facts_page() -> str:
    """The page as Markdown: every kind of fact, then the records that their fields are."""
    parts = [HEAD]
    parts.append(_section("Every fact", Fact))
    parts += [_section(f"`{kind}`", record, besides=set(names_of(Fact))) for kind, record in KINDS.items()]
    parts.append("# Records\n")
    parts += [_section(f"{record.__name__} (record)", record) for record in _records()]
    return "\n".join(parts)


def _records() -> list[type]:
    found: dict[type, None] = {}
    waiting: list[type] = list(KINDS.values())
    while waiting:
        record = waiting.pop(0)
        for name in names_of(record):
            inner = type_at(record, (name,)).record or getattr(type_at(record, (name,)).item, "record", None)
            if inner is not None and inner not in found:
                found[inner] = None
                waiting.append(inner)
    return sorted(found, key=lambda record: (record is Stack, record.__name__))


def _section(title: str, record: type, besides: set[str] | None = None) -> str:
    summary, meanings = _documented(record)
    rows = [
        f"| `{name}` | {_type(record, name)} | {meanings.get(name, '')} |"
        for name in names_of(record)
        if name not in (besides or set())
    ]
    return "\n".join([f"## {title}", "", summary, "", "| field | is | means |", "|---|---|---|", *rows, ""])


def _type(record: type, name: str) -> str:
    type_ = type_at(record, (name,))
    notes = ["unknown"] if "Unknown" in _annotation(record, name) else []
    if type_.optional and type_.kind != "list":
        notes.append("absent")
    return "; may be ".join([_spoken(type_), " or ".join(notes)] if notes else [_spoken(type_)])


def _spoken(type_: FieldType) -> str:
    if type_.record is not None:
        return f"[{type_.record.__name__}](#{type_.record.__name__.lower()}-record)"
    if type_.item is not None:
        return f"list of {_spoken(type_.item)}"
    return ", ".join(f"`{value}`" for value in type_.values) or str(type_)


def _annotation(record: type, name: str) -> str:
    owner = next(owner for owner in record.__mro__ if name in getattr(owner, "__annotations__", {}))
    return str(owner.__annotations__[name])


def _documented(record: type) -> tuple[str, dict[str, str]]:
    """What a docstring says of the record, and of each attribute, its base classes' included."""
    meanings: dict[str, str] = {}
    for owner in reversed(record.__mro__[:-1]):
        meanings.update(_attributes(inspect.getdoc(owner) or ""))
    summary = (inspect.getdoc(record) or "").partition("\n\nAttributes:")[0]
    return " ".join(summary.split()), meanings


def _attributes(text: str) -> Iterator[tuple[str, str]]:
    _, _, section = text.partition("Attributes:\n")
    name, words = "", ""
    for line in section.splitlines():
        match = _ATTRIBUTE.fullmatch(line)
        if match is not None:
            if name:
                yield name, words
            name, words = match[1], match[2]
        elif name:
            words = f"{words} {line.strip()}".strip()
    if name:
        yield name, words
