"""`redress due --rule`: any deadline in the field names of the schema, without a pack around it."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from importlib.resources import files
from typing import Any, NamedTuple

from infra.ops import asked, shown
from infra.ops.asked import UsageError
from redress.domain import calendars, clock
from redress.domain.calendars import Calendar
from redress.domain.clock import Interval
from redress.domain.reading import read, refuse
from redress.domain.rulepack import Deadline


class Place(NamedTuple):
    """Where the deadline runs: what a pack has beside its deadlines."""

    timezone: str
    weekend: tuple[int, ...] = calendars.WEEKEND
    holidays: tuple[date, ...] = ()


class Rule(NamedTuple):
    """A deadline and where it runs."""

    deadline: Deadline
    timezone: str
    calendar: Calendar


def print_due(text: str, anchor: datetime, pauses: tuple[Interval, ...], *, as_json: bool) -> int:
    """Print when the deadline falls that is written as JSON. Raises UsageError."""
    rule = asked.refusing("--rule", lambda: _read(text))
    return asked.within_calendar(lambda: _print(rule, anchor, pauses, as_json=as_json))


def _print(rule: Rule, anchor: datetime, pauses: tuple[Interval, ...], *, as_json: bool) -> int:
    deadline = rule.deadline
    found = clock.due(deadline, anchor, zone=rule.timezone, calendar=rule.calendar, pauses=pauses)
    if as_json:
        shown.print_json(
            {
                "due_at": shown.optional(found.due_at),
                "kind": deadline.kind,
                "explain": shown.steps(found.explain),
                "anchor_at": shown.instant(anchor),
                "last_day": found.last_day.isoformat(),
                "zone": found.zone,
                "source": deadline.source,
            }
        )
    else:
        heading = f"{deadline.kind}: {shown.when(deadline.kind, found)}"
        print("\n".join([heading, *shown.step_lines(found.explain)]))
    return 0


def _read(text: str) -> Rule:
    """Raises UsageError for what is no JSON object, RulePackInvalid for what is no deadline."""
    given = {key: value for key, value in _object(text).items() if value is not None}  # null says nothing
    known = [*Deadline.__annotations__, *Place.__annotations__]
    for key in given:
        if key not in known:
            raise refuse(key, "unknown key", f"Use one of: {', '.join(known)}")
    if "timezone" not in given:
        raise refuse("timezone", "missing", "Give an IANA name such as Europe/Madrid")
    place = read(Place, {key: value for key, value in given.items() if key in Place.__annotations__})
    _check_zone(place.timezone)
    calendar = asked.calendar("as given", given.get("holidays", []), place.weekend)
    return Rule(_deadline(given), place.timezone, calendar)


def _object(text: str) -> Mapping[str, Any]:
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"--rule is not JSON ({error}): write one object, as in redress due --help"
        ) from None
    if not isinstance(given, dict):
        raise UsageError("--rule is not an object: write it in braces, as in redress due --help")
    return given


def _check_zone(zone: str) -> None:
    """By the pinned list: what a machine's own folder of zones holds besides does not count."""
    zones = (files("tzdata") / "zones").read_text(encoding="utf-8").split()
    if zone not in zones:
        raise refuse("timezone", f"{zone!r} is not a time zone", "Use an IANA name such as Europe/London")


def _deadline(given: Mapping[str, Any]) -> Deadline:
    """What is left out counts as in the schema, and besides: a duty, from receipt; hours by the instant."""
    exact = (
        {"count_start": "exact_instant", "end_at": "exact_instant"} if given.get("unit") == "hours" else {}
    )
    own = {key: value for key, value in given.items() if key in Deadline.__annotations__}
    if given.get("unit") == "seconds":
        raise refuse("unit", "seconds are for the sandbox pack only", "Use hours or local days")
    return read(Deadline, {"kind": "duty", "anchor": "received", **exact, **own})
