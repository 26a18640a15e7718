"""An item that is not what Redress writes (an administrator's hand): set aside, and in nobody's way."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from functions.relay import handler as relay
from redress.adapters import clients, wiring
from redress.domain import instants
from redress.store import keys
from redress.store.table import Table
from tests.store.test_workflow_handlers import MACHINE, Phone, call, image, left_to_do, written
from tests.support import tables
from tests.support.desks import Clock, Office

STRANGE = {"number": {"S": "A"}}
"""A STATE without a version."""


@pytest.fixture
def queue(aws: None) -> str:  # noqa: ARG001 - the order of fixtures
    return boto3.client("sqs").create_queue(QueueName="dead-letters")["QueueUrl"]


@pytest.fixture
def phone(monkeypatch: pytest.MonkeyPatch, queue: str, table: Table) -> Iterator[Phone]:  # noqa: ARG001
    made = Phone()
    for name, value in {
        "TABLE_NAME": tables.NAME,
        "STATE_MACHINE_ARN": MACHINE,
        "DEAD_LETTERS_URL": queue,
        "EFFECTS_QUEUE_URL": queue.replace("dead-letters", "none"),
        "EVENT_BUS_NAME": "default",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(
        relay, "client", lambda service: made if service == "stepfunctions" else clients.client(service)
    )
    wiring.table.cache_clear()
    yield made
    wiring.table.cache_clear()


def event(place: int, **attributes: Any) -> dict[str, Any]:
    """The stream's record of an item where events are."""
    found = {"pk": {"S": keys.complaint("A")}, "sk": {"S": keys.event(1)}}
    change = {"SequenceNumber": str(place), "Keys": found, "NewImage": {**found, **attributes}}
    return {"eventSource": "aws:dynamodb", "eventName": "INSERT", "dynamodb": change}


@pytest.mark.parametrize(
    "record",
    [
        written(2, None, STRANGE),
        written(2, STRANGE, image("A")),
        written(2, None, {**STRANGE, "version": {"N": "two"}, "generation": {"N": "1"}}),
        event(2),
        event(2, text={"S": "{"}, brand={"S": "northlight"}, jurisdiction={"S": "sandbox"}),
        event(2, text={"S": "[]"}, brand={"S": "northlight"}, jurisdiction={"S": "sandbox"}),
    ],
    ids=["no version", "no version before", "version of words", "no text", "no JSON", "no event"],
)
def test_a_record_that_cannot_be_read_is_set_aside_at_once_and_the_others_go_on(
    phone: Phone, queue: str, record: dict[str, Any]
) -> None:
    assert call(written(1, None, image("B")), record, written(3, None, image("C"))) == []
    assert phone.calls == [("start", "B_1"), ("start", "C_1")]
    [told] = left_to_do(queue)
    assert told["problem"] == "cannot be read"
    found = record["dynamodb"]["Keys"]
    assert told["place"] == f"{found['pk']['S']}/{found['sk']['S']}"


def test_a_record_that_cannot_even_be_set_aside_comes_again_alone(
    phone: Phone, queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEAD_LETTERS_URL", queue.replace("dead-letters", "nowhere"))
    assert call(written(1, None, image("B")), written(2, None, STRANGE), event(3)) == ["2", "3"]
    assert phone.calls == [("start", "B_1")]


@pytest.mark.parametrize("body", ["{", "[]", json.dumps({"number": "A"}), json.dumps({"strange": 1})])
def test_a_message_that_is_no_effect_comes_again_alone_until_it_is_a_dead_letter(
    phone: Phone, office: Office, body: str
) -> None:
    number = office.receive()
    effect = json.dumps({"number": number, "seq": 1, "effect": "start"})
    messages = [
        {"eventSource": "aws:sqs", "messageId": place, "body": text}
        for place, text in (("m-1", body), ("m-2", effect))
    ]
    assert call(*messages) == ["m-1"]
    assert phone.calls == [("start", f"{number}_1")]


def test_the_sweep_passes_over_what_it_cannot_read(table: Table, clock: Clock, office: Office) -> None:
    number = office.receive()
    for attributes in ({}, {"number": {"S": "ZZZZ-ZZZZ-0"}}):
        strange = {
            "pk": {"S": keys.complaint("ZZZZ-ZZZZ-0")},
            "sk": {"S": keys.STATE},
            "attention": {"S": keys.attention(number)},
            "attention_at": {"S": instants.to_text(clock())},
            **attributes,
        }
        table.client.put_item(TableName=table.name, Item=strange)
        clock.move(600)
        assert [one.number for one in table.overlooked(clock(), 10)] == [number]
