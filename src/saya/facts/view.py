"""A resolved template in the words of the fact vocabulary: its stack, resources and functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from saya.facts.types import Alias, Architecture, Function, Resource, Stack
from saya.model.attributes import ALIAS_TYPE, FUNCTION_TYPES
from saya.model.guard import Guard
from saya.model.lambda_names import read_function_name
from saya.model.resolve import Place, Resolver, TemplateResource
from saya.model.value import Absent, Mapping, Sequence, Text, Unknown, Value
from saya.text.node import MappingNode, Node
from saya.text.source import Location

if TYPE_CHECKING:
    from saya.model.state_machine import Opaque, State

_ARCHITECTURES: dict[str, Architecture] = {"x86_64": "x86_64", "arm64": "arm64"}
_DEFAULT_ARCHITECTURE: Architecture = "x86_64"
"""Source: Lambda API, CreateFunction: "The default value is x86_64"."""

_IDENTITIES = ("Id", "Name", "Sid", "PolicyName", "StatementId", "Key")


class Guarded(NamedTuple):
    """A function or alias as it is under a guard."""

    guard: Guard
    function: Function


class AliasUse(NamedTuple):
    """An alias of the template: which function it belongs to, and when it exists."""

    guard: Guard
    function: str
    alias: Alias


class View:
    """What the facts of one template in one context share. Everything is computed when first asked for."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        region = resolver.region or Unknown("no AWS Region is given; `--region` or a samconfig.toml would say")
        self.stack = Stack(name=resolver.stack, region=region)
        self._resources: dict[str, Resource] = {}
        self._functions: dict[str, tuple[Guarded, ...]] = {}
        self._names: dict[tuple[object, ...], str] | None = None
        self._aliases: dict[str, tuple[AliasUse, ...]] | None = None
        self._states: dict[str, tuple[State | Opaque, ...]] = {}

    def resource(self, declared: TemplateResource) -> Resource:
        """A resource as the vocabulary describes it."""
        known = self._resources.get(declared.id)
        if known is None:
            known = self._resources[declared.id] = Resource(**_resource_fields(declared))
        return known

    def fields(
        self, declared: TemplateResource, place: Place, *, subject: str = "", identity: str | None = None
    ) -> dict[str, Any]:
        """The fields that every fact has, for a fact at a place of a resource."""
        return {
            "resource": self.resource(declared),
            "property": place.property,
            "identity": identity if identity is not None else identity_of(self.resolver, place, subject),
            "subject": subject,
            "guard": place.guard,
            "at": place.at.location,
            "origins": origins_of(place.value, place.at),
            "stack": self.stack,
        }

    def states(self, declared: TemplateResource) -> tuple[State | Opaque, ...]:
        """The states of a state machine, read once for all facts about it."""
        known = self._states.get(declared.id)
        if known is None:
            from saya.model.state_machine import read_states  # few templates have a state machine

            known = self._states[declared.id] = tuple(read_states(self.resolver, declared))
        return known

    # functions

    def functions(self, declared: TemplateResource) -> tuple[Guarded, ...]:
        """A function under each guard that makes a difference to it; the guard includes its own Condition."""
        known = self._functions.get(declared.id)
        if known is None:
            publishes = bool(self.aliases.get(declared.id)) and any(
                not use.alias.latest for use in self.aliases[declared.id]
            )
            fields = _resource_fields(declared)
            known = self._functions[declared.id] = tuple(
                Guarded(guard, Function(**fields, architecture=architecture, publishes=publishes))
                for guard, architecture in self._architectures(declared)
            )
        return known

    def function(self, declared: TemplateResource) -> Function:
        """A function where its architecture makes no difference: Unknown where it depends on a condition."""
        known = self.functions(declared)
        if len(known) == 1:
            return known[0].function
        fields = _resource_fields(declared)
        reason = Unknown("the architecture depends on a condition")
        return Function(**fields, architecture=reason, publishes=known[0].function.publishes if known else False)

    def _architectures(self, declared: TemplateResource) -> list[tuple[Guard, Architecture | Unknown]]:
        out: list[tuple[Guard, Architecture | Unknown]] = []
        for option in self.resolver.option(declared, "Architectures"):
            joined = self.resolver.join(declared.guard, option.guard)
            if joined is None:
                continue
            if not isinstance(option.value, Sequence):
                out.append((joined, _architecture(option.value)))
                continue
            out.extend(self._listed_architectures(option.value, joined))
        return out

    def _listed_architectures(self, value: Sequence, guard: Guard) -> list[tuple[Guard, Architecture | Unknown]]:
        if value.rest is not None:
            return [(guard, value.rest)]
        present = [item for item in value.items if self.resolver.alternatives(item)[0].value is not Absent.NO_VALUE]
        if len(present) > 1:
            return [(guard, Unknown("Architectures has more than one entry, which Lambda refuses"))]
        if not present:
            return [(guard, _DEFAULT_ARCHITECTURE)]
        pairs = [(self.resolver.join(guard, item.guard), item.value) for item in self.resolver.alternatives(present[0])]
        return [(joined, _architecture(inner)) for joined, inner in pairs if joined is not None]

    def function_id(self, name: Text) -> str | Unknown | None:
        """The logical ID of the function that a name (without ARN and qualifier) means.

        None where it is no function of this template, Unknown where the template does not decide it.
        """
        reference = name.reference
        if reference is not None and reference.kind == "resource":
            declared = self.resolver.resources.get(reference.name)
            if declared is not None and declared.type in FUNCTION_TYPES and reference.attribute is None:
                return declared.id
            if declared is not None and not _may_give_function(declared.type):
                return None
        known = self._function_names.get(name.key)
        if known is not None:
            return known
        if name.literal is not None:
            return None
        return Unknown("the function is not decided by the template")

    @property
    def _function_names(self) -> dict[tuple[object, ...], str]:
        """The functions whose FunctionName is written, by that name."""
        if self._names is None:
            self._names = {}
            for declared in self.resolver.of_type(*FUNCTION_TYPES):
                for option in self.resolver.option(declared, "FunctionName"):
                    if isinstance(option.value, Text) and option.value.unknown is None and option.value.parts:
                        self._names.setdefault(option.value.key, declared.id)
        return self._names

    # aliases

    @property
    def aliases(self) -> dict[str, tuple[AliasUse, ...]]:
        """The aliases of each function, by the function's logical ID."""
        if self._aliases is None:
            found: dict[str, list[AliasUse]] = {}
            for use in (*self._declared_aliases(), *self._published_aliases()):
                found.setdefault(use.function, []).append(use)
            self._aliases = {function: tuple(uses) for function, uses in found.items()}
        return self._aliases

    def _declared_aliases(self) -> list[AliasUse]:
        out = []
        for declared in self.resolver.of_type(ALIAS_TYPE):
            fields = _resource_fields(declared)
            for option in self.resolver.option(declared, "FunctionName"):
                named = read_function_name(option.value) if isinstance(option.value, Text) else None
                function = self.function_id(named.name) if named else None
                guard = self.resolver.join(declared.guard, option.guard)
                if not isinstance(function, str) or guard is None:
                    continue
                for version in self.resolver.option(declared, "FunctionVersion"):
                    joined = self.resolver.join(guard, version.guard)
                    if joined is not None:
                        latest, moves = _version_of(version.value)
                        alias = Alias(
                            **fields, name=self._alias_name(declared), latest=latest, moves=moves, generated=False
                        )
                        out.append(AliasUse(joined, function, alias))
        return out

    def _alias_name(self, declared: TemplateResource) -> str | Unknown:
        name = self.resolver.option(declared, "Name")[0].value
        return str(name) if isinstance(name, Text) else Unknown("the alias's name is not decided by the template")

    def _published_aliases(self) -> list[AliasUse]:
        """The aliases that SAM's AutoPublishAlias makes."""
        out = []
        for declared in self.resolver.of_type("AWS::Serverless::Function"):
            for option in self.resolver.option(declared, "AutoPublishAlias"):
                joined = self.resolver.join(declared.guard, option.guard)
                if option.value is Absent.NO_VALUE or joined is None or isinstance(option.value, Unknown):
                    continue
                name = (
                    str(option.value)
                    if isinstance(option.value, Text)
                    else Unknown("the alias's name is not decided by the template")
                )
                alias = Alias(**_resource_fields(declared), name=name, latest=False, moves=True, generated=True)
                out.append(AliasUse(joined, declared.id, alias))
        return out


def _resource_fields(declared: TemplateResource) -> dict[str, Any]:
    properties = declared.node.get("Properties")
    return {
        "id": declared.id,
        "type": declared.type,
        "custom": declared.type.startswith("Custom::") or declared.type == "AWS::CloudFormation::CustomResource",
        "at": declared.key.location,
        "properties_at": properties.location if isinstance(properties, MappingNode) else None,
    }


def _may_give_function(type_: str) -> bool:
    """Whether an attribute of another resource can be a function: one of a custom resource, a nested stack or a
    registry type.
    """
    return (
        not type_.startswith("AWS::")
        or type_.startswith("AWS::CloudFormation::")
        or type_ == "AWS::Serverless::Application"
    )


def _architecture(value: Value) -> Architecture | Unknown:
    if value is Absent.NO_VALUE:
        return _DEFAULT_ARCHITECTURE
    if isinstance(value, Unknown):
        return value
    text = value.literal if isinstance(value, Text) else None
    if text in _ARCHITECTURES:
        return _ARCHITECTURES[text]
    if isinstance(value, Text) and text is None:
        from saya.model.references import reason_of

        return reason_of(value)
    return Unknown("the architecture is neither x86_64 nor arm64")


def _version_of(value: Value) -> tuple[bool | Unknown, bool | Unknown]:
    """Whether an alias's FunctionVersion is `$LATEST`, and whether it moves to a new version with each change."""
    if not isinstance(value, Text):
        reason = value if isinstance(value, Unknown) else Unknown("the alias's version is not decided by the template")
        return reason, reason
    if value.literal is not None:
        return value.literal == "$LATEST", False
    reference = value.reference
    if reference is not None and reference.kind == "resource":
        return False, is_renamed_version(reference.name)
    from saya.model.references import reason_of

    return reason_of(value), reason_of(value)


def is_renamed_version(logical_id: str) -> bool:
    """Whether a Version's logical ID carries a hash of its function: CDK's `currentVersion`, the Serverless
    Framework's versions.
    """
    import re

    return (
        re.search(r"(?:CurrentVersion[0-9A-F]{8}[0-9a-f]{32}|LambdaVersion[0-9A-Za-z]{32,})$", logical_id) is not None
    )


def identity_of(resolver: Resolver, place: Place, item: str = "") -> str:
    """The property path with list items named by what identifies them: `Id`, `Name`, ..., else `item`; by index only
    where nothing does.
    """
    items = dict(place.parents)
    out = []
    for index, step in enumerate(place.path):
        mapping = items.get(index + 1)
        name = _item_name(resolver, mapping) if isinstance(step, int) and mapping is not None else None
        out.append(name or (item if isinstance(step, int) and item else str(step)))
    return ".".join(out)


def _item_name(resolver: Resolver, mapping: Mapping) -> str | None:
    for key in _IDENTITIES:
        thunk = mapping.entries.get(key)
        if thunk is not None:
            value = resolver.alternatives(thunk)[0].value
            if isinstance(value, Text) and value.parts:
                return str(value)
    return None


def origins_of(value: Value, at: Node) -> tuple[Location, ...]:
    """Where the literals of a value stand, if outside the node that uses it."""
    if not isinstance(value, Text):
        return ()
    seen: dict[int, Node] = {}
    for part in value.parts:
        origin = part.origin
        if origin.source is not at.source or not at.start <= origin.start < max(at.end, at.start + 1):
            seen[id(origin)] = origin
    return tuple(node.location for node in seen.values())
