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


class _Sum:
    """What all complaints were counted for, and what moved since an earlier reading."""

    def __init__(self, counters: Counters, earlier: "_Sum | None" = None) -> None:
        self.total: Counter[Cell] = Counter()
        self.moving: set[Cell] = set()
        self.turns: dict[str, int] = {}
        for number, counted in counters.recorded():
            self.total.update(counted.counts)
            self.turns[number] = counted.turn
            if earlier and earlier.turns.get(number) != counted.turn:
                self.moving.update(counted.counts)
        if earlier:
            self.moving.update(difference(earlier.total, self.total))


def drift(counters: Counters) -> Counts:
    """By how much each counter differs from the sum of what complaints were counted for.

    Complaints may be counted meanwhile: they are read before and after the counters, and a counter that
    moves between is left out, after some readings.
    """
    found: Counts = {}
    before = _Sum(counters)
    for _ in range(READINGS):
        told = dict(counters.all())
        if not difference(told, before.total):
            return {}
        after = _Sum(counters, before)
        found = {cell: by for cell, by in difference(told, after.total).items() if cell not in after.moving}
        if not after.moving:
            break
        before = after
    return found


def mend(
    histories: Histories, counters: Counters, region: Region, wrong: Sequence[str], drifted: Counts
) -> None:
    """Count anew what was counted wrong, and move the counters that differ, by as much as they do.

    Others may count meanwhile, but only one may mend. Raises Uncountable, RulePackInvalid.
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
