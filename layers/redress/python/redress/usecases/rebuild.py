"""What a complaint's events say that the rest of its items has to be: to rebuild them, and to check them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from redress.domain import complaint, milestones
from redress.domain.audit import UNREADABLE, ChainBroken, Record
from redress.domain.complaint import Complaint
from redress.domain.next_step import NextStep, Step, next_step
from redress.domain.reading import RulePackInvalid
from redress.domain.values import Value
from redress.region import Region
from redress.usecases.change import listing, queued_tasks
from redress.usecases.plan_next import COMMANDS, LONGEST_WAIT
from redress.usecases.ports import Batch, QueuedTask

PARKED_LATE = timedelta(seconds=1)
"""A wait is as many whole seconds as it takes: its end lies up to a second behind its milestone."""

_STRANGE = (*UNREADABLE, ArithmeticError, AttributeError, IndexError, RulePackInvalid)
"""What following events raises where one of them tells of what never was."""


class Impossible(ChainBroken):
    """An event follows from the one before it, and is none that can have happened, or that rules know."""

    def __init__(self, record: Record, error: Exception) -> None:
        self.type = type(record.event).__name__
        problem = "tells what cannot have happened"
        if isinstance(error, RulePackInvalid):
            problem = f"needs rules that cannot be used: {error}".removesuffix(".")
        super().__init__(record.number, record.seq, problem)


class Derived(Value):
    """A complaint as its events have it. `whole` is its history as one change, without content.

    `tasks` are those of its tasks that ever stood in a queue, as they stood there last, by the event that
    opened them; of them `open_tasks` stand there still. `at_rest`: nothing will ever be owed of it, so it has
    no attention. `attention_by` (UTC) is the latest instant that its attention may be set to.
    """

    complaint: Complaint
    whole: Batch
    tasks: Mapping[int, QueuedTask]
    open_tasks: frozenset[int]
    at_rest: bool
    attention_by: datetime


def derive(region: Region, records: Sequence[Record], now: datetime) -> Derived:
    """What the records say at `now` (UTC): they are whole, and follow from each other.

    Raises Impossible at the first that tells what cannot have happened.
    """
    try:
        return _derived(region, records, now)
    except _STRANGE as error:
        raise Impossible(_first_strange(region, records, now), error) from error


def _first_strange(region: Region, records: Sequence[Record], now: datetime) -> Record:
    """The event since which they cannot be followed: the last, if no earlier one is to blame."""
    for count, record in enumerate(records[:-1], start=1):
        try:
            _derived(region, records[:count], now)
        except _STRANGE:
            return record
    return records[-1]


def _derived(region: Region, records: Sequence[Record], now: datetime) -> Derived:
    known, tasks = _with_tasks(region, records)
    ahead = milestones.milestones(region.rules_of(known), known)
    step = next_step(known, ahead, now, region.claim_expiry)
    grace = timedelta(seconds=region.attention_seconds)
    return Derived(
        complaint=known,
        whole=Batch(
            number=known.number,
            expected_version=0,
            records=records,
            contents=(),
            listing=listing(region, known),
            attention_at=now + grace,
        ),
        tasks=tasks,
        open_tasks=frozenset(one.opened for one in known.open_tasks if one.opened in tasks),
        at_rest=step.step is Step.DONE,
        attention_by=_wait_end(step, now) + PARKED_LATE + grace,
    )


def _with_tasks(region: Region, records: Sequence[Record]) -> tuple[Complaint, Mapping[int, QueuedTask]]:
    """The complaint, and its tasks put into queues event by event, as the changes themselves did."""
    known = complaint.begin(records[0])
    tasks = {one.opened: one for one in queued_tasks(region, None, known)}
    for record in records[1:]:
        after = complaint.evolve(known, record)
        tasks |= {one.opened: one for one in queued_tasks(region, known, after)}
        known = after
    return known, tasks


def _wait_end(step: NextStep, now: datetime) -> datetime:
    """Until when the workflow may wait: what is owed already, it does not wait for."""
    if step.letter or step.step in COMMANDS:
        return now
    return min(step.until or now + LONGEST_WAIT, now + LONGEST_WAIT)
