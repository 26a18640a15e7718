"""The queue of deliveries: each waits there, out of sight, until its next attempt."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import batched
from typing import TYPE_CHECKING

from redress.domain import instants
from redress.published import Envelope
from redress.usecases.webhook_ports import Delivery, NotQueued

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

MOST_ENTRIES = 10  # messages in a call


@dataclass(frozen=True)
class DeliveriesQueue:
    """`client` is a boto3 SQS client, `url` the address of the queue."""

    client: "SQSClient"
    url: str

    def put(self, deliveries: Iterable[Delivery]) -> None:
        """Queue deliveries, each in the group of its endpoint. Raises the SDK's error, or NotQueued.

        SQS shares a standard queue out fairly between groups, so an endpoint with many deliveries does not
        keep those of others waiting.
        """
        for some in batched(deliveries, MOST_ENTRIES, strict=False):
            answer = self.client.send_message_batch(
                QueueUrl=self.url,
                Entries=[
                    {"Id": str(place), "MessageBody": _write(one), "MessageGroupId": one.endpoint}
                    for place, one in enumerate(some)
                ],
            )
            if refused := answer.get("Failed"):
                raise NotQueued(", ".join(sorted({one["Code"] for one in refused})))

    def put_off(self, receipt: str, seconds: int) -> None:
        """Have a message that was received, and is reported as failed, come again in so many seconds."""
        self.client.change_message_visibility(
            QueueUrl=self.url, ReceiptHandle=receipt, VisibilityTimeout=seconds
        )


def read(body: str) -> Delivery:
    """The delivery that a message holds. Raises TypeError, KeyError or ValueError for a body that is none."""
    document = json.loads(body)
    return Delivery(**{**document, "since": instants.from_text(document["since"])})


def read_event(body: str) -> Envelope:
    """The event in a message that EventBridge sent. Raises KeyError or ValueError for another body."""
    event: Envelope = json.loads(body)["detail"]
    return event


def _write(delivery: Delivery) -> str:
    told = {name: value for name, value in vars(delivery).items() if value is not None}
    return json.dumps({**told, "since": instants.to_text(delivery.since)})
