"""A letter is counted in the very transaction that claims it, and a notice with the claim of its message."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from redress.domain import commands as c
from redress.domain.correspondence import LetterStatus
from redress.store import keys
from redress.store.table import Table
from redress.usecases.change import apply
from redress.usecases.ports import Cap, CapReached, Request, RequestSeen, VersionConflict
from tests.support.desks import Clock
from tests.support.letters import Story
from tests.support.memory_store import MemoryStore
from tests.support.races import calls_of

CAP = Cap(source="a" * 32, day=date(2026, 5, 4), most=1, expires_at=datetime(2026, 5, 8, tzinfo=UTC))
CLAIM = c.ClaimLetter(letter="acknowledgement-1")


@pytest.fixture(params=["the table", "memory"])
def story(request: pytest.FixtureRequest, table: Table) -> Story:
    """A complaint in the table, and one in what stands for it."""
    return Story(store=table if request.param == "the table" else None)


def counted(story: Story) -> int:
    """How often it was counted."""
    store = story.desk.store
    if isinstance(store, MemoryStore):
        return store.counts.get((CAP.source, CAP.day), 0)
    key = {"pk": {"S": keys.cap(CAP.source, CAP.day)}, "sk": {"S": keys.CAP}}
    found = store.client.get_item(TableName=store.name, Key=key)  # type: ignore[attr-defined]
    return int(found["Item"]["count"]["N"]) if "Item" in found else 0


def status(story: Story) -> LetterStatus:
    return story.case.complaint.letters["acknowledgement-1"].status


def fill(story: Story) -> None:
    """The cap is reached by something else."""
    story.desk.store.remember(request("other", story.now), "n", story.now, [CAP])


def request(key: str, now: datetime) -> Request:
    return Request(client="notices", key=key, fingerprint=key, expires_at=now + timedelta(days=1))


def test_a_claim_and_its_count_are_stored_together_in_one_call(table: Table) -> None:
    story = Story(store=table)
    case = story.case
    with calls_of(table.client) as sent:
        apply(story.desk, case, CLAIM, "system", caps=[CAP])
    assert sent == ["TransactWriteItems"]
    assert (status(story), counted(story)) == (LetterStatus.CLAIMED, 1)


def test_at_the_cap_nothing_is_claimed(story: Story) -> None:
    fill(story)
    with pytest.raises(CapReached):
        apply(story.desk, story.case, CLAIM, "system", caps=[CAP])
    assert (status(story), counted(story)) == (LetterStatus.OWED, 1)


@pytest.mark.parametrize("before", [lambda _: None, fill])
def test_on_a_version_that_is_not_the_newest_nothing_is_counted(
    story: Story, before: Callable[[Story], None]
) -> None:
    before(story)
    count, case = counted(story), story.case
    story.do(c.Reply(content={"text": "And another thing"}), "player")
    with pytest.raises(VersionConflict):
        apply(story.desk, case, CLAIM, "system", caps=[CAP])
    assert (status(story), counted(story)) == (LetterStatus.OWED, count)


def test_what_is_remembered_is_counted_with_it_once(story: Story) -> None:
    store, asked = story.desk.store, request("message-1", story.now)
    store.remember(asked, "n", story.now, [CAP])
    with pytest.raises(RequestSeen):
        store.remember(asked, "n", story.now, [CAP])
    assert counted(story) == 1


def test_at_the_cap_nothing_is_remembered(story: Story) -> None:
    fill(story)
    store, asked = story.desk.store, request("message-1", story.now)
    with pytest.raises(CapReached):
        store.remember(asked, "n", story.now, [CAP])
    assert store.answer("notices", "message-1", story.now) is None
    assert counted(story) == 1


def test_a_request_that_has_run_out_may_be_made_again(story: Story) -> None:
    store, later = story.desk.store, Clock(story.now + timedelta(days=1))
    store.remember(request("message-1", story.now), "n", story.now)
    store.remember(request("message-1", later()), "n", later())
    assert store.answer("notices", "message-1", later())
