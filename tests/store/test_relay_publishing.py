"""The relay publishes what the table's stream and its own queue tell it: at least once, after all wakes."""

import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError

from functions.relay import handler as relay
from redress.adapters import clients, wiring
from redress.adapters.events import MOST_BYTES, EventBus
from redress.domain import audit
from redress.domain import commands as c
from redress.domain import events as e
from redress.published import Envelope, envelope
from redress.store import keys
from redress.usecases.wake import Effect, publication
from tests.store.test_workflow_handlers import MACHINE, Phone, call, image, left_to_do, queued, written
from tests.support import tables
from tests.support.complaints import HANDLER, SYSTEM, T0
from tests.support.desks import Office

BUS = "complaints"
ANY_EVENT = json.dumps({"source": ["redress"]})


@dataclass
class Line:
    """The line to a bus in moto: remembers each call, refuses events by id, or is down."""

    client: Any
    journal: list[str]
    refuses: set[str] = field(default_factory=set)
    down: bool = False
    calls: list[list[str]] = field(default_factory=list)

    def put_events(self, **sent: Any) -> dict[str, Any]:
        """Publish what is not refused, in moto."""
        ids = [json.loads(entry["Detail"])["id"] for entry in sent["Entries"]]
        self.calls.append(ids)
        self.journal.append("publish")
        if self.down:
            raise EndpointConnectionError(endpoint_url="https://events.eu-west-2.amazonaws.com")
        entries = []
        for event, entry in zip(ids, sent["Entries"], strict=True):
            if event in self.refuses:
                entries.append({"ErrorCode": "ThrottlingException", "ErrorMessage": "Slow down."})
            else:
                entries += self.client.put_events(Entries=[entry])["Entries"]
        return {"FailedEntryCount": len(self.refuses), "Entries": entries}


@dataclass
class World:
    """The bus with one consumer, the relay's queue, and what the relay asked AWS for."""

    line: Line
    phone: Phone
    effects: str
    consumer: str
    asked: list[str]

    def arrived(self) -> list[dict[str, Any]]:
        """What the consumer has got since it looked last."""
        sqs, found = boto3.client("sqs"), []
        while messages := sqs.receive_message(QueueUrl=self.consumer, MaxNumberOfMessages=10).get("Messages"):
            found += [json.loads(one["Body"]) for one in messages]
            for one in messages:
                sqs.delete_message(QueueUrl=self.consumer, ReceiptHandle=one["ReceiptHandle"])
        return found

    def ids(self) -> list[str]:
        """The events that the consumer has got since it looked last."""
        return [one["detail"]["id"] for one in self.arrived()]


class Journalled(Phone):
    """A Step Functions client that tells of its calls in a journal."""

    def __init__(self, journal: list[str]) -> None:
        super().__init__()
        self.journal = journal

    def _call(self, what: str, about: str) -> None:
        self.journal.append(what)
        super()._call(what, about)


@pytest.fixture
def world(table: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:  # noqa: ARG001 - made first
    sqs, bus = boto3.client("sqs"), boto3.client("events")
    effects, consumer = (sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("effects", "consumer"))
    arn = sqs.get_queue_attributes(QueueUrl=consumer, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    bus.create_event_bus(Name=BUS)
    bus.put_rule(Name="all", EventBusName=BUS, EventPattern=ANY_EVENT)
    bus.put_targets(Rule="all", EventBusName=BUS, Targets=[{"Id": "queue", "Arn": arn}])
    for name, value in {
        "TABLE_NAME": tables.NAME,
        "STATE_MACHINE_ARN": MACHINE,
        "EFFECTS_QUEUE_URL": effects,
        "EVENT_BUS_NAME": BUS,
    }.items():
        monkeypatch.setenv(name, value)
    journal: list[str] = []
    made = World(Line(bus, journal), Journalled(journal), effects, consumer, asked=[])
    ours = {"stepfunctions": made.phone, "events": made.line}

    def client(service: str) -> Any:
        made.asked.append(service)
        return ours.get(service) or clients.client(service)

    monkeypatch.setattr(relay, "client", client)
    wiring.table.cache_clear()
    yield made
    wiring.table.cache_clear()


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What the relay writes to its log."""
    stream = io.StringIO()
    monkeypatch.setattr(relay.logger.registered_handler, "stream", stream)
    return stream


def appended(place: int, item: dict[str, Any]) -> dict[str, Any]:
    """The stream's record of a new EVENT item."""
    change = {
        "SequenceNumber": str(place),
        "Keys": {name: item[name] for name in ("pk", "sk")},
        "NewImage": item,
    }
    return {"eventSource": "aws:dynamodb", "eventName": "INSERT", "dynamodb": change}


def item(seq: int, event: e.Event | None = None, number: str = "A", **more: str) -> dict[str, Any]:
    """An EVENT item as the table holds it."""
    record = audit.write(number, seq, T0, HANDLER, event or e.Acknowledged(), audit.GENESIS, None)
    texts = {
        "pk": keys.complaint(number),
        "sk": keys.event(seq),
        "text": record.text,
        "brand": "northlight",
        "jurisdiction": "sandbox",
        **more,
    }
    return {name: {"S": text} for name, text in texts.items()}


def stored(number: str) -> list[dict[str, Any]]:
    """The EVENT items of a complaint in the table, in their order."""
    found = boto3.client("dynamodb").query(
        TableName=tables.NAME,
        KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
        ExpressionAttributeValues={":pk": {"S": keys.complaint(number)}, ":sk": {"S": keys.EVENT_PREFIX}},
    )
    return [dict(one) for one in found["Items"]]


class TestFromTheStream:
    def test_a_consumer_gets_what_was_appended_to_the_table(self, world: World, office: Office) -> None:
        number = office.receive()
        [event, *_] = items = stored(number)
        assert call(*(appended(place, one) for place, one in enumerate(items))) == []
        [got, *_] = world.arrived()
        at = json.loads(event["text"]["S"])["at"]
        assert (got["source"], got["detail-type"]) == ("redress", "ComplaintReceived")
        assert got["time"][:19] == at[:19]
        assert got["detail"] == envelope(event["text"]["S"], "northlight", "sandbox", training=False)

    def test_the_events_of_a_batch_go_out_in_one_call_in_their_order(self, world: World) -> None:
        call(appended(1, item(1)), appended(2, item(2)), appended(3, item(1, number="B")))
        assert world.line.calls == [["A-1", "A-2", "B-1"]]
        assert sorted(world.ids()) == ["A-1", "A-2", "B-1"]

    def test_more_than_ten_events_take_another_call(self, world: World) -> None:
        call(*(appended(seq, item(seq)) for seq in range(1, 13)))
        assert [len(ids) for ids in world.line.calls] == [10, 2]

    def test_starts_and_wakes_come_before_all_events(self, world: World) -> None:
        call(
            appended(1, item(1)),
            written(2, None, image("A")),
            appended(3, item(2)),
            written(4, image("A", 1, 1, "t"), image("A", 2, 1, "t")),
        )
        assert world.line.journal == ["start", "wake", "publish"]

    def test_an_event_that_cannot_be_read_holds_up_no_wake_and_fails_the_batch(self, world: World) -> None:
        with pytest.raises(KeyError):
            call(appended(1, item(1) | {"text": {"S": "{}"}}), written(2, None, image("A")))
        assert world.phone.calls == [("start", "A_1")]

    def test_a_practice_complaint_is_published_as_practice(self, world: World) -> None:
        call(appended(1, item(1, training="yes")), appended(2, item(2)))
        marks = {one["detail"]["id"]: one["detail"]["training"] for one in world.arrived()}
        assert marks == {"A-1": True, "A-2": False}

    def test_what_the_stream_tells_twice_is_the_same_event_twice(self, world: World) -> None:
        for _ in range(2):
            call(appended(1, item(1)))
        first, second = world.arrived()
        assert first["detail"] == second["detail"]

    def test_without_an_event_nobody_asks_for_the_bus(self, world: World) -> None:
        call(written(1, None, image("A")))
        assert world.asked == ["stepfunctions"]

    def test_only_the_event_that_the_bus_refused_is_left_to_the_queue(self, world: World) -> None:
        world.line.refuses = {"A-2"}
        assert call(*(appended(seq, item(seq)) for seq in (1, 2, 3))) == []
        assert left_to_do(world.effects) == [{"number": "A", "seq": 2, "effect": "publish"}]
        assert sorted(world.ids()) == ["A-1", "A-3"]

    def test_when_the_bus_is_down_complaints_go_on_and_each_event_waits_in_the_queue(
        self, world: World
    ) -> None:
        world.line.down = True
        assert call(written(1, None, image("A")), appended(2, item(1)), appended(3, item(2))) == []
        assert world.phone.calls == [("start", "A_1")]
        assert sorted(one["seq"] for one in left_to_do(world.effects)) == [1, 2]

    def test_an_event_that_cannot_even_be_queued_is_reported_alone(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("EFFECTS_QUEUE_URL", "https://sqs.eu-west-2.amazonaws.com/123456789012/none")
        world.line.refuses = {"A-2"}
        assert call(*(appended(seq, item(seq)) for seq in (1, 2, 3))) == ["2"]

    def test_the_log_names_the_event_and_why_and_no_fact_of_it(self, world: World, log: io.StringIO) -> None:
        world.line.refuses = {"A-2"}
        call(appended(1, item(2, e.Assigned(assignee="subject-77", team="secret-team"))))
        logged = log.getvalue()
        assert '"number":"A"' in logged
        assert "ThrottlingException" in logged
        assert "subject-77" not in logged
        assert "secret-team" not in logged


class TestFromTheQueue:
    def test_an_event_left_to_do_is_read_again_from_the_table(self, world: World, office: Office) -> None:
        number = office.receive()
        office.do(number, c.ClaimLetter(letter="acknowledgement-1"), SYSTEM)
        [_, claimed] = stored(number)
        assert call(queued(publication(number, 2))) == []
        [got] = world.arrived()
        assert got["detail"] == envelope(claimed["text"]["S"], "northlight", "sandbox", training=False)
        assert got["detail-type"] == "LetterClaimed"

    def test_an_event_that_is_refused_again_stays_alone_in_the_queue(
        self, world: World, office: Office
    ) -> None:
        first, second = office.receive(key="a"), office.receive(key="b")
        world.line.refuses = {f"{first}-1"}
        failed = call(queued(publication(first, 1), "m-1"), queued(publication(second, 1), "m-2"))
        assert failed == ["m-1"]
        assert world.line.calls == [[f"{first}-1", f"{second}-1"]]
        assert world.ids() == [f"{second}-1"]

    def test_an_event_that_is_gone_is_done(self, world: World) -> None:
        assert call(queued(publication("A", 1))) == []
        assert world.line.calls == []

    def test_a_start_that_fails_beside_it_keeps_no_event_back(self, world: World, office: Office) -> None:
        number = office.receive()
        world.phone.broken.add(f"{number}_1")
        start = Effect(number=number, seq=1, effect="start")
        assert call(queued(start, "m-1"), queued(publication(number, 1), "m-2")) == ["m-1"]
        assert world.ids() == [f"{number}-1"]

    def test_only_the_place_of_an_event_travels(self) -> None:
        assert vars(publication("A", 7)) == {"number": "A", "seq": 7, "effect": "publish"}


class TestSizes:
    """EventBridge takes 256 KB in a call, all entries together."""

    def published(self, sizes: Sequence[int], letter: str = "x") -> list[list[str]]:
        """The calls that events of so many characters go out in."""
        line: Any = Line(boto3.client("events"), [], refuses={str(place) for place in range(len(sizes))})
        EventBus(line, BUS).publish(self.large(place, size, letter) for place, size in enumerate(sizes))
        calls: list[list[str]] = line.calls
        return calls

    def large(self, place: int, size: int, letter: str) -> Envelope:
        document = envelope(item(1)["text"]["S"], "northlight", "sandbox", training=False)
        return {**document, "id": str(place), "data": {"text": letter * size}}

    def test_events_share_a_call_as_long_as_they_fit(self, aws: None) -> None:  # noqa: ARG002 - in memory
        assert self.published([MOST_BYTES // 3] * 4) == [["0", "1"], ["2", "3"]]

    def test_bytes_count_and_not_characters(self, aws: None) -> None:  # noqa: ARG002 - in memory
        assert self.published([MOST_BYTES // 5] * 4, "ж") == [["0", "1"], ["2", "3"]]

    def test_one_that_is_too_large_goes_alone_and_takes_no_other_with_it(
        self,
        aws: None,  # noqa: ARG002 - in memory
    ) -> None:
        sizes = [MOST_BYTES, 10, MOST_BYTES, 10, 10]
        assert self.published(sizes) == [["0"], ["1"], ["2"], ["3", "4"]]
