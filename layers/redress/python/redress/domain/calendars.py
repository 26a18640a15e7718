"""Which days are worked. Calendars are pinned data with a version; nothing is computed from a library."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any

from redress.domain.reading import RulePackInvalid, read, read_data, refuse
from redress.domain.values import Value

DAY = timedelta(days=1)
WEEKEND = (6, 7)  # ISO weekdays
MOST_HOLIDAYS = 60
FORTNIGHT = timedelta(days=14)


class Holidays(Value):
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
        _check_weekend(self.weekend)
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
        """The business day `count` business days after the day (before it if negative), worked or not.

        Raises ValueError when it lies outside the years 1 to 9999.
        """
        reached, left = day, abs(count)
        direction = DAY if count > 0 else -DAY
        try:
            for _ in range(7 * (left + len(self.holidays))):
                if left == 0:
                    break
                reached += direction
                left -= self.works(reached)
        except OverflowError:
            raise ValueError(f"{count} business days from {day} is no day of the years 1 to 9999") from None
        return reached

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

    Raises RulePackInvalid when there is no such calendar or it is impossible; the path then begins with
    the file. A weekend is the pack's, so its refusal names no file.
    """
    document = read_data(f"calendars/{calendar_id}")
    if document is None:
        raise refuse(
            "holiday_calendar",
            f"there is no such calendar as {calendar_id!r}",
            "Pin it in rulepacks/calendars",
        )
    _check_weekend(weekend)
    try:
        return from_document(calendar_id, document, weekend)
    except RulePackInvalid as error:
        raise error.under(f"calendars/{calendar_id}") from None


def from_document(
    calendar_id: str, document: Mapping[str, Any], weekend: tuple[int, ...] = WEEKEND
) -> Calendar:
    """A calendar from the document of its file (as TOML or JSON gives it).

    Raises RulePackInvalid with path, problem and remedy for everything that does not fit.
    """
    data = read(Holidays, document)
    if data.id != calendar_id:
        raise refuse("id", f"{data.id!r} is not the name of the file", "Give both the same name")
    if len(data.holidays) != len(document["holidays"]):
        raise refuse("holidays", "a date is given twice, written in two ways", "Write dates as 2026-04-06")
    calendar = Calendar(
        name=f"{data.id} {data.version}",
        weekend=weekend,
        holidays=data.holidays,
        first=data.first,
        last=data.last,
    )
    _check_days_off(calendar)
    return calendar


def _check_weekend(weekend: tuple[int, ...]) -> None:
    if not set(weekend) <= set(range(1, 8)):
        raise refuse("weekend", f"{weekend} are not ISO weekdays", "Use 1 (Monday) to 7 (Sunday)")
    if len(set(weekend)) < len(weekend):
        raise refuse("weekend", f"{weekend} names a weekday twice", "Name each weekday once")
    if len(weekend) == 7:
        raise refuse("weekend", "no day of the week is worked", "Leave at least one weekday")


def _check_days_off(calendar: Calendar) -> None:
    """Refuses more holidays than any place has: they are weekends, school holidays or a slip.

    Of all countries that the library in `infra.calendars` knows, in 2024 to 2032 none has more than 35
    holidays in a year (Nepal), nor more than 12 days off in a row (Azerbaijan, Russia), weekends included.
    A list with all Sundays and ten holidays has more than 60. A fortnight holds each weekday twice, so it is
    without a worked day when that many holidays outside the weekend lie in it.
    """
    for year, count in Counter(day.year for day in calendar.holidays).items():
        if count > MOST_HOLIDAYS:
            words = f"{count} holidays in {year} are more than {MOST_HOLIDAYS}"
            raise refuse(
                "holidays", words, "List public holidays; days off every week are the pack's weekend"
            )
    off = sorted(day for day in calendar.holidays if day.isoweekday() not in calendar.weekend)
    for start, end in zip(off, off[2 * (7 - len(calendar.weekend)) - 1 :], strict=False):
        if end - start < FORTNIGHT:
            words = f"no day is worked for a fortnight around {start}"
            raise refuse("holidays", words, "List the days on which public offices are closed, and no others")
