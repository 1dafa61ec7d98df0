"""What the framework packaged of a service, seen at the lines of its author.

A package has what plugins add and what variables took from elsewhere, and none of it is where somebody wrote it. So
each of its resources is laid over the one that is read of the `serverless.yml`, piece by piece, and what has no like
there stands at the function, or the `plugins`, that it comes from.

Source: Serverless Framework 3.40, `lib/plugins/aws/package/lib/save-compiled-template.js`, `save-service-state.js`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from saya.errors import ParseError
from saya.model.serverless.nodes import below, content_of, items, mapping, merged, scalar, sequence, text
from saya.record import NamedTuple
from saya.text.node import MappingNode, Node, ScalarNode, SequenceNode
from saya.text.parse import parse
from saya.text.source import Source

FOLDER = ".serverless"
_TEMPLATE = f"{FOLDER}/cloudformation-template-update-stack.json"
_STATE = f"{FOLDER}/serverless-state.json"
_FUNCTION = "AWS::Lambda::Function"
# Their logical IDs hold a hash of what is packaged.
_HASHED = ("AWS::Lambda::Version", "AWS::Lambda::LayerVersion")


class Package(NamedTuple):
    """A packaged service: its template, the stage that it was packaged for, the name of its stack and its region; None
    where nobody says.
    """

    root: MappingNode
    stage: str | None
    stack: str | None
    region: str | None


def read_package(files: Callable[[str], Source | None] | None) -> Package | None:
    """The package beside a service; None where there is none that can be read."""
    root = _read(files, _TEMPLATE)
    resources = root.get("Resources") if root is not None else None
    if root is None or not isinstance(resources, MappingNode):
        return None
    root = mapping(root, {**root.entries, "Resources": _timeless(resources, root.get("Outputs"))}, root.keys)
    state = _read(files, _STATE)
    artifacts = (scalar(below(state, "package", "artifactDirectoryName")) or "").split("/")  # serverless/SERVICE/STAGE
    provider = below(state, "service", "provider")
    stage = artifacts[2] if len(artifacts) > 2 else scalar(below(provider, "stage"))
    name = scalar(below(state, "service", "service"))
    stack = scalar(below(provider, "stackName")) or (f"{name}-{stage}" if name and stage else None)
    return Package(root, stage, stack, scalar(below(provider, "region")))


def _timeless(resources: MappingNode, outputs: Node | None) -> MappingNode:
    """The resources with the hash of what is uploaded, where it is known, in place of its key, which tells the time."""
    hashes: dict[str, Node] = {}
    entries: dict[str, Node | None] = dict(resources.entries)
    for node in resources.entries.values():
        digest, owner = (
            below(node, "Properties", "CodeSha256"),
            scalar(below(node, "Properties", "FunctionName", "Ref")),
        )
        if digest is not None and owner is not None:
            hashes[owner] = digest
    for name, node in resources.entries.items():
        for key in ("Code", "Content"):
            uploaded = below(node, "Properties", key)
            known = hashes.get(name) or below(outputs, f"{name}Hash", "Value")
            if isinstance(uploaded, MappingNode) and known is not None:
                held = mapping(uploaded, {**uploaded.entries, "S3Key": known}, uploaded.keys)
                entries[name] = merged(node, mapping(node, {"Properties": mapping(node, {key: held})}))
    return mapping(resources, entries, resources.keys)


def is_packaged(files: Callable[[str], Source | None]) -> bool:
    """Whether a package lies beside a service."""
    return files(_TEMPLATE) is not None


def _read(files: Callable[[str], Source | None] | None, name: str) -> MappingNode | None:
    source = files(name) if files is not None else None
    try:
        root = parse(source, duplicates=[]) if source is not None else None
    except ParseError:
        return None
    return root if isinstance(root, MappingNode) else None


def find_difference(written: MappingNode, packaged: MappingNode, vague: Collection[str]) -> str:
    """What shows that a package is of another state of the service; empty where nothing does.

    What plugins commonly change shows nothing: handlers, and that there is more than is written. `vague` are resources
    whose logical IDs are not known.
    """
    theirs = packaged.get("Resources")
    for name, ours in _resources(written):
        type_ = scalar(below(ours, "Type")) or ""
        other = below(theirs, name)
        if other is None and type_ not in _HASHED and name not in vague:
            return f"`{name}` is not in it"
        if type_ != _FUNCTION:
            continue
        for setting in ("Architectures", "Layers"):
            missing = _texts(below(ours, "Properties", setting)) - _texts(below(other, "Properties", setting))
            if missing:
                return f"{setting} of `{name}` has no `{min(missing)}` in it"
    return ""


def _resources(root: MappingNode) -> Iterator[tuple[str, MappingNode]]:
    section = root.get("Resources")
    for name, node in section.entries.items() if isinstance(section, MappingNode) else ():
        if isinstance(node, MappingNode):
            yield name, node


def _texts(node: Node | None) -> set[str]:
    """The items of a list that are written out."""
    return {item.text for item in items(node) if isinstance(item, ScalarNode)}


def packaged_functions(root: MappingNode) -> list[str]:
    """The logical IDs of the functions of a package."""
    return [name for name, node in _resources(root) if scalar(below(node, "Type")) == _FUNCTION]


def anchors_of(written: MappingNode) -> dict[str, Node]:
    """Where the functions of a service stand, by logical ID."""
    section = written.get("Resources")
    keys = section.keys if isinstance(section, MappingNode) else {}
    return {name: keys[name] for name in packaged_functions(written)}


def laid_over(packaged: MappingNode, written: MappingNode, root: Node, functions: Mapping[str, Node]) -> MappingNode:
    """A packaged template whose pieces stand where those of the service do. `root` is what the author wrote, and
    `functions` where the functions stand.
    """
    sections: dict[str, Node | None] = {}
    known = written.get("Resources")
    anchors = _Anchors(functions, root)
    for name, section in packaged.entries.items():
        like = written.get(name)
        if name != "Resources" or not isinstance(section, MappingNode):
            sections[name] = _placed(section, like, anchors.otherwise)
            continue
        entries: dict[str, Node | None] = {}
        keys: dict[str, ScalarNode] = {}
        for logical_id, resource in section.entries.items():
            key = known.keys.get(logical_id) if isinstance(known, MappingNode) else None
            at = key or anchors.of(logical_id)
            keys[logical_id] = text(at, logical_id)
            entries[logical_id] = _placed(resource, below(known, logical_id), at)
        sections[name] = mapping(root, entries, keys)
    return mapping(root, sections)


class _Anchors:
    """Where a resource stands that nobody wrote: at the function that its logical ID begins with, else at `plugins`."""

    def __init__(self, functions: Mapping[str, Node], root: Node) -> None:
        self._functions = {name.removesuffix("LambdaFunction"): node for name, node in functions.items()}
        keys = root.keys if isinstance(root, MappingNode) else {}
        self.otherwise: Node = keys.get("plugins") or keys.get("service") or root

    def of(self, logical_id: str) -> Node:
        beginnings = (logical_id[:length] for length in range(len(logical_id), 0, -1))
        found = next((name for name in beginnings if name in self._functions), None)
        return self.otherwise if found is None else self._functions[found]


def _placed(node: Node, like: Node | None, anchor: Node) -> Node:
    """A piece of a package at the place of its like, or at the anchor where it has none."""
    at = anchor if like is None else like
    if isinstance(node, SequenceNode):
        return sequence(at, [_placed(item, other, anchor) for item, other in _matched(node, like)])
    if isinstance(node, ScalarNode):
        return ScalarNode(at.source, at.start, at.end, node.text, node.kind, "embedded")
    if not isinstance(node, MappingNode):
        return node
    entries: dict[str, Node | None] = {}
    keys: dict[str, ScalarNode] = {}
    for name, child in node.entries.items():
        key = like.keys.get(name) if isinstance(like, MappingNode) else None
        at_key = anchor if key is None or key.style == "embedded" else key  # one that the author wrote
        keys[name] = text(key or anchor, name)
        entries[name] = _placed(child, below(like, name), at_key)
    return mapping(at, entries, keys)


def _matched(node: SequenceNode, like: Node | None) -> list[tuple[Node, Node | None]]:
    """The items of a packaged list with those that they are in the written one: the same content, else the same place
    where that is of no other.
    """
    left = dict(enumerate(items(like)))
    by_content: dict[object, list[int]] = {}
    for index, other in reversed(left.items()):
        by_content.setdefault(content_of(other), []).append(index)
    found: list[Node | None] = []
    for item in node.items:
        known = by_content.get(content_of(item))
        found.append(left.pop(known.pop()) if known else None)
    for index, item in enumerate(node.items):
        if found[index] is None and index in left and isinstance(left[index], type(item) | MappingNode):
            found[index] = left.pop(index)
    return list(zip(node.items, found, strict=True))
