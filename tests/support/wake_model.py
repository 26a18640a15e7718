"""The wake protocol, small enough to try every interleaving of it.

One complaint has a milestone due at DUE and owes a letter for each append. What reads and what writes are
separate steps, so that anything can come between them. A token is named by the generation of the execution
that waits for it, or 0 once nobody does: a dead token and no token call for the same.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

DUE = 3
GRACE = 1
END = DUE + GRACE + 1
MAX_GENERATION = 3
ENDLESS = 100


@dataclass(frozen=True)
class Rules:
    """The rules of the protocol. Each can be broken alone, to show that it is needed."""

    park_needs_version: bool = True
    park_needs_generation: bool = True
    append_asks_for_attention: bool = True
    append_keeps_token: bool = True
    relay_wakes_on_version: bool = True
    step_is_decided_anew: bool = True
    old_execution_ends: bool = True
    sweep_raises_generation: bool = True
    wait_has_an_end: bool = True
    wake_follows_the_record: bool = True


class Execution(NamedTuple):
    """An execution: what it is about to do (plan, serve, record, park), or `parked`; what it planned for."""

    generation: int
    phase: str = "plan"
    version: int = 0


class Image(NamedTuple):
    """A stream record: what rose, and the token in the new image."""

    started: bool
    changed: bool
    token: int


class World(NamedTuple):
    """Everything there is. The last lines count what may still go wrong.

    `completed` are the events whose wait was completed and that are not on record yet: a rule is broken then.
    """

    now: int = 0
    version: int = 1
    generation: int = 1
    token: int = 0
    attention: int | None = GRACE
    owed: int = 1
    recorded: int = 0
    executions: frozenset[Execution] = frozenset()
    started: frozenset[int] = frozenset()
    stream: tuple[Image, ...] = (Image(started=True, changed=True, token=0),)
    queue: frozenset[str] = frozenset()
    sweeping: tuple[int, int] | None = None
    completed: int = 0
    appends: int = 0
    crashes: int = 0
    losses: int = 0
    detours: int = 0
    repeats: int = 0
    rolls: int = 0
    faulted: bool = False

    @property
    def open(self) -> bool:
        """Whether the complaint is open: the milestone closes it."""
        return not self.recorded


@dataclass(frozen=True)
class Protocol:
    """The steps that are possible, under these rules."""

    rules: Rules = Rules()

    def steps(self, world: World) -> Iterator[tuple[str, World]]:
        """Every step that can come next: of the system, of people, of time, of faults."""
        yield from self.work(world)
        yield from self.time(world)
        yield from self.faults(world)
        if world.appends and not self.rules.wake_follows_the_record:
            woken = wake(world, world.token)
            yield "complete", woken._replace(appends=world.appends - 1, completed=world.completed + 1)
        elif world.appends:
            owed = world.owed + 1 if world.open else 0
            yield "append", self.append(world._replace(appends=world.appends - 1, owed=owed))
        if world.completed:
            yield "append", self.append(world._replace(completed=world.completed - 1, owed=world.owed + 1))
        if world.now < END:
            yield "tick", world._replace(now=world.now + 1)

    def work(self, world: World) -> Iterator[tuple[str, World]]:
        """What the system does at once: deliver, carry out, step."""
        if world.stream:
            yield "relay", self.carry_out(world, world.stream[0])._replace(stream=world.stream[1:])
        for effect in sorted(world.queue):
            left = world._replace(queue=world.queue - {effect})
            wake = effect == "wake"
            yield f"retry {effect}", self.carry_out(left, Image(not wake, wake, world.token))
        for one in sorted(world.executions):
            if one.phase != "parked":
                yield f"{one.phase} {one.generation}", self.step(world, one)
        if world.sweeping:
            yield "sweep acts", self.sweep_acts(world, *world.sweeping)

    def time(self, world: World) -> Iterator[tuple[str, World]]:
        """What the clock brings: time-outs, early or late, and the sweep."""
        for one in sorted(world.executions):
            if one.phase == "parked" and world.now >= DUE and self.rules.wait_has_an_end:
                yield f"timeout {one.generation}", wake(world, one.generation)
        overdue = world.attention is not None and world.attention < world.now
        if overdue and not world.sweeping and world.generation < MAX_GENERATION:
            yield "sweep reads", world._replace(sweeping=(world.generation, world.token))

    def faults(self, world: World) -> Iterator[tuple[str, World]]:
        """What may go wrong, as often as the world allows."""
        for one in sorted(world.executions):
            if world.crashes:
                crashed = world._replace(crashes=world.crashes - 1, faulted=True)
                yield f"crash {one.generation}", end(crashed, one)
            if world.rolls and one.phase == "plan" and one.generation == world.generation:
                rolled = world._replace(rolls=world.rolls - 1)
                yield f"roll over {one.generation}", end(raised(rolled), one)
        if world.stream:
            yield from self.relay_faults(world, world.stream[0], world._replace(stream=world.stream[1:]))

    def relay_faults(self, world: World, image: Image, left: World) -> Iterator[tuple[str, World]]:
        """A record is given up; or carried out and not taken off the stream; or left to the queue."""
        if world.losses:
            yield "relay loses", left._replace(losses=world.losses - 1, faulted=True)
        if world.repeats:
            repeated = self.carry_out(world, image)
            yield "relay, to be repeated", repeated._replace(repeats=world.repeats - 1)
        if world.detours:
            effect = self.effect(image)
            queue = world.queue | {effect} if effect else world.queue
            yield "relay queues", left._replace(queue=queue, detours=world.detours - 1)

    def append(self, world: World) -> World:
        """One change: the version rises, attention is wanted soon, the token stays."""
        token = world.token if self.rules.append_keeps_token else 0
        attention = world.now + GRACE if self.rules.append_asks_for_attention else world.attention
        image = Image(started=False, changed=self.rules.wake_follows_the_record, token=token)
        return world._replace(
            version=world.version + 1, attention=attention, token=token, stream=(*world.stream, image)
        )

    def effect(self, image: Image) -> str | None:
        """What a record calls for."""
        if image.started:
            return "start"
        return "wake" if image.changed and image.token and self.rules.relay_wakes_on_version else None

    def carry_out(self, world: World, image: Image) -> World:
        """Start the execution of the generation, or complete the token."""
        match self.effect(image):
            case "start":
                return start(world)
            case "wake":
                return wake(world, image.token)
        return world

    def step(self, world: World, one: Execution) -> World:
        """One step of an execution that runs."""
        if one.phase == "plan":
            return self.plan(world, one)
        if one.phase == "serve":
            served = self.append(world._replace(owed=0)) if world.owed else world
            return become(served, one, "plan")
        if one.phase == "record":
            due = not world.owed and (world.open or not self.rules.step_is_decided_anew)
            reached = self.append(world._replace(recorded=world.recorded + 1)) if due else world
            return become(reached, one, "plan")
        return self.park(world, one)

    def plan(self, world: World, one: Execution) -> World:
        """What is owed now? Letters first, then what is due, then the wait."""
        if one.generation != world.generation and self.rules.old_execution_ends:
            return end(world, one)
        if not world.open:
            return end(world._replace(attention=None, token=0), one)
        if world.owed:
            return become(world, one, "serve")
        return become(world, one, "record" if world.now >= DUE else "park")

    def park(self, world: World, one: Execution) -> World:
        """Leave the token on the table, or find that the plan is no longer right."""
        stale = one.version != world.version
        foreign = one.generation != world.generation
        if (stale and self.rules.park_needs_version) or (foreign and self.rules.park_needs_generation):
            return become(world, one, "plan")
        parked = become(world, one, "parked")
        return parked._replace(token=one.generation, attention=DUE + GRACE)

    def sweep_acts(self, world: World, generation: int, token: int) -> World:
        """Wake what can be woken; else raise the generation that was read, if it is still the live one."""
        left = world._replace(sweeping=None)
        if token and any(one.generation == token and one.phase == "parked" for one in world.executions):
            return wake(left, token)
        if generation != world.generation or not self.rules.sweep_raises_generation:
            return left
        return raised(left)


def raised(world: World) -> World:
    """The generation rises: the token goes, attention is wanted soon, the relay will start the next."""
    image = Image(started=True, changed=False, token=0)
    return world._replace(
        generation=world.generation + 1,
        token=0,
        attention=world.now + GRACE,
        stream=(*world.stream, image),
    )


def start(world: World) -> World:
    """Start the live generation; that it exists already is success."""
    if world.generation in world.started:
        return world
    executions = world.executions | {Execution(world.generation)}
    return world._replace(executions=executions, started=world.started | {world.generation})


def wake(world: World, token: int) -> World:
    """Complete a wait. Whoever holds its token holds a dead one from now on."""
    for one in world.executions:
        if one.generation == token and one.phase == "parked":
            return become(forget(world, token), one, "plan")
    return world


def end(world: World, one: Execution) -> World:
    """An execution is no more, and neither is its token."""
    return forget(world, one.generation)._replace(executions=world.executions - {one})


def forget(world: World, token: int) -> World:
    """The token is dead, wherever it is written."""
    stream = tuple(image._replace(token=0) if image.token == token else image for image in world.stream)
    sweeping = world.sweeping
    if sweeping and sweeping[1] == token:
        sweeping = (sweeping[0], 0)
    return world._replace(token=0 if world.token == token else world.token, stream=stream, sweeping=sweeping)


def become(world: World, one: Execution, phase: str) -> World:
    """The execution goes on to a phase, planned for the version of now."""
    kept = world.version if phase == "park" else one.version if phase == "parked" else 0
    return world._replace(executions=world.executions - {one} | {Execution(one.generation, phase, kept)})


def undisturbed(world: World) -> World:
    """The same world, in which nothing more goes wrong and nobody writes."""
    return world._replace(appends=0, crashes=0, losses=0, detours=0, repeats=0, rolls=0, faulted=False)


class Restless(Exception):
    """The executions go round and round at one instant."""


@dataclass(frozen=True)
class Outcome:
    """What becomes of an undisturbed world. Each world is looked at once."""

    protocol: Protocol
    known: dict[World, World] = field(default_factory=dict)

    def at_once(self, world: World) -> World:
        """When everybody does what can be done now: time-outs included, the sweep not. Raises Restless."""
        passed: list[World] = []
        while world not in self.known:
            passed.append(world)
            if len(passed) > ENDLESS:
                raise Restless
            world = next(self._prompt(world), world)
            if world == passed[-1]:
                break
        rest = self.known.get(world, world)
        self.known.update(dict.fromkeys(passed, rest))
        return rest

    def until(self, world: World, instant: int) -> World:
        """Up to an instant, with a sweep at each."""
        for now in range(world.now, instant + 1):
            world = self.at_once(world._replace(now=now))
            if world.attention is not None and world.attention < now:
                swept = self.protocol.sweep_acts(world, world.generation, world.token)
                world = self.at_once(swept)
        return world

    def _prompt(self, world: World) -> Iterator[World]:
        yield from (after for _, after in self.protocol.work(world))
        yield from (after for name, after in self.protocol.time(world) if name.startswith("timeout"))


def flaw(outcome: Outcome, world: World) -> str | None:
    """The property of the protocol that a world violates, or None."""
    if world.recorded > 1:
        return FIRES_ONCE
    if world.open and (world.attention is None or world.attention > max(world.now, DUE) + GRACE):
        return HAS_A_WAY
    calm = undisturbed(world)
    try:
        if not world.faulted and not _is_well(outcome.at_once(calm)):
            return NOT_LOST
        soon = outcome.until(calm, world.now + GRACE + 1)
        late = outcome.until(soon, max(world.now, DUE) + GRACE + 1)
    except Restless:
        return COMES_TO_REST
    if soon.owed or late.open:
        return FOUND_AGAIN
    return None if late == _at_rest(late) else COMES_TO_REST


FIRES_ONCE = "a milestone fires once"
HAS_A_WAY = "an open complaint always has a way to its next milestone"
NOT_LOST = "no wake-up is lost"
FOUND_AGAIN = "what a fault lost is found again within a grace"
COMES_TO_REST = "superseded executions end, and a closed complaint rests"


def _is_well(world: World) -> bool:
    """Nothing is owed, what is due is recorded, and an open complaint is waited for by its token."""
    waiting = Execution(world.generation, "parked", world.version) in world.executions
    is_waited_for = waiting and world.token == world.generation
    return not world.owed and (not world.open or (world.now < DUE and is_waited_for))


def _at_rest(world: World) -> World:
    return world._replace(executions=frozenset(), attention=None, token=0)


def explore(protocol: Protocol, first: World) -> tuple[int, list[str]]:
    """Every reachable world, nearest first: how many there are, and the shortest way to a flaw, if any."""
    outcome = Outcome(protocol)
    came_from: dict[World, tuple[str, World] | None] = {first: None}
    to_visit = deque([first])
    while to_visit:
        world = to_visit.popleft()
        if violated := flaw(outcome, world):
            return len(came_from), [*_way(came_from, world), violated]
        for name, after in protocol.steps(world):
            if after not in came_from:
                came_from[after] = (name, world)
                to_visit.append(after)
    return len(came_from), []


def _way(came_from: Mapping[World, tuple[str, World] | None], world: World) -> list[str]:
    names: list[str] = []
    while step := came_from[world]:
        name, world = step
        names.append(name)
    return names[::-1]
