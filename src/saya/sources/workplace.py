"""The folder that a program works in: its own, and thrown away with all else that it left where everybody may write."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from saya.errors import UserError

SHARED = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108 - to empty them of what the program left


@contextmanager
def open_workplace(user: int | None) -> Iterator[Path]:
    """A folder with `made`, `home` and `tmp` in it, which belong to `user`; ours where that is None.

    Raises UserError where none can be made.
    """
    try:
        place = Path(tempfile.mkdtemp(prefix="saya-"))
    except OSError as error:
        raise UserError(f"there is no folder to work in: {(error.strerror or 'unknown').lower()}") from None
    try:
        for name in ("made", "home", "tmp"):
            (place / name).mkdir(mode=0o700)
            if user is not None:
                os.chown(place / name, user, user)
        if user is not None:
            place.chmod(0o711)  # ours still, so that nothing in it is put in the place of something else
        yield place
    finally:
        remove(place)
        if user is not None:
            _sweep(user)


def remove(path: Path) -> None:
    """Remove what a program left at a path, however deep it nested its folders and whatever it took from their rights.
    A symbolic link is removed, never followed.
    """
    with suppress(OSError, RecursionError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    if os.path.lexists(path):
        _remove_by_program(path)


def _remove_by_program(path: Path) -> None:
    """`rm` goes as deep as there are folders, of which each may have been taken its rights."""
    for command in (["chmod", "-R", "u+rwx", "--", str(path)], ["rm", "-rf", "--", str(path)]):
        with suppress(OSError, subprocess.SubprocessError):
            subprocess.run(
                command,
                env={"PATH": os.defpath},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=60,
                check=False,
            )


def _sweep(user: int) -> None:
    """Remove what belongs to a user in the folders for everybody."""
    for folder in dict.fromkeys((tempfile.gettempdir(), *SHARED)):
        with suppress(OSError):
            for each in os.scandir(folder):
                with suppress(OSError):
                    if each.stat(follow_symlinks=False).st_uid == user:
                        remove(Path(each))
