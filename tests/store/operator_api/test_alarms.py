"""Alarms about rises by API: those of the caller's brands, the latest first, with what they say."""

from datetime import UTC, datetime, timedelta

import pytest

from redress.adapters import alarm_wiring
from redress.domain.clusters import Alarm, Key
from redress.domain.raised import Raised
from tests.support.operator_app import OperatorApp

END = datetime(2026, 5, 4, 14, tzinfo=UTC)


def raise_one(brand: str = "northlight", hour: int = 0) -> Raised:
    """An alarm about a game, so many hours after the first one."""
    end = END + timedelta(hours=hour)
    alarm = Alarm(
        key=Key(dimension="game", value="slot-1", brand=brand),
        start=end - timedelta(hours=6),
        end=end,
        count=52,
        expected=3.25,
        upper=11,
        p=2.5e-9,
        level=1e-5,
        weeks=8,
        also=(Key(dimension="category", value="bonuses", brand=brand),),
    )
    raised = Raised(
        pack="gb-ukgc",
        alarm=alarm,
        complaints=("0000-0001-Y", "0000-000C-8"),
        raised_at=end + timedelta(minutes=20),
        silent_until=end + timedelta(hours=48),
    )
    alarm_wiring.table().add("gb-ukgc", end, [raised])
    return raised


def test_an_alarm_is_shown_with_its_evidence(app: OperatorApp) -> None:
    raised = raise_one()
    answer = app.get("/alarms")
    assert answer.status == 200
    assert answer.body == {
        "items": [
            {
                "alarm": raised.id,
                "pack": "gb-ukgc",
                "brand": "northlight",
                "key": {"dimension": "game", "value": "slot-1"},
                "start": "2026-05-04T08:00:00.000Z",
                "end": "2026-05-04T14:00:00.000Z",
                "count": 52,
                "expected": 3.25,
                "upper": 11,
                "probability": 2.5e-9,
                "level": 1e-5,
                "weeks": 8,
                "also": [{"dimension": "category", "value": "bonuses"}],
                "complaints": [
                    {"number": "0000-0001-Y", "self": "/v1/complaints/0000-0001-Y"},
                    {"number": "0000-000C-8", "self": "/v1/complaints/0000-000C-8"},
                ],
                "more": 50,
                "owner": "payments",
                "raised_at": "2026-05-04T14:20:00.000Z",
                "told_at": None,
                "silent_until": "2026-05-06T14:00:00.000Z",
            }
        ],
        "cursor": None,
        "next": None,
    }


def test_it_says_since_when_its_owner_knows(app: OperatorApp) -> None:
    raised = raise_one()
    alarm_wiring.table().told(raised, END + timedelta(hours=1), "message-1")
    [shown] = app.get("/alarms").body["items"]
    assert shown["told_at"] == "2026-05-04T15:00:00.000Z"


def test_the_list_is_walked_the_latest_first(app: OperatorApp) -> None:
    ids = [raise_one(hour=hour).id for hour in range(3)]
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = app.get("/alarms", limit="1", **cursor).body
        seen += [one["alarm"] for one in page["items"]]
        if page["cursor"] is None:
            break
        assert page["next"].startswith("/v1/alarms?limit=1&cursor=")
        cursor = {"cursor": page["cursor"]}
    assert seen == ids[::-1]


def test_nobody_sees_what_is_another_brands(app: OperatorApp, crm: OperatorApp) -> None:
    raise_one()
    raise_one(brand="southlight", hour=1)
    assert [one["brand"] for one in app.get("/alarms").body["items"]] == ["northlight"]
    assert [one["brand"] for one in crm.get("/alarms").body["items"]] == ["southlight"]


@pytest.mark.parametrize(
    ("query", "rules"),
    [
        ({"cursor": "bm90aGluZw=="}, {"cursor": "cursor"}),
        ({"cursor": "MjAyNi0wNS0wNFQxNDowMDowMC4wMDBaIEEtMQ=="}, {"cursor": "cursor"}),
        ({"limit": "0"}, {"limit": "limit"}),
        ({"brand": "northlight"}, {"brand": "unknown_field"}),
    ],
)
def test_a_question_that_cannot_be_answered_names_its_field(
    app: OperatorApp, query: dict[str, str], rules: dict[str, str]
) -> None:
    answer = app.get("/alarms", **query)
    assert (answer.status, answer.rules) == (422, rules)
