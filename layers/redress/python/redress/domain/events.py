"""What can have happened to a complaint. Past tense, no personal data: content is kept beside the events.

A field is one of str, int, bool, None or a tuple of str, so that the canonical JSON of an event is plain.
Instants are text as `instants` writes them; money is an integer of minor units with an ISO 4217 code.
"""

from collections.abc import Callable, Mapping

from redress.domain.values import Value


class ComplaintReceived(Value):
    """A complaint reached the operator. `jurisdiction` is a rule pack id, `occurred_on` a local date.

    `residence_packs` (`id@version`) apply besides, by where the player lives. The instants are told by
    whoever passes a complaint on; one that is not told is that of the event itself.
    """

    brand: str
    jurisdiction: str
    pack_version: str
    channel: str
    language: str
    category: str
    occurred_on: str | None = None
    amount_minor: int | None = None
    currency: str | None = None
    residence_packs: tuple[str, ...] = ()
    sent_at: str | None = None
    received_at: str | None = None
    registered_at: str | None = None
    operator_aware_at: str | None = None
    platform_posted_at: str | None = None
    event_settled_at: str | None = None


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


class Recategorised(Value):
    """The complaint is about something else than it seemed, and another team's; why is content."""

    category: str
    team: str


class PackVersionAdopted(Value):
    """From now on the complaint runs by another version of one of its rule packs; why is content."""

    pack: str
    pack_version: str


class ClockPaused(Value):
    """Clocks stopped for a reason that their packs allow; explanation and evidence are content.

    `clocks` are those of the packs then, as `pack:stage` or `pack:body`; a later change of pack or category
    leaves them as they are. `notice` is what tells the player: pause or information_request, a letter kind.
    `ends_at` is when they go on by themselves, where a pack says how long they may stop.
    """

    reason: str
    clocks: tuple[str, ...]
    notice: str
    ends_at: str | None = None


class ClockResumed(Value):
    """The clocks that stopped for a reason run again.

    They do when the complaint was decided, referred or closed (settled), too. A pause of which the player
    could not be told (not_told) counts for nothing.
    `because`: player_reply, max_reached, operator, settled, not_told.
    """

    reason: str
    because: str


class DeadlineExtended(Value):
    """The operator makes the deadline of a stage longer, as its pack allows; the reasons are content.

    Where the pack asks for a written notice it holds from the moment the letter is sent, and if
    `before_due` not at all when that is too late.
    """

    pack: str
    stage: str
    amount: int
    unit: str
    by_notice: bool
    before_due: bool


class MilestoneReached(Value):
    """An instant of the clock passed. `breach` tells that an operator's duty was unmet at it.

    `strength` is that of the rule (must, should, house), `actions` are what it asks for then.
    """

    clock: str
    milestone: str
    deadline_version: str
    due_at: str
    kind: str
    breach: bool
    pack: str
    pack_version: str
    strength: str = "house"
    actions: tuple[str, ...] = ()


class DeemedAccepted(Value):
    """The law takes silence for acceptance: the complaint is upheld, and the player is told so."""


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


class ReferredToAdr(Value):
    """The player took the complaint to an outside body (`body`: its key in `pack`).

    `complete_file_at` is when the body had everything; its own and the operator's time start then.
    """

    pack: str
    body: str
    complete_file_at: str


class AdrAnswered(Value):
    """The operator answered the outside body."""


class AdrOutcomeRecorded(Value):
    """The outside body decided: upheld, partly_upheld, rejected, settled or discontinued."""

    outcome: str


class Withdrawn(Value):
    """The player took the complaint back."""


class FeedbackGiven(Value):
    """The player rated the handling, 1 (worst) to 5; the comment is content."""

    score: int


class TaskOpened(Value):
    """A person of the operator has to look at something that the system could not do."""

    task: str
    letter: str | None = None


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
    """Nothing more is owed.

    `reason`: completed, feedback_window_ended, adr_window_ended, adr_decided, withdrawn.
    """

    reason: str


type Event = (
    ComplaintReceived
    | Acknowledged
    | Triaged
    | Assigned
    | InformationRequested
    | PlayerReplied
    | Recategorised
    | PackVersionAdopted
    | ClockPaused
    | ClockResumed
    | DeadlineExtended
    | MilestoneReached
    | DeemedAccepted
    | Escalated
    | DecisionProposed
    | DecisionReturned
    | DecisionApproved
    | DeadlockDeclared
    | ReferredToAdr
    | AdrAnswered
    | AdrOutcomeRecorded
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
        Recategorised,
        PackVersionAdopted,
        ClockPaused,
        ClockResumed,
        DeadlineExtended,
        MilestoneReached,
        DeemedAccepted,
        Escalated,
        DecisionProposed,
        DecisionReturned,
        DecisionApproved,
        DeadlockDeclared,
        ReferredToAdr,
        AdrAnswered,
        AdrOutcomeRecorded,
        Withdrawn,
        FeedbackGiven,
        TaskOpened,
        LetterClaimed,
        LetterSent,
        LetterRefused,
        Closed,
    )
}
