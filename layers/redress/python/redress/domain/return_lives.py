"""A complaint as it stood at an instant, for a return: what later happened to it is not known there."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import takewhile

from redress.domain import audit, clock, events
from redress.domain.audit import ChainBroken, Record
from redress.domain.complaint import Complaint, begin, evolve
from redress.domain.errors import RedressError
from redress.domain.history import History
from redress.domain.milestones import DUE
from redress.domain.periods import Span
from redress.domain.promises import FINAL
from redress.domain.rules import Rules
from redress.domain.stages import Stage
from redress.domain.values import Value

type RulesOf = Callable[[Complaint], Rules]  # with the operator's settings

ADR_BODIES = frozenset({"adr", "mediator", "ombudsman"})
"""The outside bodies that settle disputes. An authority, a court or a consumer platform is none."""


REACH = timedelta(days=3660)
"""How long before a period complaints are looked for: of what is ten years old nobody owes an account."""


class ReturnRefused(RedressError):
    """A return cannot be made as it was asked for; the message says what to do instead."""


class NothingOwed(ReturnRefused):
    """A pack names no report."""


class Marked(Value):
    """An event that returns ask about, by its place in the complaint."""

    seq: int
    at: datetime
    event: events.Event


class Life(Value):
    """A complaint at `as_of`. `head` is the hash of event `seq`, the last one before that instant.

    `at_start` and `at_end` are the stages that it was at just before the period's start, and before its end
    (or `as_of`, if that is earlier); None: it was not on record. `quick`: it was solved within the time in
    which its pack does not count it. `adr`: it is at, or was at, a body that settles disputes, by event
    `referred`, which decided by event `concluded`. `unresolved` is the first event since which the player
    and the operator do not agree, or the answer is overdue. `answers` are the letters by which it was
    answered: one, and one more if it was reopened. `later` are the seq, type and instant of what came on
    record since an earlier return.
    """

    number: str
    seq: int
    head: str
    complaint: Complaint
    recorded_at: datetime
    at_start: Stage | None
    at_end: Stage | None
    quick: bool
    adr: bool
    referred: Marked | None = None
    concluded: Marked | None = None
    unresolved: Marked | None = None
    answers: tuple[Marked, ...] = ()
    later: tuple[tuple[int, str, datetime], ...] = ()

    @property
    def is_spam(self) -> bool:
        """Whether a person found it to be spam."""
        return self.complaint.spam_at is not None

    @property
    def is_duplicate(self) -> bool:
        """Whether it goes on in another one, and counts there."""
        return self.complaint.primary is not None

    @property
    def counts(self) -> bool:
        """Whether it is a complaint of its own."""
        return not (self.is_spam or self.is_duplicate)

    @property
    def settled_at_first(self) -> bool:
        """Whether it was answered once, and the player took it no further."""
        one = self.complaint
        further = one.review or one.referral or one.deadlocked_at
        return one.final_response_sent_at is not None and not further

    @property
    def is_dispute(self) -> bool:
        """Whether triage, or a person, found it to be a dispute."""
        return self.complaint.nature == "dispute"


def lives(
    histories: Iterable[History],
    rules_of: RulesOf,
    pack: str,
    of: Span,
    as_of: datetime,
    since: datetime | None,
) -> Iterator[Life]:
    """What was on record of a licence's complaints before `as_of`; practice is none.

    `since` is when an earlier return was made. Raises ReturnRefused where a history is not whole, and
    RulePackInvalid.
    """
    for history in histories:
        check(history)
        known = list(takewhile(lambda record: record.at < as_of, history.records))
        try:
            first = begin(known[0]) if known else None
            if first and first.jurisdiction == pack and not first.training:
                yield _life(known, first, rules_of, of, as_of, since)
        except (KeyError, TypeError, ValueError):
            raise _not_whole(history.number, "its events tell what cannot have happened") from None


def concerns(life: Life, of: Span) -> bool:
    """Whether a complaint has anything to do with a period: it was received or open in it, or went on in it.

    That is told by what was known at `as_of` alone: the same complaints are found whenever it is asked.
    """
    return life.complaint.own_received_at >= of.start - REACH and _takes_part(life, of)


def _takes_part(life: Life, of: Span) -> bool:
    marks = (life.referred, life.concluded, life.unresolved, *life.answers)
    return (
        not {life.at_start, life.at_end} <= {None, Stage.CLOSED}
        or of.start <= life.recorded_at < of.end
        or of.holds(life.complaint.received_at)
        or of.holds(life.complaint.closed_at)
        or any(of.holds(one.at) for one in marks if one)
        or _waits_outside(life, of)
    )


def _waits_outside(life: Life, of: Span) -> bool:
    """Whether it was at an outside body in the period, although it was closed here."""
    gone = life.referred is not None and life.referred.at < of.end
    return gone and (life.concluded is None or life.concluded.at >= of.start)


def digest(found: Iterable[Life]) -> str:
    """SHA-256 (hex) over number, seq and head of each, in the order of their numbers: what a return is of."""
    return digest_of((one.number, one.seq, one.head) for one in found)


def digest_of(inputs: Iterable[tuple[str, int, str]]) -> str:
    """The same over number, seq and head as a document lists them."""
    lines = sorted(f"{number} {seq} {head}\n" for number, seq, head in inputs)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def check(history: History) -> None:
    """Raises ReturnRefused unless the chain of a complaint's events is whole."""
    words = history.unread or ("" if history.records else "no event is stored")
    if not words:
        try:
            audit.verify(history.records, history.head or history.records[-1].hash)
        except ChainBroken as broken:
            words = f"event {broken.seq} {broken.problem}"
    if words:
        raise _not_whole(history.number, words)


def _not_whole(number: str, words: str) -> ReturnRefused:
    return ReturnRefused(
        f"Complaint {number} is not whole ({words}), and no return is made without it:"
        f" redress verify {number} tells more, redress rebuild puts back what the journal has."
    )


def _life(
    known: Sequence[Record],
    state: Complaint,
    rules_of: RulesOf,
    of: Span,
    as_of: datetime,
    since: datetime | None,
) -> Life:
    at_start = at_end = unresolved = None
    marks: dict[str, Marked] = {}
    answers: list[Marked] = []
    for record in known:
        before = None if record.seq == 1 else state
        if before is not None:
            state = evolve(state, record)
            if state.last_response_sent_at != before.last_response_sent_at:
                answers.append(_marked(record))
        if record.at < of.start:
            at_start = state.stage
        if record.at < min(of.end, as_of):
            at_end = state.stage
        if _marks(record.event):
            marks[type(record.event).__name__] = _marked(record)
        if unresolved is None and _is_unresolved(record.event, before):
            unresolved = _marked(record)
    referred = marks.get("ReferredToAdr")
    rules = rules_of(state)
    return Life(
        number=state.number,
        seq=known[-1].seq,
        head=known[-1].hash,
        complaint=state,
        recorded_at=known[0].at,
        at_start=at_start,
        at_end=at_end,
        quick=_is_quick(state, rules),
        adr=_is_adr(referred, rules),
        referred=referred,
        concluded=marks.get("AdrOutcomeRecorded"),
        unresolved=unresolved,
        answers=tuple(answers),
        later=tuple(
            (one.seq, type(one.event).__name__, one.at) for one in known if since and one.at >= since
        ),
    )


def _marked(record: Record) -> Marked:
    return Marked(seq=record.seq, at=record.at, event=record.event)


def _marks(event: events.Event) -> bool:
    return isinstance(event, events.ReferredToAdr | events.AdrOutcomeRecorded)


def _is_unresolved(event: events.Event, before: Complaint | None) -> bool:
    """Whether an event shows that the operator's process did not settle it, or did not in time."""
    match event:
        case events.DeadlockDeclared() | events.ReferredToAdr() | events.Reopened(ground="disputed"):
            return True
        case events.MilestoneReached(breach=True, clock=of_clock, milestone=milestone):
            is_open = before is not None and before.stage is not Stage.CLOSED
            return is_open and (of_clock, milestone) == (FINAL, DUE)
        case _:
            return False


def _is_quick(complaint: Complaint, rules: Rules) -> bool:
    """Whether it was answered within the time that its pack calls quick, and nothing came after."""
    pack = rules.licence
    deadline, answered_at = pack.taxonomy.quick_resolution.value, complaint.final_response_sent_at
    if deadline is None or answered_at is None or complaint.review or complaint.referral:
        return False
    due = clock.due(deadline, complaint.received_at, zone=pack.timezone, calendar=pack.calendar)
    return due.due_at is not None and answered_at < due.due_at


def _is_adr(referred: Marked | None, rules: Rules) -> bool:
    """Whether the body that a complaint was taken to settles disputes. What no pack knows is taken to."""
    if referred is None or not isinstance(referred.event, events.ReferredToAdr):
        return False
    pack = rules.pack(referred.event.pack)
    body = pack.external_body(referred.event.body) if pack else None
    return body is None or body.type in ADR_BODIES
