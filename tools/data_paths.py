"""Paths of properties in the tables: `Targets[].Arn`, `Functions.{*}.ImplementedBy.Lambda.Arn`.

A path is compiled to its steps: keys, `[]` for each item of a list, `{*}` for each key of a mapping. What stands beside
a site (a condition, a qualifier) is compiled to how many of the site's own steps lead there, and the keys from there
on; so that inside a list it is of the same item.
"""

from __future__ import annotations

import re
from typing import Any

WILDCARDS = ("[]", "{*}")
_SEGMENT = re.compile(r"(?P<key>\{\*\}|[A-Za-z0-9_:-]+)(?P<items>(?:\[\])*)")


class PathError(ValueError):
    """A path that does not hold; its text says why."""


def steps(path: str) -> list[str]:
    """The steps of a path.

    Raises:
        PathError: the path is not in the syntax above.
    """
    out: list[str] = []
    for segment in path.split("."):
        match = _SEGMENT.fullmatch(segment)
        if match is None:
            raise PathError(f"{path!r} is no path at {segment!r}; a step is a key, a key with [], or {{*}}")
        out += [match["key"], *["[]"] * (len(match["items"]) // 2)]
    return out


def beside(site: list[str], path: str) -> list[Any]:
    """Where `path` is, seen from a site: `[depth, keys]`.

    Raises:
        PathError: it enters a list or a mapping that the site is not in.
    """
    other = steps(path)
    depth = 0
    while depth < min(len(site), len(other)) and site[depth] == other[depth]:
        depth += 1
    rest = other[depth:]
    if any(step in WILDCARDS for step in rest):
        raise PathError(
            f"{path!r} leaves the place of the site; it may enter only lists and mappings that the site is in"
        )
    return [depth, rest]


def conditions(site: list[str], row: dict[str, Any], prefix: str = "") -> list[Any]:
    """The conditions of a row as `[[depth, keys], values]`; no values where the property must be absent."""
    when = [[beside(site, prefix + path), values] for path, values in (row.get("when") or {}).items()]
    return when + [[beside(site, prefix + path), []] for path in row.get("absent") or []]
