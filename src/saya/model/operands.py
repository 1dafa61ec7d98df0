"""One side of an `Fn::Equals`, as far as the template decides it whatever its parameters are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from saya.model.conditions import Choice, Literal, Operand, Symbol
from saya.model.guard import ALWAYS
from saya.model.value import NO_SCOPE, Scope, Text, scalar_text
from saya.text.node import MappingNode, Node, ScalarNode, SequenceNode

if TYPE_CHECKING:
    from saya.model.resolve import Resolver
    from saya.model.template import Template


def read_operand(resolver: Resolver, node: Node, scope: Scope = NO_SCOPE) -> Operand:
    """The operand that a node is.

    A parameter that nobody gave stays open whatever its Default, so that a condition over it is open both ways.
    """
    if isinstance(node, MappingNode) and len(node.entries) == 1:
        ((name, argument),) = node.entries.items()
        if name == "Ref" and isinstance(argument, ScalarNode) and all(argument.text != loop for loop, _ in scope):
            known = _known(resolver, argument.text)
            return Symbol(argument.text) if known is None else Literal(known)
        if name == "Fn::FindInMap":
            choice = _choice(resolver, argument, scope)
            if choice is not None:
                return choice
    alternatives = resolver.resolve(node, scope)
    value = alternatives[0].value
    if (
        len(alternatives) == 1
        and alternatives[0].guard is ALWAYS
        and isinstance(value, Text)
        and value.literal is not None
    ):
        return Literal(value.literal)
    return Symbol(f"{written(node)} {scope}" if scope else written(node))


def domains_of(template: Template) -> dict[str, tuple[str, ...]]:
    """The AllowedValues of parameters; those of a stored one are names, not values."""
    parameters = template.parameters.values()
    return {p.name: tuple(scalar_text(i) for i in p.allowed) for p in parameters if p.allowed and not p.is_stored}


def _known(resolver: Resolver, name: str) -> str | None:
    if name.startswith("AWS::"):
        return resolver.pseudo(name)
    parameter = resolver.template.parameters.get(name)
    if parameter is not None and not parameter.is_stored and resolver.parent is not None:
        from saya.model.assembly import read_input

        options = read_input(resolver, name)
        if options is not None:
            value = options[0].value
            return (
                value.literal if len(options) == 1 and options[0].guard == ALWAYS and isinstance(value, Text) else None
            )
    return None if parameter is not None and parameter.is_stored else resolver.given.get(name)


def _choice(resolver: Resolver, argument: Node, scope: Scope) -> Operand | None:
    """`Fn::FindInMap: [Map, {Ref: Symbol}, Key]` over literals."""
    if not isinstance(argument, SequenceNode) or len(argument.items) != 3:
        return None
    name, first, second = argument.items
    if not (isinstance(name, ScalarNode) and isinstance(second, ScalarNode)):
        return None
    table = resolver.mappings.get(name.text)
    operand = read_operand(resolver, first, scope)
    if not isinstance(operand, Symbol) or not isinstance(table, MappingNode):
        return None
    cases = []
    for key, row in table.entries.items():
        value = row.get(second.text) if isinstance(row, MappingNode) else None
        if not isinstance(value, ScalarNode) or key.startswith("Fn::"):
            return None
        cases.append((key, scalar_text(value)))
    return Choice(operand, tuple(cases), None)


def written(node: Node) -> str:
    """A node as one canonical line, so that equal expressions have equal names however they are formatted."""
    if isinstance(node, ScalarNode):
        return repr(scalar_text(node))
    if isinstance(node, SequenceNode):
        return f"[{', '.join(written(item) for item in node.items)}]"
    if isinstance(node, MappingNode):
        return f"{{{', '.join(f'{name}: {_argument(name, node.entries[name])}' for name in sorted(node.entries))}}}"
    return "?"


def _argument(name: str, value: Node) -> str:
    """The value of a key; `Fn::GetAtt` of `Resource.Attribute` is a list of two."""
    if name == "Fn::GetAtt" and isinstance(value, ScalarNode) and "." in value.text:
        return str(value.text.split(".", 1))
    return written(value)
