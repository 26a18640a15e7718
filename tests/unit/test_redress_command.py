"""`redress due`, `packs` and `simulate`: what the rules say, without a deployment."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from infra.ops import cli
from infra.ops import packs as listing
from redress.domain import packs


class Answer(NamedTuple):
    """What a command ended with."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The document it printed."""
        return json.loads(self.out)


type Ask = Callable[..., Answer]

MARCH = "2026-03-02T23:30+00:00"
CURACAO = "2026-04-23T10:00-04:00"
GB_FINAL = ("due", "--pack", "gb-ukgc", "--clock", "final", "--anchor", MARCH)
GB_GATEWAY = ("due", "--pack", "gb-ukgc", "--clock", "gateway", "--anchor", MARCH)


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    """The command, run in this process."""

    def run(*arguments: str) -> Answer:
        status = cli.main(arguments)
        told = capsys.readouterr()
        return Answer(status, told.out, told.err)

    return run


def refused(answer: Answer, *said: str) -> None:
    """It ended with status 2, nothing on standard output, and one line that says what is wrong."""
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith("redress: ")
    assert answer.err.endswith("\n")
    assert answer.err.count("\n") == 1
    for words in said:
        assert words in answer.err


# One date of a pack.


def test_a_due_instant_comes_with_its_kind_and_every_step_that_led_to_it(ask: Ask) -> None:
    answer = ask(*GB_FINAL, "--json")
    found = answer.json
    assert (answer.status, answer.err) == (0, "")
    assert list(found)[:3] == ["due_at", "kind", "explain"]
    assert (found["due_at"], found["kind"]) == ("2026-04-26T23:00:00Z", "duty")
    assert [step["kind"] for step in found["explain"]] == ["rule", "anchor", "count", "end"]
    assert all(set(step) == {"kind", "text", "source"} and all(step.values()) for step in found["explain"])
    assert (found["last_day"], found["zone"]) == ("2026-04-26", "Europe/London")
    assert (found["pack"], found["clock"]) == ("gb-ukgc", "final")
    assert (found["strength"], found["confidence"]) == ("must", "sourced_official")
    assert "LCCP social responsibility code 6.1.1.2" in found["source"]


def test_in_words_it_says_the_rule_the_source_and_the_last_day(ask: Ask) -> None:
    told = ask(*GB_FINAL).out
    assert told.startswith("final (duty): before 2026-04-26T23:00:00Z, Mon 2026-04-27 00:00:00 Europe/London")
    assert "the last day is Sunday 26 April 2026" in told
    assert "8 weeks, the first day included" in told
    assert "binding by law or licence; read in an official source" in told
    assert told.count("LCCP social responsibility code 6.1.1.2") == 1
    assert "calendar GB-ENG" in told


def test_a_gateway_opens_at_its_instant(ask: Ask) -> None:
    assert ask(*GB_GATEWAY).out.startswith("gateway (gateway): opens at 2026-04-26T23:00:00Z")


@pytest.mark.parametrize(
    ("anchor", "due_at"),
    [
        ("2026-03-02T23:30:15.250+00:00", "2026-03-03T23:30:15.250Z"),
        ("2026-03-02T23:30:15+00:00", "2026-03-03T23:30:15Z"),
        ("2026-03-02T23:30:15.0009Z", "2026-03-03T23:30:15Z"),
    ],
)
def test_instants_have_finer_parts_than_seconds_only_where_there_are_some(
    anchor: str, due_at: str, ask: Ask
) -> None:
    answer = ask("due", "--pack", "gb-ukgc", "--clock", "ack", "--anchor", anchor, "--json")
    assert answer.json["due_at"] == due_at


@pytest.mark.parametrize(
    ("anchor", "version"),
    [("2026-04-05T22:59:59Z", "2015.1"), ("2026-04-05T23:00:00Z", "2026.1")],
)
def test_the_version_is_that_of_the_anchors_local_day(anchor: str, version: str, ask: Ask) -> None:
    answer = ask("due", "--pack", "gb-ukgc", "--clock", "final", "--anchor", anchor, "--json")
    assert answer.json["pack_version"] == version


# The vectors of regulation.md 3.5, through the packs that state their rules.

EMPTY = "EMPTY"  # stands for a file with an empty list of holidays
PACK_VECTORS = [
    ("1", "gb-ukgc ack", "2026-03-28T20:00+00:00", "2026-03-29T20:00:00Z"),
    ("2", "gb-ukgc ack", "2026-10-24T20:00+01:00", "2026-10-25T19:00:00Z"),
    ("3", "gb-ukgc final", MARCH, "2026-04-26T23:00:00Z"),
    (
        "5",
        "gb-ukgc gateway --pause 2026-03-10T09:30+00:00/2026-03-20T16:45+00:00",
        MARCH,
        "2026-05-06T23:00:00Z",
    ),
    ("6", "gb-ukgc adr_reply", "2026-12-18T15:00+00:00", "2027-01-07T00:00:00Z"),
    ("7", "gb-ukgc adr_window", "2028-02-29T12:00+00:00", "2029-03-01T00:00:00Z"),
    ("8", "es-dgoj final", "2026-01-31T12:00+01:00", "2026-02-28T23:00:00Z"),
    ("9", "es-dgoj filing_window", "2026-01-31T12:00+01:00", "2026-04-30T22:00:00Z"),
    ("10", "es-dgoj final", "2028-01-30T12:00+01:00", "2028-02-29T23:00:00Z"),
    ("11", "es-dgoj final", "2026-07-01T00:30+02:00", "2026-08-01T22:00:00Z"),
    ("12 gateway", "fr-anj gateway", "2026-03-15T22:30+01:00", "2026-04-04T22:00:00Z"),
    ("12 house", "fr-anj final", "2026-03-15T22:30+01:00", "2026-04-02T22:00:00Z"),
    ("13", "dk-spillemyndigheden notice", "2026-10-20T23:15+02:00", "2026-11-03T23:00:00Z"),
    ("14", "us-mi-mgcb final", "2026-12-22T23:30-05:00", "2027-01-02T05:00:00Z"),
    ("15", "km-anjouan final", "2026-12-02T00:30+03:00", "2027-01-01T21:00:00Z"),
    ("16", "ca-on-igo gateway", "2026-01-15T23:00-05:00", "2026-04-16T04:00:00Z"),
    ("17", "cw-cga ack", CURACAO, "2026-05-01T04:00:00Z"),
    ("18", "cw-cga final", CURACAO, "2026-05-22T04:00:00Z"),
    ("18 extended", "cw-cga final --extended", CURACAO, "2026-06-19T04:00:00Z"),
    ("19", "cw-cga final --category responsible_gambling", CURACAO, "2026-05-05T04:00:00Z"),
    ("19 ours", "cw-cga final --category safer_gambling", CURACAO, "2026-05-05T04:00:00Z"),
    (
        "19 no holidays",
        f"cw-cga final --category responsible_gambling --holidays {EMPTY}",
        CURACAO,
        "2026-05-01T04:00:00Z",
    ),
    ("20", "pt final", "2026-12-11T12:00+00:00", "2027-01-06T00:00:00Z"),
    ("20 no holidays", f"pt final --holidays {EMPTY}", "2026-12-11T12:00+00:00", "2027-01-02T00:00:00Z"),
    ("22 next", "pl final", "2026-10-18T12:00+02:00", "2026-11-02T23:00:00Z"),
    ("22 previous", "pl final_target", "2026-10-18T12:00+02:00", "2026-10-30T23:00:00Z"),
    ("23", "ee final", "2026-12-10T12:00+02:00", "2026-12-25T22:00:00Z"),
]


@pytest.mark.parametrize(
    ("arguments", "anchor", "due_at"),
    [vector[1:] for vector in PACK_VECTORS],
    ids=[vector[0] for vector in PACK_VECTORS],
)
def test_a_pack_gives_the_instants_computed_by_hand(
    arguments: str, anchor: str, due_at: str, ask: Ask, tmp_path: Path
) -> None:
    empty = tmp_path / "none.json"
    empty.write_text("[]")
    pack, clock, *more = arguments.replace(EMPTY, str(empty)).split()
    answer = ask("due", "--pack", pack, "--clock", clock, "--anchor", anchor, *more, "--json")
    assert answer.err == ""
    assert answer.json["due_at"] == due_at


# The same vectors, all of them, as rules of one's own.

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
PAUSE = ("--pause", "2026-03-10T00:00Z/2026-03-20T00:00Z")

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


# Pauses and extensions.


def test_pauses_may_overlap_and_come_in_any_order(ask: Ask) -> None:
    pauses = ["2026-03-15T00:00Z/2026-03-20T00:00Z", "2026-03-10T00:00Z/2026-03-16T00:00Z"]
    given = [word for pause in pauses for word in ("--pause", pause)]
    answer = ask(*GB_GATEWAY, *given, "--json")
    assert answer.json["due_at"] == "2026-05-06T23:00:00Z"
    assert [step["kind"] for step in answer.json["explain"]].count("pause") == 1


@pytest.mark.parametrize(
    ("pause", "said"),
    [
        ("2026-03-10T00:00Z", "has no end or no start: write FROM/TO"),
        ("2026-03-10T00:00Z/", "has no end or no start"),
        ("/2026-03-10T00:00Z", "has no end or no start"),
        ("2026-03-20T00:00Z/2026-03-10T00:00Z", "ends before it starts"),
        ("2026-03-10T00:00/2026-03-20T00:00Z", "names no zone"),
        ("2026-03-10T00:00Z/2026-03-20T00:00", "names no zone"),
        ("2026-03-10T00:00Z/later", "'later' is no instant"),
        ("2026-03-10T00:00Z/2026-03-12T00:00Z/2026-03-13T00:00Z", "is no instant"),
    ],
)
def test_a_pause_that_is_none_is_refused(pause: str, said: str, ask: Ask) -> None:
    refused(ask(*GB_GATEWAY, "--pause", pause), "--pause", said)


@pytest.mark.parametrize(
    ("pack", "clock", "said"),
    [
        ("gb-ukgc", "final", "gb-ukgc does not let final stop, only gateway: use --clock gateway"),
        ("gb-ukgc", "ack", "gb-ukgc does not let ack stop"),
        ("gb-ukgc", "adr_reply", "gb-ukgc does not let adr_reply stop"),
        ("gb-ukgc", "filing_window", "gb-ukgc does not let filing_window stop"),
        ("us-az", "final", "us-az lets no clock stop"),
    ],
)
def test_a_clock_that_the_pack_does_not_let_stop_is_not_paused(
    pack: str, clock: str, said: str, ask: Ask
) -> None:
    pause = "2026-03-10T00:00Z/2026-03-20T00:00Z"
    answer = ask("due", "--pack", pack, "--clock", clock, "--anchor", MARCH, "--pause", pause)
    refused(answer, said)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (GB_FINAL, "--extended: gb-ukgc does not let final be extended, nor any other clock"),
        (
            ("due", "--pack", "cw-cga", "--clock", "ack", "--anchor", CURACAO),
            "--extended: cw-cga does not let ack be extended, only final",
        ),
        (
            ("due", "--pack", "cw-cga", "--clock", "filing_window", "--anchor", CURACAO),
            "--extended: cw-cga does not let filing_window be extended",
        ),
    ],
)
def test_what_the_pack_does_not_let_be_extended_is_not(
    arguments: tuple[str, ...], said: str, ask: Ask
) -> None:
    refused(ask(*arguments, "--extended"), said)


def test_a_category_is_extended_by_its_own_rule(ask: Ask) -> None:
    arguments = ("--clock", "final", "--anchor", CURACAO, "--extended", "--category", "responsible_gambling")
    steps = ask("due", "--pack", "cw-cga", *arguments, "--json").json["explain"]
    assert [step["text"] for step in steps if step["kind"] == "extension"] == [
        "Extended by 2 weeks: last day Monday 18 May 2026"
    ]


@pytest.mark.parametrize("more", [["--pause", PAUSE[1]], ["--extended"]])
def test_pauses_and_extensions_are_of_one_clock(more: list[str], ask: Ask) -> None:
    refused(ask("due", "--pack", "cw-cga", "--anchor", CURACAO, *more), "name it with --clock")


# Categories, settings, holidays.


def test_a_word_that_no_pack_knows_is_no_category(ask: Ask) -> None:
    refused(ask(*GB_FINAL, "--category", "weather"), "--category 'weather' is unknown", "safer_gambling")
    refused(ask(*GB_FINAL, "--category", ""), "--category '' is unknown")


def test_another_packs_word_for_a_category_changes_nothing_here(ask: Ask) -> None:
    answer = ask(*GB_FINAL, "--category", "responsible_gambling", "--json")
    assert answer.json["due_at"] == "2026-04-26T23:00:00Z"


MALTA = ("due", "--pack", "mt", "--clock", "final", "--anchor", MARCH)


def test_what_the_law_leaves_to_the_operator_has_to_be_set(ask: Ask) -> None:
    refused(ask(*MALTA), "Rule pack mt stages.final.deadline", "Set [operator.rules.mt.final]")
    settings = ["--set", "final.amount=10", "--set", "final.unit=calendar_days"]
    assert ask(*MALTA, *settings, "--json").json["due_at"] == "2026-03-13T23:00:00Z"


def test_a_house_target_may_be_set_beside_the_law(ask: Ask) -> None:
    target = ["--set", "house.targets.final.amount=7", "--set", "house.targets.final.unit=weeks"]
    arguments = ["due", "--pack", "gb-ukgc", "--anchor", MARCH, *target, "--json"]
    assert ask(*arguments, "--clock", "final_target").json["due_at"] == "2026-04-20T23:00:00Z"
    assert ask(*arguments, "--clock", "final").json["due_at"] == "2026-04-26T23:00:00Z"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (["final.amount=10"], "the law does not leave this time-frame to the operator"),
        (["nonsense=1"], "operator.rules: nonsense"),
        (["house=1"], "house: 1 is not a table"),
        (["house.targets=soon"], "house.targets: 'soon' is not a table"),
        (["house.targets.final=5"], "house.targets.final: 5 is not a table"),
        (["house.targets.final.amount=x", "house.targets.final.unit=weeks"], "'x' is not a whole number"),
        (["house.targets.final.amount=0", "house.targets.final.unit=weeks"], "0 is not between"),
        (["house.targets.final.amount=1"], "house.targets.final.unit: missing"),
        (["house.colour=1"], "house.colour: unknown key"),
        (["final"], "'final' is no setting: write KEY=VALUE"),
        (["=1"], "'=1' is no setting"),
        (["final..amount=1"], "'final..amount=1' is no setting"),
        (["final=1", "final.amount=2"], "--set final.amount: final has a value of its own"),
        (["final.amount=1", "final.amount=2"], "--set final.amount: given twice"),
    ],
)
def test_a_setting_that_the_operator_cannot_make_is_refused(settings: list[str], said: str, ask: Ask) -> None:
    refused(ask(*GB_FINAL, *[word for one in settings for word in ("--set", one)]), said)


REPLY = ("due", "--pack", "gb-ukgc", "--clock", "adr_reply", "--anchor", "2026-12-18T15:00+00:00")


def test_other_holidays_replace_the_packs_and_keep_its_weekend(ask: Ask, tmp_path: Path) -> None:
    file = tmp_path / "closed.json"
    file.write_text('["2026-12-21", "2026-12-22"]')
    found = ask(*REPLY, "--holidays", str(file), "--json").json
    assert found["due_at"] == "2027-01-06T00:00:00Z"  # ten worked days, two days off, two weekends
    assert found["calendar"] == "closed.json"
    assert any("calendar closed.json" in step["source"] for step in found["explain"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "cannot be read as JSON"),
        ("\xff\xfe", "is not"),
        ("{}", "holidays: {} is not a list"),
        ('["Christmas"]', "holidays[0]: 'Christmas' is not a quoted date"),
        ("[true]", "holidays[0]: True is not a quoted date"),
        ("[null]", "holidays[0]: None is not a quoted date"),
    ],
)
def test_a_file_that_lists_no_dates_is_refused(text: str, said: str, ask: Ask, tmp_path: Path) -> None:
    file = tmp_path / "closed.json"
    file.write_text(text if said != "is not" else '"x"', encoding="utf-8")
    refused(ask(*REPLY, "--holidays", str(file)), "--holidays", "closed.json", said)


def test_a_file_that_is_not_there_or_no_text_is_refused(ask: Ask, tmp_path: Path) -> None:
    refused(ask(*REPLY, "--holidays", str(tmp_path / "none.json")), "--holidays", "No such file")
    (tmp_path / "bytes.json").write_bytes(b"\xff\xfe\x00")
    refused(ask(*REPLY, "--holidays", str(tmp_path / "bytes.json")), "cannot be read as JSON")


# All dates of a pack.


def test_without_a_clock_every_date_from_receipt_is_told(ask: Ask) -> None:
    told = ask("due", "--pack", "gb-ukgc", "--anchor", MARCH).out
    assert "Received Mon 2026-03-02 23:30:00 Europe/London, by rule pack gb-ukgc, version 2015.1" in told
    for line in (
        "ack (duty): before 2026-03-03T23:30:00Z",
        "final (duty): before 2026-04-26T23:00:00Z",
        "gateway (gateway): opens at 2026-04-26T23:00:00Z",
        "adr_window (from final_response_sent), adr_reply (from complete_file_at_adr)",
    ):
        assert line in told


def test_and_as_json_in_a_list(ask: Ask) -> None:
    found = ask("due", "--pack", "gb-ukgc", "--anchor", MARCH, "--json").json
    assert [one["clock"] for one in found["clocks"]] == ["ack", "final", "gateway"]
    assert found["clocks"][1]["due_at"] == "2026-04-26T23:00:00Z"
    assert found["from_other_anchors"]["adr_window"] == "final_response_sent"


def test_a_clock_of_a_further_body_has_its_name(ask: Ask) -> None:
    found = ask("due", "--pack", "us-mi-mgcb", "--anchor", MARCH, "--json").json
    known = {one["clock"] for one in found["clocks"]} | set(found["from_other_anchors"])
    assert {"ack", "final"} <= known
    first, *others = packs.load_pack("es-dgoj").external_bodies
    decided = [body.key for body in others if body.decision_time.value]
    spanish = ask("due", "--pack", "es-dgoj", "--anchor", MARCH, "--json").json["from_other_anchors"]
    assert {f"adr_decision_{key}" for key in decided} <= set(spanish)
    assert ("adr_decision" in spanish) == (first.decision_time.value is not None)


@pytest.mark.parametrize(
    ("pack", "clock", "has"),
    [
        ("gb-ukgc", "lunch", "use one of ack, final, gateway, adr_window, adr_reply, filing_window"),
        ("gb-ukgc", "notice", "use one of ack, final"),
        ("gb-ukgc", "gateway_adr", "use one of ack, final"),
        ("gb-ukgc", "", "has no date for ''"),
        ("fr-anj", "ack_target", "fr-anj has no date for 'ack_target'"),
        ("pl", "gateway", "pl has no date for 'gateway': use one of ack, final"),
    ],
)
def test_a_clock_that_the_pack_does_not_have_is_refused_with_those_it_has(
    pack: str, clock: str, has: str, ask: Ask
) -> None:
    refused(ask("due", "--pack", pack, "--clock", clock, "--anchor", MARCH), has)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["due", "--pack", "gb-ukgc", "--anchor", "2026-03-02T23:30"], "end it with Z or an offset"),
        (["due", "--pack", "gb-ukgc", "--anchor", "2026-03-02"], "end it with Z or an offset"),
        (["due", "--pack", "gb-ukgc", "--anchor", "yesterday"], "'yesterday' is no instant"),
        (["due", "--pack", "gb-ukgc", "--anchor", "2026-02-30T00:00Z"], "is no instant"),
        (["due", "--pack", "gb-ukgc", "--anchor", "9999-12-31T23:30-05:00"], "is no instant"),
        (["due", "--pack", "gb-ukgc", "--anchor", "9999-12-31T23:30Z"], "outside the years 1 to 9999"),
        (["due", "--pack", "gb-ukgc", "--anchor", "0001-01-01T00:00Z"], "outside the years 1 to 9999"),
        (["due", "--pack", "atlantis", "--anchor", MARCH], "Known packs: ca-on-igo, cw-cga"),
        (["due", "--pack", "../gb-ukgc", "--anchor", MARCH], "there is no such pack"),
        (["due", "--pack", "", "--anchor", MARCH], "there is no such pack"),
        (["due", "--pack", "gb-ukgc@2015.1", "--anchor", MARCH], "there is no such pack"),
        (["due", "--pack", "gb-ukgc"], "--anchor"),
        (["due", "--anchor", MARCH], "--pack --rule"),
        (["due", "gb-ukgc", MARCH], "--anchor"),
        (["due", "--pack", "gb-ukgc", "--anch", MARCH], "--anchor"),
        (["frobnicate"], "due"),
        ([], "command"),
    ],
)
def test_a_question_that_cannot_be_understood_is_refused(arguments: list[str], said: str, ask: Ask) -> None:
    refused(ask(*arguments), said)


# The packs.


def test_every_version_of_every_pack_is_listed(ask: Ask) -> None:
    found = ask("packs", "--json").json["packs"]
    listed = [(one["id"], one["version"]) for one in found]
    assert listed == [
        (str(document["id"]), str(document["version"]))
        for pack in packs.known()
        for document in packs.history(pack)
    ]
    assert ("gb-ukgc", "2015.1") in listed
    assert [one["id"] for one in found if not one["loads"]] == ["mt"]


def test_a_pack_says_what_it_owes_and_what_is_missing(ask: Ask) -> None:
    found = {one["id"]: one for one in ask("packs", "--json").json["packs"]}
    britain, malta = found["gb-ukgc"], found["mt"]
    assert britain["owed"]["final"] == "8 weeks (duty, must, sourced_official)"
    assert britain["owed"]["gateway (adr)"].startswith("8 weeks (gateway, must, sourced_official)")
    assert britain["zone"] == "Europe/London"
    assert britain["calendar"].startswith("GB-ENG ")
    assert britain["gaps"]["unknown"]["records.retention"] == "not_found"
    assert britain["gaps"]["unknown"]["pauses[0].allowed"] == "recalled"
    assert "external_bodies[0].referral_limit" in britain["gaps"]["to_be_confirmed"]
    assert "external_bodies[0].opens_when" not in britain["gaps"]["to_be_confirmed"]
    assert britain["gaps"]["conflicts"]["stages.ack.deadline"]
    assert britain["gaps"]["signoff_missing"] is True
    assert malta["owed"]["final"] == "set by the operator, and not set"
    assert any("[operator.rules.mt.final]" in one for one in malta["operator_must_set"])
    assert "the operator has not set it" in malta["refused"]


def test_in_words_too(ask: Ask) -> None:
    told = ask("packs").out
    for words in (
        "gb-ukgc 2015.1  Great Britain",
        "sign-off: MISSING",
        "DOES NOT LOAD: Rule pack mt",
        "gaps for counsel:\n    - records.retention: not_found",
        "to be confirmed (read in a secondary source):",
        "the operator must set:",
    ):
        assert words in told


def test_what_counsel_signed_or_verified_is_no_gap() -> None:
    rule = {"confidence": "recalled", "value": True, "verified_by": "Counsel", "verified_on": "2026-01-01"}
    found = listing.gaps({"id": "xx", "intake": {"writing_required": rule}}, None)
    assert (found.unknown, found.to_confirm) == ({}, ())


# One complaint's ladder.


def simulated(ask: Ask, pack: str, *more: str, anchor: str = MARCH) -> Any:
    answer = ask("simulate", "--pack", pack, "--anchor", anchor, *more, "--json")
    assert answer.err == ""
    return answer.json


def happened(found: Any) -> list[tuple[str, str]]:
    return [(step["at"], step["what"]) for step in found["timeline"]]


def test_a_complaint_to_which_nobody_reacts_climbs_the_whole_ladder(ask: Ask) -> None:
    found = simulated(ask, "gb-ukgc")
    steps = happened(found)
    assert steps[0] == ("2026-03-02T23:30:00Z", "the complaint is received")
    assert ("2026-03-02T23:30:00Z", "letter to the player: acknowledgement") in steps
    assert [what for _, what in steps if "escalated" in what] == [
        "escalated to level 1",
        "escalated to level 2",
    ]
    assert ("2026-04-23T23:00:00Z", "letter to the player: deadlock") in steps
    assert not any("BREACH" in what for _, what in steps)
    assert steps[-1] == ("2027-04-24T23:00:00Z", "closed: adr window ended")
    assert found["stage"] == "closed"
    days = [step["day"] for step in found["timeline"]]
    assert days == sorted(days)
    assert days[-1] == 419


def test_where_silence_accepts_the_breach_is_followed_by_the_letter_that_says_so(ask: Ask) -> None:
    steps = happened(simulated(ask, "pl"))
    breach = [place for place, (_, what) in enumerate(steps) if what == "BREACH: final passes unmet"]
    assert breach
    assert "silence accepts the complaint: it is upheld by law" in [what for _, what in steps[breach[0] :]]
    assert "letter to the player: final response" in [what for _, what in steps[breach[0] :]]


def test_where_the_law_is_silent_a_house_promise_that_passes_is_no_breach(ask: Ask) -> None:
    found = simulated(ask, "fr-anj", anchor="2026-03-15T22:30+01:00")
    steps = happened(found)
    assert ("2026-04-02T22:00:00Z", "the house's own date of final passes unmet") in steps
    opened = [one for one in found["timeline"] if one["at"] == "2026-04-04T22:00:00Z"]
    assert any(one["what"].startswith("gateway: ") for one in opened)
    assert "must" in opened[0]["rule"]
    assert found["stage"] == "investigating"


@pytest.mark.parametrize(
    "answer",
    [["--answered-at", "2026-03-23T10:00Z"], ["--answer-after", "3 weeks"], ["--answer-after", "21 days"]],
)
def test_an_answer_ends_the_ladder_and_opens_the_players_window(answer: list[str], ask: Ask) -> None:
    steps = [what for _, what in happened(simulated(ask, "gb-ukgc", *answer))]
    assert "letter to the player: final response" in steps
    assert "window: the player may turn to the outside body until Wed 2027-03-24 00:00:00" in steps
    assert not any("deadlock" in what or "level 2" in what for what in steps)
    assert steps[-1] == "closed: feedback window ended"


def test_an_answer_at_the_due_instant_is_too_late(ask: Ask) -> None:
    found = simulated(
        ask, "us-mi-mgcb", "--answered-at", "2027-01-02T05:00Z", anchor="2026-12-22T23:30-05:00"
    )
    steps = happened(found)
    breach = steps.index(("2027-01-02T05:00:00Z", "BREACH: final passes unmet"))
    assert steps.index(("2027-01-02T05:00:00Z", "answered: the decision is made")) > breach
    just_before = ["--answered-at", "2027-01-02T04:59:59.999Z"]
    kept = happened(simulated(ask, "us-mi-mgcb", *just_before, anchor="2026-12-22T23:30-05:00"))
    assert not any("BREACH: final" in what for _, what in kept)


def test_an_answer_to_a_complaint_that_silence_has_accepted_is_told_to_be_too_late(ask: Ask) -> None:
    steps = happened(simulated(ask, "pl", "--answer-after", "20 days"))
    assert any(what.startswith("the answer comes too late") for _, what in steps)


@pytest.mark.parametrize("pack", packs.known())
@pytest.mark.parametrize("answer", [[], ["--answer-after", "2 business_days"]])
def test_every_pack_can_be_simulated(pack: str, answer: list[str], ask: Ask) -> None:
    own = ["--set", "final.amount=10", "--set", "final.unit=calendar_days"] if pack == "mt" else []
    found = simulated(ask, pack, *own, *answer)
    assert found["pack"] == pack
    instants = [step["at"] for step in found["timeline"]]
    assert instants == sorted(instants)
    ladder = ask("simulate", "--pack", pack, "--anchor", MARCH, *own, *answer).out
    assert all(step["what"] in ladder for step in found["timeline"])


def test_a_category_has_a_ladder_of_its_own(ask: Ask) -> None:
    found = simulated(ask, "cw-cga", "--category", "responsible_gambling", anchor=CURACAO)
    assert ("2026-05-05T04:00:00Z", "BREACH: final passes unmet") in happened(found)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--answered-at", "2026-03-01T00:00Z"], "--answered-at is before --anchor"),
        (["--answered-at", "2026-03-01T00:00"], "names no zone"),
        (["--answer-after", "soon"], "'soon' is no length: write 'N unit'"),
        (["--answer-after", "0 weeks"], "0 is not between"),
        (["--answer-after", "-1 weeks"], "no length"),
        (["--answer-after", "1 fortnight"], "unit one of seconds, hours"),
        (["--answer-after", "² weeks"], "no length"),
        (["--answer-after", f"{'9' * 5000} weeks"], "no length"),
        (["--answer-after", "9 weeks", "--answered-at", "2026-04-01T00:00Z"], "not allowed with"),
        (["--category", "weather"], "--category 'weather' is unknown"),
        (["--set", "final.amount=1"], "the law does not leave"),
    ],
)
def test_a_ladder_that_cannot_be_drawn_is_refused(more: list[str], said: str, ask: Ask) -> None:
    refused(ask("simulate", "--pack", "gb-ukgc", "--anchor", MARCH, *more), said)


# The command itself.


@pytest.mark.parametrize("command", [["explain", "R7K3-9QXM-3"], ["verify", "R7K3-9QXM-3"]])
def test_without_a_table_the_command_says_where_its_name_is(
    command: list[str], ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TABLE_NAME", raising=False)
    refused(ask(*command), "TableName")


def run_command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The installed command, in a process of its own."""
    command = str(Path(sys.executable).parent / "redress")
    changed = {**os.environ, **environment}
    return subprocess.run(  # noqa: S603 - our own command
        [command, *arguments], capture_output=True, text=True, env=changed, check=False
    )


def test_the_installed_command_answers_whatever_zone_and_terminal_the_machine_has() -> None:
    ended = run_command(*GB_FINAL, "--json", TZ="Pacific/Kiritimati", PYTHONIOENCODING="ascii")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert json.loads(ended.stdout)["due_at"] == "2026-04-26T23:00:00Z"
    listed = run_command("packs", PYTHONIOENCODING="ascii")
    assert (listed.returncode, listed.stderr) == (0, "")


def test_a_refusal_ends_the_process_with_status_2() -> None:
    ended = run_command("due", "--pack", "gb-ukgc", "--anchor", "yesterday")
    refused(Answer(ended.returncode, ended.stdout, ended.stderr), "--anchor")


def test_a_reader_who_has_read_enough_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [str(Path(sys.executable).parent / "redress"), "packs"]
    ended = subprocess.run(  # noqa: S603 - our own command
        command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_dates_are_computed_without_loading_aws() -> None:
    script = (
        "import sys; from infra.ops import cli; print('botocore' in sys.modules, 'pydantic' in sys.modules)"
    )
    ended = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert ended.stdout.split() == ["False", "False"]
