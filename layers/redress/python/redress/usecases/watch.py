"""Every hour it is looked at which keys rise, and whoever owns one is told, once.

**What is looked at** is the last full hour that ended at least SETTLED ago, with the hours before it, by the
counters as they stand then: a complaint that is counted later is seen by the longer windows of the hours that
follow. A clock that comes late looks at its own hour, not at those it missed; the windows of 6 and 24 hours
reach over them. One that comes twice finds that the hour was looked at.

**Telling.** An alarm is put on record in the transaction that says how far was looked, then its letter is
claimed, sent, and recorded as sent. What was refused, or failed, is tried again by each run for TOLD_FOR from
when it was raised. A letter can come twice where it left and that is not on record: by the next run, when
CLAIM is over.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Protocol

from redress.domain import clock
from redress.domain.cluster_baseline import Counts
from redress.domain.clusters import Alarm, Key, Watch, look
from redress.domain.counting import RECEIVED, Cell, Counted
from redress.domain.raised import Raised, silent
from redress.domain.values import Value
from redress.region import Region, Team
from redress.usecases.ports import Mail, Mailer, MailRefused, Now, VersionConflict

DIMENSIONS = frozenset(
    {"category", "product", "game", "provider", "payment_route", "language", "channel"},
)
"""What is known of a complaint when it comes. A team is its categories again, a cause is found weeks later,
severity and nature are what triage says. All together is no key: whatever all complaints do, their
categories and languages do, and it would cost each of them some of its level."""

SETTLED = timedelta(minutes=10)
"""After an hour, until what was received in it is counted; that takes seconds, if nothing fails."""

WEEK, DAY, HOUR = timedelta(weeks=1), timedelta(days=1), timedelta(hours=1)

CLAIM = timedelta(minutes=10)
"""Longer than a run may take, and shorter than the time until the next one."""

TOLD_FOR = timedelta(hours=48)
"""Then the rise is as old as its silence: whoever is responsible was told by the alarm of the stack."""

MOST_AT_ONCE = 99
"""Alarms of a look, the most certain first; others rise in the next hour, too."""

MOST_NAMED, MOST_LOOKED_AT = 50, 1_000
"""Complaints that an alarm names, and those that are looked at for them."""


class Counters(Protocol):
    """The counters, and what each complaint was counted for."""

    def month(self, pack: str, month: str, measure: str = "") -> Iterator[tuple[Cell, int]]:
        """Those of a licence in a local month, of a measure alone where one is named."""

    def counted(self, number: str) -> Counted:
        """What a complaint was counted for."""


class Received(Protocol):
    """The register."""

    def numbers(self, pack: str, brand: str, start: datetime, end: datetime) -> Iterable[str]:
        """Complaints of a brand received from one instant up to another, the latest first."""


class Alarms(Protocol):
    """The register of alarms. Each write is one transaction."""

    def looked(self, pack: str) -> datetime | None:
        """Up to which full hour (UTC) a licence was looked at."""

    def alarms(self, since: datetime) -> Sequence[Raised]:
        """Those whose window ended at an instant or later, the oldest first."""

    def add(self, pack: str, until: datetime, raised: Sequence[Raised]) -> None:
        """Put on record how far was looked, and what was raised. Raises VersionConflict."""

    def claim(self, one: Raised, now: datetime, until: datetime) -> bool:
        """Whether its letter may be sent by the caller, and by nobody else until then."""

    def release(self, one: Raised) -> None:
        """Whoever claimed the letter did not send it."""

    def told(self, one: Raised, at: datetime, message_id: str) -> None:
        """The letter left."""


class Register(Protocol):
    """The alarms that were raised."""

    def alarms(self) -> Sequence[Raised]:
        """All of them, the oldest first."""


type Place = tuple[datetime, str]
type Render = Callable[[Raised, Region, datetime], Mail]


class WatchDesk(Value):
    """What watching needs."""

    counters: Counters
    received: Received
    alarms: Alarms
    region: Region
    mailer: Mailer
    render: Render
    now: Now


def watch(desk: WatchDesk, pack: str, licences: int) -> Sequence[Raised]:
    """Look at a licence, one of so many, and put on record what rises; what was raised now.

    The false alarms that are bearable in a year are shared out among licences. Raises RulePackInvalid.
    """
    now = desk.now()
    at = (now - SETTLED).astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    looked = desk.alarms.looked(pack)
    if looked is not None and looked >= at:
        return ()
    zone = desk.region.pack(pack).timezone
    how = Watch(false_alarms=Watch().false_alarms / licences)
    counts = _counts(desk, pack, at, zone, how)
    known = silent(desk.alarms.alarms(at - timedelta(hours=how.cool_down)), pack)
    due = sorted(look(counts, at, zone, how, known), key=lambda one: (one.p / one.level, one.key.order))
    raised = [
        Raised(
            pack=pack,
            alarm=alarm,
            complaints=tuple(_complaints(desk, pack, alarm)),
            raised_at=now,
            silent_until=at + timedelta(hours=how.cool_down),
        )
        for alarm in due[:MOST_AT_ONCE]
    ]
    try:
        desk.alarms.add(pack, at, raised)
    except VersionConflict:  # whoever looks at the same hour at once raises the same
        return ()
    return raised


def untold(desk: WatchDesk) -> Sequence[Raised]:
    """The alarms that were raised in the last while, and whose owner knows of nothing; the oldest first."""
    since = desk.now() - TOLD_FOR
    raised = desk.alarms.alarms(since - DAY)
    return [one for one in raised if one.told_at is None and one.raised_at >= since]


def tell(desk: WatchDesk, one: Raised) -> bool:
    """Send the letter of an alarm; whether it left.

    Raises LetterIncomplete, and whatever the mail service ends with when nobody knows whether it did.
    """
    mail = desk.render(one, desk.region, desk.now())
    if not desk.alarms.claim(one, desk.now(), desk.now() + CLAIM):
        return False
    try:
        message_id = desk.mailer.send(mail)
    except MailRefused:
        desk.alarms.release(one)
        return False
    desk.alarms.told(one, desk.now(), message_id)
    return True


def listed(
    register: Register, brands: Container[str], limit: int, before: Place | None
) -> tuple[Sequence[Raised], Place | None]:
    """Part of the register before a place, the latest alarm first, of brands alone.

    With it comes the place of the last one; None at the end of the list.
    """
    wanted = [
        one
        for one in reversed(register.alarms())
        if one.alarm.key.brand in brands and (before is None or one.place < before)
    ]
    part = wanted[:limit]
    return part, part[-1].place if len(wanted) > limit else None


def owner(region: Region, alarm: Alarm) -> Team:
    """The team of the category that rises, or of the first one that rose with it; else the first team."""
    named = (key.value for key in (alarm.key, *alarm.also) if key.dimension == "category")
    return region.team_for(next(named, ""))


def _counts(desk: WatchDesk, pack: str, at: datetime, zone: str, how: Watch) -> Mapping[Key, Counts]:
    """What was received by key and hour, of the brands that there are, as far back as it is looked at."""
    brands = {brand.id for brand in desk.region.brands}
    reach = how.weeks * WEEK + max(how.windows) * HOUR + 2 * DAY
    found: dict[Key, Counter[datetime]] = defaultdict(Counter)
    for month in _months(at - reach, at, zone):
        for cell, count in desk.counters.month(pack, month, RECEIVED):
            if cell.dimension in DIMENSIONS and cell.brand in brands:
                key = Key(dimension=cell.dimension, value=cell.value, brand=cell.brand)
                found[key][_hour(cell)] += count
    return found


def _months(start: datetime, end: datetime, zone: str) -> Iterator[str]:
    """The local months of a zone between two instants, as text."""
    first, last = (clock.local_day(at, zone) for at in (start, end))
    for place in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        yield f"{place // 12:04d}-{place % 12 + 1:02d}"


def _hour(cell: Cell) -> datetime:
    return datetime.fromisoformat(cell.hour).replace(tzinfo=UTC)


def _complaints(desk: WatchDesk, pack: str, alarm: Alarm) -> Iterator[str]:
    """Complaints that were counted for the key in the window, as they are counted now."""
    key = alarm.key
    numbers = desk.received.numbers(pack, key.brand, alarm.start, alarm.end)
    of_key = (number for number in islice(numbers, MOST_LOOKED_AT) if _counts_for(desk, number, alarm))
    return islice(of_key, MOST_NAMED)


def _counts_for(desk: WatchDesk, number: str, alarm: Alarm) -> bool:
    return any(
        (cell.measure, cell.dimension, cell.value) == (RECEIVED, alarm.key.dimension, alarm.key.value)
        and alarm.start <= _hour(cell) < alarm.end
        for cell in desk.counters.counted(number).counts
    )
