"""Write what is generated: docs/policies/*.md from the policies, docs/facts.md from the fact types, schemas/*.json.

usage: generate_docs.py [--check]      --check: write nothing; exit 1 where a file is not what would be written
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from facts_page import facts_page
from saya.policy.explain import index, page
from saya.policy.load import load_policies
from saya.schemas import SCHEMAS

ROOT = Path(__file__).parents[1]


def generated() -> dict[Path, str]:
    """The text of each generated file."""
    policies = load_policies(tests=True)
    pages = ROOT / "docs" / "policies"
    files = {pages / f"{policy.id}.md": page(policy) for policy in policies}
    files[pages / "README.md"] = index(policies)
    files[ROOT / "docs" / "facts.md"] = facts_page()
    for name, schema in SCHEMAS.items():
        files[ROOT / "schemas" / f"{name}.schema.json"] = json.dumps(schema(), indent=2) + "\n"
    return files


def stale(files: dict[Path, str]) -> list[Path]:
    """The files that are missing, differ, or are pages of no policy."""
    wrong = [path for path, text in files.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    left_over = [path for path in (ROOT / "docs" / "policies").glob("*.md") if path not in files]
    return wrong + left_over


def main(arguments: list[str]) -> int:
    """Write the files, or say which are stale."""
    files = generated()
    if "--check" in arguments:
        for path in stale(files):
            print(f"{path.relative_to(ROOT)}: not as generated; run `make docs`")
        return 1 if stale(files) else 0
    for path in stale(files):
        if path not in files:
            path.unlink()
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
