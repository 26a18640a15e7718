"""What fell due on a day: duties and what led to them, by what each was met, and which letters it had."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from redress.domain import clock, events, instants
from redress.domain.audit import Record
from redress.domain.complaint import milestone_key
from redress.domain.correspondence import Letter
from redress.domain.milestones import DUE, TARGET_MISSED
from redress.domain.promises import ANNOUNCED, OWED, Promise, promises
from redress.domain.reconciliation.facts import OURS, Line, Period, Sent
from redress.domain.reconciliation.life import Life

TOLERANCE = timedelta(minutes=15)
"""How late a milestone may be put on record: beyond it the alarm on the sweep rings, too."""

type Place = tuple[str, str, datetime | None]  # pack, clock, due instant


def duties(life: Life, of: Period) -> Iterator[Line]:
    """The operator's dates that fell due, and those that fell due earlier and are known since."""
    known = {place(one) for one in life.dates_told_before(of)}
    for one, due_at in _past(life, of.end):
        if of.holds(due_at) or not (place(one) in known or _was_told(life, place(one), due_at, of)):
            yield _duty(life, one, due_at)


def met_since(life: Life, of: Period) -> Iterator[Line]:
    """The operator's dates that the reports of earlier days told as missed, and that were met since.

    Each is told once, by the first report that knows it as met. That of its own day stays as it was signed.
    """
    met_then = {place(one) for one in life.dates_told_before(of) if one.met_at}
    for one, due_at in _past(life, of.start):
        if one.met_at and place(one) not in met_then and _was_missed(life, place(one), due_at, of):
            yield _duty(life, one, due_at)


def _was_missed(life: Life, of_date: Place, due_at: datetime, of: Period) -> bool:
    """Whether reports since told of a date, and none that it was met: it may have gone, and come back."""
    met = any(one.met_at for one in life.dates_told_since(due_at, of) if place(one) == of_date)
    return not met and _was_told(life, of_date, due_at, of)


def _past(life: Life, until: datetime) -> Iterator[tuple[Promise, datetime]]:
    """The operator's dates whose due instants are not after an instant."""
    for one in life.dates:
        if one.kind in OURS and one.due_at and one.due_at <= until:
            yield one, one.due_at


def _was_told(life: Life, of_date: Place, due_at: datetime, of: Period) -> bool:
    """Whether a report since told of a date that did not hold when the last one was made: as a duty, or by
    the record that its instant had passed. So it is with a complaint that comes back under a category.
    """
    if any(place(one) == of_date for one in life.dates_told_since(due_at, of)):
        return True
    ends = (event for record, event in _milestones(life) if record.at < of.told_before)
    return life.is_told_of_before(of) and any(_end_of(event) == of_date for event in ends)


def _end_of(event: events.MilestoneReached) -> Place | None:
    """The date of which it records that its instant has passed."""
    if event.kind in OURS and event.milestone in {DUE, TARGET_MISSED}:
        return event.pack, event.clock, instants.from_text(event.due_at)
    return None


def place(one: Promise) -> Place:
    """What tells a date from any other of its complaint."""
    return one.pack.id, one.clock, one.due_at


def _duty(life: Life, one: Promise, due_at: datetime) -> Line:
    met = _met_by(life, one)
    letters = _letters_of(life, met)
    recorded = next((record.seq for record, event in _milestones(life) if _is_end(event, one)), None)
    stands = life.before(due_at) or life.states[0]
    return Line(
        number=life.last.number,
        clock=one.clock,
        milestone=DUE if is_statutory(one) or one.kind not in OWED else TARGET_MISSED,
        stage=stands.stage,
        kind=one.kind,
        strength=one.rule.strength,
        statutory=is_statutory(one),
        pack=one.pack.id,
        pack_version=one.pack.version,
        due_at=due_at,
        last_day=one.last_day,
        zone=one.zone,
        met_at=one.met_at,
        met_by=met.seq if met else None,
        met_type=type(met.event).__name__ if met else None,
        recorded_by=recorded,
        letters=letters,
        late=not one.kept,
    )


def is_statutory(one: Promise) -> bool:
    """Whether its passing is a breach: the operator's own targets are none, what it announced is."""
    return one.kind in OWED and (one.rule.strength != "house" or one.clock == ANNOUNCED)


def _met_by(life: Life, one: Promise) -> Record | None:
    """The event since which it is owed no longer; None where the instant was told and is no event's."""
    for record, state in zip(life.records, life.states, strict=True):
        if record.at == one.met_at:
            then = promises(life.rules_of(state), state)
            if any((it.pack.id, it.clock, it.met_at) == (one.pack.id, one.clock, one.met_at) for it in then):
                return record
    return None


def _letters_of(life: Life, met: Record | None) -> tuple[Sent, ...]:
    """The letter by which a duty was met, if one did."""
    match met.event if met else None:
        case events.LetterSent(letter=key):
            return (life.letter(life.last.letters[key]),)
        case events.Acknowledged() if life.last.acknowledgement:
            return (life.letter(life.last.acknowledgement),)
        case _:
            return ()


def _milestones(life: Life) -> Iterator[tuple[Record, events.MilestoneReached]]:
    for record in life.records:
        if isinstance(record.event, events.MilestoneReached):
            yield record, record.event


def _is_end(event: events.MilestoneReached, one: Promise) -> bool:
    """Whether it records that the instant of a date has passed."""
    at = instants.to_text(one.due_at) if one.due_at else ""
    place = (event.clock, event.pack, event.due_at)
    return event.milestone in {DUE, TARGET_MISSED} and place == (one.clock, one.pack.id, at)


def reached(life: Life, of: Period) -> Iterator[Line]:
    """What is on record as reached, but for the ends of the duties above."""
    dates = [one for one in life.dates if one.kind in OURS]
    for record, event in _milestones(life):
        due_at = instants.from_text(event.due_at)
        is_new = record.at >= of.told_before or not life.is_told_of_before(of)
        now_known = due_at <= of.start and is_new and not _is_told_as_duty(life, event, due_at, of)
        if (of.holds(due_at) or now_known) and not any(_is_end(event, one) for one in dates):
            yield _on_record(life, record, event, due_at, of)


def _is_told_as_duty(life: Life, event: events.MilestoneReached, due_at: datetime, of: Period) -> bool:
    ended = _end_of(event)
    return ended is not None and any(place(one) == ended for one in life.dates_told_since(due_at, of))


def _on_record(
    life: Life, record: Record, event: events.MilestoneReached, due_at: datetime, of: Period
) -> Line:
    """The end of a duty that has another date by now, or none, is that of one that was missed."""
    ended = event.kind in OURS and event.milestone in {DUE, TARGET_MISSED}
    pack = life.rules.pack(event.pack)
    zone = pack.timezone if pack else of.zone
    stands = life.before(due_at) or life.states[0]
    return Line(
        number=life.last.number,
        clock=event.clock,
        milestone=event.milestone,
        stage=stands.stage,
        kind=event.kind,
        strength=event.strength,
        statutory=event.breach,
        pack=event.pack,
        pack_version=event.pack_version,
        due_at=due_at,
        last_day=clock.local_day(due_at - clock.TICK, zone),
        zone=zone,
        met_at=None if ended else record.at,
        met_by=None if ended else record.seq,
        met_type=None if ended else type(event).__name__,
        recorded_by=record.seq,
        letters=tuple(life.letter(one) for one in _caused(life, record)),
        late=ended or _is_recorded_late(life, record, event, due_at),
    )


def _is_recorded_late(life: Life, record: Record, event: events.MilestoneReached, due_at: datetime) -> bool:
    """Whether the workflow took too long since its instant, or since it could know of it."""
    if record.at - due_at < TOLERANCE:
        return False
    key = milestone_key(event.clock, event.milestone, event.deadline_version)
    return record.at - max(due_at, life.known_since(record, key)) >= TOLERANCE


def _caused(life: Life, record: Record) -> Iterator[Letter]:
    """The letters that a milestone made owed, itself or by what it led to in the same instant."""
    causes = {record.seq}
    for one in life.records[record.seq :]:
        if one.at != record.at or not isinstance(one.event, _LED_TO):
            break
        causes.add(one.seq)
    return (one for one in life.last.letters.values() if one.cause in causes)


_LED_TO = (events.Escalated, events.DeadlockDeclared, events.DeemedAccepted, events.TaskOpened)
