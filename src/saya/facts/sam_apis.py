"""Whether SAM wires an `Api` or `HttpApi` event, or leaves that to a definition of the API's own.

Source: aws-sam-translator 1.115, `model/eventsources/push.py`: a REST API gets its events' integrations only where
its definition is SAM's to write, or with MergeDefinitions where that has `paths`; an HTTP API also where it has an
inline definition. Without them an event is a permission. What SAM writes goes over what the definition has for the same
path and method.
"""

from __future__ import annotations

from collections.abc import Iterator

from saya.facts.view import View
from saya.model.guard import ALWAYS, Guard
from saya.model.inclusion import local_file
from saya.model.resolve import TemplateResource
from saya.model.value import Absent, Given, Mapping, Text, Unknown, always
from saya.record import NamedTuple

_API_ID = {"Api": "RestApiId", "HttpApi": "ApiId"}
_APIS = {"Api": "AWS::Serverless::Api", "HttpApi": "AWS::Serverless::HttpApi"}
_ANY = "x-amazon-apigateway-any-method"
_PLAIN = frozenset(("AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"))


class Wiring(NamedTuple):
    """Whether an event becomes an integration of an API, and when that API exists.

    True for other types of events; False where the API's definition in the template says who is invoked; Unknown where
    that stands elsewhere.
    """

    wired: bool | Unknown
    guard: Guard = ALWAYS


def read_wiring(view: View, event: str, written: Mapping) -> Wiring:
    """How SAM wires an event of a function. `event` is its type, `written` the whole event."""
    name = _API_ID.get(event)
    if name is None:
        return Wiring(wired=True)
    given = Given(always(written), written.node)
    found = list(view.resolver.walk(given, ("Properties", name), ALWAYS))
    if not found:
        return Wiring(wired=True)
    value = found[0].value
    if isinstance(value, Unknown):
        return Wiring(value)
    api = _api_of(view, value)
    if api is None:
        return Wiring(Unknown("the API is of another template"))
    if api.type in _PLAIN:
        return Wiring(wired=False)
    return Wiring(api.type != _APIS[event] or _writes_definition(view, event, api), api.guard)


def _api_of(view: View, value: object) -> TemplateResource | None:
    """The resource that a RestApiId or ApiId names."""
    if not isinstance(value, Text):
        return None
    reference = value.reference
    name = reference.name if reference is not None and reference.kind == "resource" else value.literal
    return view.resolver.resources.get(name or "")


def overwritten_operations(view: View, api: TemplateResource) -> frozenset[tuple[str, str]]:
    """The operations of an API's inline definition that events are written over: path, and method as OpenAPI has it."""
    kind = next((kind for kind, type_ in _APIS.items() if type_ == api.type), None)
    if kind is None or not _has(view, api, "DefinitionBody") or _writes_definition(view, kind, api) is not True:
        return frozenset()
    return frozenset(
        operation
        for function in view.resolver.of_type("AWS::Serverless::Function")
        if function.guard == ALWAYS
        for operation in _operations(view, function, kind, api)
    )


def _operations(view: View, function: TemplateResource, kind: str, api: TemplateResource) -> Iterator[tuple[str, str]]:
    """The operations of an API that are events of a function."""
    for place in view.resolver.places(function, ("Events", "{*}", "Type")):
        if not isinstance(place.value, Text) or place.value.literal != kind:
            continue
        event = place.parents[-1][1]
        default = ("$default", "any") if kind == "HttpApi" else (None, None)
        path = _literal(view, event, "Path", default[0])
        method = _literal(view, event, "Method", default[1])
        found = list(view.resolver.walk(Given(always(event), event.node), ("Properties", _API_ID[kind]), ALWAYS))
        if path is not None and method is not None and found and _api_of(view, found[0].value) == api:
            yield path, _ANY if method.lower() == "any" else method.lower()


def _literal(view: View, event: Mapping, name: str, default: str | None) -> str | None:
    """A property of an event that is written out; the default where it has none."""
    found = list(view.resolver.walk(Given(always(event), event.node), ("Properties", name), ALWAYS))
    value = found[0].value if len(found) == 1 else None
    return value.literal if isinstance(value, Text) else None if found else default


def _writes_definition(view: View, event: str, api: TemplateResource) -> bool | Unknown:
    """Whether SAM writes integrations into an API's definition."""
    if _has(view, api, "DefinitionUri"):
        options = view.resolver.option(api, "DefinitionUri")
        if all(local_file(view.resolver, option.value) is not None for option in options):
            return False
        return Unknown(f"the definition of `{api.id}` is in another file")
    if not _has(view, api, "DefinitionBody") or event == "HttpApi":
        return True
    merges = _has(view, api, "MergeDefinitions")
    for option in view.resolver.option(api, "DefinitionBody"):
        if isinstance(option.value, Unknown):
            return option.value
        if isinstance(option.value, Mapping) and option.value.rest is not None:
            return Unknown(f"the definition of `{api.id}` is in another file")
        if not isinstance(option.value, Mapping) or not isinstance(_paths(view, option.value), Mapping):
            merges = False
    return merges


def _paths(view: View, definition: Mapping) -> object:
    """The `paths` of a definition, without which SAM's own are lost."""
    found = list(view.resolver.walk(Given(always(definition), definition.node), ("paths",), ALWAYS))
    return found[0].value if found else None


def _has(view: View, api: TemplateResource, name: str) -> bool:
    values = [option.value for option in view.resolver.option(api, name)]
    off = (Absent.NO_VALUE, "false")
    return any((value.literal if isinstance(value, Text) else value) not in off for value in values)
