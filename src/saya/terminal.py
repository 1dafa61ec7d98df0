"""What is written for a person: the report, a line for a mistake or a bug, a line of progress. Streams are given."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from typing import TextIO

import saya
from saya.errors import ConfigError
from saya.report.inert import inert


class ProgressLine:
    """One line on a terminal that says where a run is, once it has taken a second."""

    PATIENCE = 1.0
    PACE = 0.1

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.next = time.monotonic() + self.PATIENCE if stream.isatty() else float("inf")
        self.visible = False

    def show(self, number: int, path: str) -> None:
        """Say that so many files are read, and which is next; not more often than can be read."""
        if self.next == float("inf") or time.monotonic() < self.next:
            return
        files = "1 file" if number == 1 else f"{number} files"
        self.stream.write(f"\r\x1b[K{files} read, now {inert(path)[-60:]}")
        self.stream.flush()
        self.visible = True
        self.next = time.monotonic() + self.PACE

    def clear(self) -> None:
        """Take the line away, before something else is written."""
        if self.visible:
            self.stream.write("\r\x1b[K")
            self.stream.flush()


def write(stream: TextIO, text: str) -> None:
    """Write a report; a reader that has gone away (`| head`) is no error.

    Raises ConfigError where nothing can be written, on a full disk for example.
    """
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except OSError as error:
        raise ConfigError(f"cannot be written: {error.strerror}", path="standard output") from None


def complain(stream: TextIO, message: str) -> None:
    """Write a mistake, a line for each of its lines."""
    stream.write("".join(f"saya: {inert(line)}\n" for line in message.split("\n")))


def tell_bugs(stream: TextIO, bugs: Sequence[Exception], *, debug: bool) -> None:
    """Write one line for all of them; with `debug` the traceback of each before it."""
    if not bugs:
        return
    if debug:
        import traceback

        for bug in bugs:
            traceback.print_exception(bug, file=stream)
    first = f"{type(bugs[0]).__name__}: {bugs[0]}".partition("\n")[0]
    more = f" (and {len(bugs) - 1} more)" if len(bugs) > 1 else ""
    hint = "" if debug else "; --debug shows where"
    complain(stream, f"a bug in Saya {saya.__version__}, please report it: {first}{more}{hint}")
