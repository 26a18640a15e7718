"""`redress check`: whether everything that a complaint is found by says what its events say."""

import csv
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from infra.ops import shown, verify
from infra.ops.asked import UsageError
from infra.ops.check_counters import print_counters
from infra.ops.journal import Journal
from redress.domain.audit import ChainBroken, Record
from redress.region import Region
from redress.store import keys, rebuild
from redress.store.rebuild import Difference, Items, TableChanged, Workbench
from redress.usecases.ports import Now
from redress.usecases.rebuild import Derived, Impossible, derive

READINGS = 3
"""Of a complaint that differs: a query may see part of a change that is being made."""

type Lost = frozenset[tuple[str, int]]


class Question(NamedTuple):
    """What is compared. `journal`: a copy of it, too; `lost`: a list of content that is known to be lost."""

    journal: Path | None
    lost: Path | None
    fix: bool


class Compared(NamedTuple):
    """A complaint as it was read. `flaw` is what keeps the rest from being compared."""

    items: Items
    derived: Derived | None
    flaw: ChainBroken | None
    differences: Sequence[Difference]

    @property
    def is_right(self) -> bool:
        """Whether nothing differs."""
        return not self.flaw and not self.differences


def print_check(table: Workbench, region: Region, question: Question, now: Now) -> int:
    """Print each difference; 1 when one is left."""
    if question.journal and verify.print_journal_verdict(question.journal):
        return 1
    journal = Journal(question.journal) if question.journal else None
    lost = _known_lost(question.lost)
    numbers = sorted({*table.numbers(), *(journal.complaints if journal else ())})
    wrong = fixed = 0
    possible = []
    for number in shown.counted(numbers, "compared"):
        written = journal.records(number) if journal else []
        compared = _read_and_compare(table, region, number, written, lost, now)
        if question.fix and compared.derived and compared.differences:
            before = len(compared.differences)
            compared = _fix(table, region, compared, written, lost, now)
            fixed += before - len(compared.differences)
        _print(number, compared)
        wrong += not compared.is_right
        if not isinstance(compared.flaw, Impossible):
            possible.append(number)
    print(f"{len(numbers)} complaints compared, {wrong} with differences")
    if question.fix:
        print(f"{fixed} differences mended")
    miscounted = print_counters(table, region, possible, fix=question.fix)
    return 1 if wrong or miscounted else 0


def _read_and_compare(
    table: Workbench, region: Region, number: str, written: Sequence[Record], lost: Lost, now: Now
) -> Compared:
    for _ in range(READINGS):
        found = compare(table.items(number), region, written, lost, now())
        if found.is_right:
            break
    return found


def compare(items: Items, region: Region, written: Sequence[Record], lost: Lost, now: datetime) -> Compared:
    """How the items of a complaint differ at `now` (UTC) from what its events say.

    `written` are its events in the journal; content that is known to be `lost` is no difference.
    """
    try:
        records = rebuild.records_of(items, written)
        rebuild.check_whole(items, records)
        derived = derive(region, records, now)
    except ChainBroken as broken:
        return Compared(items, None, broken, ())
    return Compared(items, derived, None, tuple(_differences(items, derived, lost)))


def _differences(items: Items, derived: Derived, lost: Lost) -> Iterable[Difference]:
    yield from rebuild.state_differences(items, derived)
    yield from rebuild.task_differences(items, derived)
    yield from rebuild.event_differences(items, derived)
    yield from rebuild.content_differences(items, derived)
    for record in rebuild.lost_content(items, derived):
        if (record.number, record.seq) not in lost:
            expected = f"content of hash {record.content_hash}"
            yield Difference(where=keys.content(record.seq), found="missing", expected=expected)


def _fix(
    table: Workbench, region: Region, compared: Compared, written: Sequence[Record], lost: Lost, now: Now
) -> Compared:
    """Set right what follows from the events, and compare again. Whoever changes it at once does it, too."""
    number, derived = compared.items.number, compared.derived
    if derived is None:
        return compared
    with suppress(TableChanged):
        table.carry_out(number, table.mend(compared.items, derived))
    return _read_and_compare(table, region, number, written, lost, now)


def _print(number: str, compared: Compared) -> None:
    if compared.flaw:
        print(f"{number} BROKEN: {compared.flaw}")
    for one in compared.differences:
        print(f"{number} {one.where}: is {one.found}, should be {one.expected}")


def _known_lost(path: Path | None) -> Lost:
    """The events of a list that a rebuild wrote. Raises UsageError."""
    if path is None:
        return frozenset()
    try:
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
            number, seq = header.index("number"), header.index("seq")
            return frozenset((row[number], int(row[seq])) for row in rows)
    except (OSError, IndexError, ValueError) as error:
        raise UsageError(f"--lost {path}: is no list that redress rebuild wrote: {error}") from error
