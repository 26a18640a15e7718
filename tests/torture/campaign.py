"""Every call of every story goes wrong in every way, one at a time; then the invariants are checked."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta

from redress.domain.values import Value
from tests.torture.faults import Call, Fault, Killed, Kind
from tests.torture.invariants import check
from tests.torture.storybook import Story
from tests.torture.world import Kept, World

EVERY = 1 if os.environ.get("REDRESS_TORTURE") == "long" else 29
"""In the shorter form every 29th fault is put in: 29 has no factor in common with the number of kinds."""
KINDS = tuple(Kind)


class NotStruck(AssertionError):
    """The call that was to go wrong was never made."""


class Told(Value):
    """A story in its world: where it begins, and the calls it makes when nothing goes wrong."""

    story: Story
    begins: Kept
    before: dict[str, str]
    calls: tuple[Call, ...]

    @property
    def faults(self) -> list[Fault]:
        """A call suffers each kind of fault when it is made first, and one kind, in turn, whenever it is
        made again: so no instant between two calls is left out, and no kind in any call.
        """
        of_function: Counter[str] = Counter()
        made: Counter[Call] = Counter()
        found = []
        for call in self.calls:
            of_function[call.function] += 1
            kinds = [KINDS[made[call] % len(KINDS)]] if call in made else KINDS
            made[call] += 1
            nth = of_function[call.function]
            found += [Fault(function=call.function, nth=nth, kind=kind) for kind in kinds]
        return found


def tell(world: World, empty: Kept, story: Story) -> Told:
    """The story without a fault. Raises Violated where not even that holds."""
    world.restore(empty)
    world.arm(None)
    before = story.before(world)
    begins = world.snapshot()
    world.restore(begins)  # in new processes, as it will be with each fault
    world.arm(None)
    story.act(world, before)
    calls = tuple(world.wire.calls)
    _rest(world, story)
    check(world)
    return Told(story=story, begins=begins, before=before, calls=calls)


def suffer(world: World, told: Told, fault: Fault) -> int:
    """The story with a fault; how much was checked. Raises Violated, Refused, Unended or NotStruck."""
    world.restore(told.begins)
    world.arm(fault)
    told.story.act(world, told.before)
    if world.wire.struck is None:
        raise NotStruck(str(fault))
    _rest(world, told.story)
    return check(world)


def campaign(world: World, told: Told, faults: Sequence[Fault]) -> Iterator[int | str]:
    """For each fault how much was checked, or what was violated, in words."""
    for fault in faults:
        try:
            yield suffer(world, told, fault)
        except (AssertionError, Killed) as violated:
            struck = world.wire.struck
            about = f"{struck.service}:{struck.operation}" if struck else "no call"
            yield f"{told.story.name}; {fault} ({about}): {type(violated).__name__} {violated}"


def _rest(world: World, story: Story) -> None:
    world.later(timedelta(minutes=story.minutes))
