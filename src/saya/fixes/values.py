"""Which values a change of a template's text changes."""

from __future__ import annotations

from collections.abc import Iterator

from saya.fixes.proposal import Target
from saya.model.attributes import STATE_MACHINE_TYPES
from saya.model.compare import Revisions
from saya.model.guard import ALWAYS
from saya.model.operands import written
from saya.model.resolve import Resolver, TemplateResource
from saya.model.state_machine import State, read_states
from saya.model.template import Template
from saya.model.value import NO_SCOPE, Mapping
from saya.pattern import pattern
from saya.text.edit import Replacement
from saya.text.node import MappingNode, Node, ScalarNode
from saya.text.source import Source

_OUTPUTS = "Outputs"
_COMPARED = ("Properties", "Type")
"""What of a resource is compared otherwise than as it is written."""
_CONSTRAINTS = {"AllowedPattern", "AllowedValues"}
"""What a parameter's Default has to meet."""
_ANCHOR = pattern(r"(?:^|[\s\[{,])&[A-Za-z0-9]")
"""An anchor of YAML, by which one text is part of several resources."""


def changed_values(before: Resolver, after: Resolver, edits: tuple[Replacement, ...]) -> Iterator[Target]:
    """The values that differ between two resolved texts of one template, of which the second has the edits made.

    A resource that is new or gone is a target without a path; so is one of another type or Condition. A section's key
    that means something else is a target whose resource is the section.
    """
    revisions = Revisions(before, after)
    yield from _changed_sections(before.template, after.template)
    yield from _changed_conditions(revisions)
    for name in dict.fromkeys((*before.resources, *after.resources)):
        if name not in before.resources or name not in after.resources:
            yield Target(name)
    for name in _concerned(before, edits):
        one, other = before.resources.get(name), after.resources.get(name)
        if one is not None and other is not None:
            yield from _changed_in(revisions, one, other)
            if other.type in STATE_MACHINE_TYPES:
                yield from _changed_states(revisions, one, other)
    outputs = [_as_resource(side.template) for side in (before, after)]
    yield from _changed_in(revisions, outputs[0], outputs[1])


def _changed_sections(before: Template, after: Template) -> Iterator[Target]:
    """Conditions, and what parameters are besides their Default; what depends on the rest is compared by value."""
    for section in ("Conditions", "Parameters", "Rules", "Transform"):
        one, other = before.root.get(section), after.root.get(section)
        if _written(one) == _written(other):
            continue
        if not isinstance(one, MappingNode) or not isinstance(other, MappingNode):
            yield Target(section)
            continue
        for key in dict.fromkeys((*one.entries, *other.entries)):
            sides = [_without_default(side.get(key), section) for side in (one, other)]
            if sides[0] != sides[1]:
                yield Target(section, (key,))


def _changed_conditions(revisions: Revisions) -> Iterator[Target]:
    """The conditions and rules that depend on a parameter or mapping that is another one now."""
    redefined = revisions.redefined
    for name in sorted(redefined.conditions):
        yield Target("Conditions", (name,))
    rules = revisions.head.template.root.get("Rules")
    if rules is not None and redefined.touch(rules):
        yield Target("Rules")


def _without_default(node: Node | None, section: str) -> str:
    """A parameter, or another entry of a section, as it is written; without a Default that is free to change."""
    if section == "Parameters" and isinstance(node, MappingNode) and not _CONSTRAINTS & node.entries.keys():
        return str({key: _written(value) for key, value in node.entries.items() if key != "Default"})
    return _written(node)


def _changed_in(revisions: Revisions, one: TemplateResource, other: TemplateResource) -> Iterator[Target]:
    if (one.type, one.guard, _attributes(one)) != (other.type, other.guard, _attributes(other)) or any(
        revisions.redefined.touch(node) for key, node in other.node.entries.items() if key not in _COMPARED
    ):
        yield Target(one.id)
    for name in dict.fromkeys((*_names(revisions.base, one), *_names(revisions.head, other))):
        for difference in revisions.differences(one, other, name):
            yield Target(one.id, difference.path)


def _changed_states(revisions: Revisions, one: TemplateResource, other: TemplateResource) -> Iterator[Target]:
    """The states of a state machine that differ: what is put into a definition may be put into several of them."""
    before, after = _states(revisions.base, one), _states(revisions.head, other)
    for path in dict.fromkeys((*before, *after)):
        pairs = [(left, right) for left in before.get(path, ()) for right in after.get(path, ())]
        if not pairs:
            yield Target(one.id, path)
        for left, right in pairs:
            if revisions.joined(left.guard, right.guard) is not None:
                for difference in revisions.differences_at(path, left.value, right.value, right.key):
                    yield Target(one.id, difference.path)


def _states(resolver: Resolver, machine: TemplateResource) -> dict[tuple[str, ...], list[State]]:
    """The states of a state machine that can be read, by their path; several where they depend on conditions."""
    found: dict[tuple[str, ...], list[State]] = {}
    for state in read_states(resolver, machine):
        if isinstance(state, State):
            found.setdefault(tuple(map(str, state.path)), []).append(state)
    return found


def _names(resolver: Resolver, declared: TemplateResource) -> Iterator[str]:
    for option in resolver.properties(declared):
        if isinstance(option.value, Mapping):
            yield from option.value.entries


def _attributes(declared: TemplateResource) -> dict[str, str]:
    """What a resource has beside its Properties, as it is written."""
    return {key: _written(node) for key, node in declared.node.entries.items() if key not in _COMPARED}


def _written(node: Node | None) -> str:
    return "" if node is None else written(node)


def _as_resource(template: Template) -> TemplateResource:
    """The Outputs, as the properties of a resource, so that they are compared like all others."""
    root = template.root
    outputs = root.get(_OUTPUTS)
    entries: dict[str, Node] = {"Properties": outputs} if isinstance(outputs, MappingNode) else {}
    node = MappingNode(root.source, root.start, root.end, entries, {}, flow=False)
    key = ScalarNode(root.source, root.start, root.start, f"\0{_OUTPUTS}", "str", "plain")
    return TemplateResource(key.text, "", node, key, NO_SCOPE, ALWAYS)


def _concerned(resolver: Resolver, edits: tuple[Replacement, ...]) -> list[str]:
    """The resources whose values may change: where only resources are edited, these and those that name them."""
    resources = resolver.resources
    source = resolver.template.source
    shared = resolver.made or _ANCHOR.search(source.text)
    if shared or not all(_in_resources(resolver.template, edit) for edit in edits):
        return list(resources)
    found = {
        declared.id: None
        for declared in resources.values()
        if any(declared.key.start <= edit.span.end and edit.span.start <= declared.node.end for edit in edits)
    }
    rest = [declared for declared in resources.values() if declared.id not in found]
    waiting = list(found)
    while waiting:
        name = waiting.pop()
        naming = [declared for declared in rest if _names_it(source, declared.node, name)]
        rest = [declared for declared in rest if declared not in naming]
        waiting += [declared.id for declared in naming]
        found.update(dict.fromkeys(declared.id for declared in naming))
    return list(found)


def _names_it(source: Source, node: Node, name: str) -> bool:
    return source.text.find(name, node.start, node.end) >= 0


def _in_resources(template: Template, edit: Replacement) -> bool:
    section = template.resources
    return section.start <= edit.span.start and edit.span.end <= section.end
