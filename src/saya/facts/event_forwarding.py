"""Whether the template prepares for events that a rule of another Region or account forwards to the default bus.

Source: EventBridge guide, sending events between Regions and accounts: a rule puts events on a bus elsewhere with a
role that `events.amazonaws.com` assumes, or where the bus has a policy that lets its account do so.
"""

from __future__ import annotations

from collections.abc import Iterator

from saya.facts.iam_statements import Statement, entries
from saya.facts.role_policies import RolePolicies
from saya.facts.view import View
from saya.model.guard import Guard
from saya.model.resolve import TemplateResource
from saya.model.value import Absent, Reference, Text, Unknown
from saya.pattern import pattern

_DEFAULT_BUS = pattern(r"arn:[^:]*:events:(?P<region>[^:]*):[^:]*:event-bus/default")
_EVENTS = "events.amazonaws.com"


def forwarded(view: View, guard: Guard) -> bool | Unknown:
    """Whether events of elsewhere may be put on the default bus: False, or why that is not decided."""
    for when, name in view.once(_prepared).items():
        if view.resolver.join(guard, when) is not None:
            return Unknown(f"`{name}` lets others put events on this bus; which they forward is not in the template")
    return False


def _prepared(view: View) -> dict[Guard, str]:
    """What lets others put events on the bus, by when."""
    found: dict[Guard, str] = {}
    for name, guard in _preparing(view):
        found.setdefault(guard, name)
    return found


def _preparing(view: View) -> Iterator[tuple[str, Guard]]:
    for statement, owners in view.once(RolePolicies).all():
        if _puts_here(view, statement) and any(_is_of_rules(view, name) for name in owners):
            yield statement.declared.id, statement.place.guard
    for policy in view.resolver.of_type("AWS::Events::EventBusPolicy"):
        for option in view.resolver.option(policy, "EventBusName"):
            name = option.value.literal if isinstance(option.value, Text) else option.value
            joined = view.resolver.join(policy.guard, option.guard)
            if name in (Absent.NO_VALUE, "default") and joined is not None:
                yield policy.id, joined


def _puts_here(view: View, statement: Statement) -> bool:
    actions = (place.value for place in entries(view, statement, "Action"))
    if not any(
        isinstance(value, Text) and value.masked.lower() in ("events:putevents", "events:*") for value in actions
    ):
        return False
    resources = (place.value for place in entries(view, statement, "Resource"))
    return any(isinstance(value, Text) and _is_here(view, value) for value in resources)


def _is_here(view: View, arn: Text) -> bool:
    """Whether an ARN is that of the default bus of the Region that the stack is deployed to."""
    match = _DEFAULT_BUS.fullmatch(arn.masked)
    region = arn.slice(*match.span("region")) if match is not None else Text(())
    return region.reference == Reference("pseudo", "AWS::Region") or (
        region.literal is not None and region.literal == view.resolver.region
    )


def _is_of_rules(view: View, name: str) -> bool:
    """Whether EventBridge may assume a role."""
    role: TemplateResource | None = view.resolver.resources.get(name)
    if role is None or role.type != "AWS::IAM::Role":
        return False
    steps = ("AssumeRolePolicyDocument", "Statement", "[]", "Principal", "Service", "[]")
    services = (place.value for place in view.resolver.places(role, steps))
    return any(isinstance(value, Text) and value.literal == _EVENTS for value in services)
