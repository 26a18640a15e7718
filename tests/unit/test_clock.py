"""Pauses, extensions, points before and between, and the words that explain a date."""

from datetime import UTC, date, datetime, timedelta

import pytest

from redress.domain import clock
from redress.domain.calendars import Calendar
from redress.domain.clock import Interval
from redress.domain.rulepack import Deadline, Length, Mark

LONDON = "Europe/London"
GB_ENG = Calendar(
    name="bank holidays of spring 2026",
    holidays={
        date(2026, 4, 3): "Good Friday",
        date(2026, 4, 6): "Easter Monday",
        date(2026, 5, 4): "Early May bank holiday",
    },
    first=date(2026, 1, 1),
    last=date(2026, 6, 30),
)
NO_HOLIDAYS = Calendar(name="no holidays", holidays={})
ONE_DAY_OFF = Calendar(name="test 1", holidays={date(2026, 3, 11): "holiday"})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def pause(start: str, end: str | None) -> Interval:
    return Interval(start=at(start), end=None if end is None else at(end))


def days(amount: int) -> Deadline:
    return Deadline(kind="duty", amount=amount, unit="calendar_days", anchor="received")


def hours(amount: int) -> Deadline:
    return Deadline(
        kind="duty",
        amount=amount,
        unit="hours",
        anchor="received",
        count_start="exact_instant",
        end_at="exact_instant",
    )


def business_days(amount: int) -> Deadline:
    return Deadline(kind="duty", amount=amount, unit="business_days", anchor="received")


def due(
    deadline: Deadline,
    *pauses: Interval,
    anchor: str = "2026-03-02T12:00Z",
    calendar: Calendar = NO_HOLIDAYS,
    extensions: tuple[Length, ...] = (),
) -> clock.Due:
    return clock.due(
        deadline, at(anchor), zone=LONDON, calendar=calendar, pauses=pauses, extensions=extensions
    )


class TestPauses:
    def test_hours_shift_by_the_time_that_passed(self) -> None:
        stopped = pause("2026-03-02T18:00Z", "2026-03-02T19:30Z")
        assert due(hours(24), stopped).due_at == at("2026-03-03T13:30Z")

    def test_days_shift_by_local_days_the_first_counted_the_last_not(self) -> None:
        stopped = pause("2026-03-03T23:59Z", "2026-03-05T00:01Z")
        assert due(days(14), stopped).last_day == date(2026, 3, 18)

    def test_a_pause_within_one_local_day_moves_no_day(self) -> None:
        stopped = pause("2026-03-03T01:00Z", "2026-03-03T23:00Z")
        assert due(days(14), stopped).last_day == due(days(14)).last_day

    def test_months_shift_by_calendar_days(self) -> None:
        month = Deadline(kind="duty", amount=1, unit="months", anchor="received")
        stopped = pause("2026-03-10T12:00Z", "2026-03-13T12:00Z")
        assert due(month, stopped).last_day == date(2026, 4, 5)

    def test_business_days_shift_by_the_business_days_among_the_paused_days(self) -> None:
        stopped = pause("2026-03-10T12:00Z", "2026-03-16T12:00Z")  # Tuesday to Monday, Wednesday is off
        free = due(business_days(10), calendar=ONE_DAY_OFF)
        paused = due(business_days(10), stopped, calendar=ONE_DAY_OFF)
        assert (free.last_day, paused.last_day) == (date(2026, 3, 17), date(2026, 3, 20))

    @pytest.mark.parametrize(
        ("start", "end", "last_day"),
        [
            ("2026-03-06T12:00Z", "2026-03-07T12:00Z", date(2026, 3, 17)),  # Friday counted, Saturday not
            ("2026-03-07T12:00Z", "2026-03-09T12:00Z", date(2026, 3, 16)),  # a weekend; Monday not counted
            ("2026-03-09T12:00Z", "2026-03-10T12:00Z", date(2026, 3, 17)),
        ],
    )
    def test_the_business_day_of_the_pause_counts_that_of_resuming_does_not(
        self, start: str, end: str, last_day: date
    ) -> None:
        assert due(business_days(10)).last_day == date(2026, 3, 16)
        assert due(business_days(10), pause(start, end)).last_day == last_day

    @pytest.mark.parametrize("rule", [days(14), business_days(10)])
    @pytest.mark.parametrize(
        ("zone", "last_day"), [("Europe/Madrid", date(2026, 7, 7)), ("Etc/UTC", date(2026, 7, 8))]
    )
    def test_the_days_of_a_pause_are_those_of_the_zone(
        self, rule: Deadline, zone: str, last_day: date
    ) -> None:
        """In Madrid from Wednesday 1 to Thursday 2 July, in UTC from Tuesday to Thursday."""
        stopped = pause("2026-06-30T22:30Z", "2026-07-02T21:30Z")
        anchor = at("2026-06-22T12:00Z")
        free = clock.due(rule, anchor, zone=zone, calendar=NO_HOLIDAYS)
        paused = clock.due(rule, anchor, zone=zone, calendar=NO_HOLIDAYS, pauses=[stopped])
        assert (free.last_day, paused.last_day) == (date(2026, 7, 6), last_day)

    def test_overlapping_and_touching_pauses_count_once(self) -> None:
        pieces = [
            pause("2026-03-08T12:00Z", "2026-03-10T12:00Z"),
            pause("2026-03-04T12:00Z", "2026-03-07T12:00Z"),
            pause("2026-03-06T12:00Z", "2026-03-08T12:00Z"),
        ]
        whole = pause("2026-03-04T12:00Z", "2026-03-10T12:00Z")
        assert due(days(20), *pieces) == due(days(20), whole)

    def test_what_lies_before_the_anchor_is_dropped(self) -> None:
        assert due(hours(24), pause("2026-03-02T06:00Z", "2026-03-02T13:00Z")).due_at == at(
            "2026-03-03T13:00Z"
        )
        assert due(hours(24), pause("2026-03-01T06:00Z", "2026-03-02T12:00Z")) == due(hours(24))

    def test_a_pause_that_starts_at_the_due_instant_changes_nothing(self) -> None:
        free = due(days(14))
        late = pause("2026-03-17T00:00Z", "2026-03-20T12:00Z")
        assert free.due_at == late.start
        assert due(days(14), late).due_at == free.due_at

    def test_a_pause_that_starts_after_the_first_end_counts_if_an_earlier_pause_moved_the_end(self) -> None:
        first = pause("2026-03-10T12:00Z", "2026-03-15T12:00Z")
        second = pause("2026-03-18T12:00Z", "2026-03-20T12:00Z")
        assert due(days(14), second).last_day == date(2026, 3, 16)
        assert due(days(14), first, second).last_day == date(2026, 3, 23)

    def test_a_pause_is_measured_against_the_end_before_the_rollover(self) -> None:
        rolling = Deadline(
            kind="duty",
            amount=5,
            unit="calendar_days",
            anchor="received",
            rollover="next_business_day",
        )
        weekend = pause("2026-03-08T12:00Z", "2026-03-09T12:00Z")  # the fifth day is Saturday 7 March
        assert due(rolling, weekend).last_day == due(rolling).last_day == date(2026, 3, 9)

    def test_nothing_is_due_while_a_pause_is_open(self) -> None:
        found = due(days(14), pause("2026-03-10T12:00Z", None))
        assert (found.due_at, found.last_day) == (None, date(2026, 3, 16))
        assert "nothing is due until it ends" in found.explain[-1].text

    def test_an_open_pause_that_began_after_the_end_stops_nothing(self) -> None:
        assert due(days(14), pause("2026-03-18T12:00Z", None)).due_at == due(days(14)).due_at

    def test_a_pause_cannot_end_before_it_starts_nor_lack_a_zone(self) -> None:
        with pytest.raises(ValueError, match="before it starts"):
            pause("2026-03-10T12:00Z", "2026-03-09T12:00Z")
        with pytest.raises(ValueError, match="zone"):
            pause("2026-03-10T12:00", None)


class TestExtensions:
    def test_months_are_added_once_from_the_anchor(self) -> None:
        month = Deadline(kind="duty", amount=1, unit="months", anchor="received")
        found = due(month, anchor="2026-01-31T12:00Z", extensions=(Length(amount=2, unit="months"),))
        assert found.last_day == date(2026, 4, 30)

    def test_another_unit_is_added_to_the_last_day_reached(self) -> None:
        found = due(business_days(5), extensions=(Length(amount=2, unit="weeks"),))
        assert found.last_day == date(2026, 3, 23)

    def test_a_pause_after_the_first_end_counts_when_an_extension_was_given(self) -> None:
        stopped = pause("2026-03-18T12:00Z", "2026-03-20T12:00Z")
        extended = due(days(14), stopped, extensions=(Length(amount=7, unit="calendar_days"),))
        assert extended.last_day == date(2026, 3, 25)

    def test_hours_are_extended_by_hours(self) -> None:
        found = due(hours(24), extensions=(Length(amount=2, unit="hours"),))
        assert found.due_at == at("2026-03-03T14:00Z")

    def test_hours_and_days_do_not_mix(self) -> None:
        with pytest.raises(ValueError, match="hours cannot be extended"):
            due(hours(24), extensions=(Length(amount=1, unit="weeks"),))


class TestPoints:
    @pytest.mark.parametrize(
        ("instant", "amount", "unit", "expected"),
        [
            ("2026-04-26T23:00Z", 1, "business_days", "2026-04-23T23:00Z"),  # end of Sunday: start of Friday
            ("2026-04-24T23:00Z", 1, "business_days", "2026-04-22T23:00Z"),  # end of Friday: Thursday
            ("2026-05-05T14:00Z", 1, "business_days", "2026-04-30T23:00Z"),  # Monday 4 May is a bank holiday
            ("2026-04-26T23:00Z", 7, "calendar_days", "2026-04-18T23:00Z"),
            ("2026-04-26T23:00Z", 1, "weeks", "2026-04-18T23:00Z"),
            ("2026-04-01T23:00Z", 1, "months", "2026-03-01T00:00Z"),
            ("2026-03-31T23:00Z", 1, "months", "2026-02-28T00:00Z"),
            ("2026-03-29T12:00Z", 24, "hours", "2026-03-28T12:00Z"),
            ("2026-03-29T12:00Z", 2, "seconds", "2026-03-29T11:59:58Z"),
        ],
    )
    def test_a_point_before_the_end_is_the_earliest_reading(
        self, instant: str, amount: int, unit: str, expected: str
    ) -> None:
        found = clock.before(at(instant), amount, unit, LONDON, GB_ENG)  # type: ignore[arg-type]
        assert found == at(expected)

    @pytest.mark.parametrize(
        ("amount", "unit", "expected"),
        [
            (14, "calendar_days", "2026-04-01T23:00Z"),
            (1, "business_days", "2026-03-20T00:00Z"),
            (24, "hours", "2026-03-20T23:30Z"),
        ],
    )
    def test_a_point_after_an_instant_is_the_start_of_the_day_reached(
        self, amount: int, unit: str, expected: str
    ) -> None:
        found = clock.after(at("2026-03-19T23:30Z"), amount, unit, LONDON, GB_ENG)  # type: ignore[arg-type]
        assert found == at(expected)

    @pytest.mark.parametrize(
        ("amount", "unit", "expected"),
        [(14, "calendar_days", "2026-04-02T23:00Z"), (15, "seconds", "2026-03-19T23:30:15Z")],
    )
    def test_a_window_of_the_player_ends_with_the_day_reached(
        self, amount: int, unit: str, expected: str
    ) -> None:
        found = clock.until(at("2026-03-19T23:30Z"), amount, unit, LONDON, GB_ENG)  # type: ignore[arg-type]
        assert found == at(expected)

    def test_a_percentage_is_a_share_of_the_elapsed_time_in_whole_milliseconds(self) -> None:
        start = at("2026-03-02T12:00Z")
        assert clock.fraction(start, start + timedelta(seconds=40), 30) == start + timedelta(seconds=12)
        assert clock.fraction(start, start + timedelta(milliseconds=3), 50) == start + timedelta(
            milliseconds=1
        )

    def test_a_mark_is_a_percentage_or_a_length_before_the_end(self) -> None:
        start, end = at("2026-03-02T12:00Z"), at("2026-04-26T23:00Z")
        assert clock.at_mark(Mark(percent=50), start, end, LONDON, GB_ENG) == clock.fraction(start, end, 50)
        week = Mark(before=Length(amount=7, unit="calendar_days"))
        assert clock.at_mark(week, start, end, LONDON, GB_ENG) == at("2026-04-18T23:00Z")

    def test_a_mark_never_lies_before_the_anchor(self) -> None:
        start, end = at("2026-03-02T12:00Z"), at("2026-03-04T00:00Z")
        year = Mark(before=Length(amount=12, unit="months"))
        assert clock.at_mark(year, start, end, LONDON, GB_ENG) == start


class TestExplanation:
    def test_every_step_of_a_date_is_told_with_its_source(self) -> None:
        rolling = Deadline(
            kind="duty",
            amount=5,
            unit="calendar_days",
            anchor="received",
            rollover="next_business_day",
            source="Act 1, section 2",
        )
        found = due(
            rolling,
            pause("2026-03-10T12:00Z", "2026-03-11T12:00Z"),
            calendar=Calendar(name="test 1", holidays={date(2026, 3, 16): "Founders' Day"}),
            extensions=(Length(amount=1, unit="weeks"),),
        )
        assert [(step.kind, step.source) for step in found.explain] == [
            ("anchor", "Act 1, section 2"),
            ("count", "Act 1, section 2; calendar test 1"),
            ("extension", "recorded on the complaint"),
            ("pause", "recorded on the complaint"),
            ("rollover", "Act 1, section 2; calendar test 1"),
            ("end", "Act 1, section 2"),
        ]
        assert [step.text for step in found.explain] == [
            "Starts at Monday 2 March 2026 12:00:00 Europe/London: the complaint was received",
            "5 calendar days, from the next day: last day Saturday 7 March 2026",
            "Extended by 1 week: last day Saturday 14 March 2026",
            (
                "Paused from Tuesday 10 March 2026 12:00:00 Europe/London to Wednesday 11 March 2026 12:00:00"
                " Europe/London, 1 day later: last day Sunday 15 March 2026"
            ),
            "Sunday 15 March 2026 is not worked (weekend): moved to Tuesday 17 March 2026",
            (
                "In time before 2026-03-18T00:00:00.000Z, Wednesday 18 March 2026 00:00:00 Europe/London:"
                " the last day is Tuesday 17 March 2026"
            ),
        ]

    def test_a_date_beyond_the_known_holidays_says_so(self) -> None:
        known = due(business_days(10), calendar=GB_ENG)
        unknown = due(business_days(10), anchor="2026-06-20T12:00Z", calendar=GB_ENG)
        assert "calendar" not in [step.kind for step in known.explain]
        assert "are not known" in next(step.text for step in unknown.explain if step.kind == "calendar")


def test_an_anchor_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="zone"):
        clock.due(days(1), at("2026-03-02T12:00"), zone=LONDON, calendar=NO_HOLIDAYS)


def test_the_zone_of_the_anchor_does_not_matter_only_its_instant() -> None:
    same = due(days(14), anchor="2026-03-03T00:30+12:30")
    assert same == due(days(14), anchor="2026-03-02T12:00Z")
    assert same.due_at is not None
    assert same.due_at.tzinfo is UTC
