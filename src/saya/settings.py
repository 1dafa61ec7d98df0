"""What is set outside the command line: the environment, and `.github/saya.yml`. The only reader of the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any, Literal, TypeVar, get_args

from saya.errors import ConfigError
from saya.pattern import pattern
from saya.record import NamedTuple, field, record
from saya.text.node import MappingNode, Node, ScalarNode, SequenceNode
from saya.text.source import Location, Source

FailOn = Literal["error", "warning", "note", "never"]
Suppressing = Literal["head", "base"]
Synthesise = Literal["auto", "off", "always"]
SeverityOrOff = Literal["error", "warning", "note", "off"]
Architecture = Literal["x86_64", "arm64"]
Scalar = str | bool | int
T = TypeVar("T", bound=str)

CONFIG_PATH = ".github/saya.yml"

# us-east-1, us-gov-west-1, eusc-de-east-1, us-isob-east-1
_REGION = pattern(r"[a-z]{2,5}(?:-[a-z]+)+-[0-9]{1,2}")
_ACCOUNT = pattern(r"[0-9]{12}")
# Source: Lambda API, PublishLayerVersion.
_LAYER_NAME = pattern(r"[a-zA-Z0-9_-]{1,140}")


@record(kw_only=True)
class Environment:
    """What the environment says.

    Attributes:
        colour: whether colour is wanted whatever standard output is; None where nobody says.
        debug: whether a bug of ours is told with its traceback.
        search: the folders that programs are looked for in, as PATH has them.
    """

    colour: bool | None = None
    debug: bool = False
    search: str = os.defpath


def read_environment(environ: Mapping[str, str] = os.environ) -> Environment:
    """The environment: NO_COLOR (no-color.org), FORCE_COLOR, TERM, SAYA_DEBUG, PATH. Empty variables are unset ones."""
    colour = None
    if environ.get("NO_COLOR"):
        colour = False
    elif environ.get("FORCE_COLOR"):
        colour = True
    elif environ.get("TERM") == "dumb":
        colour = False
    search = environ.get("PATH") or os.defpath
    return Environment(colour=colour, debug=bool(environ.get("SAYA_DEBUG")), search=search)


def take_runner_variables(environ: MutableMapping[str, str] = os.environ) -> dict[str, str]:
    """What the runner of a GitHub workflow and the inputs of the action say.

    Tokens are taken out of the environment, so that no program that is started later finds one.
    """
    taken = {name: value for name, value in environ.items() if name.startswith(("GITHUB_", "RUNNER_", "INPUT_"))}
    for name in list(environ):
        if "TOKEN" in name and name.startswith(("GITHUB_", "GH_", "INPUT_", "ACTIONS_")):
            del environ[name]
    return taken


class Placed(NamedTuple):
    """A setting and where it stands, for a message about it."""

    value: str
    at: Location


class Regions(NamedTuple):
    """The AWS Regions that templates whose path matches a pattern are deployed to."""

    pattern: str
    regions: tuple[str, ...]

    def match(self, path: str) -> bool:
        """Whether a path, relative to the root of the work tree, matches: `*` stays in a folder, `**` does not."""
        return re.fullmatch(_regex(self.pattern), path) is not None


class KnownLayer(NamedTuple):
    """What an organisation says of a layer.

    account        who publishes it; None for any account
    name           its name, as in its ARN
    architectures  what it runs on
    counterparts   the names of the same layer for other architectures
    """

    account: str | None
    name: str
    architectures: tuple[Architecture, ...]
    counterparts: Mapping[Architecture, str]


@record(kw_only=True)
class Config:
    """What `.github/saya.yml` says.

    Attributes:
        policies: further directories of policies, relative to the root of the work tree.
        severity: the severity of all findings of a policy, or `off`, by policy ID.
        params: values of a policy's parameters by name, by policy ID.
        regions: where templates are deployed to; the first that matches a template decides.
        layers: layers that the built-in catalogue does not know, or knows otherwise.
        select: the only policies that judge; empty for all.
        ignore: policies that do not judge.
        fail_on: the least severity that fails the run.
        fail_on_undecided: whether what is undecided fails the run too.
        synthesise: whether programs that make templates are run: `auto` where the head is known to be in the
            repository itself.
        suppressions: whose suppressions hold where there is a base: `base` makes those void that head adds.
    """

    policies: tuple[Placed, ...] = ()
    severity: Mapping[Placed, SeverityOrOff] = field(default_factory=dict)
    params: Mapping[Placed, Mapping[str, Scalar | tuple[Scalar, ...]]] = field(default_factory=dict)
    regions: tuple[Regions, ...] = ()
    layers: tuple[KnownLayer, ...] = ()
    select: tuple[Placed, ...] = ()
    ignore: tuple[Placed, ...] = ()
    fail_on: FailOn = "error"
    fail_on_undecided: bool = False
    suppressions: Suppressing = "head"
    synthesise: Synthesise = "auto"


def read_config(source: Source) -> Config:
    """The configuration that a file holds. Raises ParseError, or ConfigError at the first thing that does not hold."""
    from saya.text.parse_yaml import parse_yaml  # most runs have no configuration

    root = parse_yaml(source, core_schema=True)
    if root is None:
        return Config()
    read: dict[str, object] = {}
    for key, node in _entries(root, "the configuration"):
        if key.value not in _READERS:
            raise _error(key.at, f"no setting `{key.value}`; valid are {', '.join(sorted(_READERS))}")
        read[key.value.replace("-", "_")] = _READERS[key.value](node)
    return Config(**read)  # type: ignore[arg-type]  # each reader returns the type of its field


def config_schema() -> dict[str, Any]:
    """JSON schema 2020-12 of `.github/saya.yml`, for editors."""
    texts = {"type": "array", "items": {"type": "string"}}
    scalar = {"type": ["string", "integer", "boolean"]}
    values = {"type": "object", "additionalProperties": {"anyOf": [scalar, {"type": "array", "items": scalar}]}}
    region = {"type": "string", "pattern": f"^{_REGION.pattern}$"}
    architectures = list(get_args(Architecture))
    layer_name = {"type": "string", "pattern": f"^{_LAYER_NAME.pattern}$"}
    layer = {
        "type": "object",
        "additionalProperties": False,
        "required": ["name", "architectures"],
        "properties": {
            "account": {"type": "string", "pattern": f"^{_ACCOUNT.pattern}$"},
            "name": layer_name,
            "architectures": {"type": "array", "minItems": 1, "uniqueItems": True, "items": {"enum": architectures}},
            "counterparts": {
                "type": "object",
                "additionalProperties": False,
                "properties": dict.fromkeys(architectures, layer_name),
            },
        },
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Saya configuration",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "policies": texts,
            "severity": {"type": "object", "additionalProperties": {"enum": list(get_args(SeverityOrOff))}},
            "params": {"type": "object", "additionalProperties": values},
            "regions": {"type": "object", "additionalProperties": {"type": "array", "items": region}},
            "layers": {"type": "array", "items": layer},
            "select": texts,
            "ignore": texts,
            "fail-on": {"enum": list(get_args(FailOn))},
            "fail-on-undecided": {"type": "boolean"},
            "suppressions": {"enum": list(get_args(Suppressing))},
            "synthesise": {"enum": list(get_args(Synthesise))},
        },
    }


def check_region(region: str) -> str:
    """The region, if it has the form of one. Raises ValueError."""
    if not _REGION.fullmatch(region):
        raise ValueError(f"`{region}` is no AWS Region; valid is a name like eu-central-1")
    return region


def _policies(node: Node) -> tuple[Placed, ...]:
    return tuple(_texts(node, "policies", "directories of policies"))


def _severity(node: Node) -> dict[Placed, SeverityOrOff]:
    words: tuple[SeverityOrOff, ...] = get_args(SeverityOrOff)
    return {key: _word(value, words, f"the severity of {key.value}") for key, value in _entries(node, "severity")}


def _params(node: Node) -> dict[Placed, dict[str, Scalar | tuple[Scalar, ...]]]:
    return {
        policy: {name.value: _value(given) for name, given in _entries(values, f"the params of {policy.value}")}
        for policy, values in _entries(node, "params")
    }


def _value(node: Node) -> Scalar | tuple[Scalar, ...]:
    return tuple(map(_scalar, node.items)) if isinstance(node, SequenceNode) else _scalar(node)


def _scalar(node: Node) -> Scalar:
    if not isinstance(node, ScalarNode) or node.kind in ("null", "float"):
        raise _error(node.location, "a parameter is text, a whole number, true or false, or a list of these")
    if node.kind == "bool":
        return node.text.lower() == "true"
    return int(node.text) if node.kind == "int" else node.text


def _regions(node: Node) -> tuple[Regions, ...]:
    found = []
    for key, value in _entries(node, "regions"):
        names = list(_texts(value, f"the regions of {key.value}", "AWS Regions"))
        for name in names:
            try:
                check_region(name.value)
            except ValueError as error:
                raise _error(name.at, str(error)) from None
        found.append(Regions(key.value, tuple(name.value for name in names)))
    return tuple(found)


def _layers(node: Node) -> tuple[KnownLayer, ...]:
    if not isinstance(node, SequenceNode):
        raise _error(node.location, "layers is a list of mappings with name, architectures, account and counterparts")
    return tuple(map(_layer, node.items))


def _layer(node: Node) -> KnownLayer:
    given: dict[str, Node] = {}
    for key, value in _entries(node, "a layer"):
        if key.value not in KnownLayer._fields:
            raise _error(key.at, f"no setting `{key.value}` of a layer; valid are {', '.join(KnownLayer._fields)}")
        given[key.value] = value
    for name in ("name", "architectures"):
        if name not in given:
            raise _error(node.location, f"this layer has no {name}")
    architectures = _architectures(given["architectures"])
    counterparts: dict[Architecture, str] = {}
    for key, value in _entries(given["counterparts"], "counterparts") if "counterparts" in given else ():
        architecture = _architecture(key.value, key.at)
        if architecture in architectures:
            raise _error(key.at, f"the layer itself is for {architecture}; a counterpart is for another architecture")
        counterparts[architecture] = _matching(value, _LAYER_NAME, "the name of a layer is letters, digits, - and _")
    return KnownLayer(
        account=_matching(given["account"], _ACCOUNT, "an account has twelve digits") if "account" in given else None,
        name=_matching(given["name"], _LAYER_NAME, "the name of a layer is letters, digits, - and _"),
        architectures=architectures,
        counterparts=counterparts,
    )


def _architectures(node: Node) -> tuple[Architecture, ...]:
    found = tuple(_architecture(each.value, each.at) for each in _texts(node, "architectures", "architectures"))
    if not found:
        raise _error(node.location, f"a layer is built for one of {', '.join(get_args(Architecture))}, or for both")
    return tuple(dict.fromkeys(found))


def _architecture(text: str, at: Location) -> Architecture:
    known: tuple[Architecture, ...] = get_args(Architecture)
    for each in known:
        if each == text:
            return each
    raise _error(at, f"`{text}` is no architecture; valid are {', '.join(known)}")


def _matching(node: Node, form: re.Pattern[str], what: str) -> str:
    if isinstance(node, ScalarNode) and form.fullmatch(node.text):
        return node.text
    raise _error(node.location, what)


def _ids(node: Node) -> tuple[Placed, ...]:
    return tuple(_texts(node, "this", "policy IDs"))


def _fail_on(node: Node) -> FailOn:
    words: tuple[FailOn, ...] = get_args(FailOn)
    return _word(node, words, "fail-on")


def _suppressions(node: Node) -> Suppressing:
    words: tuple[Suppressing, ...] = get_args(Suppressing)
    return _word(node, words, "suppressions")


def _synthesise(node: Node) -> Synthesise:
    words: tuple[Synthesise, ...] = get_args(Synthesise)
    return _word(node, words, "synthesise")


def _boolean(node: Node) -> bool:
    if isinstance(node, ScalarNode) and node.kind == "bool":
        return node.text.lower() == "true"
    raise _error(node.location, "this is neither true nor false")


_READERS = {
    "policies": _policies,
    "severity": _severity,
    "params": _params,
    "regions": _regions,
    "layers": _layers,
    "select": _ids,
    "ignore": _ids,
    "fail-on": _fail_on,
    "fail-on-undecided": _boolean,
    "suppressions": _suppressions,
    "synthesise": _synthesise,
}


def _entries(node: Node, what: str) -> Iterator[tuple[Placed, Node]]:
    if not isinstance(node, MappingNode):
        raise _error(node.location, f"{what} is a mapping")
    for name, value in node.entries.items():
        yield Placed(name, node.keys[name].location), value


def _texts(node: Node, what: str, items: str) -> Iterator[Placed]:
    if not isinstance(node, SequenceNode):
        raise _error(node.location, f"{what} is a list of {items}")
    for item in node.items:
        if not isinstance(item, ScalarNode) or not item.text:
            raise _error(item.location, f"{what} is a list of {items}; this item is no text")
        yield Placed(item.text, item.location)


def _word(node: Node, words: tuple[T, ...], what: str) -> T:
    for word in words:
        if isinstance(node, ScalarNode) and node.text == word:
            return word
    raise _error(node.location, f"{what} is one of {', '.join(words)}")


def _error(at: Location, message: str) -> ConfigError:
    line, column = at.start
    return ConfigError(message, path=at.path, line=line, column=column)


def _regex(pattern: str) -> str:
    pieces = re.split(r"(\*\*/|\*\*|\*|\?)", pattern.removeprefix("./"))
    meant = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return "".join(meant.get(piece, re.escape(piece)) for piece in pieces)
