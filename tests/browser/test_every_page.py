"""Every state of every page is fit for all: in every language, on a narrow screen, by keyboard, enlarged.

The pages come through a door in front of the portal in this process; nothing is deployed.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ViewportSize

from redress.language import CODES
from tests.browser.opened import ONCE, Window, open_all, troubles, violations, window
from tests.browser.states import STATES, State

NARROW = ViewportSize(width=320, height=700)
ENLARGED = ViewportSize(width=640, height=450)  # a desktop's 1280 x 900 at 200 %

every_state = pytest.mark.parametrize("state", STATES.values(), ids=STATES)


@pytest.fixture(scope="module")
def narrow(chromium: Browser) -> Iterator[Window]:
    """A window of the smallest phone."""
    context = chromium.new_context(viewport=NARROW, color_scheme="light")
    with window(context) as one:
        yield one
    context.close()


@pytest.fixture(scope="module")
def dark(chromium: Browser) -> Iterator[Window]:
    """A window of somebody who reads at night."""
    context = chromium.new_context(viewport=NARROW, color_scheme="dark")
    with window(context) as one:
        yield one
    context.close()


@pytest.fixture(scope="module")
def enlarged(chromium: Browser) -> Iterator[Window]:
    """A window of somebody who enlarges what they read."""
    context = chromium.new_context(viewport=ENLARGED, device_scale_factor=2)
    with window(context) as one:
        yield one
    context.close()


@every_state
@pytest.mark.parametrize("code", CODES)
def test_a_page_is_whole_and_accessible_in_every_language(narrow: Window, state: State, code: str) -> None:
    seen = narrow.open(state, code)
    found = troubles(seen, code, NARROW["width"])
    open_all(seen.page)
    assert (found, violations(seen.page)) == ({}, [])


@every_state
def test_a_page_is_readable_in_the_dark(dark: Window, state: State) -> None:
    seen = dark.open(state, "en")
    open_all(seen.page)
    assert violations(seen.page) == []


@every_state
def test_every_control_has_a_name_and_is_reached_and_seen_by_keyboard(narrow: Window, state: State) -> None:
    seen = narrow.open(state, "en")
    found = {what: look(seen.page) for what, look in ONCE.items()}
    assert {what: troubles for what, troubles in found.items() if troubles} == {}


@every_state
def test_nothing_is_lost_when_everything_is_twice_as_large(enlarged: Window, state: State) -> None:
    seen = enlarged.open(state, "de")  # its words are the longest
    open_all(seen.page)
    assert troubles(seen, "de", ENLARGED["width"]) == {}
    seen.page.evaluate("document.documentElement.style.setProperty('font-size', '200%', 'important')")
    assert seen.page.evaluate(CUT_OFF) == []


# Texts that stick out of the screen, or of a box that hides what does not fit.
CUT_OFF = """() => [...document.querySelectorAll('main *, header *, footer *')].filter(one => {
  if (!one.checkVisibility() || one.closest('.unseen, .skip, option, [aria-hidden=true]')) return false;
  const hides = ['hidden', 'clip'].includes(getComputedStyle(one).overflowX);
  const isCut = hides && one.scrollWidth > one.clientWidth + 1;
  return isCut || one.getBoundingClientRect().right > innerWidth + 1;
}).map(one => one.outerHTML.slice(0, 100))"""
