"""The only way for text of a template into Markdown. What comes out is inert on GitHub.

Nothing of such text mentions anybody, links anywhere, shows an image, is HTML, opens or closes a fence, makes a table,
a heading or mathematics. What cannot be seen (controls, bidirectional marks) is shown escaped, on one line.
"""

from __future__ import annotations

import re

from saya.report.inert import inert

LONGEST = 1_000

# GitHub links and mentions in the text nodes of what it has rendered, so that neither a backslash nor an entity of the
# character itself holds it back; a zero-width space inside does. `inert` has escaped those of the text before.
_APART = "\u200b"
_LINKED = re.compile(
    r"(?P<mention>@)"
    r"|(?P<issue>#(?=\d))"
    r"|(?P<gh>\bGH-(?=\d))"
    r"|(?P<hash>\b[0-9a-f]{7,}\b)"
    r"|(?P<url>[a-z][a-z0-9+.-]{1,20}:(?=//))"
    r"|(?P<www>\bwww(?=\.))"
    r"|(?P<emoji>:(?=[\w+-]+:))",
    re.IGNORECASE | re.ASCII,
)
_SPECIAL = re.compile(r"[\\`*\[\]~|]|(?<![^\W_])_|_(?![^\W_])")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", _APART: "&#8203;", "$": "<span>$</span>"})
_AT_START = re.compile(r"[-+=#:]|\d+(?=[.)])")
_CODE = re.compile(r"`([^`]+)`")
_BARS = re.compile(r"(\\*)\|")
_RUNS = re.compile("`+")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")


def plain(text: str) -> str:
    """Text as text, on one line."""
    return _escaped(_cropped(inert(" ".join(text.split()))))


def prose(text: str) -> str:
    """The words of a policy with a fact's values in them: what is in backticks becomes code, all else plain text."""
    pieces = _CODE.split(_cropped(inert(" ".join(text.split()))))
    told = [code(piece) if index % 2 else _escaped(piece, start=index == 0) for index, piece in enumerate(pieces)]
    return "".join(told)


def code(text: str) -> str:
    """Text as a code span that no backtick in it ends; nothing at all as the words `(empty)`."""
    text = _cropped(inert(text))
    if not text.strip():
        return "(empty)"
    fence = "`" * (_longest_run(text) + 1)
    pad = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def in_cell(markdown: str) -> str:
    """Markdown of one line as it stands in a cell of a table, where a bar ends the cell even within code."""
    return _BARS.sub(lambda match: match[0] if len(match[1]) % 2 else f"{match[1]}\\|", markdown)


def fenced(content: str, language: str) -> str:
    """Lines as a code block of a language (a word of ours), which nothing in them ends. A line feed ends each line.

    The fence is longer than any run of backticks anywhere: an indented one would end the block, too.
    """
    fence = "`" * max(3, _longest_run(content) + 1)
    return f"{fence}{language}\n{content}{fence}"


def link(shown: str, url: str | None) -> str:
    """Markdown as the text of a link; alone where there is no URL. The URL is ours, see `blob_url`."""
    return f"[{shown}]({url})" if url else shown


def blob_url(repository_url: str, revision: str, path: str, first: int, last: int) -> str | None:
    """The address of lines of a file at a commit; None where the repository or the commit is none."""
    if not re.fullmatch(r"https?://[\w.:/-]+", repository_url, re.ASCII):
        return None
    if not re.fullmatch(r"[0-9a-f]{7,64}", revision):
        return None
    lines = f"L{first}" if first == last else f"L{first}-L{last}"
    return f"{repository_url.rstrip('/')}/blob/{revision}/{quoted_path(path)}#{lines}"


def is_plain_to_see(text: str) -> bool:
    """Whether a text holds nothing that a reader would not see, but for line feeds and tabs."""
    bare = text.replace("\n", "").replace("\t", "")
    return inert(bare.replace("##[", "")) == bare.replace("##[", "")


def size(text: str) -> int:
    """The length of a text as GitHub's limits may count it: in UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text)


def _cropped(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _escaped(text: str, *, start: bool = True) -> str:
    text = _LINKED.sub(_apart, text)
    if start:
        text = text.lstrip()
    marked = _AT_START.match(text) if start else None
    text = _SPECIAL.sub(r"\\\g<0>", text)
    if marked:
        end = marked.end()
        text = text[:end] + "\\" + text[end:] if marked[0][0].isdigit() else "\\" + text
    return text.translate(_ENTITIES)


def _apart(match: re.Match[str]) -> str:
    found = match[0]
    if match["hash"]:  # from seven digits on
        return _APART.join(found[at : at + 6] for at in range(0, len(found), 6))
    return found + _APART


def _longest_run(text: str) -> int:
    return max((len(run) for run in _RUNS.findall(text)), default=0)


def quoted_path(path: str) -> str:
    """A path as it stands in a URI."""
    data = path.encode("utf-8", "surrogateescape")
    return "".join(chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in data)
