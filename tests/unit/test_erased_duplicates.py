"""A duplicate is kept for as long as the complaint that it goes on in: its text and files belong to that."""

from copy import replace

import pytest

from redress.domain import commands as c
from redress.domain.actors import PLAYER, SYSTEM
from redress.domain.errors import NotFound
from redress.usecases import order_erasure, players
from redress.usecases.erasure_ports import Place
from redress.usecases.link_duplicate import link_duplicate
from redress.usecases.order_erasure import Outcome
from redress.usecases.ports import CaseFile
from redress.usecases.retention import Looked, order_overdue
from tests.support.complaints import HANDLER, REGION, personal
from tests.support.desks import Clock, Office
from tests.support.memory_store import MemoryStore

KNOWN = {players.EMAIL: "player-1"}
YEAR = 367 * 86_400


@pytest.fixture
def office() -> Office:
    clock = Clock()
    return Office(MemoryStore(clock), clock)


def link(office: Office, duplicate: str, primary: str) -> None:
    request = office.request(f"link-{duplicate}")
    link_duplicate(office.desk, duplicate, primary, "The same bonus.", HANDLER, request, lambda _: None)


@pytest.fixture
def pair(office: Office) -> tuple[str, str]:
    """A duplicate and the open complaint that it goes on in."""
    duplicate, primary = office.receive(key="one"), office.receive(key="two")
    link(office, duplicate, primary)
    return duplicate, primary


def wish(office: Office, key: str = "forget-1") -> dict[str, Outcome]:
    request = replace(office.request(key), client="back-office")
    return dict(order_erasure.order_all(office.desk, KNOWN, None, HANDLER, request, ("northlight",)).outcomes)


class Shelf:
    """All closed complaints of a desk, in one round."""

    def __init__(self, *numbers: str) -> None:
        self.numbers = numbers

    def closed(self, *_: object) -> tuple[tuple[str, ...], str | None]:
        """All of them."""
        return self.numbers, None

    def place(self) -> Place | None:
        """No round came before."""
        return None

    def keep_place(self, place: Place) -> None:
        """Every round here is the first."""


def overdue(office: Office, *numbers: str) -> Looked:
    """The round of an operator who keeps complaints for a year."""
    desk = replace(office.desk, region=replace(REGION, retention_years=1))
    return order_overdue(desk, Shelf(*numbers))


def test_while_the_other_is_open_both_are_kept(office: Office, pair: tuple[str, str]) -> None:
    duplicate, primary = pair
    assert wish(office) == {duplicate: Outcome.DUPLICATE, primary: Outcome.OPEN}
    assert office.complaint(duplicate).erasure_ordered_at is None
    assert "another complaint" in order_erasure.HINTS[Outcome.DUPLICATE]


def test_once_the_other_may_go_both_go(office: Office, pair: tuple[str, str]) -> None:
    office.do(pair[1], c.Withdraw(), PLAYER)
    assert wish(office) == dict.fromkeys(pair, Outcome.ORDERED)


@pytest.mark.parametrize("first", [0, 1], ids=["the duplicate", "the other"])
def test_whichever_is_asked_for_first(office: Office, pair: tuple[str, str], first: int) -> None:
    office.do(pair[1], c.Withdraw(), PLAYER)
    for number in (pair[first], pair[1 - first]):
        made = order_erasure.order(office.desk, number, HANDLER, office.request(number), ("northlight",))
        assert made is Outcome.ORDERED


def test_a_legal_hold_on_the_other_keeps_the_duplicate(office: Office, pair: tuple[str, str]) -> None:
    duplicate, primary = pair
    office.do(primary, c.Withdraw(), PLAYER)
    office.do(primary, c.PlaceLegalHold(content=personal("court")))
    assert wish(office) == {duplicate: Outcome.DUPLICATE, primary: Outcome.ON_HOLD}
    office.do(primary, c.LiftLegalHold(content=personal("over")))
    assert wish(office, "forget-2") == dict.fromkeys(pair, Outcome.ORDERED)


def test_what_is_no_more_keeps_nothing(
    office: Office, pair: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    load = office.store.load

    def without(number: str) -> CaseFile:
        if number == pair[1]:
            raise NotFound(number)
        return load(number)

    monkeypatch.setattr(office.store, "load", without)
    assert wish(office) == {pair[0]: Outcome.ORDERED}


def test_by_its_time_a_duplicate_goes_when_the_other_is_over_too(
    office: Office, pair: tuple[str, str]
) -> None:
    duplicate, primary = pair
    office.clock.move(YEAR)
    assert overdue(office, duplicate) == Looked(complaints=1), "the other is open"
    office.do(primary, c.Withdraw(), PLAYER)
    assert overdue(office, duplicate) == Looked(complaints=1), "the other was closed just now"
    office.clock.move(YEAR)
    office.do(primary, c.PlaceLegalHold(content=personal("court")))
    assert overdue(office, duplicate) == Looked(complaints=1), "the other is under a legal hold"
    office.do(primary, c.LiftLegalHold(content=personal("over")))
    assert overdue(office, duplicate, primary) == Looked(complaints=2, ordered=2)


def test_by_its_time_it_goes_when_the_other_was_ordered_before(office: Office, pair: tuple[str, str]) -> None:
    duplicate, primary = pair
    office.clock.move(YEAR)
    office.do(primary, c.Withdraw(), PLAYER)
    office.do(primary, c.OrderErasure(because="request"), SYSTEM)
    assert overdue(office, duplicate) == Looked(complaints=1, ordered=1)
