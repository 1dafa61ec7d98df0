"""What people see, as a whole: a change of words shows in the diff of these files.

To accept what is new: `python tests/snapshots/test_snapshots.py`.
"""

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
EXAMPLE = "examples/arm64-migration"
CARELESS = (f"{EXAMPLE}/careless", "--base", f"{EXAMPLE}/before")

TOLD = {
    "careless-review.md": ("preview", *CARELESS),
    "careless-summary.md": ("check", *CARELESS, "--format", "markdown"),
    "careless-annotations.txt": ("check", *CARELESS, "--format", "github"),
    "correct-review.md": ("preview", f"{EXAMPLE}/correct", "--base", f"{EXAMPLE}/before"),
}


def tell(*arguments: str) -> str:
    command = [sys.executable, "-m", "saya", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False, text=True, encoding="utf-8").stdout


@pytest.mark.parametrize("name", TOLD)
def test_it_is_told_as_before(name):
    assert tell(*TOLD[name]) == (HERE / name).read_text(encoding="utf-8")


if __name__ == "__main__":
    for file, arguments in TOLD.items():
        (HERE / file).write_text(tell(*arguments), encoding="utf-8")
