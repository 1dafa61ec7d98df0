"""The functions of a service, their versions, aliases and destinations.

Source: Serverless Framework 3.40, `lib/plugins/aws/package/compile/functions.js`, `lib/naming.js`; the alias of
`durableConfig`, and one that provisioned concurrency names itself, are those of version 4.
"""

from __future__ import annotations

import hashlib

from saya.model.serverless.nodes import (
    UndecidedNode,
    assigned,
    attribute,
    below,
    content_of,
    is_false,
    is_true,
    items_or_one,
    join,
    mapping,
    reason_of,
    reference,
    scalar,
    sequence,
    text,
)
from saya.model.template import Gap
from saya.record import NamedTuple
from saya.text.node import MappingNode, Node, ScalarNode, SequenceNode

# The property of a function, what the framework calls it, and whether the provider may say it for all functions.
_SETTINGS = (
    ("Runtime", "runtime", True),
    ("Handler", "handler", False),
    ("MemorySize", "memorySize", True),
    ("Timeout", "timeout", True),
    ("KmsKeyArn", "kmsKeyArn", True),
    ("Layers", "layers", True),
    ("Description", "description", False),
    ("ReservedConcurrentExecutions", "reservedConcurrency", False),
)


# The settings by which a function publishes an alias, its name, and the middle of its logical ID.
_ALIASES = (
    ("provisionedConcurrency", "provisioned", "ProvConc"),
    ("snapStart", "snapstart", "SnapStart"),
    ("durableConfig", "durable", "Durable"),
)


class Resources:
    """The resources that are made, by logical ID, and the nodes that they are told at.

    `associations` are the events of CloudFront, each with its path: they share a distribution. `vague` are those whose
    logical IDs are not known; `gaps` is what is not seen.
    """

    def __init__(self) -> None:
        self.vague: set[str] = set()
        self.gaps: list[Gap] = []
        self.associations: list[tuple[str | None, Node]] = []
        self.nodes: dict[str, Node] = {}
        self.keys: dict[str, ScalarNode] = {}

    def add(self, logical_id: str, type_: str, properties: Node, at: Node, condition: Node | None = None) -> None:
        """A resource that stands where its author wrote what it comes from. One that is there already is merged."""
        node = mapping(at, {"Type": text(at, type_), "Condition": condition, "Properties": properties})
        before = self.nodes.get(logical_id)
        self.nodes[logical_id] = _joined(before, node) if before is not None else node
        self.keys.setdefault(logical_id, text(at, logical_id))


def _joined(one: Node, other: Node) -> Node:
    """Two mappings as one; lists are put together, as the events of one bucket are."""
    if isinstance(one, SequenceNode) and isinstance(other, SequenceNode):
        return sequence(one, (*one.items, *other.items))
    if isinstance(one, MappingNode) and isinstance(other, MappingNode):
        entries: dict[str, Node | None] = dict(one.entries)
        for name, node in other.entries.items():
            before = one.entries.get(name)
            entries[name] = node if before is None else _joined(before, node)
        return mapping(one, entries, one.keys | other.keys)
    return one


class Function(NamedTuple):
    """A function of a service: its name and the node of that, its settings, the provider's, how names begin (with
    service and stage, as far as they are decided), and all functions of the service.
    """

    name: str
    key: ScalarNode
    node: MappingNode
    provider: Node | None
    beginning: Node
    section: Node | None = None

    @property
    def normalised(self) -> str:
        """How its resources' logical IDs begin."""
        return normalised(self.name)

    @property
    def logical_id(self) -> str:
        return f"{self.normalised}LambdaFunction"

    def setting(self, name: str, *, shared: bool = True) -> Node | None:
        """What the function says, else what the provider says for all."""
        own = self.node.get(name)
        return own if own is not None or not shared else below(self.provider, name)

    @property
    def alias(self) -> tuple[str, str, Node] | None:
        """The alias that it publishes: its name, the middle of its logical ID, and the setting it comes from."""
        for setting, name, middle in _ALIASES:
            node = self.node.get(setting)
            if node is None or isinstance(node, UndecidedNode) or is_false(node) or scalar(node) in ("0", ""):
                continue
            own = scalar(below(node, "alias")) if setting == "provisionedConcurrency" else None
            return (name, middle, node) if own in (None, name) else (own, f"{middle}{normalised(own)}", node)
        return None

    @property
    def version(self) -> str | None:
        """The logical ID of the version that a deployment publishes: another one where anything in it has changed."""
        own = self.node.get("versionFunction")
        wanted = own if scalar(own) is not None else below(self.provider, "versionFunctions")
        if is_false(wanted) and self.alias is None:
            return None
        content = repr(content_of(_properties(self)))
        digest = hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()
        return f"{self.normalised}LambdaVersion{digest}"

    def named(self, name: str | None) -> Function | None:
        """Another function of the service."""
        for part in items_or_one(self.section):
            node = below(part, name) if name is not None else None
            if isinstance(node, MappingNode) and name is not None:
                return self._replace(name=name, node=node)
        return None

    def deployed_name(self, at: Node) -> Node:
        """The name that it is deployed with."""
        own = self.node.get("name")
        if own is not None:
            return own
        beginning = scalar(self.beginning)
        if beginning is None:
            return join(at, "-", (self.beginning, text(at, self.name)))
        return text(at, f"{beginning}-{self.name}")

    def target(self, at: Node) -> Node:
        """What an event invokes: the function, or the alias that it publishes."""
        arn = attribute(at, self.logical_id, "Arn")
        if self.alias is not None:
            return join(at, ":", (arn, text(at, self.alias[0])))
        unknown = next((node for setting, *_ in _ALIASES if (reason_of(node := self.node.get(setting)))), None)
        return arn if unknown is None else join(at, "", (arn, unknown))


def normalised(name: str) -> str:
    """A name as logical IDs begin with it."""
    name = name[:1].upper() + name[1:]
    return name.replace("-", "Dash").replace("_", "Underscore")


def alphanumeric(name: str) -> str:
    """A name without all that no logical ID can hold."""
    kept = "".join(char for char in name if char.isascii() and char.isalnum())
    return kept[:1].upper() + kept[1:]


def function_resources(function: Function, made: Resources) -> None:
    """A function with its log group, function URL and destinations, and the version and alias that it publishes."""
    condition = function.node.get("condition")
    made.add(function.logical_id, "AWS::Lambda::Function", _properties(function), function.key, condition)
    if not is_true(function.setting("disableLogs")):
        name = join(function.key, "/", (text(function.key, "/aws/lambda"), function.deployed_name(function.key)))
        properties = mapping(function.key, {"LogGroupName": name})
        made.add(f"{function.normalised}LogGroup", "AWS::Logs::LogGroup", properties, function.key)
    url = function.node.get("url")
    if url is not None and not is_false(url):
        at = function.node.keys.get("url") or url
        properties = mapping(at, {"TargetFunctionArn": function.target(at)})
        made.add(f"{function.logical_id}Url", "AWS::Lambda::Url", properties, at)
    if function.version is not None:
        made.add(
            function.version,
            "AWS::Lambda::Version",
            mapping(function.key, {"FunctionName": reference(function.key, function.logical_id)}),
            function.key if function.alias is None else function.alias[2],
        )
    if function.alias is not None:
        _published(function, made)
    if isinstance(function.node.get("destinations"), MappingNode):
        _destinations(function, made)


def _properties(function: Function) -> MappingNode:
    entries: dict[str, Node | None] = {name: function.setting(key, shared=all_) for name, key, all_ in _SETTINGS}
    architecture = function.setting("architecture")
    entries["FunctionName"] = function.deployed_name(function.key)
    entries["Architectures"] = sequence(architecture, (architecture,)) if architecture is not None else None
    environment = assigned(below(function.provider, "environment"), function.node.get("environment"))
    entries["Environment"] = mapping(environment, {"Variables": environment}) if environment is not None else None
    entries["VpcConfig"] = _vpc(function)
    alias = function.alias
    if alias is not None and alias[1] == "SnapStart":
        entries["SnapStart"] = mapping(alias[2], {"ApplyOn": text(alias[2], "PublishedVersions")})
    if alias is not None and alias[1] == "Durable":
        entries["DurableConfig"] = alias[2]
    image = function.node.get("image")
    if isinstance(image, MappingNode):
        kept = {"Command": image.get("command"), "EntryPoint": image.get("entryPoint")}
        entries["ImageConfig"] = mapping(image, kept) if any(kept.values()) else None
    if image is not None:
        entries["Runtime"] = None
        entries["PackageType"] = text(image, "Image")
        entries["Code"] = mapping(image, {"ImageUri": image}) if isinstance(image, ScalarNode) else None
    keys = {name: key for name, setting, _ in _SETTINGS if (key := function.node.keys.get(setting)) is not None}
    if "architecture" in function.node.keys:
        keys["Architectures"] = function.node.keys["architecture"]
    return mapping(function.node, entries, keys)


def _vpc(function: Function) -> Node | None:
    own, shared = function.node.get("vpc"), below(function.provider, "vpc")
    if own is not None and not isinstance(own, MappingNode):
        return None  # the function has none, whatever the provider says
    groups, subnets = (below(own, name) or below(shared, name) for name in ("securityGroupIds", "subnetIds"))
    at = own if own is not None else shared
    if at is None or groups is None or subnets is None:
        return None
    return mapping(at, {"SecurityGroupIds": groups, "SubnetIds": subnets})


def _published(function: Function, made: Resources) -> None:
    alias = function.alias
    assert alias is not None
    name, middle, at = alias
    owner = reference(at, function.logical_id)
    number = attribute(at, function.version or "", "Version")
    properties = mapping(at, {"FunctionName": owner, "FunctionVersion": number, "Name": text(at, name)})
    made.add(f"{function.normalised}{middle}LambdaAlias", "AWS::Lambda::Alias", properties, at)


def _destinations(function: Function, made: Resources) -> None:
    """Where the results of asynchronous invocations go; a function of the service is named there."""
    section = function.node.get("destinations")
    assert isinstance(section, MappingNode)
    found: dict[str, Node | None] = {}
    for setting, name in (("onSuccess", "OnSuccess"), ("onFailure", "OnFailure")):
        node = section.get(setting)
        target = below(node, "arn") if isinstance(node, MappingNode) and "arn" in node.entries else node
        other = function.named(scalar(target))
        if target is not None and other is not None:
            target = attribute(target, other.logical_id, "Arn")
        found[name] = mapping(target, {"Destination": target}) if target is not None else None
    at = function.node.keys.get("destinations") or section
    qualifier = text(at, "$LATEST" if function.alias is None else function.alias[0])
    properties = {
        "FunctionName": reference(at, function.logical_id),
        "DestinationConfig": mapping(section, found),
        "Qualifier": qualifier,
    }
    made.add(f"{function.normalised}LambdaEvConf", "AWS::Lambda::EventInvokeConfig", mapping(at, dict(properties)), at)
