"""What aws-sam-translator makes of a template, and the facts of both side by side: the oracle for SAM as it is read.

Facts are compared without what SAM's output does not have: where they stand, and which of the generated resources
says so.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from typing import Any, NamedTuple

from saya.errors import UserError
from saya.facts.collect import COLLECTORS, collect_facts
from saya.facts.types import (
    AliasState,
    DynamicReference,
    EventRule,
    Fact,
    Invocation,
    Layer,
    LogGroupArn,
    SecretProperty,
    TaskState,
)
from saya.model.resolve import Resolver
from saya.model.template import Template, load_template
from saya.model.value import Unknown
from saya.text.node import MappingNode, Node, ScalarNode, SequenceNode
from saya.text.parse import parse
from saya.text.source import Source

Beside = Callable[[str], Source | None]
"""The files beside a template, by path from its folder."""

_BUCKET = "s3://bucket/"
_LOCAL = ("CodeUri", "ContentUri", "DefinitionUri", "ImageUri", "Location")
_DEFINITIONS = ("BodyS3Location", "DefinitionS3Location", "TemplateURL")
_HASHED = re.compile(r"(?<=[A-Za-z0-9])[0-9a-f]{10}\b")


class Difference(NamedTuple):
    """A fact that the two do not have alike, and how often each has it: `written` as SAM is read, `deployed` as it is
    translated.
    """

    kind: str
    fact: tuple[Hashable, ...]
    written: int
    deployed: int

    @property
    def is_undecided(self) -> bool:
        """Whether it is an event of an API whose definition is elsewhere, which says who is invoked."""
        return self.kind == "Invocation" and self.fact[1] == "unknown" and not self.deployed

    @property
    def is_of_one(self) -> bool:
        """Whether only one of the two has it, not just more of it: SAM makes several places of some events."""
        return not self.written or not self.deployed

    def __str__(self) -> str:
        return f"{self.kind} {' '.join(map(str, self.fact))}: written {self.written}, deployed {self.deployed}"


class _NoManagedPolicies:
    """Stands for the look-up of AWS-managed policies, which would ask AWS."""

    def load(self) -> dict[str, str]:
        return {}


def plain(node: Node | None) -> Any:
    """A node as Python has it, with functions in their long form."""
    if isinstance(node, SequenceNode):
        return [plain(item) for item in node.items]
    if isinstance(node, MappingNode):
        attribute = node.entries.get("Fn::GetAtt")
        if node.short and isinstance(attribute, ScalarNode):
            return {"Fn::GetAtt": attribute.text.split(".", 1)}
        return {name: plain(value) for name, value in node.entries.items()}
    if not isinstance(node, ScalarNode) or node.kind == "null":
        return None
    readers: dict[str, Callable[[str], Any]] = {
        "int": int,
        "float": float,
        "bool": lambda text: text.lower() in ("true", "yes", "on"),
    }
    return readers.get(node.kind, str)(node.text)


def authored(text: str, files: Beside | None = None) -> dict[str, Any]:
    """A template as Python has it, ready for the translator, as `sam package` would leave it: local paths are S3
    addresses, what `AWS::Include` includes is in its place.
    """
    tree: dict[str, Any] = plain(parse(Source("t.yaml", text), duplicates=[]))
    tree["Resources"] = _included(tree["Resources"], files)
    for resource in tree["Resources"].values():
        own = (resource.get("Properties") or {}) if _is_sams(resource) else {}
        own.update({name: _uploaded(own[name]) for name in _LOCAL if name in own})
    shared: dict[str, Any] = (tree.get("Globals") or {}).get("Function") or {}
    # Where it is local, `sam build` gives each function its own; one with inline code has none.
    shared.pop("CodeUri", None)
    for resource in tree["Resources"].values():
        if isinstance(resource, dict) and resource.get("Type") == "AWS::Serverless::Function":
            properties: dict[str, Any] = resource.get("Properties") or resource.setdefault("Properties", {})
            if not {"InlineCode", "ImageUri"} & properties.keys():
                properties.setdefault("CodeUri", f"{_BUCKET}shared")
            if "ImageUri" not in properties:
                # Some projects keep Globals in a file that they put before their templates.
                for name in {"Runtime", "Handler"} - shared.keys():
                    properties.setdefault(name, name.lower())
    return tree


def _is_sams(resource: Any) -> bool:
    return isinstance(resource, dict) and str(resource.get("Type")).startswith("AWS::Serverless::")


def _uploaded(value: Any) -> Any:
    """Where what a property names lies after `sam package`."""
    if isinstance(value, str):
        return value if "://" in value or "amazonaws" in value else f"{_BUCKET}{value}"
    return value if isinstance(value, dict) and "Bucket" in value else f"{_BUCKET}elsewhere"


def _included(value: Any, files: Beside | None) -> Any:
    """A value with the local files that `AWS::Include` names in their places."""
    if isinstance(value, list):
        return [_included(item, files) for item in value]
    if not isinstance(value, dict):
        return value
    macro = value.get("Fn::Transform")
    if isinstance(macro, dict) and macro.get("Name") == "AWS::Include" and files is not None:
        location = (macro.get("Parameters") or {}).get("Location")
        source = files(location) if isinstance(location, str) else None
        if source is not None:
            rest = {name: each for name, each in value.items() if name != "Fn::Transform"}
            return {**plain(parse(source, duplicates=[])), **rest}
    return {name: _included(each, files) for name, each in value.items()}


def translated(text: str, files: Beside | None = None, parameters: dict[str, str] | None = None) -> dict[str, Any]:
    """The plain template that SAM makes of a template. Raises what the translator raises."""
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    from samtranslator.translator.transform import transform

    with contextlib.redirect_stderr(io.StringIO()):
        found: dict[str, Any] = transform(authored(text, files), parameters or {}, _NoManagedPolicies())
    for resource in found["Resources"].values():
        properties = resource.get("Properties") or {}
        for name, value in properties.items():
            place = value.get("Key") if isinstance(value, dict) and value.get("Bucket") == "bucket" else value
            if name in _DEFINITIONS and isinstance(place, str):
                properties[name] = place.removeprefix(_BUCKET)  # it is still beside the template
    return found


def merged_properties(text: str) -> dict[str, dict[str, Any]]:
    """The properties of each resource with SAM's Globals, merged by the translator."""
    from samtranslator.plugins.globals.globals import Globals

    tree = plain(parse(Source("t.yaml", text), duplicates=[]))
    section = Globals(tree)
    out = {}
    for name, resource in tree["Resources"].items():
        own = resource.get("Properties") or {}
        out[name] = section.merge(resource["Type"], own, name, resource.get("IgnoreGlobals"))
    return out


def template(tree: dict[str, Any]) -> Template:
    """A template of ours that holds a tree."""
    source = Source("translated.json", json.dumps(tree))
    return load_template(parse(source), source)


def is_sam(text: str) -> bool:
    """Whether a text is a template that SAM transforms."""
    try:
        source = Source("t.yaml", text)
        return load_template(parse(source, duplicates=[]), source).is_sam
    except UserError:
        return False


def compare(text: str, files: Beside | None = None) -> list[Difference]:
    """How the facts of a template as it is written differ from those of what SAM makes of it. Raises what the
    translator raises.
    """
    source = Source("t.yaml", text)
    own = load_template(parse(source, duplicates=[]), source)
    parameters = dict[str, str]()
    try:
        made = translated(text, files)
    except Exception:  # noqa: BLE001 - SAM looks at some values, and takes no parameter without one
        parameters = {name: name.lower() for name, each in own.parameters.items() if each.default is None}
        made = translated(text, files, parameters)
    return differing(own, template(made), files, parameters)


def differing(
    written: Template, deployed: Template, files: Beside | None = None, parameters: dict[str, str] | None = None
) -> list[Difference]:
    """How the facts of two templates differ."""
    one, other = (facts_told(Resolver(each, files=files, parameters=parameters)) for each in (written, deployed))
    keys = {key: None for key in (*one, *other) if one[key] != other[key]}
    return [Difference(*key, one[key], other[key]) for key in keys]


Told = tuple[str, tuple[Hashable, ...]]
"""A fact as it is compared: its kind, and its fields."""


def facts_told(resolver: Resolver, *, placed: bool = False) -> Counter[Told]:
    """The facts of a template, each with how often it is there; `placed` ones with their resource and property."""
    told: Counter[Told] = Counter()
    for fact in collect_facts(resolver, frozenset(COLLECTORS)):
        if _is_judged(fact):
            place = (fact.resource.id, fact.resource.type, fact.property) if placed else ()
            told[type(fact).__name__, (*place, *_fields(fact), tuple(fact.guard.conditions))] += 1
    return told


def _is_judged(fact: Fact) -> bool:
    """Whether a policy could find something in a fact: not in an alias that moves, nor in a dynamic reference outside
    of custom resources, nor in a permission, which SAM makes itself.
    """
    if isinstance(fact, AliasState):
        return fact.cause != "none"
    if isinstance(fact, LogGroupArn):
        return fact.resource.type != "AWS::Lambda::Permission"
    return not isinstance(fact, DynamicReference) or fact.resource.custom


def _fields(fact: Fact) -> Iterator[Hashable]:
    """The fields that must be the same before and after SAM."""
    for value in _values(fact):
        if isinstance(value, Unknown):
            yield "unknown"
        elif isinstance(value, tuple):
            yield tuple(map(str, value))
        else:
            yield _HASHED.sub("", value) if isinstance(value, str) else value


def _values(fact: Fact) -> tuple[Any, ...]:
    known: tuple[Any, ...]
    if isinstance(fact, Invocation):
        return (
            _id(fact.target),
            fact.qualifier,
            fact.exposure,
            fact.qualifier_support,
            fact.switched_off,
            fact.bypasses and fact.bypasses.name,
            fact.through and fact.through.name,
        )
    if isinstance(fact, Layer):
        known = (fact.name, fact.account, fact.architectures, fact.evidence, fact.certainty, fact.counterpart)
        return (*known, fact.versions, fact.function.id, fact.function.architecture, fact.function.publishes)
    if isinstance(fact, LogGroupArn):
        name = "" if isinstance(fact.form, Unknown) else fact.log_group_name
        known = (_id(fact.log_group), name, fact.wants, fact.form, fact.behind, fact.severity)
        return (*known, fact.context, fact.reported)
    if isinstance(fact, DynamicReference):
        return (fact.resource.custom, fact.service, fact.name, fact.key, _id(fact.secret), fact.spelled, fact.readable)
    if isinstance(fact, SecretProperty):
        return (fact.resource.id, fact.key, fact.given, fact.parameter)
    if isinstance(fact, EventRule):
        return (fact.bus, fact.sources, fact.regions_of_sources, fact.certainty)
    if isinstance(fact, TaskState):
        integration = "" if isinstance(fact.pattern, Unknown) else fact.integration
        known = (fact.resource.id, fact.name, integration, fact.pattern, fact.reads_task_token)
        return (*known, fact.action, fact.can_wait)
    if isinstance(fact, AliasState):
        return (fact.alias.name, fact.alias.latest, fact.function.id, fact.function.publishes, fact.stale, fact.cause)
    raise TypeError(type(fact))


def _id(of: Any) -> Any:
    return getattr(of, "id", of)
