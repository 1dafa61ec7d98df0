"""Which policies judge, and how: the built-in ones and an organisation's, as configuration and command line want."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from saya.errors import ConfigError
from saya.policy.configuration import Override, configure
from saya.policy.language import Policy
from saya.policy.load import load_policies
from saya.policy.reader import suggestion
from saya.settings import Config, Placed


def load_configured(
    config: Config, root: Path, directories: Iterable[str], *, tests: bool = False
) -> tuple[Policy, ...]:
    """The policies of a work tree, with the severities and parameters that its configuration gives.

    `directories` hold further policies; those of the configuration are relative to `root`. Raises PolicySetError where
    a policy does not load, ConfigError where the configuration names what there is not.
    """
    folders = [root / entry.value for entry in config.policies]
    policies = load_policies([*folders, *map(Path, directories)], tests=tests)
    for name in {**config.severity, **config.params}:
        override = Override(config.severity.get(name), config.params.get(name, {}))
        try:
            policies = configure(policies, {name.value: override})
        except ConfigError as error:
            raise _placed(error, name) from None
    return policies


def choose(
    policies: tuple[Policy, ...], config: Config, select: Iterable[str] = (), ignore: Iterable[str] = ()
) -> tuple[Policy, ...]:
    """Those of the policies that are to judge. What the command line selects replaces what the configuration does.

    Raises ConfigError where there is no such policy.
    """
    known = [policy.id for policy in policies]
    selected = _known(select, known) or _known_places(config.select, known, config)
    ignored = _known(ignore, known) | _known_places(config.ignore, known, config)
    return tuple(policy for policy in policies if policy.id not in ignored and (not selected or policy.id in selected))


def find_policy(policies: Iterable[Policy], id_: str) -> Policy:
    """The policy of this ID. Raises ConfigError where there is none."""
    by_id = {policy.id: policy for policy in policies}
    if id_ not in by_id:
        raise ConfigError(f"no policy `{id_}`{suggestion(id_, by_id)}")
    return by_id[id_]


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
