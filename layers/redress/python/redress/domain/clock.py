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


class Step(NamedTuple):
    """One step of a computation, in words, and the rule, calendar or record it rests on."""

    kind: Literal["rule", "conflict", "anchor", "count", "extension", "pause", "rollover", "calendar", "end"]
    text: str
    source: str


class Due(NamedTuple):
    """When something falls due.

    `due_at` (UTC, exclusive) is None while a pause is open. `last_day` is the local day of the last instant
    in time; while a pause is open it is the earliest day that can still become, and no promise.
    """

    due_at: datetime | None
    last_day: date
    zone: str
    explain: tuple[Step, ...]


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
    begins = _words(anchor, zone)
    steps = [Step("anchor", f"Starts at {begins}: {_ANCHORS[deadline.anchor]}", deadline.source)]
    stops = tuple(_union(pauses, anchor.astimezone(UTC)))
    count = _count_instants if deadline.elapsed else _count_days
    return count(_Question(deadline, anchor.astimezone(UTC), zone, calendar, stops, tuple(extensions)), steps)


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


class _Question(NamedTuple):
    deadline: Deadline
    anchor: datetime
    zone: str
    calendar: Calendar
    pauses: tuple[Interval, ...]
    extensions: tuple[Length, ...]


def _count_instants(question: _Question, steps: list[Step]) -> Due:
    deadline, zone = question.deadline, question.zone
    end = question.anchor + _span(deadline.length)
    steps.append(Step("count", f"{deadline.length} later: {_words(end, zone)}", deadline.source))
    for extension in question.extensions:
        end += _span(extension)
        steps.append(Step("extension", f"Extended by {extension}: {_words(end, zone)}", RECORDED))

    def shift(reached: datetime, start: datetime, resumed: datetime) -> tuple[datetime, str]:
        moved = reached + (resumed - start)
        return moved, f"{resumed - start} later: {_words(moved, zone)}"

    end, runs = _paused(end, question, lambda reached: reached, shift, steps)
    return _answer(end if runs else None, local_day(end - TICK, zone), zone, steps, deadline)


def _count_days(question: _Question, steps: list[Step]) -> Due:
    deadline, zone, calendar = question.deadline, question.zone, question.calendar
    day = _counted(question, steps)

    def end_of(reached: date) -> datetime:
        if deadline.close_time is None:
            return day_start(reached + DAY, zone)
        return _at_local_time(reached, deadline.close_time, zone)

    def shift(reached: date, start: datetime, resumed: datetime) -> tuple[date, str]:
        first, last = local_day(start, zone), local_day(resumed, zone)
        if deadline.unit == "business_days":
            days, noun = calendar.worked_between(first, last), "business day"
            moved = calendar.step(reached, days)
        else:
            days, noun = (last - first).days, "day"
            moved = reached + DAY * days
        return moved, f"{days} {noun}{'' if days == 1 else 's'} later: last day {_day(moved)}"

    day, runs = _paused(day, question, end_of, shift, steps)
    day = _rolled(day, deadline, calendar, steps)
    _warn_of_unknown_holidays(day, question, steps)
    return _answer(end_of(day) if runs else None, day, zone, steps, deadline)


def _counted(question: _Question, steps: list[Step]) -> date:
    """The last day by count and extensions. What has the deadline's unit is counted once, from the anchor."""
    deadline, calendar = question.deadline, question.calendar
    overflow = deadline.month_overflow

    def last_day(amount: int) -> date:
        start = local_day(question.anchor, question.zone)
        if deadline.count_start == "include_anchor_day":
            start -= DAY
        return _shifted(start, amount, deadline.unit, calendar, overflow)

    amount = deadline.amount
    day = last_day(amount)
    how = "the first day included" if deadline.count_start == "include_anchor_day" else "from the next day"
    source = f"{deadline.source}; calendar {calendar.name}" if _by_calendar(deadline) else deadline.source
    steps.append(Step("count", f"{deadline.length}, {how}: last day {_day(day)}", source))
    for extension in sorted(question.extensions, key=lambda one: one.unit != deadline.unit):
        if extension.unit == deadline.unit:
            amount += extension.amount
            day = last_day(amount)
        else:
            day = _shifted(day, extension.amount, extension.unit, calendar, overflow)
        steps.append(Step("extension", f"Extended by {extension}: last day {_day(day)}", RECORDED))
    return day


def _paused[Reached: (date, datetime)](
    reached: Reached,
    question: _Question,
    end_of: Callable[[Reached], datetime],
    shift: Callable[[Reached, datetime, datetime], tuple[Reached, str]],
    steps: list[Step],
) -> tuple[Reached, bool]:
    """Where the deadline stands after the pauses, and whether its clock runs."""
    for pause in question.pauses:
        since = _words(pause.start, question.zone)
        if pause.start >= end_of(reached):
            steps.append(
                Step("pause", f"A pause since {since} came after the end: it changes nothing", RECORDED)
            )
        elif pause.end is None:
            steps.append(Step("pause", f"Paused since {since}: nothing is due until it ends", RECORDED))
            return reached, False
        else:
            reached, words = shift(reached, pause.start, pause.end)
            until = _words(pause.end, question.zone)
            steps.append(Step("pause", f"Paused from {since} to {until}, {words}", RECORDED))
    return reached, True


def _rolled(day: date, deadline: Deadline, calendar: Calendar, steps: list[Step]) -> date:
    if deadline.rollover == "none" or calendar.works(day):
        return day
    move = calendar.next_worked if deadline.rollover == "next_business_day" else calendar.previous_worked
    rolled = move(day)
    why = calendar.holidays.get(day, "weekend")
    words = f"{_day(day)} is not worked ({why}): moved to {_day(rolled)}"
    steps.append(Step("rollover", words, f"{deadline.source}; calendar {calendar.name}"))
    return rolled


def _warn_of_unknown_holidays(day: date, question: _Question, steps: list[Step]) -> None:
    calendar = question.calendar
    start = local_day(question.anchor, question.zone)
    if _by_calendar(question.deadline) and not (calendar.covers(start) and calendar.covers(day)):
        words = f"Holidays before {_day(calendar.first)} or after {_day(calendar.last)} are not known"
        steps.append(Step("calendar", words, f"calendar {calendar.name}"))


def _answer(due_at: datetime | None, last_day: date, zone: str, steps: list[Step], deadline: Deadline) -> Due:
    if due_at is not None:
        words = f"In time before {instants.to_text(due_at)}, {_words(due_at, zone)}"
        steps.append(Step("end", f"{words}: the last day is {_day(last_day)}", deadline.source))
    return Due(due_at, last_day, zone, tuple(steps))


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
    "final_response_sent": "the final response was sent",
    "complete_file_at_adr": "the external body had the complete file",
    "period_end": "the period ended",
}
