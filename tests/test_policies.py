"""Every example of every built-in policy, through the whole of Saya; and that no clause of a policy is idle."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from saya.facts.collect import collect_facts
from saya.facts.types import Fact
from saya.model.resolve import Resolver
from saya.model.template import load_template
from saya.policy.examples import run_examples
from saya.policy.language import Example, Policy
from saya.policy.load import built_in_directory, load_policies
from saya.text.parse import parse
from saya.text.source import Source

POLICIES = load_policies(tests=True)


def facts_of(example: Example, kinds: set[str]) -> Iterator[Fact]:
    source = Source("example", example.template)
    template = load_template(parse(source), source)
    resolver = Resolver(template, region=example.region, parameters=example.parameters)
    return collect_facts(resolver, kinds)


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.id)
def test_examples_hold_and_need_every_clause(policy: Policy):
    run = run_examples([policy], lambda example: facts_of(example, {policy.kind}))

    assert [str(failure) for failure in run.failures] == []
    assert run.examples == len(policy.tests) > 0
    assert run.clauses > 0


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.id)
def test_policy_has_bad_and_good_examples(policy: Policy):
    assert {"bad", "good"} <= {example.kind for example in policy.tests}


def test_every_policy_file_is_loaded():
    files = {path.stem for path in built_in_directory().iterdir()}

    assert files == {policy.id for policy in POLICIES}
