from pathlib import Path

import pytest

from saya.action.outputs import write_outputs, write_report, write_summary
from saya.errors import ConfigError

from ...contract.workflow import read_outputs  # noqa: TID252


def test_no_value_can_name_an_output_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "output"
    values = {"report": "a\nevil=1\nEOF\nevil<<EOF\nx\nEOF", "errors": 3}
    write_outputs(str(file), values)
    assert dict(read_outputs(file.read_text())) == {"report": values["report"], "errors": "3"}


def test_files_of_the_runner_are_added_to(tmp_path: Path) -> None:
    file = tmp_path / "summary"
    file.write_text("before\n")
    write_summary(str(file), "after \ud800\n")
    assert file.read_text() == "before\nafter ?\n"


def test_without_a_runner_nothing_is_written() -> None:
    write_outputs(None, {"a": 1})
    write_summary("", "text")


def test_a_report_takes_the_place_of_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "report.json"
    target.write_text("precious")
    link.symlink_to(target)
    write_report(link, "{}")
    assert (target.read_text(), link.read_text(), link.is_symlink()) == ("precious", "{}", False)
    assert {each.name for each in tmp_path.iterdir()} == {"report.json", "target"}


def test_a_report_is_not_written_through_a_linked_folder(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(ConfigError, match="symbolic link"):
        write_report(tmp_path / "link" / "report.json", "{}")
    assert list((tmp_path / "real").iterdir()) == []


def test_a_folder_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be written: no such file or directory"):
        write_report(tmp_path / "none" / "report.json", "{}")
    with pytest.raises(ConfigError, match="cannot be written"):
        write_outputs(str(tmp_path), {"a": 1})


def test_a_report_is_for_everybody_to_read(tmp_path: Path) -> None:
    write_report(tmp_path / "report.json", "{}")
    assert (tmp_path / "report.json").stat().st_mode & 0o444 == 0o444
