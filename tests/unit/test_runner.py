import pytest

from saya.arguments import build_parser
from saya.errors import ConfigError
from saya.runner import arguments_of, read_runner
from saya.settings import take_runner_variables


def test_what_the_runner_says() -> None:
    runner = read_runner(
        {
            "GITHUB_EVENT_NAME": "pull_request",
            "GITHUB_EVENT_PATH": "/github/workflow/event.json",
            "GITHUB_REPOSITORY": "octo/site",
            "GITHUB_API_URL": "https://ghe.example/api/v3",
            "GITHUB_OUTPUT": "/github/file_commands/output",
            "INPUT_FAIL-ON": " warning ",
            "INPUT_BASE": "",
        }
    )
    assert (runner.event_name, runner.repository) == ("pull_request", "octo/site")
    assert (runner.api_url, runner.server_url) == ("https://ghe.example/api/v3", "https://github.com")
    assert (runner.outputs, runner.summary, runner.token) == ("/github/file_commands/output", None, "")
    assert runner.inputs == {"fail-on": "warning"}


def test_the_input_goes_before_the_variable_as_a_token() -> None:
    assert read_runner({"INPUT_GITHUB-TOKEN": "a", "GITHUB_TOKEN": "b"}).token == "a"
    assert read_runner({"INPUT_GITHUB-TOKEN": "", "GITHUB_TOKEN": "b"}).token == "b"


def test_tokens_leave_the_environment_and_those_of_aws_stay() -> None:
    secret = ("GITHUB_TOKEN", "GH_TOKEN", "INPUT_GITHUB-TOKEN", "ACTIONS_RUNTIME_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_URL")
    environ = dict.fromkeys([*secret, "AWS_SESSION_TOKEN", "GITHUB_REPOSITORY", "PATH"], "x")
    taken = take_runner_variables(environ)
    assert set(environ) == {"AWS_SESSION_TOKEN", "GITHUB_REPOSITORY", "PATH"}
    assert {"GITHUB_TOKEN", "INPUT_GITHUB-TOKEN", "GITHUB_REPOSITORY"} <= taken.keys()


def test_inputs_are_arguments_and_arguments_win() -> None:
    inputs = {
        "paths": "infra\n  -odd.yaml \n",
        "region": "eu-central-1\nus-east-1",
        "parameter": "Name=a b\nOther=--x",
        "select": "a, b\nc",
        "fail-on": "note",
        "fail-on-undecided": "True",
        "on-error": "pass",
    }
    given = build_parser().parse_args(["review", *arguments_of(inputs, ["--fail-on=never"], paths=True)])
    assert given.paths == ["infra", "-odd.yaml"]
    assert given.region == ["eu-central-1", "us-east-1"]
    assert given.parameter == [("Name", "a b"), ("Other", "--x")]
    assert given.select == ["a", "b", "c"]
    assert (given.fail_on, given.fail_on_undecided, given.on_error) == ("never", True, "pass")


def test_a_switch_is_true_or_false() -> None:
    assert arguments_of({"fail-on-undecided": "false"}, [], paths=True) == []
    with pytest.raises(ConfigError, match="valid are true and false"):
        arguments_of({"fail-on-undecided": "yes"}, [], paths=True)
