"""Dates and times as an English reader says them, in the zone of the rule pack."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from redress.domain.promises import Promise

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


def last_moment(promise: Promise, since: datetime) -> str:
    """Until when a promise counts: `By the end of Sunday 26 April 2026`, or a time of that day.

    The due instant is exclusive, so a whole day is named by its end. Seconds are shown only of a promise
    that ends within an hour of `since`; otherwise a time is cut to the minute, never rounded up.
    """
    if promise.due_at is None:
        return "On hold while we wait for your answer"
    local = promise.due_at.astimezone(ZoneInfo(promise.zone))
    if local.time() == time.min:
        return f"By the end of {day(promise.last_day)}"
    clock = "%H:%M:%S" if promise.due_at - since < _WITH_SECONDS else "%H:%M"
    return f"By {local:{clock}} on {day(local)}"
