"""What AWS delivers twice, late and out of order changes nothing: each message and record may come again."""

import io
from collections.abc import Iterator
from contextlib import redirect_stdout
from datetime import timedelta

import pytest

from tests.torture.actors import Application, Browser
from tests.torture.invariants import check
from tests.torture.stories import STORIES
from tests.torture.storybook import STORY_REGION, Story
from tests.torture.tally import tally
from tests.torture.world import World, opened

CAMPAIGN = "redelivery"
# Left out: a long one, and one in which nothing is stored, so that nothing is told of it.
LEFT_OUT = {"a whole life in the sandbox", "a complaint by a link of the operators site"}
TOLD_AGAIN = tuple(story for story in STORIES if story.name not in LEFT_OUT)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A new world."""
    with opened(STORY_REGION, tmp_path_factory.mktemp("region")) as made:
        yield made


def act(world: World, story: Story) -> None:
    with redirect_stdout(io.StringIO()):  # metrics
        before = story.before(world)
        story.act(world, before)
        world.later(timedelta(minutes=story.minutes))


@pytest.mark.parametrize("story", TOLD_AGAIN, ids=[story.name for story in TOLD_AGAIN])
def test_every_record_and_every_message_delivered_twice_is_done_once(world: World, story: Story) -> None:
    empty = world.snapshot()
    world.sources.twice = True
    try:
        act(world, story)
        checks = check(world)
    finally:
        world.sources.twice = False
        again = world.sources.redelivered
        world.sources.redelivered = 0
        world.restore(empty)
    tally(CAMPAIGN, again, checks)
    assert again


def test_the_whole_stream_told_again_from_its_beginning_changes_nothing(world: World) -> None:
    """As when the iterator of a reader goes back by a day: long after, and every complaint on its own."""
    empty = world.snapshot()
    browser, application = Browser(world), Application(world)
    with redirect_stdout(io.StringIO()):
        browser.complain("The first: P-1.")
        number = application.complain("The second: P-2.")
        application.note(number, "A note: P-3.")
        world.later(timedelta(hours=20))
    stored, journaled, mails = world.stored(), world.journaled(), world.left()
    by_complaint = sorted(
        world.sources.stream, key=lambda record: str(record["dynamodb"]["Keys"]["pk"]), reverse=True
    )
    world.sources.stream += [
        {**record, "dynamodb": {**record["dynamodb"], "SequenceNumber": str(place)}}
        for place, record in enumerate(by_complaint, start=len(world.sources.stream) + 1)
    ]
    with redirect_stdout(io.StringIO()):
        world.later(timedelta(minutes=16))
    checks = check(world)
    assert {name: one.case for name, one in world.stored().items()} == {
        name: one.case for name, one in stored.items()
    }
    assert (world.journaled(), world.left()) == (journaled, mails)
    tally(CAMPAIGN, len(by_complaint), checks)
    world.restore(empty)
