"""Patches, as GitHub and Git write them -> what a pull request changes. Pure.

`read_files` takes the entries of `GET /repos/{owner}/{repo}/pulls/{number}/files`, all pages; `read_git_diff` the text of
`git diff --no-color --no-ext-diff -M`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from saya.report.diff import Diff


def read_files(entries: Iterable[Mapping[str, object]], *, complete: bool = True) -> Diff:
    """The diff of a pull request from the plain JSON objects of its files."""
    raise NotImplementedError


def read_git_diff(text: str) -> Diff:
    """The diff that Git wrote."""
    raise NotImplementedError
