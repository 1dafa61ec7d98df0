"""Dynamic references in the properties of resources.

Source: CloudFormation User Guide, "Get values stored in other services using dynamic references": the text is
`{{resolve:service:reference}}` without blanks, whatever intrinsic functions put it together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from saya.facts.property_texts import property_texts
from saya.facts.types import DynamicReference
from saya.facts.view import View
from saya.model.inclusion import INCLUDE
from saya.model.resolve import Place, Resolver, TemplateResource
from saya.model.value import Text
from saya.pattern import pattern
from saya.text.node import ScalarNode
from saya.text.offsets import map_offsets
from saya.text.source import Location, Span

_OPENING = "{{resolve:"
_REFERENCE = pattern(r"\{\{resolve:(ssm-secure|ssm|secretsmanager):((?:(?!\{\{).)*?)(?:\}\}|(?=\{\{)|$)", re.DOTALL)
_SECRET_PART = pattern(r":(?:SecretString|SecretBinary)\b")
_CURRENT = pattern(r":SecretString(?::[^:]*(?::(?:AWSCURRENT)?:?)?)?\Z")
_PARAMETER_VERSION = pattern(r":\d*\Z")
_SERVICES: dict[str, Literal["ssm", "ssm-secure", "secretsmanager"]] = {
    "ssm": "ssm",
    "ssm-secure": "ssm-secure",
    "secretsmanager": "secretsmanager",
}


def collect(view: View) -> Iterator[DynamicReference]:
    """The dynamic references of the template's resources, each once per alternative.

    What has no reference written in it is passed over, for speed, unless in a custom resource: that may take one from a
    parameter or a mapping.
    """
    resolver = view.resolver
    if not _may_have(resolver):
        return
    for declared in resolver.resources.values():
        node = declared.node
        if view.resource(declared).custom:
            yield from _of_resource(view, declared)
        elif node.source.text.find(_OPENING, node.start, node.end) >= 0:
            yield from _of_resource(view, declared, written=_OPENING)


def _may_have(resolver: Resolver) -> bool:
    """Whether a reference may be written in the template, in a file that it includes, or in what it is given."""
    text = resolver.template.source.text
    return _OPENING in text or INCLUDE in text or any(_OPENING in value for value in resolver.given.values())


def _of_resource(view: View, declared: TemplateResource, *, written: str = "") -> Iterator[DynamicReference]:
    for place in property_texts(view.resolver, declared, written=written):
        if not isinstance(place.value, Text):
            continue
        masked = place.value.masked
        if _OPENING not in masked:
            continue
        seen = set()
        for match in _REFERENCE.finditer(masked):
            reference = place.value.slice(match.start(), match.end())
            if reference.literal is not None and not match[0].endswith("}}"):
                continue
            if _is_resolved(view.resolver, reference):
                continue
            service = _SERVICES[match[1]]
            text = place.value.slice(*_name_span(match, service))
            name = str(text)
            if (service, name) in seen:
                continue
            seen.add((service, name))
            fields = view.fields(declared, place, subject=f"{service}:{name}")
            fields["at"] = _location(place, reference)
            if view.resource(declared).custom and service != "ssm":
                from saya.facts.secret_grants import reading  # hardly any template makes this mistake

                fields |= reading(view, declared, service, text)
            whole = match.start() == 0 and match.end() == len(masked)
            key = place.path[-1] if whole and place.path and isinstance(place.path[-1], str) else None
            pinned = _is_pinned(match[2], service)
            yield DynamicReference(**fields, service=service, name=name, key=key, pinned=pinned)


def _is_resolved(resolver: Resolver, reference: Text) -> bool:
    """Whether another stack has written a reference: its value is what it passes on, as aws-cdk#28845 tells."""
    own = (resolver.template.source, *resolver.parsed)
    return any(part.hole is None and part.origin.source not in own for part in reference.parts)


def _name_span(match: re.Match[str], service: str) -> tuple[int, int]:
    """The secret's or parameter's name in a reference, without version, stage and key."""
    start, written = match.start(2), match[2]
    behind = (_SECRET_PART if service == "secretsmanager" else _PARAMETER_VERSION).search(written)
    name = written[: behind.start()] if behind is not None else written
    return start, start + len(name.rstrip(":") if service == "secretsmanager" and behind is None else name)


def _is_pinned(written: str, service: str) -> bool:
    """Whether a reference is of another version or stage than the current one."""
    if service != "secretsmanager":
        return _PARAMETER_VERSION.search(written) is not None
    return ":SecretString" in written and _CURRENT.search(written) is None


def _location(place: Place, text: Text) -> Location:
    """Where a reference stands: its own line in a text of several lines, else where the text is used."""
    at = place.at
    written = at.source.text
    if written.find("\n", at.start, at.end) < 0:
        return at.location
    part = next((part for part in text.parts if part.hole is None), None)
    origin = part.origin if part is not None else None
    if part is None or not isinstance(origin, ScalarNode) or origin.source is not at.source:
        return at.location
    if not (at.start <= origin.start and origin.end <= at.end):
        return at.location
    offsets = map_offsets(origin)
    if offsets is None or not origin.text.startswith(part.text, part.start):
        return at.location
    first, last = offsets.offset(part.start), offsets.offset(part.start + len(part.text))
    return Location(origin.source, Span(first, last))
