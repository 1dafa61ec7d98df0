"""A report as commands for the runner of a GitHub workflow, which shows them on the lines of the files.

The runner takes ten errors, ten warnings and ten notices of a step and drops the rest without a word, so the most
severe are written, and what is left out is counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from saya.findings import Finding, Problem, Report, Severity
from saya.report.anchor import lines_of
from saya.report.grouping import rank
from saya.report.inert import inert
from saya.report.telling import tally

MOST_OF_A_KIND = 10
LONGEST_MESSAGE = 4_096

_COMMANDS: dict[Severity, str] = {"error": "error", "warning": "warning", "note": "notice"}
_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = {**_DATA, ":": "%3A", ",": "%2C"}


def tell_annotations(report: Report, *, colour: bool = False) -> str:  # noqa: ARG001 - every reporter is called alike
    """The commands, one a line, and a last line that is none and says how many findings there are."""
    new = sorted((finding for finding in report.findings if finding.status != "existing"), key=rank)
    lines: list[str] = []
    left = 0
    for severity, command in _COMMANDS.items():
        of_kind = [_finding(finding, command) for finding in new if finding.severity == severity]
        if severity == "error":
            of_kind = [*(_problem(entry) for entry in report.errors if entry.status != "existing"), *of_kind]
        lines += of_kind[:MOST_OF_A_KIND]
        left += max(len(of_kind) - MOST_OF_A_KIND, 0)
    return "\n".join([*lines, _summary(report, new, left)]) + "\n"


def command(name: str, message: str, **properties: str | int | None) -> str:
    """One command as the runner reads it. Properties that are None are left out; names have no hyphens."""
    given = ",".join(
        f"{key}={_escaped(str(value), _PROPERTY)}" for key, value in properties.items() if value is not None
    )
    return f"::{name}{' ' if given else ''}{given}::{_escaped(message, _DATA)}"


def _finding(finding: Finding, name: str) -> str:
    first, last = lines_of(finding.location)
    (_, column), (end_line, end_column) = finding.location.start, finding.location.end
    one_line = first == last == end_line and end_column > column
    return command(
        name,
        _message(finding),
        file=inert(finding.location.path),
        line=first,
        endLine=last,
        col=column if one_line else None,  # columns are understood on a single line only
        endColumn=end_column - 1 if one_line else None,
        title=inert(f"Saya: {finding.policy}"),
    )


def _message(finding: Finding) -> str:
    held = [f"{name} is {str(value).lower()}" for name, value in finding.scenario.items()]
    held += [f"{name} is {value}" for name, value in finding.parameters.items()]
    answer = f"Fix: {finding.fix.title}" if finding.fix else finding.advice or ""
    parts = [finding.message, f"This holds when {' and '.join(held)}." if held else "", answer]
    return _cropped(inert(part) for part in parts if part)


def _problem(problem: Problem) -> str:
    message = _cropped(map(inert, (problem.message, *problem.output)))
    file = inert(problem.path) or None
    return command("error", message, file=file, line=problem.line, col=problem.column, title="Saya: not judged")


def _cropped(parts: Iterable[str]) -> str:
    text = "\n".join(parts)
    return text if len(text) <= LONGEST_MESSAGE else text[: LONGEST_MESSAGE - 1] + "…"


def _escaped(text: str, table: dict[str, str]) -> str:
    return "".join(table.get(character, character) for character in text)


def _summary(report: Report, new: list[Finding], left: int) -> str:
    return "Saya: " + "; ".join(_counts(report, new, left))


def _counts(report: Report, new: list[Finding], left: int) -> Iterator[str]:
    yield tally(new) or "nothing found"
    if report.errors:
        yield f"could not be judged: {len(report.errors)}"
    if report.undecided:
        yield f"undecided: {len(report.undecided)}"
    if left:
        yield f"not shown on lines, for the runner takes ten of a kind: {left}"
