"""The command as the image runs it: a process, its environment, its exit code."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .hub import Hub
from .server import Server
from .workflow import payload, read_outputs

EXAMPLE = Path(__file__).parents[2] / "examples" / "arm64-migration"
PATH = "infra/template.yaml"


def run(server: Server, hub: Hub, folder: Path, event: object, **variables: str) -> "subprocess.CompletedProcess[str]":
    (folder / "event.json").write_text(json.dumps(event), encoding="utf-8")
    environment = {
        "PATH": os.environ["PATH"],
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_EVENT_PATH": str(folder / "event.json"),
        "GITHUB_REPOSITORY": hub.name,
        "GITHUB_API_URL": server.url,
        "GITHUB_OUTPUT": str(folder / "output"),
        "INPUT_GITHUB-TOKEN": "token",
        "INPUT_OUTPUT": "report.json",
        "INPUT_PATHS": ".",
        **variables,
    }
    command = [sys.executable, "-m", "saya", "review"]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )


@pytest.fixture
def careless() -> tuple[dict[str, str | bytes], dict[str, str | bytes]]:
    before, after = ((EXAMPLE / state / "template.yaml").read_bytes() for state in ("before", "careless"))
    return {PATH: before}, {PATH: after}


def test_a_pull_request_is_reviewed(server: Server, hub: Hub, tmp_path: Path, careless: tuple) -> None:
    pull = hub.open(*careless)
    done = run(server, hub, tmp_path, payload(hub, pull))
    assert done.returncode == 1, done.stdout + done.stderr
    assert [review.state for review in pull.reviews] == ["COMMENTED"]
    assert done.stdout.startswith("::stop-commands::saya-")
    outputs = dict(read_outputs((tmp_path / "output").read_text(encoding="utf-8")))
    assert (outputs["conclusion"], outputs["report"]) == ("findings", "report.json")
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["head"] == pull.head


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"INPUT_FAIL-ON": "critical"}, "fail-on"),
        ({"INPUT_FAIL-ON-UNDECIDED": "perhaps"}, "valid are true and false"),
        ({"GITHUB_EVENT_NAME": "issues"}, "nothing to review on the event `issues`"),
        ({"GITHUB_EVENT_NAME": ""}, "`saya check` judges without a workflow"),
        ({"GITHUB_EVENT_PATH": "nowhere.json"}, "nowhere.json: cannot be read"),
        ({"GITHUB_REPOSITORY": "octo"}, "owner/name"),
        ({"INPUT_POLICIES": "nowhere"}, "nowhere"),
        ({"GITHUB_EVENT_NAME": "workflow_run"}, "workflow_run"),
    ],
)
def test_a_mistake_is_one_line_and_fails(
    server: Server, hub: Hub, tmp_path: Path, careless: tuple, variables: dict[str, str], told: str
) -> None:
    pull = hub.open(*careless)
    done = run(server, hub, tmp_path, payload(hub, pull), **variables)
    assert done.returncode == 2, done.stdout + done.stderr
    assert told in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert pull.reviews == []
