"""What a template has that reports list without judging it: the places at which functions are invoked."""

from __future__ import annotations

from collections.abc import Iterable

from saya.facts.types import Function, Invocation
from saya.findings import Context, InvocationSite
from saya.judging import Rules, Side, context_of
from saya.model.value import Unknown
from saya.record import replace


def invocations_of(side: Side, name: str, rules: Rules) -> tuple[InvocationSite, ...]:
    """The invocations of a template, each alternative once; none where the report is not to list them.

    `name` is what the template is called in the report.
    """
    if not rules.listing:
        return ()
    from saya.facts.invocations import collect
    from saya.facts.view import View

    found: list[InvocationSite] = []
    for deployment, resolver in zip(side.deployments, side.resolvers, strict=True):
        found += (_site(fact, name, context_of(deployment)) for fact in collect(View(resolver)))
    return _merged(found)


def _site(fact: Invocation, template: str, context: Context) -> InvocationSite:
    open_ = [value.reason for value in (fact.target, fact.qualifier) if isinstance(value, Unknown)]
    return InvocationSite(
        template=template,
        location=fact.at,
        resource=fact.resource.id,
        property=fact.property,
        integration=fact.integration,
        target=fact.target.id if isinstance(fact.target, Function) else None,
        qualifier="unknown" if isinstance(fact.qualifier, Unknown) else fact.qualifier,
        exposure=fact.exposure,
        bypasses=fact.bypasses.id if fact.bypasses is not None else None,
        scenario=dict(fact.guard.conditions),
        parameters=dict(fact.guard.parameters),
        undecided=tuple(dict.fromkeys(open_)),
        contexts=(context,),
    )


def _merged(found: Iterable[InvocationSite]) -> tuple[InvocationSite, ...]:
    """What several contexts have in common once, with all of them."""
    sites: dict[tuple[object, ...], InvocationSite] = {}
    for each in found:
        held = (*each.scenario.items(), *each.parameters.items())
        key = (each.location, each.resource, each.property, each.target, each.qualifier, each.bypasses, held)
        known = sites.get(key)
        contexts = each.contexts if known is None else tuple(dict.fromkeys(known.contexts + each.contexts))
        sites[key] = replace(each, contexts=contexts)
    return tuple(sites.values())
