"""The parts of a report as plain data of inert Markdown: what the templates of comments are given."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from saya.findings import (
    Context,
    Finding,
    Fix,
    JudgedTemplate,
    Patch,
    PlannedDeployment,
    Problem,
    Related,
    Suppressed,
    Undecided,
)
from saya.record import record
from saya.report.anchor import lines_of
from saya.report.grouping import likewise, plan_of, subject
from saya.report.markdown import blob_url, code, fenced, link, plain, prose
from saya.report.rendering import Plain, counted
from saya.text.source import Location

PLACES = 4
RELATED = 8


@record(kw_only=True)
class Links:
    """Where links lead. A revision that is no commit hash, or no URL of a repository, gives no links."""

    repository_url: str
    head: str
    base: str | None = None

    def to(self, location: Location, revision: str = "head") -> str:
        """Path and line of a location, as a permanent link."""
        first, last = lines_of(location)
        commit = (self.base or "") if revision == "base" else self.head
        shown = code(f"{location.path}:{first}")
        return link(shown, blob_url(self.repository_url, commit, location.path, first, last))

    def beside(self, location: Location, other: Location, revision: str = "head") -> str:
        """A location where another is named already: its line alone where it is in the same file."""
        if location.path != other.path:
            return self.to(location, revision)
        first, last = lines_of(location)
        commit = (self.base or "") if revision == "base" else self.head
        return link(f"line {first}", blob_url(self.repository_url, commit, location.path, first, last))


@record(kw_only=True)
class Teller:
    """Tells the parts of one report."""

    links: Links
    templates: dict[str, JudgedTemplate]

    def finding(
        self,
        group: tuple[Finding, ...],
        *,
        suggestion: str | None = None,
        patch: str | None = None,
        shown: str | None = None,
        brief: bool = False,
        elsewhere: bool = False,
    ) -> dict[str, Plain]:
        """Findings that are told together, by the first of them.

        `suggestion` and `patch` are the first one's fix, as lines; `shown` is a patch to read first; `brief` leaves out
        what another comment says; `elsewhere` is true where the comment does not stand at the place of the finding.
        """
        first = group[0]
        same = likewise(group)
        answered = brief or _is_shown(group, suggestion, patch)
        return {
            "severity": first.severity,
            "policy": code(first.policy),
            "message": prose(first.message),
            "resource": _resources(group),
            "property": code(first.property) if first.property else "",
            "place": self.links.to(first.location),
            "places": self.places([finding.location for finding in group]),
            "elsewhere": elsewhere,
            "scenario": scenario(first),
            "contexts": self.contexts(first.template, first.contexts),
            "others": [self.other(finding, first, same=finding in same) for finding in group[1:]],
            "related": [] if brief else [self.related(entry, first.location) for entry in first.related[:RELATED]],
            "fix": self.fix(first.fix, suggestion, patch) if first.fix else None,
            "advice": prose(first.advice) if first.advice and not answered else "",
            "patch": self.patch(first.patch, shown) if first.patch and shown is not None and not brief else None,
            "plan": [] if brief else [deployment(each) for each in plan_of(group)],
        }

    def other(self, finding: Finding, first: Finding, *, same: bool) -> dict[str, Plain]:
        """A further finding of those that are told together; it has a message where it says something else. `same`:
        it says the same at the same place, of another function.
        """
        if same:
            at = next((each.location for each in finding.related if _is_declared(each, finding)), finding.location)
            message = f"the same holds for {code(subject(finding))}"
            return {"message": message, "place": self.links.beside(at, first.location)}
        message = "" if finding.message == first.message else prose(finding.message)
        return {"message": message, "place": self.links.beside(finding.location, first.location)}

    def fix(self, fix: Fix, suggestion: str | None, patch: str | None) -> dict[str, Plain]:
        """A fix, with its suggestion block or its patch ready to print; `""` where there is none."""
        return {
            "title": prose(fix.title),
            "safe": fix.safety == "safe",
            "suggestion": fenced(suggestion, "suggestion") if suggestion is not None else "",
            "patch": fenced(patch, "diff") if patch is not None else "",
        }

    def patch(self, patch: Patch, lines: str) -> dict[str, Plain]:
        """A patch that a person has to read first."""
        return {"title": prose(patch.title), "patch": fenced(lines, "diff")}

    def related(self, entry: Related, at: Location) -> dict[str, Plain]:
        """A place that belongs to a finding which is told at another."""
        return {
            "message": prose(entry.message),
            "place": self.links.beside(entry.location, at, entry.revision),
            "base": entry.revision == "base",
        }

    def places(self, locations: list[Location]) -> str:
        """The places, the file named once; the first few of them and how many more."""
        locations = list({(each.path, each.span): each for each in locations}.values())
        shown = [self.links.to(locations[0])]
        shown += [self.links.beside(location, before) for before, location in pairwise(locations[:PLACES])]
        more = len(locations) - len(shown)
        return ", ".join(shown) + (f" and {more} more" if more > 0 else "")

    def contexts(self, template: str, contexts: tuple[Context, ...]) -> str:
        """Where something holds, if its template is deployed in other ways too."""
        judged = self.templates.get(template)
        if judged is None or len(contexts) >= len(judged.contexts):
            return ""
        return ", ".join(_context(context) for context in contexts)

    def undecided(self, entries: Iterable[Undecided], most: int) -> list[Plain]:
        """What would decide, and what waits for it; the reason with most first."""
        groups: dict[tuple[str, ...], list[Undecided]] = {}
        for entry in entries:
            groups.setdefault(tuple(dict.fromkeys(entry.reasons)), []).append(entry)
        told: list[Plain] = []
        for reasons, waiting in sorted(groups.items(), key=lambda item: -len(item[1]))[:most]:
            policies = ", ".join(code(policy) for policy in dict.fromkeys(entry.policy for entry in waiting))
            told.append(
                {
                    "reasons": "; ".join(map(prose, reasons)),
                    "count": len(waiting),
                    "policies": "" if policies == code("*") else policies,
                    "places": self.places([entry.location for entry in waiting]),
                }
            )
        return told

    def suppressed(self, entry: Suppressed) -> dict[str, Plain]:
        """A finding that its author silenced."""
        return {
            "severity": entry.finding.severity,
            "policy": code(entry.policy),
            "resource": code(entry.finding.resource),
            "place": self.links.to(entry.location),
            "reason": plain(entry.reason),
            "until": plain(entry.until or ""),
            "added": entry.added_by_head,
        }

    def resolved(self, finding: Finding) -> dict[str, Plain]:
        """A finding of base that head does not have."""
        return {
            "severity": finding.severity,
            "policy": code(finding.policy),
            "resource": code(finding.resource) if finding.resource else code(finding.template),
        }


def problem(entry: Problem) -> dict[str, Plain]:
    """A file that could not be judged."""
    place = ":".join(str(part) for part in (entry.path, entry.line, entry.column) if part is not None)
    return {"place": code(place), "message": prose(entry.message)}


def deployment(planned: PlannedDeployment) -> dict[str, Plain]:
    """One of the deployments that make a change safe."""
    return {"title": prose(planned.title), "actions": [prose(action.message) for action in planned.actions]}


def scenario(finding: Finding) -> str:
    """Under which conditions and parameter values a finding holds; empty where it holds always."""
    held = [f"{code(name)} is {str(value).lower()}" for name, value in finding.scenario.items()]
    held += [f"{code(name)} is {code(value)}" for name, value in finding.parameters.items()]
    return " and ".join(held)


def tally(findings: Iterable[Finding]) -> str:
    """How many there are of each severity: `1 error, 2 warnings`; empty where there are none."""
    severities = [finding.severity for finding in findings]
    counts = {severity: severities.count(severity) for severity in ("error", "warning", "note")}
    return ", ".join(counted(count, severity) for severity, count in counts.items() if count)


def _is_shown(group: tuple[Finding, ...], suggestion: str | None, patch: str | None) -> bool:
    """Whether lines are shown that mend all of them, so that words need not say it too."""
    fixes = [finding.fix.edits if finding.fix else None for finding in group]
    if suggestion is not None:
        return all(edits == fixes[0] for edits in fixes)
    return patch is not None and None not in fixes


def _resources(group: tuple[Finding, ...]) -> str:
    """What findings that are told together are about."""
    more = len(likewise(group))
    told = code(group[0].resource) if group[0].resource else ""
    return f"{told} and {more} more" if more else told


def _is_declared(entry: Related, finding: Finding) -> bool:
    """Whether a place is the function itself."""
    return entry.resource == finding.resource and not entry.property and entry.revision == "head"


def _context(context: Context) -> str:
    if context.stack and context.region:
        return f"{code(context.stack)} ({plain(context.region)})"
    return code(context.stack) if context.stack else plain(context.region or "a stack of which nothing is known")
