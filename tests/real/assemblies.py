"""What the CDK made of an example, as the fixtures have it: nothing in it tells on which machine it was made."""

import json
from pathlib import Path
from typing import Any

from saya.sources.frames import read_frames


def portable(assembly: Path, project: Path) -> dict[str, str]:
    """The files of an assembly that are read, by path, with the project's folder taken out of them."""
    found = {}
    for path in sorted(assembly.rglob("*")):
        name = path.relative_to(assembly).as_posix()
        if path.name == "manifest.json":
            found[name] = _text(_manifest(json.loads(path.read_text())), project)
        elif path.name.endswith(".metadata.json"):
            found[name] = _text(_metadata(json.loads(path.read_text())), project)
        elif path.name.endswith(".template.json"):
            found[name] = _text(json.loads(path.read_text()), project)
        elif path.name == "cdk.out":
            found[name] = path.read_text()
    return found


def _manifest(manifest: dict[str, Any]) -> dict[str, Any]:
    kinds = ("aws:cloudformation:stack", "cdk:cloud-assembly")
    artifacts = {name: each for name, each in manifest["artifacts"].items() if each["type"] in kinds}
    return {**manifest, "artifacts": artifacts}


def _metadata(metadata: dict[str, Any]) -> dict[str, Any]:
    kinds = ("aws:cdk:logicalId", "aws:cdk:creationStack", "aws:cdk:templateFile")
    return {path: [_entry(each) for each in entries if each["type"] in kinds] for path, entries in metadata.items()}


def _entry(entry: dict[str, Any]) -> dict[str, Any]:
    """An entry with the frames that could be the author's; those of the library depend on its build."""
    data = entry["data"]
    return {**entry, "data": [each for each in data if any(read_frames([each]))]} if isinstance(data, list) else entry


def _text(value: Any, project: Path) -> str:
    return json.dumps(value, indent=1).replace(f"{project.as_posix()}/", "") + "\n"
