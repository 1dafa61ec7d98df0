"""Scalars written so that YAML and JSON read them as what was meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saya.text.edit import NotEditableError, edited
from saya.text.edit_scalars import Writing, is_plain, rewrite_scalar, write_scalar
from saya.text.edit_spots import scalars
from saya.text.node import MappingNode, ScalarNode
from saya.text.parse import parse
from saya.text.source import Source

TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs",), exclude_characters="\ufeff\x00"), max_size=20
) | st.sampled_from(["yes", "1", "1.5", "2012-10-17", "~", "", "a: b", "a #b", "- x", "{a", "*x", "!Ref", "0o7"])


def read(text: str) -> ScalarNode:
    root = parse(Source("t.yaml", text))
    assert isinstance(root, MappingNode)
    value = root.get("key")
    while not isinstance(value, ScalarNode):
        value = next(scalars(value))
    return value


@given(TEXTS, st.sampled_from(["plain", "single", "double"]), st.booleans(), st.sampled_from("'\""))
def test_what_is_written_is_read_back(text, style, flow, quote):
    written = write_scalar(text, Writing(style, flow, quote))
    value = read(f"{{key: [{written}]}}" if flow else f"key: {written}\n")

    assert (value.text, value.kind) == (text, "str")


@given(TEXTS)
def test_json_is_read_back(text):
    assert read(f'{{"key": {write_scalar(text, Writing("json"))}}}').text == text


@pytest.mark.parametrize(
    ("text", "flow", "plain"),
    [
        ("arn:aws:s3:::x", False, True),
        ("${A}:x", False, True),
        ("${A}:x", True, False),
        ("{{resolve:ssm:x}}", False, False),
        ("on", False, False),
        ("2012-10-17", False, False),
        ("a: b", False, False),
        ("a:b", True, True),
        ("x ", False, False),
        ("-1x", False, True),
        ("12:30", False, False),
    ],
)
def test_what_needs_quotes(text, flow, plain):
    assert is_plain(text, flow=flow) is plain


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("key: a:old:b  # why\n", "key: a:NEW:b  # why\n"),
        ("key: 'a:old:b'\n", "key: 'a:NEW:b'\n"),
        ('key: "a:old:\\u0062"\n', 'key: "a:NEW:\\u0062"\n'),
        ("key: |\n  x\n  a:old:b\n", "key: |\n  x\n  a:NEW:b\n"),
        ('{"key": "a:old:b"}', '{"key": "a:NEW:b"}'),
        ("key: >\n  x\n  a:old:b\n", "key: >\n  x\n  a:NEW:b\n"),
    ],
)
def test_a_part_is_rewritten_where_it_stands(source, expected):
    node = read(source)

    assert edited(source, [rewrite_scalar(node, ":old:", ":NEW:", flow=False)]) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("key: a:x\n", "key: a:x:*\n"),
        ("key: 'a:x'  # why\n", "key: 'a:x:*'  # why\n"),
        ('{"key": "a:\\u00e9"}', '{"key": "a:\\u00e9:*"}'),
        ('key: "a:\\xe9"\n', 'key: "a:\\xe9:*"\n'),
        ("key: |-\n  a:x\n", "key: |-\n  a:x:*\n"),
        ("key: |\n  a:x\n", "key: |\n  a:x:*\n"),
    ],
)
def test_only_what_differs_is_written(source, expected):
    node = read(source)
    old = node.text.rstrip("\n")

    assert edited(source, [rewrite_scalar(node, old, f"{old}:*", flow=False)]) == expected


def test_a_plain_scalar_gets_quotes_where_it_needs_them():
    node = read("key: old\n")

    assert edited("key: old\n", [rewrite_scalar(node, "old", "a: b", flow=False)]) == "key: 'a: b'\n"


@pytest.mark.parametrize("source", ["key: old old\n", "key: other\n", 'key: "a\\\n  old"\nrest: x\n'])
def test_what_is_not_there_exactly_once_is_left(source):
    if "\\" in source:  # folded by an escape: the place is known, and it can be rewritten
        assert "NEW" in edited(source, [rewrite_scalar(read(source), "old", "NEW", flow=False)])
        return
    with pytest.raises(NotEditableError):
        rewrite_scalar(read(source), "old", "NEW", flow=False)
