"""What the operator's API shows of letters: how far each got, what became of it, and to which address."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypedDict

from redress.domain import events, instants
from redress.domain.complaint import is_live
from redress.domain.correspondence import TO_STAFF, Delivery, Letter, LetterStatus
from redress.usecases import contacts as known
from redress.usecases.ports import CaseFile


class ContactView(TypedDict):
    """An address of the player, by its `place`. Nothing more goes to one that `failed`."""

    place: int
    email: str
    failed: bool


class AcknowledgementView(TypedDict):
    """What became of the acknowledgement: owed, sent, delayed, delivered, bounced or marked_as_spam.

    It is `sent` once the mail service has it (or a person brought it), `delivered` once the player's mail
    server took it; `abandoned`: it does not leave. The instants are those of the last time it left.
    """

    state: str
    sent_at: str | None
    delivered_at: str | None


class LetterView(TypedDict):
    """A letter that the events owe, and how far it got: owed, claimed, refused, sent or abandoned.

    `attempts` counts how often it was given to the mail service, `changed_at` when its status changed last.
    `delivery` is what the mail service told since, at `delivery_at`: delayed, delivered, bounced or
    marked_as_spam. `contact` is the place of the address that it went to: null for what goes to your own
    people, for letters of practice, and for what did not go by mail.
    """

    letter: str
    kind: str
    caused_by: int
    status: str
    attempts: int
    changed_at: str | None
    sent_at: str | None
    message_id: str | None
    contact: int | None
    delivery: str | None
    delivery_at: str | None


def contacts(case: CaseFile) -> list[ContactView]:
    """The addresses of the player, those that failed included."""
    failed = case.complaint.failed_contacts
    return [
        {"place": place, "email": email, "failed": place in failed}
        for place, email in enumerate(known.contacts(case))
    ]


def acknowledgement(case: CaseFile) -> AcknowledgementView:
    """What became of the acknowledgement."""
    letter = case.complaint.acknowledgement
    if letter is None:
        return {"state": LetterStatus.ABANDONED, "sent_at": None, "delivered_at": None}
    sent_at = _last(case, events.LetterSent).get(letter.key)
    delivered_at = _last(case, events.LetterDelivered).get(letter.key)
    arrived = letter.delivery in {Delivery.DELIVERED, Delivery.SPAM}
    return {
        "state": letter.fate or _before_it_left(case, letter),
        "sent_at": _text(sent_at),
        "delivered_at": _text(delivered_at) if arrived else None,
    }


def letters(case: CaseFile) -> list[LetterView]:
    """Every letter, in the order in which they came to be owed."""
    sent = _last(case, events.LetterSent)
    return [_letter(case, one, sent.get(one.key)) for one in case.complaint.letters.values()]


def _letter(case: CaseFile, one: Letter, sent_at: datetime | None) -> LetterView:
    to_player = one.message_id and one.kind not in TO_STAFF and not case.complaint.training
    return {
        "letter": one.key,
        "kind": one.kind,
        "caused_by": one.cause,
        "status": one.status,
        "attempts": one.attempt,
        "changed_at": _text(one.changed_at),
        "sent_at": _text(sent_at),
        "message_id": one.message_id or None,
        "contact": one.contact if to_player else None,
        "delivery": one.delivery,
        "delivery_at": _text(one.delivery_at) if one.delivery else None,
    }


def _before_it_left(case: CaseFile, letter: Letter) -> str:
    return LetterStatus.OWED if is_live(case.complaint, letter) else LetterStatus.ABANDONED


def _last(case: CaseFile, kind: type[events.LetterSent | events.LetterDelivered]) -> Mapping[str, datetime]:
    """When it happened the last time to each letter."""
    return {one.event.letter: one.at for one in case.records if isinstance(one.event, kind)}


def _text(instant: datetime | None) -> str | None:
    return instants.to_text(instant) if instant else None
