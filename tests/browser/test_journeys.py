"""A player's way through the portal, on the deployed stack, in a real browser."""

import re
import time

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from infra.local.describe import LocalStack
from tests.browser.journey import TEXT, break_rules, explain, fill_in, follow, send


def test_a_complaint_is_sent_followed_and_replied_to_on_a_phone(phone: Page, portal: str) -> None:
    fill_in(phone, portal)
    number = send(phone)
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]", number)
    expect(phone.get_by_text("By the end of")).to_be_visible()
    link = phone.locator(".link a")
    address = link.inner_text()
    link.click()
    assert phone.url == address
    expect(phone.get_by_text(f"Complaint {number}")).to_be_visible()
    phone.get_by_label("Your message").fill("One more thing: 🎰 и ещё.")
    phone.get_by_role("button", name="Send my message").click()
    expect(phone.get_by_text("Your message has reached us.")).to_be_visible()
    expect(phone.get_by_text("One more thing: 🎰 и ещё.")).to_be_visible()


def test_each_date_says_why_it_is_that_date_with_and_without_scripts(phone: Page, portal: str) -> None:
    fill_in(phone, portal)
    send(phone)
    address = follow(phone)
    rule = phone.get_by_text("Rule: LCCP social responsibility code 6.1.1.2.")
    expect(rule).to_be_hidden()
    explain(phone, address)
    expect(rule).to_be_visible()
    expect(phone.get_by_text("8 weeks from the day we received your complaint")).to_have_count(2)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_question_of_the_operator_is_answered_on_the_page(
    page: Page, local: LocalStack, portal: str
) -> None:
    fill_in(page, portal)
    number = send(page)
    address = follow(page)
    wait_for_triage(page)
    asked = httpx.post(
        f"{local.api_url}/v1/complaints/{number}/information-requests",
        json={"question": "Which account was it?"},
        headers={"Authorization": f"Bearer {local.token()}", "Idempotency-Key": number},
    )
    assert asked.status_code == 200, asked.text
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_have_text("We are waiting for your answer")
    page.get_by_label("Your answer").fill("The first one.")
    page.get_by_role("button", name="Send my answer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("We are looking into it")
    expect(page.get_by_text("The first one.")).to_be_visible()


def wait_for_triage(page: Page) -> None:
    """The workflow takes the complaint at its own pace; nobody asks a question before."""
    deadline = time.monotonic() + 60
    while not page.get_by_text("took over your complaint").count():
        assert time.monotonic() < deadline
        page.wait_for_timeout(200)
        page.reload()


def test_bad_input_is_told_above_and_beside_and_what_was_typed_is_kept(phone: Page, portal: str) -> None:
    break_rules(phone, portal)
    expect(phone).to_have_title(re.compile("^Error: "))
    expect(phone.get_by_label("Day")).to_have_value("31")
    expect(phone.get_by_label("Amount", exact=True)).to_have_value("a lot")
    expect(phone.get_by_label("Tell us what happened")).to_have_value("Ж" * 10_001)
    expect(phone.locator("#email-error")).to_contain_text("name@example.com")
    phone.get_by_role("link", name="Write an e-mail address").click()
    expect(phone.get_by_label("Your e-mail address")).to_be_focused()


def test_the_summary_of_problems_is_where_reading_starts(page: Page, portal: str) -> None:
    break_rules(page, portal)
    expect(page.get_by_role("alert")).to_be_focused()


def test_ten_thousand_characters_of_cyrillic_are_accepted(page: Page, portal: str) -> None:
    fill_in(page, portal, "Ж" * 10_000)
    send(page)


def test_a_double_click_on_send_makes_one_complaint(page: Page, portal: str) -> None:
    fill_in(page, portal)
    stored: list[str] = []
    page.on("response", lambda response: stored.append(response.headers.get("location", "")))
    page.get_by_role("button", name="Send my complaint").dblclick()
    page.get_by_role("heading", name="We have your complaint").wait_for()
    number = page.locator(".number").inner_text()
    assert {location for location in stored if location and number not in location} == set()


def test_sending_again_after_the_answer_was_lost_shows_the_one_complaint(page: Page, portal: str) -> None:
    fill_in(page, portal)
    location = lose_the_answer(page)
    assert send(page) in location


def test_other_content_after_the_answer_was_lost_is_asked_for_again(page: Page, portal: str) -> None:
    fill_in(page, portal)
    location = lose_the_answer(page)
    page.get_by_label("Tell us what happened").fill("Something else.")
    page.get_by_role("button", name="Send my complaint").click()
    expect(page.get_by_text("This form was sent before")).to_be_visible()
    expect(page.get_by_label("Tell us what happened")).to_have_value("Something else.")
    assert location.split("/complaints/")[1].split("/")[0] not in page.content()
    assert send(page) not in location


def lose_the_answer(page: Page) -> str:
    """Send the form so that it arrives but its answer does not; where that would have led."""
    answers: list[str] = []

    def swallow(route: Route) -> None:
        answers.append(route.fetch(max_redirects=0).headers["location"])
        route.fulfill(status=204)  # a browser then stays on its page

    page.route("**/complaints", swallow)
    page.get_by_role("button", name="Send my complaint").click()
    page.wait_for_timeout(100)
    while not answers:
        page.wait_for_timeout(100)
    page.unroute("**/complaints")
    return answers[0]


def test_a_complaint_is_withdrawn_and_stays_readable(page: Page, portal: str) -> None:
    fill_in(page, portal)
    send(page)
    address = follow(page)
    page.get_by_text("Withdraw the complaint").click()
    page.get_by_role("button", name="Withdraw my complaint").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You withdrew your complaint")
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_have_text("You withdrew your complaint")
    page.get_by_text("What you told us").click()
    expect(page.get_by_text(TEXT)).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(0)


def test_a_wrong_key_and_an_unknown_number_show_the_same_page(page: Page, portal: str) -> None:
    fill_in(page, portal)
    send(page)
    address = follow(page)
    key = address.rpartition("/")[2]
    texts = set()
    for wrong in (
        f"{address[:-1]}{'A' if key[-1] != 'A' else 'B'}",
        f"{portal}/complaints/R7K3-9QXM-3/{key}",
    ):
        answered = page.goto(wrong)
        assert answered
        assert answered.status == 404
        texts.add(page.locator("main").inner_text())
    assert len(texts) == 1


def test_the_form_can_be_sent_with_the_keyboard_alone(page: Page, portal: str) -> None:
    page.goto(portal)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    for typed in ("What happened.", "9", "4", "2025", "12", "", "", "", "Player", "p@example.test", "p"):
        page.keyboard.press("Tab")
        page.keyboard.type(typed)
    page.keyboard.press("Tab")
    page.keyboard.type("Great")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Send my complaint")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("We have your complaint")


def test_the_pages_set_no_cookie_ask_nobody_else_and_report_no_fault(
    context: BrowserContext, portal: str
) -> None:
    page, asked, faults = context.new_page(), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    fill_in(page, portal)
    send(page)
    follow(page)
    assert {url for url in asked if not url.startswith((portal, "data:"))} == set()
    assert context.cookies() == []
    assert faults == []


def test_every_page_weighs_less_than_thirty_kilobytes(page: Page, portal: str) -> None:
    weights: dict[str, int] = {}
    page.on("response", lambda response: weights.update({response.url: len(response.body())}))
    page.goto(portal)
    page.wait_for_load_state("networkidle")
    assert len(weights) == 2, "a page and one stylesheet"
    assert sum(weights.values()) < 30_000


@pytest.mark.parametrize("width", [320, 640])
def test_nothing_is_lost_on_a_narrow_screen(page: Page, portal: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    break_rules(page, portal)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    fill_in(page, portal)
    send(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    follow(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
