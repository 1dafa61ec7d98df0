import io
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from saya.terminal import ProgressLine


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_progress_is_told_on_a_terminal_once_it_takes_long(monkeypatch):
    clock = iter([0.0, 0.5, 1.5, 1.55, 1.6])
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    terminal = Terminal()
    line = ProgressLine(terminal)
    line.show(1, "quick.yaml")
    assert terminal.getvalue() == ""
    line.show(2, "slow\x1b.yaml")
    line.show(3, "too soon.yaml")
    line.clear()
    assert terminal.getvalue() == "\r\x1b[K2 files read, now slow\\x1b.yaml\r\x1b[K"


def test_progress_is_not_told_to_a_file(monkeypatch):
    clock = iter([0.0, 9.0])
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    file = io.StringIO()
    line = ProgressLine(file)
    line.show(1, "slow.yaml")
    line.clear()
    assert file.getvalue() == ""


TEMPLATE = Path(__file__).parents[2] / "examples" / "arm64-migration" / "careless" / "template.yaml"
PATIENT = "from saya.terminal import ProgressLine; ProgressLine.PATIENCE = {}; "
AT_ONCE, NEVER = PATIENT.format("0.0"), PATIENT.format("1e9")


def on_a_terminal(setting: str, *given: str, **environ: str) -> tuple[int, str]:
    """The exit code of a process whose output and errors go to a real terminal, and all that it writes there."""
    program = f"{setting}from saya.cli import main; raise SystemExit(main({list(given)!r}))"
    near, far = pty.openpty()
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=far, stdout=far, stderr=far, env={**kept, "TERM": "xterm", **environ}
    ) as process:
        os.close(far)
        written = b""
        while chunk := read_on(near):
            written += chunk
        os.close(near)
    return process.returncode, written.decode()


def read_on(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # nobody writes any more
        return b""


@pytest.mark.parametrize(
    ("environ", "coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)],
)
def test_colour_is_for_terminals_that_want_it(environ, coloured):
    code, written = on_a_terminal(NEVER, "check", str(TEMPLATE), **environ)
    assert code == 1
    assert ("\x1b[1;31merror[lambda-layer-architecture]\x1b[0m" in written) is coloured
    assert ("\x1b" in written) is coloured


def test_a_file_has_no_colour_whatever_the_terminal_wants(tmp_path):
    code, written = on_a_terminal(NEVER, "check", str(TEMPLATE), "--output", str(tmp_path / "report"))
    assert (code, written) == (1, "")
    assert "\x1b" not in (tmp_path / "report").read_text()


def test_progress_is_told_on_a_real_terminal_and_taken_away_before_the_report():
    code, written = on_a_terminal(AT_ONCE, "check", str(TEMPLATE), NO_COLOR="1")
    assert code == 1
    progress, report = written.split("\r\x1b[K")[1:]
    assert progress.startswith("1 file read, now ")
    assert report.startswith(f"{TEMPLATE}:")
    assert "\x1b" not in report
