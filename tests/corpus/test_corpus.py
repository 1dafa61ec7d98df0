"""What is said of templates that others wrote is what somebody has read and found right."""

import csv
import json

from judge_corpus import CORPUS, EXPECTED, judged, written

TEMPLATES = CORPUS / "templates"


def test_what_is_said_of_real_templates_is_what_was_read():
    found, expected = judged(), json.loads(EXPECTED.read_text())
    lost = [f"{name}:{line}" for name, lines in expected.items() for line in lines if line not in found.get(name, [])]
    new = [f"{name}:{line}" for name, lines in found.items() for line in lines if line not in expected.get(name, [])]
    assert (lost, new) == ([], []), "right? then: python tools/judge_corpus.py"
    assert EXPECTED.read_text() == written(found)


def test_every_template_has_a_source_and_a_licence_that_allows_it():
    with (CORPUS / "SOURCES.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert sorted(row["file"] for row in rows) == sorted(path.name for path in TEMPLATES.iterdir())
    assert {row["licence"] for row in rows} <= {"MIT-0", "Apache-2.0"}
    assert all(len(row["commit"]) == 40 and "/" in row["repository"] and row["path"] for row in rows)


def test_each_kind_of_template_is_there():
    with (CORPUS / "SOURCES.csv").open(newline="") as file:
        kinds = [row["kind"] for row in csv.DictReader(file)]
    assert all(kinds.count(kind) >= 20 for kind in ("cfn", "sam", "cdk"))
