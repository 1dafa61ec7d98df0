"""Entries and items added, changed and removed in the author's layout; everything else stays byte for byte."""

from __future__ import annotations

import pytest

from saya.text.edit import NotEditableError, Replacement, edited, ordered
from saya.text.edit_entries import add_entry, add_item, remove, rename_key, replace_value, set_entry
from saya.text.edit_manner import read_manner
from saya.text.edit_spots import Spot, Step, find_spot
from saya.text.node import MappingNode, SequenceNode
from saya.text.parse import parse
from saya.text.source import Source, Span

ALIAS = {
    "Type": "AWS::Lambda::Alias",
    "Properties": {"FunctionName": {"Ref": "Fn"}, "FunctionVersion": {"Fn::GetAtt": ["V", "Version"]}, "Name": "1"},
}


def spot(root, *keys):
    node, way = root, ()
    for key in keys:
        way = (*way, Step(node, key))
        node = node.entries[key] if isinstance(node, MappingNode) else node.items[key]
    return Spot(node, way)


def after(text, edit, *keys, content=(), **given):
    """The text after one edit of the node that the keys lead to."""
    root = parse(Source("t", text))
    found = spot(root, *keys)
    manner = read_manner(root)
    arguments = [found, *content] if edit is remove else [found, *content, manner]
    result = edited(text, [edit(*arguments, **given)])
    parse(Source("t", result))
    return result


GET_ATT = {"Fn::GetAtt": ["Fn", "Arn"]}
SUB = {"Fn::Sub": "a:${X}"}


@pytest.mark.parametrize(
    ("text", "content", "expected"),
    [
        ("A: !Ref X  # why\n", GET_ATT, "A: !GetAtt Fn.Arn  # why\n"),
        ("A: !Ref X\r\nB: 1\r\n", SUB, "A: !Sub a:${X}\r\nB: 1\r\n"),
        ("A: !Ref X", SUB, "A: !Sub a:${X}"),
        ("{A: !Ref X, B: 1}", SUB, "{A: !Sub 'a:${X}', B: 1}"),
        ("A: !Sub \"x\"\nB: 'q'\n", SUB, "A: !Sub \"a:${X}\"\nB: 'q'\n"),
        ("A:\n  Ref: X   # why\n", GET_ATT, "A:\n  Fn::GetAtt: [Fn, Arn]   # why\n"),
        ("A: {Ref: X}\n", GET_ATT, "A: {Fn::GetAtt: [Fn, Arn]}\n"),
        ("A:\n  Fn::GetAtt:\n    - X\n    - Arn\nB: 1\n", SUB, "A:\n  Fn::Sub: a:${X}\nB: 1\n"),
        ('{"A": {"Ref": "X"}}', GET_ATT, '{"A": {"Fn::GetAtt": ["Fn", "Arn"]}}'),
        ('{"A": { "Ref": "X" }}', {"Ref": "Y"}, '{"A": { "Ref": "Y" }}'),
        ('{"A":{"Ref":"X"}}', GET_ATT, '{"A":{"Fn::GetAtt":["Fn","Arn"]}}'),
        ('{\n\t"A": {\n\t\t"Ref": "X"\n\t}\n}', SUB, '{\n\t"A": {\n\t\t"Fn::Sub": "a:${X}"\n\t}\n}'),
        ('{\r\n   "A": {\r\n      "Ref": "X"\r\n   }\r\n}', SUB,
         '{\r\n   "A": {\r\n      "Fn::Sub": "a:${X}"\r\n   }\r\n}'),
        ("A: 'x'\n", "y", "A: 'y'\n"),
        ("A: x\n", "on", "A: 'on'\n"),
        ("A: |\n  x\n  y\nB: 1\n", "z", "A: z\nB: 1\n"),
        ("A: &n !Ref X\n", GET_ATT, "A: &n !GetAtt Fn.Arn\n"),
        ("A: x\n", {"Fn::Sub": "{{resolve:ssm:${X}}}"}, "A: !Sub '{{resolve:ssm:${X}}}'\n"),
        ("A: !Ref X\n", {"Fn::Base64": {"Fn::Sub": "x"}}, "A: !Base64 {Fn::Sub: x}\n"),
        ("A: !Ref X\n", {"Fn::Select": [0, {"Fn::Split": [":*", GET_ATT]}]},
         "A: !Select [0, !Split [':*', !GetAtt Fn.Arn]]\n"),
    ],
)  # fmt: skip
def test_a_value_takes_the_form_of_the_one_it_replaces(text, content, expected):
    assert after(text, replace_value, "A", content=(content,)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("P:\n  A: 1   # one\n  B:\n    C: 2\n", "P:\n  A: 1   # one\n  New: live\n  B:\n    C: 2\n"),
        ("P:\n  B:\n    C: 2\n", "P:\n  New: live\n  B:\n    C: 2\n"),
        ("P:\n  A: 1", "P:\n  A: 1\n  New: live"),
        ("P:\r\n  A: 1\r\nQ: 2\r\n", "P:\r\n  A: 1\r\n  New: live\r\nQ: 2\r\n"),
        ("P: {A: 1}\n", "P: {A: 1, New: live}\n"),
        ("P: {}\n", "P: {New: live}\n"),
        ("P:\n  New: old  # why\n", "P:\n  New: live  # why\n"),
        ('{"P": {"A": 1}}', '{"P": {"A": 1, "New": "live"}}'),
        ('{"P":{"A":1}}', '{"P":{"A":1,"New":"live"}}'),
        ('{\n\t"P": {\n\t\t"A": 1\n\t}\n}', '{\n\t"P": {\n\t\t"A": 1,\n\t\t"New": "live"\n\t}\n}'),
        (
            '{\n    "P": {\n        "A": 1,\n        "B": {}\n    }\n}',
            '{\n    "P": {\n        "A": 1,\n        "New": "live",\n        "B": {}\n    }\n}',
        ),
    ],
)
def test_a_property_is_set_where_people_look_for_it(text, expected):
    assert after(text, set_entry, "P", content=("New", "live")) == expected


def test_a_merged_key_is_not_changed_where_it_is_shared():
    text = "X: &x {New: 1}\nP:\n  <<: *x\n  A: 1\n"
    with pytest.raises(NotEditableError, match="merged in"):
        after(text, set_entry, "P", content=("New", 2))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Resources:\n    Fn:\n        Type: X\n        A: !Ref B\n",
            "Resources:\n    Fn:\n        Type: X\n        A: !Ref B\n    Live:\n        Type: AWS::Lambda::Alias\n"
            "        Properties:\n            FunctionName: !Ref Fn\n            FunctionVersion: !GetAtt V.Version\n"
            "            Name: '1'\n",
        ),
        (
            'Resources:\n  Fn:\n    Type: X\n    A: {Ref: B, X: "y"}\n    B: {Ref: B}\n',
            'Resources:\n  Fn:\n    Type: X\n    A: {Ref: B, X: "y"}\n    B: {Ref: B}\n  Live:\n'
            "    Type: AWS::Lambda::Alias\n    Properties:\n      FunctionName:\n        Ref: Fn\n"
            '      FunctionVersion:\n        Fn::GetAtt:\n          - V\n          - Version\n      Name: "1"\n',
        ),
        (
            '{\n  "Resources": {\n    "Fn": {"Type": "X"}\n  }\n}\n',
            '{\n  "Resources": {\n    "Fn": {"Type": "X"},\n    "Live": {\n      "Type": "AWS::Lambda::Alias",\n'
            '      "Properties": {\n        "FunctionName": {\n          "Ref": "Fn"\n        },\n'
            '        "FunctionVersion": {\n          "Fn::GetAtt": [\n            "V",\n            "Version"\n'
            '          ]\n        },\n        "Name": "1"\n      }\n    }\n  }\n}\n',
        ),
        (
            '{"Resources":{"Fn":{"Type":"X"}}}',
            '{"Resources":{"Fn":{"Type":"X"},"Live":{"Type":"AWS::Lambda::Alias","Properties":{"FunctionName":{"Ref":"Fn"}'
            ',"FunctionVersion":{"Fn::GetAtt":["V","Version"]},"Name":"1"}}}}',
        ),
        (
            "Resources:\n  Fn:\n    Code: |\n      x\n\n      y\n\n  Next: !Ref X\n",
            "Resources:\n  Fn:\n    Code: |\n      x\n\n      y\n  Live:\n    Type: AWS::Lambda::Alias\n"
            "    Properties:\n      FunctionName: !Ref Fn\n      FunctionVersion: !GetAtt V.Version\n      Name: '1'\n"
            "\n  Next: !Ref X\n",
        ),
    ],
)
def test_a_resource_is_written_in_the_language_of_the_file(text, expected):
    assert after(text, add_entry, "Resources", content=("Live", ALIAS), after="Fn") == expected


@pytest.mark.parametrize(
    ("text", "keys", "expected"),
    [
        ("P:\n  A: 1  # one\n  B: 2\n", ("P", "A"), "P:\n  B: 2\n"),
        ("P:\n  A: 1\n  B: 2", ("P", "B"), "P:\n  A: 1"),
        ("P:\r\n  A: 1\r\n  B: 2", ("P", "B"), "P:\r\n  A: 1"),
        ("- A: 1\n  B: 2\n", (0, "A"), "- B: 2\n"),
        ("- A: 1\n  B: 2\n", (0, "B"), "- A: 1\n"),
        ("P:\n- 1\n- 2 # two\n- 3\n", ("P", 1), "P:\n- 1\n- 3\n"),
        ("P: [1, 2, 3]\n", ("P", 2), "P: [1, 2]\n"),
        ("P: {A: 1, B: 2}\n", ("P", "A"), "P: {B: 2}\n"),
        ('{"A": 1,\n "B": 2}', ("B",), '{"A": 1}'),
    ],
)
def test_an_entry_goes_with_its_line(text, keys, expected):
    assert after(text, remove, *keys) == expected


def test_the_only_entry_stays():
    with pytest.raises(NotEditableError, match="nothing else"):
        after("P:\n  A: 1\n", remove, "P", "A")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("P:\n  - a\n  - b  # two\nQ: 1\n", "P:\n  - a\n  - b  # two\n  - !Ref X\nQ: 1\n"),
        ("P:\n- a\n", "P:\n- a\n- !Ref X\n"),
        ("P: [a]\n", "P: [a, !Ref X]\n"),
        ("P: a   # one\nQ:\n- 1\n", "P:\n- a\n- !Ref X   # one\nQ:\n- 1\n"),
        ('{"P": "a"}', '{"P": ["a", {"Ref": "X"}]}'),
        ('{"P": [\n  "a"\n]}', '{"P": [\n  "a",\n  {"Ref": "X"}\n]}'),
        ('{"P":["a"]}', '{"P":["a",{"Ref":"X"}]}'),
        (
            '{"P": [\n\t{\n\t\t"Ref": "A"\n\t}\n]}',
            '{"P": [\n\t{\n\t\t"Ref": "A"\n\t},\n\t{\n\t\t"Ref": "X"\n\t}\n]}',
        ),
    ],
)
def test_an_item_is_added_as_its_neighbours_are(text, expected):
    assert after(text, add_item, "P", content=({"Ref": "X"},)) == expected


def test_a_key_is_renamed_in_its_quotes():
    assert after('{"P": {"A": 1}}', rename_key, "P", "A", content=("B",)) == '{"P": {"B": 1}}'
    with pytest.raises(NotEditableError, match="there already"):
        after("A: 1\nB: 2\n", rename_key, "A", content=("B",))


def test_overlapping_edits_are_refused():
    one, other = Replacement(Span(0, 3), "x"), Replacement(Span(2, 4), "y")

    assert ordered([one, other]) is None
    assert ordered([one, one]) == (one,)
    with pytest.raises(NotEditableError, match="overlap"):
        edited("abcdef", [one, other])


def test_what_an_alias_brings_in_is_found_at_its_anchor_only():
    root = parse(Source("t", "A: &x {B: 1}\nC: *x\n"))
    anchored = root.entries["A"]
    found = find_spot(root, Span(anchored.start, anchored.end))

    assert found.way[0].key == "A"
    assert not isinstance(found.node, SequenceNode)
    assert find_spot(root, Span(0, 3)) is None
