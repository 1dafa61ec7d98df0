"""Text from templates, made harmless for terminals and logs.

A template may be anybody's pull request: its names could move the cursor, turn the reading direction, or speak to the
runner of a GitHub workflow in its own commands (`::set-env`, `##[command]`).
"""

from __future__ import annotations

import re

from saya.pattern import pattern

# C0 and C1 controls, zero-width and bidirectional marks, line separators, a byte order mark, lone surrogates, tags;
# soft hyphens, joiners and fillers that take no room. Those that make an emoji of a character are left.
_UNSEEN = pattern(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)


def inert(text: str) -> str:
    r"""The text on one line, with what cannot be seen escaped (`\x1b`), and no command for a workflow's runner.

    The runner obeys `##[` anywhere in a line, and `::` where a line starts; no line that we write starts with text of a
    template but for its path, see `inert_path`.
    """
    return _UNSEEN.sub(_escape, text).replace("##[", "##\\x5b")


def inert_path(path: str) -> str:
    """A path that may start a line."""
    path = inert(path)
    return f"./{path}" if path[:1] in (":", " ", "#", "") else path


def _escape(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode("ascii")
