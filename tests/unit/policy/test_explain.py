"""Policies in words."""

from __future__ import annotations

import pytest

from saya.policy.explain import explain, index, overview, page
from saya.policy.phrases import phrase

TEXT = """\
id: fast-calls
title: A call that is too fast
severity: note
since: 0.1.0
why: |
  Because it is fast.

  And `far`.
references: [https://example.com/fast]
for: invocation
where:
  qualifier: [absent, latest]
  any: [{target: {present: false}}, {exposure: {param: spared}}]
unless: {resource.id: {field: subject}}
severities: [{severity: error, where: {resource.custom: true}}]
report: {message: too fast}
fixes: [{title: Slow down, safety: unsafe, edits: [{remove: at}]}]
advice:
  - {where: {qualifier: latest}, text: Say which.}
  - {text: Use <<target.id>>.}
params:
  spared: {default: [synchronous], description: What is spared.}
tests:
  bad:
    - name: a fast one
      region: eu-west-1
      template: |
        Resources: 1  # note
    - {name: another, template: '{"a": 1}', base: '{}', at: {1: note}}
  undecided:
    - {name: dim, template: "b # undecided"}
"""


def test_explain(made):
    assert (
        explain(made.policy(TEXT, tests=True))
        == """\
fast-calls (note, error; since 0.1.0)
A call that is too fast

Because it is fast.

And `far`.

It holds of an invocation where
  - qualifier is absent or latest
  - target is absent or exposure is synchronous (parameter spared)
  - unless resource.id is the subject

Severity: error where resource.custom is true; else note

What to do:
  - where qualifier is latest: Say which.
  - Use <<target.id>>.

Fixes:
  - Slow down (unsafe)

Parameters:
  - `spared`: What is spared. (default: synchronous)

It finds: a fast one

  Resources: 1  # note

It cannot tell: dim

  b # undecided

References:
  https://example.com/fast
"""
    )


def test_the_page_shows_every_example(made):
    text = page(made.policy(TEXT, tests=True))

    assert text.startswith("# A call that is too fast\n\n`fast-calls`, note, error, since 0.1.0\n")
    assert "A fast one (eu-west-1):\n\n```yaml\nResources: 1  # note\n```" in text
    assert 'Another:\n\n```json\n{}\n```\n\nbecomes\n\n```json\n{"a": 1}\n```' in text
    assert "- <https://example.com/fast>" in text


def test_overview_and_index(made):
    policies = [made.policy(TEXT), made.policy(made.policy_text.replace("fast-calls", "x"))]

    assert overview(policies) == (
        "fast-calls  note, error  A call that is too fast\nx           error        A call that is too fast\n"
    )
    assert "| [x](x.md) | error | A call that is too fast |" in index(policies)
    assert overview([]) == "no policies\n"


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("{all: [{qualifier: absent}, {qualifier: latest}]}", "qualifier is absent and qualifier is latest"),
        (
            "{any: [{qualifier: absent, exposure: synchronous}, {qualifier: latest}]}",
            "(qualifier is absent and exposure is synchronous) or qualifier is latest",
        ),
        ("{not: {qualifier: {not: absent}}}", "not (qualifier not (is absent))"),
        ("{bypasses.moves: true}", "bypasses.moves is true"),
    ],
)
def test_phrases(policy_where, where, expected):
    assert phrase(policy_where("invocation", where).where) == expected


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("{architectures: {includes: arm64}}", "architectures includes arm64"),
        (
            "{architectures: {excludes: {field: function.architecture}}}",
            "architectures does not include the function.architecture",
        ),
        ("{architectures: {some: [x86_64, arm64]}}", "architectures has an item that is x86_64 or arm64"),
        ("{architectures: {every: {not: arm64}}}", "architectures has items, and each not (is arm64)"),
    ],
)
def test_phrases_of_lists(policy_where, where, expected):
    assert phrase(policy_where("layer", where).where) == expected
