"""The counters compared with what they were made of: the events of all complaints."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from redress.domain.counting import Cell, Counted, Counts, difference
from redress.region import Region
from redress.usecases.count import Counting, Histories, Uncountable, count, of

READINGS = 3
"""Of what differs: somebody may be counting."""


class Counters(Counting, Protocol):
    """All counters."""

    def recorded(self) -> Iterable[tuple[str, Counted]]:
        """What each complaint was counted for."""

    def all(self) -> Iterable[tuple[Cell, int]]:
        """Every counter that is not zero."""

    def correct(self, by: Counts) -> None:
        """Move counters."""


def miscounted(
    histories: Histories, counters: Counters, region: Region, numbers: Iterable[str]
) -> Iterator[str]:
    """The complaints that are not counted for what their events say; one that cannot be read is left out."""
    for number in numbers:
        if not _is_right(histories, counters, region, number):
            yield number


def drift(counters: Counters) -> Counts:
    """By how much each counter differs from the sum of what complaints were counted for."""
    for _ in range(READINGS):
        total: Counter[Cell] = Counter()
        for _number, counted in counters.recorded():
            total.update(counted.counts)
        found = difference(dict(counters.all()), total)
        if not found:
            break
    return found


def mend(
    histories: Histories, counters: Counters, region: Region, wrong: Sequence[str], drifted: Counts
) -> None:
    """Count anew what was counted wrong, and move the counters that differ. Nobody else may count meanwhile.

    Raises Uncountable, RulePackInvalid.
    """
    counters.correct(drifted)
    for number in wrong:
        count(histories, counters, region, number)


def _is_right(histories: Histories, counters: Counters, region: Region, number: str) -> bool:
    for _ in range(READINGS):
        try:
            now = of(histories.history(number), region)
        except Uncountable:
            return True
        if counters.counted(number).says(now):
            return True
    return False
