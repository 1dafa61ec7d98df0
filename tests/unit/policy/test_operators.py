"""The tests of the language in three values."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from saya.facts.types import Stack
from saya.model.value import Unknown
from saya.policy.language import AllOf, AnyOf, Equals, Every, FieldTest, Literals, NotOf, Some
from saya.policy.operators import Open, holds
from saya.text.source import Location, Source, Span

HERE = Location(Source("policy.yml", ""), Span(0, 0))
TRUE, FALSE = True, False
OPEN = "open"
UNKNOWN = Unknown("the parameter Arch is not given")


def brief(truth):
    return OPEN if isinstance(truth, Open) else truth


@dataclass(frozen=True, slots=True)
class Triple:
    """A record with a field of each truth value for the test `field: true`."""

    yes: bool = True
    no: bool = False
    unknown: Unknown = UNKNOWN


def clause(value):
    name = {TRUE: "yes", FALSE: "no", OPEN: "unknown"}[value]
    return FieldTest((name,), Equals(Literals((True,))), HERE)


KLEENE = [
    # one, other, all, any
    (TRUE, TRUE, TRUE, TRUE),
    (TRUE, FALSE, FALSE, TRUE),
    (TRUE, OPEN, OPEN, TRUE),
    (FALSE, FALSE, FALSE, FALSE),
    (FALSE, OPEN, FALSE, OPEN),
    (OPEN, OPEN, OPEN, OPEN),
]


@pytest.mark.parametrize(("one", "other", "all_", "any_"), KLEENE)
def test_all_and_any_follow_kleene_in_either_order(one, other, all_, any_):
    for first, second in ((one, other), (other, one)):
        clauses = (clause(first), clause(second))
        assert brief(holds(AllOf(clauses, HERE), Triple())) == all_
        assert brief(holds(AnyOf(clauses, HERE), Triple())) == any_


@pytest.mark.parametrize(("value", "inverted"), [(TRUE, FALSE), (FALSE, TRUE), (OPEN, OPEN)])
def test_not_inverts_what_is_decided(value, inverted):
    assert brief(holds(NotOf(clause(value), HERE), Triple())) == inverted


def test_nothing_to_pass_is_passed_and_no_way_to_pass_is_not():
    assert holds(AllOf((), HERE), Triple()) is True
    assert holds(AnyOf((), HERE), Triple()) is False


def test_reasons_are_told_once_and_in_order():
    record = Triple(yes=Unknown("b"), no=Unknown("a"), unknown=Unknown("b"))
    everything = AllOf((clause(TRUE), clause(FALSE), clause(OPEN)), HERE)

    assert holds(everything, record) == Open(("b", "a"))


EQUALITY = [
    ("qualifier: absent", {"qualifier": "absent"}, TRUE),
    ("qualifier: absent", {"qualifier": "alias"}, FALSE),
    ("qualifier: absent", {"qualifier": UNKNOWN}, OPEN),
    ("qualifier: [absent, latest]", {"qualifier": "latest"}, TRUE),
    ("qualifier: [absent, latest]", {"qualifier": "version"}, FALSE),
    ("qualifier: {not: absent}", {"qualifier": "alias"}, TRUE),
    ("qualifier: {not: absent}", {"qualifier": "absent"}, FALSE),
    ("qualifier: {not: absent}", {"qualifier": UNKNOWN}, OPEN),
    ("qualifier: {not: [absent, latest]}", {"qualifier": "latest"}, FALSE),
    ("resource.custom: false", {}, TRUE),
    ("resource.custom: true", {}, FALSE),
    # absent: equal to nothing, and not equal to anything
    ("bypasses.id: Live", {"bypasses": None}, FALSE),
    ("bypasses.id: {not: Live}", {"bypasses": None}, TRUE),
    ("target.id: Fn", {"target": UNKNOWN}, OPEN),
    ("target.architecture: arm64", {"target": None}, FALSE),
    # present
    ("target: {present: true}", {}, TRUE),
    ("target: {present: false}", {}, FALSE),
    ("target: {present: true}", {"target": None}, FALSE),
    ("target: {present: false}", {"target": None}, TRUE),
    ("target: {present: true}", {"target": UNKNOWN}, OPEN),
    ("target: {present: false}", {"target": UNKNOWN}, OPEN),
    ("target: {not: {present: true}}", {"target": None}, TRUE),
    ("target.architecture: {present: true}", {"target": None}, FALSE),
    # several operators are all to hold
    ("bypasses.name: {present: true, not: live}", {"bypasses": None}, FALSE),
    # another field
    ("resource.id: {field: subject}", {"subject": "Mapping"}, TRUE),
    ("resource.id: {field: subject}", {"subject": "Other"}, FALSE),
    ("resource.id: {field: target.id}", {"target": None}, FALSE),
    ("resource.id: {field: target.id}", {"target": UNKNOWN}, OPEN),
    ("target.id: {field: bypasses.id}", {"target": None, "bypasses": None}, FALSE),
]


@pytest.mark.parametrize(("where", "fields", "expected"), EQUALITY)
def test_scalars_and_records(where, fields, expected, made, policy_where):
    policy = policy_where("invocation", f"{{{where}}}")

    assert brief(holds(policy.where, made.invocation(**fields))) == expected


INCLUSION = [
    # architectures, includes arm64, excludes arm64
    (("arm64",), TRUE, FALSE),
    (("x86_64", "arm64"), TRUE, FALSE),
    (("x86_64",), FALSE, TRUE),
    (UNKNOWN, OPEN, OPEN),
    (("x86_64", UNKNOWN), OPEN, OPEN),
    (("arm64", UNKNOWN), TRUE, FALSE),
    ((), FALSE, FALSE),  # an empty list is absent: it passes no check
]


@pytest.mark.parametrize(("architectures", "includes", "excludes"), INCLUSION)
def test_includes_and_excludes(architectures, includes, excludes, made, policy_where):
    fact = made.layer(architectures=architectures)
    for operator, expected in (("includes", includes), ("excludes", excludes)):
        for operand in ("arm64", "{field: function.architecture}"):
            policy = policy_where("layer", f"{{architectures: {{{operator}: {operand}}}}}")
            assert brief(holds(policy.where, fact)) == expected, (operator, operand)


def test_a_comparison_with_an_unknown_field_is_open_and_with_an_absent_one_false(made, policy_where):
    unknown = made.layer(function=made.function(architecture=UNKNOWN))
    policy = policy_where("layer", "{architectures: {excludes: {field: function.architecture}}}")
    assert holds(policy.where, unknown) == Open((UNKNOWN.reason,))

    absent = made.layer(counterpart=None)
    equal = policy_where("layer", "{name: {field: counterpart}}")
    assert holds(equal.where, absent) is False


def test_includes_and_excludes_of_an_absent_field_are_both_false(made, policy_where):
    fact = made.event_rule(sources=("aws.iam",), stack=Stack(name=None, region="eu-west-1"))
    for operator in ("includes", "excludes"):
        policy = policy_where("event_rule", f"{{sources: {{{operator}: {{field: stack.name}}}}}}")
        assert holds(policy.where, fact) is False, operator


QUANTIFIERS = [
    # sources, some: aws.iam, every: aws.iam
    (("aws.iam", "aws.iam"), TRUE, TRUE),
    (("aws.iam", "aws.s3"), TRUE, FALSE),
    (("aws.s3",), FALSE, FALSE),
    ((), FALSE, FALSE),
    (UNKNOWN, OPEN, OPEN),
    (("aws.s3", UNKNOWN), OPEN, FALSE),
    (("aws.iam", UNKNOWN), TRUE, OPEN),
]


@pytest.mark.parametrize(("sources", "some", "every"), QUANTIFIERS)
def test_some_and_every(sources, some, every, made, policy_where):
    fact = made.event_rule(sources=sources)
    for operator, expected in (("some", some), ("every", every)):
        policy = policy_where("event_rule", f"{{sources: {{{operator}: aws.iam}}}}")
        assert brief(holds(policy.where, fact)) == expected, operator


REGIONS = [
    ((("us-east-1",),), "eu-west-1", TRUE),
    ((("us-east-1",),), "us-east-1", FALSE),
    ((("us-east-1",), ()), "eu-west-1", FALSE),  # a regional service beside it: the rule works for that
    (((),), "eu-west-1", FALSE),
    ((), "eu-west-1", FALSE),
    ((("us-east-1",),), Unknown("no region"), OPEN),
    (((),), Unknown("no region"), FALSE),
    ((("us-east-1",), ("us-west-2",)), "us-east-1", FALSE),
]


@pytest.mark.parametrize(("regions", "region", "expected"), REGIONS)
def test_lists_in_lists(regions, region, expected, made, policy_where):
    policy = policy_where("event_rule", "{regions_of_sources: {every: {excludes: {field: stack.region}}}}")
    fact = made.event_rule(regions_of_sources=regions, stack=Stack(name=None, region=region))

    assert brief(holds(policy.where, fact)) == expected


@dataclass(frozen=True, slots=True)
class Holder:
    items: tuple[Triple | Unknown, ...] | Unknown | None


ITEMS = [
    # items, some item is yes, every item is yes
    ((Triple(yes=True), Triple(yes=False)), TRUE, FALSE),
    ((Triple(yes=False), Unknown("x")), OPEN, FALSE),
    ((Triple(yes=True), Unknown("x")), TRUE, OPEN),
    ((Triple(yes=Unknown("x")),), OPEN, OPEN),
    ((), FALSE, FALSE),
    (None, FALSE, FALSE),
    (Unknown("x"), OPEN, OPEN),
]


@pytest.mark.parametrize(("items", "some", "every"), ITEMS)
def test_items_that_are_records_are_tested_by_a_tree(items, some, every):
    for quantifier, expected in ((Some, some), (Every, every)):
        test = FieldTest(("items",), quantifier(clause(TRUE)), HERE)
        assert brief(holds(test, Holder(items))) == expected
