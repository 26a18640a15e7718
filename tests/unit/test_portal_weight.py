"""A page comes fast over a bad connection: what it weighs, and what it has to wait for before it shows."""

import gzip
import re

import pytest

from tests.browser.states import STATES, State, come
from tests.support.portal import Answer, Visitor

LIMIT = 30_000
"""Bytes of a page with its stylesheet and its scripts, compressed as a gateway does it."""

HEAVIEST = ("en", "ru")  # Russian needs two bytes for a letter
every_state = pytest.mark.parametrize("state", STATES.values(), ids=STATES)


def shown(state: State, code: str) -> tuple[Visitor, Answer]:
    """The page of a state in a language, and the visitor who sees it."""
    visitor = state.visitor()
    page = come(visitor, state.story(visitor), code)
    return visitor, visitor.get(page.location) if page.status == 303 else page


def files(page: Answer, kind: str) -> list[str]:
    """The names of the files of a kind that the page asks for."""
    return re.findall(rf'(?:src|href)="[^"]*static/([^"]+\.{kind})"', page.body)


def transferred(text: str) -> int:
    """Bytes on the way."""
    return len(gzip.compress(text.encode(), mtime=0))


@every_state
@pytest.mark.parametrize("code", HEAVIEST)
def test_a_page_weighs_less_than_its_limit(state: State, code: str) -> None:
    visitor, page = shown(state, code)
    parts = [visitor.get(f"/static/{name}") for kind in ("css", "js") for name in files(page, kind)]
    assert all(part.status == 200 for part in parts)
    assert transferred(page.body) + sum(transferred(part.body) for part in parts) < LIMIT


@every_state
def test_a_page_waits_for_one_stylesheet_and_nothing_else(state: State) -> None:
    _, page = shown(state, "en")
    assert len(files(page, "css")) == len(re.findall(r"<link rel=.stylesheet.", page.body)) == 1
    waiting = [tag for tag in re.findall(r"<script\b[^>]*>", page.body) if 'type="module"' not in tag]
    assert waiting == []
    assert not re.search(r"<(iframe|object|embed|video|audio)\b|@import", page.body)


@every_state
def test_pictures_keep_their_place_while_they_load(state: State) -> None:
    _, page = shown(state, "en")
    for image in re.findall(r"<img\b[^>]*>", page.body):
        assert re.search(r'width="\d+" height="\d+"', image)
