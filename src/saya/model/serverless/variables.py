"""`${...}` of the Serverless Framework: what the service decides is put in, the rest is undecided, with the reason.

Source: Serverless Framework 3, variables: `${type(params):address, fallback}`; `self`, `opt`, `env`, `sls`, `param`,
`file`, `aws` are known here; `cf`, `s3`, `ssm` and those of plugins are read when the service is deployed. An option
that has a fallback is taken to be that, as a parameter is its Default; an environment variable is not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from saya.errors import ParseError
from saya.model.serverless.nodes import (
    UndecidedNode,
    below,
    join,
    mapping,
    reason_of,
    reference,
    scalar,
    sequence,
    text,
)
from saya.model.serverless.variable_texts import Piece, alternatives, split, written_out
from saya.pattern import pattern
from saya.record import NamedTuple
from saya.text.node import MappingNode, Node, ScalarNode, SequenceNode
from saya.text.parse import parse
from saya.text.source import Source

MAX_DEPTH = 24
_PROGRAMS = (".js", ".cjs", ".mjs", ".ts", ".cts", ".mts")
MAX_NODES = 20_000
MAX_TEXT = 2_000_000
"""Characters of all the texts that variables are put into."""
LONGEST_TOLD = 200
TOO_MUCH = "the service's variables come to too much"
_VARIABLE = pattern(r"\s*([A-Za-z][\w-]*)(?:\(([^()]*)\))?(?::(?!:)(.*))?\Z", re.DOTALL)
_INDEX = pattern(r"[0-9]{1,6}\Z")
_STAGE = "dev"
"""The stage where nobody names one. Source: Serverless Framework 3, provider settings."""


class Undecided(NamedTuple):
    """Why a variable has no value here. `absent` says that there is none, so that what it falls back to counts."""

    reason: str
    absent: bool = False


class Variables:
    """The variables of one service. `files` gives the files beside it; `stage` is what it is deployed to, if known."""

    def __init__(
        self, root: MappingNode, files: Callable[[str], Source | None] | None, stage: str | None = None
    ) -> None:
        self._root = root
        self._given_stage = stage
        self._files = files
        self._parsed: dict[str, Node | Undecided] = {}
        self._open: list[str] = []
        self._made = 0
        self._written = 0

    def resolved(self, node: Node) -> Node:
        """A node with the variables in it replaced; what has none stays the very node that it is."""
        unwritten = node.source.text.find("${", node.start, node.end) < 0
        if isinstance(node, UndecidedNode) or (unwritten and not isinstance(node, ScalarNode)):
            return node
        self._made += 1
        if self._made > MAX_NODES:
            return UndecidedNode(node, TOO_MUCH)
        if isinstance(node, ScalarNode):
            return self._scalar(node) if "${" in node.text else node
        if isinstance(node, SequenceNode):
            return sequence(node, map(self.resolved, node.items))
        if isinstance(node, MappingNode):
            if "Fn::Sub" in node.entries and len(node.entries) == 1:
                return self._sub(node, node.entries["Fn::Sub"])
            entries: dict[str, Node | None] = {name: self.resolved(value) for name, value in node.entries.items()}
            return mapping(node, entries, node.keys)
        return node

    def _scalar(self, node: ScalarNode) -> Node:
        if self._joined((node.text,)) is None:  # one text may stand in many places
            return UndecidedNode(node, TOO_MUCH)
        pieces = split(node.text)
        if [piece.text for piece in pieces] == [node.text] and not pieces[0].variable:
            return node
        values = [self._value(piece, node) for piece in pieces]
        if len(values) == 1:
            return self._whole(values[0], node)
        texts = [value.text if isinstance(value, ScalarNode) else None for value in values]
        if None not in texts:
            whole = self._joined(map(str, texts))
            if whole is None:
                return UndecidedNode(node, TOO_MUCH)
            return ScalarNode(node.source, node.start, node.end, whole, "str", "embedded")
        return join(node, "", (self._whole(value, node) for value in values))

    def _joined(self, texts: Iterable[str]) -> str | None:
        """Several texts as one; None where the service's have come to too much."""
        whole = "".join(texts)
        self._written += len(whole)
        return whole if self._written <= MAX_TEXT else None

    @staticmethod
    def _whole(value: Node | Undecided, at: ScalarNode) -> Node:
        """A value in the place of the variable: a scalar where that stands, all else where it is written."""
        if isinstance(value, Undecided):
            return UndecidedNode(at, value.reason, absent=value.absent)
        if isinstance(value, ScalarNode):
            return ScalarNode(at.source, at.start, at.end, value.text, value.kind, "embedded")
        return value

    def _sub(self, node: MappingNode, argument: Node) -> Node:
        """An `Fn::Sub`, whose own `${...}` stay; what is undecided becomes a variable of it."""
        template, names = argument, None
        if isinstance(argument, SequenceNode) and len(argument.items) == 2:
            template, names = argument.items
        if not isinstance(template, ScalarNode):
            return node
        out, variables = [], dict[str, Node | None]()
        for piece in split(template.text):
            value = self._value(piece, template)
            if isinstance(value, ScalarNode):
                out.append(value.text)
            else:
                name = f"SayaVariable{len(variables)}"
                variables[name] = self._whole(value, template)
                out.append(f"${{{name}}}")
        if isinstance(names, MappingNode):
            variables |= {name: self.resolved(value) for name, value in names.entries.items()}
        joined = self._joined(out)
        if joined is None:
            return UndecidedNode(node, TOO_MUCH)
        whole = template if out == [template.text] else text(template, joined)
        inner: Node = sequence(argument, (whole, mapping(argument, variables))) if variables else whole
        return mapping(node, {"Fn::Sub": inner}, node.keys)

    def _value(self, piece: Piece, at: Node) -> Node | Undecided:
        return self._evaluated(piece.text, at) if piece.variable else text(at, piece.text)

    def _evaluated(self, inside: str, at: Node) -> Node | Undecided:
        """The value of a variable, by its alternatives in turn."""
        if inside in self._open or len(self._open) >= MAX_DEPTH:
            return Undecided(f"`${{{_told(inside)}}}` refers to itself")
        self._open.append(inside)
        try:
            reasons = []
            for one in alternatives(inside):
                value = self._alternative(one, at)
                if not isinstance(value, Undecided):
                    return value
                reasons.append(value)
                if not value.absent:
                    return value  # what it falls back to is for those who have not set it
            return reasons[0] if reasons else Undecided(f"`${{{_told(inside)}}}` is no variable")
        finally:
            self._open.pop()

    def _alternative(self, inside: str, at: Node) -> Node | Undecided:
        literal = written_out(inside, at)
        if literal is not None:
            return literal
        inner = [self._value(piece, at) for piece in split(inside)]
        told = next((each for each in inner if isinstance(each, Undecided)), None)
        if told is not None:
            return told._replace(absent=False)
        whole = self._joined(each.text for each in inner if isinstance(each, ScalarNode))
        match = _VARIABLE.match(whole) if whole is not None else None
        if match is None:
            return Undecided(f"`${{{_told(inside)}}}` is no variable")
        return self._named(match[1], (match[2] or "").strip(), (match[3] or "").strip(), at)

    def _named(self, type_: str, parameter: str, address: str, at: Node) -> Node | Undecided:
        if type_ == "self":
            return self._found(self._root, address, f"`self:{_told(address)}`")
        if type_ == "file":
            return self._file(parameter, address)
        if type_ == "sls" and address == "stage":
            return text(at, self.stage) if isinstance(self.stage, str) else self.stage
        if type_ == "param":
            return self._param(address)
        if type_ == "aws" and address in ("accountId", "region"):
            return reference(at, "AWS::AccountId" if address == "accountId" else "AWS::Region")
        if type_ == "strToBool":
            return text(at, parameter)
        if type_ == "env":
            return Undecided(f"the environment variable `{_told(address)}` decides it when the service is deployed")
        if type_ == "opt":
            told = Undecided(f"the option `--{_told(address)}` decides it when the service is deployed", absent=True)
            return text(at, self._given_stage) if address == "stage" and self._given_stage else told
        return Undecided(f"`${{{type_}:{_told(address)}}}` is read when the service is deployed")

    def _param(self, address: str) -> Node | Undecided:
        """A parameter: of the stage, else of all stages; `stages` is how version 4 has it."""
        told, stage = f"`param:{_told(address)}`", self.stage
        if isinstance(stage, Undecided) and self._depends(address):
            return stage
        for name in (stage, "default") if isinstance(stage, str) else ("default",):
            for root in (below(self._root, "stages", name, "params"), below(self._root, "params", name)):
                value = self._found(root, address, told)
                if not isinstance(value, Undecided) or not value.absent:
                    return value
        return Undecided(f"{told} is nothing in this service", absent=True)

    def _depends(self, address: str) -> bool:
        """Whether a parameter is another one in some stage."""
        name = address.partition(".")[0]
        given = [*_entries(below(self._root, "params"))]
        given += [(stage, below(node, "params")) for stage, node in _entries(below(self._root, "stages"))]
        return any(stage != "default" and below(node, name) is not None for stage, node in given)

    def _found(self, root: Node | None, address: str, told: str) -> Node | Undecided:
        node = root
        for step in filter(None, address.replace("[", ".").replace("]", "").split(".")):
            if isinstance(node, ScalarNode) and "${" in node.text:
                node = self.resolved(node)
            if isinstance(node, UndecidedNode):
                return Undecided(node.reason, node.absent)
            if isinstance(node, SequenceNode) and _INDEX.match(step) and int(step) < len(node.items):
                node = node.items[int(step)]
            else:
                node = node.get(step) if isinstance(node, MappingNode) else None
        if node is None or (isinstance(node, ScalarNode) and node.kind == "null"):
            return Undecided(f"{told} is nothing in this service", absent=True)
        value = self.resolved(node)
        return Undecided(value.reason, value.absent) if isinstance(value, UndecidedNode) else value

    def _file(self, name: str, address: str) -> Node | Undecided:
        known = self._parsed.get(name)
        if known is None:
            known = self._parsed[name] = self._read(name)
        return (
            known
            if isinstance(known, Undecided)
            else self._found(known, address, f"`{_told(address)}` of {_told(name)}")
        )

    def _read(self, name: str) -> Node | Undecided:
        path = name.strip("'\"")
        source = self._files(path) if self._files is not None else None
        if source is None or path.lower().endswith(_PROGRAMS):
            inside = not path.startswith(("/", "~")) and ".." not in path.split("/")
            is_absent = source is None and inside and self._files is not None and not path.lower().endswith(_PROGRAMS)
            return Undecided(f"the file `{_told(name)}` decides it", absent=is_absent)
        if not path.lower().endswith((".yml", ".yaml", ".json")):
            return ScalarNode(source, 0, len(source.text), source.text, "str", "embedded")
        try:
            return parse(source, duplicates=[]) or Undecided(f"{name} is empty")
        except ParseError as error:
            return Undecided(f"{name} cannot be read: {error.message}")

    @property
    def stage(self) -> str | Undecided:
        """The stage that the service is deployed to where nobody names another."""
        if self._given_stage is not None:
            return self._given_stage
        inside = f"{id(self)}stage"
        if inside in self._open:
            return _STAGE
        self._open.append(inside)
        try:
            provider = self._root.get("provider")
            provider = self.resolved(provider) if isinstance(provider, ScalarNode) else provider
            written = provider if isinstance(provider, UndecidedNode) else below(provider, "stage")
            value = self.resolved(written) if written is not None else None
            reason = reason_of(value)
            return Undecided(reason) if reason is not None else scalar(value) or _STAGE
        finally:
            self._open.pop()


def _entries(node: Node | None) -> Iterator[tuple[str, Node | None]]:
    yield from node.entries.items() if isinstance(node, MappingNode) else ()


def _told(content: str) -> str:
    """A text as it is told, which may be the whole file."""
    return content if len(content) <= LONGEST_TOLD else content[:LONGEST_TOLD] + "…"
