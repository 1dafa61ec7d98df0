"""How the AWS CDK's CLI runs a program: the command, and all that the program is told.

Sources: `aws-cdk-lib/cx-api` (CDK_OUTDIR, CDK_CONTEXT_JSON and the keys below), and the CLI's own
`toolkit-lib/lib/api/cloud-assembly/environment.ts` for what it makes of `app`.
"""

from __future__ import annotations

import json
import os
import posixpath
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from saya.errors import UserError
from saya.sources.base import Files
from saya.sources.permission import upwards

LARGEST_CONTEXT = 100_000  # Linux takes 128 KiB in one variable

# What the CLI puts into the context of an app.
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
    # Where a resource was made is told without being asked from aws-cdk-lib 2.251 on; before, for this.
    "CDK_DEBUG": "true",
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

_VENVS = (".venv", "venv")
_LOOKED_UP = re.compile(r":(account|region)=([^:]+)")


def command_of(settings: Mapping[str, Any], project: Path) -> list[str]:
    """What runs the program of a `cdk.json`: its `app`, after its `build` where there is one."""
    app = _executable(str(settings["app"]), project)
    build = settings.get("build")
    if isinstance(build, str) and build:
        return ["/bin/sh", "-c", '/bin/sh -c "$0" && exec /bin/sh -c "$1"', build, app]
    return ["/bin/sh", "-c", app]


def _executable(app: str, project: Path) -> str:
    """A script of JavaScript that cannot be executed is one for Node."""
    first, _, rest = app.strip().partition(" ")
    path = project / first
    if first.endswith(".js") and path.is_file() and not os.access(path, os.X_OK) and re.fullmatch(r"[\w./@-]+", first):
        return f"node {first} {rest}".strip()
    return app


def environment_of(
    settings: Mapping[str, Any], files: Files, folder: str, root: Path, place: Path, search: str
) -> dict[str, str]:
    """All that the program in a folder of a tree is told; `place` is the folder that it works in. Raises UserError."""
    saved = _saved_context(files, folder)
    environment = {
        **_ENVIRONMENT,
        **_default_environment(saved),
        "PATH": os.pathsep.join([*_own_programs(root, folder), *_npx(place, search), search]),
        "HOME": str(place / "home"),
        "TMPDIR": str(place / "tmp"),
        "CDK_OUTDIR": str(place / "made"),
    }
    packages = list(_foreign_packages(root, folder))
    if packages:
        environment["PYTHONPATH"] = os.pathsep.join(packages)
    context = json.dumps({**_mapping(settings.get("context")), **saved, **_CONTEXT})
    if len(context) <= LARGEST_CONTEXT:
        return {**environment, "CDK_CONTEXT_JSON": context}
    overflow = place / "context.json"
    overflow.write_text(context, encoding="utf-8")
    overflow.chmod(0o644)
    return {**environment, "CONTEXT_OVERFLOW_LOCATION_ENV": str(overflow)}


def _own_programs(root: Path, folder: str) -> Iterator[str]:
    """Where what is installed for the program has its commands, the nearest first."""
    for each in upwards(folder):
        for name in ("node_modules/.bin", *(f"{venv}/bin" for venv in _VENVS)):
            if (root / each / name).is_dir() and not _is_foreign(root / each / posixpath.dirname(name)):
                yield str(root / each / name)


def _foreign_packages(root: Path, folder: str) -> Iterator[str]:
    """The packages of virtual environments that were made elsewhere, as those of a job are for the container of an
    action: the Python that they name is not here, and another one can use most of them all the same.
    """
    for each in upwards(folder):
        for venv in (root / each / name for name in _VENVS):
            if _is_foreign(venv):
                yield from map(str, sorted(venv.glob("lib/python*/site-packages")))


def _is_foreign(venv: Path) -> bool:
    """Whether a folder is a virtual environment whose Python is not here, or is one of another version by now."""
    made_for = next(venv.glob("lib/python*/site-packages"), None)
    if made_for is None:
        return False
    python = (venv / "bin/python").resolve()
    named = re.fullmatch(r"python\d+\.\d+", python.name)
    return not python.exists() or (named is not None and named[0] != made_for.parent.name)


# Debian's Node comes without npm. What is installed is on the PATH, and nothing else may be fetched anyway.
_NPX = """\
#!/bin/sh
while :; do case "$1" in --) shift; break ;; -*) shift ;; *) break ;; esac; done
exec "$@"
"""


def _npx(place: Path, search: str) -> Iterator[str]:
    """A folder with an `npx`, for machines that have none."""
    if shutil.which("npx", path=search) is None:
        folder = place / "bin"
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
        (folder / "npx").write_text(_NPX, encoding="utf-8")
        (folder / "npx").chmod(0o755)
        yield str(folder)


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _saved_context(files: Files, folder: str) -> Mapping[str, object]:
    """What the CLI looked up earlier and wrote down for the next time."""
    path = posixpath.join(folder, "cdk.context.json")
    data = files.read(path)
    try:
        return _mapping(json.loads(data)) if data is not None else {}
    except (ValueError, RecursionError):
        raise UserError("is not JSON", path=path) from None


def _default_environment(saved: Mapping[str, object]) -> dict[str, str]:
    """The account and the region that the CLI would tell by its credentials: those that all look-ups so far were in,
    whose keys are like `vpc-provider:account=111122223333:filter.vpc-id=vpc-1:region=eu-west-1`.
    """
    found: dict[str, set[str]] = {}
    for key in saved:
        for name, value in _LOOKED_UP.findall(key):
            found.setdefault(name, set()).add(value)
    return {f"CDK_DEFAULT_{name.upper()}": values.pop() for name, values in found.items() if len(values) == 1}
