"""Work on a complaint: assign, ask, categorise, propose, approve, withdraw."""

from collections.abc import Mapping
from copy import replace
from types import ModuleType

import pytest

from redress.adapters import wiring
from tests.support.operator_app import OperatorApp
from tests.support.operator_requests import COMMANDS, PATHS, body_of, investigated, post_to, read, with_desk

PAUSED = body_of("pause_clock")
LATER = "2999-01-01T00:00:00Z"


class TestWork:
    def test_a_complaint_is_assigned_asked_about_decided_and_approved(self, app: OperatorApp) -> None:
        number = investigated(app)
        proposed = {
            "outcome": "partly_upheld",
            "reasons": "Half of it was due.",
            "clause": "7.2",
            "redress_minor": 1000,
            "currency": "GBP",
            "redress_kind": "refund",
        }
        cause = {"cause": "agent_error"}
        handler, approver = {"redress-user": "person-1"}, {"redress-user": "person-2"}
        assert post_to(app, number, "assignment", {"assignee": "person-1", "team": "care"}).status == 200
        assert post_to(app, number, "information-requests", {"question": "When?"}).status == 200
        assert post_to(app, number, "decision", proposed | cause, **handler).status == 200
        waiting = app.get(f"/complaints/{number}").body
        assert (waiting["team"], waiting["assignee"], waiting["waiting_for_player"]) == (
            "care",
            "person-1",
            True,
        )
        by = {"proposed_by": "app:back-office/person-1", "approved_by": None}
        assert waiting["proposal"] == {**proposed, **by}

        approved = post_to(app, number, "decision/approval", **approver)
        shown = app.get(f"/complaints/{number}")
        assert approved.etag == shown.etag
        assert shown.body["stage"] == "decided"
        assert shown.body["decision"] == {**waiting["proposal"], "approved_by": "app:back-office/person-2"}
        assert shown.body["proposal"] is None

    def test_a_proposal_can_be_returned_and_made_anew(self, app: OperatorApp) -> None:
        number = investigated(app)
        post_to(app, number, "decision", body_of("propose_decision"))
        assert post_to(app, number, "decision/return", body_of("return_decision")).status == 200
        assert app.get(f"/complaints/{number}").body["proposal"] is None
        assert post_to(app, number, "decision", body_of("propose_decision")).status == 200

    @pytest.mark.parametrize("outcome", ["rejected", "out_of_scope", "partly_upheld", "goodwill", "upheld"])
    def test_where_the_final_response_cites_a_clause_the_proposal_has_to(
        self, app: OperatorApp, outcome: str
    ) -> None:
        number = investigated(app, jurisdiction="es-dgoj")
        proposed = {**body_of("propose_decision"), "outcome": outcome, "reasons": "So say the terms."}
        refused = post_to(app, number, "decision", proposed)
        assert (refused.status, refused.rules) == (422, {"clause": "required"})
        assert post_to(app, number, "decision", {**proposed, "clause": None}).status == 422
        assert read(app, number)["proposal"] is None
        assert post_to(app, number, "decision", {**proposed, "clause": "7.2"}).status == 200

    def test_where_it_does_not_none_is_needed(self, app: OperatorApp) -> None:
        number = investigated(app, jurisdiction="gb-ukgc")
        rejected = {**body_of("propose_decision"), "outcome": "rejected"}
        assert post_to(app, number, "decision", rejected).status == 200

    def test_a_withdrawn_complaint_is_closed(self, app: OperatorApp) -> None:
        number = investigated(app)
        assert post_to(app, number, "withdrawal", {"reason": "It was paid."}).status == 200
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
            ("information-requests", {"question": "a", "pause_clock": "yes"}, {"pause_clock": "truth"}),
            ("information-requests", {"question": "a", "pause_clock": 1}, {"pause_clock": "truth"}),
            ("pauses", {}, {"reason": "required", "explanation": "required", "evidence": "required"}),
            ("pauses", {**PAUSED, "reason": "holiday"}, {"reason": "unknown_reason"}),
            ("pauses", {**PAUSED, "reason": ["police"]}, {"reason": "text"}),
            ("pauses", {**PAUSED, "explanation": "a" * 10_001}, {"explanation": "text_length"}),
            ("pauses", {**PAUSED, "until": "2026-12-01"}, {"until": "unknown_field"}),
            ("pauses/resumption", {"reason": None}, {"reason": "required"}),
            ("pauses/resumption", {"reason": "police", "remark": "a\x00"}, {"remark": "control_character"}),
            ("extension", {"stage": "adr"}, {"stage": "unknown_stage", "reasons": "required"}),
            ("extension", {"stage": "final", "reasons": "a", "amount": "5"}, {"amount": "whole_number"}),
            ("extension", {"stage": "final", "reasons": "a", "amount": 1.5}, {"amount": "whole_number"}),
            (
                "category",
                {"category": "weather", "reason": " "},
                {"category": "unknown_category", "reason": "required"},
            ),
            ("rule-pack", {}, {"pack": "required", "version": "required", "reason": "required"}),
            (
                "rule-pack",
                {"pack": "a\nb", "version": 2026, "reason": "a"},
                {"pack": "control_character", "version": "text"},
            ),
            ("adr-referral", {}, {"body": "required", "complete_file_at": "required"}),
            ("adr-referral", {"body": "adr", "complete_file_at": "today"}, {"complete_file_at": "instant"}),
            (
                "adr-referral",
                {"body": "adr", "complete_file_at": LATER},
                {"complete_file_at": "instant_in_future"},
            ),
            ("adr-referral/answer", {"reference": "a" * 101}, {"reference": "text_length"}),
            ("adr-referral/outcome", {"outcome": "won"}, {"outcome": "unknown_outcome"}),
            ("decision", {"outcome": "maybe"}, {"outcome": "unknown_outcome", "reasons": "required"}),
            (
                "decision",
                {**body_of("propose_decision"), "redress_minor": 5},
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
        number = investigated(app)
        refused = post_to(app, number, what, body)
        assert (refused.status, refused.rules) == (422, rules)
        assert read(app, number)["version"] == 2


# What may still be told of a closed complaint, and what is about another one.
KNOWN_LATE = (
    *("add_note", "attach_context", "close_task", "record_redress_payment", "send_otherwise"),
    *("refer_to_adr", "answer_adr", "record_adr_outcome", "link_duplicate"),
    *("accept_mail", "reject_mail", "add_contact"),  # what a mail may do then is said in test_mail
    *("place_legal_hold", "order_erasure"),  # in test_persons
    *("state_subject", "find_cause"),  # what lies at the root is often found when it is over: in test_causes
)


class TestIllegalTransitions:
    def test_nobody_decides_twice(self, app: OperatorApp) -> None:
        number = investigated(app)
        post_to(app, number, "decision", body_of("propose_decision"))
        assert post_to(app, number, "decision", body_of("propose_decision")).status == 409
        post_to(app, number, "decision/approval")
        version = read(app, number)["version"]
        for what, name in (("decision", "propose_decision"), ("decision/approval", "approve_decision")):
            refused = post_to(app, number, what, body_of(name))
            assert (refused.status, refused.problem, refused.body["stage"]) == (
                409,
                "illegal-transition",
                "decided",
            )
        assert read(app, number)["version"] == version

    @pytest.mark.parametrize("name", [name for name in COMMANDS if name not in KNOWN_LATE])
    def test_nothing_happens_to_a_closed_complaint(self, app: OperatorApp, name: str) -> None:
        number = investigated(app)
        post_to(app, number, "withdrawal")
        refused = post_to(app, number, PATHS[name], body_of(name), **{"redress-user": "person-1"})
        assert (refused.status, refused.body["stage"]) == (409, "closed")
        assert refused.body["command"]

    def test_what_was_not_proposed_cannot_be_approved_or_returned(self, app: OperatorApp) -> None:
        number = investigated(app)
        for name in ("approve_decision", "return_decision"):
            assert post_to(app, number, PATHS[name], body_of(name)).problem == "illegal-transition"

    def test_who_proposed_may_not_approve_where_a_second_person_has_to(
        self, app: OperatorApp, function: ModuleType, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        desk = wiring.desk()
        strict = replace(desk, region=replace(desk.region, second_person_approves=True))
        monkeypatch.setattr(function, "api", with_desk(strict))
        number, first = investigated(app), {"redress-user": "person-1"}
        post_to(app, number, "decision", body_of("propose_decision"), **first)
        assert post_to(app, number, "decision/approval", **first).status == 409
        assert post_to(app, number, "decision/approval", **{"redress-user": "person-2"}).status == 200
