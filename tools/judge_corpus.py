"""Write tests/corpus/expected.json: what is said of templates that others wrote, one line each.

usage: judge_corpus.py      read what `git diff` shows before it is committed: each line is right, or a bug
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from saya.cli import main as saya

CORPUS = Path(__file__).parents[1] / "tests" / "corpus"
EXPECTED = CORPUS / "expected.json"


def judged(templates: Path = CORPUS / "templates") -> dict[str, list[str]]:
    """What is said of each template that something is said of, in the order of its lines."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        saya(["check", str(templates), "--format", "json", "--output", str(report)])
        told = json.loads(report.read_text(encoding="utf-8"))
    lines: dict[str, list[tuple[int, str]]] = {}
    for entry in told["findings"]:
        _add(lines, entry, f"{entry['severity']}[{entry['policy']}]", entry["property"])
    for entry in told["undecided"]:
        _add(lines, entry, f"undecided[{entry['policy']}]", entry["property"])
    for entry in told["errors"]:
        lines.setdefault(Path(entry["path"]).name, []).append((entry["line"] or 0, f"problem: {entry['message']}"))
    return {name: [f"{line}: {text}" for line, text in sorted(lines[name])] for name in sorted(lines)}


def _add(lines: dict[str, list[tuple[int, str]]], entry: dict[str, Any], label: str, place: str) -> None:
    told = f"{label} {entry['resource'] or '-'} {place}"
    lines.setdefault(Path(entry["template"]).name, []).append((entry["location"]["start_line"], told))


def written(lines: dict[str, list[str]]) -> str:
    """The text of the file."""
    return json.dumps(lines, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    EXPECTED.write_text(written(judged()), encoding="utf-8", newline="\n")
    sys.exit(0)
