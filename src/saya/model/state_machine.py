"""The states of a Step Functions state machine, from every form of definition that a template can hold.

Source: Amazon States Language specification; CloudFormation reference of AWS::StepFunctions::StateMachine; SAM
specification of AWS::Serverless::StateMachine.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from saya.model.embedded import Substitute, guarded, read_document, read_file_document
from saya.model.guard import Guard
from saya.model.inclusion import local_file
from saya.model.references import reason_of
from saya.model.resolve import Place, Resolver, TemplateResource
from saya.model.value import Absent, Alternative, Given, Mapping, Part, Text, Thunk, Unknown, Value, always
from saya.record import NamedTuple
from saya.text.node import Node

QueryLanguage = Literal["JSONPath", "JSONata"]

MAX_NESTING = 40
_IN_TEMPLATE = ("Definition", "DefinitionString")
_ELSEWHERE = ("DefinitionS3Location", "DefinitionUri")
_INNER_MACHINES = ("Iterator", "ItemProcessor")


class State(NamedTuple):
    """A state of a state machine, in one alternative.

    machine           the state machine's resource
    name              the state's name
    type              `Task`, `Map`, ...
    path              the path below `Properties` that leads to it: `DefinitionString, States, Ask`
    guard             when it exists, the machine's Condition included
    key               the node of its name
    value             the state itself: `places` walks it
    query_language    by its own QueryLanguage, else the machine's, else JSONPath
    """

    machine: TemplateResource
    name: str
    type: str | Unknown
    path: tuple[str | int, ...]
    guard: Guard
    key: Node
    value: Mapping
    query_language: QueryLanguage | Unknown

    @property
    def resource(self) -> Thunk | None:
        """What a Task state runs: an integration's ARN, a function's, an activity's."""
        return self.value.entries.get("Resource")

    @property
    def parameters(self) -> Thunk | None:
        """What a Task state gives to it: `Parameters` (JSONPath) or `Arguments` (JSONata)."""
        return self.value.entries.get("Parameters") or self.value.entries.get("Arguments")

    def places(self, resolver: Resolver, steps: tuple[str, ...]) -> Iterator[Place]:
        """What a path within the state leads to, as `Resolver.places`, with the state's guard joined."""
        given = Given(always(self.value), self.value.node)
        for place in resolver.walk(given, steps, self.guard, self.path):
            if place.guard is self.guard or resolver.join(place.guard) is not None:
                yield place


class Opaque(NamedTuple):
    """A definition, or a part of one, that the template does not show. `place` is where, its value the reason."""

    machine: TemplateResource
    place: Place

    @property
    def reason(self) -> Unknown:
        value = self.place.value
        return value if isinstance(value, Unknown) else Unknown("the definition cannot be read")


def read_states(resolver: Resolver, declared: TemplateResource) -> Iterator[State | Opaque]:
    """The states of a state machine, those in branches and iterators too, each once per alternative."""
    node = declared.node.get("Properties") or declared.node
    for properties in resolver.properties(declared):
        guard = resolver.join(declared.guard, properties.guard)
        if guard is None:
            continue
        if not isinstance(properties.value, Mapping):
            yield from _opaque(declared, (), guard, properties.value, node)
            continue
        reader = _Reader(resolver, declared, _substitute(resolver, properties.value))
        yield from reader.definitions(properties.value, guard, node)


def _opaque(
    machine: TemplateResource, path: tuple[str | int, ...], guard: Guard, value: Value, at: Node
) -> Iterator[Opaque]:
    """What cannot be followed; nothing where there is nothing."""
    if value is Absent.NO_VALUE:
        return
    reason = Unknown("the definition is not written as a mapping")
    if isinstance(value, Text) and value.literal is None:
        reason = reason_of(value)
    elif isinstance(value, Unknown):
        reason = value
    yield Opaque(machine, Place(path, guard, reason, at, ()))


def _elsewhere(value: Value) -> Unknown:
    """Why a definition outside the template is not read."""
    is_local = isinstance(value, Text) and not value.masked.startswith("s3://")
    where = "in another file, which is not here" if is_local else "an object in Amazon S3"
    return Unknown(f"its definition is {where}")


def _substitute(resolver: Resolver, properties: Mapping) -> Substitute:
    """What `${name}` stands for by the DefinitionSubstitutions."""
    thunk = properties.entries.get("DefinitionSubstitutions")
    options = resolver.alternatives(thunk) if thunk is not None else ()

    def substitute(name: str) -> Thunk | None:
        out: list[Alternative] = []
        for option in options:
            inner = option.value.entries.get(name) if isinstance(option.value, Mapping) else None
            if inner is not None:
                if len(options) == 1:
                    return inner
                out.extend(guarded(option.guard, resolver.alternatives(inner), resolver))
        if out:
            return Given(tuple(out), out[0].node or properties.node)
        if not name.replace("_", "").isalnum():
            return None
        return Given(
            always(Text((Part("", Unknown(f"`${{{name}}}` has no DefinitionSubstitutions entry"), properties.node),))),
            properties.node,
        )

    return substitute


class _Reader:
    def __init__(self, resolver: Resolver, machine: TemplateResource, substitute: Substitute) -> None:
        self.resolver = resolver
        self.machine = machine
        self.substitute = substitute

    def definitions(self, properties: Mapping, guard: Guard, node: Node) -> Iterator[State | Opaque]:
        found = False
        for name in _IN_TEMPLATE:
            thunk = properties.entries.get(name)
            if thunk is not None:
                found = True
                for option in guarded(guard, read_document(self.resolver, thunk, self.substitute), self.resolver):
                    yield from self.machine_at(option, (name,), option.node or thunk.node, "JSONPath", 0)
        for name in _ELSEWHERE:
            thunk = properties.entries.get(name)
            if thunk is not None:
                found = True
                for option in guarded(guard, self.resolver.alternatives(thunk), self.resolver):
                    yield from self.elsewhere(option, name, option.node or thunk.node)
        if not found and properties.rest is not None:
            yield from _opaque(self.machine, ("Definition",), guard, properties.rest, node)

    def elsewhere(self, option: Alternative, name: str, at: Node) -> Iterator[State | Opaque]:
        """The states of a definition that is in a file beside the template, or further away."""
        if option.value is Absent.NO_VALUE:
            return
        source = local_file(self.resolver, option.value)
        if source is None:
            yield from _opaque(self.machine, (name,), option.guard, _elsewhere(option.value), at)
            return
        document = read_file_document(self.resolver, source, self.substitute)
        if isinstance(document.value, Unknown):
            yield from _opaque(self.machine, (name,), option.guard, document.value, at)
            return
        for inner in guarded(option.guard, (document,), self.resolver):
            yield from self.machine_at(inner, (name,), inner.node or at, "JSONPath", 0)

    def machine_at(
        self, option: Alternative, path: tuple[str | int, ...], at: Node, language: QueryLanguage | Unknown, depth: int
    ) -> Iterator[State | Opaque]:
        """The states of a state machine, of a branch or of an iterator."""
        value = option.value
        if not isinstance(value, Mapping) or depth > MAX_NESTING:
            reason = (
                Unknown(f"its states are nested deeper than {MAX_NESTING} levels") if depth > MAX_NESTING else value
            )
            yield from _opaque(self.machine, path, option.guard, reason, at)
            return
        language = self.language(value, language)
        states = value.entries.get("States")
        if states is None:
            yield from _opaque(self.machine, path, option.guard, value.rest or Absent.NO_VALUE, at)
            return
        inner = (*path, "States")
        for mapping in guarded(option.guard, self.resolver.alternatives(states), self.resolver):
            if not isinstance(mapping.value, Mapping):
                yield from _opaque(self.machine, inner, mapping.guard, mapping.value, mapping.node or states.node)
                continue
            if mapping.value.rest is not None:
                yield from _opaque(self.machine, inner, mapping.guard, mapping.value.rest, states.node)
            yield from self.states(mapping.value, mapping.guard, inner, language, depth)

    def states(
        self, states: Mapping, guard: Guard, path: tuple[str | int, ...], language: QueryLanguage | Unknown, depth: int
    ) -> Iterator[State | Opaque]:
        for name, thunk in states.entries.items():
            own = (*path, name)
            for option in guarded(guard, self.resolver.alternatives(thunk), self.resolver):
                value = option.value
                if not isinstance(value, Mapping):
                    yield from _opaque(self.machine, own, option.guard, value, option.node or thunk.node)
                    continue
                yield self.state(name, value, option.guard, own, states.node.keys.get(name) or thunk.node, language)
                yield from self.inner(value, option.guard, own, language, depth)

    def state(
        self,
        name: str,
        value: Mapping,
        guard: Guard,
        path: tuple[str | int, ...],
        key: Node,
        language: QueryLanguage | Unknown,
    ) -> State:
        kind = self.literal(value, "Type", "the state's type is not decided by the template")
        return State(
            self.machine,
            name,
            kind or Unknown("the state has no Type"),
            path,
            guard,
            key,
            value,
            self.language(value, language),
        )

    def inner(
        self, value: Mapping, guard: Guard, path: tuple[str | int, ...], language: QueryLanguage | Unknown, depth: int
    ) -> Iterator[State | Opaque]:
        """The states within a Parallel or Map state."""
        for name in _INNER_MACHINES:
            thunk = value.entries.get(name)
            if thunk is not None:
                for option in guarded(guard, self.resolver.alternatives(thunk), self.resolver):
                    yield from self.machine_at(option, (*path, name), option.node or thunk.node, language, depth + 1)
        thunk = value.entries.get("Branches")
        if thunk is None:
            return
        for place in self.resolver.walk(thunk, ("[]",), guard, (*path, "Branches")):
            yield from self.machine_at(Alternative(place.guard, place.value), place.path, place.at, language, depth + 1)

    def language(self, value: Mapping, otherwise: QueryLanguage | Unknown) -> QueryLanguage | Unknown:
        named = self.literal(value, "QueryLanguage", "the query language is not decided by the template")
        if named is None:
            return otherwise
        return "JSONata" if named == "JSONata" else "JSONPath" if isinstance(named, str) else named

    def literal(self, value: Mapping, name: str, reason: str) -> str | Unknown | None:
        """A string of a state, where all alternatives agree; None where it is absent."""
        thunk = value.entries.get(name)
        if thunk is None:
            return None
        found = {
            option.value.literal if isinstance(option.value, Text) else None
            for option in self.resolver.alternatives(thunk)
        }
        text = found.pop() if len(found) == 1 else None
        return text if text is not None else Unknown(reason)
