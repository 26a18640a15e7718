"""`redress what-if`: which open complaints would move if a rule pack or a calendar were another."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from infra.ops import asked, shown
from infra.ops.asked import UsageError
from redress.domain import calendars, packs
from redress.domain.calendars import Calendar
from redress.domain.other_calendar import counted_by
from redress.domain.promises import Promise
from redress.domain.rulepack import RulePack
from redress.domain.values import Value
from redress.region import Region
from redress.store import keys
from redress.store.table import Table
from redress.usecases.ports import CaseFile, Page
from redress.usecases.what_if import Changed, Move, what_if

PAGE = 100
DEFAULT_MONTHS = 24


class Question(Value):
    """What would be another: a rule pack, a calendar, or both; and from which month (UTC) on to look."""

    pack: Path | None
    calendar: Path | None
    since: datetime | None


class Registers:
    """The registers of a table, read through their index."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def month(self, pack: str, month: datetime, cursor: str | None) -> Page:
        """Part of the register of a pack and a month."""
        return self._table.list_register(keys.register(pack, month), PAGE, cursor)

    def load(self, number: str) -> CaseFile:
        """The whole complaint. Raises NotFound."""
        return self._table.load(number)


def print_moves(table: Table, region: Region, question: Question, now: datetime, *, as_json: bool) -> int:
    """Print what would move; 1 when a complaint would be in breach. Raises UsageError, RulePackInvalid."""
    candidate = _candidate(question.pack, region) if question.pack else None
    calendar = _calendars(question.calendar, candidate) if question.calendar else None
    since = question.since or months_back(now, DEFAULT_MONTHS)
    if since > now:
        raise UsageError("--since is a month to come: give one that has begun")
    licences = {pack for brand in region.brands for pack in brand.jurisdictions}
    named = sorted(licences | ({candidate.id} if candidate else set()))
    changed = _changed(candidate, calendar)
    found = sorted(what_if(Registers(table), region, changed, named, since, now), key=_order)
    if as_json:
        shown.print_json(
            {"registers": named, "since": f"{since:%Y-%m}", "moves": [_as_json(one) for one in found]}
        )
    else:
        print("\n".join(_lines(found)))
    return 1 if any(one.would_breach for one in found) else 0


def _candidate(path: Path, region: Region) -> RulePack:
    document = _toml("--pack", path)
    settings = region.rules.get(str(document.get("id")), {})
    found = asked.refusing(f"--pack {path}", lambda: packs.load(document, settings))
    if found.id not in packs.known():
        known = ", ".join(packs.known())
        raise UsageError(f"--pack {path}: no complaint runs by {found.id!r}: its id has to be one of {known}")
    return found


def _calendars(path: Path, candidate: RulePack | None) -> "_Calendars":
    """The calendar of the file. Raises UsageError when it is none, or no pack counts by it."""
    document = _toml("--calendar", path)
    found = _Calendars(str(document.get("id", "")), document)
    asked.refusing(f"--calendar {path}", lambda: found.of(calendars.WEEKEND))
    versions = (version for pack in packs.known() for version in packs.history(pack))
    used = {str(one["holiday_calendar"]) for one in versions if "holiday_calendar" in one}
    used |= {candidate.holiday_calendar or ""} if candidate else set()
    if found.id not in used:
        known = ", ".join(sorted(used))
        raise UsageError(
            f"--calendar {path}: no pack counts by {found.id!r}: its id has to be one of {known}"
        )
    return found


class _Calendars:
    """A changed calendar, with the weekend of each pack that counts by it."""

    def __init__(self, calendar_id: str, document: Mapping[str, Any]) -> None:
        self.id, self._document = calendar_id, document
        self.of = cache(self._of)

    def _of(self, weekend: tuple[int, ...]) -> Calendar:
        return calendars.from_document(self.id, self._document, weekend)


def _toml(option: str, path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{option} {path}: cannot be read as TOML: {error}") from None


def _changed(candidate: RulePack | None, changed: _Calendars | None) -> Changed:
    """A pack as it would be. A complaint is taken to adopt the candidate, whichever version it runs by."""

    def one(pack: RulePack) -> RulePack:
        found = candidate if candidate and candidate.id == pack.id else pack
        if changed and found.holiday_calendar == changed.id:
            return counted_by(found, changed.of(found.weekend))
        return found

    return one


def months_back(now: datetime, count: int) -> datetime:
    """The beginning of the month (of `now`'s own time of day) so many months ago."""
    months = now.year * 12 + now.month - 1 - count
    return now.replace(year=months // 12, month=months % 12 + 1, day=1)


def _order(one: Move) -> tuple[bool, str, str]:
    return (not one.would_breach, shown.optional(one.either.due_at) or "~", one.number)


def _lines(found: Sequence[Move]) -> Iterator[str]:
    if not found:
        yield "No date of an open complaint would move."
        return
    yield from shown.table(_row(one) for one in found)
    breaches = len({one.number for one in found if one.would_breach})
    relieved = len({one.number for one in found if one.would_stop_breaching})
    complaints = len({one.number for one in found})
    yield ""
    yield f"Complaints that would move: {complaints}; in breach: {breaches}; no longer in breach: {relieved}"


def _row(one: Move) -> dict[str, str]:
    return {
        "number": one.number,
        "clock": f"{one.either.clock} ({one.either.pack.id})",
        "before": _at(one.before, "no such date"),
        "after": f"-> {_at(one.after, 'no date')}",
        "by": _words(one),
        "breach": "WOULD BREACH" * one.would_breach + "breach would end" * one.would_stop_breaching,
    }


def _at(one: Promise | None, none: str) -> str:
    return none if one is None else shown.optional(one.due_at) or "stands still"


def _words(one: Move) -> str:
    if one.by is None:
        return ""
    if not one.by:
        return f"same instant, now {one.either.kind}"
    return f"{_length(abs(one.by))} {'later' if one.by > timedelta() else 'earlier'}"


def _length(by: timedelta) -> str:
    hours = f"{by.seconds // 3600} h" if by.seconds >= 3600 else ""
    rest = f"{by.seconds % 3600 // 60} min" if by.seconds % 3600 >= 60 else ""
    days = f"{by.days} d" if by.days else ""
    return " ".join(part for part in (days, hours, rest) if part) or f"{by.total_seconds():g} s"


def _as_json(one: Move) -> dict[str, Any]:
    return {
        "number": one.number,
        "clock": one.either.clock,
        "pack": one.either.pack.id,
        "kind": one.either.kind,
        "before": _date_as_json(one.before),
        "after": _date_as_json(one.after),
        "by_seconds": one.by.total_seconds() if one.by is not None else None,
        "would_breach": one.would_breach,
        "would_stop_breaching": one.would_stop_breaching,
    }


def _date_as_json(one: Promise | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "pack_version": one.pack.version,
        "calendar": one.pack.calendar.name,
        "kind": one.kind,
        "due_at": shown.optional(one.due_at),
        "last_day": one.last_day.isoformat(),
    }
