"""Properties of custom resources that take a secret, and how it is written there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from saya.facts.property_texts import property_texts, texts_within
from saya.facts.secret_names import is_secret_half, is_secret_name, is_secret_parameter, is_secret_text
from saya.facts.types import SecretProperty
from saya.facts.view import View
from saya.model.resolve import Place, Resolver, TemplateResource
from saya.model.template import Parameter
from saya.model.value import Given as GivenValue
from saya.model.value import Mapping, Part, Reference, Text, Unknown
from saya.text.node import MappingNode, Node, ScalarNode

Given = Literal["literal", "parameter", "no_echo_parameter", "access_key", "other"]

_OUTSIDE = frozenset(("ServiceToken", "Tags"))
_DYNAMIC_REFERENCE = "{{resolve:"
_CALLS = (("Create",), ("Update",), ("Delete",))
"""Where the AwsCustomResource of the AWS CDK has its API calls. Source: aws-cdk-lib/custom-resources."""


def collect(view: View) -> Iterator[SecretProperty]:
    """The secret properties of the custom resources, each once per alternative. What is no secret has no fact."""
    for declared in view.resolver.resources.values():
        if view.resource(declared).custom:
            yield from _of_resource(view, declared)


def _of_resource(view: View, declared: TemplateResource) -> Iterator[SecretProperty]:
    parameters = _Parameters(view.resolver)
    for place in _texts(view.resolver, declared):
        key = next((step for step in reversed(place.path) if isinstance(step, str)), None)
        if key is None or place.path[0] in _OUTSIDE:
            continue
        given, parameter = _given(parameters, place, key)
        if given is not None:
            yield SecretProperty(**view.fields(declared, place, subject=key), key=key, given=given, parameter=parameter)


def _texts(resolver: Resolver, declared: TemplateResource) -> Iterator[Place]:
    """The texts of a custom resource; of an API call that is JSON text those within it."""
    read: set[tuple[str | int, ...]] = set()
    for place in property_texts(resolver, declared, unknown=True):
        if place.path in read:
            continue
        call = place.value
        if place.path in _CALLS and isinstance(call, Text) and call.masked.startswith("{"):
            from saya.model.embedded import read_document  # few custom resources call an API

            # All alternatives at once, by what is written: a value that is put in is then known for what it is.
            written = place.parents[-1][1].entries[str(place.path[0])]
            documents = read_document(resolver, written, lambda _: None)
            if all(isinstance(each.value, Mapping) for each in documents):
                read.add(place.path)
                found = GivenValue(documents, written.node)
                yield from texts_within(resolver, found, place._replace(guard=declared.guard))
                continue
        yield place


def _takes_secret(place: Place, key: str) -> bool:
    """Whether the value of a property is meant to be a secret, by its name."""
    beside = place.parents[-1][1].entries if place.parents else ()
    return place.path[-1] == key and (is_secret_name(key) or is_secret_half(key, beside))


def _given(parameters: _Parameters, place: Place, key: str) -> tuple[Given | Unknown | None, str | None]:
    """How a secret is written, and by which parameter; None where it is none. The secret of an access key is one under
    whatever name: `Value`.
    """
    value = place.value
    if isinstance(value, Text) and any(_is_access_key(parameters.resolver, part) for part in value.parts):
        return "access_key", None
    if not _takes_secret(place, key):
        return None, None
    parameter = parameters.behind(place)
    if parameter is not None:
        return _parameter(parameter, key)
    if not isinstance(value, Text):
        return (value if isinstance(value, Unknown) else None), None
    if _DYNAMIC_REFERENCE in value.masked:
        return "other", None
    text = value.literal
    if text is None or not all(isinstance(part.origin, ScalarNode) for part in value.parts):
        return "other", None
    if any(isinstance(part.origin, ScalarNode) and part.origin.kind != "str" for part in value.parts):
        return None, None
    return ("literal", None) if is_secret_text(key, text) else (None, None)


def _parameter(parameter: Parameter, key: str) -> tuple[Given | None, str | None]:
    if parameter.no_echo:
        return "no_echo_parameter", parameter.name
    described = parameter.node.get("Description") if isinstance(parameter.node, MappingNode) else None
    description = described.text if isinstance(described, ScalarNode) else ""
    if parameter.type.startswith("AWS::") or not is_secret_parameter(parameter.name, description):
        return "other", parameter.name
    if parameter.type != "String" or any(not is_secret_text(key, item.text) for item in parameter.allowed):
        return None, None
    default = parameter.default
    if isinstance(default, ScalarNode) and (_DYNAMIC_REFERENCE in default.text or _is_name(default.text)):
        return "other", parameter.name
    return "parameter", parameter.name


def _is_name(default: str) -> bool:
    """Whether a Default shows that the parameter takes a secret's name or path."""
    return default.startswith(("arn:", "/", "http"))


def _is_access_key(resolver: Resolver, part: Part) -> bool:
    hole = part.hole
    if not isinstance(hole, Reference) or hole.kind != "resource" or hole.attribute != "SecretAccessKey":
        return False
    declared = resolver.resources.get(hole.name)
    return declared is not None and declared.type == "AWS::IAM::AccessKey"


class _Parameters:
    """Which parameter a text comes from, by the nodes of their values."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self.known = resolver.template.parameters
        self.by_node: dict[int, Parameter] = {}
        for parameter in self.known.values():
            if parameter.default is not None:
                self.by_node[id(parameter.default)] = parameter
            self.by_node.update((id(item), parameter) for item in parameter.allowed)

    def behind(self, place: Place) -> Parameter | None:
        """The parameter that a value is taken from, whether it has a value here or not."""
        # What a parent gives is seen where the parent writes it; what takes it is the `Ref` of this stack.
        written = place.parents[-1][1].entries.get(str(place.path[-1])) if place.parents else None
        own = self.referred(written.node) if written is not None else None
        if not isinstance(place.value, Text):
            return own or self.referred(place.at)
        if own is not None and (place.value.literal is None or place.at.source is own.node.source):
            return own
        for part in place.value.parts:
            found = self.by_node.get(id(part.origin)) or self.referred(part.origin)
            if isinstance(part.hole, Reference) and part.hole.kind == "parameter":
                found = self.known.get(part.hole.name)
            if found is not None:
                return found
        return None

    def referred(self, node: Node) -> Parameter | None:
        """The parameter that a `Ref` names."""
        name = node.get("Ref") if isinstance(node, MappingNode) and len(node.entries) == 1 else None
        return self.known.get(name.text) if isinstance(name, ScalarNode) else None
