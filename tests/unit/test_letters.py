"""Letters say what the law asks, read well in both forms, and carry nothing a stranger could slip in."""

import re
from collections.abc import Mapping
from copy import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import ModuleLoader

from infra import settings
from redress import templating
from redress.domain import commands as c
from redress.domain.audit import Content
from redress.domain.correspondence import TO_STAFF, LetterKind
from redress.domain.errors import NotAllowedByPack
from redress.domain.packs import known, load_pack
from redress.domain.rulepack import Deadline, ExternalBody, LetterRule, RulePack, Scope, Sourced
from redress.domain.rules import Rules
from redress.letters import blocks, plain
from redress.letters.blocks import LetterIncomplete
from redress.letters.render import render
from redress.region import EscalationLevel, Region
from redress.usecases.ports import Mail
from tests.support.letters import (
    EXPLANATION,
    GOLDEN,
    GOLDEN_LETTERS,
    HANDLER,
    HOME,
    KEY,
    MORE_TIME,
    PORTAL,
    QUESTION,
    REASONS,
    REGION,
    TOLD,
    WRITTEN,
    NeverOwed,
    Story,
    accepted,
    asked,
    decided,
    extended,
    in_full,
    investigating,
    paused,
    sample,
    told,
)

TO_PLAYER = [kind for kind in LetterKind if kind not in TO_STAFF]
REGIONS = [settings.load(path) for path in settings.find(None)]


class Page(HTMLParser):
    """What a mail program would make of a letter: its tags and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.sources: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.sources += [value or "" for name, value in attrs if name in {"src", "href"}]

    def handle_data(self, data: str) -> None:
        self.text += data


def words(text: str) -> str:
    return " ".join(text.split())


def both(mail: Mail) -> tuple[str, str]:
    return words(Page(mail.html).text), words(mail.text)


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


HOUSE = {"ca-on-igo", "dk-spillemyndigheden", "fr-anj"}  # no law sets a time for any answer
NEVER_OWED: Mapping[LetterKind, set[str]] = {
    LetterKind.PAUSE: set(known()) - {"gb-ukgc", "sandbox"},
    LetterKind.EXTENSION: set(known()) - {"cw-cga", "sandbox"},
    LetterKind.HOLDING: set(known()) - {"dk-spillemyndigheden"},
    LetterKind.BREACH: HOUSE,
    LetterKind.DEADLOCK: set(known()) - {"gb-ukgc", "sandbox"},
}


@pytest.mark.parametrize("kind", LetterKind)
@pytest.mark.parametrize("pack", known())
def test_every_letter_that_a_rule_pack_makes_owed_can_be_written(kind: LetterKind, pack: str) -> None:
    if pack in NEVER_OWED.get(kind, ()):
        with pytest.raises((NeverOwed, NotAllowedByPack)):
            told(kind, pack)
    else:
        assert sample(kind, pack).subject


OUTCOMES = ["upheld", "partly_upheld", "rejected", "goodwill", "out_of_scope"]


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
    story = TOLD[LetterKind.ESCALATION](Story())
    for levels, addressee in (
        ((EscalationLevel(name="Only", email="only@example.test"),), "only@example.test"),
        ((), "payments@example.test"),
    ):
        story.desk = replace(story.desk, region=replace(REGION, escalation=levels))
        assert story.render(LetterKind.ESCALATION).to == addressee


# --- More time, no time, too late ----------------------------------------------------------------------


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


# --- Two packs -----------------------------------------------------------------------------------------


def test_two_packs_promise_the_earlier_answer_and_name_both_bodies() -> None:
    for form in both(Story(residence="ee").render(LetterKind.ACKNOWLEDGEMENT)):
        assert "By the end of Tuesday, 19 May 2026 (Europe/Tallinn)" in form
        assert "at the latest 15 days after we received your complaint" in form
        assert "take your complaint to Example Adjudication Service" in form
        assert "You can also take it to Example Committee for Players" in form


def test_each_body_is_told_with_its_own_limit_and_effect() -> None:
    for form in both(decided(Story(residence="fr-anj")).render(LetterKind.FINAL_RESPONSE)):
        assert "You can now take your complaint to Example Adjudication Service" in form
        assert "You can now also take your complaint to Example Committee for Players" in form
        assert "By the end of Monday, 24 May 2027 (Europe/London)" in form
        assert "By the end of Tuesday, 4 May 2027 (Europe/Paris)" in form
        assert "If you accept its decision, we have to follow it, for amounts up to £10,000.00" in form
        assert "What it decides is a recommendation" in form


def test_a_body_of_both_packs_is_named_once_with_the_later_limit() -> None:
    brand = REGION.brands[0]
    one = brand.jurisdictions["gb-ukgc"]
    same = replace(brand, jurisdictions={"gb-ukgc": one, "fr-anj": one})
    story = decided(Story(residence="fr-anj", region=replace(REGION, brands=(same,))))
    for form in both(story.render(LetterKind.FINAL_RESPONSE)):
        assert form.count("You can now") == 1
        assert "By the end of Monday, 24 May 2027 (Europe/London)" in form
        assert "4 May 2027 (Europe/Paris)" not in form


def test_what_the_body_of_one_pack_lacks_is_not_made_up_for_by_that_of_the_other() -> None:
    region = with_body("ee", url="")
    with pytest.raises(LetterIncomplete) as refused:
        decided(Story(residence="ee", region=region)).render(LetterKind.FINAL_RESPONSE)
    assert refused.value.missing == ("external_body_url",)


def test_staff_read_which_rules_a_complaint_runs_by() -> None:
    story = TOLD[LetterKind.WARNING](Story(residence="ee"))
    mail = story.render(LetterKind.WARNING)
    for pack in ("gb-ukgc", "ee"):
        assert load_pack(pack).name in words(mail.text)


def test_a_missed_target_is_not_told_as_a_deadline_to_come() -> None:
    story = investigating(Story("pl"))
    story.reach_first(lambda one: one.clock == "final_target")
    for form in both(story.render(LetterKind.WARNING)):
        assert "The final response has not been sent by the date that the operator set itself" in form
        assert "A date has passed" in form


# --- What a pack may ask -------------------------------------------------------------------------------


def test_a_body_that_is_not_open_yet_says_from_when_it_is() -> None:
    story = decided(Story("km-anjouan"), redress=None)
    for form in both(story.render(LetterKind.FINAL_RESPONSE)):
        assert "From Thursday, 4 June 2026 (Indian/Comoro) on, and not before, you can take" in form
        assert "You can now" not in form
    story.now += timedelta(days=30)
    for form in both(story.render(LetterKind.FINAL_RESPONSE)):
        assert "You can now take your complaint to" in form


def test_the_authority_of_a_pack_is_named_with_its_site() -> None:
    for form in both(decided(Story("ca-on-igo"), redress=None).render(LetterKind.FINAL_RESPONSE)):
        assert "Alcohol and Gaming Commission of Ontario (AGCO)" in form
        assert "https://agco.ca" in form
        assert "Ombudsman of Ontario" in form


def test_an_authority_that_no_rule_asks_the_letter_for_is_not_named() -> None:
    mail = decided(Story("dk-spillemyndigheden"), redress=None).render(LetterKind.FINAL_RESPONSE)
    assert "Forbrugerombudsmanden" not in mail.text


def test_an_authority_that_is_the_body_of_the_brand_is_named_once() -> None:
    region = with_body("us-mi-mgcb", name="Michigan Gaming Control Board (MGCB)")
    mail = decided(Story("us-mi-mgcb", region=region), redress=None).render(LetterKind.FINAL_RESPONSE)
    assert words(mail.text).count("take your complaint to Michigan Gaming Control Board (MGCB)") == 1
    assert "Gambling authority" not in mail.text


def test_a_pack_that_asks_for_an_authority_and_names_none_keeps_the_letter_back() -> None:
    pack = load_pack("us-az")._replace(external_bodies=())
    story = decided(Story("us-az"), redress=None)
    with pytest.raises(LetterIncomplete) as refused:
        under(story, LetterKind.FINAL_RESPONSE, pack)
    assert refused.value.missing == ("regulator_route",)


@pytest.mark.parametrize(
    ("binding", "said"),
    [
        ("operator", "If you accept its decision, we have to follow it, for amounts up to £10,000.00."),
        ("both", "Its decision binds both you and us, for amounts up to £10,000.00."),
        ("none", "What it decides is a recommendation"),
    ],
)
def test_the_effect_of_the_outside_decision_is_told(binding: str, said: str) -> None:
    route = outside_body(binding)
    for form in both(under(decided(Story()), LetterKind.FINAL_RESPONSE, asking("external_effect", route))):
        assert said in form


@pytest.mark.parametrize("block", ["external_effect", "referral_deadline"])
def test_an_effect_or_a_limit_that_nobody_knows_cannot_be_told(block: str) -> None:
    with pytest.raises(LetterIncomplete) as refused:
        under(decided(Story()), LetterKind.FINAL_RESPONSE, asking(block, ExternalBody(key="adr", type="adr")))
    assert refused.value.missing == (block,)


def test_a_limit_is_told_where_a_pack_asks_for_it() -> None:
    limit = Deadline(kind="player_limit", amount=2, unit="months", anchor="final_response_sent")
    route = ExternalBody(key="adr", type="adr", referral_limit=Sourced(value=limit))
    mail = under(decided(Story()), LetterKind.FINAL_RESPONSE, asking("referral_deadline", route))
    for form in both(mail):
        assert "By the end of Friday, 24 July 2026 (Europe/London)" in form


def outside_body(binding: str) -> ExternalBody:
    scope = Sourced(value=Scope(max_binding_amount_minor=1_000_000, currency="GBP"))
    return ExternalBody(key="adr", type="adr", scope=scope)._replace(binding=binding)  # type: ignore[arg-type]


def asking(block: str, route: ExternalBody) -> RulePack:
    """A pack with one outside body that asks of every final response for one block."""
    rule = LetterRule(also_contain=(block,))  # type: ignore[arg-type]
    return load_pack("gb-ukgc")._replace(
        letters={"final_upheld": rule, "final_rejected": rule}, external_bodies=(route,)
    )


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_measure_and_scope_say_what_is_decided_and_what_it_covers(outcome: str) -> None:
    content = {"reasons": "Because.", "clause": "Terms, 4.2"}
    for form in both(decided(Story("es-dgoj"), outcome, content, None).render(LetterKind.FINAL_RESPONSE)):
        assert "The decision covers the whole of your complaint of Monday, 4 May 2026 about bonuses" in form
    paid = decided(Story("es-dgoj"), outcome, content).render(LetterKind.FINAL_RESPONSE)
    for form in both(paid):
        assert "We will pay you £12.75" in form
        assert "does not lead to a payment" not in form


def test_what_only_the_handler_can_give_is_known_before_the_letter_is_written() -> None:
    spain, britain = (Rules((load_pack(pack),)) for pack in ("es-dgoj", "gb-ukgc"))
    assert blocks.needed_for("rejected", spain) == {"contract_clause"}
    assert blocks.needed_for("upheld", Rules((*britain.packs, *spain.packs))) == {"contract_clause"}
    assert blocks.needed_for("rejected", britain) == set()
    assert blocks.needed_for("deemed_accepted", spain) == set()
    story = decided(Story("es-dgoj"), reasons={"reasons": "Because."}, redress=None)
    with pytest.raises(LetterIncomplete) as refused:
        story.render(LetterKind.FINAL_RESPONSE)
    assert refused.value.missing == ("contract_clause",)


def test_no_letter_knows_the_platform_that_was_closed() -> None:
    for mail in (written() for written in GOLDEN_LETTERS.values()):
        assert "ec.europa.eu" not in mail.text + mail.html


# --- What is missing keeps a letter back ---------------------------------------------------------------


def under(story: Story, kind: LetterKind, *packs: RulePack) -> Mail:
    """The letter as other rules would have it."""
    return render(story.letter(kind), story.case, REGION, Rules(packs), PORTAL, KEY, story.now)


def test_a_letter_without_a_block_its_pack_asks_for_does_not_go_out() -> None:
    story = decided(Story(), reasons={"reasons": "Because.", "clause": None})
    pack = load_pack("gb-ukgc")
    rule = pack.letter("final_rejected")._replace(also_contain=("contract_clause",))
    strict = pack._replace(letters={**pack.letters, "final_rejected": rule})
    letter = story.letter(LetterKind.FINAL_RESPONSE)
    with pytest.raises(LetterIncomplete) as refused:
        under(story, LetterKind.FINAL_RESPONSE, strict)
    assert refused.value.missing == ("contract_clause",)
    assert refused.value.letter == f"{story.number}/{letter.key}"


def test_a_letter_that_shows_a_banned_block_does_not_go_out() -> None:
    story = Story()
    pack = load_pack("gb-ukgc")
    banning = pack._replace(letters={"ack": LetterRule(also_avoid=("expected_date",))})
    with pytest.raises(LetterIncomplete) as refused:
        under(story, LetterKind.ACKNOWLEDGEMENT, banning)
    assert refused.value.banned == ("expected_date",)


def test_a_brand_without_its_independent_body_sends_no_final_response() -> None:
    brand = replace(REGION.brands[0], jurisdictions={})
    story = decided(Story(region=replace(REGION, brands=(brand,))))
    with pytest.raises(LetterIncomplete) as refused:
        story.render(LetterKind.FINAL_RESPONSE)
    assert "external_body_name" in refused.value.missing


def test_a_body_that_costs_money_is_not_called_free() -> None:
    region = with_body(free=False)
    with pytest.raises(LetterIncomplete) as refused:
        decided(Story(region=region)).render(LetterKind.FINAL_RESPONSE)
    assert refused.value.missing == ("external_is_free",)


@pytest.mark.parametrize(
    ("field", "block"),
    [
        ("contact", "external_body_contact"),
        ("url", "external_body_url"),
        ("scope_limits", "external_scope_limits"),
    ],
)
def test_a_label_with_nothing_behind_it_does_not_count_as_told(field: str, block: str) -> None:
    with pytest.raises(LetterIncomplete) as refused:
        decided(Story(region=with_body(**{field: ""}))).render(LetterKind.FINAL_RESPONSE)
    assert refused.value.missing == (block,)


def with_body(pack: str = "gb-ukgc", **changes: object) -> Region:
    brand = REGION.brands[0]
    body = replace(brand.jurisdictions[pack], **changes)  # type: ignore[arg-type]
    bodies = {**brand.jurisdictions, pack: body}
    return replace(REGION, brands=(replace(brand, jurisdictions=bodies),))


@pytest.mark.parametrize(
    ("seq", "kind", "what"),
    [
        (1, LetterKind.ACKNOWLEDGEMENT, "email"),
        (6, LetterKind.INFORMATION_REQUEST, "question"),
        (6, LetterKind.PAUSE, "explanation"),
        (6, LetterKind.EXTENSION, "reasons"),
        (6, LetterKind.FINAL_RESPONSE, "reasons"),
    ],
)
def test_a_letter_whose_content_is_gone_does_not_go_out(seq: int, kind: LetterKind, what: str) -> None:
    story = told(kind)
    del story.store.contents[story.number][seq]
    with pytest.raises(LetterIncomplete) as refused:
        story.render(kind)
    assert refused.value.missing == (what,)


def test_a_letter_of_a_brand_that_is_no_longer_there_does_not_go_out() -> None:
    story = Story()
    story.desk = replace(story.desk, region=replace(REGION, brands=()))
    with pytest.raises(LetterIncomplete, match="lacks brand northlight"):
        story.render(LetterKind.ACKNOWLEDGEMENT)


def test_a_part_given_has_to_keep_the_rules_of_both_answers() -> None:
    pack = load_pack("gb-ukgc")._replace(
        letters={
            "final_upheld": LetterRule(also_contain=("redress",)),
            "final_rejected": LetterRule(
                must_contain=Sourced(value=("court_right",), confidence="recalled", strength="must")
            ),
        }
    )
    rules = blocks.rules_of(LetterKind.FINAL_RESPONSE, "partly_upheld", Rules((pack,)))
    assert {name for rule in rules for name in rule.blocks} == {"redress", "court_right"}


def test_what_a_pack_asks_beyond_the_usual_is_written_where_it_is_asked() -> None:
    story = decided(Story())
    pack = load_pack("gb-ukgc")
    rule = LetterRule(also_contain=("court_right", "external_effect", "referral_deadline"))
    asking = pack._replace(letters={"final_upheld": rule})
    mail = under(story, LetterKind.FINAL_RESPONSE, asking)
    for form in both(mail):
        assert "You keep your right to go to court" in form
        assert "we have to follow it, for amounts up to £10,000.00" in form


# --- What strangers type -------------------------------------------------------------------------------

HOSTILE: Mapping[str, str] = {
    "a script": "<script>alert(1)</script>",
    "an image": '"><img src=https://evil.example/x onerror=alert(1)>',
    "a template": "{{ 7 * 7 }}{% include 'x' %}",
    "header lines": "Player\r\nBcc: victim@example.com\r\n\r\nBuy now",
    "a link": "Claim your prize at https://evil.example",
    "a bare domain": "evil.example now",
    "a turned direction": "\u202egnp.exe \u2066Player",
    "control characters": "Play\x00er\x1b[2J",
    "ten thousand Cyrillic letters": "Жалоба " * 1_430,
    "an emoji family": "👨‍👩‍👧‍👦 Player",
    "Arabic": "لاعب",
}
TYPED = pytest.mark.parametrize("typed", HOSTILE.values(), ids=HOSTILE.keys())


def letter_of(typed: str, kind: LetterKind) -> Mail:
    """A letter in which everything that can be typed is that text."""
    written: Content = {**WRITTEN, "name": typed, "description": typed, "remedy": typed}
    story = Story(HOME.get(kind, "gb-ukgc"), written=written)
    match kind:
        case LetterKind.FINAL_RESPONSE:
            decided(story, reasons={"reasons": typed, "clause": typed})
        case LetterKind.PAUSE:
            paused(story, content={"explanation": typed})
        case LetterKind.EXTENSION:
            extended(story, content={"reasons": typed})
        case _:
            TOLD[kind](story)
    return story.render(kind)


TYPED_INTO = [
    LetterKind.ACKNOWLEDGEMENT,
    LetterKind.PAUSE,
    LetterKind.EXTENSION,
    LetterKind.HOLDING,
    LetterKind.FINAL_RESPONSE,
]


@TYPED
@pytest.mark.parametrize("kind", TYPED_INTO)
def test_hostile_text_adds_no_element_and_no_address(kind: LetterKind, typed: str) -> None:
    hostile, tame = Page(letter_of(typed, kind).html), Page(letter_of("Player", kind).html)
    assert [tag for tag in hostile.tags if tag not in {"br", "bdi"}] == [
        tag for tag in tame.tags if tag not in {"br", "bdi"}
    ]
    assert hostile.sources == tame.sources


@TYPED
@pytest.mark.parametrize("kind", TYPED_INTO)
def test_hostile_text_never_reaches_a_header(kind: LetterKind, typed: str) -> None:
    hostile, tame = letter_of(typed, kind), letter_of("Player", kind)
    for name in ("letter_id", "sender", "to", "subject", "reference"):
        assert getattr(hostile, name) == getattr(tame, name)


@TYPED
@pytest.mark.parametrize("kind", TYPED_INTO)
def test_every_letter_can_be_encoded_and_turns_no_direction(kind: LetterKind, typed: str) -> None:
    mail = letter_of(typed, kind)
    for form in (mail.text, mail.html):
        assert form.encode()
        assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", form)


def test_what_a_person_wrote_to_complain_is_never_sent_back() -> None:
    for kind in TO_PLAYER:
        mail = letter_of("Buy cheap pills", kind)
        if kind not in {LetterKind.FINAL_RESPONSE, LetterKind.PAUSE, LetterKind.EXTENSION}:
            assert "Buy cheap pills\n" not in mail.text.replace("Dear Buy cheap pills,", "")


@pytest.mark.parametrize(
    "typed", ["Player Example", "P. Example-Player", "لاعب", "Игрок О'Пример", "👨‍👩‍👧‍👦 Player"]
)
def test_a_name_in_any_script_is_greeted(typed: str) -> None:
    assert plain.name(typed) == typed
    assert f"Dear {typed}," in letter_of(typed, LetterKind.ACKNOWLEDGEMENT).text


@pytest.mark.parametrize(
    "typed", ["", "  ", "see https://evil.example", "evil.example", "a@b", "www evil", "x" * 81, "<b>"]
)
def test_what_is_no_name_is_not_greeted(typed: str) -> None:
    assert plain.name(typed) is None
    assert "Hello," in letter_of(typed, LetterKind.ACKNOWLEDGEMENT).text


def test_half_a_character_is_dropped() -> None:
    assert plain.text("Player \ud800!") == "Player !"


def test_line_breaks_in_a_name_make_no_second_line() -> None:
    assert plain.name("Player\r\n\tExample") == "Player Example"


# --- Both forms ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", GOLDEN_LETTERS)
def test_text_lines_are_short_enough_for_every_mail_program(name: str) -> None:
    too_long = [
        line for line in GOLDEN_LETTERS[name]().text.splitlines() if len(line) > 72 and "https://" not in line
    ]
    assert too_long == []


@pytest.mark.parametrize("kind", LetterKind)
def test_an_html_letter_loads_nothing(kind: LetterKind) -> None:
    page = Page(sample(kind).html)
    assert not {"img", "link", "script", "iframe"} & set(page.tags)
    assert "url(" not in sample(kind).html


@pytest.mark.parametrize(
    ("colour", "ink"), [("#1f4e79", "#ffffff"), ("#ffd400", "#000000"), ("#777777", "#000000")]
)
def test_a_button_stays_legible_on_every_brand_colour(colour: str, ink: str) -> None:
    brand = replace(REGION.brands[0], colour=colour)
    mail = Story(region=replace(REGION, brands=(brand,))).render(LetterKind.ACKNOWLEDGEMENT)
    assert f"background: {colour}; color: {ink}" in mail.html


def test_a_language_nobody_wrote_yet_falls_back_to_english() -> None:
    story = Story()
    case = replace(story.case, complaint=replace(story.case.complaint, language="cy"))
    letter = story.letter(LetterKind.ACKNOWLEDGEMENT)
    mail = render(letter, case, REGION, Rules((load_pack("gb-ukgc"),)), PORTAL, KEY, story.now)
    assert '<html lang="en"' in mail.html


def test_midnight_is_said_as_the_end_of_the_day_before_and_as_the_start_of_its_own() -> None:
    story = TOLD[LetterKind.BREACH](Story())
    assert story.now == datetime(2026, 6, 28, 23, 0, tzinfo=UTC)
    for form in both(story.render(LetterKind.BREACH)):
        assert "By the end of Sunday, 28 June 2026" in form
        assert "00:00 on Monday, 29 June 2026" in form


# --- Compiled ------------------------------------------------------------------------------------------


def test_compiled_templates_write_the_same_letters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {name: written() for name, written in GOLDEN_LETTERS.items()}
    for kind, templates in templating.KINDS.items():
        for folder in templates.folders if kind.startswith("letters") else ():
            copy_folder(templating.PACKAGE / folder, tmp_path / folder)
    templating.compile_templates(tmp_path)
    monkeypatch.setattr(templating, "PACKAGE", tmp_path)
    templating.environment.cache_clear()
    try:
        assert isinstance(templating.environment("letters_html").loader, ModuleLoader)
        assert {name: written() for name, written in GOLDEN_LETTERS.items()} == before
    finally:
        templating.environment.cache_clear()


def copy_folder(source: Path, target: Path) -> None:
    for path in source.rglob("*.jinja"):
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(path.read_bytes())
