"""A request that is sent twice is done once."""

from copy import replace
from datetime import timedelta
from functools import partial
from operator import add
from types import ModuleType

import pytest

from redress.adapters import wiring
from tests.support.operator_app import OperatorApp
from tests.support.operator_requests import TOLD, etag, investigated, post_to, stored_items, with_desk


class TestIdempotency:
    def test_the_same_request_gets_the_same_answer(self, app: OperatorApp) -> None:
        first = app.post("/complaints", TOLD, key="same")
        stored = len(stored_items())
        again = app.post("/complaints", dict(reversed(list(TOLD.items()))), key="same")
        assert (again.status, again.body, again.etag) == (201, first.body, first.etag)
        assert again.headers["idempotency-replayed"] == "true"
        assert "idempotency-replayed" not in first.headers
        assert len(stored_items()) == stored

    def test_another_request_under_the_same_key_is_refused(self, app: OperatorApp) -> None:
        number = app.post("/complaints", TOLD, key="other").body["number"]
        stored = len(stored_items())
        for refused in (
            app.post("/complaints", {**TOLD, "name": "Another player"}, key="other"),
            app.post(f"/complaints/{number}/withdrawal", key="other"),
        ):
            assert (refused.status, refused.problem) == (422, "idempotency-key-reused")
        assert len(stored_items()) == stored

    def test_a_key_belongs_to_its_application(self, app: OperatorApp, crm: OperatorApp) -> None:
        ours = app.post("/complaints", TOLD, key="shared")
        theirs = crm.post("/complaints", {**TOLD, "brand": "southlight"}, key="shared")
        assert (ours.status, theirs.status) == (201, 201)
        assert ours.body["number"] != theirs.body["number"]

    def test_a_command_is_answered_again_after_the_complaint_went_on(self, app: OperatorApp) -> None:
        number = investigated(app)
        tag, body = etag(app, number), {"assignee": "person-1"}
        path = f"/complaints/{number}/assignment"
        first = app.post(path, body, key="assign", if_match=tag)
        post_to(app, number, "information-requests", {"question": "When?"})
        again = app.post(path, body, key="assign", if_match=tag)
        assert (again.status, again.body, again.etag) == (200, first.body, first.etag)
        assert again.headers["idempotency-replayed"] == "true"

    def test_a_key_is_remembered_for_seven_days(
        self, app: OperatorApp, function: ModuleType, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = app.post("/complaints", TOLD, key="week").body["number"]
        desk, now = wiring.desk(), wiring.now()
        for passed, same in ((timedelta(days=6.9), True), (timedelta(days=7.1), False)):
            later = replace(desk, now=partial(add, now, passed))
            monkeypatch.setattr(function, "api", with_desk(later))
            assert (app.post("/complaints", TOLD, key="week").body["number"] == first) is same
