import json
import shutil
from pathlib import Path

import pytest

from saya.cli import main

ROOT = Path(__file__).parents[2]


def project(folder: Path, language: str) -> Path:
    shutil.copytree(
        ROOT / "examples" / f"cdk-{language}", folder, ignore=shutil.ignore_patterns("node_modules", ".venv", "cdk.out")
    )
    shutil.copytree(ROOT / "tests" / "fixtures" / "cdk" / language, folder / "cdk.out")
    return folder


@pytest.fixture
def typescript(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return project(tmp_path / "app", "typescript")


def check(capsys, *arguments: str):
    code = main(["check", *arguments, "--format", "json"])
    return code, json.loads(capsys.readouterr().out)


def places(report) -> list[tuple[str, str, int]]:
    return [(each["policy"], each["location"]["path"], each["location"]["start_line"]) for each in report["findings"]]


@pytest.mark.parametrize("path", ["app", "app/cdk.out", "app/cdk.out/manifest.json", "."])
def test_findings_stand_on_the_lines_of_the_author(typescript, capsys, path):
    code, report = check(capsys, path)
    assert code == 1
    assert places(report) == [
        ("lambda-unqualified-invocation", "app/lib/orders-stack.ts", 28),
        ("lambda-layer-architecture", "app/lib/accounting.ts", 16),
        ("lambda-unqualified-invocation", "app/lib/accounting.ts", 23),
    ]
    assert {each["kind"] for each in report["templates"]} == {"cdk"}
    assert report["templates"][0]["contexts"] == [{"stack": "Production-Orders", "region": "eu-central-1"}]
    assert all(each["fix"] is None for each in report["findings"])


def test_what_a_line_makes_in_several_stages_is_told_once_with_all_of_them(typescript, capsys):
    first = check(capsys, "app")[1]["findings"][0]
    assert first["contexts"] == [
        {"stack": "Production-Orders", "region": "eu-central-1"},
        {"stack": "Orders", "region": None},
    ]
    assert [each["message"] for each in first["related"] if "construct" in each["message"]] == [
        "synthesised from the construct `Production/Orders/Nightly/Resource`",
        "synthesised from the construct `Orders/Nightly/Resource`",
    ]


def test_python_too(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    project(tmp_path / "app", "python")
    assert places(check(capsys, "app")[1]) == [
        ("lambda-unqualified-invocation", "app/orders/audit.py", 15),
        ("lambda-unqualified-invocation", "app/orders/stack.py", 31),
    ]


def test_the_line_is_the_one_that_is_meant(typescript, capsys):
    main(["check", "app"])
    told = capsys.readouterr().out
    assert " 28 |     new events.Rule(this, 'Nightly', {\n" in told
    assert "= note: the alias that is not used (line 19)" in told
    assert (
        "= note: synthesised from the construct `Orders/Nightly/Resource` (app/cdk.out/Orders.template.json:136:14)"
        in told
    )


def test_advice_is_in_the_words_of_the_cdk(typescript, capsys):
    advice = {
        each["advice"]
        for each in check(capsys, "app")[1]["findings"]
        if each["policy"] == "lambda-unqualified-invocation"
    }
    assert all("currentVersion" in each or "alias" in each for each in advice)
    assert not any("AutoPublishAlias" in each for each in advice)


def test_without_a_frame_of_the_author_the_construct_is_told(typescript, capsys):
    shutil.rmtree(typescript / "lib")
    _, report = check(capsys, "app/cdk.out")
    first = report["findings"][0]
    assert first["location"]["path"] in (
        "app/bin/app.ts",
        "app/cdk.out/assembly-Production/ProductionOrdersA29DFA25.template.json",
    )
    shutil.rmtree(typescript / "bin")
    first = check(capsys, "app/cdk.out")[1]["findings"][0]
    assert first["location"]["path"].endswith("ProductionOrdersA29DFA25.template.json")
    assert "`Production/Orders/Nightly/Resource`; its stack trace names no line" in first["related"][-1]["message"]


def test_what_aws_was_not_asked_is_said(typescript, capsys):
    path = typescript / "cdk.out" / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "missing": [{"provider": "vpc-provider"}]}))
    assert check(capsys, "app")[1]["notices"] == [
        "app/cdk.out: approximate: placeholders stand for what AWS was not asked (vpc-provider)"
    ]


def test_a_program_that_was_not_run_is_said(typescript, capsys):
    shutil.rmtree(typescript / "cdk.out")
    code, report = check(capsys, "app")
    assert (code, report["templates"]) == (0, [])
    assert "app/cdk.json: nothing of this program was judged" in report["notices"][0]


def test_a_template_that_cannot_be_read_is_a_problem_and_the_others_are_judged(typescript, capsys):
    (typescript / "cdk.out" / "Orders.template.json").write_text("{")
    code, report = check(capsys, "app")
    assert code == 2
    assert [each["path"] for each in report["errors"]] == ["app/cdk.out/Orders.template.json"]
    assert len(report["templates"]) == 2


def test_a_suppression_in_metadata_holds(typescript, capsys):
    path = typescript / "cdk.out" / "Orders.template.json"
    template = json.loads(path.read_text())
    ignored = [{"id": "lambda-unqualified-invocation", "reason": "replayed by hand"}]
    template["Resources"]["NightlyC44EE0A7"]["Metadata"]["saya"] = {"ignore": ignored}
    path.write_text(json.dumps(template))
    _, report = check(capsys, "app")
    (left,) = (each for each in report["findings"] if each["location"]["start_line"] == 28)
    assert left["contexts"] == [{"stack": "Production-Orders", "region": "eu-central-1"}]
    assert report["suppressed"][0]["location"] == {"path": "app/lib/orders-stack.ts", "start_line": 28}


def test_what_is_silenced_in_several_stacks_is_told_once(typescript, capsys):
    for path in typescript.glob("cdk.out/**/*Orders*.template.json"):
        template = json.loads(path.read_text())
        if nightly := template["Resources"].get("NightlyC44EE0A7"):
            nightly["Metadata"]["saya"] = {"ignore": [{"id": "lambda-unqualified-invocation", "reason": "by hand"}]}
            path.write_text(json.dumps(template))
    _, report = check(capsys, "app")
    places = [(each["location"]["path"], each["location"]["start_line"]) for each in report["suppressed"]]
    assert places == [("app/lib/orders-stack.ts", 28)]


def test_a_stack_is_compared_with_what_it_was(typescript, capsys, tmp_path):
    shutil.copytree(typescript, tmp_path / "before")
    template = tmp_path / "before/cdk.out/Orders.template.json"
    text = template.read_text()
    old = json.loads(text)
    old["Resources"]["NightlyC44EE0A7"]["Properties"]["Targets"][0]["Arn"] = {"Ref": "Live848578DF"}
    template.write_text(json.dumps(old))
    _, report = check(capsys, "app", "--base", "before")
    assert [(each["status"], each["template"]) for each in report["findings"] if each["status"] == "new"] == [
        ("new", "app/cdk.out/Orders.template.json")
    ]
    assert len(report["findings"]) == 4


def test_without_the_assembly_of_base_new_and_old_cannot_be_told_apart(typescript, capsys, tmp_path):
    shutil.copytree(typescript, tmp_path / "before", ignore=shutil.ignore_patterns("cdk.out"))
    _, report = check(capsys, "app", "--base", "before")
    assert {each["status"] for each in report["findings"]} == {"unknown"}
    assert "cannot be told apart" in report["notices"][0]


def test_a_program_that_base_does_not_have_is_new(typescript, capsys, tmp_path):
    (tmp_path / "before").mkdir()
    _, report = check(capsys, "app", "--base", "before")
    assert {each["status"] for each in report["findings"]} == {"new"}


def test_a_stack_that_is_no_more_is_mended(typescript, capsys, tmp_path):
    shutil.copytree(typescript, tmp_path / "before")
    path = typescript / "cdk.out" / "manifest.json"
    manifest = json.loads(path.read_text())
    del manifest["artifacts"]["assembly-Production"]
    path.write_text(json.dumps(manifest))
    _, report = check(capsys, "app", "--base", "before")
    assert len(report["findings"]) == len(report["resolved"]) == 3


def test_fingerprints_follow_the_construct_and_not_the_file(typescript, capsys):
    before = {each["fingerprint"] for each in check(capsys, "app")[1]["findings"]}
    assert len(before) == 3
    (typescript / "cdk.out/Orders.template.json").rename(typescript / "cdk.out/Other.template.json")
    path = typescript / "cdk.out" / "manifest.json"
    path.write_text(path.read_text().replace('"Orders.template.json"', '"Other.template.json"'))
    assert {each["fingerprint"] for each in check(capsys, "app")[1]["findings"]} == before


QUALIFIED, BARE = {"Ref": "Live"}, {"Fn::GetAtt": ["Fn", "Arn"]}


def nested(folder: Path, given: object) -> None:
    """A program whose nested stack reads a queue with a function that its parent gives it."""
    function = {"Type": "AWS::Lambda::Function", "Metadata": {"aws:cdk:path": "Orders/Fn/Resource"}}
    version = {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "Fn"}}}
    version_of = {"Fn::GetAtt": ["Version", "Version"]}
    alias = {"FunctionName": {"Ref": "Fn"}, "FunctionVersion": version_of, "Name": "live"}
    url = {"Fn::Join": ["", ["https://s3.", {"Ref": "AWS::URLSuffix"}, "/assets/1234.json"]]}
    metadata = {
        "aws:cdk:path": "Orders/Inner.NestedStack/Inner.NestedStackResource",
        "aws:asset:path": "I.nested.template.json",
    }
    stack = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url, "Parameters": {"Target": given}}}
    mapping = {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {"FunctionName": {"Ref": "Target"}}}
    resources = {
        "Fn": function,
        "Version": version,
        "Live": {"Type": "AWS::Lambda::Alias", "Properties": alias},
        "Inner": {**stack, "Metadata": metadata},
    }
    artifact = {"type": "aws:cloudformation:stack", "properties": {"templateFile": "Orders.template.json"}}
    write(folder / "cdk.json", {"app": "node app.js"})
    write(folder / "cdk.out/cdk.out", {"version": "55.0.0"})
    write(folder / "cdk.out/manifest.json", {"version": "55.0.0", "artifacts": {"Orders": artifact}})
    write(folder / "cdk.out/Orders.template.json", {"Resources": resources})
    inner = {"Parameters": {"Target": {"Type": "String"}}, "Resources": {"Mapping": mapping}}
    write(folder / "cdk.out/I.nested.template.json", inner)


def write(path: Path, data: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data))


@pytest.mark.parametrize(("given", "found"), [(QUALIFIED, []), (BARE, ["Mapping"])])
def test_a_nested_stack_is_given_what_its_parent_gives_it(tmp_path, monkeypatch, capsys, given, found):
    monkeypatch.chdir(tmp_path)
    nested(tmp_path, given)
    _, report = check(capsys, ".")
    assert [each["resource"] for each in report["findings"]] == found
    assert report["undecided"] == []


REGIONS = ("eu-west-1", "us-east-1")


def exporting(folder: Path, regions: tuple[str, ...]) -> None:
    """A program with two stacks in each region: one exports functions and an alias, the other imports them."""
    alias = {"FunctionName": {"Ref": "Fn"}, "FunctionVersion": {"Fn::GetAtt": ["Version", "Version"]}, "Name": "live"}
    resources = {
        "Fn": {"Type": "AWS::Lambda::Function"},
        "Version": {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "Fn"}}},
        "Live": {"Type": "AWS::Lambda::Alias", "Properties": alias},
        "Plain": {"Type": "AWS::Lambda::Function"},
    }
    exports = {"fn": BARE, "live": QUALIFIED, "plain": {"Fn::GetAtt": ["Plain", "Arn"]}}
    outputs = {name: {"Value": value, "Export": {"Name": name}} for name, value in exports.items()}
    rules = {
        f"Rule{name}": {
            "Type": "AWS::Events::Rule",
            "Properties": {"Targets": [{"Id": "a", "Arn": {"Fn::ImportValue": export}}]},
        }
        for name, export in (("Bare", "fn"), ("Alias", "live"), ("Plain", "plain"))
    }
    artifacts = {}
    for region in regions:
        for name, template in (("Fns", {"Resources": resources, "Outputs": outputs}), ("Rules", {"Resources": rules})):
            properties = {"templateFile": f"{name}-{region}.template.json", "stackName": name}
            environment = f"aws://111122223333/{region}"
            artifact = {"type": "aws:cloudformation:stack", "environment": environment, "properties": properties}
            artifacts[f"{name}-{region}"] = artifact
            write(folder / f"cdk.out/{name}-{region}.template.json", template)
    write(folder / "cdk.json", {"app": "node app.js"})
    write(folder / "cdk.out/cdk.out", {"version": "55.0.0"})
    write(folder / "cdk.out/manifest.json", {"version": "55.0.0", "artifacts": artifacts})


@pytest.mark.parametrize("regions", [REGIONS[:1], REGIONS])
def test_an_export_is_one_of_the_same_region(tmp_path, monkeypatch, capsys, regions):
    monkeypatch.chdir(tmp_path)
    exporting(tmp_path, regions)
    _, report = check(capsys, ".")
    found = [(each["resource"], [each["region"] for each in each["contexts"]]) for each in report["findings"]]
    assert found == [(rule, [region]) for region in regions for rule in ("RuleBare", "RulePlain")]
    assert report["undecided"] == []


def test_what_another_region_exports_is_not_imported(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    exporting(tmp_path, REGIONS[:1])
    path = tmp_path / "cdk.out/manifest.json"
    manifest = json.loads(path.read_text())
    manifest["artifacts"]["Rules-eu-west-1"]["environment"] = "aws://111122223333/us-east-1"
    write(path, manifest)
    assert check(capsys, ".")[1]["findings"] == []
