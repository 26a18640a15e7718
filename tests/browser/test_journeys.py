"""A player's way through the portal on a phone, with and without scripts, in two languages.

Once as on a brand's own domain, and once below a base path, as a gateway serves a stage.
"""

import re

from playwright.sync_api import Page, expect

from redress.domain import commands as c
from redress.domain.correspondence import LetterKind
from redress.language import language
from redress.web import words
from tests.browser.complaint_stories import decided
from tests.browser.journey import (
    REFUSED,
    TEXT,
    TOLD,
    Home,
    begin,
    break_rules,
    button,
    confirmed,
    field,
    fill_in,
    follow,
    send,
    unfold,
)
from tests.support.complaints import TRIAGE
from tests.support.consultations import answer as answer_question


def path_of(home: Home, address: str) -> str:
    """The path of a page without base and language, as the operator's side of the tests takes it."""
    return address.removeprefix(home.door.address).removeprefix(f"/{home.code}").partition("?")[0]


def test_a_complaint_is_sent_followed_replied_to_and_withdrawn(phone: Page, home: Home) -> None:
    fill_in(phone, home)
    number = send(phone, home)
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]", number)
    [stored] = home.complaints
    assert (stored.number, stored.language) == (number, home.code)
    link = phone.locator(".link a").inner_text()
    assert link.startswith(f"{home.door.address}/complaints/{number}/")
    address = follow(phone, home)
    expect(phone.get_by_role("heading", level=1)).to_have_text(home.say("We have your complaint"))
    field(phone, "text").fill("One more thing: 🎰 и ещё.")
    button(phone, home, "Send my message").click()
    expect(phone.get_by_role("status")).to_contain_text(home.say("Your message has reached us."))
    expect(phone.get_by_text("One more thing: 🎰 и ещё.")).to_be_visible()
    unfold(phone, home, "Withdraw the complaint")
    field(phone, "reason").fill("It came after all.")
    button(phone, home, "Withdraw my complaint").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text(home.say("You withdrew your complaint"))
    phone.goto(address)
    unfold(phone, home, "What you told us")
    expect(phone.get_by_text(TEXT)).to_be_visible()
    expect(field(phone, "text")).to_have_count(0)


def test_the_private_link_opens_the_page_in_the_language_of_the_complaint(phone: Page, home: Home) -> None:
    fill_in(phone, home)
    send(phone, home)
    phone.goto(phone.locator(".link a").inner_text())
    expect(phone.locator("html")).to_have_attribute("lang", home.code)
    expect(phone.locator(".steps")).to_be_visible()


def test_what_is_wrong_is_told_kept_corrected_and_sent(phone: Page, home: Home) -> None:
    break_rules(phone, home)
    title = home.say("Error: {title}", title=home.say("Make a complaint"))
    expect(phone).to_have_title(re.compile(f"^{re.escape(title)}"))
    for name, typed in REFUSED.items():
        expect(field(phone, name)).to_have_value(typed)
    phone.locator(".notice a[href='#email']").click()
    expect(field(phone, "email")).to_be_focused()
    assert home.complaints == []
    field(phone, "description").fill(TEXT)
    for name, value in TOLD.items():
        field(phone, name).fill(value)
    field(phone, "currency").select_option("GBP")
    field(phone, "jurisdiction").select_option("gb-ukgc")
    number = send(phone, home)
    assert [one.number for one in home.complaints] == [number]


def test_another_language_shows_the_same_page(phone: Page, home: Home) -> None:
    other = language("fr")
    for path in ("complaints?category=bonuses", "faq?q=bonus", "lost-link", "consultations"):
        phone.goto(f"{home.address}/{path}")
        phone.locator(".languages summary").click()
        phone.get_by_role("link", name=other.name, exact=True).click()
        expect(phone.locator("html")).to_have_attribute("lang", "fr")
        assert phone.url == f"{home.door.address}/fr/{path}"
    fill_in(phone, home)
    send(phone, home)
    address = follow(phone, home)
    phone.locator(".languages summary").click()
    phone.get_by_role("link", name=other.name, exact=True).click()
    expect(phone.locator(".steps")).to_be_visible()
    assert path_of(home, address) == phone.url.removeprefix(f"{home.door.address}/fr")


def test_a_question_of_the_operator_is_answered_on_the_page(phone: Page, home: Home) -> None:
    fill_in(phone, home)
    send(phone, home)
    address = follow(phone, home)
    asked = c.RequestInformation(content={"question": "Which account was it?"})
    home.door.visitor.operator(path_of(home, address), TRIAGE, asked)
    phone.reload()
    expect(phone.get_by_role("heading", level=1)).to_have_text(home.say(words.WAITING[0]))
    field(phone, "text").fill("The first one.")
    button(phone, home, "Send my answer").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text(home.say("We are looking into it"))
    expect(phone.get_by_text("The first one.")).to_be_visible()


def test_an_answer_is_read_disputed_and_each_date_says_why(phone: Page, home: Home) -> None:
    fill_in(phone, home)
    send(phone, home)
    address = follow(phone, home)
    visitor, path = home.door.visitor, path_of(home, address)
    visitor.letter(path, LetterKind.ACKNOWLEDGEMENT)
    visitor.operator(path, TRIAGE)
    decided(visitor, path)
    visitor.letter(path, LetterKind.FINAL_RESPONSE)
    phone.reload()
    expect(phone.get_by_text("The cancellation was our mistake")).to_be_visible()
    why = phone.locator(".promises details").first
    expect(why.locator("p").first).to_be_hidden()
    why.locator("summary").click()
    expect(why.locator("p").first).to_be_visible()
    unfold(phone, home, "Ask us to look again")
    phone.locator("[name=ground][value=disputed]").check()
    field(phone, "why").fill("The amount is too small.")
    button(phone, home, "Ask for a second look").click()
    expect(phone.get_by_role("status")).to_contain_text(home.say(words.DONE["dispute"]))
    expect(phone.get_by_role("heading", level=1)).to_have_text(home.say("We are looking at it again"))


def test_a_question_without_a_name_is_answered_and_becomes_a_complaint(phone: Page, home: Home) -> None:
    phone.goto(f"{home.address}/consultations")
    field(phone, "text").fill("May a withdrawal be cancelled?")
    phone.locator("main form").first.locator("button").click()
    phone.locator(".receipt").wait_for()
    phone.locator(".link a").click()
    answer_question(home.door.visitor, path_of(home, phone.url), "Only before it is paid.")
    phone.reload()
    expect(phone.get_by_text("Only before it is paid.")).to_be_visible()
    field(phone, "text").fill("And after that?")
    button(phone, home, "Send my message").click()
    expect(phone.get_by_text("And after that?")).to_be_visible()
    phone.get_by_role("link", name=home.say("Make it a complaint")).click()
    expect(field(phone, "description")).to_have_value(re.compile("May a withdrawal be cancelled"))
    for name in ("name", "email"):
        field(phone, name).fill(TOLD[name])
    field(phone, "jurisdiction").select_option("gb-ukgc")
    if field(phone, "category").first.get_attribute("type") == "radio":
        phone.locator("[name=category][value=deposits_withdrawals]").check()
    button(phone, home, "Send my complaint").click()
    assert confirmed(phone) == home.complaints[0].number


def test_ten_thousand_characters_of_cyrillic_are_accepted(phone: Page, home: Home) -> None:
    fill_in(phone, home, "Ж" * 10_000)
    send(phone, home)


def test_the_form_can_be_sent_with_the_keyboard_alone(page: Page, home: Home) -> None:
    begin(page, home)
    skip = page.locator("a.skip")
    page.evaluate("() => { document.body.tabIndex = -1; document.body.focus(); }")
    page.keyboard.press("Tab")
    expect(skip).to_be_focused()
    page.keyboard.press("Enter")
    told = {"description": TEXT, "name": TOLD["name"], "email": TOLD["email"], "jurisdiction": "Great"}
    for _ in range(60):
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.name || document.activeElement.tagName")
        if name in told:
            page.keyboard.type(told.pop(name))
        elif name == "BUTTON" and not told:
            page.keyboard.press("Enter")
            break
    assert confirmed(page) == home.complaints[0].number
