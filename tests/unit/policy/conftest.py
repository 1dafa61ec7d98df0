"""Facts made by hand, and policies from text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from saya.facts.types import Alias, EventRule, Function, Invocation, Layer, LogGroupArn, Resource, Stack
from saya.model.value import Unknown
from saya.policy.language import Policy
from saya.policy.load import load_sources
from saya.text.source import Location, Source, Span

TEMPLATE = Source("template.yaml", "\n".join(f"line {number}" for number in range(1, 41)) + "\n")
STACK = Stack(name=None, region="eu-west-1")

POLICY = """\
id: fast-calls
title: A call that is too fast
severity: error
since: 0.1.0
why: Because.
for: invocation
where:
  qualifier: [absent, latest]
report:
  message: "`<<resource.id>>` calls too fast"
"""


def at(line: int) -> Location:
    start = TEMPLATE.starts[line - 1]
    return Location(TEMPLATE, Span(start, start + 4))


def resource(id_: str = "Mapping", type_: str = "AWS::Lambda::EventSourceMapping", line: int = 1) -> Resource:
    return Resource(id=id_, type=type_, custom=False, at=at(line), properties_at=None)


def function(id_: str = "Fn", *, line: int = 20, architecture: Any = "x86_64") -> Function:
    return Function(
        id=id_,
        type="AWS::Lambda::Function",
        custom=False,
        at=at(line),
        properties_at=at(line + 1),
        architecture=architecture,
        publishes=False,
    )


def alias(id_: str = "Live", *, line: int = 30, name: str | Unknown = "live") -> Alias:
    return Alias(
        id=id_,
        type="AWS::Lambda::Alias",
        custom=False,
        at=at(line),
        properties_at=None,
        name=name,
        latest=False,
        moves=True,
        generated=False,
        reference="Live",
        steered=False,
    )


def common(**changes: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "resource": resource(),
        "property": "FunctionName",
        "identity": "FunctionName",
        "subject": "Fn",
        "at": at(3),
        "stack": STACK,
    }
    return fields | changes


def invocation(*, line: int = 3, **changes: Any) -> Invocation:
    fields: dict[str, Any] = {
        "integration": "event_source_mapping",
        "target": function(),
        "qualifier": "absent",
        "exposure": "asynchronous",
        "qualifier_support": "accepted",
        "switched_off": False,
        "bypasses": None,
        "through": None,
    }
    return Invocation(**common(at=at(line)) | fields | changes)


def layer(**changes: Any) -> Layer:
    fields: dict[str, Any] = {
        "name": "tools",
        "account": None,
        "architectures": ("x86_64",),
        "evidence": "catalogue",
        "certainty": "certain",
        "counterpart": None,
        "versions": "separate",
        "function": function(architecture="arm64"),
    }
    return Layer(**common(property="Layers.0", identity="Layers.tools", subject="tools") | fields | changes)


def event_rule(**changes: Any) -> EventRule:
    fields: dict[str, Any] = {
        "bus": "default",
        "sources": ("aws.iam",),
        "regions_of_sources": (("us-east-1",),),
        "certainty": "certain",
    }
    return EventRule(**common(property="EventPattern", identity="EventPattern", subject="") | fields | changes)


def log_group_arn(**changes: Any) -> LogGroupArn:
    fields: dict[str, Any] = {
        "log_group": None,
        "log_group_name": "/app",
        "wants": "bare",
        "form": "starred",
        "severity": "warning",
        "context": "property",
        "reported": None,
    }
    return LogGroupArn(**common() | fields | changes)


def policy_from(text: str, *, tests: bool = False) -> Policy:
    """The policy that a file's text holds; the file is called after its id."""
    id_ = text.split("id: ", 1)[1].split("\n", 1)[0]
    [policy] = load_sources([Source(f"{id_}.yml", text)], tests=tests)
    return policy


class Made:
    """What tests make by hand."""

    at = staticmethod(at)
    alias = staticmethod(alias)
    function = staticmethod(function)
    resource = staticmethod(resource)
    invocation = staticmethod(invocation)
    layer = staticmethod(layer)
    event_rule = staticmethod(event_rule)
    log_group_arn = staticmethod(log_group_arn)
    policy = staticmethod(policy_from)
    policy_text = POLICY


@pytest.fixture
def made() -> type[Made]:
    return Made


@pytest.fixture
def policy_where() -> Callable[..., Policy]:
    """A policy for a kind of fact with this `where`, written in one line."""

    def build(kind: str, where: str, extra: str = "") -> Policy:
        text = POLICY.replace("for: invocation", f"for: {kind}")
        return policy_from(text.replace("where:\n  qualifier: [absent, latest]", f"where: {where}") + extra)

    return build
