"""Lambda@Edge: the functions of a service that CloudFront invokes, of which one distribution is made.

Source: Serverless Framework 3.40, `lib/plugins/aws/package/compile/events/cloud-front.js`.
"""

from __future__ import annotations

from collections import defaultdict

from saya.model.serverless.event import Event
from saya.model.serverless.functions import Resources
from saya.model.serverless.nodes import mapping, reference, scalar, sequence, text
from saya.text.node import Node

DISTRIBUTION = "CloudFrontDistribution"


def compile_cloud_front(event: Event, made: Resources) -> None:
    """Put an event aside until all are known, as they share one distribution."""
    version = event.function.version
    if version is None:
        return
    told = {"EventType": event.setting("eventType"), "LambdaFunctionARN": reference(event.at, version)}
    made.associations.append((scalar(event.setting("pathPattern")), mapping(event.at, dict(told))))


def distribution_resource(made: Resources) -> None:
    """The distribution of all events of a service; none where it has no such event."""
    behaviors: dict[str | None, list[Node]] = defaultdict(list)
    for path, association in made.associations:
        behaviors[path].append(association)
    if not behaviors:
        return
    at = made.associations[0][1]
    default = _behavior(at, None, behaviors.pop(None, []))
    others = [_behavior(found[0], path, found) for path, found in behaviors.items()]
    config = {"DefaultCacheBehavior": default, "CacheBehaviors": sequence(at, others) if others else None}
    properties = mapping(at, {"DistributionConfig": mapping(at, dict(config))})
    made.add(DISTRIBUTION, "AWS::CloudFront::Distribution", properties, at)


def _behavior(at: Node, path: str | None, associations: list[Node]) -> Node:
    entries = {
        "PathPattern": text(at, path) if path is not None else None,
        "LambdaFunctionAssociations": sequence(at, associations) if associations else None,
    }
    return mapping(at, dict(entries))
