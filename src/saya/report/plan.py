"""The deployments that make a change safe, function by function: what `saya plan` prints."""

from __future__ import annotations

from collections.abc import Iterator

from saya.findings import Finding, Report, Undecided
from saya.report.grouping import subject
from saya.report.inert import inert, inert_path

SAFE = (
    "One deployment is enough: no function changes in two calls while live callers meet it half-updated. "
    "`saya check` says what else there is."
)


def planned(report: Report) -> tuple[Finding, ...]:
    """The findings that a plan avoids and that the change at hand brings; one for each function."""
    new = [finding for finding in report.findings if finding.plan and finding.status == "new"]
    return tuple({(finding.template, subject(finding)): finding for finding in new[::-1]}.values())[::-1]


def tell_plan(report: Report) -> str:
    """The plan as text, a numbered list for each function; what nobody can tell at the end."""
    blocks = ["\n".join(_function(finding)) for finding in planned(report)]
    open_ = [entry for entry in report.undecided if entry.status != "existing"]
    blocks = blocks or ([] if report.errors else [SAFE])
    blocks += ["\n".join(map(_open, open_))] if open_ else []
    blocks += [f"problem: {inert(str(entry))}" for entry in report.errors if entry.status != "existing"]
    return "\n\n".join(blocks) + "\n"


def _function(finding: Finding) -> Iterator[str]:
    line, column = finding.location.start
    count = len(finding.plan)
    needs = "one deployment of another kind" if count == 1 else f"{count} deployments"
    yield f"{inert(subject(finding))} ({inert_path(finding.location.path)}:{line}:{column}) needs {needs}:"
    for number, deployment in enumerate(finding.plan, start=1):
        yield f"  {number}. {inert(deployment.title)}"
        for action in deployment.actions:
            yield f"     - {inert(action.message)}"


def _open(entry: Undecided) -> str:
    line, column = entry.location.start
    reasons = "; ".join(map(inert, entry.reasons))
    return f"{inert(entry.resource)} ({inert_path(entry.location.path)}:{line}:{column}): cannot tell: {reasons}"
