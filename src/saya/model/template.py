"""A template's sections, checked for shape and nothing else; what they mean is `resolve`'s business."""

from __future__ import annotations

from typing import Literal

from saya.errors import TemplateError
from saya.record import NamedTuple
from saya.text.node import MappingNode, Node, ScalarNode, SequenceNode
from saya.text.source import Source

SERVERLESS = "AWS::Serverless-2016-10-31"
LANGUAGE_EXTENSIONS = "AWS::LanguageExtensions"
KNOWN_MACROS = frozenset(
    (
        SERVERLESS,
        LANGUAGE_EXTENSIONS,
        "AWS::Include",
        "AWS::SecretsManager-2020-07-23",
        "AWS::SecretsManager-2024-09-16",
        "AWS::CodeDeployBlueGreen",
    )
)


class Parameter(NamedTuple):
    """A template parameter. `default` is None where there is none; `allowed` are the AllowedValues."""

    name: str
    type: str
    default: Node | None
    allowed: tuple[ScalarNode, ...]
    no_echo: bool
    node: Node

    @property
    def is_list(self) -> bool:
        return self.type == "CommaDelimitedList" or self.type.startswith("List<")

    @property
    def is_stored(self) -> bool:
        """Whether its value is the name of what is read from Parameter Store when the stack is deployed."""
        return self.type.startswith("AWS::SSM::Parameter::")


class Gap(NamedTuple):
    """What of a template is not seen: where it is said, the property, the logical ID of the resource, and why."""

    at: Node
    property: str
    resource: str
    reason: str


class Template:
    """A parsed template.

    `sections` has each top-level mapping by name; `macros` are the template-level transforms that Saya does not know;
    `problems` are mistakes that leave the rest of the template judgeable; `gaps` are what of it is not seen. `made_by`
    is what synthesised it, None where it stands as its author wrote it.
    """

    __slots__ = (
        "conditions",
        "gaps",
        "is_sam",
        "macros",
        "made_by",
        "mappings",
        "parameters",
        "problems",
        "resources",
        "root",
        "source",
        "transforms",
    )

    def __init__(self, root: MappingNode, source: Source) -> None:
        self.root = root
        self.source = source
        self.made_by: Literal["cdk"] | None = None
        self.gaps: tuple[Gap, ...] = ()
        self.problems: list[TemplateError] = []
        self.resources = _section(root, "Resources", self.problems)
        self.conditions = _section(root, "Conditions", self.problems)
        self.mappings = _section(root, "Mappings", self.problems)
        self.parameters = _parameters(_section(root, "Parameters", self.problems), self.problems)
        self.transforms = tuple(_transforms(root.get("Transform")))
        self.is_sam = any(name == SERVERLESS for name, _ in self.transforms)
        self.macros = tuple((name, node) for name, node in self.transforms if name not in KNOWN_MACROS)

    @property
    def kind(self) -> Literal["cloudformation", "sam", "cdk", "serverless"]:
        return self.made_by or ("sam" if self.is_sam else "cloudformation")

    @property
    def written(self) -> MappingNode:
        """The file as its author wrote it."""
        return self.root

    @property
    def globals(self) -> MappingNode | None:
        """SAM's Globals section."""
        node = self.root.get("Globals")
        return node if self.is_sam and isinstance(node, MappingNode) else None


def problem_at(node: Node, message: str) -> TemplateError:
    """A mistake at a node, as one line for the user."""
    line, column = node.source.position(node.start)
    return TemplateError(message, path=node.source.path, line=line, column=column)


def load_template(root: Node | None, source: Source) -> Template:
    """The template that a parsed file holds.

    Raises TemplateError where there is nothing to judge: no mapping, or no Resources mapping. Smaller mistakes stand
    in `problems`.
    """
    if root is None:
        raise TemplateError(
            "the file is empty; a template is a mapping with Resources", path=source.path, line=1, column=1
        )
    if not isinstance(root, MappingNode):
        raise problem_at(root, f"a template is a mapping with Resources, not {kind_of(root)}")
    resources = root.get("Resources")
    if resources is None:
        raise problem_at(root, "the template has no Resources")
    if not isinstance(resources, MappingNode) and not _is_null(resources):
        raise problem_at(resources, f"Resources is a mapping of logical IDs to resources, not {kind_of(resources)}")
    return Template(root, source)


def kind_of(node: Node) -> str:
    """What a node is, to tell a person."""
    if isinstance(node, MappingNode):
        return "a mapping"
    if isinstance(node, SequenceNode):
        return "a list"
    if isinstance(node, ScalarNode) and node.kind == "null":
        return "empty"
    return "a string" if isinstance(node, ScalarNode) and node.kind == "str" else "a number or boolean"


def _is_null(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.kind == "null"


def _section(root: MappingNode, name: str, problems: list[TemplateError]) -> MappingNode:
    node = root.get(name)
    if isinstance(node, MappingNode):
        return node
    if node is not None and not _is_null(node):
        problems.append(problem_at(node, f"{name} is a mapping, not {kind_of(node)}"))
    return MappingNode(root.source, root.start, root.start, {}, {}, flow=False)


def _parameters(section: MappingNode, problems: list[TemplateError]) -> dict[str, Parameter]:
    found = {}
    for name, node in section.entries.items():
        if name.startswith("Fn::"):
            continue
        if not isinstance(node, MappingNode):
            problems.append(problem_at(node, f"the parameter {name} is a mapping with a Type, not {kind_of(node)}"))
            continue
        type_ = node.get("Type")
        allowed = node.get("AllowedValues")
        echo = node.get("NoEcho")
        found[name] = Parameter(
            name=name,
            type=type_.text if isinstance(type_, ScalarNode) else "String",
            default=node.get("Default"),
            allowed=tuple(i for i in allowed.items if isinstance(i, ScalarNode))
            if isinstance(allowed, SequenceNode)
            else (),
            no_echo=isinstance(echo, ScalarNode) and echo.text.lower() in ("true", "yes"),
            node=node,
        )
    return found


def _transforms(node: Node | None) -> list[tuple[str, Node]]:
    """The names of the template-level transforms: a string, a list of them, or mappings with a Name."""
    if isinstance(node, ScalarNode):
        return [(node.text, node)]
    if isinstance(node, SequenceNode):
        return [pair for item in node.items for pair in _transforms(item)]
    if isinstance(node, MappingNode):
        return _transforms(node.get("Name"))
    return []
