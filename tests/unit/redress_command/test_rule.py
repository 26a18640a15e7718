"""`redress due --rule`: a deadline of one's own, in the words of the schema."""

import json
from collections.abc import Mapping

import pytest

from tests.support.redress_command import CURACAO, MARCH, PAUSE, Answer, Ask, refused

DAYS_OFF = {"holidays": ["2026-12-25", "2026-12-28", "2027-01-01"]}
HOURS = {"amount": 24, "unit": "hours", "timezone": "Europe/London"}
WEEKS = {"amount": 8, "unit": "weeks", "timezone": "Europe/London", "count_start": "include_anchor_day"}
YEAR = {"amount": 12, "unit": "months", "timezone": "Europe/London"}
MADRID = {"unit": "months", "timezone": "Europe/Madrid", "weekend": [6, 7], "holidays": []}
PARIS = {"unit": "calendar_days", "timezone": "Europe/Paris"}
WILLEMSTAD = {"timezone": "America/Curacao"}
LISBON = {"amount": 15, "unit": "business_days", "timezone": "Europe/Lisbon"}
CLOSING = {
    "amount": 3,
    "unit": "business_days",
    "timezone": "Europe/London",
    "end_at": "close_of_business",
    "close_time": "17:00",
}
WARSAW = {
    "kind": "deemed_outcome",
    "amount": 14,
    "unit": "calendar_days",
    "timezone": "Europe/Warsaw",
    "holidays": ["2026-11-01"],
}
AZORES = {"amount": 7, "unit": "calendar_days", "timezone": "Atlantic/Azores"}


type RuleVector = tuple[str, Mapping[str, object], str, str, tuple[str, ...]]
RULE_VECTORS: list[RuleVector] = [
    ("1", HOURS, "2026-03-28T20:00+00:00", "2026-03-29T20:00:00Z", ()),
    ("2", HOURS, "2026-10-24T20:00+01:00", "2026-10-25T19:00:00Z", ()),
    ("3", WEEKS, MARCH, "2026-04-26T23:00:00Z", ()),
    ("4", WEEKS | {"count_start": "exclude_anchor_day"}, MARCH, "2026-04-27T23:00:00Z", ()),
    ("5", WEEKS, MARCH, "2026-05-06T23:00:00Z", PAUSE),
    (
        "6",
        {"amount": 10, "unit": "business_days", "timezone": "Europe/London"} | DAYS_OFF,
        "2026-12-18T15:00+00:00",
        "2027-01-07T00:00:00Z",
        (),
    ),
    ("7 clamp", YEAR, "2028-02-29T12:00+00:00", "2029-03-01T00:00:00Z", ()),
    (
        "7 next",
        YEAR | {"month_overflow": "next_month_first"},
        "2028-02-29T12:00+00:00",
        "2029-03-02T00:00:00Z",
        (),
    ),
    ("8", MADRID | {"amount": 1}, "2026-01-31T12:00+01:00", "2026-02-28T23:00:00Z", ()),
    ("9", MADRID | {"amount": 3}, "2026-01-31T12:00+01:00", "2026-04-30T22:00:00Z", ()),
    ("10", MADRID | {"amount": 1}, "2028-01-30T12:00+01:00", "2028-02-29T23:00:00Z", ()),
    ("11", MADRID | {"amount": 1}, "2026-07-01T00:30+02:00", "2026-08-01T22:00:00Z", ()),
    (
        "12 gateway",
        PARIS | {"amount": 20, "kind": "gateway"},
        "2026-03-15T22:30+01:00",
        "2026-04-04T22:00:00Z",
        (),
    ),
    ("12 house", PARIS | {"amount": 18}, "2026-03-15T22:30+01:00", "2026-04-02T22:00:00Z", ()),
    (
        "13",
        {"amount": 14, "unit": "calendar_days", "timezone": "Europe/Copenhagen", "kind": "notice_trigger"},
        "2026-10-20T23:15+02:00",
        "2026-11-03T23:00:00Z",
        (),
    ),
    (
        "14",
        {"amount": 10, "unit": "calendar_days", "timezone": "America/Detroit", "holidays": ["2027-01-01"]},
        "2026-12-22T23:30-05:00",
        "2027-01-02T05:00:00Z",
        (),
    ),
    (
        "15",
        {"amount": 30, "unit": "calendar_days", "timezone": "Indian/Comoro", "holidays": ["2027-01-01"]},
        "2026-12-02T00:30+03:00",
        "2027-01-01T21:00:00Z",
        (),
    ),
    (
        "16",
        {"amount": 90, "unit": "calendar_days", "timezone": "America/Toronto"},
        "2026-01-15T23:00-05:00",
        "2026-04-16T04:00:00Z",
        (),
    ),
    ("17", WILLEMSTAD | {"amount": 1, "unit": "weeks"}, CURACAO, "2026-05-01T04:00:00Z", ()),
    ("18", WILLEMSTAD | {"amount": 4, "unit": "weeks"}, CURACAO, "2026-05-22T04:00:00Z", ()),
    ("18 extended", WILLEMSTAD | {"amount": 8, "unit": "weeks"}, CURACAO, "2026-06-19T04:00:00Z", ()),
    (
        "19",
        WILLEMSTAD | {"amount": 5, "unit": "business_days", "holidays": ["2026-04-27", "2026-05-01"]},
        CURACAO,
        "2026-05-05T04:00:00Z",
        (),
    ),
    (
        "19 no holidays",
        WILLEMSTAD | {"amount": 5, "unit": "business_days"},
        CURACAO,
        "2026-05-01T04:00:00Z",
        (),
    ),
    (
        "20",
        LISBON | {"holidays": ["2026-12-25", "2027-01-01"]},
        "2026-12-11T12:00+00:00",
        "2027-01-06T00:00:00Z",
        (),
    ),
    ("20 no holidays", LISBON, "2026-12-11T12:00+00:00", "2027-01-02T00:00:00Z", ()),
    (
        "21",
        CLOSING | {"holidays": ["2026-04-03", "2026-04-06"]},
        "2026-04-01T12:00+01:00",
        "2026-04-08T16:00:00Z",
        (),
    ),
    (
        "21 Monday worked",
        CLOSING | {"holidays": ["2026-04-03"]},
        "2026-04-01T12:00+01:00",
        "2026-04-07T16:00:00Z",
        (),
    ),
    ("22 none", WARSAW, "2026-10-18T12:00+02:00", "2026-11-01T23:00:00Z", ()),
    (
        "22 next",
        WARSAW | {"rollover": "next_business_day"},
        "2026-10-18T12:00+02:00",
        "2026-11-02T23:00:00Z",
        (),
    ),
    (
        "22 previous",
        WARSAW | {"rollover": "previous_business_day"},
        "2026-10-18T12:00+02:00",
        "2026-10-30T23:00:00Z",
        (),
    ),
    (
        "23",
        {"amount": 15, "unit": "calendar_days", "timezone": "Europe/Tallinn", "holidays": ["2026-12-25"]},
        "2026-12-10T12:00+02:00",
        "2026-12-25T22:00:00Z",
        (),
    ),
    ("24", AZORES, "2026-03-21T12:00-01:00", "2026-03-29T01:00:00Z", ()),
    ("25", AZORES, "2026-10-17T12:00+00:00", "2026-10-25T00:00:00Z", ()),
]


def due_by_rule(ask: Ask, rule: object, anchor: str, *more: str) -> Answer:
    return ask("due", "--rule", json.dumps(rule), "--anchor", anchor, *more)


@pytest.mark.parametrize(
    ("rule", "anchor", "due_at", "more"),
    [vector[1:] for vector in RULE_VECTORS],
    ids=[vector[0] for vector in RULE_VECTORS],
)
def test_a_rule_of_ones_own_gives_the_instants_computed_by_hand(
    rule: Mapping[str, object], anchor: str, due_at: str, more: tuple[str, ...], ask: Ask
) -> None:
    found = due_by_rule(ask, rule, anchor, *more, "--json").json
    assert found["due_at"] == due_at
    assert found["kind"] == rule.get("kind", "duty")
    assert found["explain"]


def test_no_vector_is_left_out() -> None:
    assert {int(vector[0].split()[0]) for vector in RULE_VECTORS} == set(range(1, 26))


def test_a_rule_is_explained_in_words(ask: Ask) -> None:
    told = due_by_rule(ask, WARSAW | {"rollover": "next_business_day"}, "2026-10-18T12:00+02:00").out
    assert told.startswith("deemed_outcome: before 2026-11-02T23:00:00Z")
    assert "Sunday 1 November 2026 is not worked (holiday): moved to Monday 2 November 2026" in told


# Rules that are refused.

RULE: dict[str, object] = {"amount": 10, "unit": "calendar_days", "timezone": "Europe/London"}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"amount": 0}, "amount: 0 is not between 1 and 10000"),
        ({"amount": -1}, "amount: -1 is not between"),
        ({"amount": 10_001}, "amount: 10001 is not between"),
        ({"amount": True}, "amount: True is not a whole number"),
        ({"amount": 1.0}, "amount: 1.0 is not a whole number"),
        ({"amount": "10"}, "amount: '10' is not a whole number"),
        ({"amount": None}, "amount: missing"),
        ({"unit": "days"}, "unit: 'days' is not a known value. Use one of: seconds, hours, calendar_days"),
        ({"unit": ["hours"]}, "unit: ['hours'] is not a known value"),
        ({"unit": "seconds"}, "unit: seconds are for the sandbox pack only. Use hours"),
        ({"unit": "hours", "count_start": "exclude_anchor_day"}, "unit: hours run from instant to instant"),
        ({"unit": "hours", "rollover": "next_business_day"}, "rollover: hours never roll over"),
        (
            {"unit": "hours", "end_at": "close_of_business", "close_time": "17:00"},
            "unit: hours run from instant",
        ),
        ({"count_start": "exact_instant"}, "unit: calendar_days run by local days. Use hours"),
        ({"unit": "months", "count_start": "include_anchor_day"}, "count_start: include_anchor_day"),
        ({"unit": "business_days", "count_start": "include_anchor_day"}, "count_start: include_anchor_day"),
        ({"end_at": "close_of_business"}, "close_time: close_time and close_of_business go together"),
        ({"close_time": "17:00"}, "close_time: close_time and close_of_business go together"),
        ({"end_at": "close_of_business", "close_time": "5 pm"}, "close_time: '5 pm' is not a quoted time"),
        ({"end_at": "close_of_business", "close_time": 17}, "close_time: 17 is not a quoted time"),
        ({"end_at": "close_of_business", "close_time": "17:00+01:00"}, "close_time: '17:00+01:00'"),
        ({"kind": "law"}, "kind: 'law' is not a known value. Use one of: duty"),
        ({"anchor": "sometime"}, "anchor: 'sometime' is not a known value. Use one of: received"),
        ({"rollover": "sideways"}, "rollover: 'sideways' is not a known value"),
        ({"month_overflow": "spill"}, "month_overflow: 'spill' is not a known value"),
        ({"on_breach": "notify_owner"}, "on_breach: 'notify_owner' is not a list"),
        ({"timezone": "Europe/Londn"}, "timezone: 'Europe/Londn' is not a time zone. Use an IANA name"),
        ({"timezone": "../etc/passwd"}, "timezone: '../etc/passwd' is not a time zone"),
        ({"timezone": "Europe"}, "timezone: 'Europe' is not a time zone"),
        ({"timezone": "localtime"}, "timezone: 'localtime' is not a time zone"),
        ({"timezone": ""}, "timezone: '' is not a time zone"),
        ({"timezone": 1}, "timezone: 1 is not text"),
        ({"weekend": [1, 2, 3, 4, 5, 6, 7]}, "weekend: no day of the week is worked"),
        ({"weekend": [8]}, "weekend: (8,) are not ISO weekdays. Use 1 (Monday) to 7 (Sunday)"),
        ({"weekend": [0]}, "weekend: (0,) are not ISO weekdays"),
        ({"weekend": [6, 6]}, "weekend: (6, 6) names a weekday twice"),
        ({"weekend": [True]}, "weekend[0]: True is not a whole number"),
        ({"weekend": 6}, "weekend: 6 is not a list"),
        ({"holidays": "2026-12-25"}, "holidays: '2026-12-25' is not a list"),
        ({"holidays": ["2026-12-25", "2026-02-30"]}, "holidays[1]: '2026-02-30' is not a quoted date"),
        ({"holidays": [20261225]}, "holidays[0]: 20261225 is not a quoted date"),
        ({"length": 3}, "length: unknown key. Use one of: kind, amount, unit"),
        ({"extended_by": {}}, "extended_by: unknown key"),
    ],
)
def test_a_rule_that_does_not_fit_is_refused_with_key_and_remedy(
    changed: dict[str, object], said: str, ask: Ask
) -> None:
    refused(due_by_rule(ask, RULE | changed, MARCH, "--json"), f"--rule: {said}")


@pytest.mark.parametrize("key", ["amount", "unit", "timezone"])
def test_a_rule_needs_amount_unit_and_zone(key: str, ask: Ask) -> None:
    rule = {name: value for name, value in RULE.items() if name != key}
    refused(due_by_rule(ask, rule, MARCH), f"--rule: {key}: missing. Give")


@pytest.mark.parametrize("text", ["", "{", "[1]", "5", "null", '"weeks"', "[" * 100_000, "9" * 10_000])
def test_a_rule_that_is_no_json_object_is_refused(text: str, ask: Ask) -> None:
    refused(ask("due", "--rule", text, "--anchor", MARCH), "--rule is not")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--clock", "final"], "--clock belongs to --pack"),
        (["--extended"], "--extended belongs to --pack"),
        (["--category", "bonuses"], "--category belongs to --pack"),
        (["--set", "final.amount=1"], "--set belongs to --pack"),
        (["--holidays", "file.json"], "--holidays belongs to --pack"),
        (["--pack", "gb-ukgc"], "not allowed with argument --rule"),
    ],
)
def test_what_a_pack_would_say_cannot_be_said_beside_a_rule(more: list[str], said: str, ask: Ask) -> None:
    refused(due_by_rule(ask, RULE, MARCH, *more), said)


@pytest.mark.parametrize(
    ("anchor", "rule"),
    [
        ("9999-12-30T12:00Z", RULE),
        ("9200-01-01T00:00Z", RULE | {"unit": "months", "amount": 10_000}),
        ("9999-12-31T23:00Z", HOURS),
        ("9999-12-01T00:00Z", RULE | {"unit": "business_days", "amount": 9000}),
        ("0001-01-01T00:00Z", RULE | {"timezone": "America/Detroit"}),
    ],
)
def test_a_date_that_no_calendar_has_is_refused(anchor: str, rule: object, ask: Ask) -> None:
    refused(due_by_rule(ask, rule, anchor), "outside the years 1 to 9999")


@pytest.mark.parametrize("pack", ["cw-cga", "es-dgoj", "gb-ukgc"])
@pytest.mark.parametrize("command", ["due", "simulate"])
def test_nor_does_a_pack_reach_beyond_it(command: str, pack: str, ask: Ask) -> None:
    refused(ask(command, "--pack", pack, "--anchor", "9999-12-30T12:00Z"), "outside the years 1 to 9999")
