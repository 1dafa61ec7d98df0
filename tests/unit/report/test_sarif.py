import json
from pathlib import Path

import jsonschema
import pytest
from tests.unit.report.made import HEAD, at, finding, fix, related, report, suppressed

from saya.findings import Edit, Fix, Problem
from saya.report.sarif import MOST_RESULTS, as_log, tell_sarif
from saya.text.source import Span

SCHEMA = json.loads((Path(__file__).parents[2] / "fixtures/sarif/sarif-2.1.0.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def log(*findings, **given):
    """The log of a report, read back and held against the schema."""
    data = json.loads(tell_sarif(report(*findings, **given)))
    errors = [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(data)]
    assert errors == []
    return data["runs"][0]


def test_the_schema_can_fail():
    data = as_log(report(finding()))
    data["runs"][0]["results"][0]["level"] = "fatal"
    assert list(VALIDATOR.iter_errors(data))


def test_an_empty_report_is_valid():
    run = log()
    assert run["results"] == []
    assert run["invocations"][0]["executionSuccessful"] is True


def test_a_finding_is_a_result_at_its_place():
    made = finding(severity="note", fingerprint="ab" * 16, scenario={"IsProd": False}, advice="Do this.")
    run = log(made)
    (result,) = run["results"]
    assert (result["ruleId"], result["level"], result["baselineState"]) == ("a-policy", "note", "new")
    assert result["message"]["text"] == "`Orders` runs on arm64\nThis holds when IsProd is false.\nDo this."
    place = result["locations"][0]
    assert place["physicalLocation"] == {
        "artifactLocation": {"uri": "t.yaml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 6, "startColumn": 22, "endLine": 6, "endColumn": 29},
    }
    assert place["logicalLocations"][0]["fullyQualifiedName"] == "Orders.Architectures"
    assert set(result["partialFingerprints"].values()) == {"ab" * 16}
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "a-policy"
    assert run["columnKind"] == "unicodeCodePoints"


@pytest.mark.parametrize(("status", "state"), [("new", "new"), ("existing", "unchanged"), ("unknown", None)])
def test_base_decides_the_baseline(status, state):
    assert log(finding(status=status))["results"][0].get("baselineState") == state
    assert "baselineState" not in log(finding(status=status), base=None)["results"][0]


def test_what_is_related_in_head_is_told():
    (result,) = log(finding(related=(related("two", "see `this`"),)))["results"]
    (told,) = result["relatedLocations"]
    assert told["message"]["text"] == "see `this`"
    assert told["physicalLocation"]["region"]["startLine"] == 11


def test_a_fix_replaces_what_it_says():
    (result,) = log(finding(fix=fix(("[arm64]", "[x86_64]"), ("two", ""))))["results"]
    (change,) = result["fixes"][0]["artifactChanges"]
    lines = HEAD.split("\n")
    shown = []
    for replacement in change["replacements"]:
        region = replacement["deletedRegion"]
        line = lines[region["startLine"] - 1]
        shown.append((line[region["startColumn"] - 1 : region["endColumn"] - 1], replacement.get("insertedContent")))
    assert shown == [("[arm64]", {"text": "[x86_64]"}), ("two", None)]


def test_a_fix_in_a_file_that_is_not_known_is_left_out():
    assert "fixes" not in log(finding(fix=Fix("x", "safe", (Edit("far.yaml", Span(0, 1), "y"),))))["results"][0]


def test_what_is_suppressed_is_closed_with_its_reason():
    run = log(finding(policy="b"), suppressed=(suppressed("for a reason"),))
    assert [result.get("suppressions") for result in run["results"]] == [
        None,
        [{"kind": "inSource", "status": "accepted", "justification": "for a reason"}],
    ]


def test_what_could_not_be_judged_is_a_notification():
    run = log(errors=(Problem(path="b c.yaml", line=3, column=1, kind="syntax", message="no YAML"),), notices=("n",))
    first, second = run["invocations"][0]["toolExecutionNotifications"]
    assert run["invocations"][0]["executionSuccessful"] is False
    assert first["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "b%20c.yaml"
    assert second["message"]["text"] == "n"


def test_the_most_severe_are_kept_and_the_rest_is_counted():
    quiet = finding(severity="note")
    many = [quiet] * MOST_RESULTS + [finding(severity="error", policy="loud")]
    run = log(*many)
    assert len(run["results"]) == MOST_RESULTS
    assert run["results"][0]["ruleId"] == "loud"
    notice = run["invocations"][0]["toolExecutionNotifications"][-1]["message"]["text"]
    assert notice == f"1 results are left out: GitHub keeps {MOST_RESULTS}"


@pytest.mark.parametrize(
    ("path", "uri"), [("a b/ü.yaml", "a%20b/%C3%BC.yaml"), ("../x.yaml", "../x.yaml"), ("/x.yaml", "file:///x.yaml")]
)
def test_paths_are_addresses(path, uri):
    (result,) = log(finding(location=at("two", path=path)))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_a_hostile_report_stays_text():
    bad = "[click](https://evil.example)\n##[set-env]\x1b\u202e\ud800"
    made = finding(message=bad, advice=bad, related=(related("two", bad),), resource="x", policy="p")
    text = tell_sarif(report(made))
    assert "##[" not in text
    assert "](" not in text
    assert log(made)["results"][0]["message"]["text"].startswith("[click] (https://evil.example)\\n")
