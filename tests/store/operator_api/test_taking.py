"""A complaint that an application passes on."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from redress.adapters import clients
from tests.support.desks import Clock
from tests.support.operator_app import OperatorApp
from tests.support.operator_requests import TOLD, create, dates, events, promise, read

CYRILLIC = ("Мне не выплатили выигрыш. " * 400)[:9_999] + "!"
ARABIC = "لم يتم دفع المكافأة. " * 100 + "\N{RIGHT-TO-LEFT MARK}شكرا"


class TestIntake:
    def test_a_complaint_can_be_read_back_as_it_was_told(self, app: OperatorApp) -> None:
        created = app.post("/complaints", TOLD)
        number = created.body["number"]
        assert created.status == 201
        assert created.headers["location"] == created.body["self"] == f"/v1/complaints/{number}"
        assert created.etag == '"1"'

        shown = app.get(f"/complaints/{number}").body
        person = {name: TOLD[name] for name in ("name", "email", "account")}
        assert shown["player"] == {**person, "residence": None}
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
        create(app)
        operations = []
        events = clients.client("dynamodb").meta.events

        def note(model: Any, **_: object) -> None:
            operations.append(model.name)

        events.register("before-call.dynamodb", note)
        create(app)
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
        number = create(app, description=text)
        shown = app.get(f"/complaints/{number}").body["description"]
        assert len(shown) <= 10_000
        assert shown == text.strip().replace("e\N{COMBINING ACUTE ACCENT}", "é")

    def test_names_and_texts_stay_out_of_the_events(self, app: OperatorApp) -> None:
        number = create(app, name="Mark in a name", description="Mark in a text")
        for item in app.get(f"/complaints/{number}/events").body["items"]:
            assert "Mark" not in json.dumps(item["data"])


TOLD_INSTANTS = {
    "sent_at": "2026-03-01T09:00:00+01:00",
    "platform_posted_at": "2026-03-01T10:00:00.250Z",
    "received_at": "2026-03-02T00:30:00+01:00",
    "registered_at": "2026-03-02T09:00:00Z",
    "operator_aware_at": "2026-02-27T12:00:00Z",
    "event_settled_at": "2026-02-01T20:00:00-05:00",
}


@pytest.mark.usefixtures("clock")
class TestInstants:
    def test_what_is_told_is_shown_in_utc(self, app: OperatorApp) -> None:
        shown = read(app, create(app, **TOLD_INSTANTS))
        assert {name: shown[name] for name in TOLD_INSTANTS} == {
            "sent_at": "2026-03-01T08:00:00.000Z",
            "platform_posted_at": "2026-03-01T10:00:00.250Z",
            "received_at": "2026-03-01T23:30:00.000Z",
            "registered_at": "2026-03-02T09:00:00.000Z",
            "operator_aware_at": "2026-02-27T12:00:00.000Z",
            "event_settled_at": "2026-02-02T01:00:00.000Z",
        }

    def test_what_is_not_told_is_not_known_except_for_receipt(self, app: OperatorApp) -> None:
        shown = read(app, create(app))
        known = {name: shown[name] for name in TOLD_INSTANTS}
        assert known == dict.fromkeys(TOLD_INSTANTS) | {"received_at": "2026-03-02T12:00:00.000Z"}

    def test_the_register_holds_it_in_the_month_of_receipt(self, app: OperatorApp) -> None:
        number = create(app, received_at="2026-02-28T23:59:59.999Z")
        for month, numbers in (("2026-02", [number]), ("2026-03", [])):
            items = app.get("/complaints", jurisdiction="sandbox", month=month).body["items"]
            assert [item["number"] for item in items] == numbers

    def test_a_deadline_from_registration_begins_there(self, app: OperatorApp) -> None:
        told = {"received_at": "2026-01-30T22:00:00Z", "registered_at": "2026-01-31T12:00:00+01:00"}
        number = create(app, jurisdiction="es-dgoj", **told)
        final = promise(app, number, "final")
        assert final["anchor_at"] == "2026-01-31T11:00:00.000Z"
        assert (final["due_at"], final["last_day"]) == ("2026-02-28T23:00:00.000Z", "2026-02-28")  # vector 8


@pytest.mark.usefixtures("clock")
class TestResidence:
    def test_the_pack_of_the_players_country_applies_besides(self, app: OperatorApp) -> None:
        number = create(app, jurisdiction="cw-cga", residence="EE")
        shown = read(app, number)
        assert (shown["jurisdiction"], shown["residence_packs"]) == ("cw-cga", ["ee@2026.1"])
        assert shown["player"]["residence"] == "EE"
        finals = [one for one in dates(app, number) if one["clock"] == "final"]
        assert [one["pack"] for one in finals] == ["cw-cga", "ee"]
        first = min(finals, key=lambda one: one["due_at"])
        assert [one["governs"] for one in finals] == [one is first for one in finals]

    @pytest.mark.parametrize("residence", ["FI", None])
    def test_another_country_brings_none(self, app: OperatorApp, residence: str | None) -> None:
        assert read(app, create(app, jurisdiction="cw-cga", residence=residence))["residence_packs"] == []

    def test_the_packs_are_those_of_the_day_of_receipt(self, app: OperatorApp, clock: Clock) -> None:
        clock.at = datetime(2026, 4, 6, 12, tzinfo=UTC)
        # London is an hour ahead of UTC on 5 April: the new version holds from 23:00 on.
        for received_at, version in (("2026-04-05T22:59:59Z", "2015.1"), ("2026-04-05T23:00:00Z", "2026.1")):
            number = create(app, jurisdiction="gb-ukgc", received_at=received_at)
            assert read(app, number)["pack_version"] == version

    def test_where_a_player_lives_stays_out_of_the_events(self, app: OperatorApp) -> None:
        number = create(app, jurisdiction="cw-cga", residence="GL")
        assert "GL" not in [value for item in events(app, number) for value in item["data"].values()]
        assert events(app, number)[0]["content"]["residence"] == "GL"
