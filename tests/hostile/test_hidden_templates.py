"""What the author of a pull request may try so that a template is not seen as one. The gate fails closed: either it is
judged, or it is a problem.
"""

import json

import pytest

LAYER = "lambda-layer-architecture"
WRONG = """\
Resources:
  Fn:
    Type: AWS::Lambda::Function
    Properties:
      Architectures: [arm64]
      Layers: [arn:aws:lambda:us-east-1:464622532012:layer:Datadog-Extension:29]
"""
RESOURCES = {
    "Fn": {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Architectures": ["arm64"],
            "Layers": ["arn:aws:lambda:us-east-1:464622532012:layer:Datadog-Extension:29"],
        },
    }
}
JSON = json.dumps({"Resources": RESOURCES})


@pytest.fixture
def added(work_tree, check):
    """Checks what a pull request adds to a repository; returns the exit code and the policies that found something."""

    def run(files: dict[str, str | bytes], **links: str) -> tuple[int, set[str]]:
        work_tree.write("README", "read me")
        base = work_tree.commit()
        for path, content in files.items():
            work_tree.write(path, content)
        for name, target in links.items():
            (work_tree.root / f"{name}.yaml").symlink_to(target)
        work_tree.commit()
        code, report = check("--base", base)
        return code, {finding["policy"] for finding in report["findings"] if finding["status"] == "new"}

    return run


# --- the words by which a template is known ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t.json", JSON.replace("Resources", "\\u0052esources").replace("AWS::", "A\\u0057S::")),
        ("t.yaml", JSON.replace("Resources", "\\x52esources").replace("AWS::", "A\\U00000057S::")),
        ("t.yaml", '? "Resour\\\n  ces"\n: ' + json.dumps(RESOURCES).replace("AWS::", "AW\\\n   S::")),
        ("t.yaml", '? "Resour\\\r  ces"\n: ' + json.dumps(RESOURCES).replace("AWS::", "AW\\\r   S::")),
        ("t.yaml", "service: x\nprovider: aws\n" + WRONG),
    ],
)
def test_a_template_in_other_words_is_judged(added, name, text):
    assert added({name: text}) == (1, {LAYER})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t.json", JSON.replace('"Type":', '"Type":\n') + "\n# YAML takes this comment, JSON does not\n"),
        ("t.json", JSON.replace('"Type":', '"Typ\\u0065" :') + "\n# the same\n"),
        ("t.yaml", WRONG.replace("Type: AWS", "Type: !!str AWS") + "no entry\n"),
        ("t.yaml", WRONG.replace("Type: AWS", "Type: &a AWS").encode() + b"# \xff\n"),
        ("t.yaml", WRONG.encode("utf-16-le")),
    ],
)
def test_a_template_that_only_others_can_parse_is_a_problem(added, name, text):
    assert added({name: text}) == (2, set())


@pytest.mark.parametrize(
    "text",
    [
        "Transform: {Name: AWS::Include, Parameters: {Location: part.txt}}\nResources: {}\n",
        "Transform: [{Name: AWS::Include, Parameters: {Location: part.txt}}]\nResources: {}\n",
    ],
)
def test_a_template_whose_sections_are_in_another_file(added, text):
    assert added({"t.yaml": text, "part.txt": WRONG}) == (1, {LAYER})


def test_a_template_whose_resources_are_in_another_file(added):
    text = "Resources:\n  Fn::Transform: {Name: AWS::Include, Parameters: {Location: part.txt}}\n"
    assert added({"t.yaml": text, "part.txt": json.dumps(RESOURCES)}) == (1, {LAYER})


@pytest.mark.parametrize(
    "text", ["{service: x, provider: aws, functions: FN}", "service: x\nprovider: aws\nfunctions: FN\n"]
)
def test_a_service_in_any_style(added, text):
    layer = "arn:aws:lambda:us-east-1:464622532012:layer:Datadog-Extension:29"
    function = f"{{a: {{handler: x, architecture: arm64, layers: ['{layer}']}}}}"
    assert added({"serverless.yml": text.replace("FN", function)}) == (1, {LAYER})


# --- the folder that it lies in ---------------------------------------------------------------------------------------

MANIFEST = json.dumps({"version": "1.0.0", "artifacts": {}})
STACK = {"type": "aws:cloudformation:stack", "environment": "aws://1/us-east-1", "properties": {}}


@pytest.mark.parametrize("folder", ["", "made/"])
def test_beside_the_manifest_of_an_assembly_that_does_not_name_it(added, folder):
    files = {f"{folder}cdk.out": "{}", f"{folder}manifest.json": MANIFEST}
    assert added({**files, f"{folder}t.yaml": WRONG, f"{folder}below/T.json": JSON}) == (1, {LAYER})


@pytest.mark.parametrize("given", [(), ("--base", "HEAD")])
def test_the_templates_of_an_assembly_are_told_of_once(work_tree, check, given):
    work_tree.commit()
    inner = {"B": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-B"}}}
    for folder, more, stack in (("made", inner, "A"), ("made/assembly-B", {}, "B/A")):
        named = {**STACK, "displayName": stack, "properties": {"templateFile": "A.template.json"}}
        manifest = {"version": "1.0.0", "artifacts": {"A": named, **more}}
        work_tree.write(f"{folder}/cdk.out", "{}")
        work_tree.write(f"{folder}/manifest.json", json.dumps(manifest))
        work_tree.write(f"{folder}/A.template.json", JSON)
    work_tree.write("made/other.template.json", JSON)
    paths = ["made/A.template.json", "made/assembly-B/A.template.json", "made/other.template.json"]
    report = check(*given)[1]
    assert sorted(template["path"] for template in report["templates"]) == paths
    assert sorted(finding["location"]["path"] for finding in report["findings"]) == paths


@pytest.mark.parametrize("name", ["t.txt", "build/t.yaml"])
def test_behind_a_link(added, name):
    assert added({name: WRONG}, t=name) == (1, {LAYER})


def test_links_lead_nowhere_else(added, work_tree, tmp_path):
    (tmp_path / "outside.txt").write_text(WRONG)
    work_tree.write(".git/t.txt", WRONG)
    targets = ["../outside.txt", ".git/t.txt", "/dev/zero", "nowhere", "circle.yaml", "."]
    links = {f"t{number}": target for number, target in enumerate(targets)}
    assert added({}, **links, circle="circle.yaml") == (0, set())


def test_in_a_submodule(work_tree, check):
    """Its files are in no tree of this repository, whether they are checked out or not."""
    work_tree.write("app/t.yaml", WRONG)
    base = work_tree.commit()
    work_tree.git("rm", "-rq", "app")
    work_tree.git("update-index", "--add", "--cacheinfo", f"160000,{base},app")
    work_tree.git("commit", "--quiet", "--message=planted")
    (work_tree.root / "app").mkdir()
    code, report = check("--base", base)
    assert (code, report["resolved"], [error["path"] for error in report["errors"]]) == (2, [], ["app"])


# --- its size ---------------------------------------------------------------------------------------------------------


ESCAPED = JSON.replace("Resources", "\\u0052esources").replace("AWS::", "A\\u0057S::")


@pytest.mark.parametrize(("text", "size"), [(WRONG, 16), (ESCAPED, 16), (WRONG, 18)])
def test_behind_a_long_comment(added, text, size):
    """The tools that upload a template leave its comments out."""
    assert added({"t.yaml": "#" + "x" * (size * 1024 * 1024 - 20) + "\n" + text}) == (2, set())


def test_large_data_is_no_template(added):
    assert added({"data.json": '{"Resources": "' + "x" * (17 * 1024 * 1024) + '"}'}) == (0, set())


# --- its encoding -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["UTF-16LE", "IBM037", "UTF-7"])
def test_in_another_encoding_until_the_attribute_is_taken_out(work_tree, check, encoding):
    """Its blob is a template, which the next pull request, without the attribute, does not change."""
    base = work_tree.commit()
    work_tree.write("t.yaml", WRONG)
    work_tree.write(".gitattributes", f"t.yaml working-tree-encoding={encoding}\n")
    work_tree.git("add", ".gitattributes")
    blob = work_tree.git("hash-object", "-w", "--no-filters", "t.yaml")
    work_tree.git("update-index", "--add", "--cacheinfo", f"100644,{blob},t.yaml")
    work_tree.git("commit", "--quiet", "--message=planted")
    (work_tree.root / "t.yaml").unlink()
    work_tree.git("checkout", "--", "t.yaml")
    assert (work_tree.root / "t.yaml").read_bytes() != WRONG.encode() or encoding == "UTF-7"
    code, report = check("--base", base)
    assert (code, [error["path"] for error in report["errors"]]) == (2, ["t.yaml"])


def test_data_in_another_encoding(added):
    assert added({".gitattributes": "*.json working-tree-encoding=UTF-16LE\n", "data.json": b""}) == (0, set())


# --- what it is said to become ----------------------------------------------------------------------------------------

SERVICE = """\
service: x
provider: {name: aws, architecture: arm64, region: us-east-1}
functions: {a: {handler: x, layers: ["arn:aws:lambda:us-east-1:464622532012:layer:Datadog-Extension:29"]}}
"""
PACKAGE = {
    "ALambdaFunction": {
        "Type": "AWS::Lambda::Function",
        "Properties": {**RESOURCES["Fn"]["Properties"], "Architectures": ["x86_64", "arm64"]},
    },
    "ALogGroup": {"Type": "AWS::Logs::LogGroup"},
    "IamRoleLambdaExecution": {"Type": "AWS::IAM::Role"},
}


def test_a_package_that_is_committed_is_not_taken_for_what_the_service_becomes(added):
    package = json.dumps({"Resources": PACKAGE})
    files = {"serverless.yml": SERVICE, ".serverless/cloudformation-template-update-stack.json": package}
    assert added({f"app/{name}": text for name, text in files.items()}) == (1, {LAYER})
