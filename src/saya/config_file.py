"""The text of `.github/saya.yml` -> `Config`, and its schema. Most runs have no configuration and never read this."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeVar, get_args

from saya.errors import ConfigError
from saya.pattern import pattern
from saya.region import REGION, check_region
from saya.settings import (
    Architecture,
    Config,
    FailOn,
    KnownLayer,
    Placed,
    Regions,
    Scalar,
    SeverityOrOff,
    Suppressing,
    Synthesise,
)
from saya.text.node import MappingNode, Node, ScalarNode, SequenceNode
from saya.text.parse_yaml import parse_yaml
from saya.text.source import Location, Source

T = TypeVar("T", bound=str)

_ACCOUNT = pattern(r"[0-9]{12}")
# Source: Lambda API, PublishLayerVersion.
_LAYER_NAME = pattern(r"[a-zA-Z0-9_-]{1,140}")


def read_config(source: Source) -> Config:
    """The configuration that a file holds. Raises ParseError, or ConfigError at the first thing that does not hold."""
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
    region = {"type": "string", "pattern": f"^{REGION.pattern}$"}
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
