"""Whether a fix does what it says, and nothing else: tried on a copy, judged like the original.

Five conditions. The result parses and is no worse as a template; the findings are gone; no policy finds anything new or
worse; every value but those that the fix means to change is what it was; every character outside the edits is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cached_property

from saya.errors import ParseError, UserError
from saya.findings import SEVERITIES, Finding
from saya.fixes.proposal import Proposal, Target
from saya.fixes.values import changed_values
from saya.model.check import check_template
from saya.model.dependencies import circles_as_written, undefined_names
from saya.model.resolve import Resolver
from saya.model.template import Template, load_template
from saya.policy.judge import Judgement
from saya.record import NamedTuple, record
from saya.text.edit import NotEditableError, Replacement, edited
from saya.text.parse import parse
from saya.text.source import Source

MOST_NAMED = 4
"""How many resources of a circle are named."""

_RANK = {severity: rank for rank, severity in enumerate(SEVERITIES)}


@record
class Judged:
    """A text of the template with all that is said of it: resolved in each context, and the judgement."""

    template: Template
    resolvers: tuple[Resolver, ...]
    judgement: Judgement

    @cached_property
    def mistakes(self) -> frozenset[str]:
        """What is wrong with it as a template."""
        return frozenset(error.message for error in check_template(self.template))

    @cached_property
    def keys_twice(self) -> int:
        """How many keys are written twice."""
        found: list[ParseError] = []
        parse(self.template.source, duplicates=found)
        return len(found)

    @cached_property
    def circles(self) -> set[frozenset[str]]:
        """The resources that name one another in a circle; many are none once SAM has made its resources of them."""
        return circles_as_written(self.template)

    @cached_property
    def undefined(self) -> set[str]:
        """The names that are used and not defined: what SAM or a loop makes, or a mistake."""
        return undefined_names(self.template)


Judge = Callable[[Template], Judged]
"""Resolves and judges a text of the template, in the contexts and beside the base of the original."""


class Failed(NamedTuple):
    """The condition that a fix does not meet, as a short clause."""

    reason: str


def prove(proposal: Proposal, before: Judged, fingerprints: Collection[str], judge: Judge) -> Failed | None:
    """None where the fix may be offered for the findings of these fingerprints."""
    source = before.template.source
    try:
        text = edited(source.text, proposal.replacements)
    except NotEditableError as error:
        return Failed(str(error))
    if restored(text, proposal.replacements, source) != source.text:
        return Failed("it would change more than it says")
    try:
        copy = Source(source.path, text, bom=source.bom)
        twice: list[ParseError] = []
        template = load_template(parse(copy, duplicates=twice), copy)
    except UserError as error:
        return Failed(f"the result does not parse: {error.message}")
    if twice and len(twice) > before.keys_twice:
        return Failed(f"the result is wrong: {twice[-1].message}")
    worse = _new_mistake(before, template)
    if worse is not None:
        return Failed(f"the result is wrong: {worse}")
    after = judge(template)
    return (
        _left(after.judgement, fingerprints)
        or _new_finding(before.judgement, after.judgement)
        or _other_value(proposal, before, after)
    )


def restored(text: str, replacements: tuple[Replacement, ...], source: Source) -> str:
    """The edited text with what the edits took away put back in their places."""
    pieces, at, shift = [], 0, 0
    for (start, end), new in replacements:
        pieces += [text[at : start + shift], source.text[start:end]]
        at = start + shift + len(new)
        shift += len(new) - (end - start)
    return "".join([*pieces, text[at:]])


def _new_mistake(before: Judged, after: Template) -> str | None:
    known = before.mistakes
    for error in check_template(after):
        if error.message not in known:
            return error.message
    name = min(undefined_names(after) - before.undefined, default=None)
    if name is not None:
        return f"there is no `{name}`"
    circle = min(circles_as_written(after) - before.circles, key=sorted, default=None)
    return f"{_listed(sorted(circle))} would need one another" if circle is not None else None


def _listed(names: list[str]) -> str:
    shown = names if len(names) <= MOST_NAMED else [*names[: MOST_NAMED - 1], f"{len(names) - MOST_NAMED + 1} more"]
    return ", ".join(f"`{name}`" if name in names else name for name in shown)


def _left(after: Judgement, fingerprints: Collection[str]) -> Failed | None:
    if any(each.fingerprint in fingerprints for each in after.findings):
        return Failed("the finding would stay")
    if any(each.fingerprint in fingerprints for each in after.undecided):
        return Failed("it could not be told whether the finding is gone")
    return None


def _new_finding(before: Judgement, after: Judgement) -> Failed | None:
    known: dict[str, Finding] = {each.fingerprint: each for each in before.findings}
    for finding in after.findings:
        same = known.get(finding.fingerprint)
        if same is None:
            return Failed(f"`{finding.policy}` would find something at `{_named(finding.resource, finding.property)}`")
        if _RANK[finding.severity] < _RANK[same.severity]:
            place = _named(finding.resource, finding.property)
            return Failed(f"what `{finding.policy}` finds at `{place}` would become worse")
    return None


def _other_value(proposal: Proposal, before: Judged, after: Judged) -> Failed | None:
    for one, other in zip(before.resolvers, after.resolvers, strict=True):
        for changed in changed_values(one, other, proposal.replacements):
            if not any(_is_of(changed, target) for target in proposal.targets):
                return Failed(f"`{_named(changed.resource.lstrip(chr(0)), '.'.join(changed.path))}` would change too")
    return None


def _is_of(changed: Target, target: Target) -> bool:
    """Whether a value belongs to a target, or holds it: a document in a text is compared as a whole."""
    if changed.resource != target.resource:
        return False
    if not target.path:
        return True
    shorter = min(len(changed.path), len(target.path))
    return bool(changed.path) and changed.path[:shorter] == target.path[:shorter]


def _named(resource: str, path: str) -> str:
    return f"{resource}.{path}" if path else resource
