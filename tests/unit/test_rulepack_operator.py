"""Deadlock before the end, what the operator sets, versions of a pack; and each field wrong in turn."""

from typing import Any

import pytest

from redress.domain import packs
from redress.domain.packs import RulePackInvalid, load
from tests.support.spoiled_packs import ABSENT, FULL, Spoiled, spoiled, unused_fields
from tests.support.written_packs import (
    BODY,
    DEADLOCK,
    EIGHT_WEEKS,
    EXACT,
    FINAL,
    LIMIT,
    MINIMAL,
    TEN_DAYS,
    VALUE,
    changed,
    changed_in,
    refusal,
    track,
)


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
