"""Every text in the properties of a resource, at any depth."""

from __future__ import annotations

from collections.abc import Iterator

from saya.model.guard import ALWAYS, Guard, both
from saya.model.resolve import Place, Resolver, TemplateResource
from saya.model.value import Bound, Given, Mapping, Sequence, Text, Thunk, Unknown

Path = tuple[str | int, ...]
Parents = tuple[tuple[int, Mapping], ...]


def property_texts(
    resolver: Resolver, declared: TemplateResource, *, unknown: bool = False, written: str = ""
) -> Iterator[Place]:
    """The places of all texts below `Properties`, alternative by alternative; with `unknown` the undecided ones too.

    The guard of a place includes the resource's Condition. With `written` only what has that string in the file is
    looked at, which saves resolving the rest.
    """
    node = declared.node.get("Properties") or declared.node
    walker = _Walker(resolver, written)
    for place in walker.texts(Given(resolver.properties(declared), node), declared.guard, (), ()):
        if not unknown and isinstance(place.value, Unknown):
            continue
        if place.guard is ALWAYS or resolver.join(place.guard) is not None:
            yield place


def texts_within(resolver: Resolver, thunk: Thunk, place: Place) -> Iterator[Place]:
    """The places of all texts of a document that stands as text at a place, the undecided ones too."""
    for inner in _Walker(resolver, "").texts(thunk, place.guard, place.path, place.parents):
        if inner.guard is ALWAYS or resolver.join(inner.guard) is not None:
            yield inner


class _Walker:
    def __init__(self, resolver: Resolver, written: str) -> None:
        self.resolver = resolver
        self.written = written

    def texts(self, thunk: Thunk, guard: Guard, path: Path, parents: Parents) -> Iterator[Place]:
        node = thunk.node
        if self.written and isinstance(thunk, Bound) and node.source.text.find(self.written, node.start, node.end) < 0:
            return
        for option in self.resolver.alternatives(thunk):
            joined = both(guard, option.guard)
            if joined is None:
                continue
            value = option.value
            if isinstance(value, Text | Unknown):
                yield Place(path, joined, value, option.node or thunk.node, parents)
            elif isinstance(value, Mapping):
                inside = (*parents, (len(path), value))
                for name, inner in value.entries.items():
                    yield from self.texts(inner, joined, (*path, name), inside)
            elif isinstance(value, Sequence):
                for index, inner in enumerate(value.items):
                    yield from self.texts(inner, joined, (*path, index), parents)
