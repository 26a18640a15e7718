"""The periods that authorities ask about: their days, their instants, and what is said to a wrong one."""

from datetime import UTC, date, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redress.domain import periods
from redress.domain.periods import FITTING, NotAPeriod, Period, Span
from redress.domain.rulepack import Report

DAY = timedelta(days=1)


def span(text: str, zone: str) -> Span:
    return periods.span(periods.parse(text), lambda _: zone)


def instants(text: str, zone: str) -> tuple[str, str]:
    of = span(text, zone)
    return f"{of.start:%Y-%m-%dT%H:%MZ}", f"{of.end:%Y-%m-%dT%H:%MZ}"


class TestText:
    @pytest.mark.parametrize(
        ("text", "first", "last"),
        [
            ("2026-03", "2026-03-01", "2026-03-31"),
            ("2028-02", "2028-02-01", "2028-02-29"),
            ("2026-Q1", "2026-01-01", "2026-03-31"),
            ("2026-Q4", "2026-10-01", "2026-12-31"),
            ("2026-H1", "2026-01-01", "2026-06-30"),
            ("2026-H2", "2026-07-01", "2026-12-31"),
            ("2026", "2026-01-01", "2026-12-31"),
            ("2026-03-09", "2026-03-09", "2026-03-09"),
        ],
    )
    def test_a_period_has_its_first_and_its_last_day(self, text: str, first: str, last: str) -> None:
        one = periods.parse(text)
        assert (one.first, one.last) == (date.fromisoformat(first), date.fromisoformat(last))
        assert str(one) == text

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("2026-13", "is not in the calendar"),
            ("2026-00", "is not in the calendar"),
            ("2026-02-30", "is not in the calendar"),
            ("2026-03-00", "is not in the calendar"),
            ("2026-Q5", "quarter as 2026-Q1"),
            ("2026-q1", "quarter as 2026-Q1"),
            ("2026-H3", "half-year as 2026-H1"),
            ("March 2026", "month as 2026-03"),
            ("2026-03-01/2026-03-31", "day as 2026-03-09"),
            ("", "is no period"),
            ("２０２６", "is no period"),
            ("0000", "give a year from 1970 to 9998"),
            ("9999", "give a year from 1970 to 9998"),
        ],
    )
    def test_what_is_none_is_refused_with_what_to_write_instead(self, text: str, said: str) -> None:
        with pytest.raises(NotAPeriod) as refused:
            periods.parse(text)
        assert said in str(refused.value)
        assert len(str(refused.value)) < 250

    @given(st.dates(date(1970, 1, 1), date(9998, 12, 31)), st.sampled_from(["", "-%m", "-%m-%d", "q", "h"]))
    def test_periods_of_a_kind_follow_each_other_without_gap(self, day: date, form: str) -> None:
        parts = {"q": f"-Q{(day.month + 2) // 3}", "h": f"-H{(day.month + 5) // 6}"}
        text = f"{day.year}" + (parts[form] if form in parts else day.strftime(form))
        one = periods.parse(text)
        assert one.first <= day <= one.last
        after = periods.following(one)
        assert (after.kind, after.first) == (one.kind, one.last + DAY)
        if after.last.year < periods.LAST_YEAR:
            assert periods.parse(str(after)) == after


class TestInstants:
    def test_a_month_is_of_local_days(self) -> None:
        assert instants("2026-03", "Europe/London") == ("2026-03-01T00:00Z", "2026-03-31T23:00Z")
        assert instants("2026-Q1", "America/Toronto") == ("2026-01-01T05:00Z", "2026-04-01T04:00Z")

    def test_a_day_whose_midnight_is_missing_begins_when_the_clocks_go_on(self) -> None:
        assert instants("2026-03-29", "Atlantic/Azores") == ("2026-03-29T01:00Z", "2026-03-30T00:00Z")

    def test_a_day_whose_midnight_comes_twice_begins_at_the_first(self) -> None:
        assert instants("2026-10-25", "Atlantic/Azores") == ("2026-10-25T00:00Z", "2026-10-26T01:00Z")
        assert instants("2026-10-24", "Atlantic/Azores")[1] == "2026-10-25T00:00Z"

    def test_each_end_counts_in_the_zone_of_the_rules_that_hold_then(self) -> None:
        """Rules with another zone hold since 15 February: the period is shorter by what lies between."""

        def zone_of(day: date) -> str:
            return "Europe/London" if day < date(2026, 2, 15) else "Europe/Athens"

        of = periods.span(periods.parse("2026-02"), zone_of)
        assert (of.start_zone, of.end_zone) == ("Europe/London", "Europe/Athens")
        assert of.start == datetime(2026, 2, 1, tzinfo=UTC)
        assert of.end == datetime(2026, 2, 28, 22, tzinfo=UTC)

    def test_periods_share_the_instant_between_them_even_where_the_zone_changes_there(self) -> None:
        def zone_of(day: date) -> str:
            return "Europe/London" if day < date(2026, 3, 1) else "Europe/Athens"

        first = periods.span(periods.parse("2026-02"), zone_of)
        second = periods.span(periods.parse("2026-03"), zone_of)
        assert first.end == second.start

    def test_a_period_is_over_at_its_end_and_not_before(self) -> None:
        of = span("2026-03", "Europe/London")
        assert periods.is_over(of, of.end)
        assert not periods.is_over(of, of.end - timedelta(microseconds=1))
        assert of.holds(of.start)
        assert not of.holds(of.end)
        assert not of.holds(None)


class TestCadence:
    def test_every_cadence_of_the_rule_packs_has_its_periods(self) -> None:
        assert set(FITTING) == set(get_args(Report.__annotations__["cadence"]))

    @pytest.mark.parametrize(
        ("cadence", "text", "instead"),
        [
            ("quarterly", "2026-05", "write 2026-Q2"),
            ("monthly", "2026-Q2", "write 2026-04"),
            ("half_yearly", "2026", "write 2026-H1"),
            ("half_yearly", "2026-08-20", "write 2026-H2"),
            ("yearly", "2026-Q3", "write 2026"),
            ("on_return", "2026-03-09", "write 2026-03 or 2026-Q1 or 2026-H1 or 2026"),
        ],
    )
    def test_a_period_of_another_length_is_refused_with_one_that_fits(
        self, cadence: str, text: str, instead: str
    ) -> None:
        with pytest.raises(NotAPeriod, match=instead):
            periods.check_fits(periods.parse(text), cadence)

    def test_a_period_of_the_right_length_is_taken(self) -> None:
        for cadence, text in [("monthly", "2026-05"), ("on_return", "2026-Q1"), ("event", "2026-03-09")]:
            periods.check_fits(periods.parse(text), cadence)


def test_a_period_is_a_value() -> None:
    assert periods.parse("2026-03") == Period(kind="month", first=date(2026, 3, 1), last=date(2026, 3, 31))
