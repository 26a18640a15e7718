"""Webhooks: which endpoint is told of an event, how that is signed, and when it is tried again.

Signed as the Standard Webhooks specification says: HMAC-SHA256 over `<id>.<Unix seconds>.<body>`, in base64,
as `v1,<signature>`; one for each secret that is live. No secret of an endpoint is stored: it is derived from
the stack's secret, the endpoint's id and a version, which a rotation raises.
"""

import base64
import hashlib
import hmac
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from redress.domain.values import Value

FAILING_AFTER = 5
"""Failures in a row after which an endpoint is called for one delivery at a time only."""

MOST_SIGNING = 5
"""How many versions of a secret sign at once; of more that overlap only the newest do."""

_PROBED_FROM, _LONGEST_PROBE = 2, 3600  # the step of the schedule that the first probe waits; seconds
_LONGEST_WAIT = 42_000  # seconds: a queue hides a message for 12 hours at most, counted from its receipt
_LONGEST_ASKED = 6 * 3600  # seconds that an endpoint may ask for with Retry-After
_JITTER = 0.25


class Endpoint(Value):
    """Where a client of the region file wants to be told of events; `events` None means of all types.

    Secrets of the versions from `oldest` on sign until `overlap_until`, afterwards that of `version` alone.
    `failures` counts those in a row; until `retry_at` a failing endpoint is not called.
    """

    id: str
    client: str
    url: str
    events: tuple[str, ...] | None
    description: str | None
    training: bool
    enabled: bool
    created_at: datetime
    version: int = 1
    oldest: int = 1
    overlap_until: datetime | None = None
    failures: int = 0
    retry_at: datetime | None = None
    last_failure: str | None = None
    last_failure_at: datetime | None = None

    @property
    def failing(self) -> bool:
        """Whether it is called for one delivery at a time only."""
        return self.failures >= FAILING_AFTER

    def wants(self, brands: Collection[str], kind: str, brand: str, *, training: bool) -> bool:
        """Whether it is told of an event. `brands` are those that its client may see."""
        asked = self.events is None or kind in self.events
        return self.enabled and asked and brand in brands and (self.training or not training)

    def live_versions(self, now: datetime) -> Sequence[int]:
        """The versions of its secret that sign now, the newest first."""
        overlap = self.overlap_until is not None and now < self.overlap_until
        oldest = max(self.oldest, self.version - MOST_SIGNING + 1) if overlap else self.version
        return range(self.version, oldest - 1, -1)


class Schedule(Value):
    """Seconds to wait after the first failure, the second and so on; the last holds for all later ones."""

    seconds: tuple[int, ...] = (5, 30, 120, 600, 1800, 3600, 7200, 14_400, 28_800, 32_400)
    give_up: timedelta = timedelta(days=3)

    def wait(self, attempt: int, chance: float, *, at_least: float = 0) -> float:
        """Seconds to wait after attempt n (from 1) failed. `chance`, in [0, 1), spreads them by a quarter."""
        step = self.seconds[min(attempt, len(self.seconds)) - 1]
        spread = step * (1 - _JITTER + 2 * _JITTER * chance)
        return min(max(spread, at_least * (1 + _JITTER * chance)), _LONGEST_WAIT)

    def asked(self, seconds: float | None) -> float:
        """As much of what an endpoint asked for with Retry-After as it is granted."""
        return min(max(seconds or 0, 0), _LONGEST_ASKED)

    def probe(self, failures: int) -> timedelta:
        """How long a failing endpoint is left alone after a probe began."""
        step = min(failures - FAILING_AFTER + _PROBED_FROM, len(self.seconds) - 1)
        return timedelta(seconds=min(self.seconds[step], _LONGEST_PROBE))


def secret(stack_secret: bytes, endpoint: str, version: int) -> bytes:
    """The 32 bytes that sign for an endpoint at a version of its secret."""
    return hmac.digest(stack_secret, f"webhook\n{endpoint}\n{version}".encode(), hashlib.sha256)


def shown(key: bytes) -> str:
    """A secret as the specification writes it: `whsec_` and base64."""
    return f"whsec_{base64.b64encode(key).decode()}"


def sign(keys: Sequence[bytes], message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of a message that is sent at an instant, signed with each of the keys."""
    seconds = str(int(at.timestamp()))
    signed = f"{message_id}.{seconds}.".encode() + body
    signatures = (base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode() for key in keys)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(f"v1,{one}" for one in signatures),
    }
