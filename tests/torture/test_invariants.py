"""The invariants see what they are for: each is broken here, and is told in words."""

import io
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from datetime import timedelta

import pytest

from tests.torture import backends
from tests.torture.actors import Browser, number_of
from tests.torture.invariants import Violated, check
from tests.torture.stories import STORY_REGION
from tests.torture.world import JOURNAL_BUCKET, World, opened

type Break = Callable[[World, str], object]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A new world."""
    with opened(STORY_REGION, tmp_path_factory.mktemp("region")) as made:
        yield made


@pytest.fixture
def number(world: World) -> Iterator[str]:
    """A complaint that is acknowledged and waits with its team."""
    empty = world.snapshot()
    with redirect_stdout(io.StringIO()):
        path = Browser(world).complain("The bonus was not paid: P-1.")
        world.later(timedelta(minutes=16))
    yield number_of(path)
    world.restore(empty)


def crash(world: World, _number: str) -> None:
    for one in list(world.workflow.parked()):
        world.workflow.crash(one)


def lose_its_token(world: World, _number: str) -> None:
    for one in world.workflow.parked():
        one.token = "another"


def change_an_object(world: World, number: str) -> None:
    [key] = [one for one in world.journaled() if number in one and one.endswith("000001.json")]
    world.put_object(JOURNAL_BUCKET, key, b"{}")


def send_again(world: World, _number: str) -> None:
    world.services.held.mails *= 2


def lose_the_mail(world: World, _number: str) -> None:
    world.services.held.mails.clear()


def forget_what_was_published(world: World, _number: str) -> None:
    world.services.held.published.clear()


BROKEN: dict[str, tuple[Break, str]] = {
    "a promise": (lambda world, _: world.promise("Nobody wrote this."), "is stored 0 times"),
    "a promise kept twice": (lambda world, _: world.promise("P-1", times=0), "is stored 2 times"),
    "an execution that failed": (crash, "neither waits nor has ended"),
    "a token that nobody holds": (lose_its_token, "a token that nobody holds"),
    "a changed object": (change_an_object, "the journal holds another"),
    "a letter that left twice": (send_again, "left 2 times, and is on record as sent 1 times"),
    "a letter that never left": (lose_the_mail, "left 0 times, and is on record as sent 1 times"),
    "an event that nobody heard of": (forget_what_was_published, "was never published"),
    "a message that waits": (lambda world, _: world.services.put(backends.NOTICES, {}), "waits in notices"),
    "a dead letter": (lambda world, _: world.dead.append(("mail", "{}")), "dead letters of mail"),
    "a milestone that passed": (lambda world, _: world.skip(timedelta(days=70)), "is owed, and nobody does"),
    "an instant that passed": (lambda world, _: world.skip(timedelta(days=70)), "should have been looked at"),
}


def test_nothing_is_wrong_with_a_complaint_that_nothing_happened_to(world: World, number: str) -> None:
    assert number in world.stored()
    assert check(world) > 0


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_broken_is_seen_and_told(world: World, number: str, what: str) -> None:
    break_it, told = BROKEN[what]
    break_it(world, number)
    with pytest.raises(Violated, match=told):
        check(world)


def test_a_chain_with_an_event_changed_is_seen(world: World, number: str) -> None:
    table = world.table
    key = {"pk": {"S": f"COMPLAINT#{number}"}, "sk": {"S": "EVENT#000002"}}
    text = table.client.get_item(TableName=table.name, Key=key)["Item"]["text"]["S"]
    table.client.update_item(
        TableName=table.name,
        Key=key,
        UpdateExpression="SET #text = :text",
        ExpressionAttributeNames={"#text": "text"},
        ExpressionAttributeValues={":text": {"S": text.replace('"actor":"system"', '"actor":"player"')}},
    )
    with pytest.raises(Violated, match="does not carry the hash"):
        check(world)
