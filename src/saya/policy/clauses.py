"""Reading `where`, `unless` and their like: nodes to test trees, each clause checked against the field it tests."""

from __future__ import annotations

from collections.abc import Mapping

from saya.policy.language import (
    AllOf,
    AnyOf,
    Check,
    Equals,
    Every,
    Excludes,
    FieldTest,
    FieldValue,
    Includes,
    Inverse,
    Literals,
    NotOf,
    Operand,
    Param,
    Present,
    Scalar,
    Some,
    Test,
    Together,
)
from saya.policy.reader import Reader, described, listed, suggestion
from saya.policy.vocabulary import FieldType
from saya.text.node import MappingNode, Node, ScalarNode, SequenceNode

CONNECTIVES = ("all", "any", "not")
OPERATORS = ("present", "not", "includes", "excludes", "some", "every", "field", "param")


class Clauses:
    """Reads the trees of one policy. `params` are those that it declares; `used` fills with those its tests use."""

    def __init__(self, reader: Reader, params: Mapping[str, Param]) -> None:
        self.reader = reader
        self.params = params
        self.used: set[str] = set()

    def tree(self, node: Node | None, what: str, record: type | None = None) -> Test | None:
        """The test that a mapping writes: all of its entries. `record` is what paths start from, if not the fact."""
        if node is None:
            return None
        if not isinstance(node, MappingNode):
            self.reader.problem(node, f"{what} is a mapping of fields to tests, not {described(node)}")
            return None
        if not node.entries:
            self.reader.problem(node, f"{what} is empty; write a test, or leave it out")
            return None
        record = record or self.reader.record
        tests = [self._entry(node.keys[name], value, record) for name, value in node.entries.items()]
        known = [test for test in tests if test is not None]
        return known[0] if len(known) == 1 else AllOf(tuple(known), node.location)

    def _entry(self, key: ScalarNode, value: Node, record: type | None) -> Test | None:
        if key.text == "not":
            inner = self.tree(value, "`not`", record)
            return None if inner is None else NotOf(inner, key.location)
        if key.text in CONNECTIVES:
            items = self.reader.items(value, f"`{key.text}`")
            tests = [self.tree(item, f"an item of `{key.text}`", record) for item in items]
            known = tuple(test for test in tests if test is not None)
            return AllOf(known, key.location) if key.text == "all" else AnyOf(known, key.location)
        found = self.reader.field(key, key.text, record)
        if found is None:
            return None
        path, type_ = found
        check = self.check(value, f"`{key.text}`", type_)
        return None if check is None else FieldTest(path, check, key.location)

    def check(self, node: Node, what: str, type_: FieldType) -> Check | None:
        """The check of a value of `type_`."""
        if not isinstance(node, MappingNode):
            operand = self._literals(node, what, type_)
            return None if operand is None else Equals(operand)
        if not node.entries:
            self.reader.problem(node, f"the test of {what} is empty; there are {listed(OPERATORS)}")
            return None
        checks = [self._operator(node.keys[name], value, what, type_) for name, value in node.entries.items()]
        known = [check for check in checks if check is not None]
        if len(known) < len(checks):
            return None
        return known[0] if len(known) == 1 else Together(tuple(known))

    def _operator(self, key: ScalarNode, value: Node, what: str, type_: FieldType) -> Check | None:
        name = key.text
        if name == "present":
            return self._present(key, value, what, type_)
        if name == "not":
            inner = self.check(value, what, type_)
            return None if inner is None else Inverse(inner)
        if name in ("includes", "excludes", "some", "every"):
            return self._list(key, value, what, type_)
        if name in ("field", "param"):
            operand = self._reference(key, value, what, type_)
            return None if operand is None else Equals(operand)
        meant = f"; did you mean `{what.strip('`')}.{name}`?"
        hint = meant if type_.record is not None else suggestion(name, OPERATORS)
        self.reader.problem(key, f"no operator `{name}`{hint}")
        return None

    def _present(self, key: ScalarNode, value: Node, what: str, type_: FieldType) -> Check | None:
        wanted = self.reader.boolean(value, "`present`")
        if not type_.optional:
            self.reader.problem(key, f"{what} is always present; test its value")
            return None
        return None if wanted is None else Present(wanted)

    def _list(self, key: ScalarNode, value: Node, what: str, type_: FieldType) -> Check | None:
        name = key.text
        if type_.item is None:
            self.reader.problem(key, f"`{name}` tests a list, and {what} is {type_}")
            return None
        if name in ("some", "every"):
            inner: Test | Check | None
            if type_.item.record is not None:
                inner = self.tree(value, f"`{name}`", type_.item.record)
            else:
                inner = self.check(value, f"an item of {what}", type_.item)
            return None if inner is None else (Some(inner) if name == "some" else Every(inner))
        operand = self._item(value, f"an item of {what}", type_.item)
        return None if operand is None else (Includes(operand) if name == "includes" else Excludes(operand))

    def _item(self, node: Node, what: str, type_: FieldType) -> Operand | None:
        """The operand of `includes` and `excludes`: one value, a field or a parameter."""
        if isinstance(node, SequenceNode):
            self.reader.problem(node, f"{what} is compared with one value; for several write `some: [a, b]`")
            return None
        if not isinstance(node, MappingNode):
            return self._literals(node, what, type_)
        if list(node.entries) not in (["field"], ["param"]):
            self.reader.problem(node, f"{what} is compared with a value, {{field: path}} or {{param: name}}")
            return None
        [(name, value)] = node.entries.items()
        return self._reference(node.keys[name], value, what, type_)

    def _reference(self, key: ScalarNode, node: Node, what: str, type_: FieldType) -> Operand | None:
        text = self.reader.text(node, f"`{key.text}`")
        if text is None:
            return None
        if key.text == "param":
            return self._param(node, text, what, type_)
        found = self.reader.field(node, text, self.reader.record)
        if found is None:
            return None
        path, other = found
        if not type_.is_scalar or other.kind != type_.kind:
            self.reader.problem(node, f"{what} is {type_} and `{text}` is {other}: they cannot be compared")
            return None
        if type_.values and other.values and not set(type_.values) & set(other.values):
            self.reader.problem(node, f"{what} and `{text}` have no value in common, so they are never equal")
            return None
        return FieldValue(path)

    def _param(self, node: Node, name: str, what: str, type_: FieldType) -> Operand | None:
        param = self.params.get(name)
        if param is None:
            near = suggestion(name, self.params) if self.params else "; declare it under `params`"
            self.reader.problem(node, f"no parameter `{name}`{near}")
            return None
        self.used.add(name)
        wrong = [problem for value in param.values if (problem := mismatch(value, what, type_))]
        for problem in wrong:
            self.reader.problem(node, f"the default of `{name}` does not fit: {problem}")
        return None if wrong else Literals(param.values, name)

    def _literals(self, node: Node, what: str, type_: FieldType) -> Literals | None:
        """A value, or a list of which one is to be equal."""
        if not type_.is_scalar:
            self.reader.problem(node, f"{what} is {type_}; {_instead(type_)}")
            return None
        nodes = self.reader.items(node, f"what {what} is compared with") if isinstance(node, SequenceNode) else [node]
        values = [value for item in nodes if (value := self._literal(item, what, type_)) is not None]
        return Literals(tuple(values)) if values and len(values) == len(nodes) else None

    def _literal(self, node: Node, what: str, type_: FieldType) -> Scalar | None:
        value = self.reader.scalar(node, f"what {what} is compared with")
        if value is None:
            return None
        problem = mismatch(value, what, type_)
        if problem:
            self.reader.problem(node, problem)
            return None
        return value


def mismatch(value: Scalar, what: str, type_: FieldType) -> str | None:
    """Why a field of this type can never be this value; None where it can."""
    expected = {"text": str, "boolean": bool, "number": int}.get(type_.kind)
    if type(value) is not expected:
        hint = "; quote it" if expected is str else ""
        return f"{what} is {type_}, never `{str(value).lower()}`{hint}"
    if type_.values and value not in type_.values:
        return f"{what} is {listed(type_.values, 'or')}, never `{value}`{suggestion(str(value), type_.values, '')}"
    return None


def _instead(type_: FieldType) -> str:
    if type_.kind == "list":
        return "test it with includes, excludes, some or every"
    if type_.kind == "record":
        return "test one of its fields, or whether it is present"
    return "a place cannot be tested"
