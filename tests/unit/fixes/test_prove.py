"""The conditions that the proof looks at, each alone."""

from __future__ import annotations

import pytest

from saya.fixes.proposal import Proposal, Target
from saya.fixes.prove import prove
from saya.text.edit import Replacement
from saya.text.source import Span

TEXT = """\
Resources:
  Logs: {Type: AWS::Logs::LogGroup}
  Flow: {Type: AWS::EC2::FlowLog, Properties: {LogDestination: !GetAtt Logs.Arn}}
  Other: {Type: AWS::SSM::Parameter, DependsOn: Flow, Properties: {Type: String, Value: a}}
  Last: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !Ref Other}}
"""
SITE = Target("Flow", ("LogDestination",))


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("!GetAtt Logs.Arn", "!Ref Logs", None),
        ("!GetAtt Logs.Arn", "[", "the result does not parse: "),
        ("!GetAtt Logs.Arn", "{Ref: [a]}", "the result is wrong: "),
        ("!GetAtt Logs.Arn", "!Ref Logs, LogDestination: x", "the result is wrong: "),
        ("!GetAtt Logs.Arn", "!Ref Nobody", "the result is wrong: there is no `Nobody`"),
        ("!GetAtt Logs.Arn", "!Ref Last", "the result is wrong: circular dependency"),
        ("!GetAtt Logs.Arn", "!If [Prod, !Ref Last, x]", "the result is wrong: `Flow`, `Last`, `Other` would need one"),
        ("!GetAtt Logs.Arn", "!Sub '${Logs.Arn}'", "the finding would stay"),
        ("Value: a", "Value: b", "the finding would stay"),
        ("!GetAtt Logs.Arn}}", "x}}\n  New: {Type: AWS::SQS::Queue}", "`New` would change too"),
        ("!GetAtt Logs.Arn}}", "x}, Metadata: {a: b}}", "`Flow` would change too"),
        (
            "!GetAtt Logs.Arn}}",
            "x}}\n  More: {Type: AWS::EC2::FlowLog, Properties: {LogDestination: !GetAtt Logs.Arn}}",
            "`log-group-arn-suffix` would find something at `More.LogDestination`",
        ),
    ],
)
def test_a_fix_is_held_against_each_condition(made, old, new, reason):
    before = made.judged(made.load(TEXT))
    [finding] = before.judgement.findings
    start = TEXT.index(old)
    proposal = Proposal("x", "safe", (Replacement(Span(start, start + len(old)), new),), frozenset((SITE,)))

    failed = prove(proposal, before, [finding.fingerprint], made.judged)
    assert (failed is None) is (reason is None)
    assert failed is None or failed.reason.startswith(reason)
