"""What callers send to work on a complaint."""

from typing import Annotated, Literal, get_args

from pydantic import Field, StringConstraints

from redress.domain.actors import SUBJECT
from redress.http.bodies import Letter, Note, Short
from redress.http.fields import AmountMinor, CurrencyCode, Date, Future, Rule, Strict, Text
from redress.http.intake import AboutProduct, Counted, unknown

MOST_REFERENCES = 50

Severity = Literal["low", "normal", "high", "critical"]
Nature = Literal["complaint", "dispute"]
Validity = Literal["out_of_time", "outside_licence", "outside_jurisdiction", "incomplete"]
Doubt = Annotated[Validity, Rule(*unknown("validity", get_args(Validity)))]
Visibility = Literal["internal", "player"]
TaskOutcome = Literal["done", "not_needed"]
Ground = Literal["disputed", "new_information"]
Means = Literal["post", "phone", "in_person", "chat"]
ContextKind = Literal[
    "player", "account", "transaction", "bet", "game_round", "bonus", "conversation", "other"
]

Priority = Annotated[int, Field(ge=1, le=4), Field(description="1 is the most urgent, 4 the least.")]
Level = Annotated[int, Field(ge=1, le=9)]
Number = Annotated[str, Text(20)]
Subject = Annotated[
    str,
    StringConstraints(pattern=f"^{SUBJECT}$"),
    Rule("subject", "Send the person's subject id, no name and no address."),
]


class Assignment(Strict):
    """Who is to work on a complaint: a person, or with a team alone whoever of it takes it next."""

    assignee: Subject | None = None
    team: Short | None = None


class TriageOverrule(Strict):
    """How a complaint is really to be weighed, and why; what is left out stays as it is."""

    severity: Annotated[Severity, Rule(*unknown("severity", get_args(Severity)))] | None = None
    priority: Priority | None = None
    nature: Annotated[Nature, Rule(*unknown("nature", get_args(Nature)))] | None = None
    validity: Annotated[list[Doubt], Field(max_length=len(get_args(Validity)))] | None = None
    reason: Note


class SpamFinding(Strict):
    """Why a suspected complaint is honest after all, or why it is spam."""

    reason: Note


class NoteBody(Strict):
    """A note. One for the player is sent to them, and stands on their page."""

    visibility: Annotated[Visibility, Rule(*unknown("visibility", get_args(Visibility)))] = "internal"
    text: Letter


class ContextReference(Strict):
    """Something in the operator's systems: its kind, its id there, where it is found. No content of it."""

    kind: Annotated[ContextKind, Rule(*unknown("kind", get_args(ContextKind)))]
    id: Short
    system: Short | None = None
    url: Annotated[str, Text(1_000)] | None = None
    label: Annotated[str, Text(200)] | None = None


class Context(Strict):
    """References to what the operator's systems know."""

    references: Annotated[list[ContextReference], Field(min_length=1, max_length=MOST_REFERENCES)]


class TaskBody(Strict):
    """What a team is asked for, and until when."""

    team: Short
    what: Note
    due_at: Future | None = None


class TaskClosure(Strict):
    """What came of a task."""

    outcome: Annotated[TaskOutcome, Rule(*unknown("outcome", get_args(TaskOutcome)))] = "done"
    result: Letter | None = None


class ComplaintSubject(Strict):
    """What a complaint is about, by your own ids and no text: they are counted and published."""

    product: AboutProduct | None = None
    game: Counted | None = None
    provider: Counted | None = None
    payment_route: Counted | None = None


class CauseFinding(Strict):
    """What lies at the root of a complaint, by the region file's list, and the corrective action against it.

    Without `action` there is none, whatever was named before.
    """

    cause: Short
    action: Short | None = None


class DuplicateOf(Strict):
    """The complaint of the same player that this one goes on in, and how one knows."""

    number: Number
    reason: Note


class Escalation(Strict):
    """Why a complaint goes up, and to which level: the next one unless it says."""

    level: Level | None = None
    reason: Note


class Deadlock(Strict):
    """Why there will be no agreement, for the player."""

    reasons: Letter


class Reopening(Strict):
    """On which ground the player asks for a second look, and what they say."""

    ground: Annotated[Ground, Rule(*unknown("ground", get_args(Ground)))] = "disputed"
    reason: Letter


class RedressPayment(Strict):
    """What was paid, on which local day, and where the payment is found. `task`: which one it pays."""

    amount_minor: AmountMinor
    currency: CurrencyCode
    paid_on: Date
    task: Annotated[int, Field(ge=1)] | None = None
    reference: Short | None = None


class OtherMeans(Strict):
    """How a letter that mail could not bring reached its reader, and where the proof is kept."""

    means: Annotated[Means, Rule(*unknown("means", get_args(Means)))]
    reference: Note | None = None


class PlayerReply(Strict):
    """What the player told the operator, on the phone or in a chat."""

    text: Letter
