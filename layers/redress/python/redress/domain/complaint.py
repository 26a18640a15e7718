"""A complaint is its events: `decide` says what a command leads to, `evolve` what an event changes."""

from collections.abc import Iterable, Mapping, Sequence
from copy import replace
from datetime import datetime, timedelta
from typing import Any

from redress.domain import commands as c
from redress.domain import events as e
from redress.domain.audit import Content, Record
from redress.domain.correspondence import Letter, LetterKind, LetterStatus, advance, owed_by
from redress.domain.errors import IllegalTransition
from redress.domain.stages import LEGAL_AT, UNDECIDED, Stage
from redress.domain.values import Value


class Proposal(Value):
    """A decision waiting for approval. `seq` is its event, whose content holds reasons and clause."""

    seq: int
    outcome: str
    proposed_by: str
    redress_minor: int | None
    currency: str | None


class Complaint(Value):
    """What the events say so far. Instants are UTC; `fired` holds the keys of reached milestones."""

    number: str
    version: int
    stage: Stage
    brand: str
    jurisdiction: str
    pack_version: str
    channel: str
    language: str
    category: str
    occurred_on: str | None
    amount_minor: int | None
    currency: str | None
    received_at: datetime
    team: str | None = None
    severity: str | None = None
    assignee: str | None = None
    acknowledged_at: datetime | None = None
    escalation_level: int = 0
    waiting_for_player: bool = False
    proposal: Proposal | None = None
    decision: Proposal | None = None
    decided_at: datetime | None = None
    deadlocked_at: datetime | None = None
    deadlock_sent_at: datetime | None = None
    final_response_sent_at: datetime | None = None
    withdrawn_at: datetime | None = None
    feedback_score: int | None = None
    closed_at: datetime | None = None
    closed_because: str | None = None
    fired: frozenset[str] = frozenset()
    letters: Mapping[str, Letter] = {}


class Change(Value):
    """An event about to be appended, with the content that belongs beside it."""

    event: e.Event
    content: Content | None = None


def milestone_key(clock: str, milestone: str, deadline_version: str) -> str:
    """What makes a milestone one: it is reached at most once for each version of its deadline."""
    return f"{clock}:{milestone}:{deadline_version}"


def submit(command: c.Submit) -> list[Change]:
    """The events of a new complaint."""
    received = e.ComplaintReceived(
        brand=command.brand,
        jurisdiction=command.jurisdiction,
        pack_version=command.pack_version,
        channel=command.channel,
        language=command.language,
        category=command.category,
        occurred_on=command.occurred_on,
        amount_minor=command.amount_minor,
        currency=command.currency,
    )
    return [Change(event=received, content=command.content)]


def decide(
    complaint: Complaint, command: c.Command, now: datetime, actor: str, claim_expiry: timedelta
) -> list[Change]:
    """The events that a command leads to; none when the system repeats itself.

    `now` is UTC, `claim_expiry` the time after which a claimed letter without outcome is looked at again.
    Raises IllegalTransition when the stage, or what happened at it, does not allow the command.
    """
    if complaint.stage not in LEGAL_AT[type(command)]:
        raise _illegal(complaint, command, f"it is not allowed at the stage '{complaint.stage}'")
    match command:
        case c.ProposeDecision() | c.ReturnDecision() | c.ApproveDecision():
            return _decide_outcome(complaint, command, actor)
        case c.ClaimLetter() | c.RecordLetterSent() | c.RecordLetterRefused() | c.AbandonLetter():
            return _decide_letter(complaint, command, now, claim_expiry)
        case c.ReachMilestone():
            return _reach(complaint, command)
        case _:
            return _decide_plainly(complaint, command)


def _decide_plainly(complaint: Complaint, command: c.Command) -> list[Change]:  # noqa: C901 - a table
    match command:
        case c.Triage():
            return [Change(event=e.Triaged(**vars(command)))]
        case c.Assign():
            return [Change(event=e.Assigned(**vars(command)))]
        case c.RequestInformation():
            return [Change(event=e.InformationRequested(), content=command.content)]
        case c.Reply():
            return [Change(event=e.PlayerReplied(), content=command.content)]
        case c.Withdraw():
            withdrawn = Change(event=e.Withdrawn(), content=command.content or None)
            return [withdrawn, Change(event=e.Closed(reason="withdrawn"))]
        case c.GiveFeedback():
            if complaint.feedback_score is not None:
                raise _illegal(complaint, command, "feedback was given already")
            return [Change(event=e.FeedbackGiven(score=command.score), content=command.content or None)]
        case c.Close():
            return [Change(event=e.Closed(reason=command.reason))]
    raise TypeError(f"no rule for {type(command).__name__}")


def _decide_outcome(
    complaint: Complaint, command: c.ProposeDecision | c.ReturnDecision | c.ApproveDecision, actor: str
) -> list[Change]:
    proposal = complaint.proposal
    if isinstance(command, c.ProposeDecision):
        if proposal:
            raise _illegal(complaint, command, "another proposal waits for approval")
        event = e.DecisionProposed(
            outcome=command.outcome, redress_minor=command.redress_minor, currency=command.currency
        )
        return [Change(event=event, content=command.content)]
    if not proposal:
        raise _illegal(complaint, command, "no proposal waits for approval")
    if isinstance(command, c.ReturnDecision):
        return [Change(event=e.DecisionReturned(), content=command.content)]
    if command.second_person and actor == proposal.proposed_by:
        raise _illegal(complaint, command, "the person who proposed a decision may not approve it")
    approved = e.DecisionApproved(
        outcome=proposal.outcome, redress_minor=proposal.redress_minor, currency=proposal.currency
    )
    return [Change(event=approved)]


def _reach(complaint: Complaint, command: c.ReachMilestone) -> list[Change]:
    key = milestone_key(command.clock, command.milestone, command.deadline_version)
    if key in complaint.fired:
        return []
    is_deadlock = command.milestone == "deadlock"
    if is_deadlock and complaint.stage not in UNDECIDED:
        raise _illegal(complaint, command, "there is no deadlock once the complaint is decided or referred")
    values = {name: value for name, value in vars(command).items() if name != "level"}
    changes = [Change(event=e.MilestoneReached(**values))]
    if command.level is not None:
        changes.append(Change(event=e.Escalated(level=command.level)))
    if is_deadlock:
        changes.append(Change(event=e.DeadlockDeclared()))
    return changes


def _decide_letter(
    complaint: Complaint,
    command: c.ClaimLetter | c.RecordLetterSent | c.RecordLetterRefused | c.AbandonLetter,
    now: datetime,
    claim_expiry: timedelta,
) -> list[Change]:
    letter = complaint.letters.get(command.letter)
    if letter is None:
        raise _illegal(complaint, command, f"the letter {command.letter} is not owed")
    match command:
        case c.ClaimLetter():
            if not may_claim(complaint, letter, now, claim_expiry):
                raise _illegal(complaint, command, f"the letter {letter.key} is {letter.status}")
            claimed = e.LetterClaimed(letter=letter.key, kind=letter.kind, attempt=letter.attempt + 1)
            return [Change(event=claimed)]
        case c.RecordLetterSent():
            return _sent(letter, command.message_id)
        case c.RecordLetterRefused():
            return _refused(letter, command)
        case c.AbandonLetter():
            if letter.status is not LetterStatus.CLAIMED:
                raise _illegal(complaint, command, f"the letter {letter.key} is {letter.status}")
            return [Change(event=e.TaskOpened(task="letter_outcome_unknown", letter=letter.key))]


def may_claim(complaint: Complaint, letter: Letter, now: datetime, claim_expiry: timedelta) -> bool:
    """Whether the letter may be sent now: live, not in flight, and past its pause after a refusal.

    A claim without outcome runs out after `claim_expiry`; then only a statutory letter goes again.
    """
    if not letter.is_live(complaint.stage):
        return False
    if letter.status is LetterStatus.CLAIMED and not letter.statutory:
        return False
    next_attempt = letter.next_attempt_at(claim_expiry)
    return next_attempt is None or next_attempt <= now


def _sent(letter: Letter, message_id: str) -> list[Change]:
    if letter.status is LetterStatus.SENT:
        return []
    changes = [Change(event=e.LetterSent(letter=letter.key, kind=letter.kind, message_id=message_id))]
    if letter.kind is LetterKind.ACKNOWLEDGEMENT:
        changes.append(Change(event=e.Acknowledged()))
    return changes


def _refused(letter: Letter, command: c.RecordLetterRefused) -> list[Change]:
    if letter.status in {LetterStatus.SENT, LetterStatus.ABANDONED}:
        return []
    refused = e.LetterRefused(
        letter=letter.key, kind=letter.kind, reason=command.reason, permanent=command.permanent
    )
    changes = [Change(event=refused)]
    if command.permanent:
        changes.append(Change(event=e.TaskOpened(task="letter_refused", letter=letter.key)))
    return changes


def begin(record: Record) -> Complaint:
    """The complaint after its first record, which must be ComplaintReceived."""
    event = record.event
    if not isinstance(event, e.ComplaintReceived):
        raise TypeError(f"{record.number} begins with {type(event).__name__}")
    acknowledgement = owed_by(event, record.seq)
    return Complaint(
        number=record.number,
        version=record.seq,
        stage=Stage.RECEIVED,
        received_at=record.at,
        letters={acknowledgement.key: acknowledgement} if acknowledgement else {},
        **vars(event),
    )


def evolve(complaint: Complaint, record: Record) -> Complaint:
    """The complaint after one more record."""
    owed = owed_by(record.event, record.seq)
    letters = advance(complaint.letters, record.event, record.at)
    if owed:
        letters = {**letters, owed.key: owed}
    return replace(complaint, version=record.seq, letters=letters, **_changed(complaint, record))


def fold(records: Sequence[Record]) -> Complaint:
    """The complaint that its records say, in their order; there is at least one."""
    return fold_onto(begin(records[0]), records[1:])


def fold_onto(complaint: Complaint, records: Iterable[Record]) -> Complaint:
    """The complaint after some more records."""
    for record in records:
        complaint = evolve(complaint, record)
    return complaint


def _changed(complaint: Complaint, record: Record) -> dict[str, Any]:  # noqa: C901 - a table
    match record.event:
        case e.Acknowledged():
            first = complaint.stage is Stage.RECEIVED
            stage = Stage.ACKNOWLEDGED if first else complaint.stage
            return {"acknowledged_at": record.at, "stage": stage}
        case e.Triaged(team=team, severity=severity):
            return {"stage": Stage.INVESTIGATING, "team": team, "severity": severity}
        case e.Assigned(assignee=assignee, team=team):
            return {"assignee": assignee, "team": team}
        case e.InformationRequested():
            return {"waiting_for_player": True}
        case e.PlayerReplied():
            return {"waiting_for_player": False}
        case e.MilestoneReached() as reached:
            key = milestone_key(reached.clock, reached.milestone, reached.deadline_version)
            return {"fired": complaint.fired | {key}}
        case e.Escalated(level=level):
            return {"escalation_level": level}
        case e.DecisionProposed() as proposed:
            return {"proposal": _proposal(proposed, record)}
        case e.DecisionReturned():
            return {"proposal": None}
        case e.DecisionApproved():
            decision = complaint.proposal
            return {"stage": Stage.DECIDED, "decision": decision, "proposal": None, "decided_at": record.at}
        case e.DeadlockDeclared():
            return {"stage": Stage.DEADLOCKED, "deadlocked_at": record.at}
        case e.LetterSent(kind=kind):
            return _after_sending(kind, record.at)
        case e.Withdrawn():
            return {"withdrawn_at": record.at}
        case e.FeedbackGiven(score=score):
            return {"feedback_score": score}
        case e.Closed(reason=reason):
            return {"stage": Stage.CLOSED, "closed_at": record.at, "closed_because": reason}
        case _:
            return {}


def _proposal(event: e.DecisionProposed, record: Record) -> Proposal:
    return Proposal(
        seq=record.seq,
        outcome=event.outcome,
        proposed_by=record.actor,
        redress_minor=event.redress_minor,
        currency=event.currency,
    )


def _after_sending(kind: str, at: datetime) -> dict[str, Any]:
    if kind == LetterKind.FINAL_RESPONSE:
        return {"final_response_sent_at": at, "stage": Stage.RESOLVED}
    return {"deadlock_sent_at": at} if kind == LetterKind.DEADLOCK else {}


def _illegal(complaint: Complaint, command: c.Command, why: str) -> IllegalTransition:
    return IllegalTransition(complaint.number, type(command).__name__, complaint.stage, why)
