"""`redress rebuild`: a table restored to a point in time gets what came after it, from the journal.

Everything is read and compared before anything is written. Each complaint is then written for itself, its
STATE last; what was interrupted is finished by running the command again.
"""

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from infra.ops import shown, verify
from infra.ops.asked import UsageError
from infra.ops.journal import Journal
from redress.adapters import mail_store, s3
from redress.domain.audit import ChainBroken, Record
from redress.region import Region
from redress.store import rebuild
from redress.store.rebuild import Items, Workbench
from redress.usecases.ports import Now
from redress.usecases.rebuild import Derived, Impossible, derive

LOST, AHEAD, FILES = "lost-content.csv", "ahead-of-journal.csv", "files-to-delete.csv"
STRAY, IMPOSSIBLE = "stray-content.csv", "impossible-events.csv"
WHOLE = "report.json"
SHOWN = 20
"""Rows of a list that are told in words; the file has all of them."""


class Event(NamedTuple):
    """An event that a report names."""

    number: str
    seq: int
    type: str


class File(NamedTuple):
    """A file of a person who is forgotten: which bucket of the stack, and the key in it."""

    bucket: str
    key: str


class Strange(NamedTuple):
    """The first event of a complaint that nobody can follow, and why."""

    number: str
    seq: int
    type: str
    problem: str


class Stray(NamedTuple):
    """An item that no event accounts for: the complaint it lies under, and its sort key."""

    number: str
    item: str


class Found(NamedTuple):
    """What a complaint is, in the table and in the journal."""

    items: Items
    written: Sequence[Record]
    derived: Derived


class Report:
    """What is to be told of a rebuild."""

    def __init__(self) -> None:
        self.lost: list[Event] = []
        self.ahead: list[Event] = []
        self.files: list[File] = []
        self.strays: list[Stray] = []
        self.impossible: list[Strange] = []
        self.counts: dict[str, int] = defaultdict(int)

    def add(self, found: Found, writes: int) -> None:
        """Take in a complaint, and how many writes it takes."""
        items, derived = found.items, found.derived
        written = {record.seq for record in found.written}
        records = derived.whole.records
        self.lost += [_event(record) for record in rebuild.lost_content(items, derived)]
        self.ahead += [_event(record) for record in records if record.seq not in written]
        if derived.complaint.erasure_ordered_at:
            self.files += _files(derived)
        else:
            self.add_strays(items, records)
        self.counts["complaints"] += 1
        self.counts["complaints_put_back"] += items.state is None
        self.counts["complaints_written"] += writes > 0
        self.counts["events_put_back"] += sum(1 for record in records if record.seq not in items.events)
        self.counts["erasures"] += derived.complaint.erasure_ordered_at is not None
        self.counts["executions"] += not derived.at_rest

    def add_strays(self, items: Items, records: Sequence[Record] = ()) -> None:
        """Take in what no event of a complaint accounts for: somebody has to look at it."""
        self.strays += [Stray(items.number, item) for item in rebuild.strays(items, records)]

    def pass_over(self, strange: Impossible) -> None:
        """Take in a complaint whose events nobody can follow."""
        self.impossible.append(Strange(strange.number, strange.seq, strange.type, strange.problem))

    def save(self, folder: Path) -> None:
        """Write the lists as CSV, and everything as JSON. Raises UsageError."""
        lists: Mapping[str, tuple[type, Sequence[NamedTuple]]] = {
            LOST: (Event, self.lost),
            AHEAD: (Event, self.ahead),
            FILES: (File, self.files),
            STRAY: (Stray, self.strays),
            IMPOSSIBLE: (Strange, self.impossible),
        }
        document = {name: [row._asdict() for row in rows] for name, (_, rows) in lists.items()}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, (kind, rows) in lists.items():
                _write_csv(folder / name, kind._fields, rows)  # type: ignore[attr-defined]
            text = json.dumps({"counts": self.counts, **document}, indent=1)
            (folder / WHOLE).write_text(f"{text}\n", encoding="utf-8")
        except OSError as error:
            raise UsageError(f"--report {folder}: cannot be written: {error.strerror}") from error

    def print(self, folder: Path, *, dry_run: bool) -> None:
        """The same in words."""
        counts = self.counts
        print(f"{counts['complaints']} complaints, {counts['complaints_put_back']} of them not in the table")
        print(f"{'to put back' if dry_run else 'put back'}: {counts['events_put_back']} events")
        done = "to write" if dry_run else "written"
        print(f"{done}: {counts['complaints_written']} complaints; the others are as they should be")
        print(f"{counts['executions']} complaints are not at rest: the workflow goes on with them")
        print(f"{counts['erasures']} complaints are of persons who are to be forgotten")
        _tell("events whose content is lost", folder / LOST, self.lost)
        _tell("events that the journal does not have: kept", folder / AHEAD, self.ahead)
        _tell("files to delete, if a bucket still has them", folder / FILES, self.files)
        _tell("items that no event accounts for: kept, to be looked at", folder / STRAY, self.strays)
        _tell(
            "complaints PASSED OVER, by their first event that does not fit",
            folder / IMPOSSIBLE,
            self.impossible,
        )


def print_rebuild(
    table: Workbench, region: Region, folder: Path, report_to: Path, now: Now, *, dry_run: bool
) -> int:
    """Rebuild the table from the copy of the journal in `folder`; 1 when one of the two is not to be trusted.

    A complaint whose events tell what cannot have happened is left as it is, and is a 1, too.
    `dry_run` writes the lists to `report_to`, and nothing to the table.
    """
    if verify.print_journal_verdict(folder):
        print("Nothing was written: a journal that is broken puts nothing right.")
        return 1
    journal, mark, report = Journal(folder), table.mark(), Report()
    numbers = sorted({*table.numbers(), *journal.complaints})
    possible = []
    try:
        for number in shown.counted(numbers, "read"):
            if found := _looked_at(table, region, journal, number, now, report):
                report.add(found, len(table.rebuild(found.items, found.derived, mark)))
                possible.append(number)
    except ChainBroken as broken:
        print(f"REFUSED: {broken}")
        print("Nothing was written. Is this the table of this journal, and the copy newer than the restore?")
        return 1
    report.save(report_to)
    if not dry_run:
        for number in shown.counted(possible, "written"):
            found = _found(table.items(number), journal.records(number), region, now)
            table.carry_out(number, table.rebuild(found.items, found.derived, mark))
    report.print(report_to, dry_run=dry_run)
    return 1 if report.impossible else 0


def _looked_at(
    table: Workbench, region: Region, journal: Journal, number: str, now: Now, report: Report
) -> Found | None:
    """What a complaint is, or None where a person has to look first. Raises ChainBroken."""
    items, written = table.items(number), journal.records(number)
    if rebuild.is_unknown(items, written):
        report.add_strays(items)
        return None
    try:
        return _found(items, written, region, now)
    except Impossible as strange:
        report.pass_over(strange)
        return None


def _found(items: Items, written: Sequence[Record], region: Region, now: Now) -> Found:
    return Found(items, written, derive(region, rebuild.records_of(items, written), now()))


def _event(record: Record) -> Event:
    return Event(record.number, record.seq, type(record.event).__name__)


def _files(derived: Derived) -> Iterable[File]:
    """Wherever a file of the complaint may be: its evidence, in both parts, and its mails as they came."""
    known = derived.complaint
    for one in known.evidence:
        yield from (File("evidence", s3.key(part, known.number, one)) for part in (s3.KEPT, s3.INCOMING))
    for mail in sorted({one.mail for one in known.mails.values()}):
        yield File("mail", f"{mail_store.RECEIVED}{mail}")


def _write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def _tell(what: str, path: Path, rows: Sequence[NamedTuple]) -> None:
    if not rows:
        return
    print(f"{len(rows)} {what} ({path}):")
    for row in rows[:SHOWN]:
        print(f"  {' '.join(str(part) for part in row)}")
    if len(rows) > SHOWN:
        print(f"  and {len(rows) - SHOWN} more")
