"""What became of a letter goes on record: delivered, delayed, bounced, marked as spam.

The mail service tells it late, twice and in any order; what is no news changes nothing.
"""

from enum import StrEnum

from redress.domain.commands import RecordDelivery
from redress.domain.correspondence import TO_STAFF, Delivery
from redress.domain.errors import IllegalTransition, NotFound
from redress.domain.values import Value
from redress.usecases.change import Desk, change_as
from redress.usecases.contacts import other_contact
from redress.usecases.ports import CaseFile

SYSTEM = "system"
FAILED = frozenset({Delivery.BOUNCED, Delivery.SPAM})


class Told(Value):
    """What the mail service tells of one mail: the fields of RecordDelivery, and the complaint's number."""

    number: str
    letter: str
    message_id: str
    outcome: Delivery
    reason: str = ""
    permanent: bool = False


class Came(StrEnum):
    """What came of it: it is on record now, or it was known, or there is no such letter."""

    RECORDED = "recorded"
    KNOWN = "known"
    NO_LETTER = "no_letter"


class Recorded(Value):
    """What came of it. `failed`: a letter did not reach its reader, or was not wanted; `to_staff`: which."""

    came: Came
    failed: bool = False
    to_staff: bool = False


def record_delivery(desk: Desk, told: Told) -> Recorded:
    """Put what the mail service tells on record. Raises Conflict when others kept writing: tell it again."""
    decided_on: list[CaseFile] = []

    def command(case: CaseFile) -> RecordDelivery:
        decided_on.append(case)
        return _command(told, case)

    try:
        changed = change_as(desk, told.number, command, SYSTEM)
    except (NotFound, IllegalTransition):  # a letter of another stack, or of a complaint that is gone
        return Recorded(came=Came.NO_LETTER)
    complaint = decided_on[-1].complaint
    if changed.version == complaint.version:
        return Recorded(came=Came.KNOWN)
    to_staff = complaint.letters[told.letter].kind in TO_STAFF
    return Recorded(came=Came.RECORDED, failed=told.outcome in FAILED, to_staff=to_staff)


def _command(told: Told, case: CaseFile) -> RecordDelivery:
    letter = case.complaint.letters.get(told.letter)
    return RecordDelivery(
        letter=told.letter,
        message_id=told.message_id,
        outcome=told.outcome,
        reason=told.reason,
        permanent=told.permanent,
        other_contact=letter is not None and other_contact(case, letter.contact),
    )
