"""Changes of functions between base and head that CloudFormation makes in two calls.

Source: Lambda API (UpdateFunctionCode, UpdateFunctionConfiguration); `data/function-updates.yml` has the properties
and what each mix means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from saya.facts.code_changes import code_differences
from saya.facts.deployment_plan import plan_deployments
from saya.facts.exposure import Exposure, Wiring
from saya.facts.tables import Mix, UpdatedProperty, mixes, updated_properties
from saya.facts.types import FunctionChange, Invocation, RelatedPlace
from saya.facts.view import View
from saya.model.attributes import FUNCTION_TYPES
from saya.model.compare import Difference, Revisions
from saya.model.guard import Guard
from saya.model.resolve import TemplateResource
from saya.model.value import Unknown
from saya.text.node import Node

MAX_FACTS = 64
_RANK = ("error", "warning", "note")


class Changes(NamedTuple):
    """A function in both revisions, and what differs on each side: property (as Lambda names it) -> differences."""

    base: TemplateResource
    head: TemplateResource
    code: dict[str, list[Difference]]
    configuration: dict[str, list[Difference]]
    replaces: list[Difference]
    exempts: bool


def find_changes(
    base: View, head: View, changed_files: frozenset[str] | None, folder: str
) -> tuple[Revisions, list[Changes]]:
    """What changes in each function that is in both revisions.

    `changed_files` are the files that differ between the revisions, None where nobody says; `folder` is that of the
    template, both relative to the root of the repository and with `/`.
    """
    revisions = Revisions(base.resolver, head.resolver, renamed_versions(base, head))
    out = []
    for declared in head.resolver.of_type(*FUNCTION_TYPES):
        before = base.resolver.resources.get(declared.id)
        if before is not None and before.type == declared.type:
            out.append(_changes(revisions, before, declared, changed_files, folder))
    return revisions, [changes for changes in out if changes.code or changes.configuration]


def change_facts(base: View, head: View, revisions: Revisions, found: list[Changes]) -> Iterator[FunctionChange]:
    """The functions that change on both sides, judged on the wiring of base."""
    both_sides = [changes for changes in found if changes.code and changes.configuration]
    if not both_sides:
        return
    wiring, now = Wiring(base), Wiring(head)
    for changes in both_sides:
        function = changes.head.id
        exposures = wiring.exposure(function), now.exposure(function)
        yield from _facts(_Comparison(base, head, revisions, changes, *exposures))


def renamed_versions(base: View, head: View) -> dict[str, str]:
    """Versions whose logical ID carries a hash: base ID -> head ID, paired by the ID without it."""
    stems = {_stem(declared.id): declared.id for declared in head.resolver.of_type("AWS::Lambda::Version")}
    pairs = {declared.id: stems.get(_stem(declared.id)) for declared in base.resolver.of_type("AWS::Lambda::Version")}
    return {old: new for old, new in pairs.items() if new is not None and new != old}


def _stem(logical_id: str) -> str:
    return re.sub(r"(?<=Version)[0-9A-Za-z]{32,}$", "", logical_id)


def _changes(
    revisions: Revisions, before: TemplateResource, after: TemplateResource, files: frozenset[str] | None, folder: str
) -> Changes:
    sam = after.type == "AWS::Serverless::Function"
    sides: dict[str, dict[str, list[Difference]]] = {"code": {}, "configuration": {}, "replaces": {}, "exempts": {}}
    exempts = False
    for row in updated_properties():
        names = row.sam if sam else (row.property,)
        if row.side == "exempts":
            exempts = any(_is_set(revisions, after, name) for name in names)
            continue
        found = [difference for name in names for difference in _differences(revisions, before, after, row, name)]
        if found:
            sides[row.side][row.property] = found
    by_files = code_differences(before, after, files, folder) if "Code" not in sides["code"] else []
    if by_files:
        sides["code"]["Files"] = by_files
    return Changes(
        before,
        after,
        sides["code"],
        sides["configuration"],
        [d for all_ in sides["replaces"].values() for d in all_],
        exempts,
    )


def _differences(
    revisions: Revisions, before: TemplateResource, after: TemplateResource, row: UpdatedProperty, name: str
) -> list[Difference]:
    found = revisions.differences(before, after, name, row.default)
    if row.property == "Code":
        from saya.facts.code_changes import settled_by_version

        return [
            kept
            for difference in found
            if (kept := settled_by_version(revisions, before, after, difference)) is not None
        ]
    return found


def _is_set(revisions: Revisions, after: TemplateResource, name: str) -> bool:
    from saya.model.value import Absent

    return any(option.value is not Absent.NO_VALUE for option in revisions.head.option(after, name))


class _Mixed(NamedTuple):
    mix: Mix
    code: Difference
    configuration: Difference
    guard: Guard


class _Comparison(NamedTuple):
    """What the facts of one function are made from."""

    base: View
    head: View
    revisions: Revisions
    changes: Changes
    before: Exposure
    now: Exposure


def _facts(comparison: _Comparison) -> Iterator[FunctionChange]:
    """One fact for each pair of differences that meet in one deployment."""
    mixed = [entry for mix in mixes() for entry in _mixed(comparison, mix)]
    for entry in mixed[:MAX_FACTS]:
        yield _fact(comparison, entry, mixed)


def _mixed(comparison: _Comparison, mix: Mix) -> Iterator[_Mixed]:
    changes = comparison.changes
    for code in changes.code.get(mix.code, ()):
        for configuration in changes.configuration.get(mix.configuration, ()):
            guard = comparison.head.resolver.join(changes.head.guard, code.guard, configuration.guard)
            if guard is not None:
                yield _Mixed(mix, code, configuration, guard)


def _fact(comparison: _Comparison, entry: _Mixed, mixed: list[_Mixed]) -> FunctionChange:
    base, head, revisions, changes, before, now = comparison
    declared = changes.head
    first = next(iter(changes.code.values()))[0]
    at = _place(first, declared)
    live = tuple(i for i in before.live if revisions.joined(i.guard, entry.guard) is not None)
    moved = _moved(live, now)
    return FunctionChange(
        resource=head.resource(declared),
        property=".".join(first.path),
        identity="",
        subject="",
        guard=entry.guard,
        at=at.location,
        stack=head.stack,
        related=tuple(_related(changes, at, live, before.control, now)),
        function=head.function(declared),
        code_side=tuple(_told(property_) for property_ in changes.code),
        configuration_side=tuple(changes.configuration),
        mix=_pair(entry.mix),
        mixes=tuple(dict.fromkeys(_pair(other.mix) for other in mixed)),
        changes=entry.code.undecided or entry.configuration.undecided or True,
        severity=entry.mix.severity,
        outcome=entry.mix.outcome,
        meets=entry.mix.meets,
        in_place=_in_place(changes, entry.guard, revisions),
        exposed=True if live else before.otherwise,
        callers=tuple(dict.fromkeys(caller_name(i) for i in live)),
        moved=tuple(dict.fromkeys(caller_name(i) for i in moved)),
        plan=plan_deployments(base, head, declared, _mixed_properties(mixed), live) if live else (),
    )


def _mixed_properties(mixed: list[_Mixed]) -> tuple[str, ...]:
    """The properties of all mixes, those of the code side first."""
    sides = [_told(each.mix.code) for each in mixed] + [each.mix.configuration for each in mixed]
    return tuple(dict.fromkeys(sides))


def _pair(mix: Mix) -> str:
    return f"{_told(mix.code)} and {mix.configuration}"


def _told(property_: str) -> str:
    return "Code" if property_ == "Files" else property_


def _place(difference: Difference, declared: TemplateResource) -> Node:
    """Where a difference is seen in head: the value, or the function where head has dropped it."""
    return difference.head or declared.key


def _in_place(changes: Changes, guard: Guard, revisions: Revisions) -> bool | Unknown:
    if changes.exempts:
        return False
    for difference in changes.replaces:
        if revisions.head.join(difference.guard, guard) is not None:
            return difference.undecided or False
    return True


def _moved(live: tuple[Invocation, ...], now: Exposure) -> tuple[Invocation, ...]:
    """The callers of base that reach `$LATEST` no more in head."""
    still = _by_place(now)
    return tuple(i for i in live if (i.resource.id, i.identity) not in still)


def _by_place(exposure: Exposure) -> dict[tuple[str, str], Invocation]:
    return {(i.resource.id, i.identity): i for i in exposure.live}


def caller_name(invocation: Invocation) -> str:
    """Who invokes: the resource, or the event of a SAM function."""
    if invocation.integration in ("sam_event", "function_url"):
        return f"{invocation.resource.id}.{invocation.property.rpartition('.')[2]}"
    return invocation.resource.id


def _related(
    changes: Changes, at: Node, live: tuple[Invocation, ...], control: tuple[Invocation, ...], now: Exposure
) -> Iterator[RelatedPlace]:
    declared = changes.head
    for side, call in ((changes.code, "UpdateFunctionCode"), (changes.configuration, "UpdateFunctionConfiguration")):
        for name, differences in side.items():
            node = _place(differences[0], declared)
            if node is not at:
                yield _at(node, f"{_told(name)} changes with {call}", declared.id, ".".join(differences[0].path))
    yield _at(declared.key, "the function", declared.id, "")
    still = _by_place(now)
    for invocation in live:
        same = still.get((invocation.resource.id, invocation.identity))
        if same is not None:
            yield _caller(same, f"`{caller_name(same)}` invokes `$LATEST`", "head")
        else:
            yield _caller(
                invocation, f"`{caller_name(invocation)}` invokes `$LATEST` until this deployment is over", "base"
            )
    for invocation in control:
        yield _caller(
            invocation, f"`{caller_name(invocation)}` invokes it in deployments and administration only", "base"
        )


def _caller(invocation: Invocation, message: str, revision: Literal["head", "base"]) -> RelatedPlace:
    return RelatedPlace(
        at=invocation.at,
        message=message,
        resource=invocation.resource.id,
        property=invocation.property,
        revision=revision,
    )


def _at(node: Node, message: str, resource: str, property_: str) -> RelatedPlace:
    return RelatedPlace(at=node.location, message=message, resource=resource, property=property_, revision="head")
