"""The intrinsic functions, one small function each. What a function cannot decide is Unknown with the reason.

Source: CloudFormation intrinsic function reference.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import TYPE_CHECKING

from saya.model import references
from saya.model.attributes import ref_is_name
from saya.model.declaration import name_in
from saya.model.guard import ALWAYS, Guard, both
from saya.model.inclusion import included
from saya.model.json_text import json_text
from saya.model.mappings import find_in_map
from saya.model.value import (
    Absent,
    Alternative,
    Bound,
    Given,
    Mapping,
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
)
from saya.pattern import pattern
from saya.text.node import MappingNode, Node, ScalarNode, SequenceNode

if TYPE_CHECKING:
    from saya.model.resolve import Alternatives, Resolver

Function = Callable[["Resolver", Node, Scope, Node], "Alternatives"]

_PLACEHOLDER = pattern(r"\$\{([^}]*)\}")


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


def _wrong(form: str) -> Alternatives:
    return always(Unknown(f"the function is not of the form {form}"))


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
        return _wrong("Fn::If: [condition, value, value]")
    out: list[Alternative] = []
    for guard, branch in branches:
        for option in resolver.resolve(branch, scope):
            joined = both(guard, option.guard)
            if joined is not None:
                out.append(Alternative(joined, option.value, option.node or branch))
    return tuple(out)


def _sub(resolver: Resolver, argument: Node, scope: Scope, node: Node) -> Alternatives:
    pieces = sub_pieces(resolver, argument, scope, node)
    return concatenate(resolver, pieces) if pieces is not None else _wrong("Fn::Sub: text, or [text, mapping]")


def sub_pieces(resolver: Resolver, argument: Node, scope: Scope, node: Node) -> list[Thunk] | None:
    """The literals and variables of an `Fn::Sub` in order; None where it is malformed."""
    template: Node = argument
    variables: dict[str, Node] = {}
    if isinstance(argument, SequenceNode) and len(argument.items) == 2:
        template, names = argument.items
        variables = names.entries if isinstance(names, MappingNode) else {}
    if not isinstance(template, ScalarNode):
        return None
    pieces: list[Thunk] = []
    at = 0
    for match in _PLACEHOLDER.finditer(template.text):
        if match.start() > at:
            pieces.append(_piece(template, at, match.start()))
        name = match[1].strip()
        if name.startswith("!"):
            written = Part(f"${{{match[1].replace('!', '', 1)}}}", None, template, match.start())
            pieces.append(Given(always(Text((written,))), template))
        elif name in variables:
            pieces.append(Bound(variables[name], scope))
        else:
            pieces.append(Given(_named(resolver, name, scope, node), template))
        at = match.end()
    if at < len(template.text) or not pieces:
        pieces.append(_piece(template, at, len(template.text)))
    return pieces


def _piece(template: ScalarNode, start: int, end: int) -> Given:
    return Given(always(Text((Part(template.text[start:end], None, template, start),))), template)


def _named(resolver: Resolver, name: str, scope: Scope, node: Node) -> Alternatives:
    """`${Name}` or `${Name.Attribute}`."""
    owner, dot, attribute = name.partition(".")
    if dot and not any(variable == name for variable, _ in scope):
        return references.att_name(resolver, owner, attribute, node)
    return references.ref_name(resolver, name, scope, node)


def concatenate(resolver: Resolver, pieces: list[Thunk], delimiter: Part | None = None) -> Alternatives:
    """The texts of the pieces one behind the other, `delimiter` between them; absent ones are left out."""

    def build(values: tuple[Value, ...]) -> Value:
        parts: list[Part] = []
        present = [value for value in values if value is not Absent.NO_VALUE]
        for index, value in enumerate(present):
            if index and delimiter is not None and delimiter.text:
                parts.append(delimiter)
            parts.extend(_parts(value, pieces[0].node))
        return Text(tuple(parts)) if parts else literal("", pieces[0].node)

    if not pieces:
        return always(Unknown("nothing to join"))
    combined = resolver.product(pieces, build)
    if len(combined) == 1 and isinstance(combined[0].value, Unknown):
        return resolver.product([_symbolic(resolver, piece) for piece in pieces], build)
    return combined


def _symbolic(resolver: Resolver, piece: Thunk) -> Thunk:
    """A piece with too many values as one hole, so that the text keeps its shape."""
    options = resolver.alternatives(piece)
    if len(options) == 1:
        return piece
    return Given(always(Text((Part("", Unknown("it has many values"), piece.node),))), piece.node)


def _parts(value: Value, node: Node) -> tuple[Part, ...]:
    if isinstance(value, Text):
        return value.parts
    return (Part("", _reason(value, "a list or mapping where text is expected"), node),)


def _join(resolver: Resolver, argument: Node, scope: Scope, _node: Node) -> Alternatives:
    if (
        not isinstance(argument, SequenceNode)
        or len(argument.items) != 2
        or not isinstance(argument.items[0], ScalarNode)
    ):
        return _wrong("Fn::Join: [delimiter, list]")
    separator, items = argument.items
    delimiter = Part(argument.items[0].text, None, separator)
    out: list[Alternative] = []
    for option in resolver.resolve(items, scope):
        value = option.value
        if isinstance(value, Sequence) and value.rest is None:
            joined = concatenate(resolver, list(value.items), delimiter) if value.items else always(literal("", items))
        else:
            joined = always(Text((Part("", _reason(value, "the list is not decided by the template"), items),)))
        out.extend(_under(option.guard, joined))
    return tuple(out)


def _under(guard: Guard, options: Alternatives) -> list[Alternative]:
    """The alternatives that a guard allows, guarded by it too."""
    pairs = [(both(guard, option.guard), option) for option in options]
    return [option._replace(guard=joined) for joined, option in pairs if joined is not None]


def _reason(value: Value, otherwise: str) -> Unknown:
    if isinstance(value, Unknown):
        return value
    if isinstance(value, Sequence | Mapping) and value.rest is not None:
        return value.rest
    if isinstance(value, Text) and value.literal is None:
        return references.reason_of(value)
    return Unknown(otherwise)


def _split(resolver: Resolver, argument: Node, scope: Scope, node: Node) -> Alternatives:
    if (
        not isinstance(argument, SequenceNode)
        or len(argument.items) != 2
        or not isinstance(argument.items[0], ScalarNode)
    ):
        return _wrong("Fn::Split: [delimiter, text]")
    delimiter = argument.items[0].text

    def build(values: tuple[Value, ...]) -> Value:
        value = values[0]
        if not isinstance(value, Text) or not delimiter:
            return _reason(value, "text is expected")
        return split_text(resolver, value, delimiter, node)

    return resolver.product([Bound(argument.items[1], scope)], build)


def split_text(resolver: Resolver, text: Text, delimiter: str, node: Node) -> Sequence:
    """The fields of a text. They end before the first hole that may itself contain the delimiter."""
    masked, at = text.masked, 0
    fields: list[Thunk] = []
    holes = enumerate(_by_character(text))
    limit = next((index for index, part in holes if part is not None and _opaque(resolver, part)), None)
    while True:
        found = masked.find(delimiter, at)
        end = len(masked) if found < 0 else found
        if limit is not None and end > limit:
            return Sequence(tuple(fields), node, references.reason_of(text.slice(limit, limit + 1)))
        piece = text.slice(at, end)
        fields.append(Given(always(piece if piece.parts else literal("", node)), node))
        if found < 0:
            return Sequence(tuple(fields), node)
        at = found + len(delimiter)


def _by_character(text: Text) -> list[Part | None]:
    """For every index of the masked text its hole, or None within a literal."""
    out: list[Part | None] = []
    for part in text.parts:
        out.extend([None] * len(part.text) if part.hole is None else [part])
    return out


def _opaque(resolver: Resolver, part: Part) -> bool:
    """Whether a hole may hold a delimiter: all but pseudo parameters, names and version numbers."""
    hole = part.hole
    if not isinstance(hole, Reference):
        return True
    if hole.kind == "pseudo":
        return hole.name in ("AWS::StackId", "AWS::NotificationARNs")
    if hole.kind != "resource":
        return True
    if hole.attribute in ("Version", "Name"):
        return False
    resource = resolver.resources.get(hole.name)
    return hole.attribute is not None or resource is None or not ref_is_name(resource.type)


def _select(resolver: Resolver, argument: Node, scope: Scope, _node: Node) -> Alternatives:
    if not isinstance(argument, SequenceNode) or len(argument.items) != 2:
        return _wrong("Fn::Select: [index, list]")
    out: list[Alternative] = []
    for index in resolver.resolve(argument.items[0], scope):
        number = index.value.literal if isinstance(index.value, Text) else None
        for option in resolver.resolve(argument.items[1], scope):
            guard = both(index.guard, option.guard)
            if guard is None:
                continue
            out.extend(_under(guard, _item(resolver, number, option.value)))
    return tuple(out)


def _item(resolver: Resolver, number: str | None, value: Value) -> Alternatives:
    if number is None or not (number.isascii() and number.isdigit() and len(number) < 7):
        return always(Unknown("the index of an Fn::Select is not decided by the template"))
    if not isinstance(value, Sequence):
        return always(_reason(value, "a list is expected"))
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
            return _reason(values[0], "text is expected")
        return literal(base64.b64encode(text.encode()).decode(), node)

    return resolver.product([Bound(argument, scope)], build)


def _length(resolver: Resolver, argument: Node, scope: Scope, node: Node) -> Alternatives:
    def build(values: tuple[Value, ...]) -> Value:
        value = values[0]
        if not isinstance(value, Sequence) or value.rest is not None:
            return _reason(value, "a list is expected")
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
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::Split": _split,
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
