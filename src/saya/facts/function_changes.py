"""Changes of functions between base and head that CloudFormation makes in two calls.

What each mix of both sides means is `data/function-updates.yml`; whom it meets is judged on the wiring of base.
"""

from __future__ import annotations

from collections.abc import Iterator

from saya.facts.change_places import first_place, moved_callers, related_places
from saya.facts.deployment_plan import plan_deployments
from saya.facts.exposure import Exposure, Wiring, caller_name
from saya.facts.function_differences import Changes, Differences
from saya.facts.runtimes import Refusal, refusals
from saya.facts.tables import Mix, mixes
from saya.facts.types import FunctionChange, Invocation
from saya.facts.view import View
from saya.model.compare import Revisions
from saya.model.guard import Guard
from saya.model.value import Unknown
from saya.record import NamedTuple

MAX_FACTS = 64


class _Mixed(NamedTuple):
    """Two properties that change in one deployment under a guard; `changes` is a reason where one of them may not, or
    where it may be none that Lambda refuses; `refused` is what it refuses.
    """

    mix: Mix
    guard: Guard
    changes: bool | Unknown
    in_place: bool | Unknown
    refused: Refusal | None


class _Comparison(NamedTuple):
    """What the facts of one function are made from."""

    base: View
    head: View
    revisions: Revisions
    changes: Changes
    before: Exposure
    now: Exposure


def change_facts(base: View, head: View, revisions: Revisions, found: list[Changes]) -> Iterator[FunctionChange]:
    """The functions that change on both sides, judged on the wiring of base."""
    mixed = [(changes, _mixed(revisions, changes)) for changes in found]
    if not any(entries for _, entries in mixed):
        return
    wiring, now = Wiring(base), Wiring(head)
    for changes, entries in mixed:
        if entries:
            exposures = wiring.exposure(changes.base.id), now.exposure(changes.head.id)
            yield from _facts(_Comparison(base, head, revisions, changes, *exposures), entries)


def _mixed(revisions: Revisions, changes: Changes) -> list[_Mixed]:
    """The mixes that are worth a word, under every guard, the worst first."""
    found = dict.fromkeys(entry for mix in mixes() for entry in _under_guards(revisions, changes, mix))
    return list(found)[:MAX_FACTS]


def _under_guards(revisions: Revisions, changes: Changes, mix: Mix) -> Iterator[_Mixed]:
    for code in changes.code.get(mix.code, ()):
        for configuration in changes.configuration.get(mix.configuration, ()):
            for held, in_place in changes.fates:
                guard = revisions.head.join(changes.guard, code.guard, configuration.guard, held)
                changed = code.undecided or configuration.undecided or True
                if guard is not None:
                    yield from _with_refusals(revisions, changes, _Mixed(mix, guard, changed, in_place, None))


def _with_refusals(revisions: Revisions, changes: Changes, entry: _Mixed) -> Iterator[_Mixed]:
    """The mix, where it is one of those that Lambda may refuse as what it is: refused, harmless or undecided."""
    if (entry.mix.code, entry.mix.configuration) not in _refusable():
        yield entry
        return
    fails = entry.mix.outcome == "deployment_fails"
    for held, refusal in refusals(revisions, changes.base, changes.head):
        guard = revisions.head.join(entry.guard, held)
        if guard is None or fails is (refusal is None):
            continue
        changed = refusal if isinstance(refusal, Unknown) else entry.changes
        yield entry._replace(guard=guard, changes=changed, refused=refusal if isinstance(refusal, Refusal) else None)


def _refusable() -> set[tuple[str, str]]:
    return {(mix.code, mix.configuration) for mix in mixes() if mix.outcome == "deployment_fails"}


def _facts(comparison: _Comparison, entries: list[_Mixed]) -> Iterator[FunctionChange]:
    """A fact for each mix under each guard, and under that of each caller that is there under conditions only. Where
    nobody knows whether it meets anybody, what is a note at most is worth no question.
    """
    for entry in entries:
        live = _joined_callers(comparison, entry.guard)
        guards = sorted({guard for guard, _ in live}, key=lambda guard: guard.terms) or [entry.guard]
        for guard in guards if entry.guard not in guards else [entry.guard]:
            callers = tuple(caller for _, caller in _joined_callers(comparison, guard))
            fact = _fact(comparison, entry._replace(guard=guard), entries, callers)
            if fact.severity != "note" or not isinstance(fact.exposed, Unknown):
                yield fact


def _joined_callers(comparison: _Comparison, guard: Guard) -> list[tuple[Guard, Invocation]]:
    """The callers of base that there are under a guard, each with the guard that both have."""
    pairs = [(comparison.revisions.joined(caller.guard, guard), caller) for caller in comparison.before.live]
    return [(joined, caller) for joined, caller in pairs if joined is not None]


def _fact(
    comparison: _Comparison, entry: _Mixed, entries: list[_Mixed], callers: tuple[Invocation, ...]
) -> FunctionChange:
    base, head, _, changes, before, now = comparison
    at = first_place(changes)
    certain = [each.mix for each in entries if each.changes is True] or [each.mix for each in entries]
    moved = moved_callers(callers, now)
    refused = entry.refused
    return FunctionChange(
        resource=head.resource(changes.head),
        property=".".join(at.path),
        identity="",
        subject="",
        guard=entry.guard,
        at=(at.head or changes.head.key).location,
        stack=head.stack,
        related=tuple(dict.fromkeys(related_places(changes, callers, before, now))),
        function=head.function(changes.head),
        code_side=_sides(changes, changes.code),
        configuration_side=_sides(changes, changes.configuration),
        mix=_pair(entry.mix),
        mixes=tuple(dict.fromkeys(map(_pair, certain))),
        changes=entry.changes,
        severity=entry.mix.severity,
        outcome=entry.mix.outcome,
        meets=entry.mix.meets,
        refused=f"`{refused.runtime}` on {refused.architecture}" if refused is not None else None,
        first=refused.first if refused is not None else None,
        in_place=entry.in_place,
        exposed=True if callers else before.otherwise,
        callers=tuple(dict.fromkeys(map(caller_name, callers))),
        moved=tuple(dict.fromkeys(map(caller_name, moved))),
        plan=plan_deployments(base, head, changes.head, certain, callers, _first(entries)),
    )


def _first(entries: list[_Mixed]) -> str | None:
    """The property that has to change in a deployment before the rest, where Lambda refuses some of a change."""
    return next((each.refused.first for each in entries if each.refused is not None), None)


def _sides(changes: Changes, side: Differences) -> tuple[str, ...]:
    return tuple(dict.fromkeys(told(name) for name in changes.certain if name in side))


def _pair(mix: Mix) -> str:
    return f"{told(mix.code)} and {mix.configuration}"


def told(property_: str) -> str:
    """A property as a reader knows it: files are code."""
    return "Code" if property_ == "Files" else property_
