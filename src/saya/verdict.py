"""What a run means for whoever waits for it: the exit code of a report.

The highest wins: 3 a bug of ours; 2 the user's mistake, or a file that could not be judged; 1 findings at or above
`--fail-on`; 0 otherwise.
"""

from __future__ import annotations

from saya.findings import SEVERITIES, Report
from saya.problems import INTERNAL
from saya.settings import FailOn

OK, FOUND, MISTAKE, BUG = 0, 1, 2, 3


def exit_code(report: Report, fail_on: FailOn, *, undecided_fails: bool) -> int:
    """What the process returns for a report; what exists already or is of unknown age does not count."""
    if any(problem.kind == INTERNAL for problem in report.errors):
        return BUG
    if any(problem.status != "existing" for problem in report.errors):
        return MISTAKE
    if fail_on == "never":
        return OK
    failing = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    if any(finding.severity in failing and finding.status == "new" for finding in report.findings):
        return FOUND
    return FOUND if undecided_fails and any(entry.status == "new" for entry in report.undecided) else OK
