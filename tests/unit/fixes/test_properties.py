"""For every finding with a fix all five conditions hold, by an oracle that shares no code with the proof: on fresh
templates in several ways of writing, and on a hundred of other people's, as they are and with mistakes put in.

`python tools/try_fixes.py FOLDER` does the same with any folder, and with all mutations.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import pytest
import yaml

from fix_mutations import mutated
from fix_oracle import broken
from saya.errors import UserError
from saya.findings import Edit
from saya.fixes.apply import apply_fixes, edits_of
from saya.fixes.mend import why_not
from saya.text.source import Source, Span
from template_values import leaves, read

ROOT = Path(__file__).parents[2]
FRESH = sorted((ROOT / "fixtures" / "fixes").iterdir())
REAL = sorted((ROOT / "corpus" / "templates").iterdir())
LARGEST = 25_000

MISTAKES = (
    "log groups bare",
    "log groups doubled",
    "no waiting",
    "a layer for x86_64",
    "an alias by hand",
    "secrets that may be read",
)


def as_json(text):
    from cfn_flip import to_json

    return text if text.startswith("{") else to_json(text, clean_up=False)


MANNERS = {
    "as it is": lambda text: text,
    "with carriage returns": lambda text: text.replace("\n", "\r\n"),
    "without a last line break": lambda text: text.rstrip("\n"),
    "with other quotes": lambda text: text.replace('"', "'") if "'" not in text and not text.startswith("{") else text,
    "beyond ASCII": lambda text: text.replace(
        "Resources:", "Metadata: {caf\u00e9: \U0001f600}   # \u65e5\u672c\nResources:"
    ),
    "as JSON": as_json,
    "as JSON with tabs": lambda text: as_json(text).replace("    ", "\t"),
}


def held(made, text):
    """The findings of a text with what mends them, and what the oracle says against that."""
    before = made.judged(made.load(text)).judgement.findings
    findings = made.mended(text)
    by_edits = defaultdict(list)
    for finding in findings:
        by_edits[edits_of(finding)].append(finding)
    objections = []
    for edits, mended in by_edits.items():
        if edits:
            after = made.judged(made.load(made.applied(text, mended[0]))).judgement.findings
            objections += broken(text, edits, mended, list(before), list(after))
    return findings, objections


@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize("path", FRESH, ids=lambda path: path.name)
def test_a_fix_keeps_all_five_conditions_however_it_is_written(made, path, manner):
    findings, objections = held(made, MANNERS[manner](path.read_bytes().decode()))

    assert len([each for each in findings if edits_of(each)]) >= 3
    assert objections == []


def test_the_fixes_of_real_templates_keep_all_five_conditions(made):
    proved, failed = Counter(), Counter()
    for path in REAL:
        written = path.read_bytes().decode("utf-8-sig")
        for _, text in mutated(written, MISTAKES) if len(written) <= LARGEST else ():
            try:
                findings, objections = held(made, text)
            except UserError:
                continue
            assert objections == [], path.name
            proved.update(each.policy for each in findings if edits_of(each))
            failed.update(each.policy for each in findings if why_not(each))
    assert proved.total() > 120
    assert len(proved) == 5
    for policy, count in failed.items():
        assert proved[policy] >= 0.7 * (proved[policy] + count), policy


def test_fixes_go_together(made):
    for path in FRESH:
        text = path.read_bytes().decode()
        findings = [each for each in made.mended(text) if each.fix is not None]
        applied = apply_fixes(Source("template.yaml", text), findings)
        left = made.judged(made.load(applied.text)).judgement.findings

        assert applied.left == ()
        assert not {each.fingerprint for each in left} & {each.fingerprint for each in findings}


def test_pyyaml_and_json_read_what_fixes_write(made):
    class Loader(yaml.SafeLoader):
        pass

    Loader.add_multi_constructor("!", lambda _, suffix, node: (suffix, type(node).__name__))
    for path in FRESH:
        text = path.read_bytes().decode()
        for finding in made.mended(text):
            yaml.load(made.applied(text, finding), Loader)


# --- the oracle itself ------------------------------------------------------------------------------------------------

SHARED = """\
Mappings: {Arns: {All: {Flow: "arn:aws:logs:eu-west-1:1:log-group:x:*"}}}
Resources:
  Flow: {Type: AWS::EC2::FlowLog, Properties: {LogDestination: !FindInMap [Arns, All, Flow]}}
  Other: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !FindInMap [Arns, All, Flow]}}
"""


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('x:*"', 'x"', "Resources.Other.Properties.Value changes"),
        ("!FindInMap [Arns, All, Flow]}}\n  Other", "x}}\n  Other", None),
        ("!FindInMap [Arns, All, Flow]}}\n  Other", "x}\n  Other", "the result does not parse"),
        ("Type: String", "Type: Text", "the finding at Flow.LogDestination stays"),
    ],
)
def test_the_oracle_objects_to_a_bad_fix(made, old, new, reason):
    finding = made.only(made.mended(SHARED))
    start = SHARED.index(old)
    edit = Edit("template.yaml", Span(start, start + len(old)), new)
    text = SHARED[:start] + new + SHARED[start + len(old) :]
    try:
        after = list(made.judged(made.load(text)).judgement.findings)
    except UserError:
        after = []

    told = broken(SHARED, [edit], [finding], [finding], after)
    assert told == [] if reason is None else reason in told


def test_the_oracle_works_values_out_by_itself():
    text = """\
Parameters: {Stage: {Type: String, Default: dev, AllowedValues: [dev, prod]}}
Conditions: {Prod: !Equals [!Ref Stage, prod]}
Mappings: {Names: {eu-west-1: {Queue: q}}}
Resources:
  One:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: !Join ['-', [!Sub "${Stage}-${Other}", !FindInMap [Names, !Ref AWS::Region, Queue], !If [Prod, a, b]]]
      Tags: [!If [Prod, {Key: k, Value: !GetAtt One.Arn}, !Ref AWS::NoValue]]
  Two: {Type: AWS::SQS::Queue, Condition: Prod}
"""
    found = [leaves(read(text), seed) for seed in range(20)]
    name = ("Resources", "One", "Properties", "QueueName")

    assert {each[name] for each in found} == {"dev-<Other>-q-b", "prod-<Other>-q-a"}
    for each in found:
        prod = each[name].startswith("prod")
        assert each.get(("Resources", "One", "Properties", "Tags", "0", "Value")) == ("<One.Arn>" if prod else None)
        assert (("Resources", "Two", "Type") in each) is prod
