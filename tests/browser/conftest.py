"""Chromium in front of the portal: a door in this process, or for a few tests the deployed stack."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from infra.local.describe import LocalStack
from tests.browser.journey import Home
from tests.browser.story import NUMBER, RECEIVED
from tests.platform.conftest import local
from tests.support.portal import Visitor
from tests.support.portal_door import open_door

__all__ = ["local"]

PHONE = ViewportSize(width=390, height=844)
DESKTOP = ViewportSize(width=1280, height=900)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; a test run without it fails."""
    path = shutil.which("chromium")
    assert path, "Chromium is missing: apt-get install chromium"
    with sync_playwright() as playwright:
        # Inside a container Chromium cannot make its own sandbox, and it opens our pages alone.
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def deployed(local: LocalStack) -> str:
    """The address of the form on the deployed stack."""
    return local.portal_url.rstrip("/")


@pytest.fixture
def visitor() -> Visitor:
    """A portal over a store in memory, at which nothing has happened yet."""
    return Visitor(now=RECEIVED, first_number=NUMBER)


@pytest.fixture(params=[("en", ""), ("de", "/live")], ids=["in English", "in German, below a base path"])
def home(request: pytest.FixtureRequest, visitor: Visitor) -> Iterator[Home]:
    """That portal behind its door: as on a brand's own domain, and as a gateway serves a stage."""
    code, base = request.param
    with open_door(visitor, base) as door:
        yield Home(door, code)


@pytest.fixture(params=["without scripts", "with scripts"])
def phone(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    """A page of a phone, once with scripting switched off."""
    scripting = request.param == "with scripts"
    context = chromium.new_context(viewport=PHONE, java_script_enabled=scripting, has_touch=True)
    yield context.new_page()
    context.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A phone's windows, with no memory of another test."""
    context = chromium.new_context(viewport=PHONE, has_touch=True)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A page of a phone."""
    return context.new_page()
