"""What makes a file a template: its content, never its name."""

from __future__ import annotations

import re

from saya.text.node import MappingNode, Node, ScalarNode, SequenceNode

# One of these bytes strings is in every template; looking for them is a hundred times faster than parsing.
_MARKS = (b"Resources", b"AWSTemplateFormatVersion", b"AWS::")
_RESOURCE_TYPE = rb"""Type["']?[ \t]*:[ \t]*["']?(?:AWS|Custom)::"""


def may_be_template(data: bytes) -> bool:
    """Whether the bytes are worth parsing."""
    data = _narrow(data)
    return any(mark in data for mark in _MARKS)


def has_resource_types(data: bytes) -> bool:
    """Whether bytes that cannot be parsed look like a template all the same: they have a `Type` of AWS's."""
    return re.search(_RESOURCE_TYPE, _narrow(data)) is not None


def _narrow(data: bytes) -> bytes:
    """UTF-16 with its zero bytes left out, so that ASCII is found in it."""
    return data.replace(b"\0", b"") if data.startswith((b"\xff\xfe", b"\xfe\xff")) else data


def is_template(root: Node | None) -> bool:
    """Whether a file is a template: it names the format's version, a transform of AWS's, or a resource with a type."""
    if not isinstance(root, MappingNode):
        return False
    if "AWSTemplateFormatVersion" in root.entries or _names_transform(root.get("Transform")):
        return True
    resources = root.get("Resources")
    return isinstance(resources, MappingNode) and any(map(_has_type, resources.entries.values()))


def _names_transform(node: Node | None) -> bool:
    items = node.items if isinstance(node, SequenceNode) else [node]
    return any(isinstance(item, ScalarNode) and item.text.startswith("AWS::") for item in items)


def _has_type(resource: Node) -> bool:
    kind = resource.get("Type") if isinstance(resource, MappingNode) else None
    return isinstance(kind, ScalarNode) and "::" in kind.text
