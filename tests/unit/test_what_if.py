"""What another pack or calendar would change: which dates move, by how much, and what would be in breach."""

import copy
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from redress.domain import commands as c
from redress.domain import packs
from redress.domain.calendars import Calendar
from redress.domain.correspondence import LetterKind
from redress.domain.other_calendar import counted_by
from redress.domain.rulepack import RulePack
from redress.store import keys
from redress.usecases.ports import CaseFile, Page
from redress.usecases.what_if import Changed, Move, months, what_if
from tests.support.complaints import PLAYER, REGION, SYSTEM, T0, personal, submit
from tests.support.desks import Clock, Office
from tests.support.memory_store import MemoryStore

DAY = timedelta(days=1)
BRITAIN, CURACAO = "gb-ukgc", "cw-cga"


class Registers:
    """The registers of a store in memory; `asked` are the months and pages read, `loaded` the complaints."""

    def __init__(self, store: MemoryStore, limit: int = 100) -> None:
        self.store, self.limit = store, limit
        self.asked: list[tuple[str, str, str | None]] = []
        self.loaded: list[str] = []

    def month(self, pack: str, month: datetime, cursor: str | None) -> Page:
        """Part of a month's register."""
        self.asked.append((pack, f"{month:%Y-%m}", cursor))
        return self.store.list_register(keys.register(pack, month), self.limit, cursor)

    def load(self, number: str) -> CaseFile:
        """The whole complaint."""
        self.loaded.append(number)
        return self.store.load(number)


class World:
    """An office over a store in memory, its registers, and what would be if a pack were another."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.store = MemoryStore(self.clock)
        self.office = Office(self.store, self.clock)
        self.registers = Registers(self.store)
        self._requests = 0

    def receive(self, pack: str = BRITAIN, **changed: Any) -> str:
        """A new complaint."""
        self._requests += 1
        return self.office.receive(copy.replace(submit(pack), **changed), key=f"request-{self._requests}")

    def days_pass(self, days: float) -> None:
        """Time passes."""
        self.clock.move(days * DAY.total_seconds())

    def if_only(self, changed: Changed, *registers: str) -> list[Move]:
        """What would move."""
        named = registers or (BRITAIN,)
        return list(what_if(self.registers, REGION, changed, named, T0, self.clock()))


@pytest.fixture
def world() -> World:
    return World()


def another(pack_id: str, change: Callable[[dict[str, Any]], object]) -> Changed:
    """A pack with its document changed."""
    document = copy.deepcopy(dict(packs.history(pack_id)[-1]))
    change(document)
    candidate = packs.load(document)
    return lambda pack: candidate if pack.id == pack_id else pack


def final_of(amount: int, pack: str = BRITAIN) -> Changed:
    def change(document: dict[str, Any]) -> None:
        document["stages"]["final"]["deadline"]["value"]["amount"] = amount

    return another(pack, change)


def by_clock(moves: list[Move]) -> Mapping[str, Move]:
    assert len({move.either.clock for move in moves}) == len(moves)
    return {move.either.clock: move for move in moves}


def test_a_shorter_time_moves_the_date_and_nothing_else(world: World) -> None:
    number = world.receive()
    (move,) = world.if_only(final_of(6))
    assert (move.number, move.either.clock, move.either.pack.id) == (number, "final", BRITAIN)
    assert move.by == -14 * DAY
    assert move.before is not None
    assert move.after is not None
    assert move.before.last_day - move.after.last_day == 14 * DAY
    assert (move.would_breach, move.would_stop_breaching) == (False, False)


def test_the_same_pack_moves_nothing(world: World) -> None:
    world.receive()
    assert world.if_only(final_of(8)) == []


@pytest.mark.parametrize(("days", "breaches"), [(41, False), (42, True)])
def test_what_the_new_date_has_passed_already_would_be_in_breach(
    days: int, world: World, *, breaches: bool
) -> None:
    world.receive()
    world.days_pass(days)
    assert [move.would_breach for move in world.if_only(final_of(6))] == [breaches]


def test_a_longer_time_ends_a_breach(world: World) -> None:
    world.receive()
    world.days_pass(58)
    (move,) = world.if_only(final_of(10))
    assert (move.would_breach, move.would_stop_breaching) == (False, True)
    assert move.by == 14 * DAY


def test_what_would_stay_in_breach_is_not_said_to_begin(world: World) -> None:
    world.receive()
    world.days_pass(58)
    (move,) = world.if_only(final_of(6))
    assert (move.would_breach, move.would_stop_breaching) == (False, False)


def ack_of(hours: int) -> Changed:
    def change(document: dict[str, Any]) -> None:
        document["stages"]["ack"]["deadline"]["value"]["amount"] = hours

    return another(BRITAIN, change)


def test_what_was_done_in_time_by_either_rule_is_left_out(world: World) -> None:
    number = world.receive()
    world.clock.move(3600)
    world.office.send(number, LetterKind.ACKNOWLEDGEMENT)
    assert world.if_only(ack_of(12)) == []


def test_what_was_done_in_time_and_would_have_been_too_late_is_a_breach(world: World) -> None:
    number = world.receive()
    world.clock.move(20 * 3600)
    world.office.send(number, LetterKind.ACKNOWLEDGEMENT)
    (move,) = world.if_only(ack_of(12))
    assert move.would_breach


def test_a_closed_complaint_is_not_even_read(world: World) -> None:
    closed, still_open = world.receive(), world.receive()
    world.office.do(closed, c.Withdraw(), PLAYER)
    assert [move.number for move in world.if_only(final_of(6))] == [still_open]
    assert world.registers.loaded == [still_open]


def gateway_of(weeks: int) -> Changed:
    def change(document: dict[str, Any]) -> None:
        document["external_bodies"][0]["opens_when"]["value"]["amount"] = weeks

    return another(BRITAIN, change)


def test_a_gateway_that_would_have_opened_already_is_no_breach(world: World) -> None:
    world.receive()
    world.days_pass(43)
    (move,) = world.if_only(gateway_of(6))
    assert (move.either.clock, move.would_breach) == ("gateway", False)


def paused(world: World) -> str:
    number = world.receive()
    world.office.do(number, c.PauseClock(reason="awaiting_player_info", content=personal("why")))
    return number


def test_a_pause_that_ended_is_counted_by_the_new_rule_too(world: World) -> None:
    number = paused(world)
    world.days_pass(10)
    world.office.do(number, c.ResumeClock(reason="awaiting_player_info"))
    (move,) = world.if_only(gateway_of(6))
    assert move.by == -14 * DAY
    assert move.after is not None
    assert [step.kind for step in move.after.explain].count("pause") == 1
    assert move.after.last_day == date(2026, 4, 12) + 10 * DAY


def test_a_clock_that_stands_still_has_no_instant_but_moves(world: World) -> None:
    paused(world)
    (move,) = world.if_only(gateway_of(6))
    assert move.by is None
    assert (move.before is not None and move.before.due_at, move.after and move.after.due_at) == (None, None)


def test_an_extension_that_was_taken_is_counted_by_the_new_rule_too(world: World) -> None:
    number = world.receive(CURACAO)
    world.office.do(number, c.ExtendDeadline(stage="final", content=personal("why")))
    world.office.send(number, LetterKind.EXTENSION)
    (move,) = world.if_only(final_of(3, CURACAO), CURACAO)
    assert move.by == -7 * DAY
    assert move.after is not None
    assert move.after.last_day == date(2026, 3, 2) + 7 * 7 * DAY


def test_a_complaint_runs_by_the_pack_of_the_residence_too(world: World) -> None:
    number = world.receive(residence_packs=("ee@2026.1",))
    world.receive()
    (move,) = world.if_only(final_of(10, "ee"))
    assert (move.number, move.either.pack.id, move.by) == (number, "ee", -5 * DAY)


def test_one_more_holiday_moves_what_is_counted_in_business_days(world: World) -> None:
    world.receive(CURACAO, category="safer_gambling")
    calendar = Calendar(name="CW next", holidays={date(2026, 3, 4): "a new holiday"})

    def changed(pack: RulePack) -> RulePack:
        return counted_by(pack, calendar) if pack.holiday_calendar == "CW" else pack

    moved = by_clock(world.if_only(changed, CURACAO))
    assert moved.keys() == {"final"}
    assert moved["final"].by == DAY
    assert moved["final"].after is not None
    assert any("CW next" in step.source for step in moved["final"].after.explain)


def test_a_date_of_the_house_is_new_and_no_breach_when_it_has_passed(world: World) -> None:
    def change(document: dict[str, Any]) -> None:
        target = {"kind": "duty", "amount": 4, "unit": "weeks", "anchor": "received"}
        document["house"]["targets"] = {"final": target}

    world.receive()
    world.days_pass(40)
    (move,) = world.if_only(another(BRITAIN, change))
    assert (move.before, move.either.clock, move.by) == (None, "final_target", None)
    assert not move.would_breach


def test_a_clock_can_go(world: World) -> None:
    def change(document: dict[str, Any]) -> None:
        document["external_bodies"][0]["opens_when"] = {"confidence": "not_found"}

    world.receive()
    (move,) = world.if_only(another(BRITAIN, change))
    assert (move.after, move.either.clock, move.by) == (None, "gateway", None)
    assert not move.would_breach


def test_a_deadline_of_another_kind_on_the_same_day_is_told(world: World) -> None:
    def change(document: dict[str, Any]) -> None:
        document["stages"]["final"]["deadline"]["value"]["kind"] = "deemed_outcome"
        document["stages"]["final"]["deadline"]["value"]["on_breach"] = ["mark_deemed_accepted"]
        document["silence_effect"] = "deemed_accepted"

    world.receive()
    (move,) = world.if_only(another(BRITAIN, change))
    assert move.by == timedelta()
    assert move.before is not None
    assert move.after is not None
    assert (move.before.kind, move.after.kind) == ("duty", "deemed_outcome")


def test_an_answered_complaint_that_waits_for_feedback_has_nothing_to_lose(world: World) -> None:
    number = world.receive()
    world.office.send(number, LetterKind.ACKNOWLEDGEMENT)
    world.office.do(number, c.Triage(team="care", severity="normal", reasons=()), SYSTEM)
    world.office.do(number, c.ProposeDecision(outcome="upheld", content=personal("reasons")))
    world.office.do(number, c.ApproveDecision())
    world.office.send(number, LetterKind.FINAL_RESPONSE)
    assert world.if_only(final_of(6)) == []


def test_registers_are_read_month_by_month_and_to_their_last_page(world: World) -> None:
    world.registers.limit = 2
    expected = {world.receive() for _ in range(5)}
    world.days_pass(40)
    expected |= {world.receive()}
    found = {move.number for move in world.if_only(final_of(6), "ee", BRITAIN)}
    assert found == expected
    assert world.registers.asked == [
        ("ee", "2026-03", None),
        ("ee", "2026-04", None),
        (BRITAIN, "2026-03", None),
        (BRITAIN, "2026-03", "2"),
        (BRITAIN, "2026-03", "4"),
        (BRITAIN, "2026-04", None),
    ]


def test_months_run_over_the_turn_of_the_year_and_are_those_of_utc() -> None:
    since = datetime.fromisoformat("2025-12-01T00:30+02:00")  # still November in UTC
    until = datetime(2026, 2, 28, 23, 59, tzinfo=UTC)
    assert [f"{month:%Y-%m-%d}" for month in months(since, until)] == [
        "2025-11-01",
        "2025-12-01",
        "2026-01-01",
        "2026-02-01",
    ]
