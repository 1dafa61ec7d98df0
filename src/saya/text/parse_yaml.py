"""YAML to nodes, on libyaml's events: exact spans, tags kept, no Python-level scanner.

Accepts what CloudFormation and the tools around it accept: YAML 1.1 scalars, anchors, aliases and merge keys. Hostile input is refused
with a line: deep nesting, and aliases that expand to more than a million nodes.
"""

from __future__ import annotations

import re
from typing import Any

import yaml
from yaml.cyaml import CParser
from yaml.events import AliasEvent, MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent

from saya.errors import ParseError
from saya.text.node import MappingNode, Node, ScalarKind, ScalarNode, SequenceNode, Style
from saya.text.source import Source

MAX_DEPTH = 200
MAX_NODES = 1_000_000

_STYLES: dict[str | None, Style] = {None: "plain", "": "plain", "'": "single", '"': "double", "|": "literal", ">": "folded"}
_BOOL_11 = frozenset(("true", "false", "yes", "no", "on", "off"))
_BOOL_12 = frozenset(("true", "false"))
_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_INT = re.compile(r"[-+]?(?:[0-9][0-9_]*|0x[0-9a-fA-F_]+|0b[01_]+)\Z")
_FLOAT = re.compile(r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*|[0-9][0-9_]*(?:\.[0-9_]*)?[eE][-+]?[0-9]+|\.(?:inf|Inf|INF))\Z|\.(?:nan|NaN|NAN)\Z")
_PROPERTIES = re.compile(r"(?:[!&]\S*\s+)*")
_CORE_TAG = "tag:yaml.org,2002:"
_TAG_KINDS: dict[str, ScalarKind] = {"str": "str", "int": "int", "float": "float", "bool": "bool", "null": "null"}
_PLAIN_TAGS = {"!Ref": "Ref", "!Condition": "Condition"}


def parse_yaml(source: Source, *, core_schema: bool = False, duplicates: list[ParseError] | None = None) -> Node | None:
    """The root node of a YAML file with one document, or None where the file is empty.

    `core_schema` reads scalars by YAML 1.2 (`on`, `yes` and `no` are strings). Of a key written twice the last wins; each is appended
    to `duplicates`, or raised where no list is given. Raises ParseError with line and column.
    """
    composer = _Composer(source, core_schema=core_schema)
    try:
        root = composer.document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (None, None)
        problem = error.problem or error.context or "it cannot be read"
        raise ParseError(f"not valid YAML: {problem}", path=source.path, line=line, column=column) from None
    except yaml.YAMLError as error:
        problem = str(error).splitlines()[0]
        raise ParseError(f"not valid YAML: {problem}", path=source.path) from None
    if composer.duplicates:
        if duplicates is None:
            raise composer.duplicates[0]
        duplicates.extend(composer.duplicates)
    return root


class _Composer:
    """One pass over the events of a file."""

    def __init__(self, source: Source, *, core_schema: bool) -> None:
        self.source = source
        self.next: Any = CParser(source.text).get_event  # type: ignore[no-untyped-call]
        self.booleans = _BOOL_12 if core_schema else _BOOL_11
        self.anchors: dict[str, tuple[Node, int]] = {}
        self.duplicates: list[ParseError] = []
        self.size = 0

    def document(self) -> Node | None:
        self.next()  # stream start
        event = self.next()  # document start, or stream end
        if type(event) is yaml.StreamEndEvent:
            return None
        root = self.node(self.next(), 0)
        self.next()  # document end
        event = self.next()
        if type(event) is not yaml.StreamEndEvent:
            raise self.error("a second document; a template is one document", event.start_mark)
        if isinstance(root, ScalarNode) and root.kind == "null":
            return None
        return root

    def error(self, message: str, mark: Any) -> ParseError:
        return ParseError(message, path=self.source.path, line=mark.line + 1, column=mark.column + 1)

    def node(self, event: Any, depth: int) -> Node:
        self.size += 1
        if self.size > MAX_NODES:
            raise self.error(f"the file expands to more than {MAX_NODES:,} values", event.start_mark)
        kind = type(event)
        if kind is ScalarEvent:
            return self.scalar(event)
        if kind is AliasEvent:
            return self.alias(event)
        if depth >= MAX_DEPTH:
            raise self.error(f"nested deeper than {MAX_DEPTH} levels", event.start_mark)
        before = self.size
        node = self.mapping(event, depth + 1) if kind is MappingStartEvent else self.sequence(event, depth + 1)
        return self.finish(node, event, self.size - before + 1)

    def finish(self, node: Node, event: Any, size: int) -> Node:
        """Apply the tag of a node that is complete, and register its anchor."""
        tag = event.tag
        if tag is not None and tag != "!" and not tag.startswith(_CORE_TAG):
            node = self.tagged(node, tag, event)
        if event.anchor is not None:
            self.anchors[event.anchor] = (node, size)
        return node

    def alias(self, event: Any) -> Node:
        known = self.anchors.get(event.anchor)
        if known is None:
            raise self.error(f"the alias *{event.anchor} has no anchor before it", event.start_mark)
        node, size = known
        self.size += size
        return node

    def tagged(self, node: Node, tag: str, event: Any) -> Node:
        """The short form of an intrinsic function as the mapping that it abbreviates."""
        name = _PLAIN_TAGS.get(tag) or (f"Fn::{tag[1:]}" if tag.startswith("!") else tag)
        start = event.start_mark.index
        key = ScalarNode(self.source, start, start + len(tag), name, "str", "plain")
        return MappingNode(self.source, start, node.end, {name: node}, {name: key}, flow=False, short=True)

    def scalar(self, event: Any) -> Node:
        start, end = event.start_mark.index, event.end_mark.index
        tag, value = event.tag, event.value
        style = _STYLES.get(event.style, "plain")
        if tag is not None or event.anchor is not None:
            start = _PROPERTIES.match(self.source.text, start, end).end()  # type: ignore[union-attr]
        kind: ScalarKind = "str"
        if style == "plain" and (tag is None or not tag.startswith("tag:")) and tag != "!":
            kind = self.plain_kind(value)
        elif tag is not None and tag.startswith(_CORE_TAG):
            kind = _TAG_KINDS.get(tag[len(_CORE_TAG) :], "str")
        node = ScalarNode(self.source, start, end, value, kind, style)
        if tag is None and event.anchor is None:
            return node
        return self.finish(node, event, 1)

    def plain_kind(self, value: str) -> ScalarKind:
        if value in _NULL:
            return "null"
        first = value[0]
        if first in "0123456789+-.":
            if _INT.match(value):
                return "int"
            return "float" if _FLOAT.match(value) else "str"
        if first in "tTfFyYnNoO" and len(value) <= 5 and value.lower() in self.booleans:
            return "bool"
        return "str"

    def sequence(self, start: Any, depth: int) -> SequenceNode:
        items: list[Node] = []
        event = self.next()
        while type(event) is not SequenceEndEvent:
            items.append(self.node(event, depth))
            event = self.next()
        end = event.end_mark.index if start.flow_style else self.block_end(items, start)
        return SequenceNode(self.source, start.start_mark.index, end, items, flow=bool(start.flow_style))

    def mapping(self, start: Any, depth: int) -> MappingNode:
        entries: dict[str, Node] = {}
        keys: dict[str, ScalarNode] = {}
        merges: list[Node] = []
        last: list[Node] = []
        event = self.next()
        while type(event) is not MappingEndEvent:
            key = self.key(event, depth)
            value = self.node(self.next(), depth)
            last = [value]
            if key.text == "<<" and key.style == "plain":
                merges.append(value)
            else:
                if key.text in entries:
                    self.duplicate(key, keys[key.text])
                entries[key.text] = value
                keys[key.text] = key
            event = self.next()
        if merges:
            self.merge(entries, keys, merges)
        end = event.end_mark.index if start.flow_style else self.block_end(last, start)
        return MappingNode(self.source, start.start_mark.index, end, entries, keys, flow=bool(start.flow_style))

    @staticmethod
    def block_end(last: list[Node], start: Any) -> int:
        """Where a block collection ends: with its last child, not at the token that follows it."""
        return max(last[-1].end, start.end_mark.index) if last else int(start.end_mark.index)

    def key(self, event: Any, depth: int) -> ScalarNode:
        node = self.node(event, depth)
        if not isinstance(node, ScalarNode):
            raise self.error("a key must be a plain word or a quoted string", event.start_mark)
        return node

    def duplicate(self, key: ScalarNode, first: ScalarNode) -> None:
        line, column = self.source.position(key.start)
        before = self.source.position(first.start)[0]
        message = f"the key `{key.text}` is written twice, first on line {before}; the last one counts, remove one"
        self.duplicates.append(ParseError(message, path=self.source.path, line=line, column=column))

    def merge(self, entries: dict[str, Node], keys: dict[str, ScalarNode], merges: list[Node]) -> None:
        """Apply `<<`: keys of the mapping itself win, then the first merged mapping that has the key."""
        for value in merges:
            for mapping in value.items if isinstance(value, SequenceNode) else [value]:
                if not isinstance(mapping, MappingNode):
                    line, column = self.source.position(mapping.start)
                    raise ParseError("`<<` merges mappings only", path=self.source.path, line=line, column=column)
                for name, node in mapping.entries.items():
                    if name not in entries:
                        entries[name] = node
                        keys[name] = mapping.keys[name]


