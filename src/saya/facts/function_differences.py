"""What of a function differs between base and head, by the call that carries it.

Source: Lambda API (UpdateFunctionCode, UpdateFunctionConfiguration); `data/function-updates.yml` has the properties.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from saya.facts.changed_files import ChangedFiles
from saya.facts.code_changes import code_differences
from saya.facts.layer_changes import layer_differences
from saya.facts.tables import UpdatedProperty, updated_properties
from saya.facts.view import View
from saya.model.attributes import FUNCTION_TYPES, LONGEST_ID, VERSION_TYPE
from saya.model.compare import Difference, Revisions
from saya.model.guard import ALWAYS, Guard
from saya.model.references import FUNCTION as SAM_FUNCTION
from saya.model.resolve import TemplateResource
from saya.model.value import Absent, Unknown
from saya.record import NamedTuple

Differences = dict[str, list[Difference]]
Fate = tuple[Guard, bool | Unknown]
"""Whether a function is updated in place, under a guard."""


class Changes(NamedTuple):
    """A function in both revisions, and what differs on each side: property (as Lambda names it) -> differences.

    `Files` is a change of the code that only the files of the change tell. `guard` says when both revisions have the
    function, `fates` whether it is updated in place.
    """

    base: TemplateResource
    head: TemplateResource
    guard: Guard
    code: Differences
    configuration: Differences
    fates: tuple[Fate, ...]

    @property
    def certain(self) -> dict[str, Difference]:
        """The first difference of each property that certainly differs; where none does, of each that may."""
        both = self.code | self.configuration
        found = {name: next((each for each in all_ if each.undecided is None), None) for name, all_ in both.items()}
        known = {name: each for name, each in found.items() if each is not None}
        return known or {name: all_[0] for name, all_ in both.items()}


def find_changes(base: View, head: View, files: ChangedFiles) -> tuple[Revisions, list[Changes]]:
    """What changes in each function that is in both revisions."""
    revisions = Revisions(base.resolver, head.resolver, renamed_versions(base, head))
    found = []
    for declared in head.resolver.of_type(*FUNCTION_TYPES):
        before = base.resolver.resources.get(declared.id)
        if before is None or before.type != declared.type:
            continue
        guard = revisions.joined(before.guard, declared.guard)
        if guard is not None:
            changes = _changes(revisions, before, declared, guard, files)
            if changes.code or changes.configuration:
                found.append(changes)
    return revisions, found


def renamed_versions(base: View, head: View) -> dict[str, str]:
    """Versions whose logical ID carries a hash: base ID -> head ID, paired by the ID without it."""
    stems = {_stem(declared.id): declared.id for declared in head.resolver.of_type(VERSION_TYPE)}
    pairs = {declared.id: stems.get(_stem(declared.id)) for declared in base.resolver.of_type(VERSION_TYPE)}
    return {old: new for old, new in pairs.items() if new is not None and new != old}


def _stem(logical_id: str) -> str:
    return re.sub(r"(?<=Version)[0-9A-Za-z]{32,}$", "", logical_id) if len(logical_id) <= LONGEST_ID else logical_id


def _changes(
    revisions: Revisions, before: TemplateResource, after: TemplateResource, guard: Guard, files: ChangedFiles
) -> Changes:
    sides: dict[str, Differences] = {"code": {}, "configuration": {}}
    same = revisions.same(before, after)
    for row, name in () if same else _rows(after):
        if row.side in sides:
            found = revisions.differences(before, after, name, row.default)
            if found:
                sides[row.side].setdefault(row.property, []).extend(found)
    code = code_differences(revisions, before, after, sides["code"].pop("Code", []), files)
    layers = layer_differences(revisions, before, after, files)
    if layers:
        sides["configuration"].setdefault("Layers", []).extend(layers)
    return Changes(
        before, after, guard, code | sides["code"], sides["configuration"], tuple(_fates(revisions, before, after))
    )


def _rows(function: TemplateResource) -> Iterator[tuple[UpdatedProperty, str]]:
    for row in updated_properties():
        for name in row.sam if function.type == SAM_FUNCTION else (row.property,):
            yield row, name


def _fates(revisions: Revisions, before: TemplateResource, after: TemplateResource) -> Iterator[Fate]:
    """Whether the function is updated in place: not where a property replaces it, nor where CloudFormation publishes
    it itself.
    """
    fates: list[Fate] = [(ALWAYS, True)]
    for row, name in _rows(after):
        if row.side == "replaces" or row.presence_replaces:
            fates = _crossed(revisions, fates, _replacements(revisions, before, after, row, name))
        elif row.side == "exempts":
            fates = _crossed(revisions, fates, _exemptions(revisions, before, name))
    yield from fates


def _crossed(revisions: Revisions, fates: list[Fate], others: list[Fate]) -> list[Fate]:
    """Both judgements under each guard: what is not in place for one of them is not."""
    if all(in_place is True for _, in_place in others):
        return fates
    out: list[Fate] = []
    for guard, one in fates:
        for held, other in others:
            joined = revisions.head.join(guard, held)
            if joined is not None:
                out.append((joined, one if one is False or other is True else other))
    return out


def _replacements(
    revisions: Revisions, before: TemplateResource, after: TemplateResource, row: UpdatedProperty, name: str
) -> list[Fate]:
    fates: list[Fate] = []
    for guard, one, other, found in revisions.pairs(before, after, name, row.default):
        kept = row.presence_replaces and not any(
            value is Absent.NO_VALUE or isinstance(value, Unknown) for value in (one, other)
        )
        reasons = [] if kept else [each.undecided for each in found]
        undecided = next((reason for reason in reasons if reason is not None), None)
        fates.append((guard, False if None in reasons else undecided or True))
    return fates


def _exemptions(revisions: Revisions, before: TemplateResource, name: str) -> list[Fate]:
    """The deployed function counts: one that gets a capacity provider now is not published yet."""
    return [
        (guard, option.value if isinstance(option.value, Unknown) else option.value is Absent.NO_VALUE)
        for option in revisions.base.option(before, name)
        if (guard := revisions.joined(option.guard, ALWAYS)) is not None
    ]
