"""How far the counters lag behind the events, by the complaints that were received last."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypedDict

from redress.domain.instants import to_text
from redress.domain.values import Value


class Newest(Value):
    """A complaint received lately, and how many events it has."""

    number: str
    brand: str
    version: int
    received_at: datetime


class Lag(TypedDict):
    """How many of the complaints received last (`looked_at`) are not counted for all their events yet.

    `since` is when the earliest of them was received (UTC): what was received before it, of those looked at,
    is counted. Counting takes some seconds, so the last one or two may always be among them. It is a sample:
    a lag shows in it, since every complaint has its first events when it is received; a single message that
    was lost shows in `redress check` alone, which reads everything.
    """

    looked_at: int
    uncounted: int
    since: str | None


def lag(newest: Sequence[Newest], counted: Mapping[str, int]) -> Lag:
    """The lag; `counted` says up to which event a complaint is counted, if it is."""
    behind = [one.received_at for one in newest if counted.get(one.number, 0) < one.version]
    return {
        "looked_at": len(newest),
        "uncounted": len(behind),
        "since": to_text(min(behind)) if behind else None,
    }
