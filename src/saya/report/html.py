"""A review as a page that looks like the pull request it would be posted to. Pure; needs the `preview` extra.

The page loads nothing and runs nothing: its styles are in it, and its policy forbids the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape
from pathlib import Path
from typing import TYPE_CHECKING

from saya.errors import ConfigError
from saya.record import record
from saya.report.diff import Diff, DiffLine, FileDiff
from saya.report.inert import inert
from saya.report.marker import without_marks
from saya.report.review import InlineComment, Review

if TYPE_CHECKING:
    from markupsafe import Markup

# Files without comments are folded where a page would be long with them open.
LONGEST_OPEN = 300
LONGEST_SHOWN = 3_000

_SUGGESTION = re.compile(r'<pre lang="suggestion"><code>(.*?)</code></pre>', re.DOTALL)
_PATCH = re.compile(r'<pre lang="diff"><code>(.*?)</code></pre>', re.DOTALL)


@record(kw_only=True)
class Row:
    """A line of a hunk on the page. `chosen` marks the lines of a comment; `comments` stand below it."""

    line: DiffLine
    chosen: bool
    comments: tuple[Markup, ...]


@record(kw_only=True)
class ShownFile:
    """A changed file on the page. `hunks` are pairs of a header and rows."""

    path: str
    old_path: str | None
    note: str
    added: int
    removed: int
    open: bool
    hunks: tuple[tuple[str, tuple[Row, ...]], ...]


def build_page(review: Review, diff: Diff, *, title: str, base: str, head: str) -> str:
    """The page as HTML. `title` heads it, `base` and `head` are named in it. Raises ConfigError without the extra."""
    try:
        import cmarkgfm  # type: ignore[import-untyped]  # noqa: F401 - asked for before any work
    except ImportError:
        raise ConfigError("--html needs the `preview` extra: pip install 'saya[preview]'") from None
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folder = Path(__file__).with_name("templates")
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["visible"] = visible
    files = tuple(_file(changed, review) for changed in diff.files.values())
    return environment.get_template("page.html.j2").render(
        title=inert(title),
        base=inert(base),
        head=inert(head),
        body=_markdown(review.body, ()),
        count=len(review.comments),
        files=sorted(files, key=lambda each: (not each.open, each.path)),
        styles=_safe(folder.joinpath("page.css").read_text(encoding="utf-8")),
    )


def visible(text: str) -> str:
    """A line of a file with what cannot be seen escaped, but for tabs."""
    return "\t".join(map(inert, text.split("\t")))


def _file(changed: FileDiff, review: Review) -> ShownFile:
    comments = [comment for comment in review.comments if comment.path == changed.path]
    lines = [line for hunk in changed.hunks for line in hunk.lines]
    short = len(lines) <= LONGEST_SHOWN or bool(comments)
    return ShownFile(
        path=inert(changed.path),
        old_path=inert(changed.old_path) if changed.old_path else None,
        note=_note(changed, shown=short),
        added=sum(line.change == "added" for line in lines),
        removed=sum(line.change == "removed" for line in lines),
        open=bool(comments) or (len(lines) <= LONGEST_OPEN and not review.comments),
        hunks=tuple(_hunks(changed, comments)) if short else (),
    )


def _note(changed: FileDiff, *, shown: bool) -> str:
    if not changed.patched:
        return "Renamed without changes." if changed.status == "renamed" else "No lines to show."
    return "" if shown else "Too long to show."


def _hunks(changed: FileDiff, comments: list[InlineComment]) -> Iterator[tuple[str, tuple[Row, ...]]]:
    for hunk in changed.hunks:
        olds = [line.old for line in hunk.lines if line.old is not None]
        news = [line.new for line in hunk.lines if line.new is not None]
        header = f"@@ -{_range(olds)} +{_range(news)} @@ {inert(hunk.title)}".rstrip()
        yield header, tuple(_row(line, hunk.lines, comments) for line in hunk.lines)


def _range(numbers: list[int]) -> str:
    return f"{numbers[0]},{len(numbers)}" if numbers else "0,0"


def _row(line: DiffLine, lines: tuple[DiffLine, ...], comments: list[InlineComment]) -> Row:
    new = line.new
    if new is None:
        return Row(line=line, chosen=False, comments=())
    below = [comment for comment in comments if comment.line == new]
    # Those that were posted last stand first; within a file that is the order of their lines.
    told = tuple(_markdown(comment.body, _lines_of(comment, lines)) for comment in below)
    chosen = any((comment.start_line or comment.line) <= new <= comment.line for comment in comments)
    return Row(line=line, chosen=chosen, comments=told)


def _lines_of(comment: InlineComment, lines: tuple[DiffLine, ...]) -> tuple[str, ...]:
    first = comment.start_line or comment.line
    return tuple(line.text for line in lines if line.new is not None and first <= line.new <= comment.line)


def _markdown(text: str, replaced: tuple[str, ...]) -> Markup:
    """Markdown as GitHub renders it; a suggestion shows the lines that it replaces."""
    import cmarkgfm
    from cmarkgfm.cmark import Options  # type: ignore[import-untyped]

    options = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_HARDBREAKS  # in comments, line ends are kept
    html: str = cmarkgfm.github_flavored_markdown_to_html(without_marks(text), options=options)
    html = _SUGGESTION.sub(lambda match: _suggested(replaced, match[1]), html)
    html = _PATCH.sub(lambda match: f'<div class="patch">{"".join(map(_patched, match[1].splitlines()))}</div>', html)
    return _safe(html)


def _suggested(replaced: tuple[str, ...], html: str) -> str:
    """A suggestion as the change that it is."""
    lines = tuple(unescape(html).split("\n")[:-1])
    paired = len(lines) == len(replaced)
    removed = (_line("removed", "-", old, lines[at] if paired else old) for at, old in enumerate(replaced))
    added = (_line("added", "+", new, replaced[at] if paired else new) for at, new in enumerate(lines))
    footer = '<footer><span class="button">Commit suggestion</span></footer>'
    return f'<div class="suggestion"><p>Suggested change</p>{"".join(removed)}{"".join(added)}{footer}</div>'


def _line(kind: str, sign: str, text: str, other: str) -> str:
    """A line of a suggestion; what the other side does not have is marked."""
    start = _common(text, other)
    end = len(text) - _common(text[start:][::-1], other[start:][::-1])
    left, middle, right = (escape(part) for part in (text[:start], text[start:end], text[end:]))
    marked = f"<b>{middle}</b>" if middle else ""
    return f'<div class="{kind}"><i>{sign}</i><code>{left}{marked}{right}</code></div>'


def _common(one: str, other: str) -> int:
    """How many characters both start with."""
    return next(
        (at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), min(len(one), len(other))
    )


def _patched(line: str) -> str:
    kinds = {"+": "added", "-": "removed", "@": "hunk"}
    kind = "" if line.startswith(("+++", "---")) else kinds.get(line[:1], "")
    return f'<div class="{kind}"><code>{line}</code></div>'


def _safe(html: str) -> Markup:
    from markupsafe import Markup

    return Markup(html)  # noqa: S704 - our own styles, and what GitHub's renderer makes of inert Markdown
