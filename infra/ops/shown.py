"""How instants and dates are shown: in words that can be filed, and as JSON."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from redress.domain import instants
from redress.domain.clock import Due, Step
from redress.domain.promises import Promise

PROGRESS = 1000
"""Complaints after which a long command says how far it is."""


def instant(at: datetime) -> str:
    """An instant in UTC: `2026-04-26T23:00:00Z`, with milliseconds only where it has finer parts."""
    text = instants.to_text(at)
    return text.replace(".000Z", "Z")


def optional(at: datetime | None) -> str | None:
    """The same, where there may be none."""
    return instant(at) if at else None


def local(at: datetime, zone: str) -> str:
    """An instant as people of the zone tell it: `Mon 2026-03-02 23:30:00`."""
    return f"{at.astimezone(ZoneInfo(zone)):%a %Y-%m-%d %H:%M:%S}"


def day(of: date) -> str:
    """A local day: `Sunday 26 April 2026`."""
    return f"{of:%A} {of.day} {of:%B} {of.year}"


def print_json(document: object) -> None:
    """One document on standard output, in ASCII: whatever the terminal can show, it is JSON."""
    print(json.dumps(document, indent=1))


def steps(explain: Iterable[Step]) -> list[dict[str, str]]:
    """The steps of a computation."""
    return [{"kind": step.kind, "text": step.text, "source": step.source} for step in explain]


def promise(one: Promise) -> dict[str, Any]:
    """A date with its rule and how it came about."""
    source = one.rule.source
    return {
        "clock": one.clock,
        "pack": one.pack.id,
        "pack_version": one.pack.version,
        "kind": one.kind,
        "anchor_at": instant(one.anchor_at),
        "due_at": optional(one.due_at),
        "last_day": one.last_day.isoformat(),
        "zone": one.zone,
        "strength": one.rule.strength,
        "confidence": one.rule.confidence,
        "source": source.citation if source else None,
        "url": source.url if source else None,
        "calendar": one.pack.calendar.name,
        "explain": steps(one.explain),
    }


def promise_lines(one: Promise) -> Iterator[str]:
    """The same in words."""
    yield f"{one.clock} ({one.kind}): {when(one.kind, one.due)}"
    yield from step_lines(one.explain)
    yield f"  - Zone {one.zone}, calendar {one.pack.calendar.name}"
    if one.rule.source and one.rule.source.url:
        yield f"  - To be read at {one.rule.source.url}"


def when(kind: str, due: Due) -> str:
    """Until when something has to be done, which is before the due instant; or when something opens."""
    if due.due_at is None:
        return f"no date while the clock stands still; never before the end of {day(due.last_day)}"
    begins = "opens at" if kind == "gateway" else "before"
    at = f"{instant(due.due_at)}, {local(due.due_at, due.zone)} {due.zone}"
    return f"{begins} {at}; the last day {'before it ' if kind == 'gateway' else ''}is {day(due.last_day)}"


def step_lines(explain: Iterable[Step]) -> Iterator[str]:
    """The steps of a computation, each with what it rests on, unless that is as in the step before."""
    source = ""
    for step in explain:
        yield f"  - {step.text}" if step.source == source else f"  - {step.text} [{step.source}]"
        source = step.source


def plain(text: object) -> str:
    """What a file may say, on one line: what is no sign to be read is shown by its code."""
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode("ascii") for one in str(text)
    )


def table(rows: Iterable[Mapping[str, str]]) -> Iterator[str]:
    """Rows as lines, each column as wide as its widest text."""
    found = list(rows)
    widths = {key: max(len(row[key]) for row in found) for key in (found[0] if found else ())}
    return ("  ".join(text.ljust(widths[key]) for key, text in row.items()).rstrip() for row in found)


def counted[T](things: Sequence[T], what: str) -> Iterator[T]:
    """The things one by one; on standard error, from time to time, how many of them are done."""
    for done, one in enumerate(things, start=1):
        yield one
        if done % PROGRESS == 0:
            print(f"redress: {done} of {len(things)} complaints {what}", file=sys.stderr)


def now() -> datetime:
    """The instant, UTC."""
    return datetime.now(UTC)
