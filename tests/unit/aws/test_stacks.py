import builtins
import json

import boto3
import pytest
from botocore.stub import Stubber

from saya.aws.stacks import DeployedStack, read_stack
from saya.errors import BaseUnavailableError, ConfigError

TEMPLATE = "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n"
PARAMETERS = "Parameters:\n  Arch: {Type: String, Default: x86_64}\n"
REGION = "eu-central-1"


def deploy(client, name: str, template: str = TEMPLATE, **parameters: str) -> str:
    given = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
    return client.create_stack(StackName=name, TemplateBody=template, Parameters=given)["StackId"]


def test_a_stack_is_read_as_it_was_written(account):
    deploy(account, "orders", PARAMETERS + TEMPLATE, Arch="arm64")
    assert read_stack("orders", REGION) == DeployedStack(
        name="orders", region=REGION, template=PARAMETERS + TEMPLATE, parameters=(("Arch", "arm64"),)
    )


def test_a_template_in_json_comes_as_text(account):
    body = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    deploy(account, "orders", json.dumps(body))
    assert json.loads(read_stack("orders", REGION).template) == body


def test_the_region_is_that_of_the_settings_or_of_the_arn(account, settings):
    arn = deploy(account, "orders")
    with pytest.raises(BaseUnavailableError, match="stack orders: no AWS Region is known; give --region"):
        read_stack("orders")
    assert read_stack(arn).region == REGION
    settings.setenv("AWS_DEFAULT_REGION", REGION)
    assert read_stack("orders").name == "orders"


def test_there_is_no_such_stack(account):
    deploy(account, "orders")
    for name, region in (("other", REGION), ("orders", "us-east-1")):
        with pytest.raises(BaseUnavailableError) as caught:
            read_stack(name, region)
        assert str(caught.value) == (f"stack {name}: no such stack in this account and region; --region names another")


def test_no_credentials(settings):
    with pytest.raises(BaseUnavailableError, match="stack orders: no AWS credentials; set AWS_PROFILE, or"):
        read_stack("orders", REGION)
    settings.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    with pytest.raises(BaseUnavailableError, match="stack orders: no AWS credentials"):
        read_stack("orders", REGION)


def test_a_profile_that_is_not_there(settings):
    settings.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(BaseUnavailableError, match=r"stack orders: The config profile \(nobody\) could not be found"):
        read_stack("orders", REGION)


def test_an_endpoint_that_does_not_answer(account, settings):
    settings.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    settings.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(BaseUnavailableError, match='stack orders: Could not connect to the endpoint URL: "http'):
        read_stack("orders", REGION)


@pytest.fixture
def stubbed(settings):
    """A client that answers what it is told to; boto3 gives it to whoever asks."""
    client = boto3.client(
        "cloudformation", region_name=REGION, aws_access_key_id="AKIAIOSFODNN7EXAMPLE", aws_secret_access_key="x" * 40
    )
    settings.setattr(boto3.session.Session, "client", lambda *_, **__: client)
    with Stubber(client) as stubber:
        yield stubber


@pytest.mark.parametrize(
    ("code", "told", "message"),
    [
        ("AccessDenied", "x is not authorized", "these AWS credentials may not read it; they need cloudformation:"),
        ("ExpiredToken", "x", r"AWS does not accept these credentials \(ExpiredToken\); renew them"),
        ("InvalidClientTokenId", "x", r"AWS does not accept these credentials \(InvalidClientTokenId\); renew them"),
        ("Throttling", "Rate\n exceeded", "AWS refused: Throttling: Rate exceeded$"),
        ("ValidationError", "1 validation error", "AWS refused: ValidationError: 1 validation error"),
    ],
)
def test_what_aws_refuses_is_one_line(stubbed, code, told, message):
    stubbed.add_client_error("describe_stacks", code, told)
    with pytest.raises(BaseUnavailableError, match=f"^stack orders: {message}"):
        read_stack("orders", REGION)


def described(*parameters: dict) -> dict:
    stack = {"StackName": "orders", "CreationTime": "2026-01-01T00:00:00Z", "StackStatus": "CREATE_COMPLETE"}
    return {"Stacks": [{**stack, "Parameters": list(parameters)}]}


def test_the_template_alone_may_be_refused(stubbed):
    stubbed.add_response("describe_stacks", described())
    stubbed.add_client_error("get_template", "AccessDenied", "no")
    with pytest.raises(BaseUnavailableError, match="cloudformation:GetTemplate and cloudformation:DescribeStacks"):
        read_stack("orders", REGION)


def test_values_that_are_not_the_given_ones_are_left_out(stubbed):
    stubbed.add_response(
        "describe_stacks",
        described(
            {"ParameterKey": "Plain", "ParameterValue": "a"},
            {"ParameterKey": "Empty", "ParameterValue": ""},
            {"ParameterKey": "Secret", "ParameterValue": "****"},
            {"ParameterKey": "FromSsm", "ParameterValue": "/name", "ResolvedValue": "value"},
            {"ParameterKey": "None"},
        ),
    )
    stubbed.add_response(
        "get_template", {"TemplateBody": TEMPLATE}, {"StackName": "orders", "TemplateStage": "Original"}
    )
    assert read_stack("orders", REGION).parameters == (("Plain", "a"), ("Empty", ""))


@pytest.mark.parametrize("name", ["", "-a", "a b", "1a", "a" * 129, "arn:aws:s3:::bucket", "a\n", "--endpoint-url=x"])
def test_what_is_no_name_of_a_stack_is_not_asked_for(stubbed, name):
    with pytest.raises(ConfigError, match="is no stack; valid is a name of letters, digits and hyphens, or an ARN"):
        read_stack(name, REGION)


def test_without_boto3(monkeypatch):
    real = builtins.__import__

    def refuse(name, *arguments, **given):
        if name.partition(".")[0] in ("boto3", "botocore"):
            raise ImportError(name)
        return real(name, *arguments, **given)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(ConfigError, match=r"needs boto3; install it with `pip install saya\[aws\]`"):
        read_stack("orders", REGION)


# --- the whole command ------------------------------------------------------------------------------------------------

PARAMETERISED = """\
Parameters:
  Arch: {Type: String, Default: x86_64}
  Extension: {Type: String, Default: ""}
Resources:
  Fn:
    Type: AWS::Lambda::Function
    Properties:
      Architectures: [!Ref Arch]
      Layers: [!Sub "arn:aws:lambda:eu-central-1:464622532012:layer:Datadog-Extension${Extension}:29"]
"""


@pytest.fixture
def at(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    return tmp_path


def ages(report: dict, policy: str = "lambda-layer-architecture") -> list[str]:
    return [finding["status"] for finding in report["findings"] if finding["policy"] == policy]


def test_head_is_compared_with_what_is_deployed(account, at, check):
    deploy(account, "orders")
    (at / "t.yaml").write_text(PARAMETERISED.replace("[!Ref Arch]", "[arm64]"))
    code, report = check("t.yaml", "--base", "stack:orders", "--region", REGION)
    assert (code, ages(report)) == (1, ["new"])
    assert report["base"] == "stack:orders"
    assert report["templates"][0]["contexts"] == [{"stack": "orders", "region": REGION}]


def test_the_parameters_of_the_stack_hold_for_head_too(stubbed, at, check):
    stubbed.add_response("describe_stacks", described({"ParameterKey": "Arch", "ParameterValue": "arm64"}))
    stubbed.add_response("get_template", {"TemplateBody": PARAMETERISED})
    (at / "t.yaml").write_text(PARAMETERISED)
    code, report = check("t.yaml", "--base", "stack:orders", "--region", REGION)
    assert (code, ages(report), report["errors"]) == (0, ["existing"], [])


def test_what_is_given_for_head_goes_before_the_parameters_of_the_stack(stubbed, at, check):
    stubbed.add_response("describe_stacks", described({"ParameterKey": "Arch", "ParameterValue": "x86_64"}))
    stubbed.add_response("get_template", {"TemplateBody": PARAMETERISED})
    (at / "t.yaml").write_text(PARAMETERISED)
    code, report = check("t.yaml", "--base", "stack:orders", "--region", REGION, "--parameter", "Arch=arm64")
    assert (code, ages(report)) == (1, ["new"])


def test_the_same_template_changes_nothing(stubbed, at, check):
    stubbed.add_response("describe_stacks", described({"ParameterKey": "Arch", "ParameterValue": "arm64"}))
    stubbed.add_response("get_template", {"TemplateBody": PARAMETERISED})
    (at / "t.yaml").write_text(PARAMETERISED)
    _, report = check("t.yaml", "--base", "stack:orders", "--region", REGION)
    assert {finding["status"] for finding in report["findings"]} == {"existing"}


def test_without_the_stack_head_is_judged_and_its_findings_have_no_age(stubbed, at, check):
    stubbed.add_client_error("describe_stacks", "AccessDenied", "no")
    (at / "t.yaml").write_text(PARAMETERISED.replace("!Ref Arch", "arm64"))
    code, report = check("t.yaml", "--base", "stack:orders", "--region", REGION)
    assert (code, ages(report), len(report["errors"])) == (2, ["unknown"], 1)
    assert report["errors"][0]["message"].startswith("stack orders: these AWS credentials may not read it")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((".",), "stack:orders is one template; name the file to compare with it"),
        (("t.yaml", "u.yaml"), "the base `stack:orders` is one stack in one region; name one template and at most"),
        (("t.yaml", "--region", "us-east-1"), "the base `stack:orders` is one stack in one region"),
    ],
)
def test_one_template_in_one_region(stubbed, at, check, given, message):
    for name in ("t.yaml", "u.yaml"):
        (at / name).write_text(PARAMETERISED)
    stubbed.add_response("describe_stacks", described())
    stubbed.add_response("get_template", {"TemplateBody": TEMPLATE})
    code, report = check(*given, "--base", "stack:orders", "--region", REGION)
    assert (code, report["templates"]) == (2, [])
    assert report["errors"][0]["message"].startswith(message)
