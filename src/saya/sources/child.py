"""A program that nobody vouches for, run so that nothing of ours is in its reach and nothing of it stays.

It gets the environment that it is given and no other, a session of its own, a time limit, and a place in our memory for
the end of what it prints. As root it runs as a user that nothing belongs to: that user reads no file of ours that is
not for everybody, none of our environment, and no socket. Whatever it started is killed with it: by that user, and
because we adopt what its processes leave behind (prctl(2), PR_SET_CHILD_SUBREAPER).

Without root it runs as whoever runs us: its environment is scrubbed and ours is closed to it (PR_SET_DUMPABLE), but it
reads and writes what that person may.
"""

from __future__ import annotations

import os
import selectors
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from saya.errors import UserError
from saya.record import record

KEPT = 16 * 1024
"""Bytes of the end of what the program prints."""

_LARGEST_FILE = 1 << 30
_MOST_PROCESSES = 2_000  # threads count, and Node starts a dozen for each process

# What systemd gives to services that have no user of their own, so that no file should belong to one of these.
_FIRST_USER, _LAST_USER = 61_184, 65_519

_PR_SET_DUMPABLE, _PR_SET_CHILD_SUBREAPER = 4, 36


@record(kw_only=True)
class Outcome:
    """How a program ended: its exit code, None where time ran out; and the end of what it printed."""

    code: int | None
    printed: str


def free_user() -> int | None:
    """A user that nothing belongs to, to run a program as; None where we may not."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return None
    import pwd

    taken = {entry.pw_uid for entry in pwd.getpwall()} | set(_owners().values())
    start = _FIRST_USER + os.getpid() % (_LAST_USER - _FIRST_USER)
    candidates = (*range(start, _LAST_USER), *range(_FIRST_USER, start))
    return next((user for user in candidates if user not in taken), None)


def check_reach(folder: Path, user: int | None) -> None:
    """Raise UserError where a folder cannot be read by somebody that nothing belongs to."""
    if user is None:
        return
    for part in (folder, *folder.parents):
        if not part.stat().st_mode & stat.S_IXOTH:
            raise UserError(
                f"as root, a program runs as a user without rights, who cannot enter `{part}`; "
                f"run `chmod o+rx {part}`, or run Saya as somebody else"
            )


def run_child(
    command: Sequence[str], *, folder: Path, environment: Mapping[str, str], timeout: float, user: int | None
) -> Outcome:
    """Run a program to its end, or for `timeout` seconds, and end all that it started. Raises UserError."""
    before = frozenset(_descendants())
    with _guarded():
        try:
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                umask=0o077,
                user=user,
                group=user,
                extra_groups=None if user is None else [],
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise UserError(f"`{command[0]}` cannot be run: {getattr(error, 'strerror', None) or error}") from None
        try:
            _limit(process.pid, user)
            printed = _read(process, time.monotonic() + timeout)
            code = process.poll()
        finally:
            _end(process, user, before)
    return Outcome(code=code, printed=printed.decode("utf-8", "replace"))


@contextmanager
def _guarded() -> Iterator[None]:
    """While a child runs: our memory and environment are closed to it, and what its processes leave becomes ours."""
    _control(_PR_SET_CHILD_SUBREAPER, 1)
    _control(_PR_SET_DUMPABLE, 0)
    try:
        yield
    finally:
        _control(_PR_SET_DUMPABLE, 1)
        _control(_PR_SET_CHILD_SUBREAPER, 0)


def _control(option: int, value: int) -> None:
    if sys.platform == "linux":
        import ctypes  # the standard library has no other way to prctl(2)

        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def _limit(process: int, user: int | None) -> None:
    """No core files, no huge files, and no more processes than a program of this kind needs."""
    if sys.platform != "linux":
        return
    import resource

    limits = {resource.RLIMIT_CORE: 0, resource.RLIMIT_FSIZE: _LARGEST_FILE}
    if user is not None:
        limits[resource.RLIMIT_NPROC] = _MOST_PROCESSES
    for kind, most in limits.items():
        with suppress(OSError, ValueError):
            resource.prlimit(process, kind, (most, most))


def _read(process: subprocess.Popen[bytes], deadline: float) -> bytes:
    """The end of what the program prints until it ends or the deadline is reached, whoever still holds its output."""
    assert process.stdout is not None
    os.set_blocking(process.stdout.fileno(), False)
    kept = b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        open_ = True
        while time.monotonic() < deadline:
            ended = process.poll() is not None
            if open_ and selector.select(0 if ended else min(0.1, max(0.0, deadline - time.monotonic()))):
                piece = os.read(process.stdout.fileno(), 1 << 16)
                open_ = bool(piece)
                kept = (kept + piece)[-KEPT:]
            elif ended:
                break
            elif not open_:
                time.sleep(0.02)
    return kept


def _end(process: subprocess.Popen[bytes], user: int | None, before: frozenset[int]) -> None:
    """Kill the program and all that it started, wherever that has moved."""
    with suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
    if user is not None:
        _kill_all(user)
    stop = time.monotonic() + 10
    while time.monotonic() < stop:
        process.poll()
        alive = [each for each in _descendants() if each not in before]
        if user is not None:
            alive += [each for each, owner in _owners().items() if owner == user and each not in alive]
        if not alive:
            break
        for each in alive:
            with suppress(OSError):
                os.kill(each, signal.SIGKILL)
            if each != process.pid:
                with suppress(OSError):
                    os.waitpid(each, os.WNOHANG)
        time.sleep(0.005)
    with suppress(subprocess.TimeoutExpired):
        process.wait(5)
    if process.stdout is not None:
        process.stdout.close()


def _kill_all(user: int) -> None:
    """Kill the processes of a user, in one call that none of them can outrun by forking; it spares the caller alone."""
    caller = os.fork()
    if caller == 0:
        try:
            os.setgroups([])
            os.setresgid(user, user, user)
            os.setresuid(user, user, user)
            os.kill(-1, signal.SIGKILL)
        finally:
            os._exit(0)
    with suppress(OSError):
        os.waitpid(caller, 0)


def _descendants() -> list[int]:
    """The processes that we started, and those that they started."""
    parents = _parents()
    found, last = [], {os.getpid()}
    while last:
        last = {each for each, parent in parents.items() if parent in last}
        found += sorted(last)
    return found


def _parents() -> dict[int, int]:
    """The parent of each process; empty where there is no /proc."""
    found = {}
    for process in _processes():
        with suppress(OSError, ValueError, IndexError):
            # "PID (NAME) STATE PPID ...", and a name may hold anything
            found[process] = int(Path(f"/proc/{process}/stat").read_bytes().rpartition(b")")[2].split()[1])
    return found


def _owners() -> dict[int, int]:
    """The user that each process runs as."""
    found = {}
    for process in _processes():
        with suppress(OSError, ValueError, IndexError):
            for line in Path(f"/proc/{process}/status").read_bytes().split(b"\n"):
                if line.startswith(b"Uid:"):
                    found[process] = int(line.split()[1])
    return found


def _processes() -> list[int]:
    try:
        return [int(name) for name in os.listdir("/proc") if name.isdigit()]  # noqa: PTH208 - names alone
    except OSError:
        return []
