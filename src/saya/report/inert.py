"""Text from templates, made harmless for terminals and logs.

A template may be anybody's pull request: its names could move the cursor, turn the reading direction, or speak to the
runner of a GitHub workflow in its own commands (`::set-env`, `##[command]`).
"""

from __future__ import annotations

import re

from saya.pattern import pattern

# C0 and C1 controls, zero-width and bidirectional marks, line separators, a byte order mark, lone surrogates, tags.
_UNSEEN = pattern(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
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
