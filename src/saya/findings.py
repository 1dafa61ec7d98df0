"""What a run says: findings, what is undecided, what is suppressed, what went wrong.

`Report` is the seam between judging and telling: every reporter is a pure function of it, and `report.json` is its
text.
"""

from __future__ import annotations

from typing import Literal

from saya.record import field, record
from saya.text.source import Location, Span

Severity = Literal["error", "warning", "note"]
Status = Literal["new", "existing", "unknown"]
TemplateKind = Literal["cloudformation", "sam", "cdk", "serverless", "asl"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


@record
class Context:
    """One way in which a template is deployed: as which stack, to which AWS Region; None where nobody says."""

    stack: str | None = None
    region: str | None = None


@record
class Edit:
    """Replace `span` (code points) of the file `path` by `text`."""

    path: str
    span: Span
    text: str


@record
class Fix:
    """Edits that together mend a finding. `unsafe` may change behaviour beyond the finding; the title says how."""

    title: str
    safety: Literal["safe", "unsafe"]
    edits: tuple[Edit, ...]


@record
class Patch:
    """Edits that together mend a finding and that a person has to read first: shown, never applied for them."""

    title: str
    edits: tuple[Edit, ...]


@record
class Related:
    """A place that belongs to a finding without being it."""

    location: Location
    message: str
    resource: str = ""
    property: str = ""
    revision: Literal["head", "base"] = "head"


@record
class Action:
    """One thing to do in a deployment, to a resource of the template; its logical ID may be empty."""

    message: str
    resource: str


@record
class PlannedDeployment:
    """One of the deployments that make a change safe."""

    title: str
    actions: tuple[Action, ...]


@record(kw_only=True)
class Finding:
    """A policy holds against a place.

    `values` are the fact's fields by path, as plain data, for reporters and `publish`. `scenario` has the conditions
    and `parameters` the parameter values under which it holds. `template` is the file it was found in, `location` the
    place it is told at. `plan` has the deployments that avoid it, where one is not enough. `secret` says that the place
    holds a secret in clear, which no output may repeat.
    """

    policy: str
    severity: Severity
    status: Status = "new"
    message: str
    values: dict[str, object] = field(default_factory=dict)
    location: Location
    origins: tuple[Location, ...] = ()
    template: str
    resource: str
    resource_type: str
    property: str
    scenario: dict[str, bool] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    contexts: tuple[Context, ...] = ()
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    patch: Patch | None = None
    advice: str | None = None
    plan: tuple[PlannedDeployment, ...] = ()
    secret: bool = False
    fingerprint: str


@record(kw_only=True)
class Undecided:
    """A policy could hold, and the template does not decide it. `reasons` say what would."""

    policy: str
    status: Status = "new"
    location: Location
    template: str
    resource: str
    property: str
    reasons: tuple[str, ...]
    contexts: tuple[Context, ...] = ()
    fingerprint: str


@record(kw_only=True)
class Suppressed:
    """A finding that the author silenced, and why. `until` is the last day it is silent, ISO 8601, or None."""

    policy: str
    location: Location
    reason: str
    until: str | None = None
    added_by_head: bool = False
    finding: Finding
    fingerprint: str


@record(kw_only=True)
class Problem:
    """A file or a part of one that could not be judged, and why, in one line. `line` and `column` are 1-based.

    `status` is `existing` where base has the problem too: the file is the same, or was judged all the same.
    `output` is the end of what a program printed that failed, by lines: anybody's text.
    """

    path: str
    line: int | None = None
    column: int | None = None
    kind: str
    message: str
    status: Status = "new"
    output: tuple[str, ...] = ()

    def __str__(self) -> str:
        place = [str(part) for part in (self.path, self.line, self.column) if part is not None]
        return f"{':'.join(place)}: {self.message}"


@record(kw_only=True)
class InvocationSite:
    """A place of head at which a service is told to invoke a function: a fact, not a finding.

    `target` is the function's logical ID, None where it is of another stack or undecided; `qualifier` and `bypasses`
    (the logical ID of the alias that is not used) as in the facts. `undecided` says what the template leaves open.
    """

    template: str
    location: Location
    resource: str
    property: str
    integration: str
    target: str | None
    qualifier: Literal["absent", "latest", "version", "alias", "unknown"]
    exposure: Literal["synchronous", "asynchronous", "control_plane"]
    bypasses: str | None
    scenario: dict[str, bool] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    undecided: tuple[str, ...] = ()
    contexts: tuple[Context, ...] = ()


@record(kw_only=True)
class JudgedTemplate:
    """A template that was judged, in which contexts, and how many resources it has."""

    path: str
    kind: TemplateKind
    contexts: tuple[Context, ...]
    resources: int


@record(kw_only=True)
class Report:
    """All that a run says."""

    base: str | None = None
    head: str | None = None
    templates: tuple[JudgedTemplate, ...] = ()
    findings: tuple[Finding, ...] = ()
    undecided: tuple[Undecided, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    resolved: tuple[Finding, ...] = ()
    invocations: tuple[InvocationSite, ...] = ()
    errors: tuple[Problem, ...] = ()
    notices: tuple[str, ...] = ()
