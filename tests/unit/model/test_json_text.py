import json

import pytest

from .templates import value_of

SECTIONS = """
Parameters: {P: {Type: String}, D: {Type: String, Default: d}}
Conditions: {C: !Equals [!Ref P, x]}
"""


@pytest.mark.parametrize(
    "tree",
    [{}, [], {"a": "b"}, {"a": [1, 2.5, True, "x", {"b": 'é"\\'}]}, [[], {}, ["a"]], {"k": {"l": {"m": "n"}}}],
)
def test_the_text_of_literals_is_the_same_json(tree):
    assert json.loads(value_of(f"Fn::ToJsonString: {json.dumps(tree)}", SECTIONS)) == tree


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("{a: !Ref P}", '{"a": "${P}"}'),
        ("{a: '1', b: 1, c: 'true', d: true}", '{"a": "1", "b": 1, "c": "true", "d": true}'),
        ("{a: !If [C, x, y]}", {"C": '{"a": "x"}', "not C": '{"a": "y"}'}),
        ("{a: !If [C, x, !Ref 'AWS::NoValue'], b: c}", {"C": '{"a": "x", "b": "c"}', "not C": '{"b": "c"}'}),
        ("[!If [C, x, !Ref 'AWS::NoValue']]", {"C": '["x"]', "not C": "[]"}),
        ("{a: {b: !If [C, [x], {y: z}]}}", {"C": '{"a": {"b": ["x"]}}', "not C": '{"a": {"b": {"y": "z"}}}'}),
        ("{a: !If [C, x, y], b: !If [C, z, w]}", {"C": '{"a": "x", "b": "z"}', "not C": '{"a": "y", "b": "w"}'}),
        ("{a: !Ref D}", {"D=d": '{"a": "d"}'}),
        ("!Ref P", '"${P}"'),
        ("{a: !GetAZs ''}", '{"a": ${?}} ?the Availability Zones are known only when the stack is deployed'),
    ],
)  # fmt: skip
def test_what_is_not_literal_keeps_its_place(value, expected):
    assert value_of(f"Fn::ToJsonString: {value}", SECTIONS) == expected


def test_a_very_deep_value_is_unknown():
    deep = "[" * 150 + "]" * 150
    assert value_of(f"Fn::ToJsonString: {deep}").endswith("?it is nested deeper than 60 levels")
