"""A notice leaves: a mail to somebody who has no complaint, about a message of the queue of notices.

As with letters, it is claimed before it is sent and recorded after it. A claim whose outcome nobody knows
runs out, and its message comes again: a notice is doubled only in that window, and never lost.
"""

from copy import replace
from datetime import datetime, timedelta
from enum import StrEnum

from redress.domain.errors import Conflict
from redress.usecases.change import ATTEMPTS, Desk
from redress.usecases.ports import (
    Cap,
    CapReached,
    Mail,
    Mailer,
    MailRefused,
    Request,
    RequestSeen,
    VersionConflict,
)
from redress.usecases.send_letter import Count

CLIENT = "notices"
CLAIM = timedelta(seconds=60)  # longer than sending may take, shorter than the queue waits with it
REMEMBERED = timedelta(days=15)  # a day longer than the queue keeps a message


class Sending(StrEnum):
    """What became of it: sent now or before; or never to be sent, and why."""

    SENT = "sent"
    SENT_BEFORE = "sent_before"
    REFUSED = "refused"
    TOO_MANY = "too_many"


class NotNow(Exception):
    """The mail service refused for now, or the notice may be on its way: its message has to come again."""


def send_notice(
    desk: Desk, mailer: Mailer, mail: Mail, message: str, count: Count, *, first: bool
) -> Sending:
    """Send the mail of a message, unless it was sent before. `first`: the message never came before.

    Each notice counts once for its address, apart from letters: who asks in a player's name uses up none of
    theirs. Over the cap it is dropped. Raises NotNow, Conflict when others kept writing, and whatever the
    mail service ends with when nobody knows the outcome.
    """
    if desk.store.answer(CLIENT, _sent(message), desk.now()):
        return Sending.SENT_BEFORE
    about = mail.letter_id.partition("/")[0]
    try:
        _remember(desk, message, about, desk.now() + CLAIM, _apart(count(mail.to)) if first else None)
    except RequestSeen as claimed:
        raise NotNow from claimed
    except CapReached:
        return Sending.TOO_MANY
    try:
        mailer.send(mail)
    except MailRefused as refusal:
        if refusal.permanent:
            return Sending.REFUSED
        raise NotNow from refusal
    _remember(desk, _sent(message), about, desk.now() + REMEMBERED)
    return Sending.SENT


def _apart(cap: Cap) -> Cap:
    return replace(cap, source=f"{CLIENT}.{cap.source}")


def _sent(message: str) -> str:
    return f"{message} sent"


def _remember(desk: Desk, key: str, about: str, until: datetime, cap: Cap | None = None) -> None:
    """Store that a key is taken until an instant (UTC), in competition with others who count for a cap."""
    request = Request(client=CLIENT, key=key, fingerprint=key, expires_at=until)
    for attempt in range(ATTEMPTS):
        desk.pause(attempt)
        try:
            desk.store.remember(request, about, desk.now(), (cap,) if cap else ())
        except VersionConflict:
            continue
        return
    raise Conflict(about)
