"""What callers of the operator's API send beside a new complaint."""

import re

from redress.http import fields
from redress.http.fields import Field, Fields, Unfit, optional, text
from redress.http.requests import SUBJECT

OUTCOMES = ("upheld", "partly_upheld", "rejected", "goodwill", "out_of_scope")
DEFAULT_LIMIT, LARGEST_LIMIT = 25, 100


def _limit(value: str) -> int:
    if not re.fullmatch("[0-9]{1,3}", value) or not 1 <= int(value) <= LARGEST_LIMIT:
        raise Unfit("limit", f"Send a number from 1 to {LARGEST_LIMIT}.")
    return int(value)


LIST: Fields = {
    "team": optional(text(100)),
    "jurisdiction": optional(text(100)),
    "month": optional(fields.pattern("month", r"[0-9]{4}-(0[1-9]|1[0-2])", "Send a month such as 2026-04.")),
    "brand": optional(text(100)),
    "account": optional(text(100)),
    "email": optional(fields.EMAIL),
    "limit": Field(
        check=_limit,
        schema={"type": "integer", "minimum": 1, "maximum": LARGEST_LIMIT, "default": DEFAULT_LIMIT},
        required=False,
    ),
    "cursor": optional(text(4_000)),
}
NOTHING: Fields = {}
ASSIGNMENT: Fields = {
    "assignee": fields.pattern("subject", SUBJECT, "Send the person's subject id, no name and no address."),
    "team": optional(text(100)),
}
INFORMATION_REQUEST: Fields = {"question": text(10_000, lines=True)}
DECISION: Fields = {
    "outcome": fields.choice("unknown_outcome", OUTCOMES),
    "reasons": text(10_000, lines=True),
    "clause": optional(text(2_000, lines=True)),
    "redress_minor": optional(fields.AMOUNT_MINOR),
    "currency": optional(fields.CURRENCY),
}
RETURN: Fields = {"comment": text(10_000, lines=True)}
WITHDRAWAL: Fields = {"reason": optional(text(2_000, lines=True))}
