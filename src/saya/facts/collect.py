"""The facts of one template in one context."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from importlib import import_module
from typing import TYPE_CHECKING

from saya.facts.types import Fact
from saya.facts.view import View
from saya.model.resolve import Resolver

if TYPE_CHECKING:
    from saya.facts.changed_files import Renames
    from saya.facts.layer_catalogue import HouseLayer

# The module is imported only when a policy asks for its kind of fact.
COLLECTORS: dict[str, str] = {
    "invocation": "saya.facts.rewiring",
    "layer": "saya.facts.layers",
    "log_group_arn": "saya.facts.log_groups",
    "dynamic_reference": "saya.facts.dynamic_references",
    "secret_property": "saya.facts.secret_properties",
    "event_rule": "saya.facts.event_rules",
    "task_state": "saya.facts.task_states",
    "alias": "saya.facts.alias_states",
}


def collect_facts(
    resolver: Resolver, kinds: Collection[str], house_layers: tuple[HouseLayer, ...] = ()
) -> Iterator[Fact]:
    """The facts of the given kinds (keys of `types.KINDS`), in the order of the vocabulary.

    Each collector is a module with `collect(view: View) -> Iterator[Fact]`. `house_layers` are those that an
    organisation knows, beside the catalogue's.
    """
    view = View(resolver, house_layers)
    for kind, module in COLLECTORS.items():
        if kind in kinds:
            collect: Callable[[View], Iterator[Fact]] = import_module(module).collect
            yield from collect(view)


def collect_changes(
    base: Resolver,
    head: Resolver,
    kinds: Collection[str],
    *,
    changed_files: frozenset[str] | None,
    folder: str,
    renames: Renames | None = None,
) -> Iterator[Fact]:
    """The facts about the way from base to head of one template, each resolved in the context that belongs to the
    other's.

    `changed_files` are the files that differ between the revisions, None where nobody says; `folder` is that of the
    template. Both are relative to the root of the repository, with `/`. `renames` says what of them was only moved.
    """
    if "function_change" not in kinds and "alias" not in kinds:
        return
    from saya.facts.alias_states import stale_aliases
    from saya.facts.changed_files import NO_RENAMES, ChangedFiles
    from saya.facts.function_changes import change_facts
    from saya.facts.function_differences import find_changes

    before, after = View(base), View(head)
    revisions, changes = find_changes(before, after, ChangedFiles(changed_files, folder, renames or NO_RENAMES))
    if "function_change" in kinds:
        yield from change_facts(before, after, revisions, changes)
    if "alias" in kinds:
        yield from stale_aliases(before, after, revisions, changes)
