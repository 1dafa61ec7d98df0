"""Base equal to head, whatever it is written like, is no change and nothing new."""

from datetime import date
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saya.errors import UserError
from saya.facts.collect import collect_changes
from saya.facts.types import KINDS
from saya.judging import Rules, read_template
from saya.model.resolve import Resolver
from saya.pairs import Opened, judge_pair
from saya.policy.load import load_policies
from saya.sources.baseline import Baseline, Document
from saya.text.parse import parse
from saya.text.source import Source

from .formats import shuffled, tree_of, write_json, write_yaml

ROOT = Path(__file__).parents[2]
LARGEST = 40_000

POLICIES = load_policies()
RULES = Rules(policies=POLICIES, known=frozenset(policy.id for policy in POLICIES), today=date(2026, 1, 1))


def texts() -> dict[str, str]:
    """Real templates, and those of the policies' examples, that can be judged."""
    paths = [*(ROOT / "tests/corpus/templates").iterdir(), *(ROOT / "examples").rglob("template.yaml")]
    found = {path.relative_to(ROOT).as_posix(): path.read_text() for path in paths}
    for policy in load_policies(tests=True):
        found |= {f"{policy.id}: {example.name}": example.template for example in policy.tests}
    return {name: text for name, text in sorted(found.items()) if len(text) < LARGEST}


TEXTS = texts()


def opened(path: str, text: str) -> Opened:
    template = read_template(text.encode(), path, [], named=True)
    assert template is not None
    return Opened(
        files=Document(path, text.encode()), path=path, shown=path, regions=(), template=template, problems=[]
    )


def compare(base: str, head: str):
    before, after = opened("base", base), opened("head", head)
    baseline = Baseline(name="base", root=ROOT, files=before.files, told=str, pair=("head", "base"))
    report = judge_pair(after, before, baseline, RULES, alike=False)
    resolvers = (Resolver(side.template) for side in (before, after))
    return report, list(collect_changes(*resolvers, KINDS, changed_files=None, folder=""))


def assert_nothing_changed(base: str, head: str) -> None:
    report, changes = compare(base, head)
    assert changes == []
    assert [finding for finding in report.findings if finding.status != "existing"] == []
    assert [entry for entry in report.undecided if entry.status != "existing"] == []
    assert report.resolved == ()


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(sorted(TEXTS)), st.randoms(use_true_random=False), st.booleans(), st.booleans())
def test_a_template_written_otherwise_changes_nothing(name, random, base_in_json, head_in_json):
    root = parse(Source("t", TEXTS[name]))
    assert root is not None
    tree = tree_of(root)
    base = write_json(tree, random) if base_in_json else write_yaml(tree, random)
    other = shuffled(tree, random)
    head = write_json(other, random) if head_in_json else write_yaml(other, random)
    assert_nothing_changed(base, head)


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_a_template_as_its_author_wrote_it_and_as_json_is_the_same(name):
    root = parse(Source("t", TEXTS[name]))
    assert root is not None
    assert_nothing_changed(TEXTS[name], write_json(tree_of(root), Random(name)))


def test_the_comparison_sees_what_changes():
    """Or else the tests above show nothing."""
    text = TEXTS["examples/arm64-migration/before/template.yaml"]
    report, changes = compare(text, TEXTS["examples/arm64-migration/correct/template.yaml"])
    assert changes
    assert [finding for finding in report.findings if finding.status == "new"]
    with pytest.raises(UserError):
        opened("head", "Resources: [")
