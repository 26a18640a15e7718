"""What goes wrong on the way: impatience, two windows, old links, machines that open them, a lost network."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from redress.domain.correspondence import LetterKind
from tests.browser.conftest import PHONE
from tests.browser.journey import (
    TEXT,
    TOLD,
    Home,
    begin,
    button,
    confirmed,
    field,
    fill_in,
    follow,
    send,
)
from tests.support.portal import WRITING

# What a reader of mail or a careless machine follows without asking anybody.
LINKS = """() => [...document.querySelectorAll('[href], [src], [action], [data-offers]')].map(
  one => one.href || one.src || one.action || one.dataset.offers)"""


@pytest.fixture
def plain(chromium: Browser) -> Iterator[Page]:
    """A page of a phone without scripts."""
    context = chromium.new_context(viewport=PHONE, java_script_enabled=False)
    yield context.new_page()
    context.close()


def changes(home: Home) -> int:
    """How many records are stored of all complaints."""
    store = home.door.visitor.store
    return sum(len(store.load(one.number).records) for one in home.complaints)


def numbers(home: Home) -> set[str]:
    """The numbers of the complaints that are stored."""
    return {one.number for one in home.complaints}


def test_a_double_click_on_send_makes_one_complaint(phone: Page, home: Home) -> None:
    fill_in(phone, home)
    button(phone, home, "Send my complaint").dblclick()
    number = confirmed(phone)
    assert numbers(home) == {number}


def test_a_double_click_on_a_message_makes_one_message(phone: Page, home: Home) -> None:
    fill_in(phone, home)
    send(phone, home)
    follow(phone, home)
    before = changes(home)
    field(phone, "text").fill("Once.")
    button(phone, home, "Send my message").dblclick()
    expect(phone.get_by_role("status")).to_be_visible()
    assert changes(home) == before + 1


def test_going_back_after_sending_and_sending_again_touches_nothing_of_the_first(
    phone: Page, home: Home
) -> None:
    """The form is a fresh one: browsers fill it again with what was typed, and only its reader knows why."""
    fill_in(phone, home)
    nonce = field(phone, "nonce").input_value()
    first = send(phone, home)
    before = home.door.visitor.store.load(first)
    phone.go_back()
    field(phone, "description").wait_for()
    assert field(phone, "nonce").input_value() != nonce
    home.door.visitor.now += WRITING
    field(phone, "description").fill("Another matter.")
    second = send(phone, home)
    assert numbers(home) == {first, second}
    assert first != second
    assert home.door.visitor.store.load(first) == before


def test_sending_again_after_the_answer_was_lost_shows_the_one_complaint(page: Page, home: Home) -> None:
    fill_in(page, home)
    lose_the_answer(page, home)
    [stored] = home.complaints
    assert send(page, home) == stored.number
    assert numbers(home) == {stored.number}


def test_other_content_after_the_answer_was_lost_is_asked_for_again(page: Page, home: Home) -> None:
    fill_in(page, home)
    lose_the_answer(page, home)
    [stored] = home.complaints
    field(page, "description").fill("Something else.")
    button(page, home, "Send my complaint").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(field(page, "description")).to_have_value("Something else.")
    assert stored.number not in page.content()
    assert send(page, home) != stored.number


def lose_the_answer(page: Page, home: Home) -> None:
    """Send the form so that it arrives but its answer does not."""

    def swallow(route: Route) -> None:
        route.fetch(max_redirects=0)
        route.fulfill(status=204)  # a browser then stays on its page

    page.route("**/complaints", swallow)
    with page.expect_response("**/complaints"):
        button(page, home, "Send my complaint").click()
    page.unroute("**/complaints")
    page.wait_for_function("() => !document.querySelector('main form button[aria-disabled]')")


def test_two_windows_with_the_form_make_two_complaints_each_with_its_own_text(
    context: BrowserContext, home: Home
) -> None:
    one, other = context.new_page(), context.new_page()
    fill_in(one, home, "The first matter.")
    fill_in(other, home, "The second matter.")
    expect(field(one, "description")).to_have_value("The first matter.")
    first, second = send(one, home), send(other, home)
    assert numbers(home) == {first, second}
    for page, text in ((one, "The first matter."), (other, "The second matter.")):
        follow(page, home)
        assert text in page.content()


def test_an_expired_link_leads_to_a_new_one_by_mail(phone: Page, home: Home) -> None:
    fill_in(phone, home)
    number = send(phone, home)
    address = follow(phone, home)
    home.door.visitor.now += timedelta(days=home.door.visitor.region.link_days + 1)
    phone.goto(address)
    expect(phone.get_by_role("heading", level=1)).to_have_text(home.say("This link has expired"))
    assert TEXT not in phone.content()
    expect(field(phone, "number")).to_have_value(number)
    field(phone, "email").fill(TOLD["email"])
    button(phone, home, "Send me my link").click()
    phone.wait_for_url("**/lost-link?sent=1")
    [stored] = home.complaints
    assert [one.kind for one in stored.letters.values()].count(LetterKind.PRIVATE_LINK) == 1


def test_a_machine_that_opens_every_link_changes_nothing(page: Page, home: Home) -> None:
    fill_in(page, home)
    send(page, home)
    private = page.locator(".link a").inner_text()
    opened = {page.url, private, follow(page, home)}
    opened |= {f"{home.address}/{name}" for name in ("complaints", "lost-link", "consultations", "assistant")}
    before = changes(home)
    links = set(opened)
    for address in opened:
        page.goto(address)
        links |= {urljoin(page.url, one) for one in page.evaluate(LINKS)}
    asked = [one for one in links if one.startswith(home.door.address)]
    assert len(asked) > 20
    for one in asked:
        assert page.request.get(one).status < 500
        assert page.request.head(one).status < 500
    assert changes(home) == before
    assert home.door.visitor.store.consultations.kept == {}
    assert home.complaints[0].letters.keys() == {"acknowledgement-1"}


def test_what_was_written_survives_a_lost_network_and_a_closed_page(
    context: BrowserContext, page: Page, home: Home
) -> None:
    fill_in(page, home)
    context.set_offline(offline=True)
    button(page, home, "Send my complaint").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(field(page, "description")).to_have_value(TEXT)
    assert home.complaints == []
    context.set_offline(offline=False)
    begin(page, home)
    expect(page.get_by_role("status")).to_be_visible()
    expect(field(page, "description")).to_have_value(TEXT)
    for name in ("name", "email", "amount"):
        expect(field(page, name)).to_have_value(TOLD[name])
    number = send(page, home)
    assert numbers(home) == {number}
    begin(page, home)
    expect(field(page, "description")).to_have_value("")


def test_without_scripts_the_form_tells_of_no_draft_and_is_sent(plain: Page, home: Home) -> None:
    fill_in(plain, home)
    assert plain.locator("main [role=status]").count() == 0
    number = send(plain, home)
    assert numbers(home) == {number}
