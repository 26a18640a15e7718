"""The function that sends, wired from its environment as Lambda does, and what fails between it and AWS."""

import importlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ses.models import RawMessage, ses_backends

from redress import region as regions
from redress.adapters import wiring
from redress.adapters.clients import client
from tests.support import tables
from tests.support.complaints import REGION
from tests.support.desks import Clock
from tests.support.letters import Story

LINK_SECRET = "the-link-secret"
PORTAL = "https://complaints.example.test"
CACHES = (wiring.region, wiring.table, wiring.desk, wiring.live_versions, regions.load)
TO = "asker@example.com"
KEY = "the-key-of-the-consultation"


@contextmanager
def loaded(monkeypatch: pytest.MonkeyPatch, folder: Path, clock: Clock, **more: str) -> Iterator[ModuleType]:
    """The handler's module, over the table, SES and the secrets in memory."""
    region_file = folder / "region.json"
    region_file.write_text(json.dumps(asdict(REGION)), encoding="utf-8")
    secret = client("secretsmanager").create_secret(Name="link", SecretString=LINK_SECRET)["ARN"]
    client("sesv2", attempts=1).create_email_identity(EmailIdentity="mail.example.test")
    environment = {
        "TABLE_NAME": tables.NAME,
        "REGION_FILE": str(region_file),
        "LINK_SECRET_ARN": secret,
        "PORTAL_URL": PORTAL,
        "CONFIGURATION_SET": "letters",
        "INBOUND_MAIL": "yes",
        **more,
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(wiring, "now", clock)
    monkeypatch.setattr(wiring, "pause", lambda _attempt: None)
    for cached in CACHES:
        cached.cache_clear()
    yield importlib.reload(importlib.import_module("functions.letters.handler"))
    for cached in CACHES:
        cached.cache_clear()


def send(handler: ModuleType, story: Story, letter: str = "acknowledgement-1") -> object:
    """Ask for a letter, as the workflow does."""
    return handler.handler({"number": story.number, "letter": letter}, None)


def post() -> list[RawMessage]:
    """The mails that reached SES."""
    reached: list[RawMessage] = ses_backends[DEFAULT_ACCOUNT_ID]["eu-west-2"].sent_messages
    return reached


def notice(**changes: object) -> dict[str, object]:
    """What the queue of notices holds."""
    return {
        "kind": "consultation",
        "brand": "northlight",
        "language": "en",
        "to": TO,
        "number": "2WK9-7AJW-T",
        "key": KEY,
        "in_reply_to": "<1@example.com>",
        **changes,
    }


def message(body: object, message_id: str = "message-1", received: int = 1) -> dict[str, Any]:
    """A message of SQS, as Lambda hands it over the n-th time."""
    return {
        "messageId": message_id,
        "body": body if isinstance(body, str) else json.dumps(body),
        "attributes": {"ApproximateReceiveCount": str(received), "SentTimestamp": "1777903500000"},
    }


def take(handler: ModuleType, *messages: Mapping[str, Any]) -> list[str]:
    """Let the function work on messages; the ids of those that are to come again."""
    answer = handler.handler({"Records": list(messages)}, None)
    return [failed["itemIdentifier"] for failed in answer["batchItemFailures"]]


@dataclass
class Fault:
    """The n-th call of an operation fails; `done`: it was carried out, and its answer was lost."""

    service: str
    operation: str
    which: int = 1
    done: bool = False
    calls: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.operation} {self.which} {'unheard' if self.done else 'failed'}"

    @contextmanager
    def happens(self) -> Iterator[None]:
        """It happens once, and only here."""
        self.calls.clear()
        name = f"{'after' if self.done else 'before'}-call.{self.service}.{self.operation}"
        events = (
            client("sesv2", attempts=1) if self.service == "sesv2" else client(self.service)
        ).meta.events
        events.register(name, self._strike)
        yield
        events.unregister(name, self._strike)
        assert len(self.calls) >= self.which, f"{self} never happened"

    def _strike(self, **_: object) -> None:
        self.calls.append(self.operation)
        if len(self.calls) == self.which:
            raise ReadTimeoutError(endpoint_url="aws")
