"""What was typed, read strictly: instants, pauses, settings, lengths, lists of holidays."""

import argparse
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple, cast, get_args

from redress.domain.actors import NOBODY, SUBJECT
from redress.domain.calendars import Calendar
from redress.domain.clock import Interval
from redress.domain.reading import RulePackInvalid, read
from redress.domain.rulepack import Length, Unit

UNITS = get_args(Unit)


class UsageError(Exception):
    """What was asked cannot be answered as it was asked; the message says what to ask instead."""


def instant(text: str) -> datetime:
    """An RFC 3339 instant with its zone, in UTC."""
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is not None:
            return found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no instant: write it as 2026-03-02T23:30+00:00"
        ) from None
    raise argparse.ArgumentTypeError(f"{text!r} names no zone: end it with Z or an offset such as +01:00")


def pause(text: str) -> Interval:
    """A pause `FROM/TO`, both of them instants with a zone, in this order."""
    start, _, end = text.partition("/")
    if not start or not end:
        raise argparse.ArgumentTypeError(
            f"{text!r} has no end or no start: write FROM/TO, such as 2026-03-10T09:00Z/2026-03-20T17:00Z"
        )
    try:
        return Interval(start=instant(start), end=instant(end))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} ends before it starts: write FROM/TO") from None


def length(text: str) -> Length:
    """A length such as `10 business_days` or `1 week`; `days` are calendar days."""
    amount, _, word = text.strip().partition(" ")
    plural = word.strip().replace(" ", "_").removesuffix("s") + "s"
    unit = {"days": "calendar_days"}.get(plural, plural)
    if not re.fullmatch("[0-9]{1,9}", amount) or unit not in UNITS:
        words = f"{text[:80]!r} is no length: write 'N unit', unit one of {', '.join(UNITS)}"
        raise argparse.ArgumentTypeError(words)
    try:
        return Length(amount=int(amount), unit=cast("Unit", unit))
    except RulePackInvalid as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def subject(text: str) -> str:
    """A subject id of the identity provider: no name and no address."""
    if re.fullmatch(SUBJECT, text) and text != NOBODY:
        return text
    raise argparse.ArgumentTypeError(f"{text!r} is no subject id: write no name and no address")


def month(text: str) -> datetime:
    """The first instant (UTC) of a month `YYYY-MM`."""
    try:
        return datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no month: write it as 2026-03") from None


def day(text: str) -> date:
    """A local day `YYYY-MM-DD`."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day: write it as 2026-03-02") from None


def moment(text: str) -> datetime | date:
    """An instant with its zone, or a local day."""
    return day(text) if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else instant(text)


class Setting(NamedTuple):
    """A setting of the operator: the keys that lead to it in `[operator.rules.<pack>]`, and its value."""

    path: tuple[str, ...]
    value: Any


def setting(text: str) -> Setting:
    """`KEY=VALUE` with a dotted key; the value is JSON if it can be read as such, else text."""
    key, equals, value = text.partition("=")
    path = tuple(key.split("."))
    if not equals or not all(path):
        raise argparse.ArgumentTypeError(f"{text!r} is no setting: write KEY=VALUE, such as final.amount=10")
    try:
        return Setting(path, json.loads(value))
    except (ValueError, RecursionError):
        return Setting(path, value)


def as_table(settings: Sequence[Setting]) -> Mapping[str, Any]:
    """The settings as the region file has them. Raises UsageError when two of them contradict each other."""
    whole: dict[str, Any] = {}
    for path, value in settings:
        table = whole
        for key in path[:-1]:
            table = table.setdefault(key, {})
            if not isinstance(table, dict):
                raise UsageError(f"--set {'.'.join(path)}: {key} has a value of its own: give one of the two")
        if path[-1] in table:
            raise UsageError(f"--set {'.'.join(path)}: given twice: give it once")
        table[path[-1]] = value
    return whole


class _Days(NamedTuple):
    holidays: tuple[date, ...]


def holidays(path: Path, weekend: tuple[int, ...]) -> Calendar:
    """The calendar of a file with a JSON list of ISO dates. Raises UsageError, RulePackInvalid."""
    try:
        listed = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"--holidays {path}: cannot be read as JSON: {error}") from None
    return refusing(f"--holidays {path}", lambda: calendar(path.name, listed, weekend))


def calendar(name: str, listed: object, weekend: tuple[int, ...]) -> Calendar:
    """A calendar of these days (ISO dates) and no others. Raises RulePackInvalid."""
    days = read(_Days, {"holidays": listed}).holidays
    return Calendar(name=name, weekend=weekend, holidays=dict.fromkeys(days, "holiday"))


def first_bytes(path: Path, most: int) -> bytes:
    """A file, and of a longer one a byte more than `most`: it shows, and fills no memory. Raises OSError."""
    with path.open("rb") as file:
        return file.read(most + 1)


def refusing[T](what: str, attempt: Callable[[], T]) -> T:
    """What the attempt gives; a refused value is told with the argument that it came from."""
    try:
        return attempt()
    except RulePackInvalid as error:
        raise UsageError(f"{what}: {error}") from None


def within_calendar[T](attempt: Callable[[], T]) -> T:
    """What the attempt gives. Raises UsageError for dates that no calendar has."""
    try:
        return attempt()
    except (OverflowError, ValueError):
        words = "a date would lie outside the years 1 to 9999: ask with another anchor or a shorter time"
        raise UsageError(words) from None
