"""Names of a template that may stand for something else in another revision of it: parameters, mappings, conditions.

An expression that is written alike in both revisions comes to the same in both, unless it mentions one of these.
"""

from __future__ import annotations

from collections.abc import Iterator

from saya.model.guard import Guard
from saya.model.operands import written
from saya.model.resolve import Resolver
from saya.model.template import Parameter
from saya.model.value import scalar_text
from saya.pattern import pattern
from saya.record import NamedTuple
from saya.text.node import MappingNode, Node, ScalarNode, SequenceNode

_PLACEHOLDER = pattern(r"\$\{([^!}][^}]*)\}")
_ANY = "*"


class Redefinitions(NamedTuple):
    """What head defines otherwise than base.

    parameters    parameters and pseudo parameters whose value may be another one
    mappings      mappings; `*` among them where any is
    conditions    conditions, those that depend on other redefined names too
    base, head    the Defaults that are assumed on each side, of the parameters whose Default is another one
    """

    parameters: frozenset[str]
    mappings: frozenset[str]
    conditions: frozenset[str]
    base: Guard
    head: Guard

    def touch(self, node: Node) -> bool:
        """Whether an expression mentions any of them."""
        names = (self.parameters, self.mappings, self.conditions)
        return any(names) and any(name in of_kind for name, of_kind in _mentioned(node, names))


def find_redefinitions(base: Resolver, head: Resolver) -> Redefinitions:
    """What two revisions of a template define differently, each in its context."""
    names = base.template.parameters.keys() | head.template.parameters.keys()
    parameters = {name for name in names if _value(base, name) != _value(head, name)}
    parameters |= {
        name
        for name in ("AWS::Region", "AWS::AccountId", "AWS::StackName", "AWS::Partition")
        if base.pseudo(name) != head.pseudo(name)
    }
    mappings = set(_differing(base.template.mappings, head.template.mappings))
    if mappings:
        mappings.add(_ANY)
    conditions = _conditions(base.template.conditions, head.template.conditions, parameters, mappings)
    both = sorted(name for name in parameters if _default(base, name) is not None and _default(head, name) is not None)
    return Redefinitions(
        frozenset(parameters),
        frozenset(mappings),
        conditions,
        *(Guard((), tuple((name, _default(side, name) or "") for name in both)) for side in (base, head)),
    )


def _value(resolver: Resolver, name: str) -> tuple[object, ...]:
    """What decides a parameter's value: what is given, else its Default. AllowedValues decide nothing: adding one
    does not change what is deployed.
    """
    parameter = resolver.template.parameters.get(name)
    stored = parameter is not None and parameter.is_stored
    given = resolver.given.get(name)
    if given is not None:
        return ("given", given, stored)
    default = parameter.default if parameter is not None else None
    return (parameter is not None, None if default is None else written(default), stored)


def _default(resolver: Resolver, name: str) -> str | None:
    """The Default that is assumed of a parameter; None where a value is given or the Default is none."""
    parameter: Parameter | None = resolver.template.parameters.get(name)
    if parameter is None or parameter.is_stored or parameter.is_list or name in resolver.given:
        return None
    default = parameter.default
    return scalar_text(default) if isinstance(default, ScalarNode) and default.kind != "null" else None


def _differing(base: MappingNode, head: MappingNode) -> Iterator[str]:
    for name in dict.fromkeys((*base.entries, *head.entries)):
        one, other = base.get(name), head.get(name)
        if one is None or other is None or written(one) != written(other):
            yield name


def _conditions(base: MappingNode, head: MappingNode, parameters: set[str], mappings: set[str]) -> frozenset[str]:
    found = set(_differing(base, head))
    if not found and not parameters and not mappings:
        return frozenset()
    edges = {name: tuple(_mentioned(node, (parameters, mappings, found))) for name, node in base.entries.items()}
    growing = True
    while growing:
        more = {name for name, names in edges.items() if any(each in of_kind for each, of_kind in names)} - found
        growing = bool(more)
        found |= more
    return frozenset(found)


_Names = frozenset[str] | set[str]
_Kinds = tuple[_Names, _Names, _Names]


def _mentioned(root: Node, kinds: _Kinds) -> Iterator[tuple[str, _Names]]:
    """The names that an expression mentions, each with the names of its kind among `kinds`: parameters, mappings,
    conditions.
    """
    stack = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, SequenceNode):
            stack.extend(node.items)
        elif isinstance(node, MappingNode):
            stack.extend(node.entries.values())
            for name, value in node.entries.items():
                first = value.items[0] if isinstance(value, SequenceNode) and value.items else value
                yield from _mentioned_by(name, first, kinds)


def _mentioned_by(function: str, first: Node, kinds: _Kinds) -> Iterator[tuple[str, _Names]]:
    """The names in the first argument of a function."""
    parameters, mappings, conditions = kinds
    text = first.text if isinstance(first, ScalarNode) else None
    if function == "Fn::FindInMap":
        yield _ANY if text is None else text, mappings
    elif text is None:
        return
    elif function == "Ref":
        yield text, parameters
    elif function == "Fn::Sub":
        yield from ((match[1].strip(), parameters) for match in _PLACEHOLDER.finditer(text))
    elif function in ("Fn::If", "Condition"):
        yield text, conditions
