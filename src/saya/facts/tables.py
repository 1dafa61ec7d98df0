"""The tables behind the facts, as compiled from `data/*.yml` (which name the source of every row).

Each table is read when it is first asked for, and once.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Mapping
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, Literal

from saya.facts.types import Certainty, Exposure, Integration, QualifierSupport
from saya.record import NamedTuple

_DIRECTORY = os.path.join(os.path.dirname(__file__), "data", "compiled")  # noqa: PTH118, PTH120 - pathlib costs start-up time

ITEMS = "[]"
"""The step of a path for each item of a list."""
KEYS = "{*}"
"""The step of a path for each key of a mapping."""

ValueForm = Literal[
    "arn",
    "name",
    "name-or-arn",
    "invoke-uri",
    "arn-or-invoke-uri",
    "embedded-openapi",
    "embedded-asl-json",
    "embedded-asl-object",
    "asl-file",
    "asl-substitution",
    "embedded-json",
    "self",
]
Root = Literal["properties", "attributes", "hooks"]
Authorisation = Literal["resource_policy", "role", "either", "caller"]
Wants = Literal["starred", "bare", "bare_preferred", "either"]
LogGroupSeverity = Literal["error", "warning", "note", "none"]
Side = Literal["code", "configuration", "replaces", "exempts"]
Verdict = Literal["fixed", "partly", "several", "regional", "unknown"]


class Place(NamedTuple):
    """A property beside a site: the first `depth` steps of the site's own path, then `keys`.

    So inside a list it is of the same item.
    """

    depth: int
    keys: tuple[str, ...]


class Condition(NamedTuple):
    """What must stand beside a site for it to be one: one of `values`, or nothing where there are none."""

    place: Place
    values: tuple[str, ...]

    @property
    def absent(self) -> bool:
        """Whether the property must not be there."""
        return not self.values

    def admits(self, value: str) -> bool:
        """Whether a value is one of those; a `*` in the table is any run of characters."""
        return any(value == one or ("*" in one and fnmatchcase(value, one)) for one in self.values)


class Inside(NamedTuple):
    """Where in a JSON document a function is named; places are relative to `path` as those of a site are to its own."""

    path: tuple[str, ...]
    value: ValueForm
    conditions: tuple[Condition, ...]
    qualifier_at: Place | None


class InvocationSite(NamedTuple):
    """A property in which a service is told to invoke a function; the columns of data/invocation-sites.yml."""

    path: tuple[str, ...]
    root: Root
    conditions: tuple[Condition, ...]
    qualifier_at: Place | None
    inside: Inside | None
    value: ValueForm
    qualifier_support: QualifierSupport
    exposure: Exposure
    integration: Integration
    generic: bool
    create_only: bool
    authorised_by: Authorisation
    principal: str | None
    certainty: Certainty


class InvocationGrant(NamedTuple):
    """A property that allows an invocation without being one."""

    path: tuple[str, ...]
    value: Literal["name-or-arn", "logical-id"]
    qualifier_support: QualifierSupport


class SamEvent(NamedTuple):
    """What an event type of AWS::Serverless::Function makes; the columns of data/sam-events.yml."""

    makes: str
    exposure: Exposure
    invokes: bool
    follows_alias: bool
    pattern: str | None
    certainty: Certainty


class LogGroupSite(NamedTuple):
    """A property that takes a log group's ARN; the columns of data/log-group-arns.yml."""

    path: tuple[str, ...]
    conditions: tuple[Condition, ...]
    wants: Wants
    severity: LogGroupSeverity
    reported: str | None
    certainty: Certainty


class LogGroupIamActions(NamedTuple):
    """Actions on log groups and the form of Resource that they want. `*` is any run of characters."""

    actions: tuple[str, ...]
    wants: Wants
    certainty: Certainty


class LogGroupIamForm(NamedTuple):
    """How bad a form of log group ARN is in an IAM statement, whatever the action."""

    severity: LogGroupSeverity
    reported: str | None
    certainty: Certainty


class GlobalEventSource(NamedTuple):
    """Where the events of a service arrive. `regions` (by partition) is empty unless the verdict is `fixed`."""

    verdict: Verdict
    regions: Mapping[str, tuple[str, ...]]
    certainty: Certainty

    def certainty_in(self, partition: str) -> Certainty:
        """How sure `regions` are in a partition: outside `aws` they are where the control plane is, never certain."""
        return "likely" if partition != "aws" and self.certainty == "certain" else self.certainty


class UpdatedProperty(NamedTuple):
    """A property of a function and the call that carries it; the columns of data/function-updates.yml.

    `presence_replaces`: adding or removing it creates a new function.
    """

    property: str
    sam: tuple[str, ...]
    side: Side
    published: bool
    presence_replaces: bool
    default: Any


class Mix(NamedTuple):
    """A change of both sides in one deployment; the columns of data/function-updates.yml."""

    code: str
    configuration: str
    severity: Literal["error", "warning", "note"]
    outcome: Literal["half_updated", "deployment_fails"]
    meets: str


@cache
def updated_properties() -> tuple[UpdatedProperty, ...]:
    """The properties of a function that matter to its update."""
    rows = load_updates()["properties"]
    return tuple(UpdatedProperty(name, tuple(sam), *rest) for name, sam, *rest in rows)


def default_of(property_: str) -> Any:
    """What Lambda takes where a property of a function is absent, as JSON has it."""
    return next((each.default for each in updated_properties() if each.property == property_), None)


EVERYWHERE = "x86_64"
"""The architecture that every runtime is offered on."""


def bound_runtimes() -> Collection[str]:
    """The runtimes that are offered on no other."""
    names: list[str] = load_updates()["runtimes"]
    return names


@cache
def load_updates() -> Any:
    """The table of what an update of a function is made of."""
    return load("function-updates")


@cache
def mixes() -> tuple[Mix, ...]:
    """The mixes of both sides that are worth a word, most severe first for each pair of properties."""
    return tuple(Mix(*row) for row in load_updates()["mixes"])


@cache
def invocation_sites() -> Mapping[str, tuple[InvocationSite, ...]]:
    """Resource type -> its sites. The key `Custom::*` is every custom resource; see `invocation_sites_of`."""
    table = load("invocation-sites")["sites"]
    return {name: tuple(_site(row) for row in rows) for name, rows in table.items()}


def invocation_sites_of(resource_type: str) -> tuple[InvocationSite, ...]:
    """The sites of a resource type; those of every custom resource included."""
    sites = invocation_sites()
    own = sites.get(resource_type, ())
    return own + sites["Custom::*"] if resource_type.startswith("Custom::") else own


@cache
def invocation_grants() -> Mapping[str, tuple[InvocationGrant, ...]]:
    """Resource type -> the properties that allow an invocation."""
    table = load("invocation-sites")["grants"]
    return {name: tuple(InvocationGrant(tuple(row[0]), *row[1:]) for row in rows) for name, rows in table.items()}


@cache
def sam_events() -> Mapping[str, SamEvent]:
    """Event type of AWS::Serverless::Function -> what it makes."""
    return {name: SamEvent(*row) for name, row in load("sam-events").items()}


@cache
def log_group_sites() -> Mapping[str, tuple[LogGroupSite, ...]]:
    """Resource type -> its properties that take a log group's ARN."""
    table = load("log-group-arns")["sites"]
    return {
        name: tuple(LogGroupSite(tuple(path), _conditions(conditions), *rest) for path, conditions, *rest in rows)
        for name, rows in table.items()
    }


@cache
def log_group_iam_actions() -> tuple[LogGroupIamActions, ...]:
    """Actions on log groups and what they want; the first row that has an action counts."""
    return tuple(LogGroupIamActions(tuple(actions), *rest) for actions, *rest in load("log-group-arns")["iam_actions"])


def log_group_wants_of(action: str) -> Wants | None:
    """What an IAM action (`logs:PutLogEvents`) wants as Resource.

    `either` for several at once (`logs:*`), None for an action of another service.
    """
    action = action.lower()
    if action == "*" or (action.startswith("logs:") and "*" in action):
        return "either"
    for row in log_group_iam_actions():
        if any(fnmatchcase(action, one.lower()) for one in row.actions):
            return row.wants
    return None


@cache
def log_group_iam_forms() -> Mapping[str, LogGroupIamForm]:
    """Form of log group ARN (`infix`, `doubled`) -> how bad it is in an IAM statement."""
    return {form: LogGroupIamForm(*row) for form, row in load("log-group-arns")["iam_forms"].items()}


@cache
def global_event_sources() -> Mapping[str, GlobalEventSource]:
    """`source` (aws.iam) and `detail.eventSource` (iam.amazonaws.com) -> where the events arrive.

    Those that it does not have are regional, as far as anyone knows.
    """
    return {
        name: GlobalEventSource(verdict, {partition: tuple(names) for partition, names in regions.items()}, certainty)
        for name, (verdict, regions, certainty) in load("global-event-sources").items()
    }


def load(table: str) -> Any:
    """A compiled table, as JSON has it."""
    with open(os.path.join(_DIRECTORY, f"{table}.json"), encoding="utf-8") as file:  # noqa: PTH118, PTH123 - as above
        return json.load(file)


def _site(row: list[Any]) -> InvocationSite:
    path, root, conditions, qualifier_at, inside, *rest = row
    return InvocationSite(tuple(path), root, _conditions(conditions), _place(qualifier_at), _inside(inside), *rest)


def _inside(row: list[Any] | None) -> Inside | None:
    if row is None:
        return None
    path, value, conditions, qualifier_at = row
    return Inside(tuple(path), value, _conditions(conditions), _place(qualifier_at))


def _place(row: list[Any] | None) -> Place | None:
    return None if row is None else Place(row[0], tuple(row[1]))


def _conditions(rows: list[Any]) -> tuple[Condition, ...]:
    return tuple(Condition(Place(depth, tuple(keys)), tuple(values)) for (depth, keys), values in rows)
