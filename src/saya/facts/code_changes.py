"""Whether a function's code changes: by its properties, by what a tool says of the package, by its files."""

from __future__ import annotations

from collections.abc import Iterator

from saya.facts.changed_files import ChangedFiles
from saya.model.compare import Difference, Revisions
from saya.model.guard import ALWAYS
from saya.model.lambda_names import read_function_name
from saya.model.resolve import Resolver, TemplateResource
from saya.model.value import Text, Unknown
from saya.pattern import pattern
from saya.text.node import MappingNode, Node, ScalarNode

# The Serverless Framework puts every package under a key with the time of packaging, whether or not the code is new.
_TIME = pattern(r"\d{13}-\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z|(?<!\d)\d{13}(?!\d)")
# The AWS CDK names a staged asset after the hash of its content.
_ASSET = pattern(r"asset\.([0-9a-f]{64})(?:\.\w+)?")
# `aws cloudformation package` and `sam package` name what they upload after the MD5 of its content.
# Source: aws-cli, awscli/customizations/s3uploader.py, upload_with_dedup.
_DIGEST = pattern(r"(?:^|/)([0-9a-f]{32})(?:\.\w+)?$")


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
    found = elsewhere(revisions, before, after, found, files)
    kept = [settled for each in found if (settled := _settled_by_version(revisions, before, after, each)) is not None]
    out = {"Code": kept} if kept else {}
    if any(each.undecided is None for each in kept):
        return out
    changed = [node for name in ("CodeUri", "Code") for node in touched(revisions, before, after, name, files)]
    changed += _built(before, after, files)
    if changed:
        out["Files"] = [Difference(("CodeUri",), ALWAYS, None, None, changed[0])]
    return out


def elsewhere(
    revisions: Revisions,
    before: TemplateResource,
    after: TemplateResource,
    found: list[Difference],
    files: ChangedFiles,
) -> list[Difference]:
    """The differences of properties that say where a package lies, without those that lead to the same content: to a
    folder that has moved, or to an upload with the same digest in its name.
    """
    out = []
    for name in dict.fromkeys(each.path[0] for each in found):
        one, other = (_digest(side, it, name) for side, it in ((revisions.base, before), (revisions.head, after)))
        same = one is not None and one == other
        pairs = _local_pairs(revisions, before, after, name)
        if not same and not (pairs and all(old is not None and files.keep(old, new) for old, _, new in pairs)):
            out += [each for each in found if each.path[0] == name]
    return out


def touched(
    revisions: Revisions, before: TemplateResource, after: TemplateResource, name: str, files: ChangedFiles
) -> Iterator[Node]:
    """Where a property of head names files beside the template that have changed."""
    for old, node, new in _local_pairs(revisions, before, after, name):
        if files.touch(after.node.source.path, new, old):
            yield node


def _local_pairs(
    revisions: Revisions, before: TemplateResource, after: TemplateResource, name: str
) -> list[tuple[str | None, Node, str]]:
    """The paths beside the template that a property of head names, each after the one that was in its place in base."""
    base, head = _local_paths(revisions.base, before, name), _local_paths(revisions.head, after, name)
    olds = [path for _, path in base] if len(base) == len(head) else [None] * len(head)
    return [(old, node, new) for old, (node, new) in zip(olds, head, strict=True)]


def _digest(resolver: Resolver, declared: TemplateResource, name: str) -> str | None:
    """The digest in the name of what a property says was uploaded, where it says one thing only."""
    found = set()
    for path in ((name,), (name, "S3Key"), (name, "Key")):
        for place in resolver.places(declared, path):
            if isinstance(place.value, Text):
                match = _DIGEST.search(place.value.masked)
                found.add(match[1] if match is not None else None)
    return found.pop() if len(found) == 1 else None


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


def _built(before: TemplateResource, after: TemplateResource, files: ChangedFiles) -> list[Node]:
    """Where a function names the folder that its image is built from, if that has changed."""
    for name in ("DockerContext", "Dockerfile"):
        old, new = _metadata(before, name), _metadata(after, name)
        if new is not None:
            path = None if old is None else old.text
            return [new] if files.touch(after.node.source.path, new.text, path) else []
    return []


def _local_paths(resolver: Resolver, declared: TemplateResource, name: str) -> list[tuple[Node, str]]:
    """The paths beside the template that a property of a resource names, which `package` puts into a bucket."""
    found = []
    for option in resolver.option(declared, name):
        path = option.value.literal if isinstance(option.value, Text) else None
        if path and "://" not in path and isinstance(option.value, Text):
            found.append((option.node or option.value.parts[0].origin, path))
    return found


def _asset(declared: TemplateResource) -> ScalarNode | None:
    """The asset that the AWS CDK packages the function from, where its name is the hash of its content."""
    node = _metadata(declared, "aws:asset:path")
    return node if node is not None and _ASSET.fullmatch(node.text) else None


def _metadata(declared: TemplateResource, name: str) -> ScalarNode | None:
    metadata = declared.node.get("Metadata")
    node = metadata.get(name) if isinstance(metadata, MappingNode) else None
    return node if isinstance(node, ScalarNode) else None
