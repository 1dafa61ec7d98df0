"""When an alternative holds: the conditions and the parameter values it assumes."""

from __future__ import annotations

from typing import TypeVar

from saya.record import NamedTuple

T = TypeVar("T")


class Guard(NamedTuple):
    """A conjunction. `conditions`: condition name -> the value it must have; `parameters`: parameter name -> the
    value assumed.

    Both are sorted tuples of pairs, so that equal guards are equal values. `undecided` says that it would take too long
    to find out whether they can hold together.
    """

    conditions: tuple[tuple[str, bool], ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()
    undecided: bool = False

    @property
    def terms(self) -> int:
        """How many assumptions the guard makes; the guard with fewest is the one told to a reader."""
        return len(self.conditions) + len(self.parameters)


ALWAYS = Guard()


def both(one: Guard, other: Guard) -> Guard | None:
    """The guard under which both hold, or None where they contradict each other by name alone.

    Contradictions that need the formulas of the conditions are found by `Conditions.possible`.
    """
    if one is ALWAYS or one == other:
        return other
    if other is ALWAYS:
        return one
    conditions = _merge(one.conditions, other.conditions)
    if conditions is None:
        return None
    parameters = _merge(one.parameters, other.parameters)
    if parameters is None:
        return None
    return Guard(conditions, parameters)


def _merge(one: tuple[tuple[str, T], ...], other: tuple[tuple[str, T], ...]) -> tuple[tuple[str, T], ...] | None:
    if not other:
        return one
    if not one:
        return other
    merged = dict(one)
    for name, value in other:
        if merged.setdefault(name, value) != value:
            return None
    return tuple(sorted(merged.items(), key=lambda item: item[0]))
