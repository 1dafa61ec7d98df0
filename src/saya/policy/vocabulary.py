"""The fact types as a policy sees them: which paths lead where, and what a field can be.

Read from the records' own annotations, each when it is first asked for: resolving all of them costs more than
loading the policies.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from functools import cache
from typing import Literal, Union, get_args, get_origin

from saya.facts.types import Fact
from saya.model.value import Unknown
from saya.record import NamedTuple
from saya.text.source import Location

FieldKind = Literal["text", "boolean", "number", "location", "record", "list"]

# How a fact came about, which is the judge's business and not a policy's.
_HIDDEN = frozenset(("guard", "origins", "plan", "related"))


_NAMES: dict[FieldKind, str] = {
    "text": "text",
    "boolean": "true or false",
    "number": "a number",
    "location": "a place",
    "record": "a record",
    "list": "a list",
}


class FieldType(NamedTuple):
    """What a path leads to.

    kind       text, boolean, number, a location, a record (with fields of its own) or a list
    values     all that the field can be, where that is a closed set of words
    record     its class, of a record
    item       the type of the items, of a list
    optional   it may be absent: None, or below something that may be; a list may be empty
    """

    kind: FieldKind
    values: tuple[str, ...] = ()
    record: type | None = None
    item: FieldType | None = None
    optional: bool = False

    @property
    def is_scalar(self) -> bool:
        return self.kind in ("text", "boolean", "number")

    def __str__(self) -> str:
        """To tell a person: "text", "a list"."""
        if self.record is not None:
            return f"a record ({self.record.__name__})"
        if self.kind == "text" and self.values:
            return f"one of {', '.join(self.values)}"
        return _NAMES[self.kind]


class NoSuchFieldError(Exception):
    """A path that leads nowhere: the field `name` of a record that has only `known` fields."""

    def __init__(self, name: str, owner: str, known: tuple[str, ...]) -> None:
        super().__init__(name)
        self.name = name
        self.owner = owner
        self.known = known


def type_at(record: type, path: tuple[str, ...]) -> FieldType:
    """What `path` leads to, from a record. Raises NoSuchFieldError."""
    found = FieldType("record", record=record)
    optional = False
    for depth, name in enumerate(path):
        if found.record is None:
            raise NoSuchFieldError(name, f"`{'.'.join(path[:depth])}`, which is {found}", ())
        known = names_of(found.record)
        if name not in known:
            raise NoSuchFieldError(name, found.record.__name__, known)
        found = _field_type(found.record, name)
        optional = optional or found.optional
    return found._replace(optional=optional)


@cache
def names_of(record: type) -> tuple[str, ...]:
    """The fields of a record that a policy can name, those of its own before those every fact has."""
    names = [name for name in _annotations(record) if name not in _HIDDEN]
    if issubclass(record, Fact):
        common = _annotations(Fact)
        names = [name for name in names if name not in common] + [name for name in names if name in common]
    return tuple(names)


def paths_of(record: type) -> Iterator[tuple[tuple[str, ...], FieldType]]:
    """All paths below a record with their types, through records and not into lists; a record before what is in it."""
    for name in names_of(record):
        found = _field_type(record, name)
        yield (name,), found
        if found.record is not None:
            for path, inner in paths_of(found.record):
                yield (name, *path), inner._replace(optional=inner.optional or found.optional)


@cache
def _field_type(record: type, name: str) -> FieldType:
    annotation, module = _annotations(record)[name]
    return _convert(eval(annotation, vars(sys.modules[module])))  # noqa: S307 - an annotation of our own source


@cache
def _annotations(record: type) -> dict[str, tuple[str, str]]:
    """The annotation of each field, those of base classes first, and the module in which it is written."""
    found: dict[str, tuple[str, str]] = {}
    for owner in reversed(record.__mro__):
        for name, annotation in getattr(owner, "__annotations__", {}).items():
            found.setdefault(name, (annotation, owner.__module__))
    return found


def _convert(annotation: object) -> FieldType:
    choices = get_args(annotation) if get_origin(annotation) in (Union, types.UnionType) else (annotation,)
    optional = type(None) in choices
    [main] = [choice for choice in choices if choice is not type(None) and choice is not Unknown]
    if main in _SCALARS:
        return FieldType(_SCALARS[main], optional=optional)
    if main is Location:
        return FieldType("location", optional=optional)
    if get_origin(main) is Literal:
        return FieldType("text", values=get_args(main), optional=optional)
    if get_origin(main) is tuple:
        item, _ = get_args(main)
        return FieldType("list", item=_convert(item), optional=True)
    assert isinstance(main, type), main
    return FieldType("record", record=main, optional=optional)


_SCALARS: dict[object, FieldKind] = {str: "text", bool: "boolean", int: "number"}
