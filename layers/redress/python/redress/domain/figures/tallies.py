"""The cells of a period, summed by what figures ask for."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from redress.domain.calendars import DAY
from redress.domain.counting import ALL, BY_DAY, PAID, RECEIVED, WHOLE_DAY, Cell


class Tallies:
    """Sums over brands: of the days from `first` to `last`, and day by day from the first day of all.

    `brands` None takes all of them. What is counted by the day besides (WHOLE_DAY) is not added once more.
    """

    def __init__(
        self,
        cells: Iterable[tuple[Cell, int]],
        first: date,
        last: date,
        brands: Iterable[str] | None = None,
    ) -> None:
        self.first, self.last = first, last
        self.cells = 0
        self._sums: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        self._brands: Counter[str] = Counter()
        self._days: dict[str, Counter[date]] = {measure: Counter() for measure in BY_DAY}
        self._causes: dict[str, Counter[date]] = defaultdict(Counter)
        wanted = None if brands is None else frozenset(brands)
        for cell, n in cells:
            taken = cell.day <= last and cell.hour != WHOLE_DAY
            if taken and (wanted is None or cell.brand in wanted):
                self._take(cell, n)

    def _take(self, cell: Cell, n: int) -> None:
        if cell.dimension == ALL and cell.measure in BY_DAY:
            self._days[cell.measure][cell.day] += n
        if cell.dimension == "cause" and cell.measure == RECEIVED:
            self._causes[cell.value][cell.day] += n
        if cell.day >= self.first:
            self.cells += 1
            self._sums[cell.measure, cell.dimension][cell.value] += n
            if cell.dimension == ALL and cell.measure == RECEIVED:
                self._brands[cell.brand] += n

    def of(self, measure: str, dimension: str) -> Mapping[str, int]:
        """How often in the period, by value, in the order of the values; zero is left out."""
        found = self._sums.get((measure, dimension), Counter[str]())
        return {value: n for value, n in sorted(found.items()) if n}

    def total(self, measure: str) -> int:
        """How often in the period."""
        return self.of(measure, ALL).get(ALL, 0)

    @property
    def measures(self) -> list[str]:
        """What was counted in the period."""
        return sorted(
            measure for measure, dimension in self._sums if dimension == ALL and self.total(measure)
        )

    @property
    def currencies(self) -> list[str]:
        """Those in which redress was paid in the period."""
        return [one.removeprefix(PAID) for one in self.measures if one.startswith(PAID)]

    @property
    def brands(self) -> Mapping[str, int]:
        """Complaints received in the period, by brand."""
        return {brand: n for brand, n in sorted(self._brands.items()) if n}

    @property
    def since(self) -> date | None:
        """The first day on which a complaint was received; None where none was by the end of the period."""
        return min((day for day, n in self._days[RECEIVED].items() if n > 0), default=None)

    def between(self, measure: str, first: date, last: date) -> int:
        """How often from one day to another, both included; one of BY_DAY."""
        return sum(n for day, n in self._days[measure].items() if first <= day <= last)

    def open_after(self, day: date) -> int:
        """Complaints that were received by the end of a day, and not closed."""
        return max(0, self.between("received", date.min, day) - self.between("closed", date.min, day))

    def days(self) -> Iterable[tuple[date, int, int, int]]:
        """Each day of the period: received, closed, and open in the end."""
        before = self.first - DAY if self.first > date.min else self.first
        balance = self.between("received", date.min, before) - self.between("closed", date.min, before)
        for place in range((self.last - self.first).days + 1):
            day = self.first + place * DAY
            received, closed = self._days["received"][day], self._days["closed"][day]
            balance += received - closed
            yield day, received, closed, max(0, balance)

    def of_cause(self, cause: str, first: date, last: date) -> int:
        """Complaints received for a cause, from one day to another, both included."""
        return sum(n for day, n in self._causes.get(cause, Counter[date]()).items() if first <= day <= last)

    def cause_since(self, cause: str) -> date | None:
        """The first day on which a complaint for the cause was received."""
        return min(
            (day for day, n in self._causes.get(cause, Counter[date]()).items() if n > 0), default=None
        )
