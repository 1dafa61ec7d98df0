"""Small input that would take long or grow large: each of these took minutes, or the machine's memory, once."""

import json

import pytest

from saya.cli import main

QUICK = 100
"""Units of work; what is held here takes ten or twenty, and what it mends took a thousand."""


@pytest.fixture
def judge(tmp_path, monkeypatch, capsys, at_most):
    """Checks files, which must not take long; returns the exit code and what was printed."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)

    def run(files: dict[str, str | dict], *arguments: str) -> tuple[int, str]:
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content if isinstance(content, str) else json.dumps(content))
        with at_most(QUICK):
            code = main(["check", *arguments])
        told = capsys.readouterr()
        assert told.err == ""
        return code, told.out

    return run


def callers(number: int) -> dict:
    """One function and many that call it."""
    mapping = {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {"FunctionName": {"Ref": "Fn"}}}
    return {"Fn": {"Type": "AWS::Lambda::Function"}, **{f"Mapping{n}": mapping for n in range(number)}}


# --- what is told -----------------------------------------------------------------------------------------------------


def test_a_line_that_is_the_whole_file_is_not_copied_for_each_finding(judge):
    code, told = judge({"t.json": {"Resources": callers(8000)}})
    assert code == 0
    assert "8000 notes" in told


# --- texts that patterns are tried on ---------------------------------------------------------------------------------

LONG = 40_000


def function(**properties: object) -> dict:
    return {"Type": "AWS::Lambda::Function", "Properties": properties}


def custom(**properties: object) -> dict:
    return {"Type": "Custom::Thing", "Properties": {"ServiceToken": "x", **properties}}


def machine(**task: object) -> dict:
    states = {"A": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", **task}}
    definition = {"StartAt": "A", "States": states}
    return {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"Definition": definition}}


@pytest.mark.parametrize(
    "resource",
    [
        custom(A="{{resolve:secretsmanager:" + ":" * LONG + "x}}"),
        custom(A="{{resolve:ssm-secure:a" * LONG),
        custom(Token="a" + " " * LONG + "b"),
        custom(Password="a" + "[[" * LONG),
        custom(Password="a" + "{{" * LONG),
        custom(Password="a" + "%%" * LONG),
        machine(Parameters={"x.$": "$'" + "\\'" * LONG}),
        machine(Parameters={"x.$": "$" + "['" * LONG}),
        machine(QueryLanguage="JSONata", Arguments="{% '" + "\\'" * LONG + " %}"),
        machine(QueryLanguage="JSONata", Arguments="{% " + "/* " * LONG + " %}"),
        {
            "Type": "AWS::StepFunctions::StateMachine",
            "Properties": {"DefinitionString": {"Fn::Sub": '{"a": ${X} ' + '\\"' * LONG}},
        },
        function(Layers=["arn:aws:lambda:us-east-1:123456789012:layer:" + "arm64-x86_" * LONG + ":1"]),
        {"Type": "AWS::Lambda::Url", "Properties": {"TargetFunctionArn": "arn:aws:lambda:" * LONG}},
    ],
)
def test_a_long_text(judge, resource):
    judge({"t.json": {"Resources": {"A": resource}}})


def test_long_logical_ids(judge):
    names = ["Version" * LONG + "-", "LambdaVersion" * LONG + "-"]
    version = {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "Fn"}}}
    alias = {"Type": "AWS::Lambda::Alias", "Properties": {"FunctionName": {"Ref": "Fn"}, "Name": "live"}}
    resources = {"Fn": function(Architectures=["arm64"]), **dict.fromkeys(names, version)}
    for number, name in enumerate(names):
        resources[f"Alias{number}"] = {
            **alias,
            "Properties": {**alias["Properties"], "FunctionVersion": {"Fn::GetAtt": [name, "Version"]}},
        }
    head = {**resources, "Fn": function(Architectures=["x86_64"])}
    judge({"base/t.json": {"Resources": resources}, "head/t.json": {"Resources": head}}, "head", "--base", "base")


def test_tags_in_a_row(judge):
    judge({"t.yaml": "Resources: {Fn: {Type: AWS::Lambda::Function}}\nX: [" + "!a," * 3 * LONG + "]\n"})
