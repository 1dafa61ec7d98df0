"""What stands in files beside a template: fragments that `AWS::Include` puts in, documents that a property names.

Source: CloudFormation reference, AWS::Include transform; `aws cloudformation package` and `sam package` upload local
files in the place of S3 URIs, relative to the template. Of a key that stands both in a fragment and beside its
`Fn::Transform` the fragment's counts: no documentation says so, but services in production have stand-in `paths` there,
which `sam validate` asks for and the API must not have (GOV.UK One Login, ipv-core-back and others).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from saya.errors import ParseError
from saya.model.guard import ALWAYS
from saya.model.value import NO_SCOPE, Bound, Scope, Text, Unknown, Value
from saya.text.node import MappingNode, Node, ScalarNode, SequenceNode
from saya.text.parse import parse
from saya.text.source import Source

if TYPE_CHECKING:
    from saya.model.resolve import Resolver

INCLUDE = "AWS::Include"


def local_file(resolver: Resolver, value: Value) -> Source | None:
    """The file beside the template that a value names, where there is one."""
    name = value.literal if isinstance(value, Text) else None
    return resolver.files(name) if name and resolver.files is not None else None


def read_file(resolver: Resolver, source: Source) -> Node | Unknown:
    """The root node of a file, read once; why there is none."""
    known = resolver.parsed.get(source)
    if known is None:
        try:
            known = parse(source, duplicates=[]) or Unknown(f"{source.path} is empty")
        except ParseError as error:
            known = Unknown(f"{source.path} cannot be read: {error.message}")
        resolver.parsed[source] = known
    return known


def included(resolver: Resolver, argument: Node, scope: Scope) -> Node | Unknown | None:
    """The fragment that an `Fn::Transform` includes from a local file; None where it is another macro or file."""
    if not isinstance(argument, MappingNode) or argument.source is not resolver.template.source:
        return None  # a fragment that includes others would never have to end
    name, parameters = argument.get("Name"), argument.get("Parameters")
    location = parameters.get("Location") if isinstance(parameters, MappingNode) else None
    if not isinstance(name, ScalarNode) or name.text != INCLUDE or location is None:
        return None
    options = resolver.alternatives(Bound(location, scope))
    if len(options) != 1 or options[0].guard != ALWAYS:
        return None
    source = local_file(resolver, options[0].value)
    return None if source is None else read_file(resolver, source)


def section_of(resolver: Resolver, name: str, written: MappingNode) -> MappingNode:
    """A top-level section with what `AWS::Include` puts into it from local files; what is written goes before that."""
    fragments = [included(resolver, argument, NO_SCOPE) for argument in _of_the_template(resolver)]
    sections = [each.get(name) for each in fragments if isinstance(each, MappingNode)]
    inside = [each for each in sections if isinstance(each, MappingNode)]
    own = with_included(resolver, written)
    return _merged(*inside, own, at=own) if inside else own


def with_included(resolver: Resolver, mapping: MappingNode) -> MappingNode:
    """A mapping with what `AWS::Include` puts into it from a local file, if it can be read."""
    argument = mapping.get("Fn::Transform")
    fragment = included(resolver, argument, NO_SCOPE) if argument is not None else None
    if not isinstance(fragment, MappingNode):
        return mapping
    merged = _merged(mapping, fragment, at=mapping)
    if "Fn::Transform" not in fragment.entries:
        del merged.entries["Fn::Transform"], merged.keys["Fn::Transform"]
    return merged


def unread(resolver: Resolver) -> Iterator[Node]:
    """The template-level transforms that include a file which cannot be read here."""
    for argument in _of_the_template(resolver):
        if not isinstance(included(resolver, argument, NO_SCOPE), MappingNode):
            yield argument


def why_unread(resolver: Resolver, argument: Node, scope: Scope) -> str | None:
    """Why a file that an `Fn::Transform` includes is not read; None where it is another macro."""
    name = argument.get("Name") if isinstance(argument, MappingNode) else None
    if not isinstance(argument, MappingNode) or not isinstance(name, ScalarNode) or name.text != INCLUDE:
        return None
    fragment = included(resolver, argument, scope)
    if isinstance(fragment, Unknown):
        return fragment.reason
    if fragment is not None:
        return f"{fragment.source.path} is no mapping of what it adds"
    return f"{_location(argument)} is not among the files here"


def _location(argument: MappingNode) -> str:
    parameters = argument.get("Parameters")
    location = parameters.get("Location") if isinstance(parameters, MappingNode) else None
    return f"`{location.text}`" if isinstance(location, ScalarNode) else "what it includes"


def _of_the_template(resolver: Resolver) -> Iterator[MappingNode]:
    """The template-level transforms that include a file."""
    node = resolver.template.root.get("Transform")
    for each in node.items if isinstance(node, SequenceNode) else (node,):
        name = each.get("Name") if isinstance(each, MappingNode) else None
        if isinstance(each, MappingNode) and isinstance(name, ScalarNode) and name.text == INCLUDE:
            yield each


def _merged(*mappings: MappingNode, at: MappingNode) -> MappingNode:
    """The entries of several mappings, in the place of one of them; of those with one key that of the last."""
    entries = {key: value for each in mappings for key, value in each.entries.items()}
    keys = {key: node for each in mappings for key, node in each.keys.items()}
    return MappingNode(at.source, at.start, at.end, entries, keys, flow=at.flow)
