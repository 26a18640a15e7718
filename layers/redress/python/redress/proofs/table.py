"""The milestones and gaps of a day as CSV, for whoever counts them in a spreadsheet."""

from collections.abc import Iterator, Mapping
from typing import Any

from redress import exports
from redress.proofs.document import MET_SINCE, Document

COLUMNS = (
    *("row", "complaint", "clock", "milestone", "stage", "kind", "strength", "statutory", "pack"),
    *("pack_version", "due_at", "last_day", "zone", "met_at", "met_by", "met_type", "recorded_by", "late"),
    *("letter", "letter_sent_at", "letter_fate", "letter_failed", "words", "event"),
)


def to_bytes(document: Document) -> bytes:
    """A row for each milestone, letter by letter, then what was met since an earlier day, then the gaps."""
    return exports.to_csv(COLUMNS, _rows(document))


def _rows(document: Document) -> Iterator[Mapping[str, Any]]:
    for line in document["milestones"]:
        yield from _line("milestone", line)
    for line in document.get(MET_SINCE, ()):
        yield from _line(MET_SINCE, line)
    for gap in document["gaps"]:
        row = {name: value for name, value in gap.items() if name in COLUMNS}
        met_by = gap["seq"] if gap["kind"] == "late" else None
        yield {**row, "row": "gap", "complaint": gap["number"], "met_by": met_by, "event": gap["seq"]}


def _line(name: str, line: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    row = {name: value for name, value in line.items() if name in COLUMNS}
    for letter in line["letters"] or [None]:
        yield {"row": name, "complaint": line["number"], **row, **_letter(letter)}


def _letter(letter: Mapping[str, Any] | None) -> Mapping[str, Any]:
    if letter is None:
        return {}
    return {
        "letter": letter["key"],
        "letter_sent_at": letter["sent_at"],
        "letter_fate": letter["fate"],
        "letter_failed": letter["failed"],
    }
