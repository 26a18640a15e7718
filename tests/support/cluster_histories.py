"""Histories of complaints as operators have them, quiet or with clusters planted in them, and how the cluster
alarm does on them. With

    .venv/bin/python -m tests.support.cluster_histories

it prints the figures of the seeds from REPORTED on, in some ten minutes of two cores. The settings were
chosen on the seeds from TUNING on, before the others were looked at.

The histories are not drawn from what the alarm supposes: phones are answered in office hours; days and
categories vary log-normally; bank holidays are calm or busy; the house grows by a quarter a year; and one in
fifteen complaints is followed by another of the same player in the same hour.
"""

import math
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import median
from typing import NamedTuple
from zoneinfo import ZoneInfo

from redress.domain.clusters import Alarm, Key, Watch, learn, look_against

TUNING, REPORTED = 1_000, 9_000
START = datetime(2025, 1, 6, tzinfo=UTC)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
LEAD_WEEKS = 9
BRAND, ZONE = "northlight", "Europe/Malta"
SIZES = (0.5, 3, 20)
"""Usual complaints a day of a key that gets a cluster."""
TIMES, LASTING = (3, 5, 10), (6, 24, 48)
ENOUGH = 20
SLOT_DAYS = 7
"""One cluster in each, so that it is known which cluster an alarm is about."""

CATEGORIES = {
    "deposits_withdrawals": 34,
    "bonuses": 18,
    "game_results": 14,
    "bet_settlement": 12,
    "account": 9,
    "verification": 6,
    "technical": 4,
    "safer_gambling": 2,
    "privacy": 0.6,
    "other": 0.4,
}
PRODUCTS = {"casino": 6, "sports": 3, "poker": 1}
CHANNELS = {"form": 50, "app": 25, "phone": 15, "chat": 10}
LANGUAGES = {"en": 60, "de": 20, "fi": 10, "fr": 6, "sv": 3, "pl": 1}
GAMES = {f"game-{rank}": 1 / rank for rank in range(1, 61)}
ROUTES = {f"route-{rank}": 1 / rank for rank in range(1, 9)}
PROVIDERS = 9
DAY_OF_FORM = (5, 3, 2, 1, 1, 1, 2, 3, 4, 5, 6, 6, 6, 6, 6, 6, 7, 8, 10, 12, 13, 12, 10, 8)
DAY_OF_PHONE = (0,) * 8 + (2, 9, 12, 11, 8, 9, 11, 10, 8, 5, 2) + (0,) * 5
WEEK_OF_FORM = (0.95, 0.85, 0.85, 0.9, 1.05, 1.25, 1.15)
WEEK_OF_PHONE = (1.6, 1.4, 1.35, 1.3, 1.35, 0, 0)
FOLLOWED = 1 / 15

type Hours = dict[datetime, int]
type Facts = dict[str, str]


class Cluster(NamedTuple):
    """Planted: for so many hours the key has so many times its usual complaints.

    `usual` is its rate a day, `size` the one that was looked for.
    """

    key: Key
    start: datetime
    hours: int
    times: int
    usual: float
    size: float


class History(NamedTuple):
    """What was received by key and hour, which part of it was planted, and the time that is watched.

    `zone` is that of its weekdays and hours.
    """

    counts: Mapping[Key, Hours]
    planted: Mapping[Key, Hours]
    clusters: Sequence[Cluster]
    first: datetime
    last: datetime
    zone: str = ZONE


class Told(NamedTuple):
    """An alarm, and the cluster that it is about; None: it is false."""

    alarm: Alarm
    cluster: Cluster | None


class House:
    """An operator with so many complaints a day at the beginning."""

    def __init__(self, a_day: float, days: int, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311  (a history, no secret)
        self.a_day, self.days = a_day, days
        self.zone = ZoneInfo(ZONE)
        self.counts: dict[Key, Hours] = defaultdict(lambda: defaultdict(int))
        self.planted: dict[Key, Hours] = defaultdict(lambda: defaultdict(int))

    def history(self, plan: Iterable[tuple[float, int, int]] = ()) -> History:
        """All of it. `plan` gives each slot's cluster: usual complaints a day of its key, times, hours."""
        for day in range(self.days):
            self._live(START + day * DAY)
        first = START + LEAD_WEEKS * WEEK
        clusters = [self._plant(first + slot * SLOT_DAYS * DAY, *one) for slot, one in enumerate(plan)]
        return History(self.counts, self.planted, clusters, first, START + self.days * DAY)

    def _live(self, day: datetime) -> None:
        draw = self.random
        grown = 1.25 ** ((day - START) / (365 * DAY))
        holiday = draw.choice((0.6, 0.7, 1.3, 1.5)) if draw.random() < 10 / 365 else 1
        level = self.a_day * grown * holiday * draw.lognormvariate(-0.01, 0.14)
        categories = {name: share * draw.lognormvariate(-0.02, 0.2) for name, share in CATEGORIES.items()}
        for hour in (day + step * HOUR for step in range(24)):
            shares = self._channels(hour)
            for _ in range(poisson(draw, level / 24 * sum(shares.values()) / sum(CHANNELS.values()))):
                facts = self._facts({"channel": some(draw, shares), "category": some(draw, categories)})
                self._receive(facts, hour, self.counts)
                if draw.random() < FOLLOWED:
                    self._receive(facts, hour, self.counts)

    def _channels(self, hour: datetime) -> dict[str, float]:
        """How many complaints each channel gets in this hour, relative to its mean one."""
        local = hour.astimezone(self.zone)
        form = 24 * DAY_OF_FORM[local.hour] / sum(DAY_OF_FORM) * WEEK_OF_FORM[local.weekday()]
        phone = 24 * DAY_OF_PHONE[local.hour] / sum(DAY_OF_PHONE) * WEEK_OF_PHONE[local.weekday()]
        return {name: share * (phone if name == "phone" else form) for name, share in CHANNELS.items()}

    def _facts(self, known: Facts) -> Facts:
        """A complaint of which some facts are known."""
        draw = self.random
        facts = {"language": some(draw, LANGUAGES), "channel": some(draw, CHANNELS), **known}
        if "game" in known:
            facts.setdefault("category", some(draw, {"game_results": 7, "technical": 2, "bonuses": 1}))
        if "payment_route" in known:
            facts["category"] = "deposits_withdrawals"
        facts.setdefault("category", some(draw, CATEGORIES))
        casino = "game" in known or facts["category"] == "game_results"
        sports = facts["category"] == "bet_settlement"
        facts["product"] = "casino" if casino else "sports" if sports else some(draw, PRODUCTS)
        if facts["product"] == "casino" and ("game" in known or draw.random() < 0.6):
            facts.setdefault("game", some(draw, GAMES))
            facts["provider"] = f"provider-{int(facts['game'].partition('-')[2]) % PROVIDERS}"
        if facts["category"] == "deposits_withdrawals":
            facts.setdefault("payment_route", some(draw, ROUTES))
        return facts

    def _receive(self, facts: Facts, hour: datetime, *where: Mapping[Key, Hours]) -> None:
        for dimension, value in facts.items():
            for counts in where:
                counts[Key(dimension=dimension, value=value, brand=BRAND)][hour] += 1

    def _plant(self, slot: datetime, a_day: float, times: int, hours: int) -> Cluster:
        draw = self.random
        start = slot + draw.randrange((SLOT_DAYS - 4) * 24) * HOUR
        key, usual = self._key_with(a_day)
        for hour in (start + step * HOUR for step in range(hours)):
            share = sum(self._channels(hour).values()) / sum(CHANNELS.values())
            for _ in range(poisson(draw, (times - 1) * usual / 24 * share)):
                facts = self._facts({key.dimension: key.value, "channel": some(draw, self._channels(hour))})
                self._receive(facts, hour, self.counts, self.planted)
        return Cluster(key, start, hours, times, usual, a_day)

    def _key_with(self, a_day: float) -> tuple[Key, float]:
        """A key of which a cluster is likely, whose usual rate is near to one."""
        usual = {
            key: (sum(hours.values()) - sum(self.planted.get(key, {}).values())) / self.days
            for key, hours in self.counts.items()
            if key.dimension in {"game", "payment_route", "category", "language"}
        }
        nearest = sorted(usual, key=lambda key: (abs(math.log(usual[key] / a_day)), key.order))
        key = self.random.choice(nearest[:4])
        return key, usual[key]


def poisson(draw: Random, mean: float) -> int:
    """So many, by multiplying what is left until it is less than e to the minus mean."""
    count, left, limit = 0, draw.random(), math.exp(-mean)
    while left > limit:
        count += 1
        left *= draw.random()
    return count


def some(draw: Random, shares: Mapping[str, float]) -> str:
    """One of these, as often as its share says."""
    return draw.choices(list(shares), list(shares.values()))[0]


def watched(history: History, watch: Watch) -> Iterator[Alarm]:
    """What the alarm tells, hour for hour, to a caller that keeps who was named."""
    raised: dict[Key, datetime] = {}
    at, weeks = history.first, watch.weeks + 2
    while at < history.last:
        recent = _between(history.counts, at - weeks * WEEK, at + WEEK)
        for day in range(7):
            baseline = learn(recent, at + day * DAY, history.zone, watch)
            for hour in range(24):
                now = at + day * DAY + hour * HOUR
                for alarm in look_against(baseline, recent, now, watch, raised):
                    raised.update(dict.fromkeys((alarm.key, *alarm.also), now))
                    yield alarm
        at += WEEK


def _between(counts: Mapping[Key, Hours], start: datetime, end: datetime) -> dict[Key, Hours]:
    return {
        key: {hour: count for hour, count in hours.items() if start <= hour < end}
        for key, hours in counts.items()
    }


def judged(history: History, watch: Watch) -> list[Told]:
    """Every alarm with its cluster. It is true if at least half of its excess was planted."""
    return [Told(alarm, _cluster_of(alarm, history)) for alarm in watched(history, watch)]


def _cluster_of(alarm: Alarm, history: History) -> Cluster | None:
    hours = history.planted.get(alarm.key, {})
    planted = sum(count for hour, count in hours.items() if alarm.start <= hour < alarm.end)
    if planted < (alarm.count - alarm.expected) / 2:
        return None
    about = (
        one
        for one in history.clusters
        if one.start < alarm.end and alarm.start < one.start + one.hours * HOUR
    )
    return next(about, None)


class Score(NamedTuple):
    """Of clusters of one kind: how many there were, their extra complaints, and what was told of them."""

    planted: int
    extra: int
    found: int
    named: int
    delays: tuple[float, ...]


type Kind = tuple[float, int, int]
type Scores = Mapping[Kind, Score]


class Outcome(NamedTuple):
    """Of one or more histories: the weeks watched, the true and the false alarms, the scores of clusters."""

    weeks: float
    true: int
    false: int
    scores: Scores

    @property
    def precision(self) -> float:
        """The share of alarms that were about a cluster."""
        return self.true / max(1, self.true + self.false)

    @property
    def false_a_year(self) -> float:
        """False alarms in 365.25 days."""
        return self.false / self.weeks * 365.25 / 7


def outcome(history: History, watch: Watch) -> Outcome:
    """How the alarm does on a history. Delays are hours from the start of a cluster to its first alarm."""
    told = judged(history, watch)
    true = [one for one in told if one.cluster]
    first = {one.cluster: one.alarm for one in reversed(true)}
    scores: Scores = {}
    for one in history.clusters:
        kind = (one.size, one.times, one.hours)
        before = [scores[kind]] if kind in scores else []
        scores = {**scores, kind: together([*before, _score(one, history, first.get(one))])}
    return Outcome((history.last - history.first) / WEEK, len(true), len(told) - len(true), scores)


def _score(cluster: Cluster, history: History, alarm: Alarm | None) -> Score:
    end = cluster.start + cluster.hours * HOUR
    of_key = history.planted.get(cluster.key, {})
    extra = sum(count for hour, count in of_key.items() if cluster.start <= hour < end)
    if not alarm:
        return Score(1, extra, 0, 0, ())
    named = cluster.key in {alarm.key, *alarm.also}
    return Score(1, extra, 1, int(named), ((alarm.end - cluster.start) / HOUR,))


def together(scores: Sequence[Score]) -> Score:
    """The scores of several as one."""
    delays = tuple(delay for one in scores for delay in one.delays)
    return Score(
        sum(one.planted for one in scores),
        sum(one.extra for one in scores),
        sum(one.found for one in scores),
        sum(one.named for one in scores),
        delays,
    )


def all_of(outcomes: Iterable[Outcome]) -> Outcome:
    """The outcomes of several histories as one."""
    weeks, true, false, scores = zip(*outcomes, strict=True)
    kinds = sorted({kind for of_one in scores for kind in of_one})
    joined = {kind: together([of_one[kind] for of_one in scores if kind in of_one]) for kind in kinds}
    return Outcome(sum(weeks), sum(true), sum(false), joined)


class Job(NamedTuple):
    """A history to be watched: complaints a day of the house, weeks, its seed, whether there are clusters."""

    a_day: float
    weeks: int
    seed: int
    planted: bool

    def done(self) -> Outcome:
        """What the alarm makes of it."""
        house = House(self.a_day, 7 * (LEAD_WEEKS + self.weeks), self.seed)
        return outcome(house.history(plan(self.weeks, self.seed) if self.planted else ()), Watch())


def plan(slots: int, seed: int) -> list[tuple[float, int, int]]:
    """Clusters of every kind, equally often, in some order."""
    kinds = [(a_day, times, hours) for a_day in SIZES for times in TIMES for hours in LASTING]
    Random(seed).shuffle(kinds)  # noqa: S311  (as above)
    return [kinds[slot % len(kinds)] for slot in range(slots)]


QUIET = {
    a_day: [Job(a_day, 26, REPORTED + part, planted=False) for part in (1, 2)] for a_day in (12, 100, 400)
}
PLANTED = [Job(120, 27, REPORTED + 100 + part, planted=True) for part in range(8)]


def main() -> None:
    """Print the figures as the tables of a README."""
    with ProcessPoolExecutor() as pool:
        planted = pool.map(Job.done, PLANTED)
        quiet = {a_day: pool.map(Job.done, jobs) for a_day, jobs in QUIET.items()}
        _say(*_of_planted(all_of(planted)), "", "| quiet house, complaints a day | weeks | alarms | a year |")
        _say("|-|-|-|-|")
        for a_day, outcomes in quiet.items():
            of_all = all_of(outcomes)
            _say(f"| {a_day} | {of_all.weeks:.0f} | {of_all.false} | {of_all.false_a_year:.1f} |")


def _say(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def _of_planted(of_all: Outcome) -> list[str]:
    lines = [
        "| a day | times | for, h | clusters | extra complaints each | found | named | median delay, h |",
        "|-|-|-|-|-|-|-|-|",
    ]
    for (size, times, hours), one in of_all.scores.items():
        delay = f"{median(one.delays):.0f}" if one.delays else ""
        cells = (
            size,
            times,
            hours,
            one.planted,
            f"{one.extra / one.planted:.0f}",
            one.found,
            one.named,
            delay,
        )
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    enough = [one for one in of_all.scores.values() if one.extra >= ENOUGH * one.planted]
    for what, scores in (
        ("all", list(of_all.scores.values())),
        (f"kinds with {ENOUGH} extra or more", enough),
    ):
        one = together(scores)
        share, typical = one.found / one.planted, median(one.delays)
        lines.append(
            f"\n{what}: {one.found} of {one.planted} found ({share:.0%}), median delay {typical:.0f} h"
        )
    precision = f"{of_all.precision:.0%}"
    return [*lines, f"\n{of_all.true} true and {of_all.false} false alarms: precision {precision}"]


if __name__ == "__main__":
    main()
