"""What the workflow and the sweep keep on STATE, on which conditions, and what the sweep finds."""

from datetime import timedelta

import pytest

from redress.domain import commands as c
from redress.domain import instants
from redress.store import keys
from redress.store.table import Table
from redress.usecases.sweep import sweep
from tests.support.complaints import PLAYER
from tests.support.desks import Clock, Office
from tests.support.races import calls_of

GRACE = timedelta(seconds=120)


@pytest.fixture
def received(office: Office) -> str:
    return office.receive()


def set_token(table: Table, received: str, token: str) -> None:
    table.client.update_item(
        TableName=table.name,
        Key={"pk": {"S": keys.complaint(received)}, "sk": {"S": keys.STATE}},
        UpdateExpression="SET #token = :token",
        ExpressionAttributeNames={"#token": "token"},
        ExpressionAttributeValues={":token": {"S": token}},
    )


def attributes(table: Table, received: str) -> dict[str, object]:
    key = {"pk": {"S": keys.complaint(received)}, "sk": {"S": keys.STATE}}
    item = table.client.get_item(TableName=table.name, Key=key)["Item"]
    return {name: next(iter(value.values())) for name, value in item.items()}


def overlooked(table: Table, clock: Clock, limit: int = 10) -> list[str]:
    return [one.number for one in table.overlooked(clock(), limit)]


class TestRaisingTheGeneration:
    def test_it_ends_the_live_execution_and_asks_for_the_next(
        self, table: Table, clock: Clock, received: str
    ) -> None:
        set_token(table, received, "token-1")
        assert table.raise_generation(received, 1, clock() + GRACE)
        state = table.state(received)
        assert state
        assert (state.generation, state.version, state.token) == (2, 1, None)
        assert attributes(table, received)["attention_at"] == instants.to_text(clock() + GRACE)

    def test_only_the_live_execution_can_be_ended_and_only_once(
        self, table: Table, clock: Clock, received: str
    ) -> None:
        assert not table.raise_generation(received, 2, clock())
        assert table.raise_generation(received, 1, clock())
        assert not table.raise_generation(received, 1, clock())
        assert attributes(table, received)["generation"] == "2"

    def test_an_unknown_complaint_is_not_made_by_it(self, table: Table, clock: Clock) -> None:
        assert not table.raise_generation("0000-0000-0", 1, clock())
        assert table.state("0000-0000-0") is None

    def test_it_leaves_the_version_alone_so_that_nobody_has_to_decide_again(
        self, office: Office, table: Table, clock: Clock, received: str
    ) -> None:
        table.raise_generation(received, 1, clock())
        assert office.do(received, c.Withdraw(), PLAYER).version == 3


class TestComingToRest:
    def test_a_complaint_at_rest_is_off_the_sweeps_list(
        self, table: Table, clock: Clock, received: str
    ) -> None:
        set_token(table, received, "token-1")
        assert table.rest(received, 1, 1)
        assert not {"attention", "attention_at", "token"} & set(attributes(table, received))
        clock.move(10_000)
        assert overlooked(table, clock) == []

    @pytest.mark.parametrize(("version", "generation"), [(2, 1), (1, 2)])
    def test_a_complaint_that_changed_meanwhile_does_not_rest(
        self, table: Table, received: str, version: int, generation: int
    ) -> None:
        assert not table.rest(received, version, generation)
        assert "attention_at" in attributes(table, received)

    def test_a_change_ends_the_rest(self, office: Office, table: Table, clock: Clock, received: str) -> None:
        table.rest(received, 1, 1)
        office.do(received, c.Reply(content={"text": "one more thing"}), PLAYER)
        clock.move(121)
        assert overlooked(table, clock) == [received]


class TestOverlooked:
    def test_a_complaint_is_overlooked_once_its_instant_has_passed(
        self, table: Table, clock: Clock, received: str
    ) -> None:
        clock.move(120)
        assert overlooked(table, clock) == []
        clock.move(0.001)
        assert overlooked(table, clock) == [received]

    def test_it_comes_with_all_that_waking_it_takes(self, table: Table, clock: Clock, received: str) -> None:
        due = clock() + GRACE
        set_token(table, received, "token-1")
        clock.move(121)
        [one] = table.overlooked(clock(), 10)
        assert (one.version, one.generation, one.token, one.attention_at) == (1, 1, "token-1", due)

    def test_every_shard_is_looked_at(self, office: Office, table: Table, clock: Clock) -> None:
        received = {office.receive(key=f"key-{count}") for count in range(24)}
        assert {keys.attention(number) for number in received} == set(keys.ATTENTION_SHARDS)
        clock.move(121)
        assert set(overlooked(table, clock)) == received

    def test_of_each_shard_the_longest_overlooked_come_first_up_to_the_limit(
        self, office: Office, table: Table, clock: Clock
    ) -> None:
        received = []
        for count in range(24):
            received.append(office.receive(key=f"key-{count}"))
            clock.move(1)
        clock.move(121)
        by_shard = {
            shard: [n for n in received if keys.attention(n) == shard] for shard in keys.ATTENTION_SHARDS
        }
        assert overlooked(table, clock, 2) == [n for found in by_shard.values() for n in found[:2]]

    def test_what_the_index_showed_and_has_changed_since_is_left_alone(
        self, office: Office, table: Table, clock: Clock
    ) -> None:
        received = [office.receive(key=f"key-{count}") for count in range(12)]
        clock.move(121)
        found = iter(table.overlooked(clock(), 10))
        first = next(found)
        for number in set(received) - {first.number}:
            office.do(number, c.Reply(content={"text": "just now"}), PLAYER)
        assert list(found) == []

    def test_a_sweep_reads_each_shard_and_each_overlooked_complaint_once(
        self, table: Table, clock: Clock, received: str
    ) -> None:
        clock.move(121)
        with calls_of(table.client) as sent:
            swept = sweep(table, Deaf(), clock(), GRACE)
        assert (swept.overlooked, attributes(table, received)["generation"]) == (1, "2")
        assert sorted(sent) == ["GetItem"] + ["Query"] * len(keys.ATTENTION_SHARDS) + ["UpdateItem"]


class Deaf:
    """A workflow in which no wait answers."""

    def wake(self, token: str) -> bool:
        """Complete nothing."""
        raise AssertionError(token)
