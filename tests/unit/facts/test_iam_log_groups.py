from __future__ import annotations

import pytest

from saya.facts.log_groups import collect
from saya.facts.types import LogGroupArn
from saya.facts.view import View
from saya.model.resolve import Resolver
from saya.model.template import load_template
from saya.text.parse import parse
from saya.text.source import Source

ARN = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group"
STARRED = "!GetAtt Logs.Arn"
BARE = f"!Sub '{ARN}:${{Logs}}'"
INFIX = "!Sub '${Logs.Arn}:log-stream:*'"
DOUBLED = "!Sub '${Logs.Arn}:*'"
STREAMS = f"!Sub '{ARN}:${{Logs}}:log-stream:*'"

WRITE = "[logs:CreateLogStream, logs:PutLogEvents]"
TAG = "[logs:TagResource, logs:ListTagsForResource]"


def log_group_arns(text) -> list[LogGroupArn]:
    source = Source("template.yaml", text)
    return list(collect(View(Resolver(load_template(parse(source), source)))))


def policy(action, resource, *, type_="AWS::IAM::ManagedPolicy", effect="Allow") -> str:
    statement = f"{{Effect: {effect}, Action: {action}, Resource: {resource}}}"
    return (
        "Parameters: {Name: {Type: String}, Arn: {Type: String}}\n"
        "Resources:\n"
        "  Logs: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: /shop/orders}}\n"
        "  Bucket: {Type: AWS::S3::Bucket}\n"
        f"  It:\n    Type: {type_}\n    Properties:\n      PolicyDocument:\n        Statement: [{statement}]\n"
    )


def told(action, *resources, **named) -> list[tuple[str, str, str]]:
    """What is given in the wrong form: what the actions want, the form, and how bad that is."""
    resource = resources[0] if len(resources) == 1 else f"[{', '.join(resources)}]"
    found = log_group_arns(policy(action, resource, **named))
    return [(fact.wants, fact.form, fact.severity) for fact in found if fact.form != fact.wants]


@pytest.mark.parametrize(
    ("action", "resource", "wrong"),
    [
        (WRITE, STARRED, []),
        (WRITE, BARE, [("starred", "bare", "warning")]),
        (WRITE, INFIX, [("starred", "infix", "warning")]),
        (WRITE, STREAMS, []),
        (WRITE, DOUBLED, []),
        (TAG, BARE, []),
        (TAG, STARRED, [("bare", "starred", "warning")]),
        (TAG, DOUBLED, [("bare", "doubled", "warning")]),
        ("logs:FilterLogEvents", BARE, [("starred", "bare", "note")]),
        ("logs:CreateLogGroup", BARE, []),
        ("logs:DescribeLogGroups", BARE, []),
        ("[logs:PutLogEvents, logs:TagResource]", STARRED, []),
        ("[logs:PutLogEvents, logs:TagResource]", BARE, []),
        ("logs:*", BARE, []),
        ("'*'", BARE, []),
        ("logs:Put*", BARE, []),
        ("LOGS:PUTLOGEVENTS", BARE, [("starred", "bare", "warning")]),
        ("logs:*", INFIX, [("starred", "infix", "warning")]),
        ("s3:GetObject", INFIX, []),
        ("!Ref Name", BARE, []),
    ],
)
def test_the_actions_say_what_is_wanted(action, resource, wrong):
    assert told(action, resource) == wrong


def test_a_denial_that_matches_nothing_denies_nothing():
    assert told(WRITE, BARE, effect="Deny") == [("starred", "bare", "warning")]


def test_what_is_right_is_a_fact_too():
    (fact,) = log_group_arns(policy(WRITE, STARRED))
    assert (fact.wants, fact.form, fact.context) == ("starred", "starred", "iam_statement")
    assert (fact.log_group is not None, fact.log_group_name, fact.subject) == (True, "Logs", "Logs")


@pytest.mark.parametrize(
    "beside",
    [STARRED, STREAMS, DOUBLED, "'*'", "!Sub 'arn:aws:logs:*:*:*'", f"!Sub '{ARN}:*'", f"!Sub '{ARN}:/shop/orders:*'"],
)
def test_another_item_of_the_statement_may_grant_it(beside):
    assert told(WRITE, BARE, beside) == []


def test_a_wildcard_of_the_statement_may_grant_it():
    assert told(WRITE, f"!Sub '{ARN}:/shop/returns'", f"!Sub '{ARN}:/shop/*'") == []


def test_an_item_for_another_log_group_grants_nothing():
    assert told(WRITE, BARE, f"!Sub '{ARN}:/elsewhere:*'", "!GetAtt Bucket.Arn") == [("starred", "bare", "warning")]


def test_both_forms_satisfy_the_tagging_actions():
    assert told(TAG, STARRED, BARE) == []


def test_an_item_that_matches_nothing_beside_one_that_grants_is_a_note():
    assert told(WRITE, STARRED, INFIX) == [("starred", "infix", "note")]


@pytest.mark.parametrize("beside", ["!Ref Arn", "!ImportValue logs", "!Sub '${Arn}'"])
def test_an_item_that_may_be_anything_may_grant_it(beside):
    assert told(WRITE, BARE, beside) == []


@pytest.mark.parametrize(
    "resource",
    [
        f"!Sub '{ARN}:*'",
        f"!Sub '{ARN}:*:*'",
        f"!Sub '{ARN}:*:log-stream:*'",
        f"!Sub '{ARN}:/shop/*'",
        f"!Sub '{ARN}:/shop/*:*'",
        f"!Sub '{ARN}:/shop/*:*:*'",
        f"!Sub '{ARN}:${{Name}}'",
        f"!Sub '{ARN}:/shop/${{Name}}'",
        "!GetAtt Bucket.Arn",
        "!Ref Arn",
    ],
)
def test_wildcards_and_what_may_be_one_are_left_alone(resource):
    assert told(WRITE, resource) == []


def test_a_name_that_ends_in_a_resource_is_decided():
    assert told(WRITE, f"!Sub '{ARN}:/aws/lambda/${{Bucket}}'") == [("starred", "bare", "warning")]


# where policy documents stand

STATEMENT = f"{{Sid: Streams, Effect: Allow, Action: {WRITE}, Resource: [{INFIX}]}}"
DOCUMENT = f"{{Statement: [{STATEMENT}]}}"
JSON = (
    '{"Statement": {"Effect": "Allow", "Principal": {"Service": "es.amazonaws.com"}, '
    '"Action": ["logs:PutLogEvents"], "Resource": "${Logs.Arn}:log-stream:*"}}'
)


@pytest.mark.parametrize(
    ("type_", "properties", "identity"),
    [
        (
            "AWS::IAM::Role",
            f"{{Policies: [{{PolicyName: write, PolicyDocument: {DOCUMENT}}}]}}",
            "Policies.write.PolicyDocument.Statement.Streams.Resource.Logs",
        ),
        (
            "AWS::IAM::User",
            f"{{Policies: [{{PolicyName: write, PolicyDocument: {{Statement: {STATEMENT}}}}}]}}",
            "Policies.write.PolicyDocument.Statement.Resource.Logs",
        ),
        ("AWS::IAM::Policy", f"{{PolicyDocument: {DOCUMENT}}}", "PolicyDocument.Statement.Streams.Resource.Logs"),
        ("AWS::IAM::RolePolicy", f"{{PolicyDocument: {DOCUMENT}}}", "PolicyDocument.Statement.Streams.Resource.Logs"),
        (
            "AWS::Serverless::Function",
            f"{{Policies: [AWSLambdaExecute, {{SQSPollerPolicy: {{QueueName: q}}}}, {DOCUMENT}]}}",
            "Policies.2.Statement.Streams.Resource.Logs",
        ),
        ("AWS::Serverless::StateMachine", f"{{Policies: {DOCUMENT}}}", "Policies.Statement.Streams.Resource.Logs"),
        ("AWS::Logs::ResourcePolicy", f"{{PolicyDocument: !Sub '{JSON}'}}", "PolicyDocument.Statement.Resource"),
        (
            "AWS::Logs::LogGroup",
            f"{{ResourcePolicyDocument: {DOCUMENT}}}",
            "ResourcePolicyDocument.Statement.Streams.Resource.Logs",
        ),
    ],
)
def test_statements_are_found_wherever_they_stand(type_, properties, identity):
    text = (
        f"Resources:\n  Logs: {{Type: AWS::Logs::LogGroup}}\n  It:\n    Type: {type_}\n    Properties: {properties}\n"
    )
    (fact,) = log_group_arns(text)
    assert (fact.resource.id, fact.form, fact.log_group_name, fact.identity) == ("It", "infix", "Logs", identity)


def test_a_document_in_text_is_placed_within_it():
    text = (
        "Resources:\n"
        "  Logs: {Type: AWS::Logs::LogGroup}\n"
        "  It:\n"
        "    Type: AWS::Logs::ResourcePolicy\n"
        "    Properties:\n"
        "      PolicyDocument: !Sub |\n"
        '        {"Statement": [{\n'
        '          "Effect": "Allow",\n'
        '          "Action": "logs:PutLogEvents",\n'
        '          "Resource": "${Logs.Arn}:log-stream:*"\n'
        "        }]}\n"
    )
    (fact,) = log_group_arns(text)
    assert fact.at.start_line == 10


def test_a_document_that_is_no_json_says_nothing():
    text = "Resources:\n  It: {Type: AWS::Logs::ResourcePolicy, Properties: {PolicyDocument: '{'}}\n"
    assert log_group_arns(text) == []


def test_the_condition_of_a_statement_guards_what_it_says():
    text = (
        policy(WRITE, BARE)
        .replace("Statement: [{", "Statement: [!If [Strict, {")
        .replace("}]", "}, !Ref 'AWS::NoValue']]")
    )
    text = f"Conditions: {{Strict: !Equals [!Ref Name, x]}}\n{text}"
    (fact,) = log_group_arns(text)
    assert fact.guard.conditions == (("Strict", True),)
