import re
from pathlib import Path

import pytest

from saya.cli import main

ROOT = Path(__file__).parents[2]
SHOWN = re.findall(r"```console\n\$ saya (.*)\n((?:.*\n)*?)```", (ROOT / "README.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("command", "told"), SHOWN)
def test_what_the_readme_shows_is_what_is_printed(command, told, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    main(command.split())
    assert capsys.readouterr().out.startswith(told)


def test_the_readme_shows_something():
    assert SHOWN
