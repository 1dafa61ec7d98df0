"""Whatever a file holds, the command answers with lines and never with a traceback, and the other files are judged."""

import json
import random
from pathlib import Path

import jsonschema
import pytest
import yaml

from saya.cli import main
from saya.schemas import SCHEMAS

EXAMPLE = Path(__file__).parents[2] / "examples" / "arm64-migration" / "careless" / "template.yaml"


@pytest.fixture
def check(tmp_path, monkeypatch, capsys):
    """Checks a file beside a good one; returns the exit code and the report."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "good.yaml").write_bytes(EXAMPLE.read_bytes())
    monkeypatch.chdir(tmp_path)

    def run(data: bytes | str, name: str = "bad.yaml") -> tuple[int, dict]:
        Path(name).write_bytes(data if isinstance(data, bytes) else data.encode())
        code = main(["check", name, "good.yaml", "--format", "json"])
        captured = capsys.readouterr()
        report = json.loads(captured.out)
        jsonschema.validate(report, SCHEMAS["report"]())
        assert captured.err == ""
        assert not [problem for problem in report["errors"] if problem["kind"] == "internal"], report["errors"]
        assert all("\n" not in problem["message"] for problem in report["errors"])
        assert {"lambda-layer-architecture"} <= {
            finding["policy"] for finding in report["findings"] if finding["template"] == "good.yaml"
        }
        return code, report

    return run


@pytest.mark.parametrize(
    ("data", "line"),
    [
        ("", 1),
        ("\n\n", 1),
        ("# nothing\n", 1),
        ("just text\n", 1),
        ("- a\n", 1),
        ("Resources:\n  A: [\n", 3),
        ('{"Resources": {"A": {"Type": "AWS::SQS::Queue"', None),
        ("Resources: []\n", 1),
        ("Resources: 3\n", 1),
        ("Outputs: {}\n", 1),
        ("AWSTemplateFormatVersion: 2010-09-09\n", 1),
        (EXAMPLE.read_text().replace("Orders", "Bestellungön").encode("latin-1"), 13),
        (EXAMPLE.read_text().encode("utf-16"), 1),
        ("Resources: {A: {Type: AWS::SQS::Queue}}\n---\nResources: {}\n", None),
        ("Resources: &a\n  A: *b\n", 2),
        ("a: " + "[" * 100_000, 1),
        ("\0", 1),
        (b"\x7fELF" + bytes(range(256)), 2),
    ],
)
def test_what_cannot_be_judged_is_one_line(check, data, line):
    code, report = check(data)
    (problem,) = report["errors"]
    assert code == 2
    assert problem["path"] == "bad.yaml"
    if line is not None:
        assert problem["line"] == line


def test_a_key_written_twice_is_told_and_the_rest_is_judged(check):
    code, report = check("Resources:\n  A: {Type: AWS::SQS::Queue}\n  A: {Type: AWS::SNS::Topic}\n")
    (problem,) = report["errors"]
    assert code == 2
    assert problem["line"] == 3
    assert "A" in problem["message"]
    assert len(report["templates"]) == 2


FUNCTION = "  Fn: {Type: AWS::Lambda::Function, Properties: {Architectures: [arm64]}}\n"


@pytest.mark.parametrize(
    "data",
    [
        "Resources:\n  A: 1\n" + FUNCTION,
        "Resources:\n  A: {}\n" + FUNCTION,
        "Resources:\n  A: {Type: [x]}\n  B: {Type: 3}\n  C: {Type: }\n" + FUNCTION,
        "Resources:\n  A: {Type: AWS::SQS::Queue, Properties: text}\n" + FUNCTION,
        "Resources:\n  A: {Type: AWS::SQS::Queue, Properties: [1]}\n" + FUNCTION,
        "Resources:\n  A: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !GetAtt 3}}\n" + FUNCTION,
        "Resources:\n  A: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !GetAtt [Fn]}}\n" + FUNCTION,
        "Resources:\n  A: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref [Fn]}}\n" + FUNCTION,
        "Resources:\n  A: {Type: AWS::Lambda::Url, Properties: {TargetFunctionArn: !Sub [x]}}\n" + FUNCTION,
        "Resources:\n  A: {Type: AWS::Lambda::Url, Properties: {TargetFunctionArn: !Sub ['${A', {A: 1}]}}\n" + FUNCTION,
        "Resources:\n  A: {Type: AWS::Lambda::Url, Properties: {TargetFunctionArn: !Select [9, [a]]}}\n" + FUNCTION,
        "Resources:\n  A: {Type: AWS::Lambda::Url, Properties: {TargetFunctionArn: !Bogus [9]}}\n" + FUNCTION,
        "Resources:\n  A: {Type: AWS::Lambda::Url, Properties: {TargetFunctionArn: {Fn::Bogus: 1}}}\n" + FUNCTION,
        "Resources:\n  A: {Type: AWS::Lambda::Url, Properties: {TargetFunctionArn: {Ref: Fn, More: 1}}}\n" + FUNCTION,
        "Resources:\n  A: {Type: AWS::Lambda::Url, Properties: {TargetFunctionArn: !If [None, a]}}\n" + FUNCTION,
        "Resources:\n  A: {Type: AWS::Lambda::Url, Properties: {TargetFunctionArn: !FindInMap [a]}}\n" + FUNCTION,
        "Resources:\n  A: {Type: AWS::SQS::Queue, Condition: [x]}\n" + FUNCTION,
        "Conditions: {A: !Condition B, B: !Condition A}\nResources:\n  A: {Type: AWS::SQS::Queue, Condition: A}\n"
        + FUNCTION,
        "Conditions: {A: !Not [!Condition A]}\nResources:\n  A: {Type: AWS::Lambda::Url, Condition: A}\n" + FUNCTION,
        "Conditions: text\nMappings: 3\nParameters: [a]\nTransform: {a: b}\nResources:\n" + FUNCTION,
        "Parameters: {A: 1, B: {Default: [x]}, C: {Type: {}, AllowedValues: x}}\nResources:\n" + FUNCTION,
        "Mappings: {A: {B: 1}, C: {D: {E: {F: G}}}}\nResources:\n" + FUNCTION,
        "Transform: AWS::Serverless-2016-10-31\nGlobals: [x]\nResources:\n" + FUNCTION,
        "Transform: AWS::Serverless-2016-10-31\nGlobals: {Function: 3}\nResources:\n" + FUNCTION,
        "Transform: AWS::LanguageExtensions\nResources:\n  Fn::ForEach::A: [x, 1]\n" + FUNCTION,
        "Transform: AWS::LanguageExtensions\nResources:\n  Fn::ForEach::A: text\n" + FUNCTION,
        "Resources:\n  A:\n    Type: AWS::Lambda::Url\n    Properties: {TargetFunctionArn: !GetAtt A.B}\n" + FUNCTION,
        "Resources:\n  A: {Type: AWS::IAM::Policy, Properties: {PolicyDocument: {Statement: text}}}\n" + FUNCTION,
        "Resources:\n  A: {Type: AWS::IAM::Role, Properties: {Policies: {a: 1}}}\n" + FUNCTION,
        "Resources:\n  A: {Type: AWS::Events::Rule, Properties: {EventPattern: text, Targets: 1}}\n" + FUNCTION,
        "Resources:\n  A: {Type: AWS::StepFunctions::StateMachine, Properties: {DefinitionString: '{'}}\n" + FUNCTION,
        "Resources:\n  A: {Type: Custom::A, Properties: {ServiceToken: 1, Password: {a: [{b: c}]}}}\n" + FUNCTION,
    ],
)
def test_wrong_types_anywhere_leave_the_rest(check, data):
    _, report = check(data)
    assert [template["path"] for template in report["templates"]] == ["bad.yaml", "good.yaml"]


def test_a_mark_and_line_ends_of_windows_change_nothing(check):
    _, plain = check(EXAMPLE.read_bytes())
    _, windows = check(b"\xef\xbb\xbf" + EXAMPLE.read_bytes().replace(b"\n", b"\r\n"))
    keys = ("policy", "severity", "location", "resource", "message")
    assert [[finding[key] for key in keys] for finding in windows["findings"]] == [
        [finding[key] for key in keys] for finding in plain["findings"]
    ]


def test_truncated_anywhere(check):
    text = EXAMPLE.read_bytes()
    for length in range(0, len(text), 97):
        check(text[:length])


def test_any_value_of_a_wrong_type(check):
    """Each value of a real template in turn becomes something else."""
    plain = yaml.load(EXAMPLE.read_text(), _Loader)
    paths = list(_paths(plain))
    chosen = random.Random(7)
    for path in paths:
        wrong = chosen.choice([None, 3, True, "x", [], {}, [{}], {"Ref": 1}, {"Fn::GetAtt": 7}, {"Fn::Sub": []}])
        check(json.dumps(_with(plain, path, wrong)), "bad.json")


class _Loader(yaml.SafeLoader):
    """Reads short forms as long ones."""


def _long_form(loader, suffix, node):
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        value = value.split(".", 1) if suffix == "GetAtt" else value
    else:
        value = loader.construct_sequence(node, deep=True)
    return {suffix if suffix == "Ref" else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _long_form)


def _paths(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from _paths(inner, (*path, key))


def _with(value, path, wrong):
    if not path:
        return wrong
    copy = value.copy()
    copy[path[0]] = _with(value[path[0]], path[1:], wrong)
    return copy


def _queues(number: int) -> dict:
    function = {"Type": "AWS::Lambda::Function", "Properties": {"Architectures": ["arm64"]}}
    mapping = {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {"FunctionName": {"Ref": "Fn0"}}}
    resources = {f"Fn{index}": function for index in range(number // 2)}
    return {"Resources": {**resources, **{f"Mapping{index}": mapping for index in range(number // 2)}}}


def test_ten_thousand_resources_and_a_megabyte(check, at_most):
    data = json.dumps(_queues(10_000), indent=1)
    assert len(data) > 1_000_000
    with at_most(300):
        _, report = check(data, "bad.json")
    assert report["templates"][0]["resources"] == 10_000
    assert sum(finding["template"] == "bad.json" for finding in report["findings"]) == 5_000


def test_many_conditions_stay_cheap(check, at_most):
    conditions = "".join(f"  C{n}: !Equals [!Ref P{n}, a]\n" for n in range(60))
    parameters = "".join(f"  P{n}: {{Type: String}}\n" for n in range(60))
    nested = "arm64"
    for n in range(60):
        nested = f"!If [C{n}, x86_64, {nested}]"
    layers = "".join(
        f"        - !If [C{n}, arn:aws:lambda:us-east-1:1:layer:a:1, !Ref AWS::NoValue]\n" for n in range(60)
    )
    template = (
        f"Parameters:\n{parameters}Conditions:\n{conditions}Resources:\n  Fn:\n    Type: AWS::Lambda::Function\n"
        f"    Properties:\n      Architectures: [{nested}]\n      Layers:\n{layers}"
    )
    with at_most(100):
        check(template)


def test_names_that_attack_the_terminal(check, capsys):
    name = "A\\u001b[2J::error::x ##[set-env]"
    template = EXAMPLE.read_text().replace("Orders", f'"{name}"')
    check(template)
    main(["check", "bad.yaml"])
    told = capsys.readouterr().out
    assert "\x1b" not in told
    assert "##[" not in told
    assert not [line for line in told.splitlines() if line.lstrip().startswith("::")]
