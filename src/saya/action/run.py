"""What a run of the action is given."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Protocol

from saya.findings import Report
from saya.github.transport import Timing
from saya.record import field, record
from saya.request import Choices
from saya.runner import Runner
from saya.settings import FailOn


@record(kw_only=True)
class Options:
    """What the command line and the inputs of the action say, beyond the choices of what to judge.

    Attributes:
        base: what to compare with, instead of what the event says.
        fail_on: the least severity that fails; None for what the configuration says.
        fail_on_undecided: whether what is undecided fails.
        on_error: whether a template that cannot be judged fails: `fail` or `pass`.
        output: where the report is written.
        sarif: where it is written as SARIF; None for nowhere.
        report: the report of the unprivileged half, for `workflow_run`.
    """

    base: str | None = None
    fail_on: FailOn | None = None
    fail_on_undecided: bool = False
    on_error: str = "fail"
    output: str | None = None
    sarif: str | None = None
    report: str | None = None


class Console(Protocol):
    """Where a run is told. Lines are text of ours and of others, and are made inert there."""

    def say(self, line: str) -> None:
        """One line of the log."""

    def tell(self, report: Report) -> None:
        """The report, in the log."""

    def command(self, text: str) -> None:
        """Commands for the runner, one a line."""

    def bug(self, error: Exception) -> None:
        """A bug of ours."""


@record(kw_only=True)
class Run:
    """One run of the action. `timing` and `sleep` are how GitHub is asked, `search` is where programs are."""

    choices: Choices
    options: Options
    runner: Runner
    console: Console
    timing: Timing = field(default_factory=Timing)
    sleep: Callable[[float], None] = time.sleep
    search: str = os.defpath
