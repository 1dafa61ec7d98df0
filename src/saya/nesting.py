"""Which templates are nested in which, so that a nested one is judged as its parents deploy it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from saya.errors import UserError
from saya.judging import Exports, Rules, Side, find_deployments, make_side
from saya.model.assembly import TEMPLATE_OF, Nesting, asset_of
from saya.model.exports import Export, read_exports
from saya.model.template import Template
from saya.record import NamedTuple, record, replace
from saya.sources.attached import AttachedFiles
from saya.sources.base import Deployment, Files
from saya.text.node import MappingNode, Node, ScalarNode

T = TypeVar("T")

MOST_WAYS = 200
MOST_RESOURCES = 200_000
"""In how many ways a nested template is judged: so many, and no more resources than these in all of them. Stacks that
nest stacks multiply; CloudFormation takes 2,500 in one operation.
"""

MOST_BYTES = 64 * 1024 * 1024
"""Bytes of templates that are related; CloudFormation takes 1 MB each."""

_MARKS = tuple(type_.encode() for type_ in TEMPLATE_OF)


@record(kw_only=True)
class Parent:
    """A template that may nest others; see `pairs.Opened` for its fields."""

    files: Files
    path: str
    shown: str
    regions: tuple[str, ...]
    template: Template
    deployments: tuple[Deployment, ...] | None = None


class Nested(NamedTuple):
    """One way in which a template is nested: how it is deployed, and where."""

    deployment: Deployment
    nesting: Nesting


class Nestings:
    """The nested templates of one revision, by those that nest them; and what its templates export."""

    def __init__(self, parents: Iterable[Parent], rules: Rules) -> None:
        self._rules = rules
        self._all = tuple(parents)
        self._parents: dict[str, list[Parent]] = {}
        self._sides: dict[str, Side | None] = {}
        self._exports: dict[str, list[Export]] | None = None
        for parent in self._all:
            attached = AttachedFiles(parent.files, parent.path, parent.shown)
            for location in dict.fromkeys(_locations(parent.template)):
                path = attached.path(location)
                if path is not None and path != parent.path:
                    self._parents.setdefault(path, []).append(parent)

    def of(self, path: str) -> Iterator[Nested]:
        """The ways in which the template at a path is nested; often none."""
        return (nested for parent in self._parents.get(path, ()) for nested in self._in(parent, path))

    def side(self, template: Template, path: str, attached: AttachedFiles, own: tuple[Deployment, ...]) -> Side:
        """A template as its parents deploy it; where nobody nests it, in the ways of its `own`.

        Where it is nested in too many ways, its own stand for the rest of them.
        """
        most = max(min(MOST_WAYS, MOST_RESOURCES // max(len(template.resources.entries), 1)), 1)
        found = list(islice(self.of(path), most + 1))
        if not found:
            return make_side(template, own, attached, exports=self._imports)
        rest = own if len(found) > most else ()
        deployments = (*(each.deployment for each in found[:most]), *rest)
        parents = (*(each.nesting for each in found[:most]), *(None for _ in rest))
        return make_side(template, deployments, attached, parents, self._imports)

    @property
    def _imports(self) -> Exports | None:
        return self.export if self._all else None

    def export(self, name: str) -> tuple[Export, ...]:
        """What a name is the export of, in each template and region that has it."""
        if self._exports is None:
            self._exports = {}
            sides = (self._side(parent) for parent in self._all)
            resolvers = (resolver for side in sides if side is not None for resolver in side.resolvers)
            for export in (
                each for resolver in resolvers if resolver.parent is None for each in read_exports(resolver)
            ):
                self._exports.setdefault(export.name, []).append(export)
        return tuple(self._exports.get(name, ()))

    def _in(self, parent: Parent, path: str) -> Iterator[Nested]:
        side = self._side(parent)
        if side is None or side.attached is None:
            return
        for deployment, resolver in zip(side.deployments, side.resolvers, strict=True):
            for resource in resolver.of_type(*TEMPLATE_OF):
                location = _location(resource.node)
                if location is not None and side.attached.path(location) == path:
                    own = replace(deployment, stack=None, parameters=(), origin=f"{parent.shown}: {resource.id}")
                    yield Nested(own, Nesting(resolver, resource))

    def _side(self, parent: Parent) -> Side | None:
        """A parent as it is deployed, which may be as its own parents do."""
        if parent.path not in self._sides:
            self._sides[parent.path] = None  # a circle of nested stacks is none
            problems: list[UserError] = []
            own = parent.deployments
            if own is None:
                own = find_deployments(parent.files, parent.path, parent.shown, parent.regions, self._rules, problems)
            attached = AttachedFiles(parent.files, parent.path, parent.shown)
            self._sides[parent.path] = self.side(parent.template, parent.path, attached, own)
        return self._sides[parent.path]


def related(contents: Iterable[tuple[T, bytes]]) -> Iterator[T]:
    """Those of the templates that may nest others, or export what another of them imports, told by their bytes.

    All of them are kept in memory; past `MOST_BYTES` the rest count as related to none.
    """
    exporting, importing, size = [], False, 0
    for each, data in contents:
        importing = importing or b"ImportValue" in data
        nests = any(mark in data for mark in _MARKS)
        if not nests and not (b"Export" in data and b"Outputs" in data):
            continue
        size += len(data)
        if size > MOST_BYTES:
            break
        if nests:
            yield each
        else:
            exporting.append(each)
    yield from exporting if importing else ()


def _locations(template: Template) -> Iterator[str]:
    for node in template.resources.entries.values():
        location = _location(node)
        if location is not None:
            yield location


def _location(resource: Node) -> str | None:
    """The template that a resource nests, where it is written as a path."""
    if (asset := asset_of(resource)) is not None:
        return asset
    type_ = resource.get("Type") if isinstance(resource, MappingNode) else None
    name = TEMPLATE_OF.get(type_.text) if isinstance(type_, ScalarNode) else None
    properties = resource.get("Properties") if isinstance(resource, MappingNode) else None
    value = properties.get(name) if name is not None and isinstance(properties, MappingNode) else None
    return value.text if isinstance(value, ScalarNode) else None
