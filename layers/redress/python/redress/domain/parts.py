"""What a complaint is made of beside its plain facts: decisions, pauses, tasks, its way outside."""

from datetime import datetime

from redress.domain.values import Value


class Proposal(Value):
    """A decision, waiting for approval while `approved_by` is None.

    `seq` is the event that proposed it, whose content holds reasons and clause.
    """

    seq: int
    outcome: str
    proposed_by: str
    redress_minor: int | None = None
    currency: str | None = None
    redress_kind: str | None = None
    approved_by: str | None = None


class Pause(Value):
    """A time for which clocks (`pack:stage` or `pack:body`) stopped; `ended_at` None: they still stand.

    `notice` is the event that owes the letter about it; `ends_at` when they go on by themselves.
    """

    seq: int
    reason: str
    clocks: tuple[str, ...]
    started_at: datetime
    notice: int
    ends_at: datetime | None = None
    ended_at: datetime | None = None


class Extension(Value):
    """A longer time taken for a stage. It holds from `holds_since` on: at once, or when its letter is sent.

    If `before_due` it holds only when that was before the deadline it extends. `by_notice`: not before the
    player is told, and no longer than nothing says that they were not.
    """

    seq: int
    pack: str
    stage: str
    amount: int
    unit: str
    before_due: bool
    by_notice: bool = False
    holds_since: datetime | None = None


class Referral(Value):
    """The complaint at an outside body; `body` is its key in `pack`."""

    pack: str
    body: str
    complete_file_at: datetime
    answered_at: datetime | None = None
    outcome: str | None = None
    redress_minor: int | None = None
    currency: str | None = None
    decided_at: datetime | None = None


class Task(Value):
    """Something a person has to do, known by the seq of the event that `opened` it.

    `team` None is the complaint's own, `due_at` None at once; the money is what is to be paid.
    """

    opened: int
    task: str
    opened_at: datetime
    team: str | None = None
    due_at: datetime | None = None
    letter: str | None = None
    amount_minor: int | None = None
    currency: str | None = None
    redress_kind: str | None = None
    closed_at: datetime | None = None
    outcome: str | None = None


class Review(Value):
    """The second look at a complaint that the player reopened: never by its first handlers (subject ids)."""

    seq: int
    ground: str
    reopened_at: datetime
    first_decision: Proposal
    first_handlers: frozenset[str]
    answered_at: datetime | None = None


HELD = "held"
"""A mail that changes nothing before a person has looked at it."""
ACCEPTED, REJECTED = "accepted", "rejected"
"""What the person found: that it is the player's, or that it is not."""


class Evidence(Value):
    """A file beside the complaint, `seq` its event. What was `refused` (why) was never kept.

    `added_by` is an actor; `media_type` and `size` (bytes) are found in the content. Without a `verdict` the
    scan for malware is not done.
    """

    seq: int
    added_at: datetime
    added_by: str
    media_type: str | None = None
    size: int | None = None
    refused: str | None = None
    verdict: str | None = None
    scanned_at: datetime | None = None


class ReceivedMail(Value):
    """A mail that came, `seq` its event: the fields of MailReceived, and what a person `found` of it.

    `came_at` (UTC) is when the mail service took it in, `at` when it was put on record.
    """

    seq: int
    at: datetime
    mail: str
    taken_as: str
    spf: str
    dkim: str
    dmarc: str
    spam: str
    virus: str
    reasons: tuple[str, ...] = ()
    unknown_sender: bool = False
    came_at: datetime | None = None
    found: str | None = None
    found_at: datetime | None = None

    @property
    def waits(self) -> bool:
        """Whether a person has yet to look at it."""
        return self.taken_as == HELD and self.found is None


class Payment(Value):
    """Redress that was paid, on a local date."""

    seq: int
    amount_minor: int
    currency: str
    kind: str | None
    paid_on: str
    recorded_by: str
