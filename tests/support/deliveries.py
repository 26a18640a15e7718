"""A complaint whose letters leave by hand, and what the mail service tells of them."""

from collections.abc import Iterable

from redress.domain import commands as c
from redress.domain.changes import Change
from redress.domain.correspondence import Delivery, LetterKind
from redress.domain.milestones import milestones
from redress.domain.next_step import NextStep, next_step
from tests.support.complaints import CLAIM_EXPIRY, SYSTEM, Case


def told(
    case: Case,
    kind: LetterKind,
    outcome: Delivery,
    message: str = "message-1",
    *,
    other: bool = False,
    permanent: bool = True,
) -> list[str]:
    """Tell what became of the latest letter of a kind; the names of the events it leads to.

    `other`: there is another address to try.
    """
    command = c.RecordDelivery(
        letter=case.letter(kind).key,
        message_id=message,
        outcome=outcome,
        reason="bounce" if outcome is Delivery.BOUNCED else "",
        permanent=permanent,
        other_contact=other,
    )
    return names(case.do(command, SYSTEM))


def names(changes: Iterable[Change]) -> list[str]:
    """The names of the events of some changes."""
    return [type(change.event).__name__ for change in changes]


def claim(case: Case, kind: LetterKind, contact: int = 0) -> None:
    """The latest letter of a kind is about to leave."""
    case.do(c.ClaimLetter(letter=case.letter(kind).key, contact=contact), SYSTEM)


def leave(case: Case, kind: LetterKind, message: str, contact: int = 0) -> None:
    """The latest letter of a kind leaves."""
    claim(case, kind, contact)
    case.do(c.RecordLetterSent(letter=case.letter(kind).key, message_id=message), SYSTEM)


def refuse(case: Case, kind: LetterKind, reason: str) -> None:
    """The latest letter of a kind never leaves."""
    refused = c.RecordLetterRefused(letter=case.letter(kind).key, reason=reason, permanent=True)
    case.do(refused, SYSTEM)


def owed(case: Case) -> NextStep:
    """What the workflow does next."""
    ahead = milestones(case.rules, case.complaint)
    return next_step(case.complaint, ahead, case.now, CLAIM_EXPIRY)


def tasks(case: Case) -> list[tuple[str, str | None]]:
    """What persons have to do, and about which letter."""
    return [(task.task, task.letter) for task in case.complaint.open_tasks]
