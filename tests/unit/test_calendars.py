"""Calendars are pinned, complete for their years, and cannot be impossible."""

import re
from collections.abc import Iterable
from datetime import date, timedelta

import pytest

from redress.domain import calendars
from redress.domain.calendars import Calendar
from redress.domain.reading import RulePackInvalid

GB_ENG = calendars.load("GB-ENG")
YEARS = range(2024, 2033)
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)

# Days that hang on Easter, by how many days they come after Easter Sunday.
CARNIVAL_MONDAY, MAUNDY_THURSDAY, GOOD_FRIDAY, EASTER_MONDAY = -48, -3, -2, 1
ASCENSION, WHIT_MONDAY, CORPUS_CHRISTI = 39, 50, 60
BY_EASTER = {
    "GB-ENG": {GOOD_FRIDAY, EASTER_MONDAY},
    "ES": {GOOD_FRIDAY},
    "US-MI": set(),
    "DK": {MAUNDY_THURSDAY, GOOD_FRIDAY, EASTER_MONDAY, ASCENSION, WHIT_MONDAY},
    "FR": {EASTER_MONDAY, ASCENSION, WHIT_MONDAY},
    "KM": set(),
    "CA-ON": {GOOD_FRIDAY},
    "CW": {CARNIVAL_MONDAY, GOOD_FRIDAY, EASTER_MONDAY, ASCENSION},
    "EE": {GOOD_FRIDAY},
    "US-AZ": set(),
    "PT": {GOOD_FRIDAY, CORPUS_CHRISTI},
    "PL": {EASTER_MONDAY, CORPUS_CHRISTI},
    "MT": {GOOD_FRIDAY},
}  # fmt: skip
# Days that are the same each year, month first.
EACH_YEAR = {
    "GB-ENG": "01-01 12-25",
    "ES": "01-01 01-06 05-01 10-12 12-08 12-25",
    "US-MI": "01-01 06-19 07-04 11-11 12-24 12-25 12-31",
    "DK": "01-01 12-25 12-26",
    "FR": "01-01 05-01 05-08 07-14 08-15 11-01 11-11 12-25",
    "KM": "01-01 05-01 07-06",
    "CA-ON": "01-01 07-01 12-25 12-26",
    "CW": "01-01 05-01 07-02 10-10 12-25 12-26",
    "EE": "01-01 02-24 05-01 06-23 06-24 08-20 12-24 12-25 12-26",
    "US-AZ": "01-01 07-04 11-11 12-25",
    "PT": "01-01 04-25 05-01 06-10 08-15 10-05 11-01 12-01 12-08 12-25",
    "PL": "01-01 01-06 05-01 05-03 08-15 11-01 11-11 12-25 12-26",
    "MT": "01-01 02-10 03-19 03-31 05-01 06-07 06-29 08-15 09-08 09-21 12-08 12-13 12-25",
}  # fmt: skip


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


def nth_weekday(year: int, month: int, weekday: int, place: int) -> date:
    """The first, second … of a weekday (Monday is 0) in a month."""
    start = date(year, month, 1)
    return start + timedelta(days=(weekday - start.weekday()) % 7 + 7 * (place - 1))


def weekdays_of(calendar: Calendar, year: int) -> set[date]:
    return {day for day in calendar.holidays if day.year == year and day.weekday() < 5}


@pytest.mark.parametrize("year", YEARS)
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
    assert weekdays_of(GB_ENG, year) == expected


@pytest.mark.parametrize("calendar_id", BY_EASTER)
def test_the_days_around_easter_move_with_it_in_every_year(calendar_id: str) -> None:
    holidays = calendars.load(calendar_id).holidays
    for year in YEARS:
        for offset in BY_EASTER[calendar_id]:
            assert easter(year) + timedelta(days=offset) in holidays


@pytest.mark.parametrize("calendar_id", EACH_YEAR)
def test_the_days_with_a_fixed_date_are_there_in_every_year(calendar_id: str) -> None:
    every = [date.fromisoformat(f"{year}-{day}") for year in YEARS for day in EACH_YEAR[calendar_id].split()]
    sunday = 6  # Spain leaves to its regions whether a Sunday is made good
    assert {day for day in every if day.weekday() != sunday} <= calendars.load(calendar_id).holidays.keys()


@pytest.mark.parametrize("year", YEARS)
def test_the_days_with_a_fixed_weekday_are_there_in_every_year(year: int) -> None:
    thursday, thanksgiving = 3, nth_weekday(year, 11, 3, 4)
    american = {
        nth_weekday(year, 1, 0, 3),
        nth_weekday(year, 2, 0, 3),
        last_monday(year, 5),
        first_monday(year, 9),
        thanksgiving,
    }
    michigan = {*american, thanksgiving + timedelta(days=1)}
    ontario = {
        nth_weekday(year, 2, 0, 3),
        date(year, 5, 24) - timedelta(days=date(year, 5, 24).weekday()),
        first_monday(year, 9),
        nth_weekday(year, 10, 0, 2),
    }
    assert thanksgiving.weekday() == thursday
    assert american <= calendars.load("US-AZ").holidays.keys()
    assert michigan <= calendars.load("US-MI").holidays.keys()
    assert ontario <= calendars.load("CA-ON").holidays.keys()


@pytest.mark.parametrize(
    ("calendar_id", "day"),
    [
        ("CW", "2026-04-27"),
        ("CW", "2026-05-01"),
        ("CW", "2025-04-26"),  # the King's birthday is a Sunday
        ("US-MI", "2026-11-03"),  # an election
        ("US-MI", "2026-07-03"),  # the 4th is a Saturday
        ("US-AZ", "2027-07-05"),  # the 4th is a Sunday
        ("US-AZ", "2026-10-12"),
        ("US-MI", "2027-12-31"),  # for the first of January 2028, a Saturday
        ("US-MI", "2032-12-31"),  # for a day after the calendar's end
        ("KM", "2024-04-10"),
        ("KM", "2024-06-16"),
        ("KM", "2025-03-30"),
        ("PL", "2025-12-24"),  # free since that year
        ("ES", "2026-10-12"),
    ],
)
def test_a_day_is_off(calendar_id: str, day: str) -> None:
    assert date.fromisoformat(day) in calendars.load(calendar_id).holidays


@pytest.mark.parametrize(
    ("calendar_id", "day"),
    [
        ("GB-ENG", "2026-12-24"),
        ("ES", "2026-04-06"),  # Easter Monday is a matter of the regions
        ("DK", "2024-04-26"),  # Great Prayer Day, the fourth Friday after Easter, is abolished
        ("DK", "2025-05-16"),
        ("FR", "2026-04-03"),  # Good Friday, outside Alsace and Moselle
        ("CA-ON", "2026-04-06"),
        ("CA-ON", "2026-08-03"),  # Civic Holiday is none by the act
        ("CW", "2026-12-31"),
        ("EE", "2026-04-06"),
        ("US-AZ", "2026-11-03"),
        ("US-AZ", "2026-11-27"),
        ("US-MI", "2026-10-12"),
        ("US-MI", "2027-11-02"),
        ("PT", "2026-02-17"),  # Carnival is optional
        ("PL", "2026-04-03"),
        ("PL", "2024-12-24"),
        ("MT", "2026-04-06"),
        ("KM", "2026-04-03"),
    ],
)
def test_a_day_is_worked(calendar_id: str, day: str) -> None:
    assert calendars.load(calendar_id).works(date.fromisoformat(day))


def test_days_that_follow_the_moon_are_marked_as_estimated() -> None:
    holidays = calendars.load("KM").holidays
    moon = [
        name
        for name in holidays.values()
        if any(word in name for word in ("Eid", "Prophet", "Islamic", "Isra"))
    ]
    assert len(moon) > 8 * len(YEARS)
    assert all("(estimated)" in name for name in moon)


def test_a_calendar_names_its_version_and_the_years_it_knows() -> None:
    assert re.fullmatch(r"GB-ENG 2026\.\d+", GB_ENG.name)
    assert GB_ENG.covers(date(2024, 1, 1))
    assert GB_ENG.covers(date(2032, 12, 31))
    assert not GB_ENG.covers(date(2023, 12, 31))
    assert not GB_ENG.covers(date(2033, 1, 1))


def test_business_days_step_over_weekend_and_holidays_in_both_directions() -> None:
    maundy_thursday, tuesday = date(2026, 4, 2), date(2026, 4, 7)
    assert GB_ENG.step(maundy_thursday, 1) == tuesday
    assert GB_ENG.step(tuesday, -1) == maundy_thursday
    assert GB_ENG.step(date(2026, 4, 5), 1) == tuesday
    assert GB_ENG.worked_between(maundy_thursday, date(2026, 4, 8)) == 2


@pytest.mark.parametrize(
    ("calendar_id", "start", "count", "last_day"),
    [
        ("GB-ENG", "2026-12-18", 10, "2027-01-06"),
        ("CW", "2026-04-23", 5, "2026-05-04"),
        ("PT", "2026-12-11", 15, "2027-01-05"),
    ],
)
def test_the_pinned_calendars_give_the_dates_worked_out_by_hand(
    calendar_id: str, start: str, count: int, last_day: str
) -> None:
    calendar = calendars.load(calendar_id)
    assert calendar.step(date.fromisoformat(start), count) == date.fromisoformat(last_day)


def test_a_long_run_of_holidays_is_stepped_over() -> None:
    january = {date(2026, 1, day): "closed" for day in range(1, 32)}
    assert Calendar(name="test", holidays=january).step(date(2025, 12, 31), 1) == date(2026, 2, 2)


@pytest.mark.parametrize("direction", [1, -1])
@pytest.mark.parametrize("closed", [0, 1, 5])
def test_the_furthest_a_business_day_can_be_is_still_reached(closed: int, direction: int) -> None:
    sunday, week = date(2026, 3, 1), timedelta(days=7) * direction
    sundays = {sunday + week * place: "closed" for place in range(1, closed + 1)}
    only_sundays = Calendar(name="test", weekend=(1, 2, 3, 4, 5, 6), holidays=sundays)
    assert only_sundays.step(sunday, 3 * direction) == sunday + week * (closed + 3)


@pytest.mark.parametrize(("day", "count"), [(date.max, 1), (date.min, -1), (date(9999, 12, 1), 60)])
def test_a_business_day_outside_the_years_that_exist_is_refused(day: date, count: int) -> None:
    with pytest.raises(
        ValueError, match=f"{count} business days from {day} is no day of the years 1 to 9999"
    ):
        Calendar(name="test", holidays={}).step(day, count)


def test_the_last_business_day_that_exists_is_reached() -> None:
    assert Calendar(name="test", holidays={}).step(date(9999, 12, 30), 1) == date.max


@pytest.mark.parametrize(
    ("fields", "path", "problem", "remedy"),
    [
        ({"weekend": EVERY_DAY}, "weekend", "no day of the week is worked", "Leave at least one"),
        ({"weekend": (0, 6)}, "weekend", "not ISO weekdays", "Use 1 "),
        ({"weekend": (6, 8)}, "weekend", "not ISO weekdays", "Use 1 "),
        ({"weekend": (6, 7, 6)}, "weekend", "names a weekday twice", "Name each weekday once"),
        (
            {"first": date(2026, 1, 2), "last": date(2026, 1, 1)},
            "first",
            "ends before it starts",
            "Correct first or last",
        ),
        (
            {"holidays": {date(2031, 1, 1): "x"}, "last": date(2030, 12, 31)},
            "holidays",
            "2031-01-01 is outside first and last",
            "Correct the date or the range",
        ),
        (
            {"holidays": {date(2023, 12, 31): "x"}, "first": date(2024, 1, 1)},
            "holidays",
            "2023-12-31 is outside first and last",
            "Correct the date or the range",
        ),
    ],
)
def test_an_impossible_calendar_is_refused(
    fields: dict[str, object], path: str, problem: str, remedy: str
) -> None:
    with pytest.raises(RulePackInvalid) as caught:
        Calendar(**({"name": "test", "holidays": {}} | fields))  # type: ignore[arg-type]
    refusal = caught.value
    assert refusal.path == path
    assert problem in refusal.problem
    assert refusal.remedy.startswith(remedy)


def test_a_weekend_of_six_days_and_of_none_are_possible() -> None:
    assert Calendar(name="test", weekend=(1, 2, 3, 4, 5, 6), holidays={}).works(date(2026, 3, 1))
    assert Calendar(name="test", weekend=(), holidays={}).works(date(2026, 3, 1))


def document(**changes: object) -> dict[str, object]:
    fields = {
        "id": "XX",
        "version": "2026.1",
        "source": "the act",
        "first": "2026-01-01",
        "last": "2030-12-31",
    }
    return {**fields, "holidays": {"2026-01-01": "New Year's Day"}, **changes}


def listed(days: Iterable[date]) -> dict[str, str]:
    return {str(day): "closed" for day in days}


def days_from(start: date, count: int) -> list[date]:
    return [start + timedelta(days=offset) for offset in range(count)]


SUNDAYS = [date(2026, 1, 4) + timedelta(days=7 * week) for week in range(52)]


@pytest.mark.parametrize(
    ("change", "path", "problem"),
    [
        ({"id": "YY"}, "id", "'YY' is not the name of the file"),
        ({"version": 2026}, "version", "2026 is not text"),
        ({"first": "1 January 2026"}, "first", "is not a quoted date"),
        ({"last": "2025-12-31", "holidays": {}}, "first", "ends before it starts"),
        ({"colour": "red"}, "colour", "unknown key"),
        ({"holidays": ["2026-01-01"]}, "holidays", "is not a table"),
        ({"holidays": {"2026-13-01": "x"}}, "holidays", "'2026-13-01' is not a quoted date"),
        ({"holidays": {"2026-02-29": "x"}}, "holidays", "'2026-02-29' is not a quoted date"),
        ({"holidays": {"2026-01-01": 1}}, "holidays.2026-01-01", "1 is not text"),
        ({"holidays": {"2031-01-01": "x"}}, "holidays", "2031-01-01 is outside first and last"),
        ({"holidays": {"2026-01-01": "x", "20260101": "x"}}, "holidays", "a date is given twice"),
        (
            {"holidays": listed([*SUNDAYS, *days_from(date(2026, 3, 2), 10)])},
            "holidays",
            "61 holidays in 2026 are more than 60",
        ),
        (
            {"holidays": listed(days_from(date(2026, 8, 3), 31))},
            "holidays",
            "no day is worked for a fortnight around 2026-08-03",
        ),
        (
            {"holidays": listed(days_from(date(2026, 8, 3), 12))},
            "holidays",
            "no day is worked for a fortnight around 2026-08-03",
        ),
    ],
)
def test_an_impossible_calendar_file_is_refused(change: dict[str, object], path: str, problem: str) -> None:
    with pytest.raises(RulePackInvalid) as caught:
        calendars.from_document("XX", document(**change))
    assert caught.value.path == path
    assert problem in caught.value.problem
    assert caught.value.remedy


def test_a_long_feast_and_many_holidays_are_possible() -> None:
    feast = days_from(date(2026, 8, 3), 11)  # with the weekend before it and without the Friday after it
    spread = [date(2027, 1, 5) + timedelta(days=6 * place) for place in range(60)]
    found = calendars.from_document("XX", document(holidays=listed([*feast, *spread])))
    assert found.step(date(2026, 7, 31), 1) == date(2026, 8, 14)


def test_what_is_too_many_days_off_depends_on_the_weekend() -> None:
    fridays = listed([date(2026, 3, 6), date(2026, 3, 13)])
    calendars.from_document("XX", document(holidays=fridays), (6, 7))
    with pytest.raises(RulePackInvalid, match="no day is worked for a fortnight around 2026-03-06"):
        calendars.from_document("XX", document(holidays=fridays), (1, 2, 3, 4, 6, 7))


def test_a_refused_file_is_named_and_a_refused_weekend_is_not_blamed_on_it() -> None:
    with pytest.raises(RulePackInvalid, match=r"^weekend: no day of the week is worked"):
        calendars.load("GB-ENG", EVERY_DAY)
    with pytest.raises(
        RulePackInvalid, match=r"^calendars/GB-ENG.holidays: no day is worked for a fortnight"
    ):
        calendars.load("GB-ENG", (2, 3, 4, 5, 6, 7))


@pytest.mark.parametrize("calendar_id", ["XX", "../gb-ukgc", "/etc/passwd", ""])
def test_an_unknown_calendar_is_refused(calendar_id: str) -> None:
    with pytest.raises(RulePackInvalid, match="no such calendar"):
        calendars.load(calendar_id)
