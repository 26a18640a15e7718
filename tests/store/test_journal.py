"""The journal on S3: every event is written once and in order, whatever fails, and nothing replaces it."""

import base64
import importlib
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from moto.core.botocore_stubber import MockRawResponse

from redress.adapters import clients
from redress.adapters.journal import JournalBucket
from redress.domain import journal
from redress.domain.audit import Record
from redress.domain.journal import JournalRefused
from redress.store import keys
from tests.store.test_relay_publishing import appended, stored
from tests.support.complaints import PERSONAL
from tests.support.desks import Clock, Office
from tests.support.journals import DAY, chain, day

BUCKET, URL = "journal", "https://journal.s3.eu-west-2.amazonaws.com"
A, B = "R7K3-9QXM-2", "R7K3-9QXN-1"
_SESSION = boto3.Session()  # kept, because reading the description of S3 takes most of a test

type Fault = Callable[[], Any]


@dataclass
class World:
    """The function, its bucket, dead letters and log; faults of S3 by operation, and what S3 was sent."""

    function: ModuleType
    bucket: JournalBucket
    queue: str
    log: io.StringIO
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    sent: list[Any] = field(default_factory=list)

    def take(self, *records: Mapping[str, Any]) -> list[str]:
        """Give the function records of the stream; the places it wants again."""
        answer = self.function.handler({"Records": list(records)}, None)
        return [one["itemIdentifier"] for one in answer["batchItemFailures"]]

    def run(self) -> None:
        """What the clock starts every hour."""
        self.function.handler({"source": "aws.events", "detail-type": "Scheduled Event"}, None)

    def listed(self, prefix: str = journal.EVENTS) -> list[str]:
        """What lies in the bucket."""
        return [one.key for one in self.bucket.written(prefix)]

    def set_aside(self) -> list[dict[str, str]]:
        """The messages of the dead letters."""
        found = boto3.client("sqs").receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10)
        return [json.loads(one["Body"]) for one in found.get("Messages", [])]

    def versions(self, key: str) -> int:
        """How often a key was written."""
        return len(self.bucket.client.list_object_versions(Bucket=BUCKET, Prefix=key)["Versions"])


@pytest.fixture
def world(aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """An empty bucket with versions, as Object Lock asks for; no time passes between tries."""
    del aws
    s3, sqs = _SESSION.client("s3"), _SESSION.client("sqs")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    queue = sqs.create_queue(QueueName="dead-letters")["QueueUrl"]
    monkeypatch.setenv("JOURNAL_BUCKET", BUCKET)
    monkeypatch.setenv("DEAD_LETTERS_URL", queue)
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _seconds: None)
    function = importlib.import_module("functions.journal.handler")
    log = io.StringIO()
    monkeypatch.setattr(function.logger.registered_handler, "stream", log)
    made = World(function, JournalBucket(s3, BUCKET), queue, log)

    endpoint = clients.client("s3")._endpoint
    send = endpoint._do_get_response

    def break_off(request: Any, operation: Any, context: Any) -> Any:
        made.sent.append(request)
        waiting = made.faults.get(operation.name)
        return waiting.pop(0)() if waiting else send(request, operation, context)

    monkeypatch.setattr(endpoint, "_do_get_response", break_off)
    yield made
    clients.client.cache_clear()


def image(record: Record) -> dict[str, Any]:
    """The EVENT item of a record."""
    texts = {"pk": keys.complaint(record.number), "sk": keys.event(record.seq), "text": record.text}
    return {name: {"S": text} for name, text in texts.items()}


def changes(*records: Record) -> list[dict[str, Any]]:
    """The stream's records of new events."""
    return [appended(place, image(record)) for place, record in enumerate(records, start=1)]


def key(record: Record) -> str:
    return journal.entry(record.text).key


class TestWriting:
    def test_every_event_that_the_table_tells_of_lies_in_the_journal_as_it_was_hashed(
        self, world: World, office: Office
    ) -> None:
        number = office.receive()
        items = stored(number)
        assert world.take(*(appended(place, item) for place, item in enumerate(items))) == []
        bodies = [world.bucket.read(one).decode() for one in world.listed()]
        assert bodies == [item["text"]["S"] for item in items]
        assert not any(PERSONAL in body for body in bodies)

    def test_an_event_that_comes_twice_is_written_once(self, world: World) -> None:
        records = changes(*chain(A, day(1), day(2)))
        for batch in (records, records, records[1:], records[:1]):
            assert world.take(*batch) == []
        assert [world.versions(one) for one in world.listed()] == [1, 1]
        assert world.set_aside() == []

    def test_complaints_may_come_in_any_order(self, world: World) -> None:
        a, b = chain(A, day(1), day(2)), chain(B, day(1), day(2))
        assert world.take(*changes(b[0], a[0], a[1], b[1])) == []
        assert world.take(*changes(a[0], b[0], b[1])) == []
        assert world.listed() == sorted(map(key, [*a, *b]))

    def test_an_item_whose_other_attributes_change_is_no_other_event(self, world: World) -> None:
        [record] = chain(A, day(1))
        again = appended(2, {**image(record), "training": {"S": "yes"}})
        assert world.take(*changes(record), {**again, "eventName": "MODIFY"}) == []
        assert (world.versions(key(record)), world.set_aside()) == (1, [])

    def test_s3_is_told_the_hash_of_what_it_is_to_get_and_to_replace_nothing(self, world: World) -> None:
        [record] = chain(A, day(1))
        world.take(*changes(record))
        [request] = world.sent
        assert base64.b64decode(request.headers["x-amz-checksum-sha256"]).hex() == record.hash
        assert request.headers["If-None-Match"] == b"*"


def error(code: str, status: int) -> Fault:
    """An answer of S3 that is an error."""
    parsed = {
        "Error": {"Code": code, "Message": PERSONAL},
        "ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": {}},
    }
    answer = AWSResponse(URL, status, HTTPHeaders(), MockRawResponse(b""))
    return lambda: ((answer, parsed), None)


def raising(problem: Exception) -> Fault:
    """A line that breaks."""

    return lambda: (None, problem)


FAULTS: Mapping[str, Fault] = {
    "throttled": error("SlowDown", 503),
    "failed": error("InternalError", 500),
    "two at once": error("ConditionalRequestConflict", 409),
    "refused": error("AccessDenied", 403),
    "no connection": raising(EndpointConnectionError(endpoint_url=URL)),
    "no connection in time": raising(ConnectTimeoutError(endpoint_url=URL)),
    "no answer in time": raising(ReadTimeoutError(endpoint_url=URL)),
    "reset": raising(ConnectionClosedError(endpoint_url=URL)),
}


class TestFaults:
    @pytest.mark.parametrize("fault", FAULTS)
    def test_what_s3_does_not_take_comes_again_and_nothing_after_it_is_written(
        self, world: World, fault: str
    ) -> None:
        records = chain(A, day(1), day(2), day(3))
        world.take(*changes(records[0]))
        world.faults["PutObject"] = [FAULTS[fault]] * 20
        assert world.take(*changes(*records)[1:]) == ["2"]
        assert world.listed() == [key(records[0])]
        world.faults.clear()
        assert world.take(*changes(*records)[1:]) == []
        assert world.listed() == [key(record) for record in records]
        assert world.set_aside() == []

    @pytest.mark.parametrize("fault", sorted(FAULTS.keys() - {"two at once", "refused"}))
    def test_what_passes_by_is_tried_again_at_once(self, world: World, fault: str) -> None:
        [record] = chain(A, day(1))
        world.faults["PutObject"] = [FAULTS[fault]]
        assert world.take(*changes(record)) == []
        assert world.listed() == [key(record)]

    def test_a_write_whose_answer_was_lost_finds_its_own_object(self, world: World) -> None:
        [record] = chain(A, day(1))

        def lost() -> Any:
            world.bucket.add(key(record), record.text.encode())
            return FAULTS["no answer in time"]()

        world.faults["PutObject"] = [lost]
        assert world.take(*changes(record)) == []
        assert (world.versions(key(record)), world.set_aside()) == (1, [])

    @pytest.mark.parametrize("fault", FAULTS)
    def test_what_cannot_be_compared_now_comes_again(self, world: World, fault: str) -> None:
        [record] = chain(A, day(1))
        world.take(*changes(record))
        world.faults["GetObject"] = [FAULTS[fault]] * 20
        assert world.take(*changes(record)) == ["1"]
        assert world.set_aside() == []

    def test_the_log_says_what_failed_and_nothing_of_what_the_event_says(self, world: World) -> None:
        [record] = chain(A, day(1))
        world.faults["PutObject"] = [FAULTS["failed"]] * 20
        world.take(*changes(record))
        assert '"place":"1"' in world.log.getvalue()
        assert PERSONAL not in world.log.getvalue()
        assert record.hash not in world.log.getvalue()


def poison(what: str) -> dict[str, Any]:
    """A record that no repetition mends; the event before it is in the journal."""
    [record] = chain(A, day(1))
    item = image(record)
    match what:
        case "another text":
            item["text"] = {"S": record.text.replace("system", "somebody")}
        case "no event":
            item["text"] = {"S": "{}"}
        case "no text":
            del item["text"]
        case "another place":
            item["sk"] = {"S": keys.event(7)}
    change = appended(2, item)
    if what == "removed":
        del change["dynamodb"]["NewImage"]
    return change


PROBLEMS = {
    "another text": f"{key(chain(A, day(1))[0])} was written before with other bytes",
    "no event": f"COMPLAINT#{A}/EVENT#000001 holds no event that can be read",
    "no text": f"COMPLAINT#{A}/EVENT#000001 holds no event that can be read",
    "another place": f"COMPLAINT#{A}/EVENT#000007 holds an event of another place",
    "removed": f"COMPLAINT#{A}/EVENT#000001 was removed from the table",
}


class TestPoison:
    @pytest.mark.parametrize("what", PROBLEMS)
    def test_it_is_set_aside_holds_up_no_other_and_replaces_nothing(self, world: World, what: str) -> None:
        first, second = chain(A, day(1), day(2))
        world.take(*changes(first))
        assert world.take(poison(what), *changes(second)) == []
        assert [f"{one['place']} {one['problem']}" for one in world.set_aside()] == [PROBLEMS[what]]
        assert world.listed() == [key(first), key(second)]
        assert world.bucket.read(key(first)).decode() == first.text
        assert world.versions(key(first)) == 1
        assert "set aside" in world.log.getvalue()

    def test_what_cannot_even_be_set_aside_comes_again(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DEAD_LETTERS_URL", world.queue.replace("dead-letters", "nowhere"))
        [record] = chain(B, day(1))
        assert world.take(*changes(record), poison("removed")) == ["2"]
        assert world.listed() == [key(record)]

    def test_what_was_set_aside_tells_no_fact_of_the_event(self, world: World) -> None:
        world.take(*changes(*chain(A, day(1))))
        world.take(poison("another text"))
        assert "somebody" not in json.dumps(world.set_aside()) + world.log.getvalue()


class TestDigests:
    @pytest.fixture
    def tomorrow(self, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Clock:
        """The store writes by its own clock, today; the function runs tomorrow."""
        clock.at = clock.at.replace(hour=12) + DAY
        monkeypatch.setattr("redress.adapters.wiring.now", clock)
        return clock

    def test_a_run_tells_what_s3_wrote_on_the_day_before(self, world: World, tomorrow: Clock) -> None:
        records = [*chain(A, *[tomorrow.at - DAY] * 2), *chain(B, tomorrow.at - 3 * DAY)]
        world.take(*changes(*records))
        world.run()
        [one] = world.listed(journal.DIGESTS)
        digest = journal.read_digest(world.bucket.read(one))
        assert digest.objects == {key(record): record.hash for record in records}
        assert digest.day == (tomorrow.at - DAY).date()

    @pytest.mark.parametrize("operation", ["ListObjectsV2", "GetObject", "PutObject"])
    @pytest.mark.parametrize("fault", FAULTS)
    def test_a_run_that_fails_leaves_nothing_half_done_and_the_next_does_it(
        self, world: World, tomorrow: Clock, fault: str, operation: str
    ) -> None:
        world.bucket.add(key(chain(A, tomorrow.at - DAY)[0]), b"{}")
        world.faults[operation] = [FAULTS[fault]] * 20
        with pytest.raises((BotoCoreError, ClientError)):
            world.run()
        world.faults.clear()
        assert world.listed(journal.DIGESTS) == []
        for _ in range(2):
            world.run()
        [one] = world.listed(journal.DIGESTS)
        assert world.versions(one) == 1

    def test_a_run_tells_how_old_the_last_digest_is(
        self, world: World, tomorrow: Clock, capsys: pytest.CaptureFixture[str]
    ) -> None:
        world.run()
        metric = json.loads(capsys.readouterr().out.splitlines()[-1])
        assert metric["DigestAge"] == [
            (tomorrow.at - tomorrow.at.replace(hour=0, minute=0, second=0)).seconds
        ]
        assert (metric["function"], metric["service"]) == ("journal", "redress")


class TestTheBucket:
    def test_objects_are_listed_in_order_from_a_place_on_and_across_pages(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "3")
        names = [f"events/{number}" for number in range(8)]
        for name in reversed(names):
            world.bucket.add(name, b"{}")
        assert world.listed() == names
        assert [one.key for one in world.bucket.written("events/", after="events/3")] == names[4:]
        assert world.listed("digests/") == []

    def test_hashes_are_of_what_is_stored(self, world: World) -> None:
        for name in ("a", "b"):
            world.bucket.add(name, name.encode())
        assert world.bucket.hashes(["a", "b"]) == {name: journal.sha256(name.encode()) for name in ("a", "b")}
        assert world.bucket.hashes([]) == {}

    def test_another_object_is_refused(self, world: World) -> None:
        world.bucket.add("a", b"first")
        world.bucket.add("a", b"first")
        with pytest.raises(JournalRefused, match="a was written before with other bytes"):
            world.bucket.add("a", b"second")
        assert world.bucket.read("a") == b"first"
