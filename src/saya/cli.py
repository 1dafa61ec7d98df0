"""Arguments -> command -> exit code. The only place that prints.

Exit codes, the highest wins: 3 a bug of ours; 2 the user's mistake, or a file that could not be judged; 1 findings at
or above `--fail-on`; 0 otherwise. The report is written in every case.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

import saya
from saya.errors import ConfigError, UserError
from saya.findings import SEVERITIES, Report
from saya.settings import Environment, FailOn, check_region, read_environment

if TYPE_CHECKING:
    from saya.pipeline import Progress, Request
    from saya.policy.language import Policy
    from saya.settings import Config

OK, FOUND, MISTAKE, BUG, INTERRUPTED = 0, 1, 2, 3, 130

Command = Callable[[argparse.Namespace, Environment], int]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    # A run is short and its objects live as long as it does: collecting them costs time and frees nothing.
    gc.set_threshold(200_000, 20, 100)
    environment = read_environment()
    arguments = _parser().parse_args(argv)
    command: Command = arguments.command
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        return command(arguments, environment)
    except UserError as error:
        _complain(str(error))
        return MISTAKE
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - whatever it is, the user gets a line and not a traceback
        _tell_bug(error, debug=environment.debug or arguments.debug)
        return BUG


# --- commands ---------------------------------------------------------------------------------------------------------


def _check(arguments: argparse.Namespace, environment: Environment) -> int:
    from saya.pipeline import joined, problem_of_bug, problems_of
    from saya.settings import Config

    config = Config()
    bugs: list[Exception] = []
    try:
        request, config = _request(arguments)
        report = _judge(request, bugs)
    except UserError as error:
        report = Report(errors=problems_of(error))
    except Exception as error:  # noqa: BLE001 - the report is written in every case
        bugs.append(error)
        report = joined([Report(errors=(problem_of_bug(error, "."),))])
    _write(report, arguments, environment)
    for bug in bugs:
        _tell_bug(bug, debug=environment.debug or arguments.debug)
    undecided_fails = arguments.fail_on_undecided or config.fail_on_undecided
    return exit_code(report, arguments.fail_on or config.fail_on, undecided_fails=undecided_fails)


def _request(arguments: argparse.Namespace) -> tuple[Request, Config]:
    from saya.pipeline import Request, find_root, load_config
    from saya.selection import choose, load_configured

    root = find_root(arguments.paths)
    config = load_config(root)
    policies = choose(load_configured(config, root, arguments.policies), config, arguments.select, arguments.ignore)
    request = Request(
        paths=tuple(arguments.paths),
        policies=policies,
        regions=tuple(arguments.region),
        parameters=tuple(arguments.parameter),
        config=config,
        root=root,
    )
    return request, config


def _judge(request: Request, bugs: list[Exception]) -> Report:
    from saya.pipeline import check

    line = _ProgressLine(sys.stderr)
    try:
        return check(request, _progress(line, bugs))
    finally:
        line.clear()


def _progress(line: _ProgressLine, bugs: list[Exception]) -> Progress:
    from saya.pipeline import Progress

    return Progress(file=line.show, bug=bugs.append)


def _write(report: Report, arguments: argparse.Namespace, environment: Environment) -> None:
    from saya.report.formats import REPORTERS

    reporter = REPORTERS[arguments.format]
    if arguments.output is not None:
        try:
            Path(arguments.output).write_text(reporter(report, colour=False), encoding="utf-8", newline="\n")
        except OSError as error:
            raise ConfigError(f"cannot be written: {error.strerror}", path=arguments.output) from None
        return
    colour = sys.stdout.isatty() if environment.colour is None else environment.colour
    _print(reporter(report, colour=colour))


def exit_code(report: Report, fail_on: FailOn, *, undecided_fails: bool) -> int:
    """What the process returns for a report; findings that exist already do not count."""
    from saya.pipeline import INTERNAL

    if any(problem.kind == INTERNAL for problem in report.errors):
        return BUG
    if report.errors:
        return MISTAKE
    if fail_on == "never":
        return OK
    failing = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    if any(finding.severity in failing and finding.status != "existing" for finding in report.findings):
        return FOUND
    return FOUND if undecided_fails and any(entry.status != "existing" for entry in report.undecided) else OK


def _policies(arguments: argparse.Namespace, _: Environment) -> int:
    policies = _load(arguments)
    widest = max(len(policy.id) for policy in policies)
    for policy in policies:
        _print(f"{policy.id:{widest}}  {policy.severity:7}  {policy.title}\n")
    return OK


def _explain(arguments: argparse.Namespace, _: Environment) -> int:
    from saya.explain import explain
    from saya.selection import find_policy

    _print(explain(find_policy(_load(arguments, tests=True), arguments.id)))
    return OK


def _test(arguments: argparse.Namespace, _: Environment) -> int:
    raise NotImplementedError


def _schema(arguments: argparse.Namespace, _: Environment) -> int:
    import json

    _print(json.dumps(_SCHEMAS[arguments.name](), indent=2) + "\n")
    return OK


def _report_schema() -> dict[str, object]:
    from saya.report.schema import report_schema

    return report_schema()


_SCHEMAS: dict[str, Callable[[], dict[str, object]]] = {"report": _report_schema}


def _load(arguments: argparse.Namespace, *, tests: bool = False) -> tuple[Policy, ...]:
    """The policies that would judge the folder where the user stands."""
    from saya.pipeline import find_root, load_config
    from saya.selection import load_configured

    root = find_root(["."])
    return load_configured(load_config(root), root, arguments.policies, tests=tests)


# --- arguments --------------------------------------------------------------------------------------------------------


class _Parser(argparse.ArgumentParser):
    """Tells a mistake in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(MISTAKE, f"saya: {message}; see `{self.prog} --help`\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="saya", description="Finds the sharp edges of CloudFormation and SAM templates.", allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=f"saya {saya.__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True, parser_class=_Parser)

    def command(name: str, run: Command, told: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=told, description=told[0].upper() + told[1:] + ".", allow_abbrev=False)
        added.add_argument("--debug", action="store_true", help="show the traceback of a bug in Saya")
        added.set_defaults(command=run)
        return added

    _add_check(command("check", _check, "judge templates"))
    added = command("test", _test, "run the examples of policies")
    added.add_argument("directory", nargs="?", metavar="DIR", help="directory of policies (default: the built-in ones)")
    added = command("explain", _explain, "say why a policy exists and what it finds")
    added.add_argument("id", metavar="ID", help="the policy's ID, as in a finding's brackets")
    _add_policies(added)
    _add_policies(command("policies", _policies, "list the policies"))
    command("schema", _schema, "print a JSON schema").add_argument("name", metavar="NAME", choices=sorted(_SCHEMAS))
    return parser


def _add_check(parser: argparse.ArgumentParser) -> None:
    from saya.report.formats import REPORTERS

    parser.add_argument("paths", nargs="*", default=["."], metavar="PATH", help="template or folder (default: .)")
    add = parser.add_argument
    repeated: dict[str, Any] = {"default": [], "action": "append"}
    listed: dict[str, Any] = {"default": [], "action": "extend", "type": _ids, "metavar": "ID"}
    add("--region", **repeated, type=_region, metavar="R", help="AWS Region to judge for; may be repeated")
    add("--parameter", **repeated, type=_parameter, metavar="K=V", help="value of a parameter; may be repeated")
    add("--format", choices=sorted(REPORTERS), default="text", help="form of the report (default: text)")
    add("--output", metavar="FILE", help="write the report there")
    add("--fail-on", choices=[*SEVERITIES, "never"], help="exit with 1 from here on (default: error)")
    add("--fail-on-undecided", action="store_true", help="exit with 1 on what is undecided, too")
    _add_policies(parser)
    add("--select", **listed, help="judge by these policies only, separated by commas")
    add("--ignore", **listed, help="leave these policies out, separated by commas")


def _add_policies(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--policies", action="append", default=[], metavar="DIR", help="further directory of policies; may be repeated"
    )


def _region(text: str) -> str:
    try:
        return check_region(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _parameter(text: str) -> tuple[str, str]:
    name, is_pair, value = text.partition("=")
    if not name or not is_pair:
        raise argparse.ArgumentTypeError(f"`{text}` gives no value; valid is NAME=VALUE")
    return name, value


def _ids(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


# --- output -----------------------------------------------------------------------------------------------------------


class _ProgressLine:
    """One line on a terminal that says where a run is, once it has taken a second."""

    PATIENCE = 1.0
    PACE = 0.1

    def __init__(self, stream: TextIO) -> None:
        import time

        self.stream = stream
        self.now = time.monotonic
        self.next = self.now() + self.PATIENCE if stream.isatty() else float("inf")
        self.visible = False

    def show(self, number: int, path: str) -> None:
        if self.next == float("inf") or self.now() < self.next:
            return
        from saya.report.inert import inert

        self.stream.write(f"\r\x1b[K{number} files read, now {inert(path)[-60:]}")
        self.stream.flush()
        self.visible = True
        self.next = self.now() + self.PACE

    def clear(self) -> None:
        if self.visible:
            self.stream.write("\r\x1b[K")
            self.stream.flush()


def _print(text: str) -> None:
    """Write to standard output; a reader that has gone away (`| head`) is no error."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _complain(message: str) -> None:
    from saya.report.inert import inert

    sys.stderr.write("".join(f"saya: {inert(line)}\n" for line in message.split("\n")))


def _tell_bug(error: Exception, *, debug: bool) -> None:
    if debug:
        import traceback

        traceback.print_exception(error)
    hint = "" if debug else "; --debug shows where"
    _complain(f"a bug in Saya {saya.__version__}, please report it: {type(error).__name__}: {error}{hint}")
