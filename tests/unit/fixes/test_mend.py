"""Each fix end to end: proposed, proved, offered; or the reason why not."""

from __future__ import annotations

import textwrap

import pytest


def text(source):
    return textwrap.dedent(source).lstrip("\n")


FLOW = """
Resources:
  Logs: {{Type: AWS::Logs::LogGroup}}
  Flow:
    Type: AWS::EC2::FlowLog
    Properties:
      LogDestination: {0}
"""


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (
            "!GetAtt Logs.Arn   # here",
            "!Sub arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${Logs}   # here",
        ),
        ("!Sub 'arn:aws:logs:eu-west-1:1:log-group:${Logs}:*'", "!Sub 'arn:aws:logs:eu-west-1:1:log-group:${Logs}'"),
        ("arn:aws:logs:eu-west-1:1:log-group:x:*", "arn:aws:logs:eu-west-1:1:log-group:x"),
        (
            "{'Fn::GetAtt': [Logs, Arn]}",
            "{Fn::Sub: 'arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${Logs}'}",
        ),
        (
            "!Join [':', [arn:aws:logs, !Ref AWS::Region, '1:log-group:x:*']]",
            "!Join [':', [arn:aws:logs, !Ref AWS::Region, '1:log-group:x']]",
        ),
    ],
)
def test_a_suffix_is_taken_off_where_it_stands(made, written, expected):
    before = FLOW.format(written)
    finding = made.only(made.mended(before))

    assert finding.fix.safety == "safe"
    assert made.applied(before, finding) == FLOW.format(expected)


def test_both_branches_of_a_condition_are_mended_at_once(made):
    written = "!If [Prod, !GetAtt Logs.Arn, 'arn:aws:logs:eu-west-1:1:log-group:x:*']"
    before = "Conditions: {Prod: !Equals [!Ref AWS::StackName, prod]}" + FLOW.format(written)
    finding = made.only(made.mended(before))

    arn = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${Logs}"
    mended = written.replace("!GetAtt Logs.Arn", f"!Sub '{arn}'").replace(":x:*", ":x")
    assert made.applied(before, finding) == before.replace(written, mended)


MAPPED = """
Mappings:
  Arns:
    eu-west-1: {Flow: "arn:aws:logs:eu-west-1:1:log-group:x:*"}
Resources:
  One:
    Type: AWS::EC2::FlowLog
    Properties: {LogDestination: !FindInMap [Arns, !Ref AWS::Region, Flow]}
"""
TWO = """
  Two:
    Type: AWS::EC2::FlowLog
    Properties: {LogDestination: !FindInMap [Arns, !Ref AWS::Region, Flow]}
"""
OTHER = """
  Other:
    Type: AWS::SSM::Parameter
    Properties: {Type: String, Value: !FindInMap [Arns, !Ref AWS::Region, Flow]}
"""


def test_a_shared_origin_is_edited_where_that_is_right_for_all(made):
    one = made.only(made.mended(MAPPED))
    assert made.applied(MAPPED, one) == MAPPED.replace("x:*", "x")

    both = made.mended(MAPPED + TWO)
    assert [each.fix.edits for each in both] == [one.fix.edits, one.fix.edits]


def test_a_shared_origin_is_left_where_another_use_would_change(made):
    finding = made.only(made.mended(MAPPED + OTHER))

    assert finding.fix is None
    assert finding.advice.endswith("(No fix is offered: `Other.Value` would change too.)")


@pytest.mark.parametrize(
    ("beside", "changed"),
    [
        ("Conditions: {Own: !Equals [!Ref Arn, ARN]}\n", "Conditions.Own"),
        ("Conditions: {Own: !Not [!Equals [!FindInMap [Arns, !Ref Arn, x], y]]}\n", "Conditions.Own"),
        ("Rules: {Own: {Assertions: [{Assert: !Equals [!Ref Arn, ARN]}]}}\n", "Rules"),
        ("  Other: {Type: AWS::SNS::Topic, Metadata: {Arn: !Ref Arn}}\n", "Other"),
        ("  Other: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Ref Arn}}\n", "Other.DisplayName"),
    ],
)
def test_a_default_is_left_where_something_else_depends_on_it(made, beside, changed):
    arn = "'arn:aws:logs:eu-west-1:1:log-group:x:*'"
    flow = "Resources:\n  Flow: {Type: AWS::EC2::FlowLog, Properties: {LogDestination: !Ref Arn}}\n"
    text = f"Parameters: {{Arn: {{Type: String, Default: {arn}}}}}\n{flow}"
    assert made.applied(text, made.only(made.mended(text))) == text.replace(":*", "")

    shared = text + beside.replace("ARN", arn)
    assert made.only(made.mended(shared)).advice.endswith(f"(No fix is offered: `{changed}` would change too.)")


@pytest.mark.parametrize("constraint", ["AllowedPattern: '.*:.'", "AllowedValues: [a, b]"])
def test_a_default_is_left_where_it_may_not_be_another(made, constraint):
    text = f"""\
Parameters: {{Arn: {{Type: String, Default: 'arn:aws:logs:eu-west-1:1:log-group:x:*', {constraint}}}}}
Mappings: {{Arns: {{A: {{x: y}}}}}}
Resources:
  Flow: {{Type: AWS::EC2::FlowLog, Properties: {{LogDestination: !Ref Arn}}}}
"""
    assert [each.fix for each in made.mended(text)] == [None] * len(made.mended(text))


def test_an_output_is_a_use_too(made):
    finding = made.only(made.mended(MAPPED + "Outputs:\n  Arn: {Value: !FindInMap [Arns, eu-west-1, Flow]}\n"))

    assert finding.advice.endswith("(No fix is offered: `Outputs.Arn.Value` would change too.)")


def test_an_anchor_is_edited_only_if_right_for_all(made):
    before = text("""
        Resources:
          Logs: {Type: AWS::Logs::LogGroup}
          Note: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: &arn !GetAtt Logs.Arn}}
          Flow: {Type: AWS::EC2::FlowLog, Properties: {LogDestination: *arn}}
    """)
    finding = made.only(made.mended(before))

    assert finding.advice.endswith("(No fix is offered: `Note.Value` would change too.)")


LAYERS = """
Resources:
  Fn:
    Type: AWS::Lambda::Function
    Properties:
      Architectures: [arm64]
      Layers:
        - !Sub "arn:aws:lambda:${AWS::Region}:111122223333:layer:Tool:3"   # the tool
"""


@pytest.fixture
def catalogue(monkeypatch):
    """A catalogue that has the layers Tool and Tool-ARM; `versions` says how they are numbered."""
    from saya.facts import layers
    from saya.facts.layer_catalogue import LayerEntry

    def install(versions):
        rows = {
            "Tool": LayerEntry(("x86_64",), "catalogue", "certain", {"arm64": "Tool-ARM"}, versions),
            "Tool-ARM": LayerEntry(("arm64",), "catalogue", "certain", {"x86_64": "Tool"}, versions),
        }
        monkeypatch.setattr(layers, "classify", lambda _, name, *__: rows.get(name))

    return install


def test_a_layer_whose_counterparts_share_versions_is_one_click(made, catalogue):
    catalogue("shared")
    finding = made.only(made.mended(LAYERS))

    assert finding.fix.safety == "safe"
    assert made.applied(LAYERS, finding) == LAYERS.replace(":layer:Tool:", ":layer:Tool-ARM:")


def test_no_version_of_a_layer_is_invented(made, catalogue):
    catalogue("separate")
    finding = made.only(made.mended(LAYERS))

    assert finding.fix is None
    assert "Use `Tool-ARM`" in finding.advice


def test_a_layer_that_two_architectures_share_is_left(made, catalogue):
    catalogue("shared")
    either = LAYERS.replace("[arm64]", "[!If [Arm, arm64, x86_64]]")
    finding = made.only(made.mended("Conditions: {Arm: !Equals [!Ref AWS::StackName, arm]}" + either))

    assert finding.fix is None
    assert finding.advice.endswith(
        "(No fix is offered: `lambda-layer-architecture` would find something at `Fn.Layers.0`.)"
    )


def test_a_task_waits_where_its_integration_can(made):
    before = text("""
        Resources:
          Machine:
            Type: AWS::StepFunctions::StateMachine
            Properties:
              DefinitionSubstitutions: {Send: "arn:aws:states:::sqs:sendMessage"}
              Definition:
                StartAt: Ask
                States:
                  Ask: {Type: Task, Resource: "${Send}", Parameters: {token.$: $$.Task.Token}, End: true}
    """)
    finding = made.only(made.mended(before), "stepfunctions-task-token")

    assert finding.fix is None or made.applied(before, finding) == before.replace(
        "sendMessage", "sendMessage.waitForTaskToken"
    )
    direct = before.replace("${Send}", "arn:aws:states:::sqs:sendMessage")
    assert made.only(made.mended(direct), "stepfunctions-task-token").fix.safety == "unsafe"
    express = direct.replace("Properties:\n", "Properties:\n      StateMachineType: EXPRESS\n")
    assert made.only(made.mended(express), "stepfunctions-task-token").fix is None
    glue = direct.replace("sqs:sendMessage", "glue:startJobRun")
    assert made.only(made.mended(glue), "stepfunctions-task-token").fix is None


def test_a_definition_put_together_from_strings_is_left(made):
    before = text("""
        Resources:
          Machine:
            Type: AWS::StepFunctions::StateMachine
            Properties:
              DefinitionString:
                Fn::Join:
                  - ''
                  - - '{"StartAt":"A","States":{"A":{"Type":"Task","End":true,"Resource":"arn:'
                    - !Ref AWS::Partition
                    - ':states:::sqs:sendMessage","Parameters":{"t.$":"$$.Task.Token"}}}}'
    """)
    finding = made.only(made.mended(before), "stepfunctions-task-token")

    assert finding.advice.endswith("(No fix is offered: it is put together from several texts.)")


def test_a_definition_within_a_quoted_string_is_left(made):
    definition = '{\\"StartAt\\":\\"A\\",\\"States\\":{\\"A\\":{\\"Type\\":\\"Task\\",\\"End\\":true,'
    definition += (
        '\\"Resource\\":\\"arn:aws:states:::sqs:sendMessage\\",\\"Parameters\\":{\\"t.$\\":\\"$$.Task.Token\\"}}}}'
    )
    before = "Resources:\n  M:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n"
    finding = made.only(made.mended(f'{before}      DefinitionString: "{definition}"\n'), "stepfunctions-task-token")

    assert finding.advice.endswith("(No fix is offered: it is text within other text.)")


LOOP = """
Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]
Resources:
  Fn::ForEach::Functions:
    - Name
    - [One, Two]
    - Fn${Name}:
        Type: AWS::Serverless::Function
        Properties:
          Handler: a.b
          Events:
            Get: {Type: HttpApi}
"""


def test_the_body_of_a_loop_is_edited_for_all_that_it_makes(made):
    one, two = made.mended(LOOP)

    assert (one.resource, two.resource) == ("FnOne", "FnTwo")
    assert one.fix.edits == two.fix.edits
    assert "          AutoPublishAlias: live\n" in made.applied(LOOP, one)


def test_the_body_of_a_loop_is_left_where_it_is_not_right_for_all(made):
    one = LOOP + "  Map: {Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: !Ref FnTwo}}\n"
    found = [each for each in made.mended(one, patches=False) if each.resource == "FnOne"]

    assert made.only(found).fix is None


SAM = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Handler: a.b
      Events:
        Get: {Type: HttpApi}
        Put: {Type: HttpApi}
"""


def test_an_alias_is_published_once_for_all_events(made):
    findings = made.mended(SAM)
    first, second = findings

    assert first.fix.edits == second.fix.edits
    assert made.applied(SAM, *findings) == SAM.replace(
        "      Events", "      AutoPublishAlias: live\n      AutoPublishAliasAllProperties: true\n      Events"
    )


@pytest.mark.parametrize(
    ("addition", "reason"),
    [
        ("      FunctionUrlConfig: {AuthType: NONE}\n", "it has a function URL, whose address would change"),
        (
            "      EventInvokeConfig: {MaximumRetryAttempts: 0}\n",
            "it has an EventInvokeConfig, which is for one qualifier only",
        ),
        (
            "  Config: {Type: AWS::Lambda::EventInvokeConfig, Properties: {FunctionName: !Ref Fn, Qualifier: x}}\n",
            "it has an EventInvokeConfig, which is for one qualifier only",
        ),
        (
            "  Map: {Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: !Ref Fn}}\n",
            "`Map` invokes the function by itself",
        ),
    ],
)
def test_no_alias_is_published_where_more_than_events_would_change(made, addition, reason):
    findings = [each for each in made.mended(SAM + addition, patches=False) if each.resource == "Fn"]

    assert findings
    assert all(each.fix is None for each in findings)
    assert any(reason in each.advice for each in findings)


CALLERS = """
Resources:
  Fn: {Type: AWS::Lambda::Function}
  FnCurrentVersion0A1B2C3D00112233445566778899aabbccddeeff:
    Type: AWS::Lambda::Version
    Properties: {FunctionName: !Ref Fn}
  Live:
    Type: AWS::Lambda::Alias
    Properties:
      FunctionName: !Ref Fn
      FunctionVersion: !GetAtt FnCurrentVersion0A1B2C3D00112233445566778899aabbccddeeff.Version
      Name: live
  One: {Type: AWS::Events::Rule, Properties: {Targets: [{Id: a, Arn: !GetAtt Fn.Arn}]}}
  Two: {Type: AWS::Events::Rule, Properties: {Targets: [{Id: a, Arn: !GetAtt Fn.Arn}]}}
  Grant:
    Type: AWS::Lambda::Permission
    Properties: {FunctionName: !Ref Fn, Action: lambda:InvokeFunction, Principal: events.amazonaws.com}
"""


def test_callers_that_share_a_permission_move_together(made):
    one, two = made.mended(CALLERS)

    assert one.fix.edits == two.fix.edits
    assert one.fix.safety == "unsafe"
    expected = CALLERS.replace("Arn: !GetAtt Fn.Arn", "Arn: !Ref Live")
    expected = expected.replace("FunctionName: !Ref Fn, Action", "FunctionName: !Ref Live, Action")
    assert made.applied(CALLERS, one, two) == expected


def test_a_caller_moves_alone_where_the_permission_is_its_own(made):
    own = CALLERS.replace("events.amazonaws.com}", "events.amazonaws.com, SourceArn: !GetAtt One.Arn}")
    one, two = made.mended(own)

    assert "!Ref Live" in made.applied(own, one)
    assert made.applied(own, one).count("!GetAtt Fn.Arn") == 1
    assert two.fix is None
    assert "is not in this template" in two.advice


def test_an_alias_on_a_version_written_by_hand_is_no_way_out(made):
    stays = CALLERS.replace("FnCurrentVersion0A1B2C3D00112233445566778899aabbccddeeff", "V")

    assert [each.fix for each in made.mended(stays)] == [None, None]


def test_a_patch_for_plain_functions_is_shown_and_never_a_fix(made):
    before = text("""
        Resources:
          Fn: {Type: AWS::Lambda::Function}
          Map: {Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: !GetAtt Fn.Arn}}
    """)
    finding = made.only(made.mended(before))

    assert finding.fix is None
    assert "renewed at each change" in finding.patch.title
    assert "Type: AWS::Lambda::Version" in made.applied(before, finding)
    assert made.only(made.mended(before, patches=False)).patch is None


SECRET = """
Resources:
  Secret: {Type: AWS::SecretsManager::Secret}
  Role:
    Type: AWS::IAM::Role
    Properties:
      Policies:
        - PolicyName: read
          PolicyDocument:
            Statement: [{Effect: Allow, Action: 'secretsmanager:Get*', Resource: GRANTED}]
  Handler: {Type: AWS::Lambda::Function, Properties: {Role: !GetAtt Role.Arn}}
  Db:
    Type: Custom::Db
    Properties:
      ServiceToken: !GetAtt Handler.Arn
      Password: REFERENCE
"""


@pytest.mark.parametrize(
    ("reference", "granted", "expected"),
    [
        ("!Sub '{{resolve:secretsmanager:${Secret}:SecretString:p}}'", "!Ref Secret", "PasswordSecretArn: !Ref Secret"),
        ("!Sub '{{resolve:secretsmanager:${Secret}:SecretString:p}}'", "'*'", "PasswordSecretArn: !Ref Secret"),
        (
            "'{{resolve:secretsmanager:prod/db:SecretString:p}}'",
            "!Sub 'arn:aws:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:prod/*'",
            "PasswordSecretId: 'prod/db'",
        ),
        ("'{{resolve:secretsmanager:prod/db:SecretString:p}}'", "!Ref Secret", None),
        ("'x{{resolve:secretsmanager:prod/db:SecretString:p}}'", "'*'", None),
    ],
)
def test_a_secret_is_passed_by_name_where_its_handler_may_read_it(made, reference, granted, expected):
    before = SECRET.replace("GRANTED", granted).replace("REFERENCE", reference)
    finding = made.only(made.mended(before), "custom-resource-secret-reference")

    assert (finding.fix is not None) is (expected is not None)
    if expected is not None:
        assert finding.fix.safety == "unsafe"
        assert made.applied(before, finding) == before.replace(f"Password: {reference}", expected)


def test_an_alias_that_stays_behind_is_published_for_all_properties(made):
    sam = "Transform: AWS::Serverless-2016-10-31\nResources:\n  Fn:\n    Type: AWS::Serverless::Function\n"
    base = sam + "    Properties: {AutoPublishAlias: live, Timeout: 1}\n"
    head = base.replace("1}", "2}")
    finding = made.only(made.mended(head, base), "lambda-alias-without-protection")

    assert made.applied(head, finding).endswith("Timeout: 2, AutoPublishAliasAllProperties: true}\n")


def test_what_base_has_is_left_in_peace(made):
    from saya.fixes.mend import mend
    from saya.record import replace

    before = made.judged(made.load(FLOW.format("!GetAtt Logs.Arn")))
    old = [replace(each, status="existing") for each in before.judgement.findings]

    def judge(_):
        raise AssertionError("nothing is to be judged again")

    assert mend(old, before, judge) == tuple(old)


def test_a_synthesised_template_is_not_edited(made):
    before = FLOW.format("!GetAtt Logs.Arn") + "    Metadata: {aws:cdk:path: App/Flow}\n"
    finding = made.only(made.mended(before))

    assert finding.fix is None
    assert "synthesised" in finding.advice


def test_a_finding_of_several_regions_is_gone_in_all(made):
    before = MAPPED.replace("Resources", '    us-east-1: {Flow: "arn:aws:logs:us-east-1:1:log-group:x:*"}\nResources')
    finding = made.only(made.mended(before, regions=("eu-west-1", "us-east-1")))

    assert finding.fix is None or made.applied(before, finding).count("x:*") == 0
