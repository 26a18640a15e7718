"""Corrective actions: what the operator does so that a cause brings no more complaints.

They are the operator's, not a complaint's; a complaint names the one that is to help (`CauseFound`). An id is
a complaint's number with an `A` before it, `A-R7K3-9QXM-3`, so that nobody takes one for the other.
"""

from datetime import datetime

from redress.domain import number as complaint_number
from redress.domain.errors import ActionDone
from redress.domain.values import Value

RANDOM_BITS = complaint_number.RANDOM_BITS
_SIGNS = 10  # of an id, without what stands between them


class CorrectiveAction(Value):
    """What is to be done against a cause, and who opened and completed it when (`app:<client>/<person>`).

    `cause` is an id of the region file's list, as it was then; `owner` is the id of a team. `due_on` and
    `done_on` are local days (ISO 8601); the instants are UTC. `version` rises with each change.
    """

    id: str
    title: str
    cause: str
    owner: str
    due_on: str
    opened_at: datetime
    opened_by: str
    version: int = 1
    done_on: str | None = None
    completed_at: datetime | None = None
    completed_by: str | None = None

    @property
    def place(self) -> tuple[str, str]:
        """Its place in lists: what is due first comes first."""
        return self.due_on, self.id


def from_random(value: int) -> str:
    """The id for a random integer of RANDOM_BITS bits."""
    return f"A-{complaint_number.from_random(value)}"


def parse(text: str) -> str | None:
    """The id that a person typed, with or without the `A`, in its one spelling; None when it can be none."""
    plain = text.strip().upper().replace("-", "")
    if len(plain) == _SIGNS and plain.startswith("A"):
        plain = plain[1:]
    number = complaint_number.parse(plain)
    return f"A-{number}" if number else None


def complete(action: CorrectiveAction, done_on: str, at: datetime, by: str) -> CorrectiveAction:
    """The action once it is done. Raises ActionDone for one that is."""
    if action.done_on is not None:
        raise ActionDone(action.id, action.done_on)
    return action.__replace__(version=action.version + 1, done_on=done_on, completed_at=at, completed_by=by)
