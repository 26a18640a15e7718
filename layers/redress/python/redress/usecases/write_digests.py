"""A digest for every day that is over: what was written to the journal on it, chained to the day before."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple, Protocol

from redress.domain import journal
from redress.domain.journal import DIGESTS, EVENTS, FIRST, LATE, Digest

DAY = timedelta(days=1)
SETTLED = timedelta(minutes=15)
"""A day is over when whatever was on its way at midnight has been written, and every clock agrees."""


class Written(NamedTuple):
    """An object of the journal, and when the store wrote it (UTC, by the store's own clock)."""

    key: str
    at: datetime


class Objects(Protocol):
    """The journal's store: objects are added, and never changed or removed."""

    def add(self, key: str, body: bytes) -> None:
        """Write an object, or find the same one there. Raises JournalRefused for another one."""

    def written(self, prefix: str, after: str = "") -> Iterable[Written]:
        """The objects whose keys begin with `prefix` and come after `after`, by key."""

    def read(self, key: str) -> bytes:
        """An object."""

    def hashes(self, keys: Iterable[str]) -> Mapping[str, str]:
        """The SHA-256 of each object as it is stored, in hex, by key."""


def write_digests(objects: Objects, now: datetime) -> datetime:
    """Write each digest that is missing at `now` (UTC); the instant at which the last digested day ended.

    Days follow each other without a gap, from the first on which something was written: one without events
    has a digest, too. What ran before, or runs at once, changes nothing: a day that is over is always told
    in the same bytes.
    """
    over = (now - SETTLED).date() - DAY
    day, previous = _next(objects, over)
    while day <= over:
        body = journal.to_bytes(Digest(day=day, previous=previous, objects=_of_day(objects, day)))
        objects.add(journal.digest_key(day), body)
        day, previous = day + DAY, journal.sha256(body)
    return datetime.combine(day, time(), UTC)


def _next(objects: Objects, over: date) -> tuple[date, str]:
    """The first day that has no digest, and the hash that its digest has to carry."""
    last = max((one.key for one in objects.written(DIGESTS)), default=None)
    if last is None:
        return min([over, *(one.at.date() for one in objects.written(EVENTS))]), FIRST
    body = objects.read(last)
    return journal.read_digest(body).day + DAY, journal.sha256(body)


def _of_day(objects: Objects, day: date) -> Mapping[str, str]:
    """Keys tell when an event happened, and the store when it was written: late ones belong to this day."""
    found = objects.written(EVENTS, after=journal.events_of(day - LATE))
    return objects.hashes(one.key for one in found if one.at.date() == day)
