"""What callers of the operator's API send beside a new complaint."""

from typing import Annotated, Literal, get_args

from pydantic import Field, StringConstraints, WithJsonSchema

from redress.domain.categories import Category
from redress.domain.rulepack import LONGEST, PauseReason
from redress.http.fields import AmountMinor, CurrencyCode, Email, Past, Rule, Strict, Text, paying
from redress.http.intake import unknown
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
AdrOutcome = Literal["upheld", "partly_upheld", "rejected", "settled", "discontinued"]
Stage = Literal["ack", "interim", "final"]
Why = Annotated[PauseReason, Rule(*unknown("reason", get_args(PauseReason)))]
More = Annotated[  # how much is too much is the rule pack's to say
    int,
    WithJsonSchema(
        {"type": "integer", "minimum": 1, "maximum": LONGEST, "description": "In the pack's unit."}
    ),
]


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
    """A question to the player; `pause_clock` stops the clocks that may wait for the answer."""

    question: Letter
    pause_clock: bool | None = False


class Pause(Strict):
    """Why clocks stop: for the player the explanation, for the file the evidence, or where it is kept."""

    reason: Why
    explanation: Letter
    evidence: Note


class Resumption(Strict):
    """Which clocks run again: those that stopped for the reason."""

    reason: Why
    remark: Note | None = None


class Extension(Strict):
    """The stage that takes longer, and the reasons, for the player.

    `pack` is the licence's unless it says otherwise, `amount` all that the pack allows.
    """

    stage: Annotated[Stage, Rule(*unknown("stage", get_args(Stage)))]
    reasons: Letter
    pack: Short | None = None
    amount: More | None = None


class Recategorisation(Strict):
    """What the complaint is really about, and why."""

    category: Annotated[Category, Field(strict=False), Rule(*unknown("category", Category))]
    reason: Note


class PackAdoption(Strict):
    """Which version of one of its rule packs a complaint is to run by, and why."""

    pack: Short
    version: Short
    reason: Note


class AdrReferral(Strict):
    """The outside body (its key in the rule pack) with the complaint, and since when its file is complete."""

    body: Short
    pack: Short | None = None
    complete_file_at: Past
    reference: Short | None = None


class AdrAnswer(Strict):
    """The operator's answer to the outside body: where it is kept."""

    reference: Short | None = None


class AdrDecision(Strict):
    """What the outside body decided."""

    outcome: Annotated[AdrOutcome, Rule(*unknown("outcome", get_args(AdrOutcome)))]
    reference: Short | None = None


class Decision(Strict):
    """The outcome proposed, with what the player gets: `redress_minor` in minor units of `currency`."""

    outcome: Annotated[Outcome, Rule(*unknown("outcome", get_args(Outcome)))]
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
