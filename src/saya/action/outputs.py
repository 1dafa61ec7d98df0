"""What a step leaves behind: its outputs, the job summary, the report.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands. The files of the runner are written
to under random delimiters, so that no text can name an output of its own. The report is put in its place by a rename,
which follows no link that a pull request planted there.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from saya.errors import ConfigError


def write_outputs(path: str | None, outputs: Mapping[str, str | int]) -> None:
    """Append outputs to the file GITHUB_OUTPUT; nothing where the runner gave none. Raises ConfigError."""
    if path:
        _append(path, "".join(_entry(name, str(value)) for name, value in outputs.items()))


def write_summary(path: str | None, markdown: str) -> None:
    """Append Markdown to the file GITHUB_STEP_SUMMARY; nothing where the runner gave none. Raises ConfigError."""
    if path:
        _append(path, markdown)


def write_report(path: Path, text: str) -> None:
    """Write a report, in place of whatever is there. Raises ConfigError."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        if path.parent.resolve() != Path(os.path.abspath(path.parent)):  # noqa: PTH100 - lexical: links are looked for
            raise ConfigError("a symbolic link leads to the folder of the report; name another", path=path.as_posix())
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o644)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise ConfigError(f"cannot be written: {_why(error)}", path=path.as_posix()) from None


def _append(path: str, text: str) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o644)
        with os.fdopen(descriptor, "a", encoding="utf-8", newline="\n", errors="replace") as file:
            file.write(text)
    except OSError as error:
        raise ConfigError(f"cannot be written: {_why(error)}", path=path) from None


def _entry(name: str, value: str) -> str:
    delimiter = f"saya_{secrets.token_hex(16)}"
    return f"{name}<<{delimiter}\n{value}\n{delimiter}\n"


def _why(error: OSError) -> str:
    return (error.strerror or "unknown").lower()
