"""Immutable values: what their users may rely on."""

import pickle
from copy import replace

import pytest

from redress.domain.values import Value


class Point(Value):
    """A place on a map."""

    x: int
    y: int = 0


class Vector(Value):
    """The same fields, another meaning."""

    x: int
    y: int = 0


class Positive(Value):
    """A number that checks itself."""

    number: int

    def __post_init__(self) -> None:
        if self.number <= 0:
            raise ValueError(self.number)


class Box[T](Value):
    """Holds anything."""

    content: T


def test_a_field_that_is_not_given_has_its_default() -> None:
    assert Point(x=1).y == 0


def test_a_missing_field_is_named() -> None:
    with pytest.raises(TypeError, match="Point: missing or unknown: x"):
        Point(y=1)  # type: ignore[call-arg]


def test_an_unknown_field_is_named() -> None:
    with pytest.raises(TypeError, match="Point: missing or unknown: z"):
        Point(x=1, z=2)  # type: ignore[call-arg]


def test_fields_have_names_and_no_order() -> None:
    with pytest.raises(TypeError):
        Point(1, 2)  # type: ignore[call-arg]


def test_values_are_equal_when_class_and_fields_are() -> None:
    assert Point(x=1, y=2) == Point(y=2, x=1)
    assert Point(x=1) != Point(x=2)
    assert Point(x=1) != Vector(x=1)
    assert Point(x=1) != {"x": 1, "y": 0}


def test_equal_values_are_one_in_a_set() -> None:
    assert {Point(x=1, y=2), Point(y=2, x=1), Point(x=1), Vector(x=1)} == {
        Point(x=1, y=2),
        Point(x=1),
        Vector(x=1),
    }


def test_a_value_cannot_be_changed() -> None:
    point = Point(x=1)
    with pytest.raises(AttributeError, match="x cannot be changed"):
        point.x = 2  # type: ignore[misc]
    with pytest.raises(AttributeError, match="x cannot be deleted"):
        del point.x
    assert point == Point(x=1)


def test_a_changed_copy_leaves_the_first_as_it_was() -> None:
    point = Point(x=1, y=2)
    assert replace(point, y=3) == Point(x=1, y=3)
    assert point == Point(x=1, y=2)


def test_the_fields_are_given_as_a_dictionary() -> None:
    assert vars(Point(x=1)) == {"x": 1, "y": 0}


def test_a_value_tells_what_it_is() -> None:
    assert repr(Point(y=2, x=1)) == "Point(x=1, y=2)"


def test_a_value_checks_itself_when_made_and_when_copied() -> None:
    with pytest.raises(ValueError, match="0"):
        Positive(number=0)
    with pytest.raises(ValueError, match="-1"):
        replace(Positive(number=1), number=-1)


def test_a_value_may_be_generic() -> None:
    assert Box[int](content=1) == Box(content=1)


def test_a_value_survives_its_way_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(Point(x=1, y=2))) == Point(x=1, y=2)  # noqa: S301 - our own
