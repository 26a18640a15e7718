"""Letters as a mail program shows them: on the narrowest phone, in light and in dark, without the network."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, ViewportSize

from redress.language import CODES
from tests.support.letters import TO_PLAYERS, written_in

NARROWEST = ViewportSize(width=320, height=640)
SHOWN = ("final_response", "deadlock", "acknowledgement_email", "consultation")


@pytest.fixture(params=["light", "dark"])
def reader(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    """The window of a mail program, cut off from the network."""
    context = chromium.new_context(viewport=NARROWEST, color_scheme=request.param, offline=True)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("code", CODES)
def test_every_letter_fits_a_phone_of_320_pixels(reader: Page, code: str) -> None:
    for name, written in TO_PLAYERS.items():
        with written_in(code):
            reader.set_content(written().html)
        assert reader.evaluate("document.documentElement.scrollWidth") <= NARROWEST["width"], name


@pytest.mark.parametrize("name", SHOWN)
def test_a_letter_loads_nothing(reader: Page, name: str) -> None:
    loaded: list[str] = []
    reader.on("request", lambda request: loaded.append(request.url))
    reader.set_content(TO_PLAYERS[name]().html)
    assert loaded == []


@pytest.mark.parametrize("code", ["de", "ru"])
@pytest.mark.parametrize("name", SHOWN)
def test_everybody_can_read_a_letter(reader: Page, name: str, code: str) -> None:
    with written_in(code):
        reader.set_content(TO_PLAYERS[name]().html)
    results = Axe().run(reader, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}).response
    assert [one["id"] for one in results["violations"]] == []
    assert "color-contrast" in {one["id"] for one in results["passes"]}


def test_dark_is_dark(chromium: Browser) -> None:
    grounds = []
    for scheme in ("light", "dark"):
        context = chromium.new_context(color_scheme=scheme)
        page = context.new_page()
        page.set_content(TO_PLAYERS["final_response"]().html)
        grounds.append(page.evaluate("getComputedStyle(document.querySelector('main')).backgroundColor"))
        context.close()
    assert grounds == ["rgb(255, 255, 255)", "rgb(27, 31, 37)"]
