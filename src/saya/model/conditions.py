"""Conditions as small formulas, and whether a guard can hold.

A condition is a formula over equalities of a symbol (a parameter that nobody gave, a pseudo parameter, an expression that the template
does not decide) and a literal. Nothing here enumerates the conditions of a template: only those that a guard names are
looked at, and past `MAX_ATOMS` equalities the answer is "cannot tell".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from saya.model.guard import Guard
from saya.text.node import MappingNode, Node, ScalarNode, SequenceNode

MAX_ATOMS = 12
_OTHER = "\0other"


class Literal(NamedTuple):
    """An operand whose text is known."""

    text: str


class Symbol(NamedTuple):
    """An operand that the template does not decide; equal names are equal values."""

    name: str


class Choice(NamedTuple):
    """An operand that a symbol chooses: `cases` maps the symbol's value to a literal (Fn::FindInMap); `default` otherwise."""

    symbol: Symbol
    cases: tuple[tuple[str, str], ...]
    default: str | None


Operand = Literal | Symbol | Choice


class Constant(NamedTuple):
    value: bool


class Equal(NamedTuple):
    symbol: str
    text: str


class Flag(NamedTuple):
    """A condition of which nothing is known."""

    name: str


class Not(NamedTuple):
    inner: Formula


class Every(NamedTuple):
    inner: tuple[Formula, ...]


class Some(NamedTuple):
    inner: tuple[Formula, ...]


Formula = Constant | Equal | Flag | Not | Every | Some


class Conditions:
    """The conditions of one template in one context.

    `nodes` are the Conditions section; `operand` reads one side of an `Fn::Equals`; `domains` are the AllowedValues of the parameters that
    nobody gave.
    """

    def __init__(
        self, nodes: Mapping[str, Node], operand: Callable[[Node], Operand], domains: Mapping[str, tuple[str, ...]]
    ) -> None:
        self._nodes = nodes
        self._operand = operand
        self._domains = domains
        self._formulas: dict[str, Formula] = {}
        self._open: set[str] = set()
        self._possible: dict[Guard, bool | None] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._nodes

    def formula(self, name: str) -> Formula:
        """The formula of a condition; a flag where it is undefined, malformed or refers to itself."""
        known = self._formulas.get(name)
        if known is None:
            node = self._nodes.get(name)
            if node is None or name in self._open:
                return Flag(name)
            self._open.add(name)
            known = self._formulas[name] = self._read(node, name)
            self._open.discard(name)
        return known

    def decided(self, name: str) -> bool | None:
        """What a condition is in this context, whatever the open parameters; None where it depends on them."""
        return _evaluate(self.formula(name), {})

    def possible(self, guard: Guard) -> bool | None:
        """Whether the guard can hold; None where that would take more than `MAX_ATOMS` equalities to find out."""
        if not guard.conditions:
            return True
        if guard not in self._possible:
            self._possible[guard] = self._solve(guard)
        return self._possible[guard]

    def _read(self, node: Node, name: str) -> Formula:
        if not isinstance(node, MappingNode) or len(node.entries) != 1:
            return Flag(name)
        (key, value), *_ = node.entries.items()
        if key == "Condition" and isinstance(value, ScalarNode):
            return self.formula(value.text)
        if not isinstance(value, SequenceNode):
            return Flag(name)
        parts = (
            [self._read(item, f"{name}.{index}") for index, item in enumerate(value.items)]
            if key != "Fn::Equals"
            else []
        )
        if key == "Fn::And":
            return Every(tuple(parts))
        if key == "Fn::Or":
            return Some(tuple(parts))
        if key == "Fn::Not" and len(parts) == 1:
            return Not(parts[0])
        if key == "Fn::Equals" and len(value.items) == 2:
            return _equal(self._operand(value.items[0]), self._operand(value.items[1]))
        return Flag(name)

    def _solve(self, guard: Guard) -> bool | None:
        formulas = [self.formula(name) if value else Not(self.formula(name)) for name, value in guard.conditions]
        atoms = {atom for formula in formulas for atom in _atoms(formula)}
        assumed = dict(guard.parameters)
        domains: dict[str, tuple[str, ...]] = {}
        for atom in sorted(atoms):
            if isinstance(atom, Equal) and atom.symbol not in assumed:
                domains[atom.symbol] = (*domains.get(atom.symbol, ()), atom.text)
        if sum(isinstance(atom, Flag) or atom.symbol not in assumed for atom in atoms) > MAX_ATOMS:
            return None
        for symbol, texts in domains.items():
            domains[symbol] = self._domain(symbol, texts)
        for atom in atoms:
            if isinstance(atom, Flag):
                domains[_flag(atom)] = ("true", "false")
        return _search(formulas, assumed, list(domains.items()))

    def _domain(self, symbol: str, texts: tuple[str, ...]) -> tuple[str, ...]:
        """The values of a symbol worth trying: those it is compared with, and one for all others."""
        allowed = self._domains.get(symbol)
        if allowed is None:
            return (*texts, _OTHER)
        named = tuple(text for text in texts if text in allowed)
        return (*named, _OTHER) if any(text not in texts for text in allowed) else named


def _equal(one: Operand, other: Operand) -> Formula:
    if isinstance(one, Literal) and isinstance(other, Literal):
        return Constant(one.text == other.text)
    if isinstance(one, Literal):
        one, other = other, one
    if isinstance(one, Symbol) and isinstance(other, Literal):
        return Equal(one.name, other.text)
    if isinstance(one, Choice) and isinstance(other, Literal):
        return _chosen(one, other.text)
    if one == other:
        return Constant(True)
    return Flag(f"{one} = {other}")


def _chosen(choice: Choice, text: str) -> Formula:
    same = Some(tuple(Equal(choice.symbol.name, case) for case, value in choice.cases if value == text))
    if choice.default != text:
        return same
    return Some((same, Not(Some(tuple(Equal(choice.symbol.name, case) for case, _ in choice.cases)))))


def _atoms(formula: Formula) -> Iterator[Equal | Flag]:
    if isinstance(formula, Equal | Flag):
        yield formula
    elif isinstance(formula, Not):
        yield from _atoms(formula.inner)
    elif isinstance(formula, Every | Some):
        for inner in formula.inner:
            yield from _atoms(inner)


def _flag(atom: Flag) -> str:
    return f"\0{atom.name}"


def _evaluate(formula: Formula, values: Mapping[str, str]) -> bool | None:
    """Kleene: None where the symbols without a value decide."""
    if isinstance(formula, Constant):
        return formula.value
    if isinstance(formula, Equal):
        value = values.get(formula.symbol)
        return None if value is None else value == formula.text
    if isinstance(formula, Flag):
        value = values.get(_flag(formula))
        return None if value is None else value == "true"
    if isinstance(formula, Not):
        inner = _evaluate(formula.inner, values)
        return None if inner is None else not inner
    absorbing = isinstance(formula, Some)
    undecided = False
    for part in formula.inner:
        result = _evaluate(part, values)
        if result is absorbing:
            return absorbing
        undecided = undecided or result is None
    return None if undecided else not absorbing


def _search(formulas: list[Formula], values: dict[str, str], domains: list[tuple[str, tuple[str, ...]]]) -> bool:
    results = [_evaluate(formula, values) for formula in formulas]
    if False in results:
        return False
    if None not in results:
        return True
    (symbol, texts), rest = domains[0], domains[1:]
    return any(_search(formulas, {**values, symbol: text}, rest) for text in texts)
