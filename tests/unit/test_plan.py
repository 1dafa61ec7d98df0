"""`saya plan`: the command, on files."""

import json

import pytest

from saya.cli import main

BASE = """
Resources:
  Orders:
    Type: AWS::Lambda::Function
    Properties: {Architectures: [x86_64], Layers: [A], Timeout: 3}
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {FunctionName: !Ref Orders}
"""
HEAD = BASE.replace("x86_64", "arm64").replace("[A]", "[B]")
SAFE = "One deployment is enough"


@pytest.fixture
def plan(tmp_path, capsys):
    def run(base, head, *more, command="plan"):
        for name, text in (("base.yaml", base), ("head.yaml", head)):
            (tmp_path / name).write_text(text)
        code = main([command, str(tmp_path / "head.yaml"), "--base", str(tmp_path / "base.yaml"), *more])
        return code, capsys.readouterr().out

    return run


def test_two_deployments_and_why(plan):
    code, out = plan(BASE, HEAD)
    assert code == 1
    assert "needs 2 deployments:\n  1. Publish a version" in out
    assert "     - Point `Mapping` (FunctionName) at the alias\n" in out
    assert "  2. Make the change\n     - Change Architectures and Layers of `Orders`\n" in out


def test_one_deployment_is_safe(plan):
    for head in (BASE, BASE.replace("x86_64", "arm64"), BASE.replace("Timeout: 3", "Timeout: 4")):
        code, out = plan(BASE, head)
        assert (code, out.startswith(SAFE)) == (0, True)


def test_what_cannot_be_told_is_said(plan):
    base, head = (text.replace("!Ref Orders", "other") for text in (BASE, HEAD))
    code, out = plan(base, head)
    assert code == 0
    assert "cannot tell: no caller of `Orders` is in the template" in out


def test_a_template_that_cannot_be_judged_is_a_mistake(plan):
    code, out = plan(BASE, "Resources: [")
    assert code == 2
    assert SAFE not in out
    assert out.startswith("problem: ")


def test_a_suppressed_finding_has_no_plan(plan):
    silenced = HEAD.replace(
        "  Orders:", "  # saya: ignore[lambda-non-atomic-update] nobody calls it at night\n  Orders:"
    )
    code, out = plan(BASE, silenced)
    assert (code, out.startswith(SAFE)) == (0, True)
    _, out = plan(BASE, silenced, "--format", "json", command="check")
    assert json.loads(out)["plan"] == []


def test_the_plan_is_in_the_report(plan):
    _, out = plan(BASE, HEAD, "--format", "json", command="check")
    (entry,) = json.loads(out)["plan"]
    assert (entry["function"], len(entry["deployments"])) == ("Orders", 2)


def test_without_a_base_there_is_nothing_to_plan(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.yaml").write_text(HEAD)
    assert main(["plan", "t.yaml"]) == 2
    assert "name a branch, a folder or a file" in capsys.readouterr().err
