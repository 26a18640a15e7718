"""What the operator's API can do with webhooks. Imported when the first request for one comes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from redress.domain import number as complaint_number
from redress.domain.errors import FieldProblem, InvalidInput, NotFound
from redress.domain.webhook_address import BadAddress, parse
from redress.domain.webhooks import Endpoint
from redress.http import webhook_views
from redress.http.answer import Answer
from redress.http.problems import RETRY_SECONDS, UNAVAILABLE, Refused
from redress.http.requests import Call
from redress.usecases import change, webhooks
from redress.usecases.change import Changed
from redress.usecases.ports import VersionConflict
from redress.usecases.webhook_ports import NotQueued

if TYPE_CHECKING:  # they bring pydantic: the resolver imports the one that a request is read with
    from redress.http import webhook_bodies as bodies

ID_BITS = 80


def create_webhook(call: Call, asked: bodies.Webhook) -> Answer:
    """Make a webhook, and show its secret."""
    _check_url(call, asked.url)
    outcome = _earlier(call) or webhooks.register(
        call.webhooks(), call.caller.client, _new(call, asked), call.once
    )
    shown = webhook_views.webhook(_find(call, outcome.number))
    secret = webhooks.secret_of(call.webhooks(), outcome.number, outcome.version)
    headers = {"Location": f"/v1/webhooks/{outcome.number}", **_replayed(outcome)}
    return Answer(status=201, body={**shown, "secret": secret}, headers=headers)


def list_webhooks(call: Call) -> Answer:
    """List the caller's own webhooks."""
    found = webhooks.mine(call.webhooks(), call.caller.client)
    return Answer(body={"items": [webhook_views.webhook(one) for one in found]})


def get_webhook(call: Call) -> Answer:
    """Show a webhook, and how it is doing."""
    return Answer(body=webhook_views.webhook(_named(call)))


def replace_webhook(call: Call, asked: bodies.WebhookChange) -> Answer:
    """Change a webhook: what is not sent is as in a new one. Its secret stays."""
    _check_url(call, asked.url)
    wanted = _named(call).__replace__(
        url=asked.url,
        events=_events(asked),
        description=asked.description,
        training=bool(asked.training),
        enabled=asked.enabled is not False,
    )
    changed = webhooks.change(call.webhooks(), wanted)
    return Answer(body=webhook_views.webhook(changed))


def delete_webhook(call: Call) -> Answer:
    """Delete a webhook, and show it for the last time."""
    gone = webhooks.delete(call.webhooks(), call.caller.client, call.path["webhook"])
    return Answer(body=webhook_views.webhook(gone))


def rotate_webhook_secret(call: Call, asked: bodies.Rotation) -> Answer:
    """Make a new secret for a webhook, and show it. Earlier ones go on signing for a while."""
    endpoint = _named(call)
    overlap = timedelta(hours=asked.overlap_hours)
    try:
        outcome = _earlier(call) or webhooks.rotate(call.webhooks(), endpoint, overlap, call.once)
    except VersionConflict:
        raise _later("Its secret is being rotated by another request.") from None
    rotated = _find(call, endpoint.id)
    secret = webhooks.secret_of(call.webhooks(), endpoint.id, outcome.version)
    until = webhook_views.webhook(rotated)["overlap_until"]
    body = {"webhook": endpoint.id, "secret": secret, "overlap_until": until}
    return Answer(body=body, headers=_replayed(outcome))


def ping_webhook(call: Call, _asked: bodies.Ping) -> Answer:
    """Queue a test message, of type `Ping`."""
    endpoint = _named(call)
    return _queued(call, lambda: webhooks.ping(call.webhooks(), endpoint, call.once))


def list_dead_letters(call: Call, asked: bodies.DeadLetterQuery) -> Answer:
    """List what could not be delivered to a webhook in the last 90 days and was not queued again."""
    endpoint, desk = _named(call), call.webhooks()
    letters, cursor = desk.store.dead_letters(endpoint.id, asked.limit, asked.cursor, desk.now())
    following = urlencode({"limit": asked.limit, "cursor": cursor})
    path = f"/v1/webhooks/{endpoint.id}/dead-letters?{following}" if cursor else None
    return Answer(body=webhook_views.dead_letters(letters, cursor, path))


def replay_webhook(call: Call, asked: bodies.Replay) -> Answer:
    """Queue dead letters or the events of a complaint again."""
    if bool(asked.dead_letters) == (asked.number is not None):
        remedy = "Send either dead_letters: true, or the number of a complaint."
        raise InvalidInput([FieldProblem("dead_letters", "one_replay", remedy)])
    endpoint = _named(call)
    if asked.number is None:
        return _queued(call, lambda: webhooks.replay_dead_letters(call.webhooks(), endpoint, call.once))
    number = complaint_number.parse(asked.number)
    if number is None:
        raise NotFound(asked.number)
    region, brands = call.desk.region, call.caller.client.brands
    return _queued(
        call,
        lambda: webhooks.replay_complaint(call.webhooks(), region, brands, endpoint, number, call.once),
    )


def _new(call: Call, asked: bodies.Webhook) -> Endpoint:
    return Endpoint(
        id=f"wh-{call.random_bits(ID_BITS):020x}",
        client=call.caller.client.id,
        url=asked.url,
        events=_events(asked),
        description=asked.description,
        training=bool(asked.training),
        enabled=True,
        created_at=call.webhooks().now(),
    )


def _events(asked: bodies.Webhook) -> tuple[str, ...] | None:
    return tuple(dict.fromkeys(asked.events)) if asked.events else None


def _check_url(call: Call, url: str) -> None:
    try:
        parse(url, allow_private=call.webhooks().allow_private)
    except BadAddress as bad:
        raise InvalidInput([FieldProblem("url", bad.rule, bad.remedy)]) from None


def _named(call: Call) -> Endpoint:
    """The endpoint of the path. Raises NoSuchWebhook."""
    return _find(call, call.path["webhook"])


def _find(call: Call, webhook: str) -> Endpoint:
    return webhooks.find(call.webhooks(), call.caller.client, webhook)


def _earlier(call: Call) -> Changed | None:
    """What the same request led to before. Raises IdempotencyKeyReused."""
    answer = call.desk.store.answer(call.once.client, call.once.key, call.desk.now())
    return change.replay(call.once, answer) if answer else None


def _queued(call: Call, queue: Callable[[], Changed]) -> Answer:
    """Show how much was queued, now or when the same request came before."""
    try:
        outcome = _earlier(call) or queue()
    except NotQueued:
        raise _later("The queue does not take it.") from None
    return Answer(body={"webhook": outcome.number, "queued": outcome.version}, headers=_replayed(outcome))


def _later(why: str) -> Refused:
    detail = f"{why} Send the same request, with the same Idempotency-Key, again in {RETRY_SECONDS} s."
    return Refused(UNAVAILABLE, detail, {"Retry-After": str(RETRY_SECONDS)})


def _replayed(outcome: Changed) -> dict[str, str]:
    return {"Idempotency-Replayed": "true"} if outcome.replayed else {}
