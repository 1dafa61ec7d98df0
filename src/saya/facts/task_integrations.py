"""What the `Resource` of a Task state calls, and whether that has a form that waits for the task token.

Source: Step Functions Developer Guide, "Integrating services" (the table of service integration patterns) and "Choosing
workflow type" (Express workflows have the request-response pattern only).
"""

from __future__ import annotations

from saya.model.guard import Guard
from saya.model.references import reason_of
from saya.model.resolve import Resolver, TemplateResource
from saya.model.value import Absent, Text, Unknown, Value
from saya.pattern import pattern

_WAITING = frozenset(
    ("apigateway", "aws-sdk", "bedrock", "ecs", "eks", "events", "lambda", "sns", "sqs", "states")
)  # fmt: skip
_ACTION = pattern(r"arn:[^:]*:states:[^:]*:[^:]*:(?P<action>[a-z0-9-]+(?::[a-zA-Z0-9]+)+)")
_TYPE = {"AWS::StepFunctions::StateMachine": "StateMachineType", "AWS::Serverless::StateMachine": "Type"}


def action_of(value: Value) -> str | None:
    """The service and action of an integration without a suffix, `sqs:sendMessage`; None where it is another thing."""
    if not isinstance(value, Text):
        return None
    match = _ACTION.fullmatch(value.masked)
    return value.slice(*match.span("action")).literal if match is not None else None


def can_wait(resolver: Resolver, machine: TemplateResource, action: str | None, guard: Guard) -> bool | Unknown:
    """Whether `.waitForTaskToken` can be appended to an action in a state machine."""
    if action is None or action.partition(":")[0] not in _WAITING:
        return False
    for option in resolver.option(machine, _TYPE.get(machine.type, "Type")):
        value = option.value
        if resolver.join(guard, option.guard) is None or value is Absent.NO_VALUE:
            continue
        if isinstance(value, Unknown):
            return value
        if not isinstance(value, Text) or value.literal is None:
            return reason_of(value) if isinstance(value, Text) else False
        if value.literal != "STANDARD":
            return False
    return True
