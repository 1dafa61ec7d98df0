"""What a run leaves behind: the log, the report, the summary of the job, annotations, outputs, the exit code."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from saya.action.judging import Judged
from saya.action.outputs import write_outputs, write_report, write_summary
from saya.action.run import Options, Run
from saya.errors import ConfigError, GitHubError, UserError
from saya.findings import Problem, Report
from saya.github.event import Event
from saya.github.publish import Outcome
from saya.problems import problems_of
from saya.record import replace
from saya.report.annotations import tell_annotations
from saya.report.json import tell_json
from saya.report.sarif import tell_sarif
from saya.report.summary import build_summary
from saya.verdict import BUG, FOUND, MISTAKE, OK, exit_code

CONCLUSIONS = {OK: "success", FOUND: "findings", MISTAKE: "mistake", BUG: "bug"}
REPORT = "saya-report.json"
# Problems of a file, which `on-error: pass` forgives; not those of what the user wrote for us.
FORGIVEN = ("syntax", "template", "usage")


def tell(run: Run, event: Event, judged: Judged, outcome: Outcome | None) -> int:
    """Leave what a step leaves: the log, the report, the summary, annotations, outputs. The exit code."""
    options, runner, console = run.options, run.runner, run.console
    report = judged.report if judged.report.head else replace(judged.report, head=event.head_sha)
    code = code_of(judged, options)
    console.tell(report)
    if outcome is not None:
        console.say(outcome.line)
    if outcome is None or not outcome.told:
        console.command(tell_annotations(report))
    files = {"report": options.output or REPORT, **({"sarif": options.sarif} if options.sarif else {})}
    try:
        write_report(Path(files["report"]), tell_json(report))
        if options.sarif:
            write_report(Path(options.sarif), tell_sarif(report))
        write_summary(runner.summary, summary_of(run, event, judged, outcome))
        write_outputs(runner.outputs, {**counts_of(report), "conclusion": CONCLUSIONS[code], **files})
    except ConfigError as error:
        console.say(str(error))
        code = max(code, MISTAKE)
    return code


def tell_mistake(run: Run, error: UserError | GitHubError) -> int:
    """Why there is nothing to judge. The exit code."""
    problems = problems_of(error) if isinstance(error, UserError) else (problem_of_github(error),)
    path = run.options.output or REPORT
    for line in str(error).split("\n"):
        run.console.say(line)
    try:
        write_report(Path(path), tell_json(Report(errors=problems)))
        outputs: dict[str, str | int] = {**counts_of(Report()), "conclusion": CONCLUSIONS[MISTAKE], "report": path}
        write_outputs(run.runner.outputs, outputs)
    except ConfigError as other:
        run.console.say(str(other))
    return MISTAKE


def problem_of_github(error: GitHubError) -> Problem:
    """What GitHub did not do, as an entry of the report."""
    return Problem(path="", kind="github", message=str(error))


def code_of(judged: Judged, options: Options) -> int:
    """The exit code of a judgement, with what the options forgive."""
    report, config = judged.report, judged.config
    if options.on_error == "pass" and judged.whole:
        report = replace(report, errors=tuple(each for each in report.errors if each.kind not in FORGIVEN))
    undecided_fails = options.fail_on_undecided or config.fail_on_undecided
    return exit_code(report, options.fail_on or config.fail_on, undecided_fails=undecided_fails)


def summary_of(run: Run, event: Event, judged: Judged, outcome: Outcome | None) -> str:
    """The summary of the job; in our own words where the project's own template does not hold."""
    build = partial(
        build_summary,
        judged.report,
        head_sha=event.head_sha or "",
        repository_url=event.repository_url,
        notices=[outcome.line] if outcome is not None and not outcome.told else [],
    )
    try:
        return build(templates=judged.templates)
    except UserError as error:
        run.console.say(f"the project's own templates are not used: {error}")
        return build()


def counts_of(report: Report) -> dict[str, int]:
    """How many new findings there are of each severity, and how much is undecided."""
    new = [finding.severity for finding in report.findings if finding.status == "new"]
    undecided = sum(entry.status == "new" for entry in report.undecided)
    counts = {"errors": new.count("error"), "warnings": new.count("warning"), "notes": new.count("note")}
    return {**counts, "undecided": undecided}
