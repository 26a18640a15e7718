"""A complaint whose person is forgotten, by the API: its facts, and no word of them."""

import json
from typing import Any

import boto3
import pytest

from redress.adapters import wiring
from redress.domain import commands as c
from redress.domain.actors import SYSTEM
from redress.http.routes import Route
from redress.store.erasure import ErasureTable
from redress.usecases.change import change
from tests.support import tables
from tests.support.operator_app import OperatorApp
from tests.support.operator_requests import (
    ABOUT_COMPLAINTS,
    TOLD,
    ask,
    body_of,
    create,
    events,
    path_of,
    post_to,
    read,
)

PERSONAL = (
    "Player Example",
    "player@example.com",
    "account-1",
    "The bonus was not paid",
    "transfer-1",
    "I moved",
)
PERSON = {"redress-user": "person-1"}
CHANGES_NOTHING = {"order_erasure", "take_lease"}
"""It was ordered before; and who looks at a complaint for a while changes nothing of it."""


def known(app: OperatorApp, key: str | None = None) -> str:
    """A closed complaint that says something of a person in several events."""
    answer = app.post("/complaints", {**TOLD, "name": "Player Example"}, key=key)
    number = str(answer.body["number"])
    assert post_to(app, number, "replies", {"text": "I moved; here is my new address."}).status == 200
    assert post_to(app, number, "notes", {"text": "Player Example called."}).status == 200
    assert post_to(app, number, "withdrawal").status == 200
    return number


def forget(app: OperatorApp, number: str) -> None:
    """It is ordered, and done."""
    assert post_to(app, number, "erasure", {"reason": "request"}, **PERSON).status == 200
    ErasureTable(boto3.client("dynamodb"), tables.NAME).forget(number)
    change(wiring.desk(), number, c.RecordErased(contents=3, files=0, mails=0), SYSTEM)


@pytest.fixture
def number(app: OperatorApp) -> str:
    """An erased one."""
    made = known(app)
    forget(app, made)
    return made


def names_nobody(shown: object) -> bool:
    """Whether nothing of the person is in an answer."""
    return not [mark for mark in PERSONAL if mark in json.dumps(shown, ensure_ascii=False)]


def listed(app: OperatorApp, **query: str) -> list[dict[str, Any]]:
    """The complaints of a list."""
    answer = app.get("/complaints", **query)
    assert answer.status == 200, answer.body
    return list(answer.body["items"])


def test_whatever_is_read_of_it_is_facts(app: OperatorApp, number: str) -> None:
    read = [one for one in ABOUT_COMPLAINTS if one.method == "GET"]
    answers = {route.name: ask(app, route, number) for route in read}
    assert {name: one.status for name, one in answers.items() if one.status != 200} == {"get_evidence": 404}
    assert [name for name, one in answers.items() if not names_nobody(one.body)] == []


def test_it_says_that_and_when_it_was_erased(app: OperatorApp, number: str) -> None:
    shown = read(app, number)
    assert (shown["stage"], shown["amount_minor"], shown["description"]) == ("closed", 2550, None)
    assert shown["erased_at"] >= shown["erasure_ordered_at"]
    assert [one["type"] for one in events(app, number)[-2:]] == ["ErasureOrdered", "PersonalDataErased"]


def test_nothing_more_is_taken_in_about_it(app: OperatorApp, number: str) -> None:
    """Each operation at the newest version, so that nothing but the erasure stands in its way."""
    before = len(events(app, number))
    answers = {
        route.name: post_to(app, number, below(route, number), body_of(route.name), **PERSON)
        for route in ABOUT_COMPLAINTS
        if route.method == "POST"
    }
    assert {name for name, one in answers.items() if one.status == 200} == CHANGES_NOTHING
    assert {one.status for one in answers.values()} == {200, 409, 422}
    assert len(events(app, number)) == before
    assert [name for name, one in answers.items() if not names_nobody(one.body)] == []


def below(route: Route, number: str) -> str:
    """What stands behind the complaint in a route's path, its places filled."""
    return path_of(route, number).removeprefix(f"/complaints/{number}/")


def test_no_list_of_the_player_has_it_and_the_register_does(app: OperatorApp, number: str) -> None:
    month = read(app, number)["received_at"][:7]
    assert listed(app, brand="northlight", account="account-1") == []
    assert listed(app, brand="northlight", email="player@example.com") == []
    [item] = listed(app, jurisdiction="sandbox", month=month)
    assert item["number"] == number
    assert names_nobody(item)


def test_the_request_that_made_it_gets_the_same_answer_without_the_person(app: OperatorApp) -> None:
    number = known(app, key="once")
    forget(app, number)
    again = app.post("/complaints", {**TOLD, "name": "Player Example"}, key="once")
    assert (again.status, again.headers["idempotency-replayed"]) == (201, "true")
    assert again.body["number"] == number
    assert names_nobody(again.body)


def test_webhooks_are_told_of_it_again_without_the_person(app: OperatorApp, number: str) -> None:
    told = [wiring.table().published(number, one["seq"]) for one in events(app, number)]
    assert [one["type"] for one in told if one][-1] == "PersonalDataErased"
    assert names_nobody(told)


def test_a_complaint_of_the_same_player_does_not_go_on_in_it(app: OperatorApp, number: str) -> None:
    new = create(app)
    for one, other in ((new, number), (number, new)):
        refused = post_to(app, one, "duplicate-of", {"number": other, "reason": "The same bonus."})
        assert refused.status in {409, 422}, refused.body
    assert read(app, new)["stage"] != "closed"
