"""Two clocks that share no code agree: 50,000 random cases, and every vector."""

from collections import Counter
from copy import replace
from datetime import UTC, datetime, time, timedelta
from random import Random

import pytest

from redress.domain import clock
from redress.domain.calendars import Calendar
from tests.support import clock_cases
from tests.support import clock_oracle as oracle
from tests.support.clock_oracle import Case
from tests.unit.test_clock_vectors import VECTORS, Vector

CHUNKS, CASES = 20, 2_500
POINTS = 4_000
AWKWARD = (
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/Asuncion",
    "America/Havana",
    "America/Nuuk",
    "America/Santiago",
    "America/Scoresbysund",
    "America/St_Johns",
    "America/Toronto",
    "Antarctica/Casey",
    "Antarctica/Troll",
    "Asia/Amman",
    "Asia/Beirut",
    "Asia/Gaza",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Atlantic/Azores",
    "Australia/Lord_Howe",
    "Europe/London",
    "Europe/Madrid",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
)


def zones_of(chance: Random) -> list[str]:
    """The awkward zones, and some of all the others."""
    return [*AWKWARD, *chance.sample(clock_cases.every_zone(), 12)]


def calendar_of(case: Case) -> Calendar:
    return Calendar(name="random", weekend=case.weekend, holidays=dict.fromkeys(case.holidays, "holiday"))


def asked(case: Case) -> clock.Due:
    return clock.due(
        case.deadline,
        case.anchor,
        zone=case.zone,
        calendar=calendar_of(case),
        pauses=[clock.Interval(start=start, end=end) for start, end in case.pauses],
        extensions=case.extensions,
    )


def difference(case: Case) -> str:
    """Empty, or the case with both answers."""
    found, expected = asked(case), oracle.due(case)
    if (found.due_at, found.last_day) == expected:
        return ""
    rows = [
        "the clocks disagree:",
        str(case),
        f"  clock      {found.due_at}, last day {found.last_day}",
        f"  oracle     {expected.due_at}, last day {expected.last_day}",
        *(f"    {step.kind:<9} {step.text}" for step in found.explain),
    ]
    return "\n".join(rows)


@pytest.mark.parametrize("seed", range(CHUNKS))
def test_both_clocks_give_the_same_instant_in_random_cases(seed: int) -> None:
    chance = Random(seed)  # noqa: S311  # a repeatable draw
    zones = zones_of(chance)
    for _ in range(CASES):
        different = difference(clock_cases.random_case(chance, zones))
        assert not different, different


def test_both_clocks_give_the_same_points_before_and_after_an_instant() -> None:
    chance = Random(0)  # noqa: S311  # a repeatable draw
    zones = zones_of(chance)
    for _ in range(POINTS):
        case = without(clock_cases.random_case(chance, zones), month_overflow="clamp_last_day")
        unit, amount = chance.choice(clock_cases.UNITS[2:]), chance.randint(1, 40)
        after = oracle.point(case, case.anchor, amount, unit)
        expected = (
            oracle.point(case, case.anchor - oracle.TICK, -amount, unit),
            after,
            oracle.point(case, after, 1, "calendar_days"),
        )
        found = tuple(
            ask(case.anchor, amount, unit, case.zone, calendar_of(case))  # type: ignore[arg-type]  # drawn
            for ask in (clock.before, clock.after, clock.until)
        )
        assert found == expected, f"{amount} {unit} before, after and until the anchor of\n{case}"


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.id)
def test_the_second_clock_gives_the_instants_computed_by_hand(vector: Vector) -> None:
    case = Case(
        vector.deadline,
        vector.anchor,
        vector.zone,
        holidays=frozenset(vector.calendar.holidays),
        pauses=tuple((pause.start, pause.end) for pause in vector.pauses),
        extensions=vector.extensions,
    )
    assert oracle.due(case).due_at == vector.due_at


def test_the_second_clock_uses_nothing_of_the_first() -> None:
    assert clock not in vars(oracle).values()
    assert not [
        name for name, item in vars(oracle).items() if getattr(item, "__module__", "") == clock.__name__
    ]


def of_its_end(case: Case) -> dict[str, bool]:
    """What is difficult about the local time at which a deadline of days ends."""
    deadline, zone, last_day = case.deadline, case.zone, oracle.due(case).last_day
    if deadline.unit in oracle.SECONDS:
        return {}
    closes = deadline.close_time is not None
    shown = datetime.combine(last_day, deadline.close_time or time.min, UTC) + timedelta(days=not closes)
    kind = "close" if closes else "midnight"
    return {
        f"skipped {kind}": oracle.skipped(shown, zone),
        f"repeated {kind}": oracle.repeated(shown, zone),
        f"rollover {deadline.rollover}": last_day != oracle.due(without(case, rollover="none")).last_day,
    }


def of_its_count(case: Case) -> dict[str, bool]:
    """What is difficult about the days counted."""
    deadline, bare = case.deadline, case._replace(extensions=(), pauses=())
    end, clamped = oracle.due(bare), oracle.due(without(bare, month_overflow="clamp_last_day"))
    own = [extension.unit == deadline.unit for extension in case.extensions]
    return {
        f"{deadline.unit}, {deadline.count_start}": True,
        "the local day is not the UTC day": oracle.local(case.anchor, case.zone).date() != case.anchor.date(),
        "a month without that day": end != clamped,
        "extended in its own unit": True in own,
        "extended in another unit": False in own,
        "extended and paused": bool(own and case.pauses),
    }


def of_its_pauses(case: Case) -> dict[str, bool]:
    """What is difficult about how pauses lie to the anchor, the end and each other."""
    free, end = oracle.due(case._replace(pauses=())).due_at, oracle.due(case).due_at
    starts = {start for start, _ in case.pauses}
    closed = [(start, stop) for start, stop in case.pauses if stop is not None]
    still_open = len(closed) < len(case.pauses)
    return {
        "stopped by an open pause": end is None,
        "an open pause too late": still_open and end is not None,
        "a pause before the anchor": any(stop <= case.anchor for _, stop in closed),
        "a pause across the anchor": any(start < case.anchor < stop for start, stop in closed),
        "a pause at the end": end in starts,
        "a pause a tick before the end": free is not None and free - oracle.TICK in starts,
        "a pause after the end": end is not None and any(start > end for start in starts),
        "an empty pause": any(start == stop for start, stop in closed),
        "touching pauses": any(stop in starts for start, stop in closed if start < stop),
        "overlapping pauses": any(start < other < stop for start, stop in closed for other in starts),
        "pauses that move nothing": bool(closed) and end == free,
    }


def without(case: Case, **changes: object) -> Case:
    return case._replace(deadline=replace(case.deadline, **changes))  # type: ignore[arg-type]  # by name


def test_the_random_cases_come_to_every_corner() -> None:
    chance = Random(0)  # noqa: S311  # a repeatable draw
    zones, seen = zones_of(chance), Counter[str]()
    for _ in range(CASES):
        case = clock_cases.random_case(chance, zones)
        features = of_its_end(case) | of_its_count(case) | of_its_pauses(case)
        seen.update({name: int(holds) for name, holds in features.items()})
    assert not [name for name, times in seen.items() if times < 3 and not name.endswith(" none")]
