"""Cut GitHub's OpenAPI description down to the operations that Saya calls, for tests/contract.

    npm pack @octokit/openapi        # 23.0.2 when this was written; MIT
    tar xf octokit-openapi-*.tgz
    python tools/prune_openapi.py package/generated/api.github.com.json package/LICENSE

writes tests/contract/github/openapi.json and its licence. Schemas are kept as they are; prose and examples are not.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parents[1] / "tests" / "contract" / "github"

# What `saya.github.client` and `saya.github.contents` call. A request that is not listed here fails its test.
OPERATIONS = {
    "/repos/{owner}/{repo}/compare/{basehead}": ("get",),
    "/repos/{owner}/{repo}/git/blobs/{file_sha}": ("get",),
    "/repos/{owner}/{repo}/git/trees/{tree_sha}": ("get",),
    "/repos/{owner}/{repo}/pulls": ("get",),
    "/repos/{owner}/{repo}/pulls/{pull_number}": ("get",),
    "/repos/{owner}/{repo}/pulls/{pull_number}/comments": ("get",),
    "/repos/{owner}/{repo}/pulls/comments/{comment_id}": ("patch", "delete"),
    "/repos/{owner}/{repo}/pulls/{pull_number}/files": ("get",),
    "/repos/{owner}/{repo}/pulls/{pull_number}/reviews": ("get", "post"),
    "/repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}": ("put", "delete"),
}
PROSE = {"description", "summary", "example", "examples", "externalDocs", "tags", "x-github"}


def prune(whole: dict[str, Any]) -> dict[str, Any]:
    """The description of the operations above and of everything that they refer to."""
    paths = {path: _operations(whole["paths"][path], methods) for path, methods in OPERATIONS.items()}
    components: dict[str, dict[str, Any]] = {}
    pending = list(_references(paths))
    while pending:
        _, _, kind, name = pending.pop().split("/")
        if name not in components.setdefault(kind, {}):
            kept = _without_prose(whole["components"][kind][name])
            components[kind][name] = _described(kept) if kind == "responses" else kept
            pending.extend(_references(components[kind][name]))
    return {
        "openapi": whole["openapi"],
        "info": {key: whole["info"][key] for key in ("title", "version", "license") if key in whole["info"]},
        "servers": whole["servers"],
        "paths": paths,
        "components": {kind: dict(sorted(entries.items())) for kind, entries in sorted(components.items())},
    }


def _operations(item: dict[str, Any], methods: tuple[str, ...]) -> dict[str, Any]:
    kept: dict[str, Any] = {method: _without_prose(item[method]) for method in methods}
    return kept | ({"parameters": item["parameters"]} if "parameters" in item else {})


def _without_prose(value: Any, *, names: bool = False) -> Any:
    """The value without prose; `names` says that the keys are names (of properties, of headers), never keywords."""
    if isinstance(value, list):
        return [_without_prose(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {}
    for key, inner in value.items():
        if names or key not in PROSE:
            kept[key] = _without_prose(inner, names=not names and key in ("properties", "responses", "headers"))
    return {key: _described(inner) for key, inner in kept.items()} if _are_responses(kept) else kept


def _are_responses(value: dict[str, Any]) -> bool:
    return bool(value) and all(key.isdigit() and len(key) == 3 for key in value)


# A response needs a description by the rules of OpenAPI.
def _described(response: dict[str, Any]) -> dict[str, Any]:
    return response if "$ref" in response else {"description": "", **response}


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _references(item)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key == "$ref" and isinstance(inner, str):
                yield inner
            else:
                yield from _references(inner)


def main() -> None:
    source, licence = map(Path, sys.argv[1:])
    TARGET.mkdir(parents=True, exist_ok=True)
    pruned = prune(json.loads(source.read_text(encoding="utf-8")))
    text = json.dumps(pruned, indent=1, sort_keys=True, ensure_ascii=False)
    (TARGET / "openapi.json").write_text(text + "\n", encoding="utf-8", newline="\n")
    shutil.copyfile(licence, TARGET / "LICENSE.openapi")


if __name__ == "__main__":
    main()
