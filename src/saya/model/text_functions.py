"""The intrinsic functions that put texts together and take them apart: `Fn::Sub`, `Fn::Join`, `Fn::Split`.

They work on parts, literals and holes, so that a text keeps its shape whatever of it is not decided.

Source: CloudFormation intrinsic function reference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from saya.model import references
from saya.model.attributes import ref_is_name
from saya.model.guard import Guard, both
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

_PLACEHOLDER = pattern(r"\$\{([^}]*)\}")


def wrong(form: str) -> Alternatives:
    """What a function of another form than this gives."""
    return always(Unknown(f"the function is not of the form {form}"))


def sub(resolver: Resolver, argument: Node, scope: Scope, node: Node) -> Alternatives:
    """The text of `Fn::Sub`, of literals and what its variables are."""
    pieces = sub_pieces(resolver, argument, scope, node)
    return concatenate(resolver, pieces) if pieces is not None else wrong("Fn::Sub: text, or [text, mapping]")


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
    return (Part("", reason(value, "a list or mapping where text is expected"), node),)


def join(resolver: Resolver, argument: Node, scope: Scope, _node: Node) -> Alternatives:
    """The text of `Fn::Join`, for each of the lists that it may join."""
    if (
        not isinstance(argument, SequenceNode)
        or len(argument.items) != 2
        or not isinstance(argument.items[0], ScalarNode)
    ):
        return wrong("Fn::Join: [delimiter, list]")
    separator, items = argument.items
    delimiter = Part(argument.items[0].text, None, separator)
    out: list[Alternative] = []
    for option in resolver.resolve(items, scope):
        value = option.value
        if isinstance(value, Sequence) and value.rest is None:
            joined = concatenate(resolver, list(value.items), delimiter) if value.items else always(literal("", items))
        else:
            joined = always(Text((Part("", reason(value, "the list is not decided by the template"), items),)))
        out.extend(under(option.guard, joined))
    return tuple(out)


def under(guard: Guard, options: Alternatives) -> list[Alternative]:
    """The alternatives that a guard allows, guarded by it too."""
    pairs = [(both(guard, option.guard), option) for option in options]
    return [option._replace(guard=joined) for joined, option in pairs if joined is not None]


def reason(value: Value, otherwise: str) -> Unknown:
    """Why a value is no text: its own reason, else this one."""
    if isinstance(value, Unknown):
        return value
    if isinstance(value, Sequence | Mapping) and value.rest is not None:
        return value.rest
    if isinstance(value, Text) and value.literal is None:
        return references.reason_of(value)
    return Unknown(otherwise)


def split(resolver: Resolver, argument: Node, scope: Scope, node: Node) -> Alternatives:
    """The list of `Fn::Split`, as far as the holes of the text let it be known."""
    if (
        not isinstance(argument, SequenceNode)
        or len(argument.items) != 2
        or not isinstance(argument.items[0], ScalarNode)
    ):
        return wrong("Fn::Split: [delimiter, text]")
    delimiter = argument.items[0].text

    def build(values: tuple[Value, ...]) -> Value:
        value = values[0]
        if not isinstance(value, Text) or not delimiter:
            return reason(value, "text is expected")
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
