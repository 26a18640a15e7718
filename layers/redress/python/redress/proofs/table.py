"""The milestones and gaps of a day as CSV, for whoever counts them in a spreadsheet."""

from collections.abc import Iterator, Mapping
from typing import Any

from redress import exports
from redress.proofs.document import Document

COLUMNS = (
    *("row", "complaint", "clock", "milestone", "stage", "kind", "strength", "statutory", "pack"),
    *("pack_version", "due_at", "last_day", "zone", "met_at", "met_by", "met_type", "recorded_by", "late"),
    *("letter", "letter_sent_at", "letter_fate", "letter_failed", "words"),
)


def to_bytes(document: Document) -> bytes:
    """A row for each milestone, letter by letter, then the gaps."""
    return exports.to_csv(COLUMNS, _rows(document))


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
