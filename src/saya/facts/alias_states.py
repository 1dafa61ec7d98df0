"""Aliases that protect nobody: those on `$LATEST`, and those that a change of their function does not reach.

Source: Lambda guide, aliases and versions; aws-sam-translator (the hash by which AutoPublishAlias decides to publish).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from saya.facts.aliases import AliasUse
from saya.facts.tables import updated_properties
from saya.facts.types import AliasState, RelatedPlace
from saya.facts.view import View
from saya.model.attributes import VERSION_TYPE
from saya.model.resolve import TemplateResource
from saya.model.value import Absent, Text, Unknown, Value
from saya.text.node import MappingNode, Node

if TYPE_CHECKING:
    from saya.facts.function_differences import Changes
    from saya.model.compare import Revisions

Cause = Literal["latest", "hand_written_version", "pinned_version", "auto_publish_default", "none"] | Unknown

_VERSION_PROPERTIES = ("Description", "CodeSha256")


def collect(view: View) -> Iterator[AliasState]:
    """The aliases that the template declares."""
    for use in (use for uses in view.aliases.values() for use in uses if not use.alias.generated):
        latest = use.alias.latest
        cause: Cause = latest if isinstance(latest, Unknown) else "latest" if latest else "none"
        yield _state(view, use, "FunctionVersion", cause)


def stale_aliases(base: View, head: View, revisions: Revisions, found: list[Changes]) -> Iterator[AliasState]:
    """The aliases of base that stay on their version while what they publish changes."""
    for changes in found:
        for use in head.aliases.get(changes.head.id, ()):
            guard = head.resolver.join(use.guard, changes.guard)
            before = [each for each in base.aliases.get(changes.base.id, ()) if each.alias.id == use.alias.id]
            if guard is None or not before or any(in_place is False for _, in_place in changes.fates):
                continue
            held = use._replace(guard=guard)
            if use.alias.generated:
                yield from _by_default(head, held, changes)
            else:
                yield from _by_hand(head, revisions, before, held, changes)


def _by_default(view: View, use: AliasUse, changes: Changes) -> Iterator[AliasState]:
    """AutoPublishAlias publishes when the code or a few properties change; for all others only if it is told to."""
    published = {row.property for row in updated_properties() if row.published} | {"Files"}
    differences = changes.code | changes.configuration
    moving = [each for name in published for each in differences.get(name, ())]
    if any(each.undecided is None for each in moving):
        return
    cause: Cause = next((each.undecided for each in moving if each.undecided is not None), "auto_publish_default")
    for option in view.resolver.option(changes.head, "AutoPublishAliasAllProperties"):
        guard = view.resolver.join(use.guard, option.guard)
        known = option.value.literal if isinstance(option.value, Text) else None
        if guard is None or known == "true":
            continue
        decided = known is not None or option.value is Absent.NO_VALUE
        reason = Unknown("`AutoPublishAliasAllProperties` is not decided by the template")
        yield _state(view, use._replace(guard=guard), "AutoPublishAlias", cause if decided else reason, changes)


def _by_hand(
    head: View, revisions: Revisions, before: list[AliasUse], use: AliasUse, changes: Changes
) -> Iterator[AliasState]:
    """An alias that stays on a version which is not published anew."""
    for other in before:
        joined = revisions.joined(other.guard, use.guard)
        cause = _kept(revisions, other.version, use.version) if joined is not None else "none"
        if joined is not None and cause != "none":
            yield _state(head, use._replace(guard=joined), "FunctionVersion", cause, changes)


def _kept(revisions: Revisions, before: Value, after: Value) -> Cause:
    """Why an alias stays where it is; `none` where it moves, or where nobody can tell what it is on."""
    if not isinstance(before, Text) or not isinstance(after, Text):
        return "none"
    if before.literal is not None or after.literal is not None:
        pinned = before.literal == after.literal and after.literal != "$LATEST"
        return "pinned_version" if pinned else "none"
    one, other = (
        side.resources.get(text.reference.name) if text.reference is not None else None
        for side, text in ((revisions.base, before), (revisions.head, after))
    )
    if one is None or other is None or one.id != other.id or not one.type == other.type == VERSION_TYPE:
        return "none"
    # A Version keeps its logical ID; another value of a create-only property publishes it anew all the same.
    found = [each for name in _VERSION_PROPERTIES for each in revisions.differences(one, other, name)]
    if any(each.undecided is None for each in found):
        return "none"
    return next((each.undecided for each in found if each.undecided is not None), "hand_written_version")


def _state(view: View, use: AliasUse, property_: str, cause: Cause, changes: Changes | None = None) -> AliasState:
    declared = view.resolver.resources[use.alias.id]
    stale = changes.certain if changes is not None else {}
    return AliasState(
        resource=view.resource(declared),
        property=property_,
        identity=property_ if changes is None else f"{property_} of a changed function",
        subject=use.function,
        guard=use.guard,
        at=_written_at(declared, property_).location,
        stack=view.stack,
        related=tuple(_changed_places(changes)) if changes is not None else (),
        alias=use.alias,
        function=view.function(view.resolver.resources[use.function]),
        stale=tuple(dict.fromkeys(_told(name) for name in stale)),
        cause=cause,
    )


def _told(name: str) -> str:
    return "Code" if name == "Files" else name


def _changed_places(changes: Changes) -> Iterator[RelatedPlace]:
    for name, each in changes.certain.items():
        yield RelatedPlace(
            at=(each.head or changes.head.key).location,
            message=f"{_told(name)} changes",
            resource=changes.head.id,
            property=".".join(each.path),
            revision="head",
        )


def _written_at(declared: TemplateResource, property_: str) -> Node:
    """Where a property is written, or the resource where it is not (SAM's Globals)."""
    properties = declared.node.get("Properties")
    node = properties.get(property_) if isinstance(properties, MappingNode) else None
    return node or declared.key
