"""`saya test`: every example of a policy says what it should, and would notice the loss of any clause or fix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Protocol

from saya.errors import UserError
from saya.facts.types import Fact
from saya.findings import Context
from saya.policy.coverage import each_without, each_without_fix
from saya.policy.judge import Judgement, judge
from saya.policy.language import Example, Expectation, Policy
from saya.record import NamedTuple, replace
from saya.text.source import Location

FactsOf = Callable[[Example], Iterable[Fact]]


class FixedText(Protocol):
    """A template with the fixes of its findings, and the advice of those that have none."""

    @property
    def text(self) -> str: ...

    @property
    def advice(self) -> Sequence[str]: ...


FixedOf = Callable[[Policy, Example], FixedText]


class Failure(NamedTuple):
    """What is wrong, and where in the policy file."""

    policy: str
    at: Location
    message: str

    def __str__(self) -> str:
        line, column = self.at.start
        return f"{self.at.path}:{line}:{column}: {self.message}"


class ExampleRun(NamedTuple):
    """What the examples came to: how many policies, examples and clauses were tried, and what failed."""

    policies: int
    examples: int
    clauses: int
    failures: tuple[Failure, ...]


def run_examples(policies: Sequence[Policy], facts_of: FactsOf, fixed_of: FixedOf | None = None) -> ExampleRun:
    """Try every example of every policy, then each policy without each of its clauses.

    `facts_of` gives the facts of an example's template, in its region and with its parameters, of the kinds that the
    policies are for; it raises UserError where there is no template to judge. `fixed_of` gives what the policy's fixes
    make of an example; without it what the examples say of that is not tried, nor whether they show every fix.
    """
    failures: list[Failure] = []
    clauses = 0
    for policy in policies:
        if not policy.tests:
            failures.append(Failure(policy.id, policy.at, f"{policy.id} has no tests; write a bad and a good example"))
            continue
        shown, wrong = _try_examples(policy, facts_of)
        failures.extend(wrong)
        if fixed_of is not None and not wrong:
            failures.extend(_try_fixes(policy, facts_of, fixed_of))
        if wrong:
            continue
        for without in each_without(policy):
            clauses += 1
            if not any(_mistakes(without.policy, example, facts) for example, facts in shown):
                message = f"no example of {policy.id} needs `{without.clause}`: without it, all still pass"
                failures.append(Failure(policy.id, without.at, message))
    return ExampleRun(len(policies), sum(len(policy.tests) for policy in policies), clauses, tuple(failures))


def _try_examples(policy: Policy, facts_of: FactsOf) -> tuple[list[tuple[Example, list[Fact]]], list[Failure]]:
    shown: list[tuple[Example, list[Fact]]] = []
    failures = []
    for example in policy.tests:
        try:
            facts = list(facts_of(example))
        except UserError as error:
            where = "" if error.line is None else f", line {error.line}"
            message = f"{policy.id}, `{example.name}`: no template{where}: {error.message}"
            failures.append(Failure(policy.id, example.at, message))
            continue
        shown.append((example, facts))
        failures.extend(
            Failure(policy.id, example.at, f"{policy.id}, `{example.name}`: {mistake}")
            for mistake in _mistakes(policy, example, facts)
        )
    return shown, failures


def _try_fixes(policy: Policy, facts_of: FactsOf, fixed_of: FixedOf) -> list[Failure]:
    """What the fixes make of the examples that say it, that nothing is found any more then, and that each is shown."""
    return list(_try_fixed(policy, facts_of, fixed_of)) or list(_try_without_fixes(policy, fixed_of))


def _try_without_fixes(policy: Policy, fixed_of: FixedOf) -> Iterator[Failure]:
    shown = [(example, example.fixed) for example in policy.tests if example.fixed is not None]
    for without in each_without_fix(policy):
        if not any(_wrongly_fixed(fixed_of(without.policy, example), fixed) for example, fixed in shown):
            message = (
                f"no example of {policy.id} shows the fix `{without.clause}`: without it, all still pass; "
                "add `fixed` to a bad example that it mends"
            )
            yield Failure(policy.id, without.at, message)


def _try_fixed(policy: Policy, facts_of: FactsOf, fixed_of: FixedOf) -> Iterator[Failure]:
    for example in policy.tests:
        if example.fixed is None:
            continue
        mistakes = _wrongly_fixed(fixed_of(policy, example), example.fixed)
        if not mistakes:
            judgement = _judged(policy, example, facts_of(replace(example, template=example.fixed)))
            mistakes = [f"line {each.location.start_line} of `fixed`: still found" for each in judgement.findings]
        yield from (Failure(policy.id, example.at, f"{policy.id}, `{example.name}`: {each}") for each in mistakes)


def _wrongly_fixed(fixed: FixedText, expected: str) -> list[str]:
    """The first line in which what the fixes make differs from what is expected."""
    lines = zip_longest(fixed.text.split("\n"), expected.split("\n"))
    wrong = next(((number, made, want) for number, (made, want) in enumerate(lines, start=1) if made != want), None)
    if wrong is None:
        return []
    number, made, want = wrong
    told = f"line {number} of `fixed` is `{(want or '').strip()}`, and the fixes make it `{(made or '').strip()}`"
    return ["; ".join([told, *fixed.advice])]


def _mistakes(policy: Policy, example: Example, facts: Iterable[Fact]) -> list[str]:
    """How what the policy says of an example differs from what the example marks."""
    judgement = _judged(policy, example, facts)
    at_properties = {expectation.place for expectation in example.expected if isinstance(expectation.place, str)}
    said = Counter(_said(judgement, at_properties))
    expected = Counter(example.expected)
    missing = [
        f"{_place(entry)}: expected {_level(entry)}, nothing was found" for entry in (expected - said).elements()
    ]
    surplus = [
        f"{_place(entry)}: found {_level(entry)}, nothing was expected" for entry in (said - expected).elements()
    ]
    return missing + surplus


def _judged(policy: Policy, example: Example, facts: Iterable[Fact]) -> Judgement:
    return judge([policy], facts, template="example", context=Context(region=example.region))


def _said(judgement: Judgement, at_properties: Iterable[int | str]) -> Iterable[Expectation]:
    """What a policy said, each at its line, or at its property where the example speaks of that."""
    for finding in judgement.findings:
        place = f"{finding.resource}.{finding.property}"
        line = finding.location.start_line
        yield Expectation(place if place in at_properties else line, finding.severity)
    for entry in judgement.undecided:
        place = f"{entry.resource}.{entry.property}"
        yield Expectation(place if place in at_properties else entry.location.start_line, "undecided")


def _place(entry: Expectation) -> str:
    return f"line {entry.place} of the template" if isinstance(entry.place, int) else f"`{entry.place}`"


def _level(entry: Expectation) -> str:
    return "it undecided" if entry.level == "undecided" else f"{'an' if entry.level == 'error' else 'a'} {entry.level}"
