"""What a complaint that came by mail does not tell, of what the form would have asked."""

import re
from collections.abc import Iterator
from functools import cache

from redress.domain.audit import Content
from redress.domain.complaint import Complaint
from redress.domain.values import Value
from redress.language import CODES, language
from redress.web import asked

# As people write an amount of money: a figure beside the sign, the code or the common name of a currency.
_CURRENCY = (
    r"(?:[£€$₽₴₺₹¥]|zł|kr\b|euros?\b|dollars?\b|pounds?\b|pfund\b|złot\w+|руб\w*|евро\b|долл\w+|kronor\b"
    r"|\b(?:GBP|EUR|USD|CAD|PLN|SEK|DKK|NOK|RUB|CHF|CZK|HUF|RON|BRL|TRY|UAH)\b)"
)
_FIGURE = r"\d(?:[\d.,'’ \u00a0\u202f]{0,15}\d)?"
_AMOUNT = re.compile(rf"{_CURRENCY}\s?{_FIGURE}|{_FIGURE}\s?{_CURRENCY}", re.IGNORECASE)
_DATE = re.compile(r"\b(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2}))\b")


class Missing(Value):
    """What is not told. `references` is what the category calls the numbers that can be looked up."""

    account: bool
    occurred_on: bool
    amount: bool
    references: str | None

    def __bool__(self) -> bool:
        return any((self.account, self.occurred_on, self.amount, self.references))


def missing(complaint: Complaint, received: Content) -> Missing | None:
    """What to ask for in the acknowledgement; None where nothing is left open.

    A day or an amount that stands in the text is told. An account or a number cannot be recognised there: the
    letter asks for it "if it is not in your mail".
    """
    wanted = asked.ASKED.get(complaint.category, asked.EVERYTHING)
    text = str(received.get("description") or "")
    references = wanted.references
    found = Missing(
        account=not received.get("account"),
        occurred_on=wanted.occurred_on and not complaint.occurred_on and not names_a_day(text),
        amount=wanted.amount and complaint.amount_minor is None and not names_an_amount(text),
        references=references.label if references and not received.get("transaction_references") else None,
    )
    return found or None


def names_an_amount(text: str) -> bool:
    """Whether a text holds a figure with a currency beside it."""
    return _AMOUNT.search(text) is not None


def names_a_day(text: str) -> bool:
    """Whether a text holds a date: in figures, or a day beside the month's name in a language of ours."""
    return _DATE.search(text) is not None or _spelled().search(text) is not None


@cache
def _spelled() -> re.Pattern[str]:
    months = "|".join(sorted(set(_months()), key=len, reverse=True))
    day = r"(?<!\d)(?:[12]?\d|3[01])(?:st|nd|rd|th|er|\.|º)?"
    return re.compile(rf"{day}\s(?:de\s|of\s)?(?:{months})\b|\b(?:{months})\s{day}(?!\d)", re.IGNORECASE)


def _months() -> Iterator[str]:
    for code in CODES:
        yield from (re.escape(str(name)) for name in language(code).cldr["months"])
