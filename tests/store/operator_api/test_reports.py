"""The figures of a period by API: of the brands that the caller sees, and of no other."""

import pytest

from redress.adapters import insight_wiring, wiring
from redress.usecases.count import count
from tests.support.operator_app import Answer, OperatorApp
from tests.support.operator_requests import create


def report(app: OperatorApp, **query: str) -> Answer:
    """A report about this year of the sandbox."""
    today = wiring.desk().now().date()
    period = {"from": f"{today.year}-01-01", "to": f"{today.year}-12-31"}
    return app.get("/reports", **{"pack": "sandbox", **period, **query})


def counted(app: OperatorApp) -> None:
    """A complaint, and its counters."""
    number = create(app, jurisdiction="sandbox")
    counters, registers = insight_wiring.counters(), insight_wiring.registers()
    count(registers, counters, wiring.desk().region, number)


def test_what_was_counted_is_shown(app: OperatorApp) -> None:
    counted(app)
    answer = report(app)
    assert answer.status == 200
    assert answer.body["totals"] == {"received": 1}
    assert answer.body["backlog"]["open"] == 1
    assert answer.body["brands"] == ["northlight"]


def test_nobody_sees_what_is_another_brands(app: OperatorApp, crm: OperatorApp) -> None:
    counted(app)
    answer = report(crm)
    assert (answer.body["brands"], answer.body["totals"]) == (["southlight"], {})
    assert report(crm, brand="northlight").rules == {"brand": "unknown_brand"}


@pytest.mark.parametrize(
    ("query", "rules"),
    [
        ({"pack": "pt"}, {"pack": "unknown_pack"}),
        ({"from": "9000-01-01", "to": "9000-02-01"}, {"from": "date_in_future"}),
        ({"from": "1999-01-01"}, {"from": "date_too_early"}),
        ({"from": "2026-01-02", "to": "2026-01-01"}, {"to": "date_too_early"}),
        ({"from": "2020-01-01", "to": "2021-02-01"}, {"to": "period_length"}),
        ({"from": "lately"}, {"from": "date"}),
        ({"days": "7"}, {"days": "unknown_field"}),
    ],
)
def test_a_question_that_cannot_be_answered_names_its_field(
    app: OperatorApp, query: dict[str, str], rules: dict[str, str]
) -> None:
    answer = report(app, **query)
    assert (answer.status, answer.rules) == (422, rules)


def test_a_year_is_answered_wherever_it_begins(app: OperatorApp) -> None:
    answer = report(app, **{"from": "2020-01-15", "to": "2021-01-14"})
    assert answer.status == 200
    assert len(answer.body["days"]) == 366
