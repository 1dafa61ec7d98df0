"""Going to the places that a row of the site table names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from saya.facts.tables import Condition, Inside, InvocationSite
from saya.facts.tables import Place as Beside
from saya.facts.view import View
from saya.model.embedded import read_document
from saya.model.resolve import Alternatives, Place, TemplateResource
from saya.model.value import Bound, Given, Mapping, Text, Unknown, Value, always

OPEN_API_PATHS = (
    ("paths", "{*}", "{*}", "x-amazon-apigateway-integration", "uri"),
    ("components", "securitySchemes", "{*}", "x-amazon-apigateway-authorizer", "authorizerUri"),
    ("securityDefinitions", "{*}", "x-amazon-apigateway-authorizer", "authorizerUri"),
    ("components", "x-amazon-apigateway-integrations", "{*}", "uri"),
)
"""Source: API Gateway developer guide, OpenAPI extensions."""


class Found(NamedTuple):
    """A place that is a site. `qualifier` is the value of the property that holds the qualifier apart, where there is
    one; `certain` is False where a condition of the row is not decided.
    """

    place: Place
    qualifier: Value | None
    certain: bool


def find_sites(view: View, site: InvocationSite, declared: TemplateResource) -> Iterator[Found]:
    """The places of a resource that a row of the table names."""
    for place in _places(view, site, declared):
        for held, certain in _holding(view, site.conditions, place):
            if site.value == "embedded-openapi":
                yield from _inside_open_api(view, held)
            elif site.inside is not None:
                yield from _inside_json(view, site.inside, held, certain=certain)
            else:
                yield from _qualified(view, site.qualifier_at, held, certain=certain)


def _places(view: View, site: InvocationSite, declared: TemplateResource) -> Iterator[Place]:
    if site.root == "properties":
        yield from view.resolver.places(declared, site.path)
    elif site.root == "attributes":
        node = declared.node.get(site.path[0])
        if node is not None:
            thunk = Bound(node, declared.scope)
            yield from view.resolver.walk(thunk, site.path[1:], declared.guard, (site.path[0],))


def _holding(view: View, conditions: tuple[Condition, ...], place: Place) -> Iterator[tuple[Place, bool]]:
    """The place under each way in which the row's conditions hold, and whether they certainly do."""
    rows = [(place, True)]
    for condition in conditions:
        if condition.absent:
            rows = [row for row in rows if not _beside(view, condition.place, row[0])]
        else:
            rows = [after for before, certain in rows for after in _admitted(view, condition, before, certain=certain)]
    yield from rows


def _admitted(view: View, condition: Condition, place: Place, *, certain: bool) -> Iterator[tuple[Place, bool]]:
    for other in _beside(view, condition.place, place):
        guard = view.resolver.join(place.guard, other.guard)
        if guard is None:
            continue
        text = _pattern(other.value)
        if text is None:
            yield (
                place._replace(guard=guard, value=Unknown(f"`{other.property}` is not decided by the template")),
                False,
            )
        elif condition.admits(text):
            yield place._replace(guard=guard), certain


def _pattern(value: Value) -> str | None:
    """A text whose holes are `*`; None where it is nothing but a hole."""
    if not isinstance(value, Text) or (len(value.parts) == 1 and value.literal is None):
        return None
    return "".join("*" if part.hole is not None else part.text for part in value.parts)


def _beside(view: View, at: Beside, place: Place) -> list[Place]:
    """What stands at a place beside a site, in the same list item."""
    for length, mapping in reversed(place.parents):
        if length <= at.depth:
            given = Given(always(mapping), mapping.node)
            return list(view.resolver.walk(given, at.keys, place.guard, place.path[:length]))
    return []


def _qualified(view: View, at: Beside | None, place: Place, *, certain: bool) -> Iterator[Found]:
    rows = _beside(view, at, place) if at is not None else []
    if not rows:
        yield Found(place, None, certain)
    for row in rows:
        guard = view.resolver.join(place.guard, row.guard)
        if guard is not None:
            yield Found(place._replace(guard=guard), row.value, certain)


def _inside_open_api(view: View, place: Place) -> Iterator[Found]:
    if not isinstance(place.value, Mapping):
        return
    given = Given(always(place.value), place.at)
    for steps in OPEN_API_PATHS:
        for inner in view.resolver.walk(given, steps, place.guard, place.path, place.parents):
            if not isinstance(inner.value, Unknown):
                yield Found(inner, None, True)


def _inside_json(view: View, inside: Inside, place: Place, *, certain: bool) -> Iterator[Found]:
    """Within a JSON document, written as a mapping or as text."""
    for option in _documents(view, place):
        guard = view.resolver.join(place.guard, option.guard)
        if guard is None:
            continue
        given = Given(always(option.value), place.at)
        for inner in view.resolver.walk(given, inside.path, guard):
            for held, sure in _holding(view, inside.conditions, inner):
                for found in _qualified(view, inside.qualifier_at, held, certain=certain and sure):
                    outer = found.place._replace(path=(*place.path, *found.place.path))
                    yield found._replace(place=outer)


def _documents(view: View, place: Place) -> Alternatives:
    if not isinstance(place.value, Mapping | Text):
        return ()
    return read_document(view.resolver, Given(always(place.value), place.at), lambda _name: None)
