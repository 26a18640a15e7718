"""Webhooks: from the bus to the endpoints that clients have made; what fails waits, and is given up in days.

Complaints do not know of this: it begins behind the bus, and its function has a concurrency of its own.
"""

import json

from aws_cdk import aws_events as events
from constructs import Construct

from infra.constructs.events import to_queue
from infra.constructs.function import Function, Shared
from infra.constructs.queue import queue
from infra.constructs.secret import GeneratedSecret
from infra.constructs.sources import from_queue
from infra.constructs.table import ComplaintTable
from infra.settings import WebhooksPart
from redress.store import keys

SECONDS = 30
"""A delivery's call has ten of them; the rest is for reading the table and starting."""

EVENT_BATCH, EVENT_RETRIES, EVENT_CONCURRENCY = 10, 8, 5
DELIVERY_CONCURRENCY = 20
"""Calls at the same time, to all endpoints together: a hanging one can hold them for one deadline, once."""

DELIVERY_RETRIES = 60
"""Three days of attempts and waits for a failing endpoint take about 20; the rest is for faults of ours."""


class Webhooks(Construct):
    """Rule, two queues with their dead letters, and the function that works on both."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: WebhooksPart,
        shared: Shared,
        table: ComplaintTable,
        bus: events.IEventBus,
        secret: GeneratedSecret,
    ) -> None:
        super().__init__(scope, construct_id)
        self._settings, self._secret = settings, secret
        self.event_dead_letters = queue(self, "WebhookEventDeadLetters", seconds=SECONDS)
        self.delivery_dead_letters = queue(self, "WebhookDeliveryDeadLetters", seconds=SECONDS)
        self._events = queue(
            self,
            "WebhookEvents",
            seconds=SECONDS,
            dead_letters=self.event_dead_letters,
            retries=EVENT_RETRIES,
        )
        self.deliveries = queue(
            self,
            "WebhookDeliveries",
            seconds=SECONDS,
            dead_letters=self.delivery_dead_letters,
            retries=DELIVERY_RETRIES,
        )
        to_queue(self, "Published", bus, self._events, otherwise=self.event_dead_letters)
        self.function = Function(
            self,
            "webhooks",
            shared=shared,
            seconds=SECONDS,
            environment={
                "WEBHOOK_DELIVERIES_ARN": self.deliveries.queue_arn,
                "WEBHOOK_RETRY_SECONDS": json.dumps(settings.retry_seconds),
                "WEBHOOK_GIVE_UP_SECONDS": str(settings.give_up_seconds),
                **self._environment(),
            },
        )
        table.allow(self.function, "GetItem", "Query")
        # It reads what strangers answer: so it can write of endpoints and dead letters, and of no complaint.
        table.allow(self.function, "UpdateItem", within=[keys.WEBHOOKS])
        table.allow(self.function, "PutItem", within=[keys.webhook("*")])
        secret.allow_reading(self.function)
        self.function.allow(["sqs:SendMessage", "sqs:ChangeMessageVisibility"], self.deliveries.queue_arn)
        from_queue(
            self,
            "EventsSource",
            self.function,
            self._events,
            batch=EVENT_BATCH,
            concurrency=EVENT_CONCURRENCY,
        )
        from_queue(self, "DeliveriesSource", self.function, self.deliveries, concurrency=DELIVERY_CONCURRENCY)

    def allow_managing(self, function: Function) -> None:
        """Lets a function make webhooks and queue deliveries: it derives secrets, and calls nobody."""
        for name, value in self._environment().items():
            function.function.add_environment(name, value)
        self._secret.allow_reading(function)
        function.allow(["sqs:SendMessage"], self.deliveries.queue_arn)

    def _environment(self) -> dict[str, str]:
        common = {
            "WEBHOOK_SECRET_ARN": self._secret.arn,
            "WEBHOOK_DELIVERIES_URL": self.deliveries.queue_url,
        }
        return common | ({"WEBHOOKS_ALLOW_PRIVATE": "yes"} if self._settings.allow_private else {})
