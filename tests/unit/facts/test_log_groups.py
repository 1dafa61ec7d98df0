from __future__ import annotations

import pytest

from saya.facts.log_groups import collect
from saya.facts.types import LogGroupArn
from saya.facts.view import View
from saya.model.assembly import nested_stack
from saya.model.resolve import Resolver
from saya.model.template import load_template
from saya.model.value import Unknown
from saya.text.parse import parse
from saya.text.source import Source

ARN = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group"
LOGS = "  Logs: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: /shop/orders}}\n"


def log_group_arns(text, **parameters) -> list[LogGroupArn]:
    source = Source("template.yaml", text)
    return list(collect(View(Resolver(load_template(parse(source), source), parameters=parameters))))


def template(type_, properties, *, sections="", logs=LOGS) -> str:
    return f"{sections}\nResources:\n{logs}  It:\n    Type: {type_}\n    Properties: {properties}\n"


def only(*args, **named) -> LogGroupArn:
    (fact,) = log_group_arns(template(*args, **named))
    return fact


def flow_log(value, **named) -> LogGroupArn:
    return only("AWS::EC2::FlowLog", f"{{LogDestination: {value}}}", **named)


# the form


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("!GetAtt Logs.Arn", "starred"),
        ("!Sub '${Logs.Arn}'", "starred"),
        (f"!Sub '{ARN}:${{Logs}}:*'", "starred"),
        (f"!Sub '{ARN}:/shop/orders:*'", "starred"),
        ("!Join ['', [!GetAtt Logs.Arn, '']]", "starred"),
        (f"!Sub '{ARN}:${{Logs}}'", "bare"),
        ("!Select [0, !Split [':*', !GetAtt Logs.Arn]]", "bare"),
        ("!Join [':', [arn, aws, logs, !Ref 'AWS::Region', !Ref 'AWS::AccountId', log-group, !Ref Logs]]", "bare"),
        ("!Sub '${Logs.Arn}:*'", "doubled"),
        ("!Join ['', [!GetAtt Logs.Arn, ':*']]", "doubled"),
        ("!Sub '${Logs.Arn}:log-stream:audit'", "infix"),
    ],
)
def test_the_form_is_seen_however_the_arn_is_put_together(value, form):
    fact = flow_log(value)
    assert fact.form == form
    assert fact.log_group is not None
    assert fact.log_group.id == "Logs"
    assert (fact.wants, fact.severity, fact.context) == ("bare", "warning", "property")
    assert "2019" in (fact.reported or "")


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:logs:us-east-1:111122223333:log-group:/shop/orders",
        "!Sub 'arn:aws:logs:eu-central-1:${AWS::AccountId}:log-group:${Logs}'",
        "!Sub 'arn:aws:logs:*:*:log-group:/shop/orders'",
    ],
)
def test_a_group_of_another_region_or_account_is_none_of_the_template(arn):
    """It has the same name; an edit that refers to the template's would mean another one."""
    fact = flow_log(arn)
    assert (fact.form, fact.log_group) == ("bare", None)


@pytest.mark.parametrize(
    "value",
    [
        "arn:aws:s3:::flow-logs",
        "arn:aws:firehose:us-east-1:111122223333:deliverystream/flow-logs",
        "!GetAtt Bucket.Arn",
        "!Sub 'arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:*'",
        "!Sub 'arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${Logs}:log-stream:audit'",
        "!ImportValue where-flow-logs-go",
        "!Ref Destination",
    ],
)
def test_what_is_not_the_arn_of_one_log_group_is_no_fact(value):
    sections = "Parameters: {Destination: {Type: String}}"
    logs = f"{LOGS}  Bucket: {{Type: AWS::S3::Bucket}}\n"
    assert (
        log_group_arns(template("AWS::EC2::FlowLog", f"{{LogDestination: {value}}}", sections=sections, logs=logs))
        == []
    )


def test_a_log_group_of_another_stack_has_a_name_only():
    fact = flow_log("arn:aws:logs:us-east-1:111122223333:log-group:/elsewhere:*")
    assert (fact.log_group, fact.log_group_name, fact.subject, fact.form) == (
        None,
        "/elsewhere",
        "/elsewhere",
        "starred",
    )


def test_the_alternatives_of_a_value_are_facts_of_their_own():
    sections = "Conditions: {Old: !Equals [!Ref 'AWS::Region', us-east-1]}"
    value = f"!If [Old, !GetAtt Logs.Arn, !Sub '{ARN}:${{Logs}}']"
    text = template("AWS::EC2::FlowLog", f"{{LogDestination: {value}}}", sections=sections)
    found = log_group_arns(text)
    assert [(fact.form, fact.guard.conditions) for fact in found] == [
        ("starred", (("Old", True),)),
        ("bare", (("Old", False),)),
    ]


CONDITIONAL = "  Logs: {Type: AWS::Logs::LogGroup, Condition: Own, Properties: {LogGroupName: /shop/orders}}\n"
OWN = "Conditions: {Own: !Equals [!Ref 'AWS::Region', us-east-1]}"


def test_the_condition_of_the_log_group_is_joined_where_it_is_referred_to():
    fact = flow_log("!GetAtt Logs.Arn", sections=OWN, logs=CONDITIONAL)
    assert fact.guard.conditions == (("Own", True),)


def test_a_log_group_that_may_not_exist_is_not_the_one_that_is_named():
    fact = flow_log(f"!Sub '{ARN}:/shop/orders:*'", sections=OWN, logs=CONDITIONAL)
    assert (fact.log_group, fact.guard.conditions) == (None, ())


# the sites


@pytest.mark.parametrize(
    ("type_", "properties", "wants", "severity"),
    [
        (
            "AWS::StepFunctions::StateMachine",
            "{LoggingConfiguration: {Destinations: [{CloudWatchLogsLogGroup: {LogGroupArn: !GetAtt Logs.Arn}}]}}",
            "starred",
            "error",
        ),
        (
            "AWS::Serverless::StateMachine",
            "{Logging: {Destinations: [{CloudWatchLogsLogGroup: {LogGroupArn: !GetAtt Logs.Arn}}]}}",
            "starred",
            "error",
        ),
        ("AWS::CloudTrail::Trail", "{CloudWatchLogsLogGroupArn: !GetAtt Logs.Arn}", "starred", "error"),
        ("AWS::Logs::LogAnomalyDetector", "{LogGroupArnList: [!GetAtt Logs.Arn]}", "bare", "error"),
        ("AWS::Events::Rule", "{Targets: [{Id: logs, Arn: !GetAtt Logs.Arn}]}", "bare_preferred", "warning"),
        ("AWS::WAFv2::LoggingConfiguration", "{LogDestinationConfigs: [!GetAtt Logs.Arn]}", "bare_preferred", "note"),
        (
            "AWS::Serverless::HttpApi",
            "{AccessLogSettings: {DestinationArn: !GetAtt Logs.Arn}}",
            "bare_preferred",
            "none",
        ),
        ("AWS::Pipes::Pipe", "{Target: !GetAtt Logs.Arn}", "either", "none"),
        (
            "AWS::KMS::Key",
            "{KeyPolicy: {Statement: [{Condition: {ArnEquals: "
            "{'kms:EncryptionContext:aws:logs:arn': !GetAtt Logs.Arn}}}]}}",
            "bare",
            "warning",
        ),
    ],
)
def test_each_site_has_its_own_wish(type_, properties, wants, severity):
    fact = only(type_, properties)
    assert (fact.wants, fact.severity, fact.form) == (wants, severity, "starred")


def test_items_are_named_by_their_identity():
    rule = only("AWS::Events::Rule", "{Targets: [{Id: logs, Arn: !GetAtt Logs.Arn}]}")
    assert (rule.property, rule.identity) == ("Targets.0.Arn", "Targets.logs.Arn")
    detector = only("AWS::Logs::LogAnomalyDetector", "{LogGroupArnList: [!GetAtt Logs.Arn]}")
    assert (detector.property, detector.identity) == ("LogGroupArnList.0", "LogGroupArnList.Logs")


@pytest.mark.parametrize(
    ("principal", "facts"),
    [
        ("logs.amazonaws.com", 1),
        ("logs.eu-west-1.amazonaws.com", 1),
        ("!Sub 'logs.${AWS::Region}.amazonaws.com'", 1),
        ("events.amazonaws.com", 0),
        ("!Ref Who", 0),
    ],
)
def test_a_permission_is_a_site_for_cloudwatch_logs_only(principal, facts):
    properties = f"{{Principal: {principal}, SourceArn: !Sub '{ARN}:${{Logs}}'}}"
    sections = "Parameters: {Who: {Type: String}}"
    found = log_group_arns(template("AWS::Lambda::Permission", properties, sections=sections))
    assert [fact.wants for fact in found] == ["starred"] * facts


@pytest.mark.parametrize(
    ("value", "named"),
    [("!Ref Arn", "`Arn`"), ("!ImportValue logs", "`logs`"), ("!GetAtt Nested.Outputs.Logs", "`Nested.Logs`")],
)
def test_an_undecided_value_is_told_where_it_can_be_nothing_else(value, named):
    sections = "Parameters: {Arn: {Type: String}}"
    logs = "  Nested: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: nested.yaml}}\n"
    fact = only("AWS::CloudTrail::Trail", f"{{CloudWatchLogsLogGroupArn: {value}}}", sections=sections, logs=logs)
    assert isinstance(fact.form, Unknown)
    assert named in fact.form.reason
    assert (fact.log_group, fact.wants) == (None, "starred")


def test_an_arn_where_a_mapping_belongs_is_none():
    properties = "{Logging: {Destinations: [{CloudWatchLogsLogGroup: %s}]}}"
    assert log_group_arns(template("AWS::Serverless::StateMachine", properties % "!GetAtt Logs.Arn")) == []
    fact = only(
        "AWS::Serverless::StateMachine", properties % "!Ref Group", sections="Parameters: {Group: {Type: String}}"
    )
    assert isinstance(fact.form, Unknown)


def test_a_suffix_behind_an_undecided_value_is_meant():
    sections = "Parameters: {Arn: {Type: String}}"
    text = template("AWS::CloudTrail::Trail", "{CloudWatchLogsLogGroupArn: !Sub '${Arn}:*'}", sections=sections)
    assert log_group_arns(text) == []


def test_an_undecided_value_says_nothing_where_either_form_will_do():
    text = template("AWS::DataSync::Task", "{CloudWatchLogGroupArn: !ImportValue logs}")
    assert log_group_arns(text) == []


def test_the_log_group_of_a_parent_is_called_as_it_is_there():
    child = """
Parameters: {Group: {Type: String}}
Resources: {Flow: {Type: AWS::EC2::FlowLog, Properties: {LogDestination: !Ref Group}}}
"""
    parent = """
Resources:
  Logs: {Type: AWS::Logs::LogGroup}
  Child:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: child.yaml, Parameters: {Group: !GetAtt Logs.Arn}}
"""
    source = Source("parent.yaml", parent)
    above = Resolver(load_template(parse(source), source), files={"child.yaml": Source("child.yaml", child)}.get)
    below = nested_stack(above, above.resources["Child"])
    assert below is not None
    (fact,) = collect(View(below))
    assert (fact.log_group, fact.log_group_name, fact.form) == (None, "Logs", "starred")
