"""Due instants in words, in the zone of the rule pack: a whole day by its name, anything else by its time."""

from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from redress.domain import clock
from redress.language import Language, msg

_WITH_SECONDS = timedelta(hours=1)


class Dated(NamedTuple):
    """The two ways to say one thing of an instant: `whole` of a day ({day}), `timed` ({time}, {day})."""

    whole: str
    timed: str


BY = Dated(msg("By the end of {day}"), msg("By {time} on {day}"))
FROM = Dated(msg("From {day}"), msg("From {time} on {day}"))
NEW = Dated(msg("New date: by the end of {day}"), msg("New date: by {time} on {day}"))
LOOK_AGAIN = Dated(
    msg("You can ask us to look again until the end of {day}."),
    msg("You can ask us to look again until {time} on {day}."),
)
RATE = Dated(
    msg("You can rate it until the end of {day}."),
    msg("You can rate it until {time} on {day}."),
)


def until(language: Language, said: Dated, due_at: datetime, zone: str, since: datetime) -> str:
    """A due instant (UTC, exclusive, so that a whole day is named by its end) in the IANA zone.

    Seconds are shown only of an instant within an hour of `since`; otherwise a time is cut to the minute,
    never rounded up.
    """
    local = due_at.astimezone(ZoneInfo(zone))
    if due_at == clock.day_start(local.date(), zone):
        return language.say(said.whole, day=language.day(clock.local_day(due_at - clock.TICK, zone)))
    return _timed(language, said, local, due_at - since)


def opening(language: Language, said: Dated, at: datetime, zone: str, since: datetime) -> str:
    """From when (UTC) something is open, in the IANA zone: a day, or a time of that day."""
    local = at.astimezone(ZoneInfo(zone))
    if at == clock.day_start(local.date(), zone):
        return language.say(said.whole, day=language.day(local))
    return _timed(language, said, local, at - since)


def day(language: Language, iso: str) -> str:
    """A local date of ISO 8601, as `Sunday, 26 April 2026`."""
    return language.day(date.fromisoformat(iso))


def _timed(language: Language, said: Dated, local: datetime, ahead: timedelta) -> str:
    time = language.time(local, seconds=ahead < _WITH_SECONDS)
    return language.say(said.timed, time=time, day=language.day(local))
