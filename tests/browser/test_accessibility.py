"""axe-core finds nothing to complain about on any page, in light and dark (WCAG 2.2 AA)."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page

from tests.browser.conftest import PHONE
from tests.browser.journey import break_rules, fill_in, follow, send

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    """A phone's page in a colour scheme."""
    context = chromium.new_context(viewport=PHONE, color_scheme=request.param)
    yield context.new_page()
    context.close()


def check(page: Page) -> None:
    """The page has no violation that axe-core can find."""
    results = Axe().run(page, options=RULES)
    assert results.violations_count == 0, results.generate_report()
    assert len(results.response["passes"]) > 10


def test_the_form_is_accessible(page: Page, portal: str) -> None:
    page.goto(portal)
    check(page)


def test_the_form_with_problems_is_accessible(page: Page, portal: str) -> None:
    break_rules(page, portal)
    check(page)


def test_confirmation_and_tracking_page_are_accessible(page: Page, portal: str) -> None:
    fill_in(page, portal)
    send(page)
    check(page)
    follow(page)
    for closed in page.locator("details").all():
        closed.locator("summary").click()
    check(page)
    page.get_by_role("button", name="Send my message").click()
    page.get_by_role("alert").wait_for()
    check(page)


def test_a_page_that_does_not_exist_is_accessible(page: Page, portal: str) -> None:
    page.goto(f"{portal}/nowhere")
    check(page)


def test_every_field_has_a_name_for_those_who_do_not_see_it(page: Page, portal: str) -> None:
    page.goto(portal)
    for field in page.locator("input:not([type=hidden]), select, textarea, button").all():
        name = field.evaluate("field => field.labels?.[0]?.innerText || field.innerText")
        assert name.strip(), field.get_attribute("id")
