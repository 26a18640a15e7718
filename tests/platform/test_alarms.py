"""A rise on the deployed stack: the hourly clock tells the team that owns it, once, and no player."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from infra.local import demo
from infra.local.describe import LocalStack, Mail
from infra.local.platform import ACCOUNT
from redress.domain import instants
from redress.domain import number as complaint_number
from redress.domain.counting import Counted, counts
from redress.store import keys
from redress.store.counters import Counters
from redress.usecases.watch import SETTLED
from tests.platform.torture.witness import denied
from tests.support.complaints import Case, submit

PACK = "gb-ukgc"
HOUR, QUIET_DAYS, RISEN = timedelta(hours=1), 10, 12
PATIENCE = 180.0  # seconds until complaints are counted
TEAM, PLAYER = "payments@operator.example.test", "player@example.com"
SLOT = {"product": "casino", "game": "slot-risen", "provider": "studio-risen"}
TOLD = {
    "brand": "northlight",
    "jurisdiction": PACK,
    "category": "bonuses",
    "description": "The reels stood still and the stake was gone.",
    "name": "Player Example",
    "email": PLAYER,
    "channel": "form",
    **SLOT,
}


@pytest.fixture(scope="module")
def http(local: LocalStack) -> Iterator[httpx.Client]:
    """The operator's app."""
    with demo.operator_client(local) as client:
        yield client


@pytest.fixture(scope="module")
def counters(local: LocalStack) -> Counters:
    """The counters of the deployed table."""
    return Counters(local.dynamodb, local.table_name)


def quiet(counters: Counters, until: datetime) -> None:
    """Ten days with a complaint about a bonus in the morning and one in the evening, as they were counted."""
    for back in range(25, QUIET_DAYS * 24, 12):
        number = complaint_number.from_random(back)
        case = Case(submit(PACK), until - back * HOUR, number)
        counters.count(number, Counted(), len(case.records), counts(case.records, case.rules, {}))


def risen(http: httpx.Client, counters: Counters, until: datetime) -> set[str]:
    """Complaints about a game, all of the hour before, that came in by API; their numbers, once counted."""
    numbers = set()
    for minute in range(RISEN):
        received_at = instants.to_text(until - HOUR + timedelta(minutes=minute))
        told = {**TOLD, "received_at": received_at}
        answer = http.post("complaints", json=told, headers={"Idempotency-Key": str(uuid4())})
        numbers.add(str(answer.raise_for_status().json()["number"]))
    deadline = time.monotonic() + PATIENCE
    while uncounted := [one for one in numbers if not counters.counted(one).counts]:
        assert time.monotonic() < deadline, f"not counted: {uncounted}"
        time.sleep(0.5)
    return numbers


def by_the_clock(stack: LocalStack) -> None:
    """Call the function as EventBridge does each hour."""
    functions = stack.client("lambda").list_functions()["Functions"]
    [insight] = [
        one["FunctionName"]
        for one in functions
        if one["Environment"]["Variables"].get("POWERTOOLS_SERVICE_NAME", "").endswith("-insight")
    ]
    event = {
        "version": "0",
        "id": str(uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "region": stack.region,
        "resources": [],
        "detail": {},
    }
    answer = stack.client("lambda").invoke(FunctionName=insight, Payload=json.dumps(event).encode())
    assert "FunctionError" not in answer, answer["Payload"].read()


def not_looked_at(stack: LocalStack) -> None:
    """As if the hour had just ended: the stack's own clock may have run since."""
    place = {"pk": {"S": keys.ALARMS}, "sk": {"S": keys.looked(PACK)}}
    stack.dynamodb.delete_item(TableName=stack.table_name, Key=place)


def notices(stack: LocalStack) -> list[Mail]:
    """The letters about rises, to whomever."""
    return [mail for mail in stack.mails() if "More complaints than chance explains" in mail.text]


def alarms(http: httpx.Client) -> list[dict[str, Any]]:
    """What the API tells of them."""
    found: list[dict[str, Any]] = http.get("alarms").raise_for_status().json()["items"]
    return found


def test_a_rise_is_told_once_to_the_team_that_owns_it_and_to_no_player(
    local: LocalStack, http: httpx.Client, counters: Counters
) -> None:
    refused = denied(local)
    until = (datetime.now(UTC) - SETTLED).replace(minute=0, second=0, microsecond=0)
    quiet(counters, until)
    numbers = risen(http, counters, until)
    not_looked_at(local)
    by_the_clock(local)

    [alarm], [letter] = alarms(http), notices(local)
    assert (alarm["pack"], alarm["brand"], alarm["owner"]) == (PACK, "northlight", "payments")
    assert {one["number"] for one in alarm["complaints"]} == numbers
    assert alarm["count"] == RISEN
    assert alarm["expected"] < alarm["upper"] < RISEN
    assert alarm["probability"] <= alarm["level"]
    rose = [alarm["key"], *alarm["also"]]
    assert all({"dimension": name, "value": value} in rose for name, value in SLOT.items())

    assert letter.to == (TEAM,)
    assert alarm["told_at"]
    words = " ".join(letter.text.split())
    evidence = (
        f"received {RISEN} complaints",
        f"About {alarm['expected']:.1f} are usual",
        f"up to {alarm['upper']} would",
    )
    assert [one for one in (*evidence, *numbers) if one not in words] == []
    assert [word for word in (PLAYER, TOLD["name"], TOLD["description"]) if word in letter.text] == []

    by_the_clock(local)  # the hour was looked at
    not_looked_at(local)
    by_the_clock(local)  # it was not, and the rise is silent
    assert [(one.to, one.at) for one in notices(local)] == [(letter.to, letter.at)]
    assert alarms(http) == [alarm]
    assert denied(local) == refused
