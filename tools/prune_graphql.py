"""Cut GitHub's GraphQL schema down to the fields that Saya asks for, for tests/contract.

npm pack @octokit/graphql-schema        # 15.26.1 when this was written; MIT
tar xf octokit-graphql-schema-*.tgz
python tools/prune_graphql.py package/schema.graphql package/LICENSE.md
"""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from pathlib import Path

from graphql import DocumentNode, parse, print_ast
from graphql.language import (
    DefinitionNode,
    FieldDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
)

TARGET = Path(__file__).parents[1] / "tests" / "contract" / "github"

KEPT = {
    "Query": {"id", "nodes", "repository"},
    "Repository": {"id", "object"},
    "GitObject": {"id", "oid"},
    "Blob": {"byteSize", "id", "isBinary", "isTruncated", "oid", "text"},
    "Node": {"id"},
    "Comment": {"id", "viewerDidAuthor"},
    "PullRequestReview": {"id", "viewerDidAuthor"},
    "PullRequestReviewComment": {"id", "viewerDidAuthor"},
}
SCALARS = {"GitObjectID"}


def prune(text: str) -> str:
    """The kept types with their kept fields, without prose."""
    kept = [_kept(definition) for definition in parse(text, no_location=True).definitions]
    return print_ast(DocumentNode(definitions=tuple(definition for definition in kept if definition is not None)))


def _kept(definition: DefinitionNode) -> DefinitionNode | None:
    if isinstance(definition, ScalarTypeDefinitionNode):
        return replace(definition, description=None) if definition.name.value in SCALARS else None
    if not isinstance(definition, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
        return None
    names = KEPT.get(definition.name.value)
    if names is None:
        return None
    return replace(
        definition,
        description=None,
        interfaces=tuple(each for each in definition.interfaces or () if each.name.value in KEPT),
        fields=tuple(_field(field) for field in definition.fields or () if field.name.value in names),
    )


def _field(field: FieldDefinitionNode) -> FieldDefinitionNode:
    arguments = tuple(replace(argument, description=None) for argument in field.arguments or ())
    return replace(field, description=None, arguments=arguments)


def main() -> None:
    source, licence = map(Path, sys.argv[1:])
    TARGET.mkdir(parents=True, exist_ok=True)
    pruned = prune(source.read_text(encoding="utf-8"))
    (TARGET / "schema.graphql").write_text(pruned.rstrip() + "\n", encoding="utf-8", newline="\n")
    shutil.copyfile(licence, TARGET / "LICENSE.graphql")


if __name__ == "__main__":
    main()
