"""Files that are none, text that is odd, and every form of the report on them: a line each, the rest is judged."""

import json
import os
import socket
import time

import pytest

from saya.arguments import FORMATS
from saya.cli import main

FINDING = """\
Resources:
  Fn:
    Type: AWS::Lambda::Function
    Properties:
      Architectures: [arm64]
      Layers: ['arn:aws:lambda:us-east-1:464622532012:layer:Datadog-Extension:29']
"""


@pytest.fixture
def work(tmp_path, monkeypatch):
    """A work tree with one good template, in which the user stands."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "good.yaml").write_text(FINDING)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def check(work, capsys):
    """Checks what is named, or all that there is; returns exit code, errors as lines, and paths of findings."""

    def run(*given: str) -> tuple[int, list[str], list[str]]:
        code = main(["check", *given, "--format", "json"])
        captured = capsys.readouterr()
        report = json.loads(captured.out)
        assert captured.err == ""
        return (
            code,
            [f"{error['path']}: {error['message']}" for error in report["errors"]],
            [finding["location"]["path"] for finding in report["findings"]],
        )

    return run


def make_odd_files(work):
    os.mkfifo(work / "pipe.yaml")
    (work / "dangling.yaml").symlink_to("nowhere.yaml")
    (work / "circle.yaml").symlink_to("circle.yaml")
    (work / "circle").symlink_to("circle")
    (work / "out.yaml").symlink_to("/etc/hostname")
    (work / "folder.yaml").mkdir()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.yaml")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("pipe.yaml", "is not a regular file; name a template"),
        ("socket.yaml", "cannot be read: no such device or address"),
        ("dangling.yaml", "cannot be opened: no such file or directory; name a template or a folder"),
        ("circle.yaml", "cannot be opened: too many links; name a template or a folder"),
        ("circle/t.yaml", "cannot be opened: too many links; name a template or a folder"),
        ("out.yaml", "is a symbolic link that leads out of its tree; name the file itself"),
        ("good.yaml/t.yaml", "cannot be opened: not a directory; name a template or a folder"),
    ],
)
def test_what_is_no_file_is_a_line_where_it_is_named(check, work, name, message):
    make_odd_files(work)
    for given in ((name, "good.yaml"), ("good.yaml", name)):
        code, errors, found = check(*given)
        assert (code, found) == (2, ["good.yaml"])
        (line,) = errors
        # Python 3.13 asks the system, which has words of its own for too many links.
        assert line.replace("too many levels of symbolic links", "too many links") == f"{name}: {message}"


def test_what_is_no_file_is_passed_over_where_it_is_found(check, work):
    make_odd_files(work)
    assert check() == (1, [], ["good.yaml"])
    assert check("folder.yaml") == (0, [], [])


def test_what_may_not_be_read_is_a_line(check, work, monkeypatch):
    (work / "secret").mkdir()
    (work / "secret" / "t.yaml").write_text(FINDING)
    (work / "t.yaml").write_text(FINDING)
    may_open, may_list = os.open, os.access

    def open_(path, *rest, **options):
        if str(path).endswith("t.yaml"):
            raise PermissionError(13, "Permission denied")  # chmod would not do: root reads everything
        return may_open(path, *rest, **options)

    monkeypatch.setattr(os, "open", open_)
    monkeypatch.setattr(os, "access", lambda path, mode: not str(path).endswith("secret") and may_list(path, mode))
    assert check("secret", "good.yaml") == (2, ["secret: cannot be read: permission denied"], ["good.yaml"])
    assert check("t.yaml", "good.yaml") == (2, ["t.yaml: cannot be read: permission denied"], ["good.yaml"])
    # Nobody knows whether it is a template, so that nobody says that all is well.
    assert check() == (2, [f"{path}: cannot be read: permission denied" for path in ("t.yaml", "secret/t.yaml")], [
        "good.yaml"
    ])  # fmt: skip


def test_a_folder_in_which_nobody_may_look_is_a_line(check, work, monkeypatch):
    (work / "secret").mkdir()

    def refusing(look):
        def refuse(path, *rest, **options):
            if "secret/" in f"{path}":
                raise PermissionError(13, "Permission denied", f"{path}")
            return look(path, *rest, **options)

        return refuse

    may_list = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: not str(path).endswith("secret") and may_list(path, mode))
    monkeypatch.setattr(os, "stat", refusing(os.stat))
    monkeypatch.setattr(os, "lstat", refusing(os.lstat))
    assert check("secret", "good.yaml") == (2, ["secret: cannot be read: permission denied"], ["good.yaml"])
    inside = "secret/t.yaml: cannot be opened: permission denied; name a template or a folder"
    assert check("secret/t.yaml", "good.yaml") == (2, [inside], ["good.yaml"])


def test_a_configuration_that_may_not_be_read_stops_the_run(check, work, monkeypatch):
    look = os.stat

    def refuse(path, *rest, **options):
        if "/.github/" in f"{path}":
            raise PermissionError(13, "Permission denied", f"{path}")
        return look(path, *rest, **options)

    monkeypatch.setattr(os, "stat", refuse)
    code, (line,), found = check()
    assert (code, found) == (2, [])
    assert line.endswith(".github/saya.yml: cannot be read: permission denied")


TOPIC = "Resources:\n  A:\n    Type: AWS::SNS::Topic\n"


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("t.yaml", b"Resources:\n  A\xed\xa0\x80: {Type: AWS::SNS::Topic}", "is not UTF-8: byte 0xed; save it"),
        ("t.yaml", TOPIC.encode("utf-32"), "is UTF-32; save it as UTF-8"),
        ("t.yaml", TOPIC.encode("utf-16-le"), "not valid YAML: the character U+0000 is not allowed"),
        ("t.yaml", TOPIC + "    X: a\0b\n", "not valid YAML: the character U+0000 is not allowed"),
        ("t.yaml", 'Resources:\n  "A\\ud800": {Type: AWS::SNS::Topic}\n', "not valid YAML: found invalid Unicode"),
        ("t.yaml", "Resources:\n  A: &a\n    <<: *a\n    Type: AWS::SNS::Topic", "the alias *a has no anchor before"),
        ("t.yaml", "Resources:\n  A: {<<: 3, Type: AWS::SNS::Topic}\n", "`<<` merges mappings only; write a mapping"),
        ("t.yaml", TOPIC + "    X: " + "{a: " * 9000, "nested deeper than 200 levels"),
        ("t.yaml", TOPIC + "".join(" " * (4 + n) + "a:\n" for n in range(900)), "nested deeper than 200 levels"),
        ("t.yaml", TOPIC + "  ? [a, b]\n  : c\n", "a key must be a plain word or a quoted string"),
        ("t.yaml", "%YAML 9.9\n---\n" + TOPIC, "not valid YAML: found incompatible YAML document"),
        ("t.json", '{"Resources": {"A": {"Type": "AWS::SNS::Topic", "P": ' + '{"a":' * 9000, "not valid JSON: nested"),
        ("t.json", '// mine\n{"Resources": {"A": {"Type": "AWS::SNS::Topic"}}}', "not valid JSON: it has no comments"),
        ("t.json", '{"Resources": {"A": {"Type": "AWS::SNS::Topic", "P": NaN}}}', "not valid JSON: a value is"),
        ("t.json", '{"Resources": {"A": {"Type": "AWS::SNS::Topic", "P": "\\x"}}}', "not valid JSON: invalid \\escape"),
        ("t.json", '{"Resources": {"A": {"Type": "AWS::SNS::Topic"}}} x', "not valid JSON: text behind the end"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_one_line_whether_named_or_found(check, work, name, data, message):
    (work / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    for given in ((name, "good.yaml"), ()):
        code, (line,), found = check(*given)
        assert (code, found) == (2, ["good.yaml"])
        assert line.startswith(f"{name}: {message}")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("t.json", json.dumps({"Resources": {"A\ud800": {"Type": "AWS::SNS::Topic", "Properties": {"P": "\udfff"}}}})),
        ("t.json", '{"Resources": {"A\\u0000": {"Type": "AWS::SNS::Topic\\u0000"}}}'),
        ("t.json", '{"Resources": {"A": {"Type": "AWS::SNS::Topic", "X": ' + "9" * 10_000 + "}}}"),
        ("t.yaml", TOPIC.replace("\n", "\r")),
        ("t.yaml", TOPIC + "    X: !!python/object/apply:os.system ['touch made']\n    Y: !!binary x\n    Z: !!int y"),
        ("t.yaml", "X: &x {Type: AWS::SNS::Topic}\nResources:\n  A: {<<: *x}\n  B: {<<: [*x, {Properties: {}}]}\n"),
        ("t.yaml", "Resources: {1: {Type: AWS::SNS::Topic}, true: {Type: AWS::SNS::Topic}}\n"),
        ("t.yaml", TOPIC + "    Properties: {P: !FindInMap [M, a, b]}\nMappings: {M: {a: {b: !FindInMap [M, a, b]}}}"),
        ("t.yaml", TOPIC + "    Properties: {TopicName: " + "x" * 1_000_000 + "}\n"),
    ],
)  # fmt: skip
def test_what_is_odd_and_can_be_read_is_judged(check, work, name, data):
    (work / name).write_bytes(data.encode("utf-8", "surrogatepass"))
    assert check(name, "good.yaml") == (1, [], ["good.yaml"])
    assert not (work / "made").exists()


BROKEN = {
    "broken.yaml": "Resources:\n  A: {Type: AWS::SNS::Topic\n",
    "odd.json": json.dumps(
        {
            "Resources": {
                "F\ud800|<b>": {"Type": "AWS::Lambda::Function", "Properties": {"Architectures": ["arm64"]}},
                "M\u001b[31m": {
                    "Type": "AWS::Lambda::EventSourceMapping",
                    "Properties": {"FunctionName": {"Ref": "F\ud800|<b>"}},
                },
                "N": {"Type": "Custom::N", "Properties": {"ServiceToken": {"Fn::If": ["x"]}}},
            }
        }
    ),
}


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("to_file", [True, False])
def test_every_form_of_the_report_is_written(work, capsys, format_, to_file):
    for name, text in BROKEN.items():
        (work / name).write_text(text)
    output = work / "report"
    code = main(["check", "--format", format_, *(["--output", str(output)] if to_file else [])])
    captured = capsys.readouterr()
    assert (code, captured.err) == (2, "")
    told = output.read_bytes().decode() if to_file else captured.out
    assert (captured.out == "") is to_file
    for part in ("Datadog-Extension", "not valid YAML", "Fn::If takes", "broken.yaml", "odd.json", "good.yaml"):
        assert part in told
    assert "\x1b" not in told
    if format_ in ("json", "sarif"):
        json.loads(told)


def seconds_of(work, number: int) -> float:
    """The processor time of a check of that many functions and callers."""
    resources = {f"F{n}": {"Type": "AWS::Lambda::Function", "Properties": {}} for n in range(number)} | {
        f"M{n}": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {"FunctionName": {"Ref": f"F{n}"}}}
        for n in range(number)
    }
    (work / "large.json").write_text(json.dumps({"Resources": resources}))
    started = time.process_time()
    main(["check", "large.json", "--format", "json"])
    return time.process_time() - started


def test_time_grows_with_the_template_and_not_with_its_square(work, capsys):
    seconds_of(work, 10)
    assert seconds_of(work, 2000) / seconds_of(work, 500) < 8  # 4 where it is linear, 16 where it is not
