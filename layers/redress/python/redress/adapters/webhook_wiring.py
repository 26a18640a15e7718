"""What webhooks are made of, from the environment of the function: for the API, and for delivering."""

import json
import os
import random
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from redress.adapters import wiring
from redress.adapters.clients import client
from redress.adapters.webhook_queue import DeliveriesQueue
from redress.domain.webhooks import Schedule
from redress.store.webhooks import WebhookTable

if TYPE_CHECKING:  # the API calls nobody, and delivering manages nothing
    from redress.usecases.deliver_webhooks import Courier
    from redress.usecases.webhooks import WebhookDesk


def secrets() -> tuple[bytes, ...]:
    """The live versions of the stack's secret, from which those of endpoints are derived."""
    return wiring.secret(os.environ["WEBHOOK_SECRET_ARN"])


@cache
def queue() -> DeliveriesQueue:
    """The queue of deliveries."""
    return DeliveriesQueue(client("sqs"), os.environ["WEBHOOK_DELIVERIES_URL"])


@cache
def desk() -> "WebhookDesk":
    """What the API needs."""
    from redress.usecases.webhooks import WebhookDesk  # noqa: PLC0415 - delivering does not need it

    return WebhookDesk(
        store=_table(), queue=queue(), secrets=secrets, allow_private=_allow_private(), now=wiring.now
    )


@cache
def courier() -> "Courier":
    """What delivering needs."""
    from redress.adapters.webhook_post import Poster  # noqa: PLC0415 - the API calls nobody
    from redress.usecases.deliver_webhooks import Courier  # noqa: PLC0415

    return Courier(
        store=_table(),
        queue=queue(),
        region=wiring.region(),
        secrets=secrets,
        post=Poster(now=wiring.now, allow_private=_allow_private()).post,
        now=wiring.now,
        chance=random.random,
        schedule=Schedule(
            seconds=tuple(json.loads(os.environ["WEBHOOK_RETRY_SECONDS"])),
            give_up=timedelta(seconds=int(os.environ["WEBHOOK_GIVE_UP_SECONDS"])),
        ),
    )


def _table() -> WebhookTable:
    return WebhookTable(client("dynamodb"), os.environ["TABLE_NAME"])


def _allow_private() -> bool:
    """Only the embedded platform's functions have this set (`settings.py` refuses it elsewhere)."""
    return os.environ.get("WEBHOOKS_ALLOW_PRIVATE") == "yes"
