"""What brings functions their work: the table's stream and the queues, until what they bring is done.

The stream is read from its oldest record until a batch succeeds; a message comes again until it is done, and
goes to the dead letters if it never is.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from redress.store import keys
from tests.support.memory_workflow import StepFailed
from tests.torture import backends
from tests.torture.backends import (
    DELIVERIES,
    EFFECTS,
    ERASURES,
    HAPPENED,
    MAIL,
    NOTICES,
    OUTCOMES,
    PUBLISHED,
    SET_ASIDE,
    Message,
    Services,
)

SOURCES: Mapping[str, str] = {
    EFFECTS: "relay",
    NOTICES: "letters",
    MAIL: "mailbox",
    OUTCOMES: "outcomes",
    PUBLISHED: "webhooks",
    DELIVERIES: "webhooks",
    ERASURES: "erasure",
    HAPPENED: "insight",
}
"""The queues, and whose they are."""

ALONE = frozenset({DELIVERIES, ERASURES})
"""Queues whose messages are handed over one by one."""

DELIVERIES_ARN = "arn:aws:sqs:eu-west-2:123456789012:deliveries"
VISIBILITY = timedelta(minutes=1)
MOST_RECEIVES = 12
BATCH = 10


def for_the_relay(record: Mapping[str, Any]) -> bool:
    """What the filters of the relay's stream let pass: changes of STATE, new events."""
    sk, removed = record["dynamodb"]["Keys"]["sk"]["S"], record["eventName"] == "REMOVE"
    return not removed and (sk == keys.STATE or sk.startswith(keys.EVENT_PREFIX))


def for_the_journal(record: Mapping[str, Any]) -> bool:
    """What the filter of the journal's stream lets pass: whatever happens to an event."""
    return bool(record["dynamodb"]["Keys"]["sk"]["S"].startswith(keys.EVENT_PREFIX))


@dataclass
class Reader:
    """A consumer of the table's stream: from `place` on it has not yet taken what there is."""

    wants: Callable[[Mapping[str, Any]], bool]
    place: int = 0


@dataclass
class Sources:
    """The stream with its readers, and the queues. `twice`: whatever is handed over is so twice."""

    services: Services
    now: Callable[[], datetime]
    invoke: Callable[[str, Mapping[str, Any]], Any]
    stream: list[dict[str, Any]] = field(default_factory=list)
    readers: dict[str, Reader] = field(init=False)
    dead: list[tuple[str, str]] = field(default_factory=list)
    spoiling: bool = False
    twice: bool = False
    redelivered: int = 0

    def __post_init__(self) -> None:
        self.readers = {"relay": Reader(for_the_relay), "journal": Reader(for_the_journal)}

    def read_stream(self) -> bool:
        """Each reader takes a batch of what there is; whether there was any."""
        for record in backends.drain():
            place = str(len(self.stream) + 1)
            change = {**record["dynamodb"], "SequenceNumber": place}
            change.pop("ApproximateCreationDateTime")
            self.stream.append({**record, "dynamodb": change})
            if self.spoiling and change["Keys"]["sk"]["S"].startswith(keys.EVENT_PREFIX):
                self.stream.append(_spoiled(self.stream[-1], str(len(self.stream) + 1)))
                self.spoiling = False
        backends.stamp(self.now())
        moved = [self._feed(name, reader) for name, reader in self.readers.items()]
        return any(moved)

    def work_queues(self) -> bool:
        """A batch of each queue goes to its function; whether there was any."""
        moved = [self._receive(name, function) for name, function in SOURCES.items()]
        return any(moved)

    def instants(self) -> Iterator[datetime]:
        """When messages come again."""
        yield from (one.visible_at for name in SOURCES for one in self.services.queue(name))

    def left(self) -> list[str]:
        """What waits in queues and in the stream, and what was given up, in words."""
        waiting = [f"a message waits in {name}" for name in SOURCES for _ in self.services.queue(name)]
        readers = self.readers.items()
        unread = [f"{name} has not read the stream" for name, one in readers if one.place != len(self.stream)]
        set_aside = [
            f"the {name} set aside {one.body}"
            for name in self.readers
            for one in self.services.queue(f"{SET_ASIDE}_{name}")
        ]
        return [
            *waiting,
            *unread,
            *set_aside,
            *(f"dead letters of {name}: {body}" for name, body in self.dead),
        ]

    def _feed(self, name: str, reader: Reader) -> bool:
        """A batch of the stream; what failed, and all after it, comes again."""
        if reader.place == len(self.stream):
            return False
        batch = self.stream[reader.place : reader.place + BATCH]
        wanted = [one for one in batch if reader.wants(one)]
        reader.place = self._fed(name, wanted, reader.place + len(batch), reader.place)
        return True

    def _fed(self, name: str, records: Sequence[Mapping[str, Any]], end: int, start: int) -> int:
        if not records:
            return end
        try:
            failed = _failed(self._deliver(name, {"Records": records}))
        except StepFailed:
            return start
        return min(int(place) for place in failed) - 1 if failed else end

    def _receive(self, name: str, function: str) -> bool:
        """What is visible goes to its function; what fails comes again, and at last to the dead letters."""
        queue, now = self.services.queue(name), self.now()
        ready = [one for one in queue if one.visible_at <= now][: 1 if name in ALONE else BATCH]
        if not ready:
            return False
        for one in ready:
            one.received, one.visible_at = one.received + 1, now + VISIBILITY
        try:
            failed = _failed(self._deliver(function, {"Records": [_record(name, one) for one in ready]}))
        except StepFailed:
            failed = {one.id for one in ready}
        for one in ready:
            if one.id not in failed:
                queue.remove(one)
            elif one.received >= MOST_RECEIVES:
                queue.remove(one)
                self.dead.append((name, one.body))
        return True

    def _deliver(self, function: str, event: Mapping[str, Any]) -> Any:
        """Hand a batch over: twice, where everything comes twice."""
        if self.twice:
            self.redelivered += len(event["Records"])
            self.invoke(function, event)
        return self.invoke(function, event)


def _spoiled(record: Mapping[str, Any], place: str) -> dict[str, Any]:
    """The same event with another text, which is none of ours."""
    change = record["dynamodb"]
    image = {**change["NewImage"], "text": {"S": "{"}}
    return {**record, "dynamodb": {**change, "NewImage": image, "SequenceNumber": place}}


def _failed(answer: Mapping[str, Any]) -> set[str]:
    return {one["itemIdentifier"] for one in answer["batchItemFailures"]}


def _record(name: str, message: Message) -> dict[str, Any]:
    """A message as Lambda hands it over."""
    return {
        "messageId": message.id,
        "receiptHandle": message.id,
        "body": message.body,
        "attributes": {
            "ApproximateReceiveCount": str(message.received),
            "SentTimestamp": str(int(message.sent_at.timestamp() * 1000)),
        },
        "eventSource": "aws:sqs",
        "eventSourceARN": DELIVERIES_ARN if name == DELIVERIES else f"arn:aws:sqs:eu-west-2:1:{name}",
    }
