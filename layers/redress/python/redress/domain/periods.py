"""The periods that authorities ask about: months, quarters, halves, years and single days, as text.

A period is of local days. Its instants are those at which its first day begins and the day after its last
one begins, each in the zone of the rules that hold on that day: periods that follow each other share the
instant between them, even where the zone changes there.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Literal

from redress.domain import clock
from redress.domain.calendars import DAY
from redress.domain.errors import RedressError
from redress.domain.values import Value

Kind = Literal["day", "month", "quarter", "half", "year"]
FIRST_YEAR, LAST_YEAR = 1970, 9998
"""Beyond these a typing error is likelier than a period; the day after the last one still is a date."""

type ZoneOf = Callable[[date], str]  # the IANA zone of the rules that hold on a local day

_FORM = re.compile(r"([0-9]{4})(?:-Q([1-4])|-H([12])|-([0-9]{2})(?:-([0-9]{2}))?)?")
_FORMS = (
    "a month as 2026-03, a quarter as 2026-Q1, a half-year as 2026-H1, a year as 2026, a day as 2026-03-09"
)
_WORDS: Mapping[Kind, str] = {
    "day": "day",
    "month": "month",
    "quarter": "quarter",
    "half": "half-year",
    "year": "year",
}

FITTING: Mapping[str, tuple[Kind, ...]] = {
    "monthly": ("month",),
    "quarterly": ("quarter",),
    "half_yearly": ("half",),
    "yearly": ("year",),
    "on_return": ("month", "quarter", "half", "year"),
    "on_request": ("day", "month", "quarter", "half", "year"),
    "event": ("day", "month", "quarter", "half", "year"),
}
"""Which kinds of period a report can be about, by its cadence."""


class NotAPeriod(RedressError):
    """A text is no period, or none that the report can be about; `remedy` says what to write instead."""

    def __init__(self, text: str, problem: str, remedy: str) -> None:
        self.text, self.problem, self.remedy = text, problem, remedy
        super().__init__(f"{text!r} {problem}: {remedy}.")


class Period(Value):
    """Local days, both included."""

    kind: Kind
    first: date
    last: date

    def __str__(self) -> str:
        match self.kind:
            case "day":
                return self.first.isoformat()
            case "month":
                return f"{self.first:%Y-%m}"
            case "quarter":
                return f"{self.first.year:04}-Q{_part(self.first, 3)}"
            case "half":
                return f"{self.first.year:04}-H{_part(self.first, 6)}"
            case "year":
                return f"{self.first.year:04}"

    @property
    def words(self) -> str:
        """What kind of period it is, as people say it."""
        return _WORDS[self.kind]


class Span(Value):
    """The instants (UTC) of a period, from `start` to `end` (exclusive), each with the zone of its day."""

    period: Period
    start: datetime
    end: datetime
    start_zone: str
    end_zone: str

    def holds(self, instant: datetime | None) -> bool:
        """Whether an instant is in the period; None is in none."""
        return instant is not None and self.start <= instant < self.end


def parse(text: str) -> Period:
    """The period of a text. Raises NotAPeriod."""
    found = _FORM.fullmatch(text)
    if not found:
        raise NotAPeriod(text[:40], "is no period", f"write {_FORMS}")
    year, quarter, half, month, day = found.groups()
    if not FIRST_YEAR <= int(year) <= LAST_YEAR:
        raise NotAPeriod(text, "is no period", f"give a year from {FIRST_YEAR} to {LAST_YEAR}")
    try:
        return _read(int(year), quarter, half, month, day)
    except ValueError:
        raise NotAPeriod(text, "is not in the calendar", f"write {_FORMS}") from None


def _read(year: int, quarter: str | None, half: str | None, month: str | None, day: str | None) -> Period:
    if month and day:
        one = date(year, int(month), int(day))
        return Period(kind="day", first=one, last=one)
    if month:
        return _months("month", date(year, int(month), 1), 1)
    if quarter:
        return _months("quarter", date(year, int(quarter) * 3 - 2, 1), 3)
    if half:
        return _months("half", date(year, int(half) * 6 - 5, 1), 6)
    return _months("year", date(year, 1, 1), 12)


def following(period: Period) -> Period:
    """The period of the same kind that begins where this one ends."""
    first = period.last + DAY
    lengths: Mapping[Kind, int] = {"month": 1, "quarter": 3, "half": 6, "year": 12}
    if period.kind == "day":
        return Period(kind="day", first=first, last=first)
    return _months(period.kind, first, lengths[period.kind])


def span(period: Period, zone_of: ZoneOf) -> Span:
    """The instants of a period. A day without its midnight begins when the clocks go on."""
    after = period.last + DAY
    start_zone, end_zone = zone_of(period.first), zone_of(after)
    return Span(
        period=period,
        start=clock.day_start(period.first, start_zone),
        end=clock.day_start(after, end_zone),
        start_zone=start_zone,
        end_zone=end_zone,
    )


def is_over(of: Span, now: datetime) -> bool:
    """Whether the period has ended at an instant."""
    return of.end <= now


def check_fits(period: Period, cadence: str) -> None:
    """Raises NotAPeriod for a period that a report of this cadence is not about, naming one that it is."""
    kinds = FITTING[cadence]
    if period.kind not in kinds:
        instead = " or ".join(_around(period, kind) for kind in kinds)
        words = cadence.replace("_", "-")
        raise NotAPeriod(str(period), f"is a {period.words}, and the report is {words}", f"write {instead}")


def _around(period: Period, kind: Kind) -> str:
    """The period of another kind in which this one begins."""
    first = period.first
    months: Mapping[Kind, int] = {"month": 1, "quarter": 3, "half": 6, "year": 12}
    length = months.get(kind)
    if length is None:
        return first.isoformat()
    return str(_months(kind, date(first.year, (_part(first, length) - 1) * length + 1, 1), length))


def _part(day: date, months: int) -> int:
    """Which quarter (3 months) or half (6) of its year a day is in, from 1."""
    return (day.month - 1) // months + 1


def _months(kind: Kind, first: date, count: int) -> Period:
    after = first.year * 12 + first.month - 1 + count
    return Period(kind=kind, first=first, last=date(after // 12, after % 12 + 1, 1) - DAY)
