"""From an event to the endpoints that want it, and from a delivery to its call: tried again, or given up."""

import json
import math
from collections.abc import Callable, Mapping, Sequence

from redress import published
from redress.domain import instants, webhooks
from redress.domain.values import Value
from redress.domain.webhooks import Endpoint, Schedule
from redress.published import Envelope
from redress.region import Region
from redress.usecases.ports import Now
from redress.usecases.webhook_ports import (
    DeadLetter,
    Delivery,
    DeliveryQueue,
    DeliveryStore,
    Post,
    StoredEvent,
)

GONE = "status-410"
DISABLED = "disabled"
SENT, DROPPED, DIED, FAILED, PUT_OFF = "sent", "dropped", "died", "failed", "put off"
USER_AGENT = "Redress-Webhooks/1"


class Courier(Value):
    """What delivering needs. `secrets` are the stack's, the current one first; `chance` is in [0, 1)."""

    store: DeliveryStore
    queue: DeliveryQueue
    region: Region
    secrets: Callable[[], Sequence[bytes]]
    post: Post
    now: Now
    chance: Callable[[], float]
    schedule: Schedule


class Attempt(Value):
    """What came of an attempt, for the log, and in how many seconds the next is due (None: there is none)."""

    outcome: str
    why: str | None = None
    again_in: int | None = None


def fan_out(courier: Courier, event: Envelope) -> int:
    """Queue a delivery of a published event for each endpoint that wants it; how many."""
    since = courier.now()
    deliveries = [
        Delivery(endpoint=one.id, since=since, number=event["number"], seq=event["seq"])
        for one in courier.store.endpoints()
        if wants(courier.region, one, event)
    ]
    courier.queue.put(deliveries)
    return len(deliveries)


def wants(region: Region, endpoint: Endpoint, event: Envelope) -> bool:
    """Whether an endpoint is told of an event, by its own choice and by what its client may see."""
    seen = (brand for one in region.clients if one.id == endpoint.client for brand in one.brands)
    return endpoint.wants(tuple(seen), event["type"], event["brand"], training=event["training"])


def document(event: StoredEvent) -> Envelope:
    """An event as it is published."""
    return published.envelope(event.text, event.brand, event.jurisdiction, event.training)


def deliver(courier: Courier, delivery: Delivery, attempt: int) -> Attempt:
    """Make attempt n (from 1) of a delivery, unless nobody wants it any more or its endpoint is failing.

    A failing endpoint is called for one delivery at a time; the others are put off without a call, so that
    however dead it is, it keeps nobody waiting.
    """
    endpoint = courier.store.endpoint(delivery.endpoint)
    if endpoint is None:
        return Attempt(outcome=DROPPED)
    if not endpoint.enabled:
        return _give_up(courier, delivery, attempt - 1, DISABLED)
    message = _message(courier, endpoint, delivery)
    if message is None:
        return Attempt(outcome=DROPPED)
    if endpoint.failing and (seconds := _closed_for(courier, endpoint)):
        return _again(courier, delivery, attempt, PUT_OFF, endpoint.last_failure or PUT_OFF, seconds)
    return _call(courier, endpoint, delivery, attempt, message)


def _call(
    courier: Courier, endpoint: Endpoint, delivery: Delivery, attempt: int, message: Envelope
) -> Attempt:
    body = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
    outcome = courier.post(endpoint.url, _headers(courier, endpoint, message["id"], body), body)
    if outcome.why is None:
        if endpoint.failures:
            courier.store.recovered(endpoint.id)
        return Attempt(outcome=SENT)
    if outcome.why == GONE:
        courier.store.disable(endpoint.id, GONE, courier.now())
        return _give_up(courier, delivery, attempt, GONE)
    courier.store.failed(endpoint.id, outcome.why, courier.now())
    asked = courier.schedule.asked(outcome.retry_after)
    return _again(courier, delivery, attempt, FAILED, outcome.why, asked)


def _closed_for(courier: Courier, endpoint: Endpoint) -> float:
    """Seconds for which a failing endpoint is not to be called; 0 for the one who is to probe it."""
    now = courier.now()
    if endpoint.retry_at is not None and now < endpoint.retry_at:
        return (endpoint.retry_at - now).total_seconds()
    pause = courier.schedule.probe(endpoint.failures)
    return 0 if courier.store.claim_probe(endpoint.id, now, now + pause) else pause.total_seconds()


def _again(
    courier: Courier, delivery: Delivery, attempt: int, outcome: str, why: str, at_least: float
) -> Attempt:
    """The last attempt is when the time is up: what fails then is given up."""
    left = (delivery.since + courier.schedule.give_up - courier.now()).total_seconds()
    if left <= 0:
        return _give_up(courier, delivery, attempt, why)
    wait = min(courier.schedule.wait(attempt, courier.chance(), at_least=at_least), left)
    return Attempt(outcome=outcome, why=why, again_in=math.ceil(wait))


def _give_up(courier: Courier, delivery: Delivery, attempts: int, why: str) -> Attempt:
    if delivery.number is None or delivery.seq is None:
        return Attempt(outcome=DROPPED, why=why)  # a test message is not worth keeping
    courier.store.bury(
        DeadLetter(
            endpoint=delivery.endpoint,
            number=delivery.number,
            seq=delivery.seq,
            since=delivery.since,
            died_at=courier.now(),
            attempts=attempts,
            why=why,
        )
    )
    return Attempt(outcome=DIED, why=why)


def _message(courier: Courier, endpoint: Endpoint, delivery: Delivery) -> Envelope | None:
    """What is sent; None when the event is not for this endpoint, or no more."""
    if delivery.number is None or delivery.seq is None:
        return _ping(delivery)
    event = courier.store.event(delivery.number, delivery.seq)
    if event is None:
        return None
    message = document(event)
    return message if wants(courier.region, endpoint, message) else None


def _ping(delivery: Delivery) -> Envelope:
    """A message of the form of every event, about no complaint."""
    nothing = dict.fromkeys(("number", "seq", "brand", "jurisdiction"))
    return {
        "id": delivery.ping,
        "schema": published.schema_of(published.PING),
        "type": published.PING,
        "at": instants.to_text(delivery.since),
        "actor": "system",
        "training": False,
        "data": {},
        **nothing,
    }


def _headers(courier: Courier, endpoint: Endpoint, message_id: str, body: bytes) -> Mapping[str, str]:
    now = courier.now()
    keys = [
        webhooks.secret(stack_secret, endpoint.id, version)
        for stack_secret in courier.secrets()
        for version in endpoint.live_versions(now)
    ]
    signed = webhooks.sign(keys, message_id, now, body)
    return {"content-type": "application/json", "user-agent": USER_AGENT, **signed}
