"""Values behave as frozen dataclasses with keywords only would."""

import copy

import pytest

from redress.domain.values import Value


class Point(Value):
    """Two fields, one with a default."""

    x: int
    y: int = 0

    @property
    def sum(self) -> int:
        """A property is no field."""
        return self.x + self.y


class Other(Value):
    """The same fields in another class."""

    x: int
    y: int = 0


class Nothing(Value):
    """No field at all."""


def test_a_value_is_made_with_keywords_and_has_its_defaults() -> None:
    point = Point(x=3)
    assert (point.x, point.y, point.sum) == (3, 0, 3)
    with pytest.raises(TypeError):
        Point(3)  # type: ignore[call-arg]


@pytest.mark.parametrize("fields", [{}, {"y": 1}, {"x": 1, "z": 2}, {"x": 1, "sum": 2}])
def test_a_missing_or_unknown_field_is_refused_by_name(fields: dict[str, int]) -> None:
    with pytest.raises(TypeError, match=r"Point: missing or unknown: \w"):
        Point(**fields)


def test_a_value_never_changes() -> None:
    point = Point(x=3)
    with pytest.raises(AttributeError, match=r"Point\.x cannot be changed"):
        point.x = 4  # type: ignore[misc]
    with pytest.raises(AttributeError, match=r"Point\.x cannot be deleted"):
        del point.x
    assert point == Point(x=3)


def test_values_of_one_class_with_equal_fields_are_one_value() -> None:
    assert Point(x=1, y=0) == Point(x=1)
    assert len({Point(x=1, y=0), Point(x=1), Point(x=2)}) == 2
    assert Point(x=1) != Point(x=2)


def test_values_of_two_classes_are_never_equal() -> None:
    assert Point(x=1) != Other(x=1)
    assert Point(x=1) != (1, 0)
    assert Nothing() == Nothing()


def test_a_changed_copy_leaves_the_original() -> None:
    point = Point(x=1)
    assert copy.replace(point, y=5) == Point(x=1, y=5)
    assert point == Point(x=1)
    with pytest.raises(TypeError):
        copy.replace(point, z=1)  # type: ignore[call-arg]


def test_a_value_shows_its_fields_in_the_order_of_its_class() -> None:
    assert repr(Point(y=2, x=1)) == "Point(x=1, y=2)"
    assert vars(Point(y=2, x=1)) == {"x": 1, "y": 2}
