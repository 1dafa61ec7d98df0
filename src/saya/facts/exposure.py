"""Who reaches a function's `$LATEST` in the wiring that is deployed now.

Exposure is judged on base: CloudFormation updates the consumers of a function after the function.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from saya.facts.aliases import functions_named_by
from saya.facts.invocations import collect
from saya.facts.tables import invocation_sites_of, sam_events
from saya.facts.types import Invocation
from saya.facts.view import View
from saya.model.assembly import crossed_guard, other_stacks
from saya.model.resolve import TemplateResource
from saya.model.value import Text, Unknown
from saya.record import replace

_LATEST = ("absent", "latest")
# What switches a caller off: Events::Rule, Scheduler::Schedule and SAM's events; event source mappings; pipes.
_OFF = (("State", "DISABLED"), ("Enabled", "false"), ("DesiredState", "STOPPED"))


class Exposure(NamedTuple):
    """The wiring of one function.

    live      the invocations that reach `$LATEST` while traffic runs
    control   those that only deployments and administration make
    otherwise whether there may be others: false where all callers are seen and none reaches `$LATEST`, else why it
    cannot be told
    """

    live: tuple[Invocation, ...]
    control: tuple[Invocation, ...]
    otherwise: bool | Unknown


class Grant(NamedTuple):
    """A permission to invoke a function without a qualifier. `principal` is None where it is not decided."""

    principal: str | None
    by_url: bool


def _from_elsewhere(view: View) -> Iterator[Invocation]:
    """The invocations in the other stacks of the assembly, their guards as this one names what they assume."""
    for stack in other_stacks(view.resolver):
        for invocation in collect(view.at(stack.resolver)):
            yield replace(invocation, guard=crossed_guard(invocation.guard, stack.back))


class Wiring:
    """The callers of all functions of a template, those in other stacks of its assembly among them."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._invocations: dict[str, list[Invocation]] = defaultdict(list)
        own = view.resolver.template.source.path
        for invocation in (*collect(view), *_from_elsewhere(view)):
            target = invocation.target
            if target is not None and not isinstance(target, Unknown) and target.at.path == own:
                self._invocations[target.id].append(invocation)
        self._grants: dict[str, list[Grant]] | None = None

    def exposure(self, function: str) -> Exposure:
        """How a function, by its logical ID, is reached."""
        known = self._invocations[function]
        control = tuple(each for each in known if each.exposure == "control_plane")
        reaching = [
            each for each in known if each.exposure != "control_plane" and each.qualifier in ("absent", "latest")
        ]
        off = [each for each in reaching if self._is_off(each)]
        live = tuple(each for each in reaching if not any(each is other for other in off))
        otherwise = self._otherwise(function, known)
        if off and otherwise is False:
            otherwise = Unknown(f"`{caller_name(off[0])}` invokes `{function}`, but is switched off in the template")
        return Exposure(live, control, otherwise)

    def _otherwise(self, function: str, known: list[Invocation]) -> bool | Unknown:
        for invocation in known:
            if invocation.exposure != "control_plane" and isinstance(invocation.qualifier, Unknown):
                return invocation.qualifier
        for grant in self._granted(function):
            if not any(self._is_of(invocation, grant) for invocation in known):
                who = f"`{grant.principal}`" if grant.principal else "somebody"
                return Unknown(f"a permission lets {who} invoke `{function}` from outside the template")
        if not known:
            return Unknown(f"no caller of `{function}` is in the template")
        return False

    def _is_off(self, invocation: Invocation) -> bool:
        """Whether the caller is switched off in the template: a rule, a schedule, a mapping, an event of SAM."""
        for name, off in _OFF:
            values = self._properties(invocation, ("Properties", name), (name,))
            if values and all(value == off for value in values):
                return True
        return False

    def _properties(self, invocation: Invocation, of_event: tuple[str, ...], own: tuple[str, ...]) -> list[str | None]:
        """The values of a property of the caller: of the event where SAM makes the caller, else of the resource."""
        resolver = self._view.resolver
        declared = resolver.resources.get(invocation.resource.id)
        if invocation.integration == "sam_event":
            own = (*invocation.property.split(".")[:2], *of_event)
        places = resolver.places(declared, own) if declared is not None else ()
        return [place.value.literal if isinstance(place.value, Text) else None for place in places]

    def _granted(self, function: str) -> list[Grant]:
        if self._grants is None:
            self._grants = defaultdict(list)
            for declared in self._view.resolver.of_type("AWS::Lambda::Permission"):
                for _, named in functions_named_by(self._view, declared):
                    self._grants[named.id].extend(self._grants_of(declared))
        return self._grants.get(function, [])

    def _grants_of(self, permission: TemplateResource) -> Iterator[Grant]:
        resolver = self._view.resolver
        actions = [option.value for option in resolver.option(permission, "Action")]
        by_url = any(isinstance(value, Text) and (value.literal or "").endswith("Url") for value in actions)
        for option in resolver.option(permission, "Principal"):
            yield Grant(option.value.literal if isinstance(option.value, Text) else None, by_url)

    def _is_of(self, invocation: Invocation, grant: Grant) -> bool:
        """Whether a visible invocation is made by the principal of a permission."""
        if invocation.integration == "function_url" or grant.by_url:
            return invocation.integration == "function_url" and grant.by_url
        types = [invocation.resource.type]
        if invocation.integration == "sam_event":
            events = (sam_events().get(name or "") for name in self._properties(invocation, ("Type",), ()))
            types = [event.makes.partition(" ")[0] for event in events if event is not None]
        return grant.principal is not None and any(_acts_as(type_, grant.principal) for type_ in types)


def caller_name(invocation: Invocation) -> str:
    """Who invokes: the resource, or the event of a SAM function."""
    if invocation.integration == "sam_event" or invocation.resource.type == "AWS::Serverless::Function":
        return f"{invocation.resource.id}.{invocation.property.rpartition('.')[2]}"
    return invocation.resource.id


def _acts_as(type_: str, principal: str) -> bool:
    """Whether the resources of a type invoke functions as this principal."""
    if any(site.principal == principal for site in invocation_sites_of(type_)):
        return True
    # The service within the type: AWS::Events::Rule, events.amazonaws.com.
    service = type_.split("::")[1].lower() if "::" in type_ else ""
    return principal.partition(".")[0].replace("-", "") == service
