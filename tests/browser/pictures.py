"""Pictures of every state of every page, for people to look at: `python -m tests.browser.pictures FOLDER`.

The pages come from a portal over a store in memory; nothing is deployed. With `--readme` in place of a folder
it takes anew the pictures that are kept: those of the guides, one of each page.
"""

import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, sync_playwright

from infra.settings import REGIONS
from tests.browser.opened import window
from tests.browser.states import STATES, State

WIDTHS = {"phone": 390, "desktop": 1100}
SCHEMES: Mapping[str, Literal["dark", "light"]] = {"light": "light", "dark": "dark"}
LOGO = REGIONS / "local" / "northlight.svg"
KEPT = Path(__file__).parent / "pictures"
# States on a phone: one of each page, in the order of the portal's guide.
ON_PHONE = (
    *("choice-of-a-category", "form", "form-with-every-problem", "confirmation", "tracking-question"),
    *("tracking-answered", "evidence-arrived", "letter", "question", "question-answered"),
    *("faq", "faq-entry", "assistant-takes-a-complaint", "policy", "lost-link", "not-found"),
)
# States on a desktop, for the first page of the repository.
ON_DESKTOP = ("form-about-a-payment", "tracking-question")


def main(folder: Path) -> None:
    """Take every picture into the folder."""
    with chromium() as browser:
        for device, scheme in product(WIDTHS, SCHEMES):
            take(browser, STATES, device, scheme, folder)


def take_those_kept() -> None:
    """Take the pictures of the guides anew, in place of the earlier ones."""
    for earlier in KEPT.glob("*.png"):
        earlier.unlink()
    with chromium() as browser:
        take(browser, ON_PHONE, "phone", "light", KEPT)
        take(browser, ON_DESKTOP, "desktop", "light", KEPT)
        take(browser, ["tracking-missed"], "phone", "dark", KEPT)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium, until the block ends."""
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])


def take(browser: Browser, names: Iterable[str], device: str, scheme: str, folder: Path) -> None:
    """Whole pages at the states of these names, called after state, device and scheme."""
    context = browser.new_context(
        viewport={"width": WIDTHS[device], "height": 800}, color_scheme=SCHEMES[scheme]
    )
    with window(context) as shown:
        for name in names:
            shown.open(branded(STATES[name]), "en")
            shown.page.screenshot(path=folder / f"{name}-{device}-{scheme}.png", full_page=True)
    context.close()


def branded(state: State) -> State:
    """The same state where the first brand has the logo of the example region."""
    first, *others = state.region.brands
    brands = (replace(first, logo=LOGO.read_text(encoding="utf-8")), *others)
    return replace(state, region=replace(state.region, brands=brands))


if __name__ == "__main__":
    take_those_kept() if sys.argv[1] == "--readme" else main(Path(sys.argv[1]))
