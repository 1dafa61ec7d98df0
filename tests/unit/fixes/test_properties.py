"""For every finding with a fix all five conditions hold, by an oracle of our own: on fresh templates in several ways of
writing, and on a hundred of other people's, as they are and with mistakes put in.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from saya.errors import UserError
from saya.fixes.apply import apply_fixes, edits_of
from saya.fixes.mend import why_not
from saya.text.node import MappingNode, SequenceNode
from saya.text.source import Source

ROOT = Path(__file__).parents[2]
FRESH = sorted((ROOT / "fixtures" / "fixes").iterdir())
REAL = sorted((ROOT / "corpus" / "templates").iterdir())
RANK = {"error": 0, "warning": 1, "note": 2}

MANNERS = {
    "as it is": lambda text: text,
    "with carriage returns": lambda text: text.replace("\n", "\r\n"),
    "without a last line break": lambda text: text.rstrip("\n"),
    "with other quotes": lambda text: text.replace('"', "'") if "'" not in text and not text.startswith("{") else text,
}
MISTAKES = {
    "none": ("", ""),
    "log groups bare": (
        r"!GetAtt (\w*[Ll]og\w*)\.Arn",
        r"!Sub arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${\1}",
    ),
    "log groups doubled": (r"!GetAtt (\w*[Ll]og\w*)\.Arn", r'!Sub "${\1.Arn}:*"'),
    "no waiting": (r"\.waitForTaskToken", ""),
}


def data(node):
    """A tree as plain data."""
    if isinstance(node, MappingNode):
        return {key: data(value) for key, value in node.entries.items()}
    return [data(item) for item in node.items] if isinstance(node, SequenceNode) else node.text


def resources_of(template):
    return {name: data(node) for name, node in template.root.entries["Resources"].entries.items()}


def touched(template, edits):
    """The resources in whose text an edit stands."""
    section = template.root.entries["Resources"]
    spans = {name: (section.keys[name].start, node.end) for name, node in section.entries.items()}
    return {
        name
        for name, (start, end) in spans.items()
        if any(start <= edit.span.end and edit.span.start <= end for edit in edits)
    }


def hold(made, text, before, finding):
    """The five conditions for one finding and its fix."""
    edits = edits_of(finding)
    fixed = made.applied(text, finding)
    after = made.judged(made.load(fixed))  # 1: it parses
    assert finding.fingerprint not in {each.fingerprint for each in after.judgement.findings}  # 2
    known = {each.fingerprint: RANK[each.severity] for each in before.judgement.findings}
    for each in after.judgement.findings:  # 3
        assert RANK[each.severity] >= known[each.fingerprint], each.message
    assert_values_stay(before.template, after.template, edits)  # 4
    assert_text_stays(text, fixed, edits)  # 5


def assert_values_stay(before, after, edits):
    old, new = resources_of(before), resources_of(after)
    near = touched(before, edits)
    for name in old.keys() - near:
        assert old[name] == new[name]
    for name in new.keys() - old.keys():
        assert new[name]["Type"] in ("AWS::Lambda::Version", "AWS::Lambda::Alias")
    for section, node in before.root.entries.items():
        if section not in ("Resources", "Mappings", "Parameters"):
            assert data(node) == data(after.root.entries[section])
    changed = [leaf for name in near for leaf in leaves(old[name]).items() if leaves(new[name]).get(leaf[0]) != leaf[1]]
    assert len(changed) <= 6 * len(edits)


def leaves(value, path=()):
    """The scalars of plain data by their path."""
    if isinstance(value, dict):
        return {where: leaf for key, inner in value.items() for where, leaf in leaves(inner, (*path, key)).items()}
    if isinstance(value, list):
        return {where: leaf for key, inner in enumerate(value) for where, leaf in leaves(inner, (*path, key)).items()}
    return {path: value}


def assert_text_stays(text, fixed, edits):
    """What is between the edits is there in the same order, and nothing else is."""
    at = shift = 0
    for edit in sorted(edits, key=lambda each: each.span):
        assert fixed[at + shift : edit.span.start + shift] == text[at : edit.span.start]
        shift += len(edit.text) - (edit.span.end - edit.span.start)
        at = edit.span.end
        assert "\n" not in edit.text.replace("\r\n", "") or "\r\n" not in text
    assert fixed[at + shift :] == text[at:]
    assert len(fixed) == len(text) + shift


@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize("path", FRESH, ids=lambda path: path.name)
def test_a_fix_keeps_all_five_conditions_however_it_is_written(made, path, manner):
    text = MANNERS[manner](path.read_bytes().decode())
    before = made.judged(made.load(text))
    findings = made.mended(text)

    fixed = [each for each in findings if edits_of(each)]
    assert len(fixed) >= 3
    for finding in fixed:
        hold(made, text, before, finding)


def test_fixes_go_together(made):
    for path in FRESH:
        text = path.read_bytes().decode()
        findings = [each for each in made.mended(text) if each.fix is not None]
        applied = apply_fixes(Source(path.name, text), findings)
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


def test_the_fixes_of_real_templates_keep_all_five_conditions(made):
    proved, failed = Counter(), Counter()
    for path in REAL:
        written = path.read_bytes().decode("utf-8-sig")
        if len(written) > 40_000:
            continue
        for name, (old, new) in MISTAKES.items():
            text = re.sub(old, new, written) if old else written
            if name != "none" and text == written:
                continue
            try:
                before = made.judged(made.load(text))
            except UserError:
                continue
            for finding in made.mended(text):
                if edits_of(finding):
                    proved[finding.policy] += 1
                    hold(made, text, before, finding)
                elif why_not(finding):
                    failed[finding.policy] += 1
    assert proved.total() > 100
    for policy, count in failed.items():
        assert proved[policy] >= 0.7 * (proved[policy] + count), policy
