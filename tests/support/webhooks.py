"""Webhooks over the real store and queue in moto, with an endpoint that answers as a test says."""

import json
from collections.abc import Mapping
from copy import replace
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import boto3

from redress.adapters.webhook_queue import DeliveriesQueue
from redress.domain.webhooks import Endpoint, Schedule
from redress.region import Client, Region
from redress.store.table import Table
from redress.store.webhooks import WebhookTable
from redress.usecases.deliver_webhooks import Attempt, Courier, deliver, fan_out
from redress.usecases.ports import Request
from redress.usecases.webhook_ports import Delivery, Outcome
from tests.support.complaints import REGION
from tests.support.desks import DAY, Clock

STACK_SECRETS = (b"0123456789" * 6,)
NORTHLIGHT_ONLY = Client(id="back-office", brands=("northlight",), scopes=("admin",))
SOUTHLIGHT_ONLY = Client(id="crm", brands=("southlight",), scopes=("admin",))
URL = "https://hooks.example.com/redress"
_keys = count(1)
FINE, BROKEN = Outcome(why=None), Outcome(why="status-500")


def region() -> Region:
    """An operator of two brands, with a client for each."""
    southlight = replace(REGION.brands[0], id="southlight")
    clients = (NORTHLIGHT_ONLY, SOUTHLIGHT_ONLY)
    return replace(REGION, brands=(*REGION.brands, southlight), clients=clients)


@dataclass
class Receiver:
    """What is at the other end: answers with `outcome`, and remembers what it was sent."""

    outcome: Outcome = FINE
    calls: list[tuple[str, Mapping[str, str], bytes]] = field(default_factory=list)

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        """As `Poster` has it."""
        self.calls.append((url, headers, body))
        return self.outcome

    @property
    def got(self) -> list[dict[str, Any]]:
        """The messages that came."""
        return [json.loads(body) for _, _, body in self.calls]


class PostOffice:
    """A courier on the clock of a test. Chance is the middle of what it may be: waits are as scheduled."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self.clock = clock
        self.store = WebhookTable(table.client, table.name)
        sqs = boto3.client("sqs")
        self.url = sqs.create_queue(QueueName="deliveries")["QueueUrl"]
        self.queue = DeliveriesQueue(sqs, self.url)
        self.receiver = Receiver()
        self.courier = Courier(
            store=self.store,
            queue=self.queue,
            region=region(),
            secrets=lambda: STACK_SECRETS,
            post=self.receiver.post,
            now=clock,
            chance=lambda: 0.5,
            schedule=Schedule(),
        )

    def add(self, webhook: str = "wh-1", **told: Any) -> Endpoint:
        """Make an endpoint of the back office."""
        made = Endpoint(
            id=webhook,
            client="back-office",
            url=URL,
            events=None,
            description=None,
            training=False,
            enabled=True,
            created_at=self.clock(),
        ).__replace__(**told)
        self.store.add(made, self.request(), self.clock())
        return made

    def request(self, key: str | None = None, fingerprint: str = "hash-1") -> Request:
        """A request that is remembered for a day, under a key of its own unless one is given."""
        key = key or f"key-{next(_keys)}"
        return Request(client="back-office", key=key, fingerprint=fingerprint, expires_at=self.clock() + DAY)

    def endpoint(self, webhook: str = "wh-1") -> Endpoint:
        """An endpoint as it is stored."""
        found = self.store.endpoint(webhook)
        assert found is not None
        return found

    def delivery(self, number: str, seq: int = 1, webhook: str = "wh-1") -> Delivery:
        """A delivery that is queued now."""
        return Delivery(endpoint=webhook, since=self.clock(), number=number, seq=seq)

    def attempt(self, delivery: Delivery, attempt: int = 1) -> Attempt:
        """Make attempt n of a delivery."""
        return deliver(self.courier, delivery, attempt)

    def pursue(self, delivery: Delivery) -> list[tuple[float, Attempt]]:
        """Every attempt when it is due: seconds since the delivery was queued, and what came of it."""
        made: list[tuple[float, Attempt]] = []
        for attempt in range(1, 200):
            after = (self.clock() - delivery.since).total_seconds()
            made.append((after, self.attempt(delivery, attempt)))
            again_in = made[-1][1].again_in
            if again_in is None:
                return made
            self.clock.move(again_in)
        raise AssertionError("it is tried for ever")

    def publish(self, **told: object) -> int:
        """Have the bus tell of an event."""
        event = {
            "type": "Closed",
            "brand": "northlight",
            "training": False,
            "number": "R7K3-9QXM-3",
            "seq": 7,
        }
        return fan_out(self.courier, {**event, **told})

    def queued(self) -> list[dict[str, Any]]:
        """Take everything that is in the queue."""
        taken: list[dict[str, Any]] = []
        while (
            found := boto3.client("sqs")
            .receive_message(QueueUrl=self.url, MaxNumberOfMessages=10)
            .get("Messages")
        ):
            taken += [json.loads(one["Body"]) for one in found]
        return taken
