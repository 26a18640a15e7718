"""How the cluster alarm does on the three years: which planted rises it finds, and how soon."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from statistics import median
from typing import NamedTuple

from redress.domain.clusters import Key, Watch
from redress.domain.counting import RECEIVED
from tests.support.cluster_histories import HOUR, LEAD_WEEKS, WEEK, Cluster, History, Hours, judged
from tests.support.three_years.archive import Counters
from tests.support.three_years.house import END, LICENCES, START, Receipt
from tests.support.three_years.recount_figures import ZONES

DIMENSIONS = frozenset({"category", "product", "game", "provider", "payment_route", "language", "channel"})
SIZES = ((0, 15), (15, 30), (30, 60), (60, 10_000))
"""Extra complaints of a rise, from and up to."""

type Counts = dict[Key, Hours]


class Found(NamedTuple):
    """A planted rise: its extra complaints, and the hours to its first alarm; None: there is none."""

    extra: int
    delay: float | None


class Told(NamedTuple):
    """Of a licence: its alarms, true and false, and its rises."""

    true: int
    false: int
    rises: tuple[Found, ...]


def history(pack: str, counters: Counters, planted: Sequence[Receipt], rises: Sequence[Cluster]) -> History:
    """What the alarm sees of a licence, and what is known of it."""
    first = START + LEAD_WEEKS * WEEK
    counts = _counts(counters, pack)
    return History(counts, _planted(planted), rises, first, END, ZONES[pack])


def _counts(counters: Counters, pack: str) -> Counts:
    found: Counts = defaultdict(lambda: defaultdict(int))
    months = [f"{year}-{month:02d}" for year in range(START.year, END.year) for month in range(1, 13)]
    for cell, n in counters.told(pack, months):
        if cell.hour and cell.measure == RECEIVED and cell.dimension in DIMENSIONS:
            key = Key(dimension=cell.dimension, value=cell.value, brand=cell.brand)
            found[key][datetime.fromisoformat(cell.hour).replace(tzinfo=UTC)] += n
    return _plain(found)


def _planted(receipts: Sequence[Receipt]) -> Counts:
    found: Counts = defaultdict(lambda: defaultdict(int))
    for one in receipts:
        hour = one.at.replace(minute=0, second=0, microsecond=0)
        for dimension in one.facts.keys() & DIMENSIONS:
            key = Key(dimension=dimension, value=one.facts[dimension], brand=one.facts["brand"])
            found[key][hour] += 1
    return _plain(found)


def _plain(found: Counts) -> Counts:
    """As another process takes it."""
    return {key: dict(hours) for key, hours in found.items()}


def watched(seen: History) -> Told:
    """What the alarm tells, hour for hour. A rise is found when half of an alarm's excess was planted.

    The licences share the bearable false alarms, as `redress.usecases.watch` has it.
    """
    told = judged(seen, Watch(false_alarms=Watch().false_alarms / len(LICENCES)))
    first = {one.cluster: one.alarm.end for one in reversed(told) if one.cluster}
    rises = []
    for one in seen.clusters:
        end = one.start + one.hours * HOUR
        extra = sum(n for hour, n in seen.planted.get(one.key, {}).items() if one.start <= hour < end)
        rises.append(Found(extra, (first[one] - one.start) / HOUR if one in first else None))
    true = sum(one.cluster is not None for one in told)
    return Told(true, len(told) - true, tuple(rises))


def lines(found: Sequence[Told]) -> Iterator[str]:
    """Precision, recall and delay as a table."""
    rises = [rise for one in found for rise in one.rises]
    yield "| extra complaints | rises | found | recall | median delay, h |"
    yield "|-|-|-|-|-|"
    for low, high in (*SIZES, (0, SIZES[-1][1])):
        some = [one for one in rises if low <= one.extra < high]
        delays = [one.delay for one in some if one.delay is not None]
        recall = f"{len(delays) / len(some):.0%}" if some else "-"
        words = "all" if (low, high) == (0, SIZES[-1][1]) else f"{low} to {high - 1}"
        late = f"{median(delays):.0f}" if delays else "-"
        yield f"| {words} | {len(some)} | {len(delays)} | {recall} | {late} |"
    true, false = sum(one.true for one in found), sum(one.false for one in found)
    precision = f"{true / (true + false):.0%}" if true + false else "-"
    yield f"\n{true} true and {false} false alarms: precision {precision}"
