"""Alarms that were raised: what their owner is told of, and what is silent because of them."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime

from redress.domain.clusters import Alarm, Key
from redress.domain.values import Value


class Raised(Value):
    """An alarm on record. Instants are UTC.

    `complaints` are numbers of those it is about, the latest first; there are `more` besides. Its key, and
    those named with it, raise no other one before `silent_until`. `told_at` is when its owner was sent the
    letter, which `message_id` names at the mail service.
    """

    pack: str
    alarm: Alarm
    complaints: tuple[str, ...]
    raised_at: datetime
    silent_until: datetime
    told_at: datetime | None = None
    message_id: str | None = None

    @property
    def id(self) -> str:
        """The same for the same rise of a licence, whoever raises it."""
        of = (self.pack, *self.alarm.key.order, self.alarm.end.isoformat())
        return f"rise-{hashlib.sha256('\n'.join(of).encode()).hexdigest()[:16]}"

    @property
    def more(self) -> int:
        """How many complaints of the rise are not among those named."""
        return max(0, self.alarm.count - len(self.complaints))

    @property
    def place(self) -> tuple[datetime, str]:
        """Where it stands in the register of alarms."""
        return self.alarm.end, self.id


def silent(raised: Iterable[Raised], pack: str) -> Mapping[Key, datetime]:
    """When each key of a licence was last told of, or named with one that was."""
    found: dict[Key, datetime] = {}
    for one in sorted(raised, key=lambda one: one.place):
        if one.pack == pack:
            found.update(dict.fromkeys((one.alarm.key, *one.alarm.also), one.alarm.end))
    return found
