"""Each client has its own brands. What belongs to another brand is to it as if it were not there."""

from types import ModuleType

import pytest

from tests.support.operator_app import CLIENT_ID, SCOPES, OperatorApp
from tests.support.operator_requests import TOLD, UNKNOWN, create, investigated

PLAYER = {"account": "account-of-both", "email": "both@example.com"}
LISTS = {
    "queue": {"team": "payments"},
    "register": {"jurisdiction": "sandbox", "month": "2026-03"},
}


def numbers(app: OperatorApp, **query: str) -> list[str]:
    """The complaints that a list shows on its only page."""
    shown = app.get("/complaints", **query)
    assert shown.status == 200, shown.body
    assert shown.body["next"] is None
    return [item["number"] for item in shown.body["items"]]


def test_a_complaint_of_another_brand_looks_like_none(app: OperatorApp, crm: OperatorApp) -> None:
    theirs = create(crm, brand="southlight")
    for path in ("", "/events", "/clock"):
        missing, hidden = (app.get(f"/complaints/{number}{path}") for number in (UNKNOWN, theirs))
        assert (hidden.status, hidden.problem) == (404, "not-found")
        assert hidden.body["detail"].replace(theirs, UNKNOWN) == missing.body["detail"]
        assert hidden.headers == missing.headers


@pytest.mark.parametrize("query", LISTS.values(), ids=LISTS.keys())
def test_a_list_hides_what_belongs_to_other_brands(
    app: OperatorApp, crm: OperatorApp, query: dict[str, str]
) -> None:
    received = {"received_at": "2026-03-02T12:00:00Z", "occurred_on": "2026-03-01", **PLAYER}
    ours = investigated(app, **received)
    theirs = investigated(crm, brand="southlight", **received)
    assert numbers(app, **query) == [ours]
    assert numbers(crm, **query) == [theirs]


def test_a_player_of_two_brands_is_two_players(app: OperatorApp, crm: OperatorApp) -> None:
    ours, theirs = create(app, **PLAYER), create(crm, brand="southlight", **PLAYER)
    assert numbers(app, brand="northlight", account=PLAYER["account"]) == [ours]
    assert numbers(crm, brand="southlight", account=PLAYER["account"]) == [theirs]
    refused = app.get("/complaints", brand="southlight", account=PLAYER["account"])
    assert refused.rules == {"brand": "unknown_brand"}


@pytest.mark.usefixtures("nothing_stored")
def test_a_client_cannot_take_in_a_complaint_to_another_brand(app: OperatorApp) -> None:
    refused = app.post("/complaints", {**TOLD, "brand": "southlight"})
    assert (refused.status, refused.rules) == (422, {"brand": "unknown_brand"})


def test_an_idempotency_key_of_one_client_is_not_anothers(app: OperatorApp, crm: OperatorApp) -> None:
    ours = app.post("/complaints", TOLD, key="the-same")
    theirs = crm.post("/complaints", {**TOLD, "brand": "southlight"}, key="the-same")
    assert (ours.status, theirs.status) == (201, 201)
    assert ours.body["number"] != theirs.body["number"]


def test_the_rule_packs_shown_are_those_of_the_clients_brands(app: OperatorApp, crm: OperatorApp) -> None:
    ours, theirs = ({pack["id"] for pack in one.get("/rule-packs").body["items"]} for one in (app, crm))
    assert "pt" in theirs - ours
    assert "cw-cga" in ours - theirs


@pytest.mark.usefixtures("nothing_stored")
def test_a_client_whose_token_lacks_the_scope_is_refused_though_the_region_file_grants_it(
    function: ModuleType,
) -> None:
    claims = {"client_id": CLIENT_ID, "scope": "redress/complaints:read"}
    refused = OperatorApp(handler=function.handler, claims=claims).post("/complaints", TOLD)
    assert (refused.status, refused.problem, refused.body["permission"]) == (403, "forbidden", "write")


@pytest.mark.usefixtures("nothing_stored")
def test_a_client_whose_token_has_the_scope_is_refused_when_the_region_file_does_not_grant_it(
    crm: OperatorApp,
) -> None:
    assert "decide" in SCOPES
    refused = crm.post(f"/complaints/{UNKNOWN}/decision/approval", {}, if_match='"1"')
    assert (refused.status, refused.body["permission"]) == (403, "decide")
