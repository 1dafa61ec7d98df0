"""Going to the places that a row of the site table names."""

from __future__ import annotations

from collections.abc import Iterator

from saya.facts.tables import Condition, Inside, InvocationSite
from saya.facts.tables import Place as Beside
from saya.facts.view import View
from saya.model.embedded import read_document, read_file_document
from saya.model.guard import ALWAYS, Guard
from saya.model.inclusion import local_file
from saya.model.resolve import Alternatives, Place, TemplateResource
from saya.model.value import NO_SCOPE, Absent, Bound, Given, Mapping, Text, Thunk, Unknown, Value, always
from saya.record import NamedTuple
from saya.text.node import MappingNode, ScalarNode

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


def declared_hooks(view: View) -> Iterator[TemplateResource]:
    """The entries of the template's Hooks section, as if they were resources."""
    section = view.resolver.template.root.get("Hooks")
    for name, node in section.entries.items() if isinstance(section, MappingNode) else ():
        type_ = node.get("Type") if isinstance(node, MappingNode) else None
        if isinstance(node, MappingNode) and isinstance(type_, ScalarNode) and isinstance(section, MappingNode):
            yield TemplateResource(name, type_.text, node, section.keys[name], NO_SCOPE, ALWAYS)


def _places(view: View, site: InvocationSite, declared: TemplateResource) -> Iterator[Place]:
    if site.root == "properties":
        yield from view.resolver.places(declared, site.path)
        return
    node = declared.node.get("Properties" if site.root == "hooks" else site.path[0])
    if node is not None:
        before, steps = ((), site.path) if site.root == "hooks" else (site.path[:1], site.path[1:])
        yield from view.resolver.walk(Bound(node, declared.scope), steps, declared.guard, before)


def _holding(view: View, conditions: tuple[Condition, ...], place: Place) -> Iterator[tuple[Place, bool]]:
    """The place under each way in which the row's conditions hold, and whether they certainly do."""
    rows = [(place, True)]
    for condition in conditions:
        rows = [after for before, certain in rows for after in _admitted(view, condition, before, certain=certain)]
    yield from rows


def _admitted(view: View, condition: Condition, place: Place, *, certain: bool) -> Iterator[tuple[Place, bool]]:
    for guard, value in _beside(view, condition.place, place):
        text = _pattern(value)
        if isinstance(value, Unknown) or (text is None and isinstance(value, Text)):
            yield place._replace(guard=guard), False
        elif condition.absent:
            if value is Absent.NO_VALUE:
                yield place._replace(guard=guard), certain
        elif text is not None and condition.admits(text):
            yield place._replace(guard=guard), certain


def _pattern(value: Value) -> str | None:
    """A text whose holes are `*`; None where it is nothing but a hole."""
    if not isinstance(value, Text) or (len(value.parts) == 1 and value.literal is None):
        return None
    return "".join("*" if part.hole is not None else part.text for part in value.parts)


def _beside(view: View, at: Beside, place: Place) -> Iterator[tuple[Guard, Value]]:
    """What stands at a place beside a site, in the same list item: every value that it can have, absence too."""
    for length, mapping in reversed(place.parents):
        if length <= at.depth:
            yield from options_below(view, Given(always(mapping), mapping.node), at.keys, place.guard)
            return
    yield place.guard, Absent.NO_VALUE


def options_below(view: View, thunk: Thunk, keys: tuple[str, ...], guard: Guard) -> Iterator[tuple[Guard, Value]]:
    """Every value that keys lead to, each under its guard, `Absent` among them where it may not be written."""
    for option in view.resolver.alternatives(thunk):
        joined = view.resolver.join(guard, option.guard)
        value = option.value
        if joined is None:
            continue
        if not keys or isinstance(value, Unknown):
            yield joined, value
            continue
        inner = value.entries.get(keys[0]) if isinstance(value, Mapping) else None
        if inner is not None:
            yield from options_below(view, inner, keys[1:], joined)
        else:
            yield joined, (value.rest if isinstance(value, Mapping) else None) or Absent.NO_VALUE


def _qualified(view: View, at: Beside | None, place: Place, *, certain: bool) -> Iterator[Found]:
    if at is None:
        yield Found(place, None, certain)
        return
    for guard, value in _beside(view, at, place):
        yield Found(place._replace(guard=guard), value, certain)


def _inside_open_api(view: View, place: Place) -> Iterator[Found]:
    value = place.value
    if isinstance(value, Text):
        source = local_file(view.resolver, value)
        if source is None:
            return
        value = read_file_document(view.resolver, source, lambda _name: None).value
    if not isinstance(value, Mapping):
        return
    given = Given(always(value), place.at)
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
