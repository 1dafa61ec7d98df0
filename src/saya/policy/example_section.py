"""The `tests` of a policy: examples, and what their templates mark.

A YAML template marks a line by a comment at its end: `# error`, `# warning`, `# note` or `# undecided`, several
separated by commas. A JSON template has no comments; there `at` maps a line, or `LogicalId.Property.Path`, to one of
these words.
"""

from __future__ import annotations

import re
from typing import cast

from saya.pattern import pattern
from saya.policy.language import Example, ExampleKind, Expectation, Level
from saya.policy.reader import Reader
from saya.text.node import MappingNode, Node, ScalarNode

KINDS: tuple[ExampleKind, ...] = ("bad", "good", "undecided")
LEVELS: tuple[Level, ...] = ("error", "warning", "note", "undecided")
KEYS = ("name", "template", "base", "region", "parameters", "fixed", "at")
_LEVEL = "|".join(LEVELS)
_MARK = pattern(rf"\s#\s*((?:{_LEVEL})(?:\s*,\s*(?:{_LEVEL}))*)\s*$", re.MULTILINE)


class ExampleSection:
    """Reads the examples of one policy."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    def read(self, node: Node | None) -> tuple[Example, ...]:
        """The examples in the order written: none where there is no section."""
        if node is None:
            return ()
        mapping = self.reader.mapping(node, "`tests`", KINDS)
        if mapping is None:
            return ()
        examples = []
        names: dict[str, Node] = {}
        for kind in KINDS:
            section = mapping.get(kind)
            for item in self.reader.items(section, f"`{kind}`") if section is not None else []:
                example = self._example(item, kind)
                if example is None:
                    continue
                if example.name in names:
                    self.reader.problem(item, f"two examples are called `{example.name}`")
                names[example.name] = item
                examples.append(example)
        return tuple(examples)

    def _example(self, node: Node, kind: ExampleKind) -> Example | None:
        mapping = self.reader.mapping(node, f"a {kind} example", KEYS, ("name", "template"))
        if mapping is None:
            return None
        get = mapping.entries.get
        name = self.reader.text(get("name"), "`name`")
        template = self._template(get("template"), "`template`")
        if name is None or template is None:
            return None
        noted = len(self.reader.problems)
        expected = marks_in(template) + self._expectations(get("at"))
        if len(self.reader.problems) == noted:
            self._check_kind(node, kind, expected)
        return Example(
            name=name,
            kind=kind,
            template=template,
            base=self._template(get("base"), "`base`"),
            region=self.reader.text(get("region"), "`region`"),
            parameters=self._parameters(get("parameters")),
            expected=expected,
            fixed=self._template(get("fixed"), "`fixed`"),
            at=node.location,
        )

    def _template(self, node: Node | None, what: str) -> str | None:
        """A template's text as written: its first line is line 1."""
        text = self.reader.text(node, what)
        return node.text if isinstance(node, ScalarNode) and text is not None else None

    def _check_kind(self, node: Node, kind: ExampleKind, expected: tuple[Expectation, ...]) -> None:
        levels = {expectation.level for expectation in expected}
        if kind == "good" and levels:
            self.reader.problem(node, "a good example marks nothing")
        elif kind == "undecided" and "undecided" not in levels:
            self.reader.problem(node, "an undecided example marks a line with `# undecided` (JSON: with `at`)")
        elif kind == "bad" and not levels - {"undecided"}:
            marks = "`# error`, `# warning` or `# note`"
            self.reader.problem(node, f"a bad example marks a line with {marks} (JSON: with `at`)")

    def _expectations(self, node: Node | None) -> tuple[Expectation, ...]:
        if node is None:
            return ()
        if not isinstance(node, MappingNode):
            self.reader.problem(node, "`at` maps a line or `LogicalId.Property.Path` to what is found there")
            return ()
        found = []
        for place, value in node.entries.items():
            level = self.reader.word(value, f"what is found at `{place}`", LEVELS)
            if level is not None:
                found.append(Expectation(int(place) if place.isdigit() else place, cast("Level", level)))
        return tuple(found)

    def _parameters(self, node: Node | None) -> dict[str, str]:
        if node is None:
            return {}
        if not isinstance(node, MappingNode):
            self.reader.problem(node, "`parameters` is a mapping of parameter names to values")
            return {}
        found = {}
        for name, value in node.entries.items():
            if isinstance(value, ScalarNode):
                found[name] = value.text
            else:
                self.reader.problem(value, f"the value of the parameter `{name}` is text")
        return found


def marks_in(template: str) -> tuple[Expectation, ...]:
    """What the comments of a template mark."""
    return tuple(
        Expectation(template.count("\n", 0, match.start(1)) + 1, cast("Level", level.strip()))
        for match in _MARK.finditer(template)
        for level in match[1].split(",")
    )
