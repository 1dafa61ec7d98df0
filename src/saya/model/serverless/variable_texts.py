"""Texts with `${...}` of the Serverless Framework in them, taken apart.

Source: Serverless Framework 3, variables: `${type(params):address, fallback}`.
"""

from __future__ import annotations

from saya.model.serverless.nodes import text
from saya.pattern import pattern
from saya.record import NamedTuple
from saya.text.node import Node

_OPENS = pattern(r"\$\{\s*[A-Za-z][\w-]*(?:\([^()]*\)|:(?!:))")


class Piece(NamedTuple):
    """A stretch of a text: a literal, or the inside of a `${...}`."""

    text: str
    variable: bool


def split(content: str) -> list[Piece]:
    """The literals and the variables of a text; CloudFormation's are literals, as are those behind a backslash."""
    out: list[Piece] = []
    at = 0
    while (found := _OPENS.search(content, at)) is not None:
        start, end = found.start(), _closing(content, found.start() + 2)
        if end is None:
            break
        escaped = start > at and content[start - 1] == "\\"
        if start - escaped > at:
            out.append(Piece(content[at : start - escaped], variable=False))
        inside = content[start : end + 1] if escaped else content[start + 2 : end]
        out.append(Piece(inside, variable=not escaped))
        at = end + 1
    if at < len(content) or not out:
        out.append(Piece(content[at:], variable=False))
    return out


def _closing(content: str, at: int) -> int | None:
    """Where the brace closes that was opened just before `at`."""
    depth = 1
    for index in range(at, len(content)):
        if content.startswith("${", index):
            depth += 1
        elif content[index] == "}":
            depth -= 1
            if not depth:
                return index
    return None


def alternatives(inside: str) -> list[str]:
    """A variable and what it falls back to, at the commas that stand in no quotes, braces or parentheses."""
    out, depth, quote, start = [], 0, "", 0
    for index, char in enumerate(inside):
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char in "({":
            depth += 1
        elif char in ")}":
            depth -= 1
        elif char == "," and not depth:
            out.append(inside[start:index])
            start = index + 1
    return [*out, inside[start:]]


def written_out(inside: str, at: Node) -> Node | None:
    """A fallback that is written out: a string in quotes, a number, a boolean."""
    content = inside.strip()
    if len(content) > 1 and content[0] in "'\"" and content[-1] == content[0]:
        return text(at, content[1:-1])
    if content in ("true", "false") or content.lstrip("-").replace(".", "", 1).isdigit():
        return text(at, content)
    return None
