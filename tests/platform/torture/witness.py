"""What a campaign on the deployed stack looks at afterwards: table, journal, bus, mails, executions, queues.

The invariants themselves are those of `tests/torture/invariants.py`, in words and in code.
"""

import json
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from uuid import uuid4

from infra import settings
from infra.local.deploy import REGION_FILE
from infra.local.describe import LocalStack, outputs_of
from redress.adapters.journal import JournalBucket
from redress.domain import instants, journal
from redress.domain.events import LetterClaimed, LetterRefused, LetterSent, TaskOpened
from redress.region import Region
from redress.store import keys
from redress.store.table import Table
from redress.usecases.ports import CaseFile
from redress.usecases.write_digests import Written
from tests.support.recounts import recounted
from tests.torture import invariants
from tests.torture.invariants import Standing, Stored, Violated

COMES_AGAIN = 20
"""Seconds after which queues hand out anew what a worker took and did not finish, while they are tortured."""

SILENCE = 90.0
"""Seconds. Nothing that still moves is silent for so long: not a message whose worker was killed
(COMES_AGAIN), not a letter whose answer was lost (its claim lasts twenty), not a reader of the stream before
it tries again (thirty at most), not a complaint of the sandbox before its next instant (forty at most)."""

LONGEST = 900.0
"""Seconds. What moves for so long comes to no end."""

DENIED = ("AccessDenied", "is not authorized to perform", "AuthorizationError")

type Json = dict[str, Any]


class Patience:
    """Lasts as long as something moves, however slow the machine is."""

    def __init__(self) -> None:
        self._begun = self._since = time.monotonic()
        self._last: object = None

    def lasts(self, seen: object) -> bool:
        """False once the same was seen for SILENCE, or anything for LONGEST."""
        now = time.monotonic()
        if seen != self._last:
            self._last, self._since = seen, now
        return now - self._since < SILENCE and now - self._begun < LONGEST


@dataclass
class Ear:
    """A queue behind a rule for everything on the bus, and what came so far."""

    sqs: Any
    queue: str
    heard: list[str] = field(default_factory=list)

    def listen(self) -> list[str]:
        """Everything that was published up to now, as it was."""
        while came := self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages"):
            self.heard += [one["Body"] for one in came]
            for one in came:
                self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=one["ReceiptHandle"])
        return self.heard

    def ids(self) -> set[str]:
        """The events that were published."""
        return {json.loads(one)["detail"]["id"] for one in self.listen()}


@contextmanager
def listening(stack: LocalStack) -> Iterator[Ear]:
    """Somebody who hears everything on the bus, for as long as the block."""
    name = f"torture-{uuid4().hex[:8]}"
    sqs, events = stack.client("sqs"), stack.client("events")
    bus = outputs_of(stack.endpoint_url, stack.region)["EventBusName"]
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps({"source": [{"prefix": ""}]}))
    events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "queue", "Arn": arn}])
    try:
        yield Ear(sqs, queue)
    finally:
        events.remove_targets(Rule=name, EventBusName=bus, Ids=["queue"])
        events.delete_rule(Name=name, EventBusName=bus)
        sqs.delete_queue(QueueUrl=queue)


@dataclass
class Witness:
    """Looks at some complaints of the deployed stack, as an administrator.

    Made before the campaign: what the queues hold then is none of it.
    """

    stack: LocalStack
    ear: Ear
    accepted: list[str] = field(default_factory=list)
    """The number that each accepted complaint got, in its 2xx or 303."""

    def __post_init__(self) -> None:
        self._before = self.numbers()
        self._waiting = self.queues()
        self._read: dict[Written, bytes] = {}

    @cached_property
    def region(self) -> Region:
        """The operator."""
        return settings.load(settings.find(REGION_FILE)[0]).operator

    @cached_property
    def table(self) -> Table:
        """The table, past all permissions."""
        return Table(self.stack.dynamodb, self.stack.table_name)

    @cached_property
    def bucket(self) -> JournalBucket:
        """The journal's bucket."""
        name = outputs_of(self.stack.endpoint_url, self.stack.region)["JournalBucket"]
        return JournalBucket(self.stack.client("s3"), name)

    def items(self, **filters: Any) -> list[Json]:
        """Items of the table."""
        pages = self.stack.dynamodb.get_paginator("scan").paginate(
            TableName=self.stack.table_name, ConsistentRead=True, **filters
        )
        return [dict(item) for page in pages for item in page["Items"]]

    def numbers(self) -> set[str]:
        """All complaints there are."""
        states = {"FilterExpression": "sk = :state", "ExpressionAttributeValues": {":state": {"S": "STATE"}}}
        return {str(item["pk"]["S"]).partition("#")[2] for item in self.items(**states)}

    def found(self) -> Mapping[str, int]:
        """Each accepted complaint is there once, under a number of its own, and no other is new."""
        given, new = Counter(self.accepted), self.numbers() - self._before
        return {
            **{f"complaint {number}": times if number in new else 0 for number, times in given.items()},
            **{f"complaint {number}, of which nobody was told,": 2 for number in new - given.keys()},
        }

    def stored(self, number: str) -> Stored:
        """A complaint."""
        items = self.table._partition(keys.complaint(number))
        contents = [item for item in items if item["sk"]["S"].startswith(keys.CONTENT_PREFIX)]
        [state] = [item for item in items if item["sk"]["S"] == keys.STATE]
        attention = state.get("attention_at", {}).get("S")
        return Stored(
            case=self.table.load(number),
            salts={
                int(one["sk"]["S"].removeprefix(keys.CONTENT_PREFIX)): one["salt"]["B"] for one in contents
            },
            attention_at=instants.from_text(attention) if attention else None,
        )

    def journaled(self) -> Mapping[str, bytes]:
        """The journal, as far as it is about the complaints of the campaign.

        An object is read again only where it was written again: its instant is another then.
        """
        ours = set(self.accepted)
        found = [one for one in self.bucket.written(journal.EVENTS) if one.key.split("/")[-2] in ours]
        self._read = {one: self._read.get(one) or self.bucket.read(one.key) for one in found}
        return {one.key: body for one, body in self._read.items()}

    def left(self) -> Counter[tuple[str, str]]:
        """Every mail that the platform has sent, by complaint and letter."""
        ids = [mail.headers.get("X-Redress-Letter", "") for mail in self.stack.mails()]
        return Counter((number, key) for number, _, key in (one.partition("/") for one in ids))

    def queues(self) -> Counter[str]:
        """How many messages each queue of the stack holds, those included that are worked on."""
        counts: Counter[str] = Counter()
        sqs = self.stack.client("sqs")
        for url in sqs.list_queues().get("QueueUrls", []):
            if url != self.ear.queue:
                told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
                names = ("", "NotVisible", "Delayed")
                counts[url.rpartition("/")[2]] = sum(
                    int(told.get(f"ApproximateNumberOfMessages{name}", 0)) for name in names
                )
        return counts

    def expect(self, messages: Mapping[str, int]) -> None:
        """These stay in their queues, as they should."""
        self._waiting += Counter(messages)

    def given_up(self) -> Sequence[str]:
        """What queues hold besides what they held before the campaign."""
        return [f"{name} holds {count} messages" for name, count in (self.queues() - self._waiting).items()]

    def settled(self) -> int:
        """How many things hold, as soon as all do. Raises Violated with what does not once nothing moves."""
        patience = Patience()
        while True:
            try:
                return self._checked()
            except Violated as violated:
                if not patience.lasts(str(violated)):
                    raise
            time.sleep(1)

    def _checked(self) -> int:
        """The same at one time: what waits in queues says at little cost that the rest need not be read."""
        if waiting := self.given_up():
            raise Violated("\n".join(waiting))
        return invariants.check(Glance(self))


class Glance:
    """What a witness sees at one time: each thing is looked at once, however often it is asked for."""

    def __init__(self, witness: Witness) -> None:
        self._witness = witness
        self._running = executions(witness.stack, "RUNNING")
        self._ended = set(executions(witness.stack, "SUCCEEDED"))
        self._stored = {number: witness.stored(number) for number in sorted(set(witness.accepted))}
        self._states = {number: witness.table.state(number) for number in self._stored}
        self._left = witness.left()
        self._doubled = {
            (number, key) for number, one in self._stored.items() for key in unknown_fates(one.case)
        }
        self._at = datetime.now(UTC)

    @property
    def region(self) -> Region:
        """The operator."""
        return self._witness.region

    def now(self) -> datetime:
        """The instant of the glance."""
        return self._at

    def stored(self) -> Mapping[str, Stored]:
        """The complaints of the campaign."""
        return self._stored

    def found(self) -> Mapping[str, int]:
        """Whether everything that was accepted is there once."""
        return self._witness.found()

    def journaled(self) -> Mapping[str, bytes]:
        """The journal, as far as it is about them."""
        return self._witness.journaled()

    def published(self) -> Collection[str]:
        """What came by the bus."""
        return self._witness.ear.ids()

    def left(self) -> Counter[tuple[str, str]]:
        """The mails that were sent."""
        return self._left

    def may_be_doubled(self) -> Collection[tuple[str, str]]:
        """Letters with a claim that came to no outcome: it ran out, or was given up."""
        return self._doubled

    def standing(self, number: str) -> Standing:
        """The execution of the complaint's generation.

        One that was superseded while it waited for a token that nobody knows any more ends by its time-out.
        """
        state = self._states[number]
        live = f"{number}_{state.generation}" if state else ""
        token = state.token if state else None
        return Standing(
            waits=live in self._running and token is not None,
            ended=live in self._ended,
            token=token,
            state_token=token,
        )

    def miscounted(self) -> Sequence[str]:
        """What is counted wrong."""
        stack = self._witness.stack
        return recounted(stack.dynamodb, stack.table_name, self.region, sorted(self._stored))

    def given_up(self) -> Sequence[str]:
        """What waits in queues."""
        return self._witness.given_up()


def lines_of(stack: LocalStack) -> list[str]:
    """Everything that functions and gateways logged."""
    logs = stack.client("logs")
    groups = [one["logGroupName"] for one in logs.describe_log_groups()["logGroups"]]
    asked = logs.get_paginator("filter_log_events")
    pages = (page for group in groups for page in asked.paginate(logGroupName=group))
    return [str(event["message"]) for page in pages for event in page["events"]]


def denied(stack: LocalStack) -> list[str]:
    """What functions logged of something that their role does not allow."""
    return [line for line in lines_of(stack) if any(word in line for word in DENIED)]


def unknown_fates(case: CaseFile) -> set[str]:
    """The letters of which, at some time, nobody knew whether they had left."""
    claimed: dict[str, bool] = defaultdict(bool)
    unknown = set()
    for record in case.records:
        match record.event:
            case LetterClaimed(letter=key):
                unknown |= {key} if claimed[key] else set()
                claimed[key] = True
            case TaskOpened(task="letter_outcome_unknown", letter=str(key)):
                unknown.add(key)
            case LetterSent(letter=key) | LetterRefused(letter=key):
                claimed[key] = False
    return unknown


def executions(stack: LocalStack, status: str) -> list[str]:
    """The names of the executions that stand so."""
    pages = stack.stepfunctions.get_paginator("list_executions").paginate(
        stateMachineArn=stack.state_machine_arn,
        statusFilter=status,  # type: ignore[arg-type]
    )
    return [one["name"] for page in pages for one in page["executions"]]


def until[Seen](look: Callable[[], Seen], seconds: float = 300.0) -> Seen:
    """What is seen as soon as it is something, or in the end: a bound, for what fails alone."""
    deadline = time.monotonic() + seconds
    while not (seen := look()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return seen
