"""The help pages and the assistant through the API, on the handler."""

from collections.abc import Iterator
from copy import replace
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest

from redress.adapters import wiring
from redress.domain import private_link
from tests.support.faq import delivered
from tests.support.operator_app import OperatorApp
from tests.support.operator_requests import TOLD

SECRET = b"secret of links"
ASKED = {"brand": "northlight", "language": "en"}


@pytest.fixture(autouse=True)
def help_pages(function: ModuleType) -> Iterator[None]:
    """The handler has the delivered help pages and a secret of private links."""
    whole = vars(function)["api"]
    vars(function)["api"] = replace(whole, faq=delivered, link_secrets=lambda: (SECRET,))
    yield
    vars(function)["api"] = whole


def say(app: OperatorApp, said: str, **more: object) -> dict[str, Any]:
    """What the assistant answers."""
    answer = app.post("/assistant", {**ASKED, "said": said, **more})
    assert answer.status == 200, answer.body
    return answer.body


def test_help_pages_are_listed_and_searched(app: OperatorApp) -> None:
    everything = app.get("/faq", brand="northlight", language="fr").body["entries"]
    found = app.get("/faq", brand="northlight", q="withdrawel pendng").body["entries"]
    assert len(everything) > 10
    assert everything[0]["language"] == "fr"
    assert [one["path"] for one in found] == ["en/faq/withdrawal-pending"]
    assert app.get("/faq", brand="northlight", q="football").body["entries"] == []


def test_another_brand_than_the_clients_is_unknown(app: OperatorApp) -> None:
    refused = app.get("/faq", brand="nobodys")
    assert (refused.status, refused.body["errors"][0]["rule"]) == (422, "unknown_brand")


def test_the_assistant_answers_quotes_and_goes_on_with_its_state(app: OperatorApp) -> None:
    answer = say(app, "why is my withdrawl pending")
    [message] = answer["messages"]
    assert message["source"]["path"] == "en/faq/withdrawal-pending"
    begun = say(app, "I want to make a complaint")
    assert say(app, "bonus", state=begun["state"])["state"]["fields"] == {"category": "bonuses"}


def test_a_state_that_is_none_of_ours_is_refused(app: OperatorApp) -> None:
    refused = app.post("/assistant", {**ASKED, "said": "hello", "state": {"step": "boss"}})
    assert (refused.status, refused.body["errors"][0]["rule"]) == (422, "assistant_state")


def test_the_holder_of_a_private_link_alone_hears_where_the_complaint_stands(app: OperatorApp) -> None:
    number = app.post("/complaints", TOLD).body["number"]
    desk = wiring.desk()
    version = desk.store.load(number).link_version
    key = private_link.make(SECRET, number, version, desk.now(), timedelta(days=30))
    told = say(app, f"https://portal.example/complaints/{number}/{key}")
    assert told["messages"][0]["line"] == "standing"
    assert key not in str(told)
    assert say(app, f"{number}/{key[:-2]}AA")["messages"][0]["line"] == "bad_link"


def test_another_brand_opens_no_complaint_of_this_one(app: OperatorApp, crm: OperatorApp) -> None:
    number = app.post("/complaints", TOLD).body["number"]
    desk = wiring.desk()
    key = private_link.make(
        SECRET, number, desk.store.load(number).link_version, desk.now(), timedelta(days=30)
    )
    other = crm.post("/assistant", {"brand": "southlight", "said": f"{number}/{key}"})
    assert other.body["messages"][0]["line"] == "bad_link", other.body


def test_what_was_written_down_is_the_body_of_a_new_complaint(app: OperatorApp) -> None:
    fields = {
        "category": "bonuses",
        "description": "Not paid.",
        "amount": "25.50",
        "currency": "GBP",
        "name": "Player Example",
    }
    state = {"step": "email", "fields": fields, "asked": ""}
    written = say(app, "player@example.com", state=state)["complaint"]
    assert isinstance(written, dict)
    assert (written["amount_minor"], written["channel"], "amount" in written) == (2550, "chat", False)
    stored = app.post("/complaints", {"jurisdiction": TOLD["jurisdiction"], **written})
    assert stored.status == 201, stored.body
