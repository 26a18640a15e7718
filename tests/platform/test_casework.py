"""Casework on the deployed stack: two hundred complaints by the API, and two people at the same thing."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
import pytest

from infra.local import demo
from infra.local.describe import LocalStack
from infra.local.up import foreground
from tests.platform.casework.lives import LIVES
from tests.platform.casework.script import play

COMPLAINTS, SECONDS = 200, 1800  # a bound; alone on two cores it takes a fraction of it
PATIENCE = 30.0  # seconds until a new complaint is in its queue
TOLD = {
    "brand": "northlight",
    "jurisdiction": "sandbox",
    "category": "verification",
    "description": "My documents were refused three times.",
    "name": "Player Example",
    "email": "player@example.com",
    "channel": "chat",
}


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    """A stack of its own, without the proxy for faults: that would take half of the machine."""
    with foreground() as stack:
        yield stack


@pytest.fixture
def http(stack: LocalStack) -> Iterator[httpx.Client]:
    """The operator's app with all its permissions."""
    with demo.operator_client(stack) as client:
        yield client


def post(http: httpx.Client, path: str, body: object, user: str, **headers: str) -> httpx.Response:
    sent = {"Idempotency-Key": str(uuid4()), "Redress-User": user, **headers}
    return http.post(path, json=body, headers=sent)


def queued(http: httpx.Client, numbers: set[str]) -> None:
    """Return when the complaints are in the queue of their team."""
    deadline, found = time.monotonic() + PATIENCE, set[str]()
    while time.monotonic() < deadline:
        page = http.get("complaints", params={"team": "payments", "limit": "100"}).raise_for_status().json()
        found = {one["number"] for one in page["items"] if one["stage"] == "investigating"}
        if numbers <= found:
            return
        time.sleep(0.2)
    raise AssertionError(f"not in the queue: {numbers - found}")


def complain(http: httpx.Client, count: int) -> list[str]:
    """So many new complaints, which are in their team's queue."""
    made = [post(http, "complaints", TOLD, "receptionist-1").raise_for_status() for _ in range(count)]
    numbers = [str(one.json()["number"]) for one in made]
    queued(http, set(numbers))
    return numbers


def at_once[T](*acts: Callable[[], T]) -> list[T]:
    """What each of them returned; none begins before all are ready."""
    ready = threading.Barrier(len(acts))

    def act(one: Callable[[], T]) -> T:
        ready.wait(10)
        return one()

    with ThreadPoolExecutor(len(acts)) as people:
        return list(people.map(act, acts))


def test_two_hundred_complaints_are_worked_off_and_every_event_is_delivered_as_signed(
    stack: LocalStack, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = play(stack, COMPLAINTS, seconds=SECONDS)
    with capsys.disabled():
        sys.stdout.write(f"\n{outcome.told()}\n")
    assert outcome.wrong == []
    assert set(outcome.lives) == set(LIVES)
    assert outcome.ledger.replayed > 0
    assert outcome.signed_twice > 0


def test_of_two_who_decide_at_once_one_wins_and_the_other_is_told_the_version(http: httpx.Client) -> None:
    (number,) = complain(http, 1)
    place = f"complaints/{number}"
    reasons = {"outcome": "upheld", "reasons": "The documents were in order.", "cause": "agent_error"}

    def propose(user: str) -> httpx.Response:
        return post(http, f"{place}/decision", reasons, user, **{"If-Match": seen})

    for _ in range(10):  # a letter may leave between reading and deciding: then both are too late
        seen = http.get(place).headers["ETag"]
        answers = at_once(lambda: propose("cashier-1"), lambda: propose("cashier-2"))
        won = [one for one in answers if one.status_code == 200]
        if won:
            break
    (late,) = [one for one in answers if one.status_code != 200]
    assert len(won) == 1
    assert late.status_code == 412
    assert late.headers["ETag"] == f'"{late.json()["version"]}"'
    assert late.json()["version"] >= won[0].json()["version"]
    history: list[Any] = http.get(f"{place}/events").json()["items"]
    assert [one["type"] for one in history].count("DecisionProposed") == 1


def test_two_who_ask_for_the_next_at_once_get_different_complaints(http: httpx.Client) -> None:
    numbers = complain(http, 2)

    def draw(user: str) -> str:
        answer = post(http, "teams/payments/next", {}, user).raise_for_status()
        return str(answer.json()["complaint"]["number"])

    people = [f"new-{uuid4().hex[:8]}" for _ in range(2)]
    drawn = at_once(*(lambda user=user: draw(user) for user in people))
    assert len(set(drawn)) == 2
    assert all(http.get(f"complaints/{number}").json()["stage"] != "closed" for number in (*numbers, *drawn))
