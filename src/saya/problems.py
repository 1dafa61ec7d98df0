"""What went wrong, as entries of the report: mistakes of the user's, and bugs of ours."""

from __future__ import annotations

from collections.abc import Iterable

from saya.errors import PolicySetError, UserError
from saya.findings import Problem

INTERNAL = "internal"
"""The kind of a problem that is a bug of ours."""


def problems_of(error: UserError, path: str = "") -> tuple[Problem, ...]:
    """A mistake of the user's as entries of the report; `path` is where it is, if it does not say so itself."""
    mistakes = error.problems if isinstance(error, PolicySetError) else (error,)
    return tuple(
        Problem(path=each.path or path, line=each.line, column=each.column, kind=each.kind, message=each.message)
        for each in mistakes
    )


def all_problems_of(errors: Iterable[UserError], path: str) -> tuple[Problem, ...]:
    """Several mistakes as entries of the report."""
    return tuple(entry for error in errors for entry in problems_of(error, path))


def problem_of_bug(error: Exception, path: str) -> Problem:
    """A bug of ours, as an entry of the report."""
    told = str(error).partition("\n")[0][:200]
    return Problem(path=path, kind=INTERNAL, message=f"a bug in Saya: {type(error).__name__}: {told}")
