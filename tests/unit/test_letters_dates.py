"""More time, no time, too late: the dates of letters that move dates."""

import re
from copy import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from infra.ops.letter_examples import (
    EXPLANATION,
    HANDLER,
    MORE_TIME,
    QUESTION,
    TOLD,
    accepted,
    asked,
    extended,
    investigating,
)
from infra.ops.letter_stories import KEY, PORTAL, REGION
from redress.domain import commands as c
from redress.domain.correspondence import LetterKind
from redress.language import CODES, language
from redress.letters.blocks import LetterIncomplete
from redress.letters.render import render
from tests.support.letter_reading import both, words
from tests.support.letters import GOLDEN_LETTERS, TO_PLAYERS, Story, sample, told, written_in


def test_a_pause_says_why_since_when_by_which_rule_and_which_date_still_holds() -> None:
    for form in both(sample(LetterKind.PAUSE)):
        assert words(EXPLANATION["explanation"]) in form
        assert "We need to know something that only you can tell us" in form
        assert "15:07 on Wednesday, 6 May 2026 (Europe/London)" in form
        assert "By the end of Sunday, 28 June 2026 (Europe/London)" in form
        assert "This does not put off our answer" in form
        assert "to Example Adjudication Service, even without our answer, stands still since" in form
        assert "The rule that lets us do this: Gambling Commission" in form
        assert "You can send us what we wait for on your private page" in form


def standing_still(story: Story, reason: str = "police") -> Story:
    """Paused in time, in the pack that counts in seconds."""
    story.do(c.PauseClock(reason=reason, content=EXPLANATION), HANDLER, after=timedelta(seconds=2))
    return story


def test_a_pause_of_the_answer_promises_no_date() -> None:
    for form in both(standing_still(Story("sandbox")).render(LetterKind.PAUSE)):
        assert "Reason" in form
        assert "The police are looking into the matter" in form
        assert "As soon as we can once the pause has ended: until then the time stands still" in form
        assert "Then we go on at once. Until then we cannot promise you a date" in form
        assert "The rule that lets us do this" in form
        assert "You can send us" not in form
        assert not re.search(r"By \d|By the end", form)


def test_a_pause_of_the_answer_alone_does_not_speak_of_the_way_out() -> None:
    story = standing_still(Story("sandbox"))
    case = story.case
    pauses = tuple(replace(one, clocks=("sandbox:final",)) for one in case.complaint.pauses)
    alone = replace(case, complaint=replace(case.complaint, pauses=pauses))
    rules = REGION.rules_of(alone.complaint)
    mail = render(story.letter(LetterKind.PAUSE), alone, REGION, rules, PORTAL, KEY, story.now)
    for form in both(mail):
        assert "The time in which we have to decide stands still since" in form
        assert "take your complaint to" not in form


def test_a_pause_that_another_pack_does_not_know_leaves_its_date() -> None:
    for form in both(standing_still(Story("sandbox", residence="ee")).render(LetterKind.PAUSE)):
        assert "By the end of Tuesday, 19 May 2026 (Europe/Tallinn)" in form
        assert "The date above holds all the same" in form


def test_a_pause_that_may_not_last_says_when_the_time_runs_again() -> None:
    story = standing_still(Story("sandbox"), "awaiting_player_info")
    for form in both(story.render(LetterKind.PAUSE)):
        assert "The time runs again by itself at 15:05:12 on Monday, 4 May 2026 (Europe/London)" in form


def test_a_pause_that_is_over_when_its_letter_goes_is_told_as_over() -> None:
    story = standing_still(Story("sandbox"))
    story.do(c.ResumeClock(reason="police"), HANDLER, after=timedelta(seconds=3))
    for form in both(story.render(LetterKind.PAUSE)):
        assert "stood still from 15:05:02 on Monday, 4 May 2026 (Europe/London) to 15:05:05 on Monday" in form
        assert "It runs again" in form
        assert "By 15:05:" in form


def test_a_question_that_stops_the_clock_says_so_and_since_when() -> None:
    story = investigating(Story())
    story.do(c.RequestInformation(content=QUESTION, pause=True), HANDLER, after=timedelta(days=1))
    for form in both(story.render(LetterKind.INFORMATION_REQUEST)):
        assert (
            "stands still since 15:07 on Tuesday, 5 May 2026 (Europe/London), until you have answered" in form
        )
        assert "The sooner you answer" not in form


def test_a_question_that_stops_nothing_does_not_speak_of_a_pause() -> None:
    story = asked(Story("sandbox"))
    story.do(c.PauseClock(reason="police", content=EXPLANATION), HANDLER)
    for form in both(story.render(LetterKind.INFORMATION_REQUEST)):
        assert "stands still since" not in form
        assert "The sooner you answer" in form


def test_an_extension_tells_the_old_date_and_the_one_that_holds_once_it_is_sent() -> None:
    story = told(LetterKind.EXTENSION)
    before = story.render(LetterKind.EXTENSION)
    story.send(LetterKind.EXTENSION)
    story.now += timedelta(days=20)
    assert story.render(LetterKind.EXTENSION) == before
    for form in both(before):
        assert "up to 4 weeks more" in form
        assert "By the end of Monday, 1 June 2026 (America/Curacao)" in form
        assert "By the end of Monday, 29 June 2026 (America/Curacao)" in form
        assert words(MORE_TIME["reasons"]) in form
        assert "The rule that lets us take this time: CGA" in form
        assert "The date stays" not in form


def test_an_extension_that_a_second_pack_does_not_give_is_not_told_as_a_new_date() -> None:
    story = extended(Story("cw-cga", residence="es-dgoj"))
    for form in both(story.render(LetterKind.EXTENSION)):
        assert "By the end of Monday, 1 June 2026 (America/Curacao)" in form
        assert "By the end of Thursday, 4 June 2026 (Europe/Madrid)" in form
    for form in both(extended(Story("cw-cga", residence="pl")).render(LetterKind.EXTENSION)):
        assert "The date stays as it was all the same" in form


def test_an_extension_that_comes_too_late_to_hold_is_not_announced() -> None:
    story = told(LetterKind.EXTENSION)
    story.now = datetime(2026, 6, 2, 4, 0, tzinfo=UTC)
    with pytest.raises(LetterIncomplete) as refused:
        story.render(LetterKind.EXTENSION)
    assert refused.value.missing == ("new_date",)
    story.now -= timedelta(seconds=1)
    assert "Monday, 29 June 2026" in story.render(LetterKind.EXTENSION).text


def test_a_holding_letter_names_a_date_that_is_not_past_the_reason_and_who_may_be_told() -> None:
    for form in both(sample(LetterKind.HOLDING)):
        assert "By the end of Tuesday, 2 June 2026 (Europe/Copenhagen)" in form
        assert "we have not finished checking what happened" in form
        assert "you may tell Spillemyndigheden" in form
        assert "It does not decide single complaints" in form
        assert "we are late" not in form


def test_a_holding_letter_keeps_a_date_of_the_house_that_is_still_ahead() -> None:
    own = {"dk-spillemyndigheden": {"house": {"targets": {"final": {"amount": 28, "unit": "calendar_days"}}}}}
    story = TOLD[LetterKind.HOLDING](Story("dk-spillemyndigheden", region=replace(REGION, rules=own)))
    for form in both(story.render(LetterKind.HOLDING)):
        assert "By the end of Monday, 1 June 2026 (Europe/Copenhagen)" in form


def test_a_holding_letter_names_the_first_date_that_is_still_ahead() -> None:
    story = TOLD[LetterKind.HOLDING](Story("dk-spillemyndigheden", residence="ee"))
    for form in both(story.render(LetterKind.HOLDING)):
        assert "By the end of Tuesday, 19 May 2026 (Europe/Tallinn)" in form


def test_silence_that_the_law_takes_for_acceptance_is_told_with_law_and_date() -> None:
    for form in both(accepted(Story("pl")).render(LetterKind.FINAL_RESPONSE)):
        assert "Your complaint counts as accepted in full" in form
        assert "We had to answer you by the end of Monday, 18 May 2026 (Europe/Warsaw), and did not" in form
        assert "Polish consumer act, art. 7a." in form
        assert "Our complaints team now carries out what you asked for" in form
        assert "We have looked into your complaint" not in form


def test_acceptance_by_law_needs_no_term_of_the_contract_even_where_a_pack_asks_for_one() -> None:
    story = accepted(Story("es-dgoj", residence="pl"))
    for form in both(story.render(LetterKind.FINAL_RESPONSE)):
        assert "What you asked for is what we carry out" in form
        assert "Polish consumer act, art. 7a." in form


def test_an_acknowledgement_says_what_the_law_makes_of_silence_and_of_a_late_decision() -> None:
    for form in both(sample(LetterKind.ACKNOWLEDGEMENT, "pl")):
        assert "the law would take your complaint for accepted" in form
    for form in both(sample(LetterKind.ACKNOWLEDGEMENT, "dk-spillemyndigheden")):
        assert "Should it take us longer than 14 days, we write to you why, and when we will decide" in form
    for form in both(sample(LetterKind.ACKNOWLEDGEMENT)):
        assert "the law would take" not in form
        assert "Should it take us longer" not in form


def test_an_acknowledgement_counts_from_where_the_rule_does() -> None:
    for pack, since in (
        ("fr-anj", "after you sent"),
        ("es-dgoj", "after we registered"),
        ("ee", "after we received"),
    ):
        for form in both(sample(LetterKind.ACKNOWLEDGEMENT, pack)):
            assert f"{since} your complaint" in form


# --- Days as people read them --------------------------------------------------------------------------

# The dates that each of these letters promises, and in which zone.
PROMISED = {
    "acknowledgement": [(date(2026, 6, 28), "Europe/London")],
    "acknowledgement_email": [(date(2026, 6, 28), "Europe/London")],
    "acknowledgement_gb-ukgc_ee": [(date(2026, 5, 19), "Europe/Tallinn")],
    "information_request": [(date(2026, 6, 28), "Europe/London")],
    "pause": [(date(2026, 6, 28), "Europe/London"), (date(2026, 5, 6), "Europe/London")],
    "extension": [(date(2026, 6, 1), "America/Curacao"), (date(2026, 6, 29), "America/Curacao")],
    "holding": [(date(2026, 6, 2), "Europe/Copenhagen")],
    "progress": [(date(2026, 6, 28), "Europe/London")],
    "message": [(date(2026, 6, 28), "Europe/London")],
    "reopened": [(date(2026, 6, 16), "Europe/London"), (date(2027, 5, 24), "Europe/London")],
    "final_response": [(date(2027, 5, 24), "Europe/London")],
    "deadlock": [(date(2027, 6, 26), "Europe/London")],
    "consultation": [(date(2026, 5, 7), "Europe/London")],
}


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("name", PROMISED)
def test_a_promised_day_is_said_with_weekday_and_zone_in_every_language(code: str, name: str) -> None:
    with written_in(code):
        mail = GOLDEN_LETTERS[name]()
    for form in both(mail):
        for day, zone in PROMISED[name]:
            assert re.search(promised(code, day, zone), form), (day, zone)


def promised(code: str, day: date, zone: str) -> str:
    """The weekday right before or behind the day, and the zone behind both, with little in between."""
    spoken = language(code)
    weekday = spoken.cldr["weekdays"][day.weekday()]
    short = re.escape(words(spoken.short_day(day)))
    return rf"(?i)({weekday},? {short}[^()]{{0,40}}\({zone}\)|{short}[^()]{{0,20}}\({weekday}, {zone}\))"


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("name", TO_PLAYERS)
def test_a_zone_is_never_told_without_its_day(code: str, name: str) -> None:
    with written_in(code):
        text = words(TO_PLAYERS[name]().text)
    zones = re.findall(r"(.{0,60})[(, ](?:Europe|America)/\w+\)", text)
    assert all(re.search(r"20\d\d", before) for before in zones)
