"""A rule pack is data with sources; what does not fit is refused by name, with the remedy."""

import json
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest

from redress.domain import reading
from redress.domain.packs import RulePackInvalid, known, load, load_pack
from redress.domain.rulepack import Deadline, Length, Mark, RulePack
from tests.support.spoiled_packs import ABSENT
from tests.support.written_packs import (
    BODY,
    EIGHT_WEEKS,
    EXACT,
    FINAL,
    MINIMAL,
    PAUSE,
    TERMS,
    VALUE,
    changed,
    refusal,
)


@pytest.mark.parametrize(
    ("path", "value", "where", "problem"),
    [
        ("colour", "red", "colour", "unknown key"),
        (f"{VALUE}/colour", "red", "stages.final.deadline.value.colour", "unknown key"),
        ("version", ABSENT, "version", "missing"),
        (f"{VALUE}/anchor", ABSENT, "stages.final.deadline.value.anchor", "missing"),
        ("version", 1, "version", "is not text"),
        (f"{VALUE}/amount", "8", "stages.final.deadline.value.amount", "is not a whole number"),
        (f"{VALUE}/amount", True, "stages.final.deadline.value.amount", "is not a whole number"),
        (f"{VALUE}/amount", 0, "stages.final.deadline.value.amount", "0 is not between 1 and"),
        (f"{VALUE}/amount", -3, "stages.final.deadline.value.amount", "-3 is not between 1 and"),
        (f"{VALUE}/amount", 100_000, "stages.final.deadline.value.amount", "100000 is not between"),
        (f"{VALUE}/unit", "fortnights", "stages.final.deadline.value.unit", "not a known value"),
        (f"{VALUE}/on_breach", "notify_owner", "stages.final.deadline.value.on_breach", "is not a list"),
        (f"{VALUE}/on_breach", ["shout"], "stages.final.deadline.value.on_breach[0]", "not a known value"),
        ("stages/last", {}, "stages", "not a known value"),
        ("applies_to", [], "applies_to", "is not a table"),
        ("valid_from", "6 April 2026", "valid_from", "is not a quoted date"),
        ("valid_from", date(2026, 4, 6), "valid_from", "is not a quoted date"),
        ("sources", ["act"], "stages.final.deadline.source", "is not a key of"),
        ("sources", {"act": "the act"}, "sources.act", "is not a table"),
        ("valid_to", "2025-12-31", "valid_to", "ends before it starts"),
        ("timezone", "Europe/Londinium", "timezone", "is not a time zone"),
        ("timezone", "/etc/localtime", "timezone", "is not a time zone"),
        ("holiday_calendar", "XX", "holiday_calendar", "no such calendar"),
        ("weekend", [1, 2, 3, 4, 5, 6, 7], "weekend", "no day of the week is worked"),
        (f"{FINAL}/source", "statute", "stages.final.deadline.source", "is not a key of"),
        (f"{FINAL}/source", ABSENT, "stages.final.deadline.source", "but no source"),
        (f"{FINAL}/confidence", "not_found", "stages.final.deadline.confidence", "nobody found"),
        (f"{FINAL}/value", ABSENT, "stages.final.deadline.value", "but no value"),
        ("house/deadlock_before", {"amount": 2, "unit": "seconds"}, "house.deadlock_before", "sandbox pack"),
        ("house/warnings", {"ack": [{"percent": 50}]}, "house.warnings", "no clock 'ack'"),
        ("house/warnings", {"final": [{}]}, "house.warnings.final[0].percent", "percent or before"),
        (
            "house/warnings",
            {"final": [{"percent": 100}]},
            "house.warnings.final[0].percent",
            "not between 1 and 99",
        ),
        ("house/escalations", [{"level": 2, "at": {"percent": 5}}], "house.escalations", "levels are"),
        ("pauses", [PAUSE | {"applies_to": ["adr"]}], "pauses[0].applies_to", "no clock 'adr'"),
        (
            "extensions",
            [{"of": "ack", "by": {"value": {"amount": 1, "unit": "weeks"}}}],
            "extensions[0].of",
            "no clock 'ack'",
        ),
        (
            "extensions",
            [{"of": "final", "by": {"value": {"amount": 24, "unit": "hours"}}}],
            "extensions[0].by",
            "hours cannot extend a deadline in weeks",
        ),
        (
            "letters",
            {"ack": {"also_contain": ["odr_link"], "also_avoid": ["odr_link"]}},
            "letters.ack",
            "both asked for and banned",
        ),
        (
            "letters",
            {"final_upheld": {"also_contain": ["external_body_name"]}},
            "letters.final_upheld",
            "external_body_name, but no external body",
        ),
        (f"{VALUE}/on_breach", ["open_adr"], "stages.final.deadline.value.on_breach", "no external body"),
        (
            "house/targets",
            {"final": EIGHT_WEEKS | {"on_breach": ["open_adr"]}},
            "house.targets.final.on_breach",
            "no external body",
        ),
        (
            "house/targets",
            {"final": EIGHT_WEEKS | {"kind": "gateway"}},
            "house.targets.final.value.kind",
            "gateway has no place here",
        ),
        ("external_bodies", [BODY, BODY], "external_bodies[1].key", "'adr' is used twice"),
        ("external_bodies", [BODY | {"key": "final"}], "external_bodies[0].key", "'final' is used twice"),
        (
            "external_bodies",
            [BODY | {"opens_when": {"value": EIGHT_WEEKS}}],
            "external_bodies[0].opens_when.value.kind",
            "duty has no place here",
        ),
        (
            "pauses",
            [PAUSE | {"max_total": {"value": {"amount": 1, "unit": "months"}}}],
            "pauses[0].max_total",
            "no fixed length of time",
        ),
    ],
)
def test_a_pack_that_does_not_fit_is_refused_with_the_place_and_the_problem(
    path: str, value: object, where: str, problem: str
) -> None:
    error = refusal(changed(path, value))
    assert (error.pack, error.path) == ("xx-test", where)
    assert problem in error.problem
    assert error.remedy
    assert str(error) == f"Rule pack xx-test {where}: {error.problem}. {error.remedy}."


@pytest.mark.parametrize(
    ("change", "where", "problem"),
    [
        ({"unit": "months", "count_start": "include_anchor_day"}, "count_start", "not defined for months"),
        (
            {"unit": "business_days", "count_start": "include_anchor_day"},
            "count_start",
            "not defined for business_days",
        ),
        ({"unit": "hours"}, "unit", "from instant to instant"),
        ({"unit": "hours", "count_start": "exact_instant"}, "unit", "from instant to instant"),
        ({"unit": "hours", "end_at": "exact_instant"}, "unit", "from instant to instant"),
        ({"unit": "hours", **EXACT, "rollover": "next_business_day"}, "rollover", "never roll over"),
        ({"unit": "weeks", **EXACT}, "unit", "run by local days"),
        ({"unit": "calendar_days", "end_at": "exact_instant"}, "unit", "run by local days"),
        ({"unit": "months", "count_start": "exact_instant"}, "unit", "run by local days"),
        ({"close_time": "17:00"}, "close_time", "go together"),
        ({"end_at": "close_of_business"}, "close_time", "go together"),
        ({"end_at": "close_of_business", "close_time": "5 pm"}, "close_time", "is not a quoted time"),
        ({"end_at": "close_of_business", "close_time": "17:00+01:00"}, "close_time", "is not a quoted time"),
    ],
)
def test_an_impossible_mix_is_refused(change: dict[str, object], where: str, problem: str) -> None:
    error = refusal(changed(VALUE, EIGHT_WEEKS | change))
    assert error.path == f"stages.final.deadline.value.{where}"
    assert problem in error.problem


def test_seconds_are_for_the_sandbox_only() -> None:
    document = changed(VALUE, EIGHT_WEEKS | {"unit": "seconds"} | EXACT)
    assert "sandbox" in refusal(document).problem
    assert load(document | {"id": "sandbox"}).id == "sandbox"


def test_seconds_are_refused_wherever_a_pack_hides_them() -> None:
    limit = EIGHT_WEEKS | {"kind": "player_limit", "unit": "seconds"} | EXACT
    hidden = {"referral_limit": {"value": limit}}
    error = refusal(changed("external_bodies", [BODY | hidden]))
    assert error.path == "external_bodies[0].referral_limit.value"


@pytest.mark.parametrize("stages", [{}, {"final": {"deadline": {"confidence": "not_found"}}}])
def test_a_pack_without_a_final_deadline_says_that_counsel_must_supply_it(stages: dict[str, Any]) -> None:
    document = changed("stages", stages)
    document["house"]["warnings"] = {}
    error = refusal(document)
    assert error.path == "stages.final.deadline"
    assert "Counsel must supply" in error.remedy


@pytest.mark.parametrize(
    "change", [{"unit": "business_days"}, {"unit": "calendar_days", "rollover": "next_business_day"}]
)
def test_a_pack_that_counts_business_days_needs_a_calendar_from_counsel(change: dict[str, object]) -> None:
    document = changed(VALUE, EIGHT_WEEKS | change)
    del document["holiday_calendar"]
    error = refusal(document)
    assert (error.path, error.remedy) == (
        "holiday_calendar",
        "Counsel must supply the calendar of public holidays",
    )


def test_a_pack_that_counts_no_business_days_needs_no_calendar() -> None:
    assert load(changed("holiday_calendar", ABSENT)).calendar.holidays == {}


def test_a_value_of_the_house_may_stand_where_the_law_is_silent() -> None:
    acknowledge = {"kind": "duty", "amount": 24, "unit": "hours", "anchor": "received", **EXACT}
    pack = load(changed("stages/ack", {"deadline": {"value": acknowledge}}))
    rule = pack.stages["ack"].deadline
    assert (rule.confidence, rule.strength) == ("not_found", "house")
    assert rule.value is not None
    assert rule.value.source == "house rule"


def test_a_deadline_knows_the_rule_it_comes_from() -> None:
    deadline = load(MINIMAL).deadline("final")
    assert deadline is not None
    assert deadline.source == "Complaints Act 2026, section 1"


def test_a_category_may_have_its_own_deadline() -> None:
    five_days = EIGHT_WEEKS | {"amount": 5, "unit": "business_days"}
    rule = {"match": TERMS, "stages": {"final": {"deadline": {"value": five_days}}}}
    pack = load(changed("categories", [rule]))
    special, usual = pack.deadline("final", "responsible_gambling"), pack.deadline("final", "payments")
    assert special is not None
    assert usual is not None
    assert (str(special.length), str(usual.length)) == ("5 business days", "8 weeks")


def test_a_pause_that_nobody_found_is_not_allowed() -> None:
    assert load(changed("pauses", [PAUSE])).paused_clocks("court") == {"final"}
    assert load(changed("pauses", [PAUSE | {"allowed": {}}])).paused_clocks("court") == frozenset()


def test_a_stage_or_body_that_the_pack_does_not_have_is_none() -> None:
    pack = load(MINIMAL)
    assert pack.deadline("ack") is None
    assert pack.external_body("adr") is None
    assert pack.letter("holding").blocks == ()


def test_a_deadline_made_in_code_is_checked_too() -> None:
    with pytest.raises(RulePackInvalid, match="between 1 and"):
        Deadline(kind="duty", amount=0, unit="weeks", anchor="received")
    with pytest.raises(RulePackInvalid, match="between 1 and"):
        Length(amount=-1, unit="weeks")
    with pytest.raises(RulePackInvalid, match="percent or before"):
        Mark(percent=5, before=Length(amount=1, unit="weeks"))


class TestShippedPacks:
    @pytest.mark.parametrize("pack_id", known())
    def test_every_shipped_pack_loads_under_its_own_name(self, pack_id: str) -> None:
        own = json.dumps({"final": {"amount": 10, "unit": "calendar_days"}}) if pack_id == "mt" else ""
        assert load_pack(pack_id, None, own).id == pack_id

    def test_a_pack_is_read_once(self) -> None:
        assert load_pack("sandbox") is load_pack("sandbox")

    def test_a_version_is_found_by_name(self) -> None:
        assert load_pack("gb-ukgc", load_pack("gb-ukgc").version).id == "gb-ukgc"

    @pytest.mark.parametrize(
        "pack_id", ["xx-none", "../region", "/etc/passwd", "", "gb_ukgc\0", "GB-UKGC", "gb-ukgc@2015.1"]
    )
    def test_an_unknown_pack_is_refused_and_the_known_ones_are_named(self, pack_id: str) -> None:
        with pytest.raises(RulePackInvalid, match=r"Known packs: ca-on-igo, .*, us-mi-mgcb"):
            load_pack(pack_id)

    def test_a_file_that_is_no_toml_is_refused_by_name(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "xx-broken.toml").write_text('id = "xx-broken\n', encoding="utf-8")
        monkeypatch.setattr(reading, "FOLDER", tmp_path)
        with pytest.raises(RulePackInvalid) as caught:
            reading.read_data("xx-broken")
        assert caught.value.path == "xx-broken.toml"
        assert "line 1" in caught.value.problem
        assert caught.value.remedy

    def test_an_unknown_version_is_refused(self) -> None:
        with pytest.raises(RulePackInvalid, match=r"no version 1999\.1"):
            load_pack("gb-ukgc", "1999.1")

    def test_great_britain_asks_what_its_sources_say(self) -> None:
        pack = load_pack("gb-ukgc")
        assert pack.valid_from == date(2026, 4, 6)
        assert summary(pack) == {
            "ack": "24 hours duty from received, exact_instant; should, sourced_official",
            "final": "8 weeks duty from received, include_anchor_day; must, sourced_official",
        }
        adr = pack.external_body("adr")
        assert adr is not None
        assert adr.free.value is True
        assert adr.scope.value is not None
        assert adr.scope.value.max_binding_amount_minor == 1_000_000
        lengths = [adr.referral_limit.value, adr.operator_reply.value, pack.intake.filing_window.value]
        assert [str(found.length) for found in lengths if found] == [
            "12 months",
            "10 business days",
            "6 months",
        ]
        assert pack.records.retention.value is None
        assert pack.signoff is None

    def test_in_great_britain_a_pause_moves_the_opening_of_adr_and_never_the_duty(self) -> None:
        pack = load_pack("gb-ukgc")
        assert pack.paused_clocks("awaiting_player_info") == {"adr"}
        assert pack.paused_clocks("court") == frozenset()
        assert pack.pauses[0].allowed.confidence == "recalled"

    def test_the_house_of_great_britain_warns_escalates_and_refers_before_the_end(self) -> None:
        house = load_pack("gb-ukgc").house
        assert house.warnings == {"final": (Mark(percent=50), Mark(percent=80))}
        week = Mark(before=Length(amount=7, unit="calendar_days"))
        assert [(level.level, level.at) for level in house.escalations] == [(1, Mark(percent=60)), (2, week)]
        assert (house.deadlock_before, house.progress_every, house.feedback_window) == (
            Length(amount=1, unit="business_days"),
            Length(amount=14, unit="calendar_days"),
            Length(amount=14, unit="calendar_days"),
        )

    @pytest.mark.parametrize("letter", ["final_upheld", "final_rejected", "deadlock"])
    @pytest.mark.parametrize("pack_id", ["gb-ukgc", "sandbox"])
    def test_the_last_letter_names_the_way_to_adr(self, pack_id: str, letter: str) -> None:
        rule = load_pack(pack_id).letter(letter)
        assert {
            "decision",
            "reasons",
            "end_of_internal_process",
            "external_body_name",
            "external_body_contact",
            "external_body_url",
            "external_scope_limits",
            "external_is_free",
        } <= {*rule.blocks}
        assert "odr_link" in rule.banned

    def test_the_sandbox_counts_in_seconds(self) -> None:
        pack = load_pack("sandbox")
        assert summary(pack) == {
            "ack": "10 seconds duty from received, exact_instant; must, sourced_official",
            "final": "40 seconds duty from received, exact_instant; must, sourced_official",
        }
        adr = pack.external_body("adr")
        assert adr is not None
        assert adr.referral_limit.value is not None
        lengths = (adr.referral_limit.value.length, pack.house.progress_every, pack.house.feedback_window)
        assert {str(length) for length in lengths} == {"15 seconds"}
        assert pack.house.deadlock_before == Length(amount=2, unit="seconds")
        assert pack.house.warnings == {"final": (Mark(percent=30),)}
        assert [level.at.percent for level in pack.house.escalations] == [45, 60]


def summary(pack: RulePack) -> dict[str, str]:
    """Each stage in a line."""
    lines = {}
    for key, stage in pack.stages.items():
        rule, deadline = stage.deadline, stage.deadline.value
        assert deadline is not None
        lines[str(key)] = (
            f"{deadline.length} {deadline.kind} from {deadline.anchor}, {deadline.count_start};"
            f" {rule.strength}, {rule.confidence}"
        )
    return lines


def test_a_close_time_is_read_as_local_time() -> None:
    closing = EIGHT_WEEKS | {"end_at": "close_of_business", "close_time": "17:00"}
    deadline = load(changed(VALUE, closing)).deadline("final")
    assert deadline is not None
    assert deadline.close_time == time(17)
