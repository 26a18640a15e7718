"""The portal has words for everything the domain can say, and they read well."""

from datetime import datetime
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redress.domain import commands, events, promises, rulepack
from redress.domain.categories import Category
from redress.domain.correspondence import TO_STAFF, LetterKind
from redress.domain.money import MINOR_DIGITS
from redress.domain.stages import Stage
from redress.http import casework_bodies
from redress.http.intake import Intake
from redress.language import language
from redress.web import complaint_form, dates, explanations, form_words, style, words
from redress.web.submissions import Dispute, Feedback, Reply

ENGLISH = language("en")


def test_every_category_stage_and_letter_to_a_player_has_words() -> None:
    assert set(words.CATEGORIES) == set(Category)
    assert set(words.STAGES) == set(Stage)
    assert set(words.LETTERS) == set(LetterKind) - TO_STAFF
    assert set(form_words.CURRENCIES) <= set(MINOR_DIGITS)


def test_every_outcome_and_reason_of_the_domain_has_words() -> None:
    reasons = set(get_args(rulepack.PauseReason))
    for told in (words.BECAUSE, words.ANSWER_PAUSED, words.ROUTE_PAUSED):
        assert set(told) == reasons
    assert set(words.CLOSINGS) == _listed(events.Closed)
    assert set(words.RESUMED) == _listed(events.ClockResumed)
    assert set(words.BODY_OUTCOMES) == _listed(events.AdrOutcomeRecorded)
    assert {*words.REDRESS, *words.PAID} == {*_listed(events.DecisionProposed), None}
    assert set(words.OUTCOMES) == {*_listed(commands.ProposeDecision), "deemed_accepted"}
    assert set(words.REOPENINGS) == set(words.GROUNDS) == set(get_args(casework_bodies.Ground))
    assert set(words.MEANS) == {"email", *get_args(casework_bodies.Means)}
    assert set(words.EXTENDED) == set(promises.STAGES.values())


def _listed(event: type) -> set[str]:
    """The values that the description of an event lists after its colon, up to the full stop."""
    listed = " ".join((event.__doc__ or "").split()).rpartition(": ")[2].partition(".")[0].partition(" (")[0]
    return set(listed.replace(" or ", ", ").split(", "))


def test_everything_a_deadline_may_say_has_words_in_an_explanation() -> None:
    for said, known in (
        (explanations.SINCE, rulepack.Anchor),
        (explanations.COUNTS, rulepack.CountStart),
        (explanations.KINDS, rulepack.Kind),
        (explanations.PAUSED, rulepack.PauseReason),
        (explanations.STANDING, rulepack.PauseReason),
        (explanations.RULES, rulepack.Strength),
    ):
        assert set(said) == set(get_args(known)), known
    assert {"none", *explanations.ROLLOVERS} == set(get_args(rulepack.Rollover))


@pytest.mark.parametrize("unit", get_args(rulepack.Unit))
def test_a_length_of_every_unit_is_said_in_the_plural_form_of_its_count(unit: str) -> None:
    one, many = (explanations.length(ENGLISH, count, unit) for count in (1, 1_200))
    assert one.startswith("1 ")
    assert many == f"1,200 {one.removeprefix('1 ')}s"


def test_the_form_asks_only_for_what_intake_reads() -> None:
    assert set(complaint_form.ORDER) - {"amount"} <= set(Intake.model_fields)


def test_every_problem_of_a_field_has_words_of_its_own_or_of_its_rule() -> None:
    forms = (Reply, Feedback, Dispute)
    known = set(complaint_form.ORDER).union(*(form.model_fields for form in forms))
    assert {field for field, _ in form_words.FIELD_PROBLEMS} <= known
    assert (
        form_words.problem(language("en"), "name", "control_character")
        == form_words.PROBLEMS["control_character"]
    )
    assert form_words.problem(language("en"), "name", "a rule of tomorrow") == "Check this field"


def test_the_limit_that_a_problem_names_is_the_one_that_is_enforced() -> None:
    assert (
        Intake.model_json_schema()["properties"]["description"]["maxLength"]
        == complaint_form.DESCRIPTION_LIMIT
    )


@pytest.mark.parametrize(
    ("due_at", "since", "said"),
    [
        ("2026-04-26T23:00:00Z", "2026-03-02T12:00:00Z", "By the end of Sunday, 26 April 2026"),
        ("2026-03-03T12:00:59.999Z", "2026-03-02T12:00:59.999Z", "By 12:00 on Tuesday, 3 March 2026"),
        ("2026-03-02T12:00:40.5Z", "2026-03-02T12:00:00.5Z", "By 12:00:40 on Monday, 2 March 2026"),
    ],
)
def test_a_date_names_its_last_day_or_a_time_not_after_the_instant(
    due_at: str, since: str, said: str
) -> None:
    due, received = datetime.fromisoformat(due_at), datetime.fromisoformat(since)
    assert dates.until(ENGLISH, dates.BY, due, "Europe/London", received) == said


def test_a_day_without_midnight_is_named_by_its_end_and_by_its_start_too() -> None:
    due = datetime.fromisoformat("2026-03-29T01:00:00Z")  # the clocks skip from 23:59:59 to 01:00
    since = datetime.fromisoformat("2026-03-21T12:00:00Z")
    assert (
        dates.until(ENGLISH, dates.BY, due, "Atlantic/Azores", since)
        == "By the end of Saturday, 28 March 2026"
    )
    assert dates.opening(ENGLISH, dates.FROM, due, "Atlantic/Azores", since) == "From Sunday, 29 March 2026"


def test_what_opens_within_a_day_is_named_by_its_time() -> None:
    due = datetime.fromisoformat("2026-03-02T12:00:40Z")
    since = datetime.fromisoformat("2026-03-02T12:00:00Z")
    assert (
        dates.opening(ENGLISH, dates.FROM, due, "Europe/London", since)
        == "From 12:00:40 on Monday, 2 March 2026"
    )


COLOURS = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")


def test_contrast_is_that_of_the_standard() -> None:
    assert style.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert style.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@given(COLOURS)
def test_text_on_any_brand_colour_can_be_read(colour: str) -> None:
    assert style.contrast(style.on(colour), colour) >= style.READABLE


@given(COLOURS)
def test_links_in_any_brand_colour_can_be_read_in_light_and_dark(colour: str) -> None:
    for grounds, towards in ((style.LIGHT_GROUNDS, style.BLACK), (style.DARK_GROUNDS, style.WHITE)):
        accent = style.readable(colour, grounds, towards=towards)
        assert all(style.contrast(accent, ground) >= style.READABLE for ground in grounds)
        assert style.contrast(style.on(accent), accent) >= style.READABLE


def test_a_colour_that_reads_well_is_left_alone() -> None:
    assert style.readable("#1f4e79", style.LIGHT_GROUNDS, towards=style.BLACK) == "#1f4e79"


def test_the_grounds_that_are_checked_are_those_of_the_stylesheet() -> None:
    rules = style.RULES.read_text(encoding="utf-8")
    for ground in (*style.LIGHT_GROUNDS, *style.DARK_GROUNDS):
        assert ground in rules


def test_another_content_has_another_name() -> None:
    assert style.name("northlight", "#1f4e79") != style.name("northlight", "#1f4e7a")
