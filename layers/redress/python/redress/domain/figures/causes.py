"""What complaints come from: since when, what it costs, and what a corrective action changed."""

from collections.abc import Iterable
from datetime import date
from typing import TypedDict

from redress.domain.calendars import DAY
from redress.domain.counting import PAID
from redress.domain.figures.statistics import Share, chance, rounded, share
from redress.domain.figures.tallies import Tallies
from redress.domain.values import Value

WINDOW = 28
"""Days before and after a corrective action that are compared: whole weeks, since weekends differ."""


class Remedy(Value):
    """A corrective action as it is compared. `owner` is the id of a team; days are local."""

    id: str
    title: str
    cause: str
    owner: str
    due_on: date
    done_on: date | None = None

    @property
    def turned_on(self) -> date:
        """The day that is to show its effect: it was done on it, or is due."""
        return self.done_on or self.due_on


class CauseFigures(TypedDict):
    """Complaints received in the period for a cause, of all those whose cause is known.

    `since` is the first day of all on which one was received; `redress_minor` was paid in the period, by
    currency.
    """

    cause: str
    received: Share
    since: str | None
    redress_minor: dict[str, int]


class Effect(TypedDict):
    """Complaints received for the cause of an action, in the days before the day it was done (or is due), and
    in those after it; that day is in neither. Only days up to the end of the period are known.

    `chance` is how likely counts that far apart are if nothing changed: the conditional test of two Poisson
    rates, two-sided. Null where nothing was counted, or one side has no day.
    """

    action: str
    title: str
    cause: str
    turned_on: str
    done: bool
    before: int
    days_before: int
    per_day_before: float | None
    after: int
    days_after: int
    per_day_after: float | None
    chance: float | None
    owner: str
    due_on: str


def causes(tallies: Tallies) -> list[CauseFigures]:
    """The causes of the period, the most frequent first."""
    found = tallies.of("received", "cause")
    whole = sum(found.values())
    paid = {one: tallies.of(PAID + one, "cause") for one in tallies.currencies}
    named = {*found, *(cause for by_cause in paid.values() for cause in by_cause)}
    return [
        {
            "cause": cause,
            "received": share(found.get(cause, 0), whole),
            "since": _text(tallies.cause_since(cause)),
            "redress_minor": {one: by_cause[cause] for one, by_cause in paid.items() if cause in by_cause},
        }
        for cause in sorted(named, key=lambda one: (-found.get(one, 0), one))
    ]


def effects(tallies: Tallies, remedies: Iterable[Remedy]) -> list[Effect]:
    """What the actions changed whose day is in the period, in the order of their days."""
    turned = [one for one in remedies if tallies.first <= one.turned_on <= tallies.last]
    return [_effect(tallies, one) for one in sorted(turned, key=lambda one: (one.turned_on, one.id))]


def _effect(tallies: Tallies, one: Remedy) -> Effect:
    first = min(one.turned_on, max(tallies.since or one.turned_on, one.turned_on - WINDOW * DAY))
    last = min(tallies.last, one.turned_on + WINDOW * DAY)
    before = tallies.of_cause(one.cause, first, one.turned_on - DAY)
    after = tallies.of_cause(one.cause, one.turned_on + DAY, last)
    days_before, days_after = (one.turned_on - first).days, (last - one.turned_on).days
    return {
        "action": one.id,
        "title": one.title,
        "cause": one.cause,
        "turned_on": one.turned_on.isoformat(),
        "done": one.done_on is not None,
        "before": before,
        "days_before": days_before,
        "per_day_before": rounded(before / days_before) if days_before else None,
        "after": after,
        "days_after": days_after,
        "per_day_after": rounded(after / days_after) if days_after else None,
        "chance": chance(before, days_before, after, days_after),
        "owner": one.owner,
        "due_on": one.due_on.isoformat(),
    }


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None
