"""`redress register`: the register of a licence as CSV or JSON Lines, from a table."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from pathlib import Path

from infra.ops.asked import UsageError
from infra.ops.returns import check_licence
from infra.ops.what_if import PAGE
from redress import exports
from redress.domain import clock, instants
from redress.domain.history import History
from redress.domain.rules import on_day
from redress.domain.values import Value
from redress.exports import Row
from redress.region import Region
from redress.store import keys
from redress.store.registers import Registers
from redress.store.table import Table
from redress.usecases import register
from redress.usecases.ports import Page


class Question(Value):
    """Which part of a pack's register: from one instant or local day of the pack up to another, exclusive."""

    pack: str
    since: datetime | date
    until: datetime | date
    out: Path
    bom: bool


class Register:
    """The register of a table, by month, and its complaints."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self.histories: Callable[[Iterable[str]], Iterator[History]]
        self.histories = Registers(table.client, table.name).histories

    def month(self, pack: str, month: datetime, cursor: str | None) -> Page:
        """Part of the register of a pack and a month."""
        return self._table.list_register(keys.register(pack, month), PAGE, cursor)


def write(table: Table, region: Region, question: Question, now: datetime) -> int:
    """Write the file and print how many complaints it has. Raises UsageError, RedressError."""
    check_licence(region, question.pack)
    lines = {".csv": _csv, ".jsonl": _json_lines}.get(question.out.suffix)
    if lines is None:
        raise UsageError(f"--out {question.out}: end the name of the file with .csv or .jsonl")
    since, until = (_instant(region, question.pack, one) for one in (question.since, question.until))
    if since >= until:
        raise UsageError("--to is where the register ends, exclusive: give what comes after --from")
    rows = _Counted(register.rows(Register(table), region, question.pack, since, until))
    _write(question.out, lines(rows, question))
    span = f"from {instants.to_text(since)} until {instants.to_text(until)}, exclusive"
    print(f"{question.out}: {rows.count} complaints received {span}")
    if until > now:
        print(f"  the period is not over: what is received from {instants.to_text(now)} on is missing")
    return 0


class _Counted:
    """Rows, and how many there were."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._rows = rows
        self.count = 0

    def __iter__(self) -> Iterator[Row]:
        for row in self._rows:
            self.count += 1
            yield row


def _csv(rows: Iterable[Row], question: Question) -> Iterator[bytes]:
    return exports.csv_lines(register.COLUMNS, rows, bom=question.bom)


def _json_lines(rows: Iterable[Row], question: Question) -> Iterator[bytes]:
    if question.bom:
        raise UsageError("--bom is for spreadsheets: JSON has none")
    return exports.json_lines(register.COLUMNS, rows)


def _instant(region: Region, pack: str, one: datetime | date) -> datetime:
    """A day begins at its first instant, in the zone of the rules that hold on it."""
    if isinstance(one, datetime):
        return one
    return clock.day_start(one, on_day(pack, one, region.rules).timezone)


def _write(path: Path, lines: Iterator[bytes]) -> None:
    """The whole file, or none: what was there stays until the new one is complete."""
    unfinished = path.with_name(f".{path.name}.part")
    try:
        with unfinished.open("wb") as file:
            file.writelines(lines)
        unfinished.replace(path)
    except OSError as error:
        raise UsageError(f"--out {path}: cannot be written: {error.strerror}") from None
    finally:
        unfinished.unlink(missing_ok=True)
