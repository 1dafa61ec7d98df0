"""A report as the summary of a workflow's job: everything in full, for those to whom no review can be posted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from saya.findings import Report
from saya.report.body import BodyWriter
from saya.report.comment import CommentWriter
from saya.report.grouping import group_findings
from saya.report.markdown import plain
from saya.report.rendering import Templates
from saya.report.suggestion import sources_of
from saya.report.telling import Links, Teller

# The runner drops a summary of more than 1 MiB as a whole; it may be written to before and after.
LONGEST_SUMMARY = 900 * 1024


def build_summary(
    report: Report,
    *,
    head_sha: str = "",
    repository_url: str = "",
    templates: Mapping[str, str] | None = None,
    notices: Iterable[str] = (),
) -> str:
    """The summary as Markdown, at most `LONGEST_SUMMARY` bytes of UTF-8.

    Links need a commit and the URL of a repository. `notices` are lines of ours about the run. Raises ConfigError
    where a project's template does not hold.
    """
    judged = {template.path: template for template in report.templates}
    links = Links(repository_url=repository_url, head=head_sha, base=report.base)
    writer = CommentWriter(
        teller=Teller(links=links, templates=judged), templates=Templates(templates), sources=sources_of(report)
    )
    new = [finding for finding in report.findings if finding.status != "existing"]
    body = BodyWriter(
        report=report,
        writer=writer,
        outside=tuple(group_findings(new)),
        commented=False,
        measure=lambda text: len(text.encode("utf-8", "replace")),
        notices=tuple(map(plain, notices)),
    )
    return body.write("summary.md", LONGEST_SUMMARY).text + "\n"


def tell_markdown(report: Report, *, colour: bool = False) -> str:  # noqa: ARG001 - every reporter is called alike
    """The report as Markdown."""
    return build_summary(report, head_sha=report.head or "")
