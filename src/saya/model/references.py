"""`Ref` and `Fn::GetAtt`: parameters, pseudo parameters and the attributes of resources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from saya.model import attributes
from saya.model.guard import Guard
from saya.model.lambda_names import read_function_name
from saya.model.value import (
    Absent,
    Alternative,
    Given,
    Part,
    Reference,
    Scope,
    Sequence,
    Text,
    Thunk,
    Unknown,
    Value,
    always,
    literal,
    scalar_text,
    with_variables,
)
from saya.text.node import Node, ScalarNode, SequenceNode

if TYPE_CHECKING:
    from saya.model.resolve import Alternatives, Resolver, TemplateResource
    from saya.model.template import Parameter

MAX_ALLOWED = 24
NESTED_STACK_TYPES = ("AWS::CloudFormation::Stack", "AWS::Serverless::Application")
FUNCTION = "AWS::Serverless::Function"
_PARTITIONS = (
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("eusc-", "aws-eusc"),
    ("us-iso-", "aws-iso"),
    ("us-isob-", "aws-iso-b"),
    ("eu-isoe-", "aws-iso-e"),
    ("us-isof-", "aws-iso-f"),
)


def partition_of(region: str) -> str:
    """The partition that a region belongs to."""
    return next((partition for prefix, partition in _PARTITIONS if region.startswith(prefix)), "aws")


def ref(resolver: Resolver, argument: Node, scope: Scope, node: Node) -> Alternatives:
    """The value of `Ref`; `node` is the whole function."""
    names = _names(resolver, argument, scope)
    if isinstance(names, Unknown):
        return always(names)
    return ref_name(resolver, names, scope, node)


def get_att(resolver: Resolver, argument: Node, scope: Scope, node: Node) -> Alternatives:
    """The value of `Fn::GetAtt`, of `Resource.Attribute` or `[Resource, Attribute]`."""
    if isinstance(argument, SequenceNode) and len(argument.items) == 2:
        name, attribute = (_names(resolver, item, scope) for item in argument.items)
    elif isinstance(argument, ScalarNode) and "." in argument.text:
        name, _, attribute = with_variables(argument.text, scope).partition(".")
    else:
        return always(Unknown("an Fn::GetAtt that is not [resource, attribute]"))
    if isinstance(name, Unknown):
        return always(name)
    if isinstance(attribute, Unknown):
        return always(attribute)
    return att_name(resolver, name, attribute, node)


def ref_name(resolver: Resolver, name: str, scope: Scope, node: Node) -> Alternatives:
    """What `Ref` of a name gives: `${name}` of Fn::Sub too."""
    for variable, value in reversed(scope):
        if variable == name:
            return always(literal(value, node))
    name = with_variables(name, scope)
    if name.startswith("AWS::"):
        return always(_pseudo(resolver, name, node))
    parameter = resolver.template.parameters.get(name)
    if parameter is not None:
        return _parameter(resolver, parameter, node)
    resource = resolver.resources.get(name)
    if resource is not None:
        return _resource(resolver, resource, node)
    if resolver.template.is_sam:
        return _generated(resolver, name, node)
    return always(Unknown(f"nothing in the template is called `{name}`"))


def att_name(resolver: Resolver, name: str, attribute: str, node: Node) -> Alternatives:
    """What `Fn::GetAtt` of a name and an attribute gives: `${name.attribute}` of Fn::Sub too."""
    resource = resolver.resources.get(name)
    if resource is None:
        if resolver.template.is_sam:
            return _generated_attribute(resolver, name, attribute, node)
        return always(Unknown(f"nothing in the template is called `{name}`"))
    expanded = Reference("resource", name, attribute)
    shape = attributes.arn_shape(resource.type, attribute)
    if shape is not None:
        tail = (Part(shape.before, None, node, 0, expanded), Part("", Reference("resource", name), node, 0, expanded))
        end = (Part(shape.after, None, node, 0, expanded),) if shape.after else ()
        return always(_arn(resolver, shape.service, (*tail, *end), node, expanded))
    if resource.type == attributes.ALIAS_TYPE and attribute == "AliasArn":
        return _alias(resolver, resource, node, expanded)
    if resource.type == attributes.VERSION_TYPE and attribute == "FunctionArn":
        return _version(resolver, resource, node, expanded)
    if resource.type == "AWS::Lambda::Url" and attribute == "FunctionArn":
        return _url(resolver, resource)
    if resource.type == FUNCTION and attribute in ("Alias", "Alias.AliasArn", "Version", "Version.FunctionArn"):
        return _published(resolver, resource, attribute.partition(".")[0], node)
    if resource.type == FUNCTION and attribute == "Version.Version":
        return always(_hole(Reference("resource", name, "Version"), node))
    if resource.type in NESTED_STACK_TYPES and attribute.startswith("Outputs."):
        return _output(resolver, resource, attribute.removeprefix("Outputs."), node)
    return always(_hole(expanded, node))


def _output(resolver: Resolver, resource: TemplateResource, name: str, node: Node) -> Alternatives:
    from saya.model.assembly import read_output  # few templates have nested stacks

    return read_output(resolver, resource, name) or always(_hole(Reference("output", resource.id, name), node))


def reason_of(text: Text) -> Unknown:
    """Why a text with holes is not decided, naming what would decide it."""
    for part in text.parts:
        hole = part.hole
        if isinstance(hole, Unknown):
            return hole
        if hole is not None:
            return Unknown(_REASONS[hole.kind].format(hole))
    return Unknown("it is not decided by the template")


_REASONS = {
    "parameter": "the parameter `{}` has no value here",
    "pseudo": "`{}` is known only when the stack is deployed",
    "import": "the export `{}` is of another stack",
    "output": "`{}` is an output of a nested stack",
    "dynamic": "`{}` is read when the stack is deployed",
    "resource": "`{}` is known only when the stack is deployed",
}


def _names(resolver: Resolver, argument: Node, scope: Scope) -> str | Unknown:
    """A logical ID or attribute, which may itself be a function of a loop variable."""
    if isinstance(argument, ScalarNode):
        if argument.kind != "str":
            return Unknown(f"a reference to `{argument.text}`, which is no name")
        return with_variables(argument.text, scope)
    alternatives = resolver.resolve(argument, scope)
    value = alternatives[0].value
    if len(alternatives) == 1 and isinstance(value, Text) and value.literal is not None:
        return value.literal
    return Unknown("a reference whose name is not decided by the template")


def _hole(reference: Reference, node: Node) -> Text:
    return Text((Part("", reference, node),))


def _pseudo(resolver: Resolver, name: str, node: Node) -> Value:
    if name == "AWS::NoValue":
        return Absent.NO_VALUE
    known = resolver.pseudo(name)
    return literal(known, node) if known else _hole(Reference("pseudo", name), node)


def _parameter(resolver: Resolver, parameter: Parameter, node: Node) -> Alternatives:
    name, is_list = parameter.name, parameter.is_list
    if parameter.is_stored:
        return always(Unknown(f"the parameter `{name}` is read from Parameter Store when the stack is deployed"))
    if resolver.parent is not None:
        from saya.model.assembly import read_input

        options = read_input(resolver, name)
        if options is not None:
            return tuple(_as_list(each, node) for each in options) if is_list else options
    given = resolver.given.get(name)
    if given is not None:
        return always(_value(given, node, is_list=is_list))
    if parameter.allowed and len(parameter.allowed) <= MAX_ALLOWED and not is_list:
        return tuple(
            Alternative(Guard((), ((name, scalar_text(item)),)), literal(scalar_text(item), item))
            for item in parameter.allowed
        )
    default = parameter.default
    if isinstance(default, ScalarNode) and default.kind != "null":
        text = scalar_text(default)
        return (Alternative(Guard((), ((name, text),)), _value(text, default, is_list=is_list)),)
    hole = _hole(Reference("parameter", name), node)
    return always(Sequence((), node, reason_of(hole)) if is_list else hole)


def _as_list(option: Alternative, node: Node) -> Alternative:
    """What the parent of a nested stack gives for a list: a list, or the text of one."""
    value = option.value
    if isinstance(value, Text) and value.literal is not None:
        return option._replace(value=_value(value.literal, value.parts[0].origin, is_list=True))
    return option._replace(value=Sequence((), node, reason_of(value))) if isinstance(value, Text) else option


def _value(text: str, origin: Node, *, is_list: bool) -> Value:
    if not is_list:
        return literal(text, origin)
    items = [item.strip() for item in text.split(",")] if text else []
    return Sequence(tuple(Given(always(literal(item, origin)), origin) for item in items), origin)


def _resource(resolver: Resolver, resource: TemplateResource, node: Node) -> Alternatives:
    reference = Reference("resource", resource.id)
    if resource.type == attributes.ALIAS_TYPE:
        return _alias(resolver, resource, node, reference)
    if resource.type == attributes.VERSION_TYPE:
        return _version(resolver, resource, node, reference)
    if resource.type == "AWS::Lambda::Url":
        return _url(resolver, resource)
    return always(_hole(reference, node))


def _arn(resolver: Resolver, service: str, tail: tuple[Part, ...], node: Node, expanded: Reference) -> Text:
    """`arn:partition:service:region:account:tail`, with what is known of the context put in."""
    out: list[Part] = []
    for text, name in (("arn:", "AWS::Partition"), (f":{service}:", "AWS::Region"), (":", "AWS::AccountId")):
        out.append(Part(text, None, node, 0, expanded))
        value = _pseudo(resolver, name, node)
        out.extend(part._replace(expanded=expanded) for part in value.parts if isinstance(value, Text))  # type: ignore[union-attr]
    return Text((*out, Part(":", None, node, 0, expanded), *tail))


def _entry(resolver: Resolver, resource: TemplateResource, name: str) -> Thunk | None:
    """One property of a resource; None where it is absent or the Properties are no plain mapping."""
    from saya.model.value import Mapping

    value = resolver.properties(resource)[0].value
    return value.entries.get(name) if isinstance(value, Mapping) else None


def _alias(resolver: Resolver, resource: TemplateResource, node: Node, expanded: Reference) -> Alternatives:
    function, name = _entry(resolver, resource, "FunctionName"), _entry(resolver, resource, "Name")
    if function is None:
        return always(_hole(expanded, node))
    own = (Part("", Reference("resource", resource.id, "Name"), node, 0, expanded),)

    def build(values: tuple[Value, ...]) -> Value:
        label = values[1].parts if len(values) > 1 and isinstance(values[1], Text) else own
        return _qualified(resolver, values[0], label, node, expanded)

    return resolver.product([function, name] if name is not None else [function], build)


def _version(resolver: Resolver, resource: TemplateResource, node: Node, expanded: Reference) -> Alternatives:
    function = _entry(resolver, resource, "FunctionName")
    if function is None:
        return always(_hole(expanded, node))
    number = (Part("", Reference("resource", resource.id, "Version"), node, 0, expanded),)
    return resolver.product([function], lambda values: _qualified(resolver, values[0], number, node, expanded))


def _qualified(
    resolver: Resolver, function: Value, qualifier: tuple[Part, ...], node: Node, expanded: Reference
) -> Value:
    """The ARN of a function with a qualifier; the function's name is a hole where it is not known, the qualifier
    stays.
    """
    named = read_function_name(function) if isinstance(function, Text) else None
    if named is not None:
        name = named.name.parts
    else:
        reason = function if isinstance(function, Unknown) else Unknown("the function is not decided by the template")
        name = (Part("", reason, node),)
    marked = tuple(part._replace(expanded=expanded) for part in (*name, Part(":", None, node), *qualifier))
    return _arn(resolver, "lambda", (Part("function:", None, node, 0, expanded), *marked), node, expanded)


def _url(resolver: Resolver, resource: TemplateResource) -> Alternatives:
    target = _entry(resolver, resource, "TargetFunctionArn")
    return (
        resolver.alternatives(target) if target is not None else always(Unknown("the function URL names no function"))
    )


def _generated(resolver: Resolver, name: str, node: Node) -> Alternatives:
    """A resource that SAM generates: `Fn.Alias`, `Fn.Version`, `FnAliaslive`; anything else is opaque.

    Source: SAM specification, "Referencing generated resources".
    """
    owner, _, kind = name.partition(".")
    resource = resolver.resources.get(owner)
    if resource is not None and resource.type == FUNCTION and kind in ("Alias", "Version"):
        return _published(resolver, resource, kind, node)
    if not kind:
        for function in resolver.of_type(FUNCTION):
            if owner.startswith(f"{function.id}Alias") and owner in _alias_ids(resolver, function):
                return _published(resolver, function, "Alias", node)
    return always(_hole(Reference("resource", owner, kind or None), node))


def _generated_attribute(resolver: Resolver, name: str, attribute: str, node: Node) -> Alternatives:
    """An attribute of a resource that SAM generates: `FnAliaslive.AliasArn`, `FnRole.Arn`."""
    if attribute == "AliasArn":
        return _generated(resolver, name, node)
    return always(_hole(Reference("resource", name, attribute), node))


def _alias_ids(resolver: Resolver, function: TemplateResource) -> Iterator[str]:
    """The logical IDs that the alias of AutoPublishAlias can have."""
    name = _entry(resolver, function, "AutoPublishAlias")
    for option in resolver.alternatives(name) if name is not None else ():
        text = option.value.literal if isinstance(option.value, Text) else None
        if text is not None:
            yield f"{function.id}Alias{text.replace('-', 'D').replace('_', 'U')}"


def _published(resolver: Resolver, resource: TemplateResource, kind: str, node: Node) -> Alternatives:
    expanded = Reference("resource", resource.id, kind)
    name = _entry(resolver, resource, "AutoPublishAlias")
    function = Text((Part("", Reference("resource", resource.id), node),))
    if kind != "Alias" or name is None:
        return always(_qualified(resolver, function, (Part("", expanded, node),), node, expanded))

    def build(values: tuple[Value, ...]) -> Value:
        label = values[0].parts if isinstance(values[0], Text) else (Part("", expanded, node),)
        return _qualified(resolver, function, label, node, expanded)

    return resolver.product([name], build)
