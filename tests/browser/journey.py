"""What a player does on the pages, in any language: fields by their names, the rest by its words."""

from collections.abc import Mapping
from dataclasses import dataclass

from playwright.sync_api import Locator, Page

from redress.domain.complaint import Complaint
from redress.language import language
from tests.support.portal import WRITING
from tests.support.portal_door import Door

TEXT = "I asked for a withdrawal on 2 April. It was cancelled without a reason."
TOLD: Mapping[str, str] = {
    "occurred_day": "9",
    "occurred_month": "4",
    "occurred_year": "2026",
    "amount": "250",
    "transaction_references": "WD-7781\nWD-7782",
    "remedy": "Please pay it out.",
    "name": "Player Example",
    "email": "player@example.test",
    "account": "player-1048",
}
CHOSEN: Mapping[str, str] = {"currency": "GBP", "jurisdiction": "gb-ukgc"}
REFUSED: Mapping[str, str] = {
    "occurred_day": "31",
    "occurred_month": "2",
    "amount": "a lot",
    "email": "nobody",
}


@dataclass(frozen=True)
class Home:
    """A portal behind its door, in the language that a player has chosen."""

    door: Door
    code: str

    @property
    def address(self) -> str:
        """Where pages in that language begin, without a final slash."""
        return f"{self.door.address}/{self.code}"

    @property
    def complaints(self) -> list[Complaint]:
        """The complaints that are stored."""
        return list(self.door.visitor.store.complaints.values())

    def say(self, message: str, **values: object) -> str:
        """A message in that language."""
        return language(self.code).say(message, **values)


def begin(page: Page, home: Home) -> None:
    """Open the form about a payment, and take some time over it: who is too fast is taken for a machine."""
    page.goto(f"{home.address}/complaints")
    page.get_by_role("link", name=home.say("Deposits and withdrawals")).click()
    field(page, "description").wait_for()
    page.wait_for_load_state()
    home.door.visitor.now += WRITING


def fill_in(page: Page, home: Home, text: str = TEXT) -> None:
    """Open the form and fill it in, in the jurisdiction whose clock counts in days."""
    begin(page, home)
    field(page, "description").fill(text)
    for name, value in TOLD.items():
        field(page, name).fill(value)
    for name, value in CHOSEN.items():
        field(page, name).select_option(value)


def field(page: Page, name: str) -> Locator:
    """A field of the page by its name."""
    return page.locator(f"main [name={name}]")


def button(page: Page, home: Home, message: str) -> Locator:
    """A button by what it says."""
    return page.get_by_role("button", name=home.say(message), exact=True)


def send(page: Page, home: Home) -> str:
    """Send the form; the number that the confirmation shows."""
    button(page, home, "Send my complaint").click()
    return confirmed(page)


def confirmed(page: Page) -> str:
    """The number that the confirmation shows, once it is there."""
    page.locator(".receipt").wait_for()
    return page.locator(".receipt .number").inner_text()


def follow(page: Page, home: Home) -> str:
    """From the confirmation to the tracking page; its address."""
    page.get_by_role("link", name=home.say("Follow my complaint")).click()
    page.locator(".steps").wait_for()
    return page.url


def unfold(page: Page, home: Home, message: str) -> None:
    """Unfold what stands under a summary."""
    page.locator("summary", has_text=home.say(message)).click()


def break_rules(page: Page, home: Home) -> None:
    """Send a form with a problem of many a kind."""
    begin(page, home)
    for name, value in REFUSED.items():
        field(page, name).fill(value)
    button(page, home, "Send my complaint").click()
    page.locator("#summary-title").wait_for()
