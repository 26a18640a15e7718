"""More than the doors let through, and one complaint that does not stop: everybody else is served in time.

The gateways do not throttle on this machine; that they do on AWS, and say when to come again, is asserted on
the template (`tests/infra/test_refusals.py`).
"""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from infra.local.describe import LocalStack
from redress.store import keys
from tests.platform.torture.conftest import LONG
from tests.platform.torture.lives import Door, Life, lead, told
from tests.platform.torture.witness import Witness, until
from tests.torture.tally import tally

CLIENT, LIMIT = "back-office", 6000
LEFT = 20
"""Requests that the client still has in this minute, and in the next; it sends ten times as many."""

SENDERS = 16
REPLIES = 600 if LONG else 200
OTHERS = 6
PROMISED = 10.0
"""Seconds in which the sandbox has a complaint acknowledged."""


@pytest.fixture
def nearly_used_up(local: LocalStack) -> Iterator[None]:
    """The client's shared allowance of this minute and the next has LEFT requests; then it is as it was."""
    this = datetime.now(UTC).replace(second=0, microsecond=0)
    minutes = [this, this + timedelta(minutes=1)]
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
    local: LocalStack, door: Door, witness: Witness, nearly_used_up: None
) -> None:
    del nearly_used_up

    def send(_: int) -> httpx.Response:
        return door.post("complaints", {**told(0), "jurisdiction": "gb-ukgc"})

    def fill_in(at: int) -> str:
        new = {name: value for name, value in told(at).items() if name != "brand"}
        return door.fill_in({**new, "jurisdiction": "gb-ukgc"})

    with ThreadPoolExecutor(SENDERS) as senders, ThreadPoolExecutor(SENDERS // 2) as players:
        pages = [players.submit(fill_in, at) for at in range(2 * LEFT)]
        answers = list(senders.map(send, range(10 * LEFT)))
        by_form = [page.result().partition("/complaints/")[2].partition("/")[0] for page in pages]
    taken = [answer.json()["number"] for answer in answers if answer.status_code == 201]
    refused = [answer for answer in answers if answer.status_code != 201]
    assert {answer.status_code for answer in refused} == {429}
    assert {answer.json()["type"] for answer in refused} == {"urn:redress:problem:too-many-requests"}
    assert all(1 <= int(answer.headers["Retry-After"]) <= 60 for answer in refused)
    assert 0 < len(taken) < len(answers) / 2
    witness.accepted += [*taken, *by_form]
    tally("platform: overload", len(refused), len(answers) + witness.settled())
    time.sleep(max(int(answer.headers["Retry-After"]) for answer in refused[-1:]))  # as it was asked
    witness.accepted.append(door.insist("complaints", told(0))["number"])
    assert local.stepfunctions


def test_a_complaint_that_does_not_stop_keeps_no_other_from_its_acknowledgement(
    door: Door, witness: Witness
) -> None:
    runaway = str(door.insist("complaints", {**told(0), "jurisdiction": "gb-ukgc"})["number"])
    witness.accepted.append(runaway)
    texts = [f"And another thing, number {at}." for at in range(REPLIES)]
    with ThreadPoolExecutor(4) as loop:
        writing = [loop.submit(door.insist, f"complaints/{runaway}/replies", {"text": one}) for one in texts]
        others = []
        for at in range(OTHERS):
            others.append(str(door.insist("complaints", told(at))["number"]))
            time.sleep(0.5)  # as they come in
        witness.accepted += others
        assert until(lambda: all(acknowledged(witness, one) is not None for one in others))
        for one in writing:
            one.result()
    late = [one for one in others if (acknowledged(witness, one) or PROMISED) >= PROMISED]
    assert late == []
    stored = [content.get("text") for content in witness.table.load(runaway).contents.values()]
    assert sorted(one for one in stored if one in set(texts)) == sorted(texts)
    assert lead(door, witness.table, [Life(one, ()) for one in others]) == []
    tally("platform: overload", REPLIES, len(texts) + witness.settled())


def acknowledged(witness: Witness, number: str) -> float | None:
    """Seconds from the receipt of a complaint to its acknowledgement; None while it waits for it."""
    complaint = witness.table.load(number).complaint
    done = complaint.acknowledged_at
    return (done - complaint.received_at).total_seconds() if done else None
