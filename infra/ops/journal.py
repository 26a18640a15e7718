"""The journal in a folder: whether anything was changed, dropped, added or reordered since it was written.

No AWS is asked. The digests are a chain of their own; each object has to be what a digest says, in the place
that its text says; and the events of each complaint have to follow from each other. What a folder alone
cannot show is that its last days are missing: for that, keep the hash of the last digest.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from infra.ops.asked import UsageError, first_bytes
from redress.domain import audit, journal
from redress.domain.audit import ChainBroken, Record
from redress.domain.journal import DIGESTS, EVENTS, FIRST, Digest

MOST_EVENT, MOST_DIGEST = 2**20, 2**29
"""Bytes: an item of the table has at most 400 KB, and a digest of a million events some 150 MB."""

PLACE = re.compile(rf"{EVENTS}\d{{4}}/\d\d/\d\d/([^/]+)/(\d{{6,}})\.json")


class JournalBroken(Exception):
    """A file of the journal is not what Redress writes, or does not follow from the one before it."""


class Place(NamedTuple):
    """Where an event belongs: its complaint, its number there, the key of its object."""

    number: str
    seq: int
    key: str


class Listed(NamedTuple):
    """What the digest of a day says of an object."""

    day: date
    sha256: str


class Digests:
    """The digests as far as they can be trusted: to the first flaw, which `broken` tells."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        self.listed: dict[str, Listed] = {}
        self.last: Digest | None = None
        self.head = FIRST
        self.broken: JournalBroken | None = None
        try:
            for key, path in files.items():
                self._follow(key, _read(path, MOST_DIGEST))
        except JournalBroken as broken:
            self.broken = broken

    def _follow(self, key: str, body: bytes) -> None:
        """One more digest, the next in order of days. Raises JournalBroken."""
        if len(body) > MOST_DIGEST:
            raise JournalBroken(f"{key} has more than {MOST_DIGEST:,} bytes: Redress writes no such digest.")
        try:
            digest = journal.read_digest(body)
        except ValueError:
            raise JournalBroken(f"{key} is not what Redress writes: it was changed.") from None
        if journal.digest_key(digest.day) != key:
            raise JournalBroken(f"{key} holds the digest of {digest.day}: it was moved.")
        if self.last and digest.day != (due := self.last.day + timedelta(days=1)):
            raise JournalBroken(f"{journal.digest_key(due)} is missing.")
        if digest.previous != self.head:
            raise JournalBroken(f"{key} does not carry the hash of the digest before it: one was replaced.")
        for one, sha256 in digest.objects.items():
            if one in self.listed:
                before = self.listed[one].day
                raise JournalBroken(
                    f"{key} lists {one}, which the digest of {before} has: it was written again."
                )
            self.listed[one] = Listed(digest.day, sha256)
        self.last, self.head = digest, journal.sha256(body)


class Journal:
    """A copy of the bucket of the journal. Raises UsageError where it cannot be read, or is none."""

    def __init__(self, folder: Path) -> None:
        self.events, digests = _files(folder, EVENTS), _files(folder, DIGESTS)
        if not digests:
            raise UsageError(f"--journal {folder}: no {DIGESTS} in it; sync the whole bucket of the journal")
        self.digests = Digests(digests)

    @property
    def undigested(self) -> int:
        """How many events no digest lists, or none that can be trusted."""
        return len(self.events.keys() - self.digests.listed.keys())

    def check_events(self) -> int:
        """How many complaints there are. Raises ChainBroken or JournalBroken at the first flaw.

        First in order of complaint numbers, and in that of the complaint's events.
        """
        for number in self.complaints:
            self.records(number)
        return len(self.complaints)

    @cached_property
    def complaints(self) -> Mapping[str, Sequence[Place]]:
        """Where the events of each complaint belong, all in their order. Raises JournalBroken."""
        complaints = defaultdict(list)
        for place in sorted(_places(self.events.keys() | self.digests.listed.keys())):
            complaints[place.number].append(place)
        return dict(complaints)

    def records(self, number: str) -> list[Record]:
        """The events of a complaint; none of one that is not here. Raises ChainBroken or JournalBroken."""
        records = [self._record(place) for place in self.complaints.get(number, ())]
        if records:
            audit.verify(records, records[-1].hash)
        return records

    def _record(self, place: Place) -> Record:
        """The record of an event, if its object is there and is what was written."""
        listed = self.digests.listed.get(place.key)
        if place.key not in self.events:
            raise _flaw(place, f"is missing: {_said(listed)}")
        body = event_bytes(self.events[place.key])
        record = _record(body)
        if record and (key := journal.entry(record.text).key) != place.key:
            raise _flaw(place, f"has {key} in its place")
        if record is None or (listed and journal.sha256(body) != listed.sha256):
            raise _flaw(place, f"was changed: {_said(listed)}")
        if not listed and self._is_late(record):
            raise _flaw(place, "is in no digest: it was added, or was written late and has none yet")
        return record

    def _is_late(self, record: Record) -> bool:
        """Whether a digest should list it by now; what happened on the last day may have been late for it."""
        digests = self.digests
        return bool(digests.last and not digests.broken and record.at.date() < digests.last.day)


def _files(folder: Path, prefix: str) -> Mapping[str, Path]:
    """Files by key, in order of keys."""
    found = sorted((folder / prefix).rglob("*.json"))
    return {path.relative_to(folder).as_posix(): path for path in found}


def event_bytes(path: Path) -> bytes:
    """An event as it lies in a file; what is longer than any event is cut. Raises UsageError."""
    return _read(path, MOST_EVENT)


def _read(path: Path, most: int) -> bytes:
    try:
        return first_bytes(path, most)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error


def _places(keys: Iterable[str]) -> Iterable[Place]:
    for key in keys:
        found = PLACE.fullmatch(key)
        if not found:
            raise JournalBroken(f"{key} is no event's place: it was added.")
        yield Place(found[1], int(found[2]), key)


def _record(body: bytes) -> Record | None:
    try:
        return audit.read(body.decode()) if len(body) <= MOST_EVENT else None
    except (KeyError, TypeError, ValueError, RecursionError):
        return None


def _flaw(place: Place, problem: str) -> ChainBroken:
    return ChainBroken(place.number, place.seq, problem)


def _said(listed: Listed | None) -> str:
    return f"the digest of {listed.day} has SHA-256 {listed.sha256}" if listed else "it is no event"
