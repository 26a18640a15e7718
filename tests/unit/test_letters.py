"""Letters say what the law asks, under every rule pack, in words that people understand."""

import re
from copy import replace
from datetime import timedelta

import pytest

from infra import settings
from infra.ops.letter_examples import (
    QUESTION,
    REASONS,
    TOLD,
    asked,
    decided,
)
from infra.ops.letter_stories import KEY, PORTAL, REGION, WRITTEN, NeverOwed
from redress.domain.correspondence import TO_STAFF, LetterKind
from redress.domain.errors import NotAllowedByPack
from redress.domain.packs import known
from redress.region import EscalationLevel
from tests.support.letter_reading import NEVER_OWED, OUTCOMES, TO_PLAYER, both, words
from tests.support.letters import GOLDEN, GOLDEN_LETTERS, Story, in_full, sample, told

REGIONS = [settings.load(path) for path in settings.find(None)]


@pytest.mark.parametrize("name", GOLDEN_LETTERS)
def test_a_letter_reads_as_its_golden_file(name: str) -> None:
    mail = GOLDEN_LETTERS[name]()
    assert in_full(mail) == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")
    assert mail.html == (GOLDEN / f"{name}.html").read_text(encoding="utf-8")


def test_every_golden_file_is_of_a_letter() -> None:
    assert {path.stem for path in GOLDEN.iterdir() if path.is_file()} == set(GOLDEN_LETTERS)


@pytest.mark.parametrize("kind", LetterKind)
def test_the_same_letter_is_written_the_same_twice(kind: LetterKind) -> None:
    assert sample(kind) == sample(kind)


@pytest.mark.parametrize("kind", LetterKind)
@pytest.mark.parametrize("pack", known())
def test_every_letter_that_a_rule_pack_makes_owed_can_be_written(kind: LetterKind, pack: str) -> None:
    if pack in NEVER_OWED.get(kind, ()):
        with pytest.raises((NeverOwed, NotAllowedByPack)):
            told(kind, pack)
    else:
        assert sample(kind, pack).subject


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("pack", known())
def test_every_outcome_can_be_told_under_every_rule_pack(pack: str, outcome: str) -> None:
    reasons = {"reasons": "Because.", "clause": "Terms, 4.2"}
    story = decided(Story(pack), outcome, reasons, redress=None)
    assert "Because." in story.render(LetterKind.FINAL_RESPONSE).text


@pytest.mark.parametrize("residence", known())
@pytest.mark.parametrize("licence", ["gb-ukgc", "cw-cga", "es-dgoj"])
def test_the_letters_of_two_packs_lack_nothing_that_either_asks_for(licence: str, residence: str) -> None:
    if licence == residence:
        residence = "mt"
    assert Story(licence, residence=residence).render(LetterKind.ACKNOWLEDGEMENT).text
    assert decided(Story(licence, residence=residence)).render(LetterKind.FINAL_RESPONSE).text
    if licence == "gb-ukgc":
        story = TOLD[LetterKind.DEADLOCK](Story(licence, residence=residence))
        assert story.render(LetterKind.DEADLOCK).text


@pytest.mark.parametrize("pack", known())
def test_no_letter_names_who_described_the_law_to_us(pack: str) -> None:
    for kind in TO_PLAYER:
        if pack not in NEVER_OWED.get(kind, ()):
            assert not re.search(r"described|reported|explains?\b|quoted|summarised", sample(kind, pack).text)


@pytest.mark.parametrize("kind", TO_PLAYER)
@pytest.mark.parametrize("deployment", REGIONS, ids=lambda deployment: deployment.stage)
def test_every_deployment_can_write_every_letter_it_will_owe(
    kind: LetterKind, deployment: settings.Settings
) -> None:
    region = deployment.operator
    for pack in region.brands[0].jurisdictions:
        if pack not in NEVER_OWED.get(kind, ()):
            assert TOLD[kind](Story(pack, region=region)).render(kind).text


@pytest.mark.parametrize("kind", TO_PLAYER)
def test_every_letter_to_the_player_carries_reference_and_private_link(kind: LetterKind) -> None:
    mail = sample(kind)
    for form in (mail.html, mail.text):
        assert f"{PORTAL}/complaints/{mail.letter_id.partition('/')[0]}/{KEY}" in form
        assert mail.letter_id.partition("/")[0] in form


def test_the_acknowledgement_names_the_last_day_with_weekday_and_zone() -> None:
    for form in both(sample(LetterKind.ACKNOWLEDGEMENT)):
        assert "By the end of Sunday, 28 June 2026 (Europe/London)" in form
        assert "Our complaints procedure" in form


def test_a_promise_in_seconds_is_told_to_the_second() -> None:
    for form in both(sample(LetterKind.ACKNOWLEDGEMENT, "sandbox")):
        assert "By 15:05:40 on Monday, 4 May 2026 (Europe/London)" in form


def test_a_promise_that_was_missed_is_not_made_again() -> None:
    story = Story()
    story.now += timedelta(weeks=9)
    for form in both(story.render(LetterKind.ACKNOWLEDGEMENT)):
        assert "It was due by the end of Sunday, 28 June 2026 (Europe/London), and we are late" in form


@pytest.mark.parametrize("kind", [LetterKind.FINAL_RESPONSE, LetterKind.DEADLOCK])
def test_the_way_to_the_independent_body_is_told_in_full(kind: LetterKind) -> None:
    body = REGION.brands[0].jurisdictions["gb-ukgc"]
    for form in both(sample(kind)):
        for fact in (body.name, body.contact, body.url, body.scope_limits, "This costs you nothing"):
            assert fact in form
        assert re.search(r"By the end of \w+day, \d+ \w+ 2027 \(Europe/London\)", form)


def test_the_final_response_tells_decision_reasons_term_and_redress() -> None:
    for form in both(sample(LetterKind.FINAL_RESPONSE)):
        assert "We uphold your complaint in part" in form
        assert words(REASONS["reasons"]) in form
        assert REASONS["clause"] in form
        assert "We will pay you £12.75" in form
        assert "Our own complaints procedure ends with it" in form


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_outcome_has_its_words(outcome: str) -> None:
    story = decided(Story(), outcome, {"reasons": "Because.", "clause": None}, redress=None)
    for form in both(story.render(LetterKind.FINAL_RESPONSE)):
        assert "Because." in form
        assert "We will pay" not in form
        assert "This is the term" not in form


def test_the_player_reads_the_question_as_it_was_asked() -> None:
    mail = sample(LetterKind.INFORMATION_REQUEST)
    assert QUESTION["question"].split("\n")[0] in mail.text
    assert "Which device did you use on 3 May?<br>\n<br>" in mail.html


def test_a_progress_letter_says_when_it_is_the_player_we_wait_for() -> None:
    story = asked(Story())
    story.reach("progress")
    for form in both(story.render(LetterKind.PROGRESS)):
        assert "We asked you a question and have not had your answer yet" in form


@pytest.mark.parametrize("kind", sorted(TO_STAFF))
def test_a_notice_to_staff_tells_nothing_of_the_player(kind: LetterKind) -> None:
    mail = sample(kind)
    told = "\n".join((mail.to, mail.subject, mail.text, mail.html))
    for private in (WRITTEN["name"], WRITTEN["email"], WRITTEN["account"], WRITTEN["description"], KEY):
        assert private not in told
    assert "Payments" in told
    assert kind is LetterKind.ALERT or "Sunday, 28 June 2026" in told


def test_a_warning_goes_to_the_team_an_escalation_to_its_level_a_breach_to_the_top() -> None:
    assert sample(LetterKind.WARNING).to == "payments@example.test"
    first = Story()
    first.reach("escalation_1")
    assert first.render(LetterKind.ESCALATION).to == "manager@example.test"
    assert sample(LetterKind.ESCALATION).to == "compliance@example.test"
    assert sample(LetterKind.BREACH).to == "compliance@example.test"


def test_a_level_nobody_was_named_for_goes_to_the_highest_there_is_or_to_the_team() -> None:
    story = told(LetterKind.ESCALATION)
    for levels, addressee in (
        ((EscalationLevel(name="Only", email="only@example.test"),), "only@example.test"),
        ((), "payments@example.test"),
    ):
        story.desk = replace(story.desk, region=replace(REGION, escalation=levels))
        assert story.render(LetterKind.ESCALATION).to == addressee
