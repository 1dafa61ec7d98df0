"""`Fn::ForEach`: entries of a mapping made in a loop.

Source: AWS::LanguageExtensions, Fn::ForEach: `Fn::ForEach::Name: [Identifier, Collection, {OutputKey: Body}]`;
`${Identifier}` in the output key is replaced, and `&{Identifier}` is replaced without its non-alphanumeric characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from saya.model.value import Scope, Sequence, Text, Unknown
from saya.text.node import MappingNode, Node, ScalarNode, SequenceNode

if TYPE_CHECKING:
    from saya.model.resolve import Resolver

MAX_ITEMS = 1000
MAX_MADE = 20_000


def expand_entries(resolver: Resolver, mapping: MappingNode, scope: Scope) -> Iterator[tuple[ScalarNode, Node, Scope]]:
    """The entries of a mapping, loops expanded: key, value, and the loop variables in force there.

    A loop whose collection is not known adds nothing and is remembered in `resolver.open_loops`; so is one that is
    longer than we follow.
    """
    for name, node in mapping.entries.items():
        key = mapping.keys[name]
        if name.startswith("Fn::ForEach::"):
            yield from _expand_loop(resolver, node, scope)
        else:
            yield _named(key, scope), node, scope


def _expand_loop(resolver: Resolver, node: Node, scope: Scope) -> Iterator[tuple[ScalarNode, Node, Scope]]:
    parts = node.items if isinstance(node, SequenceNode) else []
    if len(parts) != 3 or not isinstance(parts[0], ScalarNode) or not isinstance(parts[2], MappingNode):
        resolver.open_loops.append((node, Unknown("a Fn::ForEach that is not [identifier, collection, mapping]")))
        return
    identifier, collection, body = parts[0], parts[1], parts[2]
    items = _items(resolver, collection, scope)
    if isinstance(items, Unknown):
        resolver.open_loops.append((collection, items))
        return
    if len(items) > MAX_ITEMS:
        resolver.open_loops.append((collection, Unknown(f"a Fn::ForEach over more than {MAX_ITEMS} items")))
    for item in items[:MAX_ITEMS]:
        resolver.made += 1
        if resolver.made > MAX_MADE:
            resolver.open_loops.append((collection, Unknown(f"Fn::ForEach makes more than {MAX_MADE} entries")))
            return
        yield from expand_entries(resolver, body, (*scope, (identifier.text, item)))


def _items(resolver: Resolver, collection: Node, scope: Scope) -> list[str] | Unknown:
    alternatives = resolver.resolve(collection, scope)
    value = alternatives[0].value
    if len(alternatives) != 1 or not isinstance(value, Sequence) or value.rest is not None:
        return Unknown("the collection of a Fn::ForEach is not decided by the template")
    items = []
    for thunk in value.items:
        options = resolver.alternatives(thunk)
        text = options[0].value
        if len(options) != 1 or not isinstance(text, Text) or text.literal is None:
            return Unknown("an item of a Fn::ForEach collection is not decided by the template")
        items.append(text.literal)
    return items


def _named(key: ScalarNode, scope: Scope) -> ScalarNode:
    """The key with the loop variables put in."""
    if not scope or "{" not in key.text:
        return key
    text = key.text
    for name, value in reversed(scope):
        text = text.replace(f"${{{name}}}", value).replace(f"&{{{name}}}", re.sub(r"[^0-9A-Za-z]", "", value))
    return ScalarNode(key.source, key.start, key.end, text, "str", key.style)
