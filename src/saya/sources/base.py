"""What a source hands over: files that may be templates, and how they are deployed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from saya.record import record


@record
class Deployment:
    """One way in which a template is deployed. None and empty where nobody says.

    Attributes:
        stack: the name of the stack.
        region: the AWS Region.
        parameters: the parameter values given, by name.
        origin: who says so, for messages: `samconfig.toml [prod]`, `--region`.
        account: the number of the AWS account.
    """

    stack: str | None = None
    region: str | None = None
    parameters: tuple[tuple[str, str], ...] = ()
    origin: str | None = None
    account: str | None = None


@record
class Candidate:
    """A file that may be a template.

    Attributes:
        path: the file to open; symbolic links on the way to it are resolved and allowed.
        shown: the path as the user would write it.
        named: whether the user named this very file, and so claims that it is a template.
    """

    path: Path
    shown: str
    named: bool


class Files(Protocol):
    """The regular files of one revision, by path from its root, with `/`."""

    def has(self, path: str) -> bool:
        """Whether there is a regular file at a path; symbolic links are not followed."""
        ...

    def read(self, path: str) -> bytes | None:
        """The bytes of a file, None where there is none. Raises UserError where it is too large or cannot be read."""
        ...

    def holds(self, path: str, data: bytes) -> bool:
        """Whether a file has this content."""
        ...

    def below(self, folder: str) -> Iterable[str]:
        """The paths of the files in a folder and in those below it; `""` is the root."""
        ...
