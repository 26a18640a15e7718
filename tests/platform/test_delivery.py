"""What became of letters, on the deployed stack: from SES to the complaint, its tasks and the logs."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from infra.local import demo
from infra.local.demo import Event, Operator
from infra.local.describe import LocalStack

PATIENCE = timedelta(seconds=60)
BOUNCES = "bounce+player-7@simulator.amazonses.com"
COMPLAINS = "complaint+player-7@simulator.amazonses.com"


@pytest.fixture
def http(local: LocalStack) -> Iterator[httpx.Client]:
    """The operator's app with all its permissions."""
    with demo.operator_client(local) as client:
        yield client


def complain(http: httpx.Client, email: str) -> Operator:
    """A complaint of a player with that address."""
    told = {
        "brand": "northlight",
        "jurisdiction": "sandbox",
        "category": "verification",
        "description": "My documents were refused three times.",
        "name": "Player Example",
        "email": email,
        "channel": "chat",
    }
    sent = {"Idempotency-Key": str(uuid4()), "Redress-User": "agent-1"}
    answer = http.post("complaints", json=told, headers=sent).raise_for_status()
    return Operator(http, str(answer.json()["number"]))


def wait_for(operator: Operator, name: str) -> Event:
    """The first event of that name about an acknowledgement, as soon as it has happened."""
    deadline = time.monotonic() + PATIENCE.total_seconds()
    while time.monotonic() < deadline:
        for event in operator.events():
            if (event["type"], event["data"].get("kind")) == (name, "acknowledgement"):
                return event
        time.sleep(0.3)
    raise AssertionError(f"not seen: {[event['type'] for event in operator.events()]}")


def before(first: Event, second: Event) -> bool:
    return bool(first["seq"] < second["seq"])


def until(look: Callable[[], Any]) -> Any:
    """What is seen, once there is something to see."""
    deadline = time.monotonic() + PATIENCE.total_seconds()
    while time.monotonic() < deadline:
        if seen := look():
            return seen
        time.sleep(0.3)
    raise AssertionError("never seen")


def test_a_letter_that_arrives_is_sent_then_delivered(http: httpx.Client) -> None:
    operator = complain(http, "player@example.com")
    sent, delivered = wait_for(operator, "LetterSent"), wait_for(operator, "LetterDelivered")
    assert before(sent, delivered)
    assert delivered["data"]["message_id"] == sent["data"]["message_id"]


def test_an_acknowledgement_that_bounces_becomes_a_persons_task(http: httpx.Client) -> None:
    operator = complain(http, BOUNCES)
    bounced = wait_for(operator, "LetterBounced")
    assert (bounced["data"]["reason"], bounced["data"]["permanent"]) == ("bounce", True)
    tasks = [event["data"]["task"] for event in operator.events() if event["type"] == "TaskOpened"]
    assert "letter_bounced" in tasks


def test_a_reader_who_marks_a_letter_as_spam_is_on_record(http: httpx.Client) -> None:
    wait_for(complain(http, COMPLAINS), "LetterMarkedAsSpam")


def test_the_mail_view_and_the_record_say_the_same_and_no_log_names_an_address(
    local: LocalStack, http: httpx.Client
) -> None:
    address = f"bounce+{uuid4().hex}@simulator.amazonses.com"
    wait_for(complain(http, address), "LetterBounced")
    [mail] = local.mails(address)
    assert mail.told == ("bounced",)
    assert mail.headers["To"] == address
    logged = until(lambda: [line for line in local.logs() if "LettersBounced" in line])
    assert logged
    assert not [line for line in local.logs() if address in line]
