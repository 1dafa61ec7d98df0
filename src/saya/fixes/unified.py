"""Changed texts as one patch that `git apply` and `patch -p1` take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from saya.text.source import Source

CONTEXT = 3


def unified_patch(changes: Iterable[tuple[Source, str]]) -> str:
    """The unified diff from each source to its new text; empty where nothing changes.

    Line breaks, a byte order mark and a missing last line break are those of the file. Paths are as the sources have
    them.
    """
    return "".join(line for source, text in changes if text != source.text for line in _lines(source, text))


def _lines(source: Source, text: str) -> Iterator[str]:
    from difflib import unified_diff  # only who asks for a patch pays for it

    mark = "\ufeff" if source.bom else ""
    # A tab ends a name, so that one with a blank in it is read whole.
    end = "\t" if " " in source.path else ""
    old, new = _split(mark + source.text), _split(mark + text)
    for line in unified_diff(old, new, f"a/{source.path}{end}", f"b/{source.path}{end}", n=CONTEXT):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _split(text: str) -> list[str]:
    """Lines with their line feeds; nothing else ends a line, as in Git."""
    lines = text.split("\n")
    return [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
