"""When a deadline falls: pure, total, and able to explain every date it gives.

The algorithm, in this order: anchor to local date; count; extensions; pauses; rollover; end. Instants are
aware datetimes, results are UTC. Due instants are exclusive: in time means `acted_at < due_at`, and what
opens at a deadline is open at `due_at`. Everything is computed from the anchor and the whole list of pauses
and extensions, never from an earlier result.

Local times that a change of the clocks makes ambiguous or skips are taken with `fold=0`: of a midnight that
comes twice the first, of one that is missing the first instant that the day has.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from redress.domain import instants
from redress.domain.calendars import DAY, Calendar
from redress.domain.rulepack import ELAPSED, Deadline, Length, Mark, MonthOverflow, Unit
from redress.domain.values import Value

TICK = timedelta(microseconds=1)
RECORDED = "recorded on the complaint"


class Interval(Value):
    """A pause, from `start` to `end` (exclusive); `end` None: it still runs. Aware datetimes."""

    start: datetime
    end: datetime | None = None

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or (self.end is not None and self.end.tzinfo is None):
            raise ValueError("a pause needs instants with a zone")
        if self.end is not None and self.end < self.start:
            raise ValueError("a pause cannot end before it starts")


type _StepKind = Literal[
    "rule", "conflict", "anchor", "count", "extension", "pause", "rollover", "calendar", "end"
]


class Step(NamedTuple):
    """One step of a computation, in words, and the rule, calendar or record it rests on."""

    kind: _StepKind
    text: str
    source: str


class Question(NamedTuple):
    """All that a due instant depends on. `anchor` and `pauses` are UTC, the pauses in order and joined."""

    deadline: Deadline
    anchor: datetime
    zone: str
    calendar: Calendar
    pauses: tuple[Interval, ...]
    extensions: tuple[Length, ...]


class Due(NamedTuple):
    """When something falls due.

    `due_at` (UTC, exclusive) is None while a pause is open. `last_day` is the local day of the last instant
    in time; while a pause is open it is a bound below the day that it will become, and no promise.
    """

    due_at: datetime | None
    last_day: date
    zone: str
    question: Question

    @property
    def explain(self) -> tuple[Step, ...]:
        """How it came about, step by step: the same computation once more, with its words noted."""
        steps: list[Step] = []
        _answer(self.question, lambda kind, words, source: steps.append(Step(kind, words(), source)))
        return tuple(steps)


def due(
    deadline: Deadline,
    anchor: datetime,
    *,
    zone: str,
    calendar: Calendar,
    pauses: Iterable[Interval] = (),
    extensions: Sequence[Length] = (),
) -> Due:
    """When the deadline falls that starts at `anchor` in the IANA `zone`.

    `pauses` may overlap and come in any order. An extension in the deadline's own unit lengthens its count
    from the anchor; another is added to the last day reached. Raises ValueError for an anchor without a zone
    and for an extension that mixes hours with days (a loaded pack holds none).
    """
    if anchor.tzinfo is None:
        raise ValueError("the anchor needs a zone")
    if any((extension.unit in ELAPSED) != deadline.elapsed for extension in extensions):
        raise ValueError(f"a deadline in {deadline.unit} cannot be extended by another kind of time")
    since = anchor.astimezone(UTC)
    stops = tuple(_union(pauses, since))
    return _answer(Question(deadline, since, zone, calendar, stops, tuple(extensions)), _silently)


def before(instant: datetime, amount: int, unit: Unit, zone: str, calendar: Calendar) -> datetime:
    """A point `amount` of `unit` before a due instant, in UTC.

    Hours and seconds are elapsed time. Other units count back from the local day of the last instant before
    it and give the first instant of the day reached. Of the possible readings this is the earliest: one
    business day before the end of a Friday is the start of Thursday, before the end of a Sunday the start of
    Friday, so that at least the named days remain whole.
    """
    length = Length(amount=amount, unit=unit)
    if unit in ELAPSED:
        return instant.astimezone(UTC) - _span(length)
    day = _shifted(local_day(instant - TICK, zone), -amount, unit, calendar)
    return day_start(day, zone)


def after(instant: datetime, amount: int, unit: Unit, zone: str, calendar: Calendar) -> datetime:
    """A point `amount` of `unit` after an instant, in UTC, for what the operator promises to do.

    Hours and seconds are elapsed time. Other units give the first instant of the local day reached, again
    the earliest reading. For what a player may still do see `until`.
    """
    length = Length(amount=amount, unit=unit)
    if unit in ELAPSED:
        return instant.astimezone(UTC) + _span(length)
    return day_start(_shifted(local_day(instant, zone), amount, unit, calendar), zone)


def until(instant: datetime, amount: int, unit: Unit, zone: str, calendar: Calendar) -> datetime:
    """The exclusive end (UTC) of a window of `amount` of `unit` that a player has from an instant on.

    Hours and seconds are elapsed time. Other units end with the local day reached: the latest reading.
    """
    point = after(instant, amount, unit, zone, calendar)
    return point if unit in ELAPSED else day_start(local_day(point, zone) + DAY, zone)


def fraction(anchor: datetime, due_at: datetime, percent: int) -> datetime:
    """The point at `percent` of the time from anchor to due instant, in UTC, to the millisecond below."""
    milliseconds = (due_at - anchor) // timedelta(milliseconds=1) * percent // 100
    return anchor.astimezone(UTC) + timedelta(milliseconds=milliseconds)


def at_mark(mark: Mark, anchor: datetime, due_at: datetime, zone: str, calendar: Calendar) -> datetime:
    """The instant (UTC) of a mark on the way from anchor to due instant, never before the anchor."""
    if mark.percent is not None:
        return fraction(anchor, due_at, mark.percent)
    if mark.before is None:
        raise ValueError("a mark is either percent or before")
    point = before(due_at, mark.before.amount, mark.before.unit, zone, calendar)
    return max(point, anchor.astimezone(UTC))


def local_day(instant: datetime, zone: str) -> date:
    """The local date of an instant."""
    return instant.astimezone(ZoneInfo(zone)).date()


def day_start(day: date, zone: str) -> datetime:
    """The first instant of a local day, in UTC."""
    return _at_local_time(day, time.min, zone)


# Takes the kind of a step, its words (asked for only when somebody wants to read them) and its source.
type _Note = Callable[[_StepKind, Callable[[], str], str], None]


def _silently(_kind: _StepKind, _words: Callable[[], str], _source: str) -> None:
    """Most dates are planned by, and read by nobody: finding the words costs more than the arithmetic."""


def _answer(question: Question, note: _Note) -> Due:
    deadline, zone = question.deadline, question.zone
    note(
        "anchor",
        lambda: f"Starts at {_words(question.anchor, zone)}: {_ANCHORS[deadline.anchor]}",
        deadline.source,
    )
    count = _count_instants if deadline.elapsed else _count_days
    due_at, last_day = count(question, note)
    if due_at is not None:
        at = due_at
        note(
            "end",
            lambda: (
                f"In time before {instants.to_text(at)}, {_words(at, zone)}: the last day is {_day(last_day)}"
            ),
            deadline.source,
        )
    return Due(due_at, last_day, zone, question)


def _count_instants(question: Question, note: _Note) -> tuple[datetime | None, date]:
    deadline, zone = question.deadline, question.zone
    end = question.anchor + _span(deadline.length)
    counted = end
    note("count", lambda: f"{deadline.length} later: {_words(counted, zone)}", deadline.source)
    for extension in question.extensions:
        end += _span(extension)
        note("extension", partial(_extended, extension, partial(_words, end, zone)), RECORDED)

    def shift(reached: datetime, start: datetime, resumed: datetime) -> _Moved[datetime]:
        moved = reached + (resumed - start)
        return moved, lambda: f"{resumed - start} later: {_words(moved, zone)}"

    end, runs = _paused(end, question, lambda reached: reached, shift, note)
    return end if runs else None, local_day(end - TICK, zone)


def _count_days(question: Question, note: _Note) -> tuple[datetime | None, date]:
    deadline, zone, calendar = question.deadline, question.zone, question.calendar
    day = _counted(question, note)

    def end_of(reached: date) -> datetime:
        if deadline.close_time is None:
            return day_start(reached + DAY, zone)
        return _at_local_time(reached, deadline.close_time, zone)

    def shift(reached: date, start: datetime, resumed: datetime) -> _Moved[date]:
        first, last = local_day(start, zone), local_day(resumed, zone)
        if deadline.unit == "business_days":
            days, noun = calendar.worked_between(first, last), "business day"
            moved = calendar.step(reached, days)
        else:
            days, noun = (last - first).days, "day"
            moved = reached + DAY * days
        return moved, lambda: f"{days} {noun}{'' if days == 1 else 's'} later: last day {_day(moved)}"

    day, runs = _paused(day, question, end_of, shift, note)
    day = _rolled(day, deadline, calendar, note)
    _warn_of_unknown_holidays(day, question, note)
    return end_of(day) if runs else None, day


def _counted(question: Question, note: _Note) -> date:
    """The last day by count and extensions. What has the deadline's unit is counted once, from the anchor."""
    deadline, calendar = question.deadline, question.calendar
    overflow = deadline.month_overflow

    def last_day(amount: int) -> date:
        start = local_day(question.anchor, question.zone)
        if deadline.count_start == "include_anchor_day":
            start -= DAY
        return _shifted(start, amount, deadline.unit, calendar, overflow)

    amount = deadline.amount
    day = first_end = last_day(amount)
    source = f"{deadline.source}; calendar {calendar.name}" if _by_calendar(deadline) else deadline.source
    note(
        "count",
        lambda: f"{deadline.length}, {_HOW[deadline.count_start]}: last day {_day(first_end)}",
        source,
    )
    for extension in sorted(question.extensions, key=lambda one: one.unit != deadline.unit):
        if extension.unit == deadline.unit:
            amount += extension.amount
            day = last_day(amount)
        else:
            day = _shifted(day, extension.amount, extension.unit, calendar, overflow)
        note("extension", partial(_extended, extension, partial(_last_day, day)), RECORDED)
    return day


def _extended(extension: Length, reached: Callable[[], str]) -> str:
    return f"Extended by {extension}: {reached()}"


def _last_day(day: date) -> str:
    return f"last day {_day(day)}"


# Where a pause moves a deadline to, and what to say of it.
type _Moved[Reached] = tuple[Reached, Callable[[], str]]


def _paused[Reached: (date, datetime)](
    reached: Reached,
    question: Question,
    end_of: Callable[[Reached], datetime],
    shift: Callable[[Reached, datetime, datetime], _Moved[Reached]],
    note: _Note,
) -> tuple[Reached, bool]:
    """Where the deadline stands after the pauses, and whether its clock runs."""
    for pause in question.pauses:
        since = partial(_words, pause.start, question.zone)
        if pause.start >= end_of(reached):
            note("pause", partial(_late_pause, since), RECORDED)
        elif pause.end is None:
            note("pause", partial(_open_pause, since), RECORDED)
            return reached, False
        else:
            reached, moved = shift(reached, pause.start, pause.end)
            note(
                "pause",
                partial(_ended_pause, since, partial(_words, pause.end, question.zone), moved),
                RECORDED,
            )
    return reached, True


def _late_pause(since: Callable[[], str]) -> str:
    return f"A pause since {since()} came after the end: it changes nothing"


def _open_pause(since: Callable[[], str]) -> str:
    return f"Paused since {since()}: nothing is due until it ends"


def _ended_pause(since: Callable[[], str], until: Callable[[], str], moved: Callable[[], str]) -> str:
    return f"Paused from {since()} to {until()}, {moved()}"


def _rolled(day: date, deadline: Deadline, calendar: Calendar, note: _Note) -> date:
    if deadline.rollover == "none" or calendar.works(day):
        return day
    move = calendar.next_worked if deadline.rollover == "next_business_day" else calendar.previous_worked
    rolled = move(day)
    why = calendar.holidays.get(day, "weekend")
    source = f"{deadline.source}; calendar {calendar.name}"
    note("rollover", lambda: f"{_day(day)} is not worked ({why}): moved to {_day(rolled)}", source)
    return rolled


def _warn_of_unknown_holidays(day: date, question: Question, note: _Note) -> None:
    calendar = question.calendar
    start = local_day(question.anchor, question.zone)
    if _by_calendar(question.deadline) and not (calendar.covers(start) and calendar.covers(day)):
        first, last = calendar.first, calendar.last
        known = f"calendar {calendar.name}"
        note("calendar", lambda: f"Holidays before {_day(first)} or after {_day(last)} are not known", known)


def _union(pauses: Iterable[Interval], anchor: datetime) -> Iterable[Interval]:
    """The pauses in order and UTC, joined where they overlap or touch, from the anchor on."""
    start: datetime | None = None
    end = anchor
    for pause in sorted(pauses, key=lambda one: one.start):
        first = max(pause.start.astimezone(UTC), anchor)
        last = None if pause.end is None else pause.end.astimezone(UTC)
        if last is not None and last <= first:
            continue
        if start is not None and first > end:
            yield Interval(start=start, end=end)
            start = None
        if last is None:
            yield Interval(start=first if start is None else start)
            return
        if start is None:
            start, end = first, last
        end = max(end, last)
    if start is not None:
        yield Interval(start=start, end=end)


def _by_calendar(deadline: Deadline) -> bool:
    return deadline.unit == "business_days" or deadline.rollover != "none"


def _span(length: Length) -> timedelta:
    return timedelta(hours=length.amount) if length.unit == "hours" else timedelta(seconds=length.amount)


def _shifted(
    day: date, amount: int, unit: Unit, calendar: Calendar, overflow: MonthOverflow = "clamp_last_day"
) -> date:
    """The day `amount` (negative: back) of a calendar unit from `day`."""
    if unit == "business_days":
        return calendar.step(day, amount)
    if unit == "months":
        return _month_shifted(day, amount, overflow)
    return day + DAY * (amount * 7 if unit == "weeks" else amount)


def _month_shifted(day: date, months: int, overflow: MonthOverflow) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    next_first = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    last = next_first - DAY
    if day.day <= last.day:
        return last.replace(day=day.day)
    return last if overflow == "clamp_last_day" else next_first


def _at_local_time(day: date, at: time, zone: str) -> datetime:
    return datetime.combine(day, at, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _day(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B} {day.year}"


def _words(instant: datetime, zone: str) -> str:
    local = instant.astimezone(ZoneInfo(zone))
    return f"{_day(local.date())} {local:%H:%M:%S} {zone}"


_HOW = {"include_anchor_day": "the first day included", "exclude_anchor_day": "from the next day"}
_ANCHORS = {
    "received": "the complaint was received",
    "registered": "the complaint was registered",
    "sent_by_player": "the player sent the complaint",
    "operator_aware": "the operator became aware",
    "platform_posted": "the complaint was posted on the platform",
    "incident": "the incident",
    "event_settled": "the event was settled",
    "stage_entered": "the stage was entered",
    "acknowledged": "the complaint was acknowledged",
    "info_request_answered": "the request for information was answered",
    "reopened": "the complaint was reopened",
    "final_response_sent": "the final response was sent",
    "complete_file_at_adr": "the external body had the complete file",
    "period_end": "the period ended",
}
