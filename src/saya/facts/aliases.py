"""The aliases of a template: of which function, on which version, and whether a deployment moves them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from saya.facts.types import Alias
from saya.model.attributes import ALIAS_TYPE, LONGEST_ID, VERSION_TYPE
from saya.model.guard import Guard
from saya.model.lambda_names import read_function_name
from saya.model.references import FUNCTION, reason_of
from saya.model.value import Absent, Mapping, Text, Unknown, Value
from saya.pattern import pattern
from saya.record import NamedTuple
from saya.text.node import ScalarNode

if TYPE_CHECKING:
    from saya.facts.view import View
    from saya.model.resolve import TemplateResource

_RENAMED = pattern(r"(?:CurrentVersion[0-9A-F]{8}[0-9a-f]{32}|LambdaVersion[0-9A-Za-z]{32,})$")
_STEERING = ("ProvisionedConcurrencyConfig", "RoutingConfig", "DeploymentPreference")
_NAME_OPEN = Unknown("the alias's name is not decided by the template")


class AliasUse(NamedTuple):
    """An alias of the template: which function (logical ID) it belongs to, when it exists, and the version that it is
    on; Absent where SAM publishes it.
    """

    guard: Guard
    function: str
    alias: Alias
    version: Value


def find_aliases(view: View) -> dict[str, tuple[AliasUse, ...]]:
    """The aliases of each function, by the function's logical ID."""
    found: dict[str, list[AliasUse]] = {}
    for use in (*_declared_aliases(view), *_published_aliases(view)):
        found.setdefault(use.function, []).append(use)
    return {function: tuple(uses) for function, uses in found.items()}


def _declared_aliases(view: View) -> Iterator[AliasUse]:
    for declared in view.resolver.of_type(ALIAS_TYPE):
        for guard, function in functions_named_by(view, declared):
            for version in view.resolver.option(declared, "FunctionVersion"):
                joined = view.resolver.join(guard, version.guard)
                if joined is not None:
                    latest, moves = _version_of(view, version.value)
                    name = _name_of(view.resolver.option(declared, "Name")[0].value)
                    alias = _alias(view, declared, name, latest=latest, moves=moves, generated=False)
                    yield AliasUse(joined, function.id, alias, version.value)


def functions_named_by(view: View, declared: TemplateResource) -> Iterator[tuple[Guard, TemplateResource]]:
    """The functions of the template that the FunctionName of an alias, a version or a permission names without a
    qualifier, each under its guard.
    """
    for option in view.resolver.option(declared, "FunctionName"):
        named = read_function_name(option.value) if isinstance(option.value, Text) else None
        functions = view.named(named.name) if named is not None and named.qualifier is None else None
        for guard, function in () if functions is None or isinstance(functions, Unknown) else functions:
            joined = view.resolver.join(declared.guard, option.guard, guard)
            if joined is not None:
                yield joined, function


def _published_aliases(view: View) -> Iterator[AliasUse]:
    """The aliases that SAM's AutoPublishAlias makes."""
    for declared in view.resolver.of_type(FUNCTION):
        for option in view.resolver.option(declared, "AutoPublishAlias"):
            joined = view.resolver.join(declared.guard, option.guard)
            if option.value is Absent.NO_VALUE or joined is None or isinstance(option.value, Unknown):
                continue
            alias = _alias(view, declared, _name_of(option.value), latest=False, moves=True, generated=True)
            yield AliasUse(joined, declared.id, alias, Absent.NO_VALUE)


def _alias(
    view: View,
    declared: TemplateResource,
    name: str | Unknown,
    *,
    latest: bool | Unknown,
    moves: bool | Unknown,
    generated: bool,
) -> Alias:
    resource = view.resource(declared)
    reference = f"{declared.id}.Alias" if generated else declared.id
    return Alias(
        **vars(resource),
        name=name,
        latest=latest,
        moves=moves,
        generated=generated,
        reference=reference,
        steered=_is_steered(view, declared),
    )


def _is_steered(view: View, declared: TemplateResource) -> bool:
    """Whether more than the version decides what the callers of an alias meet. Of SAM's, `declared` is the function."""
    return "UpdatePolicy" in declared.node.entries or any(
        not is_off(option.value) for name in _STEERING for option in view.resolver.option(declared, name)
    )


def is_off(value: Value) -> bool:
    """Whether a setting is not made: absent, or a mapping that says it is not enabled."""
    if value is Absent.NO_VALUE:
        return True
    enabled = value.entries.get("Enabled") if isinstance(value, Mapping) else None
    return enabled is not None and isinstance(enabled.node, ScalarNode) and enabled.node.text.lower() == "false"


def _name_of(value: Value) -> str | Unknown:
    return str(value) if isinstance(value, Text) else _NAME_OPEN


def _version_of(view: View, value: Value) -> tuple[bool | Unknown, bool | Unknown]:
    """Whether an alias's FunctionVersion is `$LATEST`, and whether it moves to a new version with each change."""
    if not isinstance(value, Text):
        reason = value if isinstance(value, Unknown) else Unknown("the alias's version is not decided by the template")
        return reason, reason
    if value.literal is not None:
        return value.literal == "$LATEST", False
    reference = value.reference
    declared = view.resolver.resources.get(reference.name) if reference is not None else None
    if declared is None or reference is None:
        return reason_of(value), reason_of(value)
    if declared.type == VERSION_TYPE:
        return False, is_renamed_version(declared.id)
    if declared.type == FUNCTION and reference.attribute == "Version":
        return False, True
    # What publishes it (a custom resource) gives a number; when it does, nobody can tell.
    return False, reason_of(value)


def is_renamed_version(logical_id: str) -> bool:
    """Whether a Version's logical ID carries a hash of its function: CDK's `currentVersion`, the Serverless
    Framework's versions.
    """
    return len(logical_id) <= LONGEST_ID and _RENAMED.search(logical_id) is not None
