"""What GitHub's runner does to run a container action: folders, mounts, environment, files of outputs.

After ContainerActionHandler.cs, FileCommandManager.cs and action_yaml.json of https://github.com/actions/runner.
"""

import json
import re
import shutil
import subprocess
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from .containers import Podman

ROOT = Path(__file__).resolve().parents[2]
SECRETS = {"ACTIONS_RUNTIME_TOKEN": "runtime-secret", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "identity-secret"}


@dataclass
class Done:
    """What became of a step."""

    code: int
    log: str
    outputs: dict[str, str]
    summary: str


@dataclass
class Runner:
    """One job of a workflow on a machine; `folder` is the runner's, outside of any repository.

    The workspace is empty until a checkout fills it. `network` is one that podman knows.
    """

    podman: Podman
    image: str
    folder: Path
    repository: str = "octo/site"
    api_url: str = "http://127.0.0.1:1"
    token: str = "token"
    network: str = "none"
    variables: dict[str, str] = field(default_factory=dict)
    volumes: dict[Path, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        name = self.repository.partition("/")[2]
        self.workspace = self.folder / name / name
        self.temp = self.folder / "_temp"
        self.home, self.workflow = self.temp / "_github_home", self.temp / "_github_workflow"
        self.files = self.temp / "_runner_file_commands"
        for made in (self.workspace, self.home, self.workflow, self.files):
            made.mkdir(parents=True, exist_ok=True)

    def checkout(self, repository: Path, commit: str) -> None:
        """What actions/checkout leaves with fetch-depth: 0 and persist-credentials: false: a detached head."""
        shutil.rmtree(self.workspace)
        git = ["git", "-c", "advice.detachedHead=false"]
        subprocess.run([*git, "clone", "--quiet", "--no-checkout", repository.as_uri(), self.workspace], check=True)
        subprocess.run([*git, "-C", self.workspace, "checkout", "--quiet", "--detach", commit], check=True)
        # The runner is no root, and the container is: Git calls that dubious.
        subprocess.run(["chown", "-R", "1001:1001", self.folder], check=True)

    def empty(self) -> None:
        """The workspace of a job without a checkout."""
        shutil.rmtree(self.workspace)
        self.workspace.mkdir()

    def run(self, event: str, payload: Mapping[str, Any], sha: str, inputs: Mapping[str, str] | None = None) -> Done:
        """Run the step with these inputs, the others as action.yml says."""
        (self.workflow / "event.json").write_text(json.dumps(payload), encoding="utf-8")
        mark = uuid.uuid4()
        output, summary = self.files / f"set_output_{mark}", self.files / f"step_summary_{mark}"
        for file in (output, summary, self.files / f"set_env_{mark}", self.files / f"add_path_{mark}"):
            file.touch()
        environment = {
            **self.variables,
            **self.inputs(inputs or {}),
            **self.environment(event, sha),
            "GITHUB_OUTPUT": f"/github/file_commands/{output.name}",
            "GITHUB_STEP_SUMMARY": f"/github/file_commands/{summary.name}",
            "GITHUB_ENV": f"/github/file_commands/set_env_{mark}",
            "GITHUB_PATH": f"/github/file_commands/add_path_{mark}",
        }
        volumes = {
            self.temp: "/github/runner_temp",
            self.home: "/github/home",
            self.workflow: "/github/workflow",
            self.files: "/github/file_commands",
            self.workspace: "/github/workspace",
            **self.volumes,
        }
        options = [f"--network={self.network}", "--workdir=/github/workspace"]
        environment = {name: translate(value, volumes) for name, value in environment.items()}
        done = self.podman.run(self.image, volumes=volumes, environment=environment, options=options)
        outputs = read_outputs(output.read_text(encoding="utf-8"))
        return Done(done.returncode, done.stdout + done.stderr, outputs, summary.read_text(encoding="utf-8"))

    def inputs(self, given: Mapping[str, str]) -> dict[str, str]:
        """The variables of the inputs: upper case, spaces replaced, hyphens kept."""
        defined = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))["inputs"]
        assert given.keys() <= defined.keys()
        values = {name: given.get(name, told.get("default", "")) for name, told in defined.items()}
        values = {name: value.replace("${{ github.token }}", self.token) for name, value in values.items()}
        assert not any("${{" in value for value in values.values())
        return {f"INPUT_{name.upper().replace(' ', '_')}": value for name, value in values.items()}

    def environment(self, event: str, sha: str) -> dict[str, str]:
        return {
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.api_url,
            "GITHUB_EVENT_NAME": event,
            "GITHUB_EVENT_PATH": "/github/workflow/event.json",
            "GITHUB_GRAPHQL_URL": f"{self.api_url}/graphql",
            "GITHUB_REPOSITORY": self.repository,
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_RUN_ID": "7",
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_SHA": sha,
            "GITHUB_WORKFLOW": "saya",
            "GITHUB_WORKSPACE": "/github/workspace",
            "HOME": "/github/home",
            "RUNNER_OS": "Linux",
            "RUNNER_TEMP": "/github/runner_temp",
            **SECRETS,
        }


def translate(value: str, volumes: Mapping[Path, str]) -> str:
    """A path of the runner as the container sees it; the most special folder decides. Other text is left alone."""
    for host, inside in reversed(volumes.items()):
        if value == str(host) or value.startswith(f"{host}/"):
            return inside + value.removeprefix(str(host))
    return value


def read_outputs(text: str) -> dict[str, str]:
    """The outputs in a file of `name=value` and `name<<DELIMITER` entries, as the runner reads it."""
    found = {}
    lines = iter(text.split("\n"))
    for line in lines:
        equals, heredoc = line.find("="), line.find("<<")
        if heredoc >= 0 and (equals < 0 or heredoc < equals):
            name, delimiter = line.split("<<", 1)
            value = []
            for inner in lines:
                if inner == delimiter:
                    break
                value.append(inner)
            else:
                raise ValueError(f"no end of {name}")
            found[name] = "\n".join(value)
        elif line:
            assert re.match(r"[^=]+=", line), line
            name, _, found[name] = line.partition("=")
    return found
