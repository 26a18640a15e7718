"""Step 9 of "A table is lost": relay and journal take the stream of the rebuilt table from its beginning."""

import importlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from functions.relay import handler as relay
from infra.constructs.journal import EVENT_ITEMS
from infra.constructs.relay import NEW_EVENTS, STATE_CHANGES
from redress.adapters import clients, wiring
from redress.adapters.journal import JournalBucket
from redress.domain import journal
from redress.published import event_id
from redress.store import keys
from redress.store.rebuild import STRIDE, Workbench
from redress.store.table import Table
from tests.store.test_workflow_handlers import MACHINE, Phone, call, left_to_do
from tests.support import restores
from tests.support.desks import Office
from tests.support.lost_tables import Lost, lose
from tests.support.tables import NAME

BUCKET = "journal"


@pytest.fixture
def lost(office: Office, table: Table) -> Lost:
    """What a table held at a point in time, and what it held when it was lost."""
    return lose(office, table)


@pytest.fixture
def bench(lost: Lost, tmp_path: Path) -> Workbench:
    """The table that takes the place of the lost one: its stream has what the rebuild wrote, and no more."""
    made = restores.restore(lost.table.client, lost.before, NAME)
    before = len(streamed())
    assert lost.rebuild(made, restores.sync(restores.events_of(lost.after), tmp_path / "journal")) == 0
    assert len(streamed()) > before
    return made


@pytest.fixture
def written(bench: Workbench, lost: Lost) -> list[dict[str, Any]]:
    """The records of the stream since the restore."""
    assert bench
    return streamed()[len(lost.before) :]


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch, table: Table) -> str:
    """The dead letters of both functions."""
    assert table
    found = boto3.client("sqs").create_queue(QueueName="dead-letters")["QueueUrl"]
    for name, value in {
        "TABLE_NAME": NAME,
        "STATE_MACHINE_ARN": MACHINE,
        "EVENT_BUS_NAME": "default",
        "EFFECTS_QUEUE_URL": found,
        "DEAD_LETTERS_URL": found,
        "JOURNAL_BUCKET": BUCKET,
    }.items():
        monkeypatch.setenv(name, value)
    return str(found)


class Bus:
    """Writes down the ids of what is published."""

    def __init__(self) -> None:
        self.ids: list[str] = []

    def put_events(self, **sent: Any) -> dict[str, Any]:
        """Take everything."""
        self.ids += [json.loads(one["Detail"])["id"] for one in sent["Entries"]]
        return {"FailedEntryCount": 0, "Entries": [{"EventId": "1"} for _ in sent["Entries"]]}


@pytest.fixture
def outside(queue: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """The workflow and the bus."""
    assert queue
    made = SimpleNamespace(phone=Phone(), bus=Bus())
    ours = {"stepfunctions": made.phone, "events": made.bus}
    monkeypatch.setattr(relay, "client", lambda service: ours.get(service) or clients.client(service))
    wiring.table.cache_clear()
    yield made
    wiring.table.cache_clear()


def streamed() -> list[dict[str, Any]]:
    """Every record of the stream of the table that is now."""
    client = boto3.client("dynamodbstreams")
    arn = boto3.client("dynamodb").describe_table(TableName=NAME)["Table"]["LatestStreamArn"]
    shard = client.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    start = client.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    found = client.get_records(ShardIterator=start["ShardIterator"], Limit=1000)["Records"]
    return [{**one, "eventSource": "aws:dynamodb"} for one in found]


def passing(records: Sequence[dict[str, Any]], *patterns: Any) -> list[dict[str, Any]]:
    """What the mapping of a function lets through: a name of the change, and a sort key."""
    return [one for one in records if any(_passes(one, pattern) for pattern in patterns)]


def _passes(record: dict[str, Any], pattern: Any) -> bool:
    sk = record["dynamodb"]["Keys"]["sk"]["S"]
    wanted = pattern["dynamodb"]["Keys"]["sk"]["S"]
    known = any(sk == one if isinstance(one, str) else sk.startswith(one["prefix"]) for one in wanted)
    return known and record["eventName"] in pattern.get("eventName", [record["eventName"]])


def put_back(lost: Lost) -> set[tuple[str, int]]:
    """The events that came after the point of the restore."""
    before, after = (
        {(one.number, one.seq) for one in restores.events_of(dump)} for dump in (lost.before, lost.after)
    )
    return after - before


def test_every_execution_begins_once_and_no_complaint_that_rests_has_one(
    outside: SimpleNamespace, queue: str, written: list[dict[str, Any]], lost: Lost
) -> None:
    assert call(*passing(written, STATE_CHANGES, NEW_EVENTS)) == []
    begun = {("start", f"{number}_{1 + STRIDE}") for number in (lost.known, lost.later)}
    assert set(outside.phone.calls) == begun
    assert len(outside.phone.calls) == len(begun)
    assert left_to_do(queue) == []


def test_what_was_put_back_is_published_with_the_ids_that_it_had(
    outside: SimpleNamespace, written: list[dict[str, Any]], lost: Lost
) -> None:
    assert call(*passing(written, STATE_CHANGES, NEW_EVENTS)) == []
    assert len(outside.bus.ids) == len(put_back(lost))
    assert set(outside.bus.ids) == {event_id(number, seq) for number, seq in put_back(lost)}


def test_the_journal_finds_its_own_objects_and_rings_no_alarm(
    written: list[dict[str, Any]], lost: Lost, queue: str
) -> None:
    s3 = clients.client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    bucket, function = JournalBucket(s3, BUCKET), importlib.import_module("functions.journal.handler")
    for record in restores.events_of(lost.after):
        entry = journal.entry(record.text)
        bucket.add(entry.key, entry.body)
    taken = passing(written, EVENT_ITEMS)
    assert len(taken) == len(put_back(lost))
    assert function.handler({"Records": taken}, None) == {"batchItemFailures": []}
    versions = s3.list_object_versions(Bucket=BUCKET)["Versions"]
    assert len(versions) == len(restores.events_of(lost.after))
    assert left_to_do(queue) == []


def test_what_the_relay_does_not_reach_the_sweep_finds(bench: Workbench, lost: Lost) -> None:
    """The stream keeps a record for a day; the table keeps who is to be looked at for good."""
    later = lost.office.clock.move(48 * 3600)
    assert {one.number for one in bench.overlooked(later, 10)} == {lost.known, lost.later}
    assert keys.complaint(lost.closed) in {pk for pk, _ in restores.dump(bench.client)}
