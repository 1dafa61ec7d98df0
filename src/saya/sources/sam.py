"""How the SAM CLI deploys a template: the environments of the `samconfig.toml`, or `.yaml`, beside it.

Keys, their forms and those of the file: AWS SAM Developer Guide, "SAM CLI configuration file"; of several files the
first counts (`samcli/lib/config/file_manager.py`). The forms of parameter overrides are those that
`sam deploy --parameter-overrides` takes.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from saya.errors import ConfigError, ParseError
from saya.sources.base import Deployment, Files
from saya.sources.workspace import decode
from saya.text.node import MappingNode, Node, ScalarNode, SequenceNode
from saya.text.parse import parse

CONFIGS = ("samconfig.toml", "samconfig.yaml", "samconfig.yml")
DEFAULT_TEMPLATES = ("template.yaml", "template.yml", "template.json")

LARGEST = 256 * 1024
MOST = 100
"""Environments of one template; it is judged for each."""

# What the parser of TOML takes memory for that grows with the square of the length.
_LONG_KEY = r"""(?<![\w-])(?:(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){64}"""

# Text up to a space that stands in no quotes.
_WORD = r"""(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\\.|[^\s"'])+"""


def read_deployments(files: Files, path: str, shown: str) -> tuple[Deployment, ...]:
    """The deployments of a template that the SAM configuration in its folder gives, one for each environment; often
    none.

    `path` is the template's among the `files`, `shown` as the user would write it. Raises ConfigError where that file
    cannot be read, or has more than anybody deploys.
    """
    folder = posixpath.dirname(path)
    name = next((each for each in CONFIGS if files.has(posixpath.join(folder, each))), None)
    data = files.read(posixpath.join(folder, name)) if name is not None else None
    if name is None or data is None:
        return ()
    load = _load_toml if name.endswith(".toml") else _load_yaml
    shown = posixpath.join(posixpath.dirname(shown), name)
    if len(data) > LARGEST:
        raise ConfigError(f"is larger than {LARGEST // 1024} kB; keep what deploys the templates beside it", path=shown)
    environments = [(each, table) for each, table in load(data, shown).items() if isinstance(table, dict)]
    found = (_read_environment(f"{name} [{each}]", table, files, path) for each, table in environments)
    deployments = tuple(deployment for deployment in found if deployment is not None)
    if len(deployments) > MOST:
        raise ConfigError(f"has more than {MOST} environments for {posixpath.basename(path)}; deploy fewer", path=shown)
    return deployments


def _load_yaml(data: bytes, shown: str) -> Mapping[str, object]:
    try:
        root = parse(decode(data, shown), duplicates=[])
    except ParseError as error:
        raise ConfigError(error.message, path=shown, line=error.line, column=error.column) from None
    found = _plain(root)
    return found if isinstance(found, dict) else {}


def _plain(node: Node | None) -> object:
    """A node as tomllib has it."""
    if isinstance(node, MappingNode):
        return {name: _plain(value) for name, value in node.entries.items()}
    if isinstance(node, SequenceNode):
        return [_plain(item) for item in node.items]
    if not isinstance(node, ScalarNode) or node.kind == "null":
        return None
    return node.text.lower() == "true" if node.kind == "bool" else node.text


def _load_toml(data: bytes, shown: str) -> Mapping[str, object]:
    import tomllib  # most templates have no samconfig.toml

    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
        if re.search(_LONG_KEY, text):
            raise ConfigError("has a key of more than 64 parts; the SAM CLI knows keys of four", path=shown)
        return tomllib.loads(text)
    except UnicodeDecodeError:
        raise ConfigError("is not UTF-8; save it as UTF-8", path=shown) from None
    except tomllib.TOMLDecodeError as error:
        place = re.search(r" \(at line (\d+), column (\d+)\)", str(error))
        message = str(error)[: place.start()] if place else str(error)
        line, column = (int(place[1]), int(place[2])) if place else (None, None)
        raise ConfigError(f"is not TOML: {_lower(message)}", path=shown, line=line, column=column) from None
    except (ValueError, RecursionError):
        raise ConfigError(
            "is not TOML that can be read: a number is too long, or it nests too deep", path=shown
        ) from None


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _read_environment(origin: str, table: Mapping[str, object], files: Files, path: str) -> Deployment | None:
    everywhere, deploy = _section(table, "global"), _section(table, "deploy")
    settings = {**everywhere, **deploy}
    if not {"stack_name", "region", "parameter_overrides"} & settings.keys() or not _is_for(table, files, path):
        return None
    return Deployment(
        stack=_text(settings.get("stack_name")),
        region=_text(settings.get("region")),
        parameters=tuple(read_overrides(settings.get("parameter_overrides"))),
        origin=origin,
    )


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
