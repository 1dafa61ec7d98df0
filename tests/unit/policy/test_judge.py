"""Judgement: one answer per site, one finding over all contexts."""

from __future__ import annotations

import pytest

from saya.facts.types import DynamicReference, Stack
from saya.findings import Context
from saya.model.guard import Guard
from saya.model.value import Unknown
from saya.policy.judge import fingerprint, judge, merge_contexts
from saya.record import replace

NOWHERE = Context()
PROD = Guard((("IsProd", True),))
NOT_PROD = Guard((("IsProd", False),))
DEV = Guard((("IsDev", True), ("IsProd", False)))
NOT_DEV = Guard((("IsDev", False), ("IsProd", False)))
POLICY = """\
id: fast-calls
title: A call that is too fast
severity: note
since: 0.1.0
why: Because.
for: invocation
where: {qualifier: [absent, latest], target: {present: true}}
severities:
  - {severity: warning, where: {bypasses: {present: true}}}
  - {severity: error, where: {exposure: synchronous}}
report:
  message: "`<<resource.id>>` calls `<<target.id>>`"
  related:
    - {at: bypasses.at, message: "the alias `<<bypasses.id>>`"}
    - {at: target.at, message: the function}
    - {at: resource.at, message: the caller}
advice:
  - {where: {bypasses: {present: true}}, text: "Use `<<bypasses.id>>`."}
"""


@pytest.fixture
def policy(made):
    return made.policy(POLICY)


def judged(policies, facts, template="template.yaml", context=NOWHERE):
    return judge(policies, facts, template=template, context=context)


def test_a_finding_says_all_of_it(made, policy):
    fact = made.invocation(bypasses=made.alias(), guard=Guard((("IsProd", True),), (("Arch", "arm64"),)))

    findings, undecided, _ = judged([policy], [fact], context=Context("prod", "eu-west-1"))

    [finding] = findings
    assert undecided == ()
    assert finding.policy == "fast-calls"
    assert finding.severity == "warning"
    assert finding.message == "`Mapping` calls `Fn`"
    assert finding.advice == "Use `Live`."
    assert finding.location == made.at(3)
    assert finding.template == "template.yaml"
    assert (finding.resource, finding.property) == ("Mapping", "FunctionName")
    assert finding.resource_type == "AWS::Lambda::EventSourceMapping"
    assert finding.scenario == {"IsProd": True}
    assert finding.parameters == {"Arch": "arm64"}
    assert finding.contexts == (Context("prod", "eu-west-1"),)
    assert finding.values == {
        "integration": "event_source_mapping",
        "target.id": "Fn",
        "qualifier": "absent",
        "exposure": "asynchronous",
        "qualifier_support": "accepted",
        "switched_off": False,
        "bypasses.id": "Live",
        "resource.id": "Mapping",
    }
    assert [(each.message, each.resource, each.location.start_line) for each in finding.related] == [
        ("the alias `Live`", "Live", 30),
        ("the function", "Fn", 20),
        ("the caller", "Mapping", 1),
    ]


def test_places_that_do_not_exist_are_left_out(made, policy):
    [finding] = judged([policy], [made.invocation()]).findings

    assert [each.message for each in finding.related] == ["the function", "the caller"]
    assert finding.advice is None
    assert "bypasses.id" not in finding.values


def test_a_finding_stands_where_the_report_says_and_where_the_fact_does_if_that_is_nowhere(made):
    text = made.policy_text.replace("report:\n", "report:\n  at: resource.properties_at\n")
    policy = made.policy(text)
    fact = made.invocation()
    placed = replace(fact, resource=replace(fact.resource, properties_at=made.at(2)))

    assert judged([policy], [placed]).findings[0].location == made.at(2)
    assert judged([policy], [fact]).findings[0].location == made.at(3)


def test_what_is_not_true_is_nothing_and_what_is_open_is_undecided(made, policy):
    reason = "the parameter Qualifier is not given"

    assert judged([policy], [made.invocation(qualifier="alias")])[:2] == ((), ())

    [entry] = judged([policy], [made.invocation(qualifier=Unknown(reason))]).undecided
    assert (entry.policy, entry.resource, entry.property) == ("fast-calls", "Mapping", "FunctionName")
    assert entry.reasons == (reason,)
    assert entry.location == made.at(3)


def test_under_conditions_that_nobody_can_decide_together_nothing_is_found(made, policy):
    tangled = PROD._replace(undecided=True)

    found = judged([policy], [made.invocation(guard=tangled)])
    assert found.findings == ()
    assert "too many to say whether they hold together" in found.undecided[0].reasons[0]
    assert judged([policy], [made.invocation(qualifier="alias", guard=tangled)])[:2] == ((), ())
    assert judged([policy], [made.invocation(guard=tangled), made.invocation(guard=NOT_PROD)]).undecided == ()


def test_only_facts_of_the_kind_are_judged(made, policy):
    assert judged([policy], [made.layer()])[:2] == ((), ())


def test_unless_is_tested_within_the_same_alternative(made):
    policy = made.policy(made.policy_text + "unless: {exposure: synchronous}\n")
    safe = made.invocation(exposure="synchronous", guard=PROD)
    unsafe = made.invocation(qualifier="alias", guard=NOT_PROD)

    assert judged([policy], [safe, unsafe])[:2] == ((), ())
    assert judged([policy], [safe, made.invocation(guard=NOT_PROD)]).findings[0].scenario == {"IsProd": False}


def test_an_open_unless_leaves_a_true_where_undecided(made):
    policy = made.policy(made.policy_text + "unless: {target.architecture: arm64}\n")
    fact = made.invocation(target=made.function(architecture=Unknown("nobody gives Arch")))

    assert judged([policy], [fact]).undecided[0].reasons == ("nobody gives Arch",)
    false = replace(fact, qualifier="alias")
    assert judged([policy], [false])[:2] == ((), ())


# sites


def test_the_worst_alternative_of_a_site_is_its_finding(made, policy):
    note = made.invocation(guard=PROD)
    error = made.invocation(guard=NOT_PROD, exposure="synchronous")
    open_ = made.invocation(guard=DEV, qualifier=Unknown("x"))

    findings, undecided, _ = judged([policy], [note, open_, error])

    assert [(each.severity, each.scenario) for each in findings] == [("error", {"IsProd": False})]
    assert undecided == ()


def test_of_equally_bad_alternatives_the_one_with_the_fewest_terms_is_told_and_the_first_of_those(made, policy):
    assert judged([policy], [made.invocation(guard=DEV), made.invocation(guard=PROD)]).findings[0].scenario == {
        "IsProd": True
    }
    first = judged([policy], [made.invocation(guard=NOT_DEV), made.invocation(guard=DEV)]).findings[0]
    assert first.scenario == {"IsDev": False, "IsProd": False}


def test_terms_are_counted_over_conditions_and_parameters(made, policy):
    both = Guard((("IsProd", True),), (("Arch", "arm64"),))

    assert judged([policy], [made.invocation(guard=both), made.invocation(guard=NOT_PROD)]).findings[0].parameters == {}


def test_the_open_alternatives_of_a_site_are_one_entry_with_all_reasons(made, policy):
    facts = [
        made.invocation(guard=PROD, qualifier=Unknown("b")),
        made.invocation(guard=NOT_PROD, qualifier=Unknown("a"), target=Unknown("b")),
    ]

    [entry] = judged([policy], facts).undecided
    assert entry.reasons == ("b", "a")


def test_two_functions_in_the_branches_of_one_property_are_one_site(made, policy):
    one = made.invocation(guard=PROD, target=made.function("A"), subject="A")
    other = made.invocation(guard=NOT_PROD, target=made.function("B"), subject="B")

    [finding] = judged([policy], [one, other]).findings
    assert finding.message == "`Mapping` calls `A`"

    unknown = made.invocation(guard=NOT_PROD, target=Unknown("x"), subject="")
    assert judged([policy], [one, unknown]).undecided == ()


def test_two_subjects_that_hold_together_at_one_property_are_two_sites(made, policy):
    one = made.invocation(target=made.function("A"), subject="A")
    other = made.invocation(target=made.function("B"), subject="B")

    assert [each.message for each in judged([policy], [one, other]).findings] == [
        "`Mapping` calls `A`",
        "`Mapping` calls `B`",
    ]


def test_properties_and_resources_are_sites_of_their_own(made, policy):
    facts = [
        made.invocation(),
        made.invocation(property="Other", line=5),
        made.invocation(resource=made.resource("Second", line=7), line=8),
    ]

    assert [each.location.start_line for each in judged([policy], facts).findings] == [3, 5, 8]


def test_findings_come_in_the_order_of_the_file(made, policy):
    facts = [made.invocation(property=str(line), line=line) for line in (9, 4, 7)]

    assert [each.location.start_line for each in judged([policy], facts).findings] == [4, 7, 9]


# severity


def test_the_first_severity_that_holds_is_taken(made, policy):
    fact = made.invocation(exposure="synchronous", bypasses=made.alias())

    assert judged([policy], [fact]).findings[0].severity == "warning"


@pytest.mark.parametrize(
    ("cases", "expected"),
    [
        ("[{severity: error, where: {target.architecture: arm64}}]", "warning"),
        ("[{severity: note, where: {target.architecture: arm64}}]", "note"),
        (
            "[{severity: error, where: {target.architecture: arm64}}, {severity: note, where: {qualifier: absent}}]",
            "note",
        ),
    ],
)
def test_where_the_severity_is_open_the_mildest_is_taken(made, cases, expected):
    text = made.policy_text.replace("severity: error", "severity: warning") + f"severities: {cases}\n"
    fact = made.invocation(target=made.function(architecture=Unknown("nobody gives Arch")))

    assert judged([made.policy(text)], [fact]).findings[0].severity == expected


# fingerprints


def test_a_fingerprint_stays_when_lines_indices_messages_and_guards_change(made, policy):
    before = made.invocation(property="Targets.0.Arn", identity="Targets.orders.Arn")
    after = made.invocation(
        property="Targets.3.Arn", identity="Targets.orders.Arn", line=11, guard=PROD, exposure="synchronous"
    )

    prints = {judged([policy], [fact]).findings[0].fingerprint for fact in (before, after)}
    assert len(prints) == 1
    [print_] = prints
    assert len(print_) == 32
    assert set(print_) <= set("0123456789abcdef")


def test_a_fingerprint_tells_policy_template_resource_identity_and_subject_apart(made):
    fact = made.invocation()
    prints = {
        fingerprint("fast-calls", "template.yaml", fact),
        fingerprint("slow-calls", "template.yaml", fact),
        fingerprint("fast-calls", "other.yaml", fact),
        fingerprint("fast-calls", "template.yaml", replace(fact, resource=made.resource("Other"))),
        fingerprint("fast-calls", "template.yaml", replace(fact, identity="Other")),
        fingerprint("fast-calls", "template.yaml", replace(fact, subject="Other")),
        fingerprint("fast-calls", "template.yaml", replace(fact, identity="A", subject="B")),
        fingerprint("fast-calls", "template.yaml", replace(fact, identity="AB", subject="")),
    }
    assert len(prints) == 8


def test_a_finding_and_an_undecided_entry_of_a_site_have_one_fingerprint(made, policy):
    finding = judged([policy], [made.invocation()]).findings[0]
    entry = judged([policy], [made.invocation(qualifier=Unknown("x"))]).undecided[0]

    assert finding.fingerprint == entry.fingerprint


# contexts


def test_a_finding_in_several_contexts_is_one_with_its_worst_severity(made, policy):
    dev, prod = Context("dev", "eu-west-1"), Context("prod", "us-east-1")
    note = judged([policy], [made.invocation()], context=dev)
    error = judged([policy], [made.invocation(exposure="synchronous", guard=PROD)], context=prod)

    for order in ([note, error], [error, note]):
        [finding] = merge_contexts(order).findings
        assert finding.severity == "error"
        assert finding.scenario == {"IsProd": True}
        assert set(finding.contexts) == {dev, prod}


def test_what_is_found_in_one_context_is_not_undecided_for_another(made, policy):
    found = judged([policy], [made.invocation()], context=Context("dev"))
    open_ = judged([policy], [made.invocation(qualifier=Unknown("x"))], context=Context("prod"))

    assert merge_contexts([open_, found]).undecided == ()
    assert len(merge_contexts([open_, found]).findings) == 1


def test_what_is_undecided_in_several_contexts_is_one_entry(made, policy):
    one = judged([policy], [made.invocation(qualifier=Unknown("a"))], context=Context("dev"))
    other = judged([policy], [made.invocation(qualifier=Unknown("b"))], context=Context("prod"))

    [entry] = merge_contexts([one, other]).undecided
    assert entry.reasons == ("a", "b")
    assert entry.contexts == (Context("dev"), Context("prod"))


def test_different_findings_of_different_contexts_all_stay(made, policy):
    one = judged([policy], [made.invocation(line=9)], context=Context("dev"))
    other = judged([policy], [made.invocation(property="B", identity="B")], context=Context("prod"))

    merged = merge_contexts([one, other])
    assert [(each.property, each.contexts) for each in merged.findings] == [
        ("B", (Context("prod"),)),
        ("FunctionName", (Context("dev"),)),
    ]


def test_a_site_that_each_context_names_otherwise_is_one(made, policy):
    dev = judged([policy], [made.invocation(identity="Targets.to-dev.Arn")], context=Context("dev"))
    prod = judged([policy], [made.invocation(identity="Targets.to-prod.Arn", subject="Prod")], context=Context("prod"))
    [finding] = merge_contexts([dev, prod]).findings
    assert finding.contexts == (Context("dev"), Context("prod"))
    assert finding.fingerprint == dev.findings[0].fingerprint
    open_ = judged([policy], [made.invocation(identity="to-test", qualifier=Unknown("x"))], context=Context("test"))
    assert merge_contexts([dev, open_]).undecided == ()


def test_what_is_written_in_two_places_stays_two(made, policy):
    dev = judged([policy], [made.invocation(subject="A", line=7)], context=Context("dev"))
    prod = judged([policy], [made.invocation(subject="B", line=8)], context=Context("prod"))
    assert len(merge_contexts([dev, prod]).findings) == 2


def test_two_sites_at_one_property_stay_two(made, policy):
    both = [made.invocation(subject="A"), made.invocation(subject="B")]
    dev = judged([policy], both, context=Context("dev"))
    prod = judged([policy], [made.invocation(subject="C"), made.invocation(subject="A")], context=Context("prod"))
    for order in ([dev, prod], [prod, dev]):
        merged = merge_contexts(order)
        assert len(merged.findings) == 2
        assert {each.contexts for each in merged.findings} == {tuple(j.findings[0].contexts[0] for j in order)}
    again = judged([policy], both[:1], context=Context("dev"))
    assert len(merge_contexts([again, judged([policy], both[1:], context=Context("dev"))]).findings) == 2


# words


def test_messages_say_values_as_people_do(made):
    text = made.policy_text.replace("for: invocation", "for: event_rule").replace(
        "qualifier: [absent, latest]", "bus: default"
    )
    text = text.replace(
        'message: "`<<resource.id>>` calls too fast"',
        'message: "<<sources>> reach <<regions_of_sources>>; <<stack.region>>, <<stack.name>>, <<resource.custom>>"',
    )
    fact = made.event_rule(
        sources=("aws.iam", "aws.route53", "aws.globalaccelerator"),
        regions_of_sources=(("us-east-1",), ("us-east-1",), ("us-west-2",)),
        stack=Stack(name=None, region=Unknown("nobody says")),
    )

    [finding] = judged([made.policy(text)], [fact]).findings

    assert finding.message == (
        "aws.iam, aws.route53 and aws.globalaccelerator reach us-east-1 and us-west-2; ?, none, false"
    )
    assert finding.values["regions_of_sources"] == [["us-east-1"], ["us-east-1"], ["us-west-2"]]
    assert finding.values["stack.region"] == {"unknown": "nobody says"}
    assert finding.values["resource.custom"] is False


def test_what_a_template_says_is_not_read_as_a_placeholder(made):
    text = made.policy_text.replace("for: invocation", "for: dynamic_reference")
    text = text.replace("qualifier: [absent, latest]", "service: secretsmanager")
    text = text.replace('"`<<resource.id>>` calls too fast"', '"{{resolve:<<service>>}} ${X} <<name>>"')
    fact = DynamicReference(**_common(made), service="secretsmanager", name="<<resource.id>>")

    assert judged([made.policy(text)], [fact]).findings[0].message == "{{resolve:secretsmanager}} ${X} <<resource.id>>"


def _common(made):
    fact = made.invocation()
    names = ("resource", "property", "identity", "subject", "at", "stack")
    return {name: getattr(fact, name) for name in names}


def test_of_several_messages_the_first_that_holds_is_said(made):
    text = made.policy_text.replace(
        '  message: "`<<resource.id>>` calls too fast"',
        "  message:\n"
        "    - {where: {target.architecture: arm64}, text: on arm64}\n"
        "    - {where: {qualifier: latest}, text: latest}\n"
        "    - {text: otherwise}\n",
    )
    policy = made.policy(text)
    said = [
        judged([policy], [made.invocation(**fields)]).findings[0].message
        for fields in (
            {"target": made.function(architecture="arm64"), "qualifier": "latest"},
            {"qualifier": "latest"},
            {"target": made.function(architecture=Unknown("x"))},
        )
    ]
    assert said == ["on arm64", "latest", "otherwise"]
