"""Anonymous consultations in the operator's API: asked for somebody, listed, answered, closed."""

from typing import Any

import pytest

from tests.support.desks import Clock
from tests.support.operator_app import Answer, OperatorApp
from tests.support.operator_requests import stored_items

DAY = 86_400
QUESTION = {
    "brand": "northlight",
    "jurisdiction": "gb-ukgc",
    "category": "bonuses",
    "text": "May you take a bonus back?",
    "language": "en-GB",
}


def ask(app: OperatorApp, **told: object) -> str:
    """The number of a new consultation."""
    answer = app.post("/consultations", {**QUESTION, **told})
    assert answer.status == 201, answer.body
    return str(answer.body["number"])


def do(app: OperatorApp, number: str, what: str, text: str | None, **headers: str) -> Answer:
    """Answer or close it, at its present version."""
    tag = app.get(f"/consultations/{number}").etag
    body = {} if text is None else {"text": text}
    return app.post(f"/consultations/{number}/{what}", body, if_match=tag, **headers)


def listed(app: OperatorApp, **query: str) -> list[dict[str, Any]]:
    """The consultations of a list."""
    return list(app.get("/consultations", team="payments", **query).body["items"])


def numbers(app: OperatorApp, **query: str) -> list[str]:
    """Their numbers."""
    return [one["number"] for one in listed(app, **query)]


class TestAsking:
    def test_number_and_key_are_told_and_the_same_request_is_told_them_again(self, app: OperatorApp) -> None:
        first, again = (app.post("/consultations", QUESTION, key="ask-1") for _ in range(2))
        assert (first.status, again.status) == (201, 201)
        assert first.body == again.body
        assert again.headers["idempotency-replayed"] == "true"
        assert first.headers["location"] == f"/v1/consultations/{first.body['number']}"
        assert first.etag == '"1"'
        assert len(first.body["key"].replace("-", "")) == 28

    def test_the_key_is_stored_nowhere_and_shown_nowhere_else(self, app: OperatorApp) -> None:
        told = app.post("/consultations", QUESTION).body
        assert told["key"] not in str(stored_items())
        assert told["key"] not in str(app.get(f"/consultations/{told['number']}").body)

    def test_another_question_under_the_same_key_is_refused(self, app: OperatorApp) -> None:
        app.post("/consultations", QUESTION, key="ask-2")
        refused = app.post("/consultations", {**QUESTION, "text": "Something else?"}, key="ask-2")
        assert (refused.status, refused.problem) == (422, "idempotency-key-reused")

    @pytest.mark.usefixtures("nothing_stored")
    @pytest.mark.parametrize(
        ("told", "rules"),
        [
            ({"text": ""}, {"text": "required"}),
            ({"text": "x" * 10_001}, {"text": "text_length"}),
            ({"text": "a\x00b"}, {"text": "control_character"}),
            ({"brand": "southlight"}, {"brand": "unknown_brand"}),
            ({"jurisdiction": "pt"}, {"jurisdiction": "unknown_jurisdiction"}),
            ({"category": "weather"}, {"category": "unknown_category"}),
            ({"language": "English"}, {"language": "language"}),
            ({"name": "Player"}, {"name": "unknown_field"}),
            ({"email": "player@example.com"}, {"email": "unknown_field"}),
        ],
    )
    def test_what_is_wrong_is_told_and_a_name_is_not_taken(
        self, app: OperatorApp, told: dict[str, str], rules: dict[str, str]
    ) -> None:
        refused = app.post("/consultations", {**QUESTION, **told})
        assert (refused.status, refused.rules) == (422, rules)


class TestReading:
    def test_it_is_shown_as_it_stands(self, app: OperatorApp) -> None:
        shown = app.get(f"/consultations/{ask(app)}").body
        assert (shown["state"], shown["team"], shown["urgent"], shown["overdue"]) == (
            "open",
            "payments",
            False,
            False,
        )
        [message] = shown["messages"]
        assert (message["kind"], message["text"]) == ("asked", QUESTION["text"])

    @pytest.mark.parametrize("number", ["Q-ZZZZ-ZZZZ-0", "R7K3-9QXM-3", "nonsense", "%00", "a" * 500])
    @pytest.mark.parametrize("what", ["", "/answers", "/closure"])
    def test_an_unknown_number_is_not_found(self, app: OperatorApp, number: str, what: str) -> None:
        path = f"/consultations/{number}{what}"
        got = app.post(path, {"text": "Text."}, if_match='"1"') if what else app.get(path)
        assert (got.status, got.problem) == (404, "no-such-consultation")

    def test_another_brands_is_as_if_it_were_not_there(self, app: OperatorApp, crm: OperatorApp) -> None:
        number = ask(crm, brand="southlight")
        assert app.get(f"/consultations/{number}").status == 404
        refused = app.post(f"/consultations/{number}/answers", {"text": "Text."}, if_match='"1"')
        assert (refused.status, refused.problem) == (404, "no-such-consultation")
        assert numbers(app) == []
        assert numbers(crm) == [number]


class TestAnswering:
    def test_an_answer_ends_the_waiting(self, app: OperatorApp) -> None:
        number = ask(app)
        done = do(app, number, "answers", "Only where the terms say so.", **{"redress-user": "person-1"})
        assert (done.status, done.etag) == (200, '"2"')
        shown = app.get(f"/consultations/{number}").body
        assert (shown["state"], shown["due_at"]) == ("answered", None)
        assert shown["messages"][1]["actor"] == "app:back-office/person-1"
        assert (numbers(app), numbers(app, state="answered")) == ([], [number])

    @pytest.mark.parametrize("what", ["answers", "closure"])
    def test_it_has_to_name_the_version_it_was_decided_on(self, app: OperatorApp, what: str) -> None:
        number = ask(app)
        path, body = f"/consultations/{number}/{what}", {"text": "Text."}
        missing = app.post(path, body)
        assert (missing.status, missing.problem, missing.etag) == (428, "precondition-required", '"1"')
        for tag in ('"2"', "*", 'W/"1"', '"x"'):
            stale = app.post(path, body, if_match=tag)
            assert (stale.status, stale.problem, stale.etag) == (412, "stale-version", '"1"')
        assert app.get(f"/consultations/{number}").body["version"] == 1

    def test_of_two_who_answer_at_once_one_is_told_of_the_other(self, app: OperatorApp) -> None:
        path = f"/consultations/{ask(app)}/answers"
        first, second = (app.post(path, {"text": who}, if_match='"1"') for who in ("Ann", "Ben"))
        assert (first.status, second.status) == (200, 412)

    def test_the_same_request_is_answered_alike(self, app: OperatorApp) -> None:
        path = f"/consultations/{ask(app)}/answers"
        first, again = (app.post(path, {"text": "Text."}, if_match='"1"', key="a-1") for _ in range(2))
        assert first.body == again.body
        assert again.headers["idempotency-replayed"] == "true"


class TestClosing:
    def test_one_that_waits_is_closed_only_with_a_word_to_the_player(self, app: OperatorApp) -> None:
        number = ask(app)
        refused = do(app, number, "closure", None)
        assert (refused.status, refused.rules) == (422, {"text": "required"})
        assert do(app, number, "closure", "This is no question about us.").status == 200
        assert app.get(f"/consultations/{number}").body["state"] == "closed"

    def test_an_answered_one_needs_no_more_words(self, app: OperatorApp) -> None:
        number = ask(app)
        do(app, number, "answers", "Text.")
        assert do(app, number, "closure", None).status == 200
        over = do(app, number, "answers", "One thing more.")
        assert (over.status, over.problem) == (409, "consultation-over")


class TestLists:
    def test_what_is_late_is_seen(self, app: OperatorApp, clock: Clock) -> None:
        first = ask(app)
        clock.move(DAY)
        second, urgent = ask(app), ask(app, text="I want to kill myself.")
        assert numbers(app) == [urgent, first, second]
        assert [one["urgent"] for one in listed(app)] == [True, False, False]
        assert numbers(app, overdue="true") == []
        clock.move(3 * DAY)
        assert numbers(app, overdue="true") == [first]
        load = app.get("/teams/payments/workload").body
        assert load["consultations"] == {"open": 3, "overdue": 1}
        assert app.get("/teams/care/workload").body["consultations"] == {"open": 0, "overdue": 0}

    def test_pages_lead_on_with_their_filters(self, app: OperatorApp, clock: Clock) -> None:
        asked = []
        for _ in range(3):
            asked.append(ask(app))
            clock.move(DAY)
        page = app.get("/consultations", team="payments", category="bonuses", limit="2", total="true").body
        assert [one["number"] for one in page["items"]] == asked[:2]
        assert page["total"] == {"count": 3, "at_least": False}
        assert page["next"].startswith("/v1/consultations?team=payments&category=bonuses&limit=2&cursor=")
        rest = app.get("/consultations", team="payments", category="bonuses", cursor=page["cursor"]).body
        assert ([one["number"] for one in rest["items"]], rest["next"]) == (asked[2:], None)
        assert app.get("/consultations", team="payments", cursor=page["cursor"]).rules == {"cursor": "cursor"}

    @pytest.mark.parametrize(
        ("query", "rules"),
        [
            ({}, {"team": "required"}),
            ({"team": "payments", "state": "lost"}, {"state": "unknown_state"}),
            ({"team": "payments", "category": "weather"}, {"category": "unknown_category"}),
            ({"team": "payments", "cursor": "nonsense"}, {"cursor": "cursor"}),
            ({"team": "payments", "limit": "0"}, {"limit": "limit"}),
        ],
    )
    def test_a_query_that_cannot_be_is_bad_input(
        self, app: OperatorApp, query: dict[str, str], rules: dict[str, str]
    ) -> None:
        assert app.get("/consultations", **query).rules == rules

    def test_a_team_that_nobody_asks_has_none(self, app: OperatorApp) -> None:
        ask(app)
        assert app.get("/consultations", team="legal").body["items"] == []
