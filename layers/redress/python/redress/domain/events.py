"""What can have happened to a complaint. Past tense, no personal data: content is kept beside the events.

A field is one of str, int, bool, None or a tuple of str, so that the canonical JSON of an event is plain.
Instants are text as `instants` writes them; money is an integer of minor units with an ISO 4217 code.
"""

from collections.abc import Callable, Mapping

from redress.domain.values import Value


class ComplaintReceived(Value):
    """A complaint reached the operator. `jurisdiction` is a rule pack id, `occurred_on` a local date."""

    brand: str
    jurisdiction: str
    pack_version: str
    channel: str
    language: str
    category: str
    occurred_on: str | None = None
    amount_minor: int | None = None
    currency: str | None = None


class Acknowledged(Value):
    """The acknowledgement was sent."""


class Triaged(Value):
    """The complaint got its owner team, its severity (low, normal, high) and the rules that said so."""

    team: str
    severity: str
    reasons: tuple[str, ...]


class Assigned(Value):
    """A person of the operator took over: `assignee` is a subject id of the operator's identity provider."""

    assignee: str
    team: str


class InformationRequested(Value):
    """The operator asked the player something; the question is content."""


class PlayerReplied(Value):
    """The player wrote; the text is content."""


class MilestoneReached(Value):
    """An instant of the clock passed. `breach` tells that an operator's duty was unmet at it."""

    clock: str
    milestone: str
    deadline_version: str
    due_at: str
    kind: str
    breach: bool
    pack: str
    pack_version: str


class Escalated(Value):
    """The complaint went up to a level of the operator's supervisors, 1 being the first."""

    level: int


class DecisionProposed(Value):
    """A handler proposed an outcome; reasons and clause are content."""

    outcome: str
    redress_minor: int | None = None
    currency: str | None = None


class DecisionReturned(Value):
    """The proposal went back to its handler; the comment is content."""


class DecisionApproved(Value):
    """The proposal became the operator's decision; the final response is owed."""

    outcome: str
    redress_minor: int | None = None
    currency: str | None = None


class DeadlockDeclared(Value):
    """No decision in time: the player is referred to the independent body before the final instant."""


class Withdrawn(Value):
    """The player took the complaint back."""


class FeedbackGiven(Value):
    """The player rated the handling, 1 (worst) to 5; the comment is content."""

    score: int


class TaskOpened(Value):
    """A person of the operator has to look at something that the system could not do."""

    task: str
    letter: str


class LetterClaimed(Value):
    """A letter is about to be sent, attempt `attempt`. Until an outcome is recorded it may have been sent."""

    letter: str
    kind: str
    attempt: int


class LetterSent(Value):
    """The mail service accepted the letter under `message_id`."""

    letter: str
    kind: str
    message_id: str


class LetterRefused(Value):
    """The mail service definitely refused: the claim is released. A `permanent` refusal ends the letter."""

    letter: str
    kind: str
    reason: str
    permanent: bool


class Closed(Value):
    """Nothing more is owed. `reason`: completed, feedback_window_ended, adr_window_ended, withdrawn."""

    reason: str


type Event = (
    ComplaintReceived
    | Acknowledged
    | Triaged
    | Assigned
    | InformationRequested
    | PlayerReplied
    | MilestoneReached
    | Escalated
    | DecisionProposed
    | DecisionReturned
    | DecisionApproved
    | DeadlockDeclared
    | Withdrawn
    | FeedbackGiven
    | TaskOpened
    | LetterClaimed
    | LetterSent
    | LetterRefused
    | Closed
)

EVENT_TYPES: Mapping[str, Callable[..., Event]] = {
    kind.__name__: kind
    for kind in (
        ComplaintReceived,
        Acknowledged,
        Triaged,
        Assigned,
        InformationRequested,
        PlayerReplied,
        MilestoneReached,
        Escalated,
        DecisionProposed,
        DecisionReturned,
        DecisionApproved,
        DeadlockDeclared,
        Withdrawn,
        FeedbackGiven,
        TaskOpened,
        LetterClaimed,
        LetterSent,
        LetterRefused,
        Closed,
    )
}
