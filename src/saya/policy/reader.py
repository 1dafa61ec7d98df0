"""Reading the nodes of a policy file: each problem is noted with its place, and reading goes on.

A read returns None where it noted a problem: one mistake is told once, and the rest of the file is still checked.
"""

from __future__ import annotations

from collections.abc import Collection

from saya.errors import PolicyError
from saya.policy.language import Path, Scalar
from saya.policy.vocabulary import FieldType, NoSuchFieldError, names_of, type_at
from saya.policy.wording import path_of, placeholders_in
from saya.text.node import MappingNode, Node, ScalarNode, SequenceNode


class Reader:
    """The problems of one file, and the reads that find them. `record` is the fact type that paths start from."""

    def __init__(self, record: type | None = None) -> None:
        self.record = record
        self.problems: list[PolicyError] = []

    def problem(self, node: Node, message: str, *, offset: int = 0) -> None:
        """Note a problem at a node, or `offset` characters behind its start."""
        line, column = node.source.position(node.start + offset)
        self.problems.append(PolicyError(message, path=node.source.path, line=line, column=column))

    def mapping(
        self, node: Node, what: str, keys: Collection[str], required: Collection[str] = ()
    ) -> MappingNode | None:
        """A mapping with these keys and no others."""
        if not isinstance(node, MappingNode):
            self.problem(node, f"{what} is a mapping with {listed(keys)}, not {described(node)}")
            return None
        for key, at in node.keys.items():
            if key not in keys:
                self.problem(at, f"{what} has no key `{key}`{suggestion(key, keys)}")
        for key in required:
            if key not in node.entries:
                self.problem(node, f"{what} lacks `{key}`")
        return node

    def items(self, node: Node, what: str) -> list[Node]:
        """The items of a list that is not empty."""
        if not isinstance(node, SequenceNode):
            self.problem(node, f"{what} is a list, not {described(node)}")
            return []
        if not node.items:
            self.problem(node, f"{what} is an empty list; leave it out or write an item")
        return node.items

    def text(self, node: Node | None, what: str) -> str | None:
        """A text that is not empty."""
        if node is None:
            return None
        if not isinstance(node, ScalarNode) or node.kind != "str" or not node.text.strip():
            hint = "; quote it" if isinstance(node, ScalarNode) and node.kind in ("int", "float", "bool") else ""
            self.problem(node, f"{what} is text, not {described(node)}{hint}")
            return None
        return node.text.strip()

    def word(self, node: Node | None, what: str, words: Collection[str]) -> str | None:
        """One of a closed set of words."""
        if node is None:
            return None
        if isinstance(node, ScalarNode) and node.text in words:
            return node.text
        if isinstance(node, ScalarNode):
            self.problem(node, f"{what} is {listed(words, 'or')}, not `{node.text}`{suggestion(node.text, words, '')}")
        else:
            self.problem(node, f"{what} is {listed(words, 'or')}, not {described(node)}")
        return None

    def boolean(self, node: Node, what: str) -> bool | None:
        """`true` or `false`."""
        if isinstance(node, ScalarNode) and node.kind == "bool":
            return node.text.lower() == "true"
        self.problem(node, f"{what} is true or false, not {described(node)}")
        return None

    def scalar(self, node: Node, what: str) -> Scalar | None:
        """A text, boolean or whole number."""
        if not isinstance(node, ScalarNode) or node.kind in ("null", "float"):
            self.problem(node, f"{what} is text, a whole number, true or false, not {described(node)}")
            return None
        if node.kind == "bool":
            return node.text.lower() == "true"
        return int(node.text) if node.kind == "int" else node.text

    def field(self, node: Node, text: str, record: type | None, *, offset: int = 0) -> tuple[Path, FieldType] | None:
        """The path `text`, written at `node`, and the type it leads to."""
        if record is None:
            return None
        path = path_of(text)
        try:
            return path, type_at(record, path)
        except NoSuchFieldError as error:
            near = suggestion(error.name, error.known) if error.known else ""
            self.problem(node, f"no field `{error.name}` in {error.owner}{near}", offset=offset)
            return None

    def place(self, node: Node | None, what: str) -> Path | None:
        """A path that leads to a location."""
        text = self.text(node, what)
        if node is None or text is None:
            return None
        found = self.field(node, text, self.record)
        if found is None:
            return None
        path, type_ = found
        if type_.kind != "location":
            self.problem(node, f"{what} is the path of a place, and `{text}` is {type_}{_places(type_, text)}")
            return None
        return path

    def list_of_places(self, node: Node | None, what: str) -> Path | None:
        """A path that leads to a list of records, each with a place of its own."""
        text = self.text(node, what)
        found = None if node is None or text is None else self.field(node, text, self.record)
        if node is None or found is None:
            return None
        path, type_ = found
        item = type_.item.record if type_.item is not None else None
        if item is None or "at" not in names_of(item):
            self.problem(node, f"{what} is the path of a list of places, and `{text}` is {type_}")
            return None
        return path

    def template(self, node: Node | None, what: str) -> str | None:
        """A text whose placeholders all lead to something that can be said."""
        text = self.text(node, what)
        if node is not None and text is not None:
            self.placeholders(node)
        return text

    def placeholders(self, node: Node) -> None:
        """Check the placeholders of a scalar, each at its own place in the file."""
        written = node.source.text[node.start : node.end]
        placeholders = {offset: name for name, offset in placeholders_in(written)}
        at = written.find("<<")
        while at >= 0:
            if at not in placeholders:
                self.problem(node, "a placeholder is `<<path>>`, closed on the same line", offset=at)
            at = written.find("<<", at + 2)
        for offset, name in placeholders.items():
            found = self.field(node, name, self.record, offset=offset)
            if found is not None and not _sayable(found[1]):
                self.problem(node, f"`<<{name}>>` is {found[1]}{_fields(found[1], name)}", offset=offset)


def suggestion(word: str, words: Collection[str], otherwise: str | None = None) -> str:
    """What could have been meant: the nearest word; else `otherwise`, or all of them."""
    from difflib import get_close_matches  # only where there is a mistake to explain

    near = get_close_matches(word, list(words), n=1, cutoff=0.6)
    if near:
        return f"; did you mean `{near[0]}`?"
    if otherwise is not None or not words:
        return otherwise or ""
    return f"; there {'are' if len(words) > 1 else 'is'} {listed(words)}"


def listed(words: Collection[str], last: str = "and") -> str:
    """Words as a list for a reader."""
    *front, end = words
    return f"{', '.join(front)} {last} {end}" if front else end


def described(node: Node) -> str:
    """What is written at a node, for "is text, not ..."."""
    if isinstance(node, MappingNode):
        return "a mapping"
    if isinstance(node, SequenceNode):
        return "a list"
    assert isinstance(node, ScalarNode)
    if node.kind == "null" or not node.text.strip():
        return "empty"
    return {"int": "a number", "float": "a number", "bool": "true or false"}.get(node.kind, "text")


def _sayable(type_: FieldType) -> bool:
    return type_.is_scalar or (type_.item is not None and _sayable(type_.item))


def _places(type_: FieldType, name: str) -> str:
    return f"; did you mean `{name}.at`?" if type_.record is not None and _has(type_.record, "at") else ""


def _fields(type_: FieldType, name: str) -> str:
    return f"; did you mean `<<{name}.id>>`?" if type_.record is not None and _has(type_.record, "id") else ""


def _has(record: type, name: str) -> bool:
    try:
        type_at(record, (name,))
    except NoSuchFieldError:
        return False
    return True
