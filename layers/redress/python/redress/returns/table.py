"""A return as CSV: its figures, then the rows of its sections, then what it corrects."""

from collections.abc import Iterator

from redress import exports
from redress.domain.return_figures import COLUMNS as OF_ROWS
from redress.exports import Row
from redress.returns.document import Document

COLUMNS = ("row", "section", "figure", "label", "value", "before", *OF_ROWS)


def to_bytes(document: Document, *, bom: bool = False) -> bytes:
    """A row for each figure (no value: the operator fills it in), for each complaint, for each correction."""
    return exports.to_csv(COLUMNS, _rows(document), bom=bom)


def _rows(document: Document) -> Iterator[Row]:
    for part in document["sections"]:
        for one in part["figures"]:
            told = {"section": part["id"], "figure": one["id"], "label": one["label"]}
            yield {"row": "figure", **told, "value": one["value"]}
    for part in document["sections"]:
        yield from ({"row": "complaint", "section": part["id"], **row} for row in part["rows"])
    corrects = document["corrects"]
    for one in corrects["figures"] if corrects else ():
        told = {"figure": one["id"], "label": one["label"], "value": one["now"], "before": one["before"]}
        yield {"row": "correction", **told, "number": " ".join(each["number"] for each in one["complaints"])}
