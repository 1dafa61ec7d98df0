"""What a policy file says, as types.

A policy is for one kind of fact. `where` and `unless` are trees of tests on the fact's fields; the rest says how bad it
is, what to tell the author and what to change. Everything here has been checked against the fact types when it exists:
a path leads to a field, a value is one that the field can have, a placeholder has something to stand for.
"""

from __future__ import annotations

from typing import Literal

from saya.findings import Severity
from saya.pattern import pattern
from saya.record import NamedTuple, field, record
from saya.text.source import Location

Scalar = str | bool | int
Level = Literal["error", "warning", "note", "undecided"]
ExampleKind = Literal["bad", "good", "undecided"]
Safety = Literal["safe", "unsafe", "manual"]
Path = tuple[str, ...]

ID = pattern(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
"""The ID of a policy, which is the name of its file."""


class Literals(NamedTuple):
    """Values written in the policy. `param` is the parameter they come from, which a configuration may replace."""

    values: tuple[Scalar, ...]
    param: str | None = None


class FieldValue(NamedTuple):
    """The value of another field of the same fact."""

    path: Path


Operand = Literals | FieldValue


class Equals(NamedTuple):
    """The value is one of these."""

    operand: Operand


class Present(NamedTuple):
    """The value is there (`wanted`), or absent."""

    wanted: bool


class Includes(NamedTuple):
    """An item of the list is this value."""

    operand: Operand


class Excludes(NamedTuple):
    """The list has items, and none is this value."""

    operand: Operand


class Some(NamedTuple):
    """An item of the list passes the test: a tree where items are records, else a check."""

    test: Test | Check


class Every(NamedTuple):
    """The list has items, and each passes the test."""

    test: Test | Check


class Inverse(NamedTuple):
    """The check does not hold."""

    check: Check


class Together(NamedTuple):
    """Several checks of one value, which must all hold."""

    checks: tuple[Check, ...]


Check = Equals | Present | Includes | Excludes | Some | Every | Inverse | Together


@record
class FieldTest:
    """A check of the field that `path` leads to. `at` is where it stands in the policy file."""

    path: Path
    check: Check
    at: Location = field(compare=False)


@record
class AllOf:
    """Every test holds; with no tests, always."""

    tests: tuple[Test, ...]
    at: Location = field(compare=False)


@record
class AnyOf:
    """At least one test holds."""

    tests: tuple[Test, ...]
    at: Location = field(compare=False)


@record
class NotOf:
    """The test does not hold."""

    test: Test
    at: Location = field(compare=False)


Test = FieldTest | AllOf | AnyOf | NotOf


class Wording(NamedTuple):
    """Text with placeholders, to be used where `where` holds (None: in every other case)."""

    where: Test | None
    text: str


Words = tuple[Wording, ...]


@record
class SeverityCase:
    """A severity, and when it is that of the finding."""

    severity: Severity
    where: Test


@record
class RelatedTemplate:
    """A second place to show: the path to its location, and what it is."""

    at: Path
    message: Words


@record
class ReportTemplate:
    """Where a finding is told (the path to a location), in which words, and which places belong to it."""

    at: Path
    message: Words
    related: tuple[RelatedTemplate, ...] = ()


@record
class EditTemplate:
    """One change of the text. `at` is the path to the location that it changes.

    replace   the value there becomes `content`
    set       the key `key` of the mapping there becomes `content`, whether it exists or not
    rewrite   in the text there, `old` becomes `new`
    remove    the key or list item whose value stands there goes
    rename    the key whose value stands there is called `key`
    add       `content` becomes the last item of the list there
    move      `content` becomes the value at each of the places there, or a further item, as they say themselves
    declare   the template gets a resource `key`, which is `content`; `at` is empty
    """

    action: Literal["replace", "set", "rewrite", "remove", "rename", "add", "move", "declare"]
    at: Path
    key: str = ""
    content: object = None
    old: str = ""
    new: str = ""


@record
class FixTemplate:
    """Edits that together mend a finding, and when they apply. A `manual` one is shown as a patch, never applied."""

    title: str
    safety: Safety
    where: Test | None
    edits: tuple[EditTemplate, ...]
    at: Location = field(compare=False)


@record
class Param:
    """A value that an organisation may replace: its default and what it means."""

    name: str
    values: tuple[Scalar, ...]
    is_list: bool
    description: str


class Expectation(NamedTuple):
    """What an example says of a place: a line of its template (1-based), or `LogicalId.Property.Path`."""

    place: int | str
    level: Level


@record(kw_only=True)
class Example:
    """A template that shows what the policy finds, or does not.

    `base` is the template before the change, for facts about changes. `expected` holds what it marks. `fixed` is the
    template with the first fix applied, None where the example shows no fix. `at` is its place in the policy file.
    """

    name: str
    kind: ExampleKind
    template: str
    base: str | None = None
    region: str | None = None
    parameters: dict[str, str] = field(default_factory=dict)
    expected: tuple[Expectation, ...] = ()
    fixed: str | None = None
    at: Location


@record(kw_only=True)
class Policy:
    """A judgement about one kind of fact.

    A finding has the severity of the first of `severities` that holds, else `severity`. `tests` are read only for those
    who ask: `saya test`, `explain`, the documentation.
    """

    id: str
    title: str
    severity: Severity
    since: str
    why: str
    references: tuple[str, ...] = ()
    kind: str
    where: Test
    unless: Test | None = None
    severities: tuple[SeverityCase, ...] = ()
    report: ReportTemplate
    fixes: tuple[FixTemplate, ...] = ()
    advice: Words = ()
    params: tuple[Param, ...] = ()
    tests: tuple[Example, ...] = ()
    at: Location = field(compare=False)
