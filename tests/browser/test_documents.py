"""Reports and returns as a browser shows and prints them: readable by everybody, on a phone and on paper."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from infra.ops.report_page import page as report_page
from redress.domain.figures import Asked, figures
from redress.returns import page as return_page
from tests.browser.opened import violations
from tests.support import figured
from tests.support.returns import LATER, Book, step

SPRING = datetime(2026, 4, 20, tzinfo=UTC)
WIDTHS = (320, 1280)
PAPER = ViewportSize(width=1030, height=700)
"""A4 across, within its margins, in CSS pixels."""


@cache
def documents() -> dict[str, str]:
    """A report of a quarter, and two returns of it, one of which corrects another."""
    asked = Asked(pack="gb-ukgc", brands=None, first=date(2026, 1, 1), last=date(2026, 3, 31))
    made = figures(asked, figured.cells(figured.book(5, 60)))
    book = Book()
    for day, what in enumerate(("answer", "refer", "withdraw", "deadlock", "answer"), start=1):
        case = book.receive("gb-ukgc", datetime(2026, 3, day, 12, tzinfo=UTC))
        step(book, case, "dispute")
        step(book, case, what)
    earlier = book.ask("gb-ukgc", "2026-Q1", 1, SPRING)
    case.now = SPRING
    step(book, case, "refer")
    return {
        "report": report_page(made, "Complaints", lambda _, value: value).decode(),
        "return": return_page.to_bytes(book.ask("gb-ukgc", "2026-Q1", 1, LATER, earlier)).decode(),
        "register": return_page.to_bytes(book.ask("gb-ukgc", "2026-Q1", 2)).decode(),
    }


@pytest.fixture(params=["light", "dark"])
def reader(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    """A browser that opens the file of a document, cut off from the network."""
    context = chromium.new_context(color_scheme=request.param, offline=True, bypass_csp=True)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("name", ["report", "return", "register"])
def test_everybody_can_read_a_document_on_any_screen(reader: Page, name: str) -> None:
    """Wide tables scroll for themselves; the page does not."""
    reader.set_content(documents()[name])
    for width in WIDTHS:
        reader.set_viewport_size({"width": width, "height": 800})
        assert reader.evaluate("document.documentElement.scrollWidth") <= width
        assert violations(reader) == []


@pytest.mark.parametrize("name", ["report", "return", "register"])
def test_on_paper_every_row_is_there_and_no_word_is_broken(reader: Page, name: str) -> None:
    reader.emulate_media(media="print", color_scheme="light")
    reader.set_viewport_size(PAPER)
    reader.set_content(documents()[name])
    cut = "one => one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1"
    assert reader.evaluate(f"[...document.querySelectorAll('.wide')].filter({cut}).length") == 0
    broken = "one => getComputedStyle(one).overflowWrap === 'anywhere'"
    assert (
        reader.evaluate(f"[...document.querySelectorAll('.wide td, .wide th')].filter({broken}).length") == 0
    )
    assert reader.evaluate("document.documentElement.scrollWidth") <= PAPER["width"]
