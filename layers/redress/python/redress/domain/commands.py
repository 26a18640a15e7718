"""What a person or the system may ask of a complaint. `content` is personal or free text, kept apart."""

from redress.domain.audit import Content
from redress.domain.values import Value

NO_CONTENT: Content = {}


class Submit(Value):
    """A player, or an app on the player's behalf, submits a complaint."""

    brand: str
    jurisdiction: str
    pack_version: str
    channel: str
    language: str
    category: str
    occurred_on: str | None
    amount_minor: int | None
    currency: str | None
    content: Content
    residence_packs: tuple[str, ...] = ()
    sent_at: str | None = None
    received_at: str | None = None
    registered_at: str | None = None
    operator_aware_at: str | None = None
    platform_posted_at: str | None = None
    event_settled_at: str | None = None


class Triage(Value):
    """The system assigns team and severity."""

    team: str
    severity: str
    reasons: tuple[str, ...]


class Assign(Value):
    """A person takes the complaint, or is given it."""

    assignee: str
    team: str


class RequestInformation(Value):
    """The handler asks the player a question; `pause` stops the clocks that may wait for the answer."""

    content: Content
    pause: bool = False


class Recategorise(Value):
    """A person says what the complaint is really about, whose it is then, and why (content)."""

    category: str
    team: str
    content: Content


class AdoptPackVersion(Value):
    """A person has the complaint run by another version of one of its rule packs, and says why (content)."""

    pack: str
    pack_version: str
    content: Content


class PauseClock(Value):
    """A person stops the clocks that may stop for a reason. Content: explanation to the player, evidence."""

    reason: str
    content: Content


class ResumeClock(Value):
    """A person lets the clocks that stopped for a reason run again."""

    reason: str
    content: Content = NO_CONTENT


class ExtendDeadline(Value):
    """A person takes the longer time that a pack allows a stage; content: the reasons.

    `pack` None means the licence's; `amount` None all that is allowed, in the pack's own unit.
    """

    stage: str
    content: Content
    pack: str | None = None
    amount: int | None = None


class Reply(Value):
    """The player writes on the tracking page or by mail."""

    content: Content


class ProposeDecision(Value):
    """The handler proposes an outcome: upheld, partly_upheld, rejected, goodwill or out_of_scope."""

    outcome: str
    content: Content
    redress_minor: int | None = None
    currency: str | None = None


class ReturnDecision(Value):
    """The approver sends the proposal back with a comment."""

    content: Content


class ApproveDecision(Value):
    """The proposal becomes the decision. `second_person`: the proposer may not approve."""

    second_person: bool = False


class Withdraw(Value):
    """The player takes the complaint back, with or without saying why."""

    content: Content = NO_CONTENT


class GiveFeedback(Value):
    """The player rates the handling, 1 to 5."""

    score: int
    content: Content = NO_CONTENT


class ReachMilestone(Value):
    """The workflow found that an instant of the clock has passed."""

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
    level: int | None = None


class ReferToAdr(Value):
    """The outside body tells that it has the complaint, its file complete since `complete_file_at`.

    `pack` None means the licence's.
    """

    body: str
    complete_file_at: str
    pack: str | None = None
    content: Content = NO_CONTENT


class AnswerAdr(Value):
    """The operator has sent its answer to the outside body."""

    content: Content = NO_CONTENT


class RecordAdrOutcome(Value):
    """The outside body has decided."""

    outcome: str
    content: Content = NO_CONTENT


class ClaimLetter(Value):
    """The sender takes a letter that is owed."""

    letter: str


class RecordLetterSent(Value):
    """The mail service accepted the letter."""

    letter: str
    message_id: str


class RecordLetterRefused(Value):
    """The mail service definitely refused the letter, or it could not be written at all."""

    letter: str
    reason: str
    permanent: bool


class AbandonLetter(Value):
    """Nobody knows whether the letter left, and it may not go twice: a person has to look."""

    letter: str


class Close(Value):
    """Nothing more is owed."""

    reason: str


# Everything that can be asked of a complaint that exists; Submit makes one.
type Command = (
    Triage
    | Assign
    | RequestInformation
    | Recategorise
    | AdoptPackVersion
    | PauseClock
    | ResumeClock
    | ExtendDeadline
    | ReferToAdr
    | AnswerAdr
    | RecordAdrOutcome
    | Reply
    | ProposeDecision
    | ReturnDecision
    | ApproveDecision
    | Withdraw
    | GiveFeedback
    | ReachMilestone
    | ClaimLetter
    | RecordLetterSent
    | RecordLetterRefused
    | AbandonLetter
    | Close
)
