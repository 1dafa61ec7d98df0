"""The hidden marks by which our own comments are known again. GitHub shows HTML comments to nobody.

A mark proves nothing: anybody can write one. Whoever reads it also asks whether we wrote the comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# With its line feed: 64 digits in the mark of a head.
LONGEST_MARK = len("<!-- saya:1:head: -->\n") + 64

_FINGERPRINT = re.compile(r"<!-- saya:1:([0-9a-f]{8,64}) -->")
_ANY = re.compile(r"\n*<!-- saya:1:[a-z0-9:]+ -->")
_HEAD = re.compile(r"<!-- saya:1:head:([0-9a-f]{7,64}) -->")


def mark(fingerprints: Iterable[str]) -> str:
    """The marks of these findings, one a line. Raises ValueError where one is no fingerprint (hexadecimal digits)."""
    return "\n".join(_checked(f"<!-- saya:1:{fingerprint} -->", _FINGERPRINT) for fingerprint in fingerprints)


def mark_head(head_sha: str) -> str:
    """The mark of the revision that a review speaks of. Raises ValueError where it is no full or short commit hash."""
    return _checked(f"<!-- saya:1:head:{head_sha} -->", _HEAD)


def fingerprints_in(body: str) -> tuple[str, ...]:
    """The fingerprints that a body carries, in order, each once."""
    return tuple(dict.fromkeys(_FINGERPRINT.findall(body)))


def head_in(body: str) -> str | None:
    """The revision that a review body speaks of; None where it carries no such mark."""
    found = _HEAD.search(body)
    return found[1] if found else None


def without_marks(body: str) -> str:
    """A body as a reader sees it."""
    return _ANY.sub("", body).rstrip("\n")


def _checked(marked: str, pattern: re.Pattern[str]) -> str:
    if not pattern.fullmatch(marked):
        raise ValueError(f"no mark can hold this: {marked!r}")
    return marked
