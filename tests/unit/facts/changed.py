"""Changes between two small templates."""

from __future__ import annotations

from typing import Any

from saya.facts.collect import collect_changes
from saya.facts.types import AliasState, FunctionChange
from saya.model.resolve import Resolver

from .views import view_of


def resolver(text: str, **context: Any) -> Resolver:
    return view_of(text, **context).resolver


def changes(
    base: str,
    head: str,
    *,
    files: frozenset[str] | set[str] | None = None,
    folder: str = "",
    given: tuple[dict[str, str], dict[str, str]] = ({}, {}),
) -> list[FunctionChange]:
    pair = resolver(base, parameters=given[0]), resolver(head, parameters=given[1])
    changed = frozenset(files) if files is not None else None
    found = list(collect_changes(*pair, {"function_change"}, changed_files=changed, folder=folder))
    assert all(isinstance(each, FunctionChange) for each in found)
    return [each for each in found if isinstance(each, FunctionChange)]


def aliases(base: str, head: str, *, files: set[str] | None = None) -> list[AliasState]:
    changed = frozenset(files) if files is not None else None
    found = collect_changes(resolver(base), resolver(head), {"alias"}, changed_files=changed, folder="")
    return [each for each in found if isinstance(each, AliasState)]
