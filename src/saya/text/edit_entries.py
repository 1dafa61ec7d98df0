"""Entries of mappings and items of lists, added and taken away in the file's own layout."""

from __future__ import annotations

import json

from saya.record import NamedTuple
from saya.text.edit import NotEditableError, Replacement, column, line_end, line_start, margin
from saya.text.edit_manner import Manner, is_function
from saya.text.edit_scalars import Writing, whole, write_scalar
from saya.text.edit_spots import Spot, Step, own_entries
from saya.text.edit_values import Content, is_inline, write_block, write_inline, write_lines
from saya.text.node import MappingNode, Node, ScalarNode, SequenceNode, Style
from saya.text.source import Source, Span


def replace_value(spot: Spot, content: Content, manner: Manner) -> Replacement:
    """Another value in the place of a node, in the form that it had. Raises NotEditableError."""
    node = spot.node
    if isinstance(node, ScalarNode) and node.style == "embedded":
        raise NotEditableError("it is text within other text")
    if not is_inline(content):
        raise NotEditableError("a value of several lines cannot take its place")
    if isinstance(node, MappingNode) and not node.short and not node.flow and _is_function(content):
        return _long_function(node, content, manner)
    if manner.json and node.end > node.start:
        return Replacement(Span(node.start, node.end), _json_like(node, content, manner))
    own = manner
    if isinstance(node, MappingNode) and not manner.json and _is_call(node):
        own = manner._replace(short=node.short)
    text = write_inline(content, own, flow=spot.flow, style=_style_of(node))
    if node.start == node.end:
        raise NotEditableError("nothing is written there")
    return Replacement(Span(node.start, node.end), text)


def set_entry(spot: Spot, key: str, content: Content, manner: Manner) -> Replacement:
    """The key of a mapping with a value: changed where it is there, else added behind the first short entries.

    Raises NotEditableError.
    """
    node = _mapping(spot)
    if key in node.entries:
        if key not in own_entries(node):
            raise NotEditableError(f"`{key}` is merged in from elsewhere")
        return replace_value(Spot(node.entries[key], (*spot.way, Step(node, key))), content, manner)
    return add_entry(spot, key, content, manner, after=_last_short(node))


def add_entry(
    spot: Spot, key: str, content: Content, manner: Manner, *, after: str | None = None, blank: bool = False
) -> Replacement:
    """A new entry of a mapping, behind that of the key `after`, or before all others.

    `blank` puts an empty line before it. Raises NotEditableError.
    """
    node = _mapping(spot)
    own = own_entries(node)
    flow = spot.flow or node.flow
    written = _Entry(key, content, manner, flow)
    if not own:
        if node.flow and node.end - node.start == 2:
            return Replacement(Span(node.start + 1, node.end - 1), written.inline())
        raise NotEditableError("the mapping is empty")
    if flow:
        return _add_in_flow(node, written, after)
    indent = column(node.source, node.keys[own[0]].start)
    source = node.source
    if after is None:
        start = node.keys[own[0]].start
        return Replacement(Span(start, start), written.block(indent) + manner.newline + " " * indent)
    at = line_end(source, max(node.entries[after].end, node.keys[after].end))
    before = manner.newline * (2 if blank else 1)
    return Replacement(Span(at, at), before + " " * indent + written.block(indent))


def rename_key(spot: Spot, name: str, manner: Manner) -> Replacement:
    """Another name for the key whose value the spot is. Raises NotEditableError."""
    parent = spot.parent
    if parent is None or not isinstance(parent.node, MappingNode) or not isinstance(parent.key, str):
        raise NotEditableError("it has no key of its own")
    if name in parent.node.entries:
        raise NotEditableError(f"`{name}` is there already")
    key = parent.node.keys[parent.key]
    return whole(key, write_scalar(name, Writing(key.style, spot.flow, manner.quote)))


def remove(spot: Spot) -> Replacement:
    """A key or list item without its value, and the line it stood on. Raises NotEditableError."""
    parent = spot.parent
    if parent is None:
        raise NotEditableError("it stands in nothing")
    spans = _entry_spans(parent.node)
    keys = list(spans)
    if len(keys) == 1:
        raise NotEditableError("nothing else stands there")
    index = keys.index(parent.key)
    span = spans[parent.key]
    if parent.node.flow or spot.flow:
        if index + 1 < len(keys):
            return Replacement(Span(span.start, spans[keys[index + 1]].start), "")
        return Replacement(Span(spans[keys[index - 1]].end, span.end), "")
    source = parent.node.source
    start = line_start(source, span.start)
    if source.text[start : span.start].strip(" "):
        following = spans[keys[index + 1]].start if index + 1 < len(keys) else None
        if following is None:
            raise NotEditableError("it shares its line")
        return Replacement(Span(span.start, following), "")
    return Replacement(_whole_lines(source, start, span.end), "")


def add_item(spot: Spot, content: Content, manner: Manner) -> Replacement:
    """A further item at the end of a list; what is no list becomes the first of one. Raises NotEditableError."""
    node = spot.node
    if not is_inline(content):
        raise NotEditableError("a value of several lines cannot be added")
    if not isinstance(node, SequenceNode):
        return _listed(spot, content, manner)
    if not node.items:
        raise NotEditableError("the list is empty")
    last = node.items[-1]
    if last.start < node.start or last.end > node.end:
        raise NotEditableError("the list ends with what stands elsewhere")
    source = node.source
    if node.flow:
        text = _json_like(last, content, manner) if manner.json else write_inline(content, manner, flow=True)
        return Replacement(Span(last.end, last.end), "," + _gap(source, node.start + 1, last.start, manner) + text)
    indent = column(source, node.start)
    at = line_end(source, last.end)
    text = write_inline(content, manner, style=_style_of(last))
    return Replacement(Span(at, at), f"{manner.newline}{' ' * indent}- {text}")


def _listed(spot: Spot, content: Content, manner: Manner) -> Replacement:
    """A single value as a list of two."""
    node, source = spot.node, spot.node.source
    raw = source.text[node.start : node.end]
    parent = spot.parent
    if "\n" in raw or parent is None or not isinstance(parent.key, str) or not isinstance(parent.node, MappingNode):
        raise NotEditableError("it is no list")
    if manner.json or spot.flow:
        return Replacement(Span(node.start, node.end), f"[{raw}, {write_inline(content, manner, flow=True)}]")
    key = parent.node.keys[parent.key]
    if source.text.find("\n", key.end, node.start) >= 0:
        raise NotEditableError("it stands below its key")
    indent = manner.newline + " " * (column(source, key.start) + manner.dashes) + "- "
    text = write_inline(content, manner, style=_style_of(node))
    blank = len(source.text[key.end : node.start]) - len(source.text[key.end : node.start].rstrip(" "))
    return Replacement(Span(node.start - blank, node.end), indent + raw + indent + text)


class _Entry(NamedTuple):
    """A key and its value, to be written."""

    key: str
    content: Content
    manner: Manner
    flow: bool

    def inline(self) -> str:
        style: Style = "json" if self.manner.json else "plain"
        key = write_scalar(self.key, Writing(style, self.flow, self.manner.quote))
        blank = "" if self.manner.compact else " "
        return f"{key}:{blank}{write_inline(self.content, self.manner, flow=self.flow)}"

    def block(self, indent: int) -> str:
        """Without the indentation of the first line."""
        if is_inline(self.content) or not isinstance(self.content, dict):
            return self.inline()
        key = write_scalar(self.key, Writing("plain", quote=self.manner.quote))
        inner = write_block(self.content, self.manner, indent + self.manner.indent)
        return f"{key}:\n{inner}".replace("\n", self.manner.newline)

    def pretty(self, before: str) -> str:
        """For JSON that is written over several lines, which start with `before`."""
        if is_inline(self.content) or not isinstance(self.content, dict):
            return self.inline()
        return f"{json.dumps(self.key)}: {write_lines(self.content, self.manner, before)}"


def _add_in_flow(node: MappingNode, entry: _Entry, after: str | None) -> Replacement:
    source, own = node.source, own_entries(node)
    first = node.keys[own[0]].start
    gap = _gap(source, node.start + 1, first, entry.manner)
    text = entry.pretty(margin(source, first)) if "\n" in gap and entry.manner.json else entry.inline()
    if after is None:
        return Replacement(Span(first, first), f"{text},{gap}")
    at = node.entries[after].end
    return Replacement(Span(at, at), f",{gap}{text}")


def _gap(source: Source, start: int, first: int, manner: Manner) -> str:
    """What separates the entries of a flow collection: a line break and the indentation, or a blank, or nothing."""
    if source.text.find("\n", start, first) >= 0:
        before = margin(source, first)
        return manner.newline + before + " " * (column(source, first) - len(before))
    return "" if manner.compact else " "


def _json_like(node: Node, content: Content, manner: Manner) -> str:
    """A value in JSON, over several lines or with blanks in its braces where the one whose place it takes is."""
    source = node.source
    if isinstance(content, dict) and source.text.find("\n", node.start, node.end) >= 0:
        return write_lines(content, manner, margin(source, node.start))
    text = write_inline(content, manner)
    return _spaced(text) if source.text.startswith("{ ", node.start) else text


def _last_short(node: MappingNode) -> str | None:
    """The last of the first entries that are written on one line each."""
    found = None
    source = node.source
    for key in own_entries(node):
        value = node.entries[key]
        if not node.flow and (value.start == value.end or source.text.find("\n", node.keys[key].start, value.end) >= 0):
            break
        if node.flow and not isinstance(value, ScalarNode):
            break
        found = key
    return found


def _entry_spans(node: MappingNode | SequenceNode) -> dict[str | int, Span]:
    """Where the entries of a collection stand, keys included, by key or index; of a block list without the dashes."""
    if isinstance(node, MappingNode):
        own = ((key, node.keys[key], node.entries[key]) for key in own_entries(node))
        return {name: Span(key.start, max(key.end, value.end)) for name, key, value in own}
    spans: dict[str | int, Span] = {}
    for index, item in enumerate(node.items):
        start = item.start if node.flow else node.source.text.rfind("-", 0, item.start)
        spans[index] = Span(start, item.end)
    return spans


def _whole_lines(source: Source, start: int, end: int) -> Span:
    """The lines of a stretch with the line break behind them; the one before them at the end of the file."""
    stop = source.text.find("\n", end)
    if stop >= 0:
        return Span(start, stop + 1)
    start = max(start - 1, 0)
    return Span(start - 1 if source.text[start - 1 : start] == "\r" else start, len(source.text))


def _long_function(node: MappingNode, content: Content, manner: Manner) -> Replacement:
    """An intrinsic function in its long form, `Fn::Sub: text`, on the line where such a one stands."""
    [(name, argument)] = content.items() if isinstance(content, dict) else []
    if not _is_call(node):
        raise NotEditableError("a mapping stands there")
    text = f"{name}: {write_inline(argument, manner._replace(short=False))}"
    return Replacement(Span(node.start, node.end), text)


def _mapping(spot: Spot) -> MappingNode:
    node = spot.node
    if not isinstance(node, MappingNode) or node.short:
        raise NotEditableError("it is no mapping")
    return node


def _style_of(node: Node) -> Style:
    """The style of the scalar that a node is, or that its short tag stands before."""
    while isinstance(node, MappingNode) and node.short:
        [node] = node.entries.values()
    if isinstance(node, ScalarNode) and node.style in ("single", "double", "json"):
        return node.style
    return "plain"


def _is_call(node: MappingNode) -> bool:
    return len(node.entries) == 1 and is_function(next(iter(node.entries)))


def _is_function(content: Content) -> bool:
    return isinstance(content, dict) and len(content) == 1 and is_function(next(iter(content)))


def _spaced(text: str) -> str:
    """`{ "Ref": "X" }`, as some write it."""
    return text.replace("{", "{ ").replace("}", " }") if "${" not in text else text
