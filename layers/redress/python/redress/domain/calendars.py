"""Which days are worked. Calendars are pinned data with a version; nothing is computed from a library."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from redress.domain.reading import RulePackInvalid, read, read_data, refuse
from redress.domain.values import Value

DAY = timedelta(days=1)
WEEKEND = (6, 7)  # ISO weekdays


class Holidays(NamedTuple):
    """A calendar file: the holidays of one place, complete from `first` to `last`."""

    id: str
    version: str
    source: str
    first: date
    last: date
    holidays: Mapping[date, str]


class Calendar(Value):
    """Weekend and holidays. `first` and `last` are the days between which the holidays are complete.

    Every loop below is bounded: of 7 days in a row at least one is outside the weekend, so among
    `7 * (count + number of holidays)` days at least `count` are worked.
    """

    name: str
    weekend: tuple[int, ...] = WEEKEND
    holidays: Mapping[date, str]
    first: date = date.min
    last: date = date.max

    def __post_init__(self) -> None:
        if not set(self.weekend) <= set(range(1, 8)):
            raise refuse("weekend", f"{self.weekend} are not ISO weekdays", "Use 1 (Monday) to 7 (Sunday)")
        if len(set(self.weekend)) == 7:
            raise refuse("weekend", "no day of the week is worked", "Leave at least one weekday")
        if self.first > self.last:
            raise refuse("first", "the calendar ends before it starts", "Correct first or last")
        stray = [day for day in self.holidays if not self.first <= day <= self.last]
        if stray:
            raise refuse("holidays", f"{stray[0]} is outside first and last", "Correct the date or the range")

    def works(self, day: date) -> bool:
        """Whether the day is a business day."""
        return day.isoweekday() not in self.weekend and day not in self.holidays

    def covers(self, day: date) -> bool:
        """Whether the holidays around the day are known."""
        return self.first <= day <= self.last

    def step(self, day: date, count: int) -> date:
        """The business day `count` business days after the day (before it if negative), worked or not."""
        direction, left = (DAY, count) if count > 0 else (-DAY, -count)
        for _ in range(7 * (left + len(self.holidays))):
            if left == 0:
                break
            day += direction
            left -= self.works(day)
        return day

    def next_worked(self, day: date) -> date:
        """The day itself if it is worked, else the next business day."""
        return day if self.works(day) else self.step(day, 1)

    def previous_worked(self, day: date) -> date:
        """The day itself if it is worked, else the business day before it."""
        return day if self.works(day) else self.step(day, -1)

    def worked_between(self, start: date, end: date) -> int:
        """How many business days lie from `start` (counted) to `end` (not counted)."""
        return sum(self.works(start + DAY * offset) for offset in range((end - start).days))


@cache
def load(calendar_id: str, weekend: tuple[int, ...] = WEEKEND) -> Calendar:
    """The pinned calendar of that id, with a weekend. Read once per process.

    Raises RulePackInvalid when there is no such calendar or it is impossible.
    """
    try:
        document = read_data(f"calendars/{calendar_id}")
        if document is None:
            raise refuse("holiday_calendar", "there is no such calendar", "Pin it in rulepacks/calendars")
        data = read(Holidays, document)
        return Calendar(
            name=f"{data.id} {data.version}",
            weekend=weekend,
            holidays=data.holidays,
            first=data.first,
            last=data.last,
        )
    except RulePackInvalid as error:
        raise error.of(calendar_id) from None
