"""What the values of a template come to in one scenario, worked out without Saya: an oracle for what an edit changes.

A scenario picks a value for every parameter and pseudo parameter; conditions follow from these. What only a deployment
knows (`Ref` and `Fn::GetAtt` of a resource, imports) stands for itself, as `<Fn.Arn>`.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from typing import Any

import yaml

Leaves = dict[tuple[str, ...], str]
"""Scalars by their path from the top of the template."""

_ABSENT = object()
_VARIABLE = re.compile(r"\$\{([^!}][^}]*)\}")
_PSEUDO = {"AWS::Partition": "aws", "AWS::Region": "eu-west-1", "AWS::AccountId": "111122223333", "AWS::NoValue": ""}
_MACHINES = ("AWS::StepFunctions::StateMachine", "AWS::Serverless::StateMachine")
_GLOBAL = re.compile(r"AWS::Serverless::(Function|Api|HttpApi|SimpleTable|StateMachine)$")


class _Loader(yaml.CSafeLoader):
    """YAML with CloudFormation's tags, whose scalars are all strings."""


_Loader.yaml_implicit_resolvers = {"<": [("tag:yaml.org,2002:merge", re.compile(r"<<\Z"))]}


def _tagged(loader: _Loader, suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        value = value.split(".", 1) if suffix == "GetAtt" else value
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True) if isinstance(node, yaml.MappingNode) else None
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _tagged)


def read(text: str) -> Any:
    """A template as plain data. Raises ValueError or yaml.YAMLError."""
    if text.lstrip().startswith("{"):
        try:
            return json.loads(text)
        except ValueError:
            pass  # YAML's flow style looks the same
    return yaml.load(text, _Loader)


def leaves(template: Any, seed: int) -> Leaves:
    """Every scalar of a template in a scenario: of resources and outputs; all other sections as they are written."""
    scenario = _Scenario(template, seed)
    found: Leaves = {}
    for name, declared in scenario.resources():
        own = {key: value for key, value in declared.items() if key != "Properties"}
        found.update(_flat(own, ("Resources", name)))
        properties = scenario.value(scenario.merged(declared))
        if declared.get("Type") in _MACHINES and isinstance(properties, dict):
            properties = _with_states(properties)
        found.update(_flat(properties, ("Resources", name, "Properties")))
    found.update(_flat(scenario.value(template.get("Outputs", {})), ("Outputs",)))
    for section in template.keys() - {"Resources", "Outputs", "Mappings", "Parameters", "Globals"}:
        found.update(_flat(template[section], (section,)))
    return found


def _flat(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, (*path, str(key)))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _flat(inner, (*path, str(index)))
    elif value is not _ABSENT:
        yield path, str(value)


class _Scenario:
    def __init__(self, template: dict[str, Any], seed: int) -> None:
        self.template = template
        self.seed = seed
        self.parameters = template.get("Parameters") or {}
        self.mappings = template.get("Mappings") or {}
        self.conditions = template.get("Conditions") or {}
        self.compared = _compared(self.conditions)

    def resources(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """The resources that exist, those of loops among them."""
        for name, declared in _unrolled(self.template.get("Resources") or {}):
            if isinstance(declared, dict) and self.holds(declared.get("Condition")):
                yield name, declared

    def merged(self, declared: dict[str, Any]) -> Any:
        """The Properties of a resource with SAM's Globals."""
        kind = _GLOBAL.match(str(declared.get("Type")))
        globals_ = (self.template.get("Globals") or {}).get(kind[1]) if kind else None
        properties = declared.get("Properties") or {}
        return _merge(globals_, properties) if globals_ else properties

    # conditions

    def holds(self, condition: Any) -> bool:
        """Whether a condition holds, by its name or as it is written."""
        if isinstance(condition, str):
            return self.holds(self.conditions[condition]) if condition in self.conditions else True
        if not isinstance(condition, dict) or len(condition) != 1:
            return True
        [(name, argument)] = condition.items()
        if name == "Condition":
            return self.holds(argument)
        if name == "Fn::Equals":
            return bool(self.value(argument[0]) == self.value(argument[1]))
        if name == "Fn::Not":
            return not self.holds(argument[0])
        if name in ("Fn::And", "Fn::Or"):
            return (all if name == "Fn::And" else any)(self.holds(each) for each in argument)
        return bool(random.Random(f"{self.seed} {condition}").getrandbits(1))

    def parameter(self, name: str) -> Any:
        """The value of a parameter in this scenario: its Default in half of them."""
        declared = self.parameters[name]
        options = [declared.get("Default", f"<{name}>")] * 2
        others = [*map(str, declared.get("AllowedValues") or ()), *self.compared.get(name, ())]
        choice = random.Random(f"{self.seed} {name}").randrange(2 + len(others))
        value = [*options, *others][choice]
        return str(value).split(",") if "List" in str(declared.get("Type")) else str(value)

    # values

    def value(self, node: Any) -> Any:
        """What a node comes to; `_ABSENT` for AWS::NoValue."""
        if isinstance(node, list):
            found = [self.value(each) for each in node]
            return [each for each in found if each is not _ABSENT]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            [(name, argument)] = node.items()
            function = _FUNCTIONS.get(name)
            if function is not None:
                return function(self, argument)
        found_keys = {str(key): self.value(each) for key, each in node.items()}
        return {key: each for key, each in found_keys.items() if each is not _ABSENT}

    def text(self, node: Any) -> str:
        """A value as a part of a text."""
        value = self.value(node)
        return value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)

    def ref(self, name: Any) -> Any:
        """What `Ref` of a name gives."""
        if name == "AWS::NoValue":
            return _ABSENT
        if name in self.parameters:
            return self.parameter(name)
        if name == "AWS::StackName":
            options = ["stack", *self.compared.get(name, ())]
            return random.Random(f"{self.seed} {name}").choice(options)
        return _PSEUDO.get(str(name), f"<{name}>")

    def sub(self, argument: Any) -> str:
        """What `Fn::Sub` gives."""
        text, own = argument if isinstance(argument, list) else (argument, {})

        def replaced(match: re.Match[str]) -> str:
            name = match[1].strip()
            return self.text(own[name]) if name in own else str(self.ref(name))

        return _VARIABLE.sub(replaced, str(text)).replace("${!", "${")

    def branch(self, argument: Any) -> Any:
        """What `Fn::If` gives."""
        return self.value(argument[1] if self.holds(argument[0]) else argument[2])

    def mapped(self, argument: Any) -> Any:
        """What `Fn::FindInMap` gives."""
        found: Any = self.mappings
        for key in map(self.value, argument[:3]):
            found = found.get(key, f"<no {key}>") if isinstance(found, dict) else found
        return self.value(found)

    def selected(self, argument: Any) -> Any:
        """What `Fn::Select` gives."""
        index, items = self.value(argument[0]), self.value(argument[1])
        return items[int(index)] if isinstance(items, list) and str(index) < str(len(items)) else f"<{index} {items}>"

    def split(self, argument: Any) -> Any:
        """What `Fn::Split` gives."""
        return self.text(argument[1]).split(str(argument[0]))

    def joined(self, argument: Any) -> str:
        """What `Fn::Join` gives."""
        items = self.value(argument[1])
        return str(argument[0]).join(map(str, items)) if isinstance(items, list) else str(items)


def _stand(name: str) -> Any:
    return lambda scenario, argument: f"<{name} {scenario.text(argument)}>"


_FUNCTIONS: dict[str, Any] = {
    "Ref": lambda scenario, argument: scenario.ref(argument),
    "Fn::GetAtt": lambda scenario, argument: "<" + ".".join(map(scenario.text, _listed(argument))) + ">",
    "Fn::Sub": lambda scenario, argument: scenario.sub(argument),
    "Fn::If": lambda scenario, argument: scenario.branch(argument),
    "Fn::FindInMap": lambda scenario, argument: scenario.mapped(argument),
    "Fn::Select": lambda scenario, argument: scenario.selected(argument),
    "Fn::Split": lambda scenario, argument: scenario.split(argument),
    "Fn::Join": lambda scenario, argument: scenario.joined(argument),
    **{name: _stand(name) for name in ("Fn::ImportValue", "Fn::Base64", "Fn::GetAZs", "Fn::Cidr", "Fn::ToJsonString")},
}


def _listed(argument: Any) -> list[Any]:
    return argument if isinstance(argument, list) else [argument]


def _compared(node: Any) -> dict[str, list[str]]:
    """The texts that parameters are compared with in conditions, by the parameter."""
    found: dict[str, list[str]] = {}
    stack = [node]
    while stack:
        each = stack.pop()
        children = list(each.values()) if isinstance(each, dict) else each if isinstance(each, list) else []
        stack += children
        pair = each.get("Fn::Equals") if isinstance(each, dict) else None
        if isinstance(pair, list) and len(pair) == 2:
            for one, other in (pair, pair[::-1]):
                if isinstance(one, dict) and "Ref" in one and isinstance(other, str):
                    found.setdefault(str(one["Ref"]), []).append(other)
    return found


def _unrolled(resources: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Resources by logical ID, with loops over lists that are written out unrolled."""
    for name, declared in resources.items():
        if not name.startswith("Fn::ForEach::"):
            yield name, declared
            continue
        variable, items, body = declared
        for item in items if isinstance(items, list) else ():
            yield from _unrolled(_substituted(body, f"${{{variable}}}", str(item), variable))


def _substituted(node: Any, old: str, new: str, variable: str) -> Any:
    if isinstance(node, dict):
        if node == {"Ref": variable}:
            return new
        return {key.replace(old, new): _substituted(value, old, new, variable) for key, value in node.items()}
    if isinstance(node, list):
        return [_substituted(each, old, new, variable) for each in node]
    return node.replace(old, new) if isinstance(node, str) else node


def _merge(default: Any, own: Any) -> Any:
    """SAM's Globals under a resource's own properties."""
    if isinstance(default, dict) and isinstance(own, dict) and not any(key.startswith("Fn::") for key in own):
        return {key: _merge(default.get(key, _ABSENT), own.get(key, _ABSENT)) for key in {**default, **own}}
    if own is _ABSENT:
        return default
    return [*default, *own] if isinstance(default, list) and isinstance(own, list) else own


def _with_states(properties: dict[str, Any]) -> dict[str, Any]:
    """A state machine whose definition is read, with its substitutions put in."""
    names = properties.get("DefinitionSubstitutions") or {}
    out = dict(properties)
    for key in ("Definition", "DefinitionString"):
        definition = properties.get(key)
        if isinstance(definition, str):
            try:
                definition = json.loads(definition)
            except ValueError:
                continue
        if definition is not None and isinstance(names, dict):
            out[key] = _filled(definition, names)
    return out


def _filled(node: Any, names: dict[str, Any]) -> Any:
    if isinstance(node, dict):
        return {key: _filled(value, names) for key, value in node.items()}
    if isinstance(node, list):
        return [_filled(each, names) for each in node]
    if isinstance(node, str):
        return _VARIABLE.sub(lambda match: str(names.get(match[1], match[0])), node)
    return node
