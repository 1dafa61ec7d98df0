"""Reads the YAML tables behind the facts: rows with known columns, each with the line it stands on.

Problems are collected, not raised, so that one run tells all of them.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import yaml

Check = Callable[[Any], str | None]
"""Says what is wrong with a value and what would be valid; None where nothing is."""


class Row(dict[str, Any]):
    """A mapping of a table, with the line (1-based) on which it begins."""

    line = 0


class Column(NamedTuple):
    """What a column holds: its check, and what it is where a row leaves it out (`...`: it must not)."""

    check: Check
    default: Any = ...


@dataclass
class Problems:
    """The problems of one file."""

    path: Path
    lines: list[str] = field(default_factory=list)

    def add(self, line: int, message: str) -> None:
        self.lines.append(f"{self.path}:{line}: {message}")


class _Loader(yaml.CSafeLoader):
    problems: Problems


def _mapping(loader: _Loader, node: yaml.MappingNode) -> Row:
    row = Row((str(key), value) for key, value in loader.construct_mapping(node, deep=True).items())
    row.line = node.start_mark.line + 1
    keys = [key.value for key, _ in node.value]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        loader.problems.add(row.line, f"{key} stands twice; keep one")
    return row


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def read_document(path: Path, sections: Sequence[str], problems: Problems) -> Row:
    """The sections of a file; those that it lacks are empty, and a problem."""
    loader = _Loader(path.read_text(encoding="utf-8"))
    loader.problems = problems
    try:
        document = loader.get_single_data()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problems.add(line, f"no YAML: {error.problem}")
        return Row()
    if not isinstance(document, Row):
        problems.add(1, f"no mapping; it would have {', '.join(sections)}")
        return Row()
    for name in sections:
        if name not in document:
            problems.add(1, f"{name} is missing")
    for name in document.keys() - set(sections):
        problems.add(document.line, unknown("section", name, sections))
    return document


def read_rows(rows: Any, columns: dict[str, Column], problems: Problems, line: int = 1) -> list[Row]:
    """The valid rows of a section, with their defaults."""
    if not isinstance(rows, list):
        problems.add(line, "no list of rows")
        return []
    return [row for row in (_read_row(row, columns, problems, line) for row in rows) if row is not None]


def _read_row(row: Any, columns: dict[str, Column], problems: Problems, line: int) -> Row | None:
    if not isinstance(row, Row):
        problems.add(line, f"{row!r} is no row; a row maps columns to values")
        return None
    before = len(problems.lines)
    whole = Row()
    whole.line = row.line
    for name in row.keys() - columns.keys():
        problems.add(row.line, unknown("column", name, list(columns)))
    for name, column in columns.items():
        if name not in row:
            if column.default is ...:
                problems.add(row.line, f"{name} is missing")
            whole[name] = column.default
            continue
        wrong = column.check(row[name])
        if wrong:
            problems.add(row.line, f"{name}: {wrong}")
        whole[name] = row[name]
    return whole if len(problems.lines) == before else None


def unknown(what: str, name: object, valid: Sequence[str]) -> str:
    """The message for a name that is none of the valid ones."""
    near = difflib.get_close_matches(str(name), valid, 1)
    hint = f"did you mean {near[0]}?" if near else f"valid are {', '.join(valid)}"
    return f"{name!r} is no {what}; {hint}"


def text(value: Any) -> str | None:
    return None if isinstance(value, str) and value else f"{value!r} is no text; quote it if it is meant as one"


def truth(value: Any) -> str | None:
    return None if isinstance(value, bool) else f"{value!r} is neither true nor false"


def one_of(*valid: str) -> Check:
    return lambda value: None if value in valid else unknown("valid value", value, valid)


def texts(value: Any) -> str | None:
    """One text, or a list of them."""
    items = value if isinstance(value, list) else [value]
    return next((wrong for item in items if (wrong := text(item))), None) if items else "an empty list says nothing"


def lists_of_texts(value: Any) -> str | None:
    """Keys to lists of texts."""
    if not isinstance(value, Row) or not value:
        return f"{value!r} maps no keys to lists"
    for key, items in value.items():
        if not isinstance(items, list) or texts(items) or text(key):
            return f"{key!r}: {items!r} is no list of texts"
    return None


def listed(value: Any) -> list[Any]:
    """A value as a list: itself, or what it lists."""
    return value if isinstance(value, list) else [value]
