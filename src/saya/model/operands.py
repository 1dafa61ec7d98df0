"""One side of an `Fn::Equals`, as far as the template decides it whatever its parameters are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from saya.model.conditions import Choice, Literal, Operand, Symbol
from saya.model.guard import ALWAYS
from saya.model.value import NO_SCOPE, Text
from saya.text.node import MappingNode, Node, ScalarNode, SequenceNode

if TYPE_CHECKING:
    from saya.model.resolve import Resolver


def read_operand(resolver: Resolver, node: Node) -> Operand:
    """The operand that a node is.

    A parameter that nobody gave stays open whatever its Default, so that a condition over it is open both ways.
    """
    if isinstance(node, MappingNode) and len(node.entries) == 1:
        ((name, argument),) = node.entries.items()
        if name == "Ref" and isinstance(argument, ScalarNode):
            known = _known(resolver, argument.text)
            return Symbol(argument.text) if known is None else Literal(known)
        if name == "Fn::FindInMap":
            choice = _choice(resolver, argument)
            if choice is not None:
                return choice
    alternatives = resolver.resolve(node, NO_SCOPE)
    value = alternatives[0].value
    if (
        len(alternatives) == 1
        and alternatives[0].guard is ALWAYS
        and isinstance(value, Text)
        and value.literal is not None
    ):
        return Literal(value.literal)
    return Symbol(written(node))


def _known(resolver: Resolver, name: str) -> str | None:
    if name == "AWS::Region":
        return resolver.region
    if name == "AWS::StackName":
        return resolver.stack
    if name == "AWS::AccountId":
        return resolver.account
    return resolver.given.get(name)


def _choice(resolver: Resolver, argument: Node) -> Operand | None:
    """`Fn::FindInMap: [Map, {Ref: Symbol}, Key]` over literals."""
    if not isinstance(argument, SequenceNode) or len(argument.items) != 3:
        return None
    name, first, second = argument.items
    if not (isinstance(name, ScalarNode) and isinstance(second, ScalarNode)):
        return None
    table = resolver.template.mappings.get(name.text)
    operand = read_operand(resolver, first)
    if not isinstance(operand, Symbol) or not isinstance(table, MappingNode):
        return None
    cases = []
    for key, row in table.entries.items():
        value = row.get(second.text) if isinstance(row, MappingNode) else None
        if not isinstance(value, ScalarNode):
            return None
        cases.append((key, value.text.lower() if value.kind == "bool" else value.text))
    return Choice(operand, tuple(cases), None)


def written(node: Node) -> str:
    """A node as one canonical line, so that equal expressions have equal names."""
    if isinstance(node, ScalarNode):
        return repr(node.text)
    if isinstance(node, SequenceNode):
        return f"[{', '.join(written(item) for item in node.items)}]"
    if isinstance(node, MappingNode):
        return f"{{{', '.join(f'{name}: {written(value)}' for name, value in node.entries.items())}}}"
    return "?"
