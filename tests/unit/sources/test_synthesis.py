"""Programs that are the shell's, to see how each ends. What is hostile is in tests/hostile."""

import json
import os
import sys
from pathlib import Path

import pytest

from saya.cli import main
from saya.errors import SynthesisError
from saya.sources.permission import Permission
from saya.sources.synthesis import synthesise, tail, told_by

PYTHON = "/usr/bin/python3" if os.geteuid() == 0 else sys.executable
MADE = 'echo \'{"version": "55.0.0"}\' > "$CDK_OUTDIR/manifest.json"'


@pytest.fixture
def project(public_path) -> Path:
    return public_path


def run(project: Path, app: str, folder: str = "", **settings: object) -> dict[str, bytes]:
    (project / folder).mkdir(exist_ok=True)
    (project / folder / "cdk.json").write_text(json.dumps({"app": app, **settings}))
    permission = Permission(granted=True, search="/usr/bin:/bin", timeout=10.0)
    with synthesise(project, folder, "cdk.out", permission) as made:
        return {path: made.files.read(path) or b"" for path in made.files.below("")}


def told(project: Path, name: str, folder: str = "", **settings: object) -> str:
    """What a program is told in a variable."""
    found = run(project, f'{MADE}; printf "%s" "${name}" > "$CDK_OUTDIR/told"', folder, **settings)
    return found["cdk.out/told"].decode()


@pytest.mark.parametrize(
    ("app", "expected"),
    [
        ("exit 3", "synthesis failed with exit code 3"),
        ("true", "synthesis left no assembly; does the program end with `app.synth()`?"),
        ("kill -SEGV $$", "synthesis was ended by SIGSEGV"),
        ("no-such-program x", "synthesis failed with exit code 127: /bin/sh: 1: no-such-program: not found"),
        (
            "echo '«NoLock» b'; echo 'trigger.UncaughtException('; exit 1",
            "synthesis failed with exit code 1: «NoLock» b",
        ),
        ("echo 'Error: a'; echo 'error b'; exit 1", "synthesis failed with exit code 1: Error: a"),
        ("echo 'error: Got \"14.0.0\"'; exit 1", 'synthesis failed with exit code 1: error: Got "14.0.0"'),
    ],
)
def test_a_failure_is_one_line(project, app, expected):
    with pytest.raises(SynthesisError) as caught:
        run(project, app)
    assert caught.value.message.replace("sh: no", "sh: 1: no") == expected  # not every shell counts lines


def test_what_is_not_installed_is_said(project):
    (project / "package.json").write_text("{}")
    with pytest.raises(SynthesisError, match=r"there is no `node_modules`: install what it needs first \(`npm ci`\)$"):
        run(project, "exit 1", "infra")
    (project / "node_modules").mkdir()
    with pytest.raises(SynthesisError, match=r"exit code 1$"):
        run(project, "exit 1", "infra")


@pytest.mark.parametrize(
    ("text", "line", "column"), [('{"app": ', 1, 9), ('{\n  "app": "x",\n}', 3, 1), ('{"app": "x"} }', 1, 14)]
)
def test_a_broken_cdk_json_is_one_line_with_its_place(project, capsys, monkeypatch, text, line, column):
    monkeypatch.chdir(project)
    (project / "app").mkdir()
    (project / "app/cdk.json").write_text(text)
    (project / "template.yaml").write_text("Resources: {Topic: {Type: AWS::SNS::Topic}}\n")
    assert main(["check", ".", "--format", "json"]) == 2
    report = json.loads(capsys.readouterr().out)
    (error,) = report["errors"]
    if "," in text:  # a comma before a bracket is told at the one or the other, by the version of Python
        line = error["line"]
        column = error["column"]
    assert (error["path"], error["line"], error["column"]) == ("app/cdk.json", line, column)
    assert len(report["templates"]) == 1


def test_what_was_built_before_is_built(project):
    found = run(project, f'{MADE}; cp "$TMPDIR/built" "$CDK_OUTDIR"', build='echo library > "$TMPDIR/built"')
    assert found["cdk.out/built"] == b"library\n"
    with pytest.raises(SynthesisError, match="exit code 4"):
        run(project, MADE, build="exit 4")


def test_context_is_that_of_cdk_json_under_what_was_looked_up(project):
    (project / "cdk.context.json").write_text(json.dumps({"b": "looked up", "c": 1}))
    context = json.loads(told(project, "CDK_CONTEXT_JSON", context={"a": "given", "b": "given"}))
    assert (context["a"], context["b"], context["c"]) == ("given", "looked up", 1)
    assert context["aws:cdk:bundling-stacks"] == []


def test_places_are_asked_for(project):
    """Of `aws-cdk-lib` before 2.251, and of programs in Python."""
    assert (told(project, "CDK_DEBUG"), told(project, "JSII_HOST_STACK_TRACES")) == ("true", "1")
    assert "--enable-source-maps" in told(project, "NODE_OPTIONS")


def test_context_that_no_variable_takes_is_a_file(project):
    script = f'{MADE}; cat "$CONTEXT_OVERFLOW_LOCATION_ENV" > "$CDK_OUTDIR/told"'
    found = run(project, script, context={"long": "x" * 200_000})
    assert len(json.loads(found["cdk.out/told"])["long"]) == 200_000


@pytest.mark.parametrize(
    ("keys", "account", "region"),
    [
        (["vpc-provider:account=111122223333:filter.vpc-id=vpc-1:region=eu-west-1"], "111122223333", "eu-west-1"),
        (
            ["ssm:account=111122223333:region=eu-west-1", "ssm:account=111122223333:region=eu-west-2"],
            "111122223333",
            "",
        ),
        (["availability-zones:account=1:region=a", "ssm:account=2:region=a"], "", "a"),
        (["@aws-cdk/core:newStyleStackSynthesis"], "", ""),
    ],
)
def test_the_account_and_region_of_all_look_ups_are_the_default_ones(project, keys, account, region):
    (project / "cdk.context.json").write_text(json.dumps(dict.fromkeys(keys, "x")))
    assert told(project, "CDK_DEFAULT_ACCOUNT") == account
    assert told(project, "CDK_DEFAULT_REGION") == region


def test_commands_of_what_is_installed_are_found_upwards(project):
    for folder in ("node_modules/.bin", "infra/node_modules/.bin", "infra/.venv/bin"):
        (project / folder).mkdir(parents=True)
    search = told(project, "PATH", "infra").split(":")
    own = [each.removeprefix(f"{project}/") for each in search if each.startswith(str(project))]
    assert own == ["infra/node_modules/.bin", "infra/.venv/bin", "node_modules/.bin"]


def test_a_script_of_javascript_that_cannot_be_executed_is_one_for_node(project):
    (project / "bin").mkdir()
    (project / "bin/node").write_text(f'#!/bin/sh\n{MADE}\necho "$@" > "$CDK_OUTDIR/told"\n')
    (project / "bin/node").chmod(0o755)
    (project / "app.js").write_text("")
    (project / "node_modules").mkdir()
    (project / "node_modules/.bin").symlink_to("../bin")
    assert run(project, "app.js --flag")["cdk.out/told"] == b"app.js --flag\n"


def test_the_tail_is_short_and_without_the_frames_of_libraries():
    printed = "\n".join(
        [
            *("x" * 500 for _ in range(3)),
            "Error: no such stack",
            *("    at Object.f (/a/node_modules/b/c.js:1:2)" for _ in range(60)),
            "    at new Service (/a/lib/service.ts:3:4)",
            "    at Module._load (node:internal/modules/cjs/loader:1091:12)",
        ]
    )
    assert told_by(printed) == ": Error: no such stack"
    *long, error, own = tail(printed)
    assert long == ["x" * 200 + "…"] * 3
    assert (error, own) == ("Error: no such stack", "    at new Service (/a/lib/service.ts:3:4)")
    assert len(tail("a\n" * 1000)) == 15


@pytest.mark.parametrize(
    ("python", "foreign"),
    [("/opt/nowhere/python3.12", True), ("python3.11", True), ("python3.12", False), ("python", False)],
)
def test_packages_that_were_installed_for_a_python_that_is_not_here_are_those_of_another(project, python, foreign):
    packages = project / ".venv/lib/python3.12/site-packages"
    for folder in (packages, project / ".venv/bin", project / "usr"):
        folder.mkdir(parents=True)
    for name in ("python3.11", "python3.12", "python"):
        (project / "usr" / name).write_text("")
    (project / ".venv/bin/python").symlink_to(project / "usr" / python)
    assert told(project, "PYTHONPATH", "infra") == (str(packages) if foreign else "")
    assert (str(project / ".venv/bin") in told(project, "PATH", "infra")) is not foreign
