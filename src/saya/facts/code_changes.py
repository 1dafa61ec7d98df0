"""Whether a function's code changes, where the template alone does not show it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from saya.model.compare import Difference, Revisions
from saya.model.guard import ALWAYS
from saya.model.lambda_names import read_function_name
from saya.model.resolve import Resolver, TemplateResource
from saya.model.value import Text, Unknown
from saya.pattern import pattern
from saya.text.node import MappingNode, Node, ScalarNode

# The Serverless Framework puts every package under a key with the time of packaging, whether or not the code is new.
_TIME = pattern(r"\d{13}-\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z|(?<!\d)\d{13}(?!\d)")


def settled_by_version(
    revisions: Revisions, before: TemplateResource, after: TemplateResource, difference: Difference
) -> Difference | None:
    """A difference of the code, settled where it is only a time stamp in an `S3Key`.

    The `CodeSha256` of the function's Version decides; without one on both sides the code side is unknown.
    """
    if difference.path[-1] != "S3Key" or not _differs_in_time_only(difference):
        return difference
    old, new = _code_hash(revisions.base, before.id), _code_hash(revisions.head, after.id)
    if old is None or new is None:
        return difference._replace(
            undecided=Unknown("the S3Key differs in its time stamp only; a Version's CodeSha256 would tell")
        )
    return difference if old != new else None


def _differs_in_time_only(difference: Difference) -> bool:
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


def code_differences(
    before: TemplateResource, after: TemplateResource, files: frozenset[str] | None, folder: str
) -> list[Difference]:
    """A change of the files that a function is packaged from, or of a synthesised asset's hash."""
    changed = [
        node for node, path in _sources(after) if files and _holds(posixpath.normpath(f"{folder}/{path}"), files)
    ]
    if changed:
        return [Difference(("CodeUri",), ALWAYS, None, None, changed[0])]
    old, new = _asset(before), _asset(after)
    if old is not None and new is not None and old.text != new.text:
        return [Difference(("Code",), ALWAYS, None, old, new)]
    return []


def _sources(declared: TemplateResource) -> Iterator[tuple[Node, str]]:
    """The local folders and files that a function is packaged from."""
    properties, metadata = declared.node.get("Properties"), declared.node.get("Metadata")
    for section, names in ((properties, ("CodeUri",)), (metadata, ("DockerContext", "Dockerfile"))):
        for name in names:
            node = section.get(name) if isinstance(section, MappingNode) else None
            if isinstance(node, ScalarNode) and "://" not in node.text:
                yield node, node.text
    code = properties.get("Code") if isinstance(properties, MappingNode) else None
    if isinstance(code, ScalarNode) and "://" not in code.text:
        yield code, code.text


def _holds(folder: str, files: frozenset[str]) -> bool:
    """Whether a changed file is the path or lies below it."""
    prefix = "" if folder == "." else f"{folder}/"
    return any(file == folder or file.startswith(prefix) for file in files)


def _asset(declared: TemplateResource) -> ScalarNode | None:
    metadata = declared.node.get("Metadata")
    node = metadata.get("aws:asset:path") if isinstance(metadata, MappingNode) else None
    return node if isinstance(node, ScalarNode) else None
