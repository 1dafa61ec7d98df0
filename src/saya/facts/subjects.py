"""What facts speak of: resources, functions, aliases, stacks, places, plans; and what every fact has.

Part of the contract of `saya.facts.types`, whose kinds of facts are made of these.
"""

from __future__ import annotations

from typing import Literal

from saya.model.guard import ALWAYS, Guard
from saya.model.value import Unknown
from saya.record import record
from saya.text.source import Location

Architecture = Literal["x86_64", "arm64"]
Exposure = Literal["synchronous", "asynchronous", "control_plane"]
Qualifier = Literal["absent", "latest", "version", "alias"]
QualifierSupport = Literal["accepted", "rejected", "required", "unknown"]
Integration = Literal[
    "sam_event", "event_source_mapping", "function_url", "state_machine", "open_api", "custom_resource", "service"
]
Certainty = Literal["certain", "likely", "unsure"]


@record(kw_only=True)
class Resource:
    """A resource of the template.

    Attributes:
        id: its logical ID.
        type: its type, `AWS::Lambda::Function`.
        custom: whether it is a custom resource (`Custom::*` or `AWS::CloudFormation::CustomResource`).
        at: where its logical ID stands.
        properties_at: where its `Properties` stand; None where it has none.
    """

    id: str
    type: str
    custom: bool
    at: Location
    properties_at: Location | None


@record(kw_only=True)
class Function(Resource):
    """A Lambda function, plain or SAM.

    Attributes:
        architecture: the architecture it runs on; `x86_64` where it declares none.
        publishes: whether it publishes an alias, by AutoPublishAlias or an alias that is not on `$LATEST`.
    """

    architecture: Architecture | Unknown
    publishes: bool | Unknown


@record(kw_only=True)
class Alias(Resource):
    """An alias of a function: an `AWS::Lambda::Alias`, or what `AutoPublishAlias` makes (then `id` is the function's).

    Attributes:
        name: the alias's name.
        latest: whether it points to `$LATEST`, which protects nothing.
        moves: whether a deployment moves it to a new version: AutoPublishAlias, or a Version whose logical ID is
            renamed with the function (CDK, Serverless Framework).
        generated: whether SAM makes it, so that no resource of the template is the alias.
        reference: what `Ref` takes for it.
        steered: whether more than its version decides what callers meet: provisioned concurrency, weights, CodeDeploy.
    """

    name: str | Unknown
    latest: bool | Unknown
    moves: bool | Unknown
    generated: bool
    reference: str
    steered: bool


@record(kw_only=True)
class Stack:
    """The stack that a template is deployed as, in one context.

    Attributes:
        name: its name, where it is known.
        region: the AWS Region it is deployed to, where it is known.
        origin: whether its template stands as its author wrote it, or a program of the author's makes it (the AWS CDK).
    """

    name: str | None
    region: str | Unknown
    origin: Literal["authored", "synthesised"] = "authored"


@record(kw_only=True)
class RelatedPlace:
    """A place that belongs to a fact without being it.

    Attributes:
        at: where.
        message: what it has to do with the fact.
        resource: the logical ID there.
        property: the path of the property there.
        revision: the revision that the place is in.
    """

    at: Location
    message: str
    resource: str
    property: str
    revision: Literal["head", "base"]


@record(kw_only=True)
class Fact:
    """What every fact has.

    Attributes:
        resource: the resource it is about, in which `at` normally lies.
        property: the path of the property below `Properties`, with list indices: `Targets.0.Arn`.
        identity: the same path with list items named by what identifies them: `Targets.orders.Arn`.
        subject: what else tells this fact from others at the same property (a target function, a layer's name); may be
            empty.
        guard: the conditions and parameter values under which the fact holds.
        at: where the value is used.
        origins: where its literals stand, if elsewhere (Mappings, a parameter's Default, Globals).
        stack: the stack in whose context it holds.
        related: further places that belong to it.
    """

    resource: Resource
    property: str
    identity: str
    subject: str
    guard: Guard = ALWAYS
    at: Location
    origins: tuple[Location, ...] = ()
    stack: Stack
    related: tuple[RelatedPlace, ...] = ()


@record(kw_only=True)
class PlannedAction:
    """One thing to do in a deployment.

    Attributes:
        message: what to do.
        resource: the logical ID that it is done to; may be empty.
    """

    message: str
    resource: str


@record(kw_only=True)
class PlannedDeployment:
    """A deployment of a plan.

    Attributes:
        title: what it is for.
        actions: what belongs to it.
    """

    title: str
    actions: tuple[PlannedAction, ...]
