"""What a person or the system may ask of a complaint. `content` is personal or free text, kept apart."""

from dataclasses import dataclass, field

from redress.domain.audit import Content


@dataclass(frozen=True, kw_only=True)
class Submit:
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


@dataclass(frozen=True, kw_only=True)
class Triage:
    """The system assigns team and severity."""

    team: str
    severity: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Assign:
    """A person takes the complaint, or is given it."""

    assignee: str
    team: str


@dataclass(frozen=True, kw_only=True)
class RequestInformation:
    """The handler asks the player a question."""

    content: Content


@dataclass(frozen=True, kw_only=True)
class Reply:
    """The player writes on the tracking page or by mail."""

    content: Content


@dataclass(frozen=True, kw_only=True)
class ProposeDecision:
    """The handler proposes an outcome: upheld, partly_upheld, rejected, goodwill or out_of_scope."""

    outcome: str
    content: Content
    redress_minor: int | None = None
    currency: str | None = None


@dataclass(frozen=True, kw_only=True)
class ReturnDecision:
    """The approver sends the proposal back with a comment."""

    content: Content


@dataclass(frozen=True, kw_only=True)
class ApproveDecision:
    """The proposal becomes the decision. `second_person`: the proposer may not approve."""

    second_person: bool = False


@dataclass(frozen=True, kw_only=True)
class Withdraw:
    """The player takes the complaint back, with or without saying why."""

    content: Content = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class GiveFeedback:
    """The player rates the handling, 1 to 5."""

    score: int
    content: Content = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ReachMilestone:
    """The workflow found that an instant of the clock has passed."""

    clock: str
    milestone: str
    deadline_version: str
    due_at: str
    kind: str
    breach: bool
    pack: str
    pack_version: str
    level: int | None = None


@dataclass(frozen=True, kw_only=True)
class ClaimLetter:
    """The sender takes a letter that is owed."""

    letter: str


@dataclass(frozen=True, kw_only=True)
class RecordLetterSent:
    """The mail service accepted the letter."""

    letter: str
    message_id: str


@dataclass(frozen=True, kw_only=True)
class RecordLetterRefused:
    """The mail service definitely refused the letter, or it could not be written at all."""

    letter: str
    reason: str
    permanent: bool


@dataclass(frozen=True, kw_only=True)
class AbandonLetter:
    """Nobody knows whether the letter left, and it may not go twice: a person has to look."""

    letter: str


@dataclass(frozen=True, kw_only=True)
class Close:
    """Nothing more is owed."""

    reason: str


# Everything that can be asked of a complaint that exists; Submit makes one.
type Command = (
    Triage
    | Assign
    | RequestInformation
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
