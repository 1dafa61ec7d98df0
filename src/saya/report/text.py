"""A report as a good compiler would tell it: the place, the line, what is wrong, what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from saya.findings import SEVERITIES, Context, Finding, JudgedTemplate, Problem, Related, Report, Suppressed, Undecided
from saya.report.excerpt import apart, excerpt
from saya.report.grouping import group_notices, held, likewise, shared_places, subject
from saya.report.inert import inert, inert_path
from saya.text.source import Location, Span

NAMES_SHOWN = 8
REASONS_SHOWN = 5

_COLOURS = {"error": "1;31", "warning": "1;33", "note": "1;36", "bold": "1", "dim": "2", "good": "1;32"}


def tell_text(report: Report, *, colour: bool = False) -> str:
    """The report as text for people; with escape sequences where `colour` is wanted."""
    return _Teller(report, colour=colour).text()


class _Teller:
    """One telling of one report."""

    def __init__(self, report: Report, *, colour: bool) -> None:
        self.report = report
        self.colour = colour
        self.templates = {template.path: template for template in report.templates}
        # What base has already is a number, so that what is new is seen.
        self.findings = [finding for finding in report.findings if finding.status != "existing"]
        self.open = [entry for entry in report.undecided if entry.status != "existing"]
        self.problems = [problem for problem in report.errors if problem.status != "existing"]
        self.secrets = _secrets(report)

    def text(self) -> str:
        blocks = ["\n".join(self.group(group)) for group in _groups(self.findings)]
        blocks += ["\n".join(map(self.problem, self.problems))] if self.problems else []
        blocks += [f"notice: {inert(notice)}" for notice in group_notices(self.report.notices)]
        blocks += [self.silenced(entry) for entry in self.report.suppressed if entry.added_by_head]
        blocks += ["\n".join(self.undecided(self.open))] if self.open else []
        return "\n\n".join([*blocks, self.summary()]) + "\n"

    def paint(self, text: str, style: str) -> str:
        return f"\x1b[{_COLOURS[style]}m{text}\x1b[0m" if self.colour else text

    def group(self, findings: list[Finding]) -> Iterator[str]:
        """Findings of one function and one policy: each with its place, what is common to all of them once."""
        gutter = max(len(str(finding.location.start_line)) for finding in findings)
        same = likewise(findings)
        for finding in findings:
            if finding in same:
                continue
            label = self.paint(f"{finding.severity}[{finding.policy}]", finding.severity)
            yield f"{self.place(finding.location)}: {label}: {self.paint(inert(finding.message), 'bold')}"
            yield from self.excerpt(finding, gutter)
            for related in finding.related:
                yield self.remark(gutter, "note", f"{inert(related.message)} ({self.related_place(related, finding)})")
        first = findings[0]
        if same:
            plans = "; `saya plan` has their deployments too" if first.plan else ""
            yield self.remark(gutter, "note", f"the same holds for {_named(same)}{plans}")
        if when := _scenario(first):
            yield self.remark(gutter, "when", when)
        if where := self.contexts(first):
            yield self.remark(gutter, "in", where)
        if first.fix is not None:
            yield self.remark(gutter, "fix", inert(first.fix.title))
        elif first.advice:
            yield self.remark(gutter, "help", inert(first.advice))
        for number, each in enumerate(first.plan, start=1):
            todo = "; ".join(inert(action.message) for action in each.actions)
            yield self.remark(gutter, f"deploy {number}", f"{inert(each.title)}: {todo}")

    def place(self, location: Location) -> str:
        line, column = location.start
        return f"{inert_path(location.path)}:{line}:{column}"

    def related_place(self, related: Related, finding: Finding) -> str:
        if related.revision == "base":
            return f"{self.place(related.location)} in base"
        if related.location.path != finding.location.path:
            return self.place(related.location)
        return f"line {related.location.start_line}"

    def excerpt(self, finding: Finding, gutter: int) -> Iterator[str]:
        number, line, underline = excerpt(finding.location, secrets=self.secrets.get(finding.location.path, ()))
        yield f" {self.paint(f'{number:>{gutter}} |', 'dim')} {line}"
        yield f" {self.paint(' ' * gutter + ' |', 'dim')} {self.paint(underline, finding.severity)}"

    def remark(self, gutter: int, label: str, text: str) -> str:
        return f" {' ' * gutter} {self.paint('=', 'dim')} {self.paint(label + ':', 'bold')} {text}"

    def contexts(self, finding: Finding) -> str:
        """Where the finding holds, if its template is deployed in other ways too."""
        template = self.templates.get(finding.template)
        if template is None or len(finding.contexts) >= len(template.contexts):
            return ""
        return ", ".join(inert(_context(context)) for context in finding.contexts)

    def problem(self, problem: Problem) -> str:
        parts = (inert_path(problem.path), problem.line, problem.column) if problem.path else ()
        place = "".join(f"{part}:" for part in parts if part is not None)
        label = self.paint(f"problem[{problem.kind}]", "error")
        told = f"{place} {label}: {inert(problem.message)}" if place else f"{label}: {inert(problem.message)}"
        return "\n".join([told, *(f"  {self.paint('|', 'dim')} {inert(line)}" for line in problem.output)])

    def silenced(self, entry: Suppressed) -> str:
        """A finding that this change silences."""
        label = self.paint(f"suppressed[{entry.policy}]", "bold")
        return f"{self.place(entry.location)}: {label}: by this change: {inert(entry.reason)}"

    def undecided(self, entries: Iterable[Undecided]) -> Iterator[str]:
        """What would decide, with how many findings wait for it; the first place of each."""
        entries = list(entries)
        counts = Counter(reason for entry in entries for reason in entry.reasons)
        yield f"{_count(len(entries), 'judgement')} cannot be made:"
        for reason, count in counts.most_common(REASONS_SHOWN):
            first = next(entry for entry in entries if reason in entry.reasons)
            more = f" and {count - 1} more" if count > 1 else ""
            policy = "every policy" if first.policy == "*" else first.policy
            yield self.paint(f"  - {inert(reason)}: {policy} at {self.place(first.location)}{more}", "dim")
        if len(counts) > REASONS_SHOWN:
            rest = _count(len(counts) - REASONS_SHOWN, "more reason")
            yield self.paint(f"  - {rest}; --format json has all", "dim")

    def summary(self) -> str:
        report = self.report
        counts = Counter(finding.severity for finding in self.findings)
        found = ", ".join(
            self.paint(_count(counts[severity], severity), severity) for severity in SEVERITIES if counts[severity]
        )
        templates = _count(len(report.templates), "template")
        existing = len(report.findings) - len(self.findings)
        unjudged = len(report.errors) - len(self.problems)
        rest = [
            f"{len(self.open)} undecided" if self.open else "",
            f"{len(report.suppressed)} suppressed" if report.suppressed else "",
            f"{existing} in base already" if existing else "",
            self.paint(f"{len(report.resolved)} mended", "good") if report.resolved else "",
            self.paint(_count(len(self.problems), "problem"), "error") if self.problems else "",
            f"{_count(unjudged, 'problem')} of unchanged files" if unjudged else "",
            "whether they are new is not known" if any(each.status == "unknown" for each in self.findings) else "",
        ]
        head = f"{found} in {templates}" if found else self.nothing(report.templates)
        return "; ".join([head, *filter(None, rest)])

    def nothing(self, templates: tuple[JudgedTemplate, ...]) -> str:
        if not templates:
            return "no templates found" if not self.report.errors else "no template judged"
        style = "bold" if self.problems else "good"
        found = "nothing found" if self.report.base is None else "nothing new"
        return f"{self.paint(found, style)} in {_count(len(templates), 'template')}"


def _secrets(report: Report) -> dict[str, list[Span]]:
    """Where the secrets that were found stand, by path: the line of another finding may be theirs, too."""
    found: dict[str, list[Span]] = {}
    for finding in (*report.findings, *(entry.finding for entry in report.suppressed)):
        for place in (finding.location, *finding.origins) if finding.secret else ():
            found.setdefault(place.path, []).append(place.span)
    return {path: apart(spans) for path, spans in found.items()}


def _groups(findings: Iterable[Finding]) -> list[list[Finding]]:
    """Findings in the order of their places; those of one function and one policy stand together."""
    findings = list(findings)
    shared = shared_places(findings)
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for finding in sorted(findings, key=lambda each: (each.template, each.location.path, each.location.span)):
        title = finding.fix.title if finding.fix else None
        about = finding.severity, subject(finding), finding.advice, title, held(finding)
        own = finding.template, finding.policy, *about
        groups.setdefault(shared.get(finding.fingerprint, own), []).append(finding)
    return list(groups.values())


def _named(findings: list[Finding]) -> str:
    """Whom findings are about; the first few, and how many more."""
    names = [f"`{inert(subject(finding))}`" for finding in findings]
    rest = [*names[:NAMES_SHOWN], *([f"{len(names) - NAMES_SHOWN} more"] if len(names) > NAMES_SHOWN else [])]
    return rest[0] if len(rest) == 1 else f"{', '.join(rest[:-1])} and {rest[-1]}"


def _scenario(finding: Finding) -> str:
    held = [f"{inert(name)} is {str(value).lower()}" for name, value in finding.scenario.items()]
    held += [f"{inert(name)} is {inert(value)}" for name, value in finding.parameters.items()]
    return " and ".join(held)


def _context(context: Context) -> str:
    if context.stack and context.region:
        return f"{context.stack} ({context.region})"
    return context.stack or context.region or "a stack of which nothing is known"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
