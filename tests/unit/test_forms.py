"""However a template is put together, the same is found in it: by a loop, from a file, behind conditions."""

import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from saya.cli import main
from saya.policy.load import load_policies
from saya.text.parse import parse
from saya.text.source import Source

from .formats import tree_of, write_json

CORPUS = Path(__file__).parents[1] / "corpus" / "templates"
LARGEST = 8_000

Tree = dict[str, Any]
Form = Callable[[Tree, Callable[[str, Tree], None]], Tree]


def trees() -> dict[str, Tree]:
    """The examples of the policies, and real templates, that nothing puts together yet."""
    texts = {
        f"{policy.id}-{number}": example.template
        for policy in load_policies(tests=True)
        for number, example in enumerate(policy.tests)
    }
    texts |= {path.stem: path.read_text() for path in CORPUS.iterdir() if path.stat().st_size < LARGEST}
    found = {}
    for name, text in texts.items():
        if not any(word in text for word in ("Fn::ForEach", "Fn::Transform", "saya: ignore")):
            tree = tree_of(parse(Source(name, text), duplicates=[]))
            found[name] = json.loads(write_json(tree, Random(0)))
    return {name: tree for name, tree in found.items() if isinstance(tree.get("Resources"), dict)}


def in_a_loop(tree: Tree, _: Callable[[str, Tree], None]) -> Tree:
    transforms = tree.get("Transform", [])
    transforms = transforms if isinstance(transforms, list) else [transforms]
    loop = {"Fn::ForEach::Once": ["Unused", ["once"], tree["Resources"]]}
    return {**tree, "Transform": ["AWS::LanguageExtensions", *transforms], "Resources": loop}


def included(location: str) -> Tree:
    return {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": location}}}


def in_a_file(tree: Tree, write: Callable[[str, Tree], None]) -> Tree:
    write("resources.txt", tree["Resources"])
    return {**tree, "Resources": included("resources.txt")}


def each_in_a_file(tree: Tree, write: Callable[[str, Tree], None]) -> Tree:
    out = {}
    for name, resource in tree["Resources"].items():
        write(f"{name}.txt", resource)
        out[name] = included(f"{name}.txt")
    return {**tree, "Resources": out}


def behind_conditions(tree: Tree, _: Callable[[str, Tree], None]) -> Tree:
    def chosen(resource: Any) -> Any:
        properties = resource.get("Properties") if isinstance(resource, dict) else None
        if not isinstance(properties, dict):
            return resource
        either = {
            name: value if name == "Events" else {"Fn::If": ["Either", value, value]}
            for name, value in properties.items()
        }
        return {**resource, "Properties": either}

    return {
        **tree,
        "Parameters": {**tree.get("Parameters", {}), "Any": {"Type": "String"}},
        "Conditions": {**tree.get("Conditions", {}), "Either": {"Fn::Equals": [{"Ref": "Any"}, "x"]}},
        "Resources": {name: chosen(resource) for name, resource in tree["Resources"].items()},
    }


def said(folder: Path) -> tuple[set[tuple[str, ...]], set[tuple[str, ...]]]:
    """What is found in the templates of a folder, and what is undecided."""
    main(["check", str(folder), "--format", "json", "--output", f"{folder}.json", "--region", "eu-west-1"])
    report = json.loads(Path(f"{folder}.json").read_text())
    assert not [error for error in report["errors"] if error["kind"] == "internal"]

    def key(entry: Tree, *more: str) -> tuple[str, ...]:
        return Path(entry["template"]).parent.name, entry["policy"], entry["resource"], entry["property"], *more

    findings = {key(entry, entry["severity"]) for entry in report["findings"]}
    return findings, {key(entry) for entry in report["undecided"]}


def as_written(tree: Tree, _: Callable[[str, Tree], None]) -> Tree:
    return tree


def said_of(folder: Path, trees: dict[str, Tree], form: Form) -> tuple[set[tuple[str, ...]], set[tuple[str, ...]]]:
    for name, tree in trees.items():
        place = folder / name
        place.mkdir(parents=True)

        def write(file: str, part: Tree, place: Path = place) -> None:
            (place / file).write_text(json.dumps(part))

        write("t.json", form(tree, write))
    return said(folder)


def test_the_same_is_found_however_it_is_put_together(tmp_path):
    read = trees()
    findings, undecided = said_of(tmp_path / "plain", read, as_written)
    assert len(findings) > 80
    for form in (in_a_loop, in_a_file, each_in_a_file, behind_conditions):
        assert said_of(tmp_path / form.__name__, read, form) == (findings, undecided), form.__name__
