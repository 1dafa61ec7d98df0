import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.report.made import at, finding, fix, report, undecided

from saya.findings import Problem
from saya.report.annotations import command, tell_annotations

DECODED = {"%25": "%", "%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ","}


def obeyed(text):
    """The commands that the runner of a workflow obeys in a log, as it parses them."""
    found = []
    for line in re.split(r"\r\n|\r|\n", text):
        assert "##[" not in line, "an older form of commands, obeyed anywhere in a line"
        match = re.match(r"\s*::([^ :]+)(?: ([^:]*(?::(?!:)[^:]*)*))?::(.*)$", line, re.DOTALL)
        if match:
            pairs = [pair.partition("=") for pair in (match[2] or "").split(",") if pair]
            properties = {key.strip(): decoded(value) for key, _, value in pairs}
            found.append((match[1], properties, decoded(match[3])))
    return found


def decoded(text):
    return re.sub("%25|%0D|%0A|%3A|%2C", lambda match: DECODED[match[0]], text)


def test_a_finding_is_shown_on_its_line():
    made = finding(severity="note", scenario={"IsProd": True}, advice="Do this.", fix=fix(("[arm64]", "x")))
    ((name, properties, message),) = obeyed(tell_annotations(report(made)))
    assert name == "notice"
    assert properties == {
        "file": "t.yaml", "line": "6", "endLine": "6", "col": "22", "endColumn": "28", "title": "Saya: a-policy",
    }  # fmt: skip
    assert message == "`Orders` runs on arm64\nThis holds when IsProd is true.\nFix: do it right"
    ((_, _, message),) = obeyed(tell_annotations(report(finding(advice="Do this."))))
    assert message == "`Orders` runs on arm64\nDo this."


def test_columns_are_given_on_one_line_only():
    made = finding(location=at("Layers:\n        - !Ref Extension\n"))
    ((_, properties, _),) = obeyed(tell_annotations(report(made)))
    assert properties == {"file": "t.yaml", "line": "7", "endLine": "8", "title": "Saya: a-policy"}


def test_at_most_ten_of_a_kind_and_the_rest_is_counted():
    many = [finding(severity=severity) for severity in ("note", "error", "warning") for _ in range(13)]
    text = tell_annotations(report(*many, errors=(Problem(path="b.yaml", line=1, kind="syntax", message="no YAML"),)))
    names = [name for name, _, _ in obeyed(text)]
    assert names == ["error"] * 10 + ["warning"] * 10 + ["notice"] * 10
    assert obeyed(text)[0][1:] == ({"file": "b.yaml", "line": "1", "title": "Saya: not judged"}, "no YAML")
    assert text.endswith("; not shown on lines, for the runner takes ten of a kind: 10\n")


def test_what_exists_already_is_not_shown():
    text = tell_annotations(report(finding(status="existing"), undecided=(undecided("x"),)))
    assert text == "Saya: nothing found; undecided: 1\n"


def test_a_message_is_at_most_as_long_as_the_runner_keeps():
    ((_, _, message),) = obeyed(tell_annotations(report(finding(message="x" * 9_000))))
    assert len(message) == 4_096


HOSTILE = st.text(
    alphabet=st.sampled_from(":%,=\r\n #[]aset-env\x1b\u2028") | st.characters(codec="utf-8"), max_size=30
)


@given(HOSTILE, HOSTILE)
def test_values_come_through_and_command_nothing(message, value):
    ((name, properties, told),) = obeyed(command("error", message, file=value).replace("##[", "##("))
    assert (name, told) == ("error", message.replace("##[", "##("))
    assert properties == {"file": value.replace("##[", "##(")}


@pytest.mark.parametrize(
    "bad", ["x\n::set-env name=A::b", "##[add-mask]x", "::stop-commands::t", "a::b,c=d%0A::error::e"]
)
def test_a_hostile_report_commands_nothing_else(bad):
    made = finding(
        policy=bad, message=bad, advice=bad, scenario={bad: True}, parameters={bad: bad}, fix=fix(("[arm64]", "x"))
    )
    problem = Problem(path=bad, kind="syntax", message=bad)
    commands = obeyed(tell_annotations(report(made, errors=(problem,))))
    assert [name for name, _, _ in commands] == ["error", "warning"]
