"""One complaint in a browser before the deployed stack: gateway, function, store and workflow.

What the pages say and do is tested over a door in this process (`test_journeys.py`): nothing is deployed.
"""

import re
import time

import httpx
from playwright.sync_api import Page, expect

from infra.local.describe import LocalStack
from tests.browser.journey import CHOSEN, TEXT, TOLD, confirmed, field


def test_a_complaint_is_sent_asked_about_and_replied_to(page: Page, local: LocalStack, deployed: str) -> None:
    page.goto(f"{deployed}/en/complaints")
    page.get_by_role("link", name="Deposits and withdrawals").click()
    field(page, "description").fill(TEXT)
    for name, value in {**TOLD, "occurred_year": "2025"}.items():
        field(page, name).fill(value)
    for name, value in CHOSEN.items():
        field(page, name).select_option(value)
    page.get_by_role("button", name="Send my complaint").click()
    number = confirmed(page)
    page.locator(".link a").click()
    wait_for_triage(page)
    asked = httpx.post(
        f"{local.api_url}/v1/complaints/{number}/information-requests",
        json={"question": "Which account was it?"},
        headers={"Authorization": f"Bearer {local.token()}", "Idempotency-Key": number},
    )
    assert asked.status_code == 200, asked.text
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("We are waiting for your answer")
    field(page, "text").fill("The first one. 🎰 и ещё.")
    page.get_by_role("button", name="Send my answer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("We are looking into it")
    expect(page.get_by_text("The first one. 🎰 и ещё.")).to_be_visible()
    assert re.search(r"\?done=reply$", page.url)


def wait_for_triage(page: Page) -> None:
    """The workflow takes the complaint at its own pace; nobody asks a question before."""
    deadline = time.monotonic() + 60
    while not page.get_by_text("took over your complaint").count():
        assert time.monotonic() < deadline
        page.wait_for_timeout(200)
        page.reload()
