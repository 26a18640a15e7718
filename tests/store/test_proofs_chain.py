"""The daily proofs on AWS name each other: the statement of a day has the hash of the day's before it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from redress.domain import journal
from redress.store.table import Table
from tests.support.desks import DAY, Clock, Office
from tests.support.proofs import BUCKET, NOON, Press, press

HOUR = timedelta(hours=1)


@pytest.fixture
def clock() -> Clock:
    """Noon of Monday 2 March 2026, in London, too."""
    return Clock(NOON)


@pytest.fixture
def world(table: Table, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Press]:
    """The function, over the table."""
    assert table
    with press(clock, monkeypatch) as made:
        yield made


def follows(world: Press, day: str) -> object:
    """What the statement of a day names as the one before it."""
    return world.signature(day)["manifest"]["previous"]


def document_of(world: Press, day: str) -> dict[str, str]:
    """The proof of a day, as the one after it names it."""
    return {"day": day, "sha256": journal.sha256(world.proofs()[f"{day}.json"])}


def test_the_first_follows_none_and_each_other_the_one_before_it_be_it_of_another_run(
    world: Press, office: Office
) -> None:
    office.receive()
    world.run(NOON)
    world.run(NOON + DAY)
    world.run(NOON + 3 * DAY)
    assert follows(world, "2026-03-01") is None
    for before, day in (("01", "02"), ("02", "03"), ("03", "04")):
        assert follows(world, f"2026-03-{day}") == document_of(world, f"2026-03-{before}")


def test_the_proofs_of_each_pack_are_a_chain_of_their_own(world: Press, office: Office) -> None:
    office.receive()
    world.run(NOON)
    world.run(NOON + DAY)
    [one, other] = (
        world.signature("2026-03-02", pack)["manifest"]["previous"]["sha256"]
        for pack in ("gb-ukgc", "sandbox")
    )
    assert one != other
    assert other == journal.sha256(world.proofs("sandbox")["2026-03-01.json"])


def test_a_run_that_ended_before_it_signed_is_continued_with_the_same_day_before(world: Press) -> None:
    world.run(NOON)

    def die(_send: object) -> object:
        raise KeyboardInterrupt  # the worker is killed

    world.faults["Sign"] = [die]
    with pytest.raises(KeyboardInterrupt):
        world.run(NOON + DAY)
    world.run(NOON + DAY + HOUR)
    assert follows(world, "2026-03-02") == document_of(world, "2026-03-01")


def test_a_signature_without_its_document_is_followed_by_a_new_beginning(world: Press) -> None:
    """Where there is no lock, somebody may remove it: nobody knows then what was in it."""
    world.run(NOON)
    world.bucket.client.delete_object(Bucket=BUCKET, Key="proofs/gb-ukgc/2026-03-01.json")
    world.run(NOON + DAY)
    assert follows(world, "2026-03-02") is None


def test_where_every_proof_is_written_none_is_read(world: Press) -> None:
    world.run(NOON)
    world.calls.clear()
    world.run(NOON + HOUR)
    assert "GetObject" not in world.calls
