"""Clients with a limit are refused in time and told how long, and nobody else is the worse for it."""

import json
from copy import replace
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest

from redress.adapters import wiring
from redress.adapters.clients import client
from redress.region import Client
from redress.store.allowance import AllowanceTable
from redress.usecases.allowance import Allowance
from tests.support import tables
from tests.support.complaints import T0
from tests.support.desks import Clock
from tests.support.operator_app import OperatorApp
from tests.support.operator_requests import TOLD, stored_items
from tests.support.races import calls_of

LIMIT = 3


@pytest.fixture
def clock() -> Clock:
    """The instant that the API believes it is."""
    return Clock(T0 + timedelta(seconds=48))


@pytest.fixture
def limited(function: ModuleType, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The handler of an instance that has just begun: the back office has a limit, the CRM has none."""
    desk = wiring.desk()
    clients = tuple(_with_limit(one) for one in desk.region.clients)
    desk = replace(desk, now=clock, region=replace(desk.region, clients=clients))
    allowance = new_instance(function, tables.NAME)
    monkeypatch.setattr(
        function, "api", replace(function.api, desk=lambda: desk, allowance=lambda: allowance)
    )
    return function


def new_instance(function: ModuleType, table: str) -> Allowance:
    """What an instance of the function holds at its start."""
    return Allowance(AllowanceTable(client=client("dynamodb"), name=table), function.allowance_unknown)


def stored_but_allowances() -> list[dict[str, Any]]:
    """Everything in the table that is not an allowance."""
    return [item for item in stored_items() if not item["pk"]["S"].startswith("ALLOWANCE#")]


def _with_limit(one: Client) -> Client:
    return replace(one, requests_per_minute=LIMIT) if one.id == "back-office" else one


@pytest.mark.usefixtures("limited")
def test_a_client_over_its_limit_is_told_when_to_come_back(app: OperatorApp) -> None:
    assert [app.get("/rule-packs").status for _ in range(LIMIT)] == [200] * LIMIT
    refused = app.get("/rule-packs")
    assert (refused.status, refused.problem) == (429, "too-many-requests")
    assert refused.headers["retry-after"] == "12"
    assert refused.headers["content-type"] == "application/problem+json"
    assert "3 requests a minute" in refused.body["detail"]


@pytest.mark.usefixtures("limited")
def test_every_request_counts_and_a_refused_one_changes_nothing(app: OperatorApp) -> None:
    assert app.post("/complaints", TOLD).status == 201
    assert app.post("/complaints", {}).status == 422
    assert app.get("/nothing-here").status == 404
    before = stored_but_allowances()
    assert app.post("/complaints", TOLD).status == 429
    assert stored_but_allowances() == before


@pytest.mark.usefixtures("limited")
def test_the_body_of_a_request_over_the_limit_is_not_read(app: OperatorApp) -> None:
    for _ in range(LIMIT):
        app.get("/rule-packs")
    headers = {"content-type": "application/json", "idempotency-key": "key"}
    assert app.send("POST", "/complaints", body="{" * 300_000, headers=headers).status == 429


@pytest.mark.usefixtures("limited")
def test_another_client_is_not_the_worse_for_it(app: OperatorApp, crm: OperatorApp) -> None:
    assert [app.get("/rule-packs").status for _ in range(LIMIT + 1)][-1] == 429
    assert [crm.get("/rule-packs").status for _ in range(LIMIT + 1)] == [200] * (LIMIT + 1)


@pytest.mark.usefixtures("limited")
def test_the_next_minute_begins_anew(app: OperatorApp, clock: Clock) -> None:
    refused = [app.get("/rule-packs") for _ in range(LIMIT + 1)][-1]
    clock.move(int(refused.headers["retry-after"]) - 1)
    assert app.get("/rule-packs").status == 429
    clock.move(1)
    assert [app.get("/rule-packs").status for _ in range(LIMIT + 1)] == [200] * LIMIT + [429]


@pytest.mark.usefixtures("limited")
def test_a_clock_that_goes_back_neither_stops_a_client_nor_gives_it_more(
    app: OperatorApp, clock: Clock
) -> None:
    clock.move(60)
    assert app.get("/rule-packs").status == 200
    clock.move(-60)
    assert [app.get("/rule-packs").status for _ in range(LIMIT + 1)] == [200] * LIMIT + [429]
    clock.move(60)
    assert app.get("/rule-packs").status == 200


def test_instances_share_the_limit(
    limited: ModuleType, app: OperatorApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask_another_instance() -> int:
        other = new_instance(limited, tables.NAME)
        monkeypatch.setattr(limited, "api", replace(limited.api, allowance=lambda: other))
        return app.get("/rule-packs").status

    assert [ask_another_instance() for _ in range(LIMIT + 2)] == [200] * LIMIT + [429] * 2


@pytest.mark.usefixtures("limited")
def test_an_intake_costs_one_call_without_a_limit_and_at_most_one_more_with_one(
    app: OperatorApp, crm: OperatorApp
) -> None:
    for caller, brand, expected in (
        (crm, "southlight", ["TransactWriteItems"]),
        (app, "northlight", ["UpdateItem", "TransactWriteItems"]),
    ):
        with calls_of(client("dynamodb")) as sent:
            assert caller.post("/complaints", {**TOLD, "brand": brand}).status == 201
        assert sent == expected


@pytest.mark.usefixtures("limited")
def test_a_flood_costs_no_calls(app: OperatorApp) -> None:
    for _ in range(LIMIT + 1):
        app.get("/rule-packs")
    with calls_of(client("dynamodb")) as sent:
        assert {app.post("/complaints", TOLD).status for _ in range(50)} == {429}
    assert sent == []


def test_a_request_passes_when_the_allowance_cannot_be_asked_and_a_metric_tells(
    limited: ModuleType, app: OperatorApp, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = new_instance(limited, "no-such-table")
    monkeypatch.setattr(limited, "api", replace(limited.api, allowance=lambda: broken))
    assert [app.get("/rule-packs").status for _ in range(LIMIT + 1)] == [200] * (LIMIT + 1)
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "AllowanceUnknown" in line]
    [metric] = told[0]["_aws"]["CloudWatchMetrics"]
    assert metric["Namespace"] == "Redress"
    assert [one["AllowanceUnknown"] for one in told] == [[1.0]] * (LIMIT + 1)


def test_the_handlers_own_allowance_is_the_tables_and_lives_as_long_as_the_process(
    function: ModuleType,
) -> None:
    function.allowance.cache_clear()
    function.api.allowance().spend("crm", 1, T0)
    [item] = stored_items()
    assert item["pk"] == {"S": "ALLOWANCE#crm"}
    assert function.api.allowance() is function.api.allowance()
    function.allowance.cache_clear()
