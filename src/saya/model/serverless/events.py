"""The events of a service's functions: each becomes the resource in which a service is told what to invoke.

Source: Serverless Framework 3.40, `lib/plugins/aws/package/compile/events`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from saya.model.serverless.functions import Function, Resources, alphanumeric, normalised
from saya.model.serverless.nodes import (
    below,
    is_false,
    is_true,
    items,
    items_or_one,
    join,
    mapping,
    reference,
    scalar,
    sequence,
    text,
)
from saya.pattern import pattern
from saya.record import NamedTuple
from saya.text.node import MappingNode, Node, ScalarNode

_VARIABLE = pattern(r"\{(.*)\}")


class Event(NamedTuple):
    """An event: its settings, the node that names its type, its number among the function's events of that type, and
    its position among all of them.
    """

    function: Function
    settings: Node
    at: ScalarNode
    number: int
    position: int
    service: Mapping[str, Node]

    @property
    def target(self) -> Node:
        return self.function.target(self.at)

    def setting(self, *names: str) -> Node | None:
        return below(self.settings, *names)


Compile = Callable[[Event, Resources], None]


def event_resources(function: Function, service: Mapping[str, Node], made: Resources) -> None:
    """What the events of a function become. Of event types that invoke otherwise nothing is made."""
    numbers: dict[str, int] = {}
    for index, item in enumerate(items(function.node.get("events")), start=1):
        if not isinstance(item, MappingNode):
            continue
        for name, settings in item.entries.items():
            numbers[name] = numbers.get(name, 0) + 1
            compile_event = EVENTS.get(name)
            if compile_event is not None:
                compile_event(Event(function, settings, item.keys[name], numbers[name], index, service), made)
                numbers[name] += max(len(_rates(settings)) - 1, 0) if name == "schedule" else 0


def _rates(settings: Node) -> list[Node]:
    """The expressions of a schedule, of which each is a rule of its own."""
    rates = settings if isinstance(settings, ScalarNode) else below(settings, "rate")
    return items(rates) or [rates if rates is not None else settings]


def _invoke_uri(at: Node, target: Node) -> Node:
    """The URI by which API Gateway invokes a function."""
    before = (text(at, "arn:"), reference(at, "AWS::Partition"), text(at, ":apigateway:"), reference(at, "AWS::Region"))
    path = text(at, ":lambda:path/2015-03-31/functions/")
    return join(at, "", (*before, path, target, text(at, "/invocations")))


def _http(event: Event, made: Resources) -> None:
    method, path = scalar(event.setting("method")), scalar(event.setting("path"))
    if isinstance(event.settings, ScalarNode):
        method, _, path = event.settings.text.partition(" ")
    integration = (scalar(event.setting("integration")) or "aws_proxy").lower()
    if integration in ("http", "http_proxy", "http-proxy", "mock"):
        return
    type_ = "AWS" if integration in ("lambda", "aws") else "AWS_PROXY"
    uri = _invoke_uri(event.at, event.target)
    inner = mapping(event.at, {"Type": text(event.at, type_), "Uri": uri})
    logical_id = f"ApiGatewayMethod{_of_path(path or '')}{(method or 'any').lower().capitalize()}"
    made.add(logical_id, "AWS::ApiGateway::Method", mapping(event.at, {"Integration": inner}), event.at)
    authorizer = event.setting("authorizer")
    if authorizer is not None:
        name = scalar(authorizer) or scalar(below(authorizer, "name")) or ""
        logical_id = f"{normalised(name.rpartition(':')[2])}ApiGatewayAuthorizer"
        _authorize(event, authorizer, (logical_id, "AWS::ApiGateway::Authorizer"), made)


def _authorize(event: Event, authorizer: Node, resource: tuple[str, str], made: Resources) -> None:
    """An authorizer that is a function: one of the service by its name, or another by its ARN."""
    name = scalar(authorizer) or scalar(below(authorizer, "name"))
    arn = below(authorizer, "arn")
    if arn is None and name is not None and name.startswith("arn:"):
        arn = authorizer
    if (
        scalar(below(authorizer, "authorizerId"))
        or name in ("aws_iam", "AWS_IAM")
        or ":userpool/" in (scalar(arn) or "")
    ):
        return
    target = arn or _function_named(event, name, authorizer)
    if target is not None:
        uri = _invoke_uri(authorizer, target)
        made.add(*resource, mapping(authorizer, {"Type": text(authorizer, "TOKEN"), "AuthorizerUri": uri}), authorizer)


def _function_named(event: Event, name: str | None, at: Node) -> Node | None:
    """What it is to invoke another function of the service."""
    section = event.service.get("functions")
    for part in items_or_one(section):
        node = below(part, name) if name is not None else None
        if isinstance(node, MappingNode) and name is not None:
            return event.function._replace(name=name, node=node).target(at)
    return None


def _of_path(path: str) -> str:
    """A path as logical IDs hold it."""
    parts = (_VARIABLE.sub(r"\1Var", part.capitalize().replace("-", "Dash")) for part in path.split("/"))
    return "".join(map(alphanumeric, parts))


def _http_api(event: Event, made: Resources) -> None:
    properties = {"IntegrationType": text(event.at, "AWS_PROXY"), "IntegrationUri": event.target}
    logical_id = f"HttpApiIntegration{event.function.normalised}"
    if logical_id not in made.nodes:
        made.add(logical_id, "AWS::ApiGatewayV2::Integration", mapping(event.at, dict(properties)), event.at)
    authorizers = below(event.function.provider, "httpApi", "authorizers")
    for name, node in authorizers.entries.items() if isinstance(authorizers, MappingNode) else ():
        logical_id = f"HttpApiAuthorizer{normalised(name)}"
        target = below(node, "functionArn") or _function_named(event, scalar(below(node, "functionName")), node)
        if target is not None and logical_id not in made.nodes:
            properties = {"AuthorizerType": text(node, "REQUEST"), "AuthorizerUri": _invoke_uri(node, target)}
            made.add(logical_id, "AWS::ApiGatewayV2::Authorizer", mapping(node, dict(properties)), node)


def _websocket(event: Event, made: Resources) -> None:
    logical_id = f"{event.function.normalised}WebsocketsIntegration"
    if logical_id not in made.nodes:
        uri = _invoke_uri(event.at, event.target)
        properties = mapping(event.at, {"IntegrationType": text(event.at, "AWS_PROXY"), "IntegrationUri": uri})
        made.add(logical_id, "AWS::ApiGatewayV2::Integration", properties, event.at)
    authorizer = event.setting("authorizer")
    name = scalar(authorizer) or scalar(below(authorizer, "name"))
    if authorizer is not None and name is not None:
        target = below(authorizer, "arn") or _function_named(event, name, authorizer)
        if target is not None:
            logical_id = f"{normalised(name)}WebsocketsAuthorizer"
            properties = mapping(authorizer, {"AuthorizerUri": _invoke_uri(authorizer, target)})
            made.add(logical_id, "AWS::ApiGatewayV2::Authorizer", properties, authorizer)


def _mapping_of(kind: str, *names: str) -> Compile:
    """An event source mapping, whose logical ID tells the queue, stream or topic."""

    def compile_event(event: Event, made: Resources) -> None:
        arn = event.settings if isinstance(event.settings, ScalarNode) else event.setting("arn")
        source = next((found for name in names if (found := event.setting(name)) is not None), arn)
        type_ = kind or _stream_type(event, arn)
        at, enabled = event.at, event.setting("enabled")
        properties = mapping(at, {"FunctionName": event.target, "EventSourceArn": arn, "Enabled": enabled})
        logical_id = f"{event.function.normalised}EventSourceMapping{type_}{_named_by(source, event.number)}"
        made.add(logical_id, "AWS::Lambda::EventSourceMapping", properties, at)

    return compile_event


def _stream_type(event: Event, arn: Node | None) -> str:
    """Whether a stream is DynamoDB's or Kinesis's."""
    told = scalar(event.setting("type"))
    if told is None:
        told = "dynamodb" if ":dynamodb:" in (scalar(arn) or "") else "kinesis"
    return told[:1].upper() + told[1:]


def _named_by(source: Node | None, number: int) -> str:
    """The last part of an ARN, of a name or of the resource that is referred to, as logical IDs hold it."""
    written = scalar(source)
    if written is not None:
        written = written.split("/")[1] if ":dynamodb:" in written and "/" in written else written
        return alphanumeric(written.rpartition(":")[2].rpartition("/")[2])
    got = below(source, "Fn::GetAtt")
    owner = scalar(items(got)[0]) if items(got) else (scalar(got) or "").partition(".")[0]
    return alphanumeric(
        owner or scalar(below(source, "Ref")) or scalar(below(source, "Fn::ImportValue")) or str(number)
    )


def _sns(event: Event, made: Resources) -> None:
    topic = event.settings if isinstance(event.settings, ScalarNode) else event.setting("topicName")
    arn = event.setting("arn")
    written = scalar(topic)
    if arn is None and (written is None or written.startswith("arn:")):
        arn = topic if topic is not None else event.settings
    name = _named_by(topic if topic is not None else arn, event.number)
    protocol = text(event.at, "lambda")
    if arn is None:
        subscription = mapping(event.at, {"Endpoint": event.target, "Protocol": protocol})
        properties = mapping(event.at, {"TopicName": topic, "Subscription": sequence(event.at, (subscription,))})
        made.add(f"SNSTopic{name}", "AWS::SNS::Topic", properties, event.at)
    else:
        properties = mapping(event.at, {"TopicArn": arn, "Protocol": protocol, "Endpoint": event.target})
        made.add(f"{event.function.normalised}SnsSubscription{name}", "AWS::SNS::Subscription", properties, event.at)


def _s3(event: Event, made: Resources) -> None:
    bucket = event.settings if isinstance(event.settings, ScalarNode) else event.setting("bucket")
    name = scalar(bucket)
    if is_true(event.setting("existing")):
        # A function of the framework's own calls S3 with the ARN of the function, or of its alias.
        properties = mapping(event.at, {"FunctionName": event.function.deployed_name(event.at), "BucketName": bucket})
        made.add(f"{event.function.normalised}CustomS31", "Custom::S3", properties, event.at)
        return
    kind = event.setting("event") or text(event.at, "s3:ObjectCreated:*")
    configuration = mapping(event.at, {"Event": kind, "Function": event.target})
    notification = mapping(event.at, {"LambdaConfigurations": sequence(event.at, (configuration,))})
    own = below(event.function.provider, "s3", name) if name is not None else None
    shown = below(own, "name") or bucket
    properties = mapping(event.at, {"BucketName": shown, "NotificationConfiguration": notification})
    logical_id = f"S3Bucket{alphanumeric(name or str(event.number))}"
    made.add(logical_id, "AWS::S3::Bucket", properties, event.at)


def _schedule(event: Event, made: Resources) -> None:
    state = text(event.at, "DISABLED") if is_false(event.setting("enabled")) else None
    for offset, rate in enumerate(_rates(event.settings)):
        number = event.number + offset
        if scalar(event.setting("method")) == "scheduler":
            target = mapping(event.at, {"Arn": event.target})
            properties = mapping(event.at, {"ScheduleExpression": rate, "State": state, "Target": target})
            logical_id = f"{event.function.normalised}SchedulerSchedule{number}"
            made.add(logical_id, "AWS::Scheduler::Schedule", properties, event.at)
        else:
            entries = {"ScheduleExpression": rate, "State": state}
            _rule(event, f"{event.function.normalised}EventsRuleSchedule{number}", entries, made)


def _rule(event: Event, logical_id: str, entries: dict[str, Node | None], made: Resources) -> None:
    target = mapping(event.at, {"Id": text(event.at, event.function.name), "Arn": event.target})
    entries = entries | {"Targets": sequence(event.at, (target,))}
    made.add(logical_id, "AWS::Events::Rule", mapping(event.at, entries), event.at)


def _event_bridge(event: Event, made: Resources) -> None:
    state = text(event.at, "DISABLED") if is_false(event.setting("enabled")) else None
    entries = {
        "EventBusName": event.setting("eventBus"),
        "EventPattern": event.setting("pattern"),
        "ScheduleExpression": event.setting("schedule"),
        "Name": event.setting("name"),
        "State": state,
    }
    stub = scalar(event.setting("name")) or f"{event.function.prefix}-{event.function.name}-rule-{event.position}"
    _rule(event, f"{alphanumeric(stub)}EventBridgeRule", entries, made)


def _cloudwatch_event(event: Event, made: Resources) -> None:
    entries = {"EventPattern": event.setting("event"), "Name": event.setting("name")}
    _rule(event, f"{event.function.normalised}EventsRuleCloudWatchEvent{event.number}", entries, made)


def _cloudwatch_log(event: Event, made: Resources) -> None:
    group = event.settings if isinstance(event.settings, ScalarNode) else event.setting("logGroup")
    properties = mapping(event.at, {"LogGroupName": group, "DestinationArn": event.target})
    logical_id = f"{event.function.normalised}LogsSubscriptionFilterCloudWatchLog{event.number}"
    made.add(logical_id, "AWS::Logs::SubscriptionFilter", properties, event.at)


def _alb(event: Event, made: Resources) -> None:
    target = mapping(event.at, {"Id": event.target})
    properties = {"TargetType": text(event.at, "lambda"), "Targets": sequence(event.at, (target,))}
    listener = scalar(event.setting("listenerArn")) or ""
    balancer = listener.split("/")[3] if listener.count("/") > 3 else _named_by(event.setting("listenerArn"), 1)
    middle = "MultiValue" if is_true(event.setting("multiValueHeaders")) else ""
    logical_id = f"{event.function.normalised}Alb{middle}TargetGroup{alphanumeric(balancer)}"
    if logical_id not in made.nodes:
        made.add(logical_id, "AWS::ElasticLoadBalancingV2::TargetGroup", mapping(event.at, dict(properties)), event.at)


def _cognito(event: Event, made: Resources) -> None:
    pool, trigger = event.setting("pool"), scalar(event.setting("trigger"))
    if trigger is None:
        return
    if is_true(event.setting("existing")):
        properties = mapping(event.at, {"FunctionName": event.function.deployed_name(event.at), "UserPoolName": pool})
        logical_id = f"{event.function.normalised}CustomCognitoUserPool1"
        made.add(logical_id, "Custom::CognitoUserPool", properties, event.at)
        return
    target = event.target
    if trigger in ("CustomSMSSender", "CustomEmailSender"):
        target = mapping(event.at, {"LambdaArn": target})
    config = mapping(event.at, {trigger: target})
    properties = mapping(event.at, {"UserPoolName": pool, "LambdaConfig": config})
    made.add(f"CognitoUserPool{alphanumeric(scalar(pool) or '')}", "AWS::Cognito::UserPool", properties, event.at)


def _iot(event: Event, made: Resources) -> None:
    action = mapping(event.at, {"Lambda": mapping(event.at, {"FunctionArn": event.target})})
    payload = mapping(event.at, {"Sql": event.setting("sql"), "Actions": sequence(event.at, (action,))})
    properties = mapping(event.at, {"TopicRulePayload": payload})
    logical_id = f"{event.function.normalised}IotTopicRule{event.number}"
    made.add(logical_id, "AWS::IoT::TopicRule", properties, event.at)


EVENTS: dict[str, Compile] = {
    "http": _http,
    "httpApi": _http_api,
    "websocket": _websocket,
    "sqs": _mapping_of("SQS"),
    "stream": _mapping_of(""),
    "msk": _mapping_of("MSK", "topic"),
    "kafka": _mapping_of("Kafka", "topic"),
    "activemq": _mapping_of("ActiveMQ", "queue"),
    "rabbitmq": _mapping_of("RabbitMQ", "queue"),
    "sns": _sns,
    "s3": _s3,
    "schedule": _schedule,
    "eventBridge": _event_bridge,
    "cloudwatchEvent": _cloudwatch_event,
    "cloudwatchLog": _cloudwatch_log,
    "alb": _alb,
    "cognitoUserPool": _cognito,
    "iot": _iot,
}
