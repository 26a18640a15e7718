"""How well complaints are served: how soon, in time or not, upheld, reopened, paid, rated, and by ADR."""

from collections.abc import Mapping, Sequence
from typing import Literal, TypedDict

from redress.domain.counting import (
    ACKNOWLEDGED_WITHIN,
    ANSWERED_WITHIN,
    CATEGORY_OWN_AND_ADR,
    LATER,
    OWN_AND_ADR,
    PAID,
)
from redress.domain.figures.statistics import Mean, Share, mean, ratio, share
from redress.domain.figures.tallies import Tallies

FOR_THE_PLAYER: Mapping[str, int] = {"upheld": 2, "deemed_accepted": 2, "partly_upheld": 1}
"""How much a decision gives the player; any other decision gives nothing."""
NO_DECISION = frozenset({"settled", "discontinued"})
"""How proceedings outside end without a decision."""
UNDECIDED = "undecided"

Verdict = Literal["agrees", "gave_more", "gave_less", "no_comparison"]


class Step(TypedDict):
    """How many took less than so many units of time, those under the steps before included."""

    under: int
    part: Share


class Times(TypedDict):
    """How long something took. `median` and `p90` are the steps under which so many lie.

    They are null where nothing is counted, and where they lie above the last step, as `beyond` do.
    """

    unit: Literal["hours", "days"]
    count: int
    steps: list[Step]
    beyond: int
    median: int | None
    p90: int | None


class Decided(TypedDict):
    """How often the outside body decided so where the operator had decided so."""

    own: str
    adr: str
    count: int
    verdict: Verdict


class AdrOfCategory(TypedDict):
    """Decisions of outside bodies about complaints of a category against the operator's own."""

    category: str
    table: list[Decided]
    overturned: Share
    gave_more: Share


class Adr(TypedDict):
    """Decisions of outside bodies against the operator's own; by category, the most overturned first.

    `overturned` is the part in which they gave the player more or less, of those that can be compared: both
    decided. What was settled or discontinued, or came before a decision of the operator, cannot.
    """

    referred: int
    decided: int
    table: list[Decided]
    overturned: Share
    gave_more: Share
    by_category: list[AdrOfCategory]


class Service(TypedDict):
    """The quality of the service.

    `…_in_time_…` are of what was acknowledged or answered in the period, and owed by law or licence, or by
    the house's own target. `reopened` is for each answer, `responded` for each survey sent in the period.
    `upheld`, whole or in part or because time ran out, is of the decisions made in the period.
    `closed_without_cause` is of all complaints closed in it, however they ended: withdrawn ones and those
    that ended in deadlock are among them.
    """

    acknowledged: Times
    answered: Times
    acknowledged_in_time_by_law: Share
    acknowledged_in_time_by_house: Share
    answered_in_time_by_law: Share
    answered_in_time_by_house: Share
    breaches: dict[str, int]
    decisions: dict[str, int]
    upheld: Share
    reopened: Share
    redress_minor: dict[str, int]
    adr: Adr
    responded: Share
    score: Mean
    scores: dict[str, int]
    closed_without_cause: Share


def service(tallies: Tallies) -> Service:
    """The quality of the service in a period."""
    decisions, scores = tallies.of("decided", "decided"), tallies.of("rated", "score")
    closed = tallies.total("closed")
    for_the_player = sum(n for outcome, n in decisions.items() if outcome in FOR_THE_PLAYER)
    return {
        "acknowledged": _times(tallies, "acknowledged", "hours", ACKNOWLEDGED_WITHIN),
        "answered": _times(tallies, "answered", "days", ANSWERED_WITHIN),
        "acknowledged_in_time_by_law": _kept(tallies, "acknowledged", "in_time_by_law"),
        "acknowledged_in_time_by_house": _kept(tallies, "acknowledged", "in_time_by_house"),
        "answered_in_time_by_law": _kept(tallies, "answered", "in_time_by_law"),
        "answered_in_time_by_house": _kept(tallies, "answered", "in_time_by_house"),
        "breaches": dict(tallies.of("breached", "clock")),
        "decisions": dict(decisions),
        "upheld": share(for_the_player, sum(decisions.values())),
        "reopened": ratio(tallies.total("reopened"), tallies.total("answered")),
        "redress_minor": {one: tallies.total(PAID + one) for one in tallies.currencies},
        "adr": _adr(tallies),
        "responded": share(tallies.total("rated"), tallies.total("surveyed")),
        "score": mean({int(score): n for score, n in scores.items()}),
        "scores": dict(scores),
        "closed_without_cause": share(closed - sum(tallies.of("closed", "cause").values()), closed),
    }


def _times(tallies: Tallies, measure: str, unit: Literal["hours", "days"], within: Sequence[int]) -> Times:
    found = tallies.of(measure, "taken")
    count, under = sum(found.values()), 0
    steps: list[Step] = []
    for step in within:
        under += found.get(f"{step:03d}", 0)
        steps.append({"under": step, "part": share(under, count)})
    return {
        "unit": unit,
        "count": count,
        "steps": steps,
        "beyond": found.get(LATER, 0),
        "median": _quantile(steps, count, 50),
        "p90": _quantile(steps, count, 90),
    }


def _quantile(steps: Sequence[Step], count: int, percent: int) -> int | None:
    """The first step under which so many percent lie."""
    if not count:
        return None
    return next((one["under"] for one in steps if one["part"]["numerator"] * 100 >= percent * count), None)


def _kept(tallies: Tallies, measure: str, promise: str) -> Share:
    found = tallies.of(measure, promise)
    return share(found.get("yes", 0), sum(found.values()))


def _adr(tallies: Tallies) -> Adr:
    table = _table(tallies.of("adr_decided", OWN_AND_ADR))
    pairs: dict[str, dict[str, int]] = {}
    for value, n in tallies.of("adr_decided", CATEGORY_OWN_AND_ADR).items():
        category, _, pair = value.partition("/")
        pairs.setdefault(category, {})[pair] = n
    by_category = [_of_category(category, found) for category, found in pairs.items()]
    overturned, gave_more = _compared(table)
    return {
        "referred": tallies.total("referred"),
        "decided": tallies.total("adr_decided"),
        "table": table,
        "overturned": overturned,
        "gave_more": gave_more,
        "by_category": sorted(
            by_category, key=lambda one: (-one["overturned"]["numerator"], one["category"])
        ),
    }


def _of_category(category: str, pairs: Mapping[str, int]) -> AdrOfCategory:
    table = _table(pairs)
    overturned, gave_more = _compared(table)
    return {"category": category, "table": table, "overturned": overturned, "gave_more": gave_more}


def _table(pairs: Mapping[str, int]) -> list[Decided]:
    """How often each pair of decisions, with a slash between them, was."""
    table: list[Decided] = []
    for pair, n in pairs.items():
        own, _, adr = pair.partition("/")
        table.append({"own": own, "adr": adr, "count": n, "verdict": verdict(own, adr)})
    return table


def _compared(table: Sequence[Decided]) -> tuple[Share, Share]:
    """In which part they decided otherwise, and in which they gave the player more."""
    agrees, more, less = (_sum(table, name) for name in ("agrees", "gave_more", "gave_less"))
    whole = agrees + more + less
    return share(more + less, whole), share(more, whole)


def _sum(table: Sequence[Decided], name: str) -> int:
    return sum(one["count"] for one in table if one["verdict"] == name)


def verdict(own: str, adr: str) -> Verdict:
    """How a decision of an outside body compares with the operator's own."""
    if own == UNDECIDED or adr in NO_DECISION:
        return "no_comparison"
    more = FOR_THE_PLAYER.get(adr, 0) - FOR_THE_PLAYER.get(own, 0)
    if more == 0:
        return "agrees"
    return "gave_more" if more > 0 else "gave_less"
