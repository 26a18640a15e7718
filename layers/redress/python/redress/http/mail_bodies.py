"""What callers of the operator's API send about mail."""

from redress.http.bodies import Note
from redress.http.fields import Email, Strict


class MailAcceptance(Strict):
    """Nothing: the mail says it all."""


class MailRejection(Strict):
    """Why a mail that was held is not the player's."""

    reason: Note


class NewContact(Strict):
    """Another e-mail address of the player."""

    email: Email
