"""`Fn::ToJsonString`: the JSON text of a value.

Source: AWS::LanguageExtensions, Fn::ToJsonString. Entries and items that are `AWS::NoValue` are left out.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from saya.model.value import (
    Absent,
    Alternative,
    Given,
    Mapping,
    Part,
    Text,
    Thunk,
    Unknown,
    Value,
    always,
)
from saya.text.node import Node, ScalarNode

if TYPE_CHECKING:
    from saya.model.resolve import Alternatives, Resolver

MAX_DEPTH = 60


def json_text(resolver: Resolver, thunk: Thunk, depth: int = 0) -> Alternatives:
    """The JSON text of a value; `Absent` where the value is."""
    out: list[Alternative] = []
    for option in resolver.alternatives(thunk):
        node = option.node or thunk.node
        for inner in _written(resolver, option.value, node, depth):
            joined = resolver.join(option.guard, inner.guard)
            if joined is not None:
                out.append(Alternative(joined, inner.value, node))
    return tuple(out) or always(_hole(Unknown("no combination of conditions is possible"), thunk.node))


def _written(resolver: Resolver, value: Value, node: Node, depth: int) -> Alternatives:
    if isinstance(value, Text):
        return always(_string(value, node))
    if isinstance(value, Absent):
        return always(value)
    if isinstance(value, Unknown) or value.rest is not None:
        return always(_hole(value if isinstance(value, Unknown) else value.rest or Unknown(""), node))
    if depth >= MAX_DEPTH:
        return always(_hole(Unknown(f"it is nested deeper than {MAX_DEPTH} levels"), node))
    if isinstance(value, Mapping):
        labels = [f"{json.dumps(name)}: " for name in value.entries]
        return _joined(resolver, list(value.entries.values()), labels, "{}", node, depth)
    return _joined(resolver, list(value.items), [""] * len(value.items), "[]", node, depth)


def _joined(
    resolver: Resolver, thunks: list[Thunk], labels: list[str], brackets: str, node: Node, depth: int
) -> Alternatives:
    def build(values: tuple[Value, ...]) -> Value:
        parts = [Part(brackets[0], None, node)]
        present = [(label, value) for label, value in zip(labels, values, strict=True) if isinstance(value, Text)]
        for index, (label, value) in enumerate(present):
            parts.append(Part(f"{', ' if index else ''}{label}", None, node))
            parts.extend(value.parts)
        return Text((*parts, Part(brackets[1], None, node)))

    inner = [Given(json_text(resolver, thunk, depth + 1), thunk.node) for thunk in thunks]
    combined = resolver.product(inner, build)
    if len(combined) == 1 and isinstance(combined[0].value, Unknown):
        return resolver.product([_as_hole(each) for each in inner], build)
    return combined


def _as_hole(thunk: Given) -> Given:
    """A value with alternatives as one hole, so that what surrounds it keeps its shape."""
    if len(thunk.alternatives) == 1:
        return thunk
    return Given(always(_hole(Unknown("it has many values"), thunk.node)), thunk.node)


def _hole(reason: Unknown, node: Node) -> Text:
    return Text((Part("", reason, node),))


def _string(text: Text, node: Node) -> Text:
    """A text as JSON; numbers and booleans written plain stay bare."""
    origin = text.parts[0].origin if text.parts else node
    if isinstance(origin, ScalarNode) and origin.kind in ("int", "float", "bool") and text.literal == origin.text:
        return text
    quote = Part('"', None, node)
    inner = tuple(p if p.hole is not None else p._replace(text=json.dumps(p.text)[1:-1]) for p in text.parts)
    return Text((quote, *inner, quote))
