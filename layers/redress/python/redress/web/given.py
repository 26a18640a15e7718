"""What a player is given, in words: what was decided, what an outside body awards, what was paid."""

from datetime import date

from redress.domain import events as e
from redress.domain.parts import Payment, Proposal, Referral
from redress.language import Language
from redress.web import words


def decided(language: Language, decision: Proposal) -> str | None:
    """The redress of a decision; None where there is none."""
    amount = _amount(language, decision.redress_minor, decision.currency)
    return language.say(words.REDRESS[decision.redress_kind], amount=amount) if amount else None


def paid(language: Language, payment: Payment | e.RedressPaid) -> str:
    """What was paid, and on which local day."""
    day = language.short_day(date.fromisoformat(payment.paid_on))
    amount = language.money(payment.amount_minor, payment.currency)
    return language.say(words.PAID[payment.kind], amount=amount, day=day)


def outcome(language: Language, body: str, decided: str) -> str:
    """What an outside body decided."""
    return language.say(words.BODY_OUTCOMES[decided], body=body)


def awarded(language: Language, referral: Referral) -> str | None:
    """What an outside body awards; None where that is nothing."""
    amount = _amount(language, referral.redress_minor, referral.currency)
    return language.say(words.AWARDED, amount=amount) if amount else None


def _amount(language: Language, minor: int | None, currency: str | None) -> str | None:
    return language.money(minor, currency) if minor and currency else None
