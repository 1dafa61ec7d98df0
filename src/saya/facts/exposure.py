"""Who reaches a function's `$LATEST` in the wiring that is deployed now.

Exposure is judged on base: CloudFormation updates the consumers of a function after the function.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from saya.facts.aliases import functions_named_by
from saya.facts.invocations import collect
from saya.facts.tables import invocation_sites_of, sam_events
from saya.facts.types import Invocation
from saya.facts.view import View
from saya.model.assembly import crossed_guard, other_stacks
from saya.model.resolve import TemplateResource
from saya.model.value import Text, Unknown
from saya.record import NamedTuple, replace

_LATEST = ("absent", "latest")


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
        off = [each for each in reaching if each.switched_off]
        live = tuple(each for each in reaching if not each.switched_off)
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

    def _event_type(self, invocation: Invocation) -> str | None:
        """The type of an event of a SAM function."""
        declared = self._view.resolver.resources.get(invocation.resource.id)
        path = (*invocation.property.split(".")[:2], "Type")
        places = self._view.resolver.places(declared, path) if declared is not None else ()
        return next((place.value.literal for place in places if isinstance(place.value, Text)), None)

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
        type_ = invocation.resource.type
        if invocation.integration == "sam_event":
            event = sam_events().get(self._event_type(invocation) or "")
            type_ = event.makes.partition(" ")[0] if event is not None else ""
        return grant.principal is not None and _acts_as(type_, grant.principal)


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
