"""What the form asks for each category, and what it says before anything is sent."""

import re
from copy import replace
from datetime import UTC, datetime

import pytest

from redress.domain.categories import Category
from redress.language import CODES, language
from redress.web import asked, words
from tests.support.complaints import REGION
from tests.support.portal import COMPLAINT, FORM_ADDRESS, Answer, Visitor, region

EVERYTHING = {"description", "name", "email", "account", "residence"}
OPTIONAL = {"occurred_day", "amount", "currency", "transaction_references", "remedy"}


@pytest.fixture
def visitor() -> Visitor:
    """Somebody at a portal with no complaint yet."""
    return Visitor()


def names(page: Answer) -> set[str]:
    """The names of the fields of a page."""
    return set(re.findall(r'name="([a-z_]+)"', page.body))


# --- The choice of a category ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", ["/", "/complaints", "/complaints?category=weather", "/complaints?category="]
)
def test_what_it_is_about_is_chosen_first_and_each_choice_leads_to_its_form(
    visitor: Visitor, address: str
) -> None:
    page = visitor.get(address)
    assert page.status == 200
    assert not names(page) & EVERYTHING
    for category in Category:
        assert f'href="/complaints?category={category}"' in page.body
        form = visitor.get(f"/complaints?category={category}")
        assert f'<input type="hidden" name="category" value="{category}">' in form.body
        assert f"About: {words.CATEGORIES[category]}" in form.text


def test_the_brand_stays_chosen_while_a_category_is(visitor: Visitor) -> None:
    second = replace(REGION.brands[0], id="southwind", name="Southwind Bets")
    visitor = Visitor(replace(REGION, brands=(*REGION.brands, second)))
    page = visitor.get("/?brand=southwind")
    assert 'href="/complaints?brand=southwind&amp;category=bonuses"' in page.body
    form = visitor.get(f"{FORM_ADDRESS}&brand=southwind")
    assert '<a href="/complaints?brand=southwind">Change what it is about</a>' in form.body


def test_the_category_stays_chosen_in_another_language(visitor: Visitor) -> None:
    page = visitor.get(FORM_ADDRESS)
    assert 'href="/fr/complaints?category=bonuses"' in page.body
    french = visitor.get(f"/fr{FORM_ADDRESS}")
    assert '<html lang="fr"' in french.body
    assert 'action="../fr/complaints"' in french.body


# --- What is asked -----------------------------------------------------------------------------------


def test_every_category_says_what_it_asks_for() -> None:
    assert set(asked.ASKED) == set(Category)


@pytest.mark.parametrize("category", Category)
def test_a_form_asks_for_what_its_category_needs_and_nothing_else(visitor: Visitor, category: str) -> None:
    wanted = asked.ASKED[category]
    page = visitor.get(f"/complaints?category={category}")
    assert names(page) >= EVERYTHING
    assert names(page) & OPTIONAL == {
        *(["occurred_day"] if wanted.occurred_on else []),
        *(["amount", "currency"] if wanted.amount else []),
        *(["transaction_references"] if wanted.references else []),
        *(["remedy"] if wanted.remedy else []),
    }


def test_a_complaint_about_personal_data_is_not_asked_about_money(visitor: Visitor) -> None:
    assert not names(visitor.get("/complaints?category=privacy")) & {"amount", "transaction_references"}


def test_what_was_told_is_shown_again_though_the_category_does_not_ask_for_it(visitor: Visitor) -> None:
    page = visitor.complain(category="privacy", name="")
    assert page.status == 422
    assert page.value("amount") == "25.50"
    assert page.value("transaction_references") == "T-1\r\nT-2"


def test_a_form_without_a_category_asks_for_it_and_for_everything_with_the_text_kept(
    visitor: Visitor,
) -> None:
    page = visitor.complain(category="weather")
    assert page.status == 422
    assert page.body.count('type="radio"') == len(Category)
    assert names(page) >= EVERYTHING | OPTIONAL
    assert page.value("description") == "The bonus was not paid."


@pytest.mark.parametrize("category", Category)
def test_a_complaint_of_every_category_is_stored_without_what_it_is_not_asked_for(
    visitor: Visitor, category: str
) -> None:
    shown = visitor.get(f"/complaints?category={category}")
    fields = {name: text for name, text in COMPLAINT.items() if name in names(shown)}
    sent = visitor.post("/complaints", {**fields, "category": category, "nonce": shown.nonce()})
    assert sent.status == 303


# --- Days and money ----------------------------------------------------------------------------------


@pytest.mark.parametrize("code", CODES)
def test_a_day_and_an_amount_are_taken_as_the_language_of_the_page_writes_them(code: str) -> None:
    visitor, spoken = Visitor(), language(code)
    day = spoken.short_day(datetime(2026, 2, 26, tzinfo=UTC))
    typed = {"occurred_day": day, "occurred_month": "", "occurred_year": ""}
    typed |= {"amount": spoken.money(123_456, "EUR"), "currency": "EUR"}
    sent = visitor.post(f"/{code}/complaints", visitor.fill(**typed))
    assert sent.status == 303
    [number] = visitor.store.states
    complaint = visitor.store.load(number).complaint
    told = (complaint.occurred_on, complaint.amount_minor, complaint.currency, complaint.language)
    assert told == ("2026-02-26", 123_456, "EUR", code)


def test_an_amount_that_may_be_two_is_asked_for_again_with_what_else_it_could_be(visitor: Visitor) -> None:
    page = visitor.post("/fr/complaints", visitor.fill(amount="1.234", currency="EUR"))
    assert page.status == 422
    assert "1234" in page.body.split('id="amount-error"')[1].split("</p>")[0]
    assert page.value("amount") == "1.234"
    assert not visitor.store.states


def test_a_sign_tells_the_currency_where_none_was_chosen(visitor: Visitor) -> None:
    visitor.complain(amount="1250,50 €", currency="")
    [number] = visitor.store.states
    complaint = visitor.store.load(number).complaint
    assert (complaint.amount_minor, complaint.currency) == (125_050, "EUR")


# --- Where the player lives --------------------------------------------------------------------------


def test_where_the_player_lives_is_kept_and_brings_the_rules_of_that_place() -> None:
    visitor = Visitor(region(ee="Consumer Disputes Committee"))
    visitor.complain(residence="EE", jurisdiction="gb-ukgc")
    [number] = visitor.store.states
    case = visitor.store.load(number)
    assert case.contents[1]["residence"] == "EE"
    assert [pack for pack, _ in case.complaint.packs] == ["gb-ukgc", "ee"]


def test_no_country_is_chosen_for_the_player_and_none_has_to_be(visitor: Visitor) -> None:
    page = visitor.get(FORM_ADDRESS)
    [countries] = re.findall(r'<select id="residence".*?</select>', page.body, re.DOTALL)
    assert "selected" not in countries
    assert countries.count("<option") == 250
    assert visitor.complain().status == 303
    [number] = visitor.store.states
    assert "residence" not in visitor.store.load(number).contents[1]


# --- The dates before sending ------------------------------------------------------------------------


def promises(page: Answer) -> list[str]:
    """The dates that a page lists, as text."""
    rows = re.findall(r"<li><strong>(.*?)</strong><span>(.*?)</span></li>", page.body)
    return [f"{name}: {when}" for name, when in rows]


def test_the_dates_shown_before_sending_are_those_of_the_confirmation() -> None:
    brand = REGION.brands[0]
    single = replace(brand, jurisdictions={"gb-ukgc": brand.jurisdictions["gb-ukgc"]})
    visitor = Visitor(replace(REGION, brands=(single,)))
    before = promises(visitor.get(FORM_ADDRESS))
    after = visitor.get(visitor.complain().location)
    assert before[0] == "We confirm that we have your complaint: By 12:00 on Tuesday, 3 March 2026"
    assert before[-1].startswith(
        "If you do not agree with our answer: You can take your complaint to Example"
    )
    for told in before[:-1]:
        name, when = told.split(": ", 1)
        assert name in after.text
        assert when in after.text


def test_each_jurisdiction_has_its_own_dates_until_one_is_chosen(visitor: Visitor) -> None:
    page = visitor.get(FORM_ADDRESS)
    assert re.findall(r'<details data-jurisdiction="([^"]+)"', page.body) == ["gb-ukgc", "sandbox"]
    chosen = visitor.complain(jurisdiction="gb-ukgc", name="")
    assert "<details data-jurisdiction" not in chosen.body
    assert "By the end of Sunday, 26 April 2026" in chosen.text


def test_the_rules_of_where_the_player_lives_change_the_dates_that_are_shown() -> None:
    visitor = Visitor(region(ee="Consumer Disputes Committee"))
    here = visitor.complain(jurisdiction="gb-ukgc", name="")
    there = visitor.complain(jurisdiction="gb-ukgc", name="", residence="EE")
    assert promises(here) != promises(there)


# --- What becomes of what is written -----------------------------------------------------------------


def test_the_privacy_notice_of_the_brand_is_linked_where_there_is_one(visitor: Visitor) -> None:
    assert "privacy notice" not in visitor.get(FORM_ADDRESS).text
    brand = replace(REGION.brands[0], privacy_url="https://www.example.test/privacy")
    page = Visitor(replace(REGION, brands=(brand,))).get(FORM_ADDRESS)
    assert '<a href="https://www.example.test/privacy">privacy notice</a>' in page.body


def test_how_long_records_are_kept_is_told_where_the_rule_pack_knows_it() -> None:
    page = Visitor(region(pt="Consumer Arbitration Centre")).get(FORM_ADDRESS)
    [portugal] = re.findall(r'<details data-jurisdiction="pt">.*?</details>', page.body, re.DOTALL)
    assert re.search(r"By law we keep it for \d+ years? after", portugal)


@pytest.mark.parametrize("code", CODES)
def test_the_form_is_light_in_every_language(visitor: Visitor, code: str) -> None:
    for address in ("/complaints", FORM_ADDRESS):
        assert len(visitor.get(f"/{code}{address}").body.encode()) < 30_000


def test_everything_that_a_script_says_comes_with_the_form(visitor: Visitor) -> None:
    body = visitor.get(FORM_ADDRESS).body
    for told in ("restored", "discard", "offline", "left", "over"):
        assert re.search(rf'data-{told}="[A-Z]', body)
    assert "data-fresh" in body
    assert "data-fresh" not in visitor.complain(name="").body
    assert 'data-draft-sent="complaint"' in visitor.get(visitor.complain().location).body
