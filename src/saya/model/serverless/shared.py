"""What the functions of a service have in common: the layers that it publishes, and their roles.

Source: Serverless Framework 3.40, `lib/plugins/aws/package/compile/layers.js`, `package/lib/merge-iam-templates.js`;
roles of single functions are of version 4, and of the plugin `serverless-iam-roles-per-function`.
"""

from __future__ import annotations

from collections.abc import Iterable

from saya.model.serverless.functions import Function, Resources, normalised
from saya.model.serverless.nodes import below, items, mapping, sequence, text
from saya.text.node import MappingNode, Node


def layer_resources(section: Node | None, made: Resources) -> None:
    """The layers that a service publishes."""
    for name, node in section.entries.items() if isinstance(section, MappingNode) else ():
        if not isinstance(node, MappingNode) or not isinstance(section, MappingNode):
            continue
        properties = {
            "LayerName": node.get("name") or text(node, name),
            "CompatibleArchitectures": node.get("compatibleArchitectures"),
            "CompatibleRuntimes": node.get("compatibleRuntimes"),
        }
        at = section.keys.get(name) or node
        made.add(f"{normalised(name)}LambdaLayer", "AWS::Lambda::LayerVersion", mapping(node, properties), at)


def role_resources(provider: Node | None, functions: Iterable[Function], made: Resources) -> None:
    """The role of all functions, and those of functions that have one to themselves, with the statements given them."""
    _role("IamRoleLambdaExecution", provider, made)
    for function in functions:
        _role(f"{function.normalised}IamRoleLambdaExecution", function.node, made)


def _role(logical_id: str, owner: Node | None, made: Resources) -> None:
    for statements in (below(owner, "iam", "role", "statements"), below(owner, "iamRoleStatements")):
        if items(statements) and statements is not None:
            document = mapping(statements, {"Version": text(statements, "2012-10-17"), "Statement": statements})
            policy = mapping(statements, {"PolicyName": text(statements, "lambda"), "PolicyDocument": document})
            properties = mapping(statements, {"Policies": sequence(statements, (policy,))})
            made.add(logical_id, "AWS::IAM::Role", properties, statements)
            made.vague.add(logical_id)
