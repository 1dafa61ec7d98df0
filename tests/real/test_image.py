"""The image, really built of this work tree."""

import json
import subprocess
from pathlib import Path

from .containers import Podman

ROOT = Path(__file__).resolve().parents[2]
CARELESS = "examples/arm64-migration/careless/template.yaml"


def saya(podman: Podman, image: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return inside(podman, image, "/opt/saya/bin/saya", *arguments)


def inside(podman: Podman, image: str, *command: str) -> "subprocess.CompletedProcess[str]":
    program, *arguments = command
    mount = f"--volume={ROOT / 'examples'}:/github/workspace/examples:ro"
    options = ["--rm", "--network=none", "--workdir=/github/workspace", mount, f"--entrypoint={program}"]
    return podman.call("run", *options, image, *arguments, check=False)


def test_it_judges_with_the_built_in_policies(podman: Podman, image: str) -> None:
    done = saya(podman, image, "check", "--format", "json", CARELESS)
    report = json.loads(done.stdout)
    assert done.returncode == 1, done.stderr
    assert [finding["policy"] for finding in report["findings"] if finding["severity"] == "error"] == [
        "lambda-layer-architecture"
    ]


def test_the_examples_of_the_policies_hold_in_it(podman: Podman, image: str) -> None:
    done = saya(podman, image, "test")
    assert done.returncode == 0, done.stdout + done.stderr


def test_git_and_node_are_there(podman: Podman, image: str) -> None:
    for program in ("/usr/bin/git", "/usr/bin/node"):
        assert inside(podman, image, program, "--version").returncode == 0


def test_what_built_it_is_gone(podman: Podman, image: str) -> None:
    script = (
        "import importlib.util, pathlib\n"
        "print([*map(importlib.util.find_spec, ['pip', 'hatchling'])], [*pathlib.Path('/tmp').iterdir()])"
    )
    done = inside(podman, image, "/opt/saya/bin/python", "-c", script)
    assert done.stdout.strip() == "[None, None] []", done.stderr
    assert inside(podman, image, "/usr/bin/which", "gcc", "make").returncode == 1


def test_nothing_is_compiled_again_when_it_starts(podman: Podman, image: str) -> None:
    script = (
        "import importlib.util, pathlib, sys, saya.cli, saya.pipeline, saya.github.client, jinja2, github, json\n"
        "files = {m.__file__ for m in sys.modules.values() if getattr(m, '__file__', None)}\n"
        "compiled = lambda file: pathlib.Path(importlib.util.cache_from_source(file)).exists()\n"
        "print([file for file in files if file.endswith('.py') and not compiled(file)])"
    )
    done = inside(podman, image, "/opt/saya/bin/python", "-c", script)
    assert done.stdout.strip() == "[]", done.stderr
