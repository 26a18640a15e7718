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
    training: bool = False
    suspicions: tuple[str, ...] = ()
    verified: bool = False
    consultation: str | None = None
    mail: "ReceiveMail | None" = None
    subject: "StateSubject | None" = None


class Release(Value):
    """A person finds that a suspected complaint is none of spam; content: why."""

    content: Content


class RejectAsSpam(Value):
    """A person finds that a suspected complaint is spam; content: why."""

    content: Content


class RequestLink(Value):
    """The player lost the private link and asks for it by mail."""


class Triage(Value):
    """The system weighs the complaint by the rules; content: what they saw."""

    team: str
    severity: str
    reasons: tuple[str, ...]
    priority: int = 3
    nature: str = "complaint"
    validity: tuple[str, ...] = ()
    needs_human: bool = False
    content: Content = NO_CONTENT


class OverruleTriage(Value):
    """A person weighs the complaint otherwise; None leaves a part as it is. Content: why."""

    content: Content
    severity: str | None = None
    priority: int | None = None
    nature: str | None = None
    validity: tuple[str, ...] | None = None


class Assign(Value):
    """A person takes the complaint or is given it; with `assignee` None it goes to the team's queue."""

    assignee: str | None
    team: str


class AddNote(Value):
    """A handler writes something down, `internal` or for the `player`."""

    visibility: str
    content: Content


class AttachContext(Value):
    """An application adds references to what the operator's systems know; content: the references."""

    kinds: tuple[str, ...]
    content: Content


class OpenTask(Value):
    """A handler asks a team for something, until `due_at` where it is given; content: what."""

    content: Content
    team: str
    due_at: str | None = None


class CloseTask(Value):
    """The task that event `opened` opened is `done` or `not_needed`; content: what came of it."""

    opened: int
    outcome: str
    content: Content = NO_CONTENT


class Escalate(Value):
    """A person takes the complaint up to a level of supervisors: the next one if `level` is None."""

    content: Content
    level: int | None = None


class DeclareDeadlock(Value):
    """The operator will not agree with the player, who is referred to the outside body; content: why."""

    content: Content


class Reopen(Value):
    """The player disputes the outcome (`disputed`), or brings something new (`new_information`).

    `harm`, here and below: which signals of harm the player's text holds.
    """

    ground: str
    content: Content
    harm: Content = NO_CONTENT


class LinkDuplicate(Value):
    """Another complaint of the same player goes on in this one. The instants are the other one's."""

    duplicate: str
    received_at: str
    sent_at: str | None = None
    registered_at: str | None = None
    operator_aware_at: str | None = None
    platform_posted_at: str | None = None
    needs_human: bool = False


class LinkAsDuplicate(Value):
    """The complaint goes on in another one of the same player; content: why."""

    primary: str
    content: Content


class RecordRedressPaid(Value):
    """The redress of the task that event `opened` opened was paid on `paid_on` (a local date).

    `opened` None means the only one there is.
    """

    amount_minor: int
    currency: str
    paid_on: str
    opened: int | None = None
    content: Content = NO_CONTENT


class SendOtherwise(Value):
    """A letter that could not go by mail was brought to its reader by other means; content: the proof."""

    letter: str
    means: str
    content: Content = NO_CONTENT


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
    harm: Content = NO_CONTENT


class ProposeDecision(Value):
    """The handler proposes an outcome: upheld, partly_upheld, rejected, goodwill, withdrawn, out_of_scope.

    `cause` is what they found at the root of it; None leaves that as it is.
    """

    outcome: str
    content: Content
    redress_minor: int | None = None
    currency: str | None = None
    redress_kind: str | None = None
    cause: "FindCause | None" = None


class ReturnDecision(Value):
    """The approver sends the proposal back with a comment."""

    content: Content


class ApproveDecision(Value):
    """The proposal becomes the decision. `second_person`: the proposer may not approve.

    Redress is to be paid by `pay_team` (None: the complaint's own) until `pay_by`.
    """

    second_person: bool = False
    pay_team: str | None = None
    pay_by: str | None = None


class Withdraw(Value):
    """The player takes the complaint back, with or without saying why."""

    content: Content = NO_CONTENT
    harm: Content = NO_CONTENT


class GiveFeedback(Value):
    """The player rates the handling, 1 to 5."""

    score: int
    content: Content = NO_CONTENT
    harm: Content = NO_CONTENT


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
    """The outside body has decided. What it awards is to be paid by `pay_team` until `pay_by`."""

    outcome: str
    redress_minor: int | None = None
    currency: str | None = None
    pay_team: str | None = None
    pay_by: str | None = None
    content: Content = NO_CONTENT


class ClaimLetter(Value):
    """The sender takes a letter that is owed, for the player's address `contact` (0: the first)."""

    letter: str
    contact: int = 0


class RecordLetterSent(Value):
    """The mail service accepted the letter."""

    letter: str
    message_id: str


class RecordLetterRefused(Value):
    """The mail service definitely refused the letter, or it could not be written at all.

    `attempt` is that of the claim it was sent under; None: it was not claimed. `not_before` puts it off.
    `other_contact`: there is another address to try.
    """

    letter: str
    reason: str
    permanent: bool
    attempt: int | None = None
    not_before: str | None = None
    other_contact: bool = False


class RecordDelivery(Value):
    """The mail service tells what became of a letter: a `Delivery`. `other_contact`: there is one to try."""

    letter: str
    message_id: str
    outcome: str
    reason: str = ""
    permanent: bool = False
    other_contact: bool = False


class AddContact(Value):
    """A person learnt another e-mail address of the player; content: the address."""

    content: Content


class ReceiveMail(Value):
    """A mail came: the fields of MailReceived. Content: message_id, from, subject, text.

    `harm` is what in its text asks for a human; it counts whatever the mail is taken as.
    """

    mail: str
    taken_as: str
    spf: str
    dkim: str
    dmarc: str
    spam: str
    virus: str
    reasons: tuple[str, ...] = ()
    unknown_sender: bool = False
    came_at: str | None = None
    content: Content = NO_CONTENT
    harm: Content = NO_CONTENT


class AcceptMail(Value):
    """A person finds that the mail that event `received` held back is the player's; content: its text."""

    received: int
    content: Content


class RejectMail(Value):
    """A person finds that the mail that event `received` held back is not the player's; content: why."""

    received: int
    content: Content


class AbandonLetter(Value):
    """Nobody knows whether the letter left, and it may not go twice: a person has to look."""

    letter: str


class AddEvidence(Value):
    """A file was sent that is of a kind we take. Content: its SHA-256.

    `scanned`: whether a scan for malware follows; without one the file counts as released at once.
    """

    evidence: str
    media_type: str
    size: int
    content: Content
    scanned: bool = True


class RefuseEvidence(Value):
    """A file was sent that is not taken, for a reason of `evidence.Refusal`."""

    evidence: str
    reason: str


class RecordScan(Value):
    """The scan for malware has come to a verdict on a file."""

    evidence: str
    verdict: str


class PlaceLegalHold(Value):
    """A person has everything known about a complaint kept, as for a court; content: why."""

    content: Content


class LiftLegalHold(Value):
    """A person ends the legal hold; content: why."""

    content: Content


class OrderErasure(Value):
    """What is known of the player is to be erased. `because`: request, or retention when its time is over."""

    because: str


class RecordErased(Value):
    """It is gone: contents beside events, files, and mails as they came."""

    contents: int
    files: int
    mails: int


class StateSubject(Value):
    """Somebody tells which product, game, provider or payment route it is about; None: as it is."""

    product: str | None = None
    game: str | None = None
    provider: str | None = None
    payment_route: str | None = None


class FindCause(Value):
    """A person says what lies at the root of it, and which corrective action is to help."""

    cause: str
    action: str | None = None


class Close(Value):
    """Nothing more is owed."""

    reason: str


# Everything that can be asked of a complaint that exists; Submit makes one.
type Command = (
    Release
    | RejectAsSpam
    | RequestLink
    | Triage
    | OverruleTriage
    | Assign
    | AddNote
    | AttachContext
    | OpenTask
    | CloseTask
    | Escalate
    | DeclareDeadlock
    | Reopen
    | LinkDuplicate
    | LinkAsDuplicate
    | RecordRedressPaid
    | SendOtherwise
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
    | RecordDelivery
    | AddContact
    | ReceiveMail
    | AcceptMail
    | RejectMail
    | AddEvidence
    | RefuseEvidence
    | RecordScan
    | PlaceLegalHold
    | LiftLegalHold
    | OrderErasure
    | RecordErased
    | StateSubject
    | FindCause
    | Close
)
