"""What would change if a rule pack or a calendar were another: which open complaints' dates would move.

Nothing is written. Complaints are found in the registers, month by month, never by a scan; each keeps its
pauses and extensions, which are its own.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Protocol

from redress.domain import promises
from redress.domain.complaint import Complaint
from redress.domain.promises import OWED, TARGET, Promise
from redress.domain.rulepack import RulePack
from redress.domain.rules import Rules
from redress.domain.stages import Stage
from redress.domain.values import Value
from redress.region import Region
from redress.usecases.ports import CaseFile, Page

type Changed = Callable[[RulePack], RulePack]  # a pack as it would be; itself where nothing changes


class Registers(Protocol):
    """The registers of complaints, by the pack of the licence and the month (UTC) of receipt."""

    def month(self, pack: str, month: datetime, cursor: str | None) -> Page:
        """Part of the register of the month that begins at the instant."""

    def load(self, number: str) -> CaseFile:
        """The whole complaint. Raises NotFound."""


class Move(Value):
    """A date of an open complaint that would be another: `before` and `after` are the same clock's.

    One of them is None where the clock would be new or gone. The instants of breach are those of `now`.
    """

    number: str
    before: Promise | None
    after: Promise | None
    would_breach: bool
    would_stop_breaching: bool

    @property
    def either(self) -> Promise:
        """The date as it would be, or as it was where it would be gone."""
        found = self.after or self.before
        if found is None:
            raise TypeError("a move is of a date")
        return found

    @property
    def by(self) -> timedelta | None:
        """How much later (negative: earlier) it would be; None where one of the two is no instant."""
        instants = [one.due_at for one in (self.before, self.after) if one]
        match instants:
            case [datetime() as before, datetime() as after]:
                return after - before
            case _:
                return None


def what_if(
    registers: Registers,
    region: Region,
    changed: Changed,
    packs: Iterable[str],
    since: datetime,
    now: datetime,
) -> Iterator[Move]:
    """The dates that would move, of the open complaints received from the month of `since` to `now` (UTC).

    `packs` are the licences whose registers are read; a complaint that runs by a changed pack because of
    where the player lives is found there, too. Raises RulePackInvalid when a complaint's own pack cannot be
    read.
    """
    for number in _open(registers, packs, since, now):
        complaint = registers.load(number).complaint
        if complaint.stage is not Stage.CLOSED:  # the list may lag
            yield from moves(region.rules_of(complaint), changed, complaint, now)


def moves(rules: Rules, changed: Changed, complaint: Complaint, now: datetime) -> Iterator[Move]:
    """The dates of one complaint that would move."""
    other = Rules(tuple(changed(pack) for pack in rules.packs))
    if all(one is another for one, another in zip(rules.packs, other.packs, strict=True)):
        return
    before, after = _dates(rules, complaint), _dates(other, complaint)
    for key in before | after:
        move = _move(complaint.number, before.get(key), after.get(key), now)
        if move:
            yield move


def _dates(rules: Rules, complaint: Complaint) -> dict[tuple[str, str], Promise]:
    return {(one.pack.id, one.clock): one for one in promises.promises(rules, complaint)}


def _move(number: str, before: Promise | None, after: Promise | None, now: datetime) -> Move | None:
    """None where nothing would change, or what would change is kept already, whichever rule holds."""
    if all(one is None or one.kept for one in (before, after)) or _said(before) == _said(after):
        return None
    was, would_be = _breaches(before, now), _breaches(after, now)
    return Move(
        number=number,
        before=before,
        after=after,
        would_breach=would_be and not was,
        would_stop_breaching=was and not would_be,
    )


def _said(one: Promise | None) -> tuple[object, ...] | None:
    return (one.due_at, one.last_day, one.kind) if one else None


def _breaches(one: Promise | None, now: datetime) -> bool:
    """Whether the operator is, or would be, in breach of it. Its own targets are none."""
    return one is not None and one.kind in OWED and not one.clock.endswith(TARGET) and one.missed(now)


def _open(registers: Registers, packs: Iterable[str], since: datetime, now: datetime) -> Iterator[str]:
    for pack in packs:
        for month in months(since, now):
            yield from _open_of_month(registers, pack, month)


def _open_of_month(registers: Registers, pack: str, month: datetime) -> Iterator[str]:
    page = registers.month(pack, month, None)
    while True:
        yield from (one.number for one in page.items if one.stage != Stage.CLOSED)
        if page.cursor is None:
            return
        page = registers.month(pack, month, page.cursor)


def months(since: datetime, until: datetime) -> Iterator[datetime]:
    """The first instants of the UTC months from that of `since` to that of `until`, both included."""
    first, last = (at.astimezone(UTC) for at in (since, until))
    for count in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        yield datetime(count // 12, count % 12 + 1, 1, tzinfo=UTC)
