"""Pictures of every page, for people to look at: `python -m tests.browser.pictures FOLDER`.

The pages come from a portal over a store in memory, told a complaint of 2026; nothing is deployed.
"""

import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, Page, Route, sync_playwright

from redress.domain import commands
from redress.domain.audit import Content
from redress.domain.correspondence import LetterKind
from tests.browser.journey import break_rules, explain, fill_in
from tests.support.complaints import APPROVE, TRIAGE, milestone
from tests.support.portal import ADDRESS, Visitor

WIDTHS = {"phone": 390, "desktop": 1100}
SCHEMES = ("light", "dark")
SUBMITTED = datetime(2026, 4, 20, 9, 14, tzinfo=UTC)
NUMBER = 832_790_912_948  # reads R7K3-9QXM
STORY = (
    "I asked for a withdrawal of my winnings on 2 April. On 9 April it was cancelled without a reason and the"
    " money went back to my account.\n\nSupport told me twice to wait."
)

type Show = Callable[[Page], object]


def main(folder: Path) -> None:
    """Take the pictures into the folder."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, visitor, show in pages():
            for (device, width), scheme in product(WIDTHS.items(), SCHEMES):
                take(chromium, visitor, show, width, scheme, folder / f"{name}-{device}-{scheme}.png")


def take(chromium: Browser, visitor: Visitor, show: Show, width: int, scheme: str, target: Path) -> None:
    """One picture of a whole page."""
    context = chromium.new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = context.new_page()
    page.route("**/*", lambda route: answer(route, visitor))
    show(page)
    page.screenshot(path=target, full_page=True)
    context.close()


def answer(route: Route, visitor: Visitor) -> None:
    """Answer the browser in place of a gateway."""
    request = route.request
    said = visitor.send(request.method, request.url.removeprefix(ADDRESS), request.post_data)
    route.fulfill(status=said.status, headers=dict(said.headers), body=said.body)


def pages() -> Iterator[tuple[str, Visitor, Show]]:
    """Each page: its name, the portal that shows it, and the way to it. A complaint goes on between them."""
    visitor = Visitor(now=SUBMITTED, first_number=NUMBER)
    yield "form", visitor, lambda page: page.goto(ADDRESS)
    yield "form-filled", visitor, lambda page: fill_in(page, ADDRESS, STORY, SUBMITTED.year)
    yield "problems", visitor, lambda page: break_rules(page, ADDRESS)
    yield "not-found", visitor, lambda page: page.goto(f"{ADDRESS}/nowhere")
    told = {"description": STORY, "amount": "1,250", "occurred_day": "9", "occurred_month": "4"}
    path = visitor.complained(category="deposits_withdrawals", **told)
    there: Show = lambda page: page.goto(f"{ADDRESS}{path}")  # noqa: E731 - shown at several stages
    yield "confirmation", visitor, lambda page: page.goto(f"{ADDRESS}{path}/received")
    visitor.letter(path, LetterKind.ACKNOWLEDGEMENT)
    visitor.operator(path, TRIAGE)
    assign = commands.Assign(assignee="subject-1", team="payments")
    visitor.operator(path, assign, later=timedelta(hours=3))
    visitor.operator(path, reply("Support has a chat record of 12 April."), later=timedelta(hours=20))
    yield "tracking", visitor, there
    question: Content = {"question": "Which bank account should it have gone to?"}
    ask = commands.RequestInformation(content=question, pause=True)
    visitor.operator(path, ask, later=timedelta(days=2))
    visitor.letter(path, LetterKind.INFORMATION_REQUEST)
    yield "question", visitor, there
    yield "dates-explained", visitor, lambda page: explain(page, f"{ADDRESS}{path}")
    visitor.operator(path, reply("The one that ends in 0417."), later=timedelta(hours=2))
    visitor.operator(path, milestone("due", breach=True), later=timedelta(days=58))
    visitor.operator(path, PROPOSE, APPROVE)
    visitor.letter(path, LetterKind.FINAL_RESPONSE)
    visitor.letter(path, LetterKind.FEEDBACK_REQUEST)
    yield "answer", visitor, there


def reply(text: str) -> commands.Reply:
    """The player writes."""
    return commands.Reply(content={"text": text})


PROPOSE = commands.ProposeDecision(
    outcome="upheld",
    content={
        "reasons": "The cancellation was our mistake: your documents had been approved on 3 April, but the"
        " withdrawal was still marked as waiting.",
        "clause": None,
    },
    redress_minor=125_000,
    currency="GBP",
)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
