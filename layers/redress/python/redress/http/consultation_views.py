"""What the operator's API shows of consultations."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypedDict

from redress.domain import consultation as domain
from redress.domain import instants
from redress.domain.consultation import Consultation, Event, Record
from redress.http.list_views import TotalView
from redress.usecases.consultation_ports import ConsultationPage, ListedConsultation


class ListedConsultationView(TypedDict):
    """A consultation in a list. `due_at` (exclusive) is when its answer is owed, null where none is.

    `urgent`: somebody has to see it at once, since it speaks of harm.
    """

    number: str
    version: int
    state: str
    brand: str
    category: str | None
    team: str
    urgent: bool
    asked_at: str
    due_at: str | None
    overdue: bool


class ConsultationPageView(TypedDict):
    """A part of a list. `cursor` and `next` lead to the part that follows and are null at the end.

    A page may hold fewer than asked for, even none, before the end. `total` is null unless asked for.
    """

    items: list[ListedConsultationView]
    cursor: str | None
    next: str | None
    total: TotalView | None


class ConsultationMessageView(TypedDict):
    """What was done, and written with it: `asked`, `answered`, `followed_up`, `closed`, `converted`."""

    at: str
    kind: str
    actor: str
    text: str | None


class ConsultationView(ListedConsultationView):
    """A consultation as it stands. `signals` are the kinds of harm that it speaks of.

    `complaint` is the one that the player made it.
    """

    jurisdiction: str | None
    language: str
    signals: list[str]
    complaint: str | None
    messages: list[ConsultationMessageView]


class NewConsultationView(TypedDict):
    """The number of a new consultation, and the key that opens it: nobody can tell it a second time.

    The player reads the answer at `/consultations/<number>/<key>` of the portal, or types both in there.
    """

    number: str
    key: str
    version: int
    self: str


class ChangedConsultationView(TypedDict):
    """Which consultation a request changed, its version then, and where it is found."""

    number: str
    version: int
    self: str


_KINDS: Mapping[type[Event], str] = {
    domain.Asked: "asked",
    domain.Answered: "answered",
    domain.FollowedUp: "followed_up",
    domain.Closed: "closed",
    domain.Converted: "converted",
}


def page(found: ConsultationPage, next_path: str | None, now: datetime) -> ConsultationPageView:
    """A part of a list."""
    total = found.total
    return {
        "items": [_listed(one, now) for one in found.items],
        "cursor": found.cursor,
        "next": next_path,
        "total": {"count": total.count, "at_least": total.at_least} if total else None,
    }


def consultation(one: Consultation, now: datetime) -> ConsultationView:
    """A consultation as it stands, with all that was written."""
    return {
        "number": one.number,
        "version": one.version,
        "state": one.state.value,
        "brand": one.brand,
        "category": one.category,
        "team": one.team,
        "urgent": bool(one.signals),
        "asked_at": instants.to_text(one.asked_at),
        "due_at": instants.to_text(one.due_at) if one.due_at else None,
        "overdue": _is_late(one.due_at, now),
        "jurisdiction": one.jurisdiction,
        "language": one.language,
        "signals": list(one.signals),
        "complaint": one.complaint,
        "messages": [_message(record) for record in one.records],
    }


def _listed(one: ListedConsultation, now: datetime) -> ListedConsultationView:
    return {
        "number": one.number,
        "version": one.version,
        "state": one.state,
        "brand": one.brand,
        "category": one.category,
        "team": one.team,
        "urgent": one.urgent,
        "asked_at": instants.to_text(one.asked_at),
        "due_at": instants.to_text(one.due_at) if one.due_at else None,
        "overdue": _is_late(one.due_at, now),
    }


def _message(record: Record) -> ConsultationMessageView:
    kind = _KINDS[type(record.event)]
    return {"at": instants.to_text(record.at), "kind": kind, "actor": record.actor, "text": record.text}


def _is_late(due_at: datetime | None, now: datetime) -> bool:
    return due_at is not None and due_at <= now
