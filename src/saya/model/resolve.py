"""Templates resolved symbolically, lazily, in one context.

`Resolver.alternatives` gives a node's value as guarded alternatives: `Fn::If` splits, everything else maps over
alternatives. Values are memoised per node and loop variables, so that the work grows with the template and not with
its conditions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Sequence as Seq
from functools import cached_property
from typing import TYPE_CHECKING

from saya.model import intrinsics, references
from saya.model.conditions import Conditions, Operand
from saya.model.declaration import TemplateResource, declared
from saya.model.foreach import Entry, Expansion, OpenLoop
from saya.model.globals import merge_globals
from saya.model.guard import ALWAYS, Guard, both
from saya.model.inclusion import included, section_of
from saya.model.operands import domains_of, read_operand
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
    scalar_text,
    with_variables,
)
from saya.record import NamedTuple
from saya.text.node import MappingNode, Node, ScalarNode, SequenceNode
from saya.text.source import Source

if TYPE_CHECKING:
    from saya.model.assembly import Nesting
    from saya.model.exports import Export

__all__ = ["MAX_ALTERNATIVES", "TOO_MANY", "Alternatives", "Place", "Resolver", "TemplateResource"]

MAX_ALTERNATIVES = 64
MAX_DEPTH = 48
TOO_MANY = Unknown(f"it has more than {MAX_ALTERNATIVES} combinations of conditions and parameters")

IMPOSSIBLE = Unknown("no combination of conditions and parameters leads here")
TOO_DEEP = Unknown(f"functions and references are nested deeper than {MAX_DEPTH} levels")

Alternatives = tuple[Alternative, ...]


class Place(NamedTuple):
    """A value that a property path leads to.

    `path` has the keys and list indices below `Properties`; `parents` the mappings on the way, each with the length
    of the path that leads to it; `at` is the node of the value, or of the branch that it is.
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
    """One template in one context: stack name, AWS Region, account and the parameters that are given (name -> text).

    `files` gives the files beside the template, by path from its folder; None where there is none. `parent` is the
    nested stack of another template that this one is; `exports` gives what other templates export, by name.
    """

    def __init__(  # noqa: PLR0913 - what a template is resolved in
        self,
        template: Template,
        *,
        region: str | None = None,
        account: str | None = None,
        stack: str | None = None,
        parameters: dict[str, str] | None = None,
        files: Callable[[str], Source | None] | None = None,
        parent: Nesting | None = None,
        exports: Callable[[str], tuple[Export, ...]] | None = None,
    ) -> None:
        self.template = template
        self.region = region
        self.account = account
        self.stack = stack
        self.given = parameters or {}
        self.files = files
        self.parent = parent
        self.nested: dict[str, Resolver | None] = {}  # what `assembly` has found out
        self.inputs: dict[str, Alternatives | None] = {}
        self.exports = exports
        self.exporters: dict[str, Resolver] = {}
        self.parsed: dict[Source, Node | Unknown] = {}  # the files beside the template that were read
        # By node, not by its id: nodes are made along the way, and an id of a dead one is given again.
        self._memo: dict[tuple[Node, Scope], Alternatives] = {}
        self._depth = 0
        self._partition = references.partition_of(region) if region else None
        self._resources: dict[str, TemplateResource] | None = None
        self._by_type: dict[str, list[TemplateResource]] = {}
        self._properties: dict[str, Alternatives] = {}
        self._open_loops: tuple[OpenLoop, ...] = ()
        self._transformed: list[Entry] = []
        self.made = 0  # entries that Fn::ForEach made
        self.conditions = Conditions({}, self._operand, {})
        self.conditions = Conditions(self._condition_nodes(), self._operand, domains_of(template))

    def _operand(self, node: Node, scope: Scope) -> Operand:
        return read_operand(self, node, scope)

    def _condition_nodes(self) -> dict[str, tuple[Node, Scope]]:
        """The conditions by name, loops expanded."""
        section = section_of(self, "Conditions", self.template.conditions)
        made = Expansion(self, choices=True)
        return {each.key.text: (each.node, each.scope) for each in made.entries(section, NO_SCOPE)}

    @cached_property
    def mappings(self) -> MappingNode:
        """The Mappings of the template."""
        return section_of(self, "Mappings", self.template.mappings)

    @cached_property
    def outputs(self) -> dict[str, Entry]:
        """The Outputs of the template by name, loops expanded."""
        root = self.template.root
        written = root.get("Outputs")
        none = MappingNode(root.source, root.start, root.start, {}, {}, flow=False)
        section = section_of(self, "Outputs", written if isinstance(written, MappingNode) else none)
        return {each.key.text: each for each in Expansion(self, choices=True).entries(section, NO_SCOPE)}

    def pseudo(self, name: str) -> str | None:
        """The value of a pseudo parameter, or None where the context does not say."""
        if name == "AWS::Region":
            return self.region
        if name == "AWS::AccountId":
            return self.account
        if name == "AWS::StackName":
            return self.stack
        return self._partition if name == "AWS::Partition" else None

    # resources

    @property
    def resources(self) -> dict[str, TemplateResource]:
        """All resources by logical ID, loops expanded."""
        if self._resources is None:
            self._resources = {}
            section = section_of(self, "Resources", self.template.resources)
            expansion = Expansion(self, choices=True)
            for entry in expansion.entries(section, NO_SCOPE):
                resource = declared(self, entry)
                if resource is not None:
                    self._resources[resource.id] = resource
                elif entry.transform is not None:
                    self._transformed.append(entry)
            self._open_loops = expansion.open_loops
            for resource in self._resources.values():
                self._by_type.setdefault(resource.type, []).append(resource)
        return self._resources

    @property
    def open_loops(self) -> tuple[OpenLoop, ...]:
        """The loops over resources that are not followed, since the template does not decide what they are over."""
        _ = self.resources
        return self._open_loops

    @property
    def transformed(self) -> Seq[Entry]:
        """The entries of Resources that macros and files elsewhere make what they are."""
        _ = self.resources
        return self._transformed

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
                whole = resource.node
                empty = MappingNode(whole.source, whole.start, whole.end, {}, {}, flow=False)
                macro = whole.get("Fn::Transform")
                known = always(Mapping({}, empty, None if macro is None else intrinsics.macro_result(macro)))
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
        key = (node, scope)
        known = self._memo.get(key)
        if known is not None:
            return known
        if self._depth >= MAX_DEPTH and _function_name(node):
            return always(TOO_DEEP)
        # A cycle meets this placeholder instead of itself.
        self._memo[key] = always(Unknown("it refers to itself"))
        self._depth += 1
        known = self._memo[key] = self._resolve(node, scope) or always(IMPOSSIBLE)
        self._depth -= 1
        return known

    def _resolve(self, node: Node, scope: Scope) -> Alternatives:
        if isinstance(node, ScalarNode):
            if node.kind == "null":
                return always(Absent.NO_VALUE)
            return always(literal(with_variables(scalar_text(node), scope), node))
        if isinstance(node, SequenceNode):
            return always(Sequence(tuple(Bound(item, scope) for item in node.items), node))
        if not isinstance(node, MappingNode):
            return always(Unknown("it cannot be read"))
        name = _function_name(node)
        if name == "Ref":
            return references.ref(self, node.entries[name], scope, node)
        if name:
            return intrinsics.call(self, name, node.entries[name], scope, node)
        return self._mapping(node, scope)

    def _mapping(self, node: MappingNode, scope: Scope) -> Alternatives:
        if not scope and not any(name.startswith("Fn::") for name in node.entries):
            return always(Mapping({name: Bound(value, scope) for name, value in node.entries.items()}, node))
        expansion = Expansion(self, choices=False)
        made = list(expansion.entries(node, scope))
        entries = {each.key.text: Bound(each.node, each.scope) for each in made}
        rest = expansion.open_loops[0].reason if expansion.open_loops else None
        if "Fn::Transform" in entries:
            argument = entries.pop("Fn::Transform").node
            fragment = included(self, argument, scope)
            if isinstance(fragment, MappingNode):
                entries |= {name: Bound(value, NO_SCOPE) for name, value in fragment.entries.items()}
            else:
                rest = fragment if isinstance(fragment, Unknown) else intrinsics.macro_result(argument)
        guard = self.join(*(each.guard for each in made)) or ALWAYS
        return (Alternative(guard, Mapping(dict(entries), node, rest)),)

    # guards

    def join(self, *guards: Guard) -> Guard | None:
        """The guard under which all hold, or None where they contradict one another.

        A join that takes too many equalities to decide is kept, and marked as undecided.
        """
        joined = ALWAYS
        for guard in guards:
            merged = both(joined, guard)
            if merged is None:
                return None
            joined = merged
        possible = self.conditions.possible(joined)
        if possible is None:
            return joined._replace(undecided=True)
        return joined if possible else None

    def product(self, thunks: Seq[Thunk], build: Callable[[tuple[Value, ...]], Value]) -> Alternatives:
        """`build` over every compatible combination of the thunks' alternatives."""
        options = [self.alternatives(thunk) for thunk in thunks]
        values = [each[0].value for each in options]
        varying = [index for index, each in enumerate(options) if len(each) > 1 or each[0].guard is not ALWAYS]
        rows: list[tuple[Guard, tuple[Value, ...]]] = [(ALWAYS, ())]
        for index in varying:
            joined = [(both(guard, o.guard), (*chosen, o.value)) for guard, chosen in rows for o in options[index]]
            rows = [(guard, chosen) for guard, chosen in joined if guard is not None]
            if len(rows) > MAX_ALTERNATIVES:
                rows = [row for row in rows if self.conditions.possible(row[0]) is not False]
            if len(rows) > MAX_ALTERNATIVES:
                return always(TOO_MANY)
        out = []
        for guard, chosen in rows:
            for index, value in zip(varying, chosen, strict=True):
                values[index] = value
            out.append(Alternative(guard, build(tuple(values))))
        return tuple(out) or always(IMPOSSIBLE)

    # paths

    def option(self, resource: TemplateResource, name: str) -> Alternatives:
        """Every value that a top-level property of a resource can have, `Absent` among them where it may not be
        written.
        """
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

        Steps are keys, `[]` for every item of a list and `{*}` for every value of a mapping. Where the way is blocked
        by something unknown, that is the place. A place whose guard contradicts the resource's Condition is left out.
        """
        node = resource.node.get("Properties") or resource.node
        given = Given(self.properties(resource), node)
        for place in self.walk(given, steps, resource.guard):
            if self.join(place.guard) is not None:
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
        elif isinstance(value, Text) and len(value.parts) == 1 and value.parts[0].hole is not None:
            # One hole may be anything; a text that is put together is no mapping.
            yield here._replace(value=references.reason_of(value))


def _function_name(node: Node) -> str:
    """The intrinsic function that a node is; empty where it is none."""
    if isinstance(node, MappingNode) and len(node.entries) == 1:
        (name,) = node.entries
        if name == "Ref" or (name.startswith("Fn::") and not name.startswith("Fn::ForEach")):
            return name
    return ""
