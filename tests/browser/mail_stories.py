"""The states of a complaint's page in which mail matters: letters that arrived or not, mails that came."""

from functools import partial

from redress.domain import commands as c
from redress.domain.correspondence import Delivery, LetterKind
from tests.browser.complaint_stories import HANDLER, complained
from tests.browser.story import Shown, state
from tests.support.complaints import TRIAGE
from tests.support.mail_commands import go_out, held, mail
from tests.support.portal import Visitor


def acknowledged(visitor: Visitor, outcome: Delivery) -> str:
    """The tracking page of a complaint whose confirmation left, and what became of it."""
    path = complained(visitor)
    case = partial(visitor.store.load, path.split("/")[2])
    go_out(case, partial(visitor.operator, path), LetterKind.ACKNOWLEDGEMENT, outcome)
    visitor.operator(path, TRIAGE)
    return path


@state
def _tracking_delivered(visitor: Visitor) -> Shown:
    return Shown(path=acknowledged(visitor, Delivery.DELIVERED))


@state
def _tracking_delayed(visitor: Visitor) -> Shown:
    return Shown(path=acknowledged(visitor, Delivery.DELAYED))


@state
def _tracking_came_back(visitor: Visitor) -> Shown:
    return Shown(path=acknowledged(visitor, Delivery.BOUNCED))


@state
def _tracking_marked_as_spam(visitor: Visitor) -> Shown:
    path = acknowledged(visitor, Delivery.SPAM)
    visitor.operator(path, c.AddContact(content={"email": "other@example.test"}), actor=HANDLER)
    return Shown(path=path)


@state
def _tracking_replied_by_mail(visitor: Visitor) -> Shown:
    path = acknowledged(visitor, Delivery.DELIVERED)
    visitor.operator(path, mail(text="The chat of 12 April shows it.\n\nI can send a picture."))
    return Shown(path=path)


@state
def _tracking_mail_waits(visitor: Visitor) -> Shown:
    path = acknowledged(visitor, Delivery.DELIVERED)
    visitor.operator(path, held())
    return Shown(path=path)


@state
def _tracking_mails_looked_at(visitor: Visitor) -> Shown:
    path = acknowledged(visitor, Delivery.DELIVERED)
    visitor.operator(path, held(), held(mail_id="mail-2"))
    own, forged = (one.seq for one in visitor.complaint(path).held_mails)
    accepted = c.AcceptMail(received=own, content={"text": "It was me."})
    rejected = c.RejectMail(received=forged, content={"reason": "Forged."})
    visitor.operator(path, accepted, rejected, actor=HANDLER)
    return Shown(path=path)


@state
def _tracking_mail_came_late(visitor: Visitor) -> Shown:
    path = acknowledged(visitor, Delivery.DELIVERED)
    visitor.operator(path, c.Withdraw(), actor="player")
    visitor.operator(path, mail(), mail("survey_declined", mail_id="mail-2"))
    return Shown(path=path)
