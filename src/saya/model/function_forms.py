"""The forms of the intrinsic functions: what CloudFormation refuses before it deploys anything.

Source: CloudFormation intrinsic function reference. Only what can have no meaning at all is refused here; a name that
nobody defines is not, since a macro or another file may define it.
"""

from __future__ import annotations

from collections.abc import Callable

from saya.model.template import kind_of
from saya.text.node import MappingNode, Node, ScalarNode, SequenceNode

Form = Callable[[Node, bool], str | None]
"""What is wrong with the argument of a function, or None; the flag says whether AWS::LanguageExtensions are used."""

# Directives of rain, which replaces them before CloudFormation sees the template.
_FOREIGN = ("Fn::Rain::",)
# Functions of the Rules section, and what is read elsewhere.
_ELSEWHERE = frozenset(
    (
        "Fn::Contains",
        "Fn::EachMemberEquals",
        "Fn::EachMemberIn",
        "Fn::RefAll",
        "Fn::ValueOf",
        "Fn::ValueOfAll",
        "Fn::Equals",
    )
)


def is_function(name: str) -> bool:
    """Whether a single key of a mapping makes it an intrinsic function."""
    return name == "Ref" or name.startswith("Fn::")


def is_foreign(node: Node | None) -> bool:
    """Whether a node is what another tool replaces before CloudFormation sees it."""
    return isinstance(node, MappingNode) and any(name.startswith(_FOREIGN) for name in node.entries)


def problem_of_function(name: str, argument: Node, *, extended: bool) -> str | None:
    """What is wrong with a function, in one line that also says what would be valid; None where nothing is."""
    if isinstance(argument, MappingNode) and "Fn::Transform" in argument.entries:
        return None  # what it makes is known when the stack is deployed
    form = _FORMS.get(name)
    if form is not None:
        return form(argument, extended)
    if name.startswith("Fn::ForEach::"):
        return for_each(argument)
    if name in _UNCHECKED or name in _ELSEWHERE or name.startswith(_FOREIGN):
        return None
    return f"`{name}` is no intrinsic function{_did_you_mean(name)}"


def for_each(argument: Node) -> str | None:
    """What is wrong with the argument of a `Fn::ForEach`, or None."""
    items = argument.items if isinstance(argument, SequenceNode) else []
    if len(items) == 3 and isinstance(items[0], ScalarNode) and isinstance(items[2], MappingNode):
        return None
    return "Fn::ForEach is not [identifier, collection, mapping]"


def _did_you_mean(name: str) -> str:
    from difflib import get_close_matches  # only for those who erred

    names = sorted({*_FORMS, *_UNCHECKED})
    own = {each.removeprefix("Fn::").lower(): each for each in names}
    close = get_close_matches(name.removeprefix("Fn::").lower(), own, n=1, cutoff=0.6)
    return f"; did you mean `{own[close[0]]}`?" if close else f"; valid are {', '.join(names)}"


def _ref(argument: Node, extended: bool) -> str | None:  # noqa: FBT001 - a Form
    if isinstance(argument, ScalarNode) and argument.kind == "str" and argument.text:
        return None
    if isinstance(argument, MappingNode) and extended:
        return None
    return f"Ref takes the name of a parameter or resource, not {kind_of(argument)}"


def _get_att(argument: Node, extended: bool) -> str | None:  # noqa: FBT001 - a Form
    valid = "[resource, attribute] or `resource.attribute`"
    if isinstance(argument, ScalarNode):
        named = argument.kind == "str" and "." in argument.text.strip(".")
        return None if named else f"Fn::GetAtt takes {valid}, not `{argument.text}`"
    if not isinstance(argument, SequenceNode):
        return f"Fn::GetAtt takes {valid}, not {kind_of(argument)}"
    if len(argument.items) < 2:
        return f"Fn::GetAtt takes {valid}, not a list of {len(argument.items)}"
    owner = argument.items[0]
    if isinstance(owner, ScalarNode) and owner.kind == "str":
        return None
    if isinstance(owner, MappingNode) and extended:
        return None
    return f"Fn::GetAtt takes {valid}; the resource is a name, not {kind_of(owner)}"


def _sub(argument: Node, _extended: bool) -> str | None:  # noqa: FBT001 - a Form
    valid = "text, or [text, mapping of variables]"
    if isinstance(argument, ScalarNode):
        return None if argument.kind != "null" else f"Fn::Sub takes {valid}; it is empty"
    if not isinstance(argument, SequenceNode):
        return f"Fn::Sub takes {valid}, not {kind_of(argument)}"
    if len(argument.items) != 2:
        return f"Fn::Sub takes {valid}, not a list of {len(argument.items)}"
    text, variables = argument.items
    if not isinstance(text, ScalarNode):
        return f"Fn::Sub takes {valid}; the text is a string, not {kind_of(text)}"
    if not isinstance(variables, MappingNode):
        return f"Fn::Sub takes {valid}; the variables are a mapping, not {kind_of(variables)}"
    return None


def _if(argument: Node, _extended: bool) -> str | None:  # noqa: FBT001 - a Form
    problem = _list_of("Fn::If", "[condition, value if true, value if false]", 3)(argument, _extended)
    if problem is None and isinstance(argument, SequenceNode):
        name = argument.items[0]
        if isinstance(name, SequenceNode) or (isinstance(name, ScalarNode) and name.kind not in ("str", "bool")):
            return f"Fn::If begins with the name of a condition, not {kind_of(name)}"
    return problem


def _list_of(name: str, valid: str, *sizes: int) -> Form:
    def form(argument: Node, _extended: bool) -> str | None:  # noqa: FBT001 - a Form
        if not isinstance(argument, SequenceNode):
            return f"{name} takes {valid}, not {kind_of(argument)}"
        if len(argument.items) not in sizes:
            return f"{name} takes {valid}, not a list of {len(argument.items)}"
        return None

    return form


def _no_list(name: str, valid: str) -> Form:
    def form(argument: Node, _extended: bool) -> str | None:  # noqa: FBT001 - a Form
        return f"{name} takes {valid}, not a list" if isinstance(argument, SequenceNode) else None

    return form


def _join(argument: Node, extended: bool) -> str | None:  # noqa: FBT001 - a Form
    problem = _list_of("Fn::Join", "[delimiter, list]", 2)(argument, extended)
    if problem is None and isinstance(argument, SequenceNode) and isinstance(argument.items[1], ScalarNode):
        return f"Fn::Join takes [delimiter, list]; the list is {kind_of(argument.items[1])}"
    return problem


_FORMS: dict[str, Form] = {
    "Ref": _ref,
    "Fn::GetAtt": _get_att,
    "Fn::Sub": _sub,
    "Fn::If": _if,
    "Fn::Join": _join,
    "Fn::Select": _list_of("Fn::Select", "[index, list]", 2),
    "Fn::Split": _list_of("Fn::Split", "[delimiter, text]", 2),
    "Fn::FindInMap": _list_of("Fn::FindInMap", "[mapping, key, key] and optionally {DefaultValue: ...}", 3, 4),
    "Fn::Cidr": _list_of("Fn::Cidr", "[block, count, bits]", 2, 3),
    "Fn::Base64": _no_list("Fn::Base64", "text"),
    "Fn::ImportValue": _no_list("Fn::ImportValue", "the name of an export"),
}
_UNCHECKED = frozenset(
    (
        "Fn::GetAZs",
        "Fn::GetStackOutput",
        "Fn::Length",
        "Fn::ToJsonString",
        "Fn::Transform",
        "Fn::And",
        "Fn::Or",
        "Fn::Not",
        "Fn::Equals",
    )
)

CONDITION_FORMS: dict[str, Form] = {
    "Fn::And": _list_of("Fn::And", "2 to 10 conditions", *range(2, 11)),
    "Fn::Or": _list_of("Fn::Or", "2 to 10 conditions", *range(2, 11)),
    "Fn::Not": _list_of("Fn::Not", "a list of one condition", 1),
    "Fn::Equals": _list_of("Fn::Equals", "[value, value]", 2),
}
