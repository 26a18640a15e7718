"""Random cases for the clock that crowd where clocks go wrong, and the zones they are set in."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from random import Random

from dateutil.relativedelta import relativedelta  # type: ignore[import-untyped]  # it ships no types

from redress.domain.rulepack import Deadline, Length
from tests.support.clock_oracle import DAY, SECONDS, TICK, Case, Pause, due, instant_of, local, periods

MOST = {
    "seconds": 10_000,
    "hours": 3_000,
    "calendar_days": 200,
    "business_days": 90,
    "weeks": 30,
    "months": 30,
}
UNITS = tuple(MOST)
ANCHORS_FROM, ANCHORS_TO = datetime(2020, 1, 1, tzinfo=UTC), datetime(2041, 1, 1, tzinfo=UTC)
CLOSES = (time(17), time(12, 30), time(0, 30), time(0, 59, 59), time(1), time(2, 30), time(23, 30))
NUDGES = (timedelta(0), TICK, timedelta(milliseconds=1), timedelta(seconds=1), timedelta(minutes=1))


@cache
def every_zone() -> tuple[str, ...]:
    """All zones of the pinned tz data, aliases too."""
    return tuple((files("tzdata") / "zones").read_text(encoding="utf-8").split())


def random_case(chance: Random, zones: Sequence[str]) -> Case:
    """Any deadline the schema allows, anchored in 2020 to 2040, with what may befall it.

    Half of them are likely to end about a change of the clocks, where the zone has one.
    """
    zone = chance.choice(zones)
    changes = [
        place for place, period in enumerate(periods(zone)) if ANCHORS_FROM < period.start < ANCHORS_TO
    ]
    aim = _odd_time(chance, chance.choice(changes), zone) if changes and chance.random() < 0.5 else None
    deadline = random_deadline(chance, aim)
    anchor = _ending(chance, aim, zone, deadline) if aim else _random_anchor(chance, zone, deadline)
    anchor = min(max(anchor, ANCHORS_FROM), ANCHORS_TO - TICK)
    weekend = chance.choice([(6, 7), (6, 7), (5, 6), (7,), (), (1, 2, 3, 4, 5, 6)])
    case = Case(deadline, anchor, zone, weekend, _random_holidays(chance, anchor))
    case = case._replace(extensions=_extensions(chance, deadline))
    return case._replace(pauses=tuple(_random_pauses(chance, case, chance.choice([0, 0, 1, 1, 2, 3, 5]))))


def random_deadline(chance: Random, aim: datetime | None = None) -> Deadline:
    """Any deadline the schema allows, of at most some three years; it may close at the time of `aim`."""
    unit = chance.choice(UNITS[1:]) if chance.random() < 0.97 else "seconds"
    amount = chance.randint(1, 10 if chance.random() < 0.3 else MOST[unit])
    if unit in SECONDS:
        exact = {"count_start": "exact_instant", "end_at": "exact_instant"}
        return Deadline(kind="duty", amount=amount, unit=unit, anchor="received", **exact)  # type: ignore[arg-type]  # drawn
    close = (aim.time() if aim else chance.choice(CLOSES)) if chance.random() < 0.3 else None
    include = unit in ("calendar_days", "weeks") and chance.random() < 0.4
    return Deadline(
        kind="duty",
        amount=amount,
        unit=unit,  # type: ignore[arg-type]  # drawn from the schema's own words
        anchor="received",
        count_start="include_anchor_day" if include else "exclude_anchor_day",
        end_at="close_of_business" if close is not None else "end_of_local_day",
        close_time=close,
        rollover=chance.choice(["none", "none", "next_business_day", "previous_business_day"]),
        month_overflow=chance.choice(["clamp_last_day", "next_month_first"]),
    )


def _odd_time(chance: Random, place: int, zone: str) -> datetime:
    """A local time that the clocks skip or show twice at the change that begins the period."""
    earlier, later = periods(zone)[place - 1 : place + 1]
    minutes = abs(later.offset - earlier.offset) // timedelta(minutes=1)
    shown = later.start + min(earlier.offset, later.offset)
    return shown + timedelta(minutes=chance.choice([0, chance.randrange(minutes)]))


def _ending(chance: Random, aim: datetime, zone: str, deadline: Deadline) -> datetime:
    """An anchor from which the deadline is likely to end at or about that local time."""
    if deadline.unit in SECONDS:
        length = timedelta(seconds=deadline.amount * SECONDS[deadline.unit])
        return instant_of(aim, zone) - length + chance.choice(NUDGES)
    last = aim.date() - DAY * (deadline.close_time is None) + DAY * chance.choice([0, 0, 0, -1, 1])
    less = deadline.count_start == "include_anchor_day"
    days = {"calendar_days": 1, "weeks": 7, "business_days": 1.4, "months": 0}[deadline.unit]
    first = last - DAY * (round(deadline.amount * days) - less)
    if deadline.unit == "months":
        first = last - relativedelta(months=deadline.amount)
    return instant_of(datetime.combine(first, time.min, UTC) + timedelta(hours=chance.uniform(0, 24)), zone)


def _random_anchor(chance: Random, zone: str, deadline: Deadline) -> datetime:
    """Anywhere, near a midnight, or in the last days of a long month."""
    anchor = ANCHORS_FROM + (ANCHORS_TO - ANCHORS_FROM) * chance.random()
    kind = chance.choice(["anywhere", "midnight", "month"] + ["month"] * 2 * (deadline.unit == "months"))
    if kind == "month":
        first = datetime(anchor.year, chance.choice([1, 2, 4, 6, 8, 9, 11]), 1, tzinfo=UTC)
        anchor = instant_of(first, zone) - timedelta(hours=chance.uniform(-1, 72))
    return _edge(chance, anchor, zone) if kind == "midnight" else anchor


def _edge(chance: Random, instant: datetime, zone: str) -> datetime:
    """A midnight near the instant, or a little off it."""
    midnight = instant_of(datetime.combine(local(instant, zone).date(), time.min, UTC), zone)
    return midnight + chance.choice(NUDGES) * chance.choice([-1, 1])


def _random_holidays(chance: Random, anchor: datetime) -> frozenset[date]:
    first = anchor.date()
    days = {first + DAY * chance.randint(-5, 250) for _ in range(chance.choice([0, 3, 20]))}
    if chance.random() < 0.2:
        start = first + DAY * chance.randint(0, 60)
        days |= {start + DAY * place for place in range(chance.randint(2, 12))}
    return frozenset(days)


def _extensions(chance: Random, deadline: Deadline) -> tuple[Length, ...]:
    units = UNITS[:2] if deadline.unit in SECONDS else UNITS[2:]
    drawn = [
        deadline.unit if chance.random() < 0.5 else chance.choice(units) for _ in range(chance.randint(1, 3))
    ]
    if chance.random() < 0.7:
        return ()
    return tuple(Length(amount=chance.randint(1, min(12, MOST[unit])), unit=unit) for unit in drawn)  # type: ignore[arg-type]  # drawn


def _random_pauses(chance: Random, case: Case, count: int) -> Iterator[Pause]:
    """Pauses that overlap, touch, are empty or open, before the anchor, at the end and after it."""
    end = due(case).due_at or case.anchor
    marks = [case.anchor, end]
    for _ in range(count):
        kind = chance.choice(["mark", "within", "within", "midnight"])
        start = case.anchor + (end - case.anchor) * chance.uniform(-0.2, 1.2)
        if kind == "mark":
            start = chance.choice(marks) + chance.choice(NUDGES) * chance.choice([-1, 0, 1])
        if kind == "midnight":
            start = _edge(chance, start, case.zone)
        if chance.random() < 0.07:
            yield start, None
            continue
        stop = start + chance.choice(
            [timedelta(0), TICK, timedelta(hours=chance.uniform(0, 30)), DAY * chance.uniform(0, 40)]
        )
        if chance.random() < 0.3:
            stop = max(
                start, _edge(chance, stop, case.zone), *(mark for mark in marks if chance.random() < 0.1)
            )
        marks += [start, stop]
        yield start, stop


def ends_after_any_anchor(deadline: Deadline) -> bool:
    """Whether it can only end after its anchor, whenever in the day that is.

    Rolling back may lead before the anchor, and the close of business of the anchor day may have passed.
    """
    same_day = deadline.count_start == "include_anchor_day" and deadline.length == Length(
        amount=1, unit="calendar_days"
    )
    return deadline.rollover != "previous_business_day" and not (same_day and deadline.close_time is not None)
