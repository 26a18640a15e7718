"""What webhooks need from outside: the store of endpoints, the queue of deliveries, the call itself."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from redress.domain.values import Value
from redress.domain.webhooks import Endpoint


class Delivery(Value):
    """One event (or, with `ping`, a test message of that id) for one endpoint.

    `since` is when it was queued first: attempts end some days after it.
    """

    endpoint: str
    since: datetime
    number: str | None = None
    seq: int | None = None
    ping: str | None = None

    @property
    def told(self) -> Mapping[str, object]:
        """What a log tells of it."""
        return {"webhook": self.endpoint, "complaint": self.number, "seq": self.seq}


class DeadLetter(Value):
    """A delivery that was given up: after how many attempts, when, and why the last one failed."""

    endpoint: str
    number: str
    seq: int
    since: datetime
    died_at: datetime
    attempts: int
    why: str


class StoredEvent(Value):
    """An event as the table holds it, with what whoever publishes it has to know."""

    number: str
    seq: int
    text: str
    brand: str
    jurisdiction: str
    training: bool


class Outcome(Value):
    """What came of a call. `why` is None when the endpoint took it, otherwise a stable code.

    `retry_after` is in seconds: as long the endpoint asked to be left alone.
    """

    why: str | None
    retry_after: float | None = None


type Post = Callable[[str, Mapping[str, str], bytes], Outcome]  # URL, headers, body; raises nothing


class NotQueued(Exception):
    """The queue refused messages, and says why by code."""


class DeliveryQueue(Protocol):
    """Where deliveries wait for their attempt."""

    def put(self, deliveries: Iterable[Delivery]) -> None:
        """Queue all of them. Raises NotQueued, and may have queued some by then."""


class DeliveryStore(Protocol):
    """What is needed to deliver."""

    def endpoints(self) -> Sequence[Endpoint]:
        """All endpoints of all clients."""

    def endpoint(self, webhook: str) -> Endpoint | None:
        """An endpoint, unless it is deleted."""

    def event(self, number: str, seq: int) -> StoredEvent | None:
        """An event of a complaint."""

    def failed(self, webhook: str, why: str, at: datetime) -> None:
        """Count one more failure in a row."""

    def recovered(self, webhook: str) -> None:
        """Count from zero again."""

    def claim_probe(self, webhook: str, now: datetime, retry_at: datetime) -> bool:
        """Be the one who calls a failing endpoint; False when it is not to be called yet."""

    def disable(self, webhook: str, why: str, at: datetime) -> None:
        """Send it nothing more."""

    def bury(self, letter: DeadLetter) -> None:
        """Keep a delivery that was given up."""
