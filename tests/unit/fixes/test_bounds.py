"""What is looked for in a file of very many findings."""

from __future__ import annotations

import time

from saya.facts import rewiring
from saya.facts.collect import collect_facts
from saya.fixes import mend
from saya.model.resolve import Resolver

MAPPING = """\
  Mapping{0}:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {{FunctionName: !Ref Fn, EventSourceArn: "arn:aws:sqs:eu-west-1:111122223333:q{0}"}}
"""
ALIASED = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn: {Type: AWS::Serverless::Function, Properties: {AutoPublishAlias: live}}
"""
BARE = "Resources:\n  Fn: {Type: AWS::Lambda::Function}\n"


def mappings(number):
    return "".join(MAPPING.format(index) for index in range(number))


def test_the_fixes_of_the_first_findings_are_looked_for(made, monkeypatch):
    monkeypatch.setattr(mend, "MOST_FINDINGS", 5)
    findings = made.mended(ALIASED + mappings(8))
    assert [each.fix is not None for each in findings] == [True] * 5 + [False] * 3
    assert {each.advice.rpartition("(")[2] for each in findings[5:]} == {
        "No fix is offered: there are too many findings in this file to try all of their fixes.)"
    }


def test_a_fix_of_very_many_places_is_not_offered(made, monkeypatch):
    few = made.mended(BARE + mappings(5))
    assert all(len(each.patch.edits) > 5 for each in few)
    monkeypatch.setattr(rewiring, "MOST_CALLERS", 4)
    many = made.mended(BARE + mappings(5))
    assert [each.patch for each in many] == [None] * 5


def test_what_all_callers_share_is_put_together_once(made):
    """The facts about n callers of one function grow with n, not with its square."""

    def seconds(number):
        permission = "  May: {Type: AWS::Lambda::Permission, Properties: {Action: 'lambda:InvokeFunction',"
        permission += " FunctionName: !Ref Fn, Principal: events.amazonaws.com}}\n"
        rules = "".join(
            f"  Rule{n}: {{Type: AWS::Events::Rule, Properties: {{Targets: [{{Id: x, Arn: !GetAtt Fn.Arn}}]}}}}\n"
            for n in range(number)
        )
        template = made.load(BARE + permission + rules)
        best = float("inf")
        for _ in range(3):
            started = time.process_time()
            facts = list(collect_facts(Resolver(template), {"invocation"}))
            best = min(best, time.process_time() - started)
            assert len(facts) == number
            assert {len(fact.moves) for fact in facts} == {number + 1}
        return best

    assert seconds(1500) < seconds(150) * 30
