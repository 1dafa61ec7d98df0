"""The log of a step, in which the runner obeys commands only while we write our own.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#stopping-and-starting-workflow-commands
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Self

from saya.findings import Report
from saya.report.inert import inert
from saya.report.text import tell_text


class Log:
    """What a run says, line by line. `write` takes text, `tell_bug` a bug of ours."""

    def __init__(self, write: Callable[[str], None], tell_bug: Callable[[Exception], None], *, colour: bool) -> None:
        self._write = write
        self._tell_bug = tell_bug
        self._colour = colour
        self._mark = f"saya-{secrets.token_hex(16)}"

    def __enter__(self) -> Self:
        self._write(f"::stop-commands::{self._mark}\n")
        return self

    def __exit__(self, *_: object) -> None:
        self._write(f"::{self._mark}::\n")

    def say(self, line: str) -> None:
        """One line of ours, whatever it quotes."""
        self._write(f"saya: {inert(line)}\n")

    def tell(self, report: Report) -> None:
        """The report as text."""
        self._write(tell_text(report, colour=self._colour))

    def command(self, text: str) -> None:
        """Commands for the runner, one a line."""
        self._write(f"::{self._mark}::\n{text}::stop-commands::{self._mark}\n")

    def bug(self, error: Exception) -> None:
        """A bug of ours."""
        self._tell_bug(error)
