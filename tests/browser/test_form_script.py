"""What the form does more with scripts: drafts, a warning without a network, dates of one place, offers."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.journey import TEXT, Home, begin, button, field, fill_in, send


@pytest.fixture
def form(page: Page, home: Home) -> Page:
    """The form about a payment, with a text typed into it."""
    begin(page, home)
    field(page, "description").fill(TEXT)
    return page


def test_a_draft_is_put_back_when_the_player_comes_again(form: Page, home: Home) -> None:
    form.goto(f"{home.address}/nowhere")
    begin(form, home)
    expect(field(form, "description")).to_have_value(TEXT)
    expect(form.locator("form > [role=status]")).to_contain_text(re.compile("\\w"))


def test_what_was_typed_before_the_script_was_there_is_kept(page: Page, home: Home) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(re.compile(r"/form[^/]*\.js"), hold, times=1)
    page.goto(f"{home.address}/complaints?category=deposits_withdrawals", wait_until="commit")
    field(page, "description").fill(TEXT)
    held.pop().continue_()
    page.wait_for_load_state()
    page.goto(f"{home.address}/nowhere")
    begin(page, home)
    expect(field(page, "description")).to_have_value(TEXT)


def test_a_draft_follows_to_the_form_of_another_category(form: Page, home: Home) -> None:
    form.get_by_role("link", name=home.say("Change what it is about")).click()
    form.get_by_role("link", name=home.say("My personal data")).click()
    expect(field(form, "description")).to_have_value(TEXT)


def test_a_draft_can_be_thrown_away(form: Page, home: Home) -> None:
    form.reload()
    button(form, home, "Throw it away").click()
    expect(field(form, "description")).to_have_value("")
    assert form.evaluate("sessionStorage.length") == 0


def test_a_draft_stays_in_its_tab(form: Page, context: BrowserContext, home: Home) -> None:
    other = context.new_page()
    begin(other, home)
    expect(field(other, "description")).to_have_value("")
    assert form.evaluate("localStorage.length") == 0


def test_nothing_is_kept_of_a_complaint_that_was_sent(form: Page, home: Home) -> None:
    fill_in(form, home)
    send(form, home)
    assert form.evaluate("sessionStorage.length") == 0
    begin(form, home)
    expect(field(form, "description")).to_have_value("")


def test_a_form_is_not_sent_without_a_network_and_nothing_is_lost(
    page: Page, home: Home, context: BrowserContext
) -> None:
    fill_in(page, home)
    context.set_offline(True)
    button(page, home, "Send my complaint").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(field(page, "description")).to_have_value(TEXT)
    assert home.complaints == []
    context.set_offline(False)
    send(page, home)
    assert len(home.complaints) == 1


def test_what_came_in_while_its_answer_was_lost_is_sent_again_as_the_same_complaint(
    page: Page, home: Home
) -> None:
    fill_in(page, home)

    def lose(route: Route) -> None:
        route.fetch(max_redirects=0)
        route.abort("connectionreset")

    page.route(re.compile("/complaints$"), lose, times=1)
    with page.expect_event("requestfailed"):
        button(page, home, "Send my complaint").click()
    assert len(home.complaints) == 1
    page.wait_for_url("chrome-error://**")  # the browser's own page: nobody goes on before it is there
    page.goto(f"{home.address}/complaints?category=deposits_withdrawals")
    expect(field(page, "description")).to_have_value(TEXT)
    number = send(page, home)
    assert [one.number for one in home.complaints] == [number]


def test_a_double_click_sends_once(page: Page, home: Home) -> None:
    fill_in(page, home)
    button(page, home, "Send my complaint").dblclick()
    page.locator(".receipt").wait_for()
    assert sum(method == "POST" for method, _ in home.door.asked) == 1


def test_the_characters_left_are_told_when_there_are_few(page: Page, home: Home) -> None:
    begin(page, home)
    field(page, "description").fill("🎰" * 9_990)
    expect(page.get_by_text(home.say("Characters left: {count}", count=10))).to_be_visible()
    field(page, "description").fill("x" * 10_002)
    expect(page.get_by_text(home.say("Characters too many: {count}", count=2))).to_be_visible()


def test_the_dates_are_those_of_the_chosen_place(page: Page, home: Home) -> None:
    begin(page, home)
    tables = page.locator("details[data-jurisdiction]")
    expect(tables).to_have_count(2)
    expect(tables.locator("li").first).to_be_hidden()
    field(page, "jurisdiction").select_option("gb-ukgc")
    expect(tables.locator("li").first).to_be_visible()
    expect(tables.and_(page.locator(":visible"))).to_have_count(1)


def test_answers_that_fit_the_text_are_offered_and_open_without_losing_it(page: Page, home: Home) -> None:
    begin(page, home)
    offers = page.locator(".offers")
    expect(offers).to_have_attribute("aria-live", "polite")
    with page.expect_response(re.compile("/faq/offers")):
        field(page, "description").fill("My bonus was not paid out")
    offers.get_by_role("link").first.click()
    expect(page.locator("main form textarea")).to_have_count(0)
    begin(page, home)
    expect(field(page, "description")).to_have_value("My bonus was not paid out")


def test_without_storage_the_form_works_all_the_same(context: BrowserContext, home: Home) -> None:
    off = "Object.defineProperty(window, 'sessionStorage', {get() { throw new Error('off'); }})"
    context.add_init_script(off)
    page = context.new_page()
    fill_in(page, home)
    send(page, home)
