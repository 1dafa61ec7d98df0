"""Suppressions: findings that an author silenced, with a reason and perhaps a last day."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from saya.findings import Finding, Problem, Suppressed, Undecided
from saya.record import NamedTuple, record
from saya.text.source import Location, Span


@record(kw_only=True)
class Suppression:
    """One policy silenced at one place.

    Attributes:
        policy: the policy's id.
        reason: why.
        until: the last day on which it holds; None where it has no end.
        at: where it is written.
        spans: the stretches of that file in which a finding that begins there is silenced.
        resource: the logical ID of the resource that it silences whole; None where it is for `spans` only.
    """

    policy: str
    reason: str
    until: date | None
    at: Location
    spans: tuple[Span, ...] = ()
    resource: str | None = None

    def covers(self, entry: Finding | Undecided) -> bool:
        """Whether a finding, or an undecided entry, is of this policy and in this place."""
        if entry.policy != self.policy:
            return False
        if self.resource is not None and entry.resource == self.resource and self._is_of_file(entry):
            return True
        origins = entry.origins if isinstance(entry, Finding) else ()
        return any(self._in_file(place) and self._in_spans(place.span.start) for place in (entry.location, *origins))

    def _is_of_file(self, entry: Finding | Undecided) -> bool:
        """Whether an entry is of this file's template, though it may stand in a file beside it."""
        return self._in_file(entry.location) or entry.template == self.at.path

    def _in_file(self, place: Location) -> bool:
        return place.source is self.at.source or place.path == self.at.path

    def _in_spans(self, offset: int) -> bool:
        return any(span.start <= offset < span.end for span in self.spans)


class Suppressions(NamedTuple):
    """What is left to tell, what is silenced, and what is wrong with the suppressions themselves."""

    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...]
    notices: tuple[Problem, ...]


def suppress(
    findings: Iterable[Finding],
    suppressions: Collection[Suppression],
    *,
    today: date,
    undecided: Collection[Undecided] = (),
    applied: Collection[str] | None = None,
) -> Suppressions:
    """Take out the findings that are silenced on the day `today`.

    A suppression that has expired, or that nothing needs, is noticed: the latter only for policies in `applied` (None:
    all), and not where its policy is undecided at that place. What is undecided stays so.
    """
    valid = [each for each in suppressions if each.until is None or today <= each.until]
    left: list[Finding] = []
    silenced: list[Suppressed] = []
    used: set[int] = set()
    for finding in findings:
        covering = [each for each in valid if each.covers(finding)]
        used.update(id(each) for each in covering)
        if covering:
            silenced.append(_suppressed(finding, covering[0]))
        else:
            left.append(finding)
    used.update(id(each) for each in valid for entry in undecided if each.covers(entry))
    notices = [
        problem_at(each.at, _expiry(each)) for each in suppressions if each.until is not None and today > each.until
    ]
    notices.extend(
        problem_at(each.at, f"nothing here needs the suppression of {each.policy}; remove it")
        for each in valid
        if id(each) not in used and (applied is None or each.policy in applied)
    )
    notices.sort(key=lambda notice: (notice.path, notice.line or 0, notice.column or 0))
    return Suppressions(tuple(left), tuple(silenced), tuple(notices))


def problem_at(at: Location, message: str) -> Problem:
    """What is wrong with a suppression. It is told and changes no exit code."""
    line, column = at.start
    return Problem(path=at.path, line=line, column=column, kind="suppression", message=message)


def _expiry(suppression: Suppression) -> str:
    return f"the suppression of {suppression.policy} expired on {suppression.until}; what it silenced is told again"


def _suppressed(finding: Finding, suppression: Suppression) -> Suppressed:
    return Suppressed(
        policy=finding.policy,
        location=suppression.at,
        reason=suppression.reason,
        until=None if suppression.until is None else suppression.until.isoformat(),
        finding=finding,
        fingerprint=finding.fingerprint,
    )
