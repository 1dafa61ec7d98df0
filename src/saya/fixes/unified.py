"""Changed texts as one patch that `git apply` and `patch -p1` take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from saya.text.source import Source

CONTEXT = 3
_QUOTED = frozenset('"\\')
_PLAIN = frozenset(range(0x20, 0x7F)) - frozenset(b'"\\')


def unified_patch(changes: Iterable[tuple[Source, str]]) -> str:
    """The unified diff from each source to its new text; empty where nothing changes.

    Line breaks, a byte order mark and a missing last line break are those of the file. Paths are as the sources have
    them.
    """
    return "".join(line for source, text in changes if text != source.text for line in _lines(source, text))


def _lines(source: Source, text: str) -> Iterator[str]:
    from difflib import unified_diff  # only who asks for a patch pays for it

    mark = "\ufeff" if source.bom else ""
    old, new = _split(mark + source.text), _split(mark + text)
    for line in unified_diff(old, new, _named(f"a/{source.path}"), _named(f"b/{source.path}"), n=CONTEXT):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _named(path: str) -> str:
    """A path as Git writes it: in quotation marks where it has what could end a line, or is not seen."""
    if path.isprintable() and not _QUOTED.intersection(path):
        # A tab ends a name, so that one with a blank in it is read whole.
        return f"{path}\t" if " " in path else path
    data = path.encode("utf-8", "surrogateescape")
    return '"' + "".join(chr(each) if each in _PLAIN else f"\\{each:03o}" for each in data) + '"'


def _split(text: str) -> list[str]:
    """Lines with their line feeds; nothing else ends a line, as in Git."""
    lines = text.split("\n")
    return [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
