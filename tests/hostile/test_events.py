"""What the author of a pull request may try on the action: it passes nothing that it has not looked at."""

import json
from typing import Any

import pytest

from ..contract.test_review import opened  # noqa: TID252

LAYER = "lambda-layer-architecture"
TOKEN = "stepfunctions-task-token"
WRONG = """\
Resources:
  Fn:
    Type: AWS::Lambda::Function
    Properties:
      Architectures: [arm64]
      Layers: [arn:aws:lambda:us-east-1:464622532012:layer:Datadog-Extension:29]
"""
RIGHT = WRONG.replace("arm64", "x86_64")
NESTED = "Parameters: {A: {Type: String}}\n" + WRONG.replace("[arm64]", "[!Ref A]")
PARENT = """\
Resources:
  Child: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: app/child.yaml, Parameters: {A: x86_64}}}
"""
MACHINE = """\
Transform: AWS::Serverless-2016-10-31
Resources: {M: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: machine.asl}}}
"""
TASK = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": True}
WAITS = json.dumps({"StartAt": "A", "States": {"A": {**TASK, "Parameters": {"x.$": "$$.Task.Token"}}}})
WAITS_NOT = WAITS.replace(".waitForTaskToken", "")

SERVICE = """\
service: x
provider: aws
functions:
  a: {handler: x, architecture: arm64, layers: ["${file(${self:custom.x}r.txt)}"]}
custom: {x: laye}
"""

Files = dict[str, str | bytes]


def outcome(done: Any) -> tuple[int, set[str]]:
    """The exit code, and the policies that found something new."""
    return done.code, {each["policy"] for each in done.report["findings"] if each["status"] == "new"}


HIDDEN: dict[str, tuple[Files, Files, dict[str, str], tuple[int, set[str]]]] = {
    "a file that a template names": (
        {"t.yaml": MACHINE, "machine.asl": WAITS},
        {"machine.asl": WAITS_NOT},
        {},
        (1, {TOKEN}),
    ),
    "its name is put together": (
        {"serverless.yml": SERVICE, "layer.txt": "x"},
        {"layer.txt": "arn:aws:lambda:us-east-1:464622532012:layer:Datadog-Extension:29"},
        {},
        (1, {LAYER}),
    ),
    "a folder that is left out elsewhere": (
        {"build/t.yaml": RIGHT},
        {"build/t.yaml": WRONG},
        {"paths": "build"},
        (1, {LAYER}),
    ),
    "a file of any name": ({"t.txt": RIGHT}, {"t.txt": WRONG}, {"paths": "t.txt"}, (1, {LAYER})),
    "a parent that nests it in another way": (
        {"p.yaml": PARENT, "app/child.yaml": NESTED},
        {"p.yaml": PARENT.replace("x86_64", "arm64")},
        {},
        (1, {LAYER}),
    ),
    "a long comment": ({"README": "x"}, {"t.yaml": "#" + "x" * 17 * 1024 * 1024 + "\n" + WRONG}, {}, (2, set())),
}


@pytest.mark.parametrize("checkout", [True, False])
@pytest.mark.parametrize("name", HIDDEN)
def test_no_change_is_passed_over(request, job, hub, name, checkout):
    base, head, job.inputs, expected = HIDDEN[name]
    if checkout:
        pull = opened(hub, request.getfixturevalue("work_tree"), base, head)
    else:
        request.getfixturevalue("elsewhere")
        pull = hub.open(base, {**base, **head})
    assert outcome(job.pull_request(pull)) == expected


MODES: dict[str, tuple[Files, dict[str, str], tuple[int, set[str]]]] = {
    "permissions that Git does not write": ({"t.yaml": WRONG}, {"t.yaml": "100664"}, (1, {LAYER})),
    "a link": ({"a/t.yaml": "../b/t.txt", "b/t.txt": WRONG}, {"a/t.yaml": "120000"}, (1, {LAYER})),
    "a link to nothing": ({"t.yaml": "../../etc/passwd"}, {"t.yaml": "120000"}, (0, set())),
    "a link to a link": (
        {"t.yaml": "u.yaml", "u.yaml": "t.yaml"},
        {"t.yaml": "120000", "u.yaml": "120000"},
        (0, set()),
    ),
    "a long name": ({"x" * 300 + ".yaml": WRONG}, {}, (2, set())),
    "a long path": ({"d/" * 2500 + "t.yaml": WRONG}, {}, (2, set())),
    "a file that is a folder": ({"d.yaml": "x", "d.yaml/t.yaml": WRONG}, {}, (2, set())),
    "a link that is a folder": ({"d.yaml": "x", "d.yaml/t.yaml": WRONG}, {"d.yaml": "120000"}, (2, set())),
    "a path out of the tree": ({"../t.yaml": WRONG}, {}, (2, set())),
    "a path into Git's own": ({".git/t.yaml": WRONG}, {}, (0, set())),
}


@pytest.mark.parametrize("name", MODES)
def test_trees_that_git_would_not_write(job, hub, elsewhere, name):
    files, modes, expected = MODES[name]
    base = hub.commit({"README": "x"})
    pull = hub.open_between(base, hub.commit({"README": "x", **files}, base, **modes))
    assert outcome(job.pull_request(pull)) == expected
