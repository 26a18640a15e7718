"""Whatever goes wrong with a call of a function, nothing is lost, doubled, late, stuck or out of chain."""

import io
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from functools import cache

import pytest

from tests.torture.campaign import EVERY, Told, campaign, tell
from tests.torture.faults import Fault, Kind
from tests.torture.stories import STORIES
from tests.torture.storybook import STORY_REGION, Story
from tests.torture.tally import tally
from tests.torture.world import World, opened

PARTS = 4 if EVERY == 1 else 1  # of a story, so that two processes share the work

type Teller = Callable[[Story], Told]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A new world."""
    with opened(STORY_REGION, tmp_path_factory.mktemp("region")) as made:
        yield made


@pytest.fixture(scope="module")
def told(world: World) -> Teller:
    """Tells a story without a fault, once in a process."""
    empty = world.snapshot()
    return cache(lambda story: tell(world, empty, story))


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("place", range(len(STORIES)), ids=[story.name for story in STORIES])
def test_after_any_fault_of_any_call_everything_holds(
    world: World, told: Teller, place: int, part: int
) -> None:
    with redirect_stdout(io.StringIO()):  # metrics
        story = told(STORIES[place])
        faults = chosen(story, place)[part::PARTS]
        came = list(campaign(world, story, faults))
    violations = [one for one in came if isinstance(one, str)]
    checks = sum(one for one in came if isinstance(one, int))
    tally("a fault in each call", len(faults), checks, len(violations))
    assert not violations, "\n".join(violations)


def chosen(story: Told, place: int) -> list[Fault]:
    """All faults of a story, or in the shorter form every so many, begun at another one in each story."""
    return story.faults[place % min(EVERY, len(story.faults)) :: EVERY]


def test_every_call_of_a_story_is_struck_and_the_first_of_its_like_in_every_way(told: Teller) -> None:
    for story in STORIES:
        calls, faults = told(story).calls, told(story).faults
        places: Counter[str] = Counter()
        for place, call in enumerate(calls):
            places[call.function] += 1
            kinds = {f.kind for f in faults if (f.function, f.nth) == (call.function, places[call.function])}
            assert len(kinds) == 1 if call in calls[:place] else kinds == set(Kind)


def test_even_the_shorter_form_has_every_kind_of_fault_in_every_function(told: Teller) -> None:
    struck = [(f.function, f.kind) for place, one in enumerate(STORIES) for f in chosen(told(one), place)]
    assert {kind for _, kind in struck} == set(Kind)
    assert {function for function, _ in struck} == {
        call.function for story in STORIES for call in told(story).calls
    }
