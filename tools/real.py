"""Run what needs more than Python: tests/real, with the wheel, the image and the linters.

usage: real.py [PYTEST-ARGUMENT...]      exit code of pytest; 2 where a program is missing
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# What the tests start, and the package of Debian and Ubuntu that it comes in. mmdebstrap is needed only where the base
# image cannot be pulled, and is then asked for by its name.
PROGRAMS = {"git": "git", "npm": "npm", "podman": "podman", "runc": "runc"}


def main(arguments: list[str]) -> int:
    """Run pytest, if everything is there."""
    missing = [package for program, package in PROGRAMS.items() if shutil.which(program) is None]
    if missing:
        print(f"make real: missing are {', '.join(missing)}; apt-get install them, or run .ci/run", file=sys.stderr)
        return 2
    return subprocess.call([sys.executable, "-m", "pytest", "tests/real", "--durations=5", *arguments], cwd=ROOT)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
