"""A fix as a patch, for those that cannot be a suggestion: it spans hunks or files, or GitHub would mangle it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from saya.findings import Edit, Fix
from saya.report.markdown import is_plain_to_see
from saya.report.suggestion import edited, lines_in
from saya.text.source import Source

CONTEXT = 3
LONGEST_PATCH = 200
_NUMBERS = re.compile(r"@@ -(\d+)(,\d+)? \+(\d+)(,\d+)? @@")


def patch_of(fix: Fix, sources: Mapping[str, Source]) -> str | None:
    """The unified diff of a fix; None where a text is not known, has carriage returns, or it is too long or unseen."""
    patches = []
    for path in dict.fromkeys(edit.path for edit in fix.edits):
        source = sources.get(path)
        if source is None or "\r" in source.text:
            return None
        lines = list(_lines(source, [edit for edit in fix.edits if edit.path == path]))
        if not lines or len(lines) > LONGEST_PATCH:
            return None
        patches += lines
    text = "".join(patches)
    return text if is_plain_to_see(text) and not any("\n" in edit.path for edit in fix.edits) else None


def _lines(source: Source, edits: list[Edit]) -> Iterator[str]:
    from difflib import unified_diff

    starts = source.starts
    first = max(source.position(min(edit.span.start for edit in edits))[0] - CONTEXT, 1)
    last = min(source.position(max(edit.span.end for edit in edits))[0] + CONTEXT, len(starts))
    if last - first > LONGEST_PATCH * 10:
        return
    start = starts[first - 1]
    before = source.text[start : starts[last] if last < len(starts) else len(source.text)]
    after = edited(before, start, edits)
    if after is None:
        return
    names = f"a/{source.path}", f"b/{source.path}"
    for line in unified_diff(lines_in(before), lines_in(after), *names, n=CONTEXT):
        moved = _NUMBERS.sub(lambda match: _moved(match, first - 1), line) if line.startswith("@@ ") else line
        yield moved if moved.endswith("\n") else moved + "\n\\ No newline at end of file\n"


def _moved(match: re.Match[str], by: int) -> str:
    """The header of a hunk, so many lines further down the file."""
    return f"@@ -{int(match[1]) + by}{match[2] or ''} +{int(match[3]) + by}{match[4] or ''} @@"
