"""What can be written behind `saya`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any, NoReturn

import saya
from saya.findings import SEVERITIES
from saya.region import check_region

MISTAKE = 2

# The keys of `saya.schemas.SCHEMAS` and of `saya.report.formats.REPORTERS`, which cost an import each.
SCHEMA_NAMES = ("config", "policy", "report")
SYNTHESISE = ("auto", "off", "always")
FORMATS = ("text", "json", "sarif", "markdown", "github")


def build_parser(command: str | None = None) -> argparse.ArgumentParser:
    """The parser of the command line; its result names the command as `command`.

    With the name of a command it knows that command alone: making the parsers of all costs every start ten times that.
    """
    parser = _Parser(
        prog="saya",
        description="Finds the sharp edges of serverless templates: CloudFormation, SAM, CDK, Serverless Framework.",
    )
    parser.add_argument("--version", action="version", version=f"saya {saya.__version__}")
    commands = parser.add_subparsers(
        metavar="COMMAND", dest="command", required=True, parser_class=_Parser, prog="saya"
    )
    for name in (command,) if command in _COMMANDS else _COMMANDS:
        told, add_arguments = _COMMANDS[name]
        added = commands.add_parser(name, help=told, description=told[0].upper() + told[1:] + ".")
        added.add_argument("--debug", action="store_true", help="show the traceback of a bug in Saya")
        add_arguments(added)
    return parser


class _Help(argparse.HelpFormatter):
    """Help of one width everywhere. Asking the terminal for its own costs every start an import of `shutil`."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=32, width=100)


class _Parser(argparse.ArgumentParser):
    """Tells a mistake in one line."""

    def __init__(self, **given: Any) -> None:
        super().__init__(formatter_class=_Help, allow_abbrev=False, **given)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As ever, but an argument that nobody knows is told by the command that it was given to."""
        parsed, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(f"`{self.prog}` has no argument `{unknown[0]}`{self._nearly(unknown[0])}")
        return parsed, unknown

    def _nearly(self, given: str) -> str:
        from difflib import get_close_matches  # only for those who erred

        close = get_close_matches(given.partition("=")[0], self._option_string_actions, n=1)
        return f", but `{close[0]}`" if close else ""

    def error(self, message: str) -> NoReturn:
        self.exit(MISTAKE, f"saya: {message}; see `{self.prog} --help`\n")


def _add_check(parser: argparse.ArgumentParser) -> None:
    _add_paths(parser)
    add = parser.add_argument
    add("--base", metavar="REV|PATH", help="compare with a revision, a folder, a file or stack:NAME")
    add("--merge-base", action="store_true", help="compare with the merge base of --base and HEAD")
    _add_deployment(parser)
    _add_synthesis(parser)
    add("--format", choices=FORMATS, default="text", help="form of the report (default: text)")
    add("--output", metavar="FILE", help="write the report there")
    add("--fail-on", choices=[*SEVERITIES, "never"], help="exit with 1 from here on (default: error)")
    add("--fail-on-undecided", action="store_true", help="exit with 1 on what is undecided, too")
    _add_policies(parser)
    _add_selection(parser)


def _add_fix(parser: argparse.ArgumentParser) -> None:
    _add_paths(parser)
    add = parser.add_argument
    add("--diff", action="store_true", help="print what would change as a patch, and write nothing")
    add("--unsafe", action="store_true", help="also those that may change more than the finding")
    _add_deployment(parser)
    _add_policies(parser)
    _add_selection(parser)
    parser.set_defaults(synthesise="off")  # what a program makes is not mended in what it made


def _add_plan(parser: argparse.ArgumentParser) -> None:
    _add_paths(parser)
    add = parser.add_argument
    add("--base", metavar="REV|PATH", help="what is deployed now (default: where it left the main branch)")
    add("--merge-base", action="store_true", help="compare with the merge base of --base and HEAD")
    _add_deployment(parser)
    _add_synthesis(parser)
    _add_policies(parser)
    parser.set_defaults(select=[], ignore=[])


def _add_preview(parser: argparse.ArgumentParser) -> None:
    _add_paths(parser)
    add = parser.add_argument
    add("--base", metavar="REV|PATH", help="what it would be merged into (default: where it left the main branch)")
    add("--merge-base", action="store_true", help="compare with the merge base of --base and HEAD")
    _add_deployment(parser)
    _add_synthesis(parser)
    add("--html", metavar="FILE", help="write a page that looks like the pull request")
    add("--output", metavar="FILE", help="write the review as Markdown there")
    _add_policies(parser)
    _add_selection(parser)


def _add_review(parser: argparse.ArgumentParser) -> None:
    _add_paths(parser)
    add = parser.add_argument
    add("--base", metavar="REV|PATH", help="what to compare with (default: what the event says)")
    add("--report", metavar="FILE", help="for the event workflow_run: the report of the other run")
    _add_gate(parser)


def _add_publish(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("report", metavar="REPORT", help="the report of the other run")
    parser.set_defaults(paths=["."], base=None)
    _add_gate(parser)


def _add_gate(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    _add_deployment(parser)
    _add_synthesis(parser)
    add("--output", metavar="FILE", help="write the report there (default: saya-report.json)")
    add("--sarif", metavar="FILE", help="write it as SARIF there, too")
    add("--fail-on", choices=[*SEVERITIES, "never"], help="exit with 1 from here on (default: error)")
    add("--fail-on-undecided", action="store_true", help="exit with 1 on what is undecided, too")
    add("--on-error", choices=("fail", "pass"), default="fail", help="what a template that cannot be judged does")
    _add_policies(parser)
    _add_selection(parser)


def _add_paths(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="*", default=["."], metavar="PATH", help="template or folder (default: .)")


def _add_synthesis(parser: argparse.ArgumentParser) -> None:
    told = "run programs that make templates (CDK): auto, where they are yours (default); see docs/cdk.md"
    parser.add_argument("--synthesise", choices=SYNTHESISE, help=told)


def _add_deployment(parser: argparse.ArgumentParser) -> None:
    repeated: dict[str, Any] = {"default": [], "action": "append"}
    parser.add_argument(
        "--region", **repeated, type=_region, metavar="R", help="AWS Region to judge for; may be repeated"
    )
    parser.add_argument(
        "--parameter", **repeated, type=_parameter, metavar="K=V", help="value of a parameter; may be repeated"
    )


def _add_selection(parser: argparse.ArgumentParser) -> None:
    listed: dict[str, Any] = {"default": [], "action": "extend", "type": _ids, "metavar": "ID"}
    parser.add_argument("--select", **listed, help="judge by these policies only, separated by commas")
    parser.add_argument("--ignore", **listed, help="leave these policies out, separated by commas")


def _add_test(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("directory", nargs="?", metavar="DIR", help="directory of policies (default: those in force)")
    _add_policies(parser)


def _add_explain(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="the policy's ID, as in a finding's brackets")
    _add_policies(parser)


def _add_schema(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", choices=SCHEMA_NAMES, help=", ".join(SCHEMA_NAMES))


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


_COMMANDS: dict[str, tuple[str, Callable[[argparse.ArgumentParser], None]]] = {
    "check": ("judge templates", _add_check),
    "fix": ("apply the fixes that are proved", _add_fix),
    "plan": ("list the deployments that make a change safe", _add_plan),
    "preview": ("show the review as it would be posted, with no GitHub", _add_preview),
    "review": ("review a pull request, inside a workflow", _add_review),
    "publish": ("post the review of a pull request that a run without permissions judged", _add_publish),
    "test": ("run the examples of policies", _add_test),
    "explain": ("say why a policy exists and what it finds", _add_explain),
    "policies": ("list the policies", _add_policies),
    "schema": ("print a JSON schema", _add_schema),
}
