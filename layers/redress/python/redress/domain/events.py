"""What can have happened to a complaint. Past tense, no personal data: content is kept beside the events.

A field is one of str, int, bool, None or a tuple of str, so that the canonical JSON of an event is plain.
Instants are text as `instants` writes them; money is an integer of minor units with an ISO 4217 code.
"""

from collections.abc import Callable, Mapping
from typing import get_args

from redress.domain.values import Value


class ComplaintReceived(Value):
    """A complaint reached the operator. `jurisdiction` is a rule pack id, `occurred_on` a local date.

    `residence_packs` (`id@version`) apply besides, by where the player lives. The instants are told by
    whoever passes a complaint on; one that is not told is that of the event itself. `training`: practice.
    `suspicions` name what speaks for spam: honeypot, form_token, too_fast, too_old, many. `verified`: the
    operator's own site said whose account it is. `consultation` is the anonymous one that became it.
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
    training: bool = False
    suspicions: tuple[str, ...] = ()
    verified: bool = False
    consultation: str | None = None


class Released(Value):
    """A person found that a suspected complaint is none of spam: its letters leave. Why is content."""


class PrivateLinkRequested(Value):
    """Somebody who knows number and e-mail address asked for the private link once more."""


class Acknowledged(Value):
    """The acknowledgement was sent."""


class Triaged(Value):
    """The rules of triage gave a complaint its owner team and its weight; `reasons` names those that fired.

    `severity` is low, normal, high or critical, `priority` 1 (most urgent) to 4, `nature` complaint or
    dispute; `validity` says what speaks against it (empty: nothing). `needs_human` is the fast lane. What the
    rules saw is content.
    """

    team: str
    severity: str
    reasons: tuple[str, ...]
    priority: int = 3
    nature: str = "complaint"
    validity: tuple[str, ...] = ()
    needs_human: bool = False


class TriageOverruled(Value):
    """A person weighs the complaint otherwise than the rules; None leaves a part as it is. Why is content."""

    severity: str | None = None
    priority: int | None = None
    nature: str | None = None
    validity: tuple[str, ...] | None = None


class HarmSignalled(Value):
    """Something in what the player wrote later asks for a human at once; which signal it was is content."""


class Assigned(Value):
    """A person of the operator took over, or the complaint went to a team's queue (`assignee` None).

    `assignee` is a subject id of the operator's identity provider.
    """

    assignee: str | None
    team: str


class NoteAdded(Value):
    """A handler wrote something down: `internal`, or for the `player`, who is told. The text is content."""

    visibility: str


class ContextAttached(Value):
    """References to what the operator's systems know were added; `kinds` are theirs, the rest is content."""

    kinds: tuple[str, ...]


class InformationRequested(Value):
    """The operator asked the player something; the question is content."""


class PlayerReplied(Value):
    """The player wrote; the text is content. `came_at`: when it reached the operator; None: at this event."""

    came_at: str | None = None


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
    could not be told (not_told) counts for nothing. They run since `ended_at`, or None: since this event. An
    answer counts from when it came, however late it was read.
    `because`: player_reply, max_reached, operator, settled, not_told.
    """

    reason: str
    because: str
    ended_at: str | None = None


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
    """The complaint went up to a level of the operator's supervisors, 1 being the first.

    By the clock, or by a person whose reason is content.
    """

    level: int


class DecisionProposed(Value):
    """A handler proposed an outcome; reasons and clause are content.

    `redress_kind`: refund, compensation, bonus, correction or other.
    """

    outcome: str
    redress_minor: int | None = None
    currency: str | None = None
    redress_kind: str | None = None


class DecisionReturned(Value):
    """The proposal went back to its handler; the comment is content."""


class DecisionApproved(Value):
    """The proposal became the operator's decision; the final response is owed."""

    outcome: str
    redress_minor: int | None = None
    currency: str | None = None
    redress_kind: str | None = None


class RedressPaid(Value):
    """What was decided was paid: on `paid_on`, a local date. Where the payment is found is content."""

    amount_minor: int
    currency: str
    kind: str | None
    paid_on: str


class Reopened(Value):
    """The player does not accept the outcome (`disputed`) or brings something new (`new_information`).

    What they say is content.
    """

    ground: str


class DuplicateLinked(Value):
    """Another complaint about the same goes on in this one; the earliest of their instants count from now."""

    duplicate: str
    received_at: str
    sent_at: str | None = None
    registered_at: str | None = None
    operator_aware_at: str | None = None
    platform_posted_at: str | None = None


class LinkedAsDuplicate(Value):
    """The complaint goes on in another one, whose number is `primary`; why is content."""

    primary: str


class DeadlockDeclared(Value):
    """The player is referred to the independent body: no decision in time, or no agreement (why: content)."""


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
    """The outside body decided: upheld, partly_upheld, rejected, settled or discontinued.

    `redress_minor` is what the operator has to pay by it, in minor units of `currency`.
    """

    outcome: str
    redress_minor: int | None = None
    currency: str | None = None


class Withdrawn(Value):
    """The player took the complaint back."""


class FeedbackGiven(Value):
    """The player rated the handling, 1 (worst) to 5; the comment is content."""

    score: int


class TaskOpened(Value):
    """A person of the operator has to do something: what the system could not, or a team was asked for.

    `task` is work, pay_redress, or what the system met (letter_refused …); what is asked is content. `team`
    None is the complaint's own, `due_at` None at once. The task is known by the seq of this event. The money
    is what is to be paid.
    """

    task: str
    letter: str | None = None
    team: str | None = None
    due_at: str | None = None
    amount_minor: int | None = None
    currency: str | None = None
    redress_kind: str | None = None


class TaskClosed(Value):
    """The task that event `opened` opened is done, or not needed any more; what came of it is content."""

    opened: int
    outcome: str


class LetterClaimed(Value):
    """A letter is about to be sent, attempt `attempt`. Until an outcome is recorded it may have been sent.

    `contact` is whom to: 0 the player's first address, 1 the next one that is known, and so on.
    """

    letter: str
    kind: str
    attempt: int
    contact: int = 0


class LetterSent(Value):
    """The mail service accepted the letter under `message_id`, or a person sent it by other `means`.

    (post, phone, in_person or chat; where the proof is kept is content, and there is no message id.)
    """

    letter: str
    kind: str
    message_id: str
    means: str = "email"


class LetterRefused(Value):
    """The mail service definitely refused: the claim is released. A `permanent` refusal ends the letter.

    Unless it is owed `again`, to the player's next address. `not_before`: it is put off until then, because
    its address had as many letters as it may on one day.
    """

    letter: str
    kind: str
    reason: str
    permanent: bool
    not_before: str | None = None
    again: bool = False


class LetterDelivered(Value):
    """The reader's mail server took the letter that went as `message_id`."""

    letter: str
    kind: str
    message_id: str


class LetterDelayed(Value):
    """The reader's server does not take the letter for now (`reason`); the mail service goes on trying."""

    letter: str
    kind: str
    message_id: str
    reason: str


class LetterBounced(Value):
    """The letter that went as `message_id` did not arrive: the server refused it, or it was not tried.

    `reason`: bounce, suppressed (by the mail service, after an earlier bounce or complaint), rejected (by the
    mail service itself). `permanent`: nothing reaches that address. `again`: the letter is owed once more, to
    the player's next address.
    """

    letter: str
    kind: str
    message_id: str
    reason: str
    permanent: bool
    again: bool = False


class LetterMarkedAsSpam(Value):
    """Its reader told their mail provider that the letter is spam: nothing more goes to that address."""

    letter: str
    kind: str
    message_id: str


class ContactAdded(Value):
    """One more address of the player is known, which is content; `letters` are owed once more, to it."""

    letters: tuple[str, ...]


class MailReceived(Value):
    """A mail came to the complaint, or began it. What it says of itself is content; `mail` is its id.

    `taken_as`: complaint (it began it), reply, survey_declined, automatic (it changes nothing), held (it
    waits for a person, for the `reasons`: dmarc, spam, virus, closed, automatic, bounce; survey_declined is
    what it wished). The verdicts are those of the mail service: pass, fail, gray, processing_failed,
    disabled. `unknown_sender`: from an address that the complaint does not know. `came_at` is when the mail
    service took it in; None: nobody knows, or at this event.
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


class MailAccepted(Value):
    """A person found that the mail that event `received` held back is the player's.

    What it says is content of the reply that it is, or, where the complaint is closed, of this event.
    """

    received: int
    mail: str


class MailRejected(Value):
    """A person found that the mail that event `received` held back is not the player's. Why is content."""

    received: int


class SurveyDeclined(Value):
    """The player wants no more questions about how it went."""


class EvidenceAdded(Value):
    """A file came to the complaint: its id, and the media type and size (bytes) found in its content.

    It is opened by nobody before its scan. The SHA-256 of the file is content: it goes when the file goes.
    """

    evidence: str
    media_type: str
    size: int


class EvidenceRefused(Value):
    """A file was not taken, and is gone: why, in a word of `evidence.Refusal`."""

    evidence: str
    reason: str


class EvidenceScanned(Value):
    """What the scan for malware said: clean, infected (the file is gone), unscannable, not_scanned."""

    evidence: str
    verdict: str


class LegalHoldPlaced(Value):
    """What is known has to stay, as for a court: nothing of it is erased. Why is content."""


class LegalHoldLifted(Value):
    """What is known need not stay any longer than any other complaint. Why is content."""


class ErasureOrdered(Value):
    """What is known of the person is to go; from here on nothing new about them is taken in.

    `because`: request (the person asks for it), retention (its time is over).
    """

    because: str


class PersonalDataErased(Value):
    """What was known of the person is gone: so many contents beside events, files and mails as they came."""

    contents: int
    files: int
    mails: int


class SubjectStated(Value):
    """Which product, game, provider and payment route it is about; None leaves a part as it is.

    They are ids of the operator's own (`slot-1842`), never a text: what they say is counted.
    """

    product: str | None = None
    game: str | None = None
    provider: str | None = None
    payment_route: str | None = None


class CauseFound(Value):
    """What lies at the root of it: `cause` is an id of the region file's list, the latest one counts.

    `action` is the number of the corrective action that is to keep it from coming again.
    """

    cause: str
    action: str | None = None


class Closed(Value):
    """Nothing more is owed.

    `reason`: completed, feedback_window_ended, adr_window_ended, adr_decided, withdrawn, duplicate, spam (why
    a person thinks so is content).
    """

    reason: str


type Event = (
    ComplaintReceived
    | Released
    | PrivateLinkRequested
    | Acknowledged
    | Triaged
    | TriageOverruled
    | HarmSignalled
    | Assigned
    | NoteAdded
    | ContextAttached
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
    | RedressPaid
    | Reopened
    | DuplicateLinked
    | LinkedAsDuplicate
    | DeadlockDeclared
    | ReferredToAdr
    | AdrAnswered
    | AdrOutcomeRecorded
    | Withdrawn
    | FeedbackGiven
    | TaskOpened
    | TaskClosed
    | LetterClaimed
    | LetterSent
    | LetterRefused
    | LetterDelivered
    | LetterDelayed
    | LetterBounced
    | LetterMarkedAsSpam
    | ContactAdded
    | MailReceived
    | MailAccepted
    | MailRejected
    | SurveyDeclined
    | EvidenceAdded
    | EvidenceRefused
    | EvidenceScanned
    | LegalHoldPlaced
    | LegalHoldLifted
    | ErasureOrdered
    | PersonalDataErased
    | SubjectStated
    | CauseFound
    | Closed
)

EVENT_TYPES: Mapping[str, Callable[..., Event]] = {kind.__name__: kind for kind in get_args(Event.__value__)}
"""Every kind of event by the name it is kept under."""
