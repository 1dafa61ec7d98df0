"""A service of the Serverless Framework as the template that the framework makes of it.

Every resource stands where its author wrote what it comes from: a function at its name, an event at its own. Logical
IDs and wiring are those of the framework. Source: Serverless Framework 3.40, `lib/plugins/aws` (tests hold this against
what it packages). What plugins change is not seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Literal

from saya.model.serverless.edge import distribution_resource
from saya.model.serverless.events import event_resources
from saya.model.serverless.functions import Function, Resources, function_resources
from saya.model.serverless.nodes import (
    UndecidedNode,
    assigned,
    below,
    items_or_one,
    join,
    mapping,
    merged,
    scalar,
    text,
)
from saya.model.serverless.package import anchors_of, find_difference, laid_over, read_package
from saya.model.serverless.plugins import changing_plugins
from saya.model.serverless.shared import layer_resources, role_resources
from saya.model.serverless.variables import Variables
from saya.model.template import Gap, Template
from saya.text.node import MappingNode, Node, ScalarNode
from saya.text.source import Source

_NOT_MADE = frozenset(("custom", "params", "stages"))
_SECTIONS = ("Resources", "Conditions", "Mappings", "Parameters", "Outputs", "Transform", "Metadata")


class Service(Template):
    """A `serverless.yml`.

    `stack` and `region` are those that it is deployed as, None where it does not say; `is_packaged` says that it is
    seen as the framework packaged it; `vague` are the resources whose logical IDs are not known.
    """

    __slots__ = ("authored", "is_packaged", "region", "stack", "vague")

    def __init__(self, root: MappingNode, authored: MappingNode, source: Source) -> None:
        super().__init__(root, source)
        self.authored = authored
        self.stack: str | None = None
        self.region: str | None = None
        self.is_packaged = False
        self.vague: set[str] = set()

    @property
    def kind(self) -> Literal["serverless"]:
        return "serverless"

    @property
    def written(self) -> MappingNode:
        """What the author wrote."""
        return self.authored


def is_service(root: Node | None) -> bool:
    """Whether a file is a service on AWS: it names a service, and a provider or functions."""
    if not isinstance(root, MappingNode) or "service" not in root.entries:
        return False
    provider, functions = root.get("provider"), root.get("functions")
    if provider is None:
        return isinstance(functions, MappingNode) and "frameworkVersion" in root.entries
    name = scalar(provider) or scalar(below(provider, "name"))
    return name == "aws" or (name is not None and name.startswith("${"))


def load_service(
    root: MappingNode, source: Source, files: Callable[[str], Source | None] | None = None, *, packaged: bool = True
) -> Service:
    """The template that a service becomes: as it was packaged, where a package of it lies beside it, else as it is
    written. `files` gives the files beside it, by path from its folder; `packaged` may be denied.
    """
    package = read_package(files) if packaged else None
    written = _as_written(root, source, files, package.stage if package is not None else None)
    if package is None:
        return written
    difference = find_difference(written.root, package.root, written.vague)
    if difference:
        service = load_service(root, source, files, packaged=False)
        reason = f"; its package is of another state ({difference}), package it anew"
        service.gaps = tuple(gap._replace(reason=f"{gap.reason}{reason}") for gap in service.gaps)
        return service
    service = Service(laid_over(package.root, written.root, root, anchors_of(written.root)), root, source)
    service.stack, service.region = package.stack or written.stack, package.region or written.region
    service.is_packaged = True
    return service


def _as_written(
    root: MappingNode, source: Source, files: Callable[[str], Source | None] | None, stage: str | None
) -> Service:
    """The template that a service becomes, of nothing but what its author wrote."""
    variables = Variables(root, files, stage)
    own = {name: variables.resolved(node) for name, node in root.entries.items() if name not in _NOT_MADE}
    provider, section = own.get("provider"), own.get("functions")
    beginning = _beginning(own.get("service"), variables, root)
    made = Resources()
    functions = _functions(section, provider, beginning)
    for function in functions:
        function_resources(function, made)
        event_resources(function, made)
    distribution_resource(made)
    layer_resources(own.get("layers"), made)
    role_resources(provider, functions, made)
    service = Service(_with_author_s(made, own.get("resources"), root), root, source)
    named = below(provider, "stackName")
    service.stack = scalar(beginning if named is None else named)
    service.region = scalar(below(provider, "region"))
    service.gaps = (*_gaps(own), *made.gaps)
    service.vague = made.vague
    return service


def _gaps(own: Mapping[str, Node]) -> Iterator[Gap]:
    """What nobody sees without packaging the service: what plugins add, and sections that are elsewhere."""
    plugins = list(changing_plugins(own.get("plugins")))
    if plugins:
        names = " and ".join(f"`{name}`" for name, _ in plugins)
        may = "may change the service, which is judged as written"
        yield Gap(plugins[0][1], "plugins", "", f"{'the plugin' if len(plugins) == 1 else 'the plugins'} {names} {may}")
    for name in ("functions", "layers", "resources", "plugins", "provider"):
        for part in items_or_one(own.get(name)):
            if isinstance(part, UndecidedNode):
                yield Gap(part, name, "", part.reason)
    for part in items_or_one(own.get("functions")):
        for name, node in part.entries.items() if isinstance(part, MappingNode) else ():
            if isinstance(node, UndecidedNode) and not isinstance(part, UndecidedNode):
                yield Gap(node, f"functions.{name}", "", node.reason)


def _beginning(service: Node | None, variables: Variables, root: MappingNode) -> Node:
    """How the names of a service begin, its stack's among them: its own name, and the stage."""
    name = below(service, "name") or service or root
    stage = variables.stage
    if isinstance(stage, str) and scalar(name) is not None:
        return text(name, f"{scalar(name)}-{stage}")
    told = text(name, stage) if isinstance(stage, str) else UndecidedNode(name, stage.reason)
    return join(name, "-", (name, told))


def _functions(section: Node | None, provider: Node | None, beginning: Node) -> list[Function]:
    """The functions of a section, which may be a list of such."""
    found = []
    for part in items_or_one(section):
        if isinstance(part, MappingNode):
            for name, node in part.entries.items():
                if isinstance(node, MappingNode) and not isinstance(node, UndecidedNode):
                    found.append(
                        Function(name, part.keys.get(name) or text(node, name), node, provider, beginning, section)
                    )
    return found


def _with_author_s(made: Resources, resources: Node | None, root: MappingNode) -> MappingNode:
    """The template: what is made, with the `resources` of the service over it and their `extensions` over both."""
    parts = [part for part in items_or_one(resources) if isinstance(part, MappingNode)]
    whole: Node = mapping(root, {"Resources": mapping(root, dict(made.nodes), made.keys)})
    extensions: Node | None = None
    for part in parts:
        sections = {name: part.get(name) for name in _SECTIONS if isinstance(part.get(name), MappingNode | ScalarNode)}
        whole = merged(whole, mapping(part, sections, part.keys)) or whole
        extensions = merged(extensions, part.get("extensions"))
    assert isinstance(whole, MappingNode)
    found = whole.entries["Resources"]
    for name, extension in extensions.entries.items() if isinstance(extensions, MappingNode) else ():
        under = below(found, name)
        if isinstance(extension, MappingNode) and isinstance(under, MappingNode):
            found = assigned(found, mapping(found, {name: _extended(under, extension)})) or found
    return mapping(root, {**whole.entries, "Resources": _only_mappings(found)}, whole.keys)


def _extended(resource: MappingNode, extension: MappingNode) -> MappingNode:
    """A resource with an extension of it: properties and metadata replace those of the same name, all else replaces."""
    entries: dict[str, Node | None] = dict(resource.entries)
    for name, node in extension.entries.items():
        entries[name] = assigned(entries.get(name), node) if name in ("Properties", "Metadata") else node
    return mapping(resource, entries, extension.keys | resource.keys)


def _only_mappings(resources: Node) -> Node:
    """The Resources without what a variable leaves undecided."""
    if not isinstance(resources, MappingNode):
        return mapping(resources, {})
    kept = {name: node for name, node in resources.entries.items() if isinstance(node, MappingNode)}
    return mapping(resources, dict(kept), resources.keys)
