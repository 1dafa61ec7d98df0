"""Findings of base that are those of head under another name: of a resource that was renamed or has gone to another
template, or of a definition that another property holds now.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TypeVar

from saya.findings import SEVERITIES, Finding, Undecided
from saya.model.template import Template
from saya.text.node import MappingNode, Node, ScalarNode

E = TypeVar("E", Finding, Undecided)

LEAST_ALIKE = 0.6
"""The share of lines in common from which on two resources of one type are one that was renamed; a little more than Git
asks of files, which are longer.
"""

MOST = 50
"""Resources of one type on each side past which no renames are looked for: the work grows with their product."""

_HOLDERS = re.compile(r"(?:Definition(?:String|Uri|Body|S3Location)?|Body(?:S3Location)?)(?=\.|$)")
_INPUTS = re.compile(r"\.(?:Parameters|Arguments)\.")
# A task of a state machine that invokes a function, in either way.
_TASK = re.compile(r"(?<=\.)(?:Resource|Parameters\.FunctionName)$")
_NAME = re.compile(r"`([^`]+)`")


def renamed_resources(base: Template, head: Template) -> dict[str, str]:
    """Logical IDs of head -> those of base: resources that are on one side only, of one type and much alike."""
    before, after = base.resources.entries, head.resources.entries
    gone, added = _by_type(before, after), _by_type(after, before)
    alike = []
    for type_, names in added.items():
        others = gone.get(type_, [])
        if max(len(names), len(others)) > MOST:
            continue
        lines = {name: _lines(before[name]) for name in others}
        for name in names:
            own = _lines(after[name])
            for other in others:
                share = len(own & lines[other]) / max(len(own), len(lines[other]), 1)
                if share >= LEAST_ALIKE:
                    alike.append((-share, name, other))
    pairs: dict[str, str] = {}
    for _, name, other in sorted(alike):
        if name not in pairs and other not in pairs.values():
            pairs[name] = other
    return pairs


def partners(head: Iterable[E], base: Iterable[E], renamed: Mapping[str, str]) -> dict[str, E]:
    """The entries of base that those of head are, by the fingerprints of these: each at most once, and no finding that
    was less severe.
    """
    known: dict[tuple[str, ...], list[E]] = defaultdict(list)
    for entry in base:
        known[_key(entry, {})].append(entry)
    found = {}
    for entry in head:
        candidates = known.get(_key(entry, renamed), [])
        same = next((each for each in candidates if _has_moved(each, entry) and _is_as_severe(each, entry)), None)
        if same is not None:
            candidates.remove(same)
            found[entry.fingerprint] = same
    return found


def _key(entry: Finding | Undecided, renamed: Mapping[str, str]) -> tuple[str, ...]:
    """What an entry says, with the names that base has for what it is about."""
    said = entry.message if isinstance(entry, Finding) else "; ".join(entry.reasons)
    said = _NAME.sub(lambda match: f"`{renamed.get(match[1], match[1])}`", said)
    property_ = _INPUTS.sub(".Parameters.", _HOLDERS.sub("Definition", entry.property, count=1))
    property_ = _TASK.sub("Resource", property_) if ".States." in property_ else property_
    return entry.policy, renamed.get(entry.resource, entry.resource), property_, said


def _has_moved(base: Finding | Undecided, head: Finding | Undecided) -> bool:
    """Whether something else tells the two apart than what they are about."""
    return (base.template, base.resource, base.property) != (head.template, head.resource, head.property)


def _is_as_severe(base: Finding | Undecided, head: Finding | Undecided) -> bool:
    if not isinstance(base, Finding) or not isinstance(head, Finding):
        return True
    return SEVERITIES.index(base.severity) <= SEVERITIES.index(head.severity)


def _by_type(own: Mapping[str, Node], other: Mapping[str, Node]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for name, node in own.items():
        kind = node.get("Type") if isinstance(node, MappingNode) and name not in other else None
        if isinstance(kind, ScalarNode):
            found[kind.text].append(name)
    return found


def _lines(node: Node) -> frozenset[str]:
    return frozenset(filter(None, map(str.strip, node.source.text[node.start : node.end].splitlines())))
