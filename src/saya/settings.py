"""What is set outside the command line: the environment, which is read here alone, and what `config_file` reads."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, MutableMapping
from typing import Literal

from saya.record import NamedTuple, field, record
from saya.text.source import Location

FailOn = Literal["error", "warning", "note", "never"]
Suppressing = Literal["head", "base"]
Synthesise = Literal["auto", "off", "always"]
SeverityOrOff = Literal["error", "warning", "note", "off"]
Architecture = Literal["x86_64", "arm64"]
Scalar = str | bool | int

CONFIG_PATH = ".github/saya.yml"


@record(kw_only=True)
class Environment:
    """What the environment says.

    Attributes:
        colour: whether colour is wanted whatever standard output is; None where nobody says.
        debug: whether a bug of ours is told with its traceback.
        search: the folders that programs are looked for in, as PATH has them.
    """

    colour: bool | None = None
    debug: bool = False
    search: str = os.defpath


def read_environment(environ: Mapping[str, str] = os.environ) -> Environment:
    """The environment: NO_COLOR (no-color.org), FORCE_COLOR, TERM, SAYA_DEBUG, PATH. Empty variables are unset ones."""
    colour = None
    if environ.get("NO_COLOR"):
        colour = False
    elif environ.get("FORCE_COLOR"):
        colour = True
    elif environ.get("TERM") == "dumb":
        colour = False
    search = environ.get("PATH") or os.defpath
    return Environment(colour=colour, debug=bool(environ.get("SAYA_DEBUG")), search=search)


def take_runner_variables(environ: MutableMapping[str, str] = os.environ) -> dict[str, str]:
    """What the runner of a GitHub workflow and the inputs of the action say.

    Tokens are taken out of the environment, so that no program that is started later finds one.
    """
    taken = {name: value for name, value in environ.items() if name.startswith(("GITHUB_", "RUNNER_", "INPUT_"))}
    for name in list(environ):
        if "TOKEN" in name and name.startswith(("GITHUB_", "GH_", "INPUT_", "ACTIONS_")):
            del environ[name]
    return taken


class Placed(NamedTuple):
    """A setting and where it stands, for a message about it."""

    value: str
    at: Location


class Regions(NamedTuple):
    """The AWS Regions that templates whose path matches a pattern are deployed to."""

    pattern: str
    regions: tuple[str, ...]

    def match(self, path: str) -> bool:
        """Whether a path, relative to the root of the work tree, matches: `*` stays in a folder, `**` does not."""
        return re.fullmatch(_regex(self.pattern), path) is not None


class KnownLayer(NamedTuple):
    """What an organisation says of a layer.

    account        who publishes it; None for any account
    name           its name, as in its ARN
    architectures  what it runs on
    counterparts   the names of the same layer for other architectures
    """

    account: str | None
    name: str
    architectures: tuple[Architecture, ...]
    counterparts: Mapping[Architecture, str]


@record(kw_only=True)
class Config:
    """What `.github/saya.yml` says.

    Attributes:
        policies: further directories of policies, relative to the root of the work tree.
        severity: the severity of all findings of a policy, or `off`, by policy ID.
        params: values of a policy's parameters by name, by policy ID.
        regions: where templates are deployed to; the first that matches a template decides.
        layers: layers that the built-in catalogue does not know, or knows otherwise.
        select: the only policies that judge; empty for all.
        ignore: policies that do not judge.
        fail_on: the least severity that fails the run.
        fail_on_undecided: whether what is undecided fails the run too.
        synthesise: whether programs that make templates are run: `auto` where the head is known to be in the
            repository itself.
        suppressions: whose suppressions hold where there is a base: `base` makes those void that head adds.
    """

    policies: tuple[Placed, ...] = ()
    severity: Mapping[Placed, SeverityOrOff] = field(default_factory=dict)
    params: Mapping[Placed, Mapping[str, Scalar | tuple[Scalar, ...]]] = field(default_factory=dict)
    regions: tuple[Regions, ...] = ()
    layers: tuple[KnownLayer, ...] = ()
    select: tuple[Placed, ...] = ()
    ignore: tuple[Placed, ...] = ()
    fail_on: FailOn = "error"
    fail_on_undecided: bool = False
    suppressions: Suppressing = "head"
    synthesise: Synthesise = "auto"


def _regex(pattern: str) -> str:
    pieces = re.split(r"(\*\*/|\*\*|\*|\?)", pattern.removeprefix("./"))
    meant = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return "".join(meant.get(piece, re.escape(piece)) for piece in pieces)
