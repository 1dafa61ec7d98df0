"""The plan of a report: which findings it is of, and how it is told."""

import json

import jsonschema
import pytest

from saya.findings import Action, PlannedDeployment, Problem, Report, Undecided
from saya.report.json import tell_json
from saya.report.plan import SAFE, planned, tell_plan
from saya.report.schema import report_schema
from saya.report.summary import tell_markdown
from saya.report.text import tell_text

from .made import at, finding

FIRST = PlannedDeployment(
    "Publish a version", (Action("Add an alias", "Live"), Action("Point `Mapping` at it", "Mapping"))
)
THEN = PlannedDeployment("Make the change", (Action("Change Architectures", "Orders"),))
PLANNED = finding(plan=(FIRST, THEN), values={"function.id": "Orders"})
OPEN = Undecided(
    policy="a-policy",
    location=at("[arm64]"),
    template="t.yaml",
    resource="Orders",
    property="Architectures",
    reasons=("no caller of `Orders` is in the template",),
    fingerprint="1",
)


def test_the_plan_is_a_numbered_list_for_each_function():
    other = finding(plan=(FIRST,), values={"function.id": "Bills"}, location=at("Mapping"))
    assert tell_plan(Report(findings=(PLANNED, finding(), other))) == (
        "Orders (t.yaml:6:22) needs 2 deployments:\n"
        "  1. Publish a version\n"
        "     - Add an alias\n"
        "     - Point `Mapping` at it\n"
        "  2. Make the change\n"
        "     - Change Architectures\n"
        "\n"
        "Bills (t.yaml:14:3) needs one deployment of another kind:\n"
        "  1. Publish a version\n"
        "     - Add an alias\n"
        "     - Point `Mapping` at it\n"
    )


def test_where_nothing_is_needed_one_deployment_is_safe():
    assert tell_plan(Report(findings=(finding(),))) == f"{SAFE}\n"


@pytest.mark.parametrize("status", ["existing", "unknown"])
def test_only_what_the_change_brings_is_planned(status):
    old = finding(plan=(FIRST, THEN), status=status)
    assert planned(Report(findings=(old,))) == ()


def test_a_function_is_planned_once():
    twice = finding(plan=(THEN,), values={"function.id": "Orders"}, policy="another")
    assert planned(Report(findings=(PLANNED, twice))) == (PLANNED,)


def test_what_nobody_can_tell_stands_beside_it():
    told = tell_plan(Report(undecided=(OPEN,)))
    assert told == f"{SAFE}\n\nOrders (t.yaml:6:22): cannot tell: no caller of `Orders` is in the template\n"


def test_where_a_template_could_not_be_judged_nothing_is_called_safe():
    problem = Problem(path="t.yaml", line=1, column=1, kind="parse", message="not valid YAML")
    assert tell_plan(Report(errors=(problem,))) == "problem: t.yaml:1:1: not valid YAML\n"


def test_hostile_text_is_inert():
    told = tell_plan(
        Report(findings=(finding(plan=(PlannedDeployment("\x1b[2J", ()),), values={"function.id": "\x1b"}),))
    )
    assert "\x1b" not in told


def test_the_plan_in_json():
    data = json.loads(tell_json(Report(findings=(PLANNED, finding()))))
    jsonschema.validate(data, report_schema())
    assert data["plan"] == [
        {
            "function": "Orders",
            "template": "t.yaml",
            "deployments": [
                {
                    "title": "Publish a version",
                    "actions": [
                        {"message": "Add an alias", "resource": "Live"},
                        {"message": "Point `Mapping` at it", "resource": "Mapping"},
                    ],
                },
                {"title": "Make the change", "actions": [{"message": "Change Architectures", "resource": "Orders"}]},
            ],
        }
    ]


def test_the_plan_in_text_and_in_a_comment():
    report = Report(findings=(PLANNED,))
    assert "= deploy 1: Publish a version: Add an alias; Point `Mapping` at it" in tell_text(report)
    assert "= deploy 2: Make the change: Change Architectures" in tell_text(report)
    told = tell_markdown(report)
    assert "1. Publish a version\n   - Add an alias\n   - Point `Mapping` at it\n2. Make the change\n" in told
    assert "The way out" not in tell_markdown(Report(findings=(finding(),)))
