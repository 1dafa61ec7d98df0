"""Tests in words: "qualifier is absent or latest"."""

from __future__ import annotations

from saya.policy.language import (
    AllOf,
    AnyOf,
    Check,
    Equals,
    Every,
    Excludes,
    FieldTest,
    FieldValue,
    Includes,
    Inverse,
    NotOf,
    Operand,
    Present,
    Some,
    Test,
    Together,
)


def phrase(test: Test) -> str:
    """A test as a clause of a sentence."""
    if isinstance(test, FieldTest):
        return f"{'.'.join(test.path)} {phrase_check(test.check)}"
    if isinstance(test, NotOf):
        return f"not ({phrase(test.test)})"
    word = " and " if isinstance(test, AllOf) else " or "
    return word.join(f"({phrase(inner)})" if _needs_brackets(test, inner) else phrase(inner) for inner in test.tests)


def phrase_check(check: Check) -> str:
    """A check as what follows the field's name."""
    if isinstance(check, Equals):
        return f"is {_operand(check.operand)}"
    if isinstance(check, Present):
        return "is present" if check.wanted else "is absent"
    if isinstance(check, Includes):
        return f"includes {_operand(check.operand)}"
    if isinstance(check, Excludes):
        return f"does not include {_operand(check.operand)}"
    if isinstance(check, Some):
        return f"has an item that {_item(check.test)}"
    if isinstance(check, Every):
        return f"has items, and each {_item(check.test)}"
    if isinstance(check, Inverse):
        return f"not ({phrase_check(check.check)})"
    return " and ".join(phrase_check(inner) for inner in check.checks)


def _item(test: Test | Check) -> str:
    if isinstance(test, FieldTest | AllOf | AnyOf | NotOf):
        return f"passes: {phrase(test)}"
    return phrase_check(test)


def _operand(operand: Operand) -> str:
    if isinstance(operand, FieldValue):
        return f"the {'.'.join(operand.path)}"
    words = " or ".join(str(value).lower() if isinstance(value, bool) else str(value) for value in operand.values)
    return words if operand.param is None else f"{words} (parameter {operand.param})"


def _needs_brackets(outer: Test, inner: Test) -> bool:
    several = isinstance(inner, AllOf | AnyOf) and len(inner.tests) > 1
    return several or (isinstance(outer, AnyOf) and isinstance(inner, FieldTest) and isinstance(inner.check, Together))
