"""What a client does with its webhooks: make, change, rotate their secrets, have events sent again."""

import hashlib
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from redress.domain import webhooks
from redress.domain.errors import NoSuchWebhook, NotFound, TooManyWebhooks, WebhookDisabled
from redress.domain.values import Value
from redress.domain.webhooks import Endpoint
from redress.region import Client, Region
from redress.usecases.change import Changed, replay
from redress.usecases.deliver_webhooks import document, wants
from redress.usecases.ports import Now, Request, RequestSeen
from redress.usecases.webhook_ports import DeadLetter, Delivery, DeliveryQueue, StoredEvent

MOST = 20
"""Webhooks of a client. Two requests at the same instant may pass it by one."""

MOST_REPLAYED = 500
"""Dead letters that one request queues again."""


class EndpointStore(Protocol):
    """What is needed of the store to manage endpoints."""

    def endpoints(self) -> Sequence[Endpoint]:
        """All endpoints of all clients, the oldest first."""

    def endpoint(self, webhook: str) -> Endpoint | None:
        """An endpoint, unless it is deleted."""

    def events(self, number: str) -> Sequence[StoredEvent]:
        """All events of a complaint."""

    def add(self, endpoint: Endpoint, request: Request, now: datetime) -> None:
        """Store a new endpoint. Raises RequestSeen."""

    def rotate(self, endpoint: Endpoint, request: Request, now: datetime) -> None:
        """Store the next version of its secret. Raises RequestSeen and VersionConflict."""

    def remember(self, request: Request, webhook: str, count: int, now: datetime) -> None:
        """Store what a request led to. Raises RequestSeen."""

    def replace(self, endpoint: Endpoint) -> bool:
        """Store all but the versions of its secret; False when it is deleted."""

    def delete(self, webhook: str, now: datetime) -> bool:
        """Delete it; False when it is deleted already."""

    def dead_letters(
        self, webhook: str, limit: int, cursor: str | None, now: datetime
    ) -> tuple[Sequence[DeadLetter], str | None]:
        """Part of what was given up, and the cursor of the next part."""

    def replayed(self, letter: DeadLetter, now: datetime) -> None:
        """Take a delivery that was queued again off the list."""


class WebhookDesk(Value):
    """What managing webhooks needs. `secrets` are the stack's, the current one first."""

    store: EndpointStore
    queue: DeliveryQueue
    secrets: Callable[[], Sequence[bytes]]
    allow_private: bool
    now: Now


def mine(desk: WebhookDesk, client: Client) -> Sequence[Endpoint]:
    """The client's own endpoints, the oldest first."""
    return [one for one in desk.store.endpoints() if one.client == client.id]


def find(desk: WebhookDesk, client: Client, webhook: str) -> Endpoint:
    """One of the client's own. Raises NoSuchWebhook."""
    endpoint = desk.store.endpoint(webhook)
    if endpoint is None or endpoint.client != client.id:
        raise NoSuchWebhook(webhook)
    return endpoint


def secret_of(desk: WebhookDesk, webhook: str, version: int) -> str:
    """The secret of an endpoint at a version, as its owner is shown it."""
    return webhooks.shown(webhooks.secret(desk.secrets()[0], webhook, version))


def register(desk: WebhookDesk, client: Client, endpoint: Endpoint, request: Request) -> Changed:
    """Store a new endpoint. Raises TooManyWebhooks, IdempotencyKeyReused."""
    if len(mine(desk, client)) >= MOST:
        raise TooManyWebhooks(MOST)
    try:
        desk.store.add(endpoint, request, desk.now())
    except RequestSeen as seen:
        return replay(request, seen.answer)
    return Changed(number=endpoint.id, version=endpoint.version)


def change(desk: WebhookDesk, endpoint: Endpoint) -> Endpoint:
    """Store an endpoint as it is to be from now on; its failures are forgiven. Raises NoSuchWebhook."""
    forgiven = endpoint.__replace__(failures=0, retry_at=None)
    if not desk.store.replace(forgiven):
        raise NoSuchWebhook(endpoint.id)
    return forgiven


def delete(desk: WebhookDesk, client: Client, webhook: str) -> Endpoint:
    """Delete an endpoint; as it was. Raises NoSuchWebhook."""
    endpoint = find(desk, client, webhook)
    if not desk.store.delete(webhook, desk.now()):
        raise NoSuchWebhook(webhook)
    return endpoint


def rotate(desk: WebhookDesk, endpoint: Endpoint, overlap: timedelta, request: Request) -> Changed:
    """Raise the version of a secret; the one before signs, too, while they overlap.

    A rotation within an earlier overlap leaves all of them signing: who still has the oldest secret goes on
    being able to check. No overlap ends all but the new one at once, as when one has leaked.
    Raises IdempotencyKeyReused, and VersionConflict when another rotation was first.
    """
    now = desk.now()
    rotated = endpoint.__replace__(
        version=endpoint.version + 1,
        oldest=min(endpoint.live_versions(now)),
        overlap_until=now + overlap,
    )
    try:
        desk.store.rotate(rotated, request, now)
    except RequestSeen as seen:
        return replay(request, seen.answer)
    return Changed(number=endpoint.id, version=rotated.version)


def ping(desk: WebhookDesk, endpoint: Endpoint, request: Request) -> Changed:
    """Queue a test message. Raises WebhookDisabled, IdempotencyKeyReused."""
    named = hashlib.sha256(f"{request.client}\n{request.key}".encode()).hexdigest()[:32]
    delivery = Delivery(endpoint=endpoint.id, since=desk.now(), ping=f"ping-{named}")
    return _queue(desk, endpoint, [delivery], request)


def replay_complaint(
    desk: WebhookDesk,
    region: Region,
    brands: Collection[str],
    endpoint: Endpoint,
    number: str,
    request: Request,
) -> Changed:
    """Queue all events of a complaint that the endpoint wants; `version` of the outcome is how many.

    Raises NotFound (also when the complaint is of none of the `brands`), WebhookDisabled and
    IdempotencyKeyReused.
    """
    events = desk.store.events(number)
    if not events or events[0].brand not in brands:
        raise NotFound(number)
    now = desk.now()
    deliveries = [
        Delivery(endpoint=endpoint.id, since=now, number=number, seq=one.seq)
        for one in events
        if wants(region, endpoint, document(one))
    ]
    return _queue(desk, endpoint, deliveries, request)


def replay_dead_letters(desk: WebhookDesk, endpoint: Endpoint, request: Request) -> Changed:
    """Queue the oldest dead letters again, MOST_REPLAYED at the most; `version` of the outcome is how many.

    Each is taken off the list after it is queued, so a failure in between has some queued twice, never lost.
    Raises WebhookDisabled, IdempotencyKeyReused.
    """
    now = desk.now()
    letters = _oldest(desk, endpoint, now)
    deliveries = [
        Delivery(endpoint=endpoint.id, since=now, number=one.number, seq=one.seq) for one in letters
    ]
    queued = _queue(desk, endpoint, deliveries, request)
    if not queued.replayed:
        for letter in letters:
            desk.store.replayed(letter, now)
    return queued


def _oldest(desk: WebhookDesk, endpoint: Endpoint, now: datetime) -> Sequence[DeadLetter]:
    letters, cursor = desk.store.dead_letters(endpoint.id, MOST_REPLAYED, None, now)
    found = list(letters)
    while cursor and len(found) < MOST_REPLAYED:
        letters, cursor = desk.store.dead_letters(endpoint.id, MOST_REPLAYED - len(found), cursor, now)
        found += letters
    return found


def _queue(
    desk: WebhookDesk, endpoint: Endpoint, deliveries: Sequence[Delivery], request: Request
) -> Changed:
    if not endpoint.enabled:
        raise WebhookDisabled(endpoint.id)
    desk.queue.put(deliveries)
    try:
        desk.store.remember(request, endpoint.id, len(deliveries), desk.now())
    except RequestSeen as seen:
        return replay(request, seen.answer)
    return Changed(number=endpoint.id, version=len(deliveries))
