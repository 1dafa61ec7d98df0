"""The deployments that make a change of a function safe.

Source: Lambda guide, versions and aliases; what belongs to moving a caller: its permission on the same qualifier, a new
API Gateway deployment, the address of a function URL (`data/invocation-sites.yml` has the authorisation of each site).
"""

from __future__ import annotations

from collections.abc import Iterator

from saya.facts.aliases import functions_named_by, is_renamed_version
from saya.facts.exposure import caller_name
from saya.facts.tables import Mix, invocation_sites_of
from saya.facts.types import Alias, Invocation, PlannedAction, PlannedDeployment
from saya.facts.view import View
from saya.model.attributes import VERSION_TYPE
from saya.model.references import FUNCTION as SAM_FUNCTION
from saya.model.resolve import TemplateResource
from saya.model.value import Text

_REST_API = ("AWS::ApiGateway::Method", "AWS::ApiGateway::Authorizer", "AWS::ApiGateway::RestApi")
_HTTP_API = ("AWS::ApiGatewayV2::Integration", "AWS::ApiGatewayV2::Authorizer", "AWS::ApiGatewayV2::Api")
_ALL_PROPERTIES = "AutoPublishAliasAllProperties"


def plan_deployments(
    base: View,
    head: View,
    function: TemplateResource,
    mixes: list[Mix],
    callers: tuple[Invocation, ...],
    first: str | None,
) -> tuple[PlannedDeployment, ...]:
    """First the alias and all that has to move to it, then the change; without an alias where a caller cannot use it.

    `mixes` are the properties that must not change in one deployment, `callers` the invocations of base that reach
    `$LATEST`; `first` has to change before the rest, or Lambda refuses what is half of the change.
    """
    changed = _changed(mixes)
    steps = _steps(function, changed, first)
    if not callers or all(each.outcome == "deployment_fails" for each in mixes):
        return tuple(steps) if first is not None else ()  # each of them is one call
    stuck = next((caller for caller in callers if caller.qualifier_support == "rejected"), None)
    if stuck is not None:
        return _without_alias(function, changed, stuck)
    alias = _published(base, function)
    moving = (*_publishing(base, function, alias), *_moving(base, function, alias, callers))
    title = "Publish a version and move the callers to an alias of it" if alias is None else "Move the callers"
    early = _added(base, head, function)
    if early is not None:
        named = "the alias that this change brings" if early.generated else f"`{early.id}`"
        title += f": {named} and the callers, without {_listed(changed)}"
    last = (*steps[-1].actions, *_renewing(base, function, alias))
    return (
        PlannedDeployment(title=title, actions=moving),
        *steps[:-1],
        PlannedDeployment(title=steps[-1].title, actions=last),
    )


def _changed(mixes: list[Mix]) -> tuple[str, ...]:
    """The properties of all mixes, those of the code side first."""
    code = ["Code" if each.code == "Files" else each.code for each in mixes]
    return tuple(dict.fromkeys((*code, *(each.configuration for each in mixes))))


def _steps(function: TemplateResource, changed: tuple[str, ...], first: str | None) -> list[PlannedDeployment]:
    """The deployments of the change itself: one behind an alias, unless Lambda refuses the state between its calls."""
    if first is None:
        return [_step("Make the change", function, changed)]
    rest = tuple(name for name in changed if name != first)
    return [
        _step(f"Change {first} alone", function, (first,)),
        _step("Make the rest of the change", function, rest),
    ]


def _step(title: str, function: TemplateResource, changed: tuple[str, ...]) -> PlannedDeployment:
    action = PlannedAction(message=f"Change {_listed(changed)} of `{function.id}`", resource=function.id)
    return PlannedDeployment(title=title, actions=(action,))


def _published(view: View, function: TemplateResource) -> Alias | None:
    """The alias of base that the callers can move to."""
    return next((use.alias for use in view.aliases.get(function.id, ()) if use.alias.latest is False), None)


def _added(base: View, head: View, function: TemplateResource) -> Alias | None:
    """An alias that the change itself brings."""
    before = {use.alias.id for use in base.aliases.get(function.id, ())}
    return next((use.alias for use in head.aliases.get(function.id, ()) if use.alias.id not in before), None)


def _publishing(base: View, function: TemplateResource, alias: Alias | None) -> Iterator[PlannedAction]:
    if alias is not None:
        return
    latest = next((use.alias for use in base.aliases.get(function.id, ())), None)
    version = _version(base, function)
    if latest is not None:
        message = f"Publish a version of `{function.id}` and point the alias `{latest.id}` at it"
        if version is not None:
            message = f"Point the alias `{latest.id}` at `{version}`"
        yield PlannedAction(message=message, resource=latest.id)
    elif function.type == SAM_FUNCTION:
        switches = f"`AutoPublishAlias: live` and `{_ALL_PROPERTIES}: true`"
        message = f"Set {switches} on `{function.id}`; its events move with it"
        yield PlannedAction(message=message, resource=function.id)
    else:
        yield PlannedAction(message=_adding(base, function, version), resource=version or function.id)


def _adding(base: View, function: TemplateResource, version: str | None) -> str:
    """How an alias is added, in the words of the tool that writes the template."""
    if base.stack.origin == "synthesised" or (version is not None and "CurrentVersion" in version):
        return f"Add an alias on `currentVersion` of `{function.id}` (`new Alias`)"
    if version is None:
        return f"Add an `AWS::Lambda::Version` of `{function.id}` and an `AWS::Lambda::Alias` on it"
    if is_renamed_version(version):
        ways = "`provisionedConcurrency`, `snapStart` or a plugin make one"
        return f"Add an alias on `{version}` (in the Serverless Framework {ways})"
    return f"Add an `AWS::Lambda::Alias` on `{version}`"


def _moving(
    base: View, function: TemplateResource, alias: Alias | None, callers: tuple[Invocation, ...]
) -> Iterator[PlannedAction]:
    to = f"the alias `{alias.id}`" if alias is not None and not alias.generated else "the alias"
    explicit = [caller for caller in callers if not _follows(caller) and caller.through is None]
    for caller in {(each.resource.id, each.property): each for each in explicit}.values():
        doubt = "" if caller.qualifier_support == "accepted" else "; whether it takes one is not documented"
        message = f"Point `{caller.resource.id}` ({caller.property}) at {to}{doubt}"
        yield PlannedAction(message=message, resource=caller.resource.id)
    if explicit:
        yield from _allowing(base, function, to, explicit)
    if any(caller.integration == "function_url" for caller in callers):
        message = "Mind that a function URL gets a new address when it moves to an alias"
        yield PlannedAction(message=message, resource=function.id)


def _follows(caller: Invocation) -> bool:
    """Whether SAM moves a caller to the alias by itself: an event, or the function's own URL."""
    return caller.integration == "sam_event" or (
        caller.integration == "function_url" and caller.resource.type == SAM_FUNCTION
    )


def _allowing(base: View, function: TemplateResource, to: str, callers: list[Invocation]) -> Iterator[PlannedAction]:
    """What belongs to moving callers: who may call, and what is a snapshot of them."""
    types = {caller.resource.type for caller in callers}
    if types.intersection(_REST_API):
        message = "Make a new `AWS::ApiGateway::Deployment`, without which the stage keeps the old target"
        yield PlannedAction(message=message, resource="")
    if types.intersection(_HTTP_API):
        message = "Deploy the HTTP or WebSocket API anew, unless its stage has `AutoDeploy`"
        yield PlannedAction(message=message, resource="")
    for declared in base.resolver.of_type("AWS::Lambda::Permission"):
        if _is_of(base, declared, function):
            yield PlannedAction(message=f"Grant `{declared.id}` on {to} too", resource=declared.id)
    if any(map(_by_role, callers)):
        message = f"Let the callers' roles invoke `{function.id}` with a qualifier (`:*`)"
        yield PlannedAction(message=message, resource="")
    for declared in base.resolver.of_type("AWS::Lambda::EventInvokeConfig"):
        if _is_of(base, declared, function) and _on_latest(base, declared):
            message = f"Give {to} an `AWS::Lambda::EventInvokeConfig` like `{declared.id}`, which is for `$LATEST`"
            yield PlannedAction(message=message, resource=declared.id)


def _is_of(view: View, declared: TemplateResource, function: TemplateResource) -> bool:
    return any(named.id == function.id for _, named in functions_named_by(view, declared))


def _on_latest(view: View, declared: TemplateResource) -> bool:
    options = (option.value for option in view.resolver.option(declared, "Qualifier"))
    return any(isinstance(value, Text) and value.literal == "$LATEST" for value in options)


def _by_role(caller: Invocation) -> bool:
    sites = invocation_sites_of(caller.resource.type)
    return (
        caller.integration != "event_source_mapping"
        and bool(sites)
        and all(site.authorised_by == "role" for site in sites)
    )


def _renewing(base: View, function: TemplateResource, alias: Alias | None) -> Iterator[PlannedAction]:
    """What moves the alias with the change: all properties (SAM), or a version that is published anew."""
    if function.type == SAM_FUNCTION and (alias is None or alias.generated):
        if alias is not None and not _publishes_all(base, function):
            message = f"Set `{_ALL_PROPERTIES}: true` on `{function.id}` with it, or the alias may stay behind"
            yield PlannedAction(message=message, resource=function.id)
        return
    version = _version(base, function)
    renamed = alias.moves is True if alias is not None else version is not None and is_renamed_version(version)
    if not renamed and base.stack.origin == "authored":
        message = "Give the `AWS::Lambda::Version` a new logical ID in the same deployment, and retain the old one"
        yield PlannedAction(message=message, resource=version or "")


def _publishes_all(view: View, function: TemplateResource) -> bool:
    values = [option.value for option in view.resolver.option(function, _ALL_PROPERTIES)]
    return all(isinstance(value, Text) and value.literal == "true" for value in values)


def _version(base: View, function: TemplateResource) -> str | None:
    """The version of a function that base declares, by its logical ID."""
    versions = base.resolver.of_type(VERSION_TYPE)
    return next((declared.id for declared in versions if _is_of(base, declared, function)), None)


def _without_alias(
    function: TemplateResource, changed: tuple[str, ...], stuck: Invocation
) -> tuple[PlannedDeployment, ...]:
    reason = f"`{caller_name(stuck)}` cannot invoke an alias"
    if set(changed) == {"Architectures", "Layers"}:
        steps = (
            "Remove the layers that are built for one architecture",
            "Change Architectures",
            "Add the layers for the new architecture",
        )
        return tuple(
            PlannedDeployment(
                title=step,
                actions=(PlannedAction(message=f"{step} of `{function.id}`; {reason}", resource=function.id),),
            )
            for step in steps
        )
    message = f"Give `{function.id}` a new logical ID or name with this change, so that it is created anew; {reason}"
    action = PlannedAction(message=message, resource=function.id)
    return (PlannedDeployment(title="Replace the function", actions=(action,)),)


def _listed(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
