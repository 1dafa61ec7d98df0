"""Fixes that would take the finding away and do harm: none is offered, and the advice says why."""

from __future__ import annotations

import pytest

EVENTS = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Handler: a.b
      Events:
        Tick: {Type: Schedule, Properties: {Schedule: rate(1 day)}}
"""
ALIASED = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn: {Type: AWS::Serverless::Function, Properties: {Handler: a.b, AutoPublishAlias: live}}
"""
PLAIN = "Resources:\n  Fn: {Type: AWS::Lambda::Function}\n"
RULE = "  Rule: {Type: AWS::Events::Rule, Properties: {Name: tick, Targets: [{Id: a, Arn: !GetAtt Fn.Arn}]}}\n"
MAY = (
    "  May: {Type: AWS::Lambda::Permission, Properties: {FunctionName: !Ref Fn, Action: lambda:InvokeFunction,"
    " Principal: events.amazonaws.com, SourceArn: !GetAtt Rule.Arn}}\n"
)
MAPPING = (
    "  Mapping: {Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: !Ref Fn,"
    " EventSourceArn: 'arn:aws:sqs:eu-west-1:111122223333:q'}}\n"
)
VERSION = "  V: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref Fn}}\n"
PROD = "Conditions: {Prod: !Equals [!Ref 'AWS::StackName', prod]}\n"


def setting(text):
    return EVENTS.replace("      Events", f"      {text}\n      Events")


def event(text, beside=""):
    return f"{EVENTS}        Other: {text}\n{beside}"


def api(properties):
    ours = "{Type: Api, Properties: {RestApiId: !Ref Api, Path: /, Method: GET}}"
    return event(ours, f"  Api: {{Type: AWS::Serverless::Api, Properties: {{StageName: p, {properties}}}}}\n")


def declined(made, text, resource, policy="lambda-unqualified-invocation"):
    """The advice of the only findings of a resource, which nothing mends."""
    found = [each for each in made.mended(text) if (each.resource, each.policy) == (resource, policy)]
    assert found
    assert [each.fix or each.patch for each in found] == [None] * len(found)
    return found[0].advice


def test_without_what_stands_in_the_way_all_of_these_are_mended(made):
    for text in (EVENTS, ALIASED + RULE + MAY, PLAIN + RULE + MAY, ALIASED + MAPPING, PLAIN + MAPPING):
        assert all(each.fix or each.patch for each in made.mended(text))


# --- an alias that SAM publishes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param(
            PROD + setting("AutoPublishAlias: !If [Prod, stable, !Ref 'AWS::NoValue']"),
            "its AutoPublishAlias depends on a condition",
            id="an alias of another name in production",
        ),
        pytest.param(
            setting("DeploymentPreference: {Type: Canary10Percent5Minutes}"), "DeploymentPreference", id="CodeDeploy"
        ),
        pytest.param(
            f"Globals: {{Function: {{DeploymentPreference: {{Type: AllAtOnce}}}}}}\n{EVENTS}",
            "DeploymentPreference",
            id="CodeDeploy by Globals",
        ),
        pytest.param(
            setting("ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 5}"),
            "would begin to cost",
            id="provisioned concurrency",
        ),
        pytest.param(EVENTS + VERSION, "`V` publishes it already", id="a version written by hand"),
        pytest.param(
            f"{EVENTS}  A: {{Type: AWS::Lambda::Alias, Properties: {{FunctionName: !Ref Fn, FunctionVersion: $LATEST,"
            " Name: live}}\n",
            "`A` is an alias of it already",
            id="an alias written by hand",
        ),
        pytest.param(
            EVENTS + RULE.replace("!GetAtt Fn.Arn", "!Sub '${Fn.Arn}:live'"),
            "an alias that is made elsewhere",
            id="an alias made elsewhere",
        ),
        pytest.param(
            f"{EVENTS}  Scaling: {{Type: AWS::ApplicationAutoScaling::ScalableTarget,"
            " Properties: {ResourceId: !Sub 'function:${Fn}:live'}}\n",
            "an alias that is made elsewhere",
            id="such an alias scaled",
        ),
        pytest.param(
            EVENTS + MAY.replace("!Ref Fn", "!Sub '${Fn}:live'"),
            "an alias that is made elsewhere",
            id="a permission for such an alias",
        ),
        pytest.param(event("{Type: AlexaSkill}"), "its event `Other` is not in this template", id="a skill"),
        pytest.param(api("DefinitionUri: s3://a/b"), "the permission for its event `Other`", id="an API of a file"),
        pytest.param(
            event("{Type: Api, Properties: {RestApiId: !ImportValue api, Path: /, Method: GET}}"),
            "the permission for its event `Other`",
            id="an API of another stack",
        ),
        pytest.param(
            event("{Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 day), RoleArn: !GetAtt Role.Arn}}"),
            "the role of its event `Other`",
            id="a schedule with a role of its own",
        ),
        pytest.param(
            event("{Type: Api, Properties: {Path: /, Method: GET, Auth: {Authorizer: AWS_IAM}}}"),
            "in their own name",
            id="an API that callers sign",
        ),
        pytest.param(api("Auth: {DefaultAuthorizer: AWS_IAM}"), "in their own name", id="an API that all callers sign"),
        pytest.param(
            "Globals: {Api: {Auth: {DefaultAuthorizer: AWS_IAM, InvokeRole: !Ref Role}}}\n"
            + event("{Type: Api, Properties: {Path: /, Method: GET}}"),
            "in their own name, or by a role",
            id="an API with a role",
        ),
    ],
)
def test_no_alias_is_published_where_more_than_events_would_notice(made, text, reason):
    assert reason in declined(made, text, "Fn")


@pytest.mark.parametrize(
    "text",
    [
        setting("DeploymentPreference: {Enabled: false, Type: AllAtOnce}"),
        event("{Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 day)}}"),
        event("{Type: Api, Properties: {Path: /, Method: GET, Auth: {Authorizer: AWS_IAM, InvokeRole: NONE}}}"),
        api("Auth: {DefaultAuthorizer: Mine, InvokeRole: !Ref Role}"),
    ],
)
def test_what_only_looks_like_it_is_no_obstacle(made, text):
    assert all(each.fix is not None for each in made.mended(text))


# --- callers that move to an alias ------------------------------------------------------------------------------------

SCHEDULE = """\
  Role:
    Type: AWS::IAM::Role
    Properties:
      Policies:
        - PolicyName: a
          PolicyDocument: {Statement: [{Effect: Allow, Action: lambda:InvokeFunction, Resource: RESOURCE}]}
  Schedule:
    Type: AWS::Scheduler::Schedule
    Properties: {ScheduleExpression: rate(1 day), Target: {Arn: !GetAtt Fn.Arn, RoleArn: !GetAtt Role.Arn}}
"""
MACHINE = """\
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties:
      Policies: [{LambdaInvokePolicy: {FunctionName: !Ref Fn}}]
      DefinitionSubstitutions: {Fn: !GetAtt Fn.Arn}
      Definition:
        StartAt: A
        States:
          A: {Type: Task, Resource: "${Fn}", Next: B}
"""
CONFIG = (
    "  Config: {Type: AWS::Lambda::EventInvokeConfig,"
    " Properties: {FunctionName: !Ref Fn, Qualifier: $LATEST, MaximumRetryAttempts: 0}}\n"
)
ANYBODY = MAY.replace(", SourceArn: !GetAtt Rule.Arn", "")
BUCKETS = "".join(
    f"  {name}: {{Type: AWS::S3::Bucket{depends}, Properties: {{NotificationConfiguration: {{LambdaConfigurations:"
    " [{Event: 's3:ObjectCreated:*', Function: !GetAtt Fn.Arn}]}}}\n"
    for name, depends in (("Rule", ", DependsOn: May"), ("Late", ""))
)


@pytest.mark.parametrize("function", [ALIASED, PLAIN])
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param(RULE + MAY + CONFIG, "EventInvokeConfig", id="retries and destinations would be others"),
        pytest.param(
            RULE + ANYBODY + "Outputs: {Fn: {Value: !GetAtt Fn.Arn, Export: {Name: fn}}}\n",
            "names no source",
            id="a permission that another stack may need: exported",
        ),
        pytest.param(
            RULE + ANYBODY + "  Inner: {Type: AWS::CloudFormation::Stack, Properties: {Parameters: {Fn: !Ref Fn}}}\n",
            "names no source",
            id="a permission that another stack may need: nested",
        ),
        pytest.param(
            BUCKETS + ANYBODY.replace("events", "s3"),
            "`Late`, which has the same permission, cannot move",
            id="a permission that another caller cannot do without",
        ),
        pytest.param(
            RULE + MAY.replace("!GetAtt Rule.Arn", "arn:aws:events:eu-west-1:111122223333:rule/other"),
            "not in this template",
            id="a permission of somebody else",
        ),
    ],
)
def test_no_caller_moves_where_something_else_would_be_lost(made, function, text, reason):
    assert reason in declined(made, function + text, "Rule")


@pytest.mark.parametrize(
    ("resource", "reason"),
    [
        pytest.param("!Split [',', !Sub '${Fn.Arn},x']", "not in this template", id="a list that a function makes"),
        pytest.param("!Sub '${Fn.Arn}:7'", "not in this template", id="a version"),
    ],
)
def test_no_caller_moves_by_a_role_that_would_not_let_it(made, resource, reason):
    assert reason in declined(made, ALIASED + SCHEDULE.replace("RESOURCE", resource), "Schedule")


def test_no_resource_comes_to_need_itself(made):
    """The role names the function by its name only, since the function needs the role."""
    function = ALIASED.replace("live", "live, FunctionName: fn, Role: !GetAtt Role.Arn")
    named = SCHEDULE.replace("RESOURCE", "!Sub 'arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:fn'")

    assert "`Fn`, `Role` would need one another" in declined(made, function + named, "Schedule")


@pytest.mark.parametrize(
    "other",
    [
        'B: {Type: Task, Resource: "${Fn}:7", End: true}',
        'B: {Type: Pass, Result: "${Fn}", End: true}',
    ],
)
def test_a_substitution_is_left_where_another_state_takes_it_for_something_else(made, other):
    alone = ALIASED + MACHINE + "          B: {Type: Pass, End: true}\n"
    assert "Fn: !Ref Fn.Alias" in made.applied(alone, made.only(made.mended(alone)))

    advice = declined(made, f"{ALIASED}{MACHINE}          {other}\n", "Machine")
    assert "`Machine.Definition.States.B" in advice


@pytest.mark.parametrize(
    ("principal", "caller"),
    [
        (
            "elasticloadbalancing",
            "Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {TargetType: lambda, Targets: [{Id: ARN}]}",
        ),
        ("logs", "Type: AWS::Logs::SubscriptionFilter, Properties: {LogGroupName: x, DestinationArn: ARN}"),
    ],
)
def test_what_asks_whether_it_may_waits_for_the_permission(made, principal, caller):
    rule = f"  Rule: {{{caller.replace('ARN', '!GetAtt Fn.Arn')}}}\n"
    text = ALIASED + rule + ANYBODY.replace("events", principal)

    assert "does not depend on it" in declined(made, text, "Rule")
    waiting = text.replace("Rule: {", "Rule: {DependsOn: May, ")
    assert made.only(made.mended(waiting)).fix is not None


def test_a_permission_of_somebody_else_stays(made):
    other = MAY.replace("May", "Other").replace("!GetAtt Rule.Arn", "arn:aws:events:eu-west-1:111122223333:rule/other")
    text = ALIASED + RULE + MAY + other
    expected = (
        ALIASED + RULE.replace("!GetAtt Fn.Arn", "!Ref Fn.Alias") + MAY.replace("!Ref Fn", "!Ref Fn.Alias") + other
    )

    assert made.applied(text, *made.mended(text)) == expected


@pytest.mark.parametrize(
    "source", ["!Sub 'arn:aws:events:${AWS::Region}:${AWS::AccountId}:rule/tick'", "!GetAtt Rule.Arn"]
)
def test_a_permission_is_a_callers_by_reference_or_by_name(made, source):
    text = ALIASED + RULE + MAY.replace("!GetAtt Rule.Arn", source)

    assert "FunctionName: !Ref Fn.Alias" in made.applied(text, *made.mended(text))


def test_what_may_invoke_the_alias_already_is_left_as_it_is(made):
    text = ALIASED + RULE + MAY + MAY.replace("May", "Alias").replace("!Ref Fn", "!Ref Fn.Alias")

    assert made.applied(text, *made.mended(text)) == text.replace("!GetAtt Fn.Arn", "!Ref Fn.Alias")


def test_the_permission_of_a_subscription_names_its_topic(made):
    text = f"""\
{ALIASED}  Topic: {{Type: AWS::SNS::Topic}}
  Sub:
    Type: AWS::SNS::Subscription
    Properties: {{Protocol: lambda, TopicArn: !Ref Topic, Endpoint: !GetAtt Fn.Arn}}
{MAY.replace("events", "sns").replace("!GetAtt Rule.Arn", "!Ref Topic")}"""

    expected = text.replace("!GetAtt Fn.Arn", "!Ref Fn.Alias").replace("Name: !Ref Fn,", "Name: !Ref Fn.Alias,")
    assert made.applied(text, *made.mended(text)) == expected


@pytest.mark.parametrize(
    "setting",
    ["ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 1}", "DeploymentPreference: {Type: AllAtOnce}"],
)
def test_a_mapping_moves_by_itself_only_to_an_alias_that_is_nothing_but_a_version(made, setting):
    assert made.only(made.mended(ALIASED + MAPPING)).fix.safety == "safe"
    steered = made.only(made.mended(ALIASED.replace("live", f"live, {setting}") + MAPPING))

    assert steered.fix.safety == "unsafe"
    assert "provisioned concurrency" in steered.fix.title


# --- a version and an alias that are shown ----------------------------------------------------------------------------


def test_no_second_version_is_shown(made):
    assert "`V` publishes it already" in declined(made, PLAIN + VERSION + MAPPING, "Mapping")


def test_what_is_shown_exists_when_the_function_does(made):
    text = PROD + (PLAIN + MAPPING).replace("Function}", "Function, Condition: Prod}")
    text = text.replace("Mapping, Prop", "Mapping, Condition: Prod, Prop")

    shown = made.applied(text, made.only(made.mended(text)))
    assert shown.count("    Condition: Prod\n") == 2


def test_what_is_to_be_read_is_never_part_of_a_click(made):
    """One branch could be moved with a click; the other needs a version written by hand."""
    text = PROD + ALIASED + MAPPING.replace("!Ref Fn,", "!If [Prod, !Ref Fn, !Ref Other],")
    finding = made.only(made.mended(text + "  Other: {Type: AWS::Lambda::Function}\n"))

    assert finding.fix is None
    assert "renewed at each change" in finding.patch.title
    assert made.only(made.mended(text + "  Other: {Type: AWS::Lambda::Function}\n", patches=False)).fix is None


# --- log groups, task tokens, secrets ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arn",
    [
        "'arn:aws:logs:us-east-1:999999999999:log-group:x'",
        "!Sub 'arn:aws:logs:us-east-1:${AWS::AccountId}:log-group:x'",
    ],
)
def test_a_log_group_of_another_place_is_not_taken_for_the_templates(made, arn):
    text = f"""\
Resources:
  Logs: {{Type: AWS::Logs::LogGroup, Properties: {{LogGroupName: x}}}}
  Trail: {{Type: AWS::CloudTrail::Trail, Properties: {{CloudWatchLogsLogGroupArn: {arn}}}}}
"""
    assert made.applied(text, made.only(made.mended(text))) == text.replace("group:x'", "group:x:*'")


def test_a_suffix_in_the_middle_of_somebody_elses_arn_is_taken_out(made):
    arn = "arn:aws:logs:us-east-1:999999999999:log-group:x:*:log-stream:*"
    text = f"""\
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      Policies: [{{PolicyDocument: {{Statement: [{{Effect: Allow, Action: 'logs:PutLogEvents', Resource: '{arn}'}}]}}}}]
"""
    assert made.applied(text, made.only(made.mended(text))) == text.replace("x:*:log", "x:log")


@pytest.mark.parametrize(("other", "offered"), [("a: b", False), ("token.$: $$.Task.Token", True)])
def test_no_state_comes_to_wait_for_a_token_that_it_does_not_pass_on(made, other, offered):
    text = f"""\
Parameters: {{Send: {{Type: String, Default: "arn:aws:states:::sqs:sendMessage"}}}}
Resources:
  Machine:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      Definition:
        StartAt: A
        States:
          A: {{Type: Task, Resource: !Ref Send, Parameters: {{token.$: $$.Task.Token}}, Next: B}}
          B: {{Type: Task, Resource: !Ref Send, Parameters: {{{other}}}, End: true}}
"""
    findings = [each for each in made.mended(text) if each.policy == "stepfunctions-task-token"]
    if offered:
        assert made.applied(text, *findings) == text.replace("sendMessage", "sendMessage.waitForTaskToken")
    else:
        assert "States.B.Resource` would change too" in declined(made, text, "Machine", "stepfunctions-task-token")


SECRET = """\
Resources:
  Secret: {Type: AWS::SecretsManager::Secret, Properties: {SETTING}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      Policies:
        - PolicyName: read
          PolicyDocument: {Statement: [{Effect: Allow, Action: ['secretsmanager:GetSecretValue'], Resource: '*'}]}
  Handler: {Type: AWS::Lambda::Function, Properties: {Role: !GetAtt Role.Arn}}
  Db:
    Type: Custom::Db
    Properties:
      ServiceToken: !GetAtt Handler.Arn
      Password: !Sub '{{resolve:secretsmanager:${Secret}:SecretString:p}}'
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("SETTING", "KmsKeyId: !Ref Key", id="a key that the handler may not use"),
        pytest.param("'*'}", "'*', Condition: {Bool: {'aws:Multi': true}}}", id="a grant under a condition"),
        pytest.param(":p}}", ":p:AWSPREVIOUS}}", id="another version than the current one"),
        pytest.param("Effect: Allow", "Effect: Deny", id="no grant"),
    ],
)
def test_no_secret_is_passed_by_name_to_a_handler_that_could_not_read_the_same(made, old, new):
    policy = "custom-resource-secret-reference"
    assert made.only(made.mended(SECRET.replace("SETTING", "")), policy).fix is not None

    declined(made, SECRET.replace(old, new).replace("SETTING", ""), "Db", policy)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("['secretsmanager:GetSecretValue']", "['secretsmanager:GetSecretValue', 'kms:Decrypt']"),
        ("!Ref Key", "alias/aws/secretsmanager"),
    ],
)
def test_a_secret_with_a_key_that_the_handler_may_use_is_passed(made, old, new):
    text = SECRET.replace("SETTING", "KmsKeyId: !Ref Key").replace(old, new)

    assert made.only(made.mended(text), "custom-resource-secret-reference").fix is not None
