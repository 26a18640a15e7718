"""What the complaints of a period say, from the counters; how many calls it takes follows from the period.

They are a query for each month that it touches, one for all days before those months, and one for the
corrective actions: 3 for a month, 14 for a year, however many complaints there were. Each further megabyte is
one more (a month of a brand fills two or three). Three more at most look how far the counters lag behind.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

from redress.domain import clock
from redress.domain.actions import CorrectiveAction
from redress.domain.counting import Cell
from redress.domain.figures import Asked, Figures, figures
from redress.domain.figures.causes import Remedy
from redress.domain.figures.lag import Lag, Newest, lag
from redress.domain.rules import on_day
from redress.domain.values import Value
from redress.region import Region

EARLIEST = date(2000, 1, 1)
"""Before it nothing was counted."""
LONGEST = 13
"""Months that a period of the API touches at most: a year, wherever it begins. Its gateway waits 30 s."""
NEWEST = 50
"""Complaints received last, by which it is seen whether the counters are up to date."""


class Months(Protocol):
    """The counters."""

    def month(self, pack: str, month: str) -> Iterator[tuple[Cell, int]]:
        """Those of a licence in a local month: a query or some."""

    def before(self, pack: str, month: str) -> Iterator[tuple[Cell, int]]:
        """The days before a local month, of what is looked back at: a query or some."""

    def newest(self, pack: str, month: datetime, most: int) -> Sequence[Newest]:
        """The complaints received last in the UTC month of an instant: a query."""

    def counted_up_to(self, numbers: Iterable[str]) -> Mapping[str, int]:
        """Up to which event each is counted: a call, or none."""


class Actions(Protocol):
    """The register of corrective actions."""

    def actions(self) -> Sequence[CorrectiveAction]:
        """All of them: a query."""


class InsightDesk(Value):
    """What figures are made from."""

    months: Months
    actions: Actions


def report(
    desk: InsightDesk,
    region: Region,
    pack: str,
    brands: tuple[str, ...] | None,
    first: date,
    last: date,
    now: datetime,
) -> Figures:
    """The figures of a licence from one local day to another, both included; `brands` None takes all.

    Of a period that is not over at `now` they go up to then. Raises RulePackInvalid.
    """
    day = today(region, pack, now)
    asked = Asked(
        pack=pack, brands=brands, first=first, last=min(last, day), as_of=now if last >= day else None
    )
    cells = _cells(desk, pack, months(first, asked.last))
    return figures(asked, cells, _remedies(desk, region), _lag(desk, pack, brands, now))


def today(region: Region, pack: str, now: datetime) -> date:
    """The local day of an instant, by the rules that hold on it. Raises RulePackInvalid."""
    return clock.local_day(now, on_day(pack, now.date(), region.rules).timezone)


def months(first: date, last: date) -> list[str]:
    """The months that a period touches, as text (`2026-03`)."""
    return [
        f"{place // 12:04d}-{place % 12 + 1:02d}"
        for place in range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    ]


def _cells(desk: InsightDesk, pack: str, inside: Sequence[str]) -> Iterator[tuple[Cell, int]]:
    yield from desk.months.before(pack, inside[0])
    for month in inside:
        yield from desk.months.month(pack, month)


def _lag(desk: InsightDesk, pack: str, brands: tuple[str, ...] | None, now: datetime) -> Lag:
    """Of the complaints of this UTC month and, while it has few, of the one before."""
    newest = list(desk.months.newest(pack, now, NEWEST))
    if len(newest) < NEWEST:
        before = now.replace(day=1) - timedelta(days=1)
        newest += desk.months.newest(pack, before, NEWEST - len(newest))
    seen = [one for one in newest if brands is None or one.brand in brands]
    return lag(seen, desk.months.counted_up_to(one.number for one in seen))


def _remedies(desk: InsightDesk, region: Region) -> list[Remedy]:
    """Each action on the day that is to show its effect, by the id that its cause has now."""
    return [
        Remedy(
            id=one.id,
            title=one.title,
            cause=region.present_cause(one.cause) or one.cause,
            owner=one.owner,
            due_on=date.fromisoformat(one.due_on),
            done_on=date.fromisoformat(one.done_on) if one.done_on else None,
        )
        for one in desk.actions.actions()
    ]
