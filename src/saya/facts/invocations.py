"""Where the template tells a service to invoke a function.

The places are data (`data/invocation-sites.yml`, `data/sam-events.yml`); this module goes to them and reads the target.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from saya.facts.sam_apis import overwritten_operations, read_wiring
from saya.facts.sites import declared_hooks, find_sites
from saya.facts.state_machine_invocations import COLUMNS as TASK_COLUMNS
from saya.facts.state_machine_invocations import state_machine_targets
from saya.facts.switches import is_switched_off
from saya.facts.tables import InvocationSite, invocation_sites_of, sam_events
from saya.facts.targets import Target, qualified, read_targets
from saya.facts.types import Invocation, Qualifier
from saya.facts.view import View
from saya.model.attributes import STATE_MACHINE_TYPES
from saya.model.resolve import Place, TemplateResource
from saya.model.value import Absent, Mapping, Text, Unknown
from saya.record import replace

_SAM_FUNCTION = "AWS::Serverless::Function"


def collect(view: View) -> Iterator[Invocation]:
    """The invocation sites of the template, each alternative of each target one fact."""
    for type_ in list(view.resolver.types):
        sites = invocation_sites_of(type_)
        for declared in view.resolver.of_type(type_) if sites else ():
            for site in sites:
                yield from _site_invocations(view, site, declared)
        if type_ in STATE_MACHINE_TYPES:
            for declared in view.resolver.of_type(type_):
                yield from _task_invocations(view, declared)
    for declared in view.resolver.of_type(_SAM_FUNCTION):
        yield from _sam_events(view, declared)
    for declared in declared_hooks(view):
        for site in invocation_sites_of(declared.type):
            yield from _site_invocations(view, site, declared)


def _task_invocations(view: View, declared: TemplateResource) -> Iterator[Invocation]:
    for place, target in state_machine_targets(view, declared):
        fact = invocation(view, declared, place, target, TASK_COLUMNS)
        if fact is not None:
            yield fact


def _site_invocations(view: View, site: InvocationSite, declared: TemplateResource) -> Iterator[Invocation]:
    if site.integration == "state_machine":
        return  # read as definitions, by _task_invocations
    if site.value == "self":
        yield from _self_invocations(view, site, declared)
        return
    overwritten = overwritten_operations(view, declared) if site.value == "embedded-openapi" else frozenset()
    for found in find_sites(view, site, declared):
        if overwritten and found.place.path[1] == "paths" and _operation(found.place) in overwritten:
            continue
        vague = site.generic or not found.certain
        for target in read_targets(view, found.place.value, site_form(site), qualifier=found.qualifier):
            if vague and not target.complete and (target.function is None or isinstance(target.function, Unknown)):
                continue  # something else than a function may stand here
            fact = invocation(view, declared, found.place, target, _columns(site))
            if fact is not None:
                yield fact


def _operation(place: Place) -> tuple[str, str]:
    """The operation of a definition that a place lies in: its path and its method."""
    return str(place.path[2]), str(place.path[3]).lower()


def site_form(site: InvocationSite) -> str:
    """The form of the function within the site, which may be a document."""
    if site.inside is not None:
        return site.inside.value
    return "arn-or-invoke-uri" if site.value == "embedded-openapi" else site.value


def _columns(site: InvocationSite) -> dict[str, Any]:
    return {"integration": site.integration, "exposure": site.exposure, "qualifier_support": site.qualifier_support}


def invocation(
    view: View, declared: TemplateResource, place: Place, target: Target, columns: dict[str, Any]
) -> Invocation | None:
    """The fact for a target at a place, or None where their guards contradict each other."""
    guard = view.resolver.join(place.guard, target.guard)
    if guard is None:
        return None
    subject = target.function.id if target.function is not None and not isinstance(target.function, Unknown) else ""
    fields = view.fields(declared, place._replace(guard=guard), subject=subject)
    event = ("Events", str(place.path[1])) if columns["integration"] == "sam_event" else ()
    return Invocation(
        **fields,
        switched_off=is_switched_off(view, declared, event),
        target=target.function,
        qualifier=target.qualifier,
        bypasses=target.bypasses,
        through=target.through,
        **columns,
    )


def _self_invocations(view: View, site: InvocationSite, declared: TemplateResource) -> Iterator[Invocation]:
    """A SAM property that makes its function a target: `FunctionUrlConfig`."""
    for place in view.resolver.places(declared, site.path):
        if not isinstance(place.value, Unknown):
            yield from _own_invocations(view, declared, _at_key(place), _columns(site), follows_alias=True)


def _sam_events(view: View, declared: TemplateResource) -> Iterator[Invocation]:
    """The events of a SAM function: each becomes a site that SAM wires to the function or to the alias that it
    publishes.
    """
    events = sam_events()
    for place in view.resolver.places(declared, ("Events", "{*}", "Type")):
        name = place.value.literal if isinstance(place.value, Text) else None
        event = events.get(name or "")
        if event is None or not event.invokes:
            continue
        wired, guard = read_wiring(view, name or "", place.parents[-1][1])
        joined = view.resolver.join(place.guard, guard)
        if wired is False or joined is None:
            continue
        columns = {"integration": "sam_event", "exposure": event.exposure, "qualifier_support": "accepted"}
        here = _at_key(place._replace(path=place.path[:-1], parents=place.parents[:-1], guard=joined))
        for fact in _own_invocations(view, declared, here, columns, follows_alias=event.follows_alias):
            known = not isinstance(wired, Unknown)
            yield fact if known else replace(fact, qualifier=wired, bypasses=None, through=None)


def _own_invocations(
    view: View, declared: TemplateResource, place: Place, columns: dict[str, Any], *, follows_alias: bool
) -> Iterator[Invocation]:
    for option in view.resolver.option(declared, "AutoPublishAlias"):
        if not follows_alias or option.value is Absent.NO_VALUE:
            targets = list(qualified(view, declared, option.guard, None))
        else:
            kind: Qualifier | Unknown = option.value if isinstance(option.value, Unknown) else "alias"
            targets = [Target(option.guard, view.function(declared), kind)]
        for target in targets:
            fact = invocation(view, declared, place, target, columns)
            if fact is not None:
                yield fact


def _at_key(place: Place) -> Place:
    """The place seen at its key: what a person looks for is the event's name, not its type."""
    mapping = place.parents[-1][1] if place.parents else None
    key = mapping.node.keys.get(str(place.path[-1])) if isinstance(mapping, Mapping) else None
    return place._replace(at=key) if key is not None else place
