"""Patches, as GitHub and Git write them -> what a pull request changes. Pure.

`read_files` takes the entries of `GET /repos/{owner}/{repo}/pulls/{number}/files`, all pages; `read_git_diff` the text
of `git diff --no-color --no-ext-diff --src-prefix=a/ --dst-prefix=b/ -M`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from saya.report.diff import Change, Diff, DiffLine, FileDiff, Hunk

_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)", re.DOTALL)
_CHANGES: dict[str, Change] = {"+": "added", "-": "removed", " ": "context"}
_NO_LINE_END = "\\"
_QUOTED = re.compile(r"\\([0-7]{3}|.)")
_ESCAPES = {"a": 7, "b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13}


def read_files(entries: Iterable[Mapping[str, object]], *, complete: bool = True) -> Diff:
    """The diff of a pull request from the plain JSON objects of its files.

    A file of which GitHub gives no patch, or whose patch does not add up, is there and takes no comments.
    """
    return Diff({changed.path: changed for changed in map(_file, entries)}, complete=complete)


def _file(entry: Mapping[str, object]) -> FileDiff:
    patch, previous = entry.get("patch"), entry.get("previous_filename")
    hunks = tuple(read_hunks(patch.split("\n"))) if isinstance(patch, str) else ()
    return FileDiff(
        path=str(entry["filename"]),
        old_path=str(previous) if previous is not None else None,
        status=str(entry.get("status", "modified")),
        hunks=hunks,
        patched=bool(hunks),
    )


def read_git_diff(text: str) -> Diff:
    """The diff that Git wrote."""
    files = {}
    for part in re.split(r"^(?=diff --git )", text, flags=re.MULTILINE):
        if part.startswith("diff --git "):
            changed = _git_file(part.removesuffix("\n").split("\n"))
            files[changed.path] = changed
    return Diff(files)


def compare_texts(path: str, old: str | None, new: str | None, *, old_path: str | None = None) -> FileDiff:
    """The change of one file between two texts; None where it is not there."""
    from difflib import unified_diff

    lines: list[str] = []
    for line in unified_diff(_lines(old or ""), _lines(new or ""), n=3):
        lines += [line.removesuffix("\n")] if line.endswith("\n") else [line, _NO_LINE_END]
    hunks = tuple(read_hunks(lines))
    status = "added" if old is None else "removed" if new is None else "renamed" if old_path else "modified"
    return FileDiff(path=path, old_path=old_path, status=status, hunks=hunks, patched=bool(hunks))


def _lines(text: str) -> list[str]:
    """The lines of a text with their line feeds; nothing else ends a line, as in Git."""
    return [line for line in re.split(r"(?<=\n)", text) if line]


def read_hunks(lines: list[str]) -> Iterator[Hunk]:
    """The hunks in the lines of a patch. What stands before a hunk is skipped; one that does not add up ends them."""
    at = 0
    while at < len(lines):
        header = _HUNK.fullmatch(lines[at])
        at += 1
        if header is None:
            continue
        old, new = int(header[1]), int(header[3])
        left = int(header[2] or 1), int(header[4] or 1)
        stop = _end(lines, at, *left)
        if stop is None:
            return
        yield Hunk(tuple(_numbered(lines[at:stop], old, new)), header[5].rstrip("\r"))
        at = stop


def _end(lines: list[str], at: int, old: int, new: int) -> int | None:
    """The index behind the last line of a hunk of so many lines in base and head; None where there are fewer."""
    while old > 0 or new > 0:
        if at >= len(lines):
            return None
        sign = lines[at][:1] or " "
        if sign not in _CHANGES and sign != _NO_LINE_END:
            return None
        old -= sign in " -"
        new -= sign in " +"
        at += 1
    if old < 0 or new < 0:
        return None
    return at + 1 if lines[at : at + 1] and lines[at].startswith(_NO_LINE_END) else at


def _numbered(lines: list[str], old: int, new: int) -> Iterator[DiffLine]:
    for index, line in enumerate(lines):
        sign, text = line[:1] or " ", line[1:]
        if sign == _NO_LINE_END:
            continue
        final = lines[index + 1 : index + 2] != [] and lines[index + 1].startswith(_NO_LINE_END)
        change = _CHANGES[sign]
        yield DiffLine(change, text, None if change == "added" else old, None if change == "removed" else new, final)
        old += change != "added"
        new += change != "removed"


def _git_file(lines: list[str]) -> FileDiff:
    old, new, status = _named_twice(lines[0]), _named_twice(lines[0]), "modified"
    first = next((index for index, line in enumerate(lines) if _HUNK.fullmatch(line)), len(lines))
    for line in lines[1:first]:
        for label, side in (("--- ", "old"), ("rename from ", "old"), ("+++ ", "new"), ("rename to ", "new")):
            if not line.startswith(label):
                continue
            path = _path(line.removeprefix(label), prefixed=label in ("--- ", "+++ "))
            old, new = (path, new) if side == "old" else (old, path)
        for label, change in (("new file ", "added"), ("deleted file ", "removed"), ("rename to ", "renamed")):
            status = change if line.startswith(label) else status
    hunks = tuple(read_hunks(lines[first:]))
    path = (old if status == "removed" else new) or "?"
    return FileDiff(
        path=path,
        old_path=old if status == "renamed" else None,
        status=status,
        hunks=hunks,
        patched=bool(hunks),
    )


def _named_twice(header: str) -> str | None:
    """The path of a file that changed neither name nor text: `diff --git a/PATH b/PATH`."""
    both = header.removeprefix("diff --git ")
    half = (len(both) - 1) // 2
    left, right = _path(both[:half], prefixed=True), _path(both[half + 1 :], prefixed=True)
    return left if left == right else None


def _path(text: str, *, prefixed: bool) -> str | None:
    """A path as Git writes it: in quotation marks where its characters are odd, a tab behind it where it has spaces."""
    text = text.removesuffix("\r").removesuffix("\t")
    if text == "/dev/null":
        return None
    if text.startswith('"') and text.endswith('"') and len(text) > 1:
        data = re.sub(_QUOTED.pattern.encode(), _unquoted, text[1:-1].encode("utf-8", "surrogateescape"))
        text = data.decode("utf-8", "replace")
    return text[2:] if prefixed and text[:2] in ("a/", "b/") else text


def _unquoted(match: re.Match[bytes]) -> bytes:
    code = match[1].decode("latin-1")
    return bytes([int(code, 8) & 255 if len(code) == 3 else _ESCAPES.get(code, ord(code))])
