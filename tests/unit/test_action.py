"""What the action promises, in its files: inputs, image, permissions, pins, and what the documentation shows."""

import argparse
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from saya.arguments import build_parser
from saya.runner import arguments_of, read_runner

ROOT = Path(__file__).resolve().parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ADOPTION = (ROOT / "docs" / "adoption.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")

PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
SHOWN = re.compile(r"OWNER/saya@COMMIT # v\d+\.\d+\.\d+")


class Loader(yaml.SafeLoader):
    """As GitHub reads workflows: `on` is a word."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def parse(text: str) -> Any:
    return yaml.load(text, Loader)


def shown(text: str) -> list[str]:
    """The blocks of YAML of a page that are whole workflows."""
    return [block for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if "\njobs:" in block]


def workflows() -> list[Any]:
    files = [pytest.param(path.read_text(encoding="utf-8"), id=path.name) for path in WORKFLOWS]
    pages = {"adoption": ADOPTION, "readme": README}
    return files + [
        pytest.param(text, id=f"{page}-{at}") for page, told in pages.items() for at, text in enumerate(shown(told))
    ]


def jobs(text: str) -> dict[str, Any]:
    return parse(text)["jobs"]


def steps(text: str) -> list[dict[str, Any]]:
    return [step for job in jobs(text).values() for step in job["steps"]]


# --- action.yml -------------------------------------------------------------------------------------------------------


def test_inputs_are_what_the_command_takes() -> None:
    commands = next(each for each in build_parser()._actions if isinstance(each, argparse._SubParsersAction))
    actions = commands.choices["review"]._actions
    options = {option.removeprefix("--") for action in actions for option in action.option_strings}
    options |= {action.dest for action in actions if not action.option_strings}
    assert ACTION["inputs"].keys() == options - {"-h", "help", "debug"} | {"github-token"}


@pytest.mark.parametrize("name", [name for name in ACTION["inputs"] if name not in ("paths", "github-token")])
def test_every_input_reaches_the_command(name: str) -> None:
    given = {"fail-on-undecided": "true", "region": "eu-central-1", "parameter": "A=b"}.get(name, "x")
    variables = {f"INPUT_{name.upper()}": given, "INPUT_PATHS": ""}
    (argument,) = arguments_of(read_runner(variables).inputs, [], paths=True)
    assert argument in (f"--{name}", f"--{name}={given}")


def test_several_paths_and_regions_reach_the_command() -> None:
    variables = {"INPUT_PATHS": "a.yaml\nb c\n", "INPUT_REGION": "eu-central-1\nus-east-1\n"}
    arguments = arguments_of(read_runner(variables).inputs, [], paths=True)
    assert arguments == ["--region=eu-central-1", "--region=us-east-1", "--", "a.yaml", "b c"]


def test_every_input_is_described_and_its_default_is_text() -> None:
    for name, told in ACTION["inputs"].items():
        assert told["description"].endswith("."), name
        assert isinstance(told["default"], str), name
        assert "required" not in told, "the runner does not enforce it"


def test_the_token_is_the_only_input_that_an_expression_fills() -> None:
    assert [name for name, told in ACTION["inputs"].items() if "${{" in told["default"]] == ["github-token"]


def test_it_runs_this_image_and_passes_no_arguments() -> None:
    # Arguments become a command line in which only quotes are escaped; inputs come by the environment.
    assert ACTION["runs"] == {"using": "docker", "image": "Dockerfile"}


def test_all_inputs_and_outputs_are_documented() -> None:
    table = ADOPTION[ADOPTION.index("### Inputs") : ADOPTION.index("## Policies of an organisation")]
    names = set(re.findall(r"`([a-z-]+)`", table))
    assert ACTION["inputs"].keys() | ACTION["outputs"].keys() <= names


# --- Dockerfile -------------------------------------------------------------------------------------------------------


def test_the_image_starts_from_one_exact_base() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    bases = [line for line in lines if line.startswith("FROM ")]
    assert len(bases) == 1
    assert re.fullmatch(r"FROM python:3\.\d+\.\d+-slim-[a-z]+(@sha256:[0-9a-f]{64})?", bases[0])


def test_the_image_runs_as_root_in_the_folder_of_the_runner_and_takes_no_environment_into_its_entry_point() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    words = {line.split()[0] for line in lines if line[:1].isupper()}
    assert not words & {"USER", "WORKDIR", "CMD", "SHELL"}
    assert lines[-1] == 'ENTRYPOINT ["/opt/saya/bin/saya", "review"]'


def test_what_the_image_copies_is_let_through_to_its_build() -> None:
    let_through = {
        line.removeprefix("!")
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line.startswith("!")
    }
    assert all((ROOT / path).exists() for path in let_through)
    assert {"src", "policies", "README.md", "LICENSE", "pyproject.toml"} <= let_through


def test_every_dependency_of_the_image_has_hashes() -> None:
    for name in ("runtime", "build"):
        lock = (ROOT / "requirements" / f"{name}.lock").read_text(encoding="utf-8")
        for entry in re.split(r"\n(?=\S)", lock.strip()):
            assert "--hash=sha256:" in entry, entry


# --- workflows, ours and those shown ----------------------------------------------------------------------------------


@pytest.mark.parametrize("text", workflows())
def test_every_action_is_pinned_by_a_commit_and_tells_its_version(text: str) -> None:
    used = re.findall(r"uses: (.+)", text)
    assert used or "release" in text
    wrong = [each for each in used if each != "./" and not PINNED.fullmatch(each) and not SHOWN.fullmatch(each)]
    assert not wrong


def test_an_action_is_pinned_by_the_same_commit_everywhere() -> None:
    everything = "".join(path.read_text(encoding="utf-8") for path in WORKFLOWS) + ADOPTION + README
    pins: dict[str, set[str]] = {}
    for action, pin in re.findall(r"uses: ([\w./-]+)@(.+)", everything):
        pins.setdefault(action, set()).add(pin)
    assert {action: found for action, found in pins.items() if len(found) > 1} == {}


@pytest.mark.parametrize("text", workflows())
def test_nothing_is_allowed_but_what_a_job_says(text: str) -> None:
    assert parse(text)["permissions"] == {}
    assert "write-all" not in text
    assert "secrets." not in text


@pytest.mark.parametrize("text", workflows())
def test_a_checkout_leaves_no_credentials(text: str) -> None:
    for step in steps(text):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] in (False, "false")


@pytest.mark.parametrize("text", workflows())
def test_no_expression_stands_in_a_script(text: str) -> None:
    assert not [step["run"] for step in steps(text) if "${{" in step.get("run", "")]


@pytest.mark.parametrize("text", workflows())
def test_what_is_privileged_checks_no_head_out_and_runs_nothing(text: str) -> None:
    if not {"workflow_run", "pull_request_target"} & as_events(text).keys():
        return
    for step in steps(text):
        assert "run" not in step
        if step["uses"].startswith("actions/checkout@"):  # of the default branch, for the action that lies there
            assert step["with"].keys() == {"persist-credentials"}, "no `ref`"
            assert "./" in [each["uses"] for each in steps(text)]


@pytest.mark.parametrize("text", workflows())
def test_an_action_of_the_work_tree_is_checked_out_before_it_is_used(text: str) -> None:
    """Nothing checks that on GitHub before it runs; and a checkout removes what lies in the folder already."""
    for job in jobs(text).values():
        used = [step.get("uses", "") for step in job["steps"]]
        assert not [each for each in used if each.startswith("$/")], "the runner takes none without a path behind it"
        if "./" in used:
            assert used[0].startswith("actions/checkout@")


@pytest.mark.parametrize("text", [*shown(README), shown(ADOPTION)[0]])
def test_the_workflow_shown_is_the_one_that_works(text: str) -> None:
    (job,) = jobs(text).items()
    name, told = job
    assert name == "saya", "the name of the required check"
    assert "name" not in told
    assert told["permissions"] == {"contents": "read", "pull-requests": "write"}
    checkout, review = told["steps"]
    assert checkout["with"] == {
        "ref": "${{ github.event.pull_request.head.sha }}",
        "fetch-depth": "0" if isinstance(checkout["with"]["fetch-depth"], str) else 0,
        "persist-credentials": checkout["with"]["persist-credentials"],
    }
    assert SHOWN.search(text)
    assert review["uses"].startswith("OWNER/saya@")
    assert not {"paths", "branches"} & {key for told in as_events(text).values() for key in told}


def as_events(text: str) -> dict[str, Any]:
    on = parse(text)["on"]
    names = [on] if isinstance(on, str) else on
    return {name: (on[name] or {}) if isinstance(on, dict) else {} for name in names}


@pytest.mark.parametrize("text", [*(path.read_text(encoding="utf-8") for path in WORKFLOWS), *shown(ADOPTION)])
def test_inputs_that_are_given_and_outputs_that_are_read_exist(text: str) -> None:
    for step in steps(text):
        if step.get("uses", "").startswith(("./", "OWNER/saya@")):
            assert step.get("with", {}).keys() <= ACTION["inputs"].keys()
    assert set(re.findall(r"steps\.saya\.outputs\.([a-z-]+)", text)) <= ACTION["outputs"].keys()


def test_the_halves_for_forks_fit() -> None:
    for first, second in [
        (
            (ROOT / ".github/workflows/fork-analysis.yml").read_text(),
            (ROOT / ".github/workflows/fork-review.yml").read_text(),
        ),
        (shown(ADOPTION)[1], shown(ADOPTION)[2]),
    ]:
        assert parse(second)["on"]["workflow_run"]["workflows"] == [parse(first)["name"]]
        assert all(not job.get("permissions") for job in jobs(first).values())
        upload = next(step for step in steps(first) if "upload-artifact" in step["uses"])
        download = next(step for step in steps(second) if "download-artifact" in step["uses"])
        assert download["with"]["name"] == upload["with"]["name"]
        publish = steps(second)[-1]["with"]
        assert publish["report"] == f"{download['with']['path']}/{ACTION['inputs']['output']['default']}"
