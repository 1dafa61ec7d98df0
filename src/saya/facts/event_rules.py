"""EventBridge rules on services whose events reach only some AWS Regions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from saya.facts.tables import GlobalEventSource, global_event_sources
from saya.facts.types import Certainty, EventRule
from saya.facts.view import View
from saya.model.embedded import guarded, read_document
from saya.model.guard import Guard
from saya.model.references import partition_of, reason_of
from saya.model.resolve import Place, Resolver, TemplateResource
from saya.model.value import Absent, Given, Mapping, Sequence, Text, Unknown, Value, always
from saya.record import NamedTuple

_SAM_TYPES = ("AWS::Serverless::Function", "AWS::Serverless::StateMachine")
_SAM_EVENTS = ("EventBridgeRule", "CloudWatchEvent")
_BUS = ":event-bus/"
_CERTAINTIES: tuple[Certainty, ...] = ("unsure", "likely", "certain")


class _Rule(NamedTuple):
    """A rule, in one alternative: `properties` has its EventBusName and its pattern, at the key `pattern`."""

    declared: TemplateResource
    properties: Mapping
    pattern: str
    path: tuple[str | int, ...]
    guard: Guard


def collect(view: View) -> Iterator[EventRule]:
    """The rules that match at least one source whose events reach fixed Regions only; the others are silent."""
    for rule in _rules(view.resolver):
        if not _is_disabled(view.resolver, rule):
            yield from _of_rule(view, rule)


def _rules(resolver: Resolver) -> Iterator[_Rule]:
    for declared in resolver.of_type("AWS::Events::Rule"):
        for place in resolver.places(declared, ()):
            if isinstance(place.value, Mapping):
                yield _Rule(declared, place.value, "EventPattern", (), place.guard)
    for declared in resolver.of_type(*_SAM_TYPES):
        for place in resolver.places(declared, ("Events", "{*}")):
            if not isinstance(place.value, Mapping) or not _is_rule(resolver, place.value):
                continue
            event = Given(always(place.value), place.at)
            for inner in resolver.walk(event, ("Properties",), place.guard, place.path):
                if isinstance(inner.value, Mapping):
                    yield _Rule(declared, inner.value, "Pattern", inner.path, inner.guard)


def _is_rule(resolver: Resolver, event: Mapping) -> bool:
    thunk = event.entries.get("Type")
    values = [option.value for option in resolver.alternatives(thunk)] if thunk is not None else []
    return any(isinstance(value, Text) and value.literal in _SAM_EVENTS for value in values)


def _is_disabled(resolver: Resolver, rule: _Rule) -> bool:
    thunk = rule.properties.entries.get("State")
    values = [option.value for option in resolver.alternatives(thunk)] if thunk is not None else [None]
    return all(isinstance(value, Text) and value.literal == "DISABLED" for value in values)


def _of_rule(view: View, rule: _Rule) -> Iterator[EventRule]:
    resolver = view.resolver
    thunk = rule.properties.entries.get(rule.pattern)
    if thunk is None:
        return
    path = (*rule.path, rule.pattern)
    for pattern in guarded(rule.guard, read_document(resolver, thunk, lambda _: None), resolver):
        if not isinstance(pattern.value, Mapping):
            continue
        steps = ("source",) if "source" in pattern.value.entries else ("detail", "eventSource")
        for place in resolver.walk(Given(always(pattern.value), thunk.node), steps, pattern.guard, path):
            yield from _of_sources(view, rule, place)


def _of_sources(view: View, rule: _Rule, place: Place) -> Iterator[EventRule]:
    """The facts of a list of sources, one for each alternative of it and of the bus."""
    resolver = view.resolver
    value = place.value
    if not isinstance(value, Sequence):
        return
    listed = resolver.product(
        value.items, lambda values: Sequence(tuple(Given(always(v), place.at) for v in values), place.at)
    )
    for option in guarded(place.guard, listed, resolver):
        if not isinstance(option.value, Sequence):
            continue
        values = [item.alternatives[0].value for item in option.value.items if isinstance(item, Given)]
        matched = _matched(view, values, value.rest)
        if matched is None:
            continue
        sources, regions, certainty = matched
        for guard, bus in _buses(view, rule, option.guard):
            yield EventRule(
                **view.fields(rule.declared, place._replace(guard=guard)),
                bus=bus,
                sources=sources,
                regions_of_sources=regions,
                certainty=certainty,
                forwarded=_forwarded(view, bus, guard),
            )


def _forwarded(view: View, bus: Bus | Unknown, guard: Guard) -> bool | Unknown:
    from saya.facts.event_forwarding import forwarded  # few rules wait for what has one Region only

    return False if bus == "custom" else forwarded(view, guard)


_Matched = tuple[tuple[str, ...] | Unknown, tuple[tuple[str, ...], ...] | Unknown, Certainty]


def _matched(view: View, values: list[Value], rest: Unknown | None) -> _Matched | None:
    """The sources that a list matches, the Regions of each and how sure they are; None where none has fixed Regions."""
    region = view.stack.region
    partition = partition_of(region) if isinstance(region, str) else "aws"
    sources, regions, unknown = [], [], rest
    certainties: list[Certainty] = []
    table = global_event_sources()
    for value in values:
        name = value.literal if isinstance(value, Text) else None
        row = table.get(name) if name is not None else None
        fixed = _fixed(row, partition)
        if row is not None and fixed:
            certainties.append(row.certainty_in(partition))
        if isinstance(value, Text) and name is None:
            unknown = unknown or reason_of(value)
        elif isinstance(value, Unknown):
            unknown = unknown or value
        sources.append(str(value) if isinstance(value, Text) else "a filter")
        regions.append(fixed)
    if not certainties:
        return None
    certainty = min(certainties, key=_CERTAINTIES.index)
    if unknown is not None:
        return unknown, unknown, certainty
    return tuple(sources), tuple(regions), certainty


def _fixed(row: GlobalEventSource | None, partition: str) -> tuple[str, ...]:
    return row.regions.get(partition, ()) if row is not None and row.verdict == "fixed" else ()


Bus = Literal["default", "custom"]


def _buses(view: View, rule: _Rule, guard: Guard) -> Iterator[tuple[Guard, Bus | Unknown]]:
    """The event bus of a rule, under each guard that makes a difference."""
    resolver = view.resolver
    thunk = rule.properties.entries.get("EventBusName")
    if thunk is None:
        yield guard, rule.properties.rest or "default"
        return
    for option in guarded(guard, resolver.alternatives(thunk), resolver):
        yield option.guard, _bus(view, option.value)


def _bus(view: View, value: Value) -> Bus | Unknown:
    if value is Absent.NO_VALUE:
        return "default"
    if not isinstance(value, Text):
        return value if isinstance(value, Unknown) else Unknown("the EventBusName is no text")
    masked = value.masked
    if "{{resolve:" in masked:
        return Unknown(f"`{value}` is read when the stack is deployed")
    name = value.slice(masked.rfind(_BUS) + len(_BUS) if _BUS in masked else 0, len(masked))
    declared = view.meant(name)
    if declared is not None and declared.type == "AWS::Events::EventBus":
        return "custom"
    written = "".join(".*" if part.hole is not None else re.escape(part.text) for part in name.parts)
    if re.fullmatch(written, "default") is None:
        return "custom"
    return "default" if name.literal is not None else reason_of(name)
