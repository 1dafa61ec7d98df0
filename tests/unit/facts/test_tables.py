from __future__ import annotations

import re

import pytest

from saya.facts import tables
from saya.facts.tables import ITEMS, KEYS, Condition, Place

SITES = [(type_, site) for type_, sites in tables.invocation_sites().items() for site in sites]


def sites_at(type_, path):
    return [site for site in tables.invocation_sites()[type_] if ".".join(site.path) == path]


def test_every_invocation_site_is_a_place_that_a_template_can_have():
    assert len(SITES) >= 200
    for type_, site in SITES:
        assert re.fullmatch(r"(AWS|Alexa)::\w+::\w+|Custom::(\w+|\*)", type_)
        assert site.path
        assert all(step in (ITEMS, KEYS) or re.fullmatch(r"[\w:-]+", step) for step in site.path)
        for place in [condition.place for condition in site.conditions] + (
            [site.qualifier_at] if site.qualifier_at else []
        ):
            assert 0 <= place.depth < len(site.path)
            assert place.keys
            assert not {ITEMS, KEYS} & set(place.keys)


def test_a_site_of_the_control_plane_is_not_one_that_callers_meet():
    for type_, path in [
        ("AWS::CloudFormation::CustomResource", "ServiceToken"),
        ("AWS::SecretsManager::RotationSchedule", "RotationLambdaARN"),
        ("AWS::Config::ConfigRule", "Source.SourceIdentifier"),
        ("AWS::CloudWatch::Alarm", "AlarmActions.[]"),
    ]:
        assert [site.exposure for site in sites_at(type_, path)] == ["control_plane"]


def test_columns_come_out_as_they_are_written():
    [url] = sites_at("AWS::Lambda::Url", "TargetFunctionArn")

    assert url.qualifier_at == Place(0, ("Qualifier",))
    assert (url.value, url.qualifier_support, url.exposure, url.integration) == (
        "name-or-arn",
        "accepted",
        "synchronous",
        "function_url",
    )
    assert (url.create_only, url.generic, url.authorised_by, url.principal) == (True, False, "resource_policy", "*")
    assert (url.root, url.certainty) == ("properties", "certain")


def test_a_condition_stays_in_the_same_list_item():
    [topic] = sites_at("AWS::SNS::Topic", "Subscription.[].Endpoint")
    [firehose] = sites_at(
        "AWS::KinesisFirehose::DeliveryStream",
        "SplunkDestinationConfiguration.ProcessingConfiguration.Processors.[].Parameters.[].ParameterValue",
    )

    assert topic.conditions == (Condition(Place(2, ("Protocol",)), ("lambda",)),)
    assert firehose.conditions == (
        Condition(Place(4, ("Type",)), ("Lambda",)),
        Condition(Place(6, ("ParameterName",)), ("LambdaArn",)),
    )


def test_what_must_be_absent_is_a_condition_without_values():
    always, other = sites_at("AWS::ApiGatewayV2::Integration", "IntegrationUri")

    assert [condition.values for condition in always.conditions] == [("AWS_PROXY",), ()]
    assert [condition.absent for condition in always.conditions] == [False, True]
    assert (always.generic, other.generic) == (False, True)


def test_what_stands_inside_a_document_is_relative_to_it():
    [document] = sites_at("AWS::SSM::Document", "Content")

    assert document.inside is not None
    assert document.inside.path == ("mainSteps", ITEMS, "inputs", "FunctionName")
    assert document.inside.qualifier_at == Place(3, ("Qualifier",))
    assert document.inside.conditions == (Condition(Place(2, ("action",)), ("aws:invokeLambdaFunction",)),)


def test_a_custom_resource_has_its_own_sites_and_those_of_all():
    paths = [site.path[0] for site in tables.invocation_sites_of("Custom::S3BucketNotifications")]

    assert paths == ["NotificationConfiguration", "ServiceToken"]
    assert [site.path for site in tables.invocation_sites_of("Custom::Whatever")] == [("ServiceToken",)]
    assert tables.invocation_sites_of("AWS::S3::BucketPolicy") == ()


def test_targets_that_need_not_be_functions_are_marked():
    generic = {type_ for type_, site in SITES if site.generic}

    assert {
        "AWS::Events::Rule",
        "AWS::Scheduler::Schedule",
        "AWS::Pipes::Pipe",
        "AWS::Logs::SubscriptionFilter",
    } <= generic
    assert {"AWS::CloudWatch::Alarm", "AWS::AutoScaling::AutoScalingGroup", "Custom::*"} <= generic
    assert (
        not {"AWS::Lambda::EventSourceMapping", "AWS::S3::Bucket", "AWS::Cognito::UserPool", "AWS::SNS::Topic"}
        & generic
    )


@pytest.mark.parametrize(
    ("principal", "admitted"),
    [
        ("logs.amazonaws.com", True),
        ("logs.eu-west-1.amazonaws.com", True),
        ("catalogs.amazonaws.com", False),
        ("logs.amazonaws.com.example.org", False),
    ],
)
def test_a_star_in_a_condition_is_any_run_of_characters(principal, admitted):
    [site] = tables.log_group_sites()["AWS::Lambda::Permission"]

    assert site.conditions[0].admits(principal) is admitted


def test_grants_are_no_sites():
    assert set(tables.invocation_grants()) == {"AWS::Lambda::Permission", "AWS::Serverless::Connector"}
    assert "AWS::Lambda::Permission" not in tables.invocation_sites()
    [connector] = tables.invocation_grants()["AWS::Serverless::Connector"]
    assert (connector.value, connector.qualifier_support) == ("logical-id", "rejected")


def test_log_group_severities_are_what_the_policy_needs():
    severities = {
        (type_, ".".join(site.path)): (site.wants, site.severity)
        for type_, sites in tables.log_group_sites().items()
        for site in sites
    }

    assert severities[
        "AWS::StepFunctions::StateMachine", "LoggingConfiguration.Destinations.[].CloudWatchLogsLogGroup.LogGroupArn"
    ] == (
        "starred",
        "error",
    )
    assert severities["AWS::EC2::FlowLog", "LogDestination"] == ("bare", "warning")
    assert severities["AWS::Events::Rule", "Targets.[].Arn"] == ("bare_preferred", "warning")
    assert severities["AWS::WAFv2::LoggingConfiguration", "LogDestinationConfigs.[]"] == ("bare_preferred", "note")
    assert severities["AWS::ApiGateway::Stage", "AccessLogSetting.DestinationArn"] == ("bare_preferred", "none")
    assert severities["AWS::Pipes::Pipe", "Target"] == ("either", "none")
    assert not {wants for wants, severity in severities.values() if severity != "none"} & {"either"}


def test_what_is_disputed_says_so():
    [rule] = tables.log_group_sites()["AWS::Events::Rule"]
    [flow_log] = tables.log_group_sites()["AWS::EC2::FlowLog"]
    [trail] = tables.log_group_sites()["AWS::CloudTrail::Trail"]

    assert rule.reported is not None
    assert "disputed" in rule.reported
    assert flow_log.reported is not None
    assert "AWS Support" in flow_log.reported
    assert trail.reported is None


@pytest.mark.parametrize(
    ("action", "wants"),
    [
        ("logs:PutLogEvents", "starred"),
        ("logs:putlogevents", "starred"),
        ("logs:TagResource", "bare"),
        ("logs:DescribeLogGroups", "either"),
        ("logs:CreateLogDelivery", "either"),
        ("logs:*", "either"),
        ("logs:Create*", "either"),
        ("*", "either"),
        ("s3:GetObject", None),
        ("logsx:PutLogEvents", None),
    ],
)
def test_iam_actions_want(action, wants):
    assert tables.log_group_wants_of(action) == wants


def test_in_iam_an_infix_is_a_warning_and_a_doubled_suffix_nothing():
    forms = tables.log_group_iam_forms()

    assert {form: row.severity for form, row in forms.items()} == {"infix": "warning", "doubled": "none"}
    assert forms["infix"].reported


def test_global_event_sources_are_found_by_source_and_by_event_source():
    sources = tables.global_event_sources()

    assert sources["aws.iam"] == sources["iam.amazonaws.com"]
    assert sources["aws.iam"].regions["aws"] == ("us-east-1",)
    assert sources["aws.iam"].certainty_in("aws") == "certain"
    assert sources["aws.iam"].certainty_in("aws-cn") == "likely"
    assert sources["aws.globalaccelerator"].regions == {"aws": ("us-west-2",)}
    assert sources["aws.support"].certainty_in("aws-cn") == "unsure"
    assert "aws.ec2" not in sources
    assert "aws.route53resolver" not in sources


@pytest.mark.parametrize(
    "name", ["aws.health", "aws.signin", "aws.sts", "aws.wafv2", "aws.acm", "aws.s3", "aws.route53domains"]
)
def test_what_has_no_fixed_region_has_no_regions(name):
    assert tables.global_event_sources()[name].regions == {}


def test_regions_are_of_their_partition():
    prefixes = {"aws": ("us-east-", "us-west-"), "aws-cn": ("cn-",), "aws-us-gov": ("us-gov-",), "aws-eusc": ("eusc-",)}
    for source in tables.global_event_sources().values():
        for partition, regions in source.regions.items():
            assert all(region.startswith(prefixes[partition]) for region in regions)
