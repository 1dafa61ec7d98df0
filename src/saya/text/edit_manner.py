"""How an author writes a file: its language, tags, quotes, indentation and line breaks."""

from __future__ import annotations

from collections import Counter

from saya.record import NamedTuple
from saya.text.edit import column
from saya.text.edit_spots import children
from saya.text.node import MappingNode, Node, ScalarNode, SequenceNode

MOST_NODES = 4_000
"""How many nodes are looked at: what they have in common is clear long before."""


class Manner(NamedTuple):
    """What new text is written like.

    json      JSON, not YAML
    short     `!Ref X`, not `Ref: X`
    quote     the quotes of scalars that need some
    indent    columns for each level of nesting
    dashes    columns from a key to the dashes of its list
    newline   the line break
    compact   JSON without blanks
    tabs      indented by tabs
    """

    json: bool = False
    short: bool = True
    quote: str = "'"
    indent: int = 2
    dashes: int = 2
    newline: str = "\n"
    compact: bool = False
    tabs: bool = False

    @property
    def level(self) -> str:
        """What a level of nesting is indented by."""
        return "\t" if self.tabs else " " * self.indent


def read_manner(root: Node) -> Manner:
    """The manner of a file, by what is most frequent in it."""
    seen = _Seen()
    stack: list[Node] = [root]
    count = 0
    while stack and count < MOST_NODES:
        node = stack.pop()
        count += 1
        seen.look(node)
        stack.extend(child for _, child in reversed(list(children(node))))
    text = root.source.text
    breaks = text.count("\n")
    return Manner(
        json=seen.styles["json"] > 0,
        short=seen.short >= seen.long,
        quote='"' if seen.styles["double"] > seen.styles["single"] else "'",
        indent=_most(seen.indents, 2),
        dashes=_most(seen.dashes, 2),
        newline="\r\n" if text.count("\r\n") * 2 > breaks else "\n",
        compact=seen.styles["json"] > 0 and '": ' not in text and '":' in text,
        tabs="\n\t" in text,
    )


def _most(counts: Counter[int], default: int) -> int:
    return counts.most_common(1)[0][0] if counts else default


class _Seen:
    def __init__(self) -> None:
        self.styles: Counter[str] = Counter()
        self.indents: Counter[int] = Counter()
        self.dashes: Counter[int] = Counter()
        self.short = 0
        self.long = 0

    def look(self, node: Node) -> None:
        if isinstance(node, ScalarNode):
            self.styles[node.style] += 1
        elif isinstance(node, MappingNode):
            self.mapping(node)

    def mapping(self, node: MappingNode) -> None:
        if node.short:
            self.short += 1
            return
        if len(node.entries) == 1 and is_function(next(iter(node.entries))):
            self.long += 1
        for key, child in children(node):
            short = isinstance(child, MappingNode) and child.short
            if isinstance(child, MappingNode | SequenceNode) and not short:
                self.nested(node.keys[str(key)], child)

    def nested(self, key: ScalarNode, child: MappingNode | SequenceNode) -> None:
        """The indentation of what begins on a line of its own."""
        source = key.source
        first = child.start
        if child.flow:
            inner = list(child.keys.values()) if isinstance(child, MappingNode) else child.items
            first = inner[0].start if inner else child.start
        if source.text.find("\n", key.end, first) < 0:
            return
        if isinstance(child, SequenceNode) and not child.flow:
            self.dashes[column(source, first) - column(source, key.start)] += 1
        else:
            step = column(source, first) - column(source, key.start)
            if step > 0:
                self.indents[step] += 1


def is_function(name: str) -> bool:
    """Whether a key is the name of an intrinsic function."""
    return name in ("Ref", "Condition") or name.startswith("Fn::")
