"""Whether a function's code changes: by its properties, by what a tool says of the package, by its files."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from saya.model.compare import Difference, Revisions
from saya.model.guard import ALWAYS
from saya.model.lambda_names import read_function_name
from saya.model.resolve import Resolver, TemplateResource
from saya.model.value import Text, Unknown
from saya.pattern import pattern
from saya.record import NamedTuple
from saya.text.node import MappingNode, Node, ScalarNode

# The Serverless Framework puts every package under a key with the time of packaging, whether or not the code is new.
_TIME = pattern(r"\d{13}-\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z|(?<!\d)\d{13}(?!\d)")
# The AWS CDK names a staged asset after the hash of its content.
_ASSET = pattern(r"asset\.([0-9a-f]{64})(?:\.\w+)?")
_SETTINGS = ("samconfig.toml",)


class ChangedFiles(NamedTuple):
    """The files that differ between the revisions, None where nobody says, and the folder of the template.

    Both are relative to the root of the repository, with `/`.
    """

    paths: frozenset[str] | None
    folder: str

    def touch(self, declared: TemplateResource, path: str) -> bool:
        """Whether what a resource is packaged from, a path beside the template, has changed.

        The template and its settings, which may lie in the same folder, are no code.
        """
        place = posixpath.normpath(posixpath.join(self.folder, path))
        prefix = "" if place == "." else f"{place}/"
        beside = (posixpath.basename(declared.node.source.path), *_SETTINGS)
        own = {posixpath.normpath(posixpath.join(self.folder, name)) for name in beside}
        return any(file == place or file.startswith(prefix) for file in (self.paths or frozenset()) - own)


def code_differences(
    revisions: Revisions,
    before: TemplateResource,
    after: TemplateResource,
    found: list[Difference],
    files: ChangedFiles,
) -> dict[str, list[Difference]]:
    """The change of the code as `Code`, or as `Files` where only files tell it. `found` is what the properties say."""
    old, new = _asset(before), _asset(after)
    if old is not None and new is not None:
        if old.text == new.text:
            return {}
        certain = [each._replace(undecided=None) for each in found]
        return {"Code": certain or [Difference(("Code",), ALWAYS, None, old, new)]}
    kept = [settled for each in found if (settled := _settled_by_version(revisions, before, after, each)) is not None]
    out = {"Code": kept} if kept else {}
    if any(each.undecided is None for each in kept):
        return out
    changed = next((node for node, path in _sources(revisions.head, after) if files.touch(after, path)), None)
    if changed is not None:
        out["Files"] = [Difference(("CodeUri",), ALWAYS, None, None, changed)]
    return out


def _settled_by_version(
    revisions: Revisions, before: TemplateResource, after: TemplateResource, difference: Difference
) -> Difference | None:
    """A difference of the code, settled where it is only a time stamp in an `S3Key`.

    The `CodeSha256` of the function's Version decides; without one on both sides the code side is unknown.
    """
    if difference.path[-1] != "S3Key" or not differs_in_time_only(difference):
        return difference
    old, new = _code_hash(revisions.base, before.id), _code_hash(revisions.head, after.id)
    if old is None or new is None:
        reason = Unknown("the S3Key differs in its time stamp only; a Version's CodeSha256 would tell")
        return difference._replace(undecided=reason)
    return difference if old != new else None


def differs_in_time_only(difference: Difference) -> bool:
    """Whether an S3 key is the same but for the time at which a tool packaged what it names."""
    base, head = difference.base, difference.head
    if not isinstance(base, ScalarNode) or not isinstance(head, ScalarNode):
        return False
    return _TIME.search(base.text) is not None and _TIME.sub("", base.text) == _TIME.sub("", head.text)


def _code_hash(resolver: Resolver, function: str) -> str | None:
    """The CodeSha256 that a Version of the function expects."""
    for declared in resolver.of_type("AWS::Lambda::Version"):
        name = resolver.option(declared, "FunctionName")[0].value
        named = read_function_name(name) if isinstance(name, Text) else None
        reference = named.name.reference if named else None
        if reference is not None and reference.name == function:
            value = resolver.option(declared, "CodeSha256")[0].value
            if isinstance(value, Text) and value.literal is not None:
                return value.literal
    return None


def _sources(resolver: Resolver, declared: TemplateResource) -> Iterator[tuple[Node, str]]:
    """The local folders and files that a function is packaged from."""
    for name in ("CodeUri", "Code"):
        yield from local_paths(resolver, declared, name)
    node = _metadata(declared, "DockerContext") or _metadata(declared, "Dockerfile")
    if node is not None:
        yield node, node.text


def local_paths(resolver: Resolver, declared: TemplateResource, name: str) -> Iterator[tuple[Node, str]]:
    """The paths beside the template that a property of a resource names, which `package` puts into a bucket."""
    for option in resolver.option(declared, name):
        path = option.value.literal if isinstance(option.value, Text) else None
        if path and "://" not in path and isinstance(option.value, Text):
            yield option.node or option.value.parts[0].origin, path


def _asset(declared: TemplateResource) -> ScalarNode | None:
    """The asset that the AWS CDK packages the function from, where its name is the hash of its content."""
    node = _metadata(declared, "aws:asset:path")
    return node if node is not None and _ASSET.fullmatch(node.text) else None


def _metadata(declared: TemplateResource, name: str) -> ScalarNode | None:
    metadata = declared.node.get("Metadata")
    node = metadata.get(name) if isinstance(metadata, MappingNode) else None
    return node if isinstance(node, ScalarNode) else None
