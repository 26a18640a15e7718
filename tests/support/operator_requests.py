"""What tests of the operator's API send, to the operation of each route."""

from collections.abc import Mapping
from typing import Any

import boto3

from redress.adapters import wiring
from redress.domain import instants
from redress.http.routes import ROUTES, Route
from redress.usecases.change import Desk, change
from tests.support import tables
from tests.support.complaints import TRIAGE
from tests.support.operator_app import Answer, OperatorApp

UNKNOWN = "ZZZZ-ZZZZ-0"
TOLD: Mapping[str, Any] = {
    "brand": "northlight",
    "jurisdiction": "sandbox",
    "category": "bonuses",
    "description": "The bonus was not paid.\nI asked three times.",
    "name": "Player",
    "email": "player@example.com",
    "account": "account-1",
    "occurred_on": "2026-01-31",
    "amount_minor": 2550,
    "currency": "GBP",
    "transaction_references": ["transfer-1", "transfer-2"],
    "remedy": "Pay it.",
    "channel": "phone",
    "language": "en-GB",
}
PATHS: Mapping[str, str] = {route.name: route.path.rpartition("{number}/")[2] for route in ROUTES}
_BODIES: Mapping[str, Mapping[str, Any]] = {
    "release_complaint": {"reason": "It reads like a person."},
    "reject_as_spam": {"reason": "It advertises."},
    "accept_mail": {},
    "reject_mail": {"reason": "The player does not know of it."},
    "add_contact": {"email": "player.example@example.com"},
    "assign": {"assignee": "person-1"},
    "overrule_triage": {"severity": "high", "reason": "It is a lot for this player."},
    "add_note": {"text": "He called again."},
    "attach_context": {"references": [{"kind": "bet", "id": "B-1", "system": "sportsbook"}]},
    "open_task": {"team": "payments", "what": "Was the deposit booked?"},
    "state_subject": {"product": "casino", "game": "slot-1842"},
    "find_cause": {"cause": "unclear_terms"},
    "link_duplicate": {"number": "0000-0001-Y", "reason": "The same bonus."},
    "escalate": {"reason": "The press asks."},
    "record_reply": {"text": "It was on Sunday."},
    "declare_deadlock": {"reasons": "We do not agree about the terms."},
    "reopen": {"reason": "I do not accept this."},
    "record_redress_payment": {"amount_minor": 100, "currency": "GBP", "paid_on": "2026-01-31"},
    "send_otherwise": {"means": "post"},
    "close_task": {},
    "request_information": {"question": "When was it?"},
    "pause_clock": {
        "reason": "police",
        "explanation": "The police asked us to wait.",
        "evidence": "Letter P-1",
    },
    "resume_clock": {"reason": "police"},
    "extend_deadline": {"stage": "final", "reasons": "The game's supplier has not answered yet."},
    "recategorise": {"category": "account", "reason": "It is about the account."},
    "adopt_pack_version": {"pack": "sandbox", "version": "2026.1", "reason": "The law says so."},
    "propose_decision": {"outcome": "upheld", "reasons": "You are right.", "cause": "agent_error"},
    "approve_decision": {},
    "return_decision": {"comment": "Say which clause."},
    "refer_to_adr": {"body": "adr"},
    "answer_adr": {},
    "record_adr_outcome": {"outcome": "settled"},
    "withdraw": {},
    "place_legal_hold": {"reason": "A letter before action came."},
    "lift_legal_hold": {"reason": "They settled."},
    "order_erasure": {"reason": "request"},
}
COMMANDS = tuple(_BODIES)  # the operations that change a complaint
# What stands in the places of paths beside the number.
_PLACES: Mapping[str, str] = {
    "task": "2",
    "letter": "acknowledgement-1",
    "received": "2",
    "team": "care",
    "webhook": "unknown",
    "evidence": "unknown",
    "consultation": "Q-ZZZZ-ZZZZ-0",
    "action": "A-ZZZZ-ZZZZ-0",
}
ABOUT_COMPLAINTS = tuple(route for route in ROUTES if "number" in route.places)


def body_of(operation: str) -> dict[str, Any]:
    """A body that the operation takes, for a complaint received before now."""
    late = {"complete_file_at": instants.to_text(wiring.now())} if operation == "refer_to_adr" else {}
    return {**_BODIES.get(operation, {}), **late}


def path_of(route: Route, number: str) -> str:
    """The path of a route below /v1, its places filled."""
    return route.path.removeprefix("/v1").format(number=number, **_PLACES)


def ask(app: OperatorApp, route: Route, number: str) -> Answer:
    """Send what a route takes about a complaint, with an If-Match of its first version."""
    path = path_of(route, number)
    who = {"redress-user": "person-1"}
    if route.method != "POST":
        return app.send(route.method, path, headers=who)
    return app.post(path, body_of(route.name), if_match='"1"', **who)


def create(app: OperatorApp, **told: object) -> str:
    """The number of a new complaint."""
    answer = app.post("/complaints", {**TOLD, **told})
    assert answer.status == 201, answer.body
    return str(answer.body["number"])


def investigated(app: OperatorApp, **told: object) -> str:
    """A complaint that has come to its team."""
    number = create(app, **told)
    change(wiring.desk(), number, TRIAGE, "system")
    return number


def etag(app: OperatorApp, number: str) -> str:
    """The tag of a complaint's present version."""
    return app.get(f"/complaints/{number}").etag


def post_to(app: OperatorApp, number: str, what: str, body: object = None, **headers: str) -> Answer:
    """POST to a complaint at its present version."""
    return app.post(f"/complaints/{number}/{what}", body, if_match=etag(app, number), **headers)


def read(app: OperatorApp, number: str) -> dict[str, Any]:
    """A complaint as the API shows it."""
    return app.get(f"/complaints/{number}").body


def events(app: OperatorApp, number: str) -> list[dict[str, Any]]:
    """What happened to a complaint."""
    return list(app.get(f"/complaints/{number}/events").body["items"])


def dates(app: OperatorApp, number: str) -> list[dict[str, Any]]:
    """The dates of a complaint, as the API explains them."""
    return list(app.get(f"/complaints/{number}/clock").body["promises"])


def promise(app: OperatorApp, number: str, clock: str, pack: str | None = None) -> dict[str, Any]:
    """The one date of a clock, or of a clock and a pack."""
    [found] = [one for one in dates(app, number) if one["clock"] == clock and pack in (None, one["pack"])]
    return found


def stored_items() -> list[dict[str, Any]]:
    """Everything in the table."""
    return sorted(boto3.client("dynamodb").scan(TableName=tables.NAME)["Items"], key=str)


def with_desk(desk: Desk) -> Any:
    """The handler's API over another desk."""
    from functions.operator_api import handler  # noqa: PLC0415 - it reads the environment when imported

    return handler.api.__replace__(desk=lambda: desk)
