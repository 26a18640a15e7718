"""What the operator's API shows of webhooks. Instants are RFC 3339 in UTC."""

from collections.abc import Iterable
from typing import TypedDict

from redress import published
from redress.domain import instants
from redress.domain.webhooks import Endpoint
from redress.http.views import text
from redress.usecases.webhook_ports import DeadLetter


class FailureView(TypedDict):
    """The last call that failed: when, and why by a stable code such as `status-500` or `too-slow`."""

    at: str
    why: str


class WebhookView(TypedDict):
    """Where events are sent. `events` is null for all types.

    `failures` counts those in a row; a `failing` webhook is called for one event at a time, after `retry_at`.
    Until `overlap_until` (if it is told) earlier secrets sign beside the newest.
    """

    webhook: str
    url: str
    events: list[str] | None
    description: str | None
    training: bool
    enabled: bool
    created_at: str
    overlap_until: str | None
    failures: int
    failing: bool
    retry_at: str | None
    last_failure: FailureView | None


class SecretView(TypedDict):
    """A new secret, which is not shown again, and until when earlier ones sign beside it."""

    webhook: str
    secret: str
    overlap_until: str | None


class NewWebhookView(WebhookView):
    """A new webhook with its secret, which is not shown again."""

    secret: str


class WebhooksView(TypedDict):
    """The client's own webhooks, the oldest first."""

    items: list[WebhookView]


class QueuedView(TypedDict):
    """How many messages are on their way now."""

    webhook: str
    queued: int


class DeadLetterView(TypedDict):
    """An event that could not be delivered: its id, since when that was tried and how often, and why not."""

    id: str
    number: str
    seq: int
    queued_at: str
    given_up_at: str
    attempts: int
    why: str


class DeadLettersView(TypedDict):
    """A part of the list. `cursor` and `next` lead to the part that follows and are null at the end.

    A page may hold fewer than asked for, even none, before the end.
    """

    items: list[DeadLetterView]
    cursor: str | None
    next: str | None


def webhook(one: Endpoint) -> WebhookView:
    """An endpoint as its owner sees it."""
    return {
        "webhook": one.id,
        "url": one.url,
        "events": list(one.events) if one.events is not None else None,
        "description": one.description,
        "training": one.training,
        "enabled": one.enabled,
        "created_at": instants.to_text(one.created_at),
        "overlap_until": text(one.overlap_until),
        "failures": one.failures,
        "failing": one.failing,
        "retry_at": text(one.retry_at),
        "last_failure": _failure(one),
    }


def dead_letters(letters: Iterable[DeadLetter], cursor: str | None, next_path: str | None) -> DeadLettersView:
    """A part of what was given up."""
    return {"items": [_dead_letter(one) for one in letters], "cursor": cursor, "next": next_path}


def _dead_letter(one: DeadLetter) -> DeadLetterView:
    return {
        "id": published.event_id(one.number, one.seq),
        "number": one.number,
        "seq": one.seq,
        "queued_at": instants.to_text(one.since),
        "given_up_at": instants.to_text(one.died_at),
        "attempts": one.attempts,
        "why": one.why,
    }


def _failure(one: Endpoint) -> FailureView | None:
    if one.last_failure is None or one.last_failure_at is None:
        return None
    return {"at": instants.to_text(one.last_failure_at), "why": one.last_failure}
