"""A complaint is its events: what they say so far, and what one more of them changes."""

from collections.abc import Iterable, Mapping, Sequence
from copy import replace
from datetime import datetime, timedelta
from typing import Any

from redress.domain import events as e
from redress.domain import instants
from redress.domain.audit import Record
from redress.domain.correspondence import Letter, LetterKind, LetterStatus, advance, owed_by
from redress.domain.stages import Stage
from redress.domain.values import Value


class Proposal(Value):
    """A decision waiting for approval. `seq` is its event, whose content holds reasons and clause."""

    seq: int
    outcome: str
    proposed_by: str
    redress_minor: int | None
    currency: str | None


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

    If `before_due` it holds only when that was before the deadline it extends.
    """

    seq: int
    pack: str
    stage: str
    amount: int
    unit: str
    before_due: bool
    holds_since: datetime | None = None


class Referral(Value):
    """The complaint at an outside body; `body` is its key in `pack`."""

    pack: str
    body: str
    complete_file_at: datetime
    answered_at: datetime | None = None
    outcome: str | None = None
    decided_at: datetime | None = None


class Complaint(Value):
    """What the events say so far. Instants are UTC; `fired` holds the keys of reached milestones.

    `residence_packs` are `id@version`. Instants of intake that nobody told are None. `routes_opened` says by
    pack since when its outside route is on record as open.
    """

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
    residence_packs: tuple[str, ...] = ()
    sent_at: datetime | None = None
    registered_at: datetime | None = None
    operator_aware_at: datetime | None = None
    platform_posted_at: datetime | None = None
    event_settled_at: datetime | None = None
    team: str | None = None
    severity: str | None = None
    assignee: str | None = None
    acknowledged_at: datetime | None = None
    escalation_level: int = 0
    waiting_for_player: bool = False
    replied_at: datetime | None = None
    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Extension, ...] = ()
    holding_sent_at: datetime | None = None
    proposal: Proposal | None = None
    decision: Proposal | None = None
    decided_at: datetime | None = None
    deadlocked_at: datetime | None = None
    deadlock_sent_at: datetime | None = None
    routes_opened: Mapping[str, datetime] = {}
    referral: Referral | None = None
    final_response_sent_at: datetime | None = None
    withdrawn_at: datetime | None = None
    feedback_score: int | None = None
    closed_at: datetime | None = None
    closed_because: str | None = None
    fired: frozenset[str] = frozenset()
    letters: Mapping[str, Letter] = {}

    @property
    def packs(self) -> tuple[tuple[str, str], ...]:
        """Id and version of each rule pack in force, the licence's first."""
        others = (ref.partition("@") for ref in self.residence_packs)
        return ((self.jurisdiction, self.pack_version), *((pack, version) for pack, _, version in others))

    def pause(self, reason: str) -> Pause | None:
        """The pause for a reason that still runs, or None."""
        return next((one for one in self.pauses if one.reason == reason and one.ended_at is None), None)


def milestone_key(clock: str, milestone: str, deadline_version: str) -> str:
    """What makes a milestone one: it is reached at most once for each version of its deadline."""
    return f"{clock}:{milestone}:{deadline_version}"


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


def begin(record: Record) -> Complaint:
    """The complaint after its first record, which must be ComplaintReceived."""
    event = record.event
    if not isinstance(event, e.ComplaintReceived):
        raise TypeError(f"{record.number} begins with {type(event).__name__}")
    told = {name: instants.from_text(at) if at else None for name, at in vars(event).items() if name in _TOLD}
    return Complaint(
        number=record.number,
        version=record.seq,
        stage=Stage.RECEIVED,
        letters={letter.key: letter for letter in owed_by(event, record.seq)},
        **{**vars(event), **told, "received_at": told["received_at"] or record.at},
    )


_TOLD = {name for name in e.ComplaintReceived.__annotations__ if name.endswith("_at")}


def evolve(complaint: Complaint, record: Record) -> Complaint:
    """The complaint after one more record."""
    letters = advance(complaint.letters, record.event, record.at)
    owed = owed_by(record.event, record.seq)
    if owed and _still_matters(complaint, record.event):
        letters = {**letters, **{letter.key: letter for letter in owed}}
    return replace(complaint, version=record.seq, letters=letters, **_changed(complaint, record))


def _still_matters(complaint: Complaint, event: e.Event) -> bool:
    """Whether what an event owes is owed: nobody rates an answer that the law has overtaken."""
    if isinstance(event, e.LetterSent) and event.kind == LetterKind.FINAL_RESPONSE:
        return _is_answered(complaint, event)
    return True


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
            return {"waiting_for_player": False, "replied_at": record.at}
        case e.Recategorised(category=category, team=team):
            return {"category": category, "team": team if complaint.team else None}
        case e.PackVersionAdopted() as adopted:
            return _with_pack(complaint, adopted)
        case e.ClockPaused() as paused:
            return {"pauses": (*complaint.pauses, _pause(paused, record))}
        case e.ClockResumed() as resumed:
            return {"pauses": tuple(_resumed(one, resumed, record.at) for one in complaint.pauses)}
        case e.DeadlineExtended() as extended:
            return {"extensions": (*complaint.extensions, _extension(extended, record))}
        case e.MilestoneReached() as reached:
            return _reached(complaint, reached, record.at)
        case e.DeemedAccepted():
            return _deemed_accepted(record)
        case e.ReferredToAdr() as referred:
            return _referred(complaint, referred)
        case e.AdrAnswered() if complaint.referral:
            return {"referral": replace(complaint.referral, answered_at=record.at)}
        case e.AdrOutcomeRecorded(outcome=outcome) if complaint.referral:
            decided = replace(complaint.referral, outcome=outcome, decided_at=record.at)
            return {"referral": decided}
        case e.Escalated(level=level):
            return {"escalation_level": max(level, complaint.escalation_level)}
        case e.DecisionProposed() as proposed:
            return {"proposal": _proposal(proposed, record)}
        case e.DecisionReturned():
            return {"proposal": None}
        case e.DecisionApproved():
            decision = complaint.proposal
            return {"stage": Stage.DECIDED, "decision": decision, "proposal": None, "decided_at": record.at}
        case e.DeadlockDeclared():
            return {"stage": Stage.DEADLOCKED, "deadlocked_at": record.at}
        case e.LetterSent() as sent:
            return _after_sending(complaint, sent, record.at)
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


def _with_pack(complaint: Complaint, adopted: e.PackVersionAdopted) -> dict[str, Any]:
    if adopted.pack == complaint.jurisdiction:
        return {"pack_version": adopted.pack_version}
    changed = f"{adopted.pack}@{adopted.pack_version}"
    others = complaint.residence_packs
    return {
        "residence_packs": tuple(changed if ref.startswith(f"{adopted.pack}@") else ref for ref in others)
    }


def _pause(event: e.ClockPaused, record: Record) -> Pause:
    own_letter = event.notice == LetterKind.PAUSE
    return Pause(
        seq=record.seq,
        reason=event.reason,
        clocks=event.clocks,
        started_at=record.at,
        notice=record.seq if own_letter else record.seq - 1,
        ends_at=instants.from_text(event.ends_at) if event.ends_at else None,
    )


def _resumed(pause: Pause, event: e.ClockResumed, at: datetime) -> Pause:
    if pause.reason != event.reason or pause.ended_at is not None:
        return pause
    return replace(pause, ended_at=pause.started_at if event.because == "not_told" else at)


def _referred(complaint: Complaint, event: e.ReferredToAdr) -> dict[str, Any]:
    """A closed complaint is open again: the operator owes the outside body its answer."""
    complete = instants.from_text(event.complete_file_at)
    referral = Referral(pack=event.pack, body=event.body, complete_file_at=complete)
    if complaint.stage is not Stage.CLOSED:
        return {"referral": referral}
    stage = Stage.RESOLVED if complaint.final_response_sent_at else Stage.DEADLOCKED
    return {"referral": referral, "stage": stage, "closed_at": None, "closed_because": None}


def _extension(event: e.DeadlineExtended, record: Record) -> Extension:
    return Extension(
        seq=record.seq,
        pack=event.pack,
        stage=event.stage,
        amount=event.amount,
        unit=event.unit,
        before_due=event.before_due,
        holds_since=None if event.by_notice else record.at,
    )


def _reached(complaint: Complaint, event: e.MilestoneReached, at: datetime) -> dict[str, Any]:
    key = milestone_key(event.clock, event.milestone, event.deadline_version)
    opens = event.kind == "gateway" or "open_adr" in event.actions
    opened = {event.pack: at, **complaint.routes_opened} if opens else complaint.routes_opened
    return {"fired": complaint.fired | {key}, "routes_opened": opened}


def _deemed_accepted(record: Record) -> dict[str, Any]:
    decision = Proposal(
        seq=record.seq,
        outcome="deemed_accepted",
        proposed_by=record.actor,
        redress_minor=None,
        currency=None,
    )
    return {"stage": Stage.DECIDED, "decision": decision, "proposal": None, "decided_at": record.at}


def _after_sending(complaint: Complaint, event: e.LetterSent, at: datetime) -> dict[str, Any]:
    match event.kind:
        case LetterKind.FINAL_RESPONSE if _is_answered(complaint, event):
            return {"final_response_sent_at": at, "stage": Stage.RESOLVED}
        case LetterKind.DEADLOCK:
            return {"deadlock_sent_at": at}
        case LetterKind.HOLDING:
            return {"holding_sent_at": complaint.holding_sent_at or at}
        case LetterKind.EXTENSION:
            cause = complaint.letters[event.letter].cause
            return {"extensions": tuple(_notified(one, cause, at) for one in complaint.extensions)}
        case _:
            return {}


def _is_answered(complaint: Complaint, event: e.LetterSent) -> bool:
    """Whether the letter tells the decision that stands, and not one that the law has overtaken."""
    decision = complaint.decision
    return decision is None or complaint.letters[event.letter].cause >= decision.seq


def _notified(extension: Extension, seq: int, at: datetime) -> Extension:
    return replace(extension, holds_since=at) if extension.seq == seq else extension
