"""A policy with one clause or one fix less: what its examples must notice."""

from __future__ import annotations

from collections.abc import Iterator

from saya.policy.language import (
    AllOf,
    AnyOf,
    Check,
    Every,
    FieldTest,
    Inverse,
    NotOf,
    Policy,
    Some,
    Test,
    Together,
)
from saya.policy.phrases import phrase, phrase_check
from saya.record import NamedTuple, replace
from saya.text.source import Location


class Without(NamedTuple):
    """A policy that lacks one clause, or one fix: what the clause says or the fix is called, and where it stands."""

    clause: str
    at: Location
    policy: Policy


def each_without(policy: Policy) -> Iterator[Without]:
    """The policy without each clause of `where` and `unless`, and without each of its `severities`."""
    for shorter in _shorter(policy.where):
        yield Without(shorter.clause, shorter.at, replace(policy, where=shorter.test or AllOf((), policy.where.at)))
    if policy.unless is not None:
        yield Without(f"unless {phrase(policy.unless)}", policy.unless.at, replace(policy, unless=None))
        for shorter in _shorter(policy.unless):
            if shorter.test is not None:
                clause = f"{shorter.clause} (of unless)"
                yield Without(clause, shorter.at, replace(policy, unless=shorter.test))
    for number, case in enumerate(policy.severities):
        rest = policy.severities[:number] + policy.severities[number + 1 :]
        clause = f"severity {case.severity} where {phrase(case.where)}"
        yield Without(clause, case.where.at, replace(policy, severities=rest))


def each_without_fix(policy: Policy) -> Iterator[Without]:
    """The policy without each of its fixes, but for the manual ones, which are never applied."""
    for number, fix in enumerate(policy.fixes):
        if fix.safety != "manual":
            rest = policy.fixes[:number] + policy.fixes[number + 1 :]
            yield Without(fix.title, fix.at, replace(policy, fixes=rest))


class _Shorter(NamedTuple):
    """What is left of a test without one of its clauses; None: nothing."""

    clause: str
    at: Location
    test: Test | None


def _shorter(test: Test) -> Iterator[_Shorter]:
    if isinstance(test, AllOf | AnyOf):
        for number, inner in enumerate(test.tests):
            front, back = test.tests[:number], test.tests[number + 1 :]
            if isinstance(test, AnyOf) and not isinstance(inner, FieldTest):
                yield _Shorter(phrase(inner), inner.at, _group(test, front + back))
            for shorter in _shorter(inner):
                middle = () if shorter.test is None else (shorter.test,)
                yield shorter._replace(test=_group(test, front + middle + back))
    elif isinstance(test, NotOf):
        yield _Shorter(phrase(test), test.at, None)
        if not isinstance(test.test, FieldTest):
            for shorter in _shorter(test.test):
                yield shorter._replace(test=None if shorter.test is None else replace(test, test=shorter.test))
    else:
        yield _Shorter(phrase(test), test.at, None)
        for clause, check in _shorter_checks(test.check):
            yield _Shorter(f"{'.'.join(test.path)} {clause}", test.at, replace(test, check=check))


def _group(test: AllOf | AnyOf, tests: tuple[Test, ...]) -> Test | None:
    return replace(test, tests=tests) if tests else None


def _shorter_checks(check: Check) -> Iterator[tuple[str, Check]]:
    """A check without one of several, or with less of what each item is to pass; not without all."""
    if isinstance(check, Together):
        for number, inner in enumerate(check.checks):
            rest = check.checks[:number] + check.checks[number + 1 :]
            yield phrase_check(inner), rest[0] if len(rest) == 1 else Together(rest)
    elif isinstance(check, Some | Every):
        for clause, test in _shorter_items(check.test):
            yield clause, type(check)(test)
    elif isinstance(check, Inverse):
        for clause, inner in _shorter_checks(check.check):
            yield clause, Inverse(inner)


def _shorter_items(test: Test | Check) -> Iterator[tuple[str, Test | Check]]:
    """What each item is to pass, without one of its clauses."""
    if isinstance(test, FieldTest | AllOf | AnyOf | NotOf):
        for shorter in _shorter(test):
            if shorter.test is not None:
                yield shorter.clause, shorter.test
    else:
        yield from _shorter_checks(test)
