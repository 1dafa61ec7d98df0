"""Arguments -> command -> exit code. The only place that prints.

Exit codes, the highest wins: 3 a bug of ours; 2 the user's mistake, or a file that could not be judged; 1 findings at
or above `--fail-on`; 0 otherwise. The report is written in every case.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from saya.arguments import build_parser
from saya.errors import BaseUnavailableError, ConfigError, UserError
from saya.findings import Report
from saya.settings import Environment, read_environment
from saya.terminal import ProgressLine, complain, tell_bugs, write

if TYPE_CHECKING:
    from argparse import Namespace

    from saya.action.run import Run
    from saya.pipeline import Progress
    from saya.policy.language import Policy
    from saya.request import Request
    from saya.settings import Config
    from saya.sources.baseline import Baseline

OK, FOUND, MISTAKE, BUG, INTERRUPTED = 0, 1, 2, 3, 130

Command = Callable[["Namespace", Environment], int]


def run() -> NoReturn:
    """The process `saya`: run one command, and leave.

    Without taking apart, one by one, the objects that the process takes with it: a sixth of the time that a small
    template needs. Nothing here waits for an exit: what a run opens it closes, however it ends.
    """
    code = main()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            with suppress(OSError):  # what could not be written has been told when it was
                stream.flush()
    os._exit(code)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    # A template's objects are many and live as long as it is judged: looking through them as often as Python does by
    # default costs a third of a run. Memory stays bounded.
    gc.set_threshold(200_000, 20, 100)
    environment = read_environment()
    given = list(sys.argv[1:] if argv is None else argv)
    arguments = build_parser(given[0] if given else None).parse_args(given)
    arguments.given = given[1:]
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        return _COMMANDS[arguments.command](arguments, environment)
    except UserError as error:
        complain(sys.stderr, str(error))
        return MISTAKE
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - whatever it is, the user gets a line and not a traceback
        tell_bugs(sys.stderr, [error], debug=environment.debug or arguments.debug)
        return BUG


# --- commands ---------------------------------------------------------------------------------------------------------


def _check(arguments: Namespace, environment: Environment) -> int:
    from saya.problems import problem_of_bug, problems_of
    from saya.reports import joined
    from saya.settings import Config
    from saya.verdict import exit_code

    config = Config()
    bugs: list[Exception] = []
    try:
        request, config = _request(arguments, environment)
        report = _judge(request, bugs)
    except UserError as error:
        report = Report(errors=problems_of(error))
    except Exception as error:  # noqa: BLE001 - the report is written in every case
        bugs.append(error)
        report = joined([Report(errors=(problem_of_bug(error, "."),))])
    _write(report, arguments, environment)
    tell_bugs(sys.stderr, bugs, debug=environment.debug or arguments.debug)
    undecided_fails = arguments.fail_on_undecided or config.fail_on_undecided
    return exit_code(report, arguments.fail_on or config.fail_on, undecided_fails=undecided_fails)


def _fix(arguments: Namespace, environment: Environment) -> int:
    from saya.fix_command import fix, tell_fixes
    from saya.problems import INTERNAL
    from saya.report.inert import inert
    from saya.request import find_root, make_request

    bugs: list[Exception] = []
    line = ProgressLine(sys.stderr)
    request = make_request(arguments, find_root(arguments.paths))
    fixes = fix(request, _progress(line, bugs), unsafe=arguments.unsafe, write=not arguments.diff)
    line.clear()
    told = "".join(f"{inert(each)}\n" for each in tell_fixes(fixes, written=not arguments.diff))
    if arguments.diff:
        write(sys.stdout, fixes.patch)
        sys.stderr.write(told)
    else:
        write(sys.stdout, told)
    tell_bugs(sys.stderr, bugs, debug=environment.debug or arguments.debug)
    if any(error.kind == INTERNAL for error in fixes.errors):
        return BUG
    return MISTAKE if fixes.errors else OK


def _review(arguments: Namespace, environment: Environment) -> int:
    from saya.action.review import review

    return _in_workflow(arguments, environment, review)


def _publish(arguments: Namespace, environment: Environment) -> int:
    from saya.action.review import publish_report

    return _in_workflow(arguments, environment, publish_report)


def _in_workflow(arguments: Namespace, environment: Environment, act: Callable[[Run], int]) -> int:
    """Run a command with the inputs of the action as its arguments; what is on the command line wins."""
    from saya.action.log import Log
    from saya.action.run import Options, Run
    from saya.runner import arguments_of, read_runner
    from saya.settings import take_runner_variables

    runner = read_runner(take_runner_variables())
    if arguments.command == "review":
        own = arguments_of(runner.inputs, arguments.given, paths=arguments.paths == ["."])
        arguments = build_parser("review").parse_args(["review", *own])
    names = ("base", "fail_on", "fail_on_undecided", "on_error", "output", "sarif", "report")
    options = Options(**{name: getattr(arguments, name) for name in names})
    debug = environment.debug or arguments.debug

    def tell_bug(bug: Exception) -> None:
        tell_bugs(sys.stderr, [bug], debug=debug)

    with Log(partial(write, sys.stdout), tell_bug, colour=bool(environment.colour)) as console:
        return act(Run(choices=arguments, options=options, runner=runner, console=console, search=environment.search))


def _plan(arguments: Namespace, environment: Environment) -> int:
    from saya.record import replace
    from saya.report.plan import planned, tell_plan
    from saya.verdict import exit_code

    request, _ = _compared(arguments, environment)
    policies = tuple(policy for policy in request.rules.policies if policy.kind == "function_change")
    bugs: list[Exception] = []
    report = _judge(replace(request, rules=replace(request.rules, policies=policies)), bugs)
    write(sys.stdout, tell_plan(report))
    tell_bugs(sys.stderr, bugs, debug=environment.debug or arguments.debug)
    return exit_code(report, "never", undecided_fails=False) or (FOUND if planned(report) else OK)


def _preview(arguments: Namespace, environment: Environment) -> int:
    from saya.preview import preview, show
    from saya.verdict import exit_code

    request, baseline = _compared(arguments, environment)
    bugs: list[Exception] = []
    report = _judge(request, bugs)
    told = preview(report, baseline, name=arguments.base)
    if arguments.html is not None:
        _write_file(arguments.html, show(told))
    if arguments.output is not None:
        _write_file(arguments.output, told.markdown)
    elif arguments.html is None:
        write(sys.stdout, told.markdown)
    tell_bugs(sys.stderr, bugs, debug=environment.debug or arguments.debug)
    return exit_code(report, "never", undecided_fails=False)


def _compared(arguments: Namespace, environment: Environment) -> tuple[Request, Baseline]:
    """What is asked for, against a base: the one named, or else where the main branch was left. Raises UserError."""
    from saya.preview import main_branch
    from saya.request import find_root, make_request

    root = find_root(arguments.paths)
    if arguments.base is None:
        arguments.base, arguments.merge_base = main_branch(root), True
    baseline, without_base = _baseline(arguments, root)
    if baseline is None:
        raise without_base or ConfigError("there is nothing to compare with", path="--base")
    return make_request(arguments, root, baseline, search=environment.search), baseline


def _request(arguments: Namespace, environment: Environment) -> tuple[Request, Config]:
    from saya.request import find_root, make_request

    root = find_root(arguments.paths)
    listing = arguments.format == "json"
    request = make_request(arguments, root, *_baseline(arguments, root), search=environment.search, listing=listing)
    return request, request.rules.config


def _baseline(arguments: Namespace, root: Path) -> tuple[Baseline | None, UserError | None]:
    """What to compare with; else why a deployed stack cannot be: what there is is judged all the same."""
    if arguments.base is None:
        if arguments.merge_base:
            raise ConfigError("--merge-base needs a revision; name it with --base")
        return None, None
    from saya.request import open_base

    try:
        paths, regions = tuple(arguments.paths), tuple(arguments.region)
        return open_base(arguments.base, paths, root, merge_base=arguments.merge_base, regions=regions), None
    except BaseUnavailableError as error:
        return None, error
    except UserError as error:
        error.path = error.path or "--base"
        raise


def _judge(request: Request, bugs: list[Exception]) -> Report:
    from saya.pipeline import check

    line = ProgressLine(sys.stderr)
    try:
        return check(request, _progress(line, bugs))
    finally:
        line.clear()


def _progress(line: ProgressLine, bugs: list[Exception]) -> Progress:
    from saya.pipeline import Progress

    return Progress(file=line.show, bug=bugs.append)


def _write(report: Report, arguments: Namespace, environment: Environment) -> None:
    from saya.report.formats import REPORTERS

    reporter = REPORTERS[arguments.format]
    if arguments.output is not None:
        _write_file(arguments.output, reporter(report, colour=False))
        return
    colour = sys.stdout.isatty() if environment.colour is None else environment.colour
    write(sys.stdout, reporter(report, colour=colour))


def _write_file(path: str, text: str) -> None:
    from saya.sources.workspace import leads_elsewhere

    if leads_elsewhere(path):
        raise ConfigError("a symbolic link leads there; name another file", path=path)
    try:
        Path(path).write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
    except (OSError, ValueError) as error:
        raise ConfigError(f"cannot be written: {getattr(error, 'strerror', None) or error}", path=path) from None


def _policies(arguments: Namespace, _: Environment) -> int:
    from saya.policy.explain import overview

    write(sys.stdout, overview(_load(arguments)))
    return OK


def _explain(arguments: Namespace, _: Environment) -> int:
    from saya.policy.explain import explain
    from saya.selection import find_policy

    write(sys.stdout, explain(find_policy(_load(arguments, tests=True), arguments.id)))
    return OK


def _test(arguments: Namespace, _: Environment) -> int:
    from saya.fixes.examples import fix_example
    from saya.policy.example_facts import example_facts
    from saya.policy.examples import run_examples
    from saya.policy.load import load_policies
    from saya.report.inert import inert

    if arguments.directory is None:
        policies = _load(arguments, tests=True)
    else:
        policies = load_policies([Path(arguments.directory)], built_in=False, tests=True)
    kinds = frozenset(policy.kind for policy in policies)
    run = run_examples(policies, lambda example: example_facts(example, kinds), fix_example)
    write(sys.stdout, "".join(f"{inert(str(failure))}\n" for failure in run.failures))
    policies_ = "1 policy" if run.policies == 1 else f"{run.policies} policies"
    examples = "1 example" if run.examples == 1 else f"{run.examples} examples"
    clauses = "1 clause" if run.clauses == 1 else f"{run.clauses} clauses"
    failed = f"{len(run.failures)} failed" if run.failures else "all passed"
    write(sys.stdout, f"{policies_}, {examples}, {clauses} left out one at a time: {failed}\n")
    return FOUND if run.failures else OK


def _schema(arguments: Namespace, _: Environment) -> int:
    import json

    from saya.schemas import SCHEMAS

    write(sys.stdout, json.dumps(SCHEMAS[arguments.name](), indent=2) + "\n")
    return OK


_COMMANDS: dict[str, Command] = {
    "check": _check,
    "fix": _fix,
    "plan": _plan,
    "preview": _preview,
    "review": _review,
    "publish": _publish,
    "test": _test,
    "explain": _explain,
    "policies": _policies,
    "schema": _schema,
}


def _load(arguments: Namespace, *, tests: bool = False) -> tuple[Policy, ...]:
    """The policies that would judge the folder where the user stands."""
    from saya.request import find_root, load_config
    from saya.selection import load_configured

    root = find_root(["."])
    return load_configured(load_config(root), root, arguments.policies, tests=tests)
