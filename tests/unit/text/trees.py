"""Random trees, written as YAML or JSON, with the place of everything written."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from hypothesis import strategies as st

from saya.text.node import MappingNode, Node, ScalarNode, SequenceNode

_CHARACTERS = st.characters(exclude_categories=("Cs", "Cc", "Co", "Cn"), exclude_characters="\u2028\u2029\u0085\ufeff")
# Words that are no strings where they stand in no quotes.
_WORDS = frozenset(("null", "true", "false", "yes", "no", "on", "off"))


class Leaf(NamedTuple):
    kind: str
    text: str
    style: str = "plain"


LEAVES = st.one_of(
    st.builds(
        Leaf,
        st.just("str"),
        st.one_of(st.text(_CHARACTERS, max_size=8), st.text("abc", min_size=1, max_size=4)),
        st.sampled_from(("single", "double", "literal", "plain")),
    ),
    st.builds(Leaf, st.just("int"), st.integers(-999, 999).map(str)),
    st.builds(Leaf, st.just("bool"), st.sampled_from(("true", "false"))),
    st.builds(Leaf, st.just("null"), st.just("null")),
)
KEYS = st.text("abcXYZ09_", min_size=1, max_size=6).map(lambda text: f"k{text}")
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=20,
)


def expected(tree: Any) -> Any:
    """What `plain` gives of the tree's node."""
    if isinstance(tree, Leaf):
        return tree.kind, tree.text
    if isinstance(tree, list):
        return [expected(item) for item in tree]
    return {name: expected(value) for name, value in tree.items()}


def plain(node: Node | None) -> Any:
    """A node as lists, dictionaries and pairs of kind and text."""
    if isinstance(node, ScalarNode):
        return node.kind, node.text
    if isinstance(node, SequenceNode):
        return [plain(item) for item in node.items]
    if isinstance(node, MappingNode):
        return {name: plain(value) for name, value in node.entries.items()}
    return None


def spans(node: Node | None, source_text: str) -> list[tuple[int, str]]:
    """Where each node starts and what its span holds, keys among them, inner ones first."""
    own: list[tuple[int, str]] = [] if node is None else [(node.start, source_text[node.start : node.end])]
    if isinstance(node, SequenceNode):
        return [place for item in node.items for place in spans(item, source_text)] + own
    if isinstance(node, MappingNode):
        inner = [(node.keys[name], value) for name, value in node.entries.items()]
        return [place for pair in inner for each in pair for place in spans(each, source_text)] + own
    return own


@dataclass
class Writer:
    """Writes one tree. `written` has the offset and the text of every node, inner ones first."""

    style: str
    out: str = ""
    written: list[tuple[int, str]] = field(default_factory=list)

    def scalar(self, text: str) -> None:
        self.written.append((len(self.out), text))
        self.out += text

    def leaf(self, leaf: Leaf, indent: int) -> None:
        simple = leaf.text.isascii() and leaf.text.isalpha() and leaf.text.lower() not in _WORDS
        if leaf.kind != "str":
            self.scalar(leaf.text)
        elif self.style == "json":
            self.scalar(json.dumps(leaf.text, ensure_ascii=leaf.style == "double"))
        elif leaf.style == "single":
            self.scalar("'" + leaf.text.replace("'", "''") + "'")
        elif leaf.style == "literal" and self.style == "block" and simple:
            self.scalar(f"|-\n{' ' * (indent + 2)}{leaf.text}")
        elif leaf.style == "plain" and simple:
            self.scalar(leaf.text)
        else:
            self.scalar(json.dumps(leaf.text, ensure_ascii=False))

    def flow(self, tree: Any) -> None:
        if isinstance(tree, Leaf):
            self.leaf(tree, 0)
            return
        start, is_mapping = len(self.out), isinstance(tree, dict)
        self.out += "{" if is_mapping else "["
        for index, item in enumerate(tree):
            self.out += ", " if index else ""
            if is_mapping:
                self.scalar(json.dumps(item) if self.style == "json" else item)
                self.out += ": "
            self.flow(tree[item] if is_mapping else item)
        self.out += "}" if is_mapping else "]"
        self.written.append((start, self.out[start:]))

    def block(self, tree: Any, indent: int = 0) -> None:
        """A tree where the line stands; an empty one in flow style, since block style has no such thing."""
        if isinstance(tree, Leaf):
            self.leaf(tree, indent)
        elif not tree:
            self.flow(tree)
        else:
            self.out += "\n"
            start = len(self.out) + indent
            for item in tree:
                self.out += " " * indent
                if isinstance(tree, dict):
                    self.scalar(item)
                self.out += ": " if isinstance(tree, dict) else "- "
                self.block(tree[item] if isinstance(tree, dict) else item, indent + 2)
                self.out += "" if self.out.endswith("\n") else "\n"
            self.written.append((start, self.out[start:].rstrip("\n")))
