"""What is known of a person goes, once its erasure was ordered; then it is on record that it is gone.

Nothing new can come: the order ends all private links, and every command that brings content is refused from
then on. What goes is named by events, which stay. So each step may happen again, and whatever was cut off is
finished by the next run.
"""

from enum import StrEnum

from redress.domain import audit
from redress.domain import events as e
from redress.domain.actors import SYSTEM
from redress.domain.commands import RecordErased
from redress.domain.values import Value
from redress.usecases.change import Desk, change
from redress.usecases.erasure_ports import Contents, Files, Mails
from redress.usecases.ports import CaseFile


class MailsElsewhere(Exception):
    """A complaint has mails, and this deployment knows no bucket of them: it takes in none, or no longer."""

    def __init__(self, number: str) -> None:
        self.number = number
        super().__init__(f"complaint {number} has mails, and there is no bucket to erase them from")


class Eraser(Value):
    """What erasing needs. `mails` None: the deployment takes in none."""

    desk: Desk
    contents: Contents
    files: Files
    mails: Mails | None


class Came(StrEnum):
    """What came of it: it is gone now, or was before; or nobody ordered it."""

    ERASED = "erased"
    AGAIN = "erased_again"
    NOT_ORDERED = "not_ordered"


def erase(eraser: Eraser, number: str) -> Came:
    """Erase what is known of the person of a complaint, if that was ordered, and record it.

    What is on record as gone is looked for again: a restored table may hold it. Raises NotFound, Unreadable,
    ChainBroken (an event that is missing may name a mail), MailsElsewhere, Conflict, and what the ports
    raise: then it is to be done again.
    """
    case = eraser.desk.store.load(number)
    audit.verify(case.records, case.state_head)
    if case.complaint.erasure_ordered_at is None:
        return Came.NOT_ORDERED
    _forget(eraser, case)
    change(eraser.desk, number, told(case), SYSTEM)
    return Came.AGAIN if case.complaint.erased_at else Came.ERASED


def told(case: CaseFile) -> RecordErased:
    """How much there was, by the events: so a repetition says the same."""
    happened = [record.event for record in case.records]
    return RecordErased(
        contents=sum(1 for record in case.records if record.content_hash),
        files=sum(1 for event in happened if isinstance(event, e.EvidenceAdded)),
        mails=len(_mails(case)),
    )


def _forget(eraser: Eraser, case: CaseFile) -> None:
    number, mails = case.complaint.number, _mails(case)
    if mails and eraser.mails is None:
        raise MailsElsewhere(number)
    eraser.files.forget(number)
    if eraser.mails:
        for mail in mails:
            eraser.mails.forget_versions(mail)
        eraser.mails.release(number)
    if case.complaint.consultation:
        eraser.contents.forget_consultation(case.complaint.consultation)
    eraser.contents.forget(number)


def _mails(case: CaseFile) -> list[str]:
    found = (record.event.mail for record in case.records if isinstance(record.event, e.MailReceived))
    return list(dict.fromkeys(found))
