"""What stands in files beside a template: fragments that `AWS::Include` puts in, documents that a property names.

Source: CloudFormation reference, AWS::Include transform; `aws cloudformation package` and `sam package` upload local
files in the place of S3 URIs, relative to the template.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from saya.errors import ParseError
from saya.model.guard import ALWAYS
from saya.model.value import Bound, Scope, Text, Unknown, Value
from saya.text.node import MappingNode, Node, ScalarNode
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
