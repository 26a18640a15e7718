"""The workflow's own stage: moto's table, stream, queue, mail and interpreter; the real functions."""

import json
import os
import shutil
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from functions.letters import handler as letters
from functions.plan import handler as plan
from functions.relay import handler as relay
from functions.sweep import handler as sweep
from redress import region as regions
from redress.adapters import clients, wiring
from redress.domain import instants, packs, reading
from redress.domain.commands import Command
from redress.domain.complaint import Complaint
from redress.usecases.change import change
from redress.usecases.ports import Request
from redress.usecases.submit_complaint import Intake, submit_complaint
from tests.support import tables
from tests.support.complaints import HANDLER, REGION, submit
from tests.support.moto_workflow import Function, Machine, interpreter

FASTER = 3
SHORTEST_SECONDS = 2
DEADLOCK_SECONDS = 4  # before the final date: on a busy machine the letter needs more than two
DIGEST = "digest"

os.environ |= {
    "AWS_DEFAULT_REGION": "eu-west-2",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "POWERTOOLS_SERVICE_NAME": "redress",
    "POWERTOOLS_METRICS_NAMESPACE": "Redress",
}


@pytest.fixture
def aws() -> Iterator[None]:
    """AWS in memory, whose state machines run."""
    clients.client.cache_clear()
    with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
        tables.make(boto3.client("dynamodb"))
        yield
    clients.client.cache_clear()


@pytest.fixture
def environment(aws: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:  # noqa: ARG001
    """What the functions are given by the stack."""
    region = tmp_path / "region.json"
    region.write_text(json.dumps(asdict(REGION)), encoding="utf-8")
    secret = boto3.client("secretsmanager").create_secret(Name="link", SecretString="the-link-secret")
    queue = boto3.client("sqs").create_queue(QueueName="effects")
    boto3.client("sesv2").create_email_identity(EmailIdentity="mail.example.test")
    for name, value in {
        "TABLE_NAME": tables.NAME,
        "REGION_FILE": str(region),
        "DEFINITION_DIGEST": DIGEST,
        "EFFECTS_QUEUE_URL": queue["QueueUrl"],
        "LINK_SECRET_ARN": secret["ARN"],
        "PORTAL_URL": "https://complaints.example.test",
        "CONFIGURATION_SET": "letters",
        "INBOUND_MAIL": "yes",
    }.items():
        monkeypatch.setenv(name, value)
    forget_what_was_wired()
    yield
    forget_what_was_wired()


def forget_what_was_wired() -> None:
    """Empty the caches that a function keeps for the life of its process."""
    for part in (*vars(wiring).values(), *vars(regions).values()):
        if hasattr(part, "cache_clear"):
            part.cache_clear()


@pytest.fixture
def fast_sandbox(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """The sandbox pack, with clocks a few times as fast."""
    copied = tmp_path / "rulepacks"
    shutil.copytree(reading.FOLDER, copied)
    document = tomllib.loads((copied / "sandbox.toml").read_text(encoding="utf-8"))
    quick = faster(document)
    quick["house"]["deadlock_before"]["amount"] = DEADLOCK_SECONDS
    (copied / "sandbox.json").write_text(json.dumps(quick), encoding="utf-8")
    monkeypatch.setattr(reading, "FOLDER", copied)
    packs.load_pack.cache_clear()
    yield
    packs.load_pack.cache_clear()


def faster(value: Any) -> Any:
    """The same document, with a fraction of its seconds."""
    if isinstance(value, list):
        return [faster(part) for part in value]
    if not isinstance(value, dict):
        return value
    found = {key: faster(part) for key, part in value.items()}
    if found.get("unit") == "seconds":
        found["amount"] = max(SHORTEST_SECONDS, round(found["amount"] / FASTER))
    return found


@dataclass
class Stage:
    """A complaint on its way through the real machine. `plan` and `letters` can be replaced by a test."""

    plan: Function = field(default=lambda event: plan.handler(event, None))
    letters: Function = field(default=lambda event: letters.handler(event, None))
    machine: Machine = field(init=False)
    number: str = field(init=False)

    def __post_init__(self) -> None:
        self.machine = Machine(self.functions, lambda event: relay.handler(event, None), DIGEST)

    @property
    def functions(self) -> Mapping[str, Function]:
        """What the machine calls, looked up at each call."""
        return {"plan": self._ask, "letters": self._send}

    def _ask(self, event: dict[str, Any]) -> object:
        return self.plan(event)

    def _send(self, event: dict[str, Any]) -> object:
        return self.letters(event)

    def open(self) -> None:
        """A player submits a complaint; the relay starts its execution."""
        request = Request(
            client="portal", key="1", fingerprint="f", expires_at=datetime.now(UTC) + timedelta(days=1)
        )
        intake = Intake(desk=wiring.desk(), random_bits=lambda _: 1)
        self.number = submit_complaint(intake, submit(), "player", request, "hash").number

    def do(self, command: Command, actor: str = HANDLER) -> None:
        """Somebody changes the complaint."""
        change(wiring.desk(), self.number, command, actor)

    def until(self, holds: Callable[[Complaint], bool], seconds: float = 15) -> None:
        """Time passes until something holds of the complaint."""
        self.machine.wait(lambda: holds(self.complaint), seconds)

    def until_parked(self) -> None:
        """Time passes until the execution has left its token for the version of now."""
        self.machine.wait(lambda: self.waits_since != "", 15)

    @property
    def complaint(self) -> Complaint:
        """The complaint as the table has it."""
        return wiring.table().load(self.number).complaint

    @property
    def waits_since(self) -> str:
        """The token of the live wait, if its version is the newest; else nothing."""
        state = wiring.table().state(self.number)
        is_waiting = state and state.token and self.way()[-1] in {"Investigate", "Wait for ADR", "Feedback"}
        return state.token or "" if state and is_waiting else ""

    def way(self, generation: int = 1) -> list[str]:
        """The states that the execution of a generation went through."""
        name = f"{self.number}_{generation}"
        return self.machine.way(name) if name in self.machine.statuses() else [""]

    def status(self, generation: int = 1) -> str | None:
        """How the execution of a generation does."""
        return self.machine.statuses().get(f"{self.number}_{generation}")

    def sweep_later(self, seconds: float) -> None:
        """The sweep, as it will find the table in some seconds."""
        later = instants.from_text(instants.to_text(datetime.now(UTC) + timedelta(seconds=seconds)))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(wiring, "now", lambda: later)
            sweep.handler({}, None)


@pytest.fixture
def stage(environment: None, fast_sandbox: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:  # noqa: ARG001
    """A machine with the real functions, and a complaint about to be submitted."""
    stage = Stage()
    monkeypatch.setenv("STATE_MACHINE_ARN", stage.machine.arn)
    with interpreter(stage.machine):
        yield stage
