"""Aliases that protect nobody: those on `$LATEST`, and those that a change of their function does not reach.

Source: Lambda guide, aliases and versions; aws-sam-translator (the hash by which AutoPublishAlias decides to publish).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from saya.facts.aliases import AliasUse
from saya.facts.function_changes import Changes
from saya.facts.tables import updated_properties
from saya.facts.types import AliasState, RelatedPlace
from saya.facts.view import View
from saya.model.resolve import TemplateResource
from saya.model.value import Absent, Text, Unknown
from saya.text.node import MappingNode, Node

Cause = Literal["latest", "hand_written_version", "auto_publish_default", "none"] | Unknown

_VERSION_PROPERTIES = ("Description", "CodeSha256")


def collect(view: View) -> Iterator[AliasState]:
    """The aliases that the template declares."""
    for function, uses in view.aliases.items():
        for use in uses:
            if not use.alias.generated:
                latest = use.alias.latest
                cause: Cause = latest if isinstance(latest, Unknown) else "latest" if latest else "none"
                yield _state(view, use, function, "FunctionVersion", cause)


def stale_aliases(base: View, head: View, found: list[Changes]) -> Iterator[AliasState]:
    """The aliases of base that stay on their version while what they publish changes."""
    for changes in found:
        before = {use.alias.id: use for use in base.aliases.get(changes.base.id, ())}
        for use in head.aliases.get(changes.head.id, ()):
            if use.alias.latest is False and use.alias.id in before:
                if use.alias.generated:
                    yield from _by_default(head, use, changes)
                elif use.alias.moves is False:
                    yield from _by_hand(base, head, use, changes)


def _by_default(view: View, use: AliasUse, changes: Changes) -> Iterator[AliasState]:
    """AutoPublishAlias publishes when the code or a few properties change; for all others only if it is told to."""
    published = {row.property for row in updated_properties() if row.published} | {"Files"}
    if published & (changes.code.keys() | changes.configuration.keys()):
        return
    for option in view.resolver.option(changes.head, "AutoPublishAliasAllProperties"):
        guard = view.resolver.join(use.guard, option.guard)
        value = option.value
        if guard is None or (isinstance(value, Text) and value.literal == "true"):
            continue
        undecided = value is not Absent.NO_VALUE and not (isinstance(value, Text) and value.literal is not None)
        cause: Cause = (
            Unknown("`AutoPublishAliasAllProperties` is not decided by the template")
            if undecided
            else "auto_publish_default"
        )
        yield _state(view, use._replace(guard=guard), changes.head.id, "AutoPublishAlias", cause, changes)


def _by_hand(base: View, head: View, use: AliasUse, changes: Changes) -> Iterator[AliasState]:
    """A Version that keeps its logical ID and its own properties is not published anew."""
    alias = head.resolver.resources[use.alias.id]
    before = base.resolver.resources.get(alias.id)
    if before is None:
        return
    one, other = (_version(view, declared) for view, declared in ((base, before), (head, alias)))
    if one is None or other is None or one[0] != other[0]:
        return
    if (
        isinstance(other[1], TemplateResource)
        and isinstance(one[1], TemplateResource)
        and not _same_version(base, head, one[1], other[1])
    ):
        return
    yield _state(head, use, changes.head.id, "FunctionVersion", "hand_written_version", changes)


def _version(view: View, alias: TemplateResource) -> tuple[str, TemplateResource | None] | None:
    """What an alias points to: a Version of the template or a number."""
    value = view.resolver.option(alias, "FunctionVersion")[0].value
    if not isinstance(value, Text):
        return None
    if value.literal is not None:
        return value.literal, None
    reference = value.reference
    declared = view.resolver.resources.get(reference.name) if reference else None
    return (declared.id, declared) if declared is not None else None


def _same_version(base: View, head: View, before: TemplateResource, after: TemplateResource) -> bool:
    """Whether a Version is not replaced: its create-only properties are what they were."""
    for name in _VERSION_PROPERTIES:
        old, new = (view.resolver.option(declared, name)[0].value for view, declared in ((base, before), (head, after)))
        if (old.key if isinstance(old, Text) else old) != (new.key if isinstance(new, Text) else new):
            return False
    return True


def _state(
    view: View,
    use: AliasUse,
    function: str,
    property_: str,
    cause: Cause,
    changes: Changes | None = None,
) -> AliasState:
    declared = view.resolver.resources[use.alias.id]
    node = _written_at(declared, property_)
    stale = tuple(changes.code | changes.configuration) if changes is not None else ()
    return AliasState(
        resource=view.resource(declared),
        property=property_,
        identity=property_ if changes is None else f"{property_} of a changed function",
        subject=function,
        guard=use.guard,
        at=node.location,
        stack=view.stack,
        related=tuple(_changed_places(changes)) if changes is not None else (),
        alias=use.alias,
        function=view.function(view.resolver.resources[function]),
        stale=tuple("Code" if name == "Files" else name for name in stale),
        cause=cause,
    )


def _changed_places(changes: Changes) -> Iterator[RelatedPlace]:
    for name, differences in (changes.code | changes.configuration).items():
        first = differences[0]
        node = first.head or changes.head.key
        yield RelatedPlace(
            at=node.location,
            message=f"{'Code' if name == 'Files' else name} changes",
            resource=changes.head.id,
            property=".".join(first.path),
            revision="head",
        )


def _written_at(declared: TemplateResource, property_: str) -> Node:
    """Where a property is written, or the resource where it is not (SAM's Globals)."""
    properties = declared.node.get("Properties")
    node = properties.get(property_) if isinstance(properties, MappingNode) else None
    return node or declared.key
