"""Teams and their queues: who is in them, what is next, what there is to do; lists that filters narrow."""

from collections.abc import Mapping

import pytest

from tests.support.desks import Clock
from tests.support.operator_app import OperatorApp
from tests.support.operator_requests import create, etag, investigated

ANN, BEN = {"redress-user": "person-1"}, {"redress-user": "person-2"}


def assign(app: OperatorApp, number: str, person: str) -> None:
    """Give a complaint to a person."""
    body = {"assignee": person}
    answer = app.post(f"/complaints/{number}/assignment", body, if_match=etag(app, number))
    assert answer.status == 200, answer.body


def open_task(app: OperatorApp, number: str, team: str) -> None:
    """Ask a team for something, at once."""
    answer = app.post(f"/complaints/{number}/tasks", {"team": team, "what": "Look into it."})
    assert answer.status == 200, answer.body


def numbers(app: OperatorApp, **query: str) -> list[str]:
    """The complaints of a list."""
    return [one["number"] for one in app.get("/complaints", **query).body["items"]]


class TestTeams:
    def test_teams_and_levels_are_those_of_the_region_file(self, app: OperatorApp) -> None:
        told = app.get("/teams").body
        assert [one["id"] for one in told["items"]] == ["care", "payments"]
        assert told["items"][1]["categories"] == ["bonuses"]
        assert [(one["level"], one["name"]) for one in told["escalation"]] == [
            (1, "Complaints manager"),
            (2, "Compliance"),
        ]

    @pytest.mark.parametrize(("method", "path"), [("GET", "/teams/x/workload"), ("POST", "/teams/x/next")])
    def test_an_unknown_team_is_not_found(self, app: OperatorApp, method: str, path: str) -> None:
        got = app.get(path) if method == "GET" else app.post(path, **ANN)
        assert (got.status, got.problem) == (404, "no-such-team")
        assert "care, payments" in got.body["detail"]


class TestNext:
    def test_the_first_complaint_is_given_with_a_lease(self, app: OperatorApp, clock: Clock) -> None:
        first = investigated(app)
        clock.move(1)
        second = investigated(app)
        got = [app.post("/teams/payments/next", **who).body["complaint"] for who in (ANN, BEN, ANN)]
        assert [one["number"] for one in got] == [first, second, first]
        assert [one["lease"]["holder"] for one in got] == ["person-1", "person-2", "person-1"]
        shown = app.get("/complaints", team="payments").body["items"]
        assert [one["lease"]["holder"] for one in shown] == ["person-1", "person-2"]
        assert app.get(f"/complaints/{first}").body["lease"] == got[2]["lease"]
        clock.move(901)
        assert app.get(f"/complaints/{first}").body["lease"] is None
        assert app.get("/complaints", team="payments").body["items"][0]["lease"] is None

    def test_an_empty_queue_is_answered_with_null(self, app: OperatorApp) -> None:
        got = app.post("/teams/payments/next", **ANN)
        assert (got.status, got.body) == (200, {"complaint": None})

    def test_the_same_request_is_answered_alike(self, app: OperatorApp) -> None:
        investigated(app)
        first, again = (app.post("/teams/payments/next", key="next-1", **ANN) for _ in range(2))
        assert first.body == again.body
        assert again.headers["idempotency-replayed"] == "true"

    @pytest.mark.parametrize("path", ["/teams/payments/next", "/complaints/{number}/lease"])
    def test_without_a_person_nobody_is_given_anything(self, app: OperatorApp, path: str) -> None:
        got = app.post(path.format(number=investigated(app)))
        assert (got.status, got.rules) == (422, {"Redress-User": "subject"})

    def test_another_brands_complaints_are_for_others(self, app: OperatorApp, crm: OperatorApp) -> None:
        number = investigated(crm, brand="southlight")
        assert app.post("/teams/payments/next", **ANN).body["complaint"] is None
        assert crm.post("/teams/payments/next", **ANN).body["complaint"]["number"] == number


class TestLease:
    def test_what_another_person_has_is_refused_until_it_is_given_back(self, app: OperatorApp) -> None:
        path = f"/complaints/{investigated(app)}/lease"
        taken = app.post(path, **ANN).body["complaint"]["lease"]
        refused = app.post(path, **BEN)
        assert (refused.status, refused.problem) == (409, "leased")
        assert {"holder": refused.body["holder"], "until": refused.body["until"]} == taken
        for _ in range(2):
            given = app.send("DELETE", path, headers=ANN)
            assert (given.status, given.body["complaint"]["lease"]) == (200, None)
        assert app.post(path, **BEN).body["complaint"]["lease"]["holder"] == "person-2"

    def test_a_lease_leaves_the_version_alone(self, app: OperatorApp) -> None:
        number = investigated(app)
        before = etag(app, number)
        app.post(f"/complaints/{number}/lease", **ANN)
        assert etag(app, number) == before


class TestWorkload:
    def test_it_counts_what_there_is_to_do(self, app: OperatorApp, crm: OperatorApp, clock: Clock) -> None:
        mine, free = investigated(app), investigated(app)
        investigated(crm, brand="southlight")
        assign(app, mine, "person-1")
        open_task(app, free, "payments")
        fresh = app.get("/teams/payments/workload").body
        assert (fresh["open"], fresh["unassigned"], fresh["overdue"]) == (2, 1, 0)
        assert (fresh["due_within_24_hours"], fresh["capped"]) == (2, False)
        assert fresh["by_assignee"] == [{"assignee": "person-1", "open": 1, "overdue": 0}]
        clock.move(60)  # the sandbox's acknowledgement is due after ten seconds
        late = app.get("/teams/payments/workload").body
        assert (late["overdue"], late["due_within_24_hours"]) == (2, 0)
        assert late["by_assignee"] == [{"assignee": "person-1", "open": 1, "overdue": 1}]
        assert (late["tasks"]["open"], late["tasks"]["overdue"]) == (1, 1)
        assert app.get("/teams/care/workload").body["open"] == 0


class TestTasks:
    def test_tasks_of_a_team_are_listed_without_other_brands(
        self, app: OperatorApp, crm: OperatorApp
    ) -> None:
        number, other = investigated(app), investigated(crm, brand="southlight")
        open_task(app, number, "care")
        open_task(crm, other, "care")
        page = app.get("/tasks", team="care", total="true").body
        [task] = page["items"]
        assert (task["number"], task["kind"], task["team"], task["overdue"]) == (
            number,
            "work",
            "care",
            True,
        )
        assert page["total"] == {"count": 1, "at_least": False}
        assert app.get("/tasks", team="payments").body["items"] == []

    def test_a_team_has_to_be_named(self, app: OperatorApp) -> None:
        assert app.get("/tasks").rules == {"team": "required"}


class TestFilters:
    def test_filters_narrow_a_list(self, app: OperatorApp) -> None:
        mine, free = investigated(app), investigated(app)
        assign(app, mine, "person-1")
        assert numbers(app, team="payments", assignee="person-1") == [mine]
        assert numbers(app, team="payments", assignee="none") == [free]
        assert numbers(app, team="payments", category="account") == []
        assert set(numbers(app, team="payments", category="bonuses", severity="normal")) == {mine, free}
        assert numbers(app, team="payments", stage="closed") == []
        assert numbers(app, team="payments", needs_human="true") == []
        assert set(numbers(app, team="payments", needs_human="false")) == {mine, free}
        assert set(numbers(app, brand="northlight", account="account-1", priority="3")) == {mine, free}
        assert numbers(app, brand="northlight", account="account-1", priority="1") == []

    def test_what_is_overdue_is_listed_on_request(self, app: OperatorApp, clock: Clock) -> None:
        number = investigated(app)
        assert numbers(app, team="payments", overdue="true") == []
        clock.move(60)
        assert numbers(app, team="payments", overdue="true") == [number]

    def test_a_total_is_given_on_request(self, app: OperatorApp) -> None:
        for _ in range(3):
            investigated(app)
        page = app.get("/complaints", team="payments", limit="1", total="true").body
        assert (len(page["items"]), page["total"]) == (1, {"count": 3, "at_least": False})
        assert "total" not in page["next"]
        assert app.get("/complaints", team="payments").body["total"] is None

    def test_next_keeps_the_filters(self, app: OperatorApp) -> None:
        for _ in range(2):
            investigated(app)
        page = app.get("/complaints", team="payments", needs_human="false", assignee="none", limit="1").body
        assert page["next"].startswith(
            "/v1/complaints?team=payments&assignee=none&needs_human=false&limit=1&cursor="
        )

    @pytest.mark.parametrize(
        ("query", "rule", "hint"),
        [
            ({"stage": "received"}, "query", "narrows a list"),
            ({"team": "care", "brand": "northlight"}, "query", "A team's queue is narrowed by stage"),
            ({"team": "care", "account": "1"}, "query", "A player is named by brand"),
            ({"team": "care", "month": "2026-04"}, "query", "A team's queue"),
            ({"jurisdiction": "sandbox"}, "query", "A register is named by"),
            ({"month": "2026-04", "brand": "northlight"}, "query", "A register is named by"),
            ({"brand": "northlight"}, "query", "A player is named by"),
            ({"jurisdiction": "sandbox", "month": "2026-04", "overdue": "true"}, "overdue", "Only a queue"),
            ({"brand": "northlight", "account": "1", "overdue": "true"}, "overdue", "Only a queue"),
            ({"brand": "northlight", "account": "1", "training": "true"}, "training", "practice"),
        ],
    )
    def test_what_no_index_serves_is_refused_with_a_hint(
        self, app: OperatorApp, query: Mapping[str, str], rule: str, hint: str
    ) -> None:
        refused = app.get("/complaints", **query)
        assert (refused.status, refused.rules) == (422, {rule: "one_list"})
        assert hint in refused.body["errors"][0]["remedy"]

    @pytest.mark.parametrize(
        ("query", "rules"),
        [
            ({"stage": "lost"}, {"stage": "unknown_stage"}),
            ({"category": "weather"}, {"category": "unknown_category"}),
            ({"severity": "mild"}, {"severity": "unknown_severity"}),
            ({"priority": "5"}, {"priority": "priority"}),
            ({"needs_human": "perhaps"}, {"needs_human": "truth"}),
            ({"assignee": "a@example.com"}, {"assignee": "subject"}),
        ],
    )
    def test_a_filter_that_cannot_be_is_bad_input(
        self, app: OperatorApp, query: Mapping[str, str], rules: Mapping[str, str]
    ) -> None:
        assert app.get("/complaints", team="care", **query).rules == rules

    def test_a_cursor_of_other_filters_is_refused(self, app: OperatorApp) -> None:
        for _ in range(2):
            investigated(app)
        cursor = app.get("/complaints", team="payments", limit="1").body["cursor"]
        assert app.get("/complaints", team="payments", assignee="none", cursor=cursor).rules == {
            "cursor": "cursor"
        }

    def test_a_new_complaint_is_in_no_queue_before_triage(self, app: OperatorApp) -> None:
        create(app)
        assert numbers(app, team="payments") == []
