from __future__ import annotations

import json

import pytest

from saya.errors import ParseError
from saya.text.embedded import EmbeddedScalar, Piece, parse_embedded
from saya.text.node import MappingNode, ScalarNode
from saya.text.offsets import map_offsets
from saya.text.parse import parse
from saya.text.source import Source

DOCUMENT = '{"a": "say \\"hi\\"",\n  "bé": ["x", {"c": 7}]}\n'


def scalar(text: str, path: str = "t.yaml") -> ScalarNode:
    """The scalar at the key `d` of a file."""
    root = parse(Source(path, text))
    assert isinstance(root, MappingNode)
    node = root.entries["d"]
    assert isinstance(node, ScalarNode)
    return node


def indented(text: str, by: int) -> str:
    return "".join(" " * by + line for line in text.splitlines(keepends=True))


FORMS = {
    "literal": "d: |\n" + indented(DOCUMENT, 3),
    "literal with explicit indentation": "d: |2-\n" + indented(DOCUMENT, 2),
    "literal with CRLF": ("d: |\n" + indented(DOCUMENT, 3)).replace("\n", "\r\n"),
    "folded": "d: >\n" + indented(DOCUMENT, 4),
    "single": "d: '" + DOCUMENT.replace("\n", " ").replace("'", "''") + "'\n",
    "double": "d: " + json.dumps(DOCUMENT, ensure_ascii=False) + "\n",
    "double with code points": "d: " + json.dumps(DOCUMENT).replace("\\u00e9", "\\xe9") + "\n",
    "JSON": '{"d": ' + json.dumps(DOCUMENT, ensure_ascii=False) + "}",
    "JSON with code points": '{"d": ' + json.dumps(DOCUMENT) + "}",
    "single over several lines": "d: '" + DOCUMENT.replace("\n", "\n    ") + "'\n",
    "double over several lines": 'd: "'
    + DOCUMENT.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\n    ")
    + '"\n',
}


@pytest.mark.parametrize("form", FORMS)
def test_nodes_are_placed_in_every_style_of_scalar(form):
    node = scalar(FORMS[form])
    root = parse_embedded([Piece(node.text, node)], "t.yaml")
    assert isinstance(root, MappingNode)
    text = node.source.text
    key = root.keys["bé"]
    assert text[key.start : key.end].replace("\\u00e9", "é").replace("\\xe9", "é").replace("\\", "") == '"bé"'
    (x, inner) = root.entries["bé"].items  # type: ignore[attr-defined]
    assert text[x.start : x.end].replace("\\", "") == '"x"'
    number = inner.entries["c"]
    assert (text[number.start : number.end], number.kind) == ("7", "int")
    assert text[root.start] == "{"
    assert text[root.end - 1] == "}"
    assert root.entries["a"].text == 'say "hi"'  # type: ignore[attr-defined]


@pytest.mark.parametrize("form", FORMS)
def test_every_visible_character_has_its_offset(form):
    node = scalar(FORMS[form])
    offsets = map_offsets(node)
    assert offsets is not None
    for index, char in enumerate(node.text):
        if char not in ' \n"\\é':
            assert node.source.text[offsets.offset(index)] == char, (index, char)


def test_a_text_unlike_what_is_written_has_no_offsets():
    node = scalar("d: 'it''s'\n")
    node.text = "other"
    assert map_offsets(node) is None


def test_a_scalar_is_editable_by_itself_only_in_a_literal_block():
    block, quoted = scalar(FORMS["literal"]), scalar(FORMS["double"])
    for node, style in ((block, "json"), (quoted, "embedded")):
        root = parse_embedded([Piece(node.text, node)], "t.yaml")
        assert isinstance(root, MappingNode)
        assert root.entries["a"].style == style  # type: ignore[attr-defined]


def test_holes_stand_in_strings_and_for_values():
    node = scalar('d: \'{"name": "pre-${A}-${B}", "count": ${C}}\'\n')
    pieces = [
        Piece('{"name": "pre-', node, 0),
        Piece("${A}", node, 14, hole=True),
        Piece("-", node, 18),
        Piece("${B}", node, 19, hole=True),
        Piece('", "count": ', node, 23),
        Piece("${C}", node, 35, hole=True),
        Piece("}", node, 39),
    ]
    root = parse_embedded(pieces, "t.yaml")
    assert isinstance(root, MappingNode)
    name, count = root.entries["name"], root.entries["count"]
    assert isinstance(name, EmbeddedScalar)
    assert (name.text, name.holes) == ("pre-${A}-${B}", ((4, 8, 1), (9, 13, 3)))
    assert node.source.text[name.start : name.end] == '"pre-${A}-${B}"'
    assert isinstance(count, EmbeddedScalar)
    assert (count.text, count.holes) == ("${C}", ((0, 4, 5),))
    assert node.source.text[count.start : count.end] == "${C}"


def test_a_string_that_is_a_function_of_its_own_is_placed_at_the_function():
    text = '{"d": ["{\\"arn\\": \\"", {"Ref": "Fn"}, "\\"}"]}'
    root = parse(Source("t.json", text))
    assert isinstance(root, MappingNode)
    before, function, after = root.entries["d"].items  # type: ignore[attr-defined]
    pieces = [Piece(before.text, before), Piece("${Fn}", function, hole=True), Piece(after.text, after)]
    document = parse_embedded(pieces, "t.json")
    assert isinstance(document, MappingNode)
    value = document.entries["arn"]
    assert text[value.start : value.end] == '{"Ref": "Fn"}'


def test_private_use_characters_of_the_author_are_no_holes():
    node = scalar('d: \'{"a": "\ue000"}\'\n')
    root = parse_embedded([Piece(node.text, node)], "t.yaml")
    assert isinstance(root, MappingNode)
    value = root.entries["a"]
    assert isinstance(value, EmbeddedScalar)
    assert value.holes == ()


def test_yaml_within_a_string_is_read_too():
    node = scalar("d: |\n  a:\n    - b: 1\n")
    root = parse_embedded([Piece(node.text, node)], "t.yaml")
    assert isinstance(root, MappingNode)
    assert node.source.position(root.entries["a"].items[0].keys["b"].start) == (3, 7)  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", ['{"a": ', '{"a": 1} more', "a: [1\nb: 2"])
def test_a_text_that_is_no_document_is_an_error(text):
    node = scalar("d: x\n")
    with pytest.raises(ParseError):
        parse_embedded([Piece(text, node)], "t.json")
