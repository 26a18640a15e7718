"""What the operator's API shows of alarms about rises. Instants are RFC 3339 in UTC."""

from collections.abc import Iterable
from typing import TypedDict

from redress.domain import instants
from redress.domain.clusters import Key
from redress.domain.raised import Raised
from redress.http.routes import COMPLAINTS
from redress.http.views import text
from redress.region import Region
from redress.usecases.watch import owner


class KeyView(TypedDict):
    """What complaints are counted by: a value of a dimension."""

    dimension: str
    value: str


class RisenComplaintView(TypedDict):
    """A complaint that an alarm is about."""

    number: str
    self: str


class AlarmView(TypedDict):
    """A rise that chance does not explain.

    From `start` to `end` (exclusive) `count` complaints of the key were received; `expected` were, and up to
    `upper` would not have been remarkable. So many or more come by chance with `probability`; an alarm is
    raised from `level` down. `weeks` full weeks of the key's history say so, 0 where it is new. `also` rose
    most likely by the same complaints. Of these the latest are named, and there are `more`. `owner` is the
    team that is written to, at `told_at`. Key and `also` raise no other alarm before `silent_until`.
    """

    alarm: str
    pack: str
    brand: str
    key: KeyView
    start: str
    end: str
    count: int
    expected: float
    upper: int
    probability: float
    level: float
    weeks: int
    also: list[KeyView]
    complaints: list[RisenComplaintView]
    more: int
    owner: str
    raised_at: str
    told_at: str | None
    silent_until: str


class AlarmPageView(TypedDict):
    """A part of the list, the latest first.

    `cursor` and `next` lead to the part that follows and are null at the end.
    """

    items: list[AlarmView]
    cursor: str | None
    next: str | None


def page(found: Iterable[Raised], region: Region, cursor: str | None, next_path: str | None) -> AlarmPageView:
    """A part of the list."""
    return {"items": [_alarm(one, region) for one in found], "cursor": cursor, "next": next_path}


def _alarm(one: Raised, region: Region) -> AlarmView:
    alarm = one.alarm
    return {
        "alarm": one.id,
        "pack": one.pack,
        "brand": alarm.key.brand,
        "key": _key(alarm.key),
        "start": instants.to_text(alarm.start),
        "end": instants.to_text(alarm.end),
        "count": alarm.count,
        "expected": alarm.expected,
        "upper": alarm.upper,
        "probability": alarm.p,
        "level": alarm.level,
        "weeks": alarm.weeks,
        "also": [_key(key) for key in alarm.also],
        "complaints": [{"number": number, "self": f"{COMPLAINTS}/{number}"} for number in one.complaints],
        "more": one.more,
        "owner": owner(region, alarm).id,
        "raised_at": instants.to_text(one.raised_at),
        "told_at": text(one.told_at),
        "silent_until": instants.to_text(one.silent_until),
    }


def _key(key: Key) -> KeyView:
    return {"dimension": key.dimension, "value": key.value}
