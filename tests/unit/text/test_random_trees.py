from hypothesis import example, given

from saya.text.parse import parse
from saya.text.parse_yaml import parse_yaml
from saya.text.source import Source

from .trees import TREES, Leaf, Writer, expected, plain, spans


def check(writer, tree, root):
    if isinstance(tree, Leaf) and tree.kind == "null":
        assert root is None
        return
    assert plain(root) == expected(tree)
    assert spans(root, writer.out) == writer.written


@given(TREES)
@example({"k": Leaf("str", "\U0001f600'\"\\", "single")})
def test_json_keeps_tree_and_places(tree):
    writer = Writer("json")
    writer.flow(tree)
    if not isinstance(tree, Leaf):
        check(writer, tree, parse(Source("f.json", writer.out)))


@given(TREES)
@example([[], {}, {"k": [Leaf("str", "\U0001f600'\"\\", "single")]}])
def test_flow_yaml_keeps_tree_and_places(tree):
    writer = Writer("flow")
    writer.flow(tree)
    check(writer, tree, parse_yaml(Source("f.yaml", writer.out)))


@given(TREES)
@example([{"k": [Leaf("str", "abc", "literal"), Leaf("str", "abc", "plain")], "l": []}, [Leaf("str", "ab", "literal")]])
def test_block_yaml_keeps_tree_and_places(tree):
    writer = Writer("block")
    writer.block(tree)
    check(writer, tree, parse_yaml(Source("f.yaml", writer.out)))


@given(TREES)
def test_a_json_file_reads_the_same_as_yaml(tree):
    writer = Writer("json")
    writer.flow(tree)
    if "\\u" not in writer.out:
        assert plain(parse_yaml(Source("f.yaml", writer.out))) == plain(parse(Source("f", writer.out)))


@given(TREES)
def test_lines_may_end_in_carriage_return_and_line_feed(tree):
    writer = Writer("block")
    writer.block(tree)
    text = writer.out.replace("\n", "\r\n")
    root = parse_yaml(Source("f.yaml", text))
    places = [(start + writer.out[:start].count("\n"), raw.replace("\n", "\r\n")) for start, raw in writer.written]
    if root is not None:
        assert plain(root) == expected(tree)
        assert spans(root, text) == places
