"""The fact vocabulary: what a policy can speak of.

These classes are the contract between the Python that knows and the YAML that judges. A policy names a kind of fact in
`for` and its fields by path (`function.architecture`). Every field is public and documented; `docs/facts.md` is
generated from here.

A field whose type includes `Unknown` may be undecided; a test on it then is undecided too, with the reason. `None` is
absent. One fact is emitted for each joined alternative of the values it reads: its fields are plain and hold under its
`guard`.
"""

from __future__ import annotations

from typing import Literal

from saya.facts.moves import Move
from saya.facts.subjects import (
    Alias,
    Architecture,
    Certainty,
    Exposure,
    Fact,
    Function,
    Integration,
    PlannedAction,
    PlannedDeployment,
    Qualifier,
    QualifierSupport,
    RelatedPlace,
    Resource,
    Stack,
)
from saya.model.value import Unknown
from saya.record import record
from saya.text.source import Location

__all__ = [
    "KINDS",
    "Alias",
    "AliasState",
    "Architecture",
    "Certainty",
    "DynamicReference",
    "EventRule",
    "Exposure",
    "Fact",
    "Function",
    "FunctionChange",
    "Integration",
    "Invocation",
    "Layer",
    "LogGroupArn",
    "PlannedAction",
    "PlannedDeployment",
    "Qualifier",
    "QualifierSupport",
    "RelatedPlace",
    "Resource",
    "SecretProperty",
    "Stack",
    "TaskState",
]


@record(kw_only=True)
class Invocation(Fact):
    """A place at which a service is told to invoke a function; `resource` is who invokes.

    Attributes:
        integration: the kind of place, where fixes differ.
        target: the function of this template that is invoked; absent where the function is of another stack.
        qualifier: how the target is qualified; `latest` is `$LATEST` spelled out, or an alias on it.
        exposure: whether callers meet a failure at once (synchronous), after retries (asynchronous), or only during
            deployments and administration (control_plane).
        qualifier_support: whether the service accepts a qualified target at this place.
        switched_off: whether the template switches the caller off, so that it invokes nobody for now.
        bypasses: the alias that the function publishes and this place does not use.
        through: the alias on `$LATEST` through which the function is reached.
        obstacle: why no edit of this template alone can let it invoke an alias.
        moves: what changes where it moves to an alias: the caller, what grants it the invocation, and the callers that
            share the grant.
        moves_of_all: the same for all callers of the function that can move.
    """

    integration: Integration
    target: Function | Unknown | None
    qualifier: Qualifier | Unknown
    exposure: Exposure
    qualifier_support: QualifierSupport
    switched_off: bool
    bypasses: Alias | None
    through: Alias | None
    obstacle: str | None = None
    moves: tuple[Move, ...] = ()
    moves_of_all: tuple[Move, ...] = ()


@record(kw_only=True)
class Layer(Fact):
    """A layer of a function.

    Attributes:
        name: the layer's name, or the logical ID of a layer of this template.
        account: the account that publishes it.
        architectures: what it is built for.
        evidence: how that is known: the catalogue, the declared CompatibleArchitectures, or a token in the name.
        certainty: how sure the catalogue is.
        counterpart: the name of the same layer for the function's architecture, where the catalogue knows one.
        versions: whether counterparts share version numbers (shared) or have their own (separate).
        function: the function that uses the layer.
    """

    name: str | Unknown
    account: str | None
    architectures: tuple[Architecture, ...] | Unknown
    evidence: Literal["catalogue", "declared", "name"] | None
    certainty: Certainty | None
    counterpart: str | None
    versions: Literal["shared", "separate"]
    function: Function


@record(kw_only=True)
class LogGroupArn(Fact):
    """A log group's ARN given to a property or an IAM statement.

    Attributes:
        log_group: the log group of this template; absent where the ARN may be of another one of that name.
        log_group_name: the log group's name or logical ID, to speak of it.
        wants: the form that the consumer wants.
        form: the form it is given: `starred` ends in `:*`, `bare` does not, `doubled` ends in `:*:*`, `infix` has `:*`
            in the middle.
        behind: what follows a `:*` in the middle: `:log-stream:*`; absent where nothing does, or not in plain text.
        severity: how bad the wrong form is at this place; `none` where it is not worth a word.
        context: a property, or a statement of an IAM policy.
        reported: where the fact is not documented: who reported it ("AWS Support said in 2022").
    """

    log_group: Resource | None
    log_group_name: str
    wants: Literal["starred", "bare", "bare_preferred", "either"]
    form: Literal["starred", "bare", "doubled", "infix"] | Unknown
    behind: str | None
    severity: Literal["error", "warning", "note", "none"]
    context: Literal["property", "iam_statement"]
    reported: str | None


@record(kw_only=True)
class DynamicReference(Fact):
    """A dynamic reference, `{{resolve:service:...}}`, in a property of a resource.

    Attributes:
        service: the service that holds the value.
        name: the secret's or parameter's name or ARN, as far as it is written.
        key: the property's own name, where the reference is all of its value.
        secret: the secret, where it is a resource of this template.
        spelled: the name or ARN, where it is written out in full.
        readable: whether a grant of this template lets the handler of the custom resource read it.
        pinned: whether it is of a version or stage, which its name alone does not say.
    """

    service: Literal["ssm", "ssm-secure", "secretsmanager"]
    name: str
    key: str | None = None
    secret: Resource | None = None
    spelled: str | None = None
    readable: bool | Unknown = False
    pinned: bool = False


@record(kw_only=True)
class SecretProperty(Fact):
    """A property of a custom resource whose name says that its value is a secret, or which is given that of a key.

    Attributes:
        key: the property's own name, `Password`.
        given: how the value is written: a literal, a parameter without or with NoEcho, the secret of an access key, or
            otherwise (a dynamic reference, another resource's attribute).
        parameter: the parameter's name, where it is one.
    """

    key: str
    given: Literal["literal", "parameter", "no_echo_parameter", "access_key", "other"] | Unknown
    parameter: str | None


@record(kw_only=True)
class EventRule(Fact):
    """An EventBridge rule, or an event of a SAM function or state machine that becomes one.

    Attributes:
        bus: the event bus: the account's default one or a custom one.
        sources: the event sources that the pattern matches, from `source` or else `detail.eventSource`.
        regions_of_sources: for each source the regions that its events reach; empty where it has no fixed ones.
        certainty: the least certain of the facts about these sources.
        forwarded: whether events of other regions or accounts reach the default bus; undecided where the template
            lets somebody put them there.
    """

    bus: Literal["default", "custom"] | Unknown
    sources: tuple[str, ...] | Unknown
    regions_of_sources: tuple[tuple[str, ...], ...] | Unknown
    certainty: Certainty | None
    forwarded: bool | Unknown = False


@record(kw_only=True)
class TaskState(Fact):
    """A Task state of a Step Functions state machine; `resource` is the state machine.

    Attributes:
        name: the state's name.
        integration: the state's `Resource`, as far as it is known.
        pattern: what the state waits for: the response (request_response), the job (run_job, `.sync`), the token
            (wait_for_task_token), or a worker of an activity (activity).
        reads_task_token: whether its input reads the task token.
        integration_at: where its `Resource` stands.
        action: the service and action that the integration calls, `sqs:sendMessage`; absent where it is another kind.
        can_wait: whether the integration has a form that waits for the token, and the state machine's type allows it.
    """

    name: str
    integration: str
    pattern: Literal["request_response", "run_job", "wait_for_task_token", "activity"] | Unknown
    reads_task_token: bool | Unknown
    integration_at: Location
    action: str | None
    can_wait: bool | Unknown


@record(kw_only=True)
class FunctionChange(Fact):
    """A change of a function that CloudFormation makes in two calls; between base and head only.

    Attributes:
        function: the function, as head has it.
        code_side: the changed properties that UpdateFunctionCode carries.
        configuration_side: the changed properties that UpdateFunctionConfiguration carries.
        mix: the two properties that are worst together: `Architectures and Layers`.
        mixes: all pairs worth a word, worst first.
        changes: whether both of the mix change.
        severity: how bad the mix is.
        outcome: what comes of it: callers meet a half-updated function, or the deployment fails.
        meets: the same in words.
        refused: the runtime and the architecture that Lambda refuses together, where the deployment fails.
        first: the property that then has to change in a deployment before the rest.
        in_place: whether the function is updated in place; false where a new one is created, or CloudFormation
            publishes it itself.
        exposed: whether the wiring of base leads live callers to `$LATEST`.
        callers: who they are, by logical ID.
        moved: those of them that head has repointed or removed.
        plan: the deployments that make the change safe.
    """

    function: Function
    code_side: tuple[str, ...]
    configuration_side: tuple[str, ...]
    mix: str
    mixes: tuple[str, ...]
    changes: bool | Unknown
    severity: Literal["error", "warning", "note"]
    outcome: Literal["half_updated", "deployment_fails"]
    meets: str
    refused: str | None
    first: str | None
    in_place: bool | Unknown
    exposed: bool | Unknown
    callers: tuple[str, ...]
    moved: tuple[str, ...]
    plan: tuple[PlannedDeployment, ...]


@record(kw_only=True)
class AliasState(Fact):
    """An alias, and whether it protects its callers; `resource` is the alias, or the SAM function that publishes it.

    Attributes:
        alias: the alias.
        function: the function that it belongs to.
        stale: the properties of the function that change between base and head and do not reach the alias.
        cause: why it protects nothing or does not move: it points to `$LATEST`, its Version is written by hand and
            stays, its version is a number and stays, or AutoPublishAlias publishes for other properties only.
    """

    alias: Alias
    function: Function
    stale: tuple[str, ...]
    cause: Literal["latest", "hand_written_version", "pinned_version", "auto_publish_default", "none"] | Unknown


KINDS: dict[str, type[Fact]] = {
    "invocation": Invocation,
    "layer": Layer,
    "log_group_arn": LogGroupArn,
    "dynamic_reference": DynamicReference,
    "secret_property": SecretProperty,
    "event_rule": EventRule,
    "task_state": TaskState,
    "function_change": FunctionChange,
    "alias": AliasState,
}
