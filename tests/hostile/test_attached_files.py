"""What a template may name beside it, and what it may not reach."""

import json

import pytest

MACHINE = "Resources:\n  M: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: NAME}}\n"
MACHINE = "Transform: AWS::Serverless-2016-10-31\n" + MACHINE
ASL = {
    "StartAt": "A",
    "States": {
        "A": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage",
            "Parameters": {"x.$": "$$.Task.Token"},
            "End": True,
        }
    },
}


def judged(work_tree, check, name: str) -> set[str]:
    work_tree.write("app/t.yaml", MACHINE.replace("NAME", json.dumps(name)))
    return {finding["policy"] for finding in check(".")[1]["findings"]}


@pytest.mark.parametrize("name", ["machine.asl", "./machine.asl", "../machine.asl", "below/../machine.asl"])
def test_a_file_in_the_tree(work_tree, check, name):
    for place in ("machine.asl", "app/machine.asl"):
        work_tree.write(place, json.dumps(ASL))
    assert judged(work_tree, check, name) == {"stepfunctions-task-token"}


@pytest.mark.parametrize(
    "name",
    [
        "../../outside.asl",
        "../.git/machine.asl",
        "../.GIT/machine.asl",
        "../app/../.git/machine.asl",
        "link.asl",
        "folder/outside.asl",
        "file:///../outside.asl",
        "..\\..\\outside.asl",
        "machine.asl\0",
        "..",
        ".",
        "",
    ],
)
def test_what_is_outside_or_is_git_s_own(work_tree, check, tmp_path, name):
    """A checkout may keep its token in `.git/config`."""
    (tmp_path / "outside.asl").write_text(json.dumps(ASL))
    for folder in (".git", ".GIT"):
        work_tree.write(f"{folder}/machine.asl", json.dumps(ASL))
    (work_tree.root / "app").mkdir()
    (work_tree.root / "app" / "link.asl").symlink_to(tmp_path / "outside.asl")
    (work_tree.root / "app" / "folder").symlink_to(tmp_path)
    assert judged(work_tree, check, name) == set()


@pytest.mark.parametrize("link", [".github", ".github/saya.yml"])
def test_a_configuration_elsewhere(work_tree, check, tmp_path, link):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "saya.yml").write_text("secret-of-another-tree: 1\n")
    at = work_tree.root / link
    at.parent.mkdir(exist_ok=True)
    at.symlink_to(tmp_path / "outside" / ("saya.yml" if link.endswith("yml") else ""))
    work_tree.write("t.yaml", "Resources: {Q: {Type: AWS::SQS::Queue}}\n")
    code, report = check(".")
    (error,) = report["errors"]
    assert (code, error["path"]) == (2, (work_tree.root / ".github" / "saya.yml").as_posix())
    assert "secret-of" not in json.dumps(report)
