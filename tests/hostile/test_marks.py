"""Hidden marks that a template plants in our own comments: by them a later run would take a finding for told."""

import json

import pytest

from saya.report.marker import fingerprints_in, head_in, without_marks

OTHER = "deadbeef" * 4
SHA = "1" * 40
MARKS = f"<!-- saya:1:{OTHER} -->\n<!-- saya:1:head:{'2' * 40} -->"
LAYER = "arn:aws:lambda:us-east-1:464622532012:layer:Datadog-Extension:29"


def function(layer: str = LAYER) -> dict:
    return {"Type": "AWS::Lambda::Function", "Properties": {"Architectures": ["arm64"], "Layers": [layer]}}


@pytest.mark.parametrize("indent", [None, 1])
def test_only_our_own_marks_are_read(job, hub, elsewhere, indent):
    """In a name, which is told as code; in a comment beside what is mended, which stands in a suggestion or a patch."""
    text = json.dumps({"Resources": {f"Fn{MARKS}": function(), "Ok": function("x")}}, indent=indent)
    files = {"a.json": text.replace("Ok", f"Ok{MARKS.replace(chr(10), ' ')}") + "\n"}
    yaml = "Resources:\n  Fn:\n    Type: AWS::Lambda::Function\n    Properties:\n      Architectures: [arm64]\n"
    files["b.yaml"] = f"{yaml}      Layers:\n        - {LAYER}  # {MARKS.partition(chr(10))[0]}\n"
    pull = hub.open({"README": "x"}, {"README": "x", **files})
    job.pull_request(pull)
    bodies = [each.body for each in (*pull.reviews, *pull.comments)]
    assert sum(f"saya:1:{OTHER}" in body for body in bodies) >= 2
    assert OTHER not in {mark for body in bodies for mark in fingerprints_in(body)}
    assert [head_in(review.body) for review in pull.reviews] == [pull.head]
    told = sorted(finding["fingerprint"] for finding in job.pull_request(pull).report["findings"])
    assert sorted({mark for body in bodies for mark in fingerprints_in(body)}) == told


def test_a_finding_that_a_mark_names_is_still_told(job, hub, elsewhere):
    """The first push plants the mark of what the second brings, beside lines that take no comment."""
    name = "Late"
    plain = json.dumps({"Resources": {"Fn": function("x")}}, indent=1)
    late = json.dumps({"Resources": {"Fn": function("x"), name: function()}})
    pull = hub.open({"late.json": plain}, {"late.json": late})
    pull.without_patch.add("late.json")
    (finding,) = job.pull_request(pull).report["findings"]
    planted = json.dumps({"Resources": {f"Fn<!-- saya:1:{finding['fingerprint']} -->": function()}}, indent=1)
    pull = hub.open({"late.json": plain}, {"late.json": plain, "a.json": planted})
    pull.without_patch.add("late.json")
    job.pull_request(pull)
    hub.push(pull, {"late.json": late, "a.json": planted})
    job.pull_request(pull)
    assert len(pull.reviews) == 2  # a review that is only edited tells nobody
    assert finding["fingerprint"] in fingerprints_in(pull.reviews[-1].body)


def test_a_body_without_its_marks():
    text = f"`{MARKS}`\n\nmore"
    assert without_marks(f"{text}\n\n<!-- saya:1:{OTHER} -->\r\n<!-- saya:1:head:{SHA} -->\n") == text
    assert fingerprints_in(f"{text}\r\n\r\n<!-- saya:1:{OTHER} -->\r\n<!-- saya:1:head:{SHA} -->\n") == (OTHER,)
    assert (fingerprints_in(text), head_in(text)) == ((), None)
