"""Events on the deployed bus: every one of a complaint, as its schema says, once more when asked for."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from infra.event_schemas import FOLDER
from infra.local import demo
from infra.local.describe import LocalStack, outputs_of
from redress.store.table import Table
from tests.platform.faults import Faults

PATIENCE = timedelta(seconds=60)

type Envelope = dict[str, Any]


@dataclass
class Reader:
    """A queue behind a rule of its own, and the events it has got so far, by complaint."""

    stack: LocalStack
    queue: str
    rule: str

    def __post_init__(self) -> None:
        self.got: dict[str, list[Envelope]] = {}

    def of(self, number: str, enough: Callable[[list[Envelope]], bool]) -> list[Envelope]:
        """The events of a complaint as soon as there are enough, in the order in which they came."""
        deadline = time.monotonic() + PATIENCE.total_seconds()
        while time.monotonic() < deadline:
            self._receive()
            if enough(self.got.get(number, [])):
                return self.got[number]
        raise AssertionError(f"not published: {[one['id'] for one in self.got.get(number, [])]}")

    def _receive(self) -> None:
        sqs = self.stack.client("sqs")
        answer = sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        for message in answer.get("Messages", []):
            detail = json.loads(message["Body"])["detail"]
            self.got.setdefault(detail["number"], []).append(detail)
            sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])


@pytest.fixture(scope="module")
def outputs(local: LocalStack) -> dict[str, str]:
    """What the stack tells about itself."""
    return outputs_of(local.endpoint_url, local.region)


@pytest.fixture(scope="module")
def reader(local: LocalStack, outputs: dict[str, str]) -> Iterator[Reader]:
    """Somebody who reads all events."""
    yield from reading(local, outputs, "reader")


@pytest.fixture(scope="module")
def other(local: LocalStack, outputs: dict[str, str]) -> Iterator[Reader]:
    """Somebody else who does."""
    yield from reading(local, outputs, "other")


def reading(stack: LocalStack, outputs: dict[str, str], name: str) -> Iterator[Reader]:
    """A reader of that name, for as long as it is needed."""
    sqs, events, bus = stack.client("sqs"), stack.client("events"), outputs["EventBusName"]
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = json.dumps({"source": ["redress"], "detail": {"training": [False]}})
    rule = events.put_rule(Name=name, EventBusName=bus, EventPattern=pattern)["RuleArn"]
    events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "queue", "Arn": arn}])
    yield Reader(stack, queue, rule)
    events.remove_targets(Rule=name, EventBusName=bus, Ids=["queue"])
    events.delete_rule(Name=name, EventBusName=bus)
    sqs.delete_queue(QueueUrl=queue)


def complain(stack: LocalStack) -> str:
    """A player sends the form; the number of the complaint."""
    with httpx.Client(timeout=30) as browser:
        return demo.number_of(demo.submit(browser, stack.portal_url))


def seqs(events: list[Envelope]) -> set[int]:
    return {one["seq"] for one in events}


def up_to(kind: str) -> Callable[[list[Envelope]], bool]:
    """Whether events begin at the first, have no gap, and have come as far as a type."""

    def enough(events: list[Envelope]) -> bool:
        last = max((one["seq"] for one in events if one["type"] == kind), default=0)
        return last > 0 and seqs(events) >= set(range(1, last + 1))

    return enough


def test_every_event_of_a_complaint_is_published_as_its_schema_says(
    local: LocalStack, reader: Reader, faults: Faults
) -> None:
    assert faults.fired() == []
    number = complain(local)
    events = reader.of(number, up_to("Triaged"))
    stored = {one.seq: type(one.event).__name__ for one in case(local, number)}
    for one in events:
        schema = json.loads((FOLDER / f"{one['schema']}.json").read_text(encoding="utf-8"))
        Draft202012Validator(schema).validate(one)
        assert one["type"] == stored[one["seq"]]
    assert {one["actor"] for one in events} == {"player", "system"}
    told = json.dumps(events)
    assert [word for word in demo.TOLD.values() if "@" in word and word in told] == []


def case(stack: LocalStack, number: str) -> tuple[Any, ...]:
    return Table(stack.dynamodb, stack.table_name).load(number).records


def test_a_bus_that_takes_nothing_for_a_while_loses_no_event(
    local: LocalStack, reader: Reader, faults: Faults
) -> None:
    faults.inject("events", "PutEvents", error={"code": "ThrottlingException", "status": 400}, times=8)
    number = complain(local)
    reader.of(number, up_to("Triaged"))
    assert ("events", "PutEvents") in faults.fired()


def test_a_replay_gives_one_reader_the_same_events_again(
    local: LocalStack, outputs: dict[str, str], reader: Reader, other: Reader
) -> None:
    begun = datetime.now(UTC).replace(microsecond=0)
    number = complain(local)
    first, _ = (one.of(number, up_to("Triaged")) for one in (reader, other))
    known, had = list(first), len(other.got[number])
    bus = f"arn:aws:events:{local.region}:000000000000:event-bus/{outputs['EventBusName']}"
    local.client("events").start_replay(
        ReplayName=f"again-{number}",
        EventSourceArn=outputs["EventArchiveArn"],
        EventStartTime=begun,
        EventEndTime=begun + timedelta(hours=1),
        Destination={"Arn": bus, "FilterArns": [reader.rule]},
    )
    events = reader.of(number, lambda got: all(got.count(one) > 1 for one in known))
    assert {one["id"] for one in events} >= {one["id"] for one in known}
    other.of(number, lambda got: len(got) >= had)
    assert all(other.got[number].count(one) == 1 for one in known)
