"""Calendars are pinned, complete for their years, and cannot be impossible."""

from datetime import date, timedelta

import pytest

from redress.domain import calendars
from redress.domain.calendars import Calendar
from redress.domain.rulepack import RulePackInvalid

GB_ENG = calendars.load("GB-ENG")
MONDAY = 0


def easter(year: int) -> date:
    """Easter Sunday by the anonymous Gregorian algorithm."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    i = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    month, day = divmod(h + i - 7 * ((a + 11 * h + 22 * i) // 451) + 114, 31)
    return date(year, month, day + 1)


def first_monday(year: int, month: int) -> date:
    start = date(year, month, 1)
    return start + timedelta(days=-start.weekday() % 7)


def last_monday(year: int, month: int) -> date:
    end = date(year, month, 31)
    return end - timedelta(days=end.weekday())


def in_lieu(*days: date) -> list[date]:
    """The days themselves, or the next weekday that is not taken when they fall on a weekend."""
    taken = [day for day in days if day.weekday() < 5]
    for day in days:
        if day.weekday() >= 5:
            substitute = day
            while substitute.weekday() >= 5 or substitute in taken:
                substitute += timedelta(days=1)
            taken.append(substitute)
    return taken


@pytest.mark.parametrize("year", range(2025, 2031))
def test_the_bank_holidays_of_england_and_wales_follow_the_act(year: int) -> None:
    expected = {
        *in_lieu(date(year, 1, 1)),
        easter(year) - timedelta(days=2),
        easter(year) + timedelta(days=1),
        first_monday(year, 5),
        last_monday(year, 5),
        last_monday(year, 8),
        *in_lieu(date(year, 12, 25), date(year, 12, 26)),
    }
    assert {day for day in GB_ENG.holidays if day.year == year} == expected


def test_a_calendar_names_its_version_and_the_years_it_knows() -> None:
    assert GB_ENG.name == "GB-ENG 2026.1"
    assert GB_ENG.covers(date(2025, 1, 1))
    assert GB_ENG.covers(date(2030, 12, 31))
    assert not GB_ENG.covers(date(2031, 1, 1))


def test_business_days_step_over_weekend_and_holidays_in_both_directions() -> None:
    maundy_thursday, tuesday = date(2026, 4, 2), date(2026, 4, 7)
    assert GB_ENG.step(maundy_thursday, 1) == tuesday
    assert GB_ENG.step(tuesday, -1) == maundy_thursday
    assert GB_ENG.step(date(2026, 4, 5), 1) == tuesday
    assert GB_ENG.worked_between(maundy_thursday, date(2026, 4, 8)) == 2


def test_a_long_run_of_holidays_is_stepped_over() -> None:
    january = {date(2026, 1, day): "closed" for day in range(1, 32)}
    assert Calendar(name="test", holidays=january).step(date(2025, 12, 31), 1) == date(2026, 2, 2)


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"weekend": (1, 2, 3, 4, 5, 6, 7)}, "no day of the week is worked"),
        ({"weekend": (0, 6)}, "not ISO weekdays"),
        ({"first": date(2026, 1, 2), "last": date(2026, 1, 1)}, "ends before it starts"),
        ({"holidays": {date(2031, 1, 1): "x"}, "last": date(2030, 12, 31)}, "outside first and last"),
    ],
)
def test_an_impossible_calendar_is_refused(fields: dict[str, object], problem: str) -> None:
    with pytest.raises(RulePackInvalid, match=problem):
        Calendar(**({"name": "test", "holidays": {}} | fields))  # type: ignore[arg-type]


@pytest.mark.parametrize("calendar_id", ["XX", "../gb-ukgc", "/etc/passwd", ""])
def test_an_unknown_calendar_is_refused(calendar_id: str) -> None:
    with pytest.raises(RulePackInvalid, match="no such calendar"):
        calendars.load(calendar_id)
