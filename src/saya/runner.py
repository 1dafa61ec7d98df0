"""What the runner of a GitHub workflow tells a step: its variables and the inputs of the action. Pure.

https://docs.github.com/actions/reference/workflows-and-actions/variables. An input is a variable `INPUT_` with its name
in upper case; hyphens stay. All of them are text, and an empty one is as good as none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from saya.errors import ConfigError
from saya.record import field, record

API_URL = "https://api.github.com"
SERVER_URL = "https://github.com"

# Inputs by how they are written on the command line.
_SINGLE = ("base", "fail-on", "on-error", "output", "sarif", "report", "synthesise")
_LINES = ("region", "parameter", "policies")
_LISTS = ("select", "ignore")
_SWITCHES = ("fail-on-undecided",)


@record(kw_only=True)
class Runner:
    """What the runner says. Empty where it says nothing, as on a laptop.

    Attributes:
        event_name: what started the workflow.
        event_path: the file with the event's payload.
        repository: `owner/name`.
        sha: the commit of the workflow, which for pull requests is none of theirs.
        api_url: where the REST API is.
        server_url: where links go.
        token: what requests are signed with.
        outputs: the file for the step's outputs.
        summary: the file for the job's summary.
        temporary: a folder that is emptied after the job.
        inputs: the inputs of the action, by name.
    """

    event_name: str = ""
    event_path: str = ""
    repository: str = ""
    sha: str | None = None
    api_url: str = API_URL
    server_url: str = SERVER_URL
    token: str = ""
    outputs: str | None = None
    summary: str | None = None
    temporary: str | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)


def read_runner(variables: Mapping[str, str]) -> Runner:
    """What the variables say."""
    inputs = {
        name.removeprefix("INPUT_").lower(): value.strip()
        for name, value in variables.items()
        if name.startswith("INPUT_") and value.strip()
    }
    return Runner(
        event_name=variables.get("GITHUB_EVENT_NAME", ""),
        event_path=variables.get("GITHUB_EVENT_PATH", ""),
        repository=variables.get("GITHUB_REPOSITORY", ""),
        sha=variables.get("GITHUB_SHA") or None,
        api_url=variables.get("GITHUB_API_URL") or API_URL,
        server_url=variables.get("GITHUB_SERVER_URL") or SERVER_URL,
        token=inputs.get("github-token") or variables.get("GITHUB_TOKEN", ""),
        outputs=variables.get("GITHUB_OUTPUT") or None,
        summary=variables.get("GITHUB_STEP_SUMMARY") or None,
        temporary=variables.get("RUNNER_TEMP") or None,
        inputs=inputs,
    )


def arguments_of(inputs: Mapping[str, str], given: Sequence[str], *, paths: bool) -> list[str]:
    """A command line with the inputs of the action before the arguments that were `given`, which so win.

    `paths` says whether the paths are the inputs' to name. Raises ConfigError.
    """
    named = _lines(inputs.get("paths", "")) if paths else []
    return [*_options(inputs), *given, *(["--", *named] if named else [])]


def _options(inputs: Mapping[str, str]) -> Iterator[str]:
    for name in _SINGLE:
        if name in inputs:
            yield f"--{name}={inputs[name]}"
    for name in _LINES:
        for line in _lines(inputs.get(name, "")):
            yield f"--{name}={line}"
    for name in _LISTS:
        if name in inputs:
            yield f"--{name}={','.join(_lines(inputs[name]))}"
    for name in _SWITCHES:
        if _is_true(name, inputs.get(name, "false")):
            yield f"--{name}"


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _is_true(name: str, value: str) -> bool:
    if value.lower() not in ("true", "false"):
        raise ConfigError(f"the input {name} is `{value}`; valid are true and false")
    return value.lower() == "true"
