"""What an organisation changes about a policy: its severity, and the values of its parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from saya.errors import ConfigError
from saya.facts.types import KINDS
from saya.findings import Severity
from saya.policy.clauses import mismatch
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
    Param,
    Policy,
    Scalar,
    Some,
    Test,
    Together,
    Words,
)
from saya.policy.reader import suggestion
from saya.policy.vocabulary import FieldType, type_at
from saya.record import field, record, replace

Values = Mapping[str, tuple[Scalar, ...]]


@record
class Override:
    """What is changed of one policy.

    `severity` is that of all of its findings, whatever its `severities` say; `off` silences it. `params` are values by
    name.
    """

    severity: Severity | Literal["off"] | None = None
    params: Mapping[str, Scalar | Iterable[Scalar]] = field(default_factory=dict)


def configure(policies: Iterable[Policy], overrides: Mapping[str, Override]) -> tuple[Policy, ...]:
    """The policies as an organisation wants them, without those that it turned off.

    Raises ConfigError, which has no place: whoever read the configuration knows it.
    """
    policies = tuple(policies)
    known = [policy.id for policy in policies]
    for id_ in overrides:
        if id_ not in known:
            raise ConfigError(f"no policy `{id_}`{suggestion(id_, known)}")
    changed = (_configured(policy, overrides.get(policy.id)) for policy in policies)
    return tuple(policy for policy in changed if policy is not None)


def _configured(policy: Policy, override: Override | None) -> Policy | None:
    if override is None:
        return policy
    if override.severity == "off":
        return None
    if override.params:
        policy = _with_params(policy, override.params)
    if override.severity is not None:
        policy = replace(policy, severity=override.severity, severities=())
    return policy


def _with_params(policy: Policy, given: Mapping[str, Scalar | Iterable[Scalar]]) -> Policy:
    declared = {param.name: param for param in policy.params}
    values: dict[str, tuple[Scalar, ...]] = {}
    for name, value in given.items():
        param = declared.get(name)
        if param is None:
            near = suggestion(name, declared) if declared else "; it has none"
            raise ConfigError(f"the policy `{policy.id}` has no parameter `{name}`{near}")
        values[name] = _values(param, value)
    trees = _Trees(KINDS[policy.kind], values)
    return replace(
        policy,
        where=trees.test(policy.where),
        unless=trees.optional(policy.unless),
        severities=tuple(replace(case, where=trees.test(case.where)) for case in policy.severities),
        report=replace(
            policy.report,
            message=trees.words(policy.report.message),
            related=tuple(replace(each, message=trees.words(each.message)) for each in policy.report.related),
        ),
        fixes=tuple(replace(fix, where=trees.optional(fix.where)) for fix in policy.fixes),
        advice=trees.words(policy.advice),
        params=tuple(replace(param, values=values.get(param.name, param.values)) for param in policy.params),
    )


def _values(param: Param, value: Scalar | Iterable[Scalar]) -> tuple[Scalar, ...]:
    if isinstance(value, str | bool | int):
        return (value,)
    values = tuple(value)
    if not param.is_list:
        raise ConfigError(f"the parameter `{param.name}` is one value, not a list")
    if not values:
        raise ConfigError(f"the parameter `{param.name}` is an empty list; give it a value")
    return values


class _Trees:
    """Test trees with the values of parameters replaced, checked against the fields that they are compared with."""

    def __init__(self, fact: type, values: Values) -> None:
        self.fact = fact
        self.values = values

    def optional(self, test: Test | None) -> Test | None:
        return None if test is None else self.test(test)

    def words(self, words: Words) -> Words:
        return tuple(case._replace(where=self.optional(case.where)) for case in words)

    def test(self, test: Test, record: type | None = None) -> Test:
        record = record or self.fact
        if isinstance(test, FieldTest):
            what = f"`{'.'.join(test.path)}`"
            return replace(test, check=self.check(test.check, what, type_at(record, test.path)))
        if isinstance(test, NotOf):
            return replace(test, test=self.test(test.test, record))
        assert isinstance(test, AllOf | AnyOf)
        return replace(test, tests=tuple(self.test(inner, record) for inner in test.tests))

    def check(self, check: Check, what: str, type_: FieldType) -> Check:
        if isinstance(check, Equals):
            return Equals(self.operand(check.operand, what, type_))
        if isinstance(check, Inverse):
            return Inverse(self.check(check.check, what, type_))
        if isinstance(check, Together):
            return Together(tuple(self.check(inner, what, type_) for inner in check.checks))
        item = type_.item
        if item is not None and isinstance(check, Includes | Excludes):
            return type(check)(self.operand(check.operand, f"an item of {what}", item))
        if item is not None and isinstance(check, Some | Every):
            return type(check)(self.inner(check.test, f"an item of {what}", item))
        return check

    def inner(self, test: Test | Check, what: str, item: FieldType) -> Test | Check:
        if isinstance(test, FieldTest | AllOf | AnyOf | NotOf):
            return self.test(test, item.record)
        return self.check(test, what, item)

    def operand(self, operand: Operand, what: str, type_: FieldType) -> Operand:
        if not isinstance(operand, Literals) or operand.param is None or operand.param not in self.values:
            return operand
        values = self.values[operand.param]
        for value in values:
            problem = mismatch(value, what, type_)
            if problem:
                raise ConfigError(f"the parameter `{operand.param}` does not fit: {problem}")
        return Literals(values, operand.param)
