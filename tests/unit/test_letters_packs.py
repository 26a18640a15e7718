"""What one rule pack or two ask a letter to tell of the ways out."""

from copy import replace
from datetime import timedelta

import pytest

from infra.ops.letter_examples import (
    TOLD,
    decided,
    investigating,
)
from infra.ops.letter_stories import REGION
from redress.domain.correspondence import LetterKind
from redress.domain.packs import load_pack
from redress.domain.rulepack import Deadline, ExternalBody, LetterRule, RulePack, Scope, Sourced
from redress.domain.rules import Rules
from redress.letters import blocks
from redress.letters.blocks import LetterIncomplete
from tests.support.letter_reading import OUTCOMES, both, under, with_body, words
from tests.support.letters import GOLDEN_LETTERS, Story


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
    pack = replace(load_pack("us-az"), external_bodies=())
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
    return replace(ExternalBody(key="adr", type="adr", scope=scope), binding=binding)  # type: ignore[arg-type]


def asking(block: str, route: ExternalBody) -> RulePack:
    """A pack with one outside body that asks of every final response for one block."""
    rule = LetterRule(also_contain=(block,))  # type: ignore[arg-type]
    return replace(
        load_pack("gb-ukgc"), letters={"final_upheld": rule, "final_rejected": rule}, external_bodies=(route,)
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
