"""A letter leaves: claim, send, record. Never lost; doubled only when the answer of the mail service is.

Between claim and record nobody knows whether it left. Only a definite refusal releases the claim; otherwise
it runs out, and then a statutory letter goes again under the same id, another one becomes a person's task.
"""

from collections.abc import Callable
from copy import replace
from enum import StrEnum

from redress.domain.commands import ClaimLetter, Command, RecordLetterRefused, RecordLetterSent
from redress.domain.complaint import may_claim
from redress.domain.correspondence import NO_CONTACT, TO_STAFF, Letter, LetterStatus
from redress.domain.errors import Conflict
from redress.usecases.change import ATTEMPTS, Desk, apply, change
from redress.usecases.contacts import next_contact
from redress.usecases.ports import CaseFile, Mail, Mailer, MailRefused, VersionConflict

SYSTEM = "system"
RECORD_ROUNDS = 5  # of ATTEMPTS each: what happened must be told, however busy the complaint is

type Render = Callable[[Letter, CaseFile], Mail]


class Outcome(StrEnum):
    """What became of it: sent or refused now; or not tried, and why."""

    SENT = "sent"
    REFUSED = "refused"
    NOT_OWED = "not_owed"
    IN_FLIGHT = "in_flight"
    NOT_YET = "not_yet"


def send_letter(desk: Desk, mailer: Mailer, render: Render, number: str, letter_key: str) -> Outcome:
    """Send a letter of a complaint, if it is owed at this very moment and nobody else is sending it.

    It is written before it is claimed: what cannot be written claims nothing. Raises NotFound, what `render`
    raises, Conflict when others kept writing; and whatever the mail service ends with when the outcome is
    unknown, with the claim left standing.
    """
    mail = _claim(desk, render, number, letter_key)
    if isinstance(mail, Outcome):
        return mail
    try:
        message_id = mailer.send(mail)
    except MailRefused as refusal:
        refused = RecordLetterRefused(letter=letter_key, reason=refusal.reason, permanent=refusal.permanent)
        _record(desk, number, refused)
        return Outcome.REFUSED
    _record(desk, number, RecordLetterSent(letter=letter_key, message_id=message_id))
    return Outcome.SENT


def _claim(desk: Desk, render: Render, number: str, letter_key: str) -> Mail | Outcome:
    """The mail, claimed on the very version it was written from; or why there is none."""
    for attempt in range(ATTEMPTS):
        desk.pause(attempt)
        case = desk.store.load(number)
        letter = case.complaint.letters.get(letter_key)
        if letter is None or not letter.is_live(case.complaint.stage):
            return Outcome.NOT_OWED
        if not may_claim(case.complaint, letter, desk.now(), desk.region.claim_expiry):
            return Outcome.IN_FLIGHT if letter.status is LetterStatus.CLAIMED else Outcome.NOT_YET
        contact = 0 if letter.kind in TO_STAFF else next_contact(case)
        if contact is None:
            gone = RecordLetterRefused(letter=letter_key, reason=NO_CONTACT, permanent=True)
            _record(desk, number, gone)
            return Outcome.REFUSED
        mail = render(replace(letter, contact=contact), case)
        try:
            apply(desk, case, ClaimLetter(letter=letter_key, contact=contact), SYSTEM)
        except VersionConflict:
            continue
        return mail
    raise Conflict(number)


def _record(desk: Desk, number: str, fact: Command) -> None:
    for _ in range(RECORD_ROUNDS - 1):
        try:
            change(desk, number, fact, SYSTEM)
        except Conflict:
            continue
        return
    change(desk, number, fact, SYSTEM)
