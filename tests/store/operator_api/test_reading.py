"""What is shown of a complaint, of its clock and of the rule packs."""

from datetime import UTC, datetime
from typing import Any

from redress.adapters import wiring
from redress.http.rulepack_views import rule_packs
from tests.support.desks import Clock
from tests.support.operator_app import OperatorApp
from tests.support.operator_requests import TOLD, body_of, create, dates, investigated, post_to, promise


class TestReading:
    def test_the_history_holds_every_event_with_its_content(self, app: OperatorApp) -> None:
        number = investigated(app)
        headers = {"redress-user": "person-1"}
        app.post(f"/complaints/{number}/information-requests", body_of("request_information"), **headers)
        items = app.get(f"/complaints/{number}/events").body["items"]
        assert [item["type"] for item in items] == ["ComplaintReceived", "Triaged", "InformationRequested"]
        assert [item["seq"] for item in items] == [1, 2, 3]
        assert items[0]["content"]["description"] == TOLD["description"]
        assert items[2]["content"] == body_of("request_information")
        assert [item["actor"] for item in items] == [
            "app:back-office/-",
            "system",
            "app:back-office/person-1",
        ]
        assert items[2]["previous"] == items[1]["hash"]

    def test_the_clock_explains_each_promised_date(self, app: OperatorApp) -> None:
        number = create(app)
        got = app.get(f"/complaints/{number}/clock").body
        received = app.get(f"/complaints/{number}").body["received_at"]
        final = next(promise for promise in got["promises"] if promise["clock"] == "final")
        assert got["pack"] == "sandbox"
        assert final["zone"] == "Europe/London"
        assert final["due_at"] > received
        assert not final["missed"]
        assert all(step["text"] and step["source"] for step in final["steps"])
        assert (got["pauses"], got["extensions"]) == ([], [])

    def test_each_date_tells_its_rule_its_source_and_whether_it_governs(
        self, app: OperatorApp, clock: Clock
    ) -> None:
        clock.at = datetime(2026, 5, 4, 12, tzinfo=UTC)
        number = create(app, jurisdiction="gb-ukgc")
        ack, final, target = (promise(app, number, name) for name in ("ack", "final", "final_target"))
        assert (final["pack"], final["pack_version"], final["anchor_at"]) == (
            "gb-ukgc",
            "2026.1",
            "2026-05-04T12:00:00.000Z",
        )
        assert (ack["kind"], ack["strength"], ack["confidence"]) == ("duty", "should", "sourced_official")
        assert (final["strength"], final["confidence"], final["conflicts"]) == (
            "must",
            "sourced_official",
            [],
        )
        assert len(ack["conflicts"]) == 2
        assert "6.1.1" in final["source"]
        assert (target["strength"], target["source"]) == ("house", None)
        assert target["due_at"] < final["due_at"]
        assert (ack["governs"], target["governs"], final["governs"]) == (True, False, True)

    def test_what_is_late_is_missed_and_what_was_done_is_met(self, app: OperatorApp, clock: Clock) -> None:
        number = create(app, jurisdiction="gb-ukgc")
        clock.move(86_400 - 0.001)
        assert not promise(app, number, "ack")["missed"]
        clock.move(0.001)
        assert promise(app, number, "ack")["missed"]
        post_to(app, number, "withdrawal")
        ack, final = promise(app, number, "ack"), promise(app, number, "final")
        assert (ack["met_at"], ack["missed"]) == ("2026-03-03T12:00:00.000Z", True)
        assert (final["met_at"], final["missed"]) == ("2026-03-03T12:00:00.000Z", False)

    def test_a_number_is_read_as_people_write_it(self, app: OperatorApp) -> None:
        number = create(app)
        assert app.get(f"/complaints/{number.lower().replace('-', '')}").body["number"] == number


class TestRulePacks:
    def test_the_caller_sees_the_packs_of_its_brands(self, app: OperatorApp, crm: OperatorApp) -> None:
        ours, theirs = (one.get("/rule-packs").body["items"] for one in (app, crm))
        assert [one["id"] for one in ours] == ["cw-cga", "ee", "es-dgoj", "gb-ukgc", "mt", "sandbox"]
        assert [one["id"] for one in theirs] == ["gb-ukgc", "pt", "sandbox"]

    def test_a_pack_of_two_brands_is_shown_once(self, app: OperatorApp) -> None:
        del app
        items = rule_packs(wiring.region(), wiring.now())["items"]
        ids = ["cw-cga", "ee", "es-dgoj", "gb-ukgc", "mt", "pt", "sandbox"]
        assert [one["id"] for one in items] == ids

    def test_a_pack_is_shown_as_it_is_today(self, app: OperatorApp, clock: Clock) -> None:
        for at, version, valid in (
            (datetime(2026, 4, 5, 22, 59, tzinfo=UTC), "2015.1", "2026-04-05"),
            (datetime(2026, 4, 5, 23, 0, tzinfo=UTC), "2026.1", None),
        ):
            clock.at = at
            gb = pack_shown(app, "gb-ukgc")
            assert (gb["version"], gb["valid_to"], gb["zone"]) == (version, valid, "Europe/London")
            assert gb["name"] == "Great Britain (Gambling Commission)"

    def test_its_time_table_says_how_long_how_binding_and_how_sure(self, app: OperatorApp) -> None:
        clocks = {one["clock"]: one for one in pack_shown(app, "gb-ukgc")["clocks"]}
        final = clocks["final"]
        assert [final[name] for name in ("kind", "amount", "unit", "anchor")] == [
            "duty",
            8,
            "weeks",
            "received",
        ]
        assert (final["strength"], final["confidence"], final["categories"]) == (
            "must",
            "sourced_official",
            [],
        )
        assert "6.1.1" in final["source"]
        assert set(clocks) == {
            *("ack", "final", "final_target", "gateway", "adr_window", "adr_reply", "filing_window")
        }
        target = clocks["final_target"]
        assert [target[name] for name in ("amount", "unit", "strength", "source")] == [
            6,
            "weeks",
            "house",
            None,
        ]

    def test_a_category_with_its_own_time_is_told_apart(self, app: OperatorApp) -> None:
        finals = [one for one in pack_shown(app, "sandbox")["clocks"] if one["clock"] == "final"]
        assert [(one["categories"], one["amount"]) for one in finals] == [([], 40), (["safer_gambling"], 30)]

    def test_the_operators_own_time_frame_is_in_it(self, app: OperatorApp) -> None:
        [final] = [one for one in pack_shown(app, "mt")["clocks"] if one["clock"] == "final"]
        assert (final["amount"], final["unit"], final["strength"]) == (10, "business_days", "must")

    def test_the_names_are_those_of_a_complaints_clock(self, app: OperatorApp) -> None:
        for pack in ("sandbox", "gb-ukgc", "cw-cga", "es-dgoj"):
            told = {one["clock"] for one in pack_shown(app, pack)["clocks"]}
            begun = {one["clock"] for one in dates(app, create(app, jurisdiction=pack))}
            assert begun <= told


def pack_shown(app: OperatorApp, pack_id: str) -> dict[str, Any]:
    """A rule pack, as the API shows it."""
    [found] = [one for one in app.get("/rule-packs").body["items"] if one["id"] == pack_id]
    return dict(found)
