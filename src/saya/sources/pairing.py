"""Which template of base is which of head, where neither path nor Git tells: by the resources that they declare."""

from __future__ import annotations

from collections.abc import Mapping

from saya.model.template import Template
from saya.text.node import MappingNode, ScalarNode

LEAST_ALIKE = 0.5
"""The share of resources in common from which on two templates are one; Git's own threshold for renames."""

MOST = 200
"""Templates on each side past which no pairs are looked for: the work grows with their product."""


def pair_by_content(head: Mapping[str, Template], base: Mapping[str, Template]) -> dict[str, str]:
    """Paths of head -> paths of base: the most alike first, each at most once."""
    if not head or not base or max(len(head), len(base)) > MOST:
        return {}
    declared = {path: _resources(template) for path, template in base.items()}
    alike = []
    for path, template in head.items():
        resources = _resources(template)
        for other, others in declared.items():
            share = len(resources & others) / max(len(resources | others), 1)
            if share >= LEAST_ALIKE:
                alike.append((-share, path, other))
    pairs: dict[str, str] = {}
    for _, path, other in sorted(alike):
        if path not in pairs and other not in pairs.values():
            pairs[path] = other
    return pairs


def _resources(template: Template) -> frozenset[tuple[str, str]]:
    """The logical IDs and types of a template's resources, as written."""
    return frozenset((name, _type(node)) for name, node in template.resources.entries.items())


def _type(resource: object) -> str:
    kind = resource.get("Type") if isinstance(resource, MappingNode) else None
    return kind.text if isinstance(kind, ScalarNode) else ""
