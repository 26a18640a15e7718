"""Lists of complaints: each reads one index, page by page, and shows the caller's brands only."""

from collections.abc import Mapping

import pytest

from tests.support.operator_app import OperatorApp
from tests.support.operator_requests import create, investigated


class TestLists:
    def test_a_queue_shows_the_complaints_of_its_team(self, app: OperatorApp) -> None:
        number = investigated(app)
        items = app.get("/complaints", team="payments", limit="100").body["items"]
        assert number in [item["number"] for item in items]
        due = [item["due_at"] for item in items]
        assert due == sorted(due)

    def test_a_register_month_shows_the_latest_first(self, app: OperatorApp) -> None:
        first, second = create(app, jurisdiction="gb-ukgc"), create(app, jurisdiction="gb-ukgc")
        month = app.get(f"/complaints/{first}").body["received_at"][:7]
        items = app.get("/complaints", jurisdiction="gb-ukgc", month=month, limit="2").body["items"]
        assert [item["number"] for item in items] == [second, first]

    def test_a_player_is_found_by_account_or_by_address(self, app: OperatorApp) -> None:
        with_account = create(app, account="account-77", email="seventy-seven@example.com")
        without = create(app, account=None, email="Seventy-Eight@example.com")
        by_account = app.get("/complaints", brand="northlight", account="account-77").body
        by_address = app.get("/complaints", brand="northlight", email="seventy-eight@EXAMPLE.com").body
        assert [item["number"] for item in by_account["items"]] == [with_account]
        assert [item["number"] for item in by_address["items"]] == [without]

    def test_a_list_is_read_page_by_page_to_its_end(self, app: OperatorApp) -> None:
        numbers = {create(app, account="account-pages") for _ in range(5)}
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
        ours, theirs = create(app), create(crm, brand="southlight")
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
            investigated(app)
        cursor = app.get("/complaints", team="payments", limit="1").body["cursor"]
        assert cursor
        assert app.get("/complaints", team="care", cursor=cursor).rules == {"cursor": "cursor"}
