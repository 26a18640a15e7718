"""The journal in memory, as S3 keeps it, and in a folder, as somebody syncs it."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from redress.domain import audit, journal
from redress.domain.audit import Record
from redress.domain.events import Acknowledged
from redress.domain.journal import JournalRefused
from redress.usecases.write_digests import Written, write_digests
from tests.support.complaints import SYSTEM

FIRST_DAY = datetime(2026, 3, 1, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def day(number: int, hours: float = 12) -> datetime:
    """An instant of a day of March, 2026."""
    return FIRST_DAY + (number - 1) * DAY + hours * HOUR


def chain(number: str, *instants: datetime) -> list[Record]:
    """As many events of a complaint, each following the one before it."""
    records: list[Record] = []
    for seq, at in enumerate(instants, start=1):
        previous = records[-1].hash if records else audit.GENESIS
        records.append(audit.write(number, seq, at, SYSTEM, Acknowledged(), previous, None))
    return records


@dataclass
class MemoryObjects:
    """The objects of the journal with their instants. `now` is the store's own clock."""

    now: datetime = FIRST_DAY
    objects: dict[str, tuple[bytes, datetime]] = field(default_factory=dict)

    def add(self, key: str, body: bytes) -> None:
        """Write an object, or find the same one there."""
        if self.objects.setdefault(key, (body, self.now))[0] != body:
            raise JournalRefused(key, "was written before with other bytes")

    def written(self, prefix: str, after: str = "") -> Iterable[Written]:
        """The objects under a prefix, by key."""
        found = sorted(key for key in self.objects if key.startswith(prefix) and key > after)
        return [Written(key, self.objects[key][1]) for key in found]

    def read(self, key: str) -> bytes:
        """An object."""
        return self.objects[key][0]

    def hashes(self, keys: Iterable[str]) -> Mapping[str, str]:
        """The SHA-256 of each object."""
        return {key: journal.sha256(self.read(key)) for key in keys}

    def write(self, records: Sequence[Record], at: datetime | None = None) -> None:
        """Write events: each when it happened, or all at one instant."""
        for record in records:
            self.now = at or record.at
            entry = journal.entry(record.text)
            self.add(entry.key, entry.body)

    def digest(self, at: datetime) -> datetime:
        """Write the digests that are missing at an instant."""
        self.now = at
        return write_digests(self, at)

    def digests(self) -> Iterator[journal.Digest]:
        """All digests, the oldest first."""
        for one in self.written(journal.DIGESTS):
            yield journal.read_digest(self.read(one.key))

    def sync(self, folder: Path) -> Path:
        """A copy of all objects in a folder."""
        for key, (body, _) in self.objects.items():
            path = folder / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
        return folder


def altered(body: bytes, **changes: object) -> bytes:
    """An event or digest with other facts, in the form that Redress writes."""
    document = {**json.loads(body), **changes}
    if "objects" in document:
        return json.dumps(document, indent=1, sort_keys=True).encode() + b"\n"
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
