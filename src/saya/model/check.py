"""What is wrong with a template before anybody asks what it does: mistakes with which no stack can be deployed.

Whatever is told here fails the run, so only what is certain is told. Templates of macros that Saya does not know are
theirs to read, and so is what stands beside a `Fn::Transform`; names that nobody defines are let pass; free-form
documents within properties are not searched for functions.
"""

from __future__ import annotations

from collections.abc import Iterator

from saya.errors import TemplateError
from saya.model.dependencies import circular_conditions, circular_resources
from saya.model.function_forms import CONDITION_FORMS, for_each, is_foreign, is_function, problem_of_function
from saya.model.template import LANGUAGE_EXTENSIONS, Template, kind_of, problem_at
from saya.text.node import MappingNode, Node, ScalarNode, SequenceNode

MAX_PROBLEMS = 100

# Properties that hold documents of other languages, which have keys of their own.
_FREE_FORM = frozenset(
    (
        "Body",
        "Content",
        "DashboardBody",
        "Definition",
        "DefinitionBody",
        "DefinitionSubstitutions",
        "EventPattern",
        "Metadata",
        "Pattern",
        "PolicyDocument",
        "Schema",
        "TemplateBody",
    )
)


def check_template(template: Template) -> list[TemplateError]:
    """The mistakes of a template, those found when it was loaded among them, in the order of the file."""
    found = list(template.problems)
    if template.kind == "serverless":
        return []  # the framework has a schema of its own, and its variables may stand for anything
    if not template.macros:
        found.extend(_sections(template))
        found.extend(_resources(template))
        found.extend(_outputs(template))
        found.extend(_conditions(template))
        found.extend(circular_conditions(template))
        found.extend(circular_resources(template))
    unique = {(error.line, error.column, error.message): error for error in found}
    return sorted(unique.values(), key=lambda error: (error.line or 0, error.column or 0))[:MAX_PROBLEMS]


def _sections(template: Template) -> Iterator[TemplateError]:
    for name in ("Outputs", "Globals") if template.is_sam else ("Outputs",):
        node = template.root.get(name)
        if node is not None and not isinstance(node, MappingNode) and not _is_empty(node):
            yield problem_at(node, f"{name} is a mapping, not {kind_of(node)}")


def _entries(section: Node | None) -> Iterator[tuple[str, Node, TemplateError | None]]:
    """The entries of a section, those of its loops among them; a loop that is malformed comes as a problem."""
    if not isinstance(section, MappingNode):
        return
    for name, node in section.entries.items():
        if not name.startswith("Fn::"):
            yield name, node, None
        elif name.startswith("Fn::ForEach::"):
            problem = for_each(node)
            if problem is not None:
                yield name, node, problem_at(node, problem)
            elif isinstance(node, SequenceNode):
                yield from _entries(node.items[2])


def _resources(template: Template) -> Iterator[TemplateError]:
    extended = _is_extended(template)
    for name, node, problem in _entries(template.resources):
        if problem is not None:
            yield problem
        elif not isinstance(node, MappingNode):
            yield problem_at(node, f"the resource {name} is a mapping with a Type, not {kind_of(node)}")
        else:
            yield from _resource(name, node, template.resources.keys.get(name), extended=extended)
            for part in ("Properties", "CreationPolicy", "UpdatePolicy"):
                yield from _functions(node.get(part), extended=extended)


def _resource(name: str, node: MappingNode, key: ScalarNode | None, *, extended: bool) -> Iterator[TemplateError]:
    type_, properties = node.get("Type"), node.get("Properties")
    if "Fn::Transform" in node.entries or is_foreign(type_):
        return
    if type_ is None:
        yield problem_at(key or node, f"the resource {name} has no Type")
    elif not _is_name(type_, extended=extended) or (isinstance(type_, ScalarNode) and not _is_text(type_)):
        yield problem_at(type_, f"the Type of {name} is a string such as AWS::Lambda::Function, not {kind_of(type_)}")
    if properties is not None and not isinstance(properties, MappingNode) and not _is_empty(properties):
        yield problem_at(properties, f"the Properties of {name} are a mapping, not {kind_of(properties)}")
    condition = node.get("Condition")
    if condition is not None and not _is_name(condition, extended=extended):
        yield problem_at(condition, f"the Condition of {name} is the name of a condition, not {kind_of(condition)}")


def _outputs(template: Template) -> Iterator[TemplateError]:
    extended = _is_extended(template)
    for name, node, problem in _entries(template.root.get("Outputs")):
        if problem is not None:
            yield problem
        elif not isinstance(node, MappingNode):
            yield problem_at(node, f"the output {name} is a mapping with a Value, not {kind_of(node)}")
        else:
            yield from _functions(node, extended=extended)


def _functions(root: Node | None, *, extended: bool) -> Iterator[TemplateError]:
    """The malformed and unknown functions below a node."""
    stack: list[Node] = [root] if root is not None else []
    while stack:
        node = stack.pop()
        if isinstance(node, SequenceNode):
            stack.extend(node.items)
        elif isinstance(node, MappingNode):
            entries = node.entries
            if len(entries) == 1:
                ((name, argument),) = entries.items()
                if is_function(name):
                    problem = problem_of_function(name, argument, extended=extended)
                    if problem is not None:
                        yield problem_at(node, problem)
                        continue
            if "Fn::Transform" not in entries:
                stack.extend(value for name, value in entries.items() if name not in _FREE_FORM)


def _conditions(template: Template) -> Iterator[TemplateError]:
    extended = _is_extended(template)
    for name, node, problem in _entries(template.conditions):
        if problem is not None:
            yield problem
        else:
            yield from _condition(node, f"the condition {name}", extended=extended)


def _condition(node: Node, what: str, *, extended: bool) -> Iterator[TemplateError]:
    valid = "Fn::And, Fn::Or, Fn::Not, Fn::Equals or Condition"
    if isinstance(node, ScalarNode) and node.kind == "bool":
        return
    if not isinstance(node, MappingNode):
        yield problem_at(node, f"{what} is one of {valid}, not {kind_of(node)}")
        return
    if len(node.entries) != 1:
        yield problem_at(node, f"{what} is one of {valid}, not a mapping of {len(node.entries)} keys")
        return
    ((name, argument),) = node.entries.items()
    form = CONDITION_FORMS.get(name)
    problem = form(argument, extended) if form is not None else None
    if problem is not None:
        yield problem_at(node, problem)
    elif name == "Condition" and not _is_name(argument, extended=extended):
        yield problem_at(argument, f"Condition takes the name of a condition, not {kind_of(argument)}")
    elif name == "Fn::Equals":
        yield from _functions(argument, extended=extended)
    elif form is not None and isinstance(argument, SequenceNode):
        for item in argument.items:
            yield from _condition(item, f"an item of {name}", extended=extended)
    elif form is None and name != "Condition" and not name.startswith("Fn::"):
        yield problem_at(node, f"{what} is one of {valid}, not `{name}`")


def _is_name(node: Node, *, extended: bool) -> bool:
    """Whether a node is a name, of a condition for one; within a loop it may be put together of its variable."""
    if isinstance(node, ScalarNode):
        return node.kind in ("str", "bool")
    return extended and isinstance(node, MappingNode) and len(node.entries) == 1 and is_function(*node.entries)


def _is_text(node: ScalarNode) -> bool:
    return node.kind == "str" and bool(node.text)


def _is_extended(template: Template) -> bool:
    return any(name == LANGUAGE_EXTENSIONS for name, _ in template.transforms)


def _is_empty(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.kind == "null"
