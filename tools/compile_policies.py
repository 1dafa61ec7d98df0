"""Writes the built-in policies as they are read, so that a run need not read them again.

    python tools/compile_policies.py [--check]

With --check it writes nothing, and exits with 1 and one line where what is compiled is not what the policies say.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path, PurePath

from saya.errors import PolicySetError
from saya.policy.compiled import COMPILED, checksum, pack
from saya.policy.load import load_policies
from saya.record import replace


def main(arguments: list[str]) -> int:
    """Compile, or check; returns the exit code."""
    try:
        text = compiled()
    except PolicySetError as error:
        print(error, file=sys.stderr)
        return 1
    path = Path(COMPILED)
    if "--check" not in arguments:
        path.write_text(text, encoding="utf-8", newline="\n")
    elif not path.exists() or path.read_text(encoding="utf-8") != text:
        print(f"{path.name} is not what the policies say; `make docs` writes it", file=sys.stderr)
        return 1
    return 0


def compiled() -> str:
    """What the file has to hold: a policy on each line. Raises PolicySetError."""
    lines = []
    # With their examples they are read from the files, whatever was compiled before.
    for policy in load_policies(tests=True):
        name = json.dumps(PurePath(policy.at.path).name)
        packed = json.dumps(pack(replace(policy, tests=())), ensure_ascii=False, separators=(",", ":"))
        lines.append(f"{name}:[{checksum(policy.at.source)},{packed}]")
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
