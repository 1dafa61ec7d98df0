"""What depends on what: conditions on conditions, resources on resources; and where that goes in a circle.

A circle is a mistake only where it is one whatever the parameters are: nothing below `Fn::If` counts, no resource with
a Condition, no template that a transform rewrites.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from saya.errors import TemplateError
from saya.model.template import LANGUAGE_EXTENSIONS, Template, problem_at
from saya.pattern import pattern
from saya.text.node import MappingNode, Node, ScalarNode, SequenceNode

MAX_TOLD = 8

_PLACEHOLDER = pattern(r"\$\{([^!}][^}]*)\}")


def circular_conditions(template: Template) -> Iterator[TemplateError]:
    """The conditions that refer to themselves, once for each circle."""
    edges = {name: set(_conditions_in(node)) for name, node in template.conditions.entries.items()}
    for circle in circles(edges):
        yield problem_at(
            template.conditions.keys[circle[0]],
            f"conditions that refer to themselves: {_told(circle)}; break the circle",
        )


def circular_resources(template: Template) -> Iterator[TemplateError]:
    """The resources that need themselves, once for each circle."""
    if any(name != LANGUAGE_EXTENSIONS for name, _ in template.transforms):
        return
    certain = {
        name: node
        for name, node in template.resources.entries.items()
        if isinstance(node, MappingNode) and not name.startswith("Fn::") and "Condition" not in node.entries
    }
    if any(_is_serverless(node) for node in certain.values()):
        return
    edges = {name: {other for other in needs(node) if other in certain} for name, node in certain.items()}
    for circle in circles(edges):
        yield problem_at(
            template.resources.keys[circle[0]], f"circular dependency: {_told(circle)}; remove one of the references"
        )


def circles_as_written(template: Template) -> set[frozenset[str]]:
    """The resources that name one another in a circle, in some condition and before any transform."""
    written = {
        name: node
        for name, node in template.resources.entries.items()
        if isinstance(node, MappingNode) and not name.startswith("Fn::")
    }
    edges = {name: {other for other in needs(node, always=False) if other in written} for name, node in written.items()}
    return {frozenset(group) for group in _groups(edges) if len(group) > 1 or group <= edges[min(group)]}


def undefined_names(template: Template) -> set[str]:
    """The names that resources and outputs refer to, and that the template does not define; SAM and loops may."""
    outputs = template.root.get("Outputs")
    sections = [template.resources, *([outputs] if outputs is not None else [])]
    parameters = template.root.get("Parameters")
    defined = {*template.resources.entries, *(parameters.entries if isinstance(parameters, MappingNode) else ())}
    names = {name for section in sections for name in references_in(section)}
    return {name for name in names - defined if not name.startswith("AWS::")}


def _is_serverless(resource: MappingNode) -> bool:
    """Whether SAM makes something else of a resource, even where the template forgets to name the transform."""
    type_ = resource.get("Type")
    return isinstance(type_, ScalarNode) and type_.text.startswith("AWS::Serverless::")


def needs(resource: MappingNode, *, always: bool = True) -> Iterator[str]:
    """The names that a resource refers to; whatever the conditions are, or in some of them."""
    depends = resource.get("DependsOn")
    for item in depends.items if isinstance(depends, SequenceNode) else [depends]:
        if isinstance(item, ScalarNode):
            yield item.text
    properties = resource.get("Properties")
    if properties is not None:
        yield from references_in(properties, always=always)


def references_in(root: Node, *, always: bool = False) -> Iterator[str]:
    """The names that a value refers to; with `always` those of no branch of an `Fn::If`."""
    passed = ("Fn::If", "Fn::Transform") if always else ("Fn::Transform",)
    stack: list[Node] = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, SequenceNode):
            stack.extend(node.items)
        elif isinstance(node, MappingNode):
            name, argument = next(iter(node.entries.items())) if len(node.entries) == 1 else ("", node)
            if name in ("Ref", "Fn::GetAtt"):
                yield from _named(argument)
            elif name == "Fn::Sub":
                yield from _placeholders(argument, stack)
            elif name not in passed and "Fn::Transform" not in node.entries:
                stack.extend(node.entries.values())


def _named(argument: Node) -> Iterator[str]:
    first = argument.items[0] if isinstance(argument, SequenceNode) and argument.items else argument
    if isinstance(first, ScalarNode):
        yield first.text.partition(".")[0]


def _placeholders(argument: Node, stack: list[Node]) -> Iterator[str]:
    text, own = argument, frozenset[str]()
    if isinstance(argument, SequenceNode) and len(argument.items) == 2:
        text, variables = argument.items
        if isinstance(variables, MappingNode):
            own = frozenset(variables.entries)
            stack.extend(variables.entries.values())
    if isinstance(text, ScalarNode):
        for match in _PLACEHOLDER.finditer(text.text):
            name = match[1].strip()
            if name not in own:
                yield name.partition(".")[0]


def _conditions_in(root: Node) -> Iterator[str]:
    stack = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, SequenceNode):
            stack.extend(node.items)
        elif isinstance(node, MappingNode):
            for name, value in node.entries.items():
                if name == "Condition" and isinstance(value, ScalarNode):
                    yield value.text
                else:
                    stack.append(value)


def circles(edges: Mapping[str, set[str]]) -> Iterator[list[str]]:
    """A shortest circle of each group of names that reach one another, beginning with its first name in the mapping."""
    order = {name: index for index, name in enumerate(edges)}
    for group in _groups(edges):
        first = min(group, key=order.__getitem__)
        if len(group) > 1 or first in edges[first]:
            yield _shortest(edges, first, group)


def _shortest(edges: Mapping[str, set[str]], first: str, group: set[str]) -> list[str]:
    came_from: dict[str, str] = {}
    level = [first]
    while level:
        following = []
        for name in level:
            for other in sorted(edges[name] & group):
                if other == first:
                    return _way(came_from, first, name)
                if other not in came_from:
                    came_from[other] = name
                    following.append(other)
        level = following
    return [first]


def _way(came_from: dict[str, str], first: str, last: str) -> list[str]:
    way = [last]
    while way[-1] != first:
        way.append(came_from[way[-1]])
    return way[::-1]


def _told(circle: list[str]) -> str:
    """A circle in one line of bearable length."""
    names = (
        circle
        if len(circle) <= MAX_TOLD
        else [*circle[: MAX_TOLD - 2], f"... ({len(circle) - MAX_TOLD + 1} more)", circle[-1]]
    )
    return " -> ".join((*names, circle[0]))


def _groups(edges: Mapping[str, set[str]]) -> Iterator[set[str]]:
    """The strongly connected groups (Tarjan), without recursion: templates have thousands of resources."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    path: list[str] = []
    on_path: set[str] = set()
    for root in edges:
        if root in index:
            continue
        work = [(root, iter(sorted(edges[root])))]
        index[root] = low[root] = len(index)
        path.append(root)
        on_path.add(root)
        while work:
            name, following = work[-1]
            following_name = next((each for each in following if each in edges), None)
            if following_name is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[name])
                if low[name] == index[name]:
                    yield _popped(path, on_path, name)
            elif following_name not in index:
                index[following_name] = low[following_name] = len(index)
                path.append(following_name)
                on_path.add(following_name)
                work.append((following_name, iter(sorted(edges[following_name]))))
            elif following_name in on_path:
                low[name] = min(low[name], index[following_name])


def _popped(path: list[str], on_path: set[str], until: str) -> set[str]:
    group: set[str] = set()
    while until not in group:
        group.add(path.pop())
    on_path -= group
    return group
