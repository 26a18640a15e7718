"""A player wants to be forgotten: the erasure of each closed complaint of theirs is ordered.

What is still open, under a legal hold or waits for money is kept, and said to be; so is what goes on in such
a complaint, and what nobody can read whole. The same request, sent again, is about the complaints that it
found the first time, and goes on where it stopped.
"""

import json
from copy import replace
from enum import StrEnum

from redress.domain import audit
from redress.domain.commands import OrderErasure
from redress.domain.complaint import Complaint
from redress.domain.errors import Conflict, NotFound
from redress.domain.personal_data import REQUEST
from redress.domain.reading import RulePackInvalid
from redress.domain.stages import Stage
from redress.domain.values import Value
from redress.usecases import players
from redress.usecases.change import ATTEMPTS, Desk, change_as, replay
from redress.usecases.players import Found, Lists
from redress.usecases.ports import CaseFile, Request, RequestSeen, Store, VersionConflict

MOST = 25
"""Complaints of one request: each costs three calls, and a duplicate one more."""

SPOILT = (audit.Unreadable, audit.ChainBroken, RulePackInvalid)
"""Why nobody can tell how a complaint stands: a hold may be what is missing, or a mail that has to go."""


class Outcome(StrEnum):
    """What became of the wish: ordered now or before; or kept, and why."""

    ORDERED = "ordered"
    ALREADY = "already"
    OPEN = "open"
    ON_HOLD = "legal_hold"
    UNPAID = "unpaid"
    DUPLICATE = "duplicate"
    UNREADABLE = "unreadable"


HINTS = {
    Outcome.ORDERED: "What is known of the player goes within a day.",
    Outcome.ALREADY: "It was ordered before.",
    Outcome.OPEN: "It is open: decide and close it, or have the player withdraw it, then ask again.",
    Outcome.ON_HOLD: "It is under a legal hold: lift that first, then ask again.",
    Outcome.UNPAID: "Redress is still to be paid: record its payment first, then ask again.",
    Outcome.DUPLICATE: "It goes on in another complaint, which has to stay: ask again once that may go.",
    Outcome.UNREADABLE: "It, or what it goes on in, cannot be read whole, so nothing of it is erased: "
    "have that mended (`redress check` names what is wrong), then ask again.",
}


class Ordered(Value):
    """What became of each complaint (by number), and where the next ones are: `cursor`, None at the end."""

    outcomes: tuple[tuple[str, Outcome], ...]
    cursor: str | None


class _Kept(Exception):
    """The erasure of a complaint is not ordered."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        super().__init__(outcome)


def obstacle(complaint: Complaint) -> Outcome | None:
    """Why the erasure of a complaint cannot be ordered, or need not be; None when it can."""
    if complaint.erasure_ordered_at:
        return Outcome.ALREADY
    if complaint.stage is not Stage.CLOSED:
        return Outcome.OPEN
    if complaint.on_legal_hold:
        return Outcome.ON_HOLD
    return Outcome.UNPAID if complaint.unpaid else None


def in_the_way(store: Store, case: CaseFile) -> Outcome | None:
    """As `obstacle`; besides, its history has to be whole, and what it goes on in has to be free to go."""
    if found := obstacle(case.complaint):
        return found
    try:
        audit.verify(case.records, case.state_head)
        primary = goes_on_in(store, case)
    except SPOILT:
        return Outcome.UNREADABLE
    stays = primary and obstacle(primary.complaint) not in {None, Outcome.ALREADY}
    return Outcome.DUPLICATE if stays else None


def goes_on_in(store: Store, case: CaseFile) -> CaseFile | None:
    """The complaint that a duplicate goes on in, which is none itself. Raises Unreadable and ChainBroken."""
    number = case.complaint.primary
    try:
        primary = store.load(number) if number else None
    except NotFound:  # a complaint that is no more keeps nothing
        return None
    if primary:
        audit.verify(primary.records, primary.state_head)
    return primary


def order_all(
    desk: Desk, known: Lists, cursor: str | None, actor: str, request: Request, brands: tuple[str, ...]
) -> Ordered:
    """Order the erasure of the player's complaints, at most MOST of them, of these brands alone.

    Raises IdempotencyKeyReused, InvalidInput for a cursor of another list, and Conflict when others keep
    writing one of them: then the same request goes on where this one stopped.
    """
    found = _found(desk, known, cursor, request)
    outcomes = ((number, order(desk, number, actor, request, brands)) for number in found.numbers)
    return Ordered(outcomes=tuple((number, one) for number, one in outcomes if one), cursor=found.cursor)


def order(desk: Desk, number: str, actor: str, request: Request, brands: tuple[str, ...]) -> Outcome | None:
    """Order the erasure of one complaint; None if there is none of these brands. Raises Conflict."""

    def choose(case: CaseFile) -> OrderErasure:
        if case.complaint.brand not in brands:
            raise NotFound(number)
        if kept := in_the_way(desk.store, case):
            raise _Kept(kept)
        return OrderErasure(because=REQUEST)

    try:
        change_as(desk, number, choose, actor, request=replace(request, key=f"{request.key} {number}"))
    except NotFound:
        return None
    except _Kept as kept:
        return kept.outcome
    except SPOILT:
        return Outcome.UNREADABLE
    return Outcome.ORDERED


def _found(desk: Desk, known: Lists, cursor: str | None, request: Request) -> Found:
    """The complaints that the request is about: once ordered, no list finds them again."""
    for attempt in range(ATTEMPTS):
        desk.pause(attempt)
        if answer := desk.store.answer(request.client, request.key, desk.now()):
            return _remembered(replay(request, answer).number)
        found = players.page(desk.store, known, MOST, cursor)
        try:
            desk.store.remember(request, json.dumps([found.numbers, found.cursor]), desk.now())
        except RequestSeen as seen:
            return _remembered(replay(request, seen.answer).number)
        except VersionConflict:
            continue
        return found
    raise Conflict(", ".join(found.numbers))


def _remembered(text: str) -> Found:
    numbers, cursor = json.loads(text)
    return Found(numbers=tuple(numbers), cursor=cursor)
