"""Every hole of a day: duties missed, milestones that did not fire, letters unsent, broken chains."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from redress.domain import audit, instants
from redress.domain.audit import ChainBroken
from redress.domain.complaint import Complaint, is_held, is_live
from redress.domain.history import History
from redress.domain.milestones import DUE, TARGET_MISSED, Milestone, milestones
from redress.domain.reconciliation.facts import Gap, GapKind, Line, Period
from redress.domain.reconciliation.life import Life
from redress.domain.reconciliation.lines import TOLERANCE, is_statutory, place
from redress.domain.stages import Stage

FIRST = 1
CHAIN = "The chain of events does not hold: "
UNTOLD = f"{CHAIN}They are whole, and tell what cannot have happened"
"""The words of a gap."""


def flaw(history: History) -> Gap | None:
    """The first event that does not follow from the one before it, or is not the head that is kept."""
    seq, words = history.unread_at, history.unread
    if not words and not history.records:
        seq, words = FIRST, "No event is stored"
    if not words:
        try:
            audit.verify(history.records, history.head or history.records[-1].hash)
        except ChainBroken as broken:
            seq, words = broken.seq, f"Event {broken.seq} {broken.problem}"
    if not words and history.records[0].number != history.number:
        seq, words = FIRST, f"They are those of complaint {history.records[0].number}"
    return _chain_gap(history.number, f"{CHAIN}{words}", seq) if words else None


def impossible(number: str, seq: int) -> Gap:
    """Events of which one, the first such, cannot have happened."""
    return _chain_gap(number, UNTOLD, seq)


def _chain_gap(number: str, words: str, seq: int | None) -> Gap:
    """Events that cannot be followed; `words` say why, and `seq` from where on, unless it is no event's."""
    return Gap(
        number=number,
        kind="chain",
        clock="",
        milestone="",
        due_at=None,
        strength="",
        seq=seq,
        words=words,
    )


def missed(life: Life, lines: Iterable[Line], of: Period) -> Iterator[Gap]:
    """Duties of law or licence, unmet or met late; of an open complaint those unmet since before, too."""
    for one in lines:
        if one.statutory and one.late:
            yield _late(one)
    if life.last.stage is Stage.CLOSED:
        return
    told: set[tuple[str, str, datetime | None]] = {(one.pack, one.clock, one.due_at) for one in lines}
    for date_of in life.dates:
        due_at = date_of.due_at
        overdue = due_at is not None and due_at <= of.start and date_of.met_at is None
        if is_statutory(date_of) and overdue and place(date_of) not in told:
            strength = date_of.rule.strength
            yield _gap(life, "missed", date_of.clock, DUE, due_at, strength, "Still not met")


def _late(one: Line) -> Gap:
    words = f"Met only at {instants.to_text(one.met_at)}" if one.met_at else "Not met"
    return Gap(
        number=one.number,
        kind="late" if one.met_at else "missed",
        clock=one.clock,
        milestone=one.milestone,
        due_at=one.due_at,
        strength=one.strength,
        seq=one.met_by,
        words=words,
    )


def silent(life: Life, of: Period) -> Iterator[Gap]:
    """Milestones that the workflow should have put on record, and did not as long as they stood."""
    found: dict[str, Gap] = {}
    for one in _stood(life, of):
        of_day = one.since > of.start or one.state is life.last  # what was silent before is, if it still is
        if of_day and one.since + TOLERANCE <= one.until and _is_owed(life, one, of):
            found.setdefault(one.milestone.key, _said_nothing(life, one.milestone))
    return iter(found.values())


class _Stood(NamedTuple):
    """A milestone that a state had ahead of it: due and known since, until that state ended."""

    milestone: Milestone
    state: Complaint
    since: datetime
    until: datetime


def _stood(life: Life, of: Period) -> Iterator[_Stood]:
    """Each milestone of each state of the day; another event in between does not begin its time anew."""
    known: dict[str, datetime] = {}
    ends = [*(record.at for record in life.records[1:]), of.told_at]
    for record, state, end in zip(life.records, life.states, ends, strict=True):
        if end > of.start:
            ahead = milestones(life.rules_of(state), state)
            known = {one.key: known.get(one.key, record.at) for one in ahead}
            yield from (_Stood(one, state, max(one.at, known[one.key]), end) for one in ahead)


def _is_owed(life: Life, one: _Stood, of: Period) -> bool:
    """Whether its record is. A closed complaint owes the record of its breaches alone."""
    owed = one.state.stage is not Stage.CLOSED or one.milestone.breach
    return owed and one.milestone.at <= of.end and one.milestone.key not in life.last.fired


def _said_nothing(life: Life, one: Milestone) -> Gap:
    kind: GapKind = "unrecorded" if one.name in {DUE, TARGET_MISSED} else "silent"
    words = "Passed, and is not on record" if kind == "unrecorded" else "Did not fire"
    return _gap(life, kind, one.clock, one.name, one.at, one.strength, words)


def unsent(life: Life, of: Period) -> Iterator[Gap]:
    """Letters owed before the day ended. One that a person holds back, or that was put off, waits rightly."""
    for one in life.last.letters.values():
        owed_at = life.records[one.cause - 1].at
        since = one.changed_at or owed_at if one.again else owed_at
        put_off = one.not_before is not None and one.not_before > of.told_at
        if since < of.end and not put_off and is_live(life.last, one) and not is_held(life.last, one):
            yield _gap(life, "unsent", "", one.key, since, "must" if one.statutory else "house", "Not sent")


def _gap(
    life: Life, kind: GapKind, clock_name: str, name: str, at: datetime | None, strength: str, words: str
) -> Gap:
    return Gap(
        number=life.last.number,
        kind=kind,
        clock=clock_name,
        milestone=name,
        due_at=at,
        strength=strength,
        seq=None,
        words=words,
    )
