"""The access export of a player (Art. 15 GDPR): everything that is held about them, a part at a time.

Nothing is changed by it. Who exported whom is for the caller to put on record: `numbers` says what was told.
"""

import json
from datetime import datetime
from typing import TypedDict

from redress.domain import audit, instants
from redress.domain.consultation import Consultation
from redress.domain.errors import NoSuchConsultation, NotFound
from redress.domain.reading import RulePackInvalid
from redress.domain.values import Value
from redress.usecases import export_document, export_words, players
from redress.usecases.export_document import ExportedComplaintView, Sources
from redress.usecases.players import Lists
from redress.usecases.ports import CaseFile, Store

MOST = 10
"""Complaints of a part, unless fewer are asked for."""
LARGEST_PART = 4_000_000
"""Characters of the document in a part, written as cautiously as any gateway may: Lambda hands on 6 MB."""


NOT_AT_ALL = (
    "It cannot be read, so nothing of it is in here. Have those who run the system mend it "
    "(`redress check` names what is wrong), then export again."
)
IN_PART = (
    "Its history is not whole, so what is in here may not be all that is held. Have those who run the "
    "system mend it (`redress check` names what is wrong), then export again."
)


class UnreadableView(TypedDict):
    """A complaint of the player that is missing, or of which something may be; `hint` says what to do."""

    number: str
    hint: str


class PersonExportView(TypedDict):
    """Everything that is held about a player, in parts: `cursor` leads to the next one, null at the end.

    A part may hold fewer complaints than asked for, even none, before the end. `notes` say how to read it.
    While `unreadable` names a complaint, the export is not yet everything.
    """

    generated_at: str
    brand: str
    privacy_url: str | None
    notes: list[str]
    complaints: list[ExportedComplaintView]
    unreadable: list[UnreadableView]
    cursor: str | None


class Asked(Value):
    """Whose export: the player's lists, and of which brand (id). `limit` and `cursor`: which part."""

    known: Lists
    brand: str
    limit: int = MOST
    cursor: str | None = None


def export(store: Store, sources: Sources, asked: Asked, now: datetime) -> PersonExportView:
    """A part of the export as of `now` (UTC). Raises InvalidInput for a cursor of another player."""
    found = players.page(store, asked.known, asked.limit, asked.cursor)
    complaints: list[ExportedComplaintView] = []
    unreadable: list[UnreadableView] = []
    cursor, size = found.cursor, 0
    for place, number in enumerate(found.numbers):
        one, hint = _read(store, sources, asked.brand, number)
        size += len(json.dumps(json.dumps(one, ensure_ascii=False)))
        if complaints and size > LARGEST_PART:
            cursor = players.page(store, asked.known, place, asked.cursor).cursor
            break
        complaints += [one] if one else []
        unreadable += [{"number": number, "hint": hint}] if hint else []
    return document(sources, asked.brand, complaints, unreadable, cursor, now)


def document(
    sources: Sources,
    brand: str,
    complaints: list[ExportedComplaintView],
    unreadable: list[UnreadableView],
    cursor: str | None,
    now: datetime,
) -> PersonExportView:
    """The document about these complaints."""
    known = sources.region.brand(brand)
    return {
        "generated_at": instants.to_text(now),
        "brand": known.name if known else brand,
        "privacy_url": known.privacy_url if known else None,
        "notes": list(export_words.NOTES),
        "complaints": complaints,
        "unreadable": unreadable,
        "cursor": cursor,
    }


def consultation_of(store: Store, number: str, now: datetime) -> Consultation | None:
    """A consultation, if it is still there."""
    try:
        return store.consultations.load(number, now)
    except NoSuchConsultation:
        return None


def missing(case: CaseFile) -> str | None:
    """What to say of a complaint whose history has gaps, or was altered; None where it is whole."""
    try:
        audit.verify(case.records, case.state_head)
    except audit.ChainBroken:
        return IN_PART
    return None


def _read(
    store: Store, sources: Sources, brand: str, number: str
) -> tuple[ExportedComplaintView | None, str | None]:
    """A complaint, and what to say of one that cannot be read whole: it holds up no other.

    The lists may lag: what is gone, or another brand's, is left out.
    """
    try:
        case = store.load(number)
        if case.complaint.brand != brand:
            return None, None
        return export_document.complaint(case, sources), missing(case)
    except NotFound:
        return None, None
    except (audit.Unreadable, RulePackInvalid):
        return None, NOT_AT_ALL
