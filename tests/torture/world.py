"""The deployed system in one process: real handlers, and around them what AWS does when something fails.

The stream and the queues bring work (`sources.py`); executions walk the real definition; the sweep runs every
five minutes. All of it by a virtual clock, so that a campaign of thousands of faults takes minutes.
"""

import copy
import json
import logging
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from moto import mock_aws

from redress.adapters import wiring
from redress.adapters.mail_store import HELD, RECEIVED
from redress.adapters.webhook_post import Poster
from redress.domain import instants
from redress.domain.complaint import Complaint
from redress.domain.events import MailReceived
from redress.region import Region
from redress.store import keys
from redress.store.table import Table
from redress.usecases.plan_next import Plan, Question
from redress.usecases.ports import CaseFile
from redress.usecases.webhook_ports import Outcome
from tests.support import tables
from tests.support.complaints import T0
from tests.support.desks import Clock
from tests.support.memory_workflow import SUCCEEDED, MemoryWorkflow, StepFailed
from tests.support.recounts import recounted
from tests.torture import backends, environment
from tests.torture.backends import HAPPENED, QUEUE_URL, SET_ASIDE, Services
from tests.torture.environment import DIGEST, EVIDENCE_BUCKET, JOURNAL_BUCKET, MAIL_BUCKET
from tests.torture.faults import Fault, Killed, Wire
from tests.torture.invariants import Standing, Stored
from tests.torture.sources import Sources

SWEEP_EVERY = timedelta(minutes=5)
MOST_ROUNDS = 400


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
    posted: list[dict[str, Any]] = field(default_factory=list)
    failing_posts: int = 0
    promised: dict[str, int] = field(default_factory=dict)
    windows: set[tuple[str, str]] = field(default_factory=set)
    swept_at: datetime = T0
    workflow: MemoryWorkflow = field(init=False)
    sources: Sources = field(init=False)

    def __post_init__(self) -> None:
        parking = Parking(lambda: self.table)
        self.workflow = MemoryWorkflow(parking, self.clock, self._ask, self._send, DIGEST)
        self.services.start, self.services.wake = self.workflow.start, self.workflow.wake
        self.sources = Sources(self.services, self.clock, self.invoke)

    def promise(self, text: str, times: int = 1) -> None:
        """From now on whoever looks has to find this text stored so many times, if what was sent is taken."""
        self.promised[text] = times

    def forget_promises(self) -> None:
        """From now on nobody may find any of it."""
        self.promised = dict.fromkeys(self.promised, 0)

    def spoil_next_event(self) -> None:
        """After the next event the stream carries one that nobody can read."""
        self.sources.spoiling = True

    def put_object(
        self, bucket: str, key: str, body: bytes, metadata: Mapping[str, str] | None = None
    ) -> None:
        """Somebody outside puts an object into a bucket."""
        environment.client("s3").put_object(Bucket=bucket, Key=key, Body=body, Metadata=metadata or {})

    # --- Calling a function -----------------------------------------------------------------------------

    def invoke(self, function: str, event: Mapping[str, Any]) -> Any:
        """What Lambda gives back. Raises StepFailed for whatever a function raises, and when it dies."""
        before, mails = self.wire.function, len(self.services.held.mails)
        self.wire.function = function
        os.environ["DEAD_LETTERS_URL"] = f"{QUEUE_URL}{SET_ASIDE}_{function}"
        try:
            return self.functions[function].handler(json.loads(json.dumps(event)), environment.Context())
        except Killed:
            environment.forget(self.functions)
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
            moved = [self.sources.read_stream(), self.sources.work_queues(), self._step_executions()]
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
        yield from self.sources.instants()

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
        return Table(environment.client("dynamodb"), tables.NAME)

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
        cases = {pk: self.table.load(state["number"]["S"]) for pk, state in states.items()}
        return {
            cases[pk].complaint.number: Stored(
                case=cases[pk],
                salts=salts[pk],
                attention_at=_instant(state.get("attention_at")),
                traces=self._traces(cases[pk], items),
                copies=_copies(cases[pk].complaint.number),
            )
            for pk, state in states.items()
        }

    def _traces(self, case: CaseFile, items: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
        """Files and mails of a complaint, and what it began as."""
        number, asked = case.complaint.number, case.complaint.consultation
        files = [
            key
            for bucket in (EVIDENCE_BUCKET, MAIL_BUCKET)
            for key in backends.objects(bucket)
            if number in key.split("/")
        ]
        named = {one.event.mail for one in case.records if isinstance(one.event, MailReceived)}
        mails = [key for key in backends.objects(MAIL_BUCKET) if key.removeprefix(RECEIVED) in named]
        began = {one["pk"]["S"] for one in items if asked and one["pk"]["S"] == keys.consultation(asked)}
        return (*files, *mails, *began)

    def found(self) -> dict[str, int]:
        """How often what was promised is stored; once is right: what belongs in two places counts as one."""
        texts = [one[name]["S"] for one in backends.items() for name in ("content", "text") if name in one]
        return {
            what: sum(what in text for text in texts) - times + 1 for what, times in self.promised.items()
        }

    def journaled(self) -> dict[str, bytes]:
        """The journal. Whatever was written over another object has a place of its own."""
        return backends.versions(JOURNAL_BUCKET)

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

    def miscounted(self) -> list[str] | None:
        """What is counted wrong, where a story lets it be counted."""
        if HAPPENED in self.services.held.unheard:
            return None
        client = environment.client("dynamodb")
        numbers = [one["number"]["S"] for one in backends.items() if one["sk"]["S"] == keys.STATE]
        return recounted(client, tables.NAME, self.region, numbers)

    def given_up(self) -> list[str]:
        """What lies in queues, and in the stream before its readers."""
        return self.sources.left()

    # --- Going back -------------------------------------------------------------------------------------

    def snapshot(self) -> Kept:
        """The world as it is."""
        rest = {name: copy.deepcopy(getattr(self, name)) for name in _OURS}
        rest["at"] = self.clock.at
        rest["brought"] = {name: copy.deepcopy(getattr(self.sources, name)) for name in _BROUGHT}
        rest["places"] = {name: one.place for name, one in self.sources.readers.items()}
        rest["executions"] = copy.deepcopy(self.workflow.executions)
        return Kept(backends.snapshot(), copy.deepcopy(self.services.held), rest)

    def restore(self, kept: Kept) -> None:
        """The world as it was then, in a new process."""
        backends.restore(kept.stored)
        self.services.held = copy.deepcopy(kept.held)
        rest = copy.deepcopy(kept.rest)
        self.clock.at = rest.pop("at")
        for name, place in rest.pop("places").items():
            self.sources.readers[name].place = place
        for name, value in rest.pop("brought").items():
            setattr(self.sources, name, value)
        self.workflow.executions = rest.pop("executions")
        for name, value in rest.items():
            setattr(self, name, value)
        self.wire.down = frozenset()
        environment.forget(self.functions)

    def arm(self, fault: Fault | None) -> None:
        """Calls are counted from here."""
        self.wire.arm(fault)


_OURS = ("posted", "failing_posts", "promised", "windows", "swept_at")
_BROUGHT = ("stream", "dead", "spoiling")


def _copies(number: str) -> frozenset[str]:
    """The mails of which one is kept for a complaint."""
    kept = f"{HELD}{number}/"
    keys_of_it = (key for key in backends.objects(MAIL_BUCKET) if key.startswith(kept))
    return frozenset(key.removeprefix(kept) for key in keys_of_it)


def _instant(attribute: Mapping[str, str] | None) -> datetime | None:
    return instants.from_text(attribute["S"]) if attribute else None


@contextmanager
def opened(region: Region, folder: Path) -> Iterator[World]:
    """A new world for an operator. `folder` is for its region file."""
    clock = Clock(T0)
    services = Services(clock)
    wire = Wire(services)
    environment.forget_clients()
    with pytest.MonkeyPatch.context() as patch, mock_aws(), wire.open():
        environment.furnish(patch, region, folder)
        patch.setattr(wiring, "now", clock)
        patch.setattr(wiring, "pause", lambda _attempt: None)
        patch.setattr("botocore.endpoint.time.sleep", lambda _seconds: None)
        patch.setattr("botocore.retries.quota.RetryQuota.acquire", lambda *_args, **_more: True)
        functions = environment.handlers()
        world = World(clock=clock, wire=wire, services=services, functions=functions, region=region)
        patch.setattr(Poster, "post", _post(world))
        environment.forget(functions)
        yield world
        environment.forget(functions)
    environment.forget_clients()
    logging.getLogger("redress").setLevel(logging.INFO)  # the functions stay loaded, with its logger


def _post(world: World) -> Callable[..., Outcome]:
    def post(_poster: Poster, _url: str, _headers: Mapping[str, str], body: bytes) -> Outcome:
        """The endpoint of a webhook."""
        if world.failing_posts:
            world.failing_posts -= 1
            return Outcome(why="status-500")
        world.posted.append(json.loads(body))
        return Outcome(why=None)

    return post
