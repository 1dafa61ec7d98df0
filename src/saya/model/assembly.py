"""One assembly is one world: what crosses from a stack to the stacks nested in it, and back.

A nested stack whose template is a file beside that of its parent is resolved with the parameters that its parent gives
it; its outputs are values of the parent. What a text refers to keeps its name, as a path: in a nested stack
`../Fn` is a resource of the parent, in the parent `Orders/Fn` is one of the nested stack `Orders`. Names of
conditions and parameters in guards cross alike.

Source: CloudFormation reference, AWS::CloudFormation::Stack; SAM specification, AWS::Serverless::Application; local
paths in `TemplateURL` and `Location` are what `aws cloudformation package` and `sam package` upload.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING

from saya.errors import TemplateError
from saya.model.guard import ALWAYS, Guard
from saya.model.inclusion import read_file
from saya.model.template import load_template
from saya.model.value import (
    Absent,
    Alternative,
    Bound,
    Given,
    Mapping,
    Part,
    Reference,
    Sequence,
    Text,
    Thunk,
    Unknown,
    Value,
    always,
)
from saya.record import NamedTuple
from saya.text.node import MappingNode, Node, ScalarNode
from saya.text.source import Source

if TYPE_CHECKING:
    from saya.model.resolve import Alternatives, Resolver, TemplateResource

TEMPLATE_OF = {"AWS::CloudFormation::Stack": "TemplateURL", "AWS::Serverless::Application": "Location"}
"""The property that names the template, by the type of the nested stack."""

MAX_NESTED = 8
MAX_STACKS = 64
IMPORTED = "export:"
"""How the path begins of what another stack exports: `export:orders-function/Fn`."""
_UP = "../"
_SECRETS = ("{{resolve:secretsmanager:", "{{resolve:ssm-secure:")
# What is the same in a stack and in those nested in it.
_SHARED = frozenset(("AWS::Region", "AWS::AccountId", "AWS::Partition", "AWS::URLSuffix"))


Way = Callable[[str], str]
"""How a name of one stack is written in another."""


class Nesting(NamedTuple):
    """Where a stack is nested: the resource that it is, and the resolver of the template with that resource."""

    resolver: Resolver
    resource: TemplateResource


class Border(NamedTuple):
    """The way of values and guards between a stack and one that is nested in it as the resource `name`."""

    name: str

    def outward(self, name: str) -> str:
        """A name of the nested stack, in its parent."""
        return name.removeprefix(_UP) if name.startswith(_UP) else f"{self.name}/{name}"

    def inward(self, name: str) -> str:
        """A name of the parent, in the nested stack."""
        inner = f"{self.name}/"
        return name.removeprefix(inner) if name.startswith(inner) else f"{_UP}{name}"


class Crossing(NamedTuple):
    """Another stack of the assembly, and how names change on the way there and back."""

    resolver: Resolver
    there: Way
    back: Way


def asset_of(resource: Node) -> str | None:
    """The template of a nested stack that the AWS CDK made, which lies beside its parent's: its `TemplateURL` is where
    it is going to be uploaded. Source: aws-cdk-lib/cx-api, ASSET_RESOURCE_METADATA_PATH_KEY.
    """
    metadata = resource.get("Metadata") if isinstance(resource, MappingNode) else None
    path = metadata.get("aws:asset:path") if isinstance(metadata, MappingNode) else None
    return path.text if isinstance(path, ScalarNode) and path.text.endswith(".template.json") else None


def nested_stack(resolver: Resolver, resource: TemplateResource) -> Resolver | None:
    """The template of a nested stack with what its parent gives it; None where it is no file beside the parent."""
    if resource.id not in resolver.nested:
        resolver.nested[resource.id] = None  # what it needs while it is opened must not be itself
        resolver.nested[resource.id] = _opened(resolver, resource)
    return resolver.nested[resource.id]


def _opened(resolver: Resolver, resource: TemplateResource) -> Resolver | None:
    name = asset_of(resource.node) or _written(resolver, resource)
    source = resolver.files(name) if name and resolver.files is not None else None
    if source is None or source in _open_above(resolver):
        return None
    root = read_file(resolver, source)
    try:
        template = None if isinstance(root, Unknown) else load_template(root, source)
    except TemplateError:
        template = None
    if template is None:
        return None
    return type(resolver)(
        template,
        region=resolver.region,
        account=resolver.account,
        files=_files_below(resolver, posixpath.dirname(name or "")),
        parent=Nesting(resolver, resource),
        exports=resolver.exports,
    )


def _written(resolver: Resolver, resource: TemplateResource) -> str | None:
    """The one text that names the template of a nested stack."""
    options = resolver.option(resource, TEMPLATE_OF[resource.type])
    value = options[0].value if len(options) == 1 and options[0].guard == ALWAYS else None
    return value.literal if isinstance(value, Text) else None


def _open_above(resolver: Resolver) -> set[Source]:
    """The templates that a nested one must not be; all but itself where there are too many."""
    found: set[Source] = set()
    at: Resolver | None = resolver
    while at is not None:
        found.add(at.template.source)
        at = at.parent.resolver if at.parent is not None else None
    if len(found) > MAX_NESTED:
        found.update(resolver.parsed)
    return found


def _files_below(resolver: Resolver, folder: str) -> Callable[[str], Source | None]:
    """The files beside a nested template, which names them from its own folder."""

    def files(name: str) -> Source | None:
        return resolver.files(posixpath.join(folder, name)) if resolver.files is not None else None

    return files


def read_input(resolver: Resolver, name: str) -> Alternatives | None:
    """What the parent of a nested stack gives for a parameter; None where it gives nothing, and the Default holds."""
    if resolver.parent is None:
        return None
    if name not in resolver.inputs:
        resolver.inputs[name] = always(Unknown(f"the parameter `{name}` depends on itself"))
        resolver.inputs[name] = _input(resolver.parent, name)
    return resolver.inputs[name]


def _input(parent: Nesting, name: str) -> Alternatives | None:
    above, border = parent.resolver, Border(parent.resource.id)
    out: list[Alternative] = []
    missing = False
    for given in above.option(parent.resource, "Parameters"):
        thunk = given.value.entries.get(name) if isinstance(given.value, Mapping) else None
        if thunk is None:
            rest = given.value.rest if isinstance(given.value, Mapping) else given.value
            missing = missing or not isinstance(rest, Unknown)
            out.extend(always(rest) if isinstance(rest, Unknown) else ())
            continue
        for option in above.alternatives(thunk):
            guard = above.join(given.guard, option.guard)
            if guard is not None:
                missing = missing or option.value is Absent.NO_VALUE
                crossed = _resolved(crossed_value(above, option.value, border.inward))
                out.append(Alternative(crossed_guard(guard, border.inward), crossed, option.node or thunk.node))
    if missing:
        return (
            None
            if all(each.value is Absent.NO_VALUE for each in out)
            else always(Unknown(f"whether the parameter `{name}` is given depends on a condition"))
        )
    return tuple(_assuming(each, name) for each in out) or None


def _resolved(value: Value) -> Value:
    """What a nested stack receives: a secret itself, where its parent refers to one; the reference is resolved on the
    way. Source: aws-cdk#28845, which relies on it for custom resources; amplify-backend#232.
    """
    if isinstance(value, Text) and any(mark in value.masked for mark in _SECRETS):
        return Text((Part("", Reference("dynamic", str(value)), value.parts[0].origin),))
    return value


def _assuming(option: Alternative, name: str) -> Alternative:
    """An alternative of a parameter: where it is one of several, it assumes that the parameter has its value."""
    text = option.value.literal if isinstance(option.value, Text) else None
    if text is None or option.guard == ALWAYS:
        return option
    parameters = tuple(sorted({**dict(option.guard.parameters), name: text}.items()))
    return option._replace(guard=option.guard._replace(parameters=parameters))


def read_output(resolver: Resolver, resource: TemplateResource, name: str) -> Alternatives | None:
    """The value of an output of a nested stack; None where its template is not here."""
    child = nested_stack(resolver, resource)
    if child is None:
        return None
    entry = child.outputs.get(name)
    value = entry.node.get("Value") if entry is not None and isinstance(entry.node, MappingNode) else None
    if entry is None or value is None:
        outputs = child.template.root.get("Outputs")
        if isinstance(outputs, MappingNode) and any(key.startswith("Fn::") for key in outputs.entries):
            return None
        return always(Unknown(f"`{child.template.source.path}` has no output `{name}`"))
    border = Border(resource.id)
    return tuple(
        Alternative(
            crossed_guard(option.guard, border.outward), crossed_value(child, option.value, border.outward), None
        )
        for option in child.resolve(value, entry.scope)
    )


def cross(resolver: Resolver, name: str) -> Crossing | None:
    """The stack next on the way to what a name of another stack means; None where it is a name of this one."""
    if name.startswith(_UP):
        if resolver.parent is None:
            return None
        border = Border(resolver.parent.resource.id)
        return Crossing(resolver.parent.resolver, border.outward, border.inward)
    stack, slash, _ = name.partition("/")
    if stack.startswith(IMPORTED):
        border, exporter = Border(stack), resolver.exporters.get(stack)
        return None if exporter is None else Crossing(exporter, border.inward, border.outward)
    resource = resolver.resources.get(stack) if slash else None
    if resource is None or resource.type not in TEMPLATE_OF:
        return None
    child = nested_stack(resolver, resource)
    border = Border(stack)
    return None if child is None else Crossing(child, border.inward, border.outward)


def other_stacks(resolver: Resolver) -> Iterator[Crossing]:
    """The other stacks of the assembly that a stack is of, `MAX_STACKS` of them at most."""
    above = _above(resolver, _same, _same)
    yield from islice(chain(above, _below(resolver, None, _same, _same)), MAX_STACKS)


def _above(resolver: Resolver, there: Way, back: Way) -> Iterator[Crossing]:
    """The parent of a stack, and what else is nested in it or above it."""
    if resolver.parent is None:
        return
    parent, resource = resolver.parent
    border = Border(resource.id)
    there, back = _then(there, border.outward), _then(border.inward, back)
    yield Crossing(parent, there, back)
    yield from _below(parent, resource.id, there, back)
    yield from _above(parent, there, back)


def _below(resolver: Resolver, skip: str | None, there: Way, back: Way) -> Iterator[Crossing]:
    """The stacks that are nested in one, but for `skip`."""
    for resource in resolver.of_type(*TEMPLATE_OF):
        child = nested_stack(resolver, resource) if resource.id != skip else None
        if child is not None:
            border = Border(resource.id)
            inner = Crossing(child, _then(there, border.inward), _then(border.outward, back))
            yield inner
            yield from _below(child, None, inner.there, inner.back)


def _same(name: str) -> str:
    return name


def _then(first: Way, second: Way) -> Way:
    return lambda name: second(first(name))


def crossed_guard(guard: Guard, way: Way) -> Guard:
    """A guard as another stack names what it assumes."""
    if guard == ALWAYS:
        return ALWAYS
    conditions = sorted((way(name), value) for name, value in guard.conditions)
    parameters = sorted((way(name), value) for name, value in guard.parameters)
    return Guard(tuple(conditions), tuple(parameters))


def crossed_text(text: Text, way: Way) -> Text:
    """A text as another stack names what it refers to."""
    return Text(tuple(_crossed_part(part, way) for part in text.parts))


def crossed_value(resolver: Resolver, value: Value, way: Way) -> Value:
    """A value as another stack sees it: a text, or a list of texts."""
    if isinstance(value, Text):
        return crossed_text(value, way)
    if isinstance(value, Sequence):
        return value._replace(items=tuple(_crossed_thunk(resolver, item, way) for item in value.items))
    if isinstance(value, Mapping):
        return Unknown("a mapping where a nested stack takes or gives text")
    return value


def _crossed_thunk(resolver: Resolver, thunk: Thunk, way: Way) -> Thunk:
    options = resolver.alternatives(thunk if isinstance(thunk, Given) else Bound(thunk.node, thunk.scope))
    crossed = (
        Alternative(crossed_guard(each.guard, way), crossed_value(resolver, each.value, way), each.node)
        for each in options
    )
    return Given(tuple(crossed), thunk.node)


def _crossed_part(part: Part, way: Way) -> Part:
    hole, expanded = part.hole, part.expanded
    return part._replace(
        hole=_crossed(hole, way) if isinstance(hole, Reference) else hole,
        expanded=None if expanded is None else _crossed(expanded, way),
    )


def _crossed(reference: Reference, way: Way) -> Reference:
    own = reference.kind in ("resource", "parameter", "output") or (
        reference.kind == "pseudo" and reference.name.rpartition("/")[2] not in _SHARED
    )
    return reference._replace(name=way(reference.name)) if own else reference
