"""A rule pack is data with sources; what does not fit is refused by name, with the remedy."""

import json
from collections.abc import Mapping
from copy import deepcopy
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest

from redress.domain import packs, promises, reading
from redress.domain.packs import RulePackInvalid, known, load, load_pack
from redress.domain.rulepack import Deadline, Length, Mark, RulePack
from tests.support.spoiled_packs import ABSENT, FULL, Spoiled, spoiled, unused_fields

EXACT = {"count_start": "exact_instant", "end_at": "exact_instant"}
EIGHT_WEEKS = {"kind": "duty", "amount": 8, "unit": "weeks", "anchor": "received"}
MINIMAL: dict[str, Any] = {
    "id": "xx-test",
    "version": "1",
    "valid_from": "2026-01-01",
    "timezone": "Europe/London",
    "holiday_calendar": "GB-ENG",
    "applies_to": {"licence": ["XX"], "player_residence": ["XX"], "product": ["casino"]},
    "sources": {"act": {"law": "Complaints Act 2026", "section": "section 1"}},
    "stages": {
        "final": {
            "deadline": {
                "value": EIGHT_WEEKS,
                "confidence": "sourced_official",
                "strength": "must",
                "source": "act",
            }
        }
    },
    "house": {
        "progress_every": {"amount": 14, "unit": "calendar_days"},
        "deadlock_before": {"amount": 1, "unit": "calendar_days"},
        "feedback_window": {"amount": 14, "unit": "calendar_days"},
        "warnings": {"final": [{"percent": 50}]},
        "escalations": [{"level": 1, "at": {"percent": 60}}],
    },
}


def changed(path: str, value: object) -> dict[str, Any]:
    """The minimal pack with one value replaced, added or (ABSENT) removed."""
    return changed_in({path: value})


def changed_in(changes: Mapping[str, object]) -> dict[str, Any]:
    """The minimal pack with several values replaced, added or (ABSENT) removed."""
    document = deepcopy(MINIMAL)
    for path, value in changes.items():
        *tables, key = path.split("/")
        place = document
        for table in tables:
            place = place.setdefault(table, {})
        if value is ABSENT:
            del place[key]
        else:
            place[key] = value
    return document


def refusal(document: dict[str, Any]) -> RulePackInvalid:
    with pytest.raises(RulePackInvalid) as caught:
        load(document)
    return caught.value


FINAL = "stages/final/deadline"
VALUE = f"{FINAL}/value"
BODY = {"key": "adr", "type": "adr"}
TERMS = ["safer_gambling", "responsible_gambling"]  # ours, and the regulator's own
PAUSE = {"allowed": {"value": True}, "reasons": ["court"], "applies_to": ["final"]}


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


class TestLettersThatCouldNeverBeWritten:
    @pytest.mark.parametrize(
        "bodies", [[BODY], [BODY | {"type": "regulator"}], [BODY | {"name": "Example Adjudication"}]]
    )
    def test_the_way_to_a_regulator_needs_a_regulator_with_a_name(self, bodies: list[Any]) -> None:
        document = changed("letters", {"final_rejected": {"also_contain": ["regulator_route"]}})
        error = refusal(document | {"external_bodies": bodies})
        assert error.path == "letters.final_rejected"
        assert "regulator_route, but no external body is a regulator with a name" in error.problem

    def test_the_way_to_a_regulator_is_found_wherever_it_stands(self) -> None:
        document = changed("letters", {"final_rejected": {"also_contain": ["regulator_route"]}})
        regulator = {"key": "regulator", "type": "regulator", "name": "Example Authority"}
        assert load(document | {"external_bodies": [BODY, regulator]}).external_body("regulator")

    def test_the_last_day_for_the_outside_route_needs_one(self) -> None:
        document = changed("letters", {"final_rejected": {"also_contain": ["referral_deadline"]}})
        error = refusal(document | {"external_bodies": [BODY]})
        assert error.path == "letters.final_rejected"
        assert "referral_deadline, but the route has no referral_limit" in error.problem
        limit = {"value": EIGHT_WEEKS | {"kind": "player_limit", "anchor": "final_response_sent"}}
        assert load(document | {"external_bodies": [BODY | {"referral_limit": limit}]}).route


DEADLOCK = {"opens_early_on": ["deadlock"]}
DEEMED = EIGHT_WEEKS | {"kind": "deemed_outcome", "on_breach": ["mark_deemed_accepted"]}
LIMIT = EIGHT_WEEKS | {"kind": "player_limit", "anchor": "final_response_sent"}
LONGEST = {"value": {"amount": 10, "unit": "calendar_days"}}
NOTICE = EIGHT_WEEKS | {"kind": "notice_trigger", "on_breach": ["send_holding_letter"]}
ASKED = PAUSE | {"reasons": ["court", "awaiting_player_info"]}


def track(*terms: str, **stages: object) -> dict[str, Any]:
    """A category track."""
    return {"match": list(terms), "stages": {stage: {"deadline": rule} for stage, rule in stages.items()}}


class TestRulesThatWouldBeLost:
    """What a pack says and nothing would act on is refused: a pack is never half heard."""

    @pytest.mark.parametrize("stage", ["stage1", "stage2", "adr", "regulator"])
    @pytest.mark.parametrize(
        ("path", "value", "where"),
        [
            ("stages/{}", {"deadline": {"value": EIGHT_WEEKS}}, "stages.{}"),
            ("stages/{}", {"deadline": {"confidence": "not_found"}}, "stages.{}"),
            ("categories", [track("bonuses", **{"{}": {"value": EIGHT_WEEKS}})], "categories[0].stages.{}"),
            ("house/targets/{}", EIGHT_WEEKS, "house.targets.{}"),
        ],
    )
    def test_a_stage_of_which_no_clock_is_made(
        self, path: str, value: object, where: str, stage: str
    ) -> None:
        named = json.loads(json.dumps(value).replace("{}", stage))
        error = refusal(changed(path.format(stage), named))
        assert error.path == where.format(stage)
        assert "no clock is made of this stage" in error.problem
        assert error.remedy == "Use ack, interim or final; outside bodies go to external_bodies"

    def test_every_stage_of_which_a_clock_is_made_is_accepted(self) -> None:
        stages = {"ack": EIGHT_WEEKS, "interim": NOTICE}
        pack = load(
            changed_in({f"stages/{key}": {"deadline": {"value": one}} for key, one in stages.items()})
        )
        assert {*pack.stages} == {*promises.STAGES.values()}

    @pytest.mark.parametrize(
        ("changes", "where", "problem", "remedy"),
        [
            (
                {"categories": [track("bonuses", final={"confidence": "not_found"})]},
                "categories[0].stages.final.deadline",
                "no value, while the stage has one in general",
                "Give the value for these categories, or leave the stage out",
            ),
            (
                {VALUE: DEEMED | {"on_breach": ["notify_owner"]}, "silence_effect": "deemed_accepted"},
                "stages.final.deadline.value.on_breach",
                "deemed_outcome without mark_deemed_accepted",
                "Add mark_deemed_accepted",
            ),
            (
                {VALUE: DEEMED | {"kind": "duty"}, "silence_effect": "deemed_accepted"},
                "stages.final.deadline.value.on_breach",
                "mark_deemed_accepted, but the kind is duty",
                "Use kind deemed_outcome",
            ),
            (
                {"house/targets/final": DEEMED | {"kind": "duty"}},
                "house.targets.final.on_breach",
                "mark_deemed_accepted, but the kind is duty",
                "Use kind deemed_outcome",
            ),
            (
                {"stages/interim": {"deadline": {"value": NOTICE | {"on_breach": ["notify_owner"]}}}},
                "stages.interim.deadline.value.on_breach",
                "notice_trigger without send_holding_letter",
                "Add send_holding_letter",
            ),
            (
                {"silence_effect": "deemed_accepted"},
                "silence_effect",
                "deemed_accepted, but no stage has a deemed_outcome",
                "Use kind deemed_outcome",
            ),
            (
                {VALUE: DEEMED, "silence_effect": "none"},
                "silence_effect",
                "none, but stages.final has a deemed_outcome",
                "Use deemed_accepted",
            ),
            (
                {
                    "categories": [track("bonuses", final={"value": DEEMED})],
                    "silence_effect": "gateway_opens",
                },
                "silence_effect",
                "categories[0].stages.final has a deemed_outcome",
                "Use deemed_accepted",
            ),
            (
                {VALUE: EIGHT_WEEKS | {"satisfied_by": "received"}},
                "stages.final.deadline.value.satisfied_by",
                "can prove that it sent an answer, not that it was received",
                "Use sent, and an amount that leaves time for the way",
            ),
            (
                {"categories": [track("responsible_gambling", "gaming", final={"value": EIGHT_WEEKS})]},
                "categories[0].match",
                "none of responsible_gambling, gaming is a category of complaint",
                "Add one of: deposits_withdrawals, bonuses,",
            ),
            (
                {"categories": [track(final={"value": EIGHT_WEEKS})]},
                "categories[0].match",
                "empty: no complaint falls under it",
                "Add one of: deposits_withdrawals, bonuses,",
            ),
            (
                {"extensions": [{"of": "final", "by": LONGEST, "categories": ["responsible_gambling"]}]},
                "extensions[0].categories",
                "none of responsible_gambling is a category of complaint",
                "Add one of: deposits_withdrawals, bonuses,",
            ),
            (
                {"extensions": [{"of": "adr", "by": LONGEST}], "external_bodies": [BODY]},
                "extensions[0].of",
                "there is no clock 'adr'",
                "Use one of: final",
            ),
            (
                {"house/warnings": {"adr": [{"percent": 50}]}, "external_bodies": [BODY]},
                "house.warnings",
                "there is no clock 'adr'",
                "Use one of: final",
            ),
            (
                {"external_bodies": [BODY | DEADLOCK]},
                "external_bodies[0].referral_limit",
                "the route opens at deadlock, and a complaint would wait for its end for ever",
                "Counsel must supply the limit, or opens_early_on leaves out deadlock",
            ),
            (
                {
                    "external_bodies": [
                        BODY | DEADLOCK | {"referral_limit": {"value": LIMIT | {"anchor": "incident"}}}
                    ]
                },
                "external_bodies[0].referral_limit.value.anchor",
                "incident may never come",
                "Count from one of: received,",
            ),
            (
                {"pauses": [PAUSE | {"resume_on": ["max_reached"]}]},
                "pauses[0].resume_on",
                "max_reached, but neither max_single nor max_total has a value",
                "Give one of them, or leave max_reached out",
            ),
            (
                {"pauses": [PAUSE | {"max_single": LONGEST}]},
                "pauses[0].resume_on",
                "max_single, but the pause does not end on max_reached",
                "Add max_reached",
            ),
            (
                {"pauses": [PAUSE, PAUSE | {"max_total": LONGEST, "resume_on": []}]},
                "pauses[1].resume_on",
                "max_total, but the pause does not end on max_reached",
                "Add max_reached",
            ),
            (
                {"pauses": [ASKED | {"max_total": LONGEST, "resume_on": ["max_reached"]}]},
                "pauses[0].resume_on",
                "awaiting_player_info, but the pause does not end on player_reply",
                "Add player_reply",
            ),
        ],
    )
    def test_a_rule_that_nothing_would_act_on(
        self, changes: dict[str, object], where: str, problem: str, remedy: str
    ) -> None:
        error = refusal(changed_in(changes))
        assert (error.pack, error.path) == ("xx-test", where)
        assert problem in error.problem
        assert error.remedy.startswith(remedy)

    @pytest.mark.parametrize(
        "changes",
        [
            {VALUE: DEEMED, "silence_effect": "deemed_accepted"},
            {
                "categories": [track("bonuses", final={"value": DEEMED})],
                "silence_effect": "deemed_accepted",
            },
            {VALUE: EIGHT_WEEKS | {"satisfied_by": "decided"}},
            {VALUE: EIGHT_WEEKS | {"on_breach": ["send_holding_letter"]}},
            {"categories": [track("bonuses", ack={"confidence": "not_found"})]},
            {"categories": [track("gaming", "bonuses", final={"value": EIGHT_WEEKS})]},
            {"extensions": [{"of": "final", "by": LONGEST, "categories": ["gaming", "bonuses"]}]},
            {"external_bodies": [BODY | {"opens_early_on": ["final_response"]}]},
            {"external_bodies": [BODY, BODY | DEADLOCK | {"key": "second"}]},
            {"external_bodies": [BODY | DEADLOCK | {"referral_limit": {"value": LIMIT}}]},
            {"pauses": [PAUSE | {"resume_on": []}]},
            {"pauses": [ASKED]},
            {"pauses": [ASKED | {"max_single": LONGEST, "resume_on": ["player_reply", "max_reached"]}]},
        ],
    )
    def test_a_rule_that_is_acted_on_is_accepted(self, changes: dict[str, object]) -> None:
        assert load(changed_in(changes)).id == "xx-test"


class TestDeadlockBeforeTheEnd:
    """The letter that refers the player goes out before the final instant, and never at receipt."""

    ROUTE = BODY | DEADLOCK | {"referral_limit": {"value": LIMIT}}

    def pack(self, before: object, **changes: object) -> dict[str, Any]:
        base = {"house/deadlock_before": before, "external_bodies": [self.ROUTE]}
        return changed_in({**base, **changes})

    @pytest.mark.parametrize(
        ("before", "final"),
        [
            ({"amount": 8, "unit": "weeks"}, {}),
            ({"amount": 56, "unit": "calendar_days"}, {}),
            ({"amount": 1, "unit": "business_days"}, {"amount": 1, "unit": "business_days"}),
            ({"amount": 24, "unit": "hours"}, {"amount": 24, "unit": "hours", **EXACT}),
            ({"amount": 2, "unit": "months"}, {}),
        ],
    )
    def test_what_leaves_no_time_after_receipt_is_refused(
        self, before: object, final: dict[str, object]
    ) -> None:
        error = refusal(self.pack(before, **{VALUE: EIGHT_WEEKS | final}))
        assert error.path == "house.deadlock_before"
        assert "is not shorter than stages.final" in error.problem
        assert error.remedy == "Shorten it: the referral has to come after receipt"

    def test_the_deadline_of_a_category_counts_too(self) -> None:
        short = track("safer_gambling", final={"value": EIGHT_WEEKS | TEN_DAYS})
        error = refusal(self.pack({"amount": 10, "unit": "calendar_days"}, categories=[short]))
        assert error.path == "house.deadlock_before"
        assert "is not shorter than categories[0].stages.final" in error.problem

    def test_the_houses_own_final_date_counts_where_the_law_has_none(self) -> None:
        document = self.pack(
            {"amount": 10, "unit": "calendar_days"},
            **{FINAL: {"confidence": "not_found"}, "house/targets/final": EIGHT_WEEKS | TEN_DAYS},
        )
        assert "is not shorter than house.targets.final" in refusal(document).problem

    def test_a_day_less_than_the_deadline_is_early_enough(self) -> None:
        before = {"amount": 54, "unit": "calendar_days"}
        assert load(self.pack(before)).house.deadlock_before.amount == 54

    def test_where_no_route_opens_at_deadlock_nothing_is_asked(self) -> None:
        assert load(changed("house/deadlock_before", {"amount": 8, "unit": "weeks"})).route is None


OPERATORS = {"operator_defined": True, "strength": "must"}
TEN_DAYS = {"amount": 10, "unit": "calendar_days"}


class TestWhatTheOperatorSets:
    """The region file's settings for a pack fill what the law leaves open, and touch nothing else."""

    def test_a_time_frame_that_the_operator_has_to_set_and_has_not_is_asked_for(self) -> None:
        error = refusal(changed(FINAL, OPERATORS))
        assert error.path == "stages.final.deadline"
        assert error.remedy.startswith(
            "Set [operator.rules.xx-test.final] amount and unit in the region file"
        )

    def test_a_time_frame_that_the_operator_set_is_a_duty_from_receipt_on(self) -> None:
        deadline = load(changed(FINAL, OPERATORS), {"final": TEN_DAYS}).deadline("final")
        assert deadline is not None
        assert (str(deadline.length), deadline.kind, deadline.anchor) == (
            "10 calendar days",
            "duty",
            "received",
        )

    def test_hours_that_the_operator_sets_run_from_instant_to_instant(self) -> None:
        deadline = load(changed(FINAL, OPERATORS), {"final": {"amount": 48, "unit": "hours"}}).deadline(
            "final"
        )
        assert deadline is not None
        assert deadline.elapsed

    @pytest.mark.parametrize("stage", ["final", "ack", "colour"])
    def test_what_the_law_sets_is_not_the_operators_to_set(self, stage: str) -> None:
        with pytest.raises(RulePackInvalid) as caught:
            load(MINIMAL, {stage: TEN_DAYS})
        assert (caught.value.pack, caught.value.path) == ("xx-test", f"operator.rules: {stage}")
        assert caught.value.problem == "the law does not leave this time-frame to the operator"
        assert f"goes to house.targets.{stage}" in caught.value.remedy

    def test_the_operator_may_promise_more_than_the_law_which_stays_as_it_is(self) -> None:
        pack = load(MINIMAL, {"house": {"targets": {"final": TEN_DAYS}}})
        assert str(pack.house.targets["final"].length) == "10 calendar days"
        assert pack.owed("final") == load(MINIMAL).owed("final")

    def test_a_target_of_the_operator_stands_in_for_the_packs_and_leaves_the_others(self) -> None:
        targets = {"ack": EIGHT_WEEKS, "final": EIGHT_WEEKS}
        pack = load(changed("house/targets", targets), {"house": {"targets": {"final": TEN_DAYS}}})
        assert {key: str(target.length) for key, target in pack.house.targets.items()} == {
            "ack": "8 weeks",
            "final": "10 calendar days",
        }
        assert pack.house.progress_every == load(MINIMAL).house.progress_every

    @pytest.mark.parametrize(
        ("settings", "path"),
        [
            ({"final": "10 days"}, "stages.final.deadline.value"),
            ({"final": {"amount": "10", "unit": "calendar_days"}}, "stages.final.deadline.value.amount"),
            ({"final": {"amount": 10, "unit": "fortnights"}}, "stages.final.deadline.value.unit"),
            ({"final": {"amount": 10}}, "stages.final.deadline.value.unit"),
            ({"final": TEN_DAYS | {"colour": "red"}}, "stages.final.deadline.value.colour"),
            ({"final": TEN_DAYS, "house": "strict"}, "house"),
            ({"final": TEN_DAYS, "house": {"targets": "strict"}}, "house.targets"),
            ({"final": TEN_DAYS, "house": {"targets": {"final": 5}}}, "house.targets.final"),
            ({"final": TEN_DAYS, "house": {"targets": {"last": TEN_DAYS}}}, "house.targets"),
            ({"final": TEN_DAYS, "house": {"colour": "red"}}, "house.colour"),
        ],
    )
    def test_a_setting_that_does_not_fit_is_refused_by_name(
        self, settings: dict[str, Any], path: str
    ) -> None:
        with pytest.raises(RulePackInvalid) as caught:
            load(changed(FINAL, OPERATORS), settings)
        assert (caught.value.pack, caught.value.path) == ("xx-test", path)
        assert caught.value.remedy

    @pytest.mark.parametrize("spoiled", ["house", "stages", "house/targets", "stages/final"])
    def test_settings_for_a_pack_that_is_malformed_itself_hide_nothing(self, spoiled: str) -> None:
        document = changed(FINAL, OPERATORS)
        *tables, key = spoiled.split("/")
        place = document
        for table in tables:
            place = place[table]
        place[key] = ["not a table"]
        with pytest.raises(RulePackInvalid) as caught:
            load(document, {"final": TEN_DAYS})
        assert caught.value.pack == "xx-test"


class TestVersions:
    def version(self, name: str, valid_from: str, valid_to: str | None = None) -> dict[str, Any]:
        document = MINIMAL | {"version": name, "valid_from": valid_from}
        return document | ({"valid_to": valid_to} if valid_to else {})

    def test_versions_come_in_the_order_of_their_days(self) -> None:
        early, late = self.version("1", "2024-01-01", "2025-12-31"), self.version("2", "2026-01-01")
        assert packs.in_order([late, early]) == [early, late]

    @pytest.mark.parametrize("end", [None, "2026-01-01", "2030-01-01"])
    def test_two_versions_that_hold_on_one_day_are_refused(self, end: str | None) -> None:
        with pytest.raises(RulePackInvalid) as caught:
            packs.in_order([self.version("2", "2026-01-01"), self.version("1", "2024-01-01", end)])
        assert (caught.value.pack, caught.value.path) == ("xx-test@1", "valid_to")
        assert caught.value.problem == "version 2 is valid from 2026-01-01: two hold on a day"
        assert caught.value.remedy == "End this version the day before 2026-01-01"

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("version", ABSENT),
            ("version", 2026),
            ("valid_from", ABSENT),
            ("valid_from", "1 January 2026"),
            ("valid_to", 20260101),
            ("valid_to", "1 January 2026"),
        ],
    )
    def test_a_version_without_readable_days_is_refused(self, key: str, value: object) -> None:
        document = self.version("1", "2024-01-01", "2025-12-31") | {key: value}
        spoiled = {name: part for name, part in document.items() if part is not ABSENT}
        with pytest.raises(RulePackInvalid) as caught:
            packs.in_order([spoiled, self.version("2", "2026-01-01")])
        assert (caught.value.pack, caught.value.path) == ("xx-test", key)


SPOILED = list(spoiled())


class TestEachFieldWrongInTurn:
    """A pack that uses every field of the schema, with one value of it made wrong."""

    def test_the_pack_uses_every_field_and_loads(self) -> None:
        assert unused_fields() == ["Deadline.source"]  # filled from the rule that holds the deadline
        assert load(FULL).id == "xx-full"

    def test_every_field_is_spoiled(self) -> None:
        values = {one.path for one in SPOILED if one.how != "unknown key"}
        assert {
            "id",
            "signoff.date",
            "pauses[0].max_total.value.unit",
            "house.warnings.final[1].before",
        } <= values
        assert len(values) > 300

    @pytest.mark.parametrize("one", [pytest.param(one, id=f"{one.path}: {one.how}") for one in SPOILED])
    def test_a_wrong_value_is_refused_with_pack_path_and_remedy(self, one: Spoiled) -> None:
        error = refusal(one.document)
        assert error.pack == str(one.document.get("id", "without id"))
        first_named = "taxonomy.distinguishes_dispute.source"  # what stands where sources should names none
        assert error.path in ({first_named} if one.path == "sources" else {one.path})
        assert error.remedy
        for part in (error.pack, error.path, error.remedy):
            assert part in str(error)
