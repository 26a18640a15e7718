"""The deployed system in one process: real handlers, and around them what AWS does when something fails.

The table's stream is read from its oldest record until a batch succeeds; a message comes again until it is
done, and goes to its dead letters if it never is; executions walk the real definition; the sweep runs every
five minutes. All of it by a virtual clock, so that a campaign of thousands of faults takes minutes.
"""

import copy
import importlib
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from botocore.session import get_session
from moto import mock_aws

from redress import region as regions
from redress.adapters import clients, evidence_wiring, mail_wiring, webhook_wiring, wiring
from redress.adapters.webhook_post import Poster
from redress.domain import instants
from redress.domain.complaint import Complaint
from redress.region import Region
from redress.store import keys
from redress.store.table import Table
from redress.usecases.plan_next import Plan, Question
from redress.usecases.webhook_ports import Outcome
from tests.support import tables
from tests.support.complaints import T0
from tests.support.desks import Clock
from tests.support.memory_workflow import SUCCEEDED, MemoryWorkflow, StepFailed
from tests.torture import backends
from tests.torture.backends import (
    DELIVERIES,
    EFFECTS,
    MAIL,
    NOTICES,
    OUTCOMES,
    PUBLISHED,
    QUEUE_URL,
    SET_ASIDE,
    STATE_MACHINE,
    Message,
    Services,
)
from tests.torture.faults import Fault, Killed, Wire
from tests.torture.invariants import Standing, Stored

LINK_SECRET, PLAYER_SECRET, PREFILL_SECRET = "the-link-secret", "the-player-secret", "the-prefill-secret " * 4
EVIDENCE_BUCKET, MAIL_BUCKET, JOURNAL_BUCKET = "evidence", "mails", "journal"
FUNCTIONS = (
    "portal",
    "operator_api",
    "plan",
    "letters",
    "relay",
    "journal",
    "sweep",
    "webhooks",
    "outcomes",
    "mailbox",
)
DIGEST = "digest"
SWEEP_EVERY = timedelta(minutes=5)
VISIBILITY = timedelta(minutes=1)
MOST_RECEIVES = 12
MOST_ROUNDS = 400
BATCH = 10
DELIVERIES_ARN = "arn:aws:sqs:eu-west-2:123456789012:deliveries"


def for_the_relay(record: Mapping[str, Any]) -> bool:
    """What the filters of the relay's stream let pass: changes of STATE, new events."""
    sk, removed = record["dynamodb"]["Keys"]["sk"]["S"], record["eventName"] == "REMOVE"
    return not removed and (sk == keys.STATE or sk.startswith(keys.EVENT_PREFIX))


def for_the_journal(record: Mapping[str, Any]) -> bool:
    """What the filter of the journal's stream lets pass: whatever happens to an event."""
    return bool(record["dynamodb"]["Keys"]["sk"]["S"].startswith(keys.EVENT_PREFIX))


class Unended(AssertionError):
    """Something goes on and on."""


@dataclass
class Parking:
    """The machine's own update of the table when a wait begins."""

    table: Callable[[], Table]

    def park(self, number: str, version: int, generation: int, token: str, attention_at: datetime) -> bool:
        """As the definition has it; False when its condition fails."""
        table = self.table()
        try:
            table.client.update_item(
                TableName=table.name,
                Key=keys.state(number),
                UpdateExpression="SET #token = :token, #attention_at = :attention_at",
                ConditionExpression="#version = :version AND #generation = :generation",
                ExpressionAttributeNames={
                    "#token": "token",
                    "#attention_at": "attention_at",
                    "#version": "version",
                    "#generation": "generation",
                },
                ExpressionAttributeValues={
                    ":token": {"S": token},
                    ":attention_at": {"S": instants.to_text(attention_at)},
                    ":version": {"N": str(version)},
                    ":generation": {"N": str(generation)},
                },
            )
        except table.client.exceptions.ConditionalCheckFailedException:
            return False
        return True


@dataclass
class Reader:
    """A consumer of the table's stream: from `place` on it has not yet taken what there is."""

    wants: Callable[[Mapping[str, Any]], bool]
    place: int = 0


@dataclass
class Kept:
    """What a snapshot of the world holds."""

    stored: Any
    held: Any
    rest: dict[str, Any]


@dataclass
class World:
    """The system and its surroundings."""

    clock: Clock
    wire: Wire
    services: Services
    functions: Mapping[str, ModuleType]
    region: Region
    stream: list[dict[str, Any]] = field(default_factory=list)
    readers: dict[str, Reader] = field(default_factory=dict)
    dead: list[tuple[str, str]] = field(default_factory=list)
    posted: list[dict[str, Any]] = field(default_factory=list)
    failing_posts: int = 0
    spoiling: bool = False
    twice: bool = False
    redelivered: int = 0
    promised: dict[str, int] = field(default_factory=dict)
    windows: set[tuple[str, str]] = field(default_factory=set)
    swept_at: datetime = T0
    workflow: MemoryWorkflow = field(init=False)

    def __post_init__(self) -> None:
        parking = Parking(lambda: self.table)
        self.workflow = MemoryWorkflow(parking, self.clock, self._ask, self._send, DIGEST)
        self.services.start, self.services.wake = self.workflow.start, self.workflow.wake
        self.readers = {
            "relay": Reader(for_the_relay),
            "journal": Reader(for_the_journal),
        }

    def promise(self, text: str, times: int = 1) -> None:
        """From now on whoever looks has to find this text stored so many times, if what was sent is taken."""
        self.promised[text] = times

    def spoil_next_event(self) -> None:
        """After the next event the stream carries one that nobody can read."""
        self.spoiling = True

    def put_object(
        self, bucket: str, key: str, body: bytes, metadata: Mapping[str, str] | None = None
    ) -> None:
        """Somebody outside puts an object into a bucket."""
        _session_client("s3").put_object(Bucket=bucket, Key=key, Body=body, Metadata=metadata or {})

    # --- Calling a function -----------------------------------------------------------------------------

    def invoke(self, function: str, event: Mapping[str, Any]) -> Any:
        """What Lambda gives back. Raises StepFailed for whatever a function raises, and when it dies."""
        before, mails = self.wire.function, len(self.services.held.mails)
        self.wire.function = function
        os.environ["DEAD_LETTERS_URL"] = f"{QUEUE_URL}{SET_ASIDE}_{function}"
        try:
            return self.functions[function].handler(json.loads(json.dumps(event)), _CONTEXT)
        except Killed:
            forget(self.functions)
            raise StepFailed(f"{function} was killed") from None
        except Exception as error:  # whatever a function raises, Lambda answers
            raise StepFailed(f"{function}: {type(error).__name__}: {error}") from error
        finally:
            self.wire.function = before
            self._note_window(function, mails)

    def _note_window(self, function: str, mails: int) -> None:
        """A letter that left while something was wrong: our record may be missing, and it may go again."""
        if function == "letters" and self.wire.struck:
            self.windows |= {(one.number, one.letter) for one in self.services.held.mails[mails:]}

    # --- What moves by itself ---------------------------------------------------------------------------

    def settle(self) -> None:
        """Everything that can go on at once goes on, until nothing does. Raises Unended."""
        for _ in range(MOST_ROUNDS):
            moved = [self._read_stream(), self._work_queues(), self._step_executions()]
            if not any(moved):
                return
        raise Unended(f"after {MOST_ROUNDS} rounds something still goes on")

    def later(self, span: timedelta) -> None:
        """Time passes: waits end, messages come again, the sweep runs."""
        end = self.clock.at + span
        self.settle()
        while (at := min(self._instants())) <= end:
            self.clock.at = max(at, self.clock.at)
            for one in list(self.workflow.timed_out()):
                self.workflow.time_out(one)
            if self.clock.at >= self.swept_at + SWEEP_EVERY:
                self.sweep()
            self.settle()
        self.clock.at = end

    def sweep(self) -> None:
        """The sweep runs; when it fails, it runs again after its interval."""
        self.swept_at = self.clock.at
        self.attempt("sweep", {})

    def skip(self, span: timedelta) -> None:
        """Time passes in which nothing runs, not even the sweep."""
        self.clock.at += span
        self.swept_at = self.clock.at

    def attempt(self, function: str, event: Mapping[str, Any]) -> bool:
        """Call a function that a clock calls again; whether it ended well."""
        try:
            self.invoke(function, event)
        except StepFailed:
            return False
        return True

    def _instants(self) -> Iterator[datetime]:
        yield self.swept_at + SWEEP_EVERY
        yield from (one.times_out_at for one in self.workflow.parked() if one.times_out_at)
        yield from (one.visible_at for name in SOURCES for one in self.services.queue(name))

    def _read_stream(self) -> bool:
        for record in backends.drain():
            place = str(len(self.stream) + 1)
            change = {**record["dynamodb"], "SequenceNumber": place}
            change.pop("ApproximateCreationDateTime")
            self.stream.append({**record, "dynamodb": change})
            if self.spoiling and change["Keys"]["sk"]["S"].startswith(keys.EVENT_PREFIX):
                self.stream.append(_spoiled(self.stream[-1], str(len(self.stream) + 1)))
                self.spoiling = False
        backends.stamp(self.clock.at)
        moved = [self._feed(name, reader) for name, reader in self.readers.items()]
        return any(moved)

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

    def _work_queues(self) -> bool:
        moved = [self._receive(name, function) for name, function in SOURCES.items()]
        return any(moved)

    def _receive(self, name: str, function: str) -> bool:
        """What is visible goes to its function; what fails comes again, and at last to the dead letters."""
        queue = self.services.queue(name)
        ready = [one for one in queue if one.visible_at <= self.clock.at][
            : 1 if name == DELIVERIES else BATCH
        ]
        if not ready:
            return False
        for one in ready:
            one.received, one.visible_at = one.received + 1, self.clock.at + VISIBILITY
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

    def _step_executions(self) -> bool:
        busy = list(self.workflow.busy())
        for one in busy:
            self.workflow.step(one)
        return bool(busy)

    def _ask(self, question: Question) -> Plan:
        told = {name: value for name, value in vars(question).items() if value is not None}
        started_at = question.started_at.isoformat()
        return Plan(**self.invoke("plan", {**told, "started_at": started_at}))

    def _send(self, number: str, letter: str) -> object:
        return self.invoke("letters", {"number": number, "letter": letter})

    # --- What there is ----------------------------------------------------------------------------------

    @property
    def table(self) -> Table:
        """The store, for the test itself."""
        return Table(_session_client("dynamodb"), tables.NAME)

    def complaint(self, number: str) -> Complaint:
        """A complaint as it stands."""
        return self.table.load(number).complaint

    def now(self) -> datetime:
        """The instant."""
        return self.clock.at

    def stored(self) -> dict[str, Stored]:
        """Every complaint."""
        items = backends.items()
        states = {one["pk"]["S"]: one for one in items if one["sk"]["S"] == keys.STATE}
        salts: dict[str, dict[int, bytes]] = {pk: {} for pk in states}
        for one in items:
            if one["sk"]["S"].startswith(keys.CONTENT_PREFIX):
                seq = int(one["sk"]["S"].removeprefix(keys.CONTENT_PREFIX))
                salts[one["pk"]["S"]][seq] = one["salt"]["B"]
        return {
            state["number"]["S"]: Stored(
                case=self.table.load(state["number"]["S"]),
                salts=salts[pk],
                attention_at=_instant(state.get("attention_at")),
            )
            for pk, state in states.items()
        }

    def found(self) -> dict[str, int]:
        """How often what was promised is stored; once is right: what belongs in two places counts as one."""
        texts = [one[name]["S"] for one in backends.items() for name in ("content", "text") if name in one]
        return {
            what: sum(what in text for text in texts) - times + 1 for what, times in self.promised.items()
        }

    def journaled(self) -> dict[str, bytes]:
        """The journal."""
        return backends.objects(JOURNAL_BUCKET)

    def published(self) -> set[str]:
        """What the bus took."""
        return {one["id"] for one in self.services.held.published}

    def left(self) -> Counter[tuple[str, str]]:
        """What the mail service took."""
        return Counter((one.number, one.letter) for one in self.services.held.mails)

    def may_be_doubled(self) -> set[tuple[str, str]]:
        """What left while something was wrong."""
        return self.windows

    def standing(self, number: str) -> Standing:
        """The execution of the complaint's generation."""
        state = self.table.state(number)
        generation = state.generation if state else 0
        live = self.workflow.executions.get(f"{number}_{generation}")
        return Standing(
            waits=live is not None and live.parked,
            ended=live is not None and live.status == SUCCEEDED,
            token=live.token if live else None,
            state_token=state.token if state else None,
        )

    def given_up(self) -> list[str]:
        """What lies in queues, and in the stream before its readers."""
        waiting = [f"a message waits in {name}" for name in SOURCES for _ in self.services.queue(name)]
        unread = [
            f"{name} has not read the stream"
            for name, one in self.readers.items()
            if one.place != len(self.stream)
        ]
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

    # --- Going back -------------------------------------------------------------------------------------

    def snapshot(self) -> Kept:
        """The world as it is."""
        names = ("stream", "dead", "posted", "failing_posts", "spoiling", "promised", "windows", "swept_at")
        rest = {name: copy.deepcopy(getattr(self, name)) for name in names}
        rest["at"] = self.clock.at
        rest["places"] = {name: one.place for name, one in self.readers.items()}
        rest["executions"] = copy.deepcopy(self.workflow.executions)
        return Kept(backends.snapshot(), copy.deepcopy(self.services.held), rest)

    def restore(self, kept: Kept) -> None:
        """The world as it was then, in a new process."""
        backends.restore(kept.stored)
        self.services.held = copy.deepcopy(kept.held)
        rest = copy.deepcopy(kept.rest)
        self.clock.at = rest.pop("at")
        for name, place in rest.pop("places").items():
            self.readers[name].place = place
        self.workflow.executions = rest.pop("executions")
        for name, value in rest.items():
            setattr(self, name, value)
        self.wire.down = frozenset()
        forget(self.functions)

    def arm(self, fault: Fault | None) -> None:
        """Calls are counted from here."""
        self.wire.arm(fault)


SOURCES: Mapping[str, str] = {
    EFFECTS: "relay",
    NOTICES: "letters",
    MAIL: "mailbox",
    OUTCOMES: "outcomes",
    PUBLISHED: "webhooks",
    DELIVERIES: "webhooks",
}


class _Context:
    function_name, memory_limit_in_mb, aws_request_id = "function", 128, "request"
    invoked_function_arn = "arn:aws:lambda:eu-west-2:123456789012:function:function"


_CONTEXT = _Context()
_clients: dict[str, Any] = {}


def _session_client(service: str) -> Any:
    """A client of the test's own, whose calls no fault strikes."""
    if service not in _clients:
        _clients[service] = get_session().create_client(service)
    return _clients[service]


def _instant(attribute: Mapping[str, str] | None) -> datetime | None:
    return instants.from_text(attribute["S"]) if attribute else None


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


def forget(functions: Mapping[str, ModuleType]) -> None:
    """Every process is a new one: what it kept for its life is gone."""
    modules = (wiring, regions, webhook_wiring, evidence_wiring, mail_wiring, *functions.values())
    for part in [part for module in modules for part in vars(module).values()]:
        if hasattr(part, "cache_clear") and part is not clients.client:
            part.cache_clear()


@contextmanager
def opened(region: Region, folder: Path) -> Iterator[World]:
    """A new world for an operator. `folder` is for its region file."""
    clock = Clock(T0)
    services = Services(clock)
    wire = Wire(services)
    clients.client.cache_clear()
    _clients.clear()
    with pytest.MonkeyPatch.context() as patch, mock_aws(), wire.open():
        _furnish(patch, region, folder)
        patch.setattr(wiring, "now", clock)
        patch.setattr(wiring, "pause", lambda _attempt: None)
        patch.setattr("botocore.endpoint.time.sleep", lambda _seconds: None)
        patch.setattr("botocore.retries.quota.RetryQuota.acquire", lambda *_args, **_more: True)
        functions = {
            name: importlib.reload(importlib.import_module(f"functions.{name}.handler")) for name in FUNCTIONS
        }
        world = World(clock=clock, wire=wire, services=services, functions=functions, region=region)
        patch.setattr(Poster, "post", _post(world))
        forget(functions)
        yield world
        forget(functions)
    clients.client.cache_clear()
    _clients.clear()


def _post(world: World) -> Callable[..., Outcome]:
    def post(_poster: Poster, _url: str, _headers: Mapping[str, str], body: bytes) -> Outcome:
        """The endpoint of a webhook."""
        if world.failing_posts:
            world.failing_posts -= 1
            return Outcome(why="status-500")
        world.posted.append(json.loads(body))
        return Outcome(why=None)

    return post


def _furnish(patch: pytest.MonkeyPatch, region: Region, folder: Path) -> None:
    """Table, buckets and secrets; the environment that the stack gives the functions."""
    patch.setenv("AWS_DEFAULT_REGION", "eu-west-2")
    patch.setenv("AWS_ACCESS_KEY_ID", "testing")
    patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    tables.make(_session_client("dynamodb"))
    storage, secrets = _session_client("s3"), _session_client("secretsmanager")
    for bucket in (EVIDENCE_BUCKET, MAIL_BUCKET, JOURNAL_BUCKET):
        storage.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
    arns = {
        f"{name}_SECRET_ARN": secrets.create_secret(Name=name, SecretString=text)["ARN"]
        for name, text in {
            "LINK": LINK_SECRET,
            "PLAYER_INDEX": PLAYER_SECRET,
            "PREFILL": PREFILL_SECRET,
            "WEBHOOK": "0" * 64,
        }.items()
    }
    file = folder / "region.json"
    file.write_text(json.dumps(asdict(region)), encoding="utf-8")
    tokens = {"clients": {"cognito-back-office": "back-office"}, "scope_prefix": "redress/complaints:"}
    for name, value in {
        **arns,
        "REGION_FILE": str(file),
        "TABLE_NAME": tables.NAME,
        "POWERTOOLS_SERVICE_NAME": "redress",
        "POWERTOOLS_METRICS_NAMESPACE": "Redress",
        "POWERTOOLS_LOG_LEVEL": os.environ.get("TORTURE_LOG", "CRITICAL"),
        "TOKENS": json.dumps(tokens),
        "DEFINITION_DIGEST": DIGEST,
        "STATE_MACHINE_ARN": STATE_MACHINE,
        "EVENT_BUS_NAME": "complaints",
        "EFFECTS_QUEUE_URL": f"{QUEUE_URL}{EFFECTS}",
        "NOTICES_URL": f"{QUEUE_URL}{NOTICES}",
        "DEAD_LETTERS_URL": "",
        "WEBHOOK_DELIVERIES_URL": f"{QUEUE_URL}{DELIVERIES}",
        "WEBHOOK_DELIVERIES_ARN": DELIVERIES_ARN,
        "WEBHOOK_RETRY_SECONDS": "[5, 60]",
        "WEBHOOK_GIVE_UP_SECONDS": "86400",
        "PORTAL_URL": "https://complaints.example.test",
        "CONFIGURATION_SET": "letters",
        "INBOUND_MAIL": "yes",
        "EVIDENCE_BUCKET": EVIDENCE_BUCKET,
        "EVIDENCE_DOMAIN": "evidence.s3.eu-west-2.amazonaws.com",
        "EVIDENCE_MALWARE_SCAN": "yes",
        "MAIL_BUCKET": MAIL_BUCKET,
        "JOURNAL_BUCKET": JOURNAL_BUCKET,
    }.items():
        patch.setenv(name, value)
