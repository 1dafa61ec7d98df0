"""The events by which API Gateway invokes functions: REST APIs, HTTP APIs, WebSocket APIs, and their authorizers.

Source: Serverless Framework 3.40, `lib/plugins/aws/package/compile/events/api-gateway`, `http-api.js`, `websockets`.
"""

from __future__ import annotations

from saya.model.serverless.event import Event
from saya.model.serverless.functions import Resources, alphanumeric, normalised
from saya.model.serverless.nodes import below, join, mapping, reference, scalar, text
from saya.pattern import pattern
from saya.text.node import MappingNode, Node, ScalarNode

_VARIABLE = pattern(r"\{(.*)\}")
_ELSEWHERE = frozenset(("http", "http_proxy", "http-proxy", "mock"))


def invoke_uri(at: Node, target: Node) -> Node:
    """The URI by which API Gateway invokes a function."""
    before = (text(at, "arn:"), reference(at, "AWS::Partition"), text(at, ":apigateway:"), reference(at, "AWS::Region"))
    path = text(at, ":lambda:path/2015-03-31/functions/")
    return join(at, "", (*before, path, target, text(at, "/invocations")))


def compile_http(event: Event, made: Resources) -> None:
    """An event of a REST API: a method, and the authorizer that it names."""
    method, path = scalar(event.setting("method")), scalar(event.setting("path"))
    if isinstance(event.settings, ScalarNode):
        method, _, path = event.settings.text.partition(" ")
    integration = (scalar(event.setting("integration")) or "aws_proxy").lower()
    if integration in _ELSEWHERE:
        return
    type_ = "AWS" if integration in ("lambda", "aws") else "AWS_PROXY"
    uri = invoke_uri(event.at, event.target)
    inner = mapping(event.at, {"Type": text(event.at, type_), "Uri": uri})
    where = _of_path(path) if path is not None else f"{event.function.normalised}{event.position}"
    logical_id = f"ApiGatewayMethod{where}{(method or 'any').lower().capitalize()}"
    if path is None:
        made.vague.add(logical_id)
    made.add(logical_id, "AWS::ApiGateway::Method", mapping(event.at, {"Integration": inner}), event.at)
    _authorize(event, "ApiGatewayAuthorizer", "AWS::ApiGateway::Authorizer", made)


def _authorize(event: Event, ending: str, type_: str, made: Resources) -> None:
    """The authorizer of an event that is a function: one of the service by its name, or another by its ARN.

    `ending` is how its logical ID ends.
    """
    authorizer = event.setting("authorizer")
    if authorizer is None:
        return
    name, arn = scalar(authorizer) or scalar(below(authorizer, "name")), below(authorizer, "arn")
    if arn is None and name is not None and name.startswith("arn:"):
        arn = authorizer
    if arn is not None and (written := scalar(arn)) is not None:
        # Its name is taken from that of the function, which is taken to be SERVICE-STAGE-NAME.
        name = scalar(below(authorizer, "name")) or written.rpartition(":")[2].rpartition("-")[2]
    if name in ("aws_iam", "AWS_IAM") or ":userpool/" in (scalar(arn) or "") or name is None:
        return
    function = event.function.named(name)
    target = arn if arn is not None or function is None else function.target(authorizer)
    if target is None or below(authorizer, "authorizerId") is not None:
        return
    kind = "TOKEN" if type_ == "AWS::ApiGateway::Authorizer" else "REQUEST"
    key = "Type" if type_ == "AWS::ApiGateway::Authorizer" else "AuthorizerType"
    told = {key: text(authorizer, kind), "AuthorizerUri": invoke_uri(authorizer, target)}
    logical_id = f"{normalised(name)}{ending}"
    if logical_id not in made.nodes:
        made.add(logical_id, type_, mapping(authorizer, dict(told)), authorizer)


def _of_path(path: str) -> str:
    """A path as logical IDs hold it."""
    parts = (_VARIABLE.sub(r"\1Var", part.capitalize().replace("-", "Dash")) for part in path.split("/"))
    return "".join(map(alphanumeric, parts))


def compile_http_api(event: Event, made: Resources) -> None:
    """An event of the HTTP API: one integration for all of a function's, and the authorizers of the API."""
    properties = {"IntegrationType": text(event.at, "AWS_PROXY"), "IntegrationUri": event.target}
    logical_id = f"HttpApiIntegration{event.function.normalised}"
    if logical_id not in made.nodes:
        made.add(logical_id, "AWS::ApiGatewayV2::Integration", mapping(event.at, dict(properties)), event.at)
    authorizers = below(event.function.provider, "httpApi", "authorizers")
    for name, node in authorizers.entries.items() if isinstance(authorizers, MappingNode) else ():
        logical_id = f"HttpApiAuthorizer{normalised(name)}"
        function = event.function.named(scalar(below(node, "functionName")))
        target = below(node, "functionArn") or (function.target(node) if function is not None else None)
        if target is not None and logical_id not in made.nodes:
            properties = {"AuthorizerType": text(node, "REQUEST"), "AuthorizerUri": invoke_uri(node, target)}
            made.add(logical_id, "AWS::ApiGatewayV2::Authorizer", mapping(node, dict(properties)), node)


def compile_websocket(event: Event, made: Resources) -> None:
    """An event of the WebSocket API: one integration for all of a function's, and the authorizer that it names."""
    logical_id = f"{event.function.normalised}WebsocketsIntegration"
    if logical_id not in made.nodes:
        uri = invoke_uri(event.at, event.target)
        properties = mapping(event.at, {"IntegrationType": text(event.at, "AWS_PROXY"), "IntegrationUri": uri})
        made.add(logical_id, "AWS::ApiGatewayV2::Integration", properties, event.at)
    _authorize(event, "WebsocketsAuthorizer", "AWS::ApiGatewayV2::Authorizer", made)
