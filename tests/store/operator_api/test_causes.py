"""What a complaint is about and what lies at its root, by API; nobody decides without a cause."""

from copy import replace
from types import ModuleType

import pytest

from redress.adapters import wiring
from redress.domain import commands as c
from redress.region import Cause
from redress.usecases.change import change
from tests.support.operator_app import Answer, OperatorApp
from tests.support.operator_requests import (
    body_of,
    create,
    events,
    investigated,
    post_to,
    read,
    with_desk,
)

CAUSES = ["unclear_terms", "agent_error", "no_fault_found"]
SUBJECT = {"product": "casino", "game": "slot-1842", "provider": "studio-7", "payment_route": "card"}
ACTION = {
    "title": "Rewrite the terms",
    "cause": "unclear_terms",
    "owner": "payments",
    "due_on": "2026-12-31",
}
UPHELD = {"outcome": "upheld", "reasons": "You are right."}


def opened(app: OperatorApp, **told: object) -> str:
    """The id of a new corrective action."""
    answer = app.post("/corrective-actions", {**ACTION, **told})
    assert answer.status == 201, answer.body
    return str(answer.body["action"])


def propose(app: OperatorApp, number: str, **told: object) -> Answer:
    """Propose a decision."""
    return post_to(app, number, "decision", {**UPHELD, **told})


def listing(function: ModuleType, patch: pytest.MonkeyPatch, *causes: Cause) -> None:
    """The region file lists other causes, or none."""
    desk = wiring.desk()
    patch.setattr(function, "api", with_desk(replace(desk, region=replace(desk.region, causes=causes))))


class TestSubject:
    def test_it_is_told_at_intake_and_shown(self, app: OperatorApp) -> None:
        number = create(app, **SUBJECT)
        shown = read(app, number)
        assert {name: shown[name] for name in SUBJECT} == SUBJECT
        assert [one["type"] for one in events(app, number)] == ["ComplaintReceived", "SubjectStated"]

    def test_a_part_that_is_told_later_leaves_the_others(self, app: OperatorApp) -> None:
        number = create(app, **SUBJECT)
        assert app.post(f"/complaints/{number}/subject", {"game": "slot-1"}).status == 200
        shown = read(app, number)
        assert {name: shown[name] for name in SUBJECT} == {**SUBJECT, "game": "slot-1"}

    def test_it_may_be_told_when_the_complaint_is_closed(self, app: OperatorApp) -> None:
        number = investigated(app)
        post_to(app, number, "withdrawal")
        assert app.post(f"/complaints/{number}/subject", {"product": "poker"}).status == 200
        assert read(app, number)["product"] == "poker"

    def test_what_is_known_is_not_told_again(self, app: OperatorApp) -> None:
        number = create(app, **SUBJECT)
        assert app.post(f"/complaints/{number}/subject", SUBJECT).body["version"] == 2

    @pytest.mark.parametrize("body", [{}, dict.fromkeys(SUBJECT)])
    def test_nothing_is_not_told(self, app: OperatorApp, body: object) -> None:
        number = create(app)
        refused = app.post(f"/complaints/{number}/subject", body)
        assert (refused.status, refused.rules) == (422, {"product": "required"})
        assert read(app, number)["version"] == 1


class TestCause:
    def test_the_list_is_that_of_the_region_file(self, app: OperatorApp) -> None:
        listed = app.get("/causes").body["items"]
        assert [one["id"] for one in listed] == CAUSES
        assert listed[0] == {
            "id": "unclear_terms",
            "name": "Our terms could be misread",
            "formerly": ["terms", "offer"],
        }

    def test_it_is_found_and_corrected_with_what_is_to_help(self, app: OperatorApp) -> None:
        number, action = investigated(app), opened(app)
        path = f"/complaints/{number}/cause"
        assert app.post(path, {"cause": "agent_error"}).status == 200
        assert app.post(path, {"cause": "unclear_terms", "action": action.lower()}).status == 200
        shown = read(app, number)
        assert (shown["cause"], shown["corrective_action"]) == ("unclear_terms", action)
        assert app.post(path, {"cause": "unclear_terms"}).status == 200
        assert read(app, number)["corrective_action"] is None
        found = [one["data"] for one in events(app, number) if one["type"] == "CauseFound"]
        assert [one.get("action") for one in found] == [None, action, None]

    def test_it_may_be_found_when_nobody_decided(self, app: OperatorApp) -> None:
        number = investigated(app)
        post_to(app, number, "withdrawal")
        assert read(app, number)["cause"] is None
        assert app.post(f"/complaints/{number}/cause", {"cause": "no_fault_found"}).status == 200
        assert read(app, number)["cause"] == "no_fault_found"

    def test_a_former_id_stands_for_the_present_one(self, app: OperatorApp) -> None:
        number, action = investigated(app), opened(app, cause="offer")
        app.post(f"/complaints/{number}/cause", {"cause": "terms", "action": action})
        assert events(app, number)[-1]["data"]["cause"] == "unclear_terms"
        assert app.get(f"/corrective-actions/{action}").body["cause"] == "unclear_terms"

    def test_what_was_found_before_it_was_renamed_is_shown_renamed(self, app: OperatorApp) -> None:
        number = investigated(app)
        change(wiring.desk(), number, c.FindCause(cause="terms"), "app:back-office/handler")
        assert read(app, number)["cause"] == "unclear_terms"
        assert propose(app, number).status == 200

    @pytest.mark.parametrize("cause", ["weather", "Unclear_terms", "unclear_terms ;", "__class__"])
    def test_one_that_is_not_on_the_list_is_refused_with_the_list(self, app: OperatorApp, cause: str) -> None:
        number = investigated(app)
        for refused in (
            app.post(f"/complaints/{number}/cause", {"cause": cause}),
            propose(app, number, cause=cause),
        ):
            assert (refused.status, refused.rules) == (422, {"cause": "unknown_cause"})
            assert all(one in refused.body["errors"][0]["remedy"] for one in CAUSES)
        assert read(app, number)["version"] == 2

    @pytest.mark.parametrize("action", ["A-R7K3-9QXM-2", "R7K3", "A-", "../webhooks", "a" * 100])
    def test_an_action_that_is_not_on_the_register_is_refused(self, app: OperatorApp, action: str) -> None:
        number = investigated(app)
        told = {"cause": "agent_error", "action": action}
        for refused in (app.post(f"/complaints/{number}/cause", told), propose(app, number, **told)):
            assert (refused.status, refused.rules) == (422, {"action": "unknown_action"})
        assert read(app, number)["version"] == 2

    def test_nor_does_one_against_another_cause_help(self, app: OperatorApp) -> None:
        number, action = investigated(app), opened(app)
        told = {"cause": "agent_error", "action": action}
        refused = app.post(f"/complaints/{number}/cause", told)
        assert (refused.status, refused.rules) == (422, {"action": "unknown_action"})
        assert "agent_error" in refused.body["errors"][0]["remedy"]

    def test_the_outside_body_is_not_told(self, app: OperatorApp) -> None:
        number, action = investigated(app), opened(app)
        app.post(f"/complaints/{number}/cause", {"cause": "unclear_terms", "action": action})
        pack = app.get(f"/complaints/{number}/evidence-pack").body["complaint"]
        assert (pack["cause"], pack["corrective_action"]) == (None, None)


class TestDecision:
    def test_nobody_proposes_one_without_a_cause(self, app: OperatorApp) -> None:
        number = investigated(app)
        for told in ({}, {"cause": None}, {"action": "A-R7K3-9QXM-2"}):
            refused = propose(app, number, **told)
            assert (refused.status, refused.rules) == (422, {"cause": "required"})
            assert "unclear_terms, agent_error, no_fault_found" in refused.body["errors"][0]["remedy"]
        assert (read(app, number)["version"], read(app, number)["proposal"]) == (2, None)

    def test_it_finds_the_cause_in_one_change(self, app: OperatorApp) -> None:
        number, action = investigated(app), opened(app)
        proposed = propose(app, number, cause="unclear_terms", action=action)
        assert proposed.body["version"] == 4
        found, decided = events(app, number)[2:]
        assert (found["type"], decided["type"]) == ("CauseFound", "DecisionProposed")
        assert (found["data"], found["at"]) == (
            {"cause": "unclear_terms", "action": action},
            decided["at"],
        )

    def test_a_cause_that_was_found_before_is_enough(self, app: OperatorApp) -> None:
        number, action = investigated(app), opened(app)
        app.post(f"/complaints/{number}/cause", {"cause": "unclear_terms", "action": action})
        for told in ({}, {"cause": "terms"}):  # and what helps against it stays
            assert propose(app, number, **told).status == 200
            shown = read(app, number)
            assert (shown["cause"], shown["corrective_action"]) == ("unclear_terms", action)
            post_to(app, number, "decision/return", body_of("return_decision"))
        assert [one["type"] for one in events(app, number)].count("CauseFound") == 1

    def test_what_is_to_help_is_named_alone_once_the_cause_is_known(self, app: OperatorApp) -> None:
        number, action = investigated(app), opened(app)
        app.post(f"/complaints/{number}/cause", {"cause": "unclear_terms"})
        assert propose(app, number, action=action).status == 200
        assert read(app, number)["corrective_action"] == action

    def test_another_cause_has_not_the_action_of_the_first(self, app: OperatorApp) -> None:
        number, action = investigated(app), opened(app)
        app.post(f"/complaints/{number}/cause", {"cause": "unclear_terms", "action": action})
        assert propose(app, number, cause="agent_error").status == 200
        shown = read(app, number)
        assert (shown["cause"], shown["corrective_action"]) == ("agent_error", None)

    def test_a_stale_proposal_finds_no_cause(self, app: OperatorApp) -> None:
        number = investigated(app)
        refused = app.post(
            f"/complaints/{number}/decision", {**UPHELD, "cause": "agent_error"}, if_match='"1"'
        )
        assert refused.status == 412
        assert read(app, number)["cause"] is None

    def test_where_the_region_lists_none_none_is_asked_for_or_taken(
        self, app: OperatorApp, function: ModuleType, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        listing(function, monkeypatch)
        number = investigated(app)
        assert app.get("/causes").body == {"items": []}
        refused = propose(app, number, cause="agent_error")
        assert (refused.status, refused.rules) == (422, {"cause": "unknown_cause"})
        assert propose(app, number).status == 200

    def test_a_cause_that_was_taken_off_the_list_still_stands(
        self, app: OperatorApp, function: ModuleType, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        number = investigated(app)
        app.post(f"/complaints/{number}/cause", {"cause": "agent_error"})
        listing(function, monkeypatch, *wiring.desk().region.causes[:1])
        assert read(app, number)["cause"] == "agent_error"
        assert propose(app, number).status == 200
