"""Some hundred complaints over three years, lived through the domain, as the journal keeps them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from redress.domain import commands as c
from redress.domain import instants, journal
from redress.domain import number as complaint_number
from redress.domain.audit import Record
from redress.domain.correspondence import LetterKind
from redress.domain.stages import Stage
from tests.support.complaints import (
    APPROVER,
    DEADLOCK,
    HANDLER,
    PLAYER,
    PROPOSE,
    SYSTEM,
    Case,
    bring,
    personal,
    submit,
)

FIRST, YEARS = datetime(2026, 1, 1, tzinfo=UTC), 3
CAUSES = ("unclear_terms", "payment_provider_delay", "agent_error")
CATEGORIES = ("bonuses", "account", "deposits_withdrawals")
CURRENCIES = ("GBP", "EUR", "JPY")


def lives(complaints: int, seed: int = 1) -> Iterator[Sequence[Record]]:
    """The records of each complaint, the same for the same seed."""
    chance = Random(seed)  # noqa: S311  (nothing is kept secret by it)
    for place in range(complaints):
        yield _life(complaint_number.from_random(place * 7919 + 1), chance).records


def write(folder: Path, records: Sequence[Record]) -> None:
    """Each record as the journal's object of it."""
    for record in records:
        entry = journal.entry(record.text)
        path = folder / entry.key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(entry.body)


def _life(number: str, chance: Random) -> Case:
    at = FIRST + chance.random() * timedelta(days=365 * YEARS - 60)
    command = submit(chance.choice(("sandbox", "gb-ukgc")), chance.choice(CATEGORIES))
    told = instants.to_text(at - timedelta(days=40)) if chance.random() < 0.2 else None
    suspected = ("many",) if chance.random() < 0.1 else ()
    training = chance.random() < 0.05
    case = Case(command.__replace__(received_at=told, suspicions=suspected, training=training), at, number)
    if suspected and chance.random() < 0.7:
        case.do(c.RejectAsSpam(content=personal("why")))
        case.do(c.FindCause(cause="unclear_terms"))
        return case
    if suspected:
        case.do(c.Release(content=personal("why")))
    bring(case, Stage.INVESTIGATING)
    _investigated(case, chance)
    return case


def _investigated(case: Case, chance: Random) -> None:
    answered = case.now + chance.choice((1, 5, 5, 20, 55)) * timedelta(days=1) * chance.random()
    if chance.random() < 0.2:
        case.do(c.Recategorise(category="other", team="care", content=personal("why")), at=answered)
    if chance.random() < 0.1:
        case.do(c.LinkAsDuplicate(primary="0000-0001-Y", content=personal("why")), at=answered)
        return
    if chance.random() < 0.1:
        return  # nobody has answered yet
    for _ in range(chance.choice((0, 1, 1, 1, 2))):
        case.do(c.FindCause(cause=chance.choice(CAUSES)), at=answered)
    if chance.random() < 0.1:
        case.do(DEADLOCK, SYSTEM, at=answered)
        case.send(LetterKind.DEADLOCK)
        answered += timedelta(days=3)
    _decided(case, chance, answered)


def _decided(case: Case, chance: Random, at: datetime) -> None:
    amount = chance.choice((None, None, 1000, 2550, 123_456))
    if amount is None:
        case.do(PROPOSE, at=at)
        case.do(c.ApproveDecision(), APPROVER)
        case.send(LetterKind.FINAL_RESPONSE)
        if chance.random() < 0.3:
            case.do(c.GiveFeedback(score=chance.randint(1, 5)), PLAYER, at=at + timedelta(days=1))
        return
    currency = chance.choice(CURRENCIES)
    case.do(PROPOSE.__replace__(redress_minor=amount, currency=currency, redress_kind="refund"), at=at)
    by = instants.to_text(at + timedelta(days=7))
    case.do(c.ApproveDecision(pay_team="payments", pay_by=by), APPROVER)
    case.send(LetterKind.FINAL_RESPONSE)
    paid_on = (at + timedelta(days=chance.randint(0, 6))).date().isoformat()
    paid = c.RecordRedressPaid(amount_minor=amount, currency=currency, paid_on=paid_on)
    case.do(paid, HANDLER, at=at + timedelta(days=7))
