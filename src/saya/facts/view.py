"""A resolved template in the words of the fact vocabulary: its stack, resources and functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from saya.facts.types import Architecture, Function, Resource, Stack
from saya.model.assembly import Crossing, cross, crossed_text
from saya.model.attributes import FUNCTION_TYPES
from saya.model.guard import Guard
from saya.model.operands import written
from saya.model.references import reason_of
from saya.model.resolve import Place, Resolver, TemplateResource
from saya.model.value import Absent, Bound, Mapping, Sequence, Text, Thunk, Unknown, Value
from saya.record import NamedTuple
from saya.text.node import MappingNode, Node
from saya.text.source import Location

if TYPE_CHECKING:
    from saya.facts.aliases import AliasUse
    from saya.facts.layer_catalogue import HouseLayer
    from saya.model.state_machine import Opaque, State

_ARCHITECTURES: dict[str, Architecture] = {"x86_64": "x86_64", "arm64": "arm64"}
_DEFAULT_ARCHITECTURE: Architecture = "x86_64"
"""Source: Lambda API, CreateFunction: "The default value is x86_64"."""

MOST_NAMED = 16
"""Functions of one name, which are deployed under different conditions."""

_IDENTITIES = ("Id", "Name", "Sid", "PolicyName", "StatementId", "Key")


T = TypeVar("T")


class Guarded(NamedTuple):
    """A function or alias as it is under a guard."""

    guard: Guard
    function: Function


class View:
    """What the facts of one template in one context share. Everything is computed when first asked for.

    `house_layers` are layers that an organisation says more of than the catalogue.
    """

    def __init__(self, resolver: Resolver, house_layers: tuple[HouseLayer, ...] = ()) -> None:
        self.resolver = resolver
        self.house_layers = house_layers
        region = resolver.region or Unknown("no AWS Region is given; `--region` or a samconfig.toml would say")
        made = resolver.template.made_by is not None
        self.stack = Stack(name=resolver.stack, region=region, origin="synthesised" if made else "authored")
        self._resources: dict[str, Resource] = {}
        self._functions: dict[str, tuple[Guarded, ...]] = {}
        self._names: dict[tuple[object, ...], list[tuple[Guard, TemplateResource]]] | None = None
        self._aliases: dict[str, tuple[AliasUse, ...]] | None = None
        self._states: dict[str, tuple[State | Opaque, ...]] = {}
        self._made: dict[object, Any] = {}
        self._others: dict[Resolver, View] = {resolver: self}  # those of the assembly that were asked for

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

    def once(self, make: Callable[[View], T]) -> T:
        """What `make` says of this template, made when it is first asked for: what each of many facts would ask."""
        if make not in self._made:
            self._made[make] = make(self)
        known: T = self._made[make]
        return known

    # functions

    def functions(self, declared: TemplateResource) -> tuple[Guarded, ...]:
        """A function under each guard that makes a difference to it; the guard includes its own Condition."""
        known = self._functions.get(declared.id)
        if known is None:
            publishes = self._publishes(declared)
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
        return Function(**fields, architecture=reason, publishes=self._publishes(declared))

    def _publishes(self, declared: TemplateResource) -> bool | Unknown:
        on_latest = [use.alias.latest for use in self.aliases.get(declared.id, ())]
        if False in on_latest:
            return True
        return next((each for each in on_latest if isinstance(each, Unknown)), False)

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

    def named(self, name: Text) -> tuple[tuple[Guard, TemplateResource], ...] | Unknown | None:
        """The functions that a name (without ARN and qualifier) means, each under its guard.

        None where it is no function of this template, Unknown where the template does not decide it.
        """
        reference = name.reference
        if reference is not None and reference.kind == "resource":
            declared = self.resolver.resources.get(reference.name)
            if declared is not None and declared.type in FUNCTION_TYPES and reference.attribute is None:
                return ((declared.guard, declared),)
            if declared is not None and not _may_give_function(declared.type):
                return None
        known = self._function_names.get(name.key)
        if known is not None:
            return tuple(known) if len(known) <= MOST_NAMED else Unknown("too many functions have this name")
        # A stack cannot import what it exports itself.
        if name.literal is not None or is_import(name):
            return None
        return name.unknown or reason_of(name)

    def elsewhere(self, name: Text) -> Crossing | None:
        """The stack next on the way to what a name means, where that is of another stack of the assembly."""
        reference = name.reference
        if reference is None or reference.kind != "resource" or "/" not in reference.name:
            return None
        return cross(self.resolver, reference.name)

    def meant(self, text: Text) -> TemplateResource | None:
        """The resource that a whole text refers to, in whatever stack of the assembly it is declared."""
        reference = text.reference
        if reference is None or reference.kind != "resource":
            return None
        own = self.resolver.resources.get(reference.name)
        elsewhere = self.elsewhere(text) if own is None else None
        return own if elsewhere is None else self.at(elsewhere.resolver).meant(crossed_text(text, elsewhere.there))

    def at(self, resolver: Resolver) -> View:
        """What the facts of another stack of the assembly share."""
        known = self._others.get(resolver)
        if known is None:
            known = self._others[resolver] = View(resolver, self.house_layers)
            known._others = self._others
        return known

    @property
    def _function_names(self) -> dict[tuple[object, ...], list[tuple[Guard, TemplateResource]]]:
        """The functions whose FunctionName is written, by that name."""
        if self._names is None:
            self._names = {}
            for declared in self.resolver.of_type(*FUNCTION_TYPES):
                for option in self.resolver.option(declared, "FunctionName"):
                    value, guard = option.value, self.resolver.join(declared.guard, option.guard)
                    if isinstance(value, Text) and value.unknown is None and value.parts and guard is not None:
                        self._names.setdefault(value.key, []).append((guard, declared))
        return self._names

    @property
    def aliases(self) -> dict[str, tuple[AliasUse, ...]]:
        """The aliases of each function, by the function's logical ID."""
        if self._aliases is None:
            from saya.facts.aliases import find_aliases

            self._aliases = find_aliases(self)
        return self._aliases


def is_import(text: Text) -> bool:
    """Whether a text is what another stack exports."""
    return text.reference is not None and text.reference.kind == "import"


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
        return reason_of(value)
    return Unknown("the architecture is neither x86_64 nor arm64")


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
    """What identifies a list item: the function that makes it as it is written, since its value may differ from one
    deployment to another.
    """
    for key in _IDENTITIES:
        thunk = mapping.entries.get(key)
        if thunk is not None:
            value = resolver.alternatives(thunk)[0].value
            if isinstance(value, Text) and value.parts:
                made = isinstance(thunk, Bound) and isinstance(thunk.node, MappingNode)
                return f"{written(thunk.node)}{_loop(thunk)}" if made else str(value)
    return None


def _loop(thunk: Thunk) -> str:
    """The loop variables that a value is seen under, where there are any."""
    scope = thunk.scope if isinstance(thunk, Bound) else ()
    return f" {scope}" if scope else ""


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
