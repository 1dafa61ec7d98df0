import pytest

from saya.findings import Finding, Problem, Report, Undecided
from saya.text.source import Location, Source, Span
from saya.verdict import exit_code

AT = Location(Source("t.yaml", "x"), Span(0, 1))
PLACE = {"location": AT, "template": "t.yaml", "resource": "Fn", "property": "P", "fingerprint": "0" * 32}


def finding(severity, status="new"):
    return Finding(policy="p", severity=severity, status=status, message="m", resource_type="T", **PLACE)


def undecided(status="new"):
    return Undecided(policy="p", status=status, reasons=("r",), **PLACE)


def problem(kind="syntax", status="new"):
    return Problem(path="t.yaml", kind=kind, message="m", status=status)


@pytest.mark.parametrize(
    ("given", "fail_on", "code"),
    [
        ({}, "note", 0),
        ({"findings": ["note"]}, "warning", 0),
        ({"findings": ["note", "warning"]}, "warning", 1),
        ({"findings": ["error"]}, "warning", 1),
        ({"findings": ["error"]}, "never", 0),
        ({"findings": ["error"], "status": "existing"}, "note", 0),
        ({"undecided": 1}, "note", 0),
        ({"problems": [problem()]}, "error", 2),
        ({"problems": [problem()]}, "never", 2),
        ({"problems": [problem(status="existing")]}, "error", 0),
        ({"problems": [problem()], "findings": ["error"]}, "error", 2),
        ({"problems": [problem(), problem("internal")], "findings": ["error"]}, "error", 3),
        ({"problems": [problem("internal")]}, "never", 3),
        ({"problems": [problem("internal", "existing")]}, "error", 3),
    ],
)
def test_the_highest_code_wins(given, fail_on, code):
    report = Report(
        findings=tuple(finding(severity, given.get("status", "new")) for severity in given.get("findings", ())),
        undecided=(undecided(),) * given.get("undecided", 0),
        errors=tuple(given.get("problems", ())),
    )
    assert exit_code(report, fail_on, undecided_fails=False) == code


def test_what_is_undecided_counts_only_where_it_is_asked_for_and_new():
    assert exit_code(Report(undecided=(undecided(),)), "error", undecided_fails=True) == 1
    assert exit_code(Report(undecided=(undecided("existing"),)), "error", undecided_fails=True) == 0
    assert exit_code(Report(undecided=(undecided(),)), "never", undecided_fails=True) == 0
