"""The operator's API: its handler on the real store, in moto."""

import base64
import importlib
import json
from collections.abc import Iterator, Mapping
from copy import replace
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from operator import add
from types import ModuleType
from typing import Any, NoReturn

import boto3
import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError
from moto import mock_aws

from redress import region as regions
from redress.adapters import clients, wiring
from redress.http.permissions import PERMISSIONS
from redress.http.requests import LARGEST_BODY
from redress.http.routes import ROUTES
from redress.region import Client
from redress.store.table import Table
from redress.usecases.change import change
from redress.usecases.ports import Batch, VersionConflict
from tests.support import tables
from tests.support.complaints import REGION, TRIAGE
from tests.support.operator_app import CLIENT_ID, SCOPES, Answer, OperatorApp

UNKNOWN = "ZZZZ-ZZZZ-0"
CYRILLIC = ("Мне не выплатили выигрыш. " * 400)[:9_999] + "!"
ARABIC = "لم يتم دفع المكافأة. " * 100 + "\N{RIGHT-TO-LEFT MARK}شكرا"
TOLD: dict[str, Any] = {
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
    "transaction_references": ["T-1", "T-2"],
    "remedy": "Pay it.",
    "channel": "phone",
    "language": "en-GB",
}
NORTHLIGHT = REGION.brands[0]
OTHER = replace(NORTHLIGHT, id="southlight", name="Southlight")
DOCUMENT = replace(
    REGION,
    brands=(NORTHLIGHT, OTHER),
    clients=(
        Client(id="back-office", brands=("northlight",), scopes=("read", "write", "decide")),
        Client(id="crm", brands=("southlight",), scopes=("read", "write")),
    ),
)
CRM = {"client_id": "cognito-crm", "scope": SCOPES}


@pytest.fixture(scope="module")
def function(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The handler's module, with a table, a secret and a region file."""
    region_file = tmp_path_factory.mktemp("region") / "region.json"
    region_file.write_text(json.dumps(asdict(DOCUMENT)), encoding="utf-8")
    cached = (wiring.region, wiring.table, wiring.desk, wiring.live_versions, clients.client, regions.load)
    with pytest.MonkeyPatch.context() as environment, mock_aws():
        for name, value in {
            "AWS_DEFAULT_REGION": "eu-west-2",
            "TABLE_NAME": tables.NAME,
            "REGION_FILE": str(region_file),
            "API_CLIENTS": json.dumps({CLIENT_ID: "back-office", "cognito-crm": "crm", "stray": "nobody"}),
            "TOKEN_SCOPE_PREFIX": "redress/complaints:",
            "POWERTOOLS_SERVICE_NAME": "operator-api",
        }.items():
            environment.setenv(name, value)
        secret = boto3.client("secretsmanager").create_secret(Name="player", SecretString="0" * 64)
        environment.setenv("PLAYER_INDEX_SECRET_ARN", secret["ARN"])
        for each in cached:
            each.cache_clear()
        yield importlib.import_module("functions.operator_api.handler")
        for each in cached:
            each.cache_clear()


@pytest.fixture(scope="module")
def app(function: ModuleType) -> OperatorApp:
    """The back office: it may do everything for one of the two brands."""
    return OperatorApp(handler=function.handler)


@pytest.fixture(scope="module")
def crm(function: ModuleType) -> OperatorApp:
    """An application of the other brand."""
    return OperatorApp(handler=function.handler, claims=CRM)


@pytest.fixture(autouse=True)
def table(function: ModuleType) -> Iterator[None]:
    """Every test starts with an empty table: moto copies it whole for each transaction."""
    del function
    client = boto3.client("dynamodb")
    tables.make(client)
    yield
    client.delete_table(TableName=tables.NAME)


@pytest.fixture
def nothing_stored(table: None) -> Iterator[None]:
    """The test stores nothing, not even half of something."""
    del table
    yield
    assert _items() == []


def _items() -> list[dict[str, Any]]:
    return sorted(boto3.client("dynamodb").scan(TableName=tables.NAME)["Items"], key=str)


def _create(app: OperatorApp, **told: object) -> str:
    answer = app.post("/complaints", {**TOLD, **told})
    assert answer.status == 201, answer.body
    return str(answer.body["number"])


def _investigated(app: OperatorApp, **told: object) -> str:
    """A complaint that has come to its team."""
    number = _create(app, **told)
    change(wiring.desk(), number, TRIAGE, "system")
    return number


def _etag(app: OperatorApp, number: str) -> str:
    return app.get(f"/complaints/{number}").etag


def _post(app: OperatorApp, number: str, what: str, body: object = None, **headers: str) -> Answer:
    """POST to a complaint at its present version."""
    return app.post(f"/complaints/{number}/{what}", body, if_match=_etag(app, number), **headers)


class TestIntake:
    def test_a_complaint_can_be_read_back_as_it_was_told(self, app: OperatorApp) -> None:
        created = app.post("/complaints", TOLD)
        number = created.body["number"]
        assert created.status == 201
        assert created.headers["location"] == created.body["self"] == f"/v1/complaints/{number}"
        assert created.etag == '"1"'

        shown = app.get(f"/complaints/{number}").body
        person = {name: TOLD[name] for name in ("name", "email", "account")}
        assert shown["player"] == person
        assert {name: shown[name] for name in TOLD if name not in person} == {
            name: value for name, value in TOLD.items() if name not in person
        }
        assert (shown["stage"], shown["version"]) == ("received", 1)

    def test_what_is_optional_may_be_left_out_or_null(self, app: OperatorApp) -> None:
        needed = ("brand", "jurisdiction", "category", "description", "name", "email")
        told = {name: TOLD[name] for name in needed} | {"account": None, "remedy": None}
        number = app.post("/complaints", told).body["number"]
        shown = app.get(f"/complaints/{number}").body
        assert (shown["channel"], shown["language"], shown["amount_minor"]) == ("api", "en", None)
        assert shown["transaction_references"] == []

    def test_intake_is_one_call_of_aws(self, app: OperatorApp) -> None:
        _create(app)
        operations = []
        events = clients.client("dynamodb").meta.events

        def note(model: Any, **_: object) -> None:
            operations.append(model.name)

        events.register("before-call.dynamodb", note)
        _create(app)
        events.unregister("before-call.dynamodb", note)
        assert operations == ["TransactWriteItems"]

    @pytest.mark.parametrize(
        "text",
        [
            CYRILLIC,
            "🎰" * 10_000,
            ARABIC,
            "e\N{COMBINING ACUTE ACCENT}" * 10_000,
            "a\tb\nc",
        ],
        ids=["Cyrillic", "emoji", "right-to-left", "composed", "tab and newline"],
    )
    def test_ten_thousand_characters_of_any_script_are_taken(self, app: OperatorApp, text: str) -> None:
        number = _create(app, description=text)
        shown = app.get(f"/complaints/{number}").body["description"]
        assert len(shown) <= 10_000
        assert shown == text.strip().replace("e\N{COMBINING ACUTE ACCENT}", "é")

    def test_names_and_texts_stay_out_of_the_events(self, app: OperatorApp) -> None:
        number = _create(app, name="Mark in a name", description="Mark in a text")
        for item in app.get(f"/complaints/{number}/events").body["items"]:
            assert "Mark" not in json.dumps(item["data"])


TOO_EARLY = "1066-10-14"
BAD_FIELDS: Mapping[str, tuple[Mapping[str, Any], Mapping[str, str]]] = {
    "unknown brand": ({"brand": "nobody"}, {"brand": "unknown_brand"}),
    "a brand of others": ({"brand": "southlight"}, {"brand": "unknown_brand"}),
    "unknown jurisdiction": ({"jurisdiction": "atlantis"}, {"jurisdiction": "unknown_jurisdiction"}),
    "unknown category": ({"category": "weather"}, {"category": "unknown_category"}),
    "date in the future": ({"occurred_on": "2999-01-01"}, {"occurred_on": "date_in_future"}),
    "date long ago": ({"occurred_on": TOO_EARLY}, {"occurred_on": "date_too_early"}),
    "impossible date": ({"occurred_on": "2026-02-30"}, {"occurred_on": "date"}),
    "date in another order": ({"occurred_on": "31.01.2026"}, {"occurred_on": "date"}),
    "date with time": ({"occurred_on": "2026-01-31T10:00:00Z"}, {"occurred_on": "date"}),
    "date as number": ({"occurred_on": 20260131}, {"occurred_on": "text"}),
    "amount as text": ({"amount_minor": "25.50"}, {"amount_minor": "whole_number"}),
    "amount as fraction": ({"amount_minor": 25.5}, {"amount_minor": "whole_number"}),
    "amount as truth": ({"amount_minor": True}, {"amount_minor": "whole_number"}),
    "amount of nothing": ({"amount_minor": 0}, {"amount_minor": "amount_range"}),
    "negative amount": ({"amount_minor": -1}, {"amount_minor": "amount_range"}),
    "amount nobody has": ({"amount_minor": 10**15}, {"amount_minor": "amount_range"}),
    "unknown currency": ({"currency": "XXX"}, {"currency": "currency"}),
    "currency in small letters": ({"currency": "gbp"}, {"currency": "currency"}),
    "amount without currency": ({"currency": None}, {"currency": "amount_without_currency"}),
    "currency without amount": ({"amount_minor": None}, {"currency": "currency_without_amount"}),
    "no description": ({"description": None}, {"description": "required"}),
    "blank description": ({"description": " \n "}, {"description": "required"}),
    "long description": ({"description": "a" * 10_001}, {"description": "text_length"}),
    "bell": ({"description": "a\x07b"}, {"description": "control_character"}),
    "zero": ({"description": "a\x00b"}, {"description": "control_character"}),
    "half a surrogate pair": ({"description": "a\ud800b"}, {"description": "control_character"}),
    "two lines in a name": ({"name": "a\nb"}, {"name": "control_character"}),
    "turned name": ({"name": "a\N{RIGHT-TO-LEFT OVERRIDE}b"}, {"name": "control_character"}),
    "number as name": ({"name": 7}, {"name": "text"}),
    "address without at": ({"email": "player.example.com"}, {"email": "email"}),
    "address with header": ({"email": "a@example.com\nBcc: b@example.com"}, {"email": "email"}),
    "references as text": ({"transaction_references": "T-1"}, {"transaction_references": "list"}),
    "reference as number": ({"transaction_references": [1]}, {"transaction_references": "text"}),
    "many references": ({"transaction_references": ["T"] * 21}, {"transaction_references": "too_many"}),
    "unknown channel": ({"channel": "pigeon"}, {"channel": "unknown_channel"}),
    "unknown language": ({"language": "English"}, {"language": "language"}),
    "unknown field": ({"priority": "high"}, {"priority": "unknown_field"}),
    "all at once": (
        {"brand": "nobody", "email": "", "amount_minor": "much"},
        {"brand": "unknown_brand", "email": "email", "amount_minor": "whole_number"},
    ),
}


@pytest.mark.usefixtures("nothing_stored")
class TestBadInput:
    @pytest.mark.parametrize(("told", "rules"), BAD_FIELDS.values(), ids=BAD_FIELDS)
    def test_each_field_says_which_rule_it_breaks(
        self, app: OperatorApp, told: Mapping[str, Any], rules: Mapping[str, str]
    ) -> None:
        refused = app.post("/complaints", {**TOLD, **told})
        assert (refused.status, refused.problem) == (422, "invalid-input")
        assert refused.rules == rules
        assert all(one["remedy"] for one in refused.body["errors"])

    @pytest.mark.parametrize(
        ("body", "detail"),
        [
            ("{", "line 1 column 2"),
            ('{"amount_minor": NaN}', "NaN is no JSON"),
            ("[" * 100_000, "nested too deeply"),
            ('{"amount_minor": ' + "9" * 5_000 + "}", "digits"),
            ("\ud800", "Byte 0 is not UTF-8"),
        ],
        ids=["cut off", "not a number", "deep", "endless number", "surrogate"],
    )
    def test_a_body_that_is_not_json_says_why(self, app: OperatorApp, body: str, detail: str) -> None:
        refused = app.send("POST", "/complaints", body=body, headers=_headers())
        assert (refused.status, refused.problem) == (400, "malformed-body")
        assert detail in refused.body["detail"]

    def test_a_body_that_is_not_utf_8_says_where(self, app: OperatorApp) -> None:
        body = base64.b64encode(b'{"name": "\xff"}').decode()
        refused = app.send("POST", "/complaints", body=body, headers=_headers(), is_base64=True)
        assert (refused.status, refused.body["detail"]) == (400, "Byte 10 is not UTF-8.")

    def test_what_says_base64_and_is_not_is_refused(self, app: OperatorApp) -> None:
        refused = app.send("POST", "/complaints", body="{}", headers=_headers(), is_base64=True)
        assert refused.problem == "malformed-body"

    @pytest.mark.parametrize("body", ["[]", '"text"', "7", "null"])
    def test_a_body_that_is_no_object_is_refused(self, app: OperatorApp, body: str) -> None:
        refused = app.send("POST", "/complaints", body=body, headers=_headers())
        assert (refused.status, refused.rules) == (422, {"body": "object"})

    @pytest.mark.parametrize("body", ["", None])
    def test_a_missing_body_lists_what_is_needed(self, app: OperatorApp, body: str | None) -> None:
        refused = app.send("POST", "/complaints", body=body, headers=_headers())
        assert set(refused.rules.values()) == {"required"}

    def test_a_description_of_a_megabyte_is_refused_unread(self, app: OperatorApp) -> None:
        refused = app.post("/complaints", {**TOLD, "description": "a" * 1_000_000})
        assert (refused.status, refused.problem) == (413, "body-too-large")
        assert f"{LARGEST_BODY:,}" in refused.body["detail"]

    @pytest.mark.parametrize("media_type", ["", "text/plain", "application/x-www-form-urlencoded"])
    def test_another_media_type_is_refused(self, app: OperatorApp, media_type: str) -> None:
        headers = {**_headers(), "content-type": media_type}
        refused = app.send("POST", "/complaints", body=json.dumps(TOLD), headers=headers)
        assert (refused.status, refused.problem) == (415, "unsupported-media-type")

    @pytest.mark.parametrize("key", [None, " ", "k" * 201, "kéy", "a\x00"])
    def test_a_post_needs_a_usable_idempotency_key(self, app: OperatorApp, key: str | None) -> None:
        headers = {"content-type": "application/json"} | ({"idempotency-key": key} if key else {})
        refused = app.send("POST", "/complaints", body=json.dumps(TOLD), headers=headers)
        assert (refused.status, refused.problem) == (400, "idempotency-key-missing")

    def test_a_person_is_named_by_a_subject_id_only(self, app: OperatorApp) -> None:
        headers = {**_headers(), "redress-user": "handler@example.com"}
        refused = app.send("POST", "/complaints", body=json.dumps(TOLD), headers=headers)
        assert refused.rules == {"Redress-User": "subject"}

    def test_an_unknown_path_is_not_found(self, app: OperatorApp) -> None:
        assert app.get("/complaint").problem == "no-such-path"
        assert app.get(f"/complaints/{UNKNOWN}/letters").problem == "no-such-path"

    def test_another_method_tells_which_are_allowed(self, app: OperatorApp) -> None:
        refused = app.send("DELETE", "/complaints")
        assert (refused.status, refused.headers["allow"]) == (405, "GET, POST")


def _headers() -> dict[str, str]:
    return {"content-type": "application/json; charset=utf-8", "idempotency-key": "bad-input"}


class TestIdempotency:
    def test_the_same_request_gets_the_same_answer(self, app: OperatorApp) -> None:
        first = app.post("/complaints", TOLD, key="same")
        stored = len(_items())
        again = app.post("/complaints", dict(reversed(TOLD.items())), key="same")
        assert (again.status, again.body, again.etag) == (201, first.body, first.etag)
        assert again.headers["idempotency-replayed"] == "true"
        assert "idempotency-replayed" not in first.headers
        assert len(_items()) == stored

    def test_another_request_under_the_same_key_is_refused(self, app: OperatorApp) -> None:
        number = app.post("/complaints", TOLD, key="other").body["number"]
        stored = len(_items())
        for refused in (
            app.post("/complaints", {**TOLD, "name": "Another player"}, key="other"),
            app.post(f"/complaints/{number}/withdrawal", key="other"),
        ):
            assert (refused.status, refused.problem) == (422, "idempotency-key-reused")
        assert len(_items()) == stored

    def test_a_key_belongs_to_its_application(self, app: OperatorApp, crm: OperatorApp) -> None:
        ours = app.post("/complaints", TOLD, key="shared")
        theirs = crm.post("/complaints", {**TOLD, "brand": "southlight"}, key="shared")
        assert (ours.status, theirs.status) == (201, 201)
        assert ours.body["number"] != theirs.body["number"]

    def test_a_command_is_answered_again_after_the_complaint_went_on(self, app: OperatorApp) -> None:
        number = _investigated(app)
        tag, body = _etag(app, number), {"assignee": "person-1"}
        path = f"/complaints/{number}/assignment"
        first = app.post(path, body, key="assign", if_match=tag)
        _post(app, number, "information-requests", {"question": "When?"})
        again = app.post(path, body, key="assign", if_match=tag)
        assert (again.status, again.body, again.etag) == (200, first.body, first.etag)
        assert again.headers["idempotency-replayed"] == "true"

    def test_a_key_is_remembered_for_seven_days(
        self, app: OperatorApp, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = app.post("/complaints", TOLD, key="week").body["number"]
        desk, now = wiring.desk(), wiring.now()
        for passed, same in ((timedelta(days=6.9), True), (timedelta(days=7.1), False)):
            later = replace(desk, now=partial(add, now, passed))
            monkeypatch.setattr("functions.operator_api.handler.api", _api_with(later))
            assert (app.post("/complaints", TOLD, key="week").body["number"] == first) is same


def _api_with(desk: Any) -> Any:
    module = importlib.import_module("functions.operator_api.handler")
    return replace(module.api, desk=lambda: desk)


class TestPermissions:
    def test_a_request_without_claims_is_unauthenticated(self, function: ModuleType) -> None:
        refused = OperatorApp(handler=function.handler, claims=None).get("/complaints", team="care")
        assert (refused.status, refused.problem) == (401, "unauthenticated")
        assert refused.headers["www-authenticate"] == "Bearer"

    @pytest.mark.parametrize("client", ["unheard-of", "stray", ""])
    def test_a_client_that_the_region_file_lacks_is_refused(self, function: ModuleType, client: str) -> None:
        claims = {"client_id": client, "scope": SCOPES}
        refused = OperatorApp(handler=function.handler, claims=claims).get("/complaints", team="care")
        assert (refused.status, refused.problem) == (403, "unknown-client")

    @pytest.mark.usefixtures("nothing_stored")
    @pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
    def test_every_operation_needs_its_permission(self, function: ModuleType, route: Any) -> None:
        needed = PERMISSIONS[route.name]
        others = " ".join(scope for scope in SCOPES.split() if not scope.endswith(needed))
        unprefixed = f"{others} {needed} other/complaints:{needed}"
        claims = {"client_id": CLIENT_ID, "scope": unprefixed}
        path = route.path.removeprefix("/v1").replace("{number}", UNKNOWN)
        refused = OperatorApp(handler=function.handler, claims=claims).send(route.method, path)
        assert (refused.status, refused.body["permission"]) == (403, needed)

    def test_every_operation_has_a_permission_and_the_other_way_round(self) -> None:
        assert {route.name for route in ROUTES} == set(PERMISSIONS)

    def test_the_region_file_bounds_what_a_token_allows(self, crm: OperatorApp) -> None:
        refused = crm.post(f"/complaints/{UNKNOWN}/decision/approval")
        assert (refused.status, refused.body["permission"]) == (403, "decide")

    @pytest.mark.parametrize("number", [UNKNOWN, "R7K3-9QXM-3", "nonsense", "%00", "a" * 500])
    @pytest.mark.parametrize("route", [one for one in ROUTES if "{" in one.path], ids=lambda one: one.name)
    def test_an_unknown_number_is_not_found(self, app: OperatorApp, route: Any, number: str) -> None:
        path = route.path.removeprefix("/v1").replace("{number}", number)
        got = app.get(path) if route.method == "GET" else app.post(path, BODIES[route.name], if_match='"1"')
        assert (got.status, got.problem) == (404, "not-found")

    @pytest.mark.parametrize("route", [one for one in ROUTES if "{" in one.path], ids=lambda one: one.name)
    def test_a_complaint_of_another_brand_is_as_if_it_were_not_there(
        self, function: ModuleType, crm: OperatorApp, route: Any
    ) -> None:
        number = _create(crm, brand="southlight")
        app = OperatorApp(handler=function.handler)
        path = route.path.removeprefix("/v1").replace("{number}", number)
        got = app.get(path) if route.method == "GET" else app.post(path, BODIES[route.name], if_match='"1"')
        assert (got.status, got.problem) == (404, "not-found")
        assert crm.get(f"/complaints/{number}").body["version"] == 1


BODIES: Mapping[str, Mapping[str, Any]] = {
    "assign": {"assignee": "person-1"},
    "request_information": {"question": "When was it?"},
    "propose_decision": {"outcome": "upheld", "reasons": "You are right."},
    "approve_decision": {},
    "return_decision": {"comment": "Say which clause."},
    "withdraw": {},
}


class TestLists:
    def test_a_queue_shows_the_complaints_of_its_team(self, app: OperatorApp) -> None:
        number = _investigated(app)
        items = app.get("/complaints", team="payments", limit="100").body["items"]
        assert number in [item["number"] for item in items]
        due = [item["due_at"] for item in items]
        assert due == sorted(due)

    def test_a_register_month_shows_the_latest_first(self, app: OperatorApp) -> None:
        first, second = _create(app, jurisdiction="gb-ukgc"), _create(app, jurisdiction="gb-ukgc")
        month = app.get(f"/complaints/{first}").body["received_at"][:7]
        items = app.get("/complaints", jurisdiction="gb-ukgc", month=month, limit="2").body["items"]
        assert [item["number"] for item in items] == [second, first]

    def test_a_player_is_found_by_account_or_by_address(self, app: OperatorApp) -> None:
        with_account = _create(app, account="account-77", email="seventy-seven@example.com")
        without = _create(app, account=None, email="Seventy-Eight@example.com")
        by_account = app.get("/complaints", brand="northlight", account="account-77").body
        by_address = app.get("/complaints", brand="northlight", email="seventy-eight@EXAMPLE.com").body
        assert [item["number"] for item in by_account["items"]] == [with_account]
        assert [item["number"] for item in by_address["items"]] == [without]

    def test_a_list_is_read_page_by_page_to_its_end(self, app: OperatorApp) -> None:
        numbers = {_create(app, account="account-pages") for _ in range(5)}
        query = {"brand": "northlight", "account": "account-pages", "limit": "2"}
        seen: list[str] = []
        while True:
            got = app.get("/complaints", **query).body
            seen += [item["number"] for item in got["items"]]
            if got["cursor"] is None:
                assert got["next"] is None
                break
            assert got["next"].startswith("/v1/complaints?brand=northlight&account=account-pages&limit=2&")
            query["cursor"] = got["cursor"]
        assert len(seen) == 5
        assert set(seen) == numbers

    def test_complaints_of_other_brands_are_left_out(self, app: OperatorApp, crm: OperatorApp) -> None:
        ours, theirs = _create(app), _create(crm, brand="southlight")
        month = app.get(f"/complaints/{ours}").body["received_at"][:7]
        for who, number in ((app, ours), (crm, theirs)):
            items = who.get("/complaints", jurisdiction="sandbox", month=month).body["items"]
            assert [item["number"] for item in items] == [number]

    @pytest.mark.parametrize(
        ("query", "rules"),
        [
            ({}, {"query": "one_list"}),
            ({"team": "care", "brand": "northlight"}, {"query": "one_list"}),
            ({"month": "2026-01"}, {"query": "one_list"}),
            ({"brand": "northlight", "account": "1", "email": "a@example.com"}, {"query": "one_list"}),
            ({"jurisdiction": "sandbox", "month": "2026-13"}, {"month": "month"}),
            ({"jurisdiction": "sandbox", "month": "0000-01"}, {"month": "month"}),
            ({"team": "care", "limit": "0"}, {"limit": "limit"}),
            ({"team": "care", "limit": "101"}, {"limit": "limit"}),
            ({"team": "care", "limit": "many"}, {"limit": "limit"}),
            ({"team": "care", "cursor": "bm9uc2Vuc2U="}, {"cursor": "cursor"}),
            ({"team": "care", "colour": "red"}, {"colour": "unknown_field"}),
            ({"brand": "southlight", "account": "1"}, {"brand": "unknown_brand"}),
        ],
    )
    def test_a_list_names_exactly_one_index(
        self, app: OperatorApp, query: Mapping[str, str], rules: Mapping[str, str]
    ) -> None:
        refused = app.get("/complaints", **query)
        assert (refused.status, refused.rules) == (422, rules)

    def test_the_cursor_of_another_list_is_refused(self, app: OperatorApp) -> None:
        for _ in range(2):
            _investigated(app)
        cursor = app.get("/complaints", team="payments", limit="1").body["cursor"]
        assert cursor
        assert app.get("/complaints", team="care", cursor=cursor).rules == {"cursor": "cursor"}


class TestReading:
    def test_the_history_holds_every_event_with_its_content(self, app: OperatorApp) -> None:
        number = _investigated(app)
        headers = {"redress-user": "person-1"}
        app.post(f"/complaints/{number}/information-requests", BODIES["request_information"], **headers)
        items = app.get(f"/complaints/{number}/events").body["items"]
        assert [item["type"] for item in items] == ["ComplaintReceived", "Triaged", "InformationRequested"]
        assert [item["seq"] for item in items] == [1, 2, 3]
        assert items[0]["content"]["description"] == TOLD["description"]
        assert items[2]["content"] == BODIES["request_information"]
        assert [item["actor"] for item in items] == [
            "app:back-office/-",
            "system",
            "app:back-office/person-1",
        ]
        assert items[2]["previous"] == items[1]["hash"]

    def test_the_clock_explains_each_promised_date(self, app: OperatorApp) -> None:
        number = _create(app)
        got = app.get(f"/complaints/{number}/clock").body
        received = app.get(f"/complaints/{number}").body["received_at"]
        final = next(promise for promise in got["promises"] if promise["clock"] == "final")
        assert got["pack"] == "sandbox"
        assert final["zone"] == "Europe/London"
        assert final["due_at"] > received
        assert not final["missed"]
        assert all(step["text"] and step["source"] for step in final["steps"])

    def test_a_number_is_read_as_people_write_it(self, app: OperatorApp) -> None:
        number = _create(app)
        assert app.get(f"/complaints/{number.lower().replace('-', '')}").body["number"] == number


class TestWork:
    def test_a_complaint_is_assigned_asked_about_decided_and_approved(self, app: OperatorApp) -> None:
        number = _investigated(app)
        proposed = {
            "outcome": "partly_upheld",
            "reasons": "Half of it was due.",
            "clause": "7.2",
            "redress_minor": 1000,
            "currency": "GBP",
        }
        handler, approver = {"redress-user": "person-1"}, {"redress-user": "person-2"}
        assert _post(app, number, "assignment", {"assignee": "person-1", "team": "care"}).status == 200
        assert _post(app, number, "information-requests", {"question": "When?"}).status == 200
        assert _post(app, number, "decision", proposed, **handler).status == 200
        waiting = app.get(f"/complaints/{number}").body
        assert (waiting["team"], waiting["assignee"], waiting["waiting_for_player"]) == (
            "care",
            "person-1",
            True,
        )
        assert waiting["proposal"] == {**proposed, "proposed_by": "app:back-office/person-1"}

        approved = _post(app, number, "decision/approval", **approver)
        shown = app.get(f"/complaints/{number}")
        assert approved.etag == shown.etag
        assert shown.body["stage"] == "decided"
        assert shown.body["decision"] == waiting["proposal"]
        assert shown.body["proposal"] is None

    def test_a_proposal_can_be_returned_and_made_anew(self, app: OperatorApp) -> None:
        number = _investigated(app)
        _post(app, number, "decision", BODIES["propose_decision"])
        assert _post(app, number, "decision/return", BODIES["return_decision"]).status == 200
        assert app.get(f"/complaints/{number}").body["proposal"] is None
        assert _post(app, number, "decision", BODIES["propose_decision"]).status == 200

    def test_a_withdrawn_complaint_is_closed(self, app: OperatorApp) -> None:
        number = _investigated(app)
        assert _post(app, number, "withdrawal", {"reason": "It was paid."}).status == 200
        shown = app.get(f"/complaints/{number}").body
        assert (shown["stage"], shown["closed_because"]) == ("closed", "withdrawn")
        assert shown["due_at"] is None

    @pytest.mark.parametrize(
        ("what", "body", "rules"),
        [
            ("assignment", {}, {"assignee": "required"}),
            ("assignment", {"assignee": "person@example.com"}, {"assignee": "subject"}),
            ("assignment", {"assignee": "person-1", "team": "nobody"}, {"team": "unknown_team"}),
            ("information-requests", {"question": ""}, {"question": "required"}),
            ("decision", {"outcome": "maybe"}, {"outcome": "unknown_outcome", "reasons": "required"}),
            (
                "decision",
                {**BODIES["propose_decision"], "redress_minor": 5},
                {"currency": "amount_without_currency"},
            ),
            ("decision/approval", {"outcome": "upheld"}, {"outcome": "unknown_field"}),
            ("decision/return", {}, {"comment": "required"}),
            ("withdrawal", {"reason": 7}, {"reason": "text"}),
        ],
    )
    def test_bad_input_changes_nothing(
        self, app: OperatorApp, what: str, body: object, rules: Mapping[str, str]
    ) -> None:
        number = _investigated(app)
        refused = _post(app, number, what, body)
        assert (refused.status, refused.rules) == (422, rules)
        assert app.get(f"/complaints/{number}").body["version"] == 2


GUARDED = [route.name for route in ROUTES if route.guarded]
PATHS = {route.name: route.path.rpartition("{number}/")[2] for route in ROUTES}


class TestVersions:
    @pytest.mark.parametrize("name", GUARDED)
    def test_a_decision_has_to_name_the_version_it_was_made_on(self, app: OperatorApp, name: str) -> None:
        number = _investigated(app)
        refused = app.post(f"/complaints/{number}/{PATHS[name]}", BODIES[name])
        assert (refused.status, refused.problem) == (428, "precondition-required")
        assert refused.etag == '"2"'

    @pytest.mark.parametrize("name", GUARDED)
    @pytest.mark.parametrize("tag", ['"1"', '"3"', "*", 'W/"2"', "2", '"x"'])
    def test_a_stale_version_is_told_the_current_one(self, app: OperatorApp, name: str, tag: str) -> None:
        number = _investigated(app)
        refused = app.post(f"/complaints/{number}/{PATHS[name]}", BODIES[name], if_match=tag)
        assert (refused.status, refused.problem) == (412, "stale-version")
        assert (refused.etag, refused.body["version"]) == ('"2"', 2)
        assert app.get(f"/complaints/{number}").body["version"] == 2

    def test_only_decisions_and_assignments_are_guarded(self) -> None:
        assert set(GUARDED) == {"assign", "propose_decision", "approve_decision", "return_decision"}


class TestIllegalTransitions:
    def test_nobody_decides_twice(self, app: OperatorApp) -> None:
        number = _investigated(app)
        _post(app, number, "decision", BODIES["propose_decision"])
        assert _post(app, number, "decision", BODIES["propose_decision"]).status == 409
        _post(app, number, "decision/approval")
        version = app.get(f"/complaints/{number}").body["version"]
        for what, name in (("decision", "propose_decision"), ("decision/approval", "approve_decision")):
            refused = _post(app, number, what, BODIES[name])
            assert (refused.status, refused.problem, refused.body["stage"]) == (
                409,
                "illegal-transition",
                "decided",
            )
        assert app.get(f"/complaints/{number}").body["version"] == version

    @pytest.mark.parametrize("name", sorted(BODIES))
    def test_nothing_happens_to_a_closed_complaint(self, app: OperatorApp, name: str) -> None:
        number = _investigated(app)
        _post(app, number, "withdrawal")
        refused = _post(app, number, PATHS[name], BODIES[name])
        assert (refused.status, refused.body["stage"]) == (409, "closed")
        assert refused.body["command"]

    def test_what_was_not_proposed_cannot_be_approved_or_returned(self, app: OperatorApp) -> None:
        number = _investigated(app)
        for name in ("approve_decision", "return_decision"):
            assert _post(app, number, PATHS[name], BODIES[name]).problem == "illegal-transition"

    def test_who_proposed_may_not_approve_where_a_second_person_has_to(
        self, app: OperatorApp, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        desk = wiring.desk()
        strict = replace(desk, region=replace(desk.region, second_person_approves=True))
        monkeypatch.setattr("functions.operator_api.handler.api", _api_with(strict))
        number, first = _investigated(app), {"redress-user": "person-1"}
        _post(app, number, "decision", BODIES["propose_decision"], **first)
        assert _post(app, number, "decision/approval", **first).status == 409
        assert _post(app, number, "decision/approval", **{"redress-user": "person-2"}).status == 200


class TestTrouble:
    def test_too_many_writers_are_told_to_come_back(
        self, app: OperatorApp, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        number = _investigated(app)
        self._fail(monkeypatch, VersionConflict("others"))
        refused = app.post(f"/complaints/{number}/withdrawal")
        assert (refused.status, refused.problem) == (503, "busy")
        assert refused.headers["retry-after"] == "1"

    @pytest.mark.parametrize(
        "error",
        [
            ConnectTimeoutError(endpoint_url="https://dynamodb.example.com"),
            ClientError({"Error": {"Code": "ThrottlingException"}}, "TransactWriteItems"),
        ],
    )
    def test_when_aws_does_not_answer_the_request_may_be_sent_again(
        self, app: OperatorApp, monkeypatch: pytest.MonkeyPatch, error: Exception
    ) -> None:
        with monkeypatch.context() as while_it_lasts:
            self._fail(while_it_lasts, error)
            refused = app.post("/complaints", TOLD, key=f"again {error}"[:200])
        assert (refused.status, refused.problem) == (503, "unavailable")
        assert refused.headers["retry-after"] == "1"
        assert app.post("/complaints", TOLD, key=f"again {error}"[:200]).status == 201

    def test_a_fault_of_ours_is_not_dressed_up(
        self, app: OperatorApp, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        denied = ClientError({"Error": {"Code": "AccessDeniedException"}}, "TransactWriteItems")
        self._fail(monkeypatch, denied)
        with pytest.raises(ClientError):
            app.post("/complaints", TOLD)

    @staticmethod
    def _fail(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
        def fail(_: Table, _batch: Batch) -> NoReturn:
            raise error

        monkeypatch.setattr(Table, "append", fail)
        monkeypatch.setattr("time.sleep", lambda _: None)


class TestLogs:
    def test_neither_text_nor_person_nor_key_is_logged(
        self, app: OperatorApp, caplog: pytest.LogCaptureFixture
    ) -> None:
        number = _create(app)
        app.post("/complaints", {**TOLD, "email": "not-an-address"}, key="secret-key")
        app.get("/complaints", brand="northlight", account="account-1")
        app.get("/complaints/player@example.com")
        logged = str([vars(record) for record in caplog.records])
        assert number in logged
        for told in ("player@example.com", "not-an-address", "account-1", "The bonus", "secret-key"):
            assert told not in logged
