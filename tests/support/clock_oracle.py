"""A second clock to check the first one by: simple, slower, and built on other ideas.

It shares no code with `redress.domain.clock`, only the classes of the schema. A local time is looked up in
the list of periods in which its zone keeps one offset, without `fold`. Pauses are found by counting how many
are open at each edge. Hours run down while no pause is open. Days are walked one by one, and the months are
dateutil's.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta  # type: ignore[import-untyped]  # it ships no types

from redress.domain.rulepack import Deadline, Length

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
TICK = timedelta(microseconds=1)
FROM, TO = datetime(2016, 6, 1, tzinfo=UTC), datetime(2052, 1, 1, tzinfo=UTC)
SECONDS = {"seconds": 1, "hours": 3600}

type Pause = tuple[datetime, datetime | None]


class Case(NamedTuple):
    """All that a due instant depends on."""

    deadline: Deadline
    anchor: datetime
    zone: str
    weekend: tuple[int, ...] = (6, 7)
    holidays: frozenset[date] = frozenset()
    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Length, ...] = ()

    def __str__(self) -> str:
        shown = local(self.anchor, self.zone).strftime("%a %d %b %Y %H:%M:%S.%f")
        rows: list[tuple[str, object]] = [
            ("deadline", self.deadline),
            ("anchor", f"{self.anchor.isoformat()}, {shown} in {self.zone}"),
            ("weekend", self.weekend),
            ("holidays", ", ".join(map(str, sorted(self.holidays))) or "none"),
            *(
                ("pause", f"{start.isoformat()} to {end.isoformat() if end else '-'}")
                for start, end in self.pauses
            ),
            *(("extension", extension) for extension in self.extensions),
        ]
        return "\n".join(f"  {name:<10} {value}" for name, value in rows)


class Answer(NamedTuple):
    """The due instant (UTC; None while a pause is open) and the last local day."""

    due_at: datetime | None
    last_day: date


class Period(NamedTuple):
    """From `start` (UTC) on, a zone is `offset` ahead of UTC."""

    start: datetime
    offset: timedelta


def due(case: Case) -> Answer:
    """When the deadline of the case falls."""
    return _due_by_running_time(case) if case.deadline.unit in SECONDS else _due_by_days(case)


def point(case: Case, instant: datetime, amount: int, unit: str) -> datetime:
    """The first instant of the local day `amount` (negative: back) of a unit of days from an instant."""
    day = _added(local(instant, case.zone).date(), amount, unit, case)
    return instant_of(datetime.combine(day, time.min, UTC), case.zone)


@cache
def periods(zone: str) -> tuple[Period, ...]:
    """The periods of one offset, from 2016 to 2051: the zone is asked weekly, and each change closed in on.

    Two changes within a week would be taken for one; no zone has that in these years.
    """
    keeper = ZoneInfo(zone)

    def offset(instant: datetime) -> timedelta:
        return instant.astimezone(keeper).utcoffset() or timedelta(0)

    found = [Period(FROM, offset(FROM))]
    for week in range((TO - FROM) // WEEK):
        before, after = FROM + WEEK * week, FROM + WEEK * (week + 1)
        if offset(after) == found[-1].offset:
            continue
        while after - before > timedelta(seconds=1):
            middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
            before, after = (middle, after) if offset(middle) == found[-1].offset else (before, middle)
        found.append(Period(after, offset(after)))
    return tuple(found)


def local(instant: datetime, zone: str) -> datetime:
    """What the clocks of the zone show, written as if it were UTC."""
    return instant.astimezone(UTC) + _period(instant, zone)[1].offset


def instant_of(shown: datetime, zone: str) -> datetime:
    """The first instant (UTC) at which the clocks show this (written as if UTC).

    A time that the clocks skip is read on a clock that nobody put forward.
    """
    place, period = _period(shown - DAY, zone)
    for following in periods(zone)[place + 1 :]:
        if shown - period.offset < following.start or shown - following.offset < following.start:
            break
        period = following
    return shown - period.offset


def skipped(shown: datetime, zone: str) -> bool:
    """Whether the clocks never show this."""
    return local(instant_of(shown, zone), zone) != shown


def repeated(shown: datetime, zone: str) -> bool:
    """Whether the clocks show this twice."""
    first = instant_of(shown, zone)
    place, period = _period(first, zone)
    following = periods(zone)[place + 1 : place + 2]
    return any(shown - after.offset >= after.start and after.offset < period.offset for after in following)


def walk(day: date, count: int, counts: Callable[[date], bool]) -> date:
    """The day reached after `count` days that count (negative: back), one step at a time."""
    step, left = (DAY, count) if count > 0 else (-DAY, -count)
    while left:
        day += step
        left -= counts(day)
    return day


def worked(case: Case) -> Callable[[date], bool]:
    """Whether a day is a business day of the case."""
    return lambda day: not (day.isoweekday() in case.weekend or day in case.holidays)


def _any_day(_: date) -> bool:
    return True


def _period(instant: datetime, zone: str) -> tuple[int, Period]:
    if not FROM <= instant < TO:
        raise ValueError(f"{instant.isoformat()} is outside the years looked at")
    place = bisect_right(periods(zone), instant, key=lambda period: period.start) - 1
    return place, periods(zone)[place]


def _stops(case: Case) -> Iterator[Pause]:
    """When the clock stands, from the anchor on: where at least one pause is open."""
    change: Counter[datetime] = Counter()
    for start, end in case.pauses:
        change[max(start, case.anchor)] += 1
        if end is not None:
            change[max(end, case.anchor)] -= 1
    now_open, since = 0, case.anchor
    for edge in sorted(change):
        was_open, now_open = now_open, now_open + change[edge]
        if now_open and not was_open:
            since = edge
        if was_open and not now_open:
            yield since, edge
    if now_open:
        yield since, None


def _due_by_running_time(case: Case) -> Answer:
    lengths = [case.deadline.length, *case.extensions]
    left = timedelta(seconds=sum(length.amount * SECONDS[length.unit] for length in lengths))
    now, stands = case.anchor.astimezone(UTC), False
    for start, end in _stops(case):
        if left <= start - now:
            break
        left -= start - now
        now, stands = end or start, end is None
    end_at = now + left
    return Answer(None if stands else end_at, local(end_at - TICK, case.zone).date())


def _due_by_days(case: Case) -> Answer:
    day, stands = _last_day(case), False
    for start, end in _stops(case):
        if start >= _end_of(day, case):
            break
        stands = end is None
        if end is not None:
            day = walk(day, _moved(start, end, case), _counts(case))
    if case.deadline.rollover != "none":
        step = DAY if case.deadline.rollover == "next_business_day" else -DAY
        while not worked(case)(day):
            day += step
    return Answer(None if stands else _end_of(day, case), day)


def _end_of(day: date, case: Case) -> datetime:
    close = case.deadline.close_time
    if close is None:
        return instant_of(datetime.combine(day + DAY, time.min, UTC), case.zone)
    return instant_of(datetime.combine(day, close, UTC), case.zone)


def _moved(start: datetime, end: datetime, case: Case) -> int:
    """How many days that count lie from pause to resume, the first with, the last without."""
    day, resumed, moved = local(start, case.zone).date(), local(end, case.zone).date(), 0
    while day < resumed:
        moved += _counts(case)(day)
        day += DAY
    return moved


def _counts(case: Case) -> Callable[[date], bool]:
    return worked(case) if case.deadline.unit == "business_days" else _any_day


def _last_day(case: Case) -> date:
    """By count and extensions: those in the deadline's unit make one length, then each other is added."""
    deadline = case.deadline
    same = [one.amount for one in case.extensions if one.unit == deadline.unit]
    day = local(case.anchor, case.zone).date()
    less = deadline.count_start == "include_anchor_day"
    day = _added(day, deadline.amount + sum(same), deadline.unit, case, less=less)
    for extension in case.extensions:
        if extension.unit != deadline.unit:
            day = _added(day, extension.amount, extension.unit, case)
    return day


def _added(day: date, amount: int, unit: str, case: Case, *, less: bool = False) -> date:
    if unit == "months":
        reached: date = day + relativedelta(months=amount)
        missing = reached.day != day.day
        return reached + DAY * (missing and case.deadline.month_overflow == "next_month_first")
    if unit == "business_days":
        return walk(day, amount, worked(case))
    return walk(day, amount * (7 if unit == "weeks" else 1) - less, _any_day)
