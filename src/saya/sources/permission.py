"""Whether a program of the author's may be run: what is asked for, and what is known of the head.

Nobody says whose a work tree on a laptop is. There, who installed what a program needs has chosen to run what others
wrote for it; so it is run where that was installed beside it, and not checked in.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from saya.errors import UserError
from saya.record import record
from saya.sources.git import find_repository

Mode = Literal["auto", "off", "always"]

TIMEOUT = 300.0
"""Seconds that a program may take; one of 4800 resources takes five, one in Python without its cache forty."""

INSTALLED = ("node_modules", ".venv", "venv")
"""Folders that hold what is installed for a program."""

_ADVICE = "run `cdk synth`, or `--synthesise always`"


@record(kw_only=True)
class Permission:
    """Whether programs may be run, and with what.

    Attributes:
        granted: whether they may.
        always: whether they are to be run even where what they made lies there already.
        installed: whether only those may be run that somebody has installed something for, see `is_installed`.
        why: why not, and what would change that.
        search: the folders that programs are looked for in, as PATH has them.
        timeout: seconds that one may take.
    """

    granted: bool = False
    always: bool = False
    installed: bool = False
    why: str = "synthesis is off"
    search: str = os.defpath
    timeout: float = TIMEOUT

    def holds_for(self, root: Path, folder: str) -> bool:
        """Whether the program in a folder of a tree may be run."""
        return self.granted and (not self.installed or is_installed(root, folder))


@record(kw_only=True)
class Trust:
    """What is known of a head before anything of it is run.

    Attributes:
        ours: whether it lies in the repository itself, whose authors could run anything anyway; None where nobody says.
        never: why nothing of it may be run, whatever is asked for; empty where it may.
        search: as in `Permission`.
    """

    ours: bool | None = None
    never: str = ""
    search: str = os.defpath


def permit(mode: Mode, trust: Trust) -> Permission:
    """Whether programs are run, for what is asked and what is known."""
    if mode == "off":
        return Permission(why="it was not run (`synthesise: off`), and there is no assembly of it")
    if trust.never:
        return Permission(why=f"it was not run: {trust.never}")
    if mode == "always" or trust.ours:
        return Permission(granted=True, always=mode == "always", why="", search=trust.search)
    if trust.ours is None:
        needed = f"what it needs installed beside it ({', '.join(INSTALLED)}), in a Git repository and not checked in"
        why = f"it was not run, which takes {needed}, and there is no assembly of it; {_ADVICE}"
        return Permission(granted=True, installed=True, why=why, search=trust.search)
    return Permission(
        why=f"it was not run, as the head is in another repository, and there is no assembly of it; {_ADVICE}"
    )


def is_installed(root: Path, folder: str) -> bool:
    """Whether something was installed for the program in a folder of a work tree, and its repository has none of it.

    False where no repository can be asked: an archive may bring such folders along.
    """
    folders = [posixpath.join(each, name) for each in upwards(folder) for name in INSTALLED]
    there = [path for path in folders if (root / path).is_dir()]
    try:
        repository = find_repository(root) if there else None
        return repository is not None and not any(map(repository.holds, there))
    except UserError:
        return False


def upwards(folder: str) -> Iterator[str]:
    """A folder and those that it lies in, up to the root, `""`."""
    while folder:
        yield folder
        folder = posixpath.dirname(folder)
    yield ""
