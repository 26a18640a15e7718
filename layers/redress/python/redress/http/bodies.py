"""What callers of the operator's API send beside a new complaint."""

from typing import Annotated, Literal, get_args

from pydantic import Field, WithJsonSchema

from redress.domain.categories import Category
from redress.domain.rulepack import LONGEST, PauseReason
from redress.http.fields import AmountMinor, CurrencyCode, Past, Rule, Strict, Text, paying
from redress.http.intake import unknown

Short = Annotated[str, Text(100)]
Note = Annotated[str, Text(2_000, lines=True)]
Letter = Annotated[str, Text(10_000, lines=True)]
Outcome = Literal["upheld", "partly_upheld", "rejected", "goodwill", "withdrawn", "out_of_scope"]
RedressKind = Literal["refund", "compensation", "bonus", "correction", "other"]
AdrOutcome = Literal["upheld", "partly_upheld", "rejected", "settled", "discontinued"]
Stage = Literal["ack", "interim", "final"]
Why = Annotated[PauseReason, Rule(*unknown("reason", get_args(PauseReason)))]
More = Annotated[  # how much is too much is the rule pack's to say
    int,
    WithJsonSchema(
        {"type": "integer", "minimum": 1, "maximum": LONGEST, "description": "In the pack's unit."}
    ),
]


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
    """What the outside body decided, and what it awards: `redress_minor` in minor units of `currency`."""

    outcome: Annotated[AdrOutcome, Rule(*unknown("outcome", get_args(AdrOutcome)))]
    redress_minor: AmountMinor | None = None
    currency: Annotated[CurrencyCode | None, paying("redress_minor"), Field(validate_default=True)] = None
    reference: Short | None = None


class Decision(Strict):
    """The outcome proposed, with what the player gets: `redress_minor` in minor units of `currency`.

    `redress_kind` is other unless it says. `cause` lies at the root of the complaint, by the region file's
    list: it is needed where there is a list and no cause was found before. `action` is the corrective action
    against it. Of these two, what is left out stays as it is.
    """

    outcome: Annotated[Outcome, Rule(*unknown("outcome", get_args(Outcome)))]
    reasons: Letter
    clause: Note | None = None
    redress_minor: AmountMinor | None = None
    currency: Annotated[CurrencyCode | None, paying("redress_minor"), Field(validate_default=True)] = None
    redress_kind: Annotated[RedressKind, Rule(*unknown("redress_kind", get_args(RedressKind)))] | None = None
    cause: Short | None = None
    action: Short | None = None


class Approval(Strict):
    """Nothing: the proposal says it all."""


class Return(Strict):
    """What is to be done about the proposal."""

    comment: Letter


class Withdrawal(Strict):
    """Why the player takes the complaint back, if it is known."""

    reason: Note | None = None
