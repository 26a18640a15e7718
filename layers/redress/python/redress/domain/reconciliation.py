"""What fell due on a day, when and by what it was met, and what was missed: one pack, one local day.

Only what happened before the day's report counts, an hour after the day's end: whoever asks later, or asks
the journal instead of the table, is told the same. What the report of a day could not know yet, since it came
on record later, is in that of the day on which it did.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import takewhile
from typing import Literal

from redress.domain import audit, clock, events, instants
from redress.domain.audit import ChainBroken, Record
from redress.domain.calendars import DAY
from redress.domain.complaint import Complaint, begin, evolve, is_held, is_live
from redress.domain.correspondence import Letter
from redress.domain.milestones import DUE, TARGET_MISSED, Milestone, milestones
from redress.domain.promises import ANNOUNCED, OWED, Promise, promises
from redress.domain.rulepack import Length, RulePack
from redress.domain.rules import Rules
from redress.domain.stages import Stage
from redress.domain.values import Value

SETTLED = timedelta(hours=1)
"""How long after its end a day is told of: what fell due in its last minute is on record by then."""
TOLERANCE = timedelta(minutes=15)
"""How late a milestone may be put on record: beyond it the alarm on the sweep rings, too."""

OURS = OWED | {"notice_trigger"}
_DAYS: Mapping[str, float] = {
    "seconds": 1 / 86_400,
    "hours": 1 / 24,
    "calendar_days": 1,
    "weeks": 7,
    "months": 31,
    "business_days": 3,  # five in seven, and holidays that follow each other
}

type RulesOf = Callable[[Complaint], Rules]  # with the operator's settings
type GapKind = Literal["missed", "late", "unrecorded", "silent", "unsent", "chain"]


class Period(Value):
    """A local day of a pack: from `start` to `end` (exclusive), told of at `told_at`; all UTC.

    Due instants are exclusive: what is due at the end of a day is of that day, and not of the next. A
    complaint that was closed before the day counts if it was received since `since`.
    """

    pack: str
    day: date
    zone: str
    start: datetime
    end: datetime
    since: datetime

    def holds(self, due_at: datetime) -> bool:
        """Whether the last instant before a due instant is on this day."""
        return self.start < due_at <= self.end

    @property
    def told_at(self) -> datetime:
        """Until when (exclusive) what happened is known to the report."""
        return self.end + SETTLED

    @property
    def told_before(self) -> datetime:
        """The same of the day before."""
        return self.start + SETTLED


class History(Value):
    """A complaint's records. `head` is the hash that the register keeps of the last, if it was asked.

    `unread` tells why they cannot be read, and then there are none.
    """

    number: str
    records: tuple[Record, ...]
    head: str | None = None
    unread: str = ""


class Sent(Value):
    """A letter of a milestone: `sent_at` None, it did not leave; `fate` is what is known since it left."""

    key: str
    kind: str
    sent_at: datetime | None
    fate: str | None
    failed: bool


class Line(Value):
    """A milestone that fell due: a duty of the operator's, or what warns, escalates and reminds on the way.

    `met_at` is when the duty was met, or the milestone was put on record, by event `met_by` (of `met_type`).
    `statutory`: its passing unmet is a breach. `stage` is where the complaint stood then; `last_day` is the
    local day (of `zone`) of the last instant in time. `late`: met late, or on record late, or not at all.
    """

    number: str
    clock: str
    milestone: str
    stage: str
    kind: str
    strength: str
    statutory: bool
    pack: str
    pack_version: str
    due_at: datetime
    last_day: date
    zone: str
    met_at: datetime | None
    met_by: int | None
    met_type: str | None
    recorded_by: int | None
    letters: tuple[Sent, ...]
    late: bool

    @property
    def duty(self) -> bool:
        """Whether the operator owed something, rather than was reminded of it."""
        return self.kind in OURS and self.milestone in {DUE, TARGET_MISSED}


class Gap(Value):
    """A hole in the proof. `seq` is the event that it is about, where there is one; `words` can be filed."""

    number: str
    kind: GapKind
    clock: str
    milestone: str
    due_at: datetime | None
    strength: str
    seq: int | None
    words: str


class Part(Value):
    """What one complaint adds."""

    number: str
    received_at: datetime | None = None
    closed_at: datetime | None = None
    open_at_end: bool = False
    lines: tuple[Line, ...] = ()
    gaps: tuple[Gap, ...] = ()


class Reconciliation(Value):
    """The day: complaint numbers (with instants, UTC), every line by due instant, every gap."""

    period: Period
    received: tuple[tuple[str, datetime], ...]
    closed: tuple[tuple[str, datetime], ...]
    open: tuple[str, ...]
    lines: tuple[Line, ...]
    gaps: tuple[Gap, ...]

    @property
    def totals(self) -> Mapping[str, int]:
        """The counts that the documents open with. Zero is told, too."""
        statutory = [one for one in self.lines if one.duty and one.statutory]
        house = [one for one in self.lines if one.duty and not one.statutory]
        others = [one for one in self.lines if not one.duty]
        return {
            "received": len(self.received),
            "closed": len(self.closed),
            "open": len(self.open),
            "statutory_due": len(statutory),
            "statutory_in_time": sum(not one.late for one in statutory),
            "house_due": len(house),
            "house_in_time": sum(not one.late for one in house),
            "milestones_due": len(others),
            "milestones_on_record": sum(one.met_at is not None for one in others),
            "gaps": len(self.gaps),
        }


def period(pack: RulePack, day: date, reach: timedelta) -> Period:
    """A local day of the pack's zone. `reach` is how long after receipt something may be owed."""
    start, end = (clock.day_start(one, pack.timezone) for one in (day, day + DAY))
    return Period(pack=pack.id, day=day, zone=pack.timezone, start=start, end=end, since=start - reach)


def reconcile(histories: Iterable[History], rules_of: RulesOf, of: Period) -> Reconciliation:
    """The day as the records tell it; practice, and complaints of other licences, count in none."""
    return total(of, (part(one, rules_of, of) for one in histories))


def total(of: Period, parts: Iterable[Part | None]) -> Reconciliation:
    """The day, from what each complaint adds. The order of the parts changes nothing."""
    found = sorted((one for one in parts if one), key=lambda one: one.number)
    lines = [line for one in found for line in one.lines]
    return Reconciliation(
        period=of,
        received=tuple((one.number, one.received_at) for one in found if one.received_at),
        closed=tuple((one.number, one.closed_at) for one in found if one.closed_at),
        open=tuple(one.number for one in found if one.open_at_end),
        lines=tuple(
            sorted(lines, key=lambda one: (one.due_at, one.number, one.clock, one.milestone, one.pack))
        ),
        gaps=tuple(gap for one in found for gap in one.gaps),
    )


def part(history: History, rules_of: RulesOf, of: Period) -> Part | None:
    """What one complaint adds to the day, or None. Raises RulePackInvalid."""
    flaw = _flaw(history)
    if flaw:
        return Part(number=history.number, gaps=(flaw,))
    known = list(takewhile(lambda record: record.at < of.told_at, history.records))
    if not known or known[0].at >= of.end:
        return None
    life = _Life(known, rules_of)
    first = life.states[0]
    if first.training or first.jurisdiction != of.pack or not _counts(life, of):
        return None
    lines = (*_duties(life, of), *_reached(life, of))
    ended = life.before(of.end) or first
    return Part(
        number=history.number,
        received_at=first.recorded_at if first.recorded_at >= of.start else None,
        closed_at=next((one.at for one in reversed(known) if _closes(one, of)), None),
        open_at_end=ended.stage is not Stage.CLOSED,
        lines=lines,
        gaps=(*_missed(life, lines, of), *_silent(life, of), *_unsent(life, of)),
    )


def reach(packs: Iterable[RulePack]) -> timedelta:
    """How long after its anchor, at the most, the operator owes something by any of the packs.

    With the longest extension of the stage, and with the longest pause where a pack bounds it.
    """
    return timedelta(days=max(_reach(pack) for pack in packs))


class _Life:
    """A complaint after each of its records."""

    def __init__(self, records: Sequence[Record], rules_of: RulesOf) -> None:
        self.records = records
        self.rules_of = rules_of
        self.states = [begin(records[0])]
        for record in records[1:]:
            self.states.append(evolve(self.states[-1], record))
        self.last = self.states[-1]
        self.rules = rules_of(self.last)
        self.sent = {
            one.event.letter: one.at for one in reversed(records) if isinstance(one.event, events.LetterSent)
        }

    def before(self, instant: datetime) -> Complaint | None:
        """As it stood just before an instant; None: there was none."""
        count = sum(1 for _ in takewhile(lambda record: record.at < instant, self.records))
        return self.states[count - 1] if count else None

    def dates_before(self, instant: datetime) -> list[Promise]:
        """The dates as they were known just before an instant."""
        then = self.before(instant)
        return promises(self.rules_of(then), then) if then else []

    def letter(self, one: Letter) -> Sent:
        """What became of a letter."""
        return Sent(
            key=one.key, kind=one.kind, sent_at=self.sent.get(one.key), fate=one.fate, failed=one.failed
        )


def _flaw(history: History) -> Gap | None:
    """The first event that does not follow from the one before it, or is not the head that is kept."""
    seq, words = None, history.unread
    if not words and not history.records:
        words = "No event is stored"
    if not words:
        try:
            audit.verify(history.records, history.head or history.records[-1].hash)
        except ChainBroken as broken:
            seq, words = broken.seq, f"Event {broken.seq} {broken.problem}"
    if not words:
        return None
    return Gap(
        number=history.number,
        kind="chain",
        clock="",
        milestone="",
        due_at=None,
        strength="",
        seq=seq,
        words=f"The chain of events does not hold: {words}",
    )


def _counts(life: _Life, of: Period) -> bool:
    """Something happened on the day, or it was open then, or it is young enough to have owed something."""
    at_start = life.before(of.start)
    was_open = at_start is None or at_start.stage is not Stage.CLOSED
    return was_open or life.records[-1].at >= of.start or life.last.received_at >= of.since


def _closes(record: Record, of: Period) -> bool:
    return isinstance(record.event, events.Closed) and of.start <= record.at < of.end


def _duties(life: _Life, of: Period) -> Iterator[Line]:
    """The operator's dates that fell due, and those that fell due earlier and are known since."""
    known = {_place(one) for one in life.dates_before(of.told_before)}
    for one in promises(life.rules, life.last):
        due_at = one.due_at if one.kind in OURS else None
        if due_at and due_at <= of.end and (of.holds(due_at) or _place(one) not in known):
            yield _duty(life, one, due_at)


def _place(one: Promise) -> tuple[str, str, datetime | None]:
    return one.pack.id, one.clock, one.due_at


def _duty(life: _Life, one: Promise, due_at: datetime) -> Line:
    met = _met_by(life, one)
    letters = _letters_of(life, met)
    recorded = next((record.seq for record, event in _milestones(life) if _is_end(event, one)), None)
    stands = life.before(due_at) or life.states[0]
    return Line(
        number=life.last.number,
        clock=one.clock,
        milestone=DUE if _statutory(one) or one.kind not in OWED else TARGET_MISSED,
        stage=stands.stage,
        kind=one.kind,
        strength=one.rule.strength,
        statutory=_statutory(one),
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


def _statutory(one: Promise) -> bool:
    """Whether its passing is a breach: the operator's own targets are none, what it announced is."""
    return one.kind in OWED and (one.rule.strength != "house" or one.clock == ANNOUNCED)


def _met_by(life: _Life, one: Promise) -> Record | None:
    """The event since which it is owed no longer; None where the instant was told and is no event's."""
    for record, state in zip(life.records, life.states, strict=True):
        if record.at == one.met_at:
            then = promises(life.rules_of(state), state)
            if any((it.pack.id, it.clock, it.met_at) == (one.pack.id, one.clock, one.met_at) for it in then):
                return record
    return None


def _letters_of(life: _Life, met: Record | None) -> tuple[Sent, ...]:
    """The letter by which a duty was met, if one did."""
    match met.event if met else None:
        case events.LetterSent(letter=key):
            return (life.letter(life.last.letters[key]),)
        case events.Acknowledged() if life.last.acknowledgement:
            return (life.letter(life.last.acknowledgement),)
        case _:
            return ()


def _milestones(life: _Life) -> Iterator[tuple[Record, events.MilestoneReached]]:
    for record in life.records:
        if isinstance(record.event, events.MilestoneReached):
            yield record, record.event


def _is_end(event: events.MilestoneReached, one: Promise) -> bool:
    """Whether it records that the instant of a date has passed."""
    at = instants.to_text(one.due_at) if one.due_at else ""
    place = (event.clock, event.pack, event.due_at)
    return event.milestone in {DUE, TARGET_MISSED} and place == (one.clock, one.pack.id, at)


def _reached(life: _Life, of: Period) -> Iterator[Line]:
    """What is on record as reached, but for the ends of the duties above."""
    dates = [one for one in promises(life.rules, life.last) if one.kind in OURS]
    for record, event in _milestones(life):
        due_at = instants.from_text(event.due_at)
        now_known = due_at <= of.start and record.at >= of.told_before
        if (of.holds(due_at) or now_known) and not any(_is_end(event, one) for one in dates):
            yield _on_record(life, record, event, due_at, of)


def _on_record(
    life: _Life, record: Record, event: events.MilestoneReached, due_at: datetime, of: Period
) -> Line:
    """The workflow could know of it since the event before, and not sooner.

    The end of a duty that has another date by now, or none, is that of one that was missed.
    """
    ended = event.kind in OURS and event.milestone in {DUE, TARGET_MISSED}
    planned_at = life.records[record.seq - 2].at if record.seq > 1 else record.at
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
        late=ended or record.at - max(due_at, planned_at) >= TOLERANCE,
    )


def _caused(life: _Life, record: Record) -> Iterator[Letter]:
    """The letters that a milestone made owed, itself or by what it led to in the same instant."""
    causes = {record.seq}
    for one in life.records[record.seq :]:
        if one.at != record.at or not isinstance(one.event, _LED_TO):
            break
        causes.add(one.seq)
    return (one for one in life.last.letters.values() if one.cause in causes)


_LED_TO = (events.Escalated, events.DeadlockDeclared, events.DeemedAccepted, events.TaskOpened)


def _missed(life: _Life, lines: Iterable[Line], of: Period) -> Iterator[Gap]:
    """Duties of law or licence, unmet or met late; of an open complaint those unmet since before, too."""
    for one in lines:
        if one.statutory and one.late:
            yield _late(one)
    if life.last.stage is Stage.CLOSED:
        return
    told: set[tuple[str, str, datetime | None]] = {(one.pack, one.clock, one.due_at) for one in lines}
    for date_of in promises(life.rules, life.last):
        due_at = date_of.due_at
        overdue = due_at is not None and due_at <= of.start and date_of.met_at is None
        if _statutory(date_of) and overdue and _place(date_of) not in told:
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


def _silent(life: _Life, of: Period) -> Iterator[Gap]:
    """Milestones that the workflow should have put on record, and did not as long as they stood."""
    found: dict[str, Gap] = {}
    ends = [*(record.at for record in life.records[1:]), of.told_at]
    for record, state, end in zip(life.records, life.states, ends, strict=True):
        if end > of.start:
            for one in milestones(life.rules_of(state), state):
                since = max(one.at, record.at)
                if _is_silent(life, state, one, of) and since + TOLERANCE <= end:
                    found.setdefault(one.key, _said_nothing(life, one))
    return iter(found.values())


def _is_silent(life: _Life, state: Complaint, one: Milestone, of: Period) -> bool:
    """A closed complaint owes the record of its breaches alone. What was silent before is, if it still is."""
    owed = state.stage is not Stage.CLOSED or one.breach
    of_day = one.at > of.start or state is life.last
    return owed and of_day and one.at <= of.end and one.key not in life.last.fired


def _said_nothing(life: _Life, one: Milestone) -> Gap:
    kind: GapKind = "unrecorded" if one.name in {DUE, TARGET_MISSED} else "silent"
    words = "Passed, and is not on record" if kind == "unrecorded" else "Did not fire"
    return _gap(life, kind, one.clock, one.name, one.at, one.strength, words)


def _unsent(life: _Life, of: Period) -> Iterator[Gap]:
    """Letters owed before the day ended. One that a person holds back, or that was put off, waits rightly."""
    for one in life.last.letters.values():
        owed_at = life.records[one.cause - 1].at
        since = one.changed_at or owed_at if one.again else owed_at
        put_off = one.not_before is not None and one.not_before > of.told_at
        if since < of.end and not put_off and is_live(life.last, one) and not is_held(life.last, one):
            yield _gap(life, "unsent", "", one.key, since, "must" if one.statutory else "house", "Not sent")


def _gap(
    life: _Life, kind: GapKind, clock_name: str, name: str, at: datetime | None, strength: str, words: str
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


def _reach(pack: RulePack) -> float:
    rules = [track.stages for track in pack.categories]
    lengths = [
        *(one.deadline.value for stages in (pack.stages, *rules) for one in stages.values()),
        *pack.house.targets.values(),
        *(body.operator_reply.value for body in pack.external_bodies),
    ]
    longest = max((_days(one.length) for one in lengths if one and one.kind in OURS), default=0.0)
    extension = max(
        (_days(one.by.value) * one.max_times for one in pack.extensions if one.by.value), default=0.0
    )
    limits = [limit for one in pack.pauses for limit in (one.max_total.value, one.max_single.value) if limit]
    pause = max(map(_days, limits), default=0.0)
    return max(longest, _days(pack.house.review_within)) + extension + pause + 14  # holidays in a row


def _days(length: Length) -> float:
    return length.amount * _DAYS[length.unit]
