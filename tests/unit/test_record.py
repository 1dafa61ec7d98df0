import copy
import typing

import pytest

from saya.record import NamedTuple, field, fields, is_record, record, replace


@record
class Point:
    """By position."""

    x: int
    y: int = 0


@record(kw_only=True)
class Base:
    """By name."""

    name: str
    notes: dict = field(default_factory=dict)
    place: object = field(compare=False)


@record(kw_only=True)
class Derived(Base):
    """With more."""

    size: int = 1


def test_fields_are_given_by_position_or_name():
    assert (Point(1).x, Point(1).y) == (1, 0)
    assert Point(1, 2) == Point(x=1, y=2) == Point(1, y=2)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (Point, "Point lacks x"),
        (lambda: Point(1, 2, 3), "Point takes 2 values by position, not 3"),
        (lambda: Point(1, x=1), "Point was given x twice"),
        (lambda: Point(1, z=1), "Point has no field z"),
        (lambda: Base("a"), "Base takes 0 values by position, not 1"),
        (lambda: Base(name="a"), "Base lacks place"),
        (lambda: replace(Point(1), z=2), "Point has no field z"),
    ],
)
def test_what_does_not_fit_is_refused(make, message):
    with pytest.raises(TypeError, match=message):
        make()


def test_a_record_is_frozen():
    point = Point(1)
    with pytest.raises(AttributeError, match="cannot assign to x: a Point is frozen"):
        point.x = 2
    with pytest.raises(AttributeError, match="cannot delete x"):
        del point.x
    assert point.x == 1


def test_defaults_are_made_anew():
    one, two = Base(name="a", place=None), Base(name="a", place=None)
    one.notes["x"] = 1
    assert two.notes == {}


def test_records_are_compared_by_value():
    assert Point(1, 2) != Point(1, 3)
    assert hash(Point(1, 2)) == hash(Point(1, 2))
    assert Base(name="a", place=1) == Base(name="a", place=2)
    assert Base(name="a", place=1) != Derived(name="a", place=1)
    assert Point(1) != (1, 0)


def test_fields_are_inherited():
    derived = Derived(name="a", place=1)
    assert list(fields(Derived)) == ["name", "notes", "place", "size"]
    assert (derived.name, derived.size) == ("a", 1)
    assert list(fields(Base)) == ["name", "notes", "place"]


def test_a_copy_with_changes():
    derived = Derived(name="a", place=1)
    changed = replace(derived, size=5)
    assert (type(changed), changed.size, changed.name, derived.size) == (Derived, 5, "a", 1)


def test_what_is_a_record():
    assert is_record(Point)
    assert is_record(Point(1))
    assert not is_record(int)


def test_it_shows_its_fields():
    assert repr(Point(1, 2)) == "Point(x=1, y=2)"


class Pair(NamedTuple):
    """A tuple with names."""

    first: int
    second: str = "two"
    third: tuple[int, ...] = ()

    @property
    def doubled(self) -> int:
        return self.first * 2


class StandardPair(typing.NamedTuple):
    """The same, as the standard library makes it."""

    first: int
    second: str = "two"
    third: tuple[int, ...] = ()


@pytest.mark.parametrize(
    "use",
    [
        lambda pair: pair(1),
        lambda pair: pair(1, "b", (2,)),
        lambda pair: pair(1, third=(3,)),
        lambda pair: pair(third=(), first=4),
        lambda pair: pair(1)._replace(second="x"),
        lambda pair: tuple(pair(5)),
        lambda pair: hash(pair(5, "y")),
        lambda pair: pair(1) < pair(2),
        lambda pair: pair(1)._asdict(),
        lambda pair: pair._fields,
        lambda pair: pair.__match_args__,
        lambda pair: [pair(1).first, pair(1).second, pair(1)[2]],
        lambda pair: copy.deepcopy(pair(1, third=(7,))),
        lambda pair: repr(pair(1)).partition("(")[2],
    ],
)
def test_a_named_tuple_is_what_that_of_typing_is(use):
    assert use(Pair) == use(StandardPair)


@pytest.mark.parametrize(
    "use",
    [
        lambda pair: pair(),
        lambda pair: pair(1, "b", (), 4),
        lambda pair: pair(1, first=2),
        lambda pair: pair(1, fourth=2),
        lambda pair: pair(second="b"),
        lambda pair: setattr(pair(1), "first", 2),
        lambda pair: setattr(pair(1), "other", 2),
        lambda pair: pair(1)._replace(fourth=2),
    ],
)
def test_a_named_tuple_refuses_what_that_of_typing_refuses(use):
    for pair in (Pair, StandardPair):
        with pytest.raises((TypeError, AttributeError, ValueError)):
            use(pair)


def test_a_named_tuple_has_methods_of_its_own_and_no_other_attributes():
    assert Pair(3).doubled == 6
    assert not hasattr(Pair(3), "__dict__")
    match Pair(1, "b"):
        case Pair(first, second):
            assert (first, second) == (1, "b")
