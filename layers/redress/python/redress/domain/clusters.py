"""The cluster alarm: which keys get more complaints than chance explains, told once each.

`look` runs every hour, over hourly counts of received complaints by key. What it does:

1. What each key usually brings, and how far chance takes it from that, is learned from the weeks before the
   longest window (`cluster_baseline`).
2. For every key and window (the last 1, 6 and 24 hours) it computes p: how probable so many complaints or
   more are by chance.
3. A window is a **rise** if p is not above its level, and the count at least `minimum`.
4. Rises that are the same complaints seen from several sides become one alarm, for the most specific key.
5. A key, and those named with it, is then silent for `cool_down` hours.

**The level.** The operator says how many false alarms a year are bearable. A year has 8,766 looks, so one
look may spend that part of them. It is shared out equally among dimensions, then among the keys of a
dimension, then among windows (weighted Bonferroni, true whatever the dependence): a thousand games do not
make the ten categories deaf. Looks at a long window overlap, and one chance burst would be counted many
times; bursts of at least k complaints in windows of w hours, m expected, come in clumps, about
(k - m) ** 2 / k of which fit in w hours (Poisson clumping: Aldous 1989; scan statistics: Naus 1982). Where
these are fewer than w, the level is larger by as much. With less than `weeks` weeks of history it is smaller
in proportion, and with less than one week nothing is tested.

**The same complaints.** Counts do not say which complaints two keys share, but they bound it: an hour has no
more shared complaints than the smaller of its counts. One rise is explained by another of its brand and of
another dimension if, in the same window, its excess can lie in the same hours, and (a) it is nearly the same,
alone or together with all rises of its dimension, or (b) it is no more than its usual share of the other. The
alarm is for the rise with the largest excess, or one that is nearly the same with less expected (the game,
not its provider); the others are named in it. What a rise that is silent explains is known already.
"""

import math
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from redress.domain.cluster_baseline import HOUR, Baseline, Counts, Expected, upper_tail
from redress.domain.values import Value

LOOKS_A_YEAR = 8_766
NEARLY = 0.25
"""Two excesses are nearly the same within a quarter of the larger, or within what chance makes of them."""
CHANCE = 3.0
"""So many standard deviations: a rise that is told has five and more."""


class Key(Value):
    """What complaints are counted by: a value of a dimension (`game`, `category`, `language`) in a brand."""

    dimension: str
    value: str
    brand: str

    @property
    def order(self) -> tuple[str, str, str]:
        """Where nothing else decides, so that the same counts always give the same alarms."""
        return self.brand, self.dimension, self.value


class Watch(Value):
    """How the keys are watched. Making one raises ValueError for values that cannot work together."""

    weeks: int = 8
    """Enough for eight of each hour of the week; older weeks say little about this one."""
    windows: tuple[int, ...] = (1, 6, 24)
    """Hours: a burst, half a shift, a day."""
    minimum: int = 4
    """Fewer complaints are read one by one sooner than a letter about them."""
    false_alarms: float = 12.0
    """A year, of the whole installation, at most: one a month is looked into, one a day ignored."""
    cool_down: int = 48
    """Hours. Twice the longest window: then the rest of a day's burst is no second alarm."""

    def __post_init__(self) -> None:
        if not self.windows or min(self.windows) < 1:
            raise ValueError("windows: give at least one, of at least one hour")
        if min(self.weeks, self.minimum) < 1 or self.false_alarms <= 0:
            raise ValueError("weeks, minimum, false_alarms: give numbers greater than zero")
        if self.cool_down < max(self.windows):
            raise ValueError("cool_down: give at least the longest window, or complaints are told twice")


class Alarm(Value):
    """A rise that chance does not explain, with what a letter needs to say so.

    From `start` to `end` (UTC, exclusive) `count` complaints were received; `expected` were, and up to
    `upper` would not have been remarkable. So many or more come by chance with probability `p`; an alarm is
    raised from `level` down. `weeks` full weeks of the key's history say so: 0 is a key that is new. `also`
    are the keys that rose by the same complaints, the most certain first.
    """

    key: Key
    start: datetime
    end: datetime
    count: int
    expected: float
    upper: int
    p: float
    level: float
    weeks: int
    also: tuple[Key, ...]


class Window(NamedTuple):
    """A window of a key: its counts by hour, what was expected, and how probable that is."""

    by_hour: Sequence[int]
    usual: Expected
    p: float
    level: float

    @property
    def excess(self) -> float:
        """Complaints beyond what was expected."""
        return sum(self.by_hour) - self.usual.mean

    @property
    def surprise(self) -> float:
        """What p is of its level: the less, the more certain; up to 1, an alarm is due."""
        return self.p / self.level


class Rise(NamedTuple):
    """A key that rises: its windows by hours, the one that shows it best, its share of its dimension."""

    key: Key
    weeks: int
    share: float
    windows: Mapping[int, Window]
    best: int


def look(
    counts: Mapping[Key, Counts], at: datetime, zone: str, watch: Watch, raised: Mapping[Key, datetime]
) -> list[Alarm]:
    """The alarms due at a full hour (UTC), of which the hours before are complete.

    `zone` is the IANA name of the zone whose weekdays and hours make the complaints' week. `raised` says when
    each key last had an alarm, or was named in one (`also`): the caller keeps it. Hours from `at` on are
    ignored. Raises ZoneInfoNotFoundError for an unknown zone, and nothing for any counts.
    """
    return look_against(learn(counts, at, zone, watch), counts, at, watch, raised)


def learn(counts: Mapping[Key, Counts], at: datetime, zone: str, watch: Watch) -> Baseline[Key]:
    """What is usual, as `look` at this hour takes it. It is the same for all hours of one UTC day."""
    views = max(1, len({key.dimension for key in counts}))
    end = at - max(watch.windows) * HOUR
    in_order = {key: counts[key] for key in sorted(counts, key=lambda key: key.order)}
    return Baseline(in_order, end, zone=zone, weeks=watch.weeks, windows=watch.windows, views=views)


def look_against(
    baseline: Baseline[Key],
    counts: Mapping[Key, Counts],
    at: datetime,
    watch: Watch,
    raised: Mapping[Key, datetime],
) -> list[Alarm]:
    """`look`, with what is usual already learned."""
    if not baseline.weeks:
        return []
    at = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    rises = _rises(baseline, counts, at, watch)
    silent = {key for key, then in raised.items() if at - then < timedelta(hours=watch.cool_down)}
    alarms = []
    for brand in sorted({rise.key.brand for rise in rises}):
        told = _told([rise for rise in rises if rise.key.brand == brand], silent)
        alarms += [_alarm(leader, also, at) for leader, also in told]
    return alarms


def _rises(baseline: Baseline[Key], counts: Mapping[Key, Counts], at: datetime, watch: Watch) -> list[Rise]:
    hours = [at - back * HOUR for back in range(max(watch.windows), 0, -1)]
    cells = [baseline.cell(hour) for hour in hours]
    keys_of = Counter(key.dimension for key in counts)
    a_look = watch.false_alarms / LOOKS_A_YEAR * min(1.0, baseline.weeks / watch.weeks)
    rises = []
    for key, of_key in counts.items():
        by_hour = [of_key.get(hour, 0) for hour in hours]
        if sum(by_hour) < watch.minimum:
            continue
        habit = baseline.habit(key)
        level = a_look / len(keys_of) / keys_of[key.dimension] / len(watch.windows)
        windows = {
            length: _window(by_hour[-length:], baseline.expected(habit, cells[-length:]), level)
            for length in watch.windows
        }
        found = [length for length, window in windows.items() if _is_rise(window, watch)]
        if found:
            best = min(found, key=lambda length: windows[length].surprise)
            rises.append(Rise(key, habit.weeks, _share(baseline, key, counts), windows, best))
    return sorted(rises, key=lambda rise: rise.key.order)


def _share(baseline: Baseline[Key], key: Key, counts: Iterable[Key]) -> float:
    """Which part of its brand's complaints a key usually has; the fullest dimension has them all."""
    rates: dict[str, float] = defaultdict(float)
    for one in counts:
        if one.brand == key.brand:
            rates[one.dimension] += baseline.habit(one).rate
    return baseline.habit(key).rate / max(rates.values())


def _window(by_hour: Sequence[int], usual: Expected, level: float) -> Window:
    count, hours = sum(by_hour), len(by_hour)
    if count <= usual.mean:
        return Window(by_hour, usual, 1.0, level)
    clumps = max(1.0, (count - usual.mean) ** 2 / count)
    return Window(by_hour, usual, upper_tail(count, usual), level * max(1.0, hours / clumps))


def _is_rise(window: Window, watch: Watch) -> bool:
    return window.surprise <= 1 and sum(window.by_hour) >= watch.minimum


def _told(rises: Sequence[Rise], silent: Container[Key]) -> Iterator[tuple[Rise, list[Rise]]]:
    """The rises of a brand that are told, each with those it explains."""
    known = [rise for rise in rises if rise.key in silent]
    fresh = [
        rise for rise in rises if rise.key not in silent and not any(_explains(one, rise) for one in known)
    ]
    while fresh:
        leader = _leader(fresh)
        also = [rise for rise in rises if _explains(leader, rise, rises)]
        fresh = [rise for rise in fresh if rise is not leader and rise not in also]
        yield leader, sorted(also, key=lambda rise: rise.windows[rise.best].surprise)


def _leader(fresh: Sequence[Rise]) -> Rise:
    """The rise with the largest excess, or the most specific of those that are nearly the same."""
    top = max(fresh, key=lambda rise: rise.windows[rise.best].excess)
    alike = [top, *(rise for rise in fresh if rise.key.dimension != top.key.dimension and _same(top, [rise]))]
    return min(alike, key=lambda rise: rise.windows[top.best].usual.mean)


def _explains(leader: Rise, rise: Rise, among: Iterable[Rise] = ()) -> bool:
    """Whether a rise, alone or with all of its dimension `among` these, can be the complaints of another."""
    if rise.key.dimension == leader.key.dimension:
        return False  # no complaint has two values of a dimension
    together = [one for one in among if one.key.dimension == rise.key.dimension] or [rise]
    return _is_usual_share(leader, rise) or _same(leader, [rise]) or _same(leader, together)


def _is_usual_share(leader: Rise, rise: Rise) -> bool:
    length = max(leader.best, rise.best)
    one, window = leader.windows[length], rise.windows[length]
    due = rise.share * max(0.0, one.excess)
    within = window.excess <= due + CHANCE * math.sqrt(window.usual.variance + due)
    return within and _share_hours(one, [window])


def _same(leader: Rise, rises: Sequence[Rise]) -> bool:
    length = max(leader.best, *(rise.best for rise in rises))
    one, others = leader.windows[length], [rise.windows[length] for rise in rises]
    excess = sum(window.excess for window in others)
    chance = CHANCE * math.sqrt(one.usual.variance + sum(window.usual.variance for window in others))
    nearly = abs(one.excess - excess) <= max(NEARLY * max(one.excess, excess), chance)
    return nearly and _share_hours(one, others)


def _share_hours(one: Window, others: Sequence[Window]) -> bool:
    """Whether the smaller excess, or nearly all of it, can be complaints of both."""
    by_hour = map(sum, zip(*(window.by_hour for window in others), strict=True))
    smaller = min(one.excess, sum(window.excess for window in others))
    return sum(map(min, one.by_hour, by_hour)) >= (1 - NEARLY) * smaller


def _alarm(leader: Rise, also: Sequence[Rise], at: datetime) -> Alarm:
    window = leader.windows[leader.best]
    return Alarm(
        key=leader.key,
        start=at - leader.best * HOUR,
        end=at,
        count=sum(window.by_hour),
        expected=window.usual.mean,
        upper=_upper(window),
        p=window.p,
        level=window.level,
        weeks=leader.weeks,
        also=tuple(rise.key for rise in also),
    )


def _upper(window: Window) -> int:
    """The largest count whose probability is above the level: the count of a rise is beyond it."""
    counts = range(sum(window.by_hour))
    return bisect_left(counts, -window.level, key=lambda count: -upper_tail(count + 1, window.usual))
