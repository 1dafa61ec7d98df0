"""What the fixes of a policy make of its examples."""

from __future__ import annotations

from saya.facts.collect import collect_changes, collect_facts
from saya.findings import Context
from saya.fixes.apply import apply_fixes
from saya.fixes.mend import mend
from saya.fixes.prove import Judged
from saya.model.resolve import Resolver
from saya.model.template import Template, load_template
from saya.policy.judge import judge
from saya.policy.language import Example, Policy
from saya.record import NamedTuple
from saya.text.parse import parse
from saya.text.source import Source


class FixedExample(NamedTuple):
    """The template of an example with the fixes of its findings; the advice of those that have none."""

    text: str
    advice: tuple[str, ...]


def fix_example(policy: Policy, example: Example) -> FixedExample:
    """What becomes of an example. Raises UserError where its template is none."""
    kinds = frozenset({policy.kind})
    context = Context(region=example.region)

    def resolver(template: Template) -> Resolver:
        return Resolver(template, region=example.region, parameters=example.parameters)

    base = None if example.base is None else resolver(_load(example.at.path, example.base))

    def judged(template: Template) -> Judged:
        head = resolver(template)
        facts = list(collect_facts(head, kinds))
        if base is not None:
            facts += collect_changes(base, head, kinds, changed_files=None, folder="")
        return Judged(template, (head,), judge([policy], facts, template="example", context=context))

    template = _load(example.at.path, example.template)
    before = judged(template)
    mended = mend(before.judgement.findings, before, judged)
    applied = apply_fixes(template.source, mended)
    return FixedExample(applied.text, tuple(each.advice for each in applied.left if each.advice))


def _load(path: str, text: str) -> Template:
    source = Source(path, text)
    return load_template(parse(source), source)
