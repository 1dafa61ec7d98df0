"""A policy told to a person: what it says, why, and an example of each kind."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from saya.policy.language import Example, ExampleKind, Policy

WIDTH = 100

_LEADS: dict[ExampleKind, str] = {
    "bad": "It finds",
    "good": "It has nothing to say of",
    "undecided": "It cannot decide",
}


def explain(policy: Policy) -> str:
    """The explanation of a policy; its examples are shown if it was loaded with them."""
    return "\n".join(_lines(policy))


def _lines(policy: Policy) -> Iterator[str]:
    yield f"{policy.id} ({_severities(policy)}), since {policy.since}"
    yield policy.title
    yield ""
    yield _wrapped(policy.why)
    for kind, lead in _LEADS.items():
        example = next((example for example in policy.tests if example.kind == kind), None)
        if example is not None:
            yield f"\n{lead} ({example.name}):\n"
            yield _template(example)
    if policy.params:
        yield "\nParameters, for `params` in .github/saya.yml:"
        for param in policy.params:
            values = ", ".join(map(str, param.values))
            yield _wrapped(f"{param.name}: {param.description} (default: {values})", first="  ", rest="    ")
    if policy.references:
        yield "\nReferences:"
        yield from (f"  {reference}" for reference in policy.references)
    yield ""


def _severities(policy: Policy) -> str:
    possible = dict.fromkeys([*(case.severity for case in policy.severities), policy.severity])
    return " or ".join(possible)


def _template(example: Example) -> str:
    before = [textwrap.indent(example.base.rstrip(), "  "), "  becomes"] if example.base else []
    return "\n".join([*before, textwrap.indent(example.template.rstrip(), "  ")])


def _wrapped(text: str, *, first: str = "", rest: str = "") -> str:
    """The paragraphs of a text, each filled to the width."""
    paragraphs = text.strip().split("\n\n")
    return "\n\n".join(
        textwrap.fill(
            " ".join(paragraph.split()),
            WIDTH,
            initial_indent=first,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for paragraph in paragraphs
    )
