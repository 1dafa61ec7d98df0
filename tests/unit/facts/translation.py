"""What aws-sam-translator makes of a template: the oracle for our reading of SAM as it is written."""

from __future__ import annotations

import contextlib
import copy
import io
import json
import os
from typing import Any

from saya.model.template import load_template
from saya.text.node import MappingNode, Node, ScalarNode, SequenceNode
from saya.text.parse import parse
from saya.text.source import Source

_LOCAL = ("CodeUri", "ContentUri", "DefinitionUri", "ImageUri")


class _NoManagedPolicies:
    """Stands for the look-up of AWS-managed policies, which would ask AWS."""

    def load(self) -> dict[str, str]:
        return {}


def plain(node: Node | None) -> Any:
    """A node as Python has it, with functions in their long form."""
    if isinstance(node, SequenceNode):
        return [plain(item) for item in node.items]
    if isinstance(node, MappingNode):
        attribute = node.entries.get("Fn::GetAtt")
        if node.short and isinstance(attribute, ScalarNode):
            return {"Fn::GetAtt": attribute.text.split(".", 1)}
        return {name: plain(value) for name, value in node.entries.items()}
    if not isinstance(node, ScalarNode) or node.kind == "null":
        return None
    readers = {"int": int, "float": float, "bool": lambda text: text.lower() in ("true", "yes", "on")}
    return readers.get(node.kind, str)(node.text)


def authored(text: str) -> dict[str, Any]:
    """A template as Python has it, ready for the translator: local paths become S3 addresses."""
    tree = plain(parse(Source("t.yaml", text), duplicates=[]))
    for resource in tree["Resources"].values():
        properties = resource.get("Properties")
        if isinstance(properties, dict):
            for name in _LOCAL:
                if (
                    isinstance(properties.get(name), str)
                    and "://" not in properties[name]
                    and "amazonaws" not in properties[name]
                ):
                    properties[name] = f"s3://bucket/{name}"
    section = tree.get("Globals") or {}
    shared = section.get("Function") if isinstance(section.get("Function"), dict) else {}
    if "CodeUri" in shared:
        # Where it is local, `sam build` gives each function its own; one with inline code has none.
        del shared["CodeUri"]
        for resource in tree["Resources"].values():
            properties = resource.setdefault("Properties", {})
            if resource["Type"] == "AWS::Serverless::Function" and not {"InlineCode", "ImageUri"} & properties.keys():
                properties.setdefault("CodeUri", "s3://bucket/shared")
    return tree


def translated(text: str) -> dict[str, Any]:
    """The plain template that SAM makes of a template. Raises what the translator raises."""
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    from samtranslator.translator.transform import transform

    with contextlib.redirect_stderr(io.StringIO()):
        return transform(copy.deepcopy(authored(text)), {}, _NoManagedPolicies())


def merged_properties(text: str) -> dict[str, dict[str, Any]]:
    """The properties of each resource with SAM's Globals, merged by the translator."""
    from samtranslator.plugins.globals.globals import Globals

    tree = plain(parse(Source("t.yaml", text), duplicates=[]))
    section = Globals(tree)
    out = {}
    for name, resource in tree["Resources"].items():
        own = resource.get("Properties") or {}
        out[name] = section.merge(resource["Type"], own, name, resource.get("IgnoreGlobals"))
    return out


def template(tree: dict[str, Any]) -> Any:
    """A template of ours that holds a tree."""
    source = Source("translated.json", json.dumps(tree))
    return load_template(parse(source), source)
