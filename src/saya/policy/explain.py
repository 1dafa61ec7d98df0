"""A policy in words: `saya explain`, `saya policies` and the pages of docs/policies."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from saya.policy.language import AllOf, Example, ExampleKind, Policy, Test, Words
from saya.policy.phrases import phrase

WIDTH = 100

_LEADS: dict[ExampleKind, str] = {
    "bad": "It finds",
    "good": "It has nothing to say of",
    "undecided": "It cannot tell",
}


def explain(policy: Policy) -> str:
    """The explanation of a policy for a terminal: one example of each kind, if it was loaded with them."""
    return "\n".join(_told(policy)) + "\n"


def overview(policies: Iterable[Policy]) -> str:
    """A table of policies: id, severities, title."""
    rows = [(policy.id, severities(policy), policy.title) for policy in policies]
    if not rows:
        return "no policies\n"
    id_width, severity_width = (max(len(row[column]) for row in rows) for column in (0, 1))
    return "".join(f"{id_:{id_width}}  {severity:{severity_width}}  {title}\n" for id_, severity, title in rows)


def page(policy: Policy) -> str:
    """The page of a policy as Markdown, with all of its examples."""
    return "\n".join(_page(policy)) + "\n"


def index(policies: Iterable[Policy]) -> str:
    """The table of contents of the pages, as Markdown."""
    lines = ["# Policies", "", "| policy | severity | says |", "|---|---|---|"]
    lines += [f"| [{policy.id}]({policy.id}.md) | {severities(policy)} | {policy.title} |" for policy in policies]
    return "\n".join(lines) + "\n"


def severities(policy: Policy) -> str:
    """The severities that its findings can have, the usual one first."""
    return ", ".join(dict.fromkeys([policy.severity, *(case.severity for case in policy.severities)]))


def _told(policy: Policy) -> Iterator[str]:
    yield f"{policy.id} ({severities(policy)}; since {policy.since})"
    yield policy.title
    yield f"\n{_wrapped(policy.why)}"
    yield f"\nIt holds of {_spoken(policy.kind)} where"
    yield from (_item(clause) for clause in _conditions(policy))
    yield f"\nSeverity: {'; '.join(_severity_cases(policy))}"
    if policy.advice:
        yield "\nWhat to do:"
        yield from (_item(line) for line in _cases(policy.advice))
    if policy.fixes:
        yield "\nFixes:"
        yield from (_item(f"{fix.title} ({fix.safety})") for fix in policy.fixes)
    if policy.params:
        yield "\nParameters:"
        yield from (_item(line) for line in _params(policy))
    for kind, lead in _LEADS.items():
        example = next((example for example in policy.tests if example.kind == kind), None)
        if example is not None:
            yield f"\n{lead}: {example.name}\n"
            yield textwrap.indent(_template(example), "  ")
    if policy.references:
        yield "\nReferences:"
        yield from (f"  {reference}" for reference in policy.references)


def _page(policy: Policy) -> Iterator[str]:
    yield f"# {policy.title}"
    yield f"\n`{policy.id}`, {severities(policy)}, since {policy.since}"
    yield f"\n{_flowed(policy.why)}"
    yield f"\n## When it holds\n\nOf {_spoken(policy.kind)} where\n"
    yield from (f"- {clause}" for clause in _conditions(policy))
    yield f"\nSeverity: {'; '.join(_severity_cases(policy))}."
    if policy.advice:
        yield "\n## What to do\n"
        yield from (f"- {line}" for line in _cases(policy.advice))
    if policy.fixes:
        yield "\n## Fixes\n"
        yield from (f"- {fix.title} ({fix.safety})" for fix in policy.fixes)
    if policy.params:
        yield "\n## Parameters\n"
        yield from (f"- {line}" for line in _params(policy))
    for kind, lead in _LEADS.items():
        examples = [example for example in policy.tests if example.kind == kind]
        if examples:
            yield f"\n## {lead}"
        for example in examples:
            yield from _shown(example)
    if policy.references:
        yield "\n## References\n"
        yield from (f"- <{reference}>" for reference in policy.references)


def _shown(example: Example) -> Iterator[str]:
    where = "" if example.region is None else f" ({example.region})"
    yield f"\n{example.name[:1].upper()}{example.name[1:]}{where}:\n"
    language = "json" if example.template.lstrip().startswith("{") else "yaml"
    if example.base is not None:
        yield f"```{language}\n{example.base.rstrip()}\n```\n\nbecomes\n"
    yield f"```{language}\n{example.template.rstrip()}\n```"


def _conditions(policy: Policy) -> Iterator[str]:
    yield from (phrase(clause) for clause in _clauses(policy.where))
    if policy.unless is not None:
        yield f"unless {phrase(policy.unless)}"


def _severity_cases(policy: Policy) -> Iterator[str]:
    for case in policy.severities:
        yield f"{case.severity} where {phrase(case.where)}"
    yield f"else {policy.severity}" if policy.severities else policy.severity


def _clauses(test: Test) -> Sequence[Test]:
    return test.tests if isinstance(test, AllOf) else (test,)


def _cases(words: Words) -> Iterator[str]:
    """Each text, and when it is used: the first that applies. Placeholders stay as they are."""
    for case in words:
        yield case.text if case.where is None else f"where {phrase(case.where)}: {case.text}"


def _params(policy: Policy) -> Iterator[str]:
    for param in policy.params:
        values = ", ".join(str(value).lower() if isinstance(value, bool) else str(value) for value in param.values)
        yield f"`{param.name}`: {param.description} (default: {values})"


def _template(example: Example) -> str:
    before = f"{example.base.rstrip()}\n\nbecomes\n\n" if example.base is not None else ""
    return before + example.template.rstrip()


def _spoken(kind: str) -> str:
    words = kind.replace("_", " ").replace("arn", "ARN")
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def _item(text: str) -> str:
    return _filled(text, "  - ", "    ")


def _wrapped(text: str) -> str:
    return "\n\n".join(_filled(part) for part in _flowed(text).split("\n\n"))


def _filled(text: str, first: str = "", rest: str = "") -> str:
    return textwrap.fill(
        text, WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )


def _flowed(text: str) -> str:
    """Paragraphs, each on one line."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.strip().split("\n\n"))
