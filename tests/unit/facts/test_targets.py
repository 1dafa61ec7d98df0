"""Every form in which a template names a function, with its qualifier."""

from __future__ import annotations

import pytest

from saya.facts.targets import Target, read_targets
from saya.model.value import Text, Unknown

from .views import SAM, plain, view_of

RESOURCES = """
Parameters:
  Open: {Type: String}
  Given: {Type: String, Default: live}
  Name: {Type: String, Default: orders}
  Arn: {Type: String, Default: "arn:aws:lambda:eu-west-1:123456789012:function:orders:2"}
  Stored: {Type: "AWS::SSM::Parameter::Value<String>", Default: /fn}
Conditions:
  IsProd: !Equals [!Ref Open, prod]
Resources:
  Fn: {Type: AWS::Lambda::Function}
  Named: {Type: AWS::Lambda::Function, Properties: {FunctionName: orders}}
  Built: {Type: AWS::Lambda::Function, Properties: {FunctionName: !Sub "${AWS::StackName}-built"}}
  Version: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref Fn}}
  Live:
    Type: AWS::Lambda::Alias
    Properties: {FunctionName: !Ref Fn, FunctionVersion: !GetAtt Version.Version, Name: live}
  Head: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref Fn, FunctionVersion: $LATEST, Name: head}}
  Open1:
    Type: AWS::Lambda::Alias
    Properties: {FunctionName: !GetAtt Named.Arn, FunctionVersion: !Ref Open, Name: !Ref Open}
  Url: {Type: AWS::Lambda::Url, Properties: {TargetFunctionArn: !GetAtt Fn.Arn, AuthType: NONE}}
  Nested: {Type: AWS::CloudFormation::Stack}
  Custom: {Type: Custom::Publish}
  Queue: {Type: AWS::SQS::Queue}
"""


def targets(value, resources=RESOURCES, *, form="name-or-arn", qualifier=None, **context) -> list[Target]:
    view = view_of(f"{resources}\n  Site:\n    Type: Custom::Site\n    Properties:\n      P: {value}\n", **context)
    found = view.resolver.option(view.resolver.resources["Site"], "P")
    return [target for option in found for target in read_targets(view, option.value, form, qualifier=qualifier)]


def told(found: list[Target]) -> list[tuple[str, str]]:
    """Function and qualifier of each target that is not the same as one before, that with a bypassed alias first."""
    return list(dict.fromkeys((plain(target.function), plain(target.qualifier)) for target in found))


UNQUALIFIED = [
    "!Ref Fn",
    "!GetAtt Fn.Arn",
    "!GetAtt [Fn, Arn]",
    '!Sub "${Fn}"',
    '!Sub "${Fn.Arn}"',
    '!Sub "arn:aws:lambda:eu-west-1:123456789012:function:${Fn}"',
    '!Sub "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${Fn}"',
    '!Join ["", ["arn:aws:lambda:", !Ref "AWS::Region", ":", !Ref "AWS::AccountId", ":function:", !Ref Fn]]',
    '!Join [":", [!Ref "AWS::AccountId", function, !Ref Fn]]',
    '!Sub "function:${Fn}"',
    "!Select [0, [!GetAtt Fn.Arn]]",
    "!GetAtt Url.FunctionArn",
    "!Ref Url",
]


@pytest.mark.parametrize("value", UNQUALIFIED)
def test_unqualified_forms(value):
    assert told(targets(value)) == [("Fn", "absent")]


@pytest.mark.parametrize(
    ("value", "qualifier"),
    [
        ('!Sub "${Fn.Arn}:$LATEST"', "latest"),
        ('!Join ["", [!GetAtt Fn.Arn, ":$LATEST"]]', "latest"),
        ('!Join [":", [!GetAtt Fn.Arn, $LATEST]]', "latest"),
        ('!Sub "${Fn}:$LATEST"', "latest"),
        ('!Sub "${Fn.Arn}:$LATEST.PUBLISHED"', "version"),
        ('!Sub "${Fn.Arn}:live"', "alias"),
        ('!Sub "${Fn}:live"', "alias"),
        ('!Sub "${Fn.Arn}:elsewhere"', "alias"),
        ('!Sub "${Fn.Arn}:7"', "version"),
        ('!Join [":", [!GetAtt Fn.Arn, provisioned]]', "alias"),
        ('!Sub "${Fn.Arn}:${Given}"', "alias"),
        ('!Sub "${Fn.Arn}:v-${Open}"', "alias"),
        ('!Sub "${Fn.Arn}:${Open}"', "?"),
        ('!Sub "${Fn.Arn}${Open}"', "?"),
        ('!Sub "${Fn.Arn}:${Custom.Version}"', "version"),
        ('!Sub "${Fn.Arn}:${Custom.Qualifier}"', "?"),
        ("!Ref Live", "alias"),
        ("!GetAtt Live.AliasArn", "alias"),
        ("!Ref Version", "version"),
        ("!GetAtt Version.FunctionArn", "version"),
        ('!Sub "${Fn.Arn}:${Version.Version}"', "version"),
        # The AWS CDK: an event source mapping or CodePipeline action on an alias, and on a version.
        ('!Join ["", [!Select [6, !Split [":", !Ref Live]], ":live"]]', "alias"),
        ('!Join ["", [!Ref Fn, ":", !GetAtt [Version, Version]]]', "version"),
        ("!Ref Head", "latest"),
        ('!Sub "${Fn.Arn}:head"', "latest"),
    ],
)  # fmt: skip
def test_qualified_forms(value, qualifier):
    assert told(targets(value)) == [("Fn", qualifier)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("orders", [("Named", "absent")]),
        ("orders:2", [("Named", "version")]),
        ("function:orders", [("Named", "absent")]),
        ("arn:aws:lambda:eu-west-1:123456789012:function:orders", [("Named", "absent")]),
        ("arn:aws:lambda:eu-west-1:123456789012:function:orders:live", [("Named", "alias")]),
        ("!Ref Name", [("Named", "absent")]),
        ("!Ref Arn", [("Named", "version")]),
        ('!Sub "${AWS::StackName}-built"', [("Built", "absent")]),
        ('!Sub "arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:${AWS::StackName}-built:live"',
         [("Built", "alias")]),
    ],
)  # fmt: skip
def test_a_function_is_found_by_the_name_it_is_given(value, expected):
    assert told(targets(value)) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("arn:aws:lambda:eu-west-1:123456789012:function:theirs", [(None, "absent")]),
        ("arn:aws:lambda:eu-west-1:123456789012:function:theirs:prod", [(None, "alias")]),
        ("123456789012:function:theirs", [(None, "absent")]),
        ("!ImportValue their-function", [(None, "?")]),
        ('!Sub ["${Theirs}:prod", {Theirs: !ImportValue their-function}]', [(None, "alias")]),
        ("!Sub 'arn:aws:lambda:eu-west-1:123456789012:function:${Open}'", [("?", "?")]),
        ("!Sub 'arn:aws:lambda:eu-west-1:123456789012:function:app-${Open}'", [("?", "absent")]),
        ("!Ref Open", [("?", "?")]),
        ("!Ref Stored", [("?", "?")]),
        ("'{{resolve:ssm:/fn}}'", [("?", "?")]),
        ("'{{resolve:ssm:/fn}}:live'", [("?", "alias")]),
        ("!Sub 'arn:aws:lambda:${AWS::Region}:1:function:{{resolve:ssm:/fn}}'", [("?", "?")]),
        ("!GetAtt Nested.Outputs.FunctionArn", [("?", "?")]),
        ("!GetAtt Custom.FunctionArn", [("?", "?")]),
        ("!Ref Missing", [("?", "?")]),
        # What is no function is none.
        ("!Ref Queue", []),
        ("!GetAtt Queue.Arn", []),
        ("arn:aws:sqs:eu-west-1:123456789012:orders", []),
        ("https://example.org/orders", []),
        ("theirs", []),
        ("{A: b}", []),
        ("[orders]", []),
        ("!Ref AWS::NoValue", []),
    ],
)  # fmt: skip
def test_a_function_elsewhere_or_none(value, expected):
    assert told(targets(value)) == expected


def test_an_unknown_function_says_what_would_decide_it():
    (target,) = targets("!Ref Open")
    assert target.function == Unknown("the parameter `Open` has no value here")
    (target,) = targets("!GetAtt Nested.Outputs.FunctionArn")
    assert target.function == Unknown("`Nested.FunctionArn` is an output of a nested stack")


def test_a_parameter_that_is_given_decides():
    assert told(targets("!Ref Open", parameters={"Open": "orders:live"})) == [("Named", "alias")]


@pytest.mark.parametrize("form", ["invoke-uri", "arn-or-invoke-uri"])
@pytest.mark.parametrize(
    ("function", "expected"),
    [
        ("${Fn.Arn}", [("Fn", "absent")]),
        ("${Fn.Arn}:live", [("Fn", "alias")]),
        ("${Live}", [("Fn", "alias")]),
        ("arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:orders:$LATEST", [("Named", "latest")]),
    ],
)
@pytest.mark.parametrize("operation", ["invocations", "response-streaming-invocations"])
def test_an_invoke_uri_of_api_gateway(form, function, expected, operation):
    uri = f'!Sub "arn:aws:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/{function}/{operation}"'
    assert told(targets(uri, form=form)) == expected


def test_a_uri_of_another_service_is_no_function():
    assert targets("!Sub 'arn:aws:apigateway:${AWS::Region}:sqs:path/1/orders'", form="invoke-uri") == []
    assert targets("https://example.org", form="arn-or-invoke-uri") == []
    assert told(targets("!GetAtt Fn.Arn", form="arn-or-invoke-uri")) == [("Fn", "absent")]
    assert told(targets("!Ref Open", form="invoke-uri")) == [("?", "?")]


def test_the_authorizer_of_the_aws_cdk_takes_the_arn_apart_and_puts_it_together():
    def uri(function):
        field = f'!Select [%d, !Split [":", {function}]]'
        return (
            f'!Join ["", ["arn:", {field % 1}, ":apigateway:", {field % 3}, ":lambda:path/2015-03-31/functions/", '
            f'{function}, "/invocations"]]'
        )

    assert told(targets(uri("!GetAtt Fn.Arn"), form="invoke-uri")) == [("Fn", "absent")]
    assert told(targets(uri("!Ref Live"), form="invoke-uri")) == [("Fn", "alias")]


# Aliases.


def test_a_call_through_an_alias_on_latest_is_told_with_the_alias():
    (target,) = targets("!Ref Head")
    assert (plain(target.through), target.qualifier, target.bypasses) == ("Head", "latest", None)


def test_a_call_past_an_alias_names_it():
    for value in (*UNQUALIFIED, '!Sub "${Fn.Arn}:$LATEST"'):
        assert {plain(target.bypasses) for target in targets(value)} == {"Live"}
    (target,) = targets("!Ref Live")
    assert (target.bypasses, target.through) == (None, None)


def test_an_alias_on_latest_is_none_that_could_be_used():
    resources = RESOURCES.replace("FunctionVersion: !GetAtt Version.Version", "FunctionVersion: $LATEST")
    (target,) = targets("!GetAtt Fn.Arn", resources)
    assert target.bypasses is None


def test_an_alias_whose_version_is_open_leaves_the_qualifier_open():
    assert told(targets("!Ref Open1")) == [("Named", "?")]
    assert told(targets('!Sub "${Named.Arn}:${Open}"')) == [("Named", "?")]


def test_an_alias_that_is_named_by_the_same_expression_is_that_alias():
    resources = RESOURCES.replace(
        "FunctionVersion: !Ref Open, Name: !Ref Open", "FunctionVersion: '1', Name: !Ref Open"
    )
    assert told(targets('!Sub "${Named.Arn}:${Open}"', resources)) == [("Named", "alias")]


CONDITIONAL = """
Parameters: {Stage: {Type: String}}
Conditions: {IsProd: !Equals [!Ref Stage, prod]}
Resources:
  Fn: {Type: AWS::Lambda::Function}
  Live:
    Type: AWS::Lambda::Alias
    Condition: IsProd
    Properties: {FunctionName: !Ref Fn, FunctionVersion: "1", Name: live}
"""


def guarded(found: list[Target]) -> list[tuple[object, object, dict[str, bool]]]:
    return [(plain(each.bypasses), plain(each.qualifier), dict(each.guard.conditions)) for each in found]


def test_an_alias_that_is_there_under_a_condition_is_passed_under_it_alone():
    assert guarded(targets("!GetAtt Fn.Arn", CONDITIONAL)) == [
        ("Live", "absent", {"IsProd": True}),
        (None, "absent", {}),
    ]


def test_an_alias_through_a_condition():
    value = "!If [IsProd, !Ref Live, !GetAtt Fn.Arn]"
    view = view_of(f"{CONDITIONAL}\n  Site:\n    Type: Custom::Site\n    Properties:\n      P: {value}\n")
    options = view.resolver.option(view.resolver.resources["Site"], "P")
    one, other = ([*read_targets(view, option.value, "arn")] for option in options)
    assert guarded(one) == [(None, "alias", {"IsProd": True})]
    # The judge joins these with the branch's own guard, so that only the second is left.
    assert guarded(other) == [("Live", "absent", {"IsProd": True}), (None, "absent", {})]


def test_an_alias_that_is_on_latest_under_a_condition():
    resources = CONDITIONAL.replace('FunctionVersion: "1"', "FunctionVersion: !If [IsBig, '1', $LATEST]").replace(
        "Conditions: {", "Conditions: {IsBig: !Equals [!Ref Stage, prod-big], "
    )
    found = targets("!Ref Live", resources)
    assert [(plain(each.qualifier), plain(each.through)) for each in found] == [("latest", "Live")]
    found = targets("!Ref Live", resources.replace("prod-big", "prod"))
    assert [(plain(each.qualifier), plain(each.through)) for each in found] == [("alias", None)]


# Functions.


def test_functions_of_one_name_under_contradictory_conditions_are_both_found():
    resources = """
    Parameters: {Stage: {Type: String}}
    Conditions:
      IsProd: !Equals [!Ref Stage, prod]
      IsTest: !Not [!Condition IsProd]
    Resources:
      Big: {Type: AWS::Lambda::Function, Condition: IsProd, Properties: {FunctionName: orders}}
      Small: {Type: AWS::Lambda::Function, Condition: IsTest, Properties: {FunctionName: orders}}
    """
    view = view_of(resources)
    arn = view_of("Resources: {A: {Type: X, Properties: {P: 'arn:aws:lambda:eu-west-1:1:function:orders'}}}")
    value = arn.resolver.option(arn.resolver.resources["A"], "P")[0].value
    assert isinstance(value, Text)
    found = [(plain(each.function), dict(each.guard.conditions)) for each in read_targets(view, value, "arn")]
    assert found == [("Big", {"IsProd": True}), ("Small", {"IsTest": True})]


def test_a_function_on_a_capacity_provider_is_published_by_itself():
    def lmi(provider, value):
        resources = f"""
Parameters: {{Stage: {{Type: String}}, Stored: {{Type: "AWS::SSM::Parameter::Value<String>"}}}}
Conditions: {{IsProd: !Equals [!Ref Stage, prod]}}
Resources:
  Fn: {{Type: AWS::Lambda::Function, Properties: {{CapacityProviderConfig: {provider}}}}}
"""
        return targets(value, resources)

    config = "{LambdaManagedInstancesCapacityProviderConfig: {CapacityProviderArn: arn}}"
    assert told(lmi(config, "!GetAtt Fn.Arn")) == [("Fn", "version")]
    assert told(lmi(config, '!Sub "${Fn.Arn}:$LATEST"')) == [("Fn", "latest")]
    assert told(lmi("!Ref Stored", "!GetAtt Fn.Arn")) == [("Fn", "?")]
    found = lmi(f"!If [IsProd, {config}, !Ref AWS::NoValue]", "!GetAtt Fn.Arn")
    assert guarded(found) == [(None, "version", {"IsProd": True}), (None, "absent", {"IsProd": False})]


def test_a_durable_function_refuses_a_call_without_a_qualifier():
    resources = """
Resources:
  Fn: {Type: AWS::Lambda::Function, Properties: {DurableConfig: {ExecutionTimeout: 60}}}
  Live: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref Fn, FunctionVersion: "1", Name: live}}
"""
    assert targets("!GetAtt Fn.Arn", resources) == []
    assert told(targets("!Ref Live", resources)) == [("Fn", "alias")]


# A qualifier beside the function.


def test_a_qualifier_of_its_own_property_counts():
    def beside(written):
        view = view_of(f"Resources: {{A: {{Type: X, Properties: {{P: {written}}}}}}}")
        return view.resolver.option(view.resolver.resources["A"], "P")[0].value

    assert told(targets("!GetAtt Fn.Arn", qualifier=beside("live"))) == [("Fn", "alias")]
    assert told(targets("!GetAtt Fn.Arn", qualifier=beside("$LATEST"))) == [("Fn", "latest")]
    assert told(targets("!GetAtt Fn.Arn", qualifier=beside("''"))) == [("Fn", "absent")]
    assert told(targets("!GetAtt Fn.Arn", qualifier=beside("!Ref AWS::NoValue"))) == [("Fn", "absent")]
    assert told(targets("!GetAtt Fn.Arn", qualifier=Unknown("who knows"))) == [("Fn", "?")]
    assert told(targets('!Sub "${Fn.Arn}:7"', qualifier=beside("live"))) == [("Fn", "version")]


# SAM.

SAM_RESOURCES = f"""
{SAM}
Parameters: {{Stage: {{Type: String}}, Alias: {{Type: String}}}}
Conditions: {{IsProd: !Equals [!Ref Stage, prod]}}
Resources:
  Fn: {{Type: AWS::Serverless::Function, Properties: {{AutoPublishAlias: live}}}}
  Plain: {{Type: AWS::Serverless::Function}}
  Maybe: {{Type: AWS::Serverless::Function, Properties: {{AutoPublishAlias: !If [IsProd, live, !Ref AWS::NoValue]}}}}
"""


@pytest.mark.parametrize(
    ("value", "qualifier"),
    [
        ("!Ref Fn.Alias", "alias"),
        ("!Ref FnAliaslive", "alias"),
        ("!GetAtt Fn.Alias.AliasArn", "alias"),
        ("!GetAtt FnAliaslive.AliasArn", "alias"),
        ("!Sub ${Fn.Alias}", "alias"),
        ("!Sub '${Fn.Arn}:live'", "alias"),
        ("!Ref Fn.Version", "version"),
        ("!GetAtt Fn.Version.FunctionArn", "version"),
        ("!Sub '${Fn.Arn}:${Fn.Version.Version}'", "version"),
        ("!Ref Fn", "absent"),
        ("!GetAtt Fn.Arn", "absent"),
    ],
)
def test_forms_of_sam(value, qualifier):
    found = targets(value, SAM_RESOURCES)
    assert told(found) == [("Fn", qualifier)]
    assert {plain(each.bypasses) for each in found} == {"Fn" if qualifier == "absent" else None}


def test_sams_alias_is_there_where_it_is_published():
    assert guarded(targets("!GetAtt Plain.Arn", SAM_RESOURCES)) == [(None, "absent", {})]
    assert guarded(targets("!GetAtt Maybe.Arn", SAM_RESOURCES)) == [
        ("Maybe", "absent", {"IsProd": True}),
        (None, "absent", {}),
    ]


# Stage variables.


@pytest.mark.parametrize(
    ("function", "stages", "expected"),
    [
        ("${stageVariables.fn}", "{fn: !Ref Fn}", [("Fn", "absent")]),
        ("${stageVariables.fn}", "{fn: 'orders:live'}", [("Named", "alias")]),
        ("${stageVariables.fn}:${stageVariables.alias}", "{fn: orders, alias: live}", [("Named", "alias")]),
        ("${Fn}:${stageVariables.alias}", "{alias: live}", [("Fn", "alias")]),
        ("${Fn}:${stageVariables.alias}", "{alias: head}", [("Fn", "latest")]),
        ("${Fn}:${stageVariables.alias}", "{}", [("Fn", "?")]),
        ("${Fn}:${stageVariables.alias}", "{alias: !Ref Open}", [("Fn", "?")]),
        ("${stageVariables.fn}", "{}", [("?", "?")]),
    ],
)
def test_stage_variables(function, stages, expected):
    prefix = (
        "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/arn:aws:lambda:${AWS::Region}:1:function:"
    )
    uri = f"{prefix}{function.replace('${stage', '${!stage')}/invocations"
    stage = f"  Stage: {{Type: AWS::ApiGateway::Stage, Properties: {{Variables: {stages}}}}}\n"
    assert told(targets(f'!Sub "{uri}"', RESOURCES + stage, form="invoke-uri")) == expected


def test_stages_that_differ_decide_nothing():
    stages = "".join(
        f"  Stage{name}: {{Type: AWS::ApiGatewayV2::Stage, Properties: {{StageVariables: {{alias: {name}}}}}}}\n"
        for name in ("live", "head")
    )
    (target,) = targets('!Sub "${Fn.Arn}:${!stageVariables.alias}"', RESOURCES + stages)
    assert target.qualifier == Unknown("the stage variable `alias` decides it")
