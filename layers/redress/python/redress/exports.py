"""What leaves the system as a table: CSV that spreadsheets open safely, and JSON Lines."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime

from redress.domain import instants

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula, also in full width. (OWASP, CSV injection.)"""
BOM = "\ufeff"
"""Tells old spreadsheets that a file is UTF-8."""

type Row = Mapping[str, object]


def cell(value: object) -> str:
    """A value as text that no spreadsheet computes; instants are UTC, and numbers stay numbers."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value)
        case datetime():
            return instants.to_text(value)
        case date():
            return value.isoformat()
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def csv_lines(columns: Sequence[str], rows: Iterable[Row], *, bom: bool = False) -> Iterator[bytes]:
    """A header and a line for each row, in UTF-8 with CRLF (RFC 4180). What a row does not have is empty.

    Raises ValueError for a row that has more than the columns.
    """
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\r\n")
    text.write(BOM if bom else "")
    writer.writeheader()
    yield _taken(text)
    for row in rows:
        writer.writerow({name: cell(value) for name, value in row.items()})
        yield _taken(text)


def to_csv(columns: Sequence[str], rows: Iterable[Row], *, bom: bool = False) -> bytes:
    """The same as one text."""
    return b"".join(csv_lines(columns, rows, bom=bom))


def json_lines(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[bytes]:
    """A JSON object in a line for each row, in UTF-8: every column in order, null for what is not there."""
    for row in rows:
        line = {name: _plain(row.get(name)) for name in columns}
        yield json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _taken(text: io.StringIO) -> bytes:
    """What was written, which is gone from the buffer then."""
    found = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return found


def _plain(value: object) -> object:
    return cell(value) if isinstance(value, date) else value
