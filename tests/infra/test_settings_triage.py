"""A triage rule of a region file that cannot work says so: the rule, the part, the remedy."""

import json
from pathlib import Path

import pytest

from infra.settings import REGIONS, SettingsError, load
from redress.domain import triage
from redress.domain.triage import Facts, assess
from redress.region import from_json

PRODUCTION = (REGIONS / "eu-west-2.toml").read_text()
RULE = """
[[operator.triage]]
id = "large_bonus"
why = "A bonus over {amount}."
when = { category = ["bonuses"], amount_at_least = { GBP = 50_000, "*" = 60_000 } }
then = { team = "payments", priority = 2 }
"""
WHEN = 'category = ["bonuses"]'
HARM = '"self_exclusion", "minor", "distress"'
FAST_LANE = f"""
[[operator.triage]]
id = "harm_signal"
why = "Signals: {{signals}}."
when = {{ signals = [{HARM}] }}
then = {{ team = "safer-gambling", severity = "critical", priority = 1, needs_human = true }}
"""

# What a person changes in the rule above, and what they are told.
FAULTS = {
    "a team that does not exist": (
        '"payments"',
        '"payment"',
        "then.team",
        "no team of this file; use player-care",
    ),
    "an unknown category": ('"bonuses"', '"bonus"', "when.category", "'bonus' is unknown; use deposits_with"),
    "an unknown brand": (WHEN, 'brand = ["southlight"]', "when.brand", "is unknown; use northlight"),
    "an unknown rule pack": (WHEN, 'jurisdiction = ["gb"]', "when.jurisdiction", "is unknown; use ca-on-igo"),
    "an unknown channel": (WHEN, 'channel = ["fax"]', "when.channel", "is unknown; use form, api, phone"),
    "a place that is none": (
        WHEN,
        'residence = ["Wales"]',
        "when.residence",
        "write one such as GB or US-MI",
    ),
    "a place outside that is none": (WHEN, 'residence_not = ["gb"]', "when.residence_not", "ISO 3166"),
    "a currency that is none": ("GBP =", "EURO =", "when", "'EURO' is no currency; use its ISO 4217 code"),
    "any currency where one is meant": (WHEN, 'currency = ["€"]', "when", "'€' is no currency"),
    "a threshold of nothing": ("50_000", "0", "when.amount_at_least.GBP", "must be 1 or more"),
    "no complaints before": (WHEN, "earlier_at_least = 0", "when.earlier_at_least", "must be 1 or more"),
    "no days of age": (WHEN, "age_days_at_least = 0", "when.age_days_at_least", "must be 1 or more"),
    "a field that is not asked for": (WHEN, 'missing = ["name"]', "when.missing[0]", "Use one of: account"),
    "a signal that is not looked for": (
        WHEN,
        'signals = ["anger"]',
        "when.signals[0]",
        "self_exclusion, minor",
    ),
    "a misspelt part": (
        WHEN,
        'categories = ["bonuses"]',
        "when.categories",
        "unknown key; Use one of: category",
    ),
    "a text where a list belongs": (WHEN, 'category = "bonuses"', "when.category", "Give a list"),
    "an unknown severity": (
        "priority = 2",
        'severity = "grave"',
        "then.severity",
        "low, normal, high, critical",
    ),
    "a priority off the scale": ("priority = 2", "priority = 5", "then.priority", "use 1 (most urgent) to 4"),
    "a priority of nought": ("priority = 2", "priority = 0", "then.priority", "use 1 (most urgent) to 4"),
    "an unknown doubt": ("priority = 2", 'validity = ["late"]', "then.validity[0]", "out_of_time"),
    "a sentence with an unknown field": (
        "{amount}",
        "{sum}",
        "why",
        "unknown fields sum; use category, brand",
    ),
    "the player's words in a sentence": ("{amount}", "{text}", "why", "unknown fields text"),
    "a rule without a sentence": ('"A bonus over {amount}."', '" "', "why", "write the sentence"),
    "a rule whose sentence is left out": (
        'why = "A bonus over {amount}."',
        "",
        "why",
        "missing; Give a value",
    ),
    "an id that is no id": (
        "large_bonus",
        "Large-Bonus",
        "id",
        "lower-case letters, digits and single under",
    ),
    "the id that says that none fired": ("large_bonus", "no_rule_fired", "id", "rename it"),
}


def faults(folder: Path, added: str) -> list[str]:
    """What is told of a production file with something added at its end."""
    file = folder / "eu-west-2.toml"
    file.write_text(PRODUCTION + added)
    with pytest.raises(SettingsError) as refusal:
        load(file)
    return list(refusal.value.faults)


@pytest.mark.parametrize("case", FAULTS)
def test_a_wrong_rule_is_named_with_its_key_and_a_remedy(case: str, tmp_path: Path) -> None:
    right, wrong, part, remedy = FAULTS[case]
    assert RULE.count(right) == 1
    rule = RULE.replace(right, wrong)
    name = next(line.split('"')[1] for line in rule.splitlines() if line.startswith("id"))
    [fault] = faults(tmp_path, rule)
    assert fault.startswith(f"operator.triage.{name}.{part}: ")
    assert remedy in fault


def test_a_rule_that_would_hold_for_every_complaint_is_refused(tmp_path: Path) -> None:
    start, end = RULE.index("when ="), RULE.index("then =")
    [fault] = faults(tmp_path, f"{RULE[:start]}when = {{}}\n{RULE[end:]}")
    assert fault.startswith("operator.triage.large_bonus.when: empty, so it would hold for every complaint")


def test_a_rule_without_an_id_is_named_by_its_place(tmp_path: Path) -> None:
    [fault] = faults(tmp_path, RULE + RULE.replace('id = "large_bonus"', ""))
    assert fault == "operator.triage.1.id: missing; Give a value"


def test_two_rules_of_one_id_are_refused(tmp_path: Path) -> None:
    assert faults(tmp_path, RULE + RULE) == [
        "operator.triage.large_bonus.id: 'large_bonus' is used twice; rename one"
    ]


def test_all_faults_of_all_rules_are_told_at_once(tmp_path: Path) -> None:
    first = RULE.replace('"bonuses"', '"bonus"').replace("{amount}", "{sum}")
    second = RULE.replace("large_bonus", "other").replace('"payments"', '"payment"')
    assert len(faults(tmp_path, first + second)) == 3


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (HARM, '"minor", "distress"'),
        (f"signals = [{HARM}]", f'signals = [{HARM}], brand = ["northlight"]'),
        (f"signals = [{HARM}]", 'category = ["safer_gambling"]'),
        ("needs_human = true", "needs_human = false"),
    ],
)
def test_the_fast_lane_cannot_be_taken_away(right: str, wrong: str, tmp_path: Path) -> None:
    [fault] = faults(tmp_path, FAST_LANE.replace(right, wrong))
    assert fault.startswith("operator.triage.harm_signal: the fast lane must stay")


def test_the_functions_weigh_by_the_regions_rules(tmp_path: Path) -> None:
    file = tmp_path / "eu-west-2.toml"
    file.write_text(PRODUCTION + RULE + FAST_LANE)
    settings = load(file)
    operator = from_json(json.loads(settings.runtime_document()))
    assert operator == settings.operator
    ours = triage.rules(operator.triage, operator.severe_amount_minor)
    seen = Facts(
        category="bonuses",
        brand="northlight",
        jurisdiction="gb-ukgc",
        channel="form",
        language="en",
        amount_minor=50_000,
        currency="GBP",
    )
    found = assess(seen, ours)
    assert (found.team, found.priority) == ("payments", 2)
    assert "A bonus over 500.00 GBP." in found.explanation
    assert found.reasons == ("gambling_transaction", "large_bonus")


def test_the_rules_that_a_region_file_shows_in_comments_can_be_used(tmp_path: Path) -> None:
    start = PRODUCTION.index("# [[operator.triage]]")
    shown = PRODUCTION[start : PRODUCTION.index("\n\n", start)]
    file = tmp_path / "eu-west-2.toml"
    file.write_text(PRODUCTION + "\n" + shown.replace("# ", "").replace("#\n", "\n"))
    assert [rule["id"] for rule in load(file).operator.triage] == [
        "harm_signal",
        "amount_at_or_above_threshold",
    ]
