"""Macros, files elsewhere and loops over what nobody knows: one entry each, told once, and new only where it is new."""

import json
from typing import Any

import pytest

from saya.cli import main

LAYER = "arn:aws:lambda:us-east-1:464622532012:layer:Datadog-Extension:29"
FUNCTION = f"{{Type: AWS::Lambda::Function, Properties: {{Architectures: [arm64], Layers: ['{LAYER}']}}}}"
LOOP = f"""\
Transform: AWS::LanguageExtensions
Parameters:
  Names: {{Type: CommaDelimitedList}}
Resources:
  Fn::ForEach::Functions:
    - Name
    - !Ref Names
    - 'F${{Name}}': {FUNCTION}
"""
OPEN = "the collection of a Fn::ForEach is not decided: the parameter `Names` has no value here"


@pytest.fixture
def check(tmp_path, monkeypatch, capsys):
    """Checks template.yaml with the files beside it; returns the exit code and the report."""
    monkeypatch.chdir(tmp_path)

    def run(text: str, *given: str, errors: int = 0, **files: str) -> tuple[int, dict[str, Any]]:
        for name, body in {"template.yaml": text, **files}.items():
            (tmp_path / name.replace("_yaml", ".yaml")).write_text(body)
        code = main(["check", "template.yaml", "--format", "json", *given])
        report = json.loads(capsys.readouterr().out)
        assert len(report["errors"]) == errors
        return code, report

    return run


def entries(report: dict[str, Any]) -> list[tuple[int, str, str, list[str]]]:
    """Line, resource, property and reasons of what every policy is undecided about."""
    return [
        (each["location"]["start_line"], each["resource"], each["property"], each["reasons"])
        for each in report["undecided"]
        if each["policy"] == "*"
    ]


def test_a_loop_over_a_parameter_without_a_value(check):
    code, report = check(LOOP)
    assert (code, report["findings"]) == (0, [])
    assert entries(report) == [(5, "", "Fn::ForEach::Functions", [OPEN])]
    assert check(LOOP, "--fail-on-undecided")[0] == 1


def test_what_would_decide_it_does(check):
    code, report = check(LOOP, "--parameter", "Names=A,B")
    assert (code, report["undecided"]) == (1, [])
    assert [each["resource"] for each in report["findings"]] == ["FA", "FB"]


def test_each_loop_is_told_once_whatever_is_around_it(check):
    inner = "      Fn::ForEach::Inner: [Size, !Ref Names, {'H${Name}${Size}': {Type: AWS::SNS::Topic}}]\n"
    text = LOOP.replace("!Ref Names", "[A, B]") + inner + "  Topic: {Type: AWS::SNS::Topic}\n"
    _, report = check(text)
    assert entries(report) == [(9, "", "Fn::ForEach::Functions.Fn::ForEach::Inner", [OPEN])]
    assert len(report["findings"]) == 2


def test_a_loop_is_told_once_for_all_stacks(check, tmp_path):
    (tmp_path / "samconfig.toml").write_text("".join(
        f'[{name}.deploy.parameters]\nstack_name = "{name}"\nregion = "{region}"\n{values}\n'
        for name, region, values in (
            ("one", "eu-west-1", ""),
            ("two", "us-east-1", ""),
            ("three", "us-east-1", 'parameter_overrides = "Names=A"'),
        )
    ))  # fmt: skip
    _, report = check(LOOP)
    (entry,) = report["undecided"]
    assert [each["stack"] for each in entry["contexts"]] == ["one", "two"]
    assert [each["resource"] for each in report["findings"]] == ["FA"]


def test_a_loop_that_is_none_is_a_mistake_and_no_more(check):
    code, report = check(LOOP.replace("!Ref Names", "A\n    - B"), errors=1)
    assert (code, report["undecided"]) == (2, [])


def test_only_new_loops_count(check, tmp_path):
    base = tmp_path / "base.yaml"
    base.write_text(LOOP)
    more = LOOP + LOOP[LOOP.index("  Fn::ForEach") :].replace("Functions", "More").replace("F$", "G$")
    code, report = check("# moved\n" + more, "--base", "base.yaml", "--fail-on-undecided")
    assert code == 1
    assert [(each["property"], each["status"]) for each in report["undecided"]] == [
        ("Fn::ForEach::Functions", "existing"),
        ("Fn::ForEach::More", "new"),
    ]
    base.write_text(more)
    assert check(more, "--base", "base.yaml", "--fail-on-undecided")[0] == 0


INCLUDE = "{{Name: AWS::Include, Parameters: {{Location: {}}}}}"
WHOLE = f"""\
Transform: {INCLUDE.format("top.yaml")}
Resources:
  Fn::Transform: {INCLUDE.format("s3://bucket/more.yaml")}
  Topic: {{Type: AWS::SNS::Topic}}
"""


def test_what_may_change_the_whole_template_is_one_entry(check):
    _, report = check(WHOLE.replace("top.yaml", "'top.yaml'"), top_yaml="a: [")
    reasons = [
        "top.yaml cannot be read: not valid YAML: did not find expected node content",
        "`s3://bucket/more.yaml` is not among the files here",
    ]
    assert entries(report) == [(1, "", "Transform", reasons)]
    macro = f"Transform: [Own, {INCLUDE.format('top.yaml')}]\nResources:\n  Topic: {{Type: AWS::SNS::Topic}}\n"
    may = "the macro `Own` may change the template, which is judged as written"
    assert entries(check(macro, top_yaml="- a\n")[1]) == [
        (1, "", "Transform", [may, "top.yaml is no mapping of what it adds"])
    ]
    assert entries(check(macro.replace("Own, ", ""), top_yaml="Conditions: {}\n")[1]) == []


def resource(location: str, rest: str = "") -> str:
    return f"Resources:\n  Fn:\n{rest}    Fn::Transform: {INCLUDE.format(location)}\n"


def test_a_resource_that_a_file_here_is(check):
    code, report = check(resource("fn.yaml"), fn_yaml=FUNCTION)
    assert (code, report["undecided"]) == (1, [])
    (finding,) = report["findings"]
    assert (finding["resource"], finding["location"]["path"]) == ("Fn", "fn.yaml")
    properties = f"Properties: {{Architectures: [arm64], Layers: ['{LAYER}']}}\n"
    code, report = check(resource("fn.yaml", "    Type: AWS::Lambda::Function\n"), fn_yaml=properties)
    assert [each["policy"] for each in report["findings"]] == ["lambda-layer-architecture"]


def test_a_resource_that_a_file_elsewhere_is(check):
    reason = "`s3://bucket/fn.yaml` is not among the files here"
    _, report = check(resource("s3://bucket/fn.yaml"))
    assert entries(report) == [(2, "Fn", "Fn::Transform", [reason])]
    _, report = check("Resources:\n  Fn: {Fn::Transform: {Name: Own}}\n")
    assert entries(report) == [(2, "Fn", "Fn::Transform", ["the macro `Own` makes the resource when it is deployed"])]


def test_properties_that_a_macro_adds_are_not_absent(check):
    text = "  Url:\n    Type: AWS::Lambda::Url\n    Fn::Transform: {Name: Own}\n"
    _, report = check("Resources:\n" + text)
    (entry,) = report["undecided"]
    assert (entry["policy"], entry["resource"]) == ("lambda-unqualified-invocation", "Url")
    assert entry["reasons"] == ["`Own` adds properties when the stack is deployed"]


def test_a_transform_within_a_loop(check):
    loop = "Resources:\n  Fn::ForEach::Loop: [N, [A], {'Fn::Transform': {Name: Own}}]\n"
    _, report = check("Transform: AWS::LanguageExtensions\n" + loop)
    may = "the macro `Own` may change the template, which is judged as written"
    assert entries(report) == [(3, "", "Transform", [may])]
