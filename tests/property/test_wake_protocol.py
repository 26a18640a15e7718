"""The wake protocol (infra/workflow/README.md): no wake-up is lost, none is invented.

Twice: every interleaving of a small model of it; and the real use cases with the real routing, in orders that
Hypothesis makes up. Both are shown to notice when a rule of the protocol is left out.
"""

from collections.abc import Callable, Mapping
from copy import replace
from dataclasses import fields
from datetime import datetime, timedelta
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run

from redress.domain import commands
from redress.domain import complaint as domain
from redress.domain.commands import Command
from redress.domain.complaint import Change, Complaint
from redress.domain.stages import Stage
from redress.usecases import plan_next, send_letter, sweep, wake
from redress.usecases.change import Desk
from redress.usecases.ports import Batch, Overlooked
from redress.usecases.wake import Effect, Seen
from tests.support import memory_store, wake_world
from tests.support import wake_model as model
from tests.support.complaints import APPROVE, APPROVER, HANDLER, PLAYER, PROPOSE, personal
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
    (PLAYER, commands.Withdraw()),
    (PLAYER, commands.GiveFeedback(score=4)),
    (HANDLER, commands.Assign(assignee="handler", team="payments")),
    (HANDLER, commands.RequestInformation(content=personal("question"))),
    (HANDLER, PROPOSE),
    (APPROVER, commands.ReturnDecision(content=personal("comment"))),
    (APPROVER, APPROVE),
)
PAUSES = tuple(timedelta(seconds=one) for one in (1, 4, 13, 60, 3_600, 86_400 * 3, 86_400 * 31))
TURNS_IN_A_TEST = 25


class Interleavings(RuleBasedStateMachine):
    """One complaint, and everything that can happen to it in any order."""

    world: World
    trouble: bool

    @initialize(pack=st.sampled_from(["sandbox", "gb-ukgc"]), trouble=st.booleans())
    def a_complaint_is_submitted(self, pack: str, trouble: bool) -> None:  # noqa: FBT001 - drawn
        self.world, self.trouble = World(pack), trouble

    @rule(who_does_what=st.sampled_from(PEOPLE))
    def people(self, who_does_what: tuple[str, Command]) -> None:
        self.world.people(who_does_what[1], who_does_what[0])

    @rule(who_does_what=st.sampled_from(PEOPLE), writes_later=st.integers(min_value=0, max_value=2))
    def people_in_the_middle_of_a_write(self, who_does_what: tuple[str, Command], writes_later: int) -> None:
        actor, command = who_does_what
        self.world.store.meanwhile.extend([None] * writes_later)
        self.world.store.meanwhile.append(lambda: self.world.people(command, actor))

    @precondition(lambda self: any(self.world.workflow.busy()))
    @rule(which=st.integers(min_value=0, max_value=3), steps=st.integers(min_value=1, max_value=4))
    def an_execution_goes_on(self, which: int, steps: int) -> None:
        busy = list(self.world.workflow.busy())
        execution = busy[which % len(busy)]
        for _ in range(steps):
            if execution.busy:
                self.world.workflow.step(execution)

    @precondition(lambda self: any(self.world.workflow.timed_out()))
    @rule()
    def a_wait_times_out(self) -> None:
        self.world.workflow.time_out(next(self.world.workflow.timed_out()))

    @precondition(lambda self: self.world.relayed < len(self.world.store.stream))
    @rule(how=st.sampled_from([World.relay, World.relay, World.relay_to_queue]))
    def the_relay_takes_a_record(self, how: Callable[[World], None]) -> None:
        how(self.world)

    @precondition(lambda self: self.trouble and self.world.relayed < len(self.world.store.stream))
    @rule()
    def the_relay_loses_a_record(self) -> None:
        self.world.relay_loses()

    @precondition(lambda self: self.world.relayed)
    @rule(back=st.integers(min_value=1, max_value=4))
    def the_relay_takes_a_record_again(self, back: int) -> None:
        self.world.relay_again(max(self.world.relayed - back, 0))

    @precondition(lambda self: self.world.effects)
    @rule()
    def the_queue_is_worked_off(self) -> None:
        self.world.retry()

    @rule()
    def the_sweep_runs(self) -> None:
        self.world.sweep()

    @precondition(lambda self: self.trouble and self.alive())
    @rule(which=st.integers(min_value=0, max_value=3))
    def an_execution_crashes(self, which: int) -> None:
        alive = self.alive()
        self.world.crash(alive[which % len(alive)])

    def alive(self) -> list[Execution]:
        return [*self.world.workflow.busy(), *self.world.workflow.parked()]

    @precondition(lambda self: self.trouble)
    @rule(fate=st.sampled_from(LETTER_FATES))
    def a_letter_will_not_go_smoothly(self, fate: str) -> None:
        self.world.letter_fates.append(fate)

    @precondition(lambda self: self.trouble)
    @rule(fate=st.sampled_from(QUESTION_FATES))
    def a_question_will_not_go_smoothly(self, fate: str) -> None:
        self.world.question_fates.append(fate)

    @rule(pause=st.sampled_from(PAUSES))
    def time_passes(self, pause: timedelta) -> None:
        self.world.now += pause

    @precondition(lambda self: self.world.next_instant())
    @rule()
    def the_next_instant_comes(self) -> None:
        self.world.now = self.world.next_instant() or self.world.now

    @rule()
    def a_deployment_updates_the_functions(self) -> None:
        self.world.deployed += 1

    @rule()
    def a_deployment_updates_the_machine(self) -> None:
        self.world.workflow.definition = str(self.world.deployed)

    @rule()
    def everybody_does_what_can_be_done(self) -> None:
        self.world = self.world.undisturbed()

    @invariant()
    def what_always_holds(self) -> None:
        if hasattr(self, "world"):
            self.world.check_always()
            self.world.undisturbed().check_quiet()

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        self.everybody_does_what_can_be_done()
        self.the_complaint_lives_to_its_end()
        self.nothing_is_left_behind()

    def the_complaint_lives_to_its_end(self) -> None:
        """It closes by itself, unless a letter that has to be sent could not be: then a person has a task."""
        world = self.world
        for _ in range(80):
            at = world.next_instant()
            if not world.open or not at:
                break
            world.now = at
            world.at_once()
            world.check_always()
            world.check_quiet()
        assert not world.open or stuck_for_a_person(world)

    def nothing_is_left_behind(self) -> None:
        """Superseded executions end when their wait does, and the sweep has nothing to do."""
        world = self.world
        if world.open:
            return
        world.recover()
        world.now += plan_next.LONGEST_WAIT
        world.at_once()
        assert world.attention_at is None
        assert not list(world.workflow.parked())
        world.check_always()


def stuck_for_a_person(world: World) -> bool:
    """The final response or the deadlock letter cannot be delivered: only a person can go on."""
    given_up = [one for one in world.complaint.letters.values() if one.statutory and one.status == "abandoned"]
    return bool(given_up) and world.complaint.stage in {Stage.DECIDED, Stage.DEADLOCKED}


def play(examples: int, phases: tuple[Phase, ...] = tuple(Phase)) -> None:
    """Play lives in orders that are made up, the same ones in every run."""
    with patch.object(plan_next, "MAX_TURNS", TURNS_IN_A_TEST):
        run(
            Interleavings,
            settings=settings(
                max_examples=examples,
                stateful_step_count=40,
                phases=phases,
                deadline=None,
                derandomize=True,
                database=None,
                report_multiple_bugs=False,
                suppress_health_check=list(HealthCheck),
            ),
        )


def test_no_order_of_events_faults_and_time_loses_a_complaint() -> None:
    play(examples=60)


# What the test above says of code that breaks a rule


def park_on_any_version(
    self: MemoryStore, number: str, _version: int, generation: int, token: str, attention_at: datetime
) -> bool:
    return PARK(self, number, self.states[number].version, generation, token, attention_at)


def park_of_any_generation(
    self: MemoryStore, number: str, version: int, _generation: int, token: str, attention_at: datetime
) -> bool:
    return PARK(self, number, version, self.states[number].generation, token, attention_at)


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


def claim_at_any_time(*_: object) -> bool:
    return True


def milestone_at_any_time(complaint: Complaint, command: commands.ReachMilestone) -> list[Change]:
    return REACH(replace(complaint, fired=frozenset()), command)


def plan_that_ignores_the_generation(desk: Desk, question: plan_next.Question, deployed: str) -> plan_next.Plan:
    live = desk.store.load(question.number).generation
    return plan_next.plan_next(desk, replace(question, generation=live), deployed)


PARK, AFTER, REACH = MemoryStore.park, memory_store._after, domain._reach

BROKEN: Mapping[str, tuple[object, str, object]] = {
    "a park on any version": (MemoryStore, "park", park_on_any_version),
    "a park of any generation": (MemoryStore, "park", park_of_any_generation),
    "an append that clears the token": (memory_store, "_after", append_that_clears_the_token),
    "an append that asks for no attention": (memory_store, "_after", append_that_asks_for_no_attention),
    "a relay on generation alone": (wake_world, "effect_of", relay_on_generation_alone),
    "a sweep that only wakes": (sweep, "_attend", sweep_that_only_wakes),
    "a plan that ignores the generation": (wake_world, "plan_next", plan_that_ignores_the_generation),
    "a letter that is claimed at any time": (send_letter, "may_claim", claim_at_any_time),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_code_that_breaks_a_rule_is_found_out(broken: str) -> None:
    where, name, replacement = BROKEN[broken]
    with patch.object(where, name, replacement), pytest.raises(AssertionError):
        play(examples=80, phases=(Phase.generate,))
