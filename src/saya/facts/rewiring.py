"""Invocations with what has to change for them to go through an alias, or why an edit of the template cannot do it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from saya.facts import invocations
from saya.facts.function_grants import ELSEWHERE, Grants
from saya.facts.lambda_permissions import Permission, Permissions
from saya.facts.moves import Move
from saya.facts.publishing import Publishing, is_own, is_unqualified
from saya.facts.tables import ITEMS, KEYS, InvocationSite, invocation_sites_of
from saya.facts.types import Function, Invocation
from saya.facts.view import View
from saya.model.dependencies import needs
from saya.record import NamedTuple, replace
from saya.text.source import Location

MOST_CALLERS = 50
MOST_PERMISSIONS = 50
"""Of a function with more callers, no change of all of them is shown."""

_FORMS = ("arn", "name-or-arn", "arn-or-invoke-uri")
_BY_PERMISSION = ("resource_policy", "either")
_NOT_QUEUED = ("event_source_mapping", "state_machine")
"""What Lambda does not queue, so that no EventInvokeConfig is for it. Source: Lambda guide, asynchronous invocation."""
_ASKING = ("AWS::S3::Bucket", "AWS::ElasticLoadBalancingV2::TargetGroup", "AWS::Logs::SubscriptionFilter")
"""What asks Lambda whether it may, when it is created or updated. Source: the notes of data/invocation-sites.yml;
aws-sam-translator 1.115, which makes subscription filters depend on their permissions.
"""
_SAM_FUNCTION = "AWS::Serverless::Function"


def collect(view: View) -> Iterator[Invocation]:
    """The invocations of the template, see `invocations`; those of `$LATEST` with what moves them to an alias."""
    found = list(invocations.collect(view))
    by_function: dict[str, list[Invocation]] = defaultdict(list)
    for fact in found:
        if is_unqualified(fact) and isinstance(fact.target, Function) and is_own(view, fact.target):
            by_function[fact.target.id].append(fact)
    rewiring = _Rewiring(view, by_function, Publishing(view, found))
    for fact in found:
        yield rewiring.with_moves(fact) if is_unqualified(fact) and isinstance(fact.target, Function) else fact


class _Way(NamedTuple):
    """How one caller goes to an alias: what changes, and the permissions among it; or what stands in the way, and the
    permissions that it needs where it is.
    """

    caller: str
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
    def __init__(self, view: View, by_function: dict[str, list[Invocation]], publishing: Publishing) -> None:
        self.view = view
        self.by_function = by_function
        self.publishing = publishing
        self.grants = Grants(view)
        self.permissions = Permissions(view)
        self._known: dict[str, _Callers] = {}

    def with_moves(self, fact: Invocation) -> Invocation:
        function = fact.target
        assert isinstance(function, Function)
        if not is_own(self.view, function):
            return replace(fact, obstacle="the function is of another stack")
        if fact.integration == "sam_event":
            return replace(fact, obstacle=self.publishing.sam_obstacle(function))
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

    # callers that are written by hand

    def _callers_of(self, function: Function) -> _Callers:
        ways = {id(fact): self._way(fact, function) for fact in self.by_function[function.id]}
        groups = _Groups(ways.values())
        ways = {key: groups.held(way) for key, way in ways.items()}
        free = [way for way in ways.values() if way.obstacle is None]
        moves = dict.fromkeys(move for way in free for move in way.moves)
        return _Callers(ways, groups.moves(), tuple(moves) if len(free) <= MOST_CALLERS else ())

    def _way(self, fact: Invocation, function: Function) -> _Way:
        if fact.integration == "sam_event":
            return _Way(fact.resource.id, obstacle="an event of SAM goes where AutoPublishAlias says")
        row = _row_of(fact)
        caller = self.view.resolver.resources[fact.resource.id]
        principal = row.principal if row is not None and row.authorised_by in _BY_PERMISSION else None
        permissions = self.permissions.granted(function.id, caller, principal) if principal is not None else []
        if len(permissions) > MOST_PERMISSIONS:
            return _Way(
                fact.resource.id, obstacle=f"more than {MOST_PERMISSIONS} permissions let it invoke the function"
            )
        way = _Way(fact.resource.id, permissions=tuple(each.declared.id for each in permissions))
        obstacle = _obstacle_of(fact, row) or self._obstacle(fact, function, permissions)
        if obstacle is not None:
            return way._replace(obstacle=obstacle)
        site = Move(at=self._written_at(fact), resource=fact.resource.id, property=fact.property, change="replaced")
        alias = fact.bypasses.id if fact.bypasses is not None else None
        if fact.integration == "event_source_mapping":
            return way._replace(moves=(site,))  # it polls with the function's own role, and has no grant
        if alias is not None and self.permissions.covers_alias(function.id, alias, caller, principal):
            return _Way(fact.resource.id, (site,))
        if permissions:
            return way._replace(moves=(site, *(each.move for each in permissions)))
        by_role: list[Move] | str = ELSEWHERE
        if row is None or row.authorised_by in ("role", "either"):
            by_role = self.grants.of_role(caller, function.id, alias)
        return way._replace(obstacle=by_role) if isinstance(by_role, str) else way._replace(moves=(site, *by_role))

    def _obstacle(self, fact: Invocation, function: Function, permissions: list[Permission]) -> str | None:
        """What of the template stands in the way of one caller."""
        if fact.bypasses is None and (obstacle := self.publishing.obstacle(function)) is not None:
            return obstacle
        queued = fact.exposure == "asynchronous" and fact.integration not in _NOT_QUEUED
        if queued and self.publishing.is_configured(function):
            return "the function has an EventInvokeConfig, which is for one qualifier only"
        if any(each.broad for each in permissions) and self.publishing.is_passed_on(function):
            return "its permission names no source, and other stacks that know the function may need it"
        if fact.resource.type in _ASKING:
            names = set(needs(self.view.resolver.resources[fact.resource.id].node, always=False))
            if any(each.declared.id not in names for each in permissions):
                return "it can be updated only when the permission is there, and does not depend on it"
        return None

    def _written_at(self, fact: Invocation) -> Location:
        """Where the target stands: in the resource's own DefinitionSubstitutions, if it takes it from there."""
        caller = self.view.resolver.resources[fact.resource.id].node
        if len(fact.origins) == 1:
            span = fact.origins[0].span
            around = span.start <= fact.at.span.start and fact.at.span.end <= span.end
            if caller.start <= span.start and span.end <= caller.end and not around:
                return fact.origins[0]
        return fact.at


class _Groups:
    """The callers of a function that share permissions, or share one with those that do: they move together."""

    def __init__(self, ways: Iterable[_Way]) -> None:
        self._leader: dict[str, str] = {}
        self._ways: dict[str, list[_Way]] = defaultdict(list)
        sharing = [way for way in ways if way.permissions]
        for way in sharing:
            for name in way.permissions:
                self._leader[self._find(name)] = self._find(way.permissions[0])
        for way in sharing:
            self._ways[self._find(way.permissions[0])].append(way)

    def held(self, way: _Way) -> _Way:
        """A way; with an obstacle where another that shares a permission with it has one."""
        if way.obstacle is None and way.permissions:
            for other in self._ways[self._find(way.permissions[0])]:
                if other.obstacle is not None:
                    return way._replace(obstacle=f"`{other.caller}`, which has the same permission, cannot move")
        return way

    def moves(self) -> dict[str, tuple[Move, ...]]:
        """The moves of all callers that move together, by permission."""
        found = {
            leader: tuple(dict.fromkeys(move for way in ways for move in way.moves))
            for leader, ways in self._ways.items()
        }
        return {name: found[self._find(name)] for name in self._leader}

    def _find(self, name: str) -> str:
        while self._leader.setdefault(name, name) != name:
            self._leader[name] = name = self._leader[self._leader[name]]
        return name


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
