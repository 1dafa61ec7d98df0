import pytest

from saya.github.diff import compare_texts
from saya.report.anchor import Anchor, anchor_at
from saya.report.diff import Diff
from saya.text.source import Location, Source, Span

LINES = [f"line {number}\n" for number in range(1, 61)]


def changed(*numbers: int) -> Diff:
    """A diff in which these lines of head differ, with three lines around each."""
    before = "".join("other\n" if number in numbers else line for number, line in enumerate(LINES, start=1))
    return Diff({"a.ts": compare_texts("a.ts", before, "".join(LINES))})


def at(first: int, last: int) -> Location:
    source = Source("a.ts", "".join(LINES))
    return Location(source, Span(source.starts[first - 1], source.starts[last] - 1))


@pytest.mark.parametrize(
    ("numbers", "place", "expected"),
    [
        ([20], (20, 22), (20, 22)),
        ([20], (18, 21), (18, 21)),  # in the hunk with what is changed
        ([20], (22, 30), (22, 23)),  # to the end of the hunk; nothing in it is changed
        ([20, 40], (22, 41), (40, 40)),  # what is changed of it lies in another hunk
        ([20, 27], (22, 30), (22, 30)),  # two hunks so near that they are one
        ([20, 40], (20, 41), (20, 23)),
        (range(20, 40), (19, 38), (20, 20)),  # too long to be shown above a comment
        ([40], (20, 45), (40, 40)),
        ([40], (20, 30), None),
    ],
)
def test_a_comment_stands_on_what_is_changed_of_a_place(numbers, place, expected):
    anchor = anchor_at(at(*place), changed(*numbers))
    assert anchor == (Anchor("a.ts", *expected) if expected else None)
