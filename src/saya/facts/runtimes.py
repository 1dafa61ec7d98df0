"""Runtimes that Lambda does not offer on every architecture, and changes that meet one on the wrong one in between.

Source: Lambda guide, runtimes; aws-cdk#26815 and terraform-provider-aws#28216 (what Lambda answers);
`data/function-updates.yml` has the table.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from saya.facts.tables import EVERYWHERE, bound_runtimes, default_of
from saya.model.compare import Revisions
from saya.model.guard import Guard
from saya.model.resolve import Resolver, TemplateResource
from saya.model.value import Sequence, Text, Unknown, Value

_ARCHITECTURE_OPEN = Unknown("the architecture is not decided by the template")
_RUNTIME_OPEN = Unknown("the runtime is not decided by the template")


class Refusal(NamedTuple):
    """What Lambda refuses between the two calls, and the property that has to change in a deployment before."""

    runtime: str
    architecture: str
    first: str


def refusals(
    revisions: Revisions, before: TemplateResource, after: TemplateResource
) -> Iterator[tuple[Guard, Refusal | Unknown | None]]:
    """Whether Lambda refuses what is half of a change of Runtime and Architectures, under each guard; None where it
    takes either half.
    """
    for runtimes in revisions.pairs(before, after, "Runtime"):
        for pair in revisions.pairs(before, after, "Architectures", default_of("Architectures")):
            guard = revisions.head.join(runtimes.guard, pair.guard)
            if guard is not None and runtimes.differences and pair.differences:
                old, new = _architecture(revisions.base, pair.base), _architecture(revisions.head, pair.head)
                yield guard, _refusal(_text(runtimes.base), _text(runtimes.head), old, new)


def _refusal(
    old: str | Unknown, new: str | Unknown, before: str | Unknown, after: str | Unknown
) -> Refusal | Unknown | None:
    """What is refused of the old runtime on the architecture after, and the new one on that before."""
    for runtime, architecture, first in ((old, after, "Runtime"), (new, before, "Architectures")):
        if architecture == EVERYWHERE or (isinstance(runtime, str) and runtime not in bound_runtimes()):
            continue
        if isinstance(runtime, Unknown):
            return runtime
        return architecture if isinstance(architecture, Unknown) else Refusal(runtime, architecture, first)
    return None


def _text(value: Value) -> str | Unknown:
    literal = value.literal if isinstance(value, Text) else None
    return literal if literal is not None else _RUNTIME_OPEN


def _architecture(resolver: Resolver, value: Value) -> str | Unknown:
    """The one architecture of a function."""
    items = value.items if isinstance(value, Sequence) else ()
    values = [option.value for item in items for option in resolver.alternatives(item)]
    literal = values[0].literal if len(values) == 1 and isinstance(values[0], Text) else None
    return literal if literal is not None else _ARCHITECTURE_OPEN
