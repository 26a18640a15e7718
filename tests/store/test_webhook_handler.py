"""The function `webhooks` as Lambda calls it, really wired: two queues, and what it reports of each."""

import importlib
import json
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto.sqs.models import sqs_backends

from redress import region as regions
from redress.adapters import clients, webhook_wiring, wiring
from redress.adapters.webhook_queue import DeliveriesQueue
from redress.store.table import Table
from redress.usecases.webhook_ports import NotQueued
from tests.support import tables
from tests.support.desks import Clock, Office
from tests.support.webhooks import PostOffice, region

ARN = "arn:aws:sqs:eu-west-2:123456789012:deliveries"
CACHED = (
    *(wiring.region, wiring.table, wiring.live_versions, clients.client, regions.load),
    *(webhook_wiring.queue, webhook_wiring.courier, webhook_wiring.desk),
)
# Refused before a name is looked up or a socket opened.
PRIVATE = "https://169.254.169.254/latest/meta-data/"


@pytest.fixture
def post(table: Table, clock: Clock) -> PostOffice:
    """Endpoints, and the queue of deliveries."""
    return PostOffice(table, clock)


@pytest.fixture
def function(post: PostOffice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The handler's module, with the environment that its construct gives it."""
    file = tmp_path / "region.json"
    file.write_text(json.dumps(asdict(region())), encoding="utf-8")
    secret = boto3.client("secretsmanager").create_secret(Name="webhooks", SecretString="0" * 64)
    for name, value in {
        "TABLE_NAME": tables.NAME,
        "REGION_FILE": str(file),
        "WEBHOOK_SECRET_ARN": secret["ARN"],
        "WEBHOOK_DELIVERIES_URL": post.url,
        "WEBHOOK_DELIVERIES_ARN": ARN,
        "WEBHOOK_RETRY_SECONDS": "[100, 200]",
        "WEBHOOK_GIVE_UP_SECONDS": "3600",
    }.items():
        monkeypatch.setenv(name, value)
    for each in CACHED:
        each.cache_clear()
    yield importlib.import_module("functions.webhooks.handler")
    for each in CACHED:
        each.cache_clear()


def received(post: PostOffice) -> dict[str, Any]:
    """The delivery that is next in the queue, as Lambda hands it over."""
    [message] = boto3.client("sqs").receive_message(QueueUrl=post.url)["Messages"]
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": {"ApproximateReceiveCount": "1"},
        "eventSource": "aws:sqs",
        "eventSourceARN": ARN,
    }


def published(message_id: str = "m-1", **told: object) -> dict[str, Any]:
    """A published event as EventBridge puts it into the other queue."""
    detail = {
        "id": "R7K3-9QXM-3-7",
        "type": "Closed",
        "brand": "northlight",
        "training": False,
        "number": "R7K3-9QXM-3",
        "seq": 7,
    }
    body = {"source": "redress", "detail-type": "Closed", "detail": {**detail, **told}}
    return {
        "messageId": message_id,
        "receiptHandle": "receipt",
        "body": json.dumps(body),
        "attributes": {"ApproximateReceiveCount": "1"},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-west-2:123456789012:events",
    }


def hidden_for() -> float:
    """Seconds until the one message that is in flight comes again."""
    queue = sqs_backends["123456789012"]["eu-west-2"].queues["deliveries"]
    [message] = queue._messages
    return float(message.visible_at / 1000 - time.time())


def test_an_event_is_queued_for_its_endpoints(function: ModuleType, post: PostOffice) -> None:
    post.add()
    assert function.handler({"Records": [published()]}, None) == {"batchItemFailures": []}
    [queued] = post.queued()
    assert (queued["endpoint"], queued["number"], queued["seq"]) == ("wh-1", "R7K3-9QXM-3", 7)


def test_a_failed_delivery_is_reported_and_hidden_until_its_next_attempt(
    function: ModuleType, post: PostOffice, office: Office
) -> None:
    post.add(url=PRIVATE)
    post.queue.put([post.delivery(office.receive())])
    record = received(post)
    failed = function.handler({"Records": [record]}, None)
    assert failed == {"batchItemFailures": [{"itemIdentifier": record["messageId"]}]}
    assert post.endpoint().last_failure == "private-address"
    assert 70 < hidden_for() <= 126


def test_a_delivery_that_nobody_wants_any_more_is_done(function: ModuleType, post: PostOffice) -> None:
    post.queue.put([post.delivery("R7K3-9QXM-3")])
    assert function.handler({"Records": [received(post)]}, None) == {"batchItemFailures": []}


def test_when_a_service_fails_only_what_it_failed_for_is_reported(
    function: ModuleType, post: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    post.add()
    real = DeliveriesQueue.put

    def put(self: DeliveriesQueue, deliveries: Any) -> None:
        some = list(deliveries)
        if some[0].seq == 8:
            raise ClientError({"Error": {"Code": "ThrottlingException", "Message": ""}}, "SendMessageBatch")
        if some[0].seq == 9:
            raise NotQueued("InternalError")
        real(self, some)

    monkeypatch.setattr(DeliveriesQueue, "put", put)
    records = [published("m-7"), published("m-8", seq=8), published("m-9", seq=9)]
    failed = function.handler({"Records": records}, None)["batchItemFailures"]
    assert [one["itemIdentifier"] for one in failed] == ["m-8", "m-9"]
    assert len(post.queued()) == 1


def test_what_the_queue_refuses_is_an_error(post: PostOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = {"Failed": [{"Id": "0", "Code": "InternalError", "SenderFault": False}]}
    monkeypatch.setattr(post.queue.client, "send_message_batch", lambda **_: refused)
    with pytest.raises(NotQueued, match="InternalError"):
        post.queue.put([post.delivery("R7K3-9QXM-3")])


@pytest.mark.usefixtures("function")
def test_deliveries_of_an_endpoint_share_a_group_so_that_it_cannot_crowd_out_others(post: PostOffice) -> None:
    post.queue.put([post.delivery("R7K3-9QXM-3"), post.delivery("R7K3-9QXM-3", webhook="wh-2")])
    queue = sqs_backends["123456789012"]["eu-west-2"].queues["deliveries"]
    assert [message.group_id for message in queue._messages] == ["wh-1", "wh-2"]


@pytest.mark.usefixtures("function")
def test_private_addresses_are_called_only_where_the_region_file_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert not webhook_wiring.desk().allow_private
    webhook_wiring.desk.cache_clear()
    monkeypatch.setenv("WEBHOOKS_ALLOW_PRIVATE", "yes")
    assert webhook_wiring.desk().allow_private


def test_the_log_tells_nothing_that_is_secret(
    function: ModuleType, post: PostOffice, office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    post.add(url=f"{PRIVATE}?token=SECRET-MARK")
    post.queue.put([post.delivery(office.receive())])
    function.handler({"Records": [received(post)]}, None)
    logged = str([vars(record) for record in caplog.records if record.name == "redress"])
    assert "private-address" in logged
    assert "SECRET-MARK" not in logged
