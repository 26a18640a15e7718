"""What is known of a person: how long it has to stay, and how it goes.

The register stays: events hold no personal data. What goes is the content beside them, with the salts that
its hashes were made with, the files, and the mails as they came.
"""

from typing import assert_never

from redress.domain import commands as c
from redress.domain import events as e
from redress.domain.changes import Change, illegal
from redress.domain.complaint import Complaint

PERSONAL_DATA = (c.PlaceLegalHold, c.LiftLegalHold, c.OrderErasure, c.RecordErased)

REQUEST, RETENTION = "request", "retention"
"""Why something is erased: the person asks for it, or its time is over."""

STILL_RECORDED = (
    *(c.OrderErasure, c.RecordErased, c.ReachMilestone),
    *(c.RecordLetterSent, c.RecordLetterRefused, c.RecordDelivery),
    *(c.AddEvidence, c.RefuseEvidence, c.RecordScan),
)
"""What was under way when the erasure was ordered, and breaches: on record, and nothing personal in them.

A file that comes now is refused, as at any closed complaint.
"""

type PersonalData = c.PlaceLegalHold | c.LiftLegalHold | c.OrderErasure | c.RecordErased


def check_known(complaint: Complaint, command: c.Command) -> None:
    """Raises IllegalTransition where nothing more may become known of the person."""
    finished = isinstance(command, c.CloseTask) and not command.content  # what a breach asks for
    if complaint.erasure_ordered_at and not finished and not isinstance(command, STILL_RECORDED):
        raise illegal(complaint, command, "the personal data of this complaint is erased")


def without_tasks(complaint: Complaint, command: c.Command, changes: list[Change]) -> list[Change]:
    """Nobody can work on a letter or a file of who is forgotten; what a breach asks for is still done."""
    if complaint.erasure_ordered_at is None or isinstance(command, c.ReachMilestone):
        return changes
    return [one for one in changes if not isinstance(one.event, e.TaskOpened)]


def decide(complaint: Complaint, command: PersonalData) -> list[Change]:
    """The events of a command; none where it was done before. Raises IllegalTransition."""
    match command:
        case c.PlaceLegalHold():
            if complaint.on_legal_hold:
                raise illegal(complaint, command, "it is under a legal hold already")
            return [Change(event=e.LegalHoldPlaced(), content=command.content)]
        case c.LiftLegalHold():
            if not complaint.on_legal_hold:
                raise illegal(complaint, command, "it is under no legal hold")
            return [Change(event=e.LegalHoldLifted(), content=command.content)]
        case c.OrderErasure():
            return _order(complaint, command)
        case c.RecordErased():
            return _erased(complaint, command)
        case _:
            assert_never(command)


def _order(complaint: Complaint, command: c.OrderErasure) -> list[Change]:
    """Whoever still waits for money, or for a court, cannot be forgotten; nobody has to do anything more."""
    if complaint.erasure_ordered_at:
        return []
    if complaint.on_legal_hold:
        raise illegal(complaint, command, "it is under a legal hold: lift that first")
    if complaint.unpaid:
        raise illegal(complaint, command, "redress is still to be paid: record its payment first")
    tasks = (e.TaskClosed(opened=task.opened, outcome="not_needed") for task in complaint.open_tasks)
    return [Change(event=e.ErasureOrdered(because=command.because)), *(Change(event=one) for one in tasks)]


def _erased(complaint: Complaint, command: c.RecordErased) -> list[Change]:
    if complaint.erasure_ordered_at is None:
        raise illegal(complaint, command, "nobody ordered its erasure")
    if complaint.erased_at:
        return []
    return [Change(event=e.PersonalDataErased(**vars(command)))]
