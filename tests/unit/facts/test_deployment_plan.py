"""The deployments that make a change safe."""

from __future__ import annotations

import pytest

from .changed import changes
from .views import SAM

X86, ARM = "Architectures: [x86_64], Layers: [A]", "Architectures: [arm64], Layers: [B]"
QUEUE = "  Mapping: {Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: !GetAtt Fn.Arn}}\n"
RULE = "  Rule: {Type: AWS::Events::Rule, Properties: {Targets: [{Id: t, Arn: !GetAtt Fn.Arn}]}}\n"
SCHEDULE = "  Schedule: {Type: AWS::Scheduler::Schedule, Properties: {Target: {Arn: !GetAtt Fn.Arn}}}\n"
ALLOW = """
  Allow: {Type: AWS::Lambda::Permission, Properties: {FunctionName: !Ref Fn, Principal: events.amazonaws.com}}
"""
VERSION = "  Version: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref Fn}}\n"


def alias(version="!GetAtt Version.Version") -> str:
    properties = f"{{FunctionName: !Ref Fn, FunctionVersion: {version}, Name: live}}"
    return f"  Live: {{Type: AWS::Lambda::Alias, Properties: {properties}}}\n"


def template(properties, wiring, *, sam=False) -> str:
    type_, top = ("AWS::Serverless::Function", SAM) if sam else ("AWS::Lambda::Function", "")
    return f"{top}Resources:\n  Fn: {{Type: {type_}, Properties: {{{properties}}}}}\n{wiring}"


def plan(wiring, *, base=X86, head=ARM, later=None, sam=False) -> list[tuple[str, list[str]]]:
    """The plan's deployments: their titles, and what to do in each. `later` is head's wiring, if it is another."""
    after = wiring if later is None else later
    found = changes(template(base, wiring, sam=sam), template(head, after, sam=sam))
    return [(each.title, [action.message for action in each.actions]) for each in found[0].plan]


def test_nothing_is_needed_where_the_alias_is_deployed_already():
    assert plan(QUEUE.replace("!GetAtt Fn.Arn", "!Ref Live") + VERSION + alias()) == []


def test_a_version_an_alias_the_caller_and_its_permission_first():
    assert plan(RULE + ALLOW) == [
        (
            "Publish a version and move the callers to an alias of it",
            [
                "Add an `AWS::Lambda::Version` of `Fn` and an `AWS::Lambda::Alias` on it",
                "Point `Rule` (Targets.0.Arn) at the alias",
                "Grant `Allow` on the alias too",
            ],
        ),
        (
            "Make the change",
            [
                "Change Architectures and Layers of `Fn`",
                "Give the `AWS::Lambda::Version` a new logical ID in the same deployment, and retain the old one",
            ],
        ),
    ]


def test_each_action_names_its_resource():
    found = changes(template(X86, RULE + ALLOW), template(ARM, RULE + ALLOW))
    resources = [action.resource for deployment in found[0].plan for action in deployment.actions]
    assert resources == ["Fn", "Rule", "Allow", "Fn", ""]


def test_a_version_that_is_there_gets_an_alias():
    first, _ = plan(QUEUE + VERSION)
    assert first[1][0] == "Add an `AWS::Lambda::Alias` on `Version`"


@pytest.mark.parametrize(
    ("name", "added"),
    [
        (
            "FnLambdaVersion" + "a" * 43,
            f"Add an alias on `FnLambdaVersion{'a' * 43}` (in the Serverless Framework `provisionedConcurrency`, "
            "`snapStart` or a plugin make one)",
        ),
        ("FnCurrentVersionE6D0B9F6" + "a" * 32, "Add an alias on `currentVersion` of `Fn` (`new Alias`)"),
    ],
)
def test_a_version_that_a_tool_renames_needs_no_new_logical_id(name, added):
    before = QUEUE + VERSION.replace("Version:", f"{name}:", 1)
    first, then = plan(before, later=before.replace("a" * 30, "b" * 30))
    assert first[1][0] == added
    assert then[1] == ["Change Architectures and Layers of `Fn`"]


def test_an_alias_that_one_caller_passes():
    first, then = plan(QUEUE + RULE.replace("!GetAtt Fn.Arn", "!Ref Live") + VERSION + alias())
    assert first == ("Move the callers", ["Point `Mapping` (FunctionName) at the alias `Live`"])
    assert then[1][-1].startswith("Give the `AWS::Lambda::Version` a new logical ID")


def test_an_alias_on_latest_is_pointed_at_a_version():
    wiring = QUEUE.replace("!GetAtt Fn.Arn", "!Ref Live")
    first, _ = plan(wiring + alias("$LATEST"))
    assert first[1] == ["Publish a version of `Fn` and point the alias `Live` at it"]
    first, _ = plan(wiring + VERSION + alias("$LATEST"))
    assert first[1] == ["Point the alias `Live` at `Version`"]


def test_an_alias_that_the_change_brings_goes_first():
    first, _ = plan(QUEUE, later=QUEUE.replace("!GetAtt Fn.Arn", "!Ref Live") + VERSION + alias())
    assert first[0] == (
        "Publish a version and move the callers to an alias of it: "
        "`Live` and the callers, without Architectures and Layers"
    )


def test_sam_moves_its_events_itself():
    events = "Events: {Get: {Type: HttpApi}}, "
    found = plan("", base=events + X86, head=events + ARM, sam=True)
    assert found == [
        (
            "Publish a version and move the callers to an alias of it",
            ["Set `AutoPublishAlias: live` and `AutoPublishAliasAllProperties: true` on `Fn`; its events move with it"],
        ),
        ("Make the change", ["Change Architectures and Layers of `Fn`"]),
    ]


def test_sam_and_a_caller_past_its_alias():
    published = "AutoPublishAlias: live, "
    first, then = plan(RULE, base=published + X86, head=published + ARM, sam=True)
    assert first == ("Move the callers", ["Point `Rule` (Targets.0.Arn) at the alias"])
    assert then[1][-1] == "Set `AutoPublishAliasAllProperties: true` on `Fn` with it, or the alias may stay behind"
    everything = published + "AutoPublishAliasAllProperties: true, "
    _, then = plan(RULE, base=everything + X86, head=everything + ARM, sam=True)
    assert then[1] == ["Change Architectures and Layers of `Fn`"]


def test_an_alias_that_sam_brings_with_the_change_goes_first():
    events = "Events: {Get: {Type: HttpApi}}, "
    first, _ = plan("", base=events + X86, head=f"AutoPublishAlias: live, {events}{ARM}", sam=True)
    assert first[0].endswith(": the alias that this change brings and the callers, without Architectures and Layers")


def test_callers_that_have_a_role():
    first, _ = plan(SCHEDULE)
    assert first[1][-1] == "Let the callers' roles invoke `Fn` with a qualifier (`:*`)"
    first, _ = plan(QUEUE)  # the function's own role reads the queue
    assert not any("role" in message for message in first[1])


def test_a_rest_api_needs_a_deployment():
    uri = "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Fn.Arn}/invocations"
    integration = f"{{Type: AWS_PROXY, Uri: !Sub '{uri}'}}"
    method = f"  Get: {{Type: AWS::ApiGateway::Method, Properties: {{Integration: {integration}}}}}\n"
    first, _ = plan(method)
    assert first[1][1:] == [
        "Point `Get` (Integration.Uri) at the alias",
        "Make a new `AWS::ApiGateway::Deployment`, without which the stage keeps the old target",
    ]


def test_an_http_api_needs_one_unless_it_deploys_itself():
    properties = "{IntegrationType: AWS_PROXY, IntegrationUri: !GetAtt Fn.Arn}"
    first, _ = plan(f"  Http: {{Type: AWS::ApiGatewayV2::Integration, Properties: {properties}}}\n")
    assert first[1][-1] == "Deploy the HTTP or WebSocket API anew, unless its stage has `AutoDeploy`"


def test_a_function_url_gets_a_new_address():
    first, _ = plan("  Url: {Type: AWS::Lambda::Url, Properties: {TargetFunctionArn: !Ref Fn}}\n")
    assert first[1][1:] == [
        "Point `Url` (TargetFunctionArn) at the alias",
        "Mind that a function URL gets a new address when it moves to an alias",
    ]
    url = "FunctionUrlConfig: {AuthType: NONE}, "
    first, _ = plan("", base=url + X86, head=url + ARM, sam=True)
    assert first[1][1:] == ["Mind that a function URL gets a new address when it moves to an alias"]


def test_settings_of_latest_are_given_to_the_alias():
    properties = "{FunctionName: !Ref Fn, Qualifier: $LATEST}"
    settings = f"  Settings: {{Type: AWS::Lambda::EventInvokeConfig, Properties: {properties}}}\n"
    first, _ = plan(RULE + settings)
    assert first[1][-1] == "Give the alias an `AWS::Lambda::EventInvokeConfig` like `Settings`, which is for `$LATEST`"


def test_a_caller_of_which_nobody_says_that_it_takes_an_alias():
    rule = "{Actions: [{LambdaAction: {FunctionArn: !GetAtt Fn.Arn}}]}"
    rule = f"  Mail: {{Type: AWS::SES::ReceiptRule, Properties: {{Rule: {rule}}}}}\n"
    first, _ = plan(rule)
    assert first[1][1].endswith("at the alias; whether it takes one is not documented")


def test_architecture_and_runtime_alone_are_two_calls_of_two_deployments():
    base, head = "Runtime: python3.7", "Runtime: python3.12, Architectures: [arm64]"
    assert plan(QUEUE, base=base, head=head) == [
        ("Change Runtime alone", ["Change Runtime of `Fn`"]),
        ("Make the rest of the change", ["Change Architectures of `Fn`"]),
    ]


def test_architecture_and_runtime_are_changed_one_after_the_other_behind_an_alias():
    found = plan(QUEUE, base="Runtime: python3.7, " + X86, head="Runtime: python3.12, " + ARM)
    assert [title for title, _ in found[1:]] == ["Change Runtime alone", "Make the rest of the change"]
    assert found[1][1] == ["Change Runtime of `Fn`"]
    assert found[2][1][0] == "Change Architectures and Layers of `Fn`"


# Where an alias is impossible.

ANALYTICS = """
  Pipeline: {Type: AWS::IoTAnalytics::Pipeline, Properties: {PipelineActivities: [{Lambda: {LambdaName: !Ref Fn}}]}}
"""


def test_architecture_and_layers_with_a_middle_state_that_fits_both():
    found = plan(ANALYTICS)
    assert [title for title, _ in found] == [
        "Remove the layers that are built for one architecture",
        "Change Architectures",
        "Add the layers for the new architecture",
    ]
    assert found[0][1] == [
        "Remove the layers that are built for one architecture of `Fn`; `Pipeline` cannot invoke an alias"
    ]


def test_anything_else_by_a_new_function():
    base, head = (f"Code: {{ZipFile: {each}}}, Environment: {{Variables: {{A: {each}}}}}" for each in "ab")
    assert plan(QUEUE + ANALYTICS, base=base, head=head) == [
        (
            "Replace the function",
            [
                "Give `Fn` a new logical ID or name with this change, so that it is created anew; "
                "`Pipeline` cannot invoke an alias"
            ],
        )
    ]


def test_the_notifications_that_the_serverless_framework_sets_up_itself():
    custom = "  Bucket: {Type: Custom::S3, Properties: {ServiceToken: x, FunctionName: !Ref Fn}}\n"
    assert plan(custom)[0][1][0].endswith("`Bucket` cannot invoke an alias")
