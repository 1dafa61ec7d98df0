import pytest

from saya.model.value import MASK, Part, Reference, Text, Unknown, literal, scalar_text
from saya.text.node import ScalarNode
from saya.text.source import Source

NODE = ScalarNode(Source("f", "x"), 0, 1, "x", "str", "plain")
HOLE = Reference("parameter", "P")


def text(*pieces):
    return Text(tuple(Part(p, None, NODE) if isinstance(p, str) else Part("", p, NODE) for p in pieces))


def test_a_literal_is_all_text():
    assert literal("abc", NODE).literal == "abc"
    assert text("a", "b").literal == "ab"
    assert Text(()).literal == ""
    assert text("a", HOLE).literal is None
    assert text(HOLE).literal is None


def test_a_reference_is_the_whole_text():
    assert text(HOLE).reference == HOLE
    assert text("a", HOLE).reference is None
    assert text(Unknown("why")).reference is None


def test_the_first_unknown_is_told():
    assert text("a", HOLE).unknown is None
    assert text(HOLE, Unknown("why"), Unknown("more")).unknown == Unknown("why")


def test_equal_keys_are_equal_texts():
    assert text("a", "b", HOLE).key == text("ab", HOLE).key
    assert text("ab").key == text("", "ab").key
    assert text("ab", HOLE).key != text(HOLE, "ab").key


def test_holes_are_masked_by_one_character_each():
    assert text("ab", HOLE, "c", HOLE).masked == f"ab{chr(MASK)}c{chr(MASK + 1)}"


@pytest.mark.parametrize(
    ("start", "end", "shown"),
    [(0, 6, "ab${P}cd"), (0, 1, "a"), (1, 3, "b${P}"), (2, 3, "${P}"), (3, 5, "cd"), (3, 3, ""), (4, 9, "d")],
)
def test_a_slice_counts_in_the_masked_text(start, end, shown):
    assert str(text("ab", HOLE, "cd").slice(start, end)) == shown


def test_a_slice_knows_where_it_begins():
    part = text("abcd").slice(1, 3).parts[0]
    assert (part.text, part.start) == ("bc", 1)


def test_a_text_is_shown_as_a_person_would_write_it():
    assert str(text("a-", Reference("resource", "Fn", "Arn"), Unknown("why"))) == "a-${Fn.Arn}${?}"


@pytest.mark.parametrize(
    ("written", "kind", "expected"), [("True", "bool", "true"), ("True", "str", "True"), ("1", "int", "1")]
)
def test_booleans_compare_in_lower_case(written, kind, expected):
    assert scalar_text(ScalarNode(Source("f", written), 0, 4, written, kind, "plain")) == expected
