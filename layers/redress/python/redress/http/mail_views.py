"""What the operator's API shows of the mails that came to a complaint."""

from typing import TypedDict

from redress.domain import instants
from redress.domain.parts import ReceivedMail
from redress.usecases.ports import CaseFile


class MailView(TypedDict):
    """A mail that came: the id of the mail service, its verdicts, and what it was taken as.

    `received` is its number. `taken_as`: complaint, reply, survey_declined, automatic, or held, for the
    `reasons` dmarc, spam, virus, automatic or bounce (a program sent it), or closed (it is the player's, and
    the complaint was closed); survey_declined among them is what it wishes. What is held
    `waits` until a person has `found` it to be the player's: accepted, or rejected. The verdicts are pass,
    fail, gray, processing_failed or disabled. `sender` and `subject` are what the mail says of itself;
    `text` is that of a mail that was held, of others it stands where they count; `whole` is everything in it,
    where something was taken for a quotation or a signature and left out. Null once erased.
    """

    received: int
    at: str
    mail: str
    taken_as: str
    waits: bool
    reasons: list[str]
    unknown_sender: bool
    spf: str
    dkim: str
    dmarc: str
    spam: str
    virus: str
    sender: str | None
    subject: str | None
    text: str | None
    whole: str | None
    found: str | None
    found_at: str | None


class MailsView(TypedDict):
    """Every mail that came to a complaint, the first one first."""

    number: str
    items: list[MailView]


def mails(case: CaseFile) -> MailsView:
    """The mails of a complaint."""
    items = [_mail(case, one) for one in case.complaint.mails.values()]
    return {"number": case.complaint.number, "items": items}


def _mail(case: CaseFile, one: ReceivedMail) -> MailView:
    told = case.contents.get(one.seq, {})
    return {
        "received": one.seq,
        "at": instants.to_text(one.at),
        "mail": one.mail,
        "taken_as": one.taken_as,
        "waits": one.waits,
        "reasons": list(one.reasons),
        "unknown_sender": one.unknown_sender,
        "spf": one.spf,
        "dkim": one.dkim,
        "dmarc": one.dmarc,
        "spam": one.spam,
        "virus": one.virus,
        "sender": told.get("from"),
        "subject": told.get("subject"),
        "text": told.get("text"),
        "whole": told.get("whole"),
        "found": one.found,
        "found_at": instants.to_text(one.found_at) if one.found_at else None,
    }
