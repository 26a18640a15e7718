"""The record of an event: its canonical text, the hash chain, the salted hash of its content.

The text that was hashed is what is stored; readers decode it, nothing rewrites it.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from redress.domain import instants
from redress.domain.errors import RedressError
from redress.domain.events import EVENT_TYPES, Event
from redress.domain.values import Value

GENESIS = "0" * 64
SALT_BYTES = 32

type Content = Mapping[str, Any]


class ChainBroken(RedressError):
    """A record does not follow from the one before it, or its text was altered."""

    def __init__(self, number: str, seq: int, problem: str) -> None:
        self.number, self.seq, self.problem = number, seq, problem
        super().__init__(f"Complaint {number}, event {seq}: {problem}.")


class Unreadable(RedressError, ValueError):
    """Something that is stored of a complaint is not what Redress wrote, so nobody can tell how it stands.

    Whoever takes a bad value for what it is (ValueError) takes this for one.
    """

    def __init__(self, number: str) -> None:
        self.number = number
        super().__init__(
            f"Complaint {number} cannot be read: something of it was altered. `redress check` names what."
        )


class Record(Value):
    """One stored event: `text` is its canonical JSON, `hash` the SHA-256 of it in hex."""

    number: str
    seq: int
    at: datetime
    actor: str
    event: Event
    previous: str
    content_hash: str | None
    text: str
    hash: str


def content_hash(content: Content, salt: bytes) -> str:
    """SHA-256 of salt and canonical content, in hex: a proof while the salt exists, noise after."""
    return hashlib.sha256(salt + _canonical(content).encode()).hexdigest()


def write(
    number: str, seq: int, at: datetime, actor: str, event: Event, previous: str, content_hash: str | None
) -> Record:
    """The record of `event` as number `seq` (from 1) of its complaint, following the hash `previous`."""
    at_text = instants.to_text(at)
    document = {
        "number": number,
        "seq": seq,
        "at": at_text,
        "actor": actor,
        "type": type(event).__name__,
        "data": vars(event),
        "previous": previous,
        "content": content_hash,
    }
    text = _canonical(document)
    return Record(
        number=number,
        seq=seq,
        at=instants.from_text(at_text),
        actor=actor,
        event=event,
        previous=previous,
        content_hash=content_hash,
        text=text,
        hash=_digest(text),
    )


UNREADABLE = (KeyError, TypeError, ValueError, RecursionError)
"""What reading raises for a text Redress did not write."""


def read(text: str) -> Record:
    """The record that a stored text holds. Raises UNREADABLE for a text Redress did not write."""
    document = json.loads(text)
    if any(not isinstance(document[name], kind) for name, kind in _KINDS.items()):
        raise TypeError("a record with values of other types")
    return Record(
        number=document["number"],
        seq=document["seq"],
        at=instants.from_text(document["at"]),
        actor=document["actor"],
        event=_event(document["type"], document["data"]),
        previous=document["previous"],
        content_hash=document["content"],
        text=text,
        hash=_digest(text),
    )


_KINDS: Mapping[str, type] = {"number": str, "seq": int, "at": str, "data": dict}


def verify(records: Iterable[Record], head: str) -> None:
    """Check the chain from its beginning to `head`; raises ChainBroken at the first flaw."""
    previous, number, seq = GENESIS, "", 0
    for seq, record in enumerate(records, start=1):
        number = number or record.number
        if record.number != number:
            raise ChainBroken(number, seq, f"is of complaint {record.number}")
        if record.seq != seq:
            raise ChainBroken(number, seq, f"found event {record.seq} in its place")
        if record.previous != previous:
            raise ChainBroken(number, seq, "does not carry the hash of the event before it")
        previous = record.hash
    if previous != head:
        raise ChainBroken(number, seq, "is not the head that the register holds")


def _event(kind: str, data: dict[str, Any]) -> Event:
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in data.items()}
    return EVENT_TYPES[kind](**values)


def _canonical(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
