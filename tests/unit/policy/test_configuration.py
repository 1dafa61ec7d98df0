"""What an organisation changes about policies."""

from __future__ import annotations

import pytest

from saya.errors import ConfigError
from saya.findings import Context
from saya.policy.configuration import Override, configure
from saya.policy.judge import judge

TEXT = """\
id: fast-calls
title: A call that is too fast
severity: note
since: 0.1.0
why: Because.
for: invocation
where:
  qualifier: {param: qualifiers}
  any:
    - exposure: {not: {param: spared}}
    - not: {resource.id: {param: name}}
unless: {resource.custom: {param: custom}}
severities: [{severity: warning, where: {resource.id: {param: name}}}]
report: {message: too fast}
params:
  qualifiers: {default: [absent, latest], description: What counts as unqualified.}
  spared: {default: control_plane, description: x}
  name: {default: Mapping, description: x}
  custom: {default: true, description: x}
"""


@pytest.fixture
def policy(made):
    return made.policy(TEXT)


def severities(policies, *facts):
    found = judge(policies, facts, template="t", context=Context()).findings
    return [finding.severity for finding in found]


def test_without_overrides_nothing_changes(policy):
    assert configure([policy], {}) == (policy,)


def test_off_leaves_the_policy_out(policy):
    assert configure([policy], {"fast-calls": Override("off")}) == ()


def test_a_severity_is_that_of_all_findings(made, policy):
    facts = [made.invocation(), made.invocation(resource=made.resource("Other"))]
    assert severities([policy], *facts) == ["warning", "note"]

    assert severities(configure([policy], {"fast-calls": Override("error")}), *facts) == ["error", "error"]


@pytest.mark.parametrize(
    ("params", "fields", "before", "after"),
    [
        ({"qualifiers": ["version"]}, {"qualifier": "version"}, [], ["warning"]),
        ({"qualifiers": "version"}, {"qualifier": "absent"}, ["warning"], []),
        ({"spared": "asynchronous"}, {}, ["warning"], []),
        ({"name": "Other"}, {}, ["warning"], ["note"]),
        ({"custom": False}, {}, ["warning"], []),
    ],
)
def test_a_parameter_replaces_its_default_wherever_it_is_used(made, policy, params, fields, before, after):
    fact = made.invocation(**fields)
    changed = configure([policy], {"fast-calls": Override(params=params)})

    assert severities([policy], fact) == before
    assert severities(changed, fact) == after


def test_a_parameter_in_a_list_a_message_and_a_fix(made):
    text = """\
id: wide
title: Wide
severity: note
since: 0.1.0
why: Because.
for: layer
where:
  architectures: {every: {param: wanted}, some: {param: wanted}, includes: {param: wanted}, excludes: {param: other}}
report:
  message:
    - {where: {versions: {param: versions}}, text: same}
    - {text: apart}
  related: [{at: at, message: [{where: {versions: {param: versions}}, text: a}, {text: b}]}]
fixes: [{title: t, safety: safe, where: {versions: {param: versions}}, edits: [{remove: at}]}]
advice: [{where: {versions: {param: versions}}, text: advice}]
params:
  wanted: {default: x86_64, description: x}
  other: {default: arm64, description: x}
  versions: {default: shared, description: x}
"""
    policy = made.policy(text)
    fact = made.layer(architectures=("arm64",), versions="separate")
    assert severities([policy], fact) == []

    params = {"wanted": "arm64", "other": "x86_64", "versions": "separate"}
    [changed] = configure([policy], {"wide": Override(params=params)})
    [finding] = judge([changed], [fact], template="t", context=Context()).findings
    assert (finding.message, finding.related[0].message, finding.advice) == ("same", "a", "advice")
    assert "separate" in str(changed.fixes[0].where)
    assert [param.values for param in changed.params] == [("arm64",), ("x86_64",), ("separate",)]


@pytest.mark.parametrize(
    ("id_", "params", "message"),
    [
        ("fast-cals", {}, "no policy `fast-cals`; did you mean `fast-calls`?"),
        (
            "fast-calls",
            {"qualifier": "x"},
            "the policy `fast-calls` has no parameter `qualifier`; did you mean `qualifiers`?",
        ),
        ("fast-calls", {"qualifiers": []}, "the parameter `qualifiers` is an empty list; give it a value"),
        ("fast-calls", {"name": ["a", "b"]}, "the parameter `name` is one value, not a list"),
        (
            "fast-calls",
            {"custom": "yes"},
            "the parameter `custom` does not fit: `resource.custom` is true or false, never `yes`",
        ),
        (
            "fast-calls",
            {"qualifiers": ["lates"]},
            "the parameter `qualifiers` does not fit: `qualifier` is absent, latest, version or alias, never `lates`; "
            "did you mean `latest`?",
        ),
    ],
)
def test_what_does_not_hold(policy, id_, params, message):
    with pytest.raises(ConfigError) as caught:
        configure([policy], {id_: Override(params=params)})
    assert str(caught.value) == message


def test_a_policy_without_parameters(made):
    plain = made.policy(made.policy_text)
    with pytest.raises(ConfigError, match="has no parameter `x`; it has none"):
        configure([plain], {"fast-calls": Override(params={"x": 1})})
