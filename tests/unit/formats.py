"""A template written anew: YAML or JSON, block or flow, keys in another order, intrinsic functions short or long."""

from __future__ import annotations

import json
from random import Random
from typing import Any, NamedTuple

from saya.text.node import MappingNode, Node, ScalarNode, SequenceNode


class Scalar(NamedTuple):
    kind: str
    text: str


def tree_of(node: Node) -> Any:
    """What a node says, without how it is written."""
    if isinstance(node, MappingNode):
        return {key: tree_of(value) for key, value in node.entries.items()}
    if isinstance(node, SequenceNode):
        return [tree_of(item) for item in node.items]
    assert isinstance(node, ScalarNode)
    return Scalar(node.kind, node.text)


def shuffled(tree: Any, random: Random) -> Any:
    """The tree with the keys of every mapping in another order."""
    if isinstance(tree, dict):
        entries = [(key, shuffled(value, random)) for key, value in tree.items()]
        random.shuffle(entries)
        return dict(entries)
    return [shuffled(item, random) for item in tree] if isinstance(tree, list) else tree


def write_json(tree: Any, random: Random) -> str:
    return json.dumps(_plain(tree, random), indent=random.choice((None, 1, 4)), ensure_ascii=random.random() < 0.5)


def write_yaml(tree: Any, random: Random) -> str:
    return _Yaml(random).block(tree, 0).lstrip("\n") + "\n"


def _plain(tree: Any, random: Random) -> Any:
    if isinstance(tree, dict):
        return {key: _attribute(key, _plain(value, random), random) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_plain(item, random) for item in tree]
    values = {"null": lambda _: None, "bool": lambda text: text.lower() == "true", "int": int, "float": float}
    return values.get(tree.kind, str)(tree.text) if tree.kind != "float" else _number(tree.text)


def _number(text: str) -> Any:
    """A number that JSON writes as it stands; else text, as which CloudFormation takes it anyway."""
    return float(text) if repr(float(text)) == text else text


def _attribute(key: str, value: Any, random: Random) -> Any:
    """`Fn::GetAtt` as a list or, where that is possible, as text."""
    if key == "Fn::GetAtt" and isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ".".join(value) if random.random() < 0.5 else value
    if key == "Fn::GetAtt" and isinstance(value, str) and "." in value and random.random() < 0.5:
        return value.split(".", 1)
    return value


class _Yaml:
    def __init__(self, random: Random) -> None:
        self.random = random

    def block(self, tree: Any, indent: int) -> str:
        """A tree behind a key or a dash, with the space or the line end before it."""
        short = self.short(tree)
        if short is not None:
            return f" {short}"
        if isinstance(tree, Scalar) or not tree or (indent > 2 and self.random.random() < 0.2):
            return f" {self.flow(tree)}"
        pad = "\n" + " " * indent
        if isinstance(tree, dict):
            return "".join(f"{pad}{self.key(key)}:{self.block(value, indent + 2)}" for key, value in tree.items())
        return "".join(f"{pad}-{self.block(item, indent + 2)}" for item in tree)

    def flow(self, tree: Any, *, tagged: bool = False) -> str:
        """A tree on one line; one behind a tag has none itself."""
        short = None if tagged else self.short(tree)
        if short is not None:
            return short
        if isinstance(tree, dict):
            return "{" + ", ".join(f"{self.key(key)}: {self.flow(value)}" for key, value in tree.items()) + "}"
        if isinstance(tree, list):
            return "[" + ", ".join(map(self.flow, tree)) + "]"
        return self.scalar(tree)

    def short(self, tree: Any) -> str | None:
        """An intrinsic function as a tag, now and then."""
        if not isinstance(tree, dict) or len(tree) != 1 or self.random.random() < 0.5:
            return None
        ((key, value),) = tree.items()
        if key not in ("Ref", "Condition") and not key.startswith("Fn::"):
            return None
        if key.startswith("Fn::ForEach") or (key in ("Ref", "Condition") and not isinstance(value, Scalar)):
            return None
        if key == "Fn::GetAtt" and isinstance(value, list) and all(isinstance(item, Scalar) for item in value):
            value = Scalar("str", ".".join(item.text for item in value)) if self.random.random() < 0.5 else value
        return f"!{key.removeprefix('Fn::')} {self.flow(value, tagged=True)}"

    def key(self, key: str) -> str:
        return key if key.isalnum() and not key.isdigit() and key.lower() not in _WORDS else json.dumps(key)

    def scalar(self, scalar: Scalar) -> str:
        if scalar.kind in ("int", "bool") and self.random.random() < 0.3:
            return f'"{scalar.text}"'  # CloudFormation takes a number or a boolean as text and the other way round
        if scalar.kind != "str":
            return scalar.text or "null"
        text = scalar.text
        if text.isascii() and text.isalpha() and text.lower() not in _WORDS and self.random.random() < 0.5:
            return text
        if text.isprintable() and self.random.random() < 0.5:
            return "'" + text.replace("'", "''") + "'"
        return json.dumps(text)


_WORDS = frozenset(("null", "true", "false", "yes", "no", "on", "off", "y", "n"))
