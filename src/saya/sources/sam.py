"""How the SAM CLI deploys a template: the environments of the `samconfig.toml`, or `.yaml`, beside it.

Keys, their forms and those of the file: AWS SAM Developer Guide, "SAM CLI configuration file"; of several files the
first counts (`samcli/lib/config/file_manager.py`). The forms of parameter overrides are those that
`sam deploy --parameter-overrides` takes.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from saya.errors import ConfigError, UserError
from saya.region import check_region
from saya.sources.base import Deployment, Files
from saya.sources.sam_config import Numeral, SamConfig, described, load_config

CONFIGS = ("samconfig.toml", "samconfig.yaml", "samconfig.yml")
DEFAULT_TEMPLATES = ("template.yaml", "template.yml", "template.json")

MOST = 100
"""Environments of one template; it is judged for each."""

LONGEST_TOLD = 40

FORMS: Mapping[str, tuple[tuple[type, ...], str]] = {
    "parameter_overrides": ((str, list, dict), 'text such as "Stage=prod Size=2", a list of such, or a table'),
    "region": ((str,), "a name like eu-central-1"),
    "stack_name": ((str,), "text"),
}
"""The settings that are read: their types, and those in words."""

# Text up to a space that stands in no quotes.
_WORD = r"""(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\\.|[^\s"'])+"""


def read_deployments(files: Files, path: str, shown: str, problems: list[UserError]) -> tuple[Deployment, ...]:
    """The deployments of a template that the SAM configuration in its folder gives, one for each environment; often
    none.

    `path` is the template's among the `files`, `shown` as the user would write it. A setting of a wrong type, or a
    region that is none, is one of the `problems` and counts as not given. Raises ConfigError where that file cannot be
    read, or has more than anybody deploys.
    """
    folder = posixpath.dirname(path)
    name = next((each for each in CONFIGS if files.has(posixpath.join(folder, each))), None)
    data = files.read(posixpath.join(folder, name)) if name is not None else None
    if name is None or data is None:
        return ()
    config = load_config(data, posixpath.join(posixpath.dirname(shown), name))
    tables = {each: table for each, table in config.tables.items() if isinstance(table, dict)}
    found = [each for each, table in tables.items() if _settings(table).keys() & FORMS and _is_for(table, files, path)]
    if len(found) > MOST:
        message = f"has more than {MOST} environments for {posixpath.basename(path)}; deploy fewer"
        raise ConfigError(message, path=config.shown)
    return tuple(_read_environment(config, each, tables[each], problems) for each in found)


def _read_environment(
    config: SamConfig, environment: str, table: Mapping[str, object], problems: list[UserError]
) -> Deployment:
    settings = dict(_settings(table))
    wrong = {name: told for name in FORMS if (told := _mistake(name, settings.get(name))) is not None}
    for name, told in wrong.items():
        command = "deploy" if name in _section(table, "deploy") else "global"
        line, column = config.place((environment, command, "parameters", name))
        message = f"`{name}` of [{environment}] {told}"
        problems.append(ConfigError(message, path=config.shown, line=line, column=column))
        del settings[name]
    region = _text(settings.get("region"))
    return Deployment(
        stack=_text(settings.get("stack_name")),
        region=None if region is None or _is_placeholder(region) else region,
        parameters=tuple(read_overrides(settings.get("parameter_overrides"))),
        origin=f"{posixpath.basename(config.shown)} [{environment}]",
    )


def _mistake(name: str, value: object) -> str | None:
    """What is wrong with a setting, and what would be valid."""
    types, valid = FORMS[name]
    if not _is_of(value, types):
        return f"is {described(value)}; valid is {valid}"
    if name == "region" and isinstance(value, str) and value and not _is_placeholder(value):
        try:
            check_region(value if len(value) <= LONGEST_TOLD else f"{value[:LONGEST_TOLD]}...")
        except ValueError as error:
            return f"does not hold: {error}"
    items = value if isinstance(value, list) else []
    wrong = next((each for each in items if not _is_of(each, types)), None)
    return None if wrong is None else f"has an item that is {described(wrong)}; valid is {valid}"


def _is_of(value: object, types: tuple[type, ...]) -> bool:
    return value is None or (isinstance(value, types) and not isinstance(value, Numeral))


def _is_placeholder(value: str) -> bool:
    """Whether a value waits for another program to fill it in: `${AWS_REGION}`, `{{region}}`, `<your-region>`."""
    return any(mark in value for mark in "${<%")


def _settings(table: Mapping[str, object]) -> Mapping[str, object]:
    return {**_section(table, "global"), **_section(table, "deploy")}


def _section(table: Mapping[str, object], command: str) -> Mapping[str, object]:
    section = table.get(command)
    parameters = section.get("parameters") if isinstance(section, dict) else None
    return parameters if isinstance(parameters, dict) else {}


def _is_for(table: Mapping[str, object], files: Files, path: str) -> bool:
    """Whether an environment deploys this template.

    `deploy` often names what `sam build` or `sam package` makes of it, which then does not exist or lies in a build
    folder; that says nothing about the source.
    """
    folder, name = posixpath.split(path)
    for command in ("deploy", "build", "global"):
        section = _section(table, command)
        named = _text(section.get("template_file")) or _text(section.get("template"))
        if named and ".aws-sam" not in named:
            file = posixpath.normpath(posixpath.join(folder, named))
            if files.has(file):
                return file == path
    present = [each for each in DEFAULT_TEMPLATES if files.has(posixpath.join(folder, each))]
    return present[:1] == [name]


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def read_overrides(value: object) -> Iterator[tuple[str, str]]:
    """The parameters that a `parameter_overrides` gives, as name and value.

    Its forms: `A=1 B="2 3"`; `ParameterKey=A,ParameterValue=1`; a list of either; a table.
    """
    if isinstance(value, str):
        words = re.findall(_WORD, value)
        if len(words) == 1 and words[0] != _unquote(words[0]):
            words = re.findall(_WORD, _unquote(words[0]))  # one pair of quotes around all of the overrides
        for word in words:
            name, is_pair, given = _unquote(word).removeprefix("ParameterKey=").partition("=")
            if is_pair:
                yield _unquote(name.removesuffix(",ParameterValue")), _unquote(given)
    elif isinstance(value, list):
        for item in value:
            yield from read_overrides(item)
    elif isinstance(value, dict):
        for name, given in value.items():
            yield str(name), _scalar(given)


def _unquote(text: str) -> str:
    if len(text) > 1 and text[0] in "\"'" and text[0] == text[-1]:
        text = text[1:-1]
    return re.sub(r"""\\([\\ "'])""", r"\1", text)


def _scalar(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(map(_scalar, value))
    return str(value)
