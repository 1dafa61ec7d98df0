"""What makes a file a template: its content, never its name."""

from __future__ import annotations

import re

from saya.text.node import MappingNode, Node, ScalarNode, SequenceNode

# One of these bytes strings is in every template; looking for them is a hundred times faster than parsing.
_MARKS = (b"Resources", b"AWSTemplateFormatVersion", b"AWS::")
_RESOURCE_TYPE = rb"""Type["']?[ \t]*:[ \t]*["']?(?:AWS|Custom)::"""
_NAMED_TYPE = rb"\b(?:AWS|Custom)::\w"
# What JSON and YAML read as a character of ASCII, or as nothing: an escaped end of a line.
_ESCAPE = rb"\\(?:(?:u00|x|U000000)([2-7][0-9a-fA-F])|(?:\r\n?|\n|\xc2\x85|\xe2\x80[\xa8\xa9])[ \t]*)"


# Templates of the same shape that are not for AWS: Alibaba's Resource Orchestration Service, OpenStack's Heat.
_OTHERS = ("ROSTemplateFormatVersion", "HeatTemplateFormatVersion")


def may_be_template(data: bytes) -> bool:
    """Whether the bytes are worth parsing."""
    return _has_mark(data) or _has_mark(unescaped(data))


def _has_mark(data: bytes) -> bool:
    return any(mark in data for mark in _MARKS)


def has_resource_types(data: bytes) -> bool:
    """Whether bytes that cannot be parsed look like a template all the same: they have a `Type` of AWS's, or name one
    where they have Resources.
    """
    return re.search(_RESOURCE_TYPE, unescaped(data)) is not None or len(marks_of(data)) == 2


def marks_of(data: bytes) -> set[str]:
    """What bytes have of the two things that every template has: `resources`, `types`."""
    data = unescaped(data)
    found = {"resources"} if b"Resources" in data else set()
    return found | {"types"} if re.search(_NAMED_TYPE, data) else found


def unescaped(data: bytes) -> bytes:
    """The bytes as they are to be searched for words: UTF-16 without its zero bytes, ASCII without escapes."""
    if b"\0" in data:
        data = data.translate(None, b"\0")
    return re.sub(_ESCAPE, _character, data) if b"\\" in data else data


def _character(match: re.Match[bytes]) -> bytes:
    return bytes([int(match[1], 16)]) if match[1] else b""


def is_template(root: Node | None) -> bool:
    """Whether a file is a template: it has Resources, and names the format's version, a transform of AWS's, or a
    resource with a type; or its resources are put there by a function. Without Resources it is a part of one at most.
    """
    resources = root.get("Resources") if isinstance(root, MappingNode) else None
    if not isinstance(root, MappingNode) or resources is None or any(name in root.entries for name in _OTHERS):
        return False
    if "AWSTemplateFormatVersion" in root.entries or _names_transform(root.get("Transform")):
        return True
    if not isinstance(resources, MappingNode):
        return False
    return any(name.startswith("Fn::") or _has_type(node) for name, node in resources.entries.items())


def _names_transform(node: Node | None) -> bool:
    items = node.items if isinstance(node, SequenceNode) else [node]
    names = (item.get("Name") if isinstance(item, MappingNode) else item for item in items)
    return any(isinstance(name, ScalarNode) and name.text.startswith("AWS::") for name in names)


def _has_type(resource: Node) -> bool:
    """Whether a resource has a type of AWS's form; or is what a macro or a file makes of it."""
    kind = resource.get("Type") if isinstance(resource, MappingNode) else None
    if isinstance(kind, ScalarNode) and "::" in kind.text:
        return True
    return isinstance(resource, MappingNode) and "Fn::Transform" in resource.entries
