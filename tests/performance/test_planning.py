"""What it costs to plan one complaint: the arithmetic of its clocks must never be what a function waits for.

CPU time, the least of several turns, as a ratio to a floor measured in the same run: to read the complaint's
fifty events costs as much as planning may cost twice; a bare interpreter with what every function has loaded
takes more than twice what the domain adds. On the machine of the README's figures that is 0.8 ms and 10 ms,
where the design allows 1 ms and 15 ms.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from copy import replace
from datetime import timedelta

import pytest

from infra.packaging import PACKAGE
from redress.domain import audit, commands, complaint
from redress.domain.correspondence import LetterKind
from redress.domain.milestones import milestones
from redress.domain.next_step import next_step
from tests.support.complaints import CLAIM_EXPIRY, PLAYER, SYSTEM, TRIAGE, Case, personal, submit

EVENTS = 50
PLANNING_TO_READING, DOMAIN_TO_BARE = 2.0, 0.45
# What every function has loaded by then: the SDK and the logger bring it.
STANDARD = (
    "import copy, dataclasses, datetime, enum, functools, hashlib, itertools, json, pathlib, re, typing, "
    "zoneinfo"
)
PLANNING = "from redress.domain import decisions, milestones, next_step"


def spent(work: Callable[[], object]) -> float:
    """The CPU seconds of doing something once, measured over twenty times."""
    begun = time.process_time()
    for _ in range(20):
        work()
    return (time.process_time() - begun) / 20


def long_case(pack: str) -> Case:
    """An investigation of 50 events, one of them a pause that has ended."""
    case = Case(replace(submit(pack), pack_version="2026.1"))
    case.send(LetterKind.ACKNOWLEDGEMENT)
    case.do(TRIAGE, SYSTEM)
    case.do(commands.RequestInformation(content=personal("question"), pause=pack == "gb-ukgc"))
    while len(case.records) < EVENTS:
        case.do(commands.Reply(content=personal("reply")), PLAYER, at=case.now + timedelta(minutes=3))
    return case


@pytest.mark.parametrize("pack", ["gb-ukgc", "cw-cga", "pl"])
def test_planning_a_complaint_of_fifty_events_costs_little_beside_reading_them(pack: str) -> None:
    case = long_case(pack)
    texts = [record.text for record in case.records[:EVENTS]]
    rules = case.rules

    def read() -> Sequence[audit.Record]:
        return [audit.read(text) for text in texts]

    def plan() -> None:
        one = complaint.fold(case.records[:EVENTS])
        next_step(one, milestones(rules, one), case.now, CLAIM_EXPIRY)

    # By turns, so that what else the machine does weighs on both.
    turns = [(spent(plan), spent(read)) for _ in range(15)]
    planning, reading = map(min, zip(*turns, strict=True))
    assert planning / reading < PLANNING_TO_READING


def test_what_planning_imports_of_ours_costs_little_beside_a_bare_function() -> None:
    """One process tells both, so that a slow start weighs on neither alone, and its end on none."""
    path, now = f"sys.path.insert(0, {str(PACKAGE.parent)!r})", "time.process_time()"
    program = f"import sys, time; {path}; {STANDARD}; bare = {now}; {PLANNING}; print(bare, {now})"

    def turn() -> tuple[float, float]:
        told = subprocess.run(  # noqa: S603 - our own code
            [sys.executable, "-S", "-E", "-c", program], check=True, capture_output=True, text=True
        )
        bare, whole = map(float, told.stdout.split())
        return bare, whole - bare

    bare, ours = map(min, zip(*(turn() for _ in range(30)), strict=True))
    assert ours / bare < DOMAIN_TO_BARE
