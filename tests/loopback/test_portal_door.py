"""The door in front of the portal behaves as the gateway does, as far as browsers can tell."""

from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from typing import Never
from urllib.parse import urlencode, urlsplit

import pytest

from redress.web import routes
from tests.support.portal import FORM, Visitor
from tests.support.portal_door import Door, open_door

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


@pytest.fixture(params=["", "/live"], ids=["at the root", "below a base path"])
def door(request: pytest.FixtureRequest) -> Iterator[Door]:
    with open_door(Visitor(), request.param) as door:
        yield door


def ask(door: Door, method: str, path: str, body: str | None = None) -> tuple[HTTPResponse, str]:
    """One request, below the door's address."""
    at = urlsplit(door.address)
    connection = HTTPConnection(at.hostname or "", at.port, timeout=10)
    connection.request(method, f"{at.path}{path}", body, {"Content-Type": FORM} if body else {})
    answered = connection.getresponse()
    text = answered.read().decode()
    connection.close()
    return answered, text


def test_the_form_is_served_with_the_headers_of_the_portal(door: Door) -> None:
    answered, text = ask(door, "GET", "/")
    assert answered.status == 200
    assert answered.headers["Cache-Control"] == "no-store"
    assert "Northlight Casino" in text


def test_a_complaint_is_stored_and_the_browser_is_led_on(door: Door) -> None:
    answered, _ = ask(door, "POST", "/complaints", urlencode(door.visitor.fill()))
    assert answered.status == 303
    assert answered.headers["Location"].endswith("/received")
    number = answered.headers["Location"].split("/")[-3]
    assert door.visitor.store.load(number).complaint.number == number


def test_who_asks_for_the_head_alone_gets_no_body(door: Door) -> None:
    answered, text = ask(door, "HEAD", "/complaints")
    assert (answered.status, text) == (200, "")
    assert door.asked == [("HEAD", "/complaints")]


def test_the_language_of_the_browser_is_passed_on(door: Door) -> None:
    at = urlsplit(door.address)
    connection = HTTPConnection(at.hostname or "", at.port, timeout=10)
    connection.request("GET", f"{at.path}/complaints?brand=northlight", headers={"Accept-Language": "sv"})
    answered = connection.getresponse()
    assert answered.headers["Content-Language"] == "sv"
    connection.close()


def test_what_lies_beside_the_base_path_is_refused_as_the_gateway_does() -> None:
    with open_door(Visitor(), "/live") as door:
        at = urlsplit(door.address)
        connection = HTTPConnection(at.hostname or "", at.port, timeout=10)
        connection.request("GET", "/lively")
        assert connection.getresponse().status == 403
        connection.close()
        assert door.asked == []


def test_a_portal_that_falls_over_is_told_when_the_door_closes(monkeypatch: pytest.MonkeyPatch) -> None:
    def fall(*_: object) -> Never:
        raise ZeroDivisionError

    monkeypatch.setattr(routes, "answer", fall)
    with pytest.RaisesGroup(ZeroDivisionError), open_door(Visitor()) as door:
        answered, _ = ask(door, "GET", "/")
        assert answered.status == 502
