"""The places that belong to a change of a function: what else changes, the function, and its callers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from saya.facts.exposure import Exposure, caller_name
from saya.facts.function_differences import Changes
from saya.facts.types import Invocation, RelatedPlace
from saya.model.compare import Difference
from saya.text.node import Node

_CODE, _CONFIGURATION = "UpdateFunctionCode", "UpdateFunctionConfiguration"


def first_place(changes: Changes) -> Difference:
    """The first changed property of the code side, in the order of the file; certain ones go before."""
    certain = [each for name, each in changes.certain.items() if name in changes.code]
    candidates = certain or [each for differences in changes.code.values() for each in differences]
    return min(candidates, key=lambda each: (each.head is None, each.head.start if each.head is not None else 0))


def related_places(
    changes: Changes, callers: tuple[Invocation, ...], before: Exposure, now: Exposure
) -> Iterator[RelatedPlace]:
    """The other changed properties, the function, its callers in base, and what calls it in deployments only.

    A caller that head has repointed or removed stands where base has it.
    """
    declared = changes.head
    first = first_place(changes)
    for name, each in changes.certain.items():
        if each is not first:
            told = "Code" if name == "Files" else name
            call = _CODE if name in changes.code else _CONFIGURATION
            yield _at(each.head or declared.key, f"{told} changes with {call}", declared.id, ".".join(each.path))
    yield _at(declared.key, "the function", declared.id, "")
    for caller in callers:
        same = _same_caller(caller, now.live)
        told = "invokes `$LATEST`" if same else "invokes `$LATEST` until this deployment is over"
        yield _caller(same or caller, f"`{caller_name(caller)}` {told}", "head" if same else "base")
    for caller in before.control:
        same = _same_caller(caller, now.control)
        told = "invokes it in deployments and administration only"
        yield _caller(same or caller, f"`{caller_name(caller)}` {told}", "head" if same else "base")


def moved_callers(callers: tuple[Invocation, ...], now: Exposure) -> tuple[Invocation, ...]:
    """The callers of base that reach `$LATEST` no more in head."""
    return tuple(caller for caller in callers if _same_caller(caller, now.live) is None)


def _same_caller(caller: Invocation, others: tuple[Invocation, ...]) -> Invocation | None:
    """The invocation of head that a caller of base is: at the same place of the same resource, or of the one that a
    tool has given a new hash for a name.
    """
    at_place = [other for other in others if other.identity == caller.identity]
    same = [other for other in at_place if other.resource.id == caller.resource.id]
    renamed = [
        other
        for other in at_place
        if other.resource.type == caller.resource.type and _stem(other.resource.id) == _stem(caller.resource.id)
    ]
    return next(iter(same or renamed), None)


def _stem(logical_id: str) -> str:
    """A logical ID without the hash that the AWS CDK puts behind it."""
    return re.sub(r"[0-9A-F]{8}$", "", logical_id)


def _caller(invocation: Invocation, message: str, revision: Literal["head", "base"]) -> RelatedPlace:
    return RelatedPlace(
        at=invocation.at,
        message=message,
        resource=invocation.resource.id,
        property=invocation.property,
        revision=revision,
    )


def _at(node: Node, message: str, resource: str, property_: str) -> RelatedPlace:
    return RelatedPlace(at=node.location, message=message, resource=resource, property=property_, revision="head")
