"""`saya fix`: what it writes, what it leaves alone, and that a second run changes nothing."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from saya.cli import main

FRESH = sorted((Path(__file__).parents[2] / "fixtures" / "fixes").iterdir())
FLOW = """\
Resources:
  Logs: {Type: AWS::Logs::LogGroup}
  Flow:
    Type: AWS::EC2::FlowLog
    Properties:
      LogDestination: !GetAtt Logs.Arn   # here
"""
FIXED = FLOW.replace(
    "!GetAtt Logs.Arn", "!Sub arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${Logs}"
)
SAM = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Handler: a.b
      Events:
        Get: {Type: HttpApi}
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def fix(*arguments):
    return main(["fix", *map(str, arguments)])


def test_safe_fixes_are_written(folder, capsys):
    (folder / "t.yaml").write_text(FLOW)

    assert fix() == 0
    assert (folder / "t.yaml").read_text() == FIXED
    assert capsys.readouterr().out == (
        "t.yaml:6:23: fixed[log-group-arn-suffix]: Spell the ARN without `:*`\n1 fixed, 0 left\n"
    )


def test_unsafe_fixes_are_left_unless_they_are_wanted(folder, capsys):
    (folder / "t.yaml").write_text(SAM)

    assert fix() == 0
    assert (folder / "t.yaml").read_text() == SAM
    assert "`--unsafe` applies it" in capsys.readouterr().out
    assert fix("--unsafe") == 0
    assert "      AutoPublishAlias: live\n" in (folder / "t.yaml").read_text()


@pytest.mark.parametrize("path", FRESH, ids=lambda path: path.name)
def test_a_second_run_changes_nothing(folder, capsys, path):
    file = folder / path.name
    file.write_bytes(path.read_bytes())
    fix("--unsafe", "--region", "eu-west-1")
    once = file.read_bytes()
    capsys.readouterr()

    assert once != path.read_bytes()
    fix("--unsafe", "--region", "eu-west-1")
    assert file.read_bytes() == once
    assert "\n0 fixed" in "\n" + capsys.readouterr().out


def test_carriage_returns_a_byte_order_mark_and_a_missing_line_break_stay(folder):
    def odd(text):
        return b"\xef\xbb\xbf" + text.rstrip("\n").replace("\n", "\r\n").encode()

    (folder / "t.yaml").write_bytes(odd(FLOW))
    fix("t.yaml")

    assert (folder / "t.yaml").read_bytes() == odd(FIXED)


@pytest.mark.parametrize("change", [lambda text: text, lambda text: text.replace("\n", "\r\n"), str.rstrip])
def test_the_patch_is_one_that_git_applies(folder, capfdbinary, change):
    text = "# caf\u00e9 \U0001f600\n" + FLOW
    (folder / "a b.yaml").write_bytes(change(text).encode())
    (folder / "c.yaml").write_bytes(b"\xef\xbb\xbf" + change(text).encode())
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)

    assert fix("--diff") == 0
    patch = capfdbinary.readouterr().out
    assert (folder / "a b.yaml").read_bytes() == change(text).encode()
    subprocess.run(["git", "apply", "-"], cwd=folder, input=patch, check=True)
    applied = [(folder / name).read_bytes() for name in ("a b.yaml", "c.yaml")]
    (folder / "a b.yaml").write_bytes(change(text).encode())
    (folder / "c.yaml").write_bytes(b"\xef\xbb\xbf" + change(text).encode())
    fix()
    assert applied == [(folder / name).read_bytes() for name in ("a b.yaml", "c.yaml")]


def test_nothing_is_written_through_a_link(folder, capsys):
    (folder / "in").mkdir()
    (folder / "real.yaml").write_text(FLOW)
    (folder / "in" / "link.yaml").symlink_to(folder / "real.yaml")

    fix("in")
    assert fix("in/link.yaml") == 2
    assert (folder / "real.yaml").read_text() == FLOW
    (folder / "to").symlink_to(folder / "in2")
    (folder / "in2").mkdir()
    (folder / "in2" / "t.yaml").write_text(FLOW)
    assert fix("to") == 2
    assert (folder / "in2" / "t.yaml").read_text() == FLOW
    assert "symbolic link" in capsys.readouterr().out


def test_nothing_outside_the_paths_is_written(folder):
    for name in ("a", "b"):
        (folder / name).mkdir()
        (folder / name / "t.yaml").write_text(FLOW)

    assert fix("a") == 0
    assert (folder / "a" / "t.yaml").read_text() == FIXED
    assert (folder / "b" / "t.yaml").read_text() == FLOW


def test_a_file_that_cannot_be_read_does_not_keep_the_others(folder, capsys):
    (folder / "bad.yaml").write_text("Resources: {A: {Type: AWS::S3::Bucket\n")
    (folder / "t.yaml").write_text(FLOW)

    assert fix() == 2
    assert (folder / "t.yaml").read_text() == FIXED
    assert "bad.yaml:2:1: not valid YAML" in capsys.readouterr().out


def test_what_is_found_in_another_file_is_mended_in_the_template(folder, capsys):
    """The definition stands beside the template, which puts the function into it."""
    template = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn: {Type: AWS::Serverless::Function, Properties: {Handler: a.b, AutoPublishAlias: live}}
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties:
      Policies: [{LambdaInvokePolicy: {FunctionName: !Ref Fn}}]
      DefinitionUri: machine.asl.json
      DefinitionSubstitutions: {Fn: !GetAtt Fn.Arn}
"""
    machine = '{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "${Fn}", "End": true}}}\n'
    (folder / "t.yaml").write_text(template)
    (folder / "machine.asl.json").write_text(machine)

    assert fix("--unsafe") == 0
    assert capsys.readouterr().out.startswith("machine.asl.json:1:63: fixed[")
    assert (folder / "t.yaml").read_text() == template.replace("!GetAtt Fn.Arn", "!Ref Fn.Alias")
    assert (folder / "machine.asl.json").read_text() == machine


def test_what_would_be_fixed_is_not_said_to_be(folder, capsys):
    (folder / "t.yaml").write_text(FLOW)

    assert fix("--diff") == 0
    assert capsys.readouterr().err.endswith("1 would be fixed, 0 left\n")
    assert (folder / "t.yaml").read_text() == FLOW


def test_permissions_stay(folder):
    file = folder / "t.yaml"
    file.write_text(FLOW)
    file.chmod(0o640)
    fix()

    assert file.stat().st_mode & 0o777 == 0o640


def test_what_is_silenced_is_left(folder):
    silenced = FLOW.replace("# here", "# saya: ignore[log-group-arn-suffix] the vendor wants it so")
    (folder / "t.yaml").write_text(silenced)

    assert fix() == 0
    assert (folder / "t.yaml").read_text() == silenced


def test_an_alias_of_another_stack_is_not_referred_to(folder, capsys):
    """The parent passes its function on; its alias is no name of the nested template."""
    import json

    (folder / "parent.yaml").write_text("""\
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn: {Type: AWS::Serverless::Function, Properties: {Handler: a.b, AutoPublishAlias: live}}
  Child:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: child.yaml, Parameters: {Arn: !GetAtt Fn.Arn}}
""")
    (folder / "child.yaml").write_text("""\
Parameters: {Arn: {Type: String}}
Resources:
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {FunctionName: !Sub "${Arn}", EventSourceArn: "arn:aws:sqs:eu-west-1:111122223333:q"}
""")
    main(["check", "--format", "json"])
    [finding] = json.loads(capsys.readouterr().out)["findings"]

    assert (finding["resource"], finding["fix"]) == ("Mapping", None)
    assert "the function is of another stack" in finding["advice"]


def test_the_report_has_the_edits_in_code_points(folder, capsys):
    import json

    text = "# \U0001f600\n" + FLOW
    (folder / "t.yaml").write_text(text)
    main(["check", "--format", "json", "t.yaml"])
    [finding] = json.loads(capsys.readouterr().out)["findings"]
    [edit] = finding["fix"]["edits"]

    assert text[: edit["start"]] + edit["text"] + text[edit["end"] :] == "# \U0001f600\n" + FIXED
    assert (finding["fix"]["safety"], edit["path"]) == ("safe", "t.yaml")
