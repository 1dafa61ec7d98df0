"""YAML to nodes, on libyaml's events: exact spans, tags kept, no Python-level scanner.

Accepts what CloudFormation and the tools around it accept: YAML 1.1 scalars, anchors, aliases and merge keys. Hostile
input is refused with a line: deep nesting, and aliases that expand to more than a million nodes.
"""

from __future__ import annotations

from typing import Any

import yaml
from yaml.cyaml import CParser  # type: ignore[attr-defined]
from yaml.events import AliasEvent, MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent

from saya.errors import ParseError
from saya.pattern import pattern
from saya.record import NamedTuple
from saya.text.node import MappingNode, Node, ScalarKind, ScalarNode, SequenceNode, Style
from saya.text.source import Source

MAX_DEPTH = 200
MAX_NODES = 1_000_000
MAX_DUPLICATES = 100

_STYLES: dict[str | None, Style] = {"'": "single", '"': "double", "|": "literal", ">": "folded"}
_BOOL_12 = frozenset(form for word in ("true", "false") for form in (word, word.title(), word.upper()))
_BOOL_11 = _BOOL_12 | {form for word in ("yes", "no", "on", "off") for form in (word, word.title(), word.upper())}
_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_INT = pattern(r"[-+]?(?:[0-9][0-9_]*|0x[0-9a-fA-F_]+|0b[01_]+)\Z")
_FLOAT = pattern(
    r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*|[0-9][0-9_]*(?:\.[0-9_]*)?[eE][-+]?[0-9]+|\.(?:inf|Inf|INF))\Z"
    r"|\.(?:nan|NaN|NAN)\Z"
)
# A tag or an anchor, and what may stand between it and the next one or the content. In `[!a,!b]` a comma ends a tag.
_PROPERTY = pattern(r"(!<[^>]*>|[!&][^\s,\[\]{}]*)((?:\s+|(?<=\s)#.*)*)")
_CORE_TAG = "tag:yaml.org,2002:"
_TAG_KINDS: dict[str, ScalarKind] = {"str": "str", "int": "int", "float": "float", "bool": "bool", "null": "null"}
_PLAIN_TAGS = {"!Ref": "Ref", "!Condition": "Condition"}


class _Anchored(NamedTuple):
    """What an anchor names: the node, how many nodes it expands to and how many levels it is high."""

    node: Node
    size: int
    height: int


def parse_yaml(source: Source, *, core_schema: bool = False, duplicates: list[ParseError] | None = None) -> Node | None:
    """The root node of a YAML file with one document, or None where the file is empty.

    `core_schema` reads scalars by YAML 1.2 (`on`, `yes` and `no` are strings). Of a key written twice the last wins;
    each is appended to `duplicates`, or raised where no list is given. Raises ParseError with line and column.
    """
    composer = _Composer(source, core_schema=core_schema)
    try:
        root = composer.document()
    except yaml.YAMLError as error:
        raise _not_valid(source, error) from None
    if composer.duplicates:
        if duplicates is None:
            raise composer.duplicates[0]
        duplicates.extend(composer.duplicates)
    return root


def _not_valid(source: Source, error: yaml.YAMLError) -> ParseError:
    """What libyaml complains of, in its words where they are clear, at the place where the reader has to look."""
    problem, offset = str(error).splitlines()[0], 0
    if isinstance(error, yaml.MarkedYAMLError):
        problem = error.problem or error.context or "it cannot be read"
        mark = error.problem_mark or error.context_mark
        if "end of stream" in problem and error.context_mark:
            mark, problem = error.context_mark, "what begins here does not end"
        offset = mark.index if mark else 0
        if "cannot start any token" in problem:
            problem = _bad_start(source.text[offset : offset + 1])
    elif isinstance(error, yaml.reader.ReaderError):
        problem = f"the character U+{error.character:04X} is not allowed"
        offset = len(source.text.encode()[: error.position].decode(errors="ignore"))
    line, column = source.position(offset)
    return ParseError(f"not valid YAML: {problem}", path=source.path, line=line, column=column)


def _bad_start(char: str) -> str:
    if char == "\t":
        return "a tab indents this line; indent with spaces"
    return f"a plain value cannot begin with `{char}`; put it in quotes"


class _Composer:
    """One pass over the events of a file."""

    def __init__(self, source: Source, *, core_schema: bool) -> None:
        self.source = source
        if source.text.startswith("\ufeff"):
            # libyaml would swallow it without counting it, and every place would be one off.
            raise self.error("not valid YAML: a second byte order mark; remove it", 0)
        try:
            self.next: Any = CParser(source.text).get_event
        except UnicodeEncodeError as error:
            message = f"not valid YAML: the lone surrogate U+{ord(source.text[error.start]):04X} is no character"
            raise self.error(message, error.start) from None
        self.booleans = _BOOL_12 if core_schema else _BOOL_11
        self.anchors: dict[str, _Anchored] = {}
        self.duplicates: list[ParseError] = []
        self.size = 0
        self.end = 0  # behind the last piece of text that was read
        self.deepest = 0

    def document(self) -> Node | None:
        self.next()  # stream start
        event = self.next()  # document start, or stream end
        if type(event) is yaml.StreamEndEvent:
            return None
        root = self.node(self.next(), 0)
        self.next()  # document end
        event = self.next()
        if type(event) is not yaml.StreamEndEvent:
            raise self.error("a second document; a template is one document", event.start_mark.index)
        if isinstance(root, ScalarNode) and root.kind == "null":
            return None
        return root

    def error(self, message: str, offset: int) -> ParseError:
        line, column = self.source.position(offset)
        return ParseError(message, path=self.source.path, line=line, column=column)

    def node(self, event: Any, depth: int) -> Node:
        self.size += 1
        if self.size > MAX_NODES:
            raise self.error(f"the file expands to more than {MAX_NODES:,} values", event.start_mark.index)
        kind = type(event)
        if kind is ScalarEvent:
            return self.scalar(event)
        if kind is AliasEvent:
            return self.alias(event, depth)
        self.check_depth(depth + 1, event)
        if event.anchor is not None:
            return self.anchored(event, depth)
        if kind is MappingStartEvent:
            return self.finish(self.mapping(event, depth + 1), event)
        return self.finish(self.sequence(event, depth + 1), event)

    def check_depth(self, depth: int, event: Any) -> None:
        if depth > MAX_DEPTH:
            raise self.error(f"nested deeper than {MAX_DEPTH} levels", event.start_mark.index)
        self.deepest = max(self.deepest, depth)

    def anchored(self, event: Any, depth: int) -> Node:
        """A list or mapping with an anchor, measured, so that its aliases count for what they expand to."""
        before, deepest = self.size, self.deepest
        self.deepest = depth + 1
        is_mapping = type(event) is MappingStartEvent
        node = self.finish((self.mapping if is_mapping else self.sequence)(event, depth + 1), event)
        self.anchors[event.anchor] = _Anchored(node, self.size - before + 1, self.deepest - depth)
        self.deepest = max(self.deepest, deepest)
        return node

    def finish(self, node: Node, event: Any) -> Node:
        """Apply the tag of a node that is complete."""
        tag = event.tag
        if tag is None or tag == "!" or tag.startswith(_CORE_TAG):
            return node
        return self.tagged(node, tag, event)

    def alias(self, event: Any, depth: int) -> Node:
        known = self.anchors.get(event.anchor)
        if known is None:
            raise self.error(f"the alias *{event.anchor} has no anchor before it", event.start_mark.index)
        self.check_depth(depth + known.height, event)
        self.size += known.size
        self.end = event.end_mark.index
        return known.node

    def tagged(self, node: Node, tag: str, event: Any) -> Node:
        """The short form of an intrinsic function as the mapping that it abbreviates."""
        name = _PLAIN_TAGS.get(tag) or (f"Fn::{tag[1:]}" if tag.startswith("!") else tag)
        found = _PROPERTY.match(self.source.text, event.start_mark.index)
        if found and found[1].startswith("&"):
            found = _PROPERTY.match(self.source.text, found.end())
        start, end = found.span(1) if found else (event.start_mark.index, event.start_mark.index)
        key = ScalarNode(self.source, start, end, name, "str", "plain")
        return MappingNode(self.source, start, node.end, {name: node}, {name: key}, flow=False, short=True)

    def content_start(self, event: Any, limit: int) -> int:
        """Where a node begins, behind its tag and its anchor."""
        start: int = event.start_mark.index
        for _ in range((event.tag is not None) + (event.anchor is not None)):
            found = _PROPERTY.match(self.source.text, start, limit)
            start = found.end() if found else start
        return start

    def scalar(self, event: Any) -> Node:
        start, end = event.start_mark.index, event.end_mark.index
        tag, value = event.tag, event.value
        style = _STYLES.get(event.style, "plain")
        if tag is not None or event.anchor is not None:
            start = self.content_start(event, end)
        if style in {"literal", "folded"}:
            end = self.block_scalar_end(start, end)
        self.end = end
        kind: ScalarKind = "str"
        if style == "plain" and (tag is None or not value):
            kind = self.plain_kind(value)  # what a tag of its own is on is text: `!Ref On`, `!Ref 1`
        elif tag is not None and tag.startswith(_CORE_TAG):
            kind = _TAG_KINDS.get(tag[len(_CORE_TAG) :], "str")
        node = ScalarNode(self.source, start, end, value, kind, style)
        if tag is None and event.anchor is None:
            return node
        tagged = self.finish(node, event)
        if event.anchor is not None:
            self.anchors[event.anchor] = _Anchored(tagged, 1, 0)
        return tagged

    def block_scalar_end(self, start: int, end: int) -> int:
        """The end of the last line of a block scalar that holds something, before its line end."""
        text = self.source.text
        last = start + len(text[start:end].rstrip())
        line_end = text.find("\n", last, end)
        return (line_end - 1 if text[line_end - 1] == "\r" else line_end) if line_end >= 0 else end

    def plain_kind(self, value: str) -> ScalarKind:
        if value in _NULL:
            return "null"
        if value[0] in "0123456789+-.":
            if _INT.match(value):
                return "int"
            return "float" if _FLOAT.match(value) else "str"
        return "bool" if value in self.booleans else "str"

    def sequence(self, start: Any, depth: int) -> SequenceNode:
        items: list[Node] = []
        self.end = start.end_mark.index
        event = self.next()
        while type(event) is not SequenceEndEvent:
            items.append(self.node(event, depth))
            event = self.next()
        begin, end = self.extent(start, event)
        return SequenceNode(self.source, begin, end, items, flow=bool(start.flow_style))

    def mapping(self, start: Any, depth: int) -> MappingNode:
        entries: dict[str, Node] = {}
        keys: dict[str, ScalarNode] = {}
        merges: list[Node] = []
        event = self.next()
        while type(event) is not MappingEndEvent:
            key = self.key(event, depth)
            value = self.node(self.next(), depth)
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
        begin, end = self.extent(start, event)
        return MappingNode(self.source, begin, end, entries, keys, flow=bool(start.flow_style))

    def extent(self, start: Any, end: Any) -> tuple[int, int]:
        """Where a collection begins and ends; a block one ends with its last piece of text, not at the next token."""
        begin = start.start_mark.index
        if start.tag is not None or start.anchor is not None:
            begin = self.content_start(start, len(self.source.text))
        if start.flow_style:
            self.end = end.end_mark.index
        return begin, self.end

    def key(self, event: Any, depth: int) -> ScalarNode:
        node = self.node(event, depth)
        if not isinstance(node, ScalarNode):
            raise self.error("a key must be a plain word or a quoted string", event.start_mark.index)
        return node

    def duplicate(self, key: ScalarNode, first: ScalarNode) -> None:
        if len(self.duplicates) == MAX_DUPLICATES:
            return
        line, column = self.source.position(key.start)
        before = self.source.position(first.start)[0]
        message = f"the key `{key.text}` is written twice, first on line {before}; the last one counts, remove one"
        self.duplicates.append(ParseError(message, path=self.source.path, line=line, column=column))

    def merge(self, entries: dict[str, Node], keys: dict[str, ScalarNode], merges: list[Node]) -> None:
        """Apply `<<`: keys of the mapping itself win, then the first merged mapping that has the key."""
        for value in merges:
            for mapping in value.items if isinstance(value, SequenceNode) else [value]:
                if not isinstance(mapping, MappingNode):
                    raise self.error("`<<` merges mappings only; write a mapping or an alias of one", mapping.start)
                for name, node in mapping.entries.items():
                    if name not in entries:
                        entries[name] = node
                        keys[name] = mapping.keys[name]
