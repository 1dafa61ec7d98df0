from saya.text.edit_spots import MANY, innermost
from saya.text.node import MappingNode
from saya.text.parse import parse
from saya.text.source import Source, Span

NAMES = [f"Key{number}" for number in range(2 * MANY)]


def tree(text):
    return parse(Source("f.yaml", text))


def way(root, node):
    found = innermost(root, Span(node.start, node.end))
    assert found.node is node
    return [step.key for step in found.way]


def test_a_child_of_many_is_found_as_one_of_few():
    many = tree("".join(f"{name}:\n  - a: [x, {name}]\n" for name in NAMES))
    for name in NAMES:
        entry = many.entries[name].items[0].entries["a"]
        assert way(many, entry) == [name, 0, "a"]
        assert way(many, entry.items[1]) == [name, 0, "a", 1]
    items = tree("".join(f"- {name}\n" for name in NAMES))
    assert [way(items, item) for item in items.items] == [[index] for index in range(len(NAMES))]


def test_a_key_lies_in_the_mapping_itself():
    many = tree("".join(f"{name}: x\n" for name in NAMES))
    assert isinstance(many, MappingNode)
    for key in many.keys.values():
        assert innermost(many, Span(key.start, key.end)).node is many


def test_what_an_alias_brings_in_lies_where_it_is_written():
    text = f"{NAMES[0]}: &outer {{a: &inner {{b: c}}, d: e}}\n"
    text += "".join(f"{name}: *{'outer' if index % 2 else 'inner'}\n" for index, name in enumerate(NAMES[1:]))
    many = tree(text)
    first = many.entries[NAMES[0]]
    assert many.entries[NAMES[1]].entries["b"] is first.entries["a"].entries["b"]
    assert way(many, first.entries["a"].entries["b"]) == [NAMES[0], "a", "b"]
    assert way(many, first.entries["d"]) == [NAMES[0], "d"]
