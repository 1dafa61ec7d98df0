"""The schema for editors: it accepts what loads, refuses what is misspelt, and follows the vocabulary."""

from __future__ import annotations

import pytest
import yaml
from jsonschema import Draft202012Validator

from saya.facts.types import KINDS
from saya.policy.load import built_in_directory
from saya.policy.schema import policy_schema
from saya.policy.vocabulary import paths_of

SCHEMA = policy_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
FILES = sorted(built_in_directory().glob("*.yml"))


def test_it_is_a_schema():
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_it_accepts_the_built_in_policies(path):
    policy = yaml.safe_load(path.read_text(encoding="utf-8"))

    assert [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(policy)] == []


def minimal(**changes):
    policy = {
        "id": "fast-calls",
        "title": "t",
        "severity": "error",
        "since": "0.1.0",
        "why": "w",
        "for": "invocation",
        "where": {"qualifier": "absent"},
        "report": {"message": "m"},
    }
    return {key: value for key, value in (policy | changes).items() if value is not None}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"where": {"not": {"qualifier": {"not": ["absent", "latest"]}}}},
        {"where": {"any": [{"target": {"present": True}}, {"resource.id": {"field": "subject"}}]}},
        {"for": "layer", "where": {"architectures": {"excludes": {"field": "function.architecture"}}}},
        {"for": "layer", "where": {"architectures": {"some": ["x86_64", "arm64"]}}},
        {"for": "event_rule", "where": {"regions_of_sources": {"every": {"excludes": {"param": "home"}}}}},
        {"report": {"at": "target.at", "message": [{"where": {"qualifier": "latest"}, "text": "a"}, {"text": "b"}]}},
        {"params": {"home": {"default": ["a", 1], "description": "d"}}},
    ],
)
def test_it_accepts_the_language(changes):
    assert list(VALIDATOR.iter_errors(minimal(**changes))) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"why": None},
        {"wy": "w"},
        {"id": "Fast"},
        {"severity": "info"},
        {"for": "call"},
        {"where": {}},
        {"where": {"qualifer": "absent"}},
        {"where": {"qualifier": "absnt"}},
        {"where": {"qualifier": {"present": True}}},
        {"where": {"any": [{"qualifer": "absent"}]}},
        {"where": {"at": "x"}},
        {"for": "layer", "where": {"architectures": {"includes": "x86"}}},
        {"for": "layer"},
        {"unless": {"qualifier": "x"}},
        {"report": {"at": "target", "message": "m"}},
        {"fixes": [{"title": "t", "safety": "safe", "edits": [{"replace": "at"}]}]},
        {"fixes": [{"title": "t", "safety": "sure", "edits": [{"remove": "at"}]}]},
        {"tests": {"bad": [{"name": "n"}]}},
    ],
)
def test_it_refuses_what_does_not_load(changes):
    assert list(VALIDATOR.iter_errors(minimal(**changes))) != []


def test_it_knows_every_field_of_every_kind_of_fact():
    for kind, record in KINDS.items():
        known = set(SCHEMA["$defs"][f"{kind}.test"]["properties"]) | set(SCHEMA["$defs"][f"{kind}.place"]["enum"])
        assert {".".join(path) for path, _ in paths_of(record)} <= known
