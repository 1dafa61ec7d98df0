"""One policy file: from nodes to a `Policy`, with every problem noted."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import TypeVar, cast

from saya.facts.types import KINDS
from saya.findings import SEVERITIES, Severity
from saya.pattern import pattern
from saya.policy.clauses import Clauses
from saya.policy.example_section import ExampleSection
from saya.policy.fix_section import FixSection
from saya.policy.language import (
    ID,
    Param,
    Policy,
    RelatedTemplate,
    ReportTemplate,
    Scalar,
    SeverityCase,
    Wording,
    Words,
)
from saya.policy.reader import Reader, described
from saya.text.node import MappingNode, Node, ScalarNode, SequenceNode

T = TypeVar("T")

REQUIRED = ("id", "title", "severity", "since", "why", "for", "where", "report")
KEYS = (*REQUIRED, "references", "unless", "severities", "fixes", "advice", "params", "tests")
_VERSION = pattern(r"\d+\.\d+\.\d+\Z")
_PARAM_NAME = pattern(r"[a-z][a-z0-9_]*\Z")


class PolicyFile:
    """Reads one policy. `stem` is the file's name without its suffix, which the id must be."""

    def __init__(self, root: Node, stem: str) -> None:
        self.root = root
        self.stem = stem
        self.reader = Reader()

    def read(self) -> Policy | None:
        """The policy; None where a problem was noted in `reader.problems`."""
        reader = self.reader
        root = reader.mapping(self.root, "a policy", KEYS, REQUIRED)
        if root is None:
            return None
        get = root.entries.get
        kind = reader.word(get("for"), "`for`", tuple(KINDS))
        reader.record = KINDS.get(kind or "")
        params = self._params(get("params"))
        self.clauses = Clauses(reader, {param.name: param for param in params})
        tree = self.clauses.tree
        fields = {
            "id": self._id(get("id")),
            "title": self._line(get("title"), "`title`"),
            "severity": reader.word(get("severity"), "`severity`", SEVERITIES),
            "since": self._matching(get("since"), "`since`", _VERSION, "a version such as 0.1.0"),
            "why": reader.text(get("why"), "`why`"),
            "kind": kind,
            "where": tree(get("where"), "`where`"),
            "report": self._report(get("report")),
        }
        rest = {
            "references": self._references(get("references")),
            "unless": tree(get("unless"), "`unless`"),
            "severities": self._each(get("severities"), "`severities`", self._severity_case),
            "fixes": self._each(get("fixes"), "`fixes`", FixSection(reader, self.clauses).read),
            "advice": self._words(get("advice"), "`advice`", partial=True),
            "params": params,
        }
        self._unused_params(get("params"), params)
        tests = ExampleSection(reader).read(get("tests"))
        if reader.problems or None in fields.values():
            return None
        return Policy(tests=tests, **cast("dict[str, object]", fields | rest), at=self.root.location)  # type: ignore[arg-type]

    def _id(self, node: Node | None) -> str | None:
        text = self._matching(node, "`id`", ID, "lower-case words joined by hyphens")
        if node is not None and text is not None and text != self.stem:
            self.reader.problem(node, f"`id` is the name of the file, `{self.stem}`, not `{text}`")
        return text

    def _line(self, node: Node | None, what: str) -> str | None:
        text = self.reader.text(node, what)
        if node is not None and text is not None and "\n" in text:
            self.reader.problem(node, f"{what} is one line")
        return text

    def _matching(self, node: Node | None, what: str, pattern: re.Pattern[str], expected: str) -> str | None:
        text = self.reader.text(node, what)
        if node is not None and text is not None and not pattern.match(text):
            self.reader.problem(node, f"{what} is {expected}, not `{text}`")
            return None
        return text

    def _references(self, node: Node | None) -> tuple[str, ...]:
        return self._each(node, "`references`", self._reference)

    def _reference(self, node: Node) -> str | None:
        text = self.reader.text(node, "a reference")
        if text is not None and not text.startswith("https://"):
            self.reader.problem(node, "a reference is the address of a page, https://...")
        return text

    def _each(self, node: Node | None, what: str, read: Callable[[Node], T | None]) -> tuple[T, ...]:
        if node is None:
            return ()
        return tuple(item for part in self.reader.items(node, what) if (item := read(part)) is not None)

    def _severity_case(self, node: Node) -> SeverityCase | None:
        keys = ("severity", "where")
        mapping = self.reader.mapping(node, "an item of `severities`", keys, keys)
        if mapping is None:
            return None
        severity = self.reader.word(mapping.get("severity"), "`severity`", SEVERITIES)
        where = self.clauses.tree(mapping.get("where"), "`where`")
        return None if severity is None or where is None else SeverityCase(cast("Severity", severity), where)

    def _report(self, node: Node | None) -> ReportTemplate | None:
        if node is None:
            return None
        mapping = self.reader.mapping(node, "`report`", ("at", "message", "related"), ("message",))
        if mapping is None:
            return None
        at = self.reader.place(mapping.get("at"), "`report.at`") or ("at",)
        message = self._words(mapping.get("message"), "`message`")
        related = self._each(mapping.get("related"), "`related`", self._related)
        return ReportTemplate(at, message, related) if message else None

    def _related(self, node: Node) -> RelatedTemplate | None:
        mapping = self.reader.mapping(node, "an item of `related`", ("at", "message"), ("at", "message"))
        if mapping is None:
            return None
        at = self.reader.place(mapping.get("at"), "`related.at`")
        message = self._words(mapping.get("message"), "`message`")
        return RelatedTemplate(at, message) if at and message else None

    def _words(self, node: Node | None, what: str, *, partial: bool = False) -> Words:
        """A text, or a list of cases of which the last has no `where`; `partial` allows that none applies."""
        if node is None:
            return ()
        if not isinstance(node, SequenceNode):
            text = self.reader.template(node, what)
            return () if text is None else (Wording(None, flowed(text)),)
        cases = self._each(node, what, lambda item: self._case(item, what))
        for case, item in zip(cases, node.items, strict=False):
            last = item is node.items[-1]
            if case.where is None and not last:
                self.reader.problem(item, f"this case of {what} has no `where`, so those behind it are never used")
            if case.where is not None and last and not partial:
                self.reader.problem(item, f"the last case of {what} has no `where`: it is for what is left")
        return cases

    def _case(self, node: Node, what: str) -> Wording | None:
        mapping = self.reader.mapping(node, f"a case of {what}", ("where", "text"), ("text",))
        if mapping is None:
            return None
        where = self.clauses.tree(mapping.get("where"), "`where`")
        text = self.reader.template(mapping.get("text"), "`text`")
        return None if text is None else Wording(where, flowed(text))

    def _params(self, node: Node | None) -> tuple[Param, ...]:
        if node is None:
            return ()
        if not isinstance(node, MappingNode):
            self.reader.problem(node, f"`params` is a mapping of names to parameters, not {described(node)}")
            return ()
        found = [self._param(node.keys[name], value) for name, value in node.entries.items()]
        return tuple(param for param in found if param is not None)

    def _param(self, key: ScalarNode, node: Node) -> Param | None:
        what = f"the parameter `{key.text}`"
        if not _PARAM_NAME.match(key.text):
            self.reader.problem(key, "a parameter's name is lower-case words joined by underscores")
        keys = ("default", "description")
        mapping = self.reader.mapping(node, what, keys, keys)
        default = mapping.get("default") if mapping else None
        if mapping is None or default is None:
            return None
        description = self.reader.text(mapping.get("description"), f"the description of {what}")
        values = self.values(default, f"the default of {what}")
        if values is None or description is None:
            return None
        return Param(key.text, values, isinstance(default, SequenceNode), flowed(description))

    def values(self, node: Node, what: str) -> tuple[Scalar, ...] | None:
        """A scalar, or the items of a list of scalars."""
        nodes = self.reader.items(node, what) if isinstance(node, SequenceNode) else [node]
        values = [value for item in nodes if (value := self.reader.scalar(item, what)) is not None]
        return tuple(values) if values and len(values) == len(nodes) else None

    def _unused_params(self, node: Node | None, params: Collection[Param]) -> None:
        if not isinstance(node, MappingNode) or self.reader.problems:
            return
        for param in params:
            if param.name not in self.clauses.used:
                hint = "test a field against `{param: " + param.name + "}`"
                self.reader.problem(node.keys[param.name], f"the parameter `{param.name}` is not used; {hint}")


def flowed(text: str) -> str:
    """Paragraphs, each on one line: how a policy file breaks its lines is no part of what it says."""
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
