"""What a key usually brings, and how far chance takes it from that: learned from the weeks before.

A key is anything whose complaints are counted: a game, a category, a payment route. Its count in a window of
hours is taken as negative binomial, which is Poisson whose rate itself varies (Noufaily et al. 2013, An
improved algorithm for outbreak detection in multiple surveillance systems). The mean and the shape come from
what follows.

- **Rate**: complaints per hour since the key was first seen in these weeks; a week ago weighs more than two
  months ago (half as much every four weeks), so slow growth is followed. A key never seen before is expected
  to bring one complaint in two days; that complaint and those days are part of every rate.
- **Week**: an hour of the week (local weekday and hour) takes its share first from all complaints together,
  then from the key's own weekdays, then its own hours. At each step a factor is pulled to 1 by ten complaints
  that agree with the step before, so a key with few complaints keeps everybody's week. An hour that the
  clocks repeat or skip is counted as the hours that really passed.
- **Past outbreaks**: what a day brought beyond 2.58 standard deviations of its usual count (the larger of
  the mean day and the median of this weekday) is left out, after Farrington et al. 1996.
- **Overdispersion**: variance = batches * mean + variation * mean ** 2. `batches` is more than 1 where people
  complain several times in one hour; it is one number for all keys. `variation` is that of busy and calm
  times, for each length of window; a key's own is pulled to that of all by fifty squared complaints.
- **Doubt about the rate**: one learned from n complaints is itself only known to 1 / n (relative variance),
  as of a gamma distributed rate; few weeks or few complaints make the expected range wider.
"""

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import NamedTuple
from zoneinfo import ZoneInfo

HOUR = timedelta(hours=1)
WEEKDAYS, HOURS = 7, 24
CELLS = WEEKDAYS * HOURS
"""The hours of a week, Monday's first; local."""
# The groups of hours that get a factor in common.
BY_WEEKDAY = [slice(first, first + HOURS) for first in range(0, CELLS, HOURS)]
BY_HOUR = [slice(hour, CELLS, HOURS) for hour in range(HOURS)]
BY_CELL = [slice(cell, cell + 1) for cell in range(CELLS)]

UNSEEN_HOURS = 48.0
HALF_LIFE = 28 * HOURS
AGREEING, AGREEING_SQUARES = 10.0, 50.0
UNUSUAL = 2.58
"""Standard deviations, the threshold that Noufaily et al. found best."""
BATCHES_OF_A_DAY, VARIATION_OF_A_DAY = 1.5, 0.1
"""How far a day may lie from its usual count before it is known how far days do; more than most do."""
ROUNDS = 3
"""Of finding the mean day without what is left out; a fourth changes nothing that is seen."""
LEAST_VARIATION = 0.02
"""Growth, holidays and promotions move even the largest key by a seventh (relative variance of its mean)."""

NO_ZERO = 1e-300
"""Stands for a zero that is divided by, as in the method of Lentz."""

type Counts = Mapping[datetime, int]
type Series = Mapping[int, float]


class Expected(NamedTuple):
    """The count of a window: its mean, and the shape of its negative binomial distribution."""

    mean: float
    shape: float

    @property
    def variance(self) -> float:
        """In complaints, squared."""
        return self.mean + self.mean**2 / self.shape


class Habit(NamedTuple):
    """What a key usually does: complaints per hour of a mean week, how the week has them, how it varies.

    `behind` is how many complaints say so, `weeks` how many full weeks, `variation` is by hours of window.
    """

    rate: float
    week: Sequence[float]
    behind: float
    weeks: int
    variation: Mapping[int, float]


class _Squares(NamedTuple):
    """Over all windows of one length: of the differences, of the means, and the plain sum of the means."""

    differences: float
    means: float
    plain: float


class Baseline[K: Hashable]:
    """The habits of all keys, from the whole weeks that end with the last UTC midnight at or before `end`.

    `views` is how many keys count one complaint, `zone` the IANA name of the zone whose weekdays and hours
    count. Hours outside these weeks are ignored. Nothing raises for any counts; an unknown zone raises
    ZoneInfoNotFoundError.
    """

    def __init__(
        self,
        counts: Mapping[K, Counts],
        end: datetime,
        *,
        zone: str,
        weeks: int,
        windows: Iterable[int],
        views: int,
    ) -> None:
        self._zone = ZoneInfo(zone)
        self._hours = weeks * CELLS
        midnight = end.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        self._start = midnight - self._hours * HOUR
        series = {key: self._series(hours) for key, hours in counts.items()}
        seen = {key: hours for key, hours in series.items() if hours}
        first = min((_first_day(hours) for hours in seen.values()), default=self._hours // HOURS)
        self.weeks = (self._hours - first * HOURS) // CELLS
        """Full weeks between the first complaint of all and the end."""
        self._cells = [self.cell(self._start + hour * HOUR) for hour in range(self._hours)]
        self._weights = [0.5 ** ((self._hours - hour) / HALF_LIFE) for hour in range(self._hours)]
        self._exposures = self._exposures_by_first_day()
        damped = {key: _damped(hours, self._hours // HOURS) for key, hours in seen.items()}
        self._week = self._week_of_all(damped.values(), first, views)
        self._habits: dict[K, Habit] = {}
        self._batches, self._variation = 1.0, dict.fromkeys((1, *windows), LEAST_VARIATION)
        if self.weeks:
            self._learn(damped)

    def cell(self, hour: datetime) -> int:
        """Which hour of the local week an hour (UTC) belongs to."""
        local = hour.astimezone(self._zone)
        return local.weekday() * HOURS + local.hour

    def habit(self, key: K) -> Habit:
        """What the key usually does; if it was never seen, what is supposed of such a key."""
        return self._habits.get(key) or Habit(1 / UNSEEN_HOURS, self._week, 1, 0, self._variation)

    def expected(self, habit: Habit, cells: Sequence[int]) -> Expected:
        """The count of a window over these hours of the week. `cells` are as many as a window has."""
        mean = habit.rate * sum(habit.week[cell] for cell in cells)
        variation = habit.variation[len(cells)]
        return Expected(mean, 1 / ((self._batches - 1) / mean + variation + 1 / habit.behind))

    def _series(self, hours: Counts) -> dict[int, float]:
        """Counts by hour since the start, those of the history alone, in order: no sum depends on chance."""
        series: dict[int, float] = {}
        for hour, count in hours.items():
            at = (hour - self._start) // HOUR
            if 0 <= at < self._hours and count > 0:
                series[at] = series.get(at, 0) + count
        return dict(sorted(series.items()))

    def _exposures_by_first_day(self) -> list[list[float]]:
        """The weights of the hours that passed, by hour of the week, from each day to the end."""
        left = [0.0] * CELLS
        exposures = [left]
        for day in reversed(range(self._hours // HOURS)):
            left = left.copy()
            for hour in range(day * HOURS, (day + 1) * HOURS):
                left[self._cells[hour]] += self._weights[hour]
            exposures.append(left)
        return exposures[::-1]

    def _seen_by_cell(self, series: Series) -> list[float]:
        seen = [0.0] * CELLS
        for hour, count in series.items():
            seen[self._cells[hour]] += count * self._weights[hour]
        return seen

    def _week_of_all(self, all_series: Iterable[Series], first: int, views: int) -> Sequence[float]:
        seen = [0.0] * CELLS
        for series in all_series:
            for hour, count in series.items():
                seen[self._cells[hour]] += count * self._weights[hour] / views
        week: Sequence[float] = [1.0] * CELLS
        for groups in (BY_WEEKDAY, BY_HOUR, BY_CELL):
            week = _adapted(week, seen, self._exposures[first], groups)
        return week

    def _learn(self, damped: Mapping[K, Series]) -> None:
        plain = {key: self._habit(series) for key, series in damped.items()}
        squares = {key: self._squares(plain[key], series) for key, series in damped.items()}
        single = [of[1] for of in squares.values()]
        self._batches = max(1.0, sum(of.differences for of in single) / sum(of.plain for of in single))
        self._variation = {
            hours: self._varying([of[hours] for of in squares.values()], 0.0, 0.0)
            for hours in self._variation
        }
        for key, habit in plain.items():
            variation = {
                hours: self._varying([squares[key][hours]], AGREEING_SQUARES, of_all)
                for hours, of_all in self._variation.items()
            }
            self._habits[key] = habit._replace(variation=variation)

    def _habit(self, series: Series) -> Habit:
        first = _first_day(series)
        exposure, seen, week = self._exposures[first], self._seen_by_cell(series), self._week
        for groups in (BY_WEEKDAY, BY_HOUR):
            week = _adapted(week, seen, exposure, groups)
        total = max(1.0, sum(seen))
        passed = UNSEEN_HOURS + sum(map(float.__mul__, week, exposure))
        return Habit(total / passed, week, total, (self._hours - first * HOURS) // CELLS, {})

    def _squares(self, habit: Habit, series: Series) -> Mapping[int, _Squares]:
        """By length of window. They lie side by side, from the end back to the day the key was first seen."""
        first = _first_day(series) * HOURS
        hourly = map(habit.week.__getitem__, self._cells[first:])
        sums = list(accumulate(hourly, initial=0.0))[::-1]
        return {
            hours: _of_windows(habit.rate, sums, self._back(series, hours), hours)
            for hours in self._variation
        }

    def _back(self, series: Series, window: int) -> Mapping[int, float]:
        """Counts by window, the last one first."""
        counted: dict[int, float] = defaultdict(float)
        for hour, count in series.items():
            counted[(self._hours - 1 - hour) // window] += count
        return counted

    def _varying(self, squares: Iterable[_Squares], agreeing: float, with_value: float) -> float:
        beyond = sum(of.differences - self._batches * of.plain for of in squares)
        return max(
            LEAST_VARIATION,
            (beyond + agreeing * with_value) / (sum(of.means for of in squares) + agreeing),
        )


def upper_tail(count: int, expected: Expected) -> float:
    """How probable `count` complaints or more are by chance.

    It is the regularised incomplete beta function, by its continued fraction: no sum of many terms, and no
    difference of nearly equal ones, so that 1e-12 is exact to several digits, too.
    """
    if count <= 0:
        return 1.0
    mean, shape = expected
    share = mean / (mean + shape)
    front = math.exp(
        math.lgamma(count + shape)
        - math.lgamma(count)
        - math.lgamma(shape)
        + count * math.log(share)
        - shape * math.log1p(mean / shape)
    )
    if share * (count + shape + 2) < count + 1:
        return front * _fraction(count, shape, share) / count
    return 1 - front * _fraction(shape, count, shape / (mean + shape)) / shape


def _fraction(a: float, b: float, x: float) -> float:
    """The continued fraction of the incomplete beta function, evaluated after Lentz."""
    inverse = 1 / (1 - (a + b) * x / (a + 1))
    ratio, value = 1.0, inverse
    for step in range(1, 100_000):
        even = step * (b - step) * x / ((a + 2 * step - 1) * (a + 2 * step))
        odd = -(a + step) * (a + b + step) * x / ((a + 2 * step) * (a + 2 * step + 1))
        change = 1.0
        for term in (even, odd):
            inverse = 1 / (1 + term * inverse or NO_ZERO)
            ratio = 1 + term / ratio or NO_ZERO
            change *= ratio * inverse
            value *= ratio * inverse
        if abs(change - 1) < 1e-15:
            break
    return value


def _of_windows(rate: float, sums: Sequence[float], counted: Mapping[int, float], window: int) -> _Squares:
    ends = [*sums[::window], *([] if (len(sums) - 1) % window == 0 else [0.0])]
    means = [rate * mean for mean in map(float.__sub__, ends, ends[1:])]
    squared = math.sumprod(means, means)
    differences = squared + sum(count * (count - 2 * means[at]) for at, count in counted.items())
    return _Squares(differences, squared, rate * sums[0])


def _adapted(
    week: Sequence[float], seen: Sequence[float], exposure: Sequence[float], groups: Iterable[slice]
) -> Sequence[float]:
    """The week with one factor for each group of its hours, as far as the complaints seen bear it out."""
    due = list(map(float.__mul__, week, exposure))
    scale = sum(seen) / (sum(due) or 1.0)
    adapted = list(week)
    for group in groups:
        factor = (sum(seen[group]) + AGREEING) / (sum(due[group]) * scale + AGREEING)
        adapted[group] = [share * factor for share in adapted[group]]
    level = sum(adapted) / CELLS
    return [share / level for share in adapted]


def _first_day(series: Series) -> int:
    return min(series) // HOURS


def _damped(series: Series, days: int) -> Series:
    """The counts without what days brought beyond what is usual for them.

    The mean day is itself without it, as far as a few rounds get.
    """
    first = _first_day(series)
    by_day = [0.0] * days
    for hour, count in series.items():
        by_day[hour // HOURS] += count
    same = [sorted(by_day[first + weekday :: WEEKDAYS]) for weekday in range(WEEKDAYS)]
    medians = [counts[(len(counts) - 1) // 2] if counts else 0.0 for counts in same]
    mean = sum(by_day) / (days - first)
    for _ in range(ROUNDS):
        most = [_most_of_a_day(max(mean, median)) for median in medians]
        kept = [min(count, most[(day - first) % WEEKDAYS]) for day, count in enumerate(by_day)]
        mean = sum(kept) / (days - first)
    part = [left / count if count else 1.0 for left, count in zip(kept, by_day, strict=True)]
    return {hour: count * part[hour // HOURS] for hour, count in series.items()}


def _most_of_a_day(usual: float) -> float:
    return usual + UNUSUAL * math.sqrt(BATCHES_OF_A_DAY * usual + VARIATION_OF_A_DAY * usual**2)
