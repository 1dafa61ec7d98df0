"""The tests of the policy language, in three values.

A test is True, False or `Open`: the template does not decide it, and these are the reasons. `all`, `any` and `not`
follow Kleene: what decides alone decides, whatever else is open.

What is absent, a `None` or an empty list, passes no check but `present: false`; `not` inverts that as everything else.
A check that compares with an absent field is false for the same reason. So a policy never finds fault with nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from saya.facts.types import Fact
from saya.model.value import Unknown
from saya.policy.language import (
    AllOf,
    AnyOf,
    Check,
    Equals,
    Every,
    Excludes,
    FieldTest,
    Includes,
    Inverse,
    Literals,
    NotOf,
    Operand,
    Path,
    Present,
    Some,
    Test,
    Together,
)
from saya.record import NamedTuple


class Open(NamedTuple):
    """Undecided, and why."""

    reasons: tuple[str, ...]


Truth = bool | Open


def holds(test: Test, fact: Fact) -> Truth:
    """Whether a test holds of a fact."""
    return _holds(test, fact, fact)


def both(one: Truth, other: Truth) -> Truth:
    """Kleene's conjunction."""
    return _all((one, other))


def inverse(truth: Truth) -> Truth:
    """Kleene's negation."""
    return truth if isinstance(truth, Open) else not truth


def value_at(record: object, path: Path) -> Any:
    """The value a path leads to: None where a record on the way is absent, Unknown where it is unknown."""
    value = record
    for name in path:
        value = getattr(value, name)
        if value is None or type(value) is Unknown:
            return value
    return value


def _holds(test: Test, record: object, fact: Fact) -> Truth:
    if isinstance(test, FieldTest):
        return _check(test.check, value_at(record, test.path), fact)
    if isinstance(test, AllOf):
        return _all(_holds(inner, record, fact) for inner in test.tests)
    if isinstance(test, AnyOf):
        return _any(_holds(inner, record, fact) for inner in test.tests)
    return inverse(_holds(test.test, record, fact))


def _all(truths: Iterable[Truth]) -> Truth:
    reasons: dict[str, None] = {}
    for truth in truths:
        if truth is False:
            return False
        if isinstance(truth, Open):
            reasons.update(dict.fromkeys(truth.reasons))
    return Open(tuple(reasons)) if reasons else True


def _any(truths: Iterable[Truth]) -> Truth:
    reasons: dict[str, None] = {}
    for truth in truths:
        if truth is True:
            return True
        if isinstance(truth, Open):
            reasons.update(dict.fromkeys(truth.reasons))
    return Open(tuple(reasons)) if reasons else False


def _check(check: Check, value: Any, fact: Fact) -> Truth:
    return _CHECKS[type(check)](check, value, fact)


def _present(check: Present, value: Any, _: Fact) -> Truth:
    if type(value) is Unknown:
        return Open((value.reason,))
    return (value is not None and value != ()) is check.wanted


def _equals(check: Equals, value: Any, fact: Fact) -> Truth:
    if value is None:
        return False
    return _any(_same(value, other) for other in _values(check.operand, fact))


def _includes(check: Includes | Excludes, value: Any, fact: Fact) -> Truth:
    if value is None or value == ():
        return False
    if type(value) is Unknown:
        return Open((value.reason,))
    return _any(_same(item, other) for other in _values(check.operand, fact) for item in value)


def _excludes(check: Excludes, value: Any, fact: Fact) -> Truth:
    if value is None or value == () or _values(check.operand, fact) == (None,):
        return False
    return inverse(_includes(check, value, fact))


def _some(check: Some, value: Any, fact: Fact) -> Truth:
    return _any(_items(check, value, fact))


def _every(check: Every, value: Any, fact: Fact) -> Truth:
    if value is None or value == ():
        return False
    return _all(_items(check, value, fact))


def _items(check: Some | Every, value: Any, fact: Fact) -> Iterable[Truth]:
    """What the test says of each item; of an unknown list or item, that it is open."""
    if value is None:
        return
    for item in (value,) if type(value) is Unknown else value:
        if type(item) is Unknown:
            yield Open((item.reason,))
        elif isinstance(check.test, (FieldTest, AllOf, AnyOf, NotOf)):
            yield _holds(check.test, item, fact)
        else:
            yield _check(check.test, item, fact)


def _inverse(check: Inverse, value: Any, fact: Fact) -> Truth:
    return inverse(_check(check.check, value, fact))


def _together(check: Together, value: Any, fact: Fact) -> Truth:
    return _all(_check(inner, value, fact) for inner in check.checks)


def _values(operand: Operand, fact: Fact) -> tuple[Any, ...]:
    return operand.values if isinstance(operand, Literals) else (value_at(fact, operand.path),)


def _same(one: Any, other: Any) -> Truth:
    if other is None:
        return False
    reasons = tuple(value.reason for value in (one, other) if type(value) is Unknown)
    if reasons:
        return Open(tuple(dict.fromkeys(reasons)))
    return bool(one == other)


_CHECKS: dict[type, Callable[[Any, Any, Fact], Truth]] = {
    Equals: _equals,
    Present: _present,
    Includes: _includes,
    Excludes: _excludes,
    Some: _some,
    Every: _every,
    Inverse: _inverse,
    Together: _together,
}
