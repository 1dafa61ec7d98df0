"""The events of a service's functions: each becomes the resource in which a service is told what to invoke.

Source: Serverless Framework 3.40, `lib/plugins/aws/package/compile/events`.
"""

from __future__ import annotations

from saya.model.serverless.api_events import compile_http, compile_http_api, compile_websocket
from saya.model.serverless.edge import compile_cloud_front
from saya.model.serverless.event import Compile, Event
from saya.model.serverless.functions import Function, Resources, alphanumeric
from saya.model.serverless.nodes import (
    UndecidedNode,
    below,
    is_false,
    is_true,
    items,
    mapping,
    reference,
    scalar,
    sequence,
    text,
)
from saya.model.template import Gap
from saya.text.node import MappingNode, Node, ScalarNode


def event_resources(function: Function, made: Resources) -> None:
    """What the events of a function become. Of event types that invoke otherwise nothing is made."""
    numbers: dict[str, int] = {}
    section = function.node.get("events")
    for index, item in enumerate(items(section) or ([section] if isinstance(section, UndecidedNode) else []), start=1):
        if isinstance(item, UndecidedNode):
            made.gaps.append(Gap(item, "events", function.logical_id, item.reason))
            continue
        if not isinstance(item, MappingNode):
            continue
        for name, settings in item.entries.items():
            numbers[name] = numbers.get(name, 0) + 1
            compile_event = EVENTS.get(name)
            at = item.keys[name]
            if compile_event is not None:
                compile_event(Event(function, settings, at, numbers[name], index), made)
                numbers[name] += max(len(_rates(settings)) - 1, 0) if name == "schedule" else 0
            elif name not in _PERMISSIONS:
                reason = f"nobody knows what the event `{name}` becomes: it is of a plugin, or newer than Saya"
                made.gaps.append(Gap(at, f"events.{index - 1}.{name}", function.logical_id, reason))


def _rates(settings: Node) -> list[Node]:
    """The expressions of a schedule, of which each is a rule of its own."""
    rates = settings if isinstance(settings, ScalarNode) else below(settings, "rate")
    return items(rates) or [rates if rates is not None else settings]


def _mapping_of(kind: str, *names: str) -> Compile:
    """An event source mapping, whose logical ID tells the queue, stream or topic."""

    def compile_event(event: Event, made: Resources) -> None:
        arn = event.settings if isinstance(event.settings, ScalarNode) else event.setting("arn")
        source = next((found for name in names if (found := event.setting(name)) is not None), arn)
        type_ = kind or _stream_type(event, arn)
        at, enabled = event.at, event.setting("enabled")
        properties = mapping(at, {"FunctionName": event.target, "EventSourceArn": arn, "Enabled": enabled})
        middle = _cluster(arn) if kind == "MSK" else ""
        name = _named_by(source, str(event.number))
        logical_id = f"{event.function.normalised}EventSourceMapping{type_}{middle}{name}"
        if _is_vague(source) or _is_vague(arn):
            made.vague.add(logical_id)
        made.add(logical_id, "AWS::Lambda::EventSourceMapping", properties, at)

    return compile_event


def _stream_type(event: Event, arn: Node | None) -> str:
    """Whether a stream is DynamoDB's or Kinesis's."""
    told = scalar(event.setting("type"))
    if told is None:
        told = "dynamodb" if ":dynamodb:" in (scalar(arn) or "") else "kinesis"
    return told[:1].upper() + told[1:]


def _cluster(arn: Node | None) -> str:
    """The name of a cluster, as logical IDs hold it."""
    written = scalar(arn) or ""
    name = (
        written.split("/")[1] if "/" in written else scalar(below(arn, "Ref")) or scalar(below(arn, "Fn::ImportValue"))
    )
    return alphanumeric(name or "")[:79]


def _named_by(source: Node | None, otherwise: str) -> str:
    """The last part of an ARN, of a name or of the resource that is referred to, as logical IDs hold it."""
    written = scalar(source)
    if written is not None:
        written = written.split("/")[1] if ":dynamodb:" in written and "/" in written else written
        return alphanumeric(written.rpartition(":")[2].rpartition("/")[2])
    got, joined = below(source, "Fn::GetAtt"), items(below(source, "Fn::Join"))
    owner = scalar(items(got)[0]) if items(got) else (scalar(got) or "").partition(".")[0]
    last = scalar(items(joined[1])[-1]) if len(joined) > 1 and items(joined[1]) else None
    told = owner or last or scalar(below(source, "Ref")) or scalar(below(source, "Fn::ImportValue"))
    return alphanumeric(told or otherwise)


def _is_vague(source: Node | None) -> bool:
    """Whether what names a resource is not known."""
    parts = items(items(below(source, "Fn::Join"))[1]) if len(items(below(source, "Fn::Join"))) > 1 else []
    return isinstance(source, UndecidedNode) or any(isinstance(each, UndecidedNode) for each in parts)


def _sns(event: Event, made: Resources) -> None:
    topic = event.settings if isinstance(event.settings, ScalarNode) else event.setting("topicName")
    arn = event.setting("arn")
    written = scalar(topic)
    if arn is None and (written is None or written.startswith("arn:")):
        arn = topic if topic is not None else event.settings
    name = _named_by(topic if topic is not None else arn, f"{event.function.normalised}{event.number}")
    protocol = text(event.at, "lambda")
    filtered = event.setting("filterPolicy") or event.setting("redrivePolicy")
    if arn is None and filtered is None:
        subscription = mapping(event.at, {"Endpoint": event.target, "Protocol": protocol})
        properties = mapping(event.at, {"TopicName": topic, "Subscription": sequence(event.at, (subscription,))})
        made.add(f"SNSTopic{name}", "AWS::SNS::Topic", properties, event.at)
    else:
        if arn is None:
            made.add(f"SNSTopic{name}", "AWS::SNS::Topic", mapping(event.at, {"TopicName": topic}), event.at)
            arn = reference(event.at, f"SNSTopic{name}")
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
    logical_id = f"S3Bucket{alphanumeric(name or f'{event.function.normalised}{event.number}')}"
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
    logical_id = f"{alphanumeric(_rule_name(event))}EventBridgeRule"
    if scalar(event.function.deployed_name(event.at)) is None:
        made.vague.add(logical_id)
    _rule(event, logical_id, entries, made)


def _rule_name(event: Event) -> str:
    """What the logical ID of a rule is made of, whatever name the rule has."""
    owner = scalar(event.function.deployed_name(event.at)) or event.function.name
    return f"{owner}-rule-{event.position}"


def _cloudwatch_event(event: Event, made: Resources) -> None:
    state = text(event.at, "DISABLED") if is_false(event.setting("enabled")) else None
    entries = {"EventPattern": event.setting("event"), "Name": event.setting("name"), "State": state}
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
    balancer = listener.split("/")[3] if listener.count("/") > 3 else _named_by(event.setting("listenerArn"), "1")
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
    name = scalar(pool) or f"{event.function.normalised}{event.number}"
    made.add(f"CognitoUserPool{alphanumeric(name)}", "AWS::Cognito::UserPool", properties, event.at)


def _iot(event: Event, made: Resources) -> None:
    action = mapping(event.at, {"Lambda": mapping(event.at, {"FunctionArn": event.target})})
    payload = mapping(event.at, {"Sql": event.setting("sql"), "Actions": sequence(event.at, (action,))})
    properties = mapping(event.at, {"TopicRulePayload": payload})
    logical_id = f"{event.function.normalised}IotTopicRule{event.number}"
    made.add(logical_id, "AWS::IoT::TopicRule", properties, event.at)


def _iot_fleet(event: Event, made: Resources) -> None:
    hook = mapping(event.at, {"TargetArn": event.target})
    properties = {"PreProvisioningHook": hook, "Enabled": event.setting("enabled")}
    logical_id = f"{event.function.normalised}IotProvisioningTemplate"
    made.add(logical_id, "AWS::IoT::ProvisioningTemplate", mapping(event.at, dict(properties)), event.at)


# Of these a permission is made alone: the skill is configured elsewhere.
_PERMISSIONS = frozenset(("alexaSkill", "alexaSmartHome"))

EVENTS: dict[str, Compile] = {
    "http": compile_http,
    "httpApi": compile_http_api,
    "websocket": compile_websocket,
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
    "iotFleetProvisioning": _iot_fleet,
    "cloudFront": compile_cloud_front,
}
