"""Which policies judge, and how: the built-in ones and an organisation's, as configuration and command line want."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from saya.errors import ConfigError
from saya.policy.configuration import Override, configure
from saya.policy.language import Policy
from saya.policy.load import SUFFIXES, load_policies
from saya.policy.reader import suggestion
from saya.settings import Config, Placed
from saya.sources.base import Files
from saya.sources.workspace import decode, path_below
from saya.text.source import Source


def load_configured(
    config: Config, root: Path, directories: Iterable[str], *, tests: bool = False, base: Files | None = None
) -> tuple[Policy, ...]:
    """The policies of a work tree, with the severities and parameters that its configuration gives.

    `directories` hold further policies; those of the configuration are relative to `root`. With `base`, whatever lies
    below `root` is read from there. Raises PolicySetError where a policy does not load, ConfigError where the
    configuration names what there is not.
    """
    folders: list[tuple[Path, Placed | None]] = [(root / entry.value, entry) for entry in config.policies]
    folders += [(Path(given), None) for given in directories]
    others: list[Source] = []
    left: list[Path] = []
    for folder, entry in folders:
        below = None if base is None else path_below(folder, root)
        if base is None or below is None:
            if entry is not None:
                _check_folder(folder, entry)
            left.append(folder)
            continue
        found = list(_base_sources(below, base))
        if not found and entry is not None:
            raise _placed(ConfigError("no policies in this directory of base"), entry)
        if not found and not folder.is_dir():
            left.append(folder)  # nowhere at all, which is told as ever; a folder that comes with this change waits
        others += found
    policies = load_policies(left, tests=tests, others=others)
    for name in {**config.severity, **config.params}:
        override = Override(config.severity.get(name), config.params.get(name, {}))
        try:
            policies = configure(policies, {name.value: override})
        except ConfigError as error:
            raise _placed(error, name) from None
    return policies


def _check_folder(folder: Path, entry: Placed) -> None:
    """Raises ConfigError where the configuration names no directory of policies."""
    if not os.path.isdir(folder):  # noqa: PTH112 - Path.is_dir raises for too long a name
        message = f"no directory `{entry.value}`; valid is a path from the root of the work tree"
        raise _placed(ConfigError(message), entry)
    with suppress(OSError):  # told where the policies are read
        if not any(path.suffix in SUFFIXES for path in folder.iterdir()):
            raise _placed(ConfigError(f"no policies in `{entry.value}`; a policy is a .yml file"), entry)


def _base_sources(folder: str, base: Files) -> Iterator[Source]:
    """The policy files of a folder of base; none where base has no such folder: it may come with this change."""
    prefix = f"{folder}/" if folder else ""
    for path in sorted(base.below(folder)):
        if path.endswith(SUFFIXES) and "/" not in path.removeprefix(prefix):
            yield decode(base.read(path) or b"", path)


def choose(
    policies: tuple[Policy, ...], config: Config, select: Iterable[str] = (), ignore: Iterable[str] = ()
) -> tuple[Policy, ...]:
    """Those of the policies that are to judge. What the command line selects replaces what the configuration does.

    Raises ConfigError where there is no such policy.
    """
    known = [policy.id for policy in policies]
    selected = _chosen(select, known, "--select") or _known_places(config.select, known, config)
    ignored = _chosen(ignore, known, "--ignore") | _known_places(config.ignore, known, config)
    return tuple(policy for policy in policies if policy.id not in ignored and (not selected or policy.id in selected))


def find_policy(policies: Iterable[Policy], id_: str) -> Policy:
    """The policy of this ID. Raises ConfigError where there is none."""
    by_id = {policy.id: policy for policy in policies}
    if id_ not in by_id:
        raise ConfigError(f"no policy `{id_}`{suggestion(id_, by_id)}")
    return by_id[id_]


def _chosen(ids: Iterable[str], known: list[str], option: str) -> set[str]:
    try:
        return _known(ids, known)
    except ConfigError as error:
        error.path = option
        raise


def _known(ids: Iterable[str], known: list[str]) -> set[str]:
    ids = set(ids)
    for id_ in sorted(ids - set(known)):
        raise ConfigError(f"no policy `{id_}`{suggestion(id_, known)}")
    return ids


def _known_places(entries: Iterable[Placed], known: list[str], config: Config) -> set[str]:
    silenced = {name.value for name, severity in config.severity.items() if severity == "off"}
    for entry in entries:
        try:
            _known([entry.value], [*known, *silenced])
        except ConfigError as error:
            raise _placed(error, entry) from None
    return {entry.value for entry in entries}


def _placed(error: ConfigError, entry: Placed) -> ConfigError:
    line, column = entry.at.start
    return ConfigError(error.message, path=entry.at.path, line=line, column=column)
