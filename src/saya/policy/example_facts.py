"""The templates of a policy's examples, and the facts that they hold."""

from __future__ import annotations

from collections.abc import Iterator

from saya.facts.collect import collect_changes, collect_facts
from saya.facts.types import Fact
from saya.model.resolve import Resolver
from saya.model.template import load_template
from saya.policy.language import Example
from saya.text.parse import parse
from saya.text.source import Source


def example_facts(example: Example, kinds: frozenset[str]) -> Iterator[Fact]:
    """The facts of a policy's example. Raises UserError where its template is none."""
    head = example_resolver(example, example.template)
    yield from collect_facts(head, kinds)
    if example.base is not None:
        base = example_resolver(example, example.base)
        yield from collect_changes(base, head, kinds, changed_files=None, folder="")


def example_resolver(example: Example, text: str) -> Resolver:
    """A template of an example, in the region and with the parameters that the example gives."""
    source = Source(example.at.path, text)
    return Resolver(load_template(parse(source), source), region=example.region, parameters=example.parameters)
