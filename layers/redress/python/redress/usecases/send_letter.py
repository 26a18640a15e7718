"""A letter leaves: claim, send, record. Never lost; doubled only when the answer of the mail service is.

Between claim and record nobody knows whether it left. Only a definite refusal releases the claim; otherwise
it runs out, and then a statutory letter goes again under the same id, another one becomes a person's task.

What need not arrive is counted with its claim: so many letters may go to an address in a day.
"""

from collections.abc import Callable
from copy import replace
from enum import StrEnum
from functools import partial

from redress.domain import instants
from redress.domain.commands import ClaimLetter, Command, RecordLetterRefused, RecordLetterSent
from redress.domain.complaint import is_live, may_claim
from redress.domain.correspondence import MUST_ARRIVE, NO_CONTACT, TO_STAFF, TOO_MANY, Letter, LetterStatus
from redress.domain.errors import Conflict
from redress.usecases.change import ATTEMPTS, Desk, apply, change_as
from redress.usecases.contacts import next_contact, other_contact
from redress.usecases.ports import Cap, CapReached, CaseFile, Mail, Mailer, MailRefused, VersionConflict

SYSTEM = "system"
RECORD_ROUNDS = 5  # of ATTEMPTS each: what happened must be told, however busy the complaint is

type Render = Callable[[Letter, CaseFile], Mail]
type Count = Callable[[str], Cap]
"""What counts the mails of today to an address."""


class Outcome(StrEnum):
    """What became of it: sent, refused or put off to another day now; or not tried, and why."""

    SENT = "sent"
    REFUSED = "refused"
    PUT_OFF = "put_off"
    NOT_OWED = "not_owed"
    IN_FLIGHT = "in_flight"
    NOT_YET = "not_yet"


def send_letter(
    desk: Desk, mailer: Mailer, render: Render, count: Count, number: str, letter_key: str
) -> Outcome:
    """Send a letter of a complaint, if it is owed at this very moment and nobody else is sending it.

    It is written before it is claimed: what cannot be written claims nothing. Raises NotFound, what `render`
    and `count` raise, Conflict when others kept writing; and whatever the mail service ends with when the
    outcome is unknown, with the claim left standing.
    """
    claimed = _claim(desk, render, count, number, letter_key)
    if isinstance(claimed, Outcome):
        return claimed
    mail, attempt = claimed
    try:
        message_id = mailer.send(mail)
    except MailRefused as refusal:
        _record(desk, number, partial(_refused, letter_key, attempt, refusal))
        return Outcome.REFUSED
    _record(desk, number, lambda _: RecordLetterSent(letter=letter_key, message_id=message_id))
    return Outcome.SENT


def _refused(letter_key: str, attempt: int, refusal: MailRefused, case: CaseFile) -> RecordLetterRefused:
    tried = case.complaint.letters[letter_key].contact
    return RecordLetterRefused(
        letter=letter_key,
        reason=refusal.reason,
        permanent=refusal.permanent,
        attempt=attempt,
        other_contact=other_contact(case, tried),
    )


def _claim(
    desk: Desk, render: Render, count: Count, number: str, letter_key: str
) -> tuple[Mail, int] | Outcome:
    """The mail, claimed on the very version it was written from, and which attempt; or why there is none."""
    for attempt in range(ATTEMPTS):
        desk.pause(attempt)
        case = desk.store.load(number)
        letter = case.complaint.letters.get(letter_key)
        if letter is None or not is_live(case.complaint, letter):
            return Outcome.NOT_OWED
        if not may_claim(case.complaint, letter, desk.now(), desk.region.claim_expiry):
            return Outcome.IN_FLIGHT if letter.status is LetterStatus.CLAIMED else Outcome.NOT_YET
        try:
            return _claimed(desk, render, count, case, letter)
        except VersionConflict:
            continue
    raise Conflict(number)


def _claimed(
    desk: Desk, render: Render, count: Count, case: CaseFile, letter: Letter
) -> tuple[Mail, int] | Outcome:
    contact = _contact(case, letter)
    if contact is None:
        gone = RecordLetterRefused(letter=letter.key, reason=NO_CONTACT, permanent=True)
        apply(desk, case, gone, SYSTEM)
        return Outcome.REFUSED
    mail = render(replace(letter, contact=contact), case)
    caps = (count(mail.to),) if _counts(desk, case, letter) else ()
    try:
        apply(desk, case, ClaimLetter(letter=letter.key, contact=contact), SYSTEM, caps=caps)
    except CapReached:
        apply(desk, case, _tomorrow(desk, letter), SYSTEM)
        return Outcome.PUT_OFF
    return mail, letter.attempt + 1


def _tomorrow(desk: Desk, letter: Letter) -> RecordLetterRefused:
    from redress.usecases.caps import next_day  # noqa: PLC0415 - hardly any letter is put off

    tomorrow = instants.to_text(next_day(desk.now()))
    return RecordLetterRefused(letter=letter.key, reason=TOO_MANY, permanent=False, not_before=tomorrow)


def _contact(case: CaseFile, letter: Letter) -> int | None:
    """The place of the player's address it goes to; letters to staff and those of practice know but one."""
    own = letter.kind in TO_STAFF or case.complaint.training
    return 0 if own else next_contact(case, letter)


def _counts(desk: Desk, case: CaseFile, letter: Letter) -> bool:
    """Two programs that answer each other must come to an end; nothing that has to arrive waits for that.

    Nor does what staff are told. What the mail service refused today was counted when it was first tried: an
    outage uses nothing up.
    """
    if letter.kind in MUST_ARRIVE | TO_STAFF or case.complaint.training:
        return False
    tried = letter.status is LetterStatus.REFUSED and letter.not_before is None and letter.changed_at
    return not (tried and tried.date() == desk.now().date())


def _record(desk: Desk, number: str, fact: Callable[[CaseFile], Command]) -> None:
    for _ in range(RECORD_ROUNDS - 1):
        try:
            change_as(desk, number, fact, SYSTEM)
        except Conflict:
            continue
        return
    change_as(desk, number, fact, SYSTEM)
