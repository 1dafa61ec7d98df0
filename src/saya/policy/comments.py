"""Comments of a template that speak to Saya, and what each stands at."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from operator import itemgetter

from saya.pattern import pattern
from saya.record import NamedTuple
from saya.text.node import MappingNode, Node, ScalarNode, SequenceNode
from saya.text.source import Location, Source, Span

_BLANK_OR_COMMENT = pattern(r"[ \t]*(?:#|\r?\Z)")
_INDENTATION = pattern(r"[ \t]*")


class Comment(NamedTuple):
    """A comment.

    text    what follows the word that was looked for
    at      where it is written
    spans   what it stands at: findings that begin in them are meant
    key     the mapping key that it stands on or before, if there is one
    """

    text: str
    at: Location
    spans: tuple[Span, ...]
    key: ScalarNode | None


class Comments:
    """The comments of one file. A `#` within a scalar is none."""

    def __init__(self, source: Source, root: Node) -> None:
        self.source = source
        self.root = root

    def found(self, word: str) -> Iterator[Comment]:
        """The comments that begin with `word`."""
        candidates = list(re.finditer(rf"#[ \t]*{re.escape(word)}([^\r\n]*)", self.source.text))
        if not candidates:
            return
        self._index()
        for match in candidates:
            before = self.source.text[max(match.start() - 1, 0) : match.start()]
            if (before and before not in " \t\n") or self._in_scalar(match.start()):
                continue
            at = Location(self.source, Span(match.start(), match.start() + len(match[0].rstrip())))
            line = self.source.position(match.start())[0]
            alone = not self.source.text[self.source.starts[line - 1] : match.start()].strip()
            key, spans = self._after(line) if alone else self._on(line)
            yield Comment(match[1].strip(), at, spans, key)

    def _index(self) -> None:
        """What the tree holds, by place. Shared nodes (aliases) are visited once."""
        self.scalars: list[Span] = []
        self.keys: list[tuple[int, ScalarNode, Node]] = []
        self.items: list[tuple[int, Node]] = []
        self.ends: list[tuple[int, int]] = []
        seen: set[int] = set()
        stack = [self.root]
        while stack:
            node = stack.pop()
            if id(node) in seen or node.source is not self.source:
                continue
            seen.add(id(node))
            self._enter(node, stack)
        self.scalars.sort()
        self.ends.sort()
        self.keys.sort(key=itemgetter(0))
        self.content = self._content_lines()
        self.items.sort(key=lambda entry: (entry[0], -entry[1].end))

    def _enter(self, node: Node, stack: list[Node]) -> None:
        if isinstance(node, MappingNode):
            stack.extend(node.entries.values())
            if not node.short:
                entries = [(key, node.entries[name]) for name, key in node.keys.items()]
                self.keys.extend((key.start, key, value) for key, value in entries)
                self.scalars.extend(Span(key.start, key.end) for key, _ in entries)
        elif isinstance(node, SequenceNode):
            stack.extend(node.items)
            if not node.flow:
                self.items.extend((item.start, item) for item in node.items)
        else:
            self.scalars.append(Span(node.start, node.end))
        self.ends.append((node.end, node.start))

    def _in_scalar(self, offset: int) -> bool:
        at = bisect_right(self.scalars, Span(offset, len(self.source.text) + 1)) - 1
        return at >= 0 and self.scalars[at].start <= offset < self.scalars[at].end

    def _on(self, line: int) -> tuple[ScalarNode | None, tuple[Span, ...]]:
        """What a line holds: all that begins or ends on it, and the value of its last key, which may begin below."""
        start, end = self._line(line)
        ending = self.ends[
            bisect_right(self.ends, (start, len(self.source.text))) : bisect_right(self.ends, (end, end))
        ]
        spans = [Span(start, end), *(Span(begin, begin + 1) for _, begin in ending)]
        first, last = self._keys_between(start, end)
        if first == last:
            return None, tuple(spans)
        value = self.keys[last - 1][2]
        spans.append(Span(value.start, value.start + 1))
        return self.keys[first][1], tuple(spans)

    def _after(self, line: int) -> tuple[ScalarNode | None, tuple[Span, ...]]:
        """The entry or list item that the next line with content begins."""
        following = self._content_below(line)
        if following is None:
            return None, ()
        start, end = self._line(following)
        indented = _INDENTATION.match(self.source.text, start)
        at = indented.end() if indented else start
        if self.source.text[at : at + 1] == "-" and self.source.text[at + 1 : at + 2] in (" ", "\t", "\r", "\n"):
            number = bisect_right(self.items, at, key=itemgetter(0))
            item = self.items[number][1] if number < len(self.items) else None
            return None, () if item is None else (Span(at, max(item.end, item.start + 1)),)
        first, last = self._keys_between(at, end)
        if first == last:
            return None, (Span(start, end),)
        _, key, value = self.keys[first]
        # The value of an alias stands elsewhere.
        return key, (Span(key.start, key.end + 1), Span(value.start, max(value.end, value.start + 1)))

    def _keys_between(self, start: int, end: int) -> tuple[int, int]:
        """Where in `keys` those that begin between two offsets begin and end."""
        begin_of = itemgetter(0)
        return bisect_left(self.keys, start, key=begin_of), bisect_left(self.keys, end, key=begin_of)

    def _line(self, number: int) -> Span:
        starts = self.source.starts
        return Span(starts[number - 1], starts[number] if number < len(starts) else len(self.source.text) + 1)

    def _content_below(self, line: int) -> int | None:
        return self.content[line] if line < len(self.content) else None

    def _content_lines(self) -> list[int | None]:
        """For each line (0-based), the number (1-based) of the first line with content from there on."""
        found: list[int | None] = []
        following: int | None = None
        for number in range(len(self.source.starts), 0, -1):
            if not _BLANK_OR_COMMENT.match(self.source.line(number)):
                following = number
            found.append(following)
        return found[::-1]
