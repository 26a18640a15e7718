"""A local day of a pack, from the records of every complaint that may have a part in it."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import takewhile

from redress.domain import clock, events
from redress.domain.audit import Record
from redress.domain.calendars import DAY
from redress.domain.history import History
from redress.domain.reconciliation.facts import OURS, Line, Part, Period, Reconciliation, RulesOf
from redress.domain.reconciliation.gaps import flaw, impossible, missed, silent, unsent
from redress.domain.reconciliation.life import Impossible, Life
from redress.domain.reconciliation.lines import duties, met_since, reached
from redress.domain.rulepack import Length, RulePack
from redress.domain.stages import Stage

_DAYS: Mapping[str, float] = {
    "seconds": 1 / 86_400,
    "hours": 1 / 24,
    "calendar_days": 1,
    "weeks": 7,
    "months": 31,
    "business_days": 3,  # five in seven, and holidays that follow each other
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
    return Reconciliation(
        period=of,
        received=tuple((one.number, one.received_at) for one in found if one.received_at),
        closed=tuple((one.number, one.closed_at) for one in found if one.closed_at),
        open=tuple(one.number for one in found if one.open_at_end),
        lines=_in_order(line for one in found for line in one.lines),
        met_since=_in_order(line for one in found for line in one.met_since),
        gaps=tuple(gap for one in found for gap in one.gaps),
    )


def _in_order(lines: Iterable[Line]) -> tuple[Line, ...]:
    return tuple(sorted(lines, key=lambda one: (one.due_at, one.number, one.clock, one.milestone, one.pack)))


def part(history: History, rules_of: RulesOf, of: Period) -> Part | None:
    """What one complaint adds to the day, or None. Raises RulePackInvalid."""
    broken = flaw(history)
    if broken:
        return Part(number=history.number, gaps=(broken,))
    known = list(takewhile(lambda record: record.at < of.told_at, history.records))
    if not known or known[0].at >= of.end:
        return None
    try:
        life = Life(known, rules_of)
    except Impossible as error:
        return Part(number=history.number, gaps=(impossible(history.number, error.seq),))
    first = life.states[0]
    if first.training or first.jurisdiction != of.pack or not _counts(life, of):
        return None
    lines = (*duties(life, of), *reached(life, of))
    ended = life.before(of.end) or first
    return Part(
        number=history.number,
        received_at=first.recorded_at if first.recorded_at >= of.start else None,
        closed_at=next((one.at for one in reversed(known) if _closes(one, of)), None),
        open_at_end=ended.stage is not Stage.CLOSED,
        lines=lines,
        met_since=tuple(met_since(life, of)),
        gaps=(*missed(life, lines, of), *silent(life, of), *unsent(life, of)),
    )


def reach(packs: Iterable[RulePack]) -> timedelta:
    """How long after its anchor, at the most, the operator owes something by any of the packs.

    With the longest extension of the stage, and with the longest pause where a pack bounds it.
    """
    return timedelta(days=max(_reach(pack) for pack in packs))


def _counts(life: Life, of: Period) -> bool:
    """Something happened on the day, or it was open then, or it is young enough to have owed something."""
    at_start = life.before(of.start)
    was_open = at_start is None or at_start.stage is not Stage.CLOSED
    return was_open or life.records[-1].at >= of.start or life.last.received_at >= of.since


def _closes(record: Record, of: Period) -> bool:
    return isinstance(record.event, events.Closed) and of.start <= record.at < of.end


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
