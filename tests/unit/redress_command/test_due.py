"""`redress due` by a rule pack: one date or all of them, and what it refuses."""

from pathlib import Path

import pytest

from redress.domain import packs
from tests.support.redress_command import CURACAO, GB_FINAL, GB_GATEWAY, MARCH, PAUSE, Ask, refused


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
