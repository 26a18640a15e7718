"""The clock in every zone there is, on machines set to any zone, and with the pinned tz data alone."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest

from redress.domain import clock
from redress.domain.calendars import Calendar
from redress.domain.rulepack import LONGEST, Deadline
from tests.support import clock_cases
from tests.support import clock_oracle as oracle

ROOT = Path(__file__).parents[2]
NO_HOLIDAYS = Calendar(name="no holidays", holidays={})
DAY = timedelta(days=1)
FIRST, LAST = clock_cases.ANCHORS_FROM, clock_cases.ANCHORS_TO - oracle.TICK


class OddMidnight(NamedTuple):
    """A midnight that a zone skips or has twice."""

    zone: str
    day: date
    missing: bool


@cache
def odd_midnights() -> tuple[OddMidnight, ...]:
    """All of 2020 to 2040."""
    return tuple(odd for zone in clock_cases.every_zone() for odd in _odd_midnights(zone))


def _odd_midnights(zone: str) -> Iterator[OddMidnight]:
    """Around a change, the clocks skip or repeat what lies between the readings before and after it."""
    for start, offset in oracle.periods(zone)[1:]:
        if not FIRST <= start <= LAST:
            continue
        old, new = oracle.local(start - oracle.TICK, zone) + oracle.TICK, start + offset
        midnight = datetime(max(old, new).year, max(old, new).month, max(old, new).day, tzinfo=UTC)
        if min(old, new) <= midnight < max(old, new):
            yield OddMidnight(zone, midnight.date(), missing=old < new)


def days(amount: int) -> Deadline:
    return Deadline(kind="duty", amount=amount, unit="calendar_days", anchor="received")


def test_the_zones_with_odd_midnights_are_those_known() -> None:
    missing = {odd.zone for odd in odd_midnights() if odd.missing}
    twice = {odd.zone for odd in odd_midnights() if not odd.missing}
    south = {"America/Santiago", "America/Asuncion"}
    assert missing >= {"Atlantic/Azores", "Asia/Beirut", "Africa/Cairo", "America/Havana"} | south
    assert twice >= {"Atlantic/Azores", "America/Havana", "Asia/Amman", "Asia/Gaza"}


def test_in_no_zone_does_a_local_day_come_back() -> None:
    """What makes a later anchor never end earlier: local days only go forward."""
    for zone in clock_cases.every_zone():
        for start, offset in oracle.periods(zone)[1:]:
            if FIRST <= start <= LAST:
                before = oracle.local(start - oracle.TICK, zone).date()
                assert (start + offset).date() >= before, (zone, start)


def test_a_day_whose_midnight_is_missing_or_comes_twice_starts_at_its_first_instant() -> None:
    assert len(odd_midnights()) > 200
    for zone, day, _ in odd_midnights():
        start = clock.day_start(day, zone)
        assert clock.local_day(start, zone) == day, (zone, day)
        assert clock.local_day(start - clock.TICK, zone) == day - DAY, (zone, day)
        assert not any(
            clock.local_day(start - timedelta(minutes=earlier), zone) == day for earlier in range(1, 181)
        ), (zone, day)


@pytest.mark.parametrize("amount", [1, 30])
def test_a_deadline_that_ends_there_ends_with_the_day_before(amount: int) -> None:
    for zone, day, _ in odd_midnights():
        noon = oracle.instant_of(datetime(day.year, day.month, day.day, 12, tzinfo=UTC), zone)
        found = clock.due(days(amount), noon - DAY * (amount + 1), zone=zone, calendar=NO_HOLIDAYS)
        assert (found.due_at, found.last_day) == (clock.day_start(day, zone), day - DAY), (zone, day)


def test_every_zone_has_an_answer_after_the_anchor_for_any_instant_of_2020_to_2040() -> None:
    chance = Random(0)  # noqa: S311  # a repeatable draw
    for zone in clock_cases.every_zone():
        for anchor in (FIRST, LAST, *(FIRST + (LAST - FIRST) * chance.random() for _ in range(8))):
            deadline = clock_cases.random_deadline(chance)
            found = clock.due(deadline, anchor, zone=zone, calendar=NO_HOLIDAYS)
            assert found.due_at is not None, (zone, anchor, deadline)
            assert found.due_at.tzinfo is UTC, (zone, anchor, deadline)
            if clock_cases.ends_after_any_anchor(deadline):
                assert found.due_at > anchor, (zone, anchor, deadline)


@pytest.mark.parametrize("unit", clock_cases.UNITS)
def test_the_longest_deadline_has_an_answer_in_every_zone(unit: str) -> None:
    exact = {"count_start": "exact_instant", "end_at": "exact_instant"} if unit in oracle.SECONDS else {}
    longest = Deadline(kind="duty", amount=LONGEST, unit=unit, anchor="received", **exact)  # type: ignore[arg-type]  # drawn
    for zone in clock_cases.every_zone()[::5]:
        found = clock.due(longest, LAST, zone=zone, calendar=NO_HOLIDAYS)
        assert found.due_at is not None, zone
        assert found.due_at > LAST, zone


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """A machine whose zone the test may set; set back afterwards."""
    yield monkeypatch
    monkeypatch.undo()
    time.tzset()


def test_the_zone_of_the_machine_does_not_matter(machine: pytest.MonkeyPatch) -> None:
    """Zones by POSIX rules: they need no tz data, so that they are in force on any machine."""
    chance = Random(0)  # noqa: S311  # a repeatable draw
    zones = ["UTC"] * 4 + chance.sample(clock_cases.every_zone(), 40)
    cases = [clock_cases.random_case(chance, zones) for _ in range(400)]
    answers = {}
    for rule, seconds in [
        ("UTC0", 0),
        ("EAST-14", 50_400),
        ("WEST+12", -43_200),
        ("CET-1CEST,M3.5.0,M10.5.0/3", 3_600),
        ("HALF+3:30HALFDST,M3.2.0/0:01,M11.1.0/0:01", -12_600),
    ]:
        machine.setenv("TZ", rule)
        time.tzset()
        assert time.localtime(0).tm_gmtoff == seconds
        answers[rule] = [
            (
                clock.due(
                    case.deadline,
                    case.anchor,
                    zone=case.zone,
                    calendar=Calendar(name="random", holidays=dict.fromkeys(case.holidays, "")),
                    pauses=[clock.Interval(start=start, end=end) for start, end in case.pauses],
                    extensions=case.extensions,
                ),
                clock.before(case.anchor, 3, "business_days", case.zone, NO_HOLIDAYS),
            )
            for case in cases
        ]
    assert [rule for rule, given in answers.items() if given != answers["UTC0"]] == []


def python_without_system_zones(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A Python to which the system's tz data does not exist."""
    return subprocess.run(  # noqa: S603  # our own code
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONTZPATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "proof",
    [
        "tests/unit/test_clock_vectors.py",
        "tests/property/test_clock_oracle.py::test_both_clocks_give_the_same_instant_in_random_cases[0]",
    ],
)
def test_without_the_systems_tz_data_the_results_are_the_same(proof: str) -> None:
    run = python_without_system_zones("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", proof)
    assert run.returncode == 0, run.stdout + run.stderr
    assert " passed" in run.stdout


START_OF_DAY = """
import sys, zoneinfo
{first}
from datetime import date
from redress.domain import clock
start = clock.day_start(date(2026, 3, 29), "Atlantic/Azores")
print(zoneinfo.TZPATH, start, "tzdata.zoneinfo" in sys.modules)
"""


def test_without_the_systems_tz_data_the_pinned_package_serves() -> None:
    served = python_without_system_zones("-c", START_OF_DAY.format(first=""))
    assert served.stdout.strip() == "() 2026-03-29 01:00:00+00:00 True", served.stderr
    absent = python_without_system_zones("-c", START_OF_DAY.format(first='sys.modules["tzdata"] = None'))
    assert absent.returncode == 1
    assert "ZoneInfoNotFoundError" in absent.stderr
