"""Conditions as small formulas, and whether a guard can hold.

A condition is a formula over equalities of a symbol (a parameter that nobody gave, a pseudo parameter, an expression
that the template does not decide) and a literal. Nothing here enumerates the conditions of a template: only those that
a guard names are looked at, and past `MAX_ATOMS` equalities the answer is "cannot tell".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from saya.model.guard import Guard
from saya.model.value import NO_SCOPE, Scope, scalar_text, with_variables
from saya.record import NamedTuple
from saya.text.node import MappingNode, Node, ScalarNode, SequenceNode

MAX_ATOMS = 12
MANY_ATOMS = 64
MAX_HEIGHT = 50
MAX_STEPS = 20_000
_OTHER = "\0other"


class Literal(NamedTuple):
    """An operand whose text is known."""

    text: str


class Symbol(NamedTuple):
    """An operand that the template does not decide; equal names are equal values."""

    name: str


class Choice(NamedTuple):
    """An operand that a symbol chooses (Fn::FindInMap): `cases` maps its value to a literal; `default` otherwise."""

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


class Named(NamedTuple):
    """Another condition of the template. It is looked up, not copied: formulas stay as small as they are written."""

    name: str


class Not(NamedTuple):
    inner: Formula


class Every(NamedTuple):
    inner: tuple[Formula, ...]


class Some(NamedTuple):
    inner: tuple[Formula, ...]


Formula = Constant | Equal | Flag | Named | Not | Every | Some


class _TooMuch(Exception):  # noqa: N818 - it never leaves this module
    """Deciding takes too many steps."""


class Conditions:
    """The conditions of one template in one context.

    `nodes` are the Conditions section, each with the loop variables in force; `operand` reads one side of an
    `Fn::Equals`; `domains` are the AllowedValues of the parameters that nobody gave.
    """

    def __init__(
        self,
        nodes: Mapping[str, tuple[Node, Scope]],
        operand: Callable[[Node, Scope], Operand],
        domains: Mapping[str, tuple[str, ...]],
    ) -> None:
        self._nodes = nodes
        self._operand = operand
        self._domains = domains
        self._formulas: dict[str, Formula] = {}
        self._open: set[str] = set()
        self._atoms_of: dict[str, frozenset[Equal | Flag]] = {}
        self._decided: dict[str, bool | None] = {}
        self._possible: dict[Guard, bool | None] = {}
        self._heights: dict[str, int] = {}
        self._depth = 0
        self._steps = 0

    def __contains__(self, name: str) -> bool:
        return name in self._nodes

    def formula(self, name: str) -> Formula:
        """The formula of a condition; a flag where it is undefined, malformed or refers to itself."""
        known = self._formulas.get(name)
        if known is None:
            node, scope = self._nodes.get(name, (None, NO_SCOPE))
            if node is None or name in self._open or len(self._open) > MAX_HEIGHT:
                return Flag(name)
            self._open.add(name)
            known = self._read(node, name, scope)
            self._open.discard(name)
            self._heights[name] = self._height(known)
            if self._heights[name] > MAX_HEIGHT:
                known, self._heights[name] = Flag(name), 1
            self._formulas[name] = known
        return known

    def decided(self, name: str) -> bool | None:
        """What a condition is in this context, whatever the open parameters; None where it depends on them."""
        self._steps = 0
        try:
            return self._evaluate(self._reference(name), {}, self._decided)
        except _TooMuch:
            self._decided[name] = None
            return None

    def possible(self, guard: Guard) -> bool | None:
        """Whether the guard can hold; None where that would take more than `MAX_ATOMS` equalities to find out."""
        if not guard.conditions:
            return True
        if guard not in self._possible:
            self._steps = 0
            try:
                self._possible[guard] = self._solve(guard)
            except _TooMuch:
                self._possible[guard] = None
        return self._possible[guard]

    # reading

    def _reference(self, name: str) -> Formula:
        """A condition by its name; its own formula where that is no longer than the name."""
        formula = self.formula(name)
        return formula if isinstance(formula, Constant | Equal | Flag | Named) else Named(name)

    def _read(self, node: Node, name: str, scope: Scope) -> Formula:
        if isinstance(node, ScalarNode) and node.kind == "bool":
            return Constant(scalar_text(node) == "true")
        if not isinstance(node, MappingNode) or len(node.entries) != 1:
            return Flag(name)
        (key, value), *_ = node.entries.items()
        if key == "Condition" and isinstance(value, ScalarNode):
            return self._reference(with_variables(value.text, scope))
        if not isinstance(value, SequenceNode):
            return Flag(name)
        if key == "Fn::Equals" and len(value.items) == 2:
            return _equal(self._operand(value.items[0], scope), self._operand(value.items[1], scope))
        if key not in ("Fn::And", "Fn::Or", "Fn::Not") or not value.items or self._depth >= MAX_HEIGHT:
            return Flag(name)
        self._depth += 1
        parts = tuple(self._read(item, f"{name}.{index}", scope) for index, item in enumerate(value.items))
        self._depth -= 1
        if key == "Fn::And":
            return Every(parts)
        if key == "Fn::Or":
            return Some(parts)
        return Not(parts[0]) if len(parts) == 1 else Flag(name)

    def _height(self, formula: Formula) -> int:
        if isinstance(formula, Named):
            return 1 + self._heights[formula.name]
        if isinstance(formula, Not):
            return 1 + self._height(formula.inner)
        if isinstance(formula, Every | Some):
            return 1 + max(self._height(part) for part in formula.inner)
        return 1

    # deciding

    def _solve(self, guard: Guard) -> bool | None:
        references = [(self._reference(name), value) for name, value in guard.conditions]
        formulas = [formula if value else Not(formula) for formula, value in references]
        assumed = dict(guard.parameters)
        answers = [self._solve_together(group, assumed) for group in self._groups(formulas, assumed)]
        return False if False in answers else None if None in answers else True

    def _groups(self, formulas: list[Formula], assumed: Mapping[str, str]) -> list[list[Formula]]:
        """The formulas that have open symbols in common, apart from those that share none with them.

        Of a formula with very many symbols only some are known: then all formulas stay together.
        """
        if any(len(self._atoms(formula)) > MANY_ATOMS for formula in formulas):
            return [formulas]
        groups: list[tuple[set[str], list[Formula]]] = []
        for formula in formulas:
            symbols = {_symbol(atom) for atom in self._atoms(formula)} - assumed.keys()
            touched = [group for group in groups if group[0] & symbols]
            groups = [group for group in groups if not group[0] & symbols]
            merged = [*(each for _, inner in touched for each in inner), formula]
            groups.append((symbols.union(*(names for names, _ in touched)), merged))
        return [inner for _, inner in groups]

    def _solve_together(self, formulas: list[Formula], assumed: Mapping[str, str]) -> bool | None:
        atoms = frozenset(atom for formula in formulas for atom in self._atoms(formula))
        if sum(isinstance(atom, Flag) or atom.symbol not in assumed for atom in atoms) > MAX_ATOMS:
            # Nobody writes a condition that never holds: alone it is taken for one that can, and can fail.
            results = [self._evaluate(formula, assumed, {}) for formula in formulas]
            return False if False in results else True if len(formulas) == 1 else None
        domains: dict[str, tuple[str, ...]] = {}
        for atom in sorted(atoms):
            if isinstance(atom, Equal) and atom.symbol not in assumed:
                domains[atom.symbol] = (*domains.get(atom.symbol, ()), atom.text)
        for symbol, texts in domains.items():
            domains[symbol] = self._domain(symbol, texts)
        for atom in atoms:
            if isinstance(atom, Flag):
                domains[_flag(atom)] = ("true", "false")
        return self._search(formulas, dict(assumed), list(domains.items()))

    def _domain(self, symbol: str, texts: tuple[str, ...]) -> tuple[str, ...]:
        """The values of a symbol worth trying: those it is compared with, and one for all others."""
        allowed = self._domains.get(symbol)
        if allowed is None:
            return (*texts, _OTHER)
        named = tuple(text for text in texts if text in allowed)
        return (*named, _OTHER) if any(text not in texts for text in allowed) else named

    def _search(
        self, formulas: list[Formula], values: dict[str, str], domains: list[tuple[str, tuple[str, ...]]]
    ) -> bool:
        memo: dict[str, bool | None] = {}
        results = [self._evaluate(formula, values, memo) for formula in formulas]
        if False in results:
            return False
        if None not in results:
            return True
        (symbol, texts), rest = domains[0], domains[1:]
        return any(self._search(formulas, {**values, symbol: text}, rest) for text in texts)

    def _evaluate(self, formula: Formula, values: Mapping[str, str], memo: dict[str, bool | None]) -> bool | None:
        """Kleene: None where the symbols without a value decide. `memo` has the named conditions under these values."""
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise _TooMuch
        if isinstance(formula, Constant):
            return formula.value
        if isinstance(formula, Equal):
            value = values.get(formula.symbol)
            return None if value is None else value == formula.text
        if isinstance(formula, Flag):
            value = values.get(_flag(formula))
            return None if value is None else value == "true"
        if isinstance(formula, Named):
            if formula.name not in memo:
                memo[formula.name] = self._evaluate(self._formulas[formula.name], values, memo)
            return memo[formula.name]
        if isinstance(formula, Not):
            inner = self._evaluate(formula.inner, values, memo)
            return None if inner is None else not inner
        return self._combined(formula, values, memo)

    def _combined(self, formula: Every | Some, values: Mapping[str, str], memo: dict[str, bool | None]) -> bool | None:
        absorbing = isinstance(formula, Some)
        undecided = False
        for part in formula.inner:
            result = self._evaluate(part, values, memo)
            if result is absorbing:
                return absorbing
            undecided = undecided or result is None
        return None if undecided else not absorbing

    def _atoms(self, formula: Formula) -> frozenset[Equal | Flag]:
        """The equalities that a formula is about; of very many only some."""
        if isinstance(formula, Equal | Flag):
            return frozenset((formula,))
        if isinstance(formula, Not):
            return self._atoms(formula.inner)
        if isinstance(formula, Named):
            if formula.name not in self._atoms_of:
                self._atoms_of[formula.name] = self._atoms(self._formulas[formula.name])
            return self._atoms_of[formula.name]
        found: set[Equal | Flag] = set()
        if isinstance(formula, Every | Some):
            for part in formula.inner:
                found |= self._atoms(part)
                if len(found) > MANY_ATOMS:
                    break
        return frozenset(found)


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
    return Flag(" = ".join(sorted((str(one), str(other)))))


def _chosen(choice: Choice, text: str) -> Formula:
    same = _any(choice.symbol.name, [case for case, value in choice.cases if value == text])
    if choice.default != text:
        return same
    return Some((same, Not(_any(choice.symbol.name, [case for case, _ in choice.cases]))))


def _any(symbol: str, texts: list[str]) -> Formula:
    return Some(tuple(Equal(symbol, text) for text in texts)) if texts else Constant(False)


def _symbol(atom: Equal | Flag) -> str:
    return atom.symbol if isinstance(atom, Equal) else _flag(atom)


def _flag(atom: Flag) -> str:
    return f"\0{atom.name}"
