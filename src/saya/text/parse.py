"""The language of a file, and its nodes."""

from __future__ import annotations

from saya.errors import ParseError
from saya.text.node import Node
from saya.text.parse_json import parse_json
from saya.text.source import Source


def parse(source: Source, *, duplicates: list[ParseError] | None = None, either: bool = False) -> Node | None:
    """The root node of a YAML or JSON file, or None where it is empty.

    What begins with `{` or `[` is read as JSON; where that fails and the name does not end in `.json`, as YAML, whose
    flow style looks the same. A `.json` that begins with a comment is meant as JSON too. `either` says that the name
    means nothing to who reads the file. See `parse_yaml` for `duplicates`. Raises ParseError.
    """
    named_json = source.path.endswith(".json") and not either
    start = source.text.lstrip()[:2]
    if start[:1] not in ("{", "["):
        if start in ("//", "/*") and named_json:
            raise ParseError("not valid JSON: it has no comments; remove them", path=source.path, line=1, column=1)
        return _parse_yaml(source, duplicates)
    try:
        return parse_json(source, duplicates=duplicates)
    except ParseError as not_json:
        if named_json:
            raise
        try:
            return _parse_yaml(source, duplicates)
        except ParseError as not_yaml:
            # The language that got further is the one that was meant.
            raise max(not_json, not_yaml, key=_place) from None


def _parse_yaml(source: Source, duplicates: list[ParseError] | None) -> Node | None:
    from saya.text.parse_yaml import parse_yaml  # libyaml's import costs as much as a small JSON template

    return parse_yaml(source, duplicates=duplicates)


def _place(error: ParseError) -> tuple[int, int]:
    return error.line or 0, error.column or 0
