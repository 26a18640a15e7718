"""The store in memory, on which the wake protocol is played, does what the table does: call by call."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

import boto3
import pytest

from redress.domain import audit, complaint, decisions, instants, receipt
from redress.domain import commands as c
from redress.domain.changes import Change
from redress.domain.commands import Command
from redress.domain.errors import IllegalTransition
from redress.store import keys, stream
from redress.store.table import Table
from redress.usecases.change import chain, listing
from redress.usecases.ports import (
    Batch,
    Drawing,
    Lease,
    Narrow,
    Request,
    RequestSeen,
    Taking,
    VersionConflict,
)
from redress.usecases.wake import Seen
from tests.support import tables, workflow_file
from tests.support.complaints import APPROVE, CLAIM_EXPIRY, NUMBER, PROPOSE, TRIAGE, personal, submit
from tests.support.desks import Clock, Office
from tests.support.memory_store import MemoryStore

COMMANDS: Sequence[Command] = (
    TRIAGE,
    PROPOSE,
    APPROVE,
    c.Reply(content=personal("reply")),
    c.RequestInformation(content=personal("question")),
    c.ClaimLetter(letter="acknowledgement-1"),
    c.RecordLetterSent(letter="acknowledgement-1", message_id="m"),
    c.RecordDelivery(letter="acknowledgement-1", message_id="m", outcome="delivered"),
)
PERSONS = ("person-1", "person-2")


@dataclass
class Pair:
    """Both stores, which are told the same and must answer the same."""

    table: Table
    memory: MemoryStore
    clock: Clock
    office: Office

    def both(self, call: Callable[[Any], object]) -> object:
        """The answer of both, or the exception."""
        first, second = _outcome(call, self.table), _outcome(call, self.memory)
        assert first == second
        return first

    def batch(self, command: Command, request: Request | None, stale_by: int) -> Batch:
        """A change, decided on the newest state, or pretending to be decided on an older one."""
        case = self.table.load(NUMBER)
        changes = decisions.decide(
            case.complaint,
            command,
            self.clock(),
            "player",
            CLAIM_EXPIRY,
            self.office.desk.region.rules_of(case.complaint),
        )
        return self._batch(case.complaint.version, case.head, changes, request, stale_by)

    def first(self, request: Request) -> Batch:
        """The complaint's first record."""
        return self._batch(0, audit.GENESIS, receipt.submit(submit()), request, 0)

    def _batch(
        self, version: int, head: str, changes: Sequence[Change], request: Request | None, stale_by: int
    ) -> Batch:
        desk, now = self.office.desk, self.clock()
        records, contents = chain(desk, NUMBER, version, head, changes, now, "player")
        known = self.table.load(NUMBER).complaint if version else None
        after = complaint.fold_onto(known, records) if known else complaint.fold(records)
        return Batch(
            number=NUMBER,
            expected_version=version - stale_by,
            records=records,
            contents=contents,
            listing=listing(desk.region, after),
            attention_at=now + timedelta(seconds=120),
            request=request,
            player=None if version else "player-hash",
        )


@pytest.fixture
def pair(table: Table, clock: Clock, office: Office) -> Pair:
    return Pair(table, MemoryStore(clock), clock, office)


def _outcome(call: Callable[[Any], object], store: object) -> object:
    try:
        return call(store)
    except VersionConflict:
        return VersionConflict
    except RequestSeen as seen:
        return seen.answer


def park(
    store: Table | MemoryStore, number: str, version: int, generation: int, token: str, at: datetime
) -> bool:
    """The wait of the state machine: on the table the very update that its definition makes."""
    if isinstance(store, MemoryStore):
        return store.park(number, version, generation, token, at)
    update = workflow_file.states()["Investigate"]["Arguments"]
    try:
        store.client.update_item(
            TableName=tables.NAME,
            Key={"pk": {"S": keys.complaint(number)}, "sk": {"S": keys.STATE}},
            UpdateExpression=update["UpdateExpression"],
            ConditionExpression=update["ConditionExpression"],
            ExpressionAttributeNames=update["ExpressionAttributeNames"],
            ExpressionAttributeValues={
                ":token": {"S": token},
                ":attention_at": {"S": instants.to_text(at)},
                ":version": {"N": str(version)},
                ":generation": {"N": str(generation)},
            },
        )
    except store.client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def images_of_the_table() -> list[tuple[Seen | None, Seen | None]]:
    """STATE before and after, from the stream of the table."""
    client = boto3.client("dynamodbstreams")
    arn = client.list_streams(TableName=tables.NAME)["Streams"][0]["StreamArn"]
    shard = client.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    start = client.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    records = client.get_records(ShardIterator=start["ShardIterator"], Limit=1000)["Records"]
    return [stream.states(one) for one in records if one["dynamodb"]["Keys"]["sk"]["S"] == keys.STATE]


def do_something(pair: Pair, chance: Random) -> None:
    """One call, right or wrong, to both stores."""
    seen = pair.table.state(NUMBER)
    assert seen
    version, generation = seen.version - chance.choice([0, 0, 1]), seen.generation - chance.choice([0, 0, 1])
    now = pair.clock.move(chance.choice([0, 1, 200]))
    match chance.choice(
        ["append", "append", "park", "raise", "rest", "sweep", "answer", "take", "give back"]
    ):
        case "append":
            append_something(pair, chance)
        case "park":
            token, at = f"token {chance.random()}", now + timedelta(seconds=90)
            pair.both(lambda store: park(store, NUMBER, version, generation, token, at))
        case "raise":
            pair.both(lambda store: store.raise_generation(NUMBER, generation, now))
        case "rest":
            pair.both(lambda store: store.rest(NUMBER, version, generation))
        case "sweep":
            pair.both(lambda store: list(store.overlooked(now, 10)))
        case "answer":
            key = f"key {chance.randrange(4)}"
            pair.both(lambda store: store.answer("client", key, pair.clock()))
        case "lease":
            lease_something(pair, chance)


def lease_something(pair: Pair, chance: Random) -> None:
    """Take a lease, rightly or wrongly, or give one back."""
    taking, holder = something_to_take(pair, chance), chance.choice(PERSONS)
    if chance.choice([True, True, False]):
        pair.both(lambda store: store.take(taking))
    else:
        pair.both(lambda store: store.give_back(NUMBER, holder))


def something_to_take(pair: Pair, chance: Random) -> Taking:
    """A lease, drawn from the right or a wrong queue, or by number."""
    holder, before = chance.choice(PERSONS), chance.choice([None, NUMBER])
    by_number, team = chance.choice([True, False]), chance.choice(["payments", "payments", "care"])
    until = pair.clock() + timedelta(seconds=chance.choice([1, 100]))
    return Taking(
        number=NUMBER,
        lease=Lease(holder=holder, until=until),
        now=pair.clock(),
        request=some_request(pair, chance),
        drawn=None if by_number else Drawing(team=team, training=False, before=before),
    )


def some_request(pair: Pair, chance: Random) -> Request:
    """A request under one of a few keys."""
    return Request(
        client="client",
        key=f"key {chance.randrange(4)}",
        fingerprint="f",
        expires_at=pair.clock() + timedelta(days=1),
    )


def append_something(pair: Pair, chance: Random) -> None:
    request = some_request(pair, chance) if chance.choice([True, False]) else None
    try:
        batch = pair.batch(chance.choice(COMMANDS), request, stale_by=chance.choice([0, 0, 0, 1]))
    except IllegalTransition:
        return
    if batch.records:
        pair.both(lambda store: store.append(batch))


@pytest.mark.parametrize("seed", range(6))
def test_the_store_in_memory_answers_as_the_table_does(pair: Pair, seed: int) -> None:
    chance = Random(seed)  # noqa: S311 - a made-up order of calls, the same in every run
    first = pair.first(pair.office.request())
    assert pair.both(lambda store: store.append(first)) is None
    assert pair.both(lambda store: store.append(first)) is not None
    for _ in range(40):
        do_something(pair, chance)
        assert pair.table.state(NUMBER) == pair.memory.state(NUMBER)
        assert pair.table.load(NUMBER) == pair.memory.load(NUMBER)
    changes = [(before, after) for before, after in images_of_the_table() if before != after]
    told = [(one.before, one.after) for one in pair.memory.stream if one.before != one.after]
    assert changes == told
    register = keys.register("sandbox", first.records[0].at)
    narrows = (Narrow(unassigned=True, free_at=pair.clock()), Narrow(overdue_at=pair.clock()))
    pair.both(lambda store: [store.list_player("player-hash", 10, None, one) for one in narrows])
    pair.both(lambda store: [store.list_queue("payments", 10, None, one, total=True) for one in narrows])
    pair.both(lambda store: [store.list_register(register, 10, None, one) for one in narrows])
    pair.both(lambda store: store.list_tasks("payments", 10, None))
    pair.both(lambda store: [store.drawn("payments", who, training=False) for who in PERSONS])
