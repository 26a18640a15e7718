"""More than the doors let through, and one complaint that does not stop: everybody else is served in time.

The gateways do not throttle on this machine; that they do on AWS, and say when to come again, is asserted on
the template (`tests/infra/test_refusals.py`).
"""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event

import httpx
import pytest

from infra.local.describe import LocalStack
from redress.store import keys
from tests.platform.torture.conftest import LONG
from tests.platform.torture.lives import WITHDRAW, Door, Life, lead, told
from tests.platform.torture.witness import Witness, until
from tests.torture.tally import tally

CLIENT, LIMIT = "back-office", 6000
LEFT, MINUTES = 20, 5
"""Requests that the client still has in each of the next minutes; it sends ten times as many at once."""

SENDERS = 16
TONGUES, REPLIES = (4, 600) if LONG else (2, 40)
"""Of the complaint that does not stop; at least so many replies, and as many more as it takes."""

OTHERS = 6


@pytest.fixture
def nearly_used_up(local: LocalStack) -> Iterator[None]:
    """The client's shared allowance of these minutes has LEFT requests each; then it is as it was."""
    this = datetime.now(UTC).replace(second=0, microsecond=0)
    minutes = [this + timedelta(minutes=ahead) for ahead in range(MINUTES)]
    for minute in minutes:
        item = {
            "pk": {"S": keys.allowance(CLIENT)},
            "sk": {"S": keys.minute(minute)},
            "used": {"N": str(LIMIT - LEFT)},
            "expires_at": {"N": str(int((minute + timedelta(hours=1)).timestamp()))},
        }
        local.dynamodb.put_item(TableName=local.table_name, Item=item)
    yield
    for minute in minutes:
        key = {"pk": {"S": keys.allowance(CLIENT)}, "sk": {"S": keys.minute(minute)}}
        local.dynamodb.delete_item(TableName=local.table_name, Key=key)


def test_a_client_beyond_its_rate_is_told_when_to_come_again_and_what_was_taken_is_right(
    door: Door, witness: Witness, nearly_used_up: None
) -> None:
    del nearly_used_up

    def send(_: int) -> httpx.Response:
        return door.post("complaints", {**told(0), "jurisdiction": "gb-ukgc"})

    def fill_in(at: int) -> str:
        new = {name: value for name, value in told(at).items() if name != "brand"}
        return door.fill_in({**new, "jurisdiction": "gb-ukgc"})

    with ThreadPoolExecutor(SENDERS) as senders, ThreadPoolExecutor(SENDERS // 2) as players:
        pages = [players.submit(fill_in, at) for at in range(2 * LEFT)]
        answers: list[httpx.Response] = []

        def some_are_taken() -> bool:
            answers.extend(senders.map(send, range(10 * LEFT)))
            return any(answer.is_success for answer in answers)

        assert until(some_are_taken)  # a draw whose answer got lost lapses: then in the next minute
        told_last = time.monotonic()
        by_form = [page.result().partition("/complaints/")[2].partition("/")[0] for page in pages]
    taken = [answer.json()["number"] for answer in answers if answer.status_code == 201]
    refused = [answer for answer in answers if answer.status_code != 201]
    assert {answer.status_code for answer in refused} == {429}
    assert {answer.json()["type"] for answer in refused} == {"urn:redress:problem:too-many-requests"}
    assert all(1 <= int(answer.headers["Retry-After"]) <= 60 for answer in refused)
    assert 0 < len(taken) < len(answers) / 2
    witness.accepted += [*taken, *by_form]
    tally("platform: overload", len(refused), len(answers) + witness.settled())
    again = told_last + int(refused[-1].headers["Retry-After"])
    time.sleep(max(0.0, again - time.monotonic()))  # as it was asked
    witness.accepted.append(door.insist("complaints", told(0))["number"])


def test_a_complaint_that_does_not_stop_keeps_no_other_from_its_acknowledgement(
    door: Door, witness: Witness
) -> None:
    """It goes on until all others have theirs, and nothing that it says is lost."""
    runaway = str(door.insist("complaints", {**told(0), "jurisdiction": "gb-ukgc"})["number"])
    others_have_theirs = Event()

    def go_on(tongue: int) -> list[str]:
        said: list[str] = []
        while len(said) < REPLIES // TONGUES or not others_have_theirs.is_set():
            said.append(f"And another thing, number {len(said)}, says {tongue}.")
            door.insist(f"complaints/{runaway}/replies", {"text": said[-1]})
        return said

    with ThreadPoolExecutor(TONGUES) as loop:
        talking = [loop.submit(go_on, tongue) for tongue in range(TONGUES)]
        try:
            others = [str(door.insist("complaints", told(at))["number"]) for at in range(OTHERS)]
            all_have_theirs = until(lambda: all(acknowledged(witness, one) for one in others))
        finally:
            others_have_theirs.set()
        texts = [text for said in talking for text in said.result()]
    witness.accepted += [runaway, *others]
    assert all_have_theirs
    stored = [content.get("text") for content in witness.table.load(runaway).contents.values()]
    assert sorted(str(one) for one in stored if one in set(texts)) == sorted(texts)
    assert lead(door, witness.table, [Life(one, (WITHDRAW,)) for one in others]) == []
    tally("platform: overload", len(texts), len(texts) + witness.settled())


def acknowledged(witness: Witness, number: str) -> datetime | None:
    """When a complaint was acknowledged; None while it waits for that."""
    return witness.table.load(number).complaint.acknowledged_at
