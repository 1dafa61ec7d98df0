"""Whether SAM wires an `Api` or `HttpApi` event, or leaves that to a definition of the API's own.

Source: aws-sam-translator 1.115, `model/eventsources/push.py`: a REST API gets its events' integrations only where
its definition is SAM's to write, or with MergeDefinitions; an HTTP API also where it has an inline definition. Without
them an event is a permission.
"""

from __future__ import annotations

from saya.facts.view import View
from saya.model.guard import ALWAYS, Guard
from saya.model.resolve import TemplateResource
from saya.model.value import Absent, Given, Mapping, Text, Unknown, always
from saya.record import NamedTuple

_API_ID = {"Api": "RestApiId", "HttpApi": "ApiId"}
_APIS = {"Api": "AWS::Serverless::Api", "HttpApi": "AWS::Serverless::HttpApi"}
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


def _writes_definition(view: View, event: str, api: TemplateResource) -> bool | Unknown:
    """Whether SAM writes integrations into an API's definition."""
    if _has(view, api, "DefinitionUri"):
        return Unknown(f"the definition of `{api.id}` is in another file")
    if event == "HttpApi" or not _has(view, api, "DefinitionBody") or _has(view, api, "MergeDefinitions"):
        return True
    for option in view.resolver.option(api, "DefinitionBody"):
        if isinstance(option.value, Unknown):
            return option.value
        if isinstance(option.value, Mapping) and option.value.rest is not None:
            return Unknown(f"the definition of `{api.id}` is in another file")
    return False


def _has(view: View, api: TemplateResource, name: str) -> bool:
    values = [option.value for option in view.resolver.option(api, name)]
    off = (Absent.NO_VALUE, "false")
    return any((value.literal if isinstance(value, Text) else value) not in off for value in values)
