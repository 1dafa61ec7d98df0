import io

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
