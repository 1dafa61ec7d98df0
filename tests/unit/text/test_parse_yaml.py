import pytest

from saya.errors import ParseError
from saya.text.node import MappingNode, ScalarNode, SequenceNode
from saya.text.parse_yaml import MAX_DEPTH, MAX_DUPLICATES, parse_yaml
from saya.text.source import Source

from .trees import plain


def read(text, **options):
    return parse_yaml(Source("f.yaml", text), **options)


def at(root, *steps):
    for step in steps:
        root = root.items[step] if isinstance(step, int) else root.entries[step]
    return root


def written(text, *steps):
    """What the span of the node at a path holds."""
    node = at(read(text), *steps)
    return text[node.start : node.end]


def test_an_empty_file_has_no_root():
    assert [read(text) for text in ("", "\n", "# only a comment\n", "---\n", "~", "null\n")] == [None] * 6


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("word", "str"), ("2010-09-09", "str"), ("y", "str"), ("tRuE", "str"), ("+", "str"), ("1.2.3", "str"),
        ("true", "bool"), ("True", "bool"), ("OFF", "bool"), ("yes", "bool"), ("no", "bool"),
        ("0", "int"), ("-12", "int"), ("0x1F", "int"), ("012345678901", "int"),
        ("1.5", "float"), (".5", "float"), ("1e3", "float"), (".inf", "float"), (".NaN", "float"),
        ("~", "null"), ("null", "null"), ("", "null"), ("nul", "str"),
        ("'1'", "str"), ('"true"', "str"), ("|-\n  1", "str"), ("! 1", "str"), ("!!str 1", "str"), ('!!int "1"', "int"),
    ],
)  # fmt: skip
def test_a_scalar_has_a_kind(text, kind):
    assert at(read(f"a: {text}\n"), "a").kind == kind


@pytest.mark.parametrize("text", ["on", "yes", "No", "off"])
def test_the_core_schema_reads_words_as_words(text):
    assert at(read(f"a: {text}\n", core_schema=True), "a").kind == "str"
    assert at(read("a: true\n", core_schema=True), "a").kind == "bool"


@pytest.mark.parametrize(
    ("raw", "content", "style"),
    [
        ("plain words", "plain words", "plain"),
        ("plain\n  goes on", "plain goes on", "plain"),
        ("'it''s'", "it's", "single"),
        ('"tab\\t\\u00e9\\x41"', "tab\t\u00e9A", "double"),
        ('"folded\\\n  on"', "foldedon", "double"),
        ("|\n  one\n  two", "one\ntwo\n", "literal"),
        ("|-\n  one", "one", "literal"),
        ("|+\n  one", "one\n\n", "literal"),
        ("|2\n   one", " one\n", "literal"),
        (">-\n  one\n  two", "one two", "folded"),
        ("| # why\n  one", "one\n", "literal"),
        ("|\n  trailing  ", "trailing  \n", "literal"),
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_scalar_ends_where_its_text_ends(raw, content, style, line_end):
    text = f"# before\na: {raw}\n\n# behind\nb: c\n".replace("\n", line_end)
    node = at(read(text), "a")
    assert (node.text, node.style, text[node.start : node.end]) == (content, style, raw.replace("\n", line_end))


def test_an_empty_value_stands_behind_its_colon():
    root = read("a:\nb: # none\nc: d\n")
    assert [(node.start, node.end) for node in root.entries.values()] == [(2, 2), (5, 5), (16, 17)]


def test_a_file_may_end_anywhere_in_a_block_scalar():
    assert written("a: |\n  one", "a") == "|\n  one"
    assert written("a: |", "a") == "|"
    assert written("a: |\n\n\nb: c", "a") == "|"


@pytest.mark.parametrize(
    ("text", "key", "inner"),
    [
        ("a: !Ref X\nb: c", "!Ref", "X"),
        ("a: !Ref 'X'", "!Ref", "'X'"),
        ("a: !Sub |\n  x\n  y\n\nb: c", "!Sub", "|\n  x\n  y"),
        ("a: !Ref\n  # why\n  X", "!Ref", "X"),
        ("a: &here !Ref X", "!Ref", "X"),
        ("a: !Ref &here X", "!Ref", "X"),
        ("a: !GetAtt\nb: c", "!GetAtt", ""),
        ("a: !Join ['', [b]]", "!Join", "['', [b]]"),
        ("a: !Join\n  - ''\n  - [b]\n\nb: c", "!Join", "- ''\n  - [b]"),
        ("a: !Transform {Name: x}", "!Transform", "{Name: x}"),
        ("a: !Transform # why\n  Name: x\nb: c", "!Transform", "Name: x"),
        ("a: &here !Sub\n  - &there x\n  - {}\n", "!Sub", "- &there x\n  - {}"),
        ("a: !<!Ref> X", "!<!Ref>", "X"),
    ],
)
def test_a_tag_is_the_function_it_abbreviates(text, key, inner):
    root = read(text)
    node = at(root, "a")
    (name,) = node.entries
    assert isinstance(node, MappingNode)
    assert node.short
    assert name == {"!Ref": "Ref", "!<!Ref>": "Ref"}.get(key, f"Fn::{key[1:]}")
    assert text[node.keys[name].start : node.keys[name].end] == key
    assert text[node.entries[name].start : node.entries[name].end] == inner
    assert text[node.start : node.end].startswith(key)
    assert text[node.start : node.end].endswith(inner)


def test_what_a_tag_is_on_is_text():
    """As `aws cloudformation package` and SAM read it (yamlhelper.py): `!Ref On` is the name `On`."""
    for word in ("On", "no", "1", "1.5", "null", "~"):
        argument = at(read(f"a: !Ref {word}"), "a").entries["Ref"]
        assert (argument.text, argument.kind) == (word, "str")
    assert at(read("a: !Ref"), "a").entries["Ref"].kind == "null"
    assert at(read("a: !If [no, 1, ~]"), "a").entries["Fn::If"].items[0].kind == "bool"


def test_tags_nest():
    text = "a: !Base64 {'Fn::Sub': x}\nb: [!Sub 'x', !GetAtt A.B]\nc: !If [P, !Ref A, !Ref 'AWS::NoValue']\n"
    assert plain(read(text)) == {
        "a": {"Fn::Base64": {"Fn::Sub": ("str", "x")}},
        "b": [{"Fn::Sub": ("str", "x")}, {"Fn::GetAtt": ("str", "A.B")}],
        "c": {"Fn::If": [("str", "P"), {"Ref": ("str", "A")}, {"Ref": ("str", "AWS::NoValue")}]},
    }
    assert written(text, "b", 0) == "!Sub 'x'"
    assert written(text, "c", "Fn::If", 2, "Ref") == "'AWS::NoValue'"


def test_a_block_ends_with_its_last_piece_not_at_the_next():
    text = "a:\n  b:\n  - c: [d,\n      e]   # tail\n\n# more\nf:\n- g\n"
    assert written(text, "a") == "b:\n  - c: [d,\n      e]"
    assert written(text, "a", "b") == "- c: [d,\n      e]"
    assert written(text, "f") == "- g"


def test_a_tab_may_separate_a_key_from_its_value():
    assert plain(read("a:\tx\n")) == {"a": ("str", "x")}


@pytest.mark.parametrize("char", ["\u0085", "\u2028", "\u2029", "\U0001f600", "\U0010fffd", "\ufeff"])
def test_places_count_code_points(char):
    text = f"a: 'x{char}y'\nb: !Ref Z\n"
    assert written(text, "b") == "!Ref Z"
    assert written(text, "a").startswith("'x")
    source = Source("f.yaml", text)
    assert parse_yaml(source).entries["b"].location.start == (2, 4)


def test_a_second_byte_order_mark_is_refused():
    with pytest.raises(ParseError, match=r"f\.yaml:1:1: not valid YAML: a second byte order mark; remove it"):
        read("\ufeffa: b\n")


# anchors, aliases, merge keys


def test_an_alias_is_the_node_that_its_anchor_names():
    text = "a: &x {k: v}\nb: *x\nc: [*x, *x]\n"
    root = read(text)
    assert root.entries["b"] is root.entries["a"]
    assert root.entries["c"].items[1] is root.entries["a"]
    assert written(text, "a") == "{k: v}"
    assert text[root.start : root.end] == text.rstrip()


def test_a_block_that_ends_with_an_alias_ends_behind_it():
    text = "a: &x word\nb:\n  c: *x\n# tail\nd:\n  - *x\n\n"
    assert written(text, "b") == "c: *x"
    assert written(text, "d") == "- *x"


def test_an_anchored_tag_is_aliased_whole():
    assert plain(read("a: &x !Ref Y\nb: *x\n"))["b"] == {"Ref": ("str", "Y")}


@pytest.mark.parametrize("merge", ["<<: *x", "<<: [*x, *y]"])
def test_a_merge_key_adds_what_is_missing(merge):
    root = read(f"x: &x {{p: 1, q: 2}}\ny: &y {{p: 3, q: 4}}\nz:\n  {merge}\n  q: own\n")
    assert plain(root.entries["z"]) == {"q": ("str", "own"), "p": ("int", "1")}


def test_a_quoted_merge_key_is_a_key():
    assert plain(read("a: {'<<': b}")) == {"a": {"<<": ("str", "b")}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: *x\n", "f.yaml:2:4: the alias *x has no anchor before it"),
        ("a: &x [1, *x]\n", "f.yaml:1:11: the alias *x has no anchor before it"),
        ("a: &x {k: *x}\n", "f.yaml:1:11: the alias *x has no anchor before it"),
        ("a:\n  <<: 3\n", "f.yaml:2:7: `<<` merges mappings only; write a mapping or an alias of one"),
    ],
)
def test_what_an_alias_cannot_be(text, message):
    with pytest.raises(ParseError) as caught:
        read(text)
    assert str(caught.value) == message


def test_a_billion_laughs_are_refused_at_once(at_most):
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    with at_most(10), pytest.raises(ParseError, match="expands to more than 1,000,000 values") as caught:
        read("\n".join(lines))
    assert caught.value.line == 7


def test_aliases_count_for_their_height():
    half = MAX_DEPTH // 2 + 1
    with pytest.raises(ParseError, match=r"f\.yaml:2:.*nested deeper than 200 levels"):
        read(f"a: &a {'[' * half}{']' * half}\nb: {'[' * half}*a{']' * half}\n")
    assert read(f"a: &a {'[' * half}{']' * half}\nb: [*a]\n") is not None


@pytest.mark.parametrize("text", ["[" * 300, "- " * 300 + "x", "{a: " * 300, "!A [" * 300])
def test_depth_is_limited(text):
    with pytest.raises(ParseError, match=r"f\.yaml:1:[0-9]+: nested deeper than 200 levels"):
        read(text)


# duplicate keys


def test_of_a_key_written_twice_the_last_counts():
    duplicates = []
    root = read("a: 1\nb:\n  c: 1\n  'c': 2\na: 3\n", duplicates=duplicates)
    assert plain(root) == {"a": ("int", "3"), "b": {"c": ("int", "2")}}
    assert [str(error) for error in duplicates] == [
        "f.yaml:4:3: the key `c` is written twice, first on line 3; the last one counts, remove one",
        "f.yaml:5:1: the key `a` is written twice, first on line 1; the last one counts, remove one",
    ]


def test_a_key_written_twice_is_an_error_where_nobody_collects_them():
    with pytest.raises(ParseError, match=r"f\.yaml:2:1: the key `a` is written twice"):
        read("a: 1\na: 2\n")


def test_a_file_of_duplicates_is_told_in_part():
    duplicates = []
    read("a: 1\n" * 5000, duplicates=duplicates)
    assert len(duplicates) == MAX_DUPLICATES


# what is no YAML


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: b\n---\nc: d\n", "f.yaml:2:1: a second document; a template is one document"),
        ("a: b\n--- \n", "f.yaml:2:1: a second document; a template is one document"),
        ("a: 'x\nb: c\n", "f.yaml:1:4: not valid YAML: what begins here does not end"),
        ('a: "x\n', "f.yaml:1:4: not valid YAML: what begins here does not end"),
        ("a: [1,\n  2\nb: c\n", "f.yaml:3:2: not valid YAML: did not find expected ',' or ']'"),
        ("\ta: b\n", "f.yaml:1:1: not valid YAML: a tab indents this line; indent with spaces"),
        ("a:\n\tb: c\n", "f.yaml:2:1: not valid YAML: a tab indents this line; indent with spaces"),
        ("a: @b\n", "f.yaml:1:4: not valid YAML: a plain value cannot begin with `@`; put it in quotes"),
        ("a: b: c\n", "f.yaml:1:5: not valid YAML: mapping values are not allowed in this context"),
        ("é: \x01\n", "f.yaml:1:4: not valid YAML: the character U+0001 is not allowed"),
        ("a: b\nc: \x00\n", "f.yaml:2:4: not valid YAML: the character U+0000 is not allowed"),
        ("a: \ud800\n", "f.yaml:1:4: not valid YAML: the lone surrogate U+D800 is no character"),
        ('a: "\\ud800"\n', "f.yaml:1:7: not valid YAML: found invalid Unicode character escape code"),
        ("[a]: b\n", "f.yaml:1:1: a key must be a plain word or a quoted string"),
        ("!Ref a: b\n", "f.yaml:1:1: a key must be a plain word or a quoted string"),
        ("x\u0085: [\n", "f.yaml:1:3: not valid YAML: did not find expected <document start>"),
    ],
)
def test_what_is_wrong_is_one_line_with_its_place(text, message):
    with pytest.raises(ParseError) as caught:
        read(text)
    assert str(caught.value) == message


def test_kinds_of_nodes():
    root = read("a: [1]\nb: {c: d}\ne:\n- f\n")
    assert isinstance(root.entries["a"], SequenceNode)
    assert [root.entries[name].flow for name in "abe"] == [True, True, False]
    assert isinstance(root.keys["a"], ScalarNode)
    assert not root.short
