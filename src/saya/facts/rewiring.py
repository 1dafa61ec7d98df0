"""Invocations with what has to change for them to go through an alias, or why an edit of the template cannot do it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from saya.facts import invocations
from saya.facts.function_grants import Grants, Permission, move_of
from saya.facts.moves import Move
from saya.facts.tables import ITEMS, KEYS, InvocationSite, invocation_sites_of
from saya.facts.types import Function, Invocation
from saya.facts.view import View
from saya.model.lambda_names import read_function_name
from saya.model.value import Absent, Text, Unknown
from saya.record import NamedTuple, replace
from saya.text.source import Location

MOST_CALLERS = 50
"""Of a function with more callers, no change of all of them is shown."""

_UNQUALIFIED = ("absent", "latest")
_LIVE = ("synchronous", "asynchronous")
_FORMS = ("arn", "name-or-arn", "arn-or-invoke-uri")
_EVENT_INVOKE_CONFIG = "AWS::Lambda::EventInvokeConfig"
_SAM_FUNCTION = "AWS::Serverless::Function"


def collect(view: View) -> Iterator[Invocation]:
    """The invocations of the template, see `invocations`; those of `$LATEST` with what moves them to an alias."""
    found = list(invocations.collect(view))
    by_function: dict[str, list[Invocation]] = defaultdict(list)
    for fact in found:
        if _is_unqualified(fact) and isinstance(fact.target, Function):
            by_function[fact.target.id].append(fact)
    rewiring = _Rewiring(view, by_function)
    for fact in found:
        yield rewiring.with_moves(fact) if _is_unqualified(fact) and isinstance(fact.target, Function) else fact


def _is_unqualified(fact: Invocation) -> bool:
    return fact.qualifier in _UNQUALIFIED and fact.exposure in _LIVE and fact.qualifier_support == "accepted"


class _Way(NamedTuple):
    """How one caller goes to an alias: what changes, and the permissions among it; or what stands in the way."""

    moves: tuple[Move, ...] = ()
    permissions: tuple[str, ...] = ()
    obstacle: str | None = None


class _Callers(NamedTuple):
    """The callers of one function: how each goes to an alias, by the identity of its fact; by permission (logical ID)
    the moves of all that share it; and the moves of all.
    """

    ways: dict[int, _Way]
    shared: dict[str, tuple[Move, ...]]
    moves: tuple[Move, ...]


class _Rewiring:
    def __init__(self, view: View, by_function: dict[str, list[Invocation]]) -> None:
        self.view = view
        self.by_function = by_function
        self.grants = Grants(view)
        self._known: dict[str, _Callers] = {}
        self._configured: set[str] | None = None

    def with_moves(self, fact: Invocation) -> Invocation:
        function = fact.target
        assert isinstance(function, Function)
        if fact.integration == "sam_event":
            return replace(fact, obstacle=self._publishing_obstacle(function))
        if fact.bypasses is None and function.type == _SAM_FUNCTION:
            return fact
        if fact.bypasses is not None and len(self.view.aliases.get(function.id, ())) > 1:
            return replace(fact, obstacle="the function has several aliases")
        known = self._known.get(function.id)
        if known is None:
            known = self._known[function.id] = self._callers_of(function)
        own = known.ways[id(fact)]
        if own.obstacle is not None:
            return replace(fact, obstacle=own.obstacle)
        moves = known.shared.get(own.permissions[0], own.moves) if own.permissions else own.moves
        return replace(fact, moves=moves, moves_of_all=known.moves)

    # an alias that SAM publishes

    def _publishing_obstacle(self, function: Function) -> str | None:
        """Why publishing an alias would change more than the events of a SAM function.

        Source: SAM specification, AutoPublishAlias: what SAM makes goes to the alias, what is written by hand does not.
        """
        declared = self.view.resolver.resources[function.id]
        for other in self.by_function[function.id]:
            if other.integration == "function_url":
                return "it has a function URL, whose address would change"
            if other.integration != "sam_event":
                return f"`{other.resource.id}` invokes the function by itself, and would stay where it is"
        for name, what in (("FunctionUrlConfig", "a function URL"), ("EventInvokeConfig", "an EventInvokeConfig")):
            if any(option.value is not Absent.NO_VALUE for option in self.view.resolver.option(declared, name)):
                return f"it has {what}, which would move to the alias"
        if function.id in self._with_event_invoke_config():
            return "it has an EventInvokeConfig, which is not the alias's"
        return None

    def _with_event_invoke_config(self) -> set[str]:
        if self._configured is None:
            self._configured = set()
            for declared in self.view.resolver.of_type(_EVENT_INVOKE_CONFIG):
                for option in self.view.resolver.option(declared, "FunctionName"):
                    named = read_function_name(option.value) if isinstance(option.value, Text) else None
                    functions = self.view.named(named.name) if named is not None else None
                    if functions is not None and not isinstance(functions, Unknown):
                        self._configured |= {each.id for _, each in functions}
        return self._configured

    # callers that are written by hand

    def _callers_of(self, function: Function) -> _Callers:
        ways = {id(fact): self._way(fact, function) for fact in self.by_function[function.id]}
        free = [way for way in ways.values() if way.obstacle is None]
        moves = dict.fromkeys(move for way in free for move in way.moves)
        return _Callers(ways, _shared(free), tuple(moves) if len(free) <= MOST_CALLERS else ())

    def _way(self, fact: Invocation, function: Function) -> _Way:
        if fact.integration == "sam_event":
            return _Way(obstacle="an event of SAM goes where AutoPublishAlias says")
        row = _row_of(fact)
        obstacle = _obstacle_of(fact, row)
        if obstacle is not None:
            return _Way(obstacle=obstacle)
        site = Move(at=self._written_at(fact), resource=fact.resource.id, property=fact.property, change="replaced")
        by = "role" if row is None else row.authorised_by
        if fact.integration == "event_source_mapping":
            return _Way((site,))  # it polls with the function's own role, and has no grant
        if by in ("resource_policy", "either"):
            granted = self.grants.permissions(function.id, fact.resource.id)
            permissions = [each for each in granted if row is not None and each.principal == row.principal]
            if permissions:
                return self._with_permissions(fact, site, permissions)
        if by in ("role", "either"):
            by_role = self.grants.of_role(self.view.resolver.resources[fact.resource.id], function.id)
            return _Way(obstacle=by_role) if isinstance(by_role, str) else _Way((site, *by_role))
        return _Way(obstacle="what lets it invoke the function is not in this template")

    def _written_at(self, fact: Invocation) -> Location:
        """Where the target stands: in the resource's own DefinitionSubstitutions, if it takes it from there."""
        caller = self.view.resolver.resources[fact.resource.id].node
        if len(fact.origins) == 1:
            span = fact.origins[0].span
            around = span.start <= fact.at.span.start and fact.at.span.end <= span.end
            if caller.start <= span.start and span.end <= caller.end and not around:
                return fact.origins[0]
        return fact.at

    def _with_permissions(self, fact: Invocation, site: Move, permissions: list[Permission]) -> _Way:
        caller = self.view.resolver.resources[fact.resource.id].node
        for each in permissions:
            written = caller.source.text[caller.start : caller.end]
            if fact.resource.type == "AWS::S3::Bucket" and each.declared.id not in written:
                return _Way(obstacle="a bucket is updated only when the permission is there, and does not depend on it")
        return _Way((site, *map(move_of, permissions)), tuple(each.declared.id for each in permissions))


def _shared(ways: list[_Way]) -> dict[str, tuple[Move, ...]]:
    """By permission: the moves of the callers that share it, or share one with those that do."""
    leader: dict[str, str] = {}

    def find(name: str) -> str:
        while leader.setdefault(name, name) != name:
            leader[name] = name = leader[leader[name]]
        return name

    for way in ways:
        for name in way.permissions:
            leader[find(name)] = find(way.permissions[0])
    groups: dict[str, dict[Move, None]] = defaultdict(dict)
    for way in ways:
        if way.permissions:
            groups[find(way.permissions[0])].update(dict.fromkeys(way.moves))
    return {name: tuple(groups[find(name)]) for name in leader}


def _obstacle_of(fact: Invocation, row: InvocationSite | None) -> str | None:
    """Why an ARN of an alias cannot simply take the place of the function's."""
    if fact.bypasses is not None and fact.bypasses.moves is not True:
        return "the alias does not move with the function"
    if fact.integration == "function_url":
        return "the address of a function URL would change"
    if fact.resource.type.startswith(("AWS::ApiGateway", "AWS::Serverless::Api", "AWS::Serverless::HttpApi")):
        return "an API needs a new deployment as well"
    if row is not None and (row.value not in _FORMS or row.root != "properties" or row.inside is not None):
        return "it does not take an alias's ARN in this place"
    if row is not None and row.authorised_by == "caller":
        return "who may invoke it is decided elsewhere"
    return None


def _row_of(fact: Invocation) -> InvocationSite | None:
    """The row of the table that a place is of; None for a state of a state machine."""
    steps = fact.property.split(".")
    for row in invocation_sites_of(fact.resource.type):
        if row.integration == fact.integration and row.inside is None and _matches(row.path, steps):
            return row
    return None


def _matches(path: tuple[str, ...], steps: list[str]) -> bool:
    if len(path) != len(steps):
        # CloudFormation takes one item for a list of one.
        path = tuple(step for step in path if step != ITEMS)
    return len(path) == len(steps) and all(
        (one == ITEMS and other.isdigit()) or one in (KEYS, other) for one, other in zip(path, steps, strict=True)
    )
