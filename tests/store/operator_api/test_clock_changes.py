"""What moves the dates of a complaint: pauses, extensions, another category, another version of a pack."""

from collections.abc import Mapping
from copy import replace
from datetime import UTC, datetime

import pytest

from redress.adapters import wiring
from redress.domain import commands
from redress.usecases.change import change
from tests.support.desks import Clock
from tests.support.operator_app import OperatorApp
from tests.support.operator_requests import (
    body_of,
    create,
    dates,
    events,
    investigated,
    post_to,
    promise,
    read,
)

PAUSE = {
    "reason": "awaiting_player_info",
    "explanation": "We need the number of the bet.",
    "evidence": "Mail of 10 March",
}
VECTOR_3 = "2026-03-02T23:30:00Z"


def _at(day: int, month: int = 3) -> datetime:
    return datetime(2026, month, day, 12, tzinfo=UTC)


class TestPauses:
    def test_a_pause_moves_the_gateway_and_never_the_final_instant_of_great_britain(
        self, app: OperatorApp, clock: Clock
    ) -> None:
        clock.at = _at(3)
        number = create(app, jurisdiction="gb-ukgc", received_at=VECTOR_3)
        assert promise(app, number, "gateway")["due_at"] == "2026-04-26T23:00:00.000Z"  # vector 3

        clock.at = _at(10)
        assert post_to(app, number, "pauses", PAUSE).status == 200
        assert promise(app, number, "gateway")["due_at"] is None
        assert read(app, number)["paused_for"] == ["awaiting_player_info"]

        clock.at = _at(20)
        resumed = post_to(
            app, number, "pauses/resumption", {"reason": "awaiting_player_info", "remark": "By phone."}
        )
        assert resumed.status == 200
        assert promise(app, number, "gateway")["due_at"] == "2026-05-06T23:00:00.000Z"  # vector 5
        assert promise(app, number, "final")["due_at"] == "2026-04-26T23:00:00.000Z"
        assert read(app, number)["paused_for"] == []
        assert app.get(f"/complaints/{number}/clock").body["pauses"] == [
            {
                "reason": "awaiting_player_info",
                "clocks": ["gb-ukgc:adr"],
                "started_at": "2026-03-10T12:00:00.000Z",
                "ended_at": "2026-03-20T12:00:00.000Z",
            }
        ]

    def test_explanation_and_evidence_are_kept_beside_the_event(self, app: OperatorApp) -> None:
        number = investigated(app)
        post_to(app, number, "pauses", body_of("pause_clock"))
        post_to(app, number, "pauses/resumption", {"reason": "police", "remark": "They are done."})
        paused, resumed = events(app, number)[-2:]
        assert (paused["type"], paused["data"]["clocks"]) == ("ClockPaused", ["sandbox:adr", "sandbox:final"])
        assert paused["content"] == {
            "explanation": "The police asked us to wait.",
            "evidence": "Letter P-1",
        }
        assert resumed["data"] == {"reason": "police", "because": "operator", "ended_at": None}
        assert resumed["content"] == {"remark": "They are done."}

    def test_a_question_may_stop_the_clocks_that_wait_for_its_answer(self, app: OperatorApp) -> None:
        number = investigated(app)
        question = {"question": "Which game?", "pause_clock": True}
        assert post_to(app, number, "information-requests", question).status == 200
        assert read(app, number)["paused_for"] == ["awaiting_player_info"]
        assert [one["type"] for one in events(app, number)[-2:]] == ["InformationRequested", "ClockPaused"]

    @pytest.mark.parametrize("told", [{}, {"pause_clock": False}, {"pause_clock": None}])
    def test_a_question_stops_none_unless_it_says_so(
        self, app: OperatorApp, told: Mapping[str, object]
    ) -> None:
        number = investigated(app)
        assert post_to(app, number, "information-requests", {"question": "When?", **told}).status == 200
        assert read(app, number)["paused_for"] == []

    def test_what_no_rule_pack_allows_is_refused_with_the_pack_and_the_rule(self, app: OperatorApp) -> None:
        number = investigated(app, jurisdiction="cw-cga")
        for refused in (
            post_to(app, number, "pauses", {**PAUSE, "reason": "court"}),
            post_to(app, number, "information-requests", {"question": "When?", "pause_clock": True}),
        ):
            assert (refused.status, refused.problem) == (409, "not-allowed-by-rule-pack")
            assert (refused.body["pack"], refused.body["rule"]) == ("cw-cga", "pauses")
            assert refused.body["why"].startswith("no clock stops for ")
        assert read(app, number)["version"] == 2

    def test_the_same_pause_sent_twice_is_one(self, app: OperatorApp) -> None:
        number = investigated(app)
        first = app.post(f"/complaints/{number}/pauses", body_of("pause_clock"), key="pause")
        again = app.post(f"/complaints/{number}/pauses", body_of("pause_clock"), key="pause")
        assert (again.status, again.body) == (200, first.body)
        assert again.headers["idempotency-replayed"] == "true"
        anew = app.post(f"/complaints/{number}/pauses", body_of("pause_clock"))
        assert (anew.status, anew.problem) == (409, "illegal-transition")

    def test_what_does_not_stand_still_cannot_run_again(self, app: OperatorApp) -> None:
        number = investigated(app)
        refused = post_to(app, number, "pauses/resumption", body_of("resume_clock"))
        assert (refused.status, refused.body["command"]) == (409, "ResumeClock")


class TestExtensions:
    def test_it_holds_once_its_letter_is_sent(self, app: OperatorApp, clock: Clock) -> None:
        clock.at = datetime(2026, 4, 23, 14, tzinfo=UTC)
        number = create(app, jurisdiction="cw-cga")
        assert promise(app, number, "final")["due_at"] == "2026-05-22T04:00:00.000Z"  # vector 18
        clock.at = _at(4, month=5)
        extended = post_to(app, number, "extension", {"stage": "final", "reasons": "We wait for the bank."})
        assert extended.status == 200
        view = {"stage": "final", "pack": "cw-cga", "amount": 4, "unit": "weeks", "holds_since": None}
        view["decided_at"] = "2026-05-04T12:00:00.000Z"
        assert read(app, number)["extensions"] == [view]
        assert app.get(f"/complaints/{number}/clock").body["extensions"] == [view]
        assert events(app, number)[-1]["content"] == {"reasons": "We wait for the bank."}
        assert promise(app, number, "final")["due_at"] == "2026-05-22T04:00:00.000Z"

        desk = replace(wiring.desk(), now=clock)
        for command in (
            commands.ClaimLetter(letter="extension-2"),
            commands.RecordLetterSent(letter="extension-2", message_id="message-1"),
        ):
            change(desk, number, command, "system")
        assert read(app, number)["extensions"][0]["holds_since"] == "2026-05-04T12:00:00.000Z"
        assert promise(app, number, "final")["due_at"] == "2026-06-19T04:00:00.000Z"

    def test_it_may_be_shorter_and_of_a_pack_by_name(self, app: OperatorApp) -> None:
        number = investigated(app)
        asked = {**body_of("extend_deadline"), "pack": "sandbox", "amount": 5}
        assert post_to(app, number, "extension", asked).status == 200
        assert read(app, number)["extensions"][0]["amount"] == 5

    @pytest.mark.parametrize(
        ("asked", "rules"),
        [
            ({"amount": 21}, {"amount": "amount"}),
            ({"amount": 0}, {"amount": "amount"}),
            ({"amount": -1}, {"amount": "amount"}),
            ({"amount": 10**30}, {"amount": "amount"}),
            ({"pack": "gb-ukgc"}, {"pack": "unknown_pack"}),
            ({"pack": "../sandbox"}, {"pack": "unknown_pack"}),
        ],
    )
    def test_more_than_the_pack_allows_is_refused(
        self, app: OperatorApp, asked: Mapping[str, object], rules: Mapping[str, str]
    ) -> None:
        number = investigated(app)
        refused = post_to(app, number, "extension", {**body_of("extend_deadline"), **asked})
        assert (refused.status, refused.rules) == (422, rules)
        assert read(app, number)["version"] == 2

    def test_too_late_too_often_or_of_another_stage_is_refused(self, app: OperatorApp, clock: Clock) -> None:
        number = create(app)
        for asked, why in (
            ({"stage": "ack"}, "ack may not be extended"),
            ({"stage": "interim"}, "interim may not be extended"),
            ({}, "the deadline has passed"),
        ):
            clock.move(20)
            refused = post_to(app, number, "extension", {**body_of("extend_deadline"), **asked})
            assert (refused.status, refused.problem) == (409, "not-allowed-by-rule-pack")
            assert (refused.body["pack"], refused.body["rule"]) == ("sandbox", "extensions")
            assert why in refused.body["why"]
        number = create(app)
        assert post_to(app, number, "extension", body_of("extend_deadline")).status == 200
        assert (
            "as often as it may" in post_to(app, number, "extension", body_of("extend_deadline")).body["why"]
        )


class TestCategory:
    def test_the_dates_follow_the_category(self, app: OperatorApp) -> None:
        number = create(app, category="bonuses")
        before = promise(app, number, "final")["due_at"]
        asked = {"category": "safer_gambling", "reason": "The player lost control."}
        assert post_to(app, number, "category", asked).status == 200
        assert read(app, number)["category"] == "safer_gambling"
        assert promise(app, number, "final")["due_at"] < before
        assert events(app, number)[-1]["content"] == {"reason": "The player lost control."}


class TestPackVersions:
    def test_the_dates_and_their_explanation_follow_the_version(self, app: OperatorApp, clock: Clock) -> None:
        clock.at = _at(1, month=4)
        number = create(app, jurisdiction="gb-ukgc")
        asked = {"pack": "gb-ukgc", "version": "2026.1", "reason": "Counsel applies the new law."}
        assert post_to(app, number, "rule-pack", asked).status == 200
        assert read(app, number)["pack_version"] == "2026.1"
        assert {one["pack_version"] for one in dates(app, number)} == {"2026.1"}
        assert events(app, number)[-1]["content"] == {"reason": "Counsel applies the new law."}
        again = post_to(app, number, "rule-pack", asked)
        assert (again.status, again.problem) == (409, "illegal-transition")

    @pytest.mark.parametrize(
        ("asked", "rules", "remedy"),
        [
            ({"version": "1999.1"}, {"version": "unknown_pack_version"}, "2015.1, 2026.1"),
            ({"version": "2026.1@2015.1"}, {"version": "unknown_pack_version"}, "2015.1, 2026.1"),
            ({"version": "../sandbox"}, {"version": "unknown_pack_version"}, "2015.1, 2026.1"),
            ({"version": "None"}, {"version": "unknown_pack_version"}, "2015.1, 2026.1"),
            ({"pack": "sandbox"}, {"pack": "unknown_pack"}, "gb-ukgc"),
            ({"pack": "gb-ukgc@2015.1"}, {"pack": "unknown_pack"}, "gb-ukgc"),
        ],
    )
    def test_a_version_that_there_is_not_is_refused(
        self, app: OperatorApp, asked: Mapping[str, str], rules: Mapping[str, str], remedy: str
    ) -> None:
        number = create(app, jurisdiction="gb-ukgc")
        known = {"pack": "gb-ukgc", "version": "2015.1", "reason": "Counsel says so."}
        refused = post_to(app, number, "rule-pack", {**known, **asked})
        assert (refused.status, refused.rules) == (422, rules)
        assert refused.body["errors"][0]["remedy"] == f"Choose one of: {remedy}."
        assert read(app, number)["version"] == 1
