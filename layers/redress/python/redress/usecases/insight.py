"""What the complaints of a period say, from the counters; how many calls it takes follows from the period."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Protocol

from redress.domain.actions import CorrectiveAction
from redress.domain.counting import ALL, Cell
from redress.domain.figures import Asked, Figures, figures
from redress.domain.figures.causes import Remedy
from redress.domain.figures.tallies import BY_DAY
from redress.domain.values import Value
from redress.region import Region

EARLIEST = date(2000, 1, 1)
"""Before it nothing was counted."""
LONGEST = 36
"""Months that a period touches at most."""
REACH = 24
"""Months before the period from which on it is known what is open, and since when there is a cause."""
BEFORE = (*((measure, ALL) for measure in BY_DAY), ("received", "cause"))
"""What is read of the months before the period: a measure by a dimension each."""


class Months(Protocol):
    """The counters."""

    def month(self, pack: str, month: str, kind: tuple[str, str] | None = None) -> Iterator[tuple[Cell, int]]:
        """Those of a licence in a local month, or of a measure by a dimension alone: a query or some."""


class Actions(Protocol):
    """The register of corrective actions."""

    def actions(self) -> Sequence[CorrectiveAction]:
        """All of them: a query."""


class InsightDesk(Value):
    """What figures are made from."""

    months: Months
    actions: Actions


def report(
    desk: InsightDesk, region: Region, pack: str, brands: tuple[str, ...] | None, first: date, last: date
) -> Figures:
    """The figures of a licence from one local day to another, both included; `brands` None takes all.

    Queries: one for each month that the period touches, three for each of the 24 before it, one for the
    actions; and one more for each further megabyte of a month.
    """
    inside, before = months(first, last)
    asked = Asked(
        pack=pack,
        brands=brands,
        first=first,
        last=last,
        known_from=date.fromisoformat(f"{before[0]}-01"),
    )
    return figures(asked, _cells(desk, pack, inside, before), _remedies(desk, region))


def months(first: date, last: date) -> tuple[list[str], list[str]]:
    """The months that a period touches, and those before it that are read in part, as text (`2026-03`)."""
    start = _place(first)
    inside = [_name(place) for place in range(start, _place(last) + 1)]
    return inside, [_name(place) for place in range(start - REACH, start)]


def _place(day: date) -> int:
    return day.year * 12 + day.month - 1


def _name(place: int) -> str:
    return f"{place // 12:04d}-{place % 12 + 1:02d}"


def _cells(
    desk: InsightDesk, pack: str, inside: Sequence[str], before: Sequence[str]
) -> Iterator[tuple[Cell, int]]:
    for month in before:
        for kind in BEFORE:
            yield from desk.months.month(pack, month, kind)
    for month in inside:
        yield from desk.months.month(pack, month)


def _remedies(desk: InsightDesk, region: Region) -> list[Remedy]:
    """Each action on the day that is to show its effect, by the id that its cause has now."""
    return [
        Remedy(
            id=one.id,
            title=one.title,
            cause=region.present_cause(one.cause) or one.cause,
            turned_on=date.fromisoformat(one.done_on or one.due_on),
            done=one.done_on is not None,
        )
        for one in desk.actions.actions()
    ]
