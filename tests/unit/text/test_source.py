import pytest

from saya.text.source import Location, Source, Span


@pytest.mark.parametrize(
    ("text", "offset", "position"),
    [
        ("", 0, (1, 1)),
        ("ab\ncd", 0, (1, 1)),
        ("ab\ncd", 2, (1, 3)),
        ("ab\ncd", 3, (2, 1)),
        ("ab\ncd", 5, (2, 3)),
        ("ab\n", 3, (2, 1)),
        ("ab\r\ncd", 4, (2, 1)),
        ("\U0001f600x\n\U0001f600y", 4, (2, 2)),
    ],
)
def test_positions_count_from_one(text, offset, position):
    assert Source("f", text).position(offset) == position


@pytest.mark.parametrize("char", ["\u0085", "\u2028", "\u2029", "\r", "\x0b", "\x0c"])
def test_only_a_line_feed_ends_a_line(char):
    source = Source("f", f"a{char}b\nc")
    assert source.position(2) == (1, 3)
    assert source.line(1) == f"a{char}b"
    assert source.line(2) == "c"


def test_a_line_comes_without_its_end():
    source = Source("f", "one\r\ntwo\n\nfour")
    assert [source.line(number) for number in (1, 2, 3, 4)] == ["one", "two", "", "four"]


def test_a_location_knows_its_lines():
    location = Location(Source("dir/f", "a: b\nc: def\n"), Span(8, 11))
    assert (location.path, location.start, location.end, location.start_line) == ("dir/f", (2, 4), (2, 7), 2)
