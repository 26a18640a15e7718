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


def test_a_period_that_is_not_over_says_so_and_when_it_was_known(app: OperatorApp) -> None:
    now = wiring.desk().now()
    body = report(app).body
    assert (body["over"], body["last_day"]) == (False, f"{now:%Y-%m-%d}")
    assert body["as_of"][:10] == body["last_day"]
    body = report(app, **{"from": "2020-01-01", "to": "2020-01-31"}).body
    assert (body["over"], body["as_of"], body["last_day"]) == (True, None, "2020-01-31")


def test_an_empty_month_is_zeros_and_no_share(app: OperatorApp) -> None:
    body = report(app, **{"from": "2020-01-01", "to": "2020-01-31"}).body
    assert (body["counters"], body["totals"], len(body["days"])) == (0, {}, 31)
    assert body["service"]["upheld"] == {
        "numerator": 0,
        "denominator": 0,
        "share": None,
        "low": None,
        "high": None,
    }


def test_counters_that_lag_behind_the_events_are_told_of_the_callers_brands_alone(
    app: OperatorApp, crm: OperatorApp
) -> None:
    counted(app)
    assert report(app).body["lag"] == {"looked_at": 1, "uncounted": 0, "since": None}
    late = app.get(f"/complaints/{create(app, jurisdiction='sandbox')}").body["received_at"]
    assert report(app).body["lag"] == {"looked_at": 2, "uncounted": 1, "since": late}
    assert report(crm).body["lag"] == {"looked_at": 0, "uncounted": 0, "since": None}


def test_a_pack_without_reports_has_figures(app: OperatorApp) -> None:
    assert wiring.desk().region.pack("sandbox").reports == ()
    assert report(app, pack="sandbox").status == 200
