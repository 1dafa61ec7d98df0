"""The text of one comment: findings that are told together, with what mends them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from saya.findings import Edit, Finding, Fix
from saya.record import record
from saya.report.markdown import size
from saya.report.patch import patch_of
from saya.report.rendering import Plain, Templates
from saya.report.telling import Teller
from saya.text.source import Source

MORE_PLACES = 20
CUT = "\n\n(The rest is too long for a comment.)"


@record(kw_only=True)
class CommentWriter:
    """Writes the comments of one report; `sources` are the texts of head by path."""

    teller: Teller
    templates: Templates
    sources: Mapping[str, Source]

    def write(
        self,
        findings: tuple[Finding, ...],
        limit: int,
        *,
        suggestion: str | None = None,
        brief: bool = False,
        elsewhere: bool = False,
    ) -> str:
        """The text, at most `limit` characters; what mends is left out first. Raises ConfigError, see `Templates`."""
        patch = None if suggestion is not None else self._patch(findings)
        shown = self._shown(findings[0])
        text = ""
        for suggested, patched, read in self._choices(suggestion, patch, shown):
            told = self.teller.finding(
                findings[: MORE_PLACES + 1],
                suggestion=suggested,
                patch=patched,
                shown=read,
                brief=brief,
                elsewhere=elsewhere,
            )
            values: dict[str, Plain] = {"finding": told, "more": max(len(findings) - MORE_PLACES - 1, 0)}
            text = self.templates.render("comment.md", values)
            if size(text) <= limit:
                return text
        return cut(text, limit)

    def _choices(
        self, suggestion: str | None, patch: str | None, shown: str | None
    ) -> Iterator[tuple[str | None, str | None, str | None]]:
        if shown is not None:
            yield suggestion, patch, shown
        if suggestion is not None or patch is not None:
            yield suggestion, patch, None
        yield None, None, None

    def _shown(self, finding: Finding) -> str | None:
        """The patch that a person has to read first."""
        if finding.patch is None:
            return None
        return patch_of(Fix(finding.patch.title, "unsafe", finding.patch.edits), self.sources)

    def _patch(self, findings: tuple[Finding, ...]) -> str | None:
        """The fixes of all of them as one patch."""
        fixes = [finding.fix for finding in findings if finding.fix is not None]
        if not fixes:
            return None
        edits: dict[Edit, None] = dict.fromkeys(edit for fix in fixes for edit in fix.edits)
        return patch_of(Fix(fixes[0].title, fixes[0].safety, tuple(edits)), self.sources)


def cut(text: str, limit: int) -> str:
    """The lines of a text that fit, and a word that some do not. Only for what a project's own templates write."""
    kept: list[str] = []
    left = limit - len(CUT)
    for line in text.split("\n"):
        left -= size(line) + 1
        if left < 0:
            break
        kept.append(line)
    return "\n".join(kept) + CUT
