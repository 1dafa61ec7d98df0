"""What multiplies, or asks for more than anybody means: it is refused in one line, or judged as far as is sensible."""

import json
import time
import tracemalloc

import pytest

from saya.cli import main

QUICK = 15
"""Seconds of the processor: these take one at most, and took minutes or did not end."""

TEMPLATE = "Resources:\n  Fn: {Type: AWS::Lambda::Function, Properties: {Architectures: [arm64]}}\n"
LAYERS = "Layers: [arn:aws:lambda:us-east-1:464622532012:layer:Datadog-Extension:29]"


@pytest.fixture
def judge(tmp_path, monkeypatch, capsys):
    """Checks files, which must not take long; returns the exit code and the report."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)

    def run(files: dict[str, str]) -> tuple[int, dict]:
        for name, content in files.items():
            (tmp_path / name).write_text(content)
        start = time.process_time()
        code = main(["check", "--format", "json"])
        assert time.process_time() - start < QUICK
        told = capsys.readouterr()
        assert told.err == ""
        return code, json.loads(told.out)

    return run


# --- samconfig.toml ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        f"stack_name = {'9' * 5000}\n",
        f"x = {'[' * 5000}{']' * 5000}\n",
        f"x = {'{a=' * 3000}1{'}' * 3000}\n",
        f"{'.'.join('a' * 3000)} = 1\n",
        f"[{' . '.join('a' * 3000)}]\n",
        "x = {" + ".".join(['"a"'] * 3000) + " = 1}\n",
        "# " + "x" * 300_000,
        "".join(f"[e{n}.deploy.parameters]\nstack_name = 's{n}'\n" for n in range(200)),
    ],
)
def test_deployments_that_nobody_means(judge, text):
    code, report = judge({"template.yaml": TEMPLATE, "samconfig.toml": text})
    (problem,) = report["errors"]
    assert (code, problem["path"], problem["kind"]) == (2, "samconfig.toml", "config")
    assert [template["path"] for template in report["templates"]] == ["template.yaml"]


def test_long_words_in_values_are_no_long_keys(judge):
    addresses = ",".join(f"10.0.{n}.1" for n in range(200))
    text = f"[default.deploy.parameters]\nstack_name = 's'\nparameter_overrides = 'A={addresses}'\n"
    assert judge({"template.yaml": TEMPLATE, "samconfig.toml": text})[0] == 0


# --- stacks in stacks -------------------------------------------------------------------------------------------------


def nesting(file: str, times: int) -> str:
    stack = f"{{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: {file}, Parameters: {{A: !Ref A}}}}}}"
    return "".join(f"  S{n}: {stack}\n" for n in range(times))


def test_stacks_in_stacks_multiply(judge):
    files = {
        f"t{n}.yaml": "Parameters: {A: {Type: String}}\n" + TEMPLATE + nesting(f"t{n + 1}.yaml", 6) for n in range(7)
    }
    assert judge(files)[0] == 0


def test_what_is_nested_too_often_is_judged_by_itself_as_well(judge):
    child = f"Parameters: {{A: {{Type: String, Default: arm64}}}}\n{TEMPLATE.replace('arm64', '!Ref A')}"
    child = child.replace("]}}", f"], {LAYERS}}}}}")
    for times, code in ((10, 0), (250, 1)):
        parent = "Parameters: {A: {Type: String, Default: x86_64}}\nResources:\n" + nesting("c.yaml", times)
        assert judge({"p.yaml": parent, "c.yaml": child})[0] == code


# --- serverless.yml ---------------------------------------------------------------------------------------------------

SERVICE = "service: x\nprovider: aws\nfunctions: {a: {handler: x, name: '${self:custom.a0}'}}\ncustom:\n"


def test_variables_that_double(judge):
    doubled = "".join(f"  a{n}: '${{self:custom.a{n + 1}}}${{self:custom.a{n + 1}}}'\n" for n in range(14))
    tracemalloc.start()
    try:
        assert judge({"serverless.yml": f"{SERVICE}{doubled}  a14: {'x' * 10_000}\n"})[0] == 0
        assert tracemalloc.get_traced_memory()[1] < 100_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("step", ["²", "9" * 5000, "-1", "9999999"])
def test_no_item_of_a_list(judge, step):
    assert judge({"serverless.yml": f"{SERVICE}  a0: '${{self:custom.b.{step}}}'\n  b: [x]\n"})[0] == 0


def test_a_text_in_many_places(judge):
    text = "x: &x '${bogus !" + "y" * 100_000 + "}'\n"
    layers = "  a0: x\nlayers: [" + "*x," * 8000 + "]\n"
    assert judge({"serverless.yml": text + SERVICE + layers})[0] == 0


# --- size -------------------------------------------------------------------------------------------------------------


def test_more_values_than_a_template_has(judge):
    code, report = judge(
        {"t.json": '{"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}, "X": [' + "[]," * 1_100_000 + "1]}"}
    )
    assert (code, report["errors"][0]["message"]) == (2, "the file has more than 1,000,000 values")
