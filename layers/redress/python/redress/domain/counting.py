"""What a complaint counts for: a pure function of its events, so that counters can be made again from them.

A counter says how often something happened to the complaints of a licence and brand on a local day, by one of
the things that complaints differ in. What is learnt later counts as if it had been known: a complaint that is
put into another category is counted in it from the day it was received, and no longer in the first one.

Days are those of the zone of the rules that the complaint runs by, which never change for it: where a later
version of a pack has another zone, each thing that happened still counts on one day, and so in one period.
(Returns go by instants: theirs end where the next begin, in the zone that holds on the day between.)

Practice counts nowhere, spam counts nowhere, and a complaint that goes on in another one counts as a
duplicate, on the day it was linked, and as nothing else.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from redress.domain import clock
from redress.domain import events as e
from redress.domain.audit import Record
from redress.domain.complaint import Complaint, fold
from redress.domain.correspondence import LetterKind
from redress.domain.promises import ACK, FINAL, OWED, TARGET, Promise, promises
from redress.domain.rules import Rules
from redress.domain.values import Value

DEFINITION = 2
"""Raised when the same events come to count otherwise: then counters have to be made again."""

ALL = "all"
"""The dimension of everything, with one value: itself."""

FACTS = (
    *("category", "cause", "product", "game", "provider", "payment_route", "language", "channel"),
    *("team", "severity", "nature"),
)
"""What complaints differ in, by the names of their facts. Of what is not known there is ALL alone."""

OUTCOME = "outcome"
"""The decision that stands, deemed ones included."""

OWN_AND_ADR, CATEGORY_OWN_AND_ADR = "own_and_adr", "category_own_and_adr"
"""The operator's decision and the outside body's, with a slash between; and behind the category."""

RECEIVED = "received"
PAID = "paid:"
"""Measure of the redress paid in a currency (ISO 4217, behind the colon), in minor units."""

ACKNOWLEDGED_WITHIN = (1, 4, 12, 24, 48, 72, 168)
"""Hours."""
ANSWERED_WITHIN = (1, 2, 3, 5, 7, 10, 14, 21, 28, 35, 42, 49, 56, 70, 84)
"""Days of 24 hours."""
LATER = "later"

BY_DAY = ("received", "closed")
"""What is told day by day."""
LOOKED_BACK = (*((measure, ALL) for measure in BY_DAY), (RECEIVED, "cause"))
"""What figures ask for of all days before their period: a measure by a dimension each."""
WHOLE_DAY = "day"
"""In place of an hour: the sum of a day, counted once more so that it is read with those of all months."""


class Cell(NamedTuple):
    """What a counter is known by. `pack` is the licence's, `day` local to the zone of the complaint's rules.

    `hour` is a UTC hour (`2026-03-02T13`) where such are told apart, else empty; or WHOLE_DAY.
    """

    pack: str
    day: date
    brand: str
    measure: str
    dimension: str
    value: str
    hour: str = ""


class _Happened(NamedTuple):
    """Something that counts, so often or so much, and what it differs in besides."""

    measure: str
    at: datetime
    more: Mapping[str, str] = {}
    amount: int = 1


type Counts = Mapping[Cell, int]


class Counted(Value):
    """What a complaint was counted for up to event `seq`, by which `definition`.

    `turn` is how often that was put on record.
    """

    seq: int = 0
    turn: int = 0
    counts: Mapping[Cell, int] = {}
    definition: int = DEFINITION

    def says(self, now: Counts) -> bool:
        """Whether it is counted for that, as it is defined now."""
        return (self.definition, self.counts) == (DEFINITION, now)


def difference(before: Counts, now: Counts) -> Counts:
    """By how much each counter has to move, where it has to."""
    moved = {cell: now.get(cell, 0) - before.get(cell, 0) for cell in {**before, **now}}
    return {cell: by for cell, by in moved.items() if by}


def counts(records: Sequence[Record], rules: Rules, renamed: Mapping[str, Mapping[str, str]]) -> Counts:
    """What the complaint of these records (all of them, in order) counts for, by its packs' `rules`.

    `renamed` says by dimension which value is called otherwise now: old name to new name.
    """
    complaint = fold(records)
    if complaint.training or complaint.spam_at:
        return {}
    zone = rules.licence.timezone
    facts = _facts(complaint)
    found: Counter[Cell] = Counter()
    for one in _happened(complaint, records, rules):
        day, hour = clock.local_day(one.at, zone), f"{one.at:%Y-%m-%dT%H}" if one.measure == RECEIVED else ""
        for dimension, value in {**facts, **one.more}.items():
            name = renamed.get(dimension, {}).get(value, value)
            cell = Cell(complaint.jurisdiction, day, complaint.brand, one.measure, dimension, name, hour)
            found[cell] += one.amount
            if (one.measure, dimension) in LOOKED_BACK:
                found[cell._replace(hour=WHOLE_DAY)] += one.amount
    return found


def _facts(complaint: Complaint) -> dict[str, str]:
    known = {name: value for name in FACTS if (value := getattr(complaint, name))}
    decided = {OUTCOME: complaint.decision.outcome} if complaint.decision else {}
    return {ALL: ALL, **known, **decided}


def _happened(complaint: Complaint, records: Sequence[Record], rules: Rules) -> Iterator[_Happened]:
    if complaint.linked_at:
        yield _Happened("duplicates", complaint.linked_at)
        return
    yield _Happened(RECEIVED, complaint.own_received_at)
    yield from _served(complaint, rules)
    if complaint.closed_at:  # the closing that stands: an outside body may have opened it again
        yield _Happened("closed", complaint.closed_at, {"reason": complaint.closed_because or ""})
    for record in records:
        one = _of_event(complaint, record)
        if one:
            yield one


def _served(complaint: Complaint, rules: Rules) -> Iterator[_Happened]:
    """How soon it was acknowledged and answered, and whether by its law and by the house's own target."""
    dates = promises(rules, complaint)
    since = complaint.own_received_at
    if complaint.acknowledged_at:
        taken = within(complaint.acknowledged_at - since, timedelta(hours=1), ACKNOWLEDGED_WITHIN)
        yield _Happened("acknowledged", complaint.acknowledged_at, {"taken": taken, **_kept(dates, ACK)})
    answered = [at for at in (complaint.final_response_sent_at, complaint.deadlock_sent_at) if at]
    if answered:
        taken = within(min(answered) - since, timedelta(days=1), ANSWERED_WITHIN)
        yield _Happened("answered", min(answered), {"taken": taken, **_kept(dates, FINAL)})


def _kept(dates: Sequence[Promise], stage: str) -> dict[str, str]:
    """Whether what was owed by law or licence was kept, and what the house asks of itself."""
    owed = [one for one in dates if one.met_at and one.kind in OWED and one.clock in (stage, stage + TARGET)]
    by_house = [one for one in owed if one.clock != stage or one.rule.strength == "house"]
    by_law = [one for one in owed if one not in by_house]
    named = {"in_time_by_law": by_law, "in_time_by_house": by_house}
    return {name: "yes" if all(one.kept for one in some) else "no" for name, some in named.items() if some}


def within(taken: timedelta, unit: timedelta, steps: Sequence[int]) -> str:
    """The first step that a time is under, as text of sortable width, or LATER."""
    return next((f"{step:03d}" for step in steps if taken < step * unit), LATER)


def _of_event(complaint: Complaint, record: Record) -> _Happened | None:  # noqa: C901 - a table
    at = record.at
    match record.event:
        case e.DecisionApproved(outcome=outcome):
            return _Happened("decided", at, {"decided": outcome})
        case e.DeemedAccepted():
            return _Happened("decided", at, {"decided": "deemed_accepted"})
        case e.DeadlockDeclared():
            return _Happened("deadlocked", at)
        case e.Reopened(ground=ground):
            return _Happened("reopened", at, {"ground": ground})
        case e.Escalated(level=level):
            return _Happened("escalated", at, {"level": str(level)})
        case e.MilestoneReached(breach=True, clock=name, strength=strength):
            return _Happened("breached", at, {"clock": name, "strength": strength})
        case e.RedressPaid(amount_minor=amount, currency=currency):
            return _Happened(PAID + currency, at, amount=amount)
        case e.LetterSent(kind=LetterKind.FEEDBACK_REQUEST):
            return _Happened("surveyed", at)
        case e.FeedbackGiven(score=score):
            return _Happened("rated", at, {"score": str(score)})
        case e.ReferredToAdr(body=body):
            return _Happened("referred", at, {"body": body})
        case e.AdrOutcomeRecorded(outcome=outcome):
            own = complaint.decision.outcome if complaint.decision else "undecided"
            pair = f"{own}/{outcome}"
            by_category = {OWN_AND_ADR: pair, CATEGORY_OWN_AND_ADR: f"{complaint.category}/{pair}"}
            return _Happened("adr_decided", at, {"adr": outcome, **by_category})
        case e.Withdrawn():
            return _Happened("withdrawn", at)
        case _:
            return None
