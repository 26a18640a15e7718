"""Which letters the events of a complaint owe, to whom, and while which stage they still make sense."""

from collections.abc import Iterator, Mapping
from copy import replace
from datetime import datetime, timedelta
from enum import StrEnum

from redress.domain import events, instants
from redress.domain.stages import ANY, OPEN, UNDECIDED, Stage
from redress.domain.values import Value

FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(minutes=15)
NO_CONTACT = "no_contact"
"""Why a letter was refused: no address of the player is left that mail reaches."""
INVALID_ADDRESS = "InvalidAddress"
"""Likewise: no mail can be sent to such an address at all."""
TOO_MANY = "too_many"
"""Likewise: its address had as many letters as it may on one day (UTC)."""


class LetterKind(StrEnum):
    """What a letter is for."""

    ACKNOWLEDGEMENT = "acknowledgement"
    INFORMATION_REQUEST = "information_request"
    PAUSE = "pause"
    EXTENSION = "extension"
    HOLDING = "holding"
    PROGRESS = "progress"
    FINAL_RESPONSE = "final_response"
    DEADLOCK = "deadlock"
    FEEDBACK_REQUEST = "feedback_request"
    WARNING = "warning"
    ESCALATION = "escalation"
    BREACH = "breach"
    REMINDER = "reminder"
    MESSAGE = "message"
    REOPENED = "reopened"
    DUPLICATE = "duplicate"
    ALERT = "alert"
    PRIVATE_LINK = "private_link"


STATUTORY = frozenset(
    {
        LetterKind.ACKNOWLEDGEMENT,
        LetterKind.PAUSE,
        LetterKind.EXTENSION,
        LetterKind.HOLDING,
        LetterKind.FINAL_RESPONSE,
        LetterKind.DEADLOCK,
    }
)
TO_STAFF = frozenset(
    {
        LetterKind.WARNING,
        LetterKind.ESCALATION,
        LetterKind.BREACH,
        LetterKind.REMINDER,
        LetterKind.ALERT,
    }
)

# What the player has to know: where it does not arrive, a person sees to it.
MUST_ARRIVE = STATUTORY | {LetterKind.INFORMATION_REQUEST}

# Of several that could not leave only the latest goes.
SUPERSEDED = frozenset({LetterKind.PROGRESS, LetterKind.REMINDER})

# A letter is sent only while the complaint is at one of these stages; otherwise it has lost its point.
SENT_WHILE: Mapping[LetterKind, frozenset[Stage]] = {
    LetterKind.ACKNOWLEDGEMENT: OPEN,
    LetterKind.INFORMATION_REQUEST: frozenset({Stage.INVESTIGATING, Stage.DEADLOCKED}),
    LetterKind.PAUSE: UNDECIDED,
    LetterKind.EXTENSION: UNDECIDED,
    LetterKind.HOLDING: UNDECIDED,
    LetterKind.PROGRESS: UNDECIDED,
    LetterKind.FINAL_RESPONSE: frozenset({Stage.DECIDED}),
    LetterKind.DEADLOCK: frozenset({Stage.DEADLOCKED}),
    LetterKind.FEEDBACK_REQUEST: frozenset({Stage.RESOLVED}),
    LetterKind.WARNING: UNDECIDED,
    LetterKind.ESCALATION: UNDECIDED,
    LetterKind.BREACH: OPEN,
    LetterKind.REMINDER: OPEN,
    LetterKind.MESSAGE: OPEN,
    LetterKind.REOPENED: UNDECIDED,
    LetterKind.DUPLICATE: OPEN,
    LetterKind.ALERT: OPEN,
    LetterKind.PRIVATE_LINK: ANY,
}


# What did not arrive goes to the player's next address, even if the complaint has gone on meanwhile.
SENT_AGAIN_WHILE: Mapping[LetterKind, frozenset[Stage]] = {
    LetterKind.FINAL_RESPONSE: frozenset({Stage.DECIDED, Stage.RESOLVED, Stage.CLOSED}),
    LetterKind.DEADLOCK: frozenset({Stage.DEADLOCKED, Stage.CLOSED}),
}


class Delivery(StrEnum):
    """What the mail service has told of a letter that it took, the latest."""

    DELAYED = "delayed"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    SPAM = "marked_as_spam"


class LetterStatus(StrEnum):
    """How far a letter got."""

    OWED = "owed"
    CLAIMED = "claimed"
    REFUSED = "refused"
    SENT = "sent"
    ABANDONED = "abandoned"


class Letter(Value):
    """A letter owed since event `cause`; `changed_at` (UTC) is when its status changed last.

    `about` is the clock and the version of its deadline that a milestone's letter is about. `contact` is
    whom it went to last, `failed_at` the last contact that it did not reach; `again`: it did not arrive, and
    is owed once more; `returned` are the message ids under which it came back. `not_before`: it was put off.
    """

    key: str
    kind: LetterKind
    cause: int
    about: str = ""
    status: LetterStatus = LetterStatus.OWED
    attempt: int = 0
    changed_at: datetime | None = None
    message_id: str | None = None
    contact: int = 0
    failed_at: int | None = None
    again: bool = False
    returned: frozenset[str] = frozenset()
    delivery: Delivery | None = None
    delivery_at: datetime | None = None
    not_before: datetime | None = None

    @property
    def statutory(self) -> bool:
        """Whether the law asks for it, so that it goes again when its fate is unknown."""
        return self.kind in STATUTORY

    @property
    def failed(self) -> bool:
        """Whether it came back or was given up, and rests."""
        bounced = self.status is LetterStatus.SENT and self.delivery is Delivery.BOUNCED
        return bounced or self.status is LetterStatus.ABANDONED

    @property
    def fate(self) -> str | None:
        """What is known since it left: `sent`, or a Delivery, the latest; None as long as it has not left."""
        if self.delivery:
            return self.delivery
        return LetterStatus.SENT if self.status is LetterStatus.SENT else None

    def next_attempt_at(self, claim_expiry: timedelta) -> datetime | None:
        """The earliest instant (UTC) at which it may be claimed again; None when at once or never."""
        if self.changed_at is None:
            return None
        if self.status is LetterStatus.REFUSED:
            pause: timedelta = min(FIRST_RETRY * (1 << min(self.attempt - 1, 10)), LONGEST_RETRY)
            return max(self.changed_at + pause, self.not_before or self.changed_at)
        return self.changed_at + claim_expiry if self.status is LetterStatus.CLAIMED else None

    def is_live(self, stage: Stage) -> bool:
        """Whether it still has to be dealt with at that stage."""
        done = self.status in {LetterStatus.SENT, LetterStatus.ABANDONED}
        stages = SENT_WHILE[self.kind]
        return not done and stage in (SENT_AGAIN_WHILE.get(self.kind, stages) if self.again else stages)


_OWED_BY: Mapping[type[events.Event], LetterKind] = {
    events.ComplaintReceived: LetterKind.ACKNOWLEDGEMENT,
    events.InformationRequested: LetterKind.INFORMATION_REQUEST,
    events.DeadlineExtended: LetterKind.EXTENSION,
    events.DecisionApproved: LetterKind.FINAL_RESPONSE,
    events.DeemedAccepted: LetterKind.FINAL_RESPONSE,
    events.DeadlockDeclared: LetterKind.DEADLOCK,
    events.Escalated: LetterKind.ESCALATION,
    events.Reopened: LetterKind.REOPENED,
    events.DuplicateLinked: LetterKind.DUPLICATE,
    events.HarmSignalled: LetterKind.ALERT,
    events.PrivateLinkRequested: LetterKind.PRIVATE_LINK,
}

_OWED_BY_MILESTONE: Mapping[str, LetterKind] = {
    "warning": LetterKind.WARNING,
    "target": LetterKind.WARNING,
    "reminder": LetterKind.REMINDER,
    "progress": LetterKind.PROGRESS,
}


def owed_by(event: events.Event, seq: int) -> tuple[Letter, ...]:
    """The letters that an event makes the operator owe."""
    about = _about(event)
    return tuple(Letter(key=f"{kind}-{seq}", kind=kind, cause=seq, about=about) for kind in _kinds(event))


def mailed_to_player(event: events.Event) -> bool:
    """Whether it says that a letter left to the player by mail."""
    return isinstance(event, events.LetterSent) and event.means == "email" and event.kind not in TO_STAFF


def _about(event: events.Event) -> str:
    if isinstance(event, events.MilestoneReached):
        return f"{event.clock}:{event.deadline_version}"
    return ""


def _kinds(event: events.Event) -> Iterator[LetterKind]:
    match event:
        case events.MilestoneReached():
            yield from _of_milestone(event)
        case events.LetterSent(kind=LetterKind.FINAL_RESPONSE):
            yield LetterKind.FEEDBACK_REQUEST
        case events.ClockPaused(notice=LetterKind.PAUSE):
            yield LetterKind.PAUSE
        case events.NoteAdded(visibility="player"):
            yield LetterKind.MESSAGE
        case events.Triaged(needs_human=True):
            yield LetterKind.ALERT
        case _ if type(event) in _OWED_BY:
            yield _OWED_BY[type(event)]


def _of_milestone(event: events.MilestoneReached) -> Iterator[LetterKind]:
    if event.breach:
        yield LetterKind.BREACH
    if "send_holding_letter" in event.actions:
        yield LetterKind.HOLDING
    kind = None if event.breach else _OWED_BY_MILESTONE.get(event.milestone.split("_")[0])
    if kind:
        yield kind
    elif "notify_owner" in event.actions or event.kind == "external_body":
        yield LetterKind.REMINDER


def advance(  # noqa: C901 - a table
    letters: Mapping[str, Letter], event: events.Event, at: datetime
) -> Mapping[str, Letter]:
    """The letters after an event about one of them."""
    match event:
        case events.LetterClaimed():
            change = replace(
                letters[event.letter],
                status=LetterStatus.CLAIMED,
                attempt=event.attempt,
                contact=event.contact,
                changed_at=at,
            )
        case events.LetterSent():
            change = replace(
                letters[event.letter],
                status=LetterStatus.SENT,
                changed_at=at,
                message_id=event.message_id,
                delivery=None,
            )
        case events.LetterRefused():
            status = LetterStatus.ABANDONED if event.permanent else LetterStatus.REFUSED
            refused = letters[event.letter]
            # What fails before it is claimed is an attempt, too: the pauses between attempts grow.
            attempt = refused.attempt + (refused.status is not LetterStatus.CLAIMED)
            put_off = instants.from_text(event.not_before) if event.not_before else None
            change = replace(refused, status=status, attempt=attempt, changed_at=at, not_before=put_off)
            if event.permanent and refused.status is LetterStatus.CLAIMED:
                change = replace(change, failed_at=refused.contact)
            if event.again:
                change = owed_again(change, at)
        case (
            events.LetterDelivered()
            | events.LetterDelayed()
            | events.LetterBounced()
            | events.LetterMarkedAsSpam()
        ):
            change = _told(letters[event.letter], event, at)
        case events.ContactAdded():
            return {**letters, **{key: owed_again(letters[key], at) for key in event.letters}}
        case events.SurveyDeclined():
            return {key: _unwanted(letter, at) for key, letter in letters.items()}
        case events.Closed(reason="duplicate") | events.Reopened():
            return {key: _overtaken(letter, at) for key, letter in letters.items()}
        case events.TaskOpened(task="letter_outcome_unknown", letter=str() as letter):
            change = replace(letters[letter], status=LetterStatus.ABANDONED, changed_at=at)
        case events.MilestoneReached():
            return _superseded(letters, event, at)
        case events.DeemedAccepted():
            return {key: _given_up(letter, at) for key, letter in letters.items()}
        case _:
            return letters
    return {**letters, change.key: change}


def _told(letter: Letter, event: events.Event, at: datetime) -> Letter:
    """What the mail service says of a letter that it took."""
    told = replace(letter, delivery=_DELIVERIES[type(event)], delivery_at=at)
    if not isinstance(event, events.LetterBounced):
        return told
    back = replace(told, failed_at=letter.contact, returned=letter.returned | {event.message_id})
    return owed_again(back, at) if event.again else back


_DELIVERIES: Mapping[type[events.Event], Delivery] = {
    events.LetterDelivered: Delivery.DELIVERED,
    events.LetterDelayed: Delivery.DELAYED,
    events.LetterBounced: Delivery.BOUNCED,
    events.LetterMarkedAsSpam: Delivery.SPAM,
}


def owed_again(letter: Letter, at: datetime | None) -> Letter:
    """The letter as it stands once it is owed to another contact of the player."""
    has_left = letter.message_id is not None
    return replace(letter, status=LetterStatus.OWED, again=has_left, changed_at=at)


def _overtaken(letter: Letter, at: datetime) -> Letter:
    """What a duplicate still owed is owed by the complaint it goes on in; a second look begins anew."""
    waits = letter.status in {LetterStatus.OWED, LetterStatus.REFUSED}
    return replace(letter, status=LetterStatus.ABANDONED, changed_at=at) if waits else letter


def _unwanted(letter: Letter, at: datetime) -> Letter:
    """Who wants no questions about how it went is not sent one that is still owed."""
    return _overtaken(letter, at) if letter.kind is LetterKind.FEEDBACK_REQUEST else letter


def _superseded(
    letters: Mapping[str, Letter], event: events.MilestoneReached, at: datetime
) -> Mapping[str, Letter]:
    """The letters, of which those that say the same as the one which is owed now go no more."""
    again = SUPERSEDED.intersection(_kinds(event))
    if not again:
        return letters
    about = _about(event)
    return {
        key: _overtaken(letter, at) if letter.kind in again and letter.about == about else letter
        for key, letter in letters.items()
    }


def _given_up(letter: Letter, at: datetime) -> Letter:
    """A final response that has not left says what holds no longer."""
    unsent = letter.kind is LetterKind.FINAL_RESPONSE and letter.status is not LetterStatus.SENT
    return replace(letter, status=LetterStatus.ABANDONED, changed_at=at) if unsent else letter
