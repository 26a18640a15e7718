"""What callers of the operator's API send beside a new complaint."""

from typing import Annotated, Literal, get_args

from pydantic import Field, StringConstraints

from redress.http.fields import AmountMinor, CurrencyCode, Email, Rule, Strict, Text, paying
from redress.http.requests import SUBJECT

LARGEST_LIMIT = 100

Short = Annotated[str, Text(100)]
Note = Annotated[str, Text(2_000, lines=True)]
Letter = Annotated[str, Text(10_000, lines=True)]
Month = Annotated[
    str,
    StringConstraints(pattern="^20[0-9]{2}-(0[1-9]|1[0-2])$"),
    Rule("month", "Send a month such as 2026-04."),
]
Limit = Annotated[
    int,
    Field(strict=False, ge=1, le=LARGEST_LIMIT),  # a query holds nothing but text
    Rule("limit", f"Send a number from 1 to {LARGEST_LIMIT}."),
]
Subject = Annotated[
    str,
    StringConstraints(pattern=f"^{SUBJECT}$"),
    Rule("subject", "Send the person's subject id, no name and no address."),
]
Outcome = Literal["upheld", "partly_upheld", "rejected", "goodwill", "out_of_scope"]


class ListQuery(Strict):
    """Which list, and which part of it."""

    team: Short | None = None
    jurisdiction: Short | None = None
    month: Month | None = None
    brand: Short | None = None
    account: Short | None = None
    email: Email | None = None
    limit: Limit = 25
    cursor: Annotated[str, Text(4_000)] | None = None


class Assignment(Strict):
    """Who is to work on a complaint: a person, and a team if it changes."""

    assignee: Subject
    team: Short | None = None


class InformationRequest(Strict):
    """A question to the player."""

    question: Letter


class Decision(Strict):
    """The outcome proposed, with what the player gets: `redress_minor` in minor units of `currency`."""

    outcome: Annotated[Outcome, Rule("unknown_outcome", f"Choose one of: {', '.join(get_args(Outcome))}.")]
    reasons: Letter
    clause: Note | None = None
    redress_minor: AmountMinor | None = None
    currency: Annotated[CurrencyCode | None, paying("redress_minor"), Field(validate_default=True)] = None


class Approval(Strict):
    """Nothing: the proposal says it all."""


class Return(Strict):
    """What is to be done about the proposal."""

    comment: Letter


class Withdrawal(Strict):
    """Why the player takes the complaint back, if it is known."""

    reason: Note | None = None
