"""A player wants to be forgotten: what is ordered, what has to stay, and what sending it again does."""

from copy import replace
from typing import Any

import pytest

from redress.domain import commands as c
from redress.domain.actors import PLAYER, SYSTEM
from redress.domain.correspondence import LetterKind
from redress.domain.errors import Conflict, IdempotencyKeyReused, InvalidInput
from redress.usecases import order_erasure, players
from redress.usecases.order_erasure import MOST, Ordered, Outcome, order_all
from redress.usecases.ports import Request, VersionConflict
from tests.support.complaints import APPROVE, APPROVER, HANDLER, PROPOSE_REDRESS, TRIAGE, submit
from tests.support.desks import Clock, Office
from tests.support.memory_store import MemoryStore

KNOWN = {players.ACCOUNT: "list-of-account", players.EMAIL: "list-of-address"}
BRANDS = ("northlight",)


@pytest.fixture
def office() -> Office:
    clock = Clock()
    return Office(MemoryStore(clock), clock)


def receive(office: Office, key: str, player: str = "list-of-address") -> str:
    return office.receive(submit(), key=key, player=player)


def closed(office: Office, key: str, player: str = "list-of-address") -> str:
    number = receive(office, key, player)
    office.do(number, c.Withdraw(), PLAYER)
    return number


def unpaid(office: Office) -> str:
    """Closed, and redress is still to be paid."""
    number = receive(office, "unpaid")
    office.send(number, LetterKind.ACKNOWLEDGEMENT)
    office.do(number, TRIAGE, SYSTEM)
    office.do(number, PROPOSE_REDRESS)
    office.do(number, APPROVE, APPROVER)
    office.send(number, LetterKind.FINAL_RESPONSE)
    office.do(number, c.Close(reason="completed"), SYSTEM)
    return number


def request(office: Office, key: str = "forget-1", fingerprint: str = "hash") -> Request:
    return replace(office.request(key, fingerprint), client="back-office")


def order(office: Office, cursor: str | None = None, key: str = "forget-1", **asked: Any) -> Ordered:
    made = {"known": KNOWN, "brands": BRANDS} | asked
    return order_all(office.desk, made["known"], cursor, HANDLER, request(office, key), made["brands"])


def test_what_is_closed_is_ordered_and_what_needs_the_data_is_kept(office: Office) -> None:
    done, by_account = closed(office, "one"), closed(office, "two", "list-of-account")
    still_open, owed, on_hold = receive(office, "open"), unpaid(office), closed(office, "hold")
    office.do(on_hold, c.PlaceLegalHold(content={"reason": "A letter came."}))
    stranger = closed(office, "stranger", "another-list")
    made = order(office)
    assert dict(made.outcomes) == {
        done: Outcome.ORDERED,
        by_account: Outcome.ORDERED,
        still_open: Outcome.OPEN,
        owed: Outcome.UNPAID,
        on_hold: Outcome.ON_HOLD,
    }
    ordered = {number for number in dict(made.outcomes) if office.complaint(number).erasure_ordered_at}
    assert ordered == {done, by_account}
    assert office.complaint(stranger).erasure_ordered_at is None


def test_an_outcome_has_a_hint() -> None:
    assert set(order_erasure.HINTS) == set(Outcome)


def test_the_same_request_gets_the_same_answer_though_no_list_finds_them_any_more(office: Office) -> None:
    done, kept = closed(office, "one"), receive(office, "open")
    first = order(office)
    assert dict(first.outcomes) == {done: Outcome.ORDERED, kept: Outcome.OPEN}
    assert order(office) == first
    assert dict(order(office, key="another").outcomes) == {kept: Outcome.OPEN}


def test_the_same_request_goes_on_where_it_stopped(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = {closed(office, f"key-{place}") for place in range(3)}
    one_by_one = order_erasure.order
    asked = []

    def stops(desk: Any, number: str, *others: Any) -> Any:
        asked.append(number)
        if len(asked) == 2:
            raise Conflict(number)
        return one_by_one(desk, number, *others)

    monkeypatch.setattr(order_erasure, "order", stops)
    with pytest.raises(Conflict):
        order(office)
    assert sum(office.complaint(one).erasure_ordered_at is not None for one in numbers) == 1
    made = order(office)
    assert dict(made.outcomes) == dict.fromkeys(numbers, Outcome.ORDERED)
    assert all(office.complaint(one).erasure_ordered_at for one in numbers)


def test_another_request_under_its_key_is_refused(office: Office) -> None:
    closed(office, "one")
    order(office)
    other = request(office, fingerprint="other")
    with pytest.raises(IdempotencyKeyReused):
        order_all(office.desk, KNOWN, None, HANDLER, other, BRANDS)


def test_what_was_ordered_before_is_said_to_be(office: Office) -> None:
    number = closed(office, "one")
    office.do(number, c.OrderErasure(because="retention"), SYSTEM)
    version = office.complaint(number).version
    assert order_erasure.order(office.desk, number, HANDLER, request(office), BRANDS) is Outcome.ALREADY
    assert office.complaint(number).version == version


def test_a_complaint_of_another_brand_is_none(office: Office) -> None:
    number = closed(office, "one")
    assert order(office, brands=("southlight",)).outcomes == ()
    assert office.complaint(number).erasure_ordered_at is None


def test_many_complaints_are_ordered_page_by_page(office: Office) -> None:
    numbers = {receive(office, f"key-{place}") for place in range(MOST + 3)}
    first = order(office)
    assert len(first.outcomes) == MOST
    second = order(office, first.cursor, key="the-next")
    assert {number for number, _ in (*first.outcomes, *second.outcomes)} == numbers
    assert second.cursor is None


def test_a_cursor_of_another_list_is_refused(office: Office) -> None:
    closed(office, "one")
    with pytest.raises(InvalidInput):
        order(office, "team.25")


def test_a_reply_that_comes_first_is_decided_on(office: Office) -> None:
    store = office.store
    assert isinstance(store, MemoryStore)
    number = closed(office, "one")
    store.meanwhile.extend([None, lambda: _hold(office, number)])
    assert dict(order(office).outcomes) == {number: Outcome.ON_HOLD}


def _hold(office: Office, number: str) -> None:
    office.do(number, c.PlaceLegalHold(content={"reason": "A letter came."}))


def test_when_others_keep_remembering_it_gives_up(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object) -> None:
        raise VersionConflict

    number = closed(office, "one")
    monkeypatch.setattr(office.store, "remember", busy)
    with pytest.raises(Conflict):
        order(office)
    assert office.complaint(number).erasure_ordered_at is None
