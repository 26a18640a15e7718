"""What a player does on the pages, in the words of their labels."""

from playwright.sync_api import Page

TEXT = "I asked for a withdrawal on 2 April. It was cancelled without a reason."


def fill_in(page: Page, portal: str, text: str = TEXT, year: int = 2025) -> None:
    """Open the form and fill it in, in the jurisdiction whose clock counts in days."""
    page.goto(portal)
    page.get_by_label("Deposits and withdrawals").check()
    page.get_by_label("Tell us what happened").fill(text)
    page.get_by_label("Day").fill("9")
    page.get_by_label("Month").fill("4")
    page.get_by_label("Year").fill(str(year))
    page.get_by_label("Amount", exact=True).fill("1,250")
    page.get_by_label("Transaction references").fill("WD-7781\nWD-7782")
    page.get_by_label("What would put it right?").fill("Please pay it out.")
    page.get_by_label("Your name").fill("Player")
    page.get_by_label("Your e-mail address").fill("player@example.test")
    page.get_by_label("Your username or account number").fill("player-1048")
    page.get_by_label("Where is your account held?").select_option("Great Britain (Gambling Commission)")


def send(page: Page) -> str:
    """Send the form; the number that the confirmation shows."""
    page.get_by_role("button", name="Send my complaint").click()
    page.get_by_role("heading", name="We have your complaint").wait_for()
    return page.locator(".number").inner_text()


def follow(page: Page) -> str:
    """From the confirmation to the tracking page; its address."""
    page.get_by_role("link", name="Follow my complaint").click()
    page.get_by_role("heading", name="What happened so far").wait_for()
    return page.url


def explain(page: Page, address: str) -> None:
    """Open a tracking page and why each of its dates is what it is."""
    page.goto(address)
    for asked in page.get_by_text("Why this date").all():
        asked.click()


def break_rules(page: Page, portal: str) -> None:
    """Send a form with a problem of every kind."""
    page.goto(portal)
    page.get_by_label("Tell us what happened").fill("Ж" * 10_001)
    page.get_by_label("Day").fill("31")
    page.get_by_label("Month").fill("2")
    page.get_by_label("Year").fill("2025")
    page.get_by_label("Amount", exact=True).fill("a lot")
    page.get_by_label("Your e-mail address").fill("nobody")
    page.get_by_role("button", name="Send my complaint").click()
    page.get_by_role("heading", name="Please check these 7 things").wait_for()
