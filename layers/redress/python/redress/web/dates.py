"""Dates and times as an English reader says them, in the zone of the rule pack."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from redress.domain import clock

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_WITH_SECONDS = timedelta(hours=1)


def day(when: date) -> str:
    """`Sunday 26 April 2026`."""
    return f"{_DAYS[when.weekday()]} {short_day(when)}"


def short_day(when: date) -> str:
    """`26 April 2026`."""
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"


def moment(instant: datetime, zone: str) -> str:
    """`26 April 2026 at 14:32`, in the IANA zone."""
    local = instant.astimezone(ZoneInfo(zone))
    return f"{short_day(local)} at {local:%H:%M}"


def until(due_at: datetime, zone: str, since: datetime) -> str:
    """`the end of Sunday 26 April 2026`, or `14:32 on Sunday 26 April 2026`, in the IANA zone.

    The due instant is exclusive, so a whole day is named by its end. Seconds are shown only of an instant
    within an hour of `since`; otherwise a time is cut to the minute, never rounded up.
    """
    local = due_at.astimezone(ZoneInfo(zone))
    last = clock.local_day(due_at - clock.TICK, zone)
    if due_at == clock.day_start(local.date(), zone):
        return f"the end of {day(last)}"
    return _time_of_day(local, due_at - since)


def opening(due_at: datetime, zone: str, since: datetime) -> str:
    """From when something is open: `Monday 27 April 2026`, or a time of that day."""
    local = due_at.astimezone(ZoneInfo(zone))
    whole = due_at == clock.day_start(local.date(), zone)
    return day(local) if whole else _time_of_day(local, due_at - since)


def _time_of_day(local: datetime, ahead: timedelta) -> str:
    pattern = "%H:%M:%S" if ahead < _WITH_SECONDS else "%H:%M"
    return f"{local:{pattern}} on {day(local)}"
