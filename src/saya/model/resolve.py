"""Templates resolved symbolically, lazily, in one context.

`Resolver.alternatives` gives a node's value as guarded alternatives: `Fn::If` splits, everything else maps over alternatives. Values are
memoised per node and loop variables, so that the work grows with the template and not with its conditions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence as Seq
from typing import NamedTuple

from saya.model import intrinsics, references
from saya.model.conditions import Conditions
from saya.model.foreach import expand_entries
from saya.model.globals import merge_globals
from saya.model.guard import ALWAYS, Guard, both
from saya.model.operands import read_operand
from saya.model.template import Template
from saya.model.value import (
    NO_SCOPE,
    Absent,
    Alternative,
    Bound,
    Given,
    Mapping,
    Scope,
    Sequence,
    Text,
    Thunk,
    Unknown,
    Value,
    always,
    literal,
)
from saya.text.node import MappingNode, Node, ScalarNode, SequenceNode

MAX_ALTERNATIVES = 64
TOO_MANY = Unknown(f"it has more than {MAX_ALTERNATIVES} combinations of conditions and parameters")

Alternatives = tuple[Alternative, ...]


class TemplateResource(NamedTuple):
    """A resource as the template declares it, or as `Fn::ForEach` makes it. `key` is the node of its logical ID."""

    id: str
    type: str
    node: MappingNode
    key: ScalarNode
    scope: Scope
    guard: Guard


class Place(NamedTuple):
    """A value that a property path leads to.

    `path` has the keys and list indices below `Properties`; `parents` the mappings on the way, each with the length of the path that leads
    to it; `at` is the node of the value, or of the branch that it is.
    """

    path: tuple[str | int, ...]
    guard: Guard
    value: Value
    at: Node
    parents: tuple[tuple[int, Mapping], ...]

    @property
    def property(self) -> str:
        return ".".join(map(str, self.path))


class Resolver:
    """One template in one context: stack name, AWS Region, account and the parameters that are given (name -> text)."""

    def __init__(
        self,
        template: Template,
        *,
        region: str | None = None,
        account: str | None = None,
        stack: str | None = None,
        parameters: dict[str, str] | None = None,
    ) -> None:
        self.template = template
        self.region = region
        self.account = account
        self.stack = stack
        self.given = parameters or {}
        self._memo: dict[tuple[int, Scope], Alternatives] = {}
        self._resources: dict[str, TemplateResource] | None = None
        self._by_type: dict[str, list[TemplateResource]] = {}
        self._properties: dict[str, Alternatives] = {}
        self.open_loops: list[tuple[Node, Unknown]] = []
        domains = {p.name: tuple(i.text for i in p.allowed) for p in template.parameters.values() if p.allowed}
        nodes = template.conditions.entries
        if any(name.startswith("Fn::ForEach") for name in nodes):
            nodes = {key.text: node for key, node, _ in expand_entries(self, template.conditions, NO_SCOPE)}
        self.conditions = Conditions(nodes, lambda node: read_operand(self, node), domains)

    # resources

    @property
    def resources(self) -> dict[str, TemplateResource]:
        """All resources by logical ID, loops expanded."""
        if self._resources is None:
            self._resources = {}
            for key, node, scope in expand_entries(self, self.template.resources, NO_SCOPE):
                resource = _declared(key, node, scope)
                if resource is not None:
                    self._resources[resource.id] = resource
                    self._by_type.setdefault(resource.type, []).append(resource)
        return self._resources

    def of_type(self, *types: str) -> Iterator[TemplateResource]:
        """The resources of the given types."""
        _ = self.resources
        for type_ in types:
            yield from self._by_type.get(type_, ())

    @property
    def types(self) -> Iterable[str]:
        """The resource types that the template has."""
        _ = self.resources
        return self._by_type.keys()

    def properties(self, resource: TemplateResource) -> Alternatives:
        """The resource's Properties, with SAM's Globals merged in; an empty mapping where it has none."""
        known = self._properties.get(resource.id)
        if known is None:
            node = resource.node.get("Properties")
            if node is None or (isinstance(node, ScalarNode) and node.kind == "null"):
                known = always(
                    Mapping(
                        {},
                        MappingNode(resource.node.source, resource.node.start, resource.node.end, {}, {}, flow=False),
                    )
                )
            else:
                known = self.resolve(node, resource.scope)
            section = self.template.globals
            if section is not None:
                known = merge_globals(self, section, resource, known)
            self._properties[resource.id] = known
        return known

    # values

    def alternatives(self, thunk: Thunk) -> Alternatives:
        """The value of a thunk."""
        if isinstance(thunk, Given):
            return thunk.alternatives
        return self.resolve(thunk.node, thunk.scope)

    def resolve(self, node: Node, scope: Scope = NO_SCOPE) -> Alternatives:
        """The value of a node under the loop variables in force."""
        key = (id(node), scope)
        known = self._memo.get(key)
        if known is None:
            # A cycle meets this placeholder instead of itself.
            self._memo[key] = always(Unknown("it refers to itself"))
            known = self._memo[key] = self._resolve(node, scope)
        return known

    def _resolve(self, node: Node, scope: Scope) -> Alternatives:
        if isinstance(node, ScalarNode):
            if node.kind == "null":
                return always(Absent.NO_VALUE)
            return always(literal(node.text.lower() if node.kind == "bool" else node.text, node))
        if isinstance(node, SequenceNode):
            return always(Sequence(tuple(Bound(item, scope) for item in node.items), node))
        if not isinstance(node, MappingNode):
            return always(Unknown("it cannot be read"))
        if len(node.entries) == 1:
            (name,) = node.entries
            if name == "Ref":
                return references.ref(self, node.entries[name], scope, node)
            if name.startswith("Fn::") and not name.startswith("Fn::ForEach"):
                return intrinsics.call(self, name, node.entries[name], scope, node)
        return always(self._mapping(node, scope))

    def _mapping(self, node: MappingNode, scope: Scope) -> Mapping:
        rest = None
        if any(name.startswith("Fn::") for name in node.entries):
            loops = [
                (key, value, inner)
                for key, value, inner in expand_entries(self, node, scope)
                if key.text != "Fn::Transform"
            ]
            if "Fn::Transform" in node.entries:
                rest = intrinsics.macro_result(node.entries["Fn::Transform"])
            return Mapping({key.text: Bound(value, inner) for key, value, inner in loops}, node, rest)
        return Mapping({name: Bound(value, scope) for name, value in node.entries.items()}, node, rest)

    # guards

    def join(self, *guards: Guard) -> Guard | None:
        """The guard under which all hold, or None where they contradict one another.

        A join that takes too many equalities to decide is kept: what it guards is told as holding under it.
        """
        joined: Guard | None = ALWAYS
        for guard in guards:
            joined = both(joined, guard)
            if joined is None:
                return None
        return joined if self.conditions.possible(joined) is not False else None

    def product(self, thunks: Seq[Thunk], build: Callable[[tuple[Value, ...]], Value]) -> Alternatives:
        """`build` over every compatible combination of the thunks' alternatives."""
        rows: list[tuple[Guard, tuple[Value, ...]]] = [(ALWAYS, ())]
        for thunk in thunks:
            options = self.alternatives(thunk)
            if len(options) == 1 and options[0].guard is ALWAYS:
                rows = [(guard, (*values, options[0].value)) for guard, values in rows]
                continue
            joined = [
                (both(guard, option.guard), (*values, option.value)) for guard, values in rows for option in options
            ]
            rows = [(guard, values) for guard, values in joined if guard is not None]
            if len(rows) > MAX_ALTERNATIVES:
                return always(TOO_MANY)
        return tuple(Alternative(guard, build(values)) for guard, values in rows)

    # paths

    def option(self, resource: TemplateResource, name: str) -> Alternatives:
        """Every value that a top-level property of a resource can have, `Absent` among them where it may not be written."""
        out: list[Alternative] = []
        for properties in self.properties(resource):
            value = properties.value
            if not isinstance(value, Mapping):
                reason = value if isinstance(value, Unknown) else Unknown("the Properties are no mapping")
                out.append(Alternative(properties.guard, reason, properties.node))
                continue
            thunk = value.entries.get(name)
            if thunk is None:
                out.append(Alternative(properties.guard, value.rest or Absent.NO_VALUE, properties.node))
                continue
            for inner in self.alternatives(thunk):
                joined = both(properties.guard, inner.guard)
                if joined is not None:
                    out.append(Alternative(joined, inner.value, inner.node or thunk.node))
        return tuple(out)

    def places(self, resource: TemplateResource, steps: tuple[str, ...]) -> Iterator[Place]:
        """What a property path leads to, alternative by alternative.

        Steps are keys, `[]` for every item of a list and `{*}` for every value of a mapping. Where the way is blocked by something unknown, that
        is the place. A place whose guard contradicts the resource's Condition is left out.
        """
        node = resource.node.get("Properties") or resource.node
        given = Given(self.properties(resource), node)
        for place in self.walk(given, steps, resource.guard):
            if place.guard is resource.guard or self.join(place.guard) is not None:
                yield place

    def walk(
        self,
        thunk: Thunk,
        steps: tuple[str, ...],
        guard: Guard = ALWAYS,
        path: tuple[str | int, ...] = (),
        parents: tuple[tuple[int, Mapping], ...] = (),
    ) -> Iterator[Place]:
        """`places` from any value."""
        for alternative in self.alternatives(thunk):
            joined = both(guard, alternative.guard)
            if joined is None or alternative.value is Absent.NO_VALUE:
                continue
            value = alternative.value
            here = alternative.node or thunk.node
            if not steps or isinstance(value, Unknown):
                yield Place(path, joined, value, here, parents)
                continue
            yield from self._step(value, steps, Place(path, joined, value, here, parents))

    def _step(self, value: Value, steps: tuple[str, ...], here: Place) -> Iterator[Place]:
        step, rest = steps[0], steps[1:]
        path, guard, parents = here.path, here.guard, here.parents
        if isinstance(value, Mapping) and step != "[]":
            inside = (*parents, (len(path), value))
            names = tuple(value.entries) if step == "{*}" else (step,)
            for name in names:
                thunk = value.entries.get(name)
                if thunk is not None:
                    yield from self.walk(thunk, rest, guard, (*path, name), inside)
                elif value.rest is not None:
                    yield Place((*path, name), guard, value.rest, value.node, inside)
        elif isinstance(value, Sequence) and step == "[]":
            for index, thunk in enumerate(value.items):
                yield from self.walk(thunk, rest, guard, (*path, index), parents)
            if value.rest is not None:
                yield here._replace(value=value.rest)
        elif step == "[]":
            # CloudFormation takes one item for a list of one.
            yield from self.walk(Given(always(value), here.at), rest, guard, path, parents)
        elif isinstance(value, Text) and value.literal is None:
            yield here._replace(value=references.reason_of(value))


def _declared(key: ScalarNode, node: Node, scope: Scope) -> TemplateResource | None:
    if not isinstance(node, MappingNode):
        return None
    type_ = node.get("Type")
    if not isinstance(type_, ScalarNode):
        return None
    condition = node.get("Condition")
    guard = Guard(((condition.text, True),)) if isinstance(condition, ScalarNode) else ALWAYS
    return TemplateResource(key.text, type_.text, node, key, scope, guard)
