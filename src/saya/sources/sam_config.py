"""The file that configures the SAM CLI, as plain data, and where its settings stand."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from saya.errors import ConfigError, ParseError
from saya.record import NamedTuple
from saya.sources.workspace import decode
from saya.text.node import MappingNode, Node, ScalarNode, SequenceNode
from saya.text.parse import parse

LARGEST = 256 * 1024

Place = tuple[int, int] | tuple[None, None]
"""Line and column, 1-based; None where they are not known."""

# What the parser of TOML takes memory for that grows with the square of the length.
_LONG_KEY = r"""(?<![\w-])(?:(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){64}"""

# A table's header, and a key that begins a line; not every form that TOML has.
_BARE = r"""(?:[\w-]+|"[^"\\\n]*"|'[^'\n]*')"""
_DOTTED = rf"{_BARE}(?:[ \t]*\.[ \t]*{_BARE})*"
_LINE = rf"^[ \t]*(?:\[[ \t]*(?P<table>{_DOTTED})[ \t]*\][ \t]*(?:#.*)?$|(?P<key>{_DOTTED})[ \t]*=[ \t]*)"


class SamConfig(NamedTuple):
    """`shown` is the file as the user would write it, `tables` what it holds by environment, `place` where a value is,
    by the keys that lead to it.
    """

    shown: str
    tables: Mapping[str, object]
    place: Callable[[tuple[str, ...]], Place]


class Numeral(str):
    """A number in YAML, as it is written."""

    __slots__ = ()


def load_config(data: bytes, shown: str) -> SamConfig:
    """What a file holds, TOML or YAML by its name. Raises ConfigError where it cannot be read."""
    if len(data) > LARGEST:
        raise ConfigError(f"is larger than {LARGEST // 1024} kB; keep what deploys the templates beside it", path=shown)
    return _load_toml(data, shown) if shown.endswith(".toml") else _load_yaml(data, shown)


def described(value: object) -> str:
    """The type of a value, for a message."""
    if isinstance(value, bool):
        return f"`{'true' if value else 'false'}`"
    if isinstance(value, int | float | Numeral):
        return "a number"
    names = ((str, "text"), (list, "a list"), (dict, "a table"))
    return next((name for type_, name in names if isinstance(value, type_)), "a date or time")


def _load_yaml(data: bytes, shown: str) -> SamConfig:
    try:
        root = parse(decode(data, shown), duplicates=[])
    except ParseError as error:
        raise ConfigError(error.message, path=shown, line=error.line, column=error.column) from None
    found = _plain(root)
    return SamConfig(shown, found if isinstance(found, dict) else {}, lambda path: _place_in_yaml(root, path))


def _place_in_yaml(root: Node | None, path: tuple[str, ...]) -> Place:
    node = root
    for name in path:
        node = node.get(name) if isinstance(node, MappingNode) else None
    return node.location.start if node is not None else (None, None)


def _plain(node: Node | None) -> object:
    """A node as tomllib has it, but for numbers, which stay as they are written."""
    if isinstance(node, MappingNode):
        return {name: _plain(value) for name, value in node.entries.items()}
    if isinstance(node, SequenceNode):
        return [_plain(item) for item in node.items]
    if not isinstance(node, ScalarNode) or node.kind == "null":
        return None
    if node.kind == "bool":
        return node.text.lower() == "true"
    return Numeral(node.text) if node.kind in ("int", "float") else node.text


def _load_toml(data: bytes, shown: str) -> SamConfig:
    import tomllib  # most templates have no samconfig.toml

    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
        if re.search(_LONG_KEY, text):
            raise ConfigError("has a key of more than 64 parts; the SAM CLI knows keys of four", path=shown)
        return SamConfig(shown, tomllib.loads(text), lambda path: _place_in_toml(text, path))
    except UnicodeDecodeError:
        raise ConfigError("is not UTF-8; save it as UTF-8", path=shown) from None
    except tomllib.TOMLDecodeError as error:
        place = re.search(r" \(at line (\d+), column (\d+)\)", str(error))
        message = str(error)[: place.start()] if place else str(error)
        line, column = (int(place[1]), int(place[2])) if place else (None, None)
        raise ConfigError(f"is not TOML: {_lower(message)}", path=shown, line=line, column=column) from None
    except (ValueError, RecursionError):
        raise ConfigError(
            "is not TOML that can be read: a number is too long, or it nests too deep", path=shown
        ) from None


def _place_in_toml(text: str, path: tuple[str, ...]) -> Place:
    """Where a value stands, or else the table that holds it."""
    places = _places_in_toml(text)
    found = (places[path[:end]] for end in range(len(path), 0, -1) if path[:end] in places)
    return next((place for place in found if place is not None), (None, None))


@lru_cache(maxsize=1)
def _places_in_toml(text: str) -> Mapping[tuple[str, ...], tuple[int, int] | None]:
    """Line and column of tables, and of the values whose key begins a line, by the keys that lead to them; None where
    several seem to be one, such as lines within a text.
    """
    table: tuple[str, ...] | None = ()
    places: dict[tuple[str, ...], tuple[int, int] | None] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        match = re.match(_LINE, line)
        if match is None:
            table = None if line.lstrip(" \t").startswith("[") else table
            continue
        names = tuple(each.strip("\"'") for each in re.findall(_BARE, match["table"] or match["key"]))
        if match["table"] is not None:
            table = names
        elif table is not None:
            names = table + names
        else:
            continue
        column = (match.start("table") if match["key"] is None else match.end()) + 1
        places[names] = None if names in places else (number, column)
    return places


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
