"""The command as users run it: in this process for speed, as a process where the process itself is what is tested."""

import errno
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from saya import arguments, judging, pipeline, request
from saya.cli import main
from saya.report.formats import REPORTERS
from saya.schemas import SCHEMAS

EXAMPLE = Path(__file__).parents[2] / "examples" / "arm64-migration"

CLEAN = "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n"
NOTE = """\
Resources:
  Fn:
    Type: AWS::Lambda::Function
    Properties: {}
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      FunctionName: !Ref Fn
"""
WARNING = (
    NOTE
    + "  Live:\n    Type: AWS::Lambda::Alias\n    Properties:\n"
    + (
        "      {FunctionName: !Ref Fn, FunctionVersion: !GetAtt Version.Version, Name: live}\n"
        "  Version:\n    Type: AWS::Lambda::Version\n    Properties: {FunctionName: !Ref Fn}\n"
    )
)
ERROR = """\
Resources:
  Fn:
    Type: AWS::Lambda::Function
    Properties:
      Architectures: [arm64]
      Layers:
        - arn:aws:lambda:us-east-1:464622532012:layer:Datadog-Extension:29
"""
UNDECIDED = """\
Resources:
  Fn:
    Type: AWS::Lambda::Function
    Properties:
      Architectures: [arm64]
      Layers:
        - arn:aws:lambda:us-east-1:111122223333:layer:unheard-of:1
"""


@pytest.fixture
def saya(tmp_path, monkeypatch, capsys):
    """Runs a command in an empty work tree; returns exit code, standard output and standard error."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "SAYA_DEBUG"):
        monkeypatch.delenv(name, raising=False)

    def run(*given: str) -> tuple[int, str, str]:
        try:
            code = main(given)
        except SystemExit as stop:
            code = stop.code
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def write(name: str, text: str) -> None:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.mark.parametrize(
    ("template", "fail_on", "code"),
    [
        (CLEAN, "note", 0),
        (NOTE, None, 0),
        (NOTE, "warning", 0),
        (NOTE, "note", 1),
        (WARNING, None, 0),
        (WARNING, "warning", 1),
        (WARNING, "note", 1),
        (ERROR, None, 1),
        (ERROR, "never", 0),
        ("Resources: []\n", None, 2),
        ("Resources: []\n", "never", 2),
    ],
)
def test_the_exit_code_is_that_of_the_worst_finding(saya, template, fail_on, code):
    write("t.yaml", template)
    assert saya("check", "t.yaml", *([] if fail_on is None else ["--fail-on", fail_on]))[0] == code


def test_what_is_undecided_fails_only_if_asked(saya):
    write("t.yaml", UNDECIDED)
    assert saya("check")[0] == 0
    assert saya("check", "--fail-on-undecided")[0] == 1
    assert saya("check", "--fail-on-undecided", "--fail-on", "never")[0] == 0
    write(".github/saya.yml", "fail-on-undecided: true\n")
    assert saya("check")[0] == 1


def test_one_bad_file_does_not_cost_the_others(saya):
    write("a.yaml", "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  A: [\n")
    write("b.yaml", ERROR)
    write("broken.yaml", "Resources:\n  Q:\n    Type: AWS::SQS::Queue\n   x: [\n")
    code, out, _ = saya("check", "a.yaml", ".")
    assert code == 2
    assert "a.yaml:4:1: problem[syntax]: " in out
    assert "broken.yaml:4:" in out
    assert "error[lambda-layer-architecture]" in out
    assert out.endswith("1 error in 1 template; 2 problems\n")


def test_what_is_no_template_is_passed_over_unless_named(saya):
    write("package.json", '{"Resources": "none"}')
    write("broken.json", '{"Resources": ')
    write("values.yaml", "a: {{ template }}\nResources: 1\n")
    assert saya("check") == (0, "no templates found\n", "")
    code, out, _ = saya("check", "package.json", "values.yaml")
    assert code == 2
    assert out.startswith("package.json:1:15: problem[template]: ")
    assert "\nvalues.yaml:1:" in out


def test_a_path_that_is_not_there(saya):
    code, out, _ = saya("check", "nowhere.yaml")
    assert (code, out) == (
        2,
        "nowhere.yaml: problem[usage]: cannot be opened: no such file or directory; name a template or a folder\n\n"
        "no template judged; 1 problem\n",
    )


@pytest.mark.parametrize(
    "given",
    [
        ["bogus"],
        [],
        ["check", "--format", "xml"],
        ["check", "--region", "Frankfurt"],
        ["check", "--parameter", "Arch"],
        ["check", "--sel", "x"],
        ["check", "--fail-on", "fatal"],
        ["schema", "x"],
        ["check", "--select", "lambda-layer-architectur"],
        ["explain", "lambda-layer-architectur"],
        ["explain", "lambda-layer-architecture", "--policies", "nowhere"],
        ["test", "nowhere"],
    ],
)
def test_a_mistake_is_one_line_and_2(saya, given):
    code, out, err = saya(*given)
    assert code == 2
    text = out.split("\n\n")[0] + err if given[:1] == ["check"] else err
    assert len(text.strip().splitlines()) == 1
    assert "Traceback" not in text


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["check", "--formt", "json"], "`saya check` has no argument `--formt`, but `--format`"),
        (["check", "--fail-onn=error"], "`saya check` has no argument `--fail-onn=error`, but `--fail-on`"),
        (["policies", "--policy", "x"], "`saya policies` has no argument `--policy`, but `--policies`"),
        (["check", "--zzzz"], "`saya check` has no argument `--zzzz`"),
        (["explain", "a", "b"], "`saya explain` has no argument `b`"),
    ],
)
def test_an_argument_that_nobody_knows(saya, given, told):
    assert saya(*given) == (2, "", f"saya: {told}; see `saya {given[0]} --help`\n")


def test_a_name_that_is_nearly_right_is_suggested(saya):
    assert "lambda-layer-architecture" in saya("explain", "lambda-layer-architectur")[2]


def test_select_and_ignore(saya):
    write("t.yaml", ERROR + NOTE.removeprefix("Resources:\n").replace("Fn", "Other"))
    both = {"lambda-layer-architecture", "lambda-unqualified-invocation"}

    def policies(*given: str) -> set[str]:
        report = json.loads(saya("check", "--format", "json", *given)[1])
        assert not report["errors"]
        return {finding["policy"] for finding in report["findings"]}

    assert policies() == both
    assert policies("--select", "lambda-layer-architecture") == {"lambda-layer-architecture"}
    assert policies("--select", ",".join(both)) == both
    assert policies("--select", "lambda-layer-architecture", "--select", "lambda-unqualified-invocation") == both
    assert policies("--ignore", "lambda-layer-architecture") == {"lambda-unqualified-invocation"}
    assert policies("--ignore", ", ".join(both)) == set()
    write(".github/saya.yml", "select: [lambda-unqualified-invocation]\n")
    assert policies() == {"lambda-unqualified-invocation"}
    assert policies("--select", "lambda-layer-architecture") == {"lambda-layer-architecture"}
    write(".github/saya.yml", "ignore: [lambda-unqualified-invocation]\nseverity: {lambda-layer-architecture: off}\n")
    assert policies() == set()


def test_the_configuration_changes_severities_and_the_gate(saya):
    write("sub/t.yaml", NOTE)
    write(".github/saya.yml", "severity: {lambda-unqualified-invocation: error}\n")
    assert saya("check", "sub")[0] == 1
    write(".github/saya.yml", "fail-on: note\n")
    assert saya("check", "sub")[0] == 1
    assert saya("check", "sub", "--fail-on", "error")[0] == 0


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("fail_on: note\n", ":1:1: "),
        ("severity:\n  lambda-layers: error\n", ":2:3: "),
        ("select: [lambda-layers]\n", ":1:10: "),
        ("params:\n  lambda-layer-architecture: {bogus: 1}\n", ":2:3: "),
        ("policies:\n  - nowhere\n", ":2:5: "),
        ("policies: [bare]\n", ":1:12: "),
        (f"policies: [{'a' * 300}]\n", ":1:12: "),
        ('policies: ["\\0"]\n', ":1:12: "),
        ("a: [\n", ":2:1: "),
    ],
)
def test_a_configuration_that_does_not_hold_stops_the_run(saya, text, place):
    write("t.yaml", CLEAN)
    write("bare/README", "no policies")
    write(".github/saya.yml", text)
    code, out, _ = saya("check", "--format", "json")
    (problem,) = json.loads(out)["errors"]
    told = f"{problem['path']}:{problem['line']}:{problem['column']}: "
    assert code == 2
    assert told.endswith(f"/.github/saya.yml{place}")


def test_further_policies(saya):
    write("t.yaml", CLEAN)
    write("house/broken.yml", "id: other\nfor: bogus\n")
    code, out, _ = saya("check", "--policies", "house", "--format", "json")
    problems = json.loads(out)["errors"]
    assert code == 2
    assert len(problems) > 1
    assert {problem["kind"] for problem in problems} == {"policy"}
    write(".github/saya.yml", "policies: [house]\n")
    assert saya("check")[0] == 2


def test_the_report_goes_to_a_file(saya):
    write("t.yaml", ERROR)
    code, out, err = saya("check", "--format", "json", "--output", "report.json")
    assert (code, out, err) == (1, "", "")
    jsonschema.validate(json.loads(Path("report.json").read_text()), SCHEMAS["report"]())
    code, _, err = saya("check", "--output", "nowhere/report.txt")
    assert (code, err) == (2, "saya: nowhere/report.txt: cannot be written: No such file or directory\n")


def test_json_holds_to_the_schema(saya):
    for name, text in {"a": ERROR, "b": WARNING, "c": UNDECIDED, "d": "Resources: []\n", "e": CLEAN}.items():
        write(f"{name}.yaml", text)
    write("samconfig.toml", '[prod.deploy.parameters]\nstack_name = "s"\nregion = "eu-west-1"\n')
    out = saya("check", "--format", "json", "d.yaml", ".")[1]
    report = json.loads(out)
    jsonschema.validate(report, SCHEMAS["report"]())
    assert {finding["severity"] for finding in report["findings"]} == {"error", "warning"}
    assert [problem["path"] for problem in report["errors"]] == ["d.yaml"]
    assert report["undecided"][0]["location"] == {"path": "c.yaml", "start_line": 7}


def test_layers_of_an_organisation(saya):
    write("t.yaml", UNDECIDED)
    write(
        ".github/saya.yml",
        """\
layers:
  - account: "111122223333"
    name: unheard-of
    architectures: [x86_64]
    counterparts: {arm64: unheard-of-arm}
""",
    )
    code, out, _ = saya("check")
    assert code == 1
    assert "error[lambda-layer-architecture]: `unheard-of` is built for x86_64; `Fn` runs on arm64" in out
    assert "Use `unheard-of-arm`, the same layer for arm64" in out
    write(".github/saya.yml", "layers: [{name: unheard-of, architectures: [arm64]}]\n")
    assert saya("check") == (0, "nothing found in 1 template\n", "")
    write(".github/saya.yml", "layers:\n  - {name: unheard-of, architectures: [arm]}\n")
    code, out, _ = saya("check", "--format", "json")
    (problem,) = json.loads(out)["errors"]
    assert (code, problem["line"], problem["column"]) == (2, 2, 40)


def test_json_lists_the_invocations(saya):
    write(
        "t.yaml",
        """\
Parameters: {Other: {Type: String}}
Conditions: {IsProd: !Equals [!Ref Other, prod]}
Resources:
  Fn: {Type: AWS::Lambda::Function}
  Version: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref Fn}}
  Live:
    Type: AWS::Lambda::Alias
    Properties: {FunctionName: !Ref Fn, Name: live, FunctionVersion: !GetAtt Version.Version}
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {FunctionName: !If [IsProd, !Ref Live, !Ref Fn]}
  Open:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {FunctionName: !Ref Other}
  Made: {Type: Custom::Made, Properties: {ServiceToken: !GetAtt Fn.Arn}}
""",
    )
    given = ("check", "--format", "json", "--region", "eu-west-1", "--region", "us-east-1")
    report = json.loads(saya(*given)[1])
    jsonschema.validate(report, SCHEMAS["report"]())
    assert [
        (each["resource"], each["target"], each["qualifier"], each["exposure"], each["bypasses"], each["scenario"])
        for each in report["invocations"]
    ] == [
        ("Mapping", "Fn", "alias", "asynchronous", None, {"IsProd": True}),
        ("Mapping", "Fn", "absent", "asynchronous", "Live", {"IsProd": False}),
        ("Open", None, "unknown", "asynchronous", None, {}),
        ("Made", "Fn", "absent", "control_plane", "Live", {}),
    ]
    first, _, open_, made = report["invocations"]
    assert (first["template"], first["property"], first["integration"]) == (
        "t.yaml",
        "FunctionName",
        "event_source_mapping",
    )
    assert (first["location"]["start_line"], first["location"]["start_column"]) == (11, 45)
    assert [context["region"] for context in first["contexts"]] == ["eu-west-1", "us-east-1"]
    assert open_["undecided"] == ["the parameter `Other` has no value here"]
    assert made["location"]["path"] == "t.yaml"
    assert json.loads(saya(*given, "--select", "log-group-arn-suffix")[1])["invocations"] == report["invocations"]


def test_every_deployment_of_samconfig_is_a_context(saya):
    write("template.yaml", ERROR)
    write(
        "samconfig.toml",
        '[a.deploy.parameters]\nstack_name = "one"\nregion = "eu-west-1"\n[b.deploy.parameters]\nstack_name = "two"\n',
    )

    def contexts(*given: str) -> list[tuple[str | None, str | None]]:
        (template,) = json.loads(saya("check", "--format", "json", *given)[1])["templates"]
        return [(context["stack"], context["region"]) for context in template["contexts"]]

    assert contexts() == [("one", "eu-west-1"), ("two", None)]
    assert contexts("--region", "us-east-1") == [("one", "us-east-1"), ("two", "us-east-1")]
    assert len(contexts("--region", "us-east-1", "--region", "us-west-2")) == 4
    write(".github/saya.yml", "regions: {template.yaml: [eu-north-1], '**': [eu-south-1]}\n")
    assert contexts() == [("one", "eu-north-1"), ("two", "eu-north-1")]


def test_a_broken_samconfig_is_a_problem_and_the_template_is_judged(saya):
    write("template.yaml", ERROR)
    write("samconfig.toml", "[a\n")
    code, out, _ = saya("check")
    assert code == 2
    assert "samconfig.toml:1:3: problem[config]: is not TOML: " in out
    assert "error[lambda-layer-architecture]" in out


def test_a_wrong_value_of_a_samconfig_is_a_problem_and_the_template_is_judged(saya):
    write("template.yaml", ERROR)
    write("samconfig.toml", "[a.deploy.parameters]\nregion = 3\n")
    code, out, _ = saya("check")
    assert code == 2
    assert (
        "samconfig.toml:2:10: problem[config]: `region` of [a] is a number; valid is a name like eu-central-1\n" in out
    )
    assert "error[lambda-layer-architecture]" in out


def test_parameters_decide(saya):
    text = ERROR.replace("[arm64]", "[!Ref Arch]")
    write("t.yaml", "Parameters:\n  Arch: {Type: String}\n" + text)
    assert saya("check", "--parameter", "Arch=arm64")[0] == 1
    assert saya("check", "--parameter", "Arch=x86_64")[:2] == (0, "nothing found in 1 template\n")


def test_a_suppression_with_a_reason_is_honoured(saya):
    line = "layer:Datadog-Extension:29"
    write("t.yaml", ERROR.replace(line, f"{line}  # saya: ignore[lambda-layer-architecture] it never starts"))
    assert saya("check") == (0, "nothing found in 1 template; 1 suppressed\n", "")


def test_an_unknown_macro_leaves_one_undecided_entry(saya):
    write("t.yaml", "Transform: [HouseStyle]\n" + NOTE)
    report = json.loads(saya("check", "t.yaml", "--format", "json")[1])
    (entry,) = [entry for entry in report["undecided"] if entry["policy"] == "*"]
    assert "`HouseStyle`" in entry["reasons"][0]
    assert len(report["findings"]) == 1
    assert "judged as written: every policy at t.yaml:1:13\n" in saya("check", "t.yaml")[1]


def test_fragments_are_read_from_beside_the_template(saya):
    include = "Transform: {Name: AWS::Include, Parameters: {Location: %s}}\n"
    template, _, mapping = NOTE.partition("  Mapping:")
    write("infra/t.yaml", include % "parts/mapping.yaml" + template)
    write("infra/parts/mapping.yaml", "Resources:\n  Mapping:" + mapping)
    assert "infra/parts/mapping.yaml:5:21: note[lambda-unqualified-invocation]" in saya("check", "infra")[1]
    write("infra/t.yaml", include % "s3://bucket/mapping.yaml" + template)
    assert saya("check", "infra/t.yaml")[1].endswith("nothing found in 1 template; 1 undecided\n")


def test_past_the_cap_nothing_is_claimed(saya):
    names = range(13)
    text = "Parameters:\n" + "".join(f"  P{n}: {{Type: String}}\n" for n in names)
    text += "Conditions:\n  All: !And\n" + "".join(f"    - !Equals [!Ref P{n}, x]\n" for n in names[:7])
    text += "    - !And\n" + "".join(f"      - !Equals [!Ref P{n}, x]\n" for n in names[7:])
    text += "  None: !Not [!Condition All]\n"
    write(
        "t.yaml",
        text + NOTE.replace("    Type: AWS::Lambda::Event", "    Condition: None\n    Type: AWS::Lambda::Event"),
    )
    assert saya("check")[1].endswith("1 note in 1 template\n")
    both = (text + NOTE).replace("    Properties: {}", "    Condition: All")
    write("t.yaml", both.replace("    Type: AWS::Lambda::Event", "    Condition: None\n    Type: AWS::Lambda::Event"))
    out = saya("check")[1]
    assert "too many to say whether they hold together" in out
    assert out.endswith("nothing found in 1 template; 1 undecided\n")


def test_a_bug_is_told_and_the_others_are_judged(saya, monkeypatch):
    write("a.yaml", CLEAN)
    write("b.yaml", ERROR)
    real = judging.load_template

    def fail(root, source):
        if source.path == "a.yaml":
            raise KeyError("lost")
        return real(root, source)

    monkeypatch.setattr(judging, "load_template", fail)
    code, out, err = saya("check", "--format", "json")
    report = json.loads(out)
    assert code == 3
    assert [problem["kind"] for problem in report["errors"]] == ["internal"]
    assert len(report["findings"]) == 1
    assert len(err.splitlines()) == 1
    assert "please report it: KeyError: 'lost'; --debug shows where" in err
    assert "Traceback" in saya("check", "--debug")[2]
    monkeypatch.setenv("SAYA_DEBUG", "1")
    assert "Traceback" in saya("check")[2]


def test_a_bug_outside_of_templates_still_gives_a_report(saya, monkeypatch):
    def fail(_):
        raise ZeroDivisionError("x\ny")

    monkeypatch.setattr(request, "find_root", fail)
    code, out, err = saya("check", "--format", "json")
    assert code == 3
    assert json.loads(out)["errors"][0]["kind"] == "internal"
    assert len(err.splitlines()) == 1


def test_being_interrupted_is_no_bug(saya, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "check", interrupt)
    assert saya("check") == (130, "", "")


def test_policies_and_explain(saya):
    code, out, _ = saya("policies")
    assert code == 0
    ids = [line.split()[0] for line in out.splitlines()]
    assert "lambda-layer-architecture" in ids
    for id_ in ids:
        code, out, _ = saya("explain", id_)
        assert code == 0
        assert id_ in out.splitlines()[0]


def test_every_example_of_every_built_in_policy_holds(saya):
    code, out, _ = saya("test")
    assert code == 0, out
    assert "all passed" in out


def test_an_example_that_does_not_hold_is_found(saya):
    source = Path(__file__).parents[2] / "policies" / "stepfunctions-task-token.yml"
    write("house/stepfunctions-task-token.yml", source.read_text().replace("# error", "# note"))
    code, out, _ = saya("test", "house")
    assert code == 1
    assert out.startswith("house/stepfunctions-task-token.yml:")


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_schemas(saya, name):
    code, out, _ = saya("schema", name)
    assert code == 0
    jsonschema.Draft202012Validator.check_schema(json.loads(out))


def test_the_choices_are_those_there_are():
    assert set(arguments.SCHEMA_NAMES) == set(SCHEMAS)
    assert set(arguments.FORMATS) == set(REPORTERS)


def run(*given: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = [sys.executable, "-m", "saya", *given]
    return subprocess.run(command, env={**kept, **environ}, capture_output=True, text=True, check=False, timeout=60)


def test_colour_is_for_those_who_want_it():
    template = str(EXAMPLE / "careless" / "template.yaml")
    assert "\x1b[" not in run("check", template).stdout
    assert "\x1b[" in run("check", template, FORCE_COLOR="1").stdout
    assert "\x1b[" not in run("check", template, FORCE_COLOR="1", NO_COLOR="1").stdout
    assert "\x1b[" not in run("check", template, "--format", "json", FORCE_COLOR="1").stdout


def test_a_reader_that_goes_away_is_no_bug():
    command = f"{sys.executable} -m saya schema policy | head -c 10"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False, timeout=60)
    assert (done.stdout, done.stderr) == ('{\n  "$sche', "")


def test_a_terminal_without_unicode_is_no_bug(tmp_path):
    (tmp_path / "t.yaml").write_text(ERROR.replace("Fn:", "Funktiön:"), encoding="utf-8")
    done = run("check", str(tmp_path), PYTHONIOENCODING="ascii", PYTHONUTF8="0", LC_ALL="C")
    assert done.returncode == 1
    assert "Funkti\\xf6n" in done.stdout
    assert done.stderr == ""


def test_what_was_written_arrives_however_the_process_leaves(tmp_path):
    """Standard output is no terminal here, so that it is written in blocks."""
    (tmp_path / "t.yaml").write_text(ERROR, encoding="utf-8")
    done = run("check", str(tmp_path), "--format", "json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["findings"]
    assert run("--version").returncode == 0
    assert run("check", "--nonsense").returncode == 2


class FullDisk(io.StringIO):
    def write(self, _: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_told_in_a_line(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdout", FullDisk())
    assert main(["policies"]) == 2
    assert capsys.readouterr().err == "saya: standard output: cannot be written: No space left on device\n"
