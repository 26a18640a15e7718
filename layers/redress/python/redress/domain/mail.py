"""What mail changes of a complaint's state: addresses that reach nobody, and mails that came."""

from __future__ import annotations

from copy import replace
from typing import TYPE_CHECKING, Any

from redress.domain import events as e
from redress.domain import instants
from redress.domain.correspondence import INVALID_ADDRESS, TO_STAFF, LetterKind
from redress.domain.parts import ACCEPTED, REJECTED, Extension, ReceivedMail

if TYPE_CHECKING:  # it is made of what this module says
    from redress.domain.audit import Record
    from redress.domain.complaint import Complaint


def failed(
    complaint: Complaint, event: e.LetterBounced | e.LetterMarkedAsSpam | e.LetterRefused
) -> dict[str, Any]:
    """Nothing more goes to an address of the player that nothing reaches, or whose owner does not want it.

    Letters of practice go to the operator's own mailbox, and say nothing about an address.
    """
    if complaint.training or event.kind in TO_STAFF or not _for_good(event):
        return {}
    return {"failed_contacts": complaint.failed_contacts | {complaint.letters[event.letter].contact}}


def untold(
    complaint: Complaint, event: e.LetterBounced | e.LetterMarkedAsSpam | e.LetterRefused
) -> dict[str, Any]:
    """An extension that holds by notice alone moves no date as long as its letter reaches nobody."""
    if event.kind != LetterKind.EXTENSION or not _is_given_up(event):
        return {}
    cause = complaint.letters[event.letter].cause
    return {"extensions": tuple(_not_told(one, cause) for one in complaint.extensions)}


def _is_given_up(event: e.LetterBounced | e.LetterMarkedAsSpam | e.LetterRefused) -> bool:
    """Whether a letter goes nowhere any more, and did not arrive."""
    match event:
        case e.LetterBounced(again=again):
            return not again
        case e.LetterRefused(permanent=permanent, again=again):
            return permanent and not again
        case e.LetterMarkedAsSpam():  # it was seen
            return False


def _not_told(extension: Extension, seq: int) -> Extension:
    untold = extension.seq == seq and extension.by_notice
    return replace(extension, holds_since=None) if untold else extension


def _for_good(event: e.LetterBounced | e.LetterMarkedAsSpam | e.LetterRefused) -> bool:
    match event:
        case e.LetterBounced(permanent=permanent):
            return permanent
        case e.LetterRefused(permanent=permanent, reason=reason):
            return permanent and reason == INVALID_ADDRESS
        case e.LetterMarkedAsSpam():
            return True


def came(
    complaint: Complaint, event: e.MailReceived | e.MailAccepted | e.MailRejected, record: Record
) -> dict[str, Any]:
    """The mails, and what a person found about those that wait."""
    if isinstance(event, e.MailReceived):
        came_at = instants.from_text(event.came_at) if event.came_at else None
        mail = ReceivedMail(seq=record.seq, at=record.at, **{**vars(event), "came_at": came_at})
    else:
        found = ACCEPTED if isinstance(event, e.MailAccepted) else REJECTED
        mail = replace(complaint.mails[event.received], found=found, found_at=record.at)
    return {"mails": {**complaint.mails, mail.seq: mail}}
