import json

import pytest

from saya.errors import ParseError
from saya.text.parse_json import MAX_DEPTH, MAX_DUPLICATES, parse_json
from saya.text.source import Source

from .trees import plain


def read(text, **options):
    return parse_json(Source("f.json", text), **options)


@pytest.mark.parametrize(
    ("text", "kind", "content"),
    [
        ('"x"', "str", "x"),
        ('""', "str", ""),
        ('"a\\n\\u00e9\\"\\/"', "str", 'a\né"/'),
        ('"\\ud83d\\ude00"', "str", "\U0001f600"),
        ('"\\ud83d"', "str", "\ufffd"),
        ('"\ud83d"', "str", "\ufffd"),
        ("0", "int", "0"),
        ("-12", "int", "-12"),
        ("1.50", "float", "1.50"),
        ("1E-3", "float", "1E-3"),
        ("true", "bool", "true"),
        ("false", "bool", "false"),
        ("null", "null", "null"),
    ],
)
def test_a_scalar_keeps_its_text_and_place(text, kind, content):
    padded = f' {{ "k" :\t[ {text} ] }}\r\n'
    node = read(padded).entries["k"].items[0]
    assert (node.kind, node.text, padded[node.start : node.end], node.style) == (kind, content, text, "json")


def test_collections_have_exact_places():
    text = '{\n  "a": {"b": [1, {}], "c": []},\n  "d": 2\n}\n'
    root = read(text)
    a = root.entries["a"]
    assert text[root.start : root.end] == text.rstrip()
    assert text[a.start : a.end] == '{"b": [1, {}], "c": []}'
    assert text[a.entries["b"].start : a.entries["b"].end] == "[1, {}]"
    assert a.keys["c"].location.start == (2, 23)
    assert root.keys["d"].text == "d"
    assert root.flow


def test_a_blank_file_has_no_root():
    assert read("") is None
    assert read(" \r\n\t") is None


def test_places_count_code_points():
    text = '{"\U0001f600": "\U0001f600", "k": 1}'
    node = read(text).entries["k"]
    assert text[node.start : node.end] == "1"


def test_of_a_key_written_twice_the_last_counts():
    duplicates = []
    assert plain(read('{"a": 1,\n"b": {"c": 1, "c": 2}, "a": 3}', duplicates=duplicates)) == {
        "a": ("int", "3"),
        "b": {"c": ("int", "2")},
    }
    assert [str(error) for error in duplicates] == [
        "f.json:2:15: the key `c` is written twice, first on line 2; the last one counts, remove one",
        "f.json:2:24: the key `a` is written twice, first on line 1; the last one counts, remove one",
    ]
    with pytest.raises(ParseError, match=r"f\.json:1:9: the key `a` is written twice"):
        read('{"a":1, "a":1}')
    many = []
    read(json.dumps({"a": 1})[:-1] + ', "a": 1' * 500 + "}", duplicates=many)
    assert len(many) == MAX_DUPLICATES


@pytest.mark.parametrize(
    ("text", "place", "problem"),
    [
        ("{", "1:2", "a key in double quotes is expected"),
        ('{"a"', "1:5", "`:` is expected"),
        ('{"a":', "1:6", "a value is expected, not the end of the file"),
        ('{"a":1', "1:7", "`,` or `}` is expected"),
        ('{"a":1,}', "1:8", "a key in double quotes is expected"),
        ("{'a':1}", "1:2", "a key in double quotes is expected"),
        ("[1", "1:3", "`,` or `]` is expected"),
        ("[1,\n]", "2:1", "a value is expected, not `]`"),
        ("[01]", "1:3", "`,` or `]` is expected"),
        ("[+1]", "1:2", "a value is expected, not `+`"),
        ("[NaN]", "1:2", "a value is expected, not `N`"),
        ("[tru]", "1:2", "a value is expected, not `t`"),
        ('["a]', "1:2", "unterminated string starting at"),
        ('["\\x"]', "1:3", "invalid \\escape"),
        ('["\\u12"]', "1:4", "invalid \\uxxxx escape"),
        ("[1] 2", "1:5", "text behind the end of the JSON value"),
        ("[1] // why", "1:5", "text behind the end of the JSON value"),
    ],
)
def test_what_is_wrong_is_one_line_with_its_place(text, place, problem):
    with pytest.raises(ParseError) as caught:
        read(text)
    assert str(caught.value) == f"f.json:{place}: not valid JSON: {problem}"


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_depth_is_limited(opening, closing):
    with pytest.raises(ParseError, match=f"nested deeper than {MAX_DEPTH} levels"):
        read(opening * (MAX_DEPTH + 1))
    assert read(opening * MAX_DEPTH + "1" + closing * MAX_DEPTH) is not None
