"""The clock gives the instants computed by hand from the law, and not those of known misreadings."""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from redress.domain import clock
from redress.domain.calendars import Calendar
from redress.domain.clock import Interval
from redress.domain.rulepack import Deadline, Length

NO_HOLIDAYS = Calendar(name="no holidays", holidays={})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def off(*days: str) -> Calendar:
    return Calendar(name="test 1", holidays={date.fromisoformat(day): "holiday" for day in days})


def rule(amount: int, unit: str, **more: object) -> Deadline:
    exact = {"count_start": "exact_instant", "end_at": "exact_instant"} if unit == "hours" else {}
    fields = {"kind": "duty", "amount": amount, "unit": unit, "anchor": "received"} | exact | more
    return Deadline(**fields)  # type: ignore[arg-type]


class Vector(NamedTuple):
    """A rule, its anchor, what happened meanwhile, and the due instant. The number is that of the table."""

    id: str
    anchor: datetime
    zone: str
    deadline: Deadline
    due_at: datetime
    calendar: Calendar = NO_HOLIDAYS
    pauses: tuple[Interval, ...] = ()
    extensions: tuple[Length, ...] = ()

    @property
    def found(self) -> datetime | None:
        """What the clock says."""
        return clock.due(
            self.deadline,
            self.anchor,
            zone=self.zone,
            calendar=self.calendar,
            pauses=self.pauses,
            extensions=self.extensions,
        ).due_at


class Start(NamedTuple):
    """An anchor and its zone, shared by the variants of a vector."""

    anchor: str
    zone: str

    def ends(self, number: str, deadline: Deadline, due_at: str, *more: object, **named: object) -> Vector:
        """A vector from here."""
        return Vector(number, at(self.anchor), self.zone, deadline, at(due_at), *more, **named)  # type: ignore[arg-type]


LONDON, MADRID, AZORES = "Europe/London", "Europe/Madrid", "Atlantic/Azores"
DAY, FORWARD, BACK = rule(24, "hours"), "next_business_day", "previous_business_day"
EIGHT_WEEKS = rule(8, "weeks", count_start="include_anchor_day")
FIVE_O_CLOCK = rule(3, "business_days", end_at="close_of_business", close_time=time(17))
TEN_DAYS = Interval(start=at("2026-03-10T09:30+00:00"), end=at("2026-03-20T16:45+00:00"))

MARCH = Start("2026-03-02T23:30+00:00", LONDON)
LEAP_DAY = Start("2028-02-29T12:00+00:00", LONDON)
JANUARY = Start("2026-01-31T12:00+01:00", MADRID)
PARIS = Start("2026-03-15T22:30+01:00", "Europe/Paris")
CURACAO = Start("2026-04-23T10:00-04:00", "America/Curacao")
LISBON = Start("2026-12-11T12:00+00:00", "Europe/Lisbon")
EASTER = Start("2026-04-01T12:00+01:00", LONDON)
WARSAW = Start("2026-10-18T12:00+02:00", "Europe/Warsaw")

VECTORS = [
    Start("2026-03-28T20:00+00:00", LONDON).ends("1", DAY, "2026-03-29T20:00Z"),
    Start("2026-10-24T20:00+01:00", LONDON).ends("2", DAY, "2026-10-25T19:00Z"),
    MARCH.ends("3", EIGHT_WEEKS, "2026-04-26T23:00Z"),
    MARCH.ends("4", rule(8, "weeks"), "2026-04-27T23:00Z"),
    MARCH.ends("5", EIGHT_WEEKS, "2026-05-06T23:00Z", pauses=(TEN_DAYS,)),
    Start("2026-12-18T15:00+00:00", LONDON).ends(
        "6", rule(10, "business_days"), "2027-01-07T00:00Z", off("2026-12-25", "2026-12-28", "2027-01-01")
    ),
    LEAP_DAY.ends("7 clamp", rule(12, "months"), "2029-03-01T00:00Z"),
    LEAP_DAY.ends(
        "7 next month first", rule(12, "months", month_overflow="next_month_first"), "2029-03-02T00:00Z"
    ),
    JANUARY.ends("8", rule(1, "months"), "2026-02-28T23:00Z"),
    JANUARY.ends("9", rule(3, "months"), "2026-04-30T22:00Z"),
    Start("2028-01-30T12:00+01:00", MADRID).ends("10", rule(1, "months"), "2028-02-29T23:00Z"),
    Start("2026-07-01T00:30+02:00", MADRID).ends("11", rule(1, "months"), "2026-08-01T22:00Z"),
    PARIS.ends("12 gateway", rule(20, "calendar_days", kind="gateway"), "2026-04-04T22:00Z"),
    PARIS.ends("12 house", rule(18, "calendar_days"), "2026-04-02T22:00Z"),
    Start("2026-10-20T23:15+02:00", "Europe/Copenhagen").ends(
        "13", rule(14, "calendar_days", kind="notice_trigger"), "2026-11-03T23:00Z"
    ),
    Start("2026-12-22T23:30-05:00", "America/Detroit").ends(
        "14", rule(10, "calendar_days"), "2027-01-02T05:00Z", off("2027-01-01")
    ),
    Start("2026-12-02T00:30+03:00", "Indian/Comoro").ends(
        "15", rule(30, "calendar_days"), "2027-01-01T21:00Z", off("2027-01-01")
    ),
    Start("2026-01-15T23:00-05:00", "America/Toronto").ends(
        "16", rule(90, "calendar_days"), "2026-04-16T04:00Z"
    ),
    CURACAO.ends("17", rule(1, "weeks"), "2026-05-01T04:00Z"),
    CURACAO.ends("18", rule(4, "weeks"), "2026-05-22T04:00Z"),
    CURACAO.ends(
        "18 extended", rule(4, "weeks"), "2026-06-19T04:00Z", extensions=(Length(amount=4, unit="weeks"),)
    ),
    CURACAO.ends("19", rule(5, "business_days"), "2026-05-05T04:00Z", off("2026-04-27", "2026-05-01")),
    CURACAO.ends("19 no holidays", rule(5, "business_days"), "2026-05-01T04:00Z"),
    LISBON.ends("20", rule(15, "business_days"), "2027-01-06T00:00Z", off("2026-12-25", "2027-01-01")),
    LISBON.ends("20 no holidays", rule(15, "business_days"), "2027-01-02T00:00Z"),
    EASTER.ends("21", FIVE_O_CLOCK, "2026-04-08T16:00Z", off("2026-04-03", "2026-04-06")),
    EASTER.ends("21 Easter Monday worked", FIVE_O_CLOCK, "2026-04-07T16:00Z", off("2026-04-03")),
    *(
        WARSAW.ends(
            f"22 {rollover}",
            rule(14, "calendar_days", kind="deemed_outcome", rollover=rollover),
            due_at,
            off("2026-11-01"),
        )
        for rollover, due_at in [
            ("none", "2026-11-01T23:00Z"),
            (FORWARD, "2026-11-02T23:00Z"),
            (BACK, "2026-10-30T23:00Z"),
        ]
    ),
    Start("2026-12-10T12:00+02:00", "Europe/Tallinn").ends(
        "23", rule(15, "calendar_days"), "2026-12-25T22:00Z", off("2026-12-25")
    ),
    Start("2026-03-21T12:00-01:00", AZORES).ends("24", rule(7, "calendar_days"), "2026-03-29T01:00Z"),
    Start("2026-10-17T12:00+00:00", AZORES).ends("25", rule(7, "calendar_days"), "2026-10-25T00:00Z"),
]
BY_ID = {vector.id: vector for vector in VECTORS}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.id)
def test_a_deadline_falls_on_the_instant_computed_by_hand(vector: Vector) -> None:
    assert vector.found == vector.due_at


def test_no_vector_of_the_table_is_left_out() -> None:
    assert [int(vector.id.split()[0]) for vector in VECTORS] == sorted(
        [*range(1, 26), 7, 12, 18, 19, 20, 21, 22, 22]
    )


@pytest.mark.parametrize(
    "pause",
    [
        Interval(start=at("2026-03-10T00:00Z"), end=at("2026-03-20T00:00Z")),
        Interval(start=at("2026-03-10T23:59:59.999999Z"), end=at("2026-03-20T00:00Z")),
        Interval(start=at("2026-03-10T00:00Z"), end=at("2026-03-20T23:59:59.999999Z")),
    ],
)
def test_5_the_hours_of_pausing_and_resuming_do_not_matter_only_their_local_days(pause: Interval) -> None:
    assert BY_ID["5"]._replace(pauses=(pause,)).found == BY_ID["5"].due_at


# What plausible but wrong ways of counting give: computed that way, so that the difference is real.


def last_day_of(vector: Vector) -> date:
    return clock.local_day(vector.due_at - clock.TICK, vector.zone)


def test_9_stepping_month_by_month_would_end_on_28_april() -> None:
    vector = BY_ID["9"]
    day = vector.anchor
    for _ in range(3):
        due_at = vector._replace(deadline=rule(1, "months"), anchor=day).found
        assert due_at is not None
        day = due_at - clock.TICK
    assert day.date() == date(2026, 4, 28)
    assert last_day_of(vector) == date(2026, 4, 30)


def test_11_counting_from_the_utc_date_would_end_on_30_july() -> None:
    vector = BY_ID["11"]
    by_utc_date = clock.due(vector.deadline, vector.anchor, zone="UTC", calendar=NO_HOLIDAYS)
    assert by_utc_date.last_day == date(2026, 7, 30)
    assert last_day_of(vector) == date(2026, 8, 1)


@pytest.mark.parametrize(
    ("number", "same_time"), [("1", "2026-03-29T20:00+01:00"), ("2", "2026-10-25T20:00+00:00")]
)
def test_24_hours_are_not_the_same_time_on_the_next_day_when_the_clocks_change(
    number: str, same_time: str
) -> None:
    vector = BY_ID[number]
    next_day = vector.anchor.astimezone(ZoneInfo(LONDON)) + timedelta(days=1)  # Python adds to the local time
    assert next_day == at(same_time)
    assert vector.found != next_day


def test_eight_weeks_in_elapsed_hours_would_be_late_for_both_readings() -> None:
    hours = BY_ID["3"]._replace(deadline=rule(56 * 24, "hours")).found
    assert hours == at("2026-04-27T23:30Z")
    assert hours - BY_ID["3"].due_at == timedelta(hours=24, minutes=30)
    assert hours - BY_ID["4"].due_at == timedelta(minutes=30)


@pytest.mark.parametrize("number", ["8", "14", "15", "23"])
def test_an_end_on_a_day_off_stays_there_without_a_rule_that_rolls_it_over(number: str) -> None:
    vector = BY_ID[number]
    assert not vector.calendar.works(last_day_of(vector))
    for rollover in (FORWARD, BACK):
        fields = {"month_overflow": "clamp_last_day", "rollover": rollover}
        rolled = rule(vector.deadline.amount, vector.deadline.unit, **fields)
        assert vector._replace(deadline=rolled).found != vector.due_at


@pytest.mark.parametrize(("number", "fold_1"), [("24", "2026-03-29T00:00Z"), ("25", "2026-10-25T01:00Z")])
def test_the_other_reading_of_a_missing_or_repeated_midnight_would_be_an_hour_off(
    number: str, fold_1: str
) -> None:
    vector = BY_ID[number]
    midnight = datetime.combine(last_day_of(vector) + timedelta(days=1), time.min)
    other = midnight.replace(tzinfo=ZoneInfo(AZORES), fold=1).astimezone(UTC)
    assert other == at(fold_1)
    assert abs(other - vector.due_at) == timedelta(hours=1)


def test_due_instants_are_in_utc() -> None:
    found = clock.due(EIGHT_WEEKS, at(MARCH.anchor), zone=LONDON, calendar=NO_HOLIDAYS)
    assert found.due_at is not None
    assert found.due_at.tzinfo is UTC
    assert (found.last_day, found.zone) == (date(2026, 4, 26), LONDON)


# Local days.


@pytest.mark.parametrize(
    ("zone", "local"),
    [
        *[
            (zone, date(2026, 7, 1))
            for zone in (MADRID, "Europe/Warsaw", "Indian/Comoro", "Australia/Darwin")
        ],
        *[(zone, date(2026, 6, 30)) for zone in ("America/Detroit", "America/Curacao", "America/Sao_Paulo")],
        (LONDON, date(2026, 6, 30)),
    ],
)
def test_the_local_day_of_an_instant_is_not_the_utc_day(zone: str, local: date) -> None:
    instant = at("2026-06-30T22:30Z")
    assert clock.local_day(instant, zone) == local
    found = clock.due(rule(1, "calendar_days"), instant, zone=zone, calendar=NO_HOLIDAYS)
    assert found.last_day == local + timedelta(days=1)


# Nothing here depends on the release of the tz data: where releases differ (Havana has no change in November
# 2026 from 2026f on), the first of the instants is the same in all.
STARTS = [
    (AZORES, "2026-03-29", "2026-03-29T01:00Z"),
    ("Asia/Beirut", "2026-03-29", "2026-03-28T22:00Z"),
    ("Africa/Cairo", "2026-04-24", "2026-04-23T22:00Z"),
    ("America/Havana", "2026-03-08", "2026-03-08T05:00Z"),
    ("America/Santiago", "2026-09-06", "2026-09-06T04:00Z"),
    (AZORES, "2026-10-25", "2026-10-25T00:00Z"),
    ("America/Havana", "2026-11-01", "2026-11-01T04:00Z"),
    ("America/Havana", "2025-11-02", "2025-11-02T04:00Z"),
    ("Asia/Beirut", "2026-10-25", "2026-10-24T22:00Z"),  # 23:00 came twice, midnight once
    ("America/Santiago", "2026-04-05", "2026-04-05T04:00Z"),
]


@pytest.mark.parametrize(("zone", "day", "first_instant"), STARTS)
def test_a_day_starts_at_its_first_instant_even_if_midnight_is_missing_or_comes_twice(
    zone: str, day: str, first_instant: str
) -> None:
    start = clock.day_start(date.fromisoformat(day), zone)
    assert start == at(first_instant)
    assert clock.local_day(start, zone) == date.fromisoformat(day)
    assert clock.local_day(start - clock.TICK, zone) < date.fromisoformat(day)


@pytest.mark.parametrize(("zone", "day", "first_instant"), STARTS)
def test_a_deadline_of_days_ends_there(zone: str, day: str, first_instant: str) -> None:
    anchor = at(f"{day}T12:00Z") - timedelta(days=11)
    found = clock.due(rule(10, "calendar_days"), anchor, zone=zone, calendar=NO_HOLIDAYS)
    assert found.due_at == at(first_instant)


@pytest.mark.parametrize(
    ("zone", "day", "close", "expected"),
    [
        (AZORES, "2026-03-29", time(0, 30), "2026-03-29T01:30Z"),  # skipped: on a clock nobody put forward
        (AZORES, "2026-10-25", time(0, 30), "2026-10-25T00:30Z"),  # comes twice: the first
        (AZORES, "2026-10-25", time(1), "2026-10-25T02:00Z"),
        (LONDON, "2026-03-29", time(1, 30), "2026-03-29T01:30Z"),
        (LONDON, "2026-10-25", time(1, 30), "2026-10-25T00:30Z"),
        ("Asia/Beirut", "2026-10-24", time(23, 30), "2026-10-24T20:30Z"),
    ],
)
def test_a_close_of_business_that_is_skipped_or_comes_twice_is_read_as_the_clocks_stood_before(
    zone: str, day: str, close: time, expected: str
) -> None:
    closing = rule(10, "calendar_days", end_at="close_of_business", close_time=close)
    anchor = at(f"{day}T12:00Z") - timedelta(days=10)
    found = clock.due(closing, anchor, zone=zone, calendar=NO_HOLIDAYS)
    assert (found.due_at, found.last_day) == (at(expected), date.fromisoformat(day))
