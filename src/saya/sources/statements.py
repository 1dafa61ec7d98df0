"""Where a statement of Python, JavaScript or TypeScript ends that starts on a line: told by its brackets alone.

The source may be anybody's: what is misread (a regular expression with a bracket in it) makes the statement longer or
shorter, and nothing else. The work is linear in the text.
"""

from __future__ import annotations

import re

from saya.text.source import Source

MOST_LINES = 100
LONGEST = 16_384
"""Characters after which a bracket that is still open is taken for one that was misread."""

_PYTHON = re.compile(r"\n|#|[\"']{3}|[\"']|[(\[{]|[)\]}]")
_JAVASCRIPT = re.compile(r"\n|//|/\*|[\"'`]|[(\[{]|[)\]}]")
_IN_STRING = {quote: re.compile(rf"(?:[^{quote}\\\n]|\\.)*{quote}") for quote in "\"'"}
_IN_BACKTICKS = re.compile(r"(?:[^`\\]|\\.)*`", re.DOTALL)
_ENDS = {"#": "\n", "//": "\n", "/*": "*/", '"""': '"""', "'''": "'''"}


def end_of_statement(source: Source, line: int) -> int:
    """The offset behind a statement that starts on a line (1-based): the end of the first line that leaves no bracket
    open; that of the line itself where no such line is near.
    """
    start = source.starts[line - 1]
    last = min(line + MOST_LINES, len(source.starts)) - 1
    text = source.text[start : min(source.starts[last] + len(source.line(last + 1)), start + LONGEST)] + "\n"
    marks = _PYTHON if source.path.endswith(".py") else _JAVASCRIPT
    at = depth = 0
    while (found := marks.search(text, at)) is not None:
        mark = found[0]
        if mark == "\n" and not depth:
            return start + len(text[: found.start()].rstrip())
        depth = max(depth + (mark in "([{") - (mark in ")]}"), 0)
        at = _behind(text, mark, found.end())
    return start + len(source.line(line).rstrip())


def _behind(text: str, mark: str, at: int) -> int:
    """Where to go on reading behind a mark: behind the string or the comment that it begins."""
    if mark in _ENDS:
        end = text.find(_ENDS[mark], at)
        return len(text) if end < 0 else end if mark in ("#", "//") else end + len(_ENDS[mark])
    if mark in _IN_STRING:
        closed = _IN_STRING[mark].match(text, at)
        return closed.end() if closed is not None else text.find("\n", at)
    if mark == "`":
        closed = _IN_BACKTICKS.match(text, at)
        return closed.end() if closed is not None else len(text)
    return at
