"""What the operator's API can do with mail: what came, what a person finds of it, and where letters go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redress.domain import commands
from redress.domain.commands import Command
from redress.http import mail_views
from redress.http.answer import Answer
from redress.http.changing import case_of, change, refuse
from redress.http.outcomes import tag
from redress.http.requests import Call
from redress.usecases.contacts import has_working
from redress.usecases.ports import CaseFile

if TYPE_CHECKING:  # they bring pydantic: the resolver imports the one that a request is read with
    from redress.http import mail_bodies as bodies


def list_mails(call: Call) -> Answer:
    """List the mails that came to a complaint, what they were taken as, and what was found of them."""
    case = case_of(call)
    return Answer(body=mail_views.mails(case), headers=tag(case.complaint.version))


def accept_mail(call: Call, _asked: bodies.MailAcceptance) -> Answer:
    """Say that a mail which was held is the player's: it counts as their reply, and its files are taken.

    It counts since it came. At a closed complaint it is put on record, and changes nothing else. What wishes
    for no survey (`survey_declined` among its `reasons`) declines it, and is no reply.
    """
    received = _received(call)

    def choose(case: CaseFile) -> Command:
        text = case.contents.get(received, {}).get("text") or ""
        return commands.AcceptMail(received=received, content={"text": text})

    return change(call, choose)


def reject_mail(call: Call, asked: bodies.MailRejection) -> Answer:
    """Say that a mail which was held is not the player's: it stays on record, and changes nothing."""
    command = commands.RejectMail(received=_received(call), content={"reason": asked.reason})
    return change(call, lambda _: command)


def add_contact(call: Call, asked: bodies.NewContact) -> Answer:
    """Add an e-mail address of the player; what did not arrive for want of one goes there by itself.

    One to which mail failed may be added again: from then on it counts as one that works.
    """

    def choose(case: CaseFile) -> Command:
        if has_working(case, asked.email):
            refuse("email", "known_contact", "Send an address that is not among its contacts, or has failed.")
        return commands.AddContact(content={"email": asked.email})

    return change(call, choose)


def _received(call: Call) -> int:
    """The number of the mail in the path."""
    place = call.path["received"]
    if not (place.isascii() and place.isdecimal() and len(place) < 7):
        refuse("received", "unknown_mail", "Send the number of the mail, its `received`, such as 7.")
    return int(place)
