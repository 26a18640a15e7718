"""The wake protocol (infra/workflow/README.md): no wake-up is lost, none is invented.

Twice: every interleaving of a small model of it; and the real use cases with the real routing, in orders that
Hypothesis makes up. Both are shown to notice when a rule of the protocol is left out.
"""

from collections.abc import Callable, Mapping, Sequence
from copy import replace
from dataclasses import fields
from datetime import datetime, timedelta
from random import Random
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from redress.domain import commands, next_step
from redress.domain.commands import Command
from redress.domain.complaint import is_live
from redress.domain.correspondence import Letter
from redress.domain.stages import LEGAL_AT, Stage
from redress.usecases import plan_next, sweep, wake
from redress.usecases.change import Desk
from redress.usecases.plan_next import Plan, Question
from redress.usecases.ports import Batch, Overlooked
from redress.usecases.wake import Effect, Seen
from tests.support import memory_store, wake_world
from tests.support import wake_model as model
from tests.support.complaints import APPROVE, APPROVER, HANDLER, PLAYER, PROPOSE, personal
from tests.support.mail_commands import held, mail
from tests.support.memory_store import MemoryStore, State
from tests.support.memory_workflow import Execution
from tests.support.wake_world import LETTER_FATES, QUESTION_FATES, World

# Every interleaving of a small model

TROUBLES = {
    "two events": model.World(appends=2),
    "an event, a crash and a lost record": model.World(appends=1, crashes=1, losses=1),
    "an event and a record taken twice": model.World(appends=1, repeats=1),
    "an event and an effect that waits in the queue": model.World(appends=1, detours=1),
    "an event, a crash and a roll-over": model.World(appends=1, crashes=1, rolls=1),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_no_interleaving_loses_a_wake_up_or_fires_a_milestone_twice(trouble: str) -> None:
    worlds, way = model.explore(model.Protocol(), TROUBLES[trouble])
    assert not way, " → ".join(way)
    assert worlds > 10_000  # it did look


WITHOUT = {
    "park_needs_version": model.NOT_LOST,
    "park_needs_generation": model.NOT_LOST,
    "append_asks_for_attention": model.FOUND_AGAIN,
    "append_keeps_token": model.NOT_LOST,
    "relay_wakes_on_version": model.NOT_LOST,
    "step_is_decided_anew": model.FIRES_ONCE,
    "old_execution_ends": model.COMES_TO_REST,
    "sweep_raises_generation": model.FOUND_AGAIN,
    "wait_has_an_end": model.COMES_TO_REST,
    "wake_follows_the_record": model.NOT_LOST,
}


@pytest.mark.parametrize("rule_name", [field.name for field in fields(model.Rules)])
def test_every_rule_of_the_protocol_is_needed(rule_name: str) -> None:
    broken = replace(model.Rules(), **{rule_name: False})
    _, way = model.explore(model.Protocol(broken), model.World(appends=1, losses=1))
    assert way
    assert way[-1] == WITHOUT[rule_name]


# The real use cases

PEOPLE: tuple[tuple[str, Command], ...] = (
    (PLAYER, commands.Reply(content=personal("reply"))),
    (HANDLER, commands.RequestInformation(content=personal("question"))),
    (HANDLER, commands.RequestInformation(content=personal("question"), pause=True)),
    (HANDLER, commands.PauseClock(reason="police", content=personal("explanation"))),
    (HANDLER, commands.ResumeClock(reason="police")),
    (HANDLER, commands.ExtendDeadline(stage="final", content=personal("reasons"))),
    (HANDLER, commands.Assign(assignee="handler", team="payments")),
    (HANDLER, PROPOSE),
    (APPROVER, APPROVE),
    (APPROVER, APPROVE),
    (APPROVER, commands.ReturnDecision(content=personal("comment"))),
    (PLAYER, commands.GiveFeedback(score=4)),
    (PLAYER, commands.Withdraw()),
    (PLAYER, mail()),
    (PLAYER, held(mail_id="mail-2")),
    (HANDLER, commands.AddContact(content={"email": "other@example.test"})),
)
PAUSES = tuple(timedelta(seconds=one) for one in (1, 4, 13, 150))
TURNS_IN_A_TEST = 25


def pick[T](choices: Sequence[T], which: int) -> T | None:
    """One of the choices, if there are any."""
    return choices[which % len(choices)] if choices else None


def possible(world: World) -> list[tuple[str, Command]]:
    """What people can do at this stage."""
    return [one for one in PEOPLE if world.complaint.stage in LEGAL_AT[type(one[1])]]


def alive(world: World) -> list[Execution]:
    """The executions that run or wait."""
    return [*world.workflow.busy(), *world.workflow.parked()]


def people_act(world: World, which: int) -> None:
    if one := pick(possible(world), which):
        world.people(*one)


def people_act_in_the_middle_of_a_write(world: World, which: int) -> None:
    if one := pick(possible(world), which):
        world.store.meanwhile.extend([None] * (which % 3))
        world.store.meanwhile.append(lambda: world.people(*one))


def an_execution_takes_a_step(world: World, which: int) -> None:
    if one := pick(list(world.workflow.busy()), which):
        world.workflow.step(one)


def a_wait_times_out(world: World, which: int) -> None:
    if one := pick(list(world.workflow.timed_out()), which):
        world.workflow.time_out(one)


def the_relay_takes_a_record(world: World, _which: int) -> None:
    if world.relayed < len(world.store.stream):
        world.relay()


def the_relay_leaves_a_record_to_its_queue(world: World, _which: int) -> None:
    if world.relayed < len(world.store.stream):
        world.relay_to_queue()


def the_relay_takes_a_record_again(world: World, which: int) -> None:
    if world.relayed:
        world.relay_again(max(world.relayed - 1 - which, 0))


def the_queue_is_worked_off(world: World, _which: int) -> None:
    if world.effects:
        world.retry()


def the_sweep_runs(world: World, _which: int) -> None:
    world.sweep()


def a_while_passes(world: World, which: int) -> None:
    world.pass_time(world.now + PAUSES[which % len(PAUSES)])


def the_next_instant_comes(world: World, _which: int) -> None:
    world.pass_time(world.next_instant() or world.now)


def a_deployment_does_half_its_work(world: World, which: int) -> None:
    if which % 2:
        world.deployed += 1
    else:
        world.workflow.definition = str(world.deployed)


def an_execution_crashes(world: World, which: int) -> None:
    if one := pick(alive(world), which):
        world.crash(one)


def the_relay_loses_a_record(world: World, _which: int) -> None:
    if world.relayed < len(world.store.stream):
        world.relay_loses()


def a_letter_will_not_go_smoothly(world: World, which: int) -> None:
    world.letter_fates.append(LETTER_FATES[which % len(LETTER_FATES)])


def a_question_will_not_go_smoothly(world: World, which: int) -> None:
    world.question_fates.append(QUESTION_FATES[which % len(QUESTION_FATES)])


def the_mail_service_tells(world: World, which: int) -> None:
    if world.message_ids:
        world.mail_service_tells(which)


type Move = Callable[[World, int], None]

ORDINARY: tuple[Move, ...] = (
    *[an_execution_takes_a_step] * 10,
    *[people_act] * 4,
    *[the_relay_takes_a_record] * 4,
    *[the_next_instant_comes] * 2,
    a_wait_times_out,
    people_act_in_the_middle_of_a_write,
    the_relay_leaves_a_record_to_its_queue,
    the_relay_takes_a_record_again,
    the_queue_is_worked_off,
    the_sweep_runs,
    a_while_passes,
    a_deployment_does_half_its_work,
    *[the_mail_service_tells] * 2,
)
TROUBLE: tuple[Move, ...] = (
    an_execution_crashes,
    the_relay_loses_a_record,
    *[a_letter_will_not_go_smoothly] * 4,
    *[a_question_will_not_go_smoothly] * 2,
)
MOVES = 60


def live(chance: Random) -> None:
    """Play a life, and look after each move at what would become of it if nothing more disturbed it."""
    world = World(chance.choice(["sandbox", "gb-ukgc"]))
    if chance.choice([True, False]):  # new, or under investigation
        world.at_once()
    moves = chance.choice([ORDINARY, (*ORDINARY, *TROUBLE)])
    for _ in range(MOVES):
        chance.choice(moves)(world, chance.randrange(12))
        world.check_always()
        later = world.undisturbed()
        later.check_always()
        later.check_quiet()
    live_to_the_end(world.undisturbed())


def live_to_the_end(world: World) -> None:
    """It closes by itself, unless a letter that has to be sent could not be: then a person has a task."""
    for _ in range(80):
        at = world.next_instant()
        if not world.open or not at:
            break
        world.now = at
        world.at_once()
        world.check_always()
        world.check_quiet()
    assert not world.open or stuck_for_a_person(world)
    if not world.open:
        nothing_is_left_behind(world)


def nothing_is_left_behind(world: World) -> None:
    """Superseded executions end when their wait does, and the sweep has nothing to do."""
    world.recover()
    world.now += plan_next.LONGEST_WAIT
    world.at_once()
    world.check_always()
    assert world.attention_at is None
    assert not alive(world)
    world.check_letters_are_done()


def stuck_for_a_person(world: World) -> bool:
    """A letter that has to go cannot be delivered, or the clock waits for the police: a person goes on."""
    letters = world.complaint.letters.values()
    given_up = any(one.statutory and one.status == "abandoned" for one in letters)
    undelivered = given_up and world.complaint.stage in {Stage.DECIDED, Stage.DEADLOCKED}
    return undelivered or world.complaint.pause("police") is not None


def play(examples: int, phases: tuple[Phase, ...] = tuple(Phase)) -> None:
    """Play lives that are made up, the same ones in every run."""

    @settings(
        max_examples=examples,
        phases=phases,
        derandomize=True,
        database=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.randoms(use_true_random=True))
    def each(chance: Random) -> None:
        live(chance)

    with patch.object(plan_next, "MAX_TURNS", TURNS_IN_A_TEST):
        each()


def test_no_order_of_events_faults_and_time_loses_a_complaint() -> None:
    play(examples=40)


# What the test above says of code that breaks a rule


def park_on_any_version(
    self: MemoryStore, number: str, _version: int, generation: int, token: str, attention_at: datetime
) -> bool:
    return PARK(self, number, self.states[number].version, generation, token, attention_at)


def append_that_clears_the_token(before: State | None, batch: Batch) -> State:
    return replace(AFTER(before, batch), token=None)


def append_that_asks_for_no_attention(before: State | None, batch: Batch) -> State:
    after = AFTER(before, batch)
    return replace(after, attention_at=before.attention_at) if before else after


def relay_on_generation_alone(before: Seen | None, after: Seen) -> Effect | None:
    effect = wake.effect_of(before, after)
    return effect if effect and effect.effect == "start" else None


def sweep_that_only_wakes(_store: object, waker: wake.Waker, one: Overlooked, _again_at: datetime) -> bool:
    return bool(one.token and waker.wake(one.token))


def claim_that_never_has_to_wait(_letter: Letter, _claim_expiry: timedelta) -> None:
    return


def plan_that_ignores_the_generation(desk: Desk, question: Question, deployed: str) -> Plan:
    live = desk.store.load(question.number).generation
    return plan_next.plan_next(desk, replace(question, generation=live), deployed)


PARK, AFTER = MemoryStore.park, memory_store._after

BROKEN: Mapping[str, tuple[object, str, object]] = {
    "a park on any version": (MemoryStore, "park", park_on_any_version),
    "an append that clears the token": (memory_store, "_after", append_that_clears_the_token),
    "an append that asks for no attention": (memory_store, "_after", append_that_asks_for_no_attention),
    "a relay on generation alone": (wake_world, "effect_of", relay_on_generation_alone),
    "a sweep that only wakes": (sweep, "_attend", sweep_that_only_wakes),
    "a plan that ignores the generation": (wake_world, "plan_next", plan_that_ignores_the_generation),
    "a claim that is forgotten when nothing is owed": (next_step, "_is_unsettled", is_live),
    "a claim that never has to wait": (Letter, "next_attempt_at", claim_that_never_has_to_wait),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_code_that_breaks_a_rule_is_found_out(broken: str) -> None:
    where, name, replacement = BROKEN[broken]
    with patch.object(where, name, replacement), pytest.raises(AssertionError):
        play(examples=100, phases=(Phase.generate,))
