"""What the mail service and its mailbox tell of a complaint, as commands for tests."""

from collections.abc import Callable

from redress.domain import commands as c
from redress.domain.commands import Command
from redress.domain.complaint import Complaint
from redress.domain.correspondence import Delivery, LetterKind
from redress.usecases.contacts import other_contact
from redress.usecases.ports import CaseFile

SENDER = "fourth-player@example.com"


def mail(
    taken_as: str = "reply",
    text: str = "It was the blue one.",
    *,
    mail_id: str = "mail-1",
    dmarc: str = "pass",
    reasons: tuple[str, ...] | None = None,
) -> c.ReceiveMail:
    """A mail came; what failed DMARC waits for that reason unless others are given."""
    doubted = ("dmarc",) if dmarc == "fail" else ()
    return c.ReceiveMail(
        mail=mail_id,
        taken_as=taken_as,
        reasons=doubted if reasons is None else reasons,
        spf="pass",
        dkim=dmarc,
        dmarc=dmarc,
        spam="pass",
        virus="pass",
        content={
            "message_id": f"<{mail_id}@mail.example.com>",
            "from": SENDER,
            "subject": "Re: Your complaint",
            "text": text,
        },
    )


def held(text: str = "It was me.", *, mail_id: str = "mail-1") -> c.ReceiveMail:
    """A mail came of which nobody can be sure."""
    return mail("held", text, mail_id=mail_id, dmarc="fail")


def leaves(complaint: Complaint, kind: LetterKind, contact: int = 0) -> list[Command]:
    """The latest letter of a kind goes to an address."""
    key = _latest(complaint, kind)
    sent = c.RecordLetterSent(letter=key, message_id=f"message-{key}-{contact}")
    return [c.ClaimLetter(letter=key, contact=contact), sent]


def told(case: CaseFile, kind: LetterKind, outcome: Delivery) -> c.RecordDelivery:
    """The mail service tells what became of the latest letter of a kind; what bounces does so for good."""
    letter = case.complaint.letters[_latest(case.complaint, kind)]
    bounced = outcome is Delivery.BOUNCED
    return c.RecordDelivery(
        letter=letter.key,
        message_id=letter.message_id or "",
        outcome=outcome,
        reason="bounce" if bounced else "",
        permanent=bounced,
        other_contact=other_contact(case, letter.contact),
    )


def go_out(
    case: Callable[[], CaseFile],
    do: Callable[[Command], object],
    kind: LetterKind,
    outcome: Delivery,
    contact: int = 0,
) -> None:
    """The latest letter of a kind goes to an address, and the mail service tells what became of it."""
    for command in leaves(case().complaint, kind, contact):
        do(command)
    do(told(case(), kind, outcome))


def _latest(complaint: Complaint, kind: LetterKind) -> str:
    return [one.key for one in complaint.letters.values() if one.kind is kind][-1]
