"""The states that the browser's tests look at: every route has some, and each is what it says."""

import re

import pytest

from redress.web.routes import ROUTES
from tests.browser.states import STATES, State, come
from tests.support.portal import Answer, Visitor

# Files, and what scripts ask for: nobody looks at them.
NO_PAGES = {"/static/<name>", "/faq/offers"}


def pattern(route: str) -> re.Pattern[str]:
    """What a path of the route looks like."""
    return re.compile(re.sub(r"<\w+>", "[^/]+", route.rstrip("/") or "/"))


def follow(visitor: Visitor, answer: Answer) -> Answer:
    """Where a redirect leads, if it is one."""
    return visitor.get(answer.location) if answer.status == 303 else answer


@pytest.mark.parametrize("state", STATES.values(), ids=STATES)
@pytest.mark.parametrize("code", ["", "de"])
def test_a_state_is_come_to_in_any_language(state: State, code: str) -> None:
    visitor = state.visitor()
    shown = state.story(visitor)
    page = follow(visitor, come(visitor, shown, code))
    assert page.status == shown.status
    assert page.headers["content-language"] == code or not code


def test_every_route_has_a_state() -> None:
    come_to = set()
    for state in STATES.values():
        shown = state.story(state.visitor())
        come_to |= {("GET", shown.path.partition("?")[0]), ("POST", shown.to)}
    missing = [
        f"{method} {route}"
        for route, acts in ROUTES.items()
        for method, act in acts.items()
        if route not in NO_PAGES
        and not act.endswith(":back")
        and not any(kind == method and pattern(route).fullmatch(path) for kind, path in come_to)
    ]
    assert missing == [], "a story in tests/browser"
