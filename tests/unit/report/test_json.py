import json

import jsonschema
import pytest

from saya.findings import (
    Context,
    Edit,
    Finding,
    Fix,
    InvocationSite,
    JudgedTemplate,
    Patch,
    Problem,
    Related,
    Report,
    Suppressed,
    Undecided,
)
from saya.report.json import tell_json
from saya.report.schema import report_schema
from saya.text.source import Location, Source, Span

SOURCE = Source("a/t.yaml", "Resources:\n  Fn:\n    Type: AWS::Lambda::Function\n")
AT = Location(SOURCE, Span(13, 15))
CONTEXTS = (Context("prod", "eu-west-1"), Context())

FINDING = Finding(
    policy="a-policy",
    severity="error",
    message="wrong ##[error] \u2028",
    values={"target.id": "Fn", "publishes": False, "sources": ["aws.iam"]},
    location=AT,
    template="a/t.yaml",
    resource="Fn",
    resource_type="AWS::Lambda::Function",
    property="Layers.0",
    scenario={"IsProd": False},
    parameters={"Arch": "arm64"},
    contexts=CONTEXTS,
    related=(Related(AT, "here", "Fn", "Type", "base"),),
    fix=Fix("mend it", "unsafe", (Edit("a/t.yaml", Span(1, 2), "x"),)),
    patch=Patch("read it", (Edit("a/t.yaml", Span(3, 4), "y"),)),
    advice="do so",
    fingerprint="0" * 32,
)
WHOLE = Report(
    base="abc",
    head="def",
    templates=(JudgedTemplate(path="a/t.yaml", kind="sam", contexts=CONTEXTS, resources=1),),
    findings=(FINDING,),
    undecided=(
        Undecided(
            policy="a-policy",
            location=AT,
            template="a/t.yaml",
            resource="Fn",
            property="Layers.0",
            reasons=("it is a parameter",),
            contexts=CONTEXTS,
            fingerprint="1" * 32,
        ),
    ),
    suppressed=(Suppressed(policy="a-policy", location=AT, reason="known", finding=FINDING, fingerprint="2" * 32),),
    resolved=(FINDING,),
    invocations=(
        InvocationSite(
            template="a/t.yaml",
            location=AT,
            resource="Rule",
            property="Targets.0.Arn",
            integration="service",
            target="Fn",
            qualifier="latest",
            exposure="asynchronous",
            bypasses="Live",
            scenario={"IsProd": False},
            parameters={"Arch": "arm64"},
            undecided=("it is a parameter",),
            contexts=CONTEXTS,
        ),
    ),
    errors=(
        Problem(path="b.yaml", line=3, column=1, kind="syntax", message="broken"),
        Problem(path="c", kind="x", message="y"),
    ),
    notices=("look",),
)


@pytest.mark.parametrize("report", [Report(), WHOLE], ids=["empty", "whole"])
def test_it_holds_to_its_schema(report):
    schema = report_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(tell_json(report)), schema)


def test_the_schema_misses_what_is_left_out():
    data = json.loads(tell_json(WHOLE))
    validator = jsonschema.Draft202012Validator(report_schema())
    for where in (
        data,
        data["findings"][0],
        data["findings"][0]["location"],
        data["undecided"][0],
        data["errors"][0],
        data["invocations"][0],
    ):
        for key in list(where):
            value = where.pop(key)
            assert not validator.is_valid(data), key
            where[key] = value
    assert validator.is_valid(data)


def test_a_finding():
    (finding,) = json.loads(tell_json(WHOLE))["findings"]
    assert finding["location"] == {
        "path": "a/t.yaml",
        "start_line": 2,
        "start_column": 3,
        "end_line": 2,
        "end_column": 5,
    }
    assert finding["patch"] == {
        "title": "read it",
        "edits": [{"path": "a/t.yaml", "start": 3, "end": 4, "text": "y"}],
    }
    assert finding["fix"] == {
        "title": "mend it",
        "safety": "unsafe",
        "edits": [{"path": "a/t.yaml", "start": 1, "end": 2, "text": "x"}],
    }
    assert finding["related"][0]["revision"] == "base"
    assert finding["contexts"] == [{"stack": "prod", "region": "eu-west-1"}, {"stack": None, "region": None}]
    assert finding["scenario"] == {"IsProd": False}
    assert finding["message"] == "wrong ##[error] \u2028"


def test_an_empty_report_has_every_key():
    data = json.loads(tell_json(Report()))
    assert data["schema"] == 1
    assert data["tool"]["name"] == "saya"
    assert data["base"] is None
    assert data["head"] is None
    assert all(value == [] for key, value in data.items() if key not in ("schema", "tool", "base", "head"))


def test_its_text_is_inert():
    text = tell_json(WHOLE)
    assert text.isascii()
    assert "##[" not in text
    assert not set(text) & set(map(chr, range(32))) - {"\n"}
