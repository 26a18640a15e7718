"""Complaints whose figures are known: random lives, their counters, and a recount from the events alone."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from redress.domain import commands as c
from redress.domain import events as e
from redress.domain.counting import Cell, counts
from tests.support.complaints import HANDLER, PLAYER, SYSTEM
from tests.support.returns import Book, Licensed, attempt, step

START = datetime(2026, 1, 5, 12, tzinfo=UTC)
ZONE = ZoneInfo("Europe/London")
CATEGORIES = ("bonuses", "account", "deposits_withdrawals", "deposits_withdrawals")
CAUSES = ("unclear_terms", "unclear_terms", "slow_bank", "agent_error")


def book(seed: int, lives: int, days: int = 90) -> Book:
    """So many complaints under the British licence, received over some days, each with a life of its own."""
    chance, found = Random(seed), Book()  # noqa: S311 - it makes stories
    for at in sorted(chance.uniform(0, days) for _ in range(lives)):
        case = found.receive("gb-ukgc", START + timedelta(days=at), category=chance.choice(CATEGORIES))
        _live(found, case, chance)
    return found


def _live(found: Book, case: Licensed, chance: Random) -> None:
    """What happens to one complaint, in hours or weeks."""
    step(found, case, chance.choice(("complaint", "dispute")))
    attempt(case, c.StateSubject(product=chance.choice(("casino", "betting"))))
    case.now += timedelta(days=chance.expovariate(1 / 20))
    for what in chance.choice(
        (("answer",), ("answer", "reopen", "answer"), ("withdraw",), ("deadlock",), ())
    ):
        step(found, case, what)
        case.now += timedelta(days=chance.expovariate(1 / 3))
    if chance.random() < 0.7:
        attempt(case, c.FindCause(cause=chance.choice(CAUSES)))
    for what in chance.choice((("refer", "upheld"), ("refer", "rejected"), (), (), ())):
        step(found, case, what)
        case.now += timedelta(days=1)
    _end(case, chance)


def _end(case: Licensed, chance: Random) -> None:
    attempt(case, c.Close(reason="completed"), SYSTEM)
    if case.complaint.closed_at and chance.random() < 0.4:
        attempt(case, c.GiveFeedback(score=chance.randint(1, 5)), PLAYER)
    for owed in case.complaint.unpaid:
        assert owed.amount_minor
        assert owed.currency
        paid = c.RecordRedressPaid(
            amount_minor=owed.amount_minor,
            currency=owed.currency,
            paid_on=f"{case.now:%Y-%m-%d}",
            opened=owed.opened,
        )
        attempt(case, paid, HANDLER)


def cells(found: Book) -> list[tuple[Cell, int]]:
    """The counters of all of them."""
    total: Counter[Cell] = Counter()
    for case in found.cases:
        total.update(counts(case.records, case.rules, {}))
    return sorted(total.items())


def recount(found: Book, first: date, last: date) -> dict[str, int]:
    """How often each thing happened, from the events and by no rule of the counters."""
    total: Counter[str] = Counter()
    for case in found.cases:
        if case.complaint.spam_at is None and case.complaint.linked_at is None:
            total.update(name for name, at in _happened(case) if first <= at.astimezone(ZONE).date() <= last)
    return dict(total)


NAMES: dict[type, str] = {
    e.ComplaintReceived: "received",
    e.Reopened: "reopened",
    e.DecisionApproved: "decided",
    e.ReferredToAdr: "referred",
    e.AdrOutcomeRecorded: "adr_decided",
    e.FeedbackGiven: "rated",
    e.Withdrawn: "withdrawn",
    e.DeadlockDeclared: "deadlocked",
}


def _happened(case: Licensed) -> Sequence[tuple[str, datetime]]:
    told = [(NAMES[type(one.event)], one.at) for one in case.records if type(one.event) in NAMES]
    closings = [one.at for one in case.records if isinstance(one.event, e.Closed)]
    return [*told, *([("closed", closings[-1])] if case.complaint.closed_at else [])]
