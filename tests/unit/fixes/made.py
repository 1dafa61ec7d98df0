"""Templates judged and mended as the flow does it, and an oracle of our own for what a fix may do."""

from __future__ import annotations

from functools import cache

from saya.facts.collect import collect_changes, collect_facts
from saya.findings import Context
from saya.fixes.apply import edits_of
from saya.fixes.mend import mend
from saya.fixes.prove import Judged
from saya.model.resolve import Resolver
from saya.model.template import load_template
from saya.policy.judge import judge, merge_contexts
from saya.policy.load import load_policies
from saya.text.parse import parse
from saya.text.source import Source

REGIONS = ("eu-west-1",)


@cache
def policies():
    return load_policies()


def judged(template, base=None, regions=REGIONS):
    kinds = frozenset(policy.kind for policy in policies())
    resolvers = tuple(Resolver(template, region=region) for region in regions)
    judgements = []
    for resolver in resolvers:
        facts = list(collect_facts(resolver, kinds))
        if base is not None:
            before = Resolver(load(base), region=resolver.region)
            facts += collect_changes(before, resolver, kinds, changed_files=None, folder="")
        judgements.append(judge(policies(), facts, template="t", context=Context(region=resolver.region)))
    return Judged(template, resolvers, merge_contexts(judgements))


def load(text, path="template.yaml", *, bom=False):
    source = Source(path, text, bom=bom)
    return load_template(parse(source), source)


def mended(text, base=None, regions=REGIONS, **given):
    """The findings of a template with what mends them."""
    before = judged(load(text), base, regions)
    return mend(before.judgement.findings, before, lambda copy: judged(copy, base, regions), **given)


def applied(text, *findings):
    """A text with the edits of findings made, without the code that makes them elsewhere."""
    edits = list(dict.fromkeys(edit for finding in findings for edit in edits_of(finding)))
    for edit in sorted(edits, key=lambda edit: (edit.span, edits.index(edit)), reverse=True):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


def only(findings, policy=None):
    """The one finding, of a policy if one is named."""
    [found] = [each for each in findings if policy in (None, each.policy)]
    return found
