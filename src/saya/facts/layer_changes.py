"""Layers of the template whose content changes: the function's `Layers` are written as before, and mean a new version.

Source: resource schema of AWS::Lambda::LayerVersion (what makes its content is create-only); SAM specification of
AWS::Serverless::LayerVersion (a new logical ID with each change).
"""

from __future__ import annotations

from collections.abc import Iterator

from saya.facts.changed_files import ChangedFiles
from saya.facts.code_changes import differs_in_time_only, elsewhere, touched
from saya.model.attributes import LAYER_TYPES
from saya.model.compare import Difference, Revisions
from saya.model.resolve import Resolver, TemplateResource
from saya.model.value import Text, Unknown

_CONTENT = ("Content", "ContentUri")
_OTHERS = ("CompatibleArchitectures", "CompatibleRuntimes", "Description", "LayerName", "LicenseInfo")
_PACKAGED_ANEW = Unknown("the layer's S3Key differs in its time stamp only")


def layer_differences(
    revisions: Revisions, before: TemplateResource, after: TemplateResource, files: ChangedFiles
) -> list[Difference]:
    """How the layers that a function names in both revisions differ, seen at the layer in head."""
    kept = frozenset(_named_layers(revisions.base, before))
    names = [name for name in dict.fromkeys(_named_layers(revisions.head, after)) if name in kept]
    found = [each for name in names for each in _content_differences(revisions, name, files)]
    return [each._replace(path=("Layers",)) for each in found]


def _named_layers(resolver: Resolver, function: TemplateResource) -> Iterator[str]:
    for place in resolver.places(function, ("Layers", "[]")):
        reference = place.value.reference if isinstance(place.value, Text) else None
        declared = resolver.resources.get(reference.name) if reference is not None else None
        if declared is not None and declared.type in LAYER_TYPES:
            yield declared.id


def _content_differences(revisions: Revisions, name: str, files: ChangedFiles) -> Iterator[Difference]:
    before, after = revisions.base.resources[name], revisions.head.resources[name]
    guard = revisions.joined(before.guard, after.guard)
    if guard is None:
        return
    for property_ in (*_CONTENT, *_OTHERS):
        for each in elsewhere(revisions, before, after, revisions.differences(before, after, property_), files):
            joined = revisions.head.join(guard, each.guard)
            if joined is not None:
                undecided = _PACKAGED_ANEW if differs_in_time_only(each) else each.undecided
                yield each._replace(guard=joined, undecided=undecided)
    for property_ in _CONTENT:
        for node in touched(revisions, before, after, property_, files):
            yield Difference((property_,), guard, None, None, node)
