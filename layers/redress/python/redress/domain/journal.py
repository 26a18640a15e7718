"""The journal: every event as an object that is written once, and for every day a digest of what was written.

An object is the event's canonical text, byte for byte, so its SHA-256 is the event's hash, which the next
event of the complaint carries. Its place follows from the text alone: who writes it again writes the same
bytes to the same place. The digest of a UTC day names each object that was written on it with its SHA-256,
and carries the SHA-256 of the digest of the day before.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, timedelta

from redress.domain import instants
from redress.domain.errors import RedressError
from redress.domain.values import Value

EVENTS, DIGESTS = "events/", "digests/"
FIRST = "0" * 64
"""What the first digest carries in the place of the one before it."""

LATE = timedelta(days=15)
"""How long after it happened an event may be written and still be found for its digest. The table's stream
keeps a record for a day, a queue what was set aside for fourteen."""


class JournalRefused(RedressError):
    """The journal cannot hold this as it is. `place` names an item or an object, never a fact of it."""

    def __init__(self, place: str, problem: str) -> None:
        self.place, self.problem = place, problem
        super().__init__(f"{place} {problem}.")


class Entry(Value):
    """An event as the journal holds it: `body` is the object, `key` its place."""

    number: str
    seq: int
    key: str
    body: bytes


class Digest(Value):
    """What was written on a UTC day: SHA-256 (hex) by key. `previous` is that of the digest before it."""

    day: date
    previous: str
    objects: Mapping[str, str]


def entry(text: str) -> Entry:
    """The object of a stored text. Raises ValueError for a text that is no event's.

    Only its place is read: an event of a kind that is not known here is kept like any other.
    """
    try:
        document = json.loads(text)
        number, seq, at = document["number"], document["seq"], instants.from_text(document["at"])
        key = f"{events_of(at.date())}{number}/{seq:06d}.json"
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ValueError("no text of an event") from error
    return Entry(number=number, seq=seq, key=key, body=text.encode())


def events_of(day: date) -> str:
    """What the keys of all events begin with that happened on a UTC day. Text order is time order."""
    return f"{EVENTS}{day.isoformat().replace('-', '/')}/"


def digest_key(day: date) -> str:
    """The place of a digest. Text order is time order."""
    return f"{DIGESTS}{day.isoformat()}.json"


def to_bytes(digest: Digest) -> bytes:
    """The one form of a digest: JSON with a line for each object, sorted."""
    document = {
        "day": digest.day.isoformat(),
        "objects": dict(digest.objects),
        "previous": digest.previous,
    }
    return json.dumps(document, indent=1, sort_keys=True).encode() + b"\n"


def read_digest(body: bytes) -> Digest:
    """The digest that `to_bytes` wrote. Raises ValueError for anything else, if it differs by a space."""
    try:
        document = json.loads(body)
        digest = Digest(
            day=date.fromisoformat(document["day"]),
            previous=document["previous"],
            objects=document["objects"],
        )
        as_written = to_bytes(digest) == body
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ValueError("no digest") from error
    if not as_written:
        raise ValueError("no digest in the form that Redress writes")
    return digest


def sha256(body: bytes) -> str:
    """In hex."""
    return hashlib.sha256(body).hexdigest()
