"""The example applications, as a user finds them in a fresh clone."""

import json
import shutil
from pathlib import Path

import pytest

from saya.cli import main

EXAMPLES = Path(__file__).parents[2] / "examples"
NOTE = "lambda-unqualified-invocation"


@pytest.fixture
def found(tmp_path, monkeypatch, capsys):
    """What is found in a copy of an example: policy, path, line, severity and the contexts that it is found in."""

    def check(name):
        shutil.copytree(EXAMPLES / name, tmp_path / name, ignore=shutil.ignore_patterns("node_modules", ".serverless"))
        monkeypatch.chdir(tmp_path / name)
        main(["check", ".", "--format", "json"])
        report = json.loads(capsys.readouterr().out)
        assert (report["errors"], report["undecided"]) == ([], [])
        return {
            (each["policy"], each["location"]["path"], each["location"]["start_line"], each["severity"]): each
            for each in report["findings"]
        }

    return check


def test_sam_with_a_nested_application(found):
    findings = found("sam-nested")
    assert set(findings) == {
        ("stepfunctions-task-token", "refunds/refunds.asl.json", 6, "error"),
        (NOTE, "refunds/refunds.asl.json", 8, "note"),
        (NOTE, "api/openapi.yaml", 13, "warning"),
        (NOTE, "template.yaml", 57, "note"),
        ("events-global-service-region", "template.yaml", 63, "warning"),
    }
    rule = findings["events-global-service-region", "template.yaml", 63, "warning"]
    assert rule["contexts"] == [{"stack": "shop-test", "region": "eu-central-1"}]
    # One world: what is passed bare to the nested application is found, the alias is not.
    passed = findings[NOTE, "template.yaml", 57, "note"]
    assert (passed["template"], passed["resource"]) == ("queue/template.yaml", "FailuresConsumer")


def test_a_service_of_the_serverless_framework(found):
    findings = found("serverless")
    assert {key[1] for key in findings} == {"serverless.yml"}
    assert [key for key in findings if key[3] != "note"] == [
        ("lambda-layer-architecture", "serverless.yml", 32, "error")
    ]
    lines = (EXAMPLES / "serverless" / "serverless.yml").read_text().splitlines()
    told = {lines[key[2] - 1].strip() for key in findings if key[3] == "note"}
    assert {"- http: GET /parcels/{id}", "- s3: parcels-invoices", "url: true", "- iot:"} <= told
    assert not any("sqs" in line or "stream" in line for line in told)  # they invoke the alias
