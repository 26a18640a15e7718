"""Chromium in front of the deployed stack."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from infra.local.describe import LocalStack
from tests.platform.conftest import local

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


@pytest.fixture(scope="session")
def portal(local: LocalStack) -> str:
    """The address of the form."""
    return local.portal_url


@pytest.fixture(params=["without scripts", "with scripts"])
def phone(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    """A page of a phone, once with scripting switched off."""
    scripting = request.param == "with scripts"
    context = chromium.new_context(viewport=PHONE, java_script_enabled=scripting, has_touch=True)
    yield context.new_page()
    context.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A desktop's windows, with no memory of another test."""
    context = chromium.new_context(viewport=DESKTOP)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A page of a desktop."""
    return context.new_page()
