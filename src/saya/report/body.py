"""The body of a review, and the job summary: what matters first, in few words, and never longer than GitHub takes."""

from __future__ import annotations

from collections.abc import Callable

from saya.findings import Finding, Report
from saya.record import record
from saya.report.comment import CommentWriter, cut
from saya.report.grouping import group_findings, group_notices
from saya.report.markdown import code, plain
from saya.report.rendering import Plain, counted
from saya.report.telling import problem, tally

# How many entries of each kind are shown, tried one after the other until the text fits.
_TRIES = (500, 200, 100, 50, 25, 12, 6, 3, 1, 0)
_IN_CDK = 'addMetadata("saya", {ignore: [{id, reason}]})'
_RESOLVED = 5


@record(kw_only=True)
class Body:
    """A text that fits.

    Attributes:
        text: Markdown.
        told: the findings that it tells in full.
        omitted: how many entries it had to leave out; it says so itself.
    """

    text: str
    told: tuple[Finding, ...]
    omitted: int


@record(kw_only=True)
class BodyWriter:
    """Writes the body of one report.

    Attributes:
        report: what is told.
        writer: writes the findings.
        outside: the findings that are told in full, in groups; the others have comments of their own.
        commented: whether there are such others.
        measure: the length of a text as its limit counts it.
        mark_size: what each finding told costs besides.
        notices: further lines at the end, inert Markdown.
    """

    report: Report
    writer: CommentWriter
    outside: tuple[tuple[Finding, ...], ...]
    commented: bool
    measure: Callable[[str], int]
    mark_size: int = 0
    notices: tuple[str, ...] = ()

    def write(self, template: str, limit: int) -> Body:
        """The body by a template, at most `limit` long. Raises ConfigError where a project's own does not hold."""
        body = Body(text="", told=(), omitted=0)
        texts = [self.writer.write(group, limit // 4, elsewhere=True) for group in self.outside[: _TRIES[0]]]
        for most in _TRIES:
            body = self._write(template, most, texts[:most])
            if self.measure(body.text) + self.mark_size * len(body.told) <= limit:
                return body
        return Body(text=cut(body.text, limit // 4), told=body.told, omitted=body.omitted)

    def _write(self, template: str, most: int, texts: list[str]) -> Body:
        report, tell = self.report, self.writer.teller
        errors = [entry for entry in report.errors if entry.status != "existing"]
        groups = group_findings(finding for finding in report.findings if finding.status != "existing")
        undecided = [entry for entry in report.undecided if entry.status != "existing"]
        silenced = [entry for entry in report.suppressed if entry.added_by_head]
        resolved = sorted(report.resolved, key=lambda finding: finding.policy)
        outside = self.outside[:most]
        reasons = tell.undecided(undecided, min(most, 20))
        omitted = sum(len(group) for group in self.outside[most:])
        omitted += max(len(errors) - most, 0) + max(len(silenced) - most, 0)
        values: dict[str, Plain] = {
            "headline": self._headline([finding for group in groups for finding in group], len(errors)),
            "errors": [problem(entry) for entry in errors[:most]],
            "findings": [tell.finding(group) for group in groups[: max(most, 10)]],
            "findings_more": max(len(groups) - max(most, 10), 0),
            "outside": [*texts],
            "outside_title": self._outside_title(sum(map(len, outside))),
            "commented": self.commented,
            "silenced": [tell.suppressed(entry) for entry in silenced[:most]],
            "silenced_count": len(silenced),
            "resolved": [tell.resolved(finding) for finding in resolved[:_RESOLVED]],
            "resolved_more": max(len(report.resolved) - _RESOLVED, 0),
            "undecided": reasons,
            "undecided_count": len(undecided),
            "rest": self._rest(omitted),
        }
        text = self.writer.templates.render(template, values)
        return Body(text=text, told=tuple(finding for group in outside for finding in group), omitted=omitted)

    def _headline(self, new: list[Finding], failed: int) -> str:
        told = [counted(failed, "problem") if failed else "", tally(new)]
        return "Saya: " + (", ".join(filter(None, told)) or "nothing found")

    def _outside_title(self, count: int) -> str:
        where = "told here only" if self.commented else "outside the changed lines"
        return f"{counted(count, 'finding')} {where}"

    def _rest(self, omitted: int) -> list[Plain]:
        """What is worth a line, and no more."""
        report = self.report
        existing = sum(finding.status == "existing" for finding in report.findings)
        failed = sum(entry.status == "existing" for entry in report.errors)
        silent = sum(not entry.added_by_head for entry in report.suppressed)
        found = self.outside or self.commented
        lines = [
            f"left out for length: {omitted}" if omitted else "",
            f"{counted(existing, 'finding')} on the base branch already" if existing else "",
            f"{counted(failed, 'file')} could not be judged before either" if failed else "",
            f"{counted(silent, 'finding')} silenced before" if silent else "",
            f"{counted(len(report.templates), 'template')} judged",
            self._silencing() if found else "",
            *map(plain, group_notices(report.notices)),
            *self.notices,
        ]
        return [line for line in lines if line]

    def _silencing(self) -> str:
        """How a finding is silenced: in what a program makes, by the program."""
        made = {template.path for template in self.report.templates if template.kind == "cdk"}
        if made.issuperset(finding.template for finding in self.report.findings):
            return f"to silence a finding: {code(_IN_CDK)} on its resource"
        return f"to silence a finding: {code('# saya: ignore[policy] reason')} on its line"
