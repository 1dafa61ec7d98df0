"""What the fixes of a policy make of its examples."""

from __future__ import annotations

from saya.facts.collect import collect_changes, collect_facts
from saya.findings import Context
from saya.fixes.apply import apply_fixes
from saya.fixes.mend import mend
from saya.fixes.prove import Judged
from saya.model.resolve import Resolver
from saya.model.template import Template
from saya.policy.example_facts import example_resolver
from saya.policy.judge import judge
from saya.policy.language import Example, Policy
from saya.record import NamedTuple


class FixedExample(NamedTuple):
    """The template of an example with the fixes of its findings; the advice of those that have none."""

    text: str
    advice: tuple[str, ...]


def fix_example(policy: Policy, example: Example) -> FixedExample:
    """What becomes of an example. Raises UserError where its template is none."""
    kinds = frozenset({policy.kind})
    context = Context(region=example.region)

    base = None if example.base is None else example_resolver(example, example.base)

    def judged(template: Template) -> Judged:
        head = Resolver(template, region=example.region, parameters=example.parameters)
        facts = list(collect_facts(head, kinds))
        if base is not None:
            facts += collect_changes(base, head, kinds, changed_files=None, folder="")
        return Judged(template, (head,), judge([policy], facts, template="example", context=context))

    template = example_resolver(example, example.template).template
    before = judged(template)
    mended = mend(before.judgement.findings, before, judged)
    applied = apply_fixes(template.source, mended)
    return FixedExample(applied.text, tuple(each.advice for each in applied.left if each.advice))
