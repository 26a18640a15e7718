"""What callers of the operator's API send about their webhooks."""

from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema

from redress.domain.webhook_address import LONGEST_URL
from redress.http.bodies import Short
from redress.http.fields import Strict, Text, broken
from redress.http.intake import unknown
from redress.http.list_bodies import Limit
from redress.published import PUBLISHED

LONGEST_OVERLAP = 7 * 24  # hours


def _known(kind: str) -> str:
    if kind not in PUBLISHED:
        raise broken(*unknown("event", PUBLISHED))
    return kind


EventType = Annotated[
    str, AfterValidator(_known), WithJsonSchema({"type": "string", "enum": list(PUBLISHED)})
]
# What it may lead to is looked at again before every call (`webhook_address.py`).
Url = Annotated[
    str,
    Text(LONGEST_URL),
    WithJsonSchema({"type": "string", "format": "uri", "maxLength": LONGEST_URL}),
]


class Webhook(Strict):
    """Where to send events: those of the types in `events` (all types, if left out) of your brands.

    Events of practice complaints are sent with `training` only.
    """

    url: Url
    events: Annotated[list[EventType], Field(min_length=1, max_length=len(PUBLISHED))] | None = None
    description: Short | None = None
    training: bool | None = False


class WebhookChange(Webhook):
    """All of a webhook as it is to be. Events that happen while it is not `enabled` are not sent later."""

    enabled: bool | None = True


class Rotation(Strict):
    """For how many hours the secrets before the new one sign, too. 0 ends them at once."""

    overlap_hours: Annotated[int, Field(ge=0, le=LONGEST_OVERLAP)] = 24


class Ping(Strict):
    """Nothing: the message says it all."""


class Replay(Strict):
    """What to send again: the oldest dead letters, or all events of a complaint that the webhook wants."""

    dead_letters: bool | None = None
    number: Short | None = None


class DeadLetterQuery(Strict):
    """Which part of the list."""

    limit: Limit = 25
    cursor: Annotated[str, Text(4_000)] | None = None
