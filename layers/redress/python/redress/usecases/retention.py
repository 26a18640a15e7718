"""Closed complaints whose time is over are ordered to be erased, the earliest received first.

Once a day all closed complaints are looked at that can be over, in as many runs as that takes. How far that
came is remembered after every few of them; whatever was cut off is looked at again, which changes nothing.
"""

from collections.abc import Sequence
from datetime import timedelta

from redress.domain import audit, personal_data, retention
from redress.domain.actors import SYSTEM
from redress.domain.commands import OrderErasure
from redress.domain.errors import Conflict, IllegalTransition, NotFound
from redress.domain.values import Value
from redress.usecases.change import Desk, change_as
from redress.usecases.erasure_ports import Kept, Place
from redress.usecases.order_erasure import SPOILT, goes_on_in, obstacle
from redress.usecases.ports import CaseFile

MOST, AT_ONCE = 2_000, 100
"""Complaints looked at in a run, and between two notes of how far it came."""

UNDECIDED = (NotFound, Conflict, *SPOILT, *audit.UNREADABLE)
"""Why a complaint cannot be decided now: looked at again by the next round."""


class Looked(Value):
    """What a run did: complaints looked at, erasures ordered, and complaints that could not be decided."""

    complaints: int = 0
    ordered: int = 0
    failed: tuple[str, ...] = ()


class _NotOver(Exception):
    """The time of a complaint is not over, or nobody says when it is."""


def order_overdue(desk: Desk, kept: Kept) -> Looked:
    """Go on with the round of the day, at most MOST complaints. Raises what the ports raise."""
    now, years = desk.now(), desk.region.retention_years
    place = kept.place()
    if years is None or (place and place.after is None and place.day == now.date()):
        return Looked()
    after = place.after if place and place.after else ""
    day = place.day if after and place else now.date()
    until = now - timedelta(days=365 * years - 2)  # no years are shorter; each complaint is decided exactly
    looked = Looked()
    while looked.complaints < MOST:
        numbers, following = kept.closed(until, after, AT_ONCE)
        looked = _look(desk, numbers, looked)
        kept.keep_place(Place(day=day, after=following))
        if following is None:
            break
        after = following
    return looked


def _look(desk: Desk, numbers: Sequence[str], looked: Looked) -> Looked:
    ordered, failed = 0, []
    for number in numbers:
        try:
            ordered += _order(desk, number)
        except UNDECIDED:  # one complaint holds up no other
            failed.append(number)
    return Looked(
        complaints=looked.complaints + len(numbers),
        ordered=looked.ordered + ordered,
        failed=(*looked.failed, *failed),
    )


def _order(desk: Desk, number: str) -> bool:
    """Whether its erasure was ordered: decided on the complaint as it stands, and on what it goes on in."""

    def choose(case: CaseFile) -> OrderErasure:
        audit.verify(case.records, case.state_head)
        if not _is_over(desk, case) or _stays(desk, goes_on_in(desk.store, case)):
            raise _NotOver
        return OrderErasure(because=personal_data.RETENTION)

    try:
        change_as(desk, number, choose, SYSTEM)
    except (_NotOver, IllegalTransition):  # reopened or put under a legal hold meanwhile, or still to be paid
        return False
    return True


def _is_over(desk: Desk, case: CaseFile) -> bool:
    rules, years = desk.region.rules_of(case.complaint), desk.region.retention_years
    over = retention.over_at(rules, case.complaint, case.records, years)
    return over is not None and over <= desk.now()


def _stays(desk: Desk, case: CaseFile | None) -> bool:
    """Whether a complaint is kept for now: then so is what goes on in it."""
    if case is None or case.complaint.erasure_ordered_at:
        return False
    return obstacle(case.complaint) is not None or not _is_over(desk, case)
