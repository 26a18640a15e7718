"""The clock gives the date that was computed by hand for each rule of law we read."""

from datetime import UTC, date, datetime, time

import pytest

from redress.domain import calendars, clock
from redress.domain.calendars import Calendar
from redress.domain.rulepack import Deadline, Length, load_pack

NO_HOLIDAYS = Calendar(name="no holidays", holidays={})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def off(*days: str) -> Calendar:
    return Calendar(name="test 1", holidays={date.fromisoformat(day): "holiday" for day in days})


def rule(amount: int, unit: str, **more: object) -> Deadline:
    exact = {"count_start": "exact_instant", "end_at": "exact_instant"} if unit == "hours" else {}
    fields = {"kind": "duty", "amount": amount, "unit": unit, "anchor": "received"} | exact | more
    return Deadline(**fields)  # type: ignore[arg-type]


DAY_ONE = "include_anchor_day"
EIGHT_WEEKS = rule(8, "weeks", count_start=DAY_ONE)
THREE_DAYS_TO_FIVE_O_CLOCK = rule(3, "business_days", end_at="close_of_business", close_time=time(17))
GB_ENG = calendars.load("GB-ENG")

VECTORS = [
    ("1", "Europe/London", "2026-03-28T20:00+00:00", rule(24, "hours"), NO_HOLIDAYS, "2026-03-29T20:00Z"),
    ("2", "Europe/London", "2026-10-24T20:00+01:00", rule(24, "hours"), NO_HOLIDAYS, "2026-10-25T19:00Z"),
    ("3", "Europe/London", "2026-03-02T23:30+00:00", EIGHT_WEEKS, NO_HOLIDAYS, "2026-04-26T23:00Z"),
    ("4", "Europe/London", "2026-03-02T23:30+00:00", rule(8, "weeks"), NO_HOLIDAYS, "2026-04-27T23:00Z"),
    ("6", "Europe/London", "2026-12-18T15:00+00:00", rule(10, "business_days"), GB_ENG, "2027-01-07T00:00Z"),
    ("7", "Europe/London", "2028-02-29T12:00+00:00", rule(12, "months"), NO_HOLIDAYS, "2029-03-01T00:00Z"),
    (
        "7, next month first",
        "Europe/London",
        "2028-02-29T12:00+00:00",
        rule(12, "months", month_overflow="next_month_first"),
        NO_HOLIDAYS,
        "2029-03-02T00:00Z",
    ),
    ("8", "Europe/Madrid", "2026-01-31T12:00+01:00", rule(1, "months"), NO_HOLIDAYS, "2026-02-28T23:00Z"),
    ("9", "Europe/Madrid", "2026-01-31T12:00+01:00", rule(3, "months"), NO_HOLIDAYS, "2026-04-30T22:00Z"),
    ("10", "Europe/Madrid", "2028-01-30T12:00+01:00", rule(1, "months"), NO_HOLIDAYS, "2028-02-29T23:00Z"),
    ("11", "Europe/Madrid", "2026-07-01T00:30+02:00", rule(1, "months"), NO_HOLIDAYS, "2026-08-01T22:00Z"),
    (
        "12, gateway",
        "Europe/Paris",
        "2026-03-15T22:30+01:00",
        rule(20, "calendar_days", kind="gateway", anchor="sent_by_player"),
        NO_HOLIDAYS,
        "2026-04-04T22:00Z",
    ),
    (
        "12, house",
        "Europe/Paris",
        "2026-03-15T22:30+01:00",
        rule(18, "calendar_days"),
        NO_HOLIDAYS,
        "2026-04-02T22:00Z",
    ),
    (
        "13",
        "Europe/Copenhagen",
        "2026-10-20T23:15+02:00",
        rule(14, "calendar_days", kind="notice_trigger"),
        NO_HOLIDAYS,
        "2026-11-03T23:00Z",
    ),
    (
        "14",
        "America/Detroit",
        "2026-12-22T23:30-05:00",
        rule(10, "calendar_days"),
        off("2027-01-01"),
        "2027-01-02T05:00Z",
    ),
    (
        "15",
        "Indian/Comoro",
        "2026-12-02T00:30+03:00",
        rule(30, "calendar_days"),
        off("2027-01-01"),
        "2027-01-01T21:00Z",
    ),
    (
        "16",
        "America/Toronto",
        "2026-01-15T23:00-05:00",
        rule(90, "calendar_days"),
        NO_HOLIDAYS,
        "2026-04-16T04:00Z",
    ),
    ("17", "America/Curacao", "2026-04-23T10:00-04:00", rule(1, "weeks"), NO_HOLIDAYS, "2026-05-01T04:00Z"),
    ("18", "America/Curacao", "2026-04-23T10:00-04:00", rule(4, "weeks"), NO_HOLIDAYS, "2026-05-22T04:00Z"),
    (
        "19",
        "America/Curacao",
        "2026-04-23T10:00-04:00",
        rule(5, "business_days"),
        off("2026-04-27", "2026-05-01"),
        "2026-05-05T04:00Z",
    ),
    (
        "19, no holidays",
        "America/Curacao",
        "2026-04-23T10:00-04:00",
        rule(5, "business_days"),
        NO_HOLIDAYS,
        "2026-05-01T04:00Z",
    ),
    (
        "20",
        "Europe/Lisbon",
        "2026-12-11T12:00+00:00",
        rule(15, "business_days"),
        off("2026-12-25", "2027-01-01"),
        "2027-01-06T00:00Z",
    ),
    (
        "20, no holidays",
        "Europe/Lisbon",
        "2026-12-11T12:00+00:00",
        rule(15, "business_days"),
        NO_HOLIDAYS,
        "2027-01-02T00:00Z",
    ),
    (
        "21",
        "Europe/London",
        "2026-04-01T12:00+01:00",
        THREE_DAYS_TO_FIVE_O_CLOCK,
        GB_ENG,
        "2026-04-08T16:00Z",
    ),
    (
        "21, Easter Monday worked",
        "Europe/London",
        "2026-04-01T12:00+01:00",
        THREE_DAYS_TO_FIVE_O_CLOCK,
        off("2026-04-03"),
        "2026-04-07T16:00Z",
    ),
    (
        "22, no rollover",
        "Europe/Warsaw",
        "2026-10-18T12:00+02:00",
        rule(14, "calendar_days", kind="deemed_outcome"),
        off("2026-11-01"),
        "2026-11-01T23:00Z",
    ),
    (
        "22, next",
        "Europe/Warsaw",
        "2026-10-18T12:00+02:00",
        rule(14, "calendar_days", rollover="next_business_day"),
        off("2026-11-01"),
        "2026-11-02T23:00Z",
    ),
    (
        "22, previous",
        "Europe/Warsaw",
        "2026-10-18T12:00+02:00",
        rule(14, "calendar_days", rollover="previous_business_day"),
        off("2026-11-01"),
        "2026-10-30T23:00Z",
    ),
    (
        "23",
        "Europe/Tallinn",
        "2026-12-10T12:00+02:00",
        rule(15, "calendar_days"),
        off("2026-12-25"),
        "2026-12-25T22:00Z",
    ),
    (
        "24, midnight missing",
        "Atlantic/Azores",
        "2026-03-21T12:00-01:00",
        rule(7, "calendar_days"),
        NO_HOLIDAYS,
        "2026-03-29T01:00Z",
    ),
    (
        "25, midnight twice",
        "Atlantic/Azores",
        "2026-10-17T12:00+00:00",
        rule(7, "calendar_days"),
        NO_HOLIDAYS,
        "2026-10-25T00:00Z",
    ),
]


@pytest.mark.parametrize(
    ("zone", "anchor", "deadline", "calendar", "expected"),
    [pytest.param(*vector[1:], id=vector[0]) for vector in VECTORS],
)
def test_a_deadline_falls_on_the_instant_computed_by_hand(
    zone: str, anchor: str, deadline: Deadline, calendar: Calendar, expected: str
) -> None:
    assert clock.due(deadline, at(anchor), zone=zone, calendar=calendar).due_at == at(expected)


def test_5_ten_days_of_pause_move_the_eight_weeks_by_ten_local_days() -> None:
    pause = clock.Interval(start=at("2026-03-10T09:30+00:00"), end=at("2026-03-20T16:45+00:00"))
    found = clock.due(
        EIGHT_WEEKS,
        at("2026-03-02T23:30+00:00"),
        zone="Europe/London",
        calendar=NO_HOLIDAYS,
        pauses=[pause],
    )
    assert found.due_at == at("2026-05-06T23:00Z")


def test_18_four_weeks_extended_by_four_are_eight_weeks_from_the_anchor() -> None:
    found = clock.due(
        rule(4, "weeks"),
        at("2026-04-23T10:00-04:00"),
        zone="America/Curacao",
        calendar=NO_HOLIDAYS,
        extensions=[Length(amount=4, unit="weeks")],
    )
    assert found.due_at == at("2026-06-19T04:00Z")


@pytest.mark.parametrize(
    ("stage", "anchor", "expected"),
    [
        ("ack", "2026-03-28T20:00+00:00", "2026-03-29T20:00Z"),
        ("ack", "2026-10-24T20:00+01:00", "2026-10-25T19:00Z"),
        ("final", "2026-03-02T23:30+00:00", "2026-04-26T23:00Z"),
    ],
)
def test_the_pack_of_great_britain_gives_the_dates_of_its_vectors(
    stage: str, anchor: str, expected: str
) -> None:
    pack = load_pack("gb-ukgc")
    deadline = pack.deadline(stage)
    assert deadline is not None
    found = clock.due(deadline, at(anchor), zone=pack.timezone, calendar=pack.calendar)
    assert found.due_at == at(expected)


@pytest.mark.parametrize(
    ("body_deadline", "anchor", "expected"),
    [
        ("opens_when", "2026-03-02T23:30+00:00", "2026-04-26T23:00Z"),
        ("referral_limit", "2028-02-29T12:00+00:00", "2029-03-01T00:00Z"),
        ("operator_reply", "2026-12-18T15:00+00:00", "2027-01-07T00:00Z"),
    ],
)
def test_the_pack_of_great_britain_gives_the_dates_of_the_way_to_adr(
    body_deadline: str, anchor: str, expected: str
) -> None:
    pack = load_pack("gb-ukgc")
    deadline = getattr(pack.external_body("adr"), body_deadline).value
    found = clock.due(deadline, at(anchor), zone=pack.timezone, calendar=pack.calendar)
    assert found.due_at == at(expected)


@pytest.mark.parametrize(
    ("zone", "local"),
    [
        *[(zone, date(2026, 7, 1)) for zone in ("Europe/Madrid", "Europe/Warsaw", "Indian/Comoro")],
        ("Australia/Darwin", date(2026, 7, 1)),
        *[(zone, date(2026, 6, 30)) for zone in ("America/Detroit", "America/Curacao", "America/Sao_Paulo")],
        ("Europe/London", date(2026, 6, 30)),
    ],
)
def test_the_local_day_of_an_instant_is_not_the_utc_day(zone: str, local: date) -> None:
    assert clock.local_day(at("2026-06-30T22:30Z"), zone) == local


@pytest.mark.parametrize(
    ("zone", "day", "first_instant"),
    [
        ("Atlantic/Azores", "2026-03-29", "2026-03-29T01:00Z"),
        ("Asia/Beirut", "2026-03-29", "2026-03-28T22:00Z"),
        ("Africa/Cairo", "2026-04-24", "2026-04-23T22:00Z"),
        ("America/Havana", "2026-03-08", "2026-03-08T05:00Z"),
        ("America/Santiago", "2026-09-06", "2026-09-06T04:00Z"),
        ("Atlantic/Azores", "2026-10-25", "2026-10-25T00:00Z"),
        ("America/Havana", "2026-11-01", "2026-11-01T04:00Z"),
    ],
)
def test_a_day_starts_at_its_first_instant_even_if_midnight_is_missing_or_comes_twice(
    zone: str, day: str, first_instant: str
) -> None:
    start = clock.day_start(date.fromisoformat(day), zone)
    assert start == at(first_instant)
    assert clock.local_day(start, zone) == date.fromisoformat(day)
    assert clock.local_day(start - clock.TICK, zone) < date.fromisoformat(day)


def test_eight_weeks_in_elapsed_hours_would_be_half_an_hour_late_for_the_looser_reading() -> None:
    anchor = at("2026-03-02T23:30+00:00")
    hours = clock.due(rule(56 * 24, "hours"), anchor, zone="Europe/London", calendar=NO_HOLIDAYS)
    assert hours.due_at == at("2026-04-27T23:30Z")


def test_results_are_in_utc() -> None:
    found = clock.due(EIGHT_WEEKS, at("2026-03-02T23:30+00:00"), zone="Europe/London", calendar=NO_HOLIDAYS)
    assert found.due_at is not None
    assert found.due_at.tzinfo is UTC
    assert (found.last_day, found.zone) == (date(2026, 4, 26), "Europe/London")
