from __future__ import annotations

import pytest

from saya.facts.event_rules import collect
from saya.facts.types import EventRule
from saya.facts.view import View
from saya.model.resolve import Resolver
from saya.model.template import load_template
from saya.model.value import Unknown
from saya.text.parse import parse
from saya.text.source import Source

HEAD = """\
Transform: AWS::Serverless-2016-10-31
Parameters:
  Source: {Type: String}
  BusName: {Type: String}
  Stage: {Type: String}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsIreland: !Equals [!Ref AWS::Region, eu-west-1]
Resources:
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: own}}
"""
RULE = "  Rule:\n    Type: AWS::Events::Rule\n    Properties:\n"


def rules(resources: str, *, region: str | None = "eu-west-1", **parameters: str) -> list[EventRule]:
    source = Source("template.yaml", HEAD + resources)
    resolver = Resolver(load_template(parse(source), source), region=region, parameters=parameters)
    return list(collect(View(resolver)))


def matched(pattern: str, **context: str) -> list[EventRule]:
    """The facts of a rule with an event pattern in flow style."""
    return rules(f"{RULE}      EventPattern: {pattern}\n", **context)


@pytest.mark.parametrize(
    ("pattern", "sources", "regions", "certainty"),
    [
        ("{source: [aws.iam]}", ("aws.iam",), (("us-east-1",),), "certain"),
        ("{source: [aws.globalaccelerator]}", ("aws.globalaccelerator",), (("us-west-2",),), "certain"),
        ("{source: [aws.iam, aws.ec2]}", ("aws.iam", "aws.ec2"), (("us-east-1",), ()), "certain"),
        (
            "{source: [aws.iam, aws.networkmanager]}",
            ("aws.iam", "aws.networkmanager"),
            (("us-east-1",), ("us-west-2",)),
            "likely",
        ),
        ("{source: [aws.support]}", ("aws.support",), (("us-east-1",),), "unsure"),
        ("{source: [aws.iam, {prefix: aws.s}]}", ("aws.iam", "a filter"), (("us-east-1",), ()), "certain"),
        ("{detail: {eventSource: [iam.amazonaws.com]}}", ("iam.amazonaws.com",), (("us-east-1",),), "certain"),
        ("{source: [aws.iam], detail: {eventSource: [sts.amazonaws.com]}}", ("aws.iam",), (("us-east-1",),), "certain"),
        ("{source: [!Sub 'aws.iam']}", ("aws.iam",), (("us-east-1",),), "certain"),
        ("{source: !Split [',', 'aws.iam,aws.ec2']}", ("aws.iam", "aws.ec2"), (("us-east-1",), ()), "certain"),
        ('\'{"source": ["aws.iam"]}\'', ("aws.iam",), (("us-east-1",),), "certain"),
    ],
)
def test_the_sources_of_a_pattern_and_where_they_arrive(pattern, sources, regions, certainty):
    (rule,) = matched(pattern)
    assert (rule.sources, rule.regions_of_sources, rule.certainty, rule.bus) == (sources, regions, certainty, "default")


@pytest.mark.parametrize(
    "pattern",
    [
        "{source: [aws.ec2]}",
        "{source: [aws.health]}",
        "{source: [aws.signin]}",
        "{source: [my.app]}",
        "{source: [{prefix: aws.iam}]}",
        "{source: [{anything-but: [aws.iam]}]}",
        "{source: [!Ref Source]}",
        "{source: !Ref Source}",
        "{source: [aws.ec2], detail: {eventSource: [iam.amazonaws.com]}}",
        "{$or: [{source: [aws.iam]}, {source: [aws.ec2]}]}",
        "{detail: {eventName: [CreateUser]}}",
        "{detail-type: [x]}",
        "!Ref Source",
        "'no pattern'",
        "[aws.iam]",
        "{}",
    ],
)
def test_a_rule_on_no_global_source_is_silent(pattern):
    assert matched(pattern) == []


def test_a_source_that_is_not_known_leaves_the_rule_open():
    (rule,) = matched("{source: [aws.iam, !Ref Source]}")
    reason = Unknown("the parameter `Source` has no value here")
    assert (rule.sources, rule.regions_of_sources) == (reason, reason)
    (known,) = matched("{source: [aws.iam, !Ref Source]}", Source="aws.ec2")
    assert known.regions_of_sources == (("us-east-1",), ())


@pytest.mark.parametrize(
    ("region", "regions", "certainty"),
    [
        ("cn-northwest-1", ("cn-north-1",), "likely"),
        ("us-gov-east-1", ("us-gov-west-1",), "likely"),
        ("eu-west-1", ("us-east-1",), "certain"),
        (None, ("us-east-1",), "certain"),
    ],
)
def test_the_regions_are_those_of_the_partition(region, regions, certainty):
    (rule,) = matched("{source: [aws.iam]}", region=region)
    assert (rule.regions_of_sources, rule.certainty) == ((regions,), certainty)


def test_in_a_partition_of_which_nothing_is_known_a_rule_is_silent():
    assert matched("{source: [aws.account]}", region="us-gov-west-1") == []


@pytest.mark.parametrize(
    ("name", "bus"),
    [
        ("default", "default"),
        ("!Ref AWS::NoValue", "default"),
        ("!Sub 'arn:aws:events:${AWS::Region}:${AWS::AccountId}:event-bus/default'", "default"),
        ("own", "custom"),
        ("!Ref Bus", "custom"),
        ("!GetAtt Bus.Name", "custom"),
        ("!Sub 'arn:aws:events:${AWS::Region}:${AWS::AccountId}:event-bus/own'", "custom"),
        ("!Sub 'arn:aws:events:${AWS::Region}:${AWS::AccountId}:event-bus/${Bus}'", "custom"),
        ("!Sub '${Stage}-events'", "custom"),
        ("!Sub '${Stage}ault'", Unknown("the parameter `Stage` has no value here")),
        ("'{{resolve:ssm:/bus}}'", Unknown("`{{resolve:ssm:/bus}}` is read when the stack is deployed")),
        ("!Ref BusName", Unknown("the parameter `BusName` has no value here")),
        ("!ImportValue bus", Unknown("the export `bus` is of another stack")),
    ],
)
def test_the_bus_is_default_unless_another_is_named(name, bus):
    (rule,) = rules(f"{RULE}      EventBusName: {name}\n      EventPattern: {{source: [aws.iam]}}\n")
    assert rule.bus == bus


def test_alternatives_are_joined():
    found = rules(
        f"{RULE}      EventBusName: !If [IsProd, own, !Ref AWS::NoValue]\n"
        "      EventPattern: {source: [!If [IsProd, aws.iam, aws.ec2], aws.organizations]}\n"
    )
    assert [(rule.guard.conditions, rule.bus, rule.sources) for rule in found] == [
        ((("IsProd", True),), "custom", ("aws.iam", "aws.organizations")),
        ((("IsProd", False),), "default", ("aws.ec2", "aws.organizations")),
    ]


def test_a_condition_on_the_region_decides_by_itself():
    text = RULE.replace("Type:", "Condition: IsIreland\n    Type:", 1) + "      EventPattern: {source: [aws.iam]}\n"
    assert len(rules(text, region="eu-west-1")) == 1
    assert rules(text, region="us-west-2") == []


def test_a_rule_that_is_switched_off_is_silent():
    text = f"{RULE}      State: %s\n      EventPattern: {{source: [aws.iam]}}\n"
    assert rules(text % "DISABLED") == []
    assert len(rules(text % "ENABLED")) == 1
    assert len(rules(text % "!If [IsProd, ENABLED, DISABLED]")) == 1


@pytest.mark.parametrize("owner", ["Function", "StateMachine"])
@pytest.mark.parametrize("event", ["EventBridgeRule", "CloudWatchEvent"])
def test_an_event_of_sam_is_a_rule(owner, event):
    text = (
        f"  Own:\n    Type: AWS::Serverless::{owner}\n    Properties:\n      Events:\n        Users:\n"
        f"          Type: {event}\n          Properties:\n            EventBusName: own\n"
        "            Pattern:\n              source:\n                - aws.iam\n"
    )
    (rule,) = rules(text)
    assert (rule.resource.id, rule.property, rule.bus) == ("Own", "Events.Users.Properties.Pattern.source", "custom")
    assert rules(text.replace(event, "Schedule")) == []


def test_a_rule_is_told_at_its_sources():
    (rule,) = rules(f"{RULE}      EventPattern:\n        detail-type: [x]\n        source:\n          - aws.iam\n")
    assert rule.property == "EventPattern.source"
    assert rule.at.start_line == HEAD.count("\n") + 7


TRUST = "AssumeRolePolicyDocument: {Statement: {Principal: {Service: %s}}}"
PUT = "Statement: {Effect: Allow, Action: events:PutEvents, Resource: !Sub '%s'}"
HERE = "arn:aws:events:${AWS::Region}:${AWS::AccountId}:event-bus/default"


def forwarding(put: str = HERE, service: str = "events.amazonaws.com", condition: str = "") -> str:
    """A role that may put events on a bus."""
    policies = "[{PolicyName: p, PolicyDocument: {" + PUT % put + "}}]"
    head = f"  Role:\n    Type: AWS::IAM::Role\n{condition}    Properties:\n"
    return f"{head}      {TRUST % service}\n      Policies: {policies}\n"


WAITING = RULE + "      EventPattern: {source: [aws.organizations]}\n"


@pytest.mark.parametrize(
    ("beside", "by"),
    [
        ("", None),
        (forwarding(), "Role"),
        (forwarding("arn:aws:events:eu-west-1:111122223333:event-bus/default"), "Role"),
        (forwarding("arn:aws:events:us-east-1:111122223333:event-bus/default"), None),
        (forwarding("arn:aws:events:eu-west-1:111122223333:event-bus/own"), None),
        (forwarding("*"), None),
        (forwarding(service="lambda.amazonaws.com"), None),
        (forwarding(condition="    Condition: IsIreland\n"), "Role"),
        ("  Policy: {Type: AWS::Events::EventBusPolicy, Properties: {StatementId: s}}\n", "Policy"),
        ("  Policy: {Type: AWS::Events::EventBusPolicy, Properties: {EventBusName: own}}\n", None),
    ],
)
def test_whoever_may_forward_to_the_bus_leaves_it_undecided(beside, by):
    (rule,) = rules(WAITING + beside)
    if by is None:
        assert rule.forwarded is False
    else:
        assert rule.forwarded == Unknown(
            f"`{by}` lets others put events on this bus; which they forward is not in the template"
        )


def test_a_role_that_is_not_there_forwards_nothing():
    (rule,) = rules(WAITING + forwarding(condition="    Condition: IsIreland\n"), region="us-west-2")
    assert rule.forwarded is False
    (rule,) = rules(RULE + "      EventBusName: own\n      EventPattern: {source: [aws.iam]}\n" + forwarding())
    assert (rule.bus, rule.forwarded) == ("custom", False)


def test_a_policy_of_its_own_counts_for_the_role_that_it_is_attached_to():
    attached = (
        "  Put: {Type: AWS::IAM::Policy, Properties: {Roles: [!Ref Role], PolicyDocument: {" + PUT % HERE + "}}}\n"
    )
    role = "  Role: {Type: AWS::IAM::Role, Properties: {" + TRUST % "events.amazonaws.com" + "}}\n"
    (rule,) = rules(WAITING + attached + role)
    assert isinstance(rule.forwarded, Unknown)
    (rule,) = rules(WAITING + attached)
    assert rule.forwarded is False
