"""The queries of the journal's catalogue, run by DuckDB, against a count by the domain."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest

from infra.queries import COLUMNS, for_duckdb, queries
from redress.domain import events as e
from redress.domain.audit import Record
from redress.domain.complaint import Complaint, fold
from tests.support.journal_years import FIRST, YEARS, lives, write

COMPLAINTS = 200
MONTHS = [date(FIRST.year + month // 12, month % 12 + 1, 1) for month in range(12 * YEARS + 1)]
"""The first day of each, and of the one behind the last."""
QUESTIONS = ("recurring_causes", "time_to_final_response", "redress_paid")


@pytest.fixture(scope="module")
def histories() -> list[Sequence[Record]]:
    """The records of every complaint."""
    return list(lives(COMPLAINTS))


@pytest.fixture(scope="module")
def folder(histories: list[Sequence[Record]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a copy of the journal, as `aws s3 sync` makes it."""
    place = tmp_path_factory.mktemp("copy")
    for records in histories:
        write(place / "journal", records)
    return place


@pytest.fixture(scope="module")
def read(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB, that exported every month of the journal."""
    with duckdb.connect() as connection:
        connection.execute("SET file_search_path = $1", [str(folder)])
        connection.execute(for_duckdb())
        export(connection)
        yield connection


@pytest.fixture(scope="module")
def parquet(read: duckdb.DuckDBPyConnection, folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Another one, that knows nothing but the Parquet which the first one wrote."""
    place = folder / "exported"
    read.execute(f"COPY exported TO '{place}' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (month))")
    macros, _, _ = for_duckdb().partition("CREATE VIEW")
    with duckdb.connect() as connection:
        connection.execute(macros)
        connection.execute(
            f"CREATE VIEW exported AS FROM read_parquet('{place}/*/*.parquet',"
            " hive_partitioning = true, hive_types_autocast = false)"
        )
        yield connection


def export(connection: duckdb.DuckDBPyConnection) -> None:
    """Export month for month."""
    for first, behind in pairwise(MONTHS):
        export_month(connection, first, behind)


def export_month(connection: duckdb.DuckDBPyConnection, first: date, behind: date) -> None:
    """Export the days of a month, from its first one to that of the next."""
    sql = queries()["export_month"]
    connection.execute(sql, [f"{first:%Y/%m/%d}", f"{behind:%Y/%m/%d}", f"{first:%Y-%m}"])


def answer(connection: duckdb.DuckDBPyConnection, name: str) -> list[tuple[object, ...]]:
    """The rows of a query."""
    return connection.execute(queries()[name]).fetchall()


def told(records: Sequence[Record]) -> e.ComplaintReceived:
    """How it began."""
    [first] = [one.event for one in records if isinstance(one.event, e.ComplaintReceived)]
    return first


def counted(histories: list[Sequence[Record]]) -> Iterator[Complaint]:
    """Complaints that are neither practice nor spam, and go on in no other one, as the domain folds them."""
    for records in histories:
        complaint = fold(records)
        if not (complaint.training or complaint.spam_at or complaint.linked_at):
            yield complaint


def test_the_causes_that_recur_are_those_of_the_complaints(
    histories: list[Sequence[Record]], read: duckdb.DuckDBPyConnection
) -> None:
    expected = Counter(
        (f"{one.own_received_at:%Y-%m}", one.jurisdiction, one.category, one.cause)
        for one in counted(histories)
        if one.cause
    )
    rows = answer(read, "recurring_causes")
    assert {row[:4]: row[4] for row in rows} == expected
    assert len({row[0] for row in rows}) > 24  # of three years
    assert [row[0] for row in rows] == sorted(str(row[0]) for row in rows)


def test_the_percentiles_are_those_of_the_answers(
    histories: list[Sequence[Record]], read: duckdb.DuckDBPyConnection
) -> None:
    days: dict[tuple[str, str], list[float]] = defaultdict(list)
    for one in counted(histories):
        sent = [at for at in (one.final_response_sent_at, one.deadlock_sent_at) if at]
        if sent:
            taken = (min(sent).replace(microsecond=0) - one.own_received_at.replace(microsecond=0)) / 86_400
            days[one.jurisdiction, f"{min(sent):%Y}"].append(taken.total_seconds())
    expected = [
        (*key, len(of_key), *(rank(of_key, share) for share in (50, 90, 99)), max(of_key))
        for key, of_key in sorted(days.items())
    ]
    rows = answer(read, "time_to_final_response")
    assert [row[:3] for row in rows] == [row[:3] for row in expected]
    for row, right in zip(rows, expected, strict=True):
        assert row[3:] == pytest.approx(right[3:])


def rank(values: Sequence[float], share: int) -> float:
    """The nearest-rank percentile."""
    return sorted(values)[-(-len(values) * share // 100) - 1]


def test_what_was_paid_is_what_the_payments_say(
    histories: list[Sequence[Record]], read: duckdb.DuckDBPyConnection
) -> None:
    expected: dict[tuple[str, str, str | None], tuple[set[str], int, int]] = {}
    for records in histories:
        complaint = fold(records)
        for payment in () if complaint.training else complaint.payments:
            key = (payment.paid_on[:4], payment.currency, complaint.cause)
            numbers, times, paid = expected.get(key, (set(), 0, 0))
            expected[key] = (numbers | {complaint.number}, times + 1, paid + payment.amount_minor)
    rows = answer(read, "redress_paid")
    assert {row[:3]: row[3:] for row in rows} == {
        key: (len(numbers), times, paid) for key, (numbers, times, paid) in expected.items()
    }
    assert None in {row[2] for row in rows}


@pytest.mark.parametrize("question", QUESTIONS)
def test_parquet_gives_the_same_answers(
    question: str, read: duckdb.DuckDBPyConnection, parquet: duckdb.DuckDBPyConnection
) -> None:
    assert answer(parquet, question) == answer(read, question)
    assert answer(read, question)


def test_every_event_is_exported_as_it_was_written(
    histories: list[Sequence[Record]], parquet: duckdb.DuckDBPyConnection
) -> None:
    texts = {(one.number, one.seq): json.loads(one.text) for records in histories for one in records}
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    rows = parquet.execute(f"SELECT {names}, month FROM exported").fetchall()  # noqa: S608 - our own names
    assert len(rows) == len(texts)
    for *values, month in rows:
        found = dict(zip(COLUMNS, values, strict=True))
        text = texts[found["number"], found["seq"]]
        assert {**found, "data": json.loads(found["data"])} == text
        assert month == text["at"][:7]


def test_a_month_that_is_exported_again_doubles_nothing_and_takes_in_what_came_late(
    histories: list[Sequence[Record]], read: duckdb.DuckDBPyConnection
) -> None:
    everything = "SELECT * FROM exported ORDER BY number, seq"
    before = read.execute(everything).fetchall()
    late = histories[0][-1]
    read.execute("DELETE FROM exported WHERE number = ? AND seq = ?", [late.number, late.seq])
    assert len(read.execute(everything).fetchall()) == len(before) - 1
    [month] = [pair for pair in pairwise(MONTHS) if pair[0] <= late.at.date() < pair[1]]
    export_month(read, *month)
    export_month(read, *month)
    assert read.execute(everything).fetchall() == before


def test_practice_spam_and_duplicates_are_in_the_journal_and_in_no_answer(
    histories: list[Sequence[Record]],
) -> None:
    complaints = [fold(records) for records in histories]
    assert all(any(getattr(one, what) for one in complaints) for what in ("training", "spam_at", "linked_at"))
    with_a_cause = [one for one in complaints if one.cause]
    assert [one for one in with_a_cause if one.spam_at]
    assert [one for one in with_a_cause if one.training]
