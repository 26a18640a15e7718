"""All figures of a period."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TypedDict

from redress.domain.counting import DEFINITION, FACTS, OUTCOME, PAID, Cell
from redress.domain.figures.backlog import Backlog, backlog
from redress.domain.figures.causes import CauseFigures, Effect, Remedy, causes, effects
from redress.domain.figures.lag import Lag, lag
from redress.domain.figures.service import Service, service
from redress.domain.figures.statistics import Share, share
from redress.domain.figures.tallies import Tallies
from redress.domain.instants import to_text
from redress.domain.values import Value

BRAND = "brand"


class Asked(Value):
    """What figures are of: a licence's pack, some brands (None: all), and local days, both included.

    `as_of` is the instant of asking (UTC) where the period was not over then: its days after it are left out.
    """

    pack: str
    brands: tuple[str, ...] | None
    first: date
    last: date
    as_of: datetime | None = None


class ValueFigures(TypedDict):
    """Complaints received that are of a value, of all that were received."""

    value: str
    received: Share


class Volume(TypedDict):
    """Complaints received in the period by one of the things that they differ in; of some it is not known."""

    dimension: str
    values: list[ValueFigures]
    unknown: int


class Day(TypedDict):
    """A local day: `open` is how many complaints are open at its end."""

    day: str
    received: int
    closed: int
    open: int


class Figures(TypedDict):
    """What the counters say of a period.

    Where it is not `over`, they tell what was counted by `as_of` (UTC), and `last_day` is the local day of
    that; else `as_of` is null. `lag` says how far the counters are behind the events.
    `counters` is how many there are in the period: with none, nothing was counted then. `known_from` is the
    first day of all on which a complaint was received, null before there is one. `totals` is how often each
    thing happened; `definition` rises when the same events come to count otherwise.
    """

    pack: str
    brands: list[str] | None
    first_day: str
    last_day: str
    over: bool
    as_of: str | None
    lag: Lag
    known_from: str | None
    definition: int
    counters: int
    totals: dict[str, int]
    days: list[Day]
    volumes: list[Volume]
    service: Service
    causes: list[CauseFigures]
    actions: list[Effect]
    backlog: Backlog


def figures(
    asked: Asked,
    cells: Iterable[tuple[Cell, int]],
    remedies: Sequence[Remedy] = (),
    behind: Lag | None = None,
) -> Figures:
    """The figures of a period from its counters, and from the days before it that are looked back at."""
    tallies = Tallies(cells, asked.first, asked.last, asked.brands)
    return {
        "pack": asked.pack,
        "brands": None if asked.brands is None else sorted(asked.brands),
        "first_day": asked.first.isoformat(),
        "last_day": asked.last.isoformat(),
        "over": asked.as_of is None,
        "as_of": to_text(asked.as_of) if asked.as_of else None,
        "lag": behind or lag((), {}),
        "known_from": tallies.since.isoformat() if tallies.since else None,
        "definition": DEFINITION,
        "counters": tallies.cells,
        "totals": {one: tallies.total(one) for one in tallies.measures if not one.startswith(PAID)},
        "days": [
            {"day": day.isoformat(), "received": received, "closed": closed, "open": is_open}
            for day, received, closed, is_open in tallies.days()
        ],
        "volumes": [_volume(tallies, one) for one in (BRAND, *FACTS, OUTCOME)],
        "service": service(tallies),
        "causes": causes(tallies),
        "actions": effects(tallies, remedies),
        "backlog": backlog(tallies),
    }


def _volume(tallies: Tallies, dimension: str) -> Volume:
    whole = tallies.total("received")
    found = tallies.brands if dimension == BRAND else tallies.of("received", dimension)
    return {
        "dimension": dimension,
        "values": [
            {"value": value, "received": share(n, whole)}
            for value, n in sorted(found.items(), key=lambda one: (-one[1], one[0]))
        ],
        "unknown": whole - sum(found.values()),
    }
