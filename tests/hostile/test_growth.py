"""Small input that would take long or grow large: each of these took minutes, or the machine's memory, once."""

import json
import time

import pytest

from saya.cli import main

QUICK = 15
"""Seconds of the processor; what is held here takes one or two on a busy machine, and what it mends took a hundred."""


@pytest.fixture
def judge(tmp_path, monkeypatch, capsys):
    """Checks files, which must not take long; returns the exit code and what was printed."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)

    def run(files: dict[str, str | dict], *arguments: str) -> tuple[int, str]:
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content if isinstance(content, str) else json.dumps(content))
        start = time.process_time()
        code = main(["check", *arguments])
        assert time.process_time() - start < QUICK
        told = capsys.readouterr()
        assert told.err == ""
        return code, told.out

    return run


def callers(number: int) -> dict:
    """One function and many that call it."""
    mapping = {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {"FunctionName": {"Ref": "Fn"}}}
    return {"Fn": {"Type": "AWS::Lambda::Function"}, **{f"Mapping{n}": mapping for n in range(number)}}


# --- what is told -----------------------------------------------------------------------------------------------------


def test_a_line_that_is_the_whole_file_is_not_copied_for_each_finding(judge):
    code, told = judge({"t.json": {"Resources": callers(8000)}})
    assert code == 0
    assert "8000 notes" in told
