"""`redress reconcile`: the documents of a day, unsigned, from a table."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from infra.ops.asked import UsageError, within_calendar
from infra.ops.what_if import DEFAULT_MONTHS, months_back
from redress.domain.calendars import DAY
from redress.domain.reconciliation import Period
from redress.domain.values import Value
from redress.proofs import document
from redress.region import Region
from redress.store.registers import Registers
from redress.store.table import Table
from redress.usecases.reconcile import licences, period, reconcile, render

MOST_DAYS = 366


class Question(Value):
    """Which local days of a pack, the last included, and the folder that the documents go to."""

    pack: str
    day: date
    until: date
    out: Path


def print_days(table: Table, region: Region, question: Question, now: datetime) -> int:
    """Write the documents of each day and print its counts; 1 when there is a gap. Raises UsageError."""
    days = _days(region, question)
    periods = within_calendar(lambda: [period(region, question.pack, day) for day in days])
    if periods[-1].told_at > now:
        raise UsageError(f"--until {question.until}: the day is told of an hour after its end, not before")
    registers = Registers(table.client, table.name)
    gaps = 0
    for of in periods:
        proof = document.of(reconcile(registers, region, of, _older(registers, of)))
        _write(question.out, of.day, render(proof))
        print("\n".join(_lines(proof)))
        gaps += len(proof["gaps"])
    return 1 if gaps else 0


def _days(region: Region, question: Question) -> list[date]:
    if question.pack not in licences(region):
        known = ", ".join(licences(region))
        raise UsageError(f"--pack {question.pack}: the region file has no such licence, but {known}")
    count = (question.until - question.day).days + 1
    if not 1 <= count <= MOST_DAYS:
        raise UsageError(f"--until {question.until}: give a day from --day on, and at most {MOST_DAYS} days")
    return [question.day + DAY * place for place in range(count)]


def _older(registers: Registers, of: Period) -> Iterator[str]:
    """What was closed since, or had something happen to it that day, received up to two years before it."""
    since = min(months_back(of.start, DEFAULT_MONTHS), of.since)
    return registers.numbers(of.pack, since, of.since)


def _write(folder: Path, day: date, bodies: Mapping[str, bytes]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for kind, body in bodies.items():
            (folder / f"{day}.{kind}").write_bytes(body)
    except OSError as error:
        raise UsageError(f"--out {folder}: cannot be written: {error.strerror}") from None


def _lines(proof: Mapping[str, Any]) -> Iterator[str]:
    told = proof["totals"]
    duties = ", ".join(
        f"{told[f'{kind}_due']} {words}, {told[f'{kind}_in_time']} in time"
        for kind, words in (("statutory", "duties of law or licence"), ("house", "targets"))
    )
    yield f"{proof['pack']} {proof['day']}: {duties}; {told['milestones_due']} other milestones"
    yield (
        f"  complaints received {told['received']}, closed {told['closed']}, open {told['open']};"
        f" gaps {told['gaps']}"
    )
    for gap in proof["gaps"]:
        where = f"event {gap['seq']}" if gap["seq"] else ""
        about = " ".join(part for part in (gap["kind"], gap["clock"], gap["milestone"], where) if part)
        yield f"  GAP {gap['number']} {about}: {gap['words']}"
    for one in proof["met_since"]:
        about = f"{one['number']} {one['clock']} {one['milestone']}"
        by = f", event {one['met_by']}" if one["met_by"] else ""
        yield f"  MET {about}: missed {one['due_at']}, met {one['met_at']}{by}"
