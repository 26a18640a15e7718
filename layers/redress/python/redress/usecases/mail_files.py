"""The files of a mail: they go into quarantine as if the player had sent them by a form."""

import hashlib

from redress.domain import commands
from redress.domain.actors import PLAYER
from redress.domain.evidence import ID_BITS, MOST_FILES, Refusal
from redress.domain.parts import ReceivedMail
from redress.mailroom.incoming import Incoming
from redress.usecases.change import Desk, change
from redress.usecases.mail_ports import FAIL, Quarantine

_TAKEN = frozenset({"complaint", "reply"})


def take_files(desk: Desk, quarantine: Quarantine, number: str, mail: str, incoming: Incoming) -> int:
    """Put the files of a mail that counts as the player's into quarantine; how many there were.

    Each has its id from the mail and its place there, so that a mail that comes again brings the same files.
    What was too large or too many is on record as refused. A complaint whose erasure was ordered takes none.
    Raises what `change` raises.
    """
    received = on_record(desk, number, mail)
    if received is None or not _counts(received) or is_forgotten(desk, number):
        return 0
    for place, file in enumerate(incoming.attachments):
        quarantine.put(number, _id(mail, f"{place}"), file.content, PLAYER)
    why = Refusal.TOO_MANY if len(incoming.attachments) >= MOST_FILES else Refusal.TOO_LARGE
    for place in range(min(incoming.left_out, MOST_FILES)):
        refused = commands.RefuseEvidence(evidence=_id(mail, f"left out {place}"), reason=why)
        change(desk, number, refused, PLAYER)
    return len(incoming.attachments)


def on_record(desk: Desk, number: str, mail: str) -> ReceivedMail | None:
    """What a complaint knows of a mail; None where it was one too many. Raises NotFound."""
    known = desk.store.load(number).complaint.mails.values()
    return next((one for one in known if one.mail == mail), None)


def is_forgotten(desk: Desk, number: str) -> bool:
    """Whether the erasure of a complaint was ordered. Raises NotFound."""
    return desk.store.load(number).complaint.erasure_ordered_at is not None


def _counts(mail: ReceivedMail) -> bool:
    """Not before a person has found so, where one has to; never with a virus in it."""
    taken = mail.taken_as in _TAKEN or mail.found == "accepted"
    return taken and mail.virus != FAIL


def _id(mail: str, place: str) -> str:
    return hashlib.sha256(f"mail\n{mail}\n{place}".encode()).hexdigest()[: ID_BITS // 4]
