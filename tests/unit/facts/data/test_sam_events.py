"""The table of SAM's events against what SAM's own translator makes of each."""

from __future__ import annotations

import pytest

from saya.facts.tables import sam_events

SECRET = [{"Type": "BASIC_AUTH", "URI": "arn:aws:secretsmanager:us-east-1:111122223333:secret:x"}]
STREAM = {"StartingPosition": "LATEST"}
PROPERTIES = {
    "Api": {"Path": "/orders", "Method": "get"},
    "HttpApi": {"Path": "/orders", "Method": "get"},
    "Cognito": {"UserPool": {"Ref": "Pool"}, "Trigger": "PreSignUp"},
    "S3": {"Bucket": {"Ref": "Bucket"}, "Events": "s3:ObjectCreated:*"},
    "SNS": {"Topic": {"Ref": "Topic"}},
    "SQS": {"Queue": "arn:aws:sqs:us-east-1:111122223333:orders"},
    "Kinesis": {"Stream": "arn:aws:kinesis:us-east-1:111122223333:stream/orders", **STREAM},
    "DynamoDB": {"Stream": "arn:aws:dynamodb:us-east-1:111122223333:table/orders/stream/1", **STREAM},
    "MSK": {"Stream": "arn:aws:kafka:us-east-1:111122223333:cluster/orders/1", "Topics": ["orders"], **STREAM},
    "SelfManagedKafka": {
        "KafkaBootstrapServers": ["kafka.example.org:9092"],
        "Topics": ["orders"],
        "SourceAccessConfigurations": [{**SECRET[0], "Type": "SASL_SCRAM_512_AUTH"}],
    },
    "MQ": {
        "Broker": "arn:aws:mq:us-east-1:111122223333:broker:b",
        "Queues": ["orders"],
        "SourceAccessConfigurations": SECRET,
    },
    "DocumentDB": {
        "Cluster": "arn:aws:rds:us-east-1:111122223333:cluster:c",
        "DatabaseName": "orders",
        "SourceAccessConfigurations": SECRET,
    },
    "Schedule": {"Schedule": "rate(1 day)"},
    "ScheduleV2": {"ScheduleExpression": "rate(1 day)"},
    "EventBridgeRule": {"Pattern": {"source": ["shop"]}},
    "CloudWatchEvent": {"Pattern": {"source": ["shop"]}},
    "CloudWatchLogs": {"LogGroupName": "orders", "FilterPattern": ""},
    "IoTRule": {"Sql": "SELECT * FROM 'orders'"},
    "AlexaSkill": {},
}


@pytest.fixture(scope="module")
def translate():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        from samtranslator.translator.transform import transform

        class NoPolicies:
            def load(self):
                return {}

        def translated(event, alias):
            function = {
                "Type": "AWS::Serverless::Function",
                "Properties": {
                    "Handler": "app.handler",
                    "Runtime": "python3.13",
                    "InlineCode": "pass",
                    "Role": "arn:aws:iam::111122223333:role/r",
                    **({"AutoPublishAlias": "live"} if alias else {}),
                    "Events": {"Event": {"Type": event, "Properties": PROPERTIES[event]}},
                },
            }
            others = {"Bucket": "AWS::S3::Bucket", "Topic": "AWS::SNS::Topic", "Pool": "AWS::Cognito::UserPool"}
            template = {
                "Transform": "AWS::Serverless-2016-10-31",
                "Resources": {"Fn": function, **{name: {"Type": type_} for name, type_ in others.items()}},
            }
            return transform(template, {}, NoPolicies())["Resources"]

        yield translated


def strings_at(value, path):
    """What stands at the path of the table, or anywhere below it, as one text."""
    for step in path.split("."):
        key = step.removesuffix("[]")
        value = value[key]
        if step.endswith("[]"):
            value = value[0]
    return str(value)


def test_every_event_type_of_sam_is_in_the_table():
    assert set(PROPERTIES) == set(sam_events())


@pytest.mark.parametrize("event", PROPERTIES)
def test_sam_makes_of_it(translate, event):
    row = sam_events()[event]
    type_, path = row.makes.split(" ")

    for alias, reference in [(True, "FnAliaslive"), (False, "Fn")]:
        made = [one for one in translate(event, alias).values() if one["Type"] == type_]
        text = " ".join(strings_at(one["Properties"], path) for one in made)
        assert (reference in text) is True
        assert ("FnAliaslive" in text) is (alias and row.follows_alias)


def test_only_the_event_that_makes_a_permission_alone_invokes_nothing():
    for row in sam_events().values():
        assert row.invokes is not row.makes.startswith("AWS::Lambda::Permission")


def test_events_with_a_pattern():
    assert {event for event, row in sam_events().items() if row.pattern} == {"EventBridgeRule", "CloudWatchEvent"}
