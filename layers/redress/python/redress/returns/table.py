"""A return as CSV: what it is of, its definitions, figures, rows of sections, and what it corrects."""

from collections.abc import Iterator, Mapping
from typing import Any

from redress import exports
from redress.domain.return_figures import COLUMNS as OF_ROWS
from redress.domain.return_records import amount
from redress.exports import Row
from redress.returns.document import Document

AMOUNTS = {"amount": ("amount_minor", "currency"), "adr_redress": ("adr_redress_minor", "adr_currency")}
"""What has an amount as people write it: where its minor units and its currency stand."""
COLUMNS = ("row", "section", "figure", "label", "value", "before", *OF_ROWS, *AMOUNTS)
"""In this order in every return. A column is added at the end, and none is renamed or removed."""
ABOUT = ("report", "period", "start", "start_zone", "end", "end_zone", "as_of", "definitions", "digest")
"""What says of what a file is that has lost its name: the members of the document of these names."""


def to_bytes(document: Document, *, bom: bool = False) -> bytes:
    """A row for each fact and definition, which stand under `label`; for each figure (no value: the operator
    fills it in), for each complaint, for each correction.
    """
    return exports.to_csv(COLUMNS, _rows(document), bom=bom)


def _rows(document: Document) -> Iterator[Row]:
    yield from ({"row": "about", "figure": name, "label": words} for name, words in _about(document))
    for part in document["sections"]:
        words = " ".join((part["definition"], *part["remarks"]))
        yield {"row": "definition", "section": part["id"], "label": words}
    for part in document["sections"]:
        for one in part["figures"]:
            told = {"section": part["id"], "figure": one["id"], "label": one["label"]}
            yield {"row": "figure", **told, "value": one["value"]}
    for part in document["sections"]:
        yield from (
            {"row": "complaint", "section": part["id"], **row, **_amounts(row)} for row in part["rows"]
        )
    corrects = document["corrects"]
    for one in corrects["figures"] if corrects else ():
        told = {"figure": one["id"], "label": one["label"], "value": one["now"], "before": one["before"]}
        yield {"row": "correction", **told, "number": " ".join(each["number"] for each in one["complaints"])}


def _amounts(row: Mapping[str, Any]) -> Row:
    return {name: amount(row.get(minor), row.get(of)) for name, (minor, of) in AMOUNTS.items()}


def _about(document: Document) -> Iterator[tuple[str, object]]:
    yield "draft", "DRAFT: not a return" if document["draft"] else "no"
    yield "to", document["to"]
    yield "pack", f"{document['pack']} {document['pack_version']}"
    yield from ((name, document[name]) for name in ABOUT)
    if document["corrects"]:
        yield "corrects", document["corrects"]["digest"]
        yield "corrects_as_of", document["corrects"]["as_of"]
