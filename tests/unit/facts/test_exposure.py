"""Who reaches a function's `$LATEST` in the wiring of a template."""

from __future__ import annotations

import pytest

from saya.facts.exposure import Exposure, Wiring
from saya.model.value import Unknown

from .views import SAM, view_of

QUEUE = "  Mapping: {Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: !Ref Fn}}\n"
SEED = "  Seed: {Type: Custom::Seed, Properties: {ServiceToken: !GetAtt Fn.Arn}}\n"
ALIAS = "  Live: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref Fn, FunctionVersion: '1', Name: live}}\n"
BEHIND = "  Mapping: {Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: !Ref Live}}\n"


def permission(principal, function="!Ref Fn", action="lambda:InvokeFunction") -> str:
    properties = f"{{FunctionName: {function}, Principal: {principal}, Action: '{action}'}}"
    return f"  Allow: {{Type: AWS::Lambda::Permission, Properties: {properties}}}\n"


def exposure(resources, *, function="  Fn: {Type: AWS::Lambda::Function}\n", top="") -> Exposure:
    parameters = "Parameters: {Open: {Type: String}}\n"
    return Wiring(view_of(f"{top}{parameters}Resources:\n{function}{resources}")).exposure("Fn")


def names(found: Exposure) -> tuple[list[str], list[str], object]:
    otherwise = found.otherwise.reason if isinstance(found.otherwise, Unknown) else found.otherwise
    return [each.resource.id for each in found.live], [each.resource.id for each in found.control], otherwise


def test_a_caller_of_the_bare_function():
    assert names(exposure(QUEUE)) == (["Mapping"], [], False)


def test_a_caller_behind_an_alias_reaches_nothing():
    assert names(exposure(ALIAS + BEHIND)) == ([], [], False)


def test_a_caller_through_an_alias_on_latest_reaches_it():
    assert names(exposure(ALIAS.replace("'1'", "$LATEST") + BEHIND)) == (["Mapping"], [], False)


def test_what_deployments_alone_call_is_no_live_caller_and_decided():
    assert names(exposure(SEED)) == ([], ["Seed"], False)
    assert names(exposure(SEED + QUEUE)) == (["Mapping"], ["Seed"], False)


def test_no_caller_at_all_is_undecided():
    assert names(exposure("")) == ([], [], "no caller of `Fn` is in the template")


def test_a_qualifier_that_is_open_is_undecided():
    found = exposure(BEHIND.replace("!Ref Live", "!Sub '${Fn.Arn}:${Open}'"))
    assert names(found) == ([], [], "the parameter `Open` has no value here")


def test_an_open_qualifier_of_a_deployment_alone_is_none_of_our_business():
    assert names(exposure(SEED.replace("!GetAtt Fn.Arn", "!Sub '${Fn.Arn}:${Open}'"))) == ([], ["Seed"], False)


# Permissions.


@pytest.mark.parametrize("principal", ["alexa-appkit.amazon.com", "s3.amazonaws.com", "'123456789012'"])
@pytest.mark.parametrize("others", ["", SEED, ALIAS + BEHIND])
def test_a_permission_whose_caller_is_elsewhere(principal, others):
    _, _, otherwise = names(exposure(permission(principal) + others))
    assert otherwise == f"a permission lets `{principal.strip(chr(39))}` invoke `Fn` from outside the template"


def test_a_permission_whose_principal_is_open():
    _, _, otherwise = names(exposure(permission("!Ref Open")))
    assert otherwise == "a permission lets somebody invoke `Fn` from outside the template"


@pytest.mark.parametrize(
    ("principal", "caller"),
    [
        ("events.amazonaws.com", "{Type: AWS::Events::Rule, Properties: {Targets: [{Id: t, Arn: TARGET}]}}"),
        ("sns.amazonaws.com", "{Type: AWS::SNS::Subscription, Properties: {Protocol: lambda, Endpoint: TARGET}}"),
        ("s3.amazonaws.com",
         "{Type: AWS::S3::Bucket, Properties: "
         "{NotificationConfiguration: {LambdaConfigurations: [{Function: TARGET}]}}}"),
        ("s3.amazonaws.com",
         "{Type: Custom::S3BucketNotifications, Properties: "
         "{NotificationConfiguration: {LambdaFunctionConfigurations: [{LambdaFunctionArn: TARGET}]}}}"),
        ("elasticloadbalancing.amazonaws.com",
         "{Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {TargetType: lambda, Targets: [{Id: TARGET}]}}"),
        ("apigateway.amazonaws.com",
         "{Type: AWS::ApiGatewayV2::Integration, Properties: {IntegrationType: AWS_PROXY, IntegrationUri: TARGET}}"),
        ("secretsmanager.amazonaws.com",
         "{Type: AWS::SecretsManager::RotationSchedule, Properties: {RotationLambdaARN: TARGET}}"),
    ],
)  # fmt: skip
def test_a_permission_of_a_caller_in_the_template(principal, caller):
    site = f"  Site: {caller.replace('TARGET', '!Ref Live')}\n"
    assert names(exposure(ALIAS + site + permission(principal)))[2] is False
    assert names(exposure(ALIAS + site + permission("iot.amazonaws.com")))[2] is not False


def test_a_permission_on_the_alias_opens_nothing():
    assert names(exposure(ALIAS + BEHIND + permission("s3.amazonaws.com", "!Ref Live")))[2] is False
    assert names(exposure(ALIAS + BEHIND + permission("s3.amazonaws.com", "!Sub '${Fn}:live'")))[2] is False


def test_the_permission_of_a_function_url_is_the_urls():
    url = "  Url: {Type: AWS::Lambda::Url, Properties: {TargetFunctionArn: !Ref Fn, Qualifier: live}}\n"
    invoke = permission("'*'", action="lambda:InvokeFunctionUrl")
    assert names(exposure(ALIAS + url + invoke))[2] is False
    assert names(exposure(ALIAS + url + permission("s3.amazonaws.com")))[2] is not False


def sam(properties, resources="") -> Exposure:
    function = f"  Fn: {{Type: AWS::Serverless::Function, Properties: {{{properties}}}}}\n"
    return exposure(resources, function=function, top=SAM)


def test_a_permission_of_sams_own_events():
    events = "AutoPublishAlias: live, Events: {Put: {Type: S3}, Get: {Type: HttpApi}}"
    for principal in ("s3.amazonaws.com", "apigateway.amazonaws.com"):
        assert names(sam(events, permission(principal)))[2] is False
    assert names(sam(events, permission("sns.amazonaws.com")))[2] is not False


# Switched off.


@pytest.mark.parametrize(
    "caller",
    [
        "{Type: AWS::Events::Rule, Properties: {State: DISABLED, Targets: [{Id: t, Arn: !GetAtt Fn.Arn}]}}",
        "{Type: AWS::Scheduler::Schedule, Properties: {State: DISABLED, Target: {Arn: !GetAtt Fn.Arn}}}",
        "{Type: AWS::Lambda::EventSourceMapping, Properties: {Enabled: false, FunctionName: !Ref Fn}}",
        "{Type: AWS::Pipes::Pipe, Properties: {DesiredState: STOPPED, Target: !GetAtt Fn.Arn}}",
    ],
)
def test_a_caller_that_is_switched_off_is_undecided(caller):
    reason = "`Site` invokes `Fn`, but is switched off in the template"
    assert names(exposure(f"  Site: {caller}\n")) == ([], [], reason)
    on = caller.replace("DISABLED", "ENABLED").replace("false", "true").replace("STOPPED", "RUNNING")
    assert names(exposure(f"  Site: {on}\n")) == (["Site"], [], False)
    assert names(exposure(f"  Site: {caller}\n{QUEUE}"))[0] == ["Mapping"]


def test_an_event_of_sam_that_is_switched_off():
    reason = "`Fn.A` invokes `Fn`, but is switched off in the template"
    assert names(sam("Events: {A: {Type: Schedule, Properties: {Enabled: false}}}")) == ([], [], reason)
    assert names(sam("Events: {A: {Type: Schedule, Properties: {State: DISABLED}}}")) == ([], [], reason)
    assert names(sam("Events: {A: {Type: Schedule, Properties: {Enabled: !Ref Open}}}"))[0] == ["Fn"]


def test_a_capacity_provider_keeps_callers_off_latest():
    function = "  Fn: {Type: AWS::Lambda::Function, Properties: {CapacityProviderConfig: {A: b}}}\n"
    assert names(exposure(QUEUE, function=function)) == ([], [], False)
