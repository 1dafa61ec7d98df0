"""Templates that a program of the author's makes: the AWS CDK's app, run in a folder that is thrown away.

It is run as the CDK's CLI would run it, without the CLI: no telemetry, no notices, no bundling, no look-ups, no
credentials. How the two talk is in `aws-cdk-lib/cx-api` (CDK_OUTDIR, CDK_CONTEXT_JSON).
"""

from __future__ import annotations

import json
import os
import posixpath
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal

from saya.errors import SynthesisError, UserError
from saya.record import record
from saya.sources.base import Files
from saya.sources.cdk import MANIFEST, read_settings
from saya.sources.child import check_reach, free_user, run_child
from saya.sources.workspace import Folder

Mode = Literal["auto", "off", "always"]

TIMEOUT = 300.0
"""Seconds that a program may take; one of 4800 resources takes five, one in Python without its cache forty."""

LARGEST_CONTEXT = 100_000  # Linux takes 128 KiB in one variable
TAIL = 15

LOCKS = (
    *("package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb"),
    *("requirements.txt", "requirements.lock", "poetry.lock", "uv.lock", "Pipfile.lock", "pdm.lock"),
)
INSTALLED = ("node_modules", ".venv", "venv")

# What the CLI puts into the context of an app; the keys are those of `aws-cdk-lib/cx-api`.
_CONTEXT: Mapping[str, object] = {
    "aws:cdk:bundling-stacks": [],
    "aws:cdk:enable-path-metadata": True,
    "aws:cdk:enable-asset-metadata": True,
    "aws:cdk:disable-asset-staging": True,
    "aws:cdk:version-reporting": False,
}

_ENVIRONMENT = {
    "CI": "1",
    "LANG": "C.UTF-8",
    "CDK_VALIDATION": "false",
    "CDK_DISABLE_CLI_TELEMETRY": "true",
    "AWS_EC2_METADATA_DISABLED": "true",
    "JSII_HOST_STACK_TRACES": "1",
    "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "1",
    "JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION": "1",
    "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
    "NODE_OPTIONS": "--stack-trace-limit=60 --enable-source-maps",
    "TS_NODE_TRANSPILE_ONLY": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "npm_config_offline": "true",
    "npm_config_update_notifier": "false",
}


@record(kw_only=True)
class Permission:
    """Whether programs may be run, and with what.

    Attributes:
        granted: whether they may.
        always: whether they are to be run even where what they made lies there already.
        why: why not, and what would change that.
        search: the folders that programs are looked for in, as PATH has them.
        timeout: seconds that one may take.
    """

    granted: bool = False
    always: bool = False
    why: str = "synthesis is off"
    search: str = os.defpath
    timeout: float = TIMEOUT


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
    who = "the head is in another repository" if trust.ours is False else "nobody says whether it can be trusted"
    return Permission(
        why=f"it was not run, as {who}, and there is no assembly of it; run `cdk synth`, or `--synthesise always`"
    )


@record(kw_only=True)
class Synthesis:
    """What a run left: the files, with the assembly among them where the program's `output` is; and the root of the
    tree that it ran in, as its stack traces name it.
    """

    files: Files
    root: str


class Mounted:
    """The files of a folder under a path of another tree, as `Files`."""

    def __init__(self, folder: Path, at: str) -> None:
        self.inner = Folder(folder)
        self.at = at

    def _below(self, path: str) -> str:
        return path[len(self.at) + 1 :] if path.startswith(f"{self.at}/") else ""

    def has(self, path: str) -> bool:
        """Whether there is a regular file at a path."""
        return self.inner.has(self._below(path))

    def read(self, path: str) -> bytes | None:
        """The bytes of a file, None where there is none."""
        return self.inner.read(self._below(path))

    def holds(self, path: str, data: bytes) -> bool:
        """Whether a file has this content."""
        return self.inner.holds(self._below(path), data)

    def below(self, folder: str) -> Iterator[str]:
        """The paths of the files in a folder and in those below it."""
        every = (posixpath.join(self.at, path) for path in self.inner.below(""))
        return (path for path in every if not folder or path.startswith(f"{folder}/"))


@contextmanager
def synthesise(root: Path, folder: str, output: str, permission: Permission) -> Iterator[Synthesis]:
    """Run the program in a folder of a tree. What it made is gone when the context is left.

    Raises SynthesisError where it fails, UserError where it cannot be run.
    """
    project = (root / folder).resolve()
    files = Folder(project)
    settings = read_settings(files, "")
    if settings is None:
        raise UserError("names no `app`, so that there is nothing to run", path=posixpath.join(folder, "cdk.json"))
    user = free_user()
    check_reach(project, user)
    with _workplace(user) as place:
        made = place / "made"
        environment = _environment(settings, files, place, project, permission)
        outcome = run_child(
            _command(settings, made), folder=project, environment=environment, timeout=permission.timeout, user=user
        )
        if outcome.code is None:
            raise SynthesisError(f"synthesis took longer than {permission.timeout:.0f} s", tail(outcome.printed))
        if not (made / MANIFEST).is_file() or outcome.code != 0:
            told = told_by(outcome.printed)
            raise SynthesisError(f"synthesis failed with exit code {outcome.code}{told}", tail(outcome.printed))
        yield Synthesis(files=Mounted(made, output), root=str(root.resolve()))


@contextmanager
def synthesise_base(
    base: Files, head: Files, root: Path, folder: str, output: str, permission: Permission
) -> Iterator[Synthesis]:
    """Run the program of base in a tree of its own, with what is installed for head.

    Raises UserError where what is installed for head is not what base needs, or where it fails.
    """
    locks = [posixpath.join(each, name) for each in _upwards(folder) for name in LOCKS]
    held = [(path, base.read(path), head.read(path)) for path in locks if base.has(path) or head.has(path)]
    if not held:
        raise UserError("no lock file says that what is installed is what base needs")
    differing = [path for path, before, after in held if before != after]
    if differing:
        raise UserError(f"`{differing[0]}` differs, and what is installed is what head needs")
    with tempfile.TemporaryDirectory(prefix="saya-base-", ignore_cleanup_errors=True) as place:
        tree = Path(place).resolve()
        tree.chmod(0o755)
        for path in base.below(""):
            _write(tree / path, base, path)
        for each in _upwards(folder):
            for name in INSTALLED:
                if (root / each / name).is_dir() and (tree / each).is_dir() and not (tree / each / name).exists():
                    (tree / each / name).symlink_to((root / each / name).resolve())
        with synthesise(tree, folder, output, permission) as made:
            yield made


def tail(printed: str) -> tuple[str, ...]:
    """The last lines of what a program printed, each short enough to read."""
    lines = [line.strip() for line in printed.splitlines() if line.strip()]
    return tuple(line if len(line) <= 200 else f"{line[:200]}…" for line in lines[-TAIL:])


def told_by(printed: str) -> str:
    """The line that says what went wrong, behind a colon: the last that looks like an error; empty where none does."""
    lines = [line for line in tail(printed) if ("Error" in line or "error" in line) and len(line) <= 200]
    return f": {lines[-1]}" if lines else ""


def _write(path: Path, files: Files, name: str) -> None:
    with suppress(UserError):  # too large for a source
        data = files.read(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data or b"")


def _upwards(folder: str) -> Iterator[str]:
    """A folder and those that it lies in, up to the root."""
    while folder:
        yield folder
        folder = posixpath.dirname(folder)
    yield ""


@contextmanager
def _workplace(user: int | None) -> Iterator[Path]:
    """A folder that belongs to the program alone, thrown away with all else that it left in folders for everybody."""
    place = Path(tempfile.mkdtemp(prefix="saya-"))
    try:
        for name in ("made", "home", "tmp"):
            (place / name).mkdir(mode=0o700)
        if user is not None:
            for each in (place, *place.iterdir()):
                os.chown(each, user, user)
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)
        if user is not None:
            _sweep(user)


def _sweep(user: int) -> None:
    for folder in (Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp"), Path("/dev/shm")):  # noqa: S108 - to empty them
        with suppress(OSError):
            for each in os.scandir(folder):
                with suppress(OSError):
                    if each.stat(follow_symlinks=False).st_uid == user:
                        if each.is_dir(follow_symlinks=False):
                            shutil.rmtree(each, ignore_errors=True)
                        else:
                            Path(each).unlink()


def _command(settings: Mapping[str, Any], made: Path) -> list[str]:
    """The shell's, as the CLI does; where `cdk.json` has something built before, the CLI itself."""
    if settings.get("build"):
        return [
            "/bin/sh",
            "-c",
            'exec cdk synth --quiet --no-notices --no-version-reporting --no-lookups --output "$0"',
            str(made),
        ]
    return ["/bin/sh", "-c", settings["app"]]


def _environment(
    settings: Mapping[str, Any], files: Folder, place: Path, project: Path, permission: Permission
) -> dict[str, str]:
    """All that the program is told."""
    own = (project / "node_modules" / ".bin", project / ".venv" / "bin", project / "venv" / "bin")
    search = [str(each) for each in own if each.is_dir()]
    if shutil.which("npx", path=permission.search) is None:
        search.append(str(_write_npx(place)))
    environment = {
        **_ENVIRONMENT,
        "PATH": os.pathsep.join([*search, permission.search]),
        "HOME": str(place / "home"),
        "TMPDIR": str(place / "tmp"),
        "CDK_OUTDIR": str(place / "made"),
    }
    context = json.dumps({**_context(settings.get("context")), **_saved_context(files), **_CONTEXT})
    if len(context) <= LARGEST_CONTEXT:
        return {**environment, "CDK_CONTEXT_JSON": context}
    overflow = place / "context.json"
    overflow.write_text(context, encoding="utf-8")
    overflow.chmod(0o644)
    return {**environment, "CONTEXT_OVERFLOW_LOCATION_ENV": str(overflow)}


# Debian's Node comes without npm. What is installed is on the PATH, and nothing else may be fetched anyway.
_NPX = """\
#!/bin/sh
while :; do case "$1" in --) shift; break ;; -*) shift ;; *) break ;; esac; done
exec "$@"
"""


def _write_npx(place: Path) -> Path:
    """A folder with an `npx` for machines that have none."""
    folder = place / "bin"
    folder.mkdir()
    folder.chmod(0o755)
    (folder / "npx").write_text(_NPX, encoding="utf-8")
    (folder / "npx").chmod(0o755)
    return folder


def _context(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _saved_context(files: Folder) -> Mapping[str, object]:
    """What the CLI looked up earlier and wrote down for the next time."""
    data = files.read("cdk.context.json")
    try:
        return _context(json.loads(data)) if data is not None else {}
    except (ValueError, RecursionError):
        raise UserError("is not JSON", path="cdk.context.json") from None
