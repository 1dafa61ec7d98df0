"""Every example of every built-in policy, through the whole of Saya; and that no clause of a policy is idle."""

from __future__ import annotations

import pytest

from saya.fixes.examples import fix_example
from saya.policy.example_facts import example_facts
from saya.policy.examples import run_examples
from saya.policy.language import NotOf, Policy
from saya.policy.load import built_in_directory, load_policies
from saya.record import replace

POLICIES = load_policies(tests=True)


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.id)
def test_examples_hold_and_need_every_clause(policy: Policy):
    run = run_examples([policy], lambda example: example_facts(example, frozenset({policy.kind})), fix_example)

    assert [str(failure) for failure in run.failures] == []
    assert run.examples == len(policy.tests) > 0
    assert run.clauses > 0


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.id)
def test_policy_has_bad_and_good_examples(policy: Policy):
    assert {"bad", "good"} <= {example.kind for example in policy.tests}


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.id)
def test_a_policy_that_is_broken_fails_its_examples(policy: Policy):
    milder = {"error": "warning", "warning": "note", "note": "warning"}
    broken = {
        "says the opposite": replace(policy, where=NotOf(policy.where, policy.where.at)),
        "is of another severity": replace(
            policy,
            severity=milder[policy.severity],
            severities=tuple(replace(case, severity=milder[case.severity]) for case in policy.severities),
        ),
    }
    for how, wrong in broken.items():
        run = run_examples([wrong], lambda example: example_facts(example, frozenset({policy.kind})), fix_example)
        assert run.failures, how


def test_every_policy_file_is_loaded():
    files = {path.stem for path in built_in_directory().iterdir()}

    assert files == {policy.id for policy in POLICIES}
