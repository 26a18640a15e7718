"""A pack's later version has another zone: nothing is counted twice, and nothing in no period."""

from copy import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from redress.domain import periods
from redress.domain.calendars import DAY
from redress.domain.counting import Cell, counts
from redress.domain.figures import Asked, figures
from redress.domain.rules import Rules
from tests.support.complaints import Case, submit

CHANGES = date(2026, 3, 1)
ZONES = st.sampled_from(
    ["Europe/London", "Europe/Athens", "America/Detroit", "America/Phoenix", "Asia/Tokyo"]
)
NEAR = st.integers(min_value=-72 * 60, max_value=72 * 60).map(
    lambda minutes: datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@cache
def _received(at: datetime, zone: str) -> list[tuple[Cell, int]]:
    case = Case(submit("gb-ukgc"), at)
    return list(counts(case.records, Rules((replace(case.rules.licence, timezone=zone),)), {}).items())


@given(st.lists(st.tuples(NEAR, ZONES), min_size=1, max_size=4))
def test_each_complaint_is_counted_on_one_day_that_of_its_own_rules(
    received: list[tuple[datetime, str]],
) -> None:
    cells = [one for at, zone in received for one in _received(at, zone)]
    days = sorted(at.astimezone(ZoneInfo(zone)).date() for at, zone in received)
    told = figures(Asked(pack="gb-ukgc", brands=None, first=days[0], last=days[-1]), cells)
    assert [day["day"] for day in told["days"] for _ in range(day["received"])] == [str(one) for one in days]
    assert told["totals"]["received"] == len(received)
    months = [(date(2026, 2, 1), CHANGES - DAY), (CHANGES, date(2026, 3, 31))]
    parts = [figures(Asked(pack="gb-ukgc", brands=None, first=a, last=b), cells)["totals"] for a, b in months]
    assert sum(one.get("received", 0) for one in parts) == len(received)


@given(NEAR, ZONES, ZONES, st.sampled_from(["2026-02", "2026-02-20", "2026-Q1", "2025"]))
def test_an_instant_is_in_one_of_the_periods_of_a_return(
    at: datetime, before: str, after: str, first: str
) -> None:
    found, period = [], periods.parse(first)
    while period.first <= CHANGES + 5 * DAY:
        of = periods.span(period, lambda day: after if day >= CHANGES else before)
        found += [str(period)] if of.holds(at) else []
        period = periods.following(period)
    assert len(found) == 1
