"""An anonymous consultation: a question without a name, answered to whoever holds its key.

It is no complaint: no statutory clock runs, and nothing of it is in the register or the audit chain. Two
promises of the house hold. It is answered within the days that the region file says; and if it becomes a
complaint, that one was received when the consultation was asked.

Like a complaint it is its records: facts, and beside them what was written, which can be erased by itself.
"""

from collections.abc import Callable, Iterable, Mapping
from copy import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from redress.domain import clock, instants
from redress.domain.categories import present
from redress.domain.errors import ConsultationOver
from redress.domain.values import Value

MOST_MESSAGES = 40
"""Written in one consultation, by both sides: what goes on for longer is a complaint, or a new question."""


class State(StrEnum):
    """Where a consultation stands: `open` while the operator owes an answer."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"
    CONVERTED = "converted"


class Asked(Value):
    """Somebody asks. `due_at` is when the answer is owed (exclusive), `key_hash` what opens the consultation.

    `signals` are the kinds of harm that the text speaks of; `category` and `jurisdiction` are told or not.
    """

    brand: str
    language: str
    team: str
    due_at: str
    key_hash: str
    category: str | None = None
    jurisdiction: str | None = None
    signals: tuple[str, ...] = ()


class Answered(Value):
    """The operator answers."""


class FollowedUp(Value):
    """The player asks on. `due_at` is when the answer is owed, if none was owed yet."""

    due_at: str
    signals: tuple[str, ...] = ()


class Closed(Value):
    """The operator closes it."""


class Converted(Value):
    """The player made it a complaint, which goes on under the number `complaint`."""

    complaint: str


type Event = Asked | Answered | FollowedUp | Closed | Converted

EVENT_TYPES: Mapping[str, type[Event]] = {
    one.__name__: one for one in (Asked, Answered, FollowedUp, Closed, Converted)
}


class Record(Value):
    """An event, and what was written with it: None where nothing was, or where it was erased. `at` is UTC."""

    seq: int
    at: datetime
    actor: str
    event: Event
    text: str | None = None


class Consultation(Value):
    """A consultation as it stands. `due_at` is None while no answer is owed; instants are UTC.

    `changed_at` is the instant of the last record, `complaint` the number that it goes on under.
    """

    number: str
    state: State
    brand: str
    language: str
    team: str
    key_hash: str
    asked_at: datetime
    due_at: datetime | None
    changed_at: datetime
    records: tuple[Record, ...]
    category: str | None = None
    jurisdiction: str | None = None
    signals: tuple[str, ...] = ()
    complaint: str | None = None

    @property
    def version(self) -> int:
        """How many records there are."""
        return len(self.records)

    @property
    def messages(self) -> int:
        """How many texts were written."""
        return sum(isinstance(one.event, Asked | Answered | FollowedUp) for one in self.records)

    def kept_until(self, days: int) -> datetime | None:
        """When it is forgotten: some days after the last word. None while it waits, or is a complaint's."""
        over = self.state in {State.ANSWERED, State.CLOSED}
        return self.changed_at + timedelta(days=days) if over else None


def fold(number: str, records: Iterable[Record]) -> Consultation:
    """A consultation from its records, of which there is at least the first."""
    first, *others = records
    asked = first.event
    if not isinstance(asked, Asked):
        raise TypeError(f"consultation {number} does not begin with its question")
    known = Consultation(
        number=number,
        state=State.OPEN,
        asked_at=first.at,
        changed_at=first.at,
        records=(first,),
        **{
            **vars(asked),
            "due_at": instants.from_text(asked.due_at),
            "category": present(asked.category) if asked.category else None,
        },
    )
    for one in others:
        known = evolve(known, one)
    return known


def evolve(known: Consultation, record: Record) -> Consultation:
    """The consultation after one more record."""
    changes = _CHANGES[type(record.event)](known, record.event)
    return replace(known, records=(*known.records, record), changed_at=record.at, **changes)


def _followed_up(known: Consultation, event: FollowedUp) -> Mapping[str, Any]:
    """What is owed already stays owed at its time."""
    due_at = known.due_at or instants.from_text(event.due_at)
    signals = tuple(dict.fromkeys((*known.signals, *event.signals)))
    return {"state": State.OPEN, "due_at": due_at, "signals": signals}


_CHANGES: Mapping[type[Event], Callable[..., Mapping[str, Any]]] = {
    Answered: lambda _known, _event: {"state": State.ANSWERED, "due_at": None},
    FollowedUp: _followed_up,
    Closed: lambda _known, _event: {"state": State.CLOSED, "due_at": None},
    Converted: lambda _known, event: {
        "state": State.CONVERTED,
        "due_at": None,
        "complaint": event.complaint,
    },
}


def due(asked_at: datetime, days: int, zone: str) -> datetime:
    """When an answer is owed (UTC, exclusive): at the end of the local day `days` days after the question."""
    day = clock.local_day(asked_at, zone) + timedelta(days=days + 1)
    return clock.day_start(day, zone)


def answer(known: Consultation) -> Answered:
    """The operator answers, or answers once more. Raises ConsultationOver."""
    _check_goes_on(known, "answer")
    return Answered()


def follow_up(known: Consultation, due_at: datetime, signals: tuple[str, ...]) -> FollowedUp:
    """The player asks on. Raises ConsultationOver."""
    _check_goes_on(known, "follow up")
    return FollowedUp(due_at=instants.to_text(due_at), signals=signals)


def close(known: Consultation) -> Closed:
    """The operator closes it. Raises ConsultationOver."""
    _check_not_over(known, "close", State.CLOSED)
    return Closed()


def convert(known: Consultation, complaint: str) -> Converted:
    """The player makes it a complaint: once, and even after it was closed. Raises ConsultationOver."""
    _check_not_over(known, "convert")
    return Converted(complaint=complaint)


def _check_goes_on(known: Consultation, command: str) -> None:
    _check_not_over(known, command, State.CLOSED)
    if known.messages >= MOST_MESSAGES:
        why = f"it has {MOST_MESSAGES} messages, and no more are taken"
        raise ConsultationOver(known.number, command, known.state, why)


def _check_not_over(known: Consultation, command: str, *ends: State) -> None:
    if known.state is State.CONVERTED:
        why = f"it goes on as complaint {known.complaint}"
        raise ConsultationOver(known.number, command, known.state, why)
    if known.state in ends:
        raise ConsultationOver(known.number, command, known.state, "it is closed")
