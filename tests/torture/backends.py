"""What moto and a few pages of code hold in the place of AWS, to be put aside and brought back whole.

DynamoDB, S3, KMS and Secrets Manager are moto's. Queues, the bus, Step Functions and the mail service only
take something here, and hand it on in the time of the test: no clock on a wall, no thread.
"""

import base64
import copy
import email
import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.s3.models import s3_backends

from redress.adapters.mail_queue import TURNING
from redress.domain.values import Value
from tests.support import tables

REGION = "eu-west-2"
QUEUE_URL = "https://sqs.eu-west-2.amazonaws.com/123456789012/"
STATE_MACHINE = "arn:aws:states:eu-west-2:123456789012:stateMachine:complaints"

EFFECTS, NOTICES, MAIL, OUTCOMES, ERASURES = "effects", "notices", "mail", "outcomes", "erasures"
PUBLISHED, DELIVERIES, SET_ASIDE, HAPPENED = "published", "deliveries", "set_aside", "happened"


class Sent(Value):
    """A mail that the mail service took."""

    number: str
    letter: str
    to: str
    message_id: str


@dataclass
class Message:
    """A message of a queue; `visible_at` is when it can be received again."""

    id: str
    body: str
    visible_at: datetime
    sent_at: datetime
    received: int = 0


@dataclass
class Held:
    """All that is put aside and brought back. What is put into queues that are `unheard` is lost.

    Nobody counts but where a story is about that: it would be in every story, and no other there.
    """

    queues: dict[str, list[Message]] = field(default_factory=dict)
    published: list[dict[str, Any]] = field(default_factory=list)
    mails: list[Sent] = field(default_factory=list)
    unheard: set[str] = field(default_factory=lambda: {HAPPENED})


class Services:
    """The services that only take something. `start` and `wake` are those of the state machine."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.held = Held()
        self.start: Callable[[str, int], None] = lambda _number, _generation: None
        self.wake: Callable[[str], bool] = lambda _token: False
        self._now = now
        self._ids = itertools.count(1)

    def __call__(self, service: str, operation: str, told: dict[str, Any]) -> dict[str, Any] | None:
        """The answer to a call; None for one that moto answers."""
        acts: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            "SendMessage": self._send_message,
            "SendMessageBatch": self._send_batch,
            "ChangeMessageVisibility": self._put_off,
            "PutEvents": self._put_events,
            "StartExecution": self._start,
            "SendTaskSuccess": self._wake,
            "SendEmail": self._send_email,
        }
        return acts[operation](told) if service != "s3" and operation in acts else None

    def queue(self, name: str) -> list[Message]:
        """The messages of a queue."""
        return self.held.queues.setdefault(name, [])

    def put(self, name: str, body: object) -> str:
        """Queue something; its message id."""
        text = body if isinstance(body, str) else json.dumps(body)
        now = self._now()
        message = Message(f"message-{next(self._ids)}", text, visible_at=now, sent_at=now)
        if name not in self.held.unheard:
            self.queue(name).append(message)
        return message.id

    def _send_message(self, told: Mapping[str, Any]) -> dict[str, Any]:
        return {"MessageId": self.put(_name(told["QueueUrl"]), told["MessageBody"])}

    def _send_batch(self, told: Mapping[str, Any]) -> dict[str, Any]:
        name = _name(told["QueueUrl"])
        taken = [
            {"Id": one["Id"], "MessageId": self.put(name, one["MessageBody"])} for one in told["Entries"]
        ]
        return {"Successful": taken}

    def _put_off(self, told: Mapping[str, Any]) -> dict[str, Any]:
        [message] = [one for one in self.queue(_name(told["QueueUrl"])) if one.id == told["ReceiptHandle"]]
        message.visible_at = self._now() + timedelta(seconds=told["VisibilityTimeout"])
        return {}

    def _put_events(self, told: Mapping[str, Any]) -> dict[str, Any]:
        for one in told["Entries"]:
            event = {
                "source": one["Source"],
                "detail-type": one["DetailType"],
                "detail": json.loads(one["Detail"]),
            }
            self.held.published.append(event["detail"])
            self.put(PUBLISHED, event)
            self.put(HAPPENED, event)
            if one["DetailType"] in {"MailAccepted", *TURNING}:
                self.put(MAIL, event)
            if one["DetailType"] == "ErasureOrdered":
                self.put(ERASURES, event)
        return {"FailedEntryCount": 0, "Entries": [{"EventId": "event"} for _ in told["Entries"]]}

    def _start(self, told: Mapping[str, Any]) -> dict[str, Any]:
        begun = json.loads(told["input"])
        self.start(begun["number"], begun["generation"])
        return {"executionArn": told["name"], "startDate": 1.0}

    def _wake(self, told: Mapping[str, Any]) -> dict[str, Any]:
        if self.wake(told["taskToken"]):
            return {}
        return {"status": 400, "__type": "TaskTimedOut", "message": "no such wait"}

    def _send_email(self, told: Mapping[str, Any]) -> dict[str, Any]:
        tags = {one["Name"]: one["Value"] for one in told.get("EmailTags", [])}
        raw = email.message_from_bytes(base64.b64decode(told["Content"]["Raw"]["Data"]))
        number, _, letter = str(raw["X-Redress-Letter"]).rpartition("/")
        assert {number, letter} == set(tags.values())
        message_id = f"ses-{next(self._ids)}"
        [to] = told["Destination"]["ToAddresses"]
        self.held.mails.append(Sent(number=number, letter=letter, to=to, message_id=message_id))
        return {"MessageId": message_id}


def _name(url: str) -> str:
    return url.rpartition("/")[2]


def drain() -> list[dict[str, Any]]:
    """What is new in the table's stream. It is taken out: moto copies it whole for each transaction."""
    shard: Any = dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables[tables.NAME].stream_shard
    new, shard.items = [one.to_json() for one in shard.items], []
    return new


def items() -> list[dict[str, Any]]:
    """Every item of the table."""
    table = dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables[tables.NAME]
    return [item.to_json()["Attributes"] for item in table.all_items()]


def objects(bucket: str) -> dict[str, bytes]:
    """Every object of a bucket by its key."""
    return {key: one.value for key, one in _buckets()[bucket].keys.items()}


def versions(bucket: str) -> dict[str, bytes]:
    """Every version of every object: the first by its key, others by key and how many came before."""
    found = {}
    for key in _buckets()[bucket].keys:
        for place, one in enumerate(_buckets()[bucket].keys.getlist(key)):
            found[f"{key} again, {place}" if place else key] = one.value
    return found


def remove(bucket: str, key: str) -> None:
    """Every version of an object goes, as no function could have it."""
    _buckets()[bucket].keys.pop(key)


def stamp(at: datetime) -> None:
    """Objects that were written just now were written at an instant of the test's clock."""
    for bucket in _buckets().values():
        for one in bucket.keys.values():
            if not hasattr(one, "stamped"):
                one.last_modified, one.stamped = at.replace(tzinfo=None), True


def snapshot() -> tuple[Any, Any]:
    """The table and the buckets as they are."""
    stored = dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables
    return copy.deepcopy(stored), {name: copy.deepcopy(one.keys) for name, one in _buckets().items()}


def restore(before: tuple[Any, Any]) -> None:
    """Bring a snapshot back."""
    stored, kept = before
    dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables = copy.deepcopy(stored)
    for name, bucket in _buckets().items():
        bucket.keys = copy.deepcopy(kept[name])


def _buckets() -> Any:
    return s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets
