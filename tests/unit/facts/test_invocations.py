"""Where a template tells a service to invoke a function."""

from __future__ import annotations

from textwrap import indent

import pytest

from saya.facts.types import Invocation

from .views import SAM, invocations_of, plain, told, view_of

FUNCTION = """
Parameters: {Stage: {Type: String}, Open: {Type: String}}
Conditions: {IsProd: !Equals [!Ref Stage, prod]}
Resources:
  Fn: {Type: AWS::Lambda::Function}
  Version: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref Fn}}
  Live: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref Fn, FunctionVersion: !GetAtt Version.Version, Name: live}}
"""  # noqa: E501


def sites(type_, properties, *, more="", top="") -> list[Invocation]:
    """The invocations of one resource of a type."""
    body = indent(properties.strip(), " " * 6)
    text = f"{top}{FUNCTION}  Site:\n    Type: {type_}\n{more}    Properties:\n{body}\n"
    return [fact for fact in invocations_of(text) if fact.resource.id == "Site"]


def seen(found: list[Invocation]) -> list[tuple[object, ...]]:
    return list(dict.fromkeys((fact.property, *told(fact), fact.exposure) for fact in found))


URI = "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions"

SITES = [
    ("AWS::ApiGateway::Method", f"Integration: {{Type: AWS_PROXY, Uri: !Sub '{URI}/${{Fn.Arn}}/invocations'}}",
     "Integration.Uri", "synchronous"),
    ("AWS::ApiGateway::Authorizer", f"Type: TOKEN\nAuthorizerUri: !Sub '{URI}/${{Fn.Arn}}/invocations'",
     "AuthorizerUri", "synchronous"),
    ("AWS::ApiGatewayV2::Authorizer", f"AuthorizerType: REQUEST\nAuthorizerUri: !Sub '{URI}/${{Fn.Arn}}/invocations'",
     "AuthorizerUri", "synchronous"),
    ("AWS::ApiGatewayV2::Integration", "IntegrationType: AWS_PROXY\nIntegrationUri: !GetAtt Fn.Arn",
     "IntegrationUri", "synchronous"),
    ("AWS::ApiGatewayV2::Integration",
     f"IntegrationType: AWS_PROXY\nIntegrationUri: !Sub '{URI}/${{Fn.Arn}}/invocations'",
     "IntegrationUri", "synchronous"),
    ("AWS::ApiGatewayV2::Api", "Target: !GetAtt Fn.Arn", "Target", "synchronous"),
    ("AWS::ApiGatewayV2::Api", f"Target: !Sub '{URI}/${{Fn.Arn}}/invocations'", "Target", "synchronous"),
    ("AWS::Lambda::Url", "TargetFunctionArn: !GetAtt Fn.Arn", "TargetFunctionArn", "synchronous"),
    ("AWS::Lambda::EventSourceMapping", "FunctionName: !Ref Fn", "FunctionName", "asynchronous"),
    ("AWS::Lambda::EventInvokeConfig",
     "FunctionName: other\nDestinationConfig: {OnFailure: {Destination: !GetAtt Fn.Arn}}",
     "DestinationConfig.OnFailure.Destination", "asynchronous"),
    ("AWS::SNS::Subscription", "Protocol: lambda\nEndpoint: !GetAtt Fn.Arn", "Endpoint", "asynchronous"),
    ("AWS::SNS::Topic", "Subscription: [{Protocol: lambda, Endpoint: !GetAtt Fn.Arn}]", "Subscription.0.Endpoint",
     "asynchronous"),
    ("AWS::S3::Bucket", "NotificationConfiguration: {LambdaConfigurations: [{Event: x, Function: !GetAtt Fn.Arn}]}",
     "NotificationConfiguration.LambdaConfigurations.0.Function", "asynchronous"),
    ("AWS::Events::Rule", "Targets: [{Id: other, Arn: !Ref Open}, {Id: t, Arn: !GetAtt Fn.Arn}]", "Targets.1.Arn",
     "asynchronous"),
    ("AWS::Scheduler::Schedule", "Target: {Arn: !GetAtt Fn.Arn}", "Target.Arn", "asynchronous"),
    ("AWS::Pipes::Pipe", "Target: !GetAtt Fn.Arn", "Target", "asynchronous"),
    ("AWS::Pipes::Pipe", "Enrichment: !GetAtt Fn.Arn", "Enrichment", "asynchronous"),
    ("AWS::Logs::SubscriptionFilter", "DestinationArn: !GetAtt Fn.Arn", "DestinationArn", "asynchronous"),
    ("AWS::Cognito::UserPool", "LambdaConfig: {PreSignUp: !GetAtt Fn.Arn}", "LambdaConfig.PreSignUp", "synchronous"),
    ("AWS::Cognito::UserPool", "LambdaConfig: {CustomSMSSender: {LambdaArn: !GetAtt Fn.Arn}}",
     "LambdaConfig.CustomSMSSender.LambdaArn", "synchronous"),
    ("AWS::ElasticLoadBalancingV2::TargetGroup", "TargetType: lambda\nTargets: [{Id: !GetAtt Fn.Arn}]", "Targets.0.Id",
     "synchronous"),
    ("AWS::AppSync::DataSource", "LambdaConfig: {LambdaFunctionArn: !GetAtt Fn.Arn}", "LambdaConfig.LambdaFunctionArn",
     "synchronous"),
    ("AWS::IoT::TopicRule", "TopicRulePayload: {Actions: [{Lambda: {FunctionArn: !GetAtt Fn.Arn}}]}",
     "TopicRulePayload.Actions.0.Lambda.FunctionArn", "asynchronous"),
    ("AWS::KinesisFirehose::DeliveryStream",
     "ExtendedS3DestinationConfiguration: {ProcessingConfiguration: {Processors: [{Type: Lambda, Parameters: "
     "[{ParameterName: LambdaArn, ParameterValue: !GetAtt Fn.Arn}]}]}}",
     "ExtendedS3DestinationConfiguration.ProcessingConfiguration.Processors.0.Parameters.0.ParameterValue",
     "asynchronous"),
    ("AWS::Bedrock::Agent", "ActionGroups: [{ActionGroupExecutor: {Lambda: !GetAtt Fn.Arn}}]",
     "ActionGroups.0.ActionGroupExecutor.Lambda", "synchronous"),
    ("AWS::IoTAnalytics::Pipeline", "PipelineActivities: [{Lambda: {LambdaName: !Ref Fn}}]",
     "PipelineActivities.0.Lambda.LambdaName", "asynchronous"),
    ("AWS::CloudFormation::CustomResource", "ServiceToken: !GetAtt Fn.Arn", "ServiceToken", "control_plane"),
    ("Custom::Seed", "ServiceToken: !GetAtt Fn.Arn", "ServiceToken", "control_plane"),
    ("Custom::S3", "ServiceToken: !Ref Open\nFunctionName: !Ref Fn", "FunctionName", "asynchronous"),
    ("Custom::S3BucketNotifications",
     "ServiceToken: !Ref Open\nNotificationConfiguration: {LambdaFunctionConfigurations: "
     "[{LambdaFunctionArn: !GetAtt Fn.Arn}]}",
     "NotificationConfiguration.LambdaFunctionConfigurations.0.LambdaFunctionArn", "asynchronous"),
    ("AWS::SecretsManager::RotationSchedule", "RotationLambdaARN: !GetAtt Fn.Arn", "RotationLambdaARN",
     "control_plane"),
    ("AWS::Config::ConfigRule", "Source: {Owner: CUSTOM_LAMBDA, SourceIdentifier: !GetAtt Fn.Arn}",
     "Source.SourceIdentifier", "control_plane"),
    ("AWS::CloudWatch::Alarm", "AlarmActions: [!GetAtt Fn.Arn]", "AlarmActions.0", "control_plane"),
    ("AWS::CodePipeline::Pipeline",
     "Stages: [{Actions: [{ActionTypeId: {Category: Invoke, Provider: Lambda}, "
     "Configuration: {FunctionName: !Ref Fn}}]}]",
     "Stages.0.Actions.0.Configuration.FunctionName", "control_plane"),
]  # fmt: skip


@pytest.mark.parametrize(("type_", "properties", "property_", "exposure"), SITES)
def test_a_site_of_each_kind(type_, properties, property_, exposure):
    (fact, *others) = sites(type_, properties)
    assert (fact.property, *told(fact), fact.exposure) == (property_, "Fn", "absent", exposure)
    assert plain(fact.bypasses) == "Live"
    assert {other.property for other in others} <= {property_}


@pytest.mark.parametrize(("type_", "properties", "property_", "exposure"), SITES)
def test_the_same_site_on_an_alias_and_on_latest(type_, properties, property_, exposure):
    alias = (
        properties.replace("!GetAtt Fn.Arn", "!Ref Live")
        .replace("${Fn.Arn}", "${Live}")
        .replace("!Ref Fn", "!Ref Live")
    )
    assert seen(sites(type_, alias)) == [(property_, "Fn", "alias", exposure)]
    latest = properties.replace("!GetAtt Fn.Arn", '!Sub "${Fn.Arn}:$LATEST"').replace(
        "${Fn.Arn}/", "${Fn.Arn}:$LATEST/"
    )
    latest = latest.replace("!Ref Fn", '!Sub "${Fn}:$LATEST"')
    assert seen(sites(type_, latest)) == [(property_, "Fn", "latest", exposure)]


def test_a_fact_says_where_the_target_is_written():
    text = "Resources:\n  Fn: {Type: AWS::Lambda::Function}\n  Site:\n    Type: AWS::Lambda::EventSourceMapping\n"
    (fact,) = invocations_of(text + "    Properties:\n      FunctionName: !GetAtt Fn.Arn\n")
    assert (fact.at.start_line, fact.integration, fact.subject) == (6, "event_source_mapping", "Fn")


# What must stand beside a site.


@pytest.mark.parametrize(
    ("type_", "properties"),
    [
        ("AWS::ApiGateway::Method", f"Integration: {{Type: HTTP, Uri: !Sub '{URI}/${{Fn.Arn}}/invocations'}}"),
        ("AWS::SNS::Subscription", "Protocol: sqs\nEndpoint: !GetAtt Fn.Arn"),
        (
            "AWS::SNS::Topic",
            "Subscription: [{Protocol: sqs, Endpoint: !GetAtt Fn.Arn}, {Protocol: lambda, Endpoint: x}]",
        ),
        ("AWS::ElasticLoadBalancingV2::TargetGroup", "TargetType: ip\nTargets: [{Id: !GetAtt Fn.Arn}]"),
        ("AWS::Config::ConfigRule", "Source: {Owner: AWS, SourceIdentifier: !GetAtt Fn.Arn}"),
        (
            "AWS::ApiGatewayV2::Integration",
            "IntegrationType: AWS_PROXY\nIntegrationSubtype: SQS-SendMessage\nIntegrationUri: !GetAtt Fn.Arn",
        ),
        ("AWS::SNS::Subscription", "Endpoint: !GetAtt Fn.Arn"),
        ("AWS::Lambda::Permission", "FunctionName: !Ref Fn\nPrincipal: s3.amazonaws.com"),
        ("AWS::ApplicationAutoScaling::ScalableTarget", "ResourceId: !Sub 'function:${Fn}:live'"),
    ],
)
def test_what_is_no_site(type_, properties):
    assert sites(type_, properties) == []


def test_a_condition_of_a_site_under_a_condition():
    found = sites("AWS::SNS::Subscription", "Protocol: !If [IsProd, lambda, sqs]\nEndpoint: !GetAtt Fn.Arn")
    assert {fact.guard.conditions for fact in found} == {(("IsProd", True),)}


def test_a_condition_of_a_site_that_is_open():
    """What names a function of the template is a site; what may be anything is none."""
    assert seen(sites("AWS::SNS::Subscription", "Protocol: !Ref Open\nEndpoint: !GetAtt Fn.Arn")) == [
        ("Endpoint", "Fn", "absent", "asynchronous")
    ]
    assert sites("AWS::SNS::Subscription", "Protocol: !Ref Open\nEndpoint: !Ref Open") == []


def test_a_property_that_must_be_absent_and_is_under_a_condition():
    properties = (
        "IntegrationType: AWS_PROXY\nIntegrationSubtype: !If [IsProd, SQS-SendMessage, !Ref AWS::NoValue]\n"
        "IntegrationUri: !GetAtt Fn.Arn"
    )
    found = sites("AWS::ApiGatewayV2::Integration", properties)
    assert {fact.guard.conditions for fact in found} == {(("IsProd", False),)}


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("!Ref Open", []),
        ("arn:aws:sqs:eu-west-1:1:queue", []),
        ("!ImportValue queue", []),
        ("arn:aws:lambda:eu-west-1:1:function:theirs", [("Targets.0.Arn", None, "absent", "asynchronous")]),
        ("!Sub 'arn:aws:lambda:eu-west-1:1:function:${Open}'", [("Targets.0.Arn", "?", "?", "asynchronous")]),
    ],
)
def test_a_property_that_takes_other_things_too(target, expected):
    assert seen(sites("AWS::Events::Rule", f"Targets: [{{Id: t, Arn: {target}}}]")) == expected


def test_a_property_that_takes_functions_only():
    assert seen(sites("AWS::Lambda::EventSourceMapping", "FunctionName: !Ref Open")) == [
        ("FunctionName", "?", "?", "asynchronous")
    ]
    assert seen(sites("AWS::Lambda::EventSourceMapping", "FunctionName: !ImportValue theirs")) == [
        ("FunctionName", None, "?", "asynchronous")
    ]


# A qualifier of its own.


@pytest.mark.parametrize(
    ("qualifier", "expected"),
    [
        ("live", {("alias", None)}),
        ("!Ref Open", {("?", None)}),
        ("!Ref AWS::NoValue", {("absent", "Live"), ("absent", None)}),
        ("!If [IsProd, live, !Ref AWS::NoValue]", {("alias", None), ("absent", "Live"), ("absent", None)}),
    ],
)
def test_a_url_has_its_qualifier_beside_the_function(qualifier, expected):
    found = sites("AWS::Lambda::Url", f"TargetFunctionArn: !GetAtt Fn.Arn\nQualifier: {qualifier}")
    assert {(plain(fact.qualifier), plain(fact.bypasses)) for fact in found} <= expected
    assert {plain(fact.qualifier) for fact in found} == {kind for kind, _ in expected}


def test_a_maintenance_window_has_its_qualifier_further_down():
    task = (
        "TaskType: LAMBDA\nTaskArn: !GetAtt Fn.Arn\nTaskInvocationParameters: {MaintenanceWindowLambdaParameters: %s}"
    )
    assert seen(sites("AWS::SSM::MaintenanceWindowTask", task % "{Qualifier: live}")) == [
        ("TaskArn", "Fn", "alias", "control_plane")
    ]
    assert seen(sites("AWS::SSM::MaintenanceWindowTask", task % "{Payload: x}")) == [
        ("TaskArn", "Fn", "absent", "control_plane")
    ]


# Guards.


def test_the_condition_of_the_site_and_of_the_function_are_joined():
    text = """
    Parameters: {Stage: {Type: String}}
    Conditions: {IsProd: !Equals [!Ref Stage, prod], IsTest: !Equals [!Ref Stage, test]}
    Resources:
      Fn: {Type: AWS::Lambda::Function, Condition: IsProd}
      One: {Type: AWS::Lambda::EventSourceMapping, Condition: IsTest, Properties: {FunctionName: !Ref Fn}}
      Two: {Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: !Ref Fn}}
    """
    (fact,) = invocations_of(text)
    assert (fact.resource.id, fact.guard.conditions) == ("Two", (("IsProd", True),))


def test_each_branch_of_a_condition_is_a_fact():
    found = sites("AWS::Lambda::EventSourceMapping", "FunctionName: !If [IsProd, !Ref Live, !GetAtt Fn.Arn]")
    assert {(plain(fact.qualifier), fact.guard.conditions) for fact in found} == {
        ("alias", (("IsProd", True),)),
        ("absent", (("IsProd", False),)),
    }


def test_a_default_is_told_with_the_fact():
    text = """
    Parameters: {Target: {Type: String, Default: orders}}
    Resources:
      Fn: {Type: AWS::Lambda::Function, Properties: {FunctionName: orders}}
      Site: {Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: !Ref Target}}
    """
    (fact,) = invocations_of(text)
    assert (plain(fact.target), fact.guard.parameters) == ("Fn", (("Target", "orders"),))
    assert [origin.start_line for origin in fact.origins] == [2]


# Switched off.


@pytest.mark.parametrize(
    ("type_", "properties", "expected"),
    [
        ("AWS::Events::Rule", "State: DISABLED\nTargets: [{Id: t, Arn: !GetAtt Fn.Arn}]", True),
        ("AWS::Events::Rule", "State: ENABLED\nTargets: [{Id: t, Arn: !GetAtt Fn.Arn}]", False),
        ("AWS::Events::Rule", "State: !Ref Open\nTargets: [{Id: t, Arn: !GetAtt Fn.Arn}]", False),
        ("AWS::Events::Rule", "State: !If [IsProd, ENABLED, DISABLED]\nTargets: [{Id: t, Arn: !GetAtt Fn.Arn}]", False),
        ("AWS::Scheduler::Schedule", "State: DISABLED\nTarget: {Arn: !GetAtt Fn.Arn}", True),
        ("AWS::Lambda::EventSourceMapping", "Enabled: 'false'\nFunctionName: !Ref Fn", True),
        ("AWS::Pipes::Pipe", "DesiredState: STOPPED\nTarget: !GetAtt Fn.Arn", True),
        ("AWS::SNS::Subscription", "State: DISABLED\nProtocol: lambda\nEndpoint: !GetAtt Fn.Arn", False),
    ],
)
def test_a_caller_that_the_template_switches_off(type_, properties, expected):
    assert {fact.switched_off for fact in sites(type_, properties)} == {expected}


def test_an_event_of_sam_that_the_template_switches_off():
    for switch, off in (("Enabled: false", True), ("State: DISABLED", True), ("Enabled: true", False), ("", False)):
        (fact,) = sam(f"Events: {{Come: {{Type: Schedule, Properties: {{{switch}}}}}}}")
        assert fact.switched_off is off
    (fact,) = sam("FunctionUrlConfig: {AuthType: NONE}\nState: DISABLED")
    assert fact.switched_off is False


# Documents.


def test_an_open_api_document():
    def body(uri):
        return f"""
Body:
  paths:
    /a: {{get: {{x-amazon-apigateway-integration: {{type: aws_proxy, uri: {uri}}}}}}}
    /b: {{get: {{x-amazon-apigateway-integration: {{type: http, uri: https://example.org}}}}}}
  components:
    securitySchemes:
      own: {{x-amazon-apigateway-authorizer: {{authorizerUri: {uri}}}}}
    x-amazon-apigateway-integrations: {{shared: {{uri: {uri}}}}}
"""

    places = [
        "Body.paths./a.get.x-amazon-apigateway-integration.uri",
        "Body.components.securitySchemes.own.x-amazon-apigateway-authorizer.authorizerUri",
        "Body.components.x-amazon-apigateway-integrations.shared.uri",
    ]
    for type_ in ("AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"):
        for uri in (f"!Sub '{URI}/${{Fn.Arn}}/invocations'", "!GetAtt Fn.Arn"):
            found = sites(type_, body(uri))
            assert seen(found) == [(place, "Fn", "absent", "synchronous") for place in places]
            assert {fact.integration for fact in found} == {"open_api"}
        assert [kind for _, _, kind, _ in seen(sites(type_, body(f"!Sub '{URI}/${{Live}}/invocations'")))] == [
            "alias"
        ] * 3


def test_a_universal_target_of_a_schedule():
    for document in (
        '!Sub \'{"FunctionName": "${Fn.Arn}"}\'',
        "!Join ['', ['{\"FunctionName\": \"', !Ref Fn, '\"}']]",
    ):
        found = sites(
            "AWS::Scheduler::Schedule",
            f"Target:\n  Arn: arn:aws:scheduler:::aws-sdk:lambda:invoke\n  Input: {document}",
        )
        assert seen(found) == [("Target.Input.FunctionName", "Fn", "absent", "asynchronous")]
    qualified = '!Sub \'{"FunctionName": "${Fn}", "Qualifier": "live"}\''
    found = sites(
        "AWS::Scheduler::Schedule", f"Target:\n  Arn: arn:aws:scheduler:::aws-sdk:lambda:invoke\n  Input: {qualified}"
    )
    assert seen(found) == [("Target.Input.FunctionName", "Fn", "alias", "asynchronous")]
    other = sites(
        "AWS::Scheduler::Schedule", f"Target:\n  Arn: arn:aws:scheduler:::aws-sdk:sqs:sendMessage\n  Input: {qualified}"
    )
    assert other == []


def test_a_document_of_systems_manager():
    call = "{action: 'aws:invokeLambdaFunction', inputs: {FunctionName: !Ref Fn}}"
    assert seen(sites("AWS::SSM::Document", f"Content: {{mainSteps: [{{action: 'aws:sleep'}}, {call}]}}")) == [
        ("Content.mainSteps.1.inputs.FunctionName", "Fn", "absent", "control_plane")
    ]


# Beside the properties.


def test_the_hooks_of_an_alias():
    hooks = "{BeforeAllowTrafficHook: !Ref Fn, AfterAllowTrafficHook: other}"
    policy = f"    UpdatePolicy: {{CodeDeployLambdaAliasUpdate: {hooks}}}\n"
    found = sites("AWS::Lambda::Alias", "Name: live", more=policy)
    assert seen(found) == [
        ("UpdatePolicy.CodeDeployLambdaAliasUpdate.BeforeAllowTrafficHook", "Fn", "absent", "control_plane")
    ]


def test_the_hooks_of_the_template():
    text = f"""{FUNCTION}
Hooks:
  Shift:
    Type: AWS::CodeDeploy::BlueGreen
    Properties: {{LifecycleEventHooks: {{BeforeAllowTraffic: !Ref Fn}}}}
  Other: {{Type: Another::Hook, Properties: {{FunctionName: !Ref Fn}}}}
"""
    found = invocations_of(text)
    assert seen(found) == [("LifecycleEventHooks.BeforeAllowTraffic", "Fn", "absent", "control_plane")]
    assert found[0].resource.id == "Shift"


# SAM.


def sam(properties, *, more="", parameters="") -> list[Invocation]:
    body = indent(properties.strip(), " " * 6)
    return invocations_of(
        f"{SAM}Parameters: {{Open: {{Type: String}}{parameters}}}\n"
        f"Conditions: {{IsProd: !Equals [!Ref Open, prod]}}\nResources:\n{more}"
        f"  Fn:\n    Type: AWS::Serverless::Function\n    Properties:\n{body}\n"
    )


EVENTS = {
    "Api": "synchronous",
    "HttpApi": "synchronous",
    "Cognito": "synchronous",
    **dict.fromkeys(
        ("S3", "SNS", "SQS", "Kinesis", "DynamoDB", "MSK", "SelfManagedKafka", "MQ", "DocumentDB"), "asynchronous"
    ),
    **dict.fromkeys(
        ("Schedule", "ScheduleV2", "EventBridgeRule", "CloudWatchEvent", "CloudWatchLogs", "IoTRule"), "asynchronous"
    ),
}


@pytest.mark.parametrize(("type_", "exposure"), EVENTS.items())
@pytest.mark.parametrize("alias", [False, True])
def test_an_event_of_each_kind(type_, exposure, alias):
    published = "AutoPublishAlias: live\n" if alias else ""
    (fact,) = sam(f"{published}Events:\n  Come:\n    Type: {type_}\n")
    assert (fact.property, *told(fact), fact.exposure) == (
        "Events.Come",
        "Fn",
        "alias" if alias else "absent",
        exposure,
    )
    assert (fact.integration, fact.bypasses) == ("sam_event", None)


def test_an_event_stands_at_its_name():
    (fact,) = sam("Events:\n  Come:\n    Type: SQS\n")
    assert fact.at.source.text[fact.at.span.start : fact.at.span.end] == "Come"


@pytest.mark.parametrize("type_", ["AlexaSkill", "Unheard", "!Ref Open"])
def test_an_event_that_makes_no_caller(type_):
    assert sam(f"Events: {{Come: {{Type: {type_}}}}}") == []


def test_an_alias_of_an_event_that_is_open():
    found = sam("AutoPublishAlias: !If [IsProd, live, !Ref AWS::NoValue]\nEvents: {Come: {Type: SQS}}")
    assert [(plain(fact.qualifier), fact.guard.conditions) for fact in found] == [
        ("alias", (("IsProd", True),)),
        ("absent", (("IsProd", False),)),
    ]
    stored = ', Stored: {Type: "AWS::SSM::Parameter::Value<String>"}'
    found = sam("AutoPublishAlias: !Ref Stored\nEvents: {Come: {Type: SQS}}", parameters=stored)
    assert [plain(fact.qualifier) for fact in found] == ["?"]


def test_an_alias_from_globals():
    (fact,) = invocations_of(f"""
{SAM}
Globals: {{Function: {{AutoPublishAlias: live}}}}
Resources:
  Fn: {{Type: AWS::Serverless::Function, Properties: {{Events: {{A: {{Type: SQS}}}}}}}}
""")
    assert fact.qualifier == "alias"


def test_an_alias_written_by_hand_is_passed_by_sams_events():
    """A hand-written alias does not move SAM's events."""
    alias = (
        "  Live: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref Fn, FunctionVersion: '1', Name: live}}\n"
    )
    (fact,) = sam("Events: {Come: {Type: SQS}}", more=alias)
    assert (fact.qualifier, plain(fact.bypasses)) == ("absent", "Live")


def test_a_function_url():
    (fact,) = sam("FunctionUrlConfig: {AuthType: NONE}")
    assert (fact.property, fact.integration, *told(fact), fact.exposure) == (
        "FunctionUrlConfig",
        "function_url",
        "Fn",
        "absent",
        "synchronous",
    )
    (fact,) = sam("FunctionUrlConfig: {AuthType: NONE}\nAutoPublishAlias: live")
    assert fact.qualifier == "alias"


@pytest.mark.parametrize(
    ("resource", "property_"),
    [
        ("{Type: AWS::Serverless::Api, Properties: {Auth: {Authorizers: {A: {FunctionArn: !GetAtt Fn.Arn}}}}}",
         "Auth.Authorizers.A.FunctionArn"),
        ("{Type: AWS::Serverless::HttpApi, Properties: {Auth: {Authorizers: {A: {FunctionArn: !GetAtt Fn.Arn}}}}}",
         "Auth.Authorizers.A.FunctionArn"),
        ("{Type: AWS::Serverless::GraphQLApi, Properties: {DataSources: {Lambda: {D: {FunctionArn: !GetAtt Fn.Arn}}}}}",
         "DataSources.Lambda.D.FunctionArn"),
    ],
)  # fmt: skip
def test_what_sam_does_not_rewire_bypasses_its_alias(resource, property_):
    (fact,) = sam("AutoPublishAlias: live", more=f"  Site: {resource}\n")
    assert (fact.property, fact.qualifier, plain(fact.bypasses)) == (property_, "absent", "Fn")


def test_the_functions_of_a_template_are_described_once():
    view = view_of(
        f"{FUNCTION}  Site: {{Type: AWS::Lambda::EventSourceMapping, Properties: {{FunctionName: !Ref Fn}}}}\n"
    )
    assert view.function(view.resolver.resources["Fn"]).publishes is True
    assert view.resource(view.resolver.resources["Fn"]) is view.resource(view.resolver.resources["Fn"])
