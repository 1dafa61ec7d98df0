"""What the functions of a service share: the layers that it publishes, and its role.

Source: Serverless Framework 3.40, `lib/plugins/aws/package/compile/layers.js`, `package/lib/merge-iam-templates.js`.
"""

from __future__ import annotations

from saya.model.serverless.functions import Resources, normalised
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


def role_resource(provider: Node | None, made: Resources) -> None:
    """The role of all functions, with the statements that the service gives it."""
    found = [below(provider, "iam", "role", "statements"), below(provider, "iamRoleStatements")]
    for statements in found:
        if items(statements) and statements is not None:
            document = mapping(statements, {"Version": text(statements, "2012-10-17"), "Statement": statements})
            policy = mapping(statements, {"PolicyName": text(statements, "lambda"), "PolicyDocument": document})
            properties = mapping(statements, {"Policies": sequence(statements, (policy,))})
            made.add("IamRoleLambdaExecution", "AWS::IAM::Role", properties, statements)
