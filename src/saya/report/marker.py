"""The hidden marks by which our own comments are known again. GitHub shows HTML comments to nobody.

A mark proves nothing: anybody can write one. Whoever reads it also asks whether we wrote the comment, and only what
stands in the last lines counts: the text before them may quote a template, in which anything can stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# With its line feed: 64 digits in the mark of a head.
LONGEST_MARK = len("<!-- saya:1:head: -->\n") + 64

_FINGERPRINT = re.compile(r"<!-- saya:1:([0-9a-f]{8,64}) -->")
_ANY = re.compile(r"<!-- saya:1:[a-z0-9:]+ -->")
_HEAD = re.compile(r"<!-- saya:1:head:([0-9a-f]{7,64}) -->")


def mark(fingerprints: Iterable[str]) -> str:
    """The marks of these findings, one a line. Raises ValueError where one is no fingerprint (hexadecimal digits)."""
    return "\n".join(_checked(f"<!-- saya:1:{fingerprint} -->", _FINGERPRINT) for fingerprint in fingerprints)


def mark_head(head_sha: str) -> str:
    """The mark of the revision that a review speaks of. Raises ValueError where it is no full or short commit hash."""
    return _checked(f"<!-- saya:1:head:{head_sha} -->", _HEAD)


def fingerprints_in(body: str) -> tuple[str, ...]:
    """The fingerprints that a body carries, in order, each once."""
    found = map(_FINGERPRINT.fullmatch, _apart(body)[1])
    return tuple(dict.fromkeys(each[1] for each in found if each))


def head_in(body: str) -> str | None:
    """The revision that a review body speaks of; None where it carries no such mark."""
    found = map(_HEAD.fullmatch, _apart(body)[1])
    return next((each[1] for each in found if each), None)


def without_marks(body: str) -> str:
    """A body as a reader sees it."""
    return _apart(body)[0]


def _apart(body: str) -> tuple[str, list[str]]:
    """The text of a body, and the marks below it."""
    lines = body.rstrip().split("\n")
    at = len(lines)
    while at and _ANY.fullmatch(lines[at - 1].strip()):
        at -= 1
    return "\n".join(lines[:at]).rstrip("\r\n"), [line.strip() for line in lines[at:]]


def _checked(marked: str, pattern: re.Pattern[str]) -> str:
    if not pattern.fullmatch(marked):
        raise ValueError(f"no mark can hold this: {marked!r}")
    return marked
