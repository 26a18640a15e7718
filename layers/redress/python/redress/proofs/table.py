"""The milestones and gaps of a day as CSV, for whoever counts them in a spreadsheet."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from redress.proofs.document import Document

COLUMNS = (
    *("row", "complaint", "clock", "milestone", "stage", "kind", "strength", "statutory", "pack"),
    *("pack_version", "due_at", "last_day", "zone", "met_at", "met_by", "met_type", "recorded_by", "late"),
    *("letter", "letter_sent_at", "letter_fate", "letter_failed", "words"),
)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet takes for the beginning of a formula. (OWASP, CSV injection.)"""


def to_bytes(document: Document) -> bytes:
    """UTF-8 with a header and CRLF (RFC 4180): a row for each milestone, letter by letter, then the gaps."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    for row in _rows(document):
        writer.writerow({name: cell(value) for name, value in row.items()})
    return text.getvalue().encode()


def cell(value: object) -> str:
    """A value as text that no spreadsheet computes."""
    if value is None:
        return ""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _rows(document: Document) -> Iterator[Mapping[str, Any]]:
    for line in document["milestones"]:
        row = {name: value for name, value in line.items() if name in COLUMNS}
        for letter in line["letters"] or [None]:
            yield {"row": "milestone", "complaint": line["number"], **row, **_letter(letter)}
    for gap in document["gaps"]:
        row = {name: value for name, value in gap.items() if name in COLUMNS}
        yield {**row, "row": "gap", "complaint": gap["number"], "kind": gap["kind"], "met_by": gap["seq"]}


def _letter(letter: Mapping[str, Any] | None) -> Mapping[str, Any]:
    if letter is None:
        return {}
    return {
        "letter": letter["key"],
        "letter_sent_at": letter["sent_at"],
        "letter_fate": letter["fate"],
        "letter_failed": letter["failed"],
    }
