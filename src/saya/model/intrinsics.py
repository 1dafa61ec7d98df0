"""The intrinsic functions, one small function each. What a function cannot decide is Unknown with the reason.

Source: CloudFormation intrinsic function reference.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import TYPE_CHECKING

from saya.model import references
from saya.model.declaration import name_in
from saya.model.guard import ALWAYS, Guard, both
from saya.model.inclusion import included
from saya.model.json_text import json_text
from saya.model.mappings import find_in_map
from saya.model.text_functions import join, reason, split, sub, under, wrong
from saya.model.value import (
    Absent,
    Alternative,
    Bound,
    Mapping,
    Part,
    Reference,
    Scope,
    Sequence,
    Text,
    Unknown,
    Value,
    always,
    literal,
)
from saya.text.node import MappingNode, Node, ScalarNode, SequenceNode

if TYPE_CHECKING:
    from saya.model.resolve import Alternatives, Resolver

Function = Callable[["Resolver", Node, Scope, Node], "Alternatives"]


def call(resolver: Resolver, name: str, argument: Node, scope: Scope, node: Node) -> Alternatives:
    """The value of the intrinsic function `name`; `node` is the whole function."""
    function = FUNCTIONS.get(name)
    if function is None:
        return always(Unknown(f"`{name}` is no intrinsic function that Saya knows"))
    return function(resolver, argument, scope, node)


def macro_result(argument: Node) -> Unknown:
    """What `Fn::Transform` adds, which only the macro knows."""
    name = argument.get("Name") if isinstance(argument, MappingNode) else None
    shown = name.text if isinstance(name, ScalarNode) else "a macro"
    return Unknown(f"`{shown}` adds properties when the stack is deployed")


def if_branches(resolver: Resolver, argument: Node, scope: Scope) -> list[tuple[Guard, Node]] | None:
    """The branches of an `Fn::If` that are possible here, each with its guard; None where it is malformed."""
    if not isinstance(argument, SequenceNode) or len(argument.items) != 3:
        return None
    name = name_in(resolver, argument.items[0], scope)
    if name is None:
        return None
    decided = resolver.conditions.decided(name) if name in resolver.conditions else None
    if decided is not None:
        return [(ALWAYS, argument.items[1 if decided else 2])]
    return [
        (Guard(((name, holds),)), branch) for branch, holds in ((argument.items[1], True), (argument.items[2], False))
    ]


def _if(resolver: Resolver, argument: Node, scope: Scope, _node: Node) -> Alternatives:
    branches = if_branches(resolver, argument, scope)
    if branches is None:
        return wrong("Fn::If: [condition, value, value]")
    out: list[Alternative] = []
    for guard, branch in branches:
        for option in resolver.resolve(branch, scope):
            joined = both(guard, option.guard)
            if joined is not None:
                out.append(Alternative(joined, option.value, option.node or branch))
    return tuple(out)


def _select(resolver: Resolver, argument: Node, scope: Scope, _node: Node) -> Alternatives:
    if not isinstance(argument, SequenceNode) or len(argument.items) != 2:
        return wrong("Fn::Select: [index, list]")
    out: list[Alternative] = []
    for index in resolver.resolve(argument.items[0], scope):
        number = index.value.literal if isinstance(index.value, Text) else None
        for option in resolver.resolve(argument.items[1], scope):
            guard = both(index.guard, option.guard)
            if guard is None:
                continue
            out.extend(under(guard, _item(resolver, number, option.value)))
    return tuple(out)


def _item(resolver: Resolver, number: str | None, value: Value) -> Alternatives:
    if number is None or not (number.isascii() and number.isdigit() and len(number) < 7):
        return always(Unknown("the index of an Fn::Select is not decided by the template"))
    if not isinstance(value, Sequence):
        return always(reason(value, "a list is expected"))
    index = int(number)
    if index < len(value.items):
        return resolver.alternatives(value.items[index])
    return always(value.rest or Unknown(f"an Fn::Select of item {index} of a list of {len(value.items)}"))


def _import_value(resolver: Resolver, argument: Node, scope: Scope, node: Node) -> Alternatives:
    if resolver.exports is not None:
        from saya.model.exports import read_import

        found = read_import(resolver, argument, scope)
        if found is not None:
            return found

    def build(values: tuple[Value, ...]) -> Value:
        name = str(values[0]) if isinstance(values[0], Text) else "?"
        return Text((Part("", Reference("import", name), node),))

    return resolver.product([Bound(argument, scope)], build)


def _stack_output(_resolver: Resolver, argument: Node, _scope: Scope, node: Node) -> Alternatives:
    """`Fn::GetStackOutput: {StackName, OutputName, ...}`: an output of a stack deployed elsewhere."""
    name = argument.get("OutputName") if isinstance(argument, MappingNode) else None
    stack = argument.get("StackName") if isinstance(argument, MappingNode) else None
    label = ".".join(n.text for n in (stack, name) if isinstance(n, ScalarNode)) or "?"
    return always(Text((Part("", Reference("import", label), node),)))


def _base64(resolver: Resolver, argument: Node, scope: Scope, node: Node) -> Alternatives:
    def build(values: tuple[Value, ...]) -> Value:
        text = values[0].literal if isinstance(values[0], Text) else None
        if text is None:
            return reason(values[0], "text is expected")
        return literal(base64.b64encode(text.encode()).decode(), node)

    return resolver.product([Bound(argument, scope)], build)


def _length(resolver: Resolver, argument: Node, scope: Scope, node: Node) -> Alternatives:
    def build(values: tuple[Value, ...]) -> Value:
        value = values[0]
        if not isinstance(value, Sequence) or value.rest is not None:
            return reason(value, "a list is expected")
        absent = [
            any(option.value is Absent.NO_VALUE for option in options)
            for options in map(resolver.alternatives, value.items)
        ]
        if any(absent):
            return Unknown("the length of a list with AWS::NoValue in it")
        return literal(str(len(value.items)), node)

    return resolver.product([Bound(argument, scope)], build)


def _opaque_list(reason: str) -> Function:
    def function(_resolver: Resolver, _argument: Node, _scope: Scope, node: Node) -> Alternatives:
        return always(Sequence((), node, Unknown(reason)))

    return function


def _transform(resolver: Resolver, argument: Node, scope: Scope, node: Node) -> Alternatives:
    fragment = included(resolver, argument, scope)
    if isinstance(fragment, Node):
        return resolver.resolve(fragment)
    reason = fragment if isinstance(fragment, Unknown) else macro_result(argument)
    return always(Mapping({}, node, reason)) if isinstance(node, MappingNode) else always(reason)


def _to_json(resolver: Resolver, argument: Node, scope: Scope, _node: Node) -> Alternatives:
    return json_text(resolver, Bound(argument, scope))


def _condition_value(_resolver: Resolver, _argument: Node, _scope: Scope, _node: Node) -> Alternatives:
    return always(Unknown("a condition function outside Conditions"))


def _undecided(_resolver: Resolver, argument: Node, _scope: Scope, node: Node) -> Alternatives:
    """A text that the file does not decide although CloudFormation's rules would; see `model.serverless`."""
    reason = argument.text if isinstance(argument, ScalarNode) else "it is not decided"
    return always(Text((Part("", Unknown(reason), node),)))


FUNCTIONS: dict[str, Function] = {
    "Fn::Saya::Undecided": _undecided,
    "Fn::GetAtt": references.get_att,
    "Fn::Sub": sub,
    "Fn::Join": join,
    "Fn::Split": split,
    "Fn::Select": _select,
    "Fn::If": _if,
    "Fn::FindInMap": find_in_map,
    "Fn::ImportValue": _import_value,
    "Fn::GetStackOutput": _stack_output,
    "Fn::Base64": _base64,
    "Fn::Length": _length,
    "Fn::ToJsonString": _to_json,
    "Fn::Transform": _transform,
    "Fn::Cidr": _opaque_list("the addresses of an Fn::Cidr are computed when the stack is deployed"),
    "Fn::GetAZs": _opaque_list("the Availability Zones are known only when the stack is deployed"),
    **dict.fromkeys(("Fn::Equals", "Fn::And", "Fn::Or", "Fn::Not"), _condition_value),
}
