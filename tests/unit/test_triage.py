"""Triage weighs every rule that fires, and says of each why it did."""

from collections.abc import Mapping
from copy import replace
from typing import Any

import pytest

from redress.domain import packs, reading, triage
from redress.domain.categories import Category
from redress.domain.triage import Assessment, Condition, Facts, Outcome, TriageRule, assess, built_in, rules

PLAIN = Facts(
    category="privacy",
    brand="northlight",
    jurisdiction="gb-ukgc",
    channel="form",
    language="en",
    residence="GB",
    amount_minor=2_500,
    currency="GBP",
    occurred_on="2026-03-01",
    age_days=2,
)
OURS = rules(())


def facts(**changes: Any) -> Facts:
    """A plain complaint of Great Britain, with some facts changed."""
    return replace(PLAIN, **changes)


def rule(when: Condition, then: Outcome | None = None, **changes: Any) -> TriageRule:
    """A rule of a test."""
    return TriageRule(
        **{"id": "tried", "why": "It fired.", "when": when, "then": then or Outcome(), **changes}
    )


def why(assessment: Assessment, reason: str) -> str:
    """The sentence that belongs to a reason."""
    return assessment.explanation[assessment.reasons.index(reason)]


class TestConditions:
    HELD: tuple[tuple[Condition, dict[str, Any]], ...] = (
        (Condition(category=("bonuses", "privacy")), {}),
        (Condition(brand=("northlight",)), {}),
        (Condition(jurisdiction=("gb-ukgc",)), {}),
        (Condition(channel=("form", "chat")), {}),
        (Condition(currency=("EUR", "GBP")), {}),
        (Condition(residence=("GB",)), {}),
        (Condition(residence=("US",)), {"residence": "US-MI"}),
        (Condition(residence_not=("GB",)), {"residence": "FR"}),
        (Condition(residence_not=("US-MI",)), {"residence": "US-OH"}),
        (Condition(amount_at_least={"GBP": 2_500}), {}),
        (Condition(amount_at_least={"*": 2_500}), {"currency": "JPY"}),
        (Condition(amount_at_least={"GBP": 9_000, "*": 100}), {"currency": "EUR"}),
        (Condition(earlier_at_least=2), {"earlier": 2}),
        (Condition(age_days_at_least=2), {}),
        (Condition(missing=("account", "amount_minor")), {"missing": ("occurred_on", "account")}),
        (Condition(filing_window_passed=True), {"filing_window_passed": True}),
        (Condition(filing_window_passed=False), {}),
        (Condition(vulnerable=True), {"vulnerable": True}),
        (Condition(signals=("minor", "distress")), {"signals": ("distress",)}),
        (Condition(open_alike=True), {"open_alike": ("R7K3-9QXM-2",)}),
        (Condition(open_alike=False), {}),
    )
    NOT_HELD: tuple[tuple[Condition, dict[str, Any]], ...] = (
        (Condition(category=("bonuses",)), {}),
        (Condition(brand=("southlight",)), {}),
        (Condition(jurisdiction=("mt",)), {}),
        (Condition(channel=("chat",)), {}),
        (Condition(currency=("EUR",)), {}),
        (Condition(currency=("EUR",)), {"currency": None}),
        (Condition(residence=("US-MI",)), {"residence": "US"}),
        (Condition(residence=("GB",)), {"residence": None}),
        (Condition(residence_not=("GB",)), {"residence": "GB-SCT"}),
        (Condition(residence_not=("GB",)), {"residence": None}),
        (Condition(residence_not=("US-MI",)), {"residence": "US"}),
        (Condition(amount_at_least={"GBP": 2_501}), {}),
        (Condition(amount_at_least={"EUR": 1}), {}),
        (Condition(amount_at_least={"GBP": 9_000, "*": 100}), {}),
        (Condition(amount_at_least={"*": 1}), {"amount_minor": None, "currency": None}),
        (Condition(earlier_at_least=2), {"earlier": 1}),
        (Condition(age_days_at_least=3), {}),
        (Condition(age_days_at_least=1), {"age_days": None}),
        (Condition(missing=("account",)), {"missing": ("amount_minor",)}),
        (Condition(filing_window_passed=True), {}),
        (Condition(vulnerable=False), {"vulnerable": True}),
        (Condition(signals=("minor",)), {"signals": ("distress",)}),
        (Condition(open_alike=True), {}),
        (Condition(category=("privacy",), brand=("southlight",)), {}),
    )

    @pytest.mark.parametrize(("when", "changes"), HELD)
    def test_a_rule_fires_when_its_condition_holds(self, when: Condition, changes: dict[str, Any]) -> None:
        assert "no_rule_fired" not in assess(facts(**changes), [rule(when)]).reasons

    @pytest.mark.parametrize(("when", "changes"), NOT_HELD)
    def test_a_rule_is_silent_when_a_part_of_its_condition_does_not_hold(
        self, when: Condition, changes: dict[str, Any]
    ) -> None:
        assert assess(facts(**changes), [rule(when)]).reasons == ("no_rule_fired",)

    def test_every_part_of_a_condition_is_tried_both_ways(self) -> None:
        for cases in (self.HELD, self.NOT_HELD):
            tried = {
                name for when, _ in cases for name, part in vars(when).items() if part not in (None, (), {})
            }
            assert tried == vars(Condition()).keys()


class TestWeighing:
    ALWAYS = Condition(brand=("northlight",))

    def weigh(self, *outcomes: Outcome) -> Assessment:
        """What rules say together that all fire."""
        return assess(
            PLAIN, [rule(self.ALWAYS, one, id=f"rule_{place}") for place, one in enumerate(outcomes)]
        )

    def test_without_a_rule_a_complaint_is_normal_and_that_is_said(self) -> None:
        assert assess(PLAIN, ()) == Assessment(
            team=None,
            severity="normal",
            priority=3,
            nature="complaint",
            validity=(),
            needs_human=False,
            reasons=("no_rule_fired",),
            explanation=("No rule fired: normal, priority 3.",),
        )

    def test_the_severest_the_most_urgent_and_every_doubt_count_in_whatever_order(self) -> None:
        mild = Outcome(severity="low", priority=4, nature="complaint", validity=("incomplete",))
        grave = Outcome(severity="critical", priority=1, nature="dispute", needs_human=True)
        late = Outcome(severity="high", validity=("out_of_time", "incomplete"))
        for outcomes in ((mild, grave, late), (late, grave, mild)):
            found = self.weigh(*outcomes)
            assert (found.severity, found.priority, found.nature) == ("critical", 1, "dispute")
            assert set(found.validity) == {"incomplete", "out_of_time"}
            assert len(found.validity) == 2
            assert found.needs_human

    def test_a_rule_may_make_a_complaint_less_than_normal(self) -> None:
        found = self.weigh(Outcome(severity="low", priority=4))
        assert (found.severity, found.priority) == ("low", 4)

    def test_the_first_team_named_owns_it(self) -> None:
        assert self.weigh(Outcome(), Outcome(team="vip"), Outcome(team="payments")).team == "vip"

    def test_reasons_stand_in_the_order_of_the_rules_each_with_its_sentence(self) -> None:
        found = self.weigh(Outcome(severity="high"), Outcome())
        assert (found.reasons, found.explanation) == (("rule_0", "rule_1"), ("It fired.", "It fired."))


class TestExplaining:
    def test_a_sentence_shows_what_the_rule_saw(self) -> None:
        seen = rule(
            Condition(amount_at_least={"GBP": 100_000}),
            why="{amount} of {threshold}, {category} at {brand}, {age_days} days, {occurred_on}, {earlier}.",
        )
        found = assess(facts(amount_minor=125_050, category="deposits_withdrawals", earlier=3), [seen])
        assert found.explanation == (
            "1,250.50 GBP of 1,000.00 GBP, deposits and withdrawals at northlight, 2 days, 2026-03-01, 3.",
        )

    def test_of_lists_a_sentence_shows_what_the_rule_asked_for(self) -> None:
        asked = rule(Condition(missing=("account",)), why="Without {missing}; {open_alike}; {residence}.")
        lacking = facts(missing=("amount_minor", "account"), residence=None)
        assert assess(lacking, [asked]).explanation == ("Without account; none; not told.",)

    def test_an_amount_of_an_unknown_currency_is_shown_as_it_is(self) -> None:
        shown = rule(Condition(category=("privacy",)), why="{amount}")
        assert assess(facts(currency=None), [shown]).explanation == ("2500",)

    def test_no_reason_on_record_says_which_harm_a_text_signals(self) -> None:
        own = {"id": "for_minors", "why": "A minor?", "when": {"signals": ["minor"]}}
        found = assess(facts(signals=("minor", "distress")), rules([own]))
        assert found.reasons == ("duty_of_care",)
        assert found.explanation == (
            "The text shows signals of harm (a minor, distress): a human reads it at once. A minor?",
        )


class TestBuiltInRules:
    @pytest.mark.parametrize("signal", ["self_exclusion", "minor", "distress"])
    def test_a_signal_of_harm_goes_to_a_human_at_once(self, signal: str) -> None:
        found = assess(facts(signals=(signal,)), OURS)
        assert (found.needs_human, found.severity, found.priority) == (True, "critical", 1)
        assert found.reasons == ("duty_of_care",)

    def test_a_complaint_about_safer_gambling_goes_to_a_human_at_once(self) -> None:
        found = assess(facts(category="safer_gambling"), OURS)
        assert (found.needs_human, found.severity, found.priority) == (True, "high", 1)

    @pytest.mark.parametrize(
        ("changes", "reason", "urgency"),
        [
            ({"vulnerable": True}, "duty_of_care", 1),
            ({"amount_minor": 100_000}, "amount_at_or_above_threshold", 2),
            ({"earlier": 2}, "repeat_complaints", 2),
            ({"age_days": 120}, "old_matter", 2),
        ],
    )
    def test_vulnerability_amount_repetition_and_age_make_it_severe(
        self, changes: dict[str, Any], reason: str, urgency: int
    ) -> None:
        found = assess(facts(**changes), OURS)
        assert (found.reasons, found.severity, found.priority) == ((reason,), "high", urgency)
        assert not found.needs_human

    @pytest.mark.parametrize("changes", [{"amount_minor": 99_999}, {"earlier": 1}, {"age_days": 119}])
    def test_below_those_limits_it_is_normal(self, changes: dict[str, Any]) -> None:
        assert assess(facts(**changes), OURS).reasons == ("no_rule_fired",)

    def test_the_regions_threshold_takes_the_place_of_the_built_in_one_in_any_currency(self) -> None:
        large = facts(amount_minor=500, currency="PLN")
        assert assess(large, rules((), 501)).severity == "normal"
        found = assess(large, rules((), 500))
        assert found.severity == "high"
        assert why(found, "amount_at_or_above_threshold") == (
            "The amount of 5.00 PLN reaches the threshold of 5.00 PLN."
        )

    def test_a_technical_complaint_without_an_amount_can_wait(self) -> None:
        found = assess(facts(category="technical", missing=("amount_minor",)), OURS)
        assert (found.severity, found.priority) == ("low", 4)

    def test_an_open_complaint_about_the_same_is_pointed_out_and_changes_nothing(self) -> None:
        found = assess(facts(open_alike=("R7K3-9QXM-2",)), OURS)
        assert (found.severity, found.priority, found.validity) == ("normal", 3, ())
        assert "R7K3-9QXM-2" in why(found, "possible_duplicate")

    def test_what_is_about_a_gambling_transaction_is_a_dispute(self) -> None:
        natures = {category: assess(facts(category=category), OURS).nature for category in Category}
        assert {category for category, nature in natures.items() if nature == "complaint"} == {
            *(Category.SAFER_GAMBLING, Category.TECHNICAL, Category.PRIVACY, Category.OTHER)
        }

    @pytest.mark.parametrize(
        ("changes", "doubt"),
        [
            ({"filing_window_passed": True}, ("out_of_time",)),
            ({"residence": "FR"}, ("outside_jurisdiction",)),
            ({"category": "account", "missing": ("account",)}, ("incomplete",)),
            ({"category": "bonuses", "missing": ("occurred_on",)}, ("incomplete",)),
            ({"category": "deposits_withdrawals", "missing": ("amount_minor",)}, ("incomplete",)),
            ({"missing": ("account", "occurred_on", "amount_minor", "transaction_references")}, ()),
            ({"category": "safer_gambling", "missing": ("account", "occurred_on", "amount_minor")}, ()),
        ],
    )
    def test_what_stands_against_it_is_said(self, changes: dict[str, Any], doubt: tuple[str, ...]) -> None:
        assert assess(facts(**changes), OURS).validity == doubt

    @pytest.mark.parametrize("pack", packs.known())
    def test_a_player_is_outside_where_the_rule_pack_says_so(self, pack: str) -> None:
        [document] = [
            one for one in packs.history(pack) if one["version"] == packs.history(pack)[-1]["version"]
        ]
        places = document["applies_to"]["player_residence"]
        abroad = assess(facts(jurisdiction=pack, residence="JP"), OURS)
        assert abroad.validity == (("outside_jurisdiction",) if places else ())
        for place in places:
            assert assess(facts(jurisdiction=pack, residence=place), OURS).validity == ()

    def test_each_fits_the_schema_and_shows_only_known_fields(self) -> None:
        document = reading.read_data("rules", reading.TRIAGE_FOLDER) or {}
        assert tuple(reading.read(TriageRule, table) for table in document["rules"]) == built_in()
        assert len({one.id for one in built_in()}) == len(built_in())
        shown = [sentence for one in built_in() for sentence in assess(PLAIN, [one]).explanation]
        assert [sentence for sentence in shown if "{" in sentence] == []
        assert not any(triage.is_empty(one.when) for one in built_in())


class TestRulesOfARegion:
    OWN: Mapping[str, Any] = {
        "id": "ours",
        "why": "Ours.",
        "when": {"brand": ["northlight"]},
        "then": {"team": "vip"},
    }

    def test_they_follow_the_built_in_ones(self) -> None:
        assert rules([self.OWN])[:-1] == OURS
        assert assess(PLAIN, rules([self.OWN])).team == "vip"

    def test_one_of_a_built_in_id_takes_its_place(self) -> None:
        own = {**self.OWN, "id": "old_matter"}
        found = rules([own])
        assert [one.id for one in found] == [one.id for one in OURS]
        assert assess(facts(age_days=500), found).severity == "normal"

    def test_a_threshold_of_their_own_is_not_touched_by_the_regions(self) -> None:
        own = {**self.OWN, "id": "amount_at_or_above_threshold", "when": {"amount_at_least": {"*": 7_000}}}
        found = [one for one in rules([own], 500) if one.id == own["id"]]
        assert [one.when.amount_at_least for one in found] == [{"*": 7_000}]
