"""What a release changes and needs: the version, the notes, the image in action.yml.

usage: release.py check VERSION      that the code and the changelog are of this version
       release.py notes VERSION      print what the changelog says of it
       release.py pin IMAGE@DIGEST   name the image in action.yml by its digest

Needs nothing but Python: it runs before anything is installed.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

_VERSION = re.compile(r"(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*)){2}")
_IMAGE = re.compile(r"[a-z0-9.-]+(?:/[a-z0-9._-]+)+@sha256:[0-9a-f]{64}")
_LINE = re.compile(r"^(  image: )\S+$", re.MULTILINE)


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Run one command; 1 and a line of text where something does not hold."""
    commands: dict[str, Callable[[str, Path], None]] = {"check": check, "notes": print_notes, "pin": pin}
    if len(arguments) != 2 or arguments[0] not in commands:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        commands[arguments[0]](arguments[1], root)
    except ValueError as error:
        print(f"release: {error}", file=sys.stderr)
        return 1
    return 0


def check(version: str, root: Path) -> None:
    """Raise ValueError unless everything is of this version."""
    if not _VERSION.fullmatch(version):
        raise ValueError(f"`{version}` is no version; valid is MAJOR.MINOR.PATCH")
    code = (root / "src" / "saya" / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "([^"]*)"$', code, re.MULTILINE)
    if not found or found[1] != version:
        raise ValueError(f"src/saya/__init__.py is of version {found[1] if found else 'none'}, not {version}")
    notes(version, root)


def notes(version: str, root: Path) -> str:
    """What CHANGELOG.md says of a version. Raises ValueError where it says nothing."""
    text = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    heading = rf"^## {re.escape(version)} - \d{{4}}-\d\d-\d\d\n"
    section = re.search(heading + r"(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    if not section or not section[1].strip():
        raise ValueError(f"CHANGELOG.md has no entries below `## {version} - YEAR-MONTH-DAY`")
    return section[1].strip()


def print_notes(version: str, root: Path) -> None:
    print(notes(version, root))


def pin(image: str, root: Path) -> None:
    """Name the image of action.yml by its digest. Raises ValueError where it is no digest, or no image is named."""
    if not _IMAGE.fullmatch(image):
        raise ValueError(f"`{image}` is no image with its digest; valid is REGISTRY/NAME@sha256:…")
    path = root / "action.yml"
    text, count = _LINE.subn(rf"\g<1>docker://{image}", path.read_text(encoding="utf-8"))
    if count != 1:
        raise ValueError("action.yml has no line, or several, that names the image")
    path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
