import pytest

from saya.report.excerpt import WIDTH, excerpt
from saya.text.source import Location, Source, Span


def shown(text: str, needle: str) -> tuple[int, str, str]:
    start = text.index(needle)
    return excerpt(Location(Source("t", text), Span(start, start + len(needle))))


def test_a_line_is_underlined():
    assert shown("A: 1\nB: two\nC: 3\n", "two") == (2, "B: two", "   ^^^")


def test_several_lines_are_underlined_to_the_end_of_the_first():
    assert shown("A:\n  B: 1  \n  C: 2\n", "B: 1  \n  C: 2") == (2, "  B: 1", "  ^^^^")


def test_nothing_is_a_point():
    assert excerpt(Location(Source("t", "A:\n"), Span(2, 2))) == (1, "A:", "  ^")


def test_the_end_of_the_file_is_a_place():
    assert excerpt(Location(Source("t", ""), Span(0, 0))) == (1, "", "^")


def test_line_ends_of_windows_are_not_shown():
    assert shown("A: x\r\nB: 2\r\n", "x\r\nB") == (1, "A: x", "   ^")


@pytest.mark.parametrize(
    ("text", "needle", "line", "underline"),
    [
        ("\tA: x", "x", "    A: x", "       ^"),
        ("é: x", "x", "é: x", "   ^"),
        ("日本: x", "x", "日本: x", "      ^"),
        ("e\u0301: x", "x", "e\u0301: x", "   ^"),
        ("a\x1b: x", "x", "a\\x1b: x", "       ^"),
        ("日本", "本", "日本", "  ^^"),
    ],
    ids=["tab", "accent", "wide", "combining", "escaped", "wide itself"],
)
def test_the_underline_stands_where_the_text_does(text, needle, line, underline):
    assert shown(text, needle) == (1, line, underline)


def test_of_a_long_line_the_part_around_is_shown():
    text = '{"a":"' + "x" * 5000 + '","Arn":"here","b":"' + "y" * 5000 + '"}'
    number, line, underline = shown(text, '"here"')
    assert number == 1
    assert len(line) <= WIDTH + 2
    assert line.startswith("…")
    assert line.endswith("…")
    assert line[underline.index("^") : underline.rindex("^") + 1] == '"here"'


def test_of_a_long_value_the_start_is_shown():
    text = 'Body: "' + "z" * 5000 + '"'
    _, line, underline = shown(text, '"' + "z" * 5000 + '"')
    assert line.startswith('Body: "zzz')
    assert line.endswith("z…")
    assert len(line) <= WIDTH + 2
    assert len(underline) == len(line)
