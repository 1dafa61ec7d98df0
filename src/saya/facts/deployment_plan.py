"""The deployments that make a change of a function safe.

Source: Lambda guide, versions and aliases; what belongs to moving a caller: its permission on the same qualifier, a new
API Gateway deployment, the URL of a function URL (`data/invocation-sites.yml` names the authorisation of each site).
"""

from __future__ import annotations

from collections.abc import Iterator

from saya.facts.aliases import functions_named_by, is_renamed_version
from saya.facts.tables import invocation_sites_of
from saya.facts.types import Alias, Invocation, PlannedAction, PlannedDeployment
from saya.facts.view import View
from saya.model.attributes import VERSION_TYPE
from saya.model.resolve import TemplateResource

_REST_API = ("AWS::ApiGateway::Method", "AWS::ApiGateway::Authorizer", "AWS::ApiGateway::RestApi")
_SAM = "AWS::Serverless::Function"


def plan_deployments(
    base: View, head: View, function: TemplateResource, changed: tuple[str, ...], callers: tuple[Invocation, ...]
) -> tuple[PlannedDeployment, ...]:
    """First the alias and all that has to move to it, then the change; without an alias where a caller cannot use it.

    `changed` are the properties that must not change in one deployment, `callers` the invocations of base that reach
    `$LATEST`.
    """
    stuck = [caller for caller in callers if caller.qualifier_support == "rejected"]
    if stuck:
        return _without_alias(function, changed, stuck[0])
    alias = _published(base, function)
    first = (*_publishing(base, function, alias), *_moving(base, function, alias, callers))
    then = (
        PlannedAction(message=f"Change {_listed(changed)} of `{function.id}`", resource=function.id),
        *_renewing(base, function, alias),
    )
    early = _added(base, head, function)
    title = "Publish and move the callers"
    if early:
        title += f"; `{early.id}` and the moved callers of this change, without {_listed(changed)}"
    return PlannedDeployment(title=title, actions=first), PlannedDeployment(title="Make the change", actions=then)


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
    if latest is not None:
        yield PlannedAction(
            message=f"Publish a version of `{function.id}` and point the alias `{latest.id}` at it", resource=latest.id
        )
    elif function.type == _SAM:
        switches = "`AutoPublishAlias: live` and `AutoPublishAliasAllProperties: true`"
        message = f"Set {switches} on `{function.id}`; its events move with it"
        yield PlannedAction(message=message, resource=function.id)
    else:
        version = _version(base, function)
        added = (
            f"an `AWS::Lambda::Alias` on `{version}`"
            if version
            else f"an `AWS::Lambda::Version` of `{function.id}` and an `AWS::Lambda::Alias` on it"
        )
        yield PlannedAction(message=f"Add {added}", resource=version or function.id)


def _moving(
    base: View, function: TemplateResource, alias: Alias | None, callers: tuple[Invocation, ...]
) -> Iterator[PlannedAction]:
    to = f"the alias `{alias.id}`" if alias is not None and not alias.generated else "the alias"
    explicit = [c for c in callers if c.integration not in ("sam_event", "function_url") and c.through is None]
    for caller in explicit:
        yield PlannedAction(
            message=f"Point `{caller.resource.id}` ({caller.property}) at {to}", resource=caller.resource.id
        )
    if any(caller.resource.type in _REST_API for caller in explicit):
        yield PlannedAction(
            message="Make a new `AWS::ApiGateway::Deployment`, without which the stage keeps the old target",
            resource="",
        )
    if explicit:
        for permission in _permissions(base, function):
            yield PlannedAction(message=f"Grant `{permission.id}` on {to} too", resource=permission.id)
    if any(_by_role(caller) for caller in explicit):
        yield PlannedAction(
            message=f"Let the callers' roles invoke `{function.id}` with a qualifier (`:*`)", resource=""
        )
    if any(caller.integration == "function_url" for caller in callers):
        yield PlannedAction(
            message="Mind that a function URL gets a new address when it moves to an alias", resource=function.id
        )


def _by_role(caller: Invocation) -> bool:
    sites = invocation_sites_of(caller.resource.type)
    return (
        caller.integration != "event_source_mapping"
        and bool(sites)
        and all(site.authorised_by == "role" for site in sites)
    )


def _permissions(base: View, function: TemplateResource) -> Iterator[TemplateResource]:
    """The permissions on the bare function."""
    for declared in base.resolver.of_type("AWS::Lambda::Permission"):
        if any(named.id == function.id for _, named in functions_named_by(base, declared)):
            yield declared


def _renewing(base: View, function: TemplateResource, alias: Alias | None) -> Iterator[PlannedAction]:
    """A hand-written version has to be published anew with the change, or the alias stays behind."""
    version = _version(base, function)
    renamed = alias.moves is True if alias is not None else version is not None and is_renamed_version(version)
    if function.type != _SAM and not renamed:
        message = "Give the `AWS::Lambda::Version` a new logical ID in the same deployment, and retain the old one"
        yield PlannedAction(message=message, resource="")


def _version(base: View, function: TemplateResource) -> str | None:
    """The version of a function that base declares, by its logical ID."""
    for declared in base.resolver.of_type(VERSION_TYPE):
        if any(named.id == function.id for _, named in functions_named_by(base, declared)):
            return declared.id
    return None


def _without_alias(
    function: TemplateResource, changed: tuple[str, ...], stuck: Invocation
) -> tuple[PlannedDeployment, ...]:
    reason = f"`{stuck.resource.id}` cannot invoke an alias"
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
    return (
        PlannedDeployment(
            title="Replace the function", actions=(PlannedAction(message=message, resource=function.id),)
        ),
    )


def _listed(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
