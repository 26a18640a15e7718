"""The register of corrective actions by API: opened, listed, completed once, by whom and when."""

import base64
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from redress.adapters import action_wiring
from redress.store import keys
from redress.store.actions import ActionTable
from redress.usecases.ports import VersionConflict
from tests.support.complaints import T0
from tests.support.desks import Clock
from tests.support.operator_app import Answer, OperatorApp
from tests.support.operator_requests import TOLD, create, stored_items

PATH = "/corrective-actions"
UNKNOWN = "A-R7K3-9QXM-2"
TOLD_OF_IT = {
    "title": "Rewrite 7.2 of the bonus terms",
    "cause": "unclear_terms",
    "owner": "payments",
    "due_on": "2026-12-31",
}
DONE = {"done_on": "2026-03-02"}
FIRST, SECOND = {"redress-user": "manager-1"}, {"redress-user": "manager-2"}


@pytest.fixture(autouse=True)
def _today(clock: Clock) -> None:
    """It is the second of March."""
    clock.at = T0


def opened(app: OperatorApp, *, key: str | None = None, **told: object) -> Answer:
    """Open one."""
    answer = app.post(PATH, {**TOLD_OF_IT, **told}, key=key, **FIRST)
    assert answer.status == 201, answer.body
    return answer


def complete(app: OperatorApp, action: str, tag: str | None = '"1"', **sent: Any) -> Answer:
    """Say that one is done."""
    return app.post(f"{PATH}/{action}/completion", DONE, if_match=tag, **{**SECOND, **sent})


def ids(answer: Answer) -> list[str]:
    """What a list shows."""
    return [one["action"] for one in answer.body["items"]]


class TestOpening:
    def test_it_is_kept_with_who_opened_it_when(self, app: OperatorApp) -> None:
        answer = opened(app)
        action = answer.body["action"]
        assert answer.headers["location"] == f"/v1{PATH}/{action}"
        shown = app.get(f"{PATH}/{action.lower()}")
        assert (shown.body, shown.etag) == (answer.body, '"1"')
        assert shown.body == {
            **TOLD_OF_IT,
            "action": action,
            "version": 1,
            "opened_at": "2026-03-02T12:00:00.000Z",
            "opened_by": "app:back-office/manager-1",
            "done_on": None,
            "completed_at": None,
            "completed_by": None,
        }

    def test_the_same_request_opens_one(self, app: OperatorApp) -> None:
        first, again = opened(app, key="once"), opened(app, key="once")
        assert (again.body, again.headers["idempotency-replayed"]) == (first.body, "true")
        assert len(ids(app.get(PATH))) == 1

    def test_another_request_under_its_key_is_refused_and_so_is_a_complaint(self, app: OperatorApp) -> None:
        opened(app, key="once")
        for refused in (
            app.post(PATH, {**TOLD_OF_IT, "title": "Another"}, key="once", **FIRST),
            app.post("/complaints", TOLD, key="once"),
        ):
            assert (refused.status, refused.problem) == (422, "idempotency-key-reused")

    @pytest.mark.parametrize(
        ("told", "rules"),
        [
            ({"title": " "}, {"title": "required"}),
            ({"title": "a" * 201}, {"title": "text_length"}),
            ({"title": "a\nb"}, {"title": "control_character"}),
            ({"title": None, "owner": 7}, {"title": "required", "owner": "text"}),
            ({"cause": "weather"}, {"cause": "unknown_cause"}),
            ({"owner": "nobody"}, {"owner": "unknown_team"}),
            ({"due_on": "31.12.2026"}, {"due_on": "date"}),
            ({"due_on": "2026-02-30"}, {"due_on": "date"}),
            ({"due_on": "1999-12-31"}, {"due_on": "date_too_early"}),
            ({"due_on": "2206-12-31"}, {"due_on": "date_too_late"}),
            ({"done_on": "2026-03-01"}, {"done_on": "unknown_field"}),
        ],
    )
    @pytest.mark.usefixtures("nothing_stored")
    def test_what_breaks_a_rule_is_refused(
        self, app: OperatorApp, told: Mapping[str, object], rules: Mapping[str, str]
    ) -> None:
        refused = app.post(PATH, {**TOLD_OF_IT, **told})
        assert (refused.status, refused.rules) == (422, rules)

    def test_it_takes_write_and_to_look_at_it_read(self, app: OperatorApp) -> None:
        action = opened(app).body["action"]
        reader = OperatorApp(
            handler=app.handler,
            claims={"client_id": "cognito-back-office", "scope": "redress/complaints:read"},
        )
        assert reader.post(PATH, TOLD_OF_IT).problem == "forbidden"
        assert complete(reader, action).problem == "forbidden"
        assert reader.get(f"{PATH}/{action}").status == 200
        assert ids(reader.get(PATH)) == [action]

    def test_it_is_on_no_list_of_complaints_and_no_workflow_hears_of_it(self, app: OperatorApp) -> None:
        opened(app)
        [item] = [one for one in stored_items() if one["pk"]["S"] == keys.ACTIONS]
        indexed = {"player", "queue", "attention", "register", "attention_at"}
        assert indexed & item.keys() == set()
        assert not item["sk"]["S"].startswith((keys.EVENT_PREFIX, keys.STATE, keys.TASK_PREFIX))


class TestCompleting:
    def test_it_is_kept_with_who_completed_it_when(self, app: OperatorApp, clock: Clock) -> None:
        made = opened(app).body
        clock.at += timedelta(hours=3)
        done = complete(app, made["action"])
        assert (done.status, done.etag) == (200, '"2"')
        assert done.body == {
            **made,
            **DONE,
            "version": 2,
            "completed_at": "2026-03-02T15:00:00.000Z",
            "completed_by": "app:back-office/manager-2",
        }
        assert app.get(f"{PATH}/{made['action']}").body == done.body

    def test_twice_is_refused_unless_it_is_the_same_request(self, app: OperatorApp) -> None:
        action = opened(app).body["action"]
        first = complete(app, action, key="done")
        again = complete(app, action, key="done")
        assert (again.body, again.headers["idempotency-replayed"]) == (first.body, "true")
        refused = complete(app, action, '"2"')
        assert (refused.status, refused.problem) == (409, "action-done")
        assert app.get(f"{PATH}/{action}").body == first.body

    def test_it_names_the_version_that_was_seen(self, app: OperatorApp) -> None:
        action = opened(app).body["action"]
        missing = complete(app, action, None)
        assert (missing.status, missing.problem, missing.etag) == (428, "precondition-required", '"1"')
        for tag in ('"2"', "*", 'W/"1"', "1"):
            stale = complete(app, action, tag)
            assert (stale.status, stale.problem, stale.etag) == (412, "stale-version", '"1"')
        assert app.get(f"{PATH}/{action}").body["done_on"] is None

    @pytest.mark.parametrize(
        ("done_on", "rule"),
        [
            ("2026-03-04", "date_in_future"),
            ("1999-12-31", "date_too_early"),
            ("yesterday", "date"),
            (None, "required"),
        ],
    )
    def test_a_day_that_has_not_come_is_none(self, app: OperatorApp, done_on: object, rule: str) -> None:
        action = opened(app).body["action"]
        refused = app.post(f"{PATH}/{action}/completion", {"done_on": done_on}, if_match='"1"')
        assert (refused.status, refused.rules) == (422, {"done_on": rule})

    def test_it_may_be_today_wherever_that_has_begun(self, app: OperatorApp) -> None:
        action = opened(app).body["action"]
        answer = app.post(f"{PATH}/{action}/completion", {"done_on": "2026-03-03"}, if_match='"1"')
        assert answer.status == 200  # it is past noon in London, so it is the third on Kiritimati

    @pytest.mark.parametrize("action", [UNKNOWN, "nonsense", "A-", "%00", "A" * 200])
    def test_one_that_there_is_not_is_not_found(self, app: OperatorApp, action: str) -> None:
        for answer in (app.get(f"{PATH}/{action}"), complete(app, action)):
            assert (answer.status, answer.problem) == (404, "no-such-action")

    def test_the_number_of_a_complaint_is_no_id_of_an_action(self, app: OperatorApp) -> None:
        number = create(app)
        assert app.get(f"{PATH}/{number}").problem == "no-such-action"


class TestList:
    def test_what_is_due_first_comes_first_in_parts_that_follow_each_other(self, app: OperatorApp) -> None:
        days = ["2026-06-30", "2026-03-31", "2026-12-31", "2026-03-31", "2026-04-30"]
        made = {opened(app, due_on=day).body["action"]: day for day in days}
        wanted = sorted(made, key=lambda one: (made[one], one))
        assert ids(app.get(PATH)) == wanted
        first = app.get(PATH, limit="2")
        second = app.get(PATH, limit="2", cursor=first.body["cursor"])
        third = app.get(PATH, limit="2", cursor=second.body["cursor"])
        assert [*ids(first), *ids(second), *ids(third)] == wanted
        assert (third.body["cursor"], third.body["next"]) == (None, None)
        assert first.body["next"].startswith(f"/v1{PATH}?limit=2&cursor=")

    def test_it_is_narrowed_to_what_is_open_or_done(self, app: OperatorApp) -> None:
        made = [opened(app, due_on=f"2026-04-0{day}").body["action"] for day in (1, 2, 3)]
        complete(app, made[1])
        assert ids(app.get(PATH, state="open")) == [made[0], made[2]]
        assert ids(app.get(PATH, state="done")) == [made[1]]
        part = app.get(PATH, state="open", limit="1")
        assert part.body["next"].startswith(f"/v1{PATH}?state=open&limit=1&cursor=")

    def test_there_may_be_more_than_a_query_returns(
        self, app: OperatorApp, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made = [opened(app).body["action"] for _ in range(5)]
        client: Any = action_wiring.table().client
        paginator = client.get_paginator

        def in_twos(operation: str) -> Any:
            pages = paginator(operation)
            paginate = partial(pages.paginate, PaginationConfig={"PageSize": 2})
            return SimpleNamespace(paginate=paginate)

        monkeypatch.setattr(client, "get_paginator", in_twos)
        assert ids(app.get(PATH)) == sorted(made)

    @pytest.mark.parametrize(
        ("query", "rules"),
        [
            ({"state": "late"}, {"state": "unknown_state"}),
            ({"limit": "0"}, {"limit": "limit"}),
            ({"limit": "101"}, {"limit": "limit"}),
            ({"owner": "payments"}, {"owner": "unknown_field"}),
            ({"cursor": "nonsense"}, {"cursor": "cursor"}),
            ({"cursor": "é"}, {"cursor": "cursor"}),
            ({"cursor": base64.urlsafe_b64encode(b"STATE").decode()}, {"cursor": "cursor"}),
            ({"cursor": base64.urlsafe_b64encode(b"2026-03-31 A-1").decode()}, {"cursor": "cursor"}),
            (
                {"cursor": base64.urlsafe_b64encode(f"Tuesday {UNKNOWN}".encode()).decode()},
                {"cursor": "cursor"},
            ),
        ],
    )
    def test_what_is_no_part_of_it_is_refused(
        self, app: OperatorApp, query: dict[str, str], rules: dict[str, str]
    ) -> None:
        refused = app.get(PATH, **query)
        assert (refused.status, refused.rules) == (422, rules)


class TestFaults:
    def test_of_two_who_complete_it_at_once_one_wins_and_the_other_is_told(
        self, app: OperatorApp, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        action = opened(app).body["action"]
        read = ActionTable.action

        def overtaken(self: ActionTable, named: str) -> Any:
            """Between reading and writing somebody else completes it."""
            found = read(self, named)
            monkeypatch.setattr(ActionTable, "action", read)
            assert complete(app, action, key="first").status == 200
            return found

        monkeypatch.setattr(ActionTable, "action", overtaken)
        lost = complete(app, action, key="second", **FIRST)
        assert (lost.status, lost.problem, lost.headers["retry-after"]) == (503, "busy", "1")
        again = complete(app, action, key="second", **FIRST)
        assert (again.status, again.problem) == (412, "stale-version")
        assert app.get(f"{PATH}/{action}").body["completed_by"] == "app:back-office/manager-2"

    @pytest.mark.parametrize("write", ["add", "complete"])
    @pytest.mark.parametrize(
        ("error", "problem"),
        [
            (ConnectTimeoutError(endpoint_url="https://dynamodb.example.com"), "unavailable"),
            (ClientError({"Error": {"Code": "ThrottlingException"}}, "TransactWriteItems"), "unavailable"),
            (VersionConflict("others"), "busy"),
        ],
    )
    def test_what_failed_is_sent_again_under_its_key(
        self, app: OperatorApp, monkeypatch: pytest.MonkeyPatch, write: str, error: Exception, problem: str
    ) -> None:
        def fail(*_: object) -> NoReturn:
            raise error

        action = opened(app).body["action"]

        def send() -> Answer:
            if write == "add":
                return app.post(PATH, TOLD_OF_IT, key="again")
            return complete(app, action, key="again")

        with monkeypatch.context() as while_it_lasts:
            while_it_lasts.setattr(ActionTable, write, fail)
            refused = send()
        assert (refused.status, refused.problem) == (503, problem)
        assert send().status in {200, 201}
        assert len(ids(app.get(PATH))) == (2 if write == "add" else 1)

    def test_an_answer_that_was_lost_is_given_again(
        self, app: OperatorApp, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        add = ActionTable.add

        def stored_and_lost(self: ActionTable, *given: Any) -> NoReturn:
            add(self, *given)
            raise ConnectTimeoutError(endpoint_url="https://dynamodb.example.com")

        with monkeypatch.context() as while_it_lasts:
            while_it_lasts.setattr(ActionTable, "add", stored_and_lost)
            assert app.post(PATH, TOLD_OF_IT, key="lost", **FIRST).status == 503
        again = opened(app, key="lost")
        assert again.headers["idempotency-replayed"] == "true"
        assert ids(app.get(PATH)) == [again.body["action"]]
