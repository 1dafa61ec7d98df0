"""Services of the Serverless Framework, by the command that users run."""

import json

import pytest

LAYER = "lambda-layer-architecture"
RACE = "lambda-non-atomic-update"

SERVICE = """\
service: parcels
provider:
  name: aws
  runtime: python3.12
  region: eu-west-1
  architecture: {}
functions:
  track:
    handler: parcels.track
    layers:
      - arn:aws:lambda:eu-west-1:464622532012:layer:Datadog-Extension{}:29
    events:
      - httpApi: GET /parcels
"""


def found(report, policy):
    return [
        (each["location"]["start_line"], each["resource"], each["severity"], each["status"])
        for each in report["findings"]
        if each["policy"] == policy
    ]


def test_a_service_is_found_by_its_content(work_tree, check):
    work_tree.write("app/serverless.yml", SERVICE.format("arm64", ""))
    work_tree.write("other.yml", "service: x\nprovider: {name: openwhisk}\n")
    work_tree.write("compose.yml", "services: {web: {image: x}}\n")
    code, report = check(".")
    assert (code, found(report, LAYER)) == (1, [(11, "TrackLambdaFunction", "error", "new")])
    assert [(each["path"], each["kind"], each["contexts"]) for each in report["templates"]] == [
        ("app/serverless.yml", "serverless", [{"stack": "parcels-dev", "region": "eu-west-1"}])
    ]
    assert [each["fix"] for each in report["findings"]] == [None] * len(report["findings"])


def test_a_comment_silences(work_tree, check):
    text = SERVICE.format("arm64", "").replace(
        "    layers:", f"    # saya: ignore[{LAYER}] no traffic yet\n    layers:"
    )
    work_tree.write("serverless.yml", text)
    code, report = check(".")
    assert (code, found(report, LAYER), len(report["suppressed"])) == (0, [], 1)


def test_a_move_to_another_architecture_is_told(work_tree, check):
    work_tree.write("serverless.yml", SERVICE.format("x86_64", ""))
    work_tree.commit()
    work_tree.write("serverless.yml", SERVICE.format("arm64", "-ARM"))
    code, report = check("--base", "HEAD")
    assert (code, found(report, RACE)) == (1, [(6, "TrackLambdaFunction", "error", "new")])
    aliased = SERVICE.replace("    events", "    provisionedConcurrency: 1\n    events")
    work_tree.write("serverless.yml", aliased.format("x86_64", ""))
    work_tree.commit()
    work_tree.write("serverless.yml", aliased.format("arm64", "-ARM"))
    code, report = check("--base", "HEAD")
    assert (code, found(report, RACE)) == (0, [])


def test_a_file_that_a_variable_names_is_compared_too(work_tree, check):
    text = SERVICE.format("${file(settings.yml):architecture}", "")
    work_tree.write("serverless.yml", text)
    work_tree.write("settings.yml", "architecture: x86_64\n")
    work_tree.commit()
    work_tree.write("settings.yml", "architecture: arm64\n")
    code, report = check("--base", "HEAD")
    assert (code, found(report, LAYER)) == (1, [(11, "TrackLambdaFunction", "error", "new")])


def package_of(text, *layers, architecture="arm64", **functions):
    """What the framework packages of the service above, with the layers and functions that a plugin adds."""
    properties = {"Architectures": [architecture], "Runtime": "python3.12", "Layers": list(layers)}
    made = {"track": properties, **functions}
    invoked = {"Fn::GetAtt": ["TrackLambdaFunction", "Arn"]}
    integration = {"IntegrationType": "AWS_PROXY", "IntegrationUri": invoked}
    resources = {
        f"{name.capitalize()}LambdaFunction": {"Type": "AWS::Lambda::Function", "Properties": each}
        for name, each in made.items()
    } | {
        "TrackLogGroup": {"Type": "AWS::Logs::LogGroup"},
        "HttpApiIntegrationTrack": {"Type": "AWS::ApiGatewayV2::Integration", "Properties": integration},
    }
    state = {
        "service": {"service": "parcels", "provider": {"region": "eu-north-1"}},
        "package": {"artifactDirectoryName": "serverless/parcels/live/1-2"},
    }
    return json.dumps({"Resources": resources}), json.dumps(state)


TEMPLATE = ".serverless/cloudformation-template-update-stack.json"
STATE = ".serverless/serverless-state.json"
EXTENSION = "arn:aws:lambda:eu-west-1:464622532012:layer:Datadog-Extension{}:29"
PLUGIN = SERVICE.replace("functions:", "plugins: [serverless-plugin-datadog]\nfunctions:").replace("-Extension{}", "{}")


def undecided(report):
    return [
        (each["location"]["start_line"], each["property"], each["reasons"])
        for each in report["undecided"]
        if each["policy"] == "*"
    ]


def test_what_a_plugin_adds_is_seen_in_the_package(work_tree, check):
    work_tree.write("serverless.yml", PLUGIN.format("arm64", ""))
    code, report = check(".")
    told = ["the plugin `serverless-plugin-datadog` may change the service, which is judged as written"]
    assert (code, found(report, LAYER), undecided(report)) == (0, [], [(7, "plugins", told)])
    own = EXTENSION.replace("-Extension{}", "")
    template, state = package_of(PLUGIN, own, EXTENSION.format(""))
    work_tree.write(TEMPLATE, template)
    work_tree.write(STATE, state)
    code, report = check(".")
    assert (code, found(report, LAYER)) == (1, [(11, "TrackLambdaFunction", "error", "new")])
    assert undecided(report) == []
    work_tree.write(
        "serverless.yml", PLUGIN.format("arm64", "").replace("    layers:\n      - ", "    # ").replace(" - ar", " ar")
    )
    assert found(check(".")[1], LAYER) == [(9, "TrackLambdaFunction", "error", "new")]
    contexts = [{"stack": "parcels-live", "region": "eu-north-1"}]
    assert [(each["path"], each["contexts"]) for each in report["templates"]] == [("serverless.yml", contexts)]


def test_a_layer_that_a_plugin_puts_first_leaves_the_others_where_they_are(work_tree, check):
    text = SERVICE.format("arm64", "").replace("functions:", "plugins: [own]\nfunctions:")
    work_tree.write("serverless.yml", text)
    added = EXTENSION.format("").replace("Extension:29", "Extension:30")
    work_tree.write(TEMPLATE, package_of(text, added, EXTENSION.format(""))[0])
    assert sorted(found(check(".")[1], LAYER)) == [
        (11, "TrackLambdaFunction", "error", "new"),
        (12, "TrackLambdaFunction", "error", "new"),
    ]


def test_a_package_of_another_state_is_told(work_tree, check):
    work_tree.write("serverless.yml", PLUGIN.format("arm64", ""))
    work_tree.write(TEMPLATE, package_of(PLUGIN, EXTENSION.format(""), architecture="x86_64")[0])
    code, report = check(".")
    ((line, _, (reason,)),) = undecided(report)
    assert (code, line, found(report, LAYER)) == (0, 7, [])
    assert reason.endswith(
        "its package is of another state (Architectures of `TrackLambdaFunction` has no `arm64` in it), package it anew"
    )


@pytest.mark.parametrize("content", ["[", "[]", '{"Resources": 1}', "\ufeff{", '{"Resources": {"A": 1}}'])
def test_a_package_that_is_none_is_none(work_tree, check, content):
    work_tree.write("serverless.yml", SERVICE.format("arm64", ""))
    work_tree.write(TEMPLATE, content)
    work_tree.write(STATE, content)
    code, report = check(".")
    assert (code, found(report, LAYER)) == (1, [(11, "TrackLambdaFunction", "error", "new")])


def test_a_package_is_compared_with_a_package_or_not_at_all(work_tree, check):
    work_tree.write("serverless.yml", PLUGIN.format("x86_64", ""))
    work_tree.commit()
    work_tree.write("serverless.yml", PLUGIN.format("arm64", ""))
    work_tree.write(TEMPLATE, package_of(PLUGIN, EXTENSION.replace("-Extension{}", ""), EXTENSION.format("-ARM"))[0])
    code, report = check("--base", "HEAD")
    assert (code, found(report, RACE)) == (0, [])
    assert report["notices"] == [
        "serverless.yml: judged as it is written, as base has no package of it to compare with"
    ]


def test_two_packages_are_compared(work_tree, check):
    own = EXTENSION.replace("-Extension{}", "")
    for side, architecture, extension in (("before", "x86_64", ""), ("after", "arm64", "-ARM")):
        text = PLUGIN.format(architecture, "")
        work_tree.write(f"{side}/serverless.yml", text)
        template, _ = package_of(text, own, EXTENSION.format(extension), architecture=architecture)
        work_tree.write(f"{side}/{TEMPLATE}", template)
    code, report = check("after", "--base", "before")
    assert (code, found(report, RACE)) == (1, [(6, "TrackLambdaFunction", "error", "new")])


@pytest.mark.parametrize(("before", "after", "told"), [("a", "b", 1), ("a", "a", 0)])
def test_the_time_of_a_package_is_no_change_of_code(work_tree, check, before, after, told):
    for side, digest, size in (("before", before, 128), ("after", after, 256)):
        track = {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"S3Key": f"serverless/{side}/x.zip"}}}
        version = {"FunctionName": {"Ref": "TrackLambdaFunction"}, "CodeSha256": digest}
        track["Properties"] |= {"Layers": [EXTENSION.format(size)], "Architectures": ["arm64"]}
        template = json.loads(package_of(PLUGIN)[0])
        template["Resources"] |= {
            "TrackLambdaFunction": track,
            f"TrackLambdaVersion{side}": {"Type": "AWS::Lambda::Version", "Properties": version},
        }
        work_tree.write(f"{side}/serverless.yml", PLUGIN.format("arm64", "").replace("    layers:\n      - ", "    # "))
        work_tree.write(f"{side}/{TEMPLATE}", json.dumps(template))
    report = check("after", "--base", "before")[1]
    assert len(found(report, RACE)) == told
    assert [each for each in report["undecided"] if each["policy"] == RACE] == []


def test_what_a_variable_changes_moves_the_alias(work_tree, check):
    text = SERVICE.format("${self:custom.kind}", "").replace("    events", "    provisionedConcurrency: 1\n    events")
    work_tree.write("serverless.yml", text + "custom: {kind: x86_64}\n")
    work_tree.commit()
    work_tree.write("serverless.yml", text.replace("Extension", "Extension-ARM") + "custom: {kind: arm64}\n")
    code, report = check("--base", "HEAD")
    assert (code, found(report, RACE), found(report, "lambda-alias-without-protection")) == (0, [], [])


def test_what_nobody_wrote_stands_at_its_function_or_at_the_plugins(work_tree, check):
    work_tree.write("serverless.yml", PLUGIN.format("arm64", "").replace("    layers:\n      - ", "    # "))
    template = json.loads(package_of(PLUGIN)[0])
    target = {"Targets": [{"Id": "x", "Arn": {"Fn::GetAtt": ["TrackLambdaFunction", "Arn"]}}]}
    rules = {name: {"Type": "AWS::Events::Rule", "Properties": target} for name in ("TrackWarmer", "Warmer")}
    work_tree.write(TEMPLATE, json.dumps({"Resources": template["Resources"] | rules}))
    report = check(".")[1]
    told = {each["resource"]: each["location"]["start_line"] for each in report["findings"]}
    assert (told["TrackWarmer"], told["Warmer"]) == (9, 7)


def test_resources_of_names_that_nobody_knows_are_no_sign_of_another_state(work_tree, check):
    text = PLUGIN.format("arm64", "").replace("httpApi: GET /parcels", "http: {path: '${env:PATH}', method: get}")
    work_tree.write("serverless.yml", text.replace("    layers:\n      - ", "    # "))
    work_tree.write(TEMPLATE, package_of(PLUGIN, EXTENSION.format(""))[0])
    code, report = check(".")
    assert (code, found(report, LAYER), undecided(report)) == (1, [(9, "TrackLambdaFunction", "error", "new")], [])


@pytest.mark.parametrize(
    ("section", "line", "place"),
    [
        ("functions: ${file(functions.js)}\n", 3, "functions"),
        ("functions: {a: '${file(a.js)}'}\n", 3, "functions.a"),
        ("functions: {a: {handler: h, events: '${file(a.js)}'}}\n", 3, "events"),
        ("functions: {a: {handler: h, events: ['${ssm:/event}']}}\n", 3, "events"),
        ("functions: {a: {handler: h, events: [{telepathy: x}]}}\n", 3, "events.0.telepathy"),
        ("resources: ['${file(resources.js)}']\n", 3, "resources"),
        ("resources: {}\nplugins: {modules: [./plugins/own]}\n", 4, "plugins"),
        ("resources: {}\nplugins: ['${env:PLUGIN}']\n", 4, "plugins"),
    ],
)
def test_what_nobody_sees_is_told(work_tree, check, section, line, place):
    work_tree.write("serverless.yml", f"service: s\nprovider: {{name: aws}}\n{section}")
    code, report = check(".")
    assert (code, [entry[:2] for entry in undecided(report)]) == (0, [(line, place)])


def test_of_plugins_that_change_nothing_nothing_is_told(work_tree, check):
    work_tree.write("serverless.yml", SERVICE.format("arm64", "-ARM") + "plugins: [serverless-offline]\n")
    assert undecided(check(".")[1]) == []


PROGRAM = """\
import type { AWS } from '@serverless/typescript';
const configuration: AWS = {
  service: 'parcels',
  provider: { name: 'aws', architecture: 'arm64' },
  functions: {
    track,
  },
};
"""


@pytest.mark.parametrize("name", ["serverless.ts", "serverless.js"])
def test_a_service_that_is_a_program_is_seen_packaged(work_tree, check, name):
    work_tree.write(name, PROGRAM)
    code, report = check(".")
    reason = "it is a program, which is not run; package the service, and it is read from `.serverless`"
    assert (code, undecided(report)) == (0, [(3, "functions", [reason])])
    work_tree.write(TEMPLATE, package_of(PROGRAM, EXTENSION.format(""))[0])
    code, report = check(".")
    assert (code, found(report, LAYER), undecided(report)) == (1, [(6, "TrackLambdaFunction", "error", "new")], [])
    for other in ("console.log('no service')\n", PROGRAM.replace("aws", "google").replace("AWS", "Serverless")):
        work_tree.write(name, other)
        assert check(".")[1]["templates"] == []


def test_the_regions_that_are_given_go_before_that_of_the_provider(work_tree, check):
    rule = "resources: {Resources: {R: {Type: AWS::Events::Rule, Properties: {EventPattern: {source: [aws.iam]}}}}}\n"
    work_tree.write("app/serverless.yml", SERVICE.format("x86_64", "") + rule)

    def waiting(*given):
        report = check(".", *given)[1]
        found = [each for each in report["findings"] if each["policy"] == "events-global-service-region"]
        return [[context["region"] for context in each["contexts"]] for each in found]

    assert waiting() == [["eu-west-1"]]
    assert waiting("--region", "us-east-1") == []
    assert waiting("--region", "eu-north-1", "--region", "us-east-1", "--region", "eu-west-3") == [
        ["eu-north-1", "eu-west-3"]
    ]
    work_tree.write(".github/saya.yml", "regions: {'app/**': [us-east-1]}\n")
    assert waiting() == []


def test_a_condition_on_the_region_is_decided_by_that_of_the_provider(work_tree, check):
    text = SERVICE.format("arm64", "").replace("    handler", "    condition: IsHere\n    handler")
    conditions = "resources: {{Conditions: {{IsHere: !Equals [!Ref AWS::Region, {}]}}}}\n"
    work_tree.write("serverless.yml", text + conditions.format("eu-west-1"))
    assert len(found(check(".")[1], LAYER)) == 1
    work_tree.write("serverless.yml", text + conditions.format("us-east-1"))
    assert found(check(".")[1], LAYER) == []


def test_the_statements_of_a_function_s_own_role_are_read(work_tree, check):
    text = """\
service: s
provider: {name: aws, region: eu-west-1}
functions:
  one:
    handler: h
    iamRoleStatements:
      - Effect: Allow
        Action: logs:PutLogEvents
        Resource: !Sub "${Own.Arn}:*"
resources: {Resources: {Own: {Type: AWS::Logs::LogGroup}}}
"""
    work_tree.write("serverless.yml", text)
    told = found(check(".")[1], "log-group-arn-suffix")
    assert told == []  # doubled is harmless in IAM
    work_tree.write("serverless.yml", text.replace(".Arn}:*", ".Arn}:log-stream:*"))
    assert found(check(".")[1], "log-group-arn-suffix") == [(9, "OneIamRoleLambdaExecution", "warning", "new")]
