"""The file that a fix changes."""

from __future__ import annotations

from functools import cached_property

from saya.fixes.proposal import Target
from saya.model.template import Template
from saya.text.edit import NotEditableError
from saya.text.edit_manner import Manner, read_manner
from saya.text.edit_spots import Spot, find_spot, innermost
from saya.text.node import MappingNode, Node, ScalarNode
from saya.text.source import Location, Source, Span

_MARKS = ("aws:cdk:", "AWS::CDK::Metadata", "/cdk-bootstrap/", "ServerlessDeploymentBucket", "SamResourceId")
"""What the templates of the AWS CDK, the Serverless Framework and `sam build` have, and those of people have not."""


def is_synthesised(template: Template) -> bool:
    """Whether a program wrote a template: what is edited in it is written anew."""
    return any(mark in template.source.text for mark in _MARKS)


class Document:
    """A template as its author wrote it."""

    def __init__(self, root: Node) -> None:
        self.root = root

    @property
    def source(self) -> Source:
        return self.root.source

    @cached_property
    def manner(self) -> Manner:
        """How the author writes."""
        return read_manner(self.root)

    def spot(self, location: Location) -> Spot:
        """The node at a location. Raises NotEditableError where it is none of this file."""
        if location.source is not self.source:
            raise NotEditableError("it stands in another file")
        found = find_spot(self.root, location.span)
        if found is None:
            raise NotEditableError("it stands within a text")
        return found

    def substitution(self, span: Span) -> Target | None:
        """The entry of a state machine's DefinitionSubstitutions that a span lies in. Its uses are compared apart."""
        keys = [str(step.key) for step in innermost(self.root, span).way[:5]]
        if len(keys) < 5 or keys[0] != "Resources" or keys[2:4] != ["Properties", "DefinitionSubstitutions"]:
            return None
        return Target(keys[1], tuple(keys[3:]))

    def resources(self) -> Spot:
        """The template's Resources. Raises NotEditableError."""
        node = self.root.get("Resources") if isinstance(self.root, MappingNode) else None
        if node is None:
            raise NotEditableError("the template has no Resources to add to")
        return self.spot(node.location)

    def text_around(self, location: Location) -> Spot:
        """The scalar in which a location lies. Raises NotEditableError."""
        if location.source is not self.source:
            raise NotEditableError("it stands in another file")
        found = innermost(self.root, location.span)
        if not isinstance(found.node, ScalarNode):
            raise NotEditableError("it is put together from several texts")
        return found
