"""What multiplies, or asks for more than anybody means: it is refused in one line, or judged as far as is sensible."""

import json
import time
import tracemalloc

import pytest

from saya.cli import main

QUICK = 15
"""Seconds of the processor: these take one at most, and took minutes or did not end."""

TEMPLATE = "Resources:\n  Fn: {Type: AWS::Lambda::Function, Properties: {Architectures: [arm64]}}\n"
LAYERS = "Layers: [arn:aws:lambda:us-east-1:464622532012:layer:Datadog-Extension:29]"


@pytest.fixture
def judge(tmp_path, monkeypatch, capsys):
    """Checks files, which must not take long; returns the exit code and the report."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)

    def run(files: dict[str, str]) -> tuple[int, dict]:
        for name, content in files.items():
            (tmp_path / name).write_text(content)
        start = time.process_time()
        code = main(["check", "--format", "json"])
        assert time.process_time() - start < QUICK
        told = capsys.readouterr()
        assert told.err == ""
        return code, json.loads(told.out)

    return run


# --- samconfig.toml ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        f"stack_name = {'9' * 5000}\n",
        f"x = {'[' * 5000}{']' * 5000}\n",
        f"x = {'{a=' * 3000}1{'}' * 3000}\n",
        f"{'.'.join('a' * 3000)} = 1\n",
        f"[{' . '.join('a' * 3000)}]\n",
        "x = {" + ".".join(['"a"'] * 3000) + " = 1}\n",
        "# " + "x" * 300_000,
        "".join(f"[e{n}.deploy.parameters]\nstack_name = 's{n}'\n" for n in range(200)),
    ],
)
def test_deployments_that_nobody_means(judge, text):
    code, report = judge({"template.yaml": TEMPLATE, "samconfig.toml": text})
    (problem,) = report["errors"]
    assert (code, problem["path"], problem["kind"]) == (2, "samconfig.toml", "config")
    assert [template["path"] for template in report["templates"]] == ["template.yaml"]


def test_long_words_in_values_are_no_long_keys(judge):
    addresses = ",".join(f"10.0.{n}.1" for n in range(200))
    text = f"[default.deploy.parameters]\nstack_name = 's'\nparameter_overrides = 'A={addresses}'\n"
    assert judge({"template.yaml": TEMPLATE, "samconfig.toml": text})[0] == 0


# --- stacks in stacks -------------------------------------------------------------------------------------------------


def nesting(file: str, times: int) -> str:
    stack = f"{{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: {file}, Parameters: {{A: !Ref A}}}}}}"
    return "".join(f"  S{n}: {stack}\n" for n in range(times))


def test_stacks_in_stacks_multiply(judge):
    files = {
        f"t{n}.yaml": "Parameters: {A: {Type: String}}\n" + TEMPLATE + nesting(f"t{n + 1}.yaml", 6) for n in range(7)
    }
    assert judge(files)[0] == 0


def test_what_is_nested_too_often_is_judged_by_itself_as_well(judge):
    child = f"Parameters: {{A: {{Type: String, Default: arm64}}}}\n{TEMPLATE.replace('arm64', '!Ref A')}"
    child = child.replace("]}}", f"], {LAYERS}}}}}")
    for times, code in ((10, 0), (250, 1)):
        parent = "Parameters: {A: {Type: String, Default: x86_64}}\nResources:\n" + nesting("c.yaml", times)
        assert judge({"p.yaml": parent, "c.yaml": child})[0] == code


# --- serverless.yml ---------------------------------------------------------------------------------------------------

SERVICE = "service: x\nprovider: aws\nfunctions: {a: {handler: x, name: '${self:custom.a0}'}}\ncustom:\n"


def test_variables_that_double(judge):
    doubled = "".join(f"  a{n}: '${{self:custom.a{n + 1}}}${{self:custom.a{n + 1}}}'\n" for n in range(14))
    tracemalloc.start()
    try:
        assert judge({"serverless.yml": f"{SERVICE}{doubled}  a14: {'x' * 10_000}\n"})[0] == 0
        assert tracemalloc.get_traced_memory()[1] < 100_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("step", ["²", "9" * 5000, "-1", "9999999"])
def test_no_item_of_a_list(judge, step):
    assert judge({"serverless.yml": f"{SERVICE}  a0: '${{self:custom.b.{step}}}'\n  b: [x]\n"})[0] == 0


def test_a_text_in_many_places(judge):
    text = "x: &x '${bogus !" + "y" * 100_000 + "}'\n"
    layers = "  a0: x\nlayers: [" + "*x," * 8000 + "]\n"
    assert judge({"serverless.yml": text + SERVICE + layers})[0] == 0


# --- size -------------------------------------------------------------------------------------------------------------


def test_more_values_than_a_template_has(judge):
    code, report = judge(
        {"t.json": '{"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}, "X": [' + "[]," * 1_100_000 + "1]}"}
    )
    assert (code, report["errors"][0]["message"]) == (2, "the file has more than 1,000,000 values")


# --- what concerns each other -----------------------------------------------------------------------------------------

FUNCTION = {"Type": "AWS::Lambda::Function", "Properties": {"Architectures": ["arm64"]}}
HANDLER = {**FUNCTION, "Properties": {"Role": {"Fn::GetAtt": ["Role", "Arn"]}}}
INVOKE = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": {"Fn::GetAtt": ["F", "Arn"]}}
READ = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "arn:aws:secretsmanager:::secret:x"}
TASK = {"Type": "Task", "Resource": {"Fn::GetAtt": ["F", "Arn"]}, "End": True}


def role(statement: dict, number: int) -> dict:
    policy = {"PolicyName": "p", "PolicyDocument": {"Statement": [statement] * number}}
    return {"Type": "AWS::IAM::Role", "Properties": {"Policies": [policy]}}


def rule(targets: int) -> dict:
    target = {"Arn": {"Fn::GetAtt": ["F", "Arn"]}}
    return {"Type": "AWS::Events::Rule", "Properties": {"Targets": [{**target, "Id": f"{n}"} for n in range(targets)]}}


def machine(states: int) -> dict:
    definition = {"StartAt": "S0", "States": {f"S{n}": TASK for n in range(states)}}
    properties = {"RoleArn": {"Fn::GetAtt": ["Role", "Arn"]}, "Definition": definition}
    return {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}


def custom(number: int) -> dict:
    properties = {"ServiceToken": {"Fn::GetAtt": ["F", "Arn"]}, "A": f"{{{{resolve:secretsmanager:a{number}}}}}"}
    return {"Type": "Custom::Thing", "Properties": properties}


@pytest.mark.parametrize(
    "resources",
    [
        {"F": FUNCTION, "R": rule(1500)},
        {"F": FUNCTION, "Role": role(INVOKE, 800), "M": machine(800)},
        {"F": HANDLER, "Role": role(READ, 400), **{f"C{n}": custom(n) for n in range(400)}},
        {
            **{f"F{n}": {**FUNCTION, "Properties": {"FunctionName": "same"}} for n in range(300)},
            **{f"U{n}": {"Type": "AWS::Lambda::Url", "Properties": {"TargetFunctionArn": "same"}} for n in range(300)},
        },
        {
            "C": {
                "Type": "Custom::Thing",
                "Properties": {"A": "".join(f"{{{{resolve:ssm-secure:{n}}}}}" for n in range(4000))},
            }
        },
    ],
)
def test_many_of_two_kinds(judge, resources):
    assert judge({"t.json": json.dumps({"Resources": resources})})[0] in (0, 1)


def test_more_findings_than_any_template_has(judge):
    layers = ",".join(f"'arn:aws:lambda:us-east-1:464622532012:layer:Datadog-Extension:{n}'" for n in range(200))
    shared = f"Globals: {{Function: {{Architectures: [arm64], Layers: [{layers}]}}}}\n"
    functions = "".join(f"  F{n}: {{Type: AWS::Serverless::Function}}\n" for n in range(200))
    code, report = judge({"t.yaml": f"Transform: AWS::Serverless-2016-10-31\n{shared}Resources:\n{functions}"})
    assert (code, [problem["path"] for problem in report["errors"]]) == (2, ["t.yaml"])
    assert "20,000 places" in report["errors"][0]["message"]


def test_names_that_run_into_each_other(judge):
    """What tells findings apart is a list of names, in which the first may end as the next one begins."""
    layer = {**FUNCTION["Properties"], "Layers": ["arn:aws:lambda:us-east-1:464622532012:layer:Datadog-Extension:29"]}
    names = ["F", "F\0Layers.Datadog-Extension", "F\0", "\0F"]
    resources = {name: {**FUNCTION, "Properties": layer} for name in names}
    report = judge({"t.json": json.dumps({"Resources": resources})})[1]
    assert len({finding["fingerprint"] for finding in report["findings"]}) == len(names)


# --- what has no name -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["{{resolve:ssm-secure:a}}", "{{resolve:secretsmanager:a}}", "hunter2", "{{resolve:"])
def test_properties_that_are_a_text(judge, value):
    resource = {"Type": "Custom::Password", "Properties": value}
    assert judge({"t.json": json.dumps({"Resources": {"A": resource}})})[0] == 2
