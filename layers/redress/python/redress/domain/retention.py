"""How long what is known of a person is kept once their complaint is closed: as rule packs and operator say.

A pack says how long records have to be kept at least, so by itself it has nothing erased: the operator says
after how many years something is. All times that are said of a complaint count, and the longest wins. They
are counted by the calendar: three years from 29 February end with 28 February.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from redress.domain import clock
from redress.domain import events as e
from redress.domain.actors import PLAYER
from redress.domain.audit import Record
from redress.domain.complaint import Complaint
from redress.domain.correspondence import TO_STAFF
from redress.domain.rulepack import Retention
from redress.domain.rules import Rules

MONTHS = {"months": 1, "years": 12}


def over_at(
    rules: Rules, complaint: Complaint, records: Sequence[Record], years: int | None
) -> datetime | None:
    """When the time of a closed complaint is over (UTC, exclusive); None: it never is, or it is open.

    `years` are the operator's own, from the closing on; None: what is known is kept. Each pack counts in its
    zone, to the end of a day.
    """
    closed_at = complaint.closed_at
    if closed_at is None or years is None:
        return None
    said = [(pack, pack.records.retention.value) for pack in rules.packs]
    ends = [
        clock.until(
            _SINCE[kept.since](complaint, records), months(kept), "months", pack.timezone, pack.calendar
        )
        for pack, kept in said
        if kept
    ]
    own = clock.until(closed_at, years * MONTHS["years"], "months", rules.zone, rules.calendar)
    return max([own, *ends])


def months(kept: Retention) -> int:
    """A time of a pack in months."""
    return kept.amount * MONTHS[kept.unit]


def _receipt(complaint: Complaint, _records: Iterable[Record]) -> datetime:
    return complaint.own_received_at


def _closure(complaint: Complaint, _records: Iterable[Record]) -> datetime:
    return complaint.closed_at or complaint.own_received_at


def _last_contact(complaint: Complaint, records: Iterable[Record]) -> datetime:
    """When the player last wrote, or was written to."""
    return max((one.at for one in records if _is_contact(one)), default=complaint.own_received_at)


def _is_contact(record: Record) -> bool:
    match record.event:
        case e.LetterSent(kind=kind):
            return kind not in TO_STAFF
        case e.PlayerReplied() | e.MailReceived():
            return True
        case _:
            return record.actor == PLAYER


_SINCE: Mapping[str, Callable[[Complaint, Sequence[Record]], datetime]] = {
    "receipt": _receipt,
    "closure": _closure,
    "last_contact": _last_contact,
}
