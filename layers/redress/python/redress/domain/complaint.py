"""A complaint is its events: what they say so far, and what one more of them changes."""

from collections.abc import Iterable, Mapping, Sequence
from copy import replace
from datetime import datetime, timedelta
from typing import Any

from redress.domain import actors, casework, instants, mail
from redress.domain import events as e
from redress.domain.audit import Record
from redress.domain.categories import present
from redress.domain.correspondence import TO_STAFF, Letter, LetterKind, LetterStatus, advance, owed_by
from redress.domain.parts import (
    Evidence,
    Extension,
    Pause,
    Payment,
    Proposal,
    ReceivedMail,
    Referral,
    Review,
    Task,
)
from redress.domain.stages import Stage
from redress.domain.values import Value

PAY_REDRESS = "pay_redress"
CHECK_SUSPICION = "check_suspicion"
CHECK_MAIL = "check_mail"
SPAM = "spam"


class Complaint(Value):
    """What the events say so far. Instants are UTC; `fired` holds the keys of reached milestones.

    `residence_packs` are `id@version`. Instants of intake that nobody told are None. `routes_opened` says by
    pack since when its outside route is on record as open. `received_at` is what its clocks count from: the
    earliest receipt of it and its duplicates; `own_received_at` is its own. `final_response_sent_at` is the
    first answer, which the law asks for, `last_response_sent_at` the one that the player's time counts from.
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
    own_received_at: datetime
    recorded_at: datetime
    training: bool = False
    suspicions: tuple[str, ...] = ()
    released_at: datetime | None = None
    spam_at: datetime | None = None
    verified: bool = False
    consultation: str | None = None
    link_requests: tuple[datetime, ...] = ()
    residence_packs: tuple[str, ...] = ()
    sent_at: datetime | None = None
    registered_at: datetime | None = None
    operator_aware_at: datetime | None = None
    platform_posted_at: datetime | None = None
    event_settled_at: datetime | None = None
    team: str | None = None
    severity: str | None = None
    priority: int | None = None
    nature: str | None = None
    validity: tuple[str, ...] = ()
    overruled: frozenset[str] = frozenset()
    triage_due: bool = False
    needs_human: bool = False
    handled_by: frozenset[str] = frozenset()
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
    last_deadlock_sent_at: datetime | None = None
    routes_opened: Mapping[str, datetime] = {}
    referral: Referral | None = None
    final_response_sent_at: datetime | None = None
    last_response_sent_at: datetime | None = None
    review: Review | None = None
    tasks: Mapping[int, Task] = {}
    payments: tuple[Payment, ...] = ()
    duplicates: tuple[str, ...] = ()
    primary: str | None = None
    linked_at: datetime | None = None
    withdrawn_at: datetime | None = None
    feedback_score: int | None = None
    closed_at: datetime | None = None
    closed_because: str | None = None
    fired: frozenset[str] = frozenset()
    letters: Mapping[str, Letter] = {}
    evidence: Mapping[str, Evidence] = {}
    mails: Mapping[int, ReceivedMail] = {}
    failed_contacts: frozenset[int] = frozenset()
    survey_declined: bool = False
    on_legal_hold: bool = False
    erasure_ordered_at: datetime | None = None
    erased_at: datetime | None = None
    product: str | None = None
    game: str | None = None
    provider: str | None = None
    payment_route: str | None = None
    cause: str | None = None
    corrective_action: str | None = None

    @property
    def packs(self) -> tuple[tuple[str, str], ...]:
        """Id and version of each rule pack in force, the licence's first."""
        others = (ref.partition("@") for ref in self.residence_packs)
        return ((self.jurisdiction, self.pack_version), *((pack, version) for pack, _, version in others))

    @property
    def ended_unanswered_at(self) -> datetime | None:
        """Since when (UTC) no answer is owed: withdrawn, going on in another complaint, found to be spam."""
        return self.withdrawn_at or self.linked_at or self.spam_at

    @property
    def held(self) -> bool:
        """Whether no letter to the player may leave, until a person has looked whether it is spam."""
        return bool(self.suspicions) and self.released_at is None

    @property
    def seen_at_once(self) -> bool:
        """Whether a human has to see it before all others: for the player's sake, or as its letters wait."""
        return self.needs_human or (self.held and self.stage is not Stage.CLOSED)

    @property
    def acknowledgement(self) -> Letter | None:
        """The letter that says that it arrived, and how far it got."""
        return next((one for one in self.letters.values() if one.kind is LetterKind.ACKNOWLEDGEMENT), None)

    @property
    def held_mails(self) -> tuple[ReceivedMail, ...]:
        """The mails that wait for a person, the longest waiting first."""
        return tuple(one for one in self.mails.values() if one.waits)

    @property
    def open_tasks(self) -> tuple[Task, ...]:
        """What persons have to do, in the order it was asked."""
        return tuple(task for task in self.tasks.values() if task.closed_at is None)

    @property
    def unpaid(self) -> tuple[Task, ...]:
        """Redress that was decided and not yet paid."""
        return tuple(task for task in self.open_tasks if task.task == PAY_REDRESS)

    def pause(self, reason: str) -> Pause | None:
        """The pause for a reason that still runs, or None."""
        return next((one for one in self.pauses if one.reason == reason and one.ended_at is None), None)


def milestone_key(clock: str, milestone: str, deadline_version: str) -> str:
    """What makes a milestone one: it is reached at most once for each version of its deadline."""
    return f"{clock}:{milestone}:{deadline_version}"


def may_claim(complaint: Complaint, letter: Letter, now: datetime, claim_expiry: timedelta) -> bool:
    """Whether the letter may be sent now: live, not held, not in flight, past its pause after a refusal.

    A claim without outcome runs out after `claim_expiry`; then only a statutory letter goes again.
    """
    if not is_live(complaint, letter) or is_held(complaint, letter):
        return False
    if letter.status is LetterStatus.CLAIMED and not letter.statutory:
        return False
    next_attempt = letter.next_attempt_at(claim_expiry)
    return next_attempt is None or next_attempt <= now


def is_live(complaint: Complaint, letter: Letter) -> bool:
    """Whether the letter still has to be dealt with.

    What did not arrive does not follow a player who took the complaint back, or into another complaint; and
    nobody writes to who is forgotten.
    """
    if complaint.erasure_ordered_at:
        return False
    return letter.is_live(complaint.stage) and not (letter.again and complaint.ended_unanswered_at)


def is_held(complaint: Complaint, letter: Letter) -> bool:
    """Whether a letter waits for a person to look at the complaint; what staff are told never does."""
    return complaint.held and letter.kind not in TO_STAFF


def begin(record: Record) -> Complaint:
    """The complaint after its first record, which must be ComplaintReceived."""
    event = record.event
    if not isinstance(event, e.ComplaintReceived):
        raise TypeError(f"{record.number} begins with {type(event).__name__}")
    told = {name: instants.from_text(at) if at else None for name, at in vars(event).items() if name in _TOLD}
    received_at = told["received_at"] or record.at
    told |= {"received_at": received_at, "own_received_at": received_at}
    return Complaint(
        number=record.number,
        version=record.seq,
        stage=Stage.RECEIVED,
        letters={letter.key: letter for letter in owed_by(event, record.seq)},
        **{**vars(event), **told, "category": present(event.category)},
        recorded_at=record.at,
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
        again = complaint.letters[event.letter].again
        return _is_answered(complaint, event) and not again and not complaint.survey_declined
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
        case e.Released():
            return casework.released(complaint, record.at)
        case e.PrivateLinkRequested():
            return {"link_requests": (*complaint.link_requests, record.at)}
        case e.Acknowledged():
            first = complaint.stage is Stage.RECEIVED
            stage = Stage.ACKNOWLEDGED if first else complaint.stage
            return {"acknowledged_at": record.at, "stage": stage}
        case e.Triaged() | e.TriageOverruled() | e.HarmSignalled() as weighed:
            return casework.weighed(complaint, weighed)
        case e.Assigned(assignee=assignee, team=team):
            return _assigned(complaint, assignee, team)
        case e.InformationRequested():
            return {"waiting_for_player": True}
        case e.PlayerReplied(came_at=came_at):
            replied_at = min(instants.from_text(came_at), record.at) if came_at else record.at
            return {"waiting_for_player": False, "replied_at": replied_at}
        case e.Recategorised(category=category, team=team):
            return _recategorised(complaint, present(category), team)
        case e.TaskOpened() | e.TaskClosed() | e.RedressPaid() as worked:
            return casework.worked(complaint, worked, record)
        case e.Reopened() | e.DuplicateLinked() | e.LinkedAsDuplicate() as turned:
            return casework.turned(complaint, turned, record)
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
        case e.AdrOutcomeRecorded() as decided if complaint.referral:
            return {"referral": replace(complaint.referral, **vars(decided), decided_at=record.at)}
        case e.Escalated(level=level):
            return {"escalation_level": max(level, complaint.escalation_level)}
        case e.DecisionProposed() as proposed:
            return {"proposal": _proposal(proposed, record), "handled_by": _handlers(complaint, record)}
        case e.DecisionReturned():
            return {"proposal": None, "handled_by": _handlers(complaint, record)}
        case e.DecisionApproved():
            return _approved(complaint, record)
        case e.DeadlockDeclared():
            return {"stage": Stage.DEADLOCKED, "deadlocked_at": record.at}
        case e.LetterSent() as sent:
            return _after_sending(complaint, sent, record.at)
        case e.LetterBounced() | e.LetterMarkedAsSpam() | e.LetterRefused() as failed:
            return {**mail.failed(complaint, failed), **mail.untold(complaint, failed)}
        case e.MailReceived() | e.MailAccepted() | e.MailRejected() as came:
            return mail.came(complaint, came, record)
        case e.SurveyDeclined():
            return {"survey_declined": True}
        case e.EvidenceAdded() | e.EvidenceRefused() | e.EvidenceScanned() as sent_in:
            return casework.collected(complaint, sent_in, record)
        case e.LegalHoldPlaced() | e.LegalHoldLifted() as hold:
            return {"on_legal_hold": isinstance(hold, e.LegalHoldPlaced)}
        case e.ErasureOrdered():
            return {"erasure_ordered_at": record.at}
        case e.PersonalDataErased():
            return {"erased_at": record.at}
        case e.SubjectStated() | e.CauseFound() as known:
            return casework.known(known)
        case e.Withdrawn():
            return {"withdrawn_at": record.at}
        case e.FeedbackGiven(score=score):
            return {"feedback_score": score}
        case e.Closed(reason=reason):
            spam_at = record.at if reason == SPAM else complaint.spam_at
            closed = {"stage": Stage.CLOSED, "closed_at": record.at, "closed_because": reason}
            return {**closed, "spam_at": spam_at}
        case _:
            return {}


def _proposal(event: e.DecisionProposed, record: Record) -> Proposal:
    return Proposal(seq=record.seq, proposed_by=record.actor, **vars(event))


def _approved(complaint: Complaint, record: Record) -> dict[str, Any]:
    """The clocks count from the first decision."""
    return {
        "stage": Stage.DECIDED,
        "decision": replace(complaint.proposal, approved_by=record.actor) if complaint.proposal else None,
        "proposal": None,
        "decided_at": complaint.decided_at or record.at,
        "handled_by": _handlers(complaint, record),
    }


def _recategorised(complaint: Complaint, category: str, team: str) -> dict[str, Any]:
    """What is another team's now is nobody's in it; what was not triaged yet gets its team then."""
    own = team if complaint.team else None
    kept = complaint.assignee if own == complaint.team else None
    return {"category": category, "team": own, "assignee": kept, "triage_due": complaint.team is not None}


def _assigned(complaint: Complaint, assignee: str | None, team: str) -> dict[str, Any]:
    return {
        "assignee": assignee,
        "team": team,
        "needs_human": complaint.needs_human and not assignee,
        "handled_by": complaint.handled_by | ({assignee} if assignee else frozenset()),
    }


def _handlers(complaint: Complaint, record: Record) -> frozenset[str]:
    """Whoever had a part in a decision (subject ids)."""
    person = actors.person(record.actor)
    return complaint.handled_by | ({person} if person else frozenset())


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
    if event.because == "not_told":
        return replace(pause, ended_at=pause.started_at)
    since = instants.from_text(event.ended_at) if event.ended_at else at
    return replace(pause, ended_at=max(pause.started_at, min(since, at)))


def _referred(complaint: Complaint, event: e.ReferredToAdr) -> dict[str, Any]:
    """A closed complaint is open again: the operator owes the outside body its answer."""
    complete = instants.from_text(event.complete_file_at)
    referral = Referral(pack=event.pack, body=event.body, complete_file_at=complete)
    if complaint.stage is not Stage.CLOSED:
        return {"referral": referral}
    stage = Stage.RESOLVED if complaint.final_response_sent_at else Stage.DEADLOCKED
    opened = {"stage": stage, "closed_at": None, "closed_because": None, "spam_at": None}
    return {"referral": referral, **opened}


def _extension(event: e.DeadlineExtended, record: Record) -> Extension:
    return Extension(
        seq=record.seq,
        pack=event.pack,
        stage=event.stage,
        amount=event.amount,
        unit=event.unit,
        before_due=event.before_due,
        by_notice=event.by_notice,
        holds_since=None if event.by_notice else record.at,
    )


def _reached(complaint: Complaint, event: e.MilestoneReached, at: datetime) -> dict[str, Any]:
    key = milestone_key(event.clock, event.milestone, event.deadline_version)
    opens = event.kind == "gateway" or "open_adr" in event.actions
    opened = {event.pack: at, **complaint.routes_opened} if opens else complaint.routes_opened
    return {"fired": complaint.fired | {key}, "routes_opened": opened}


def _deemed_accepted(record: Record) -> dict[str, Any]:
    decision = Proposal(seq=record.seq, outcome="deemed_accepted", proposed_by=record.actor)
    return {"stage": Stage.DECIDED, "decision": decision, "proposal": None, "decided_at": record.at}


def _after_sending(complaint: Complaint, event: e.LetterSent, at: datetime) -> dict[str, Any]:
    if event.kind == LetterKind.EXTENSION:
        cause = complaint.letters[event.letter].cause
        return {"extensions": tuple(_notified(one, cause, at) for one in complaint.extensions)}
    if complaint.letters[event.letter].again:  # what it brought about it did when it left first
        return {}
    match event.kind:
        case LetterKind.FINAL_RESPONSE if _is_answered(complaint, event):
            return _answered(complaint, at)
        case LetterKind.DEADLOCK:
            return {"deadlock_sent_at": complaint.deadlock_sent_at or at, "last_deadlock_sent_at": at}
        case LetterKind.HOLDING:
            return {"holding_sent_at": complaint.holding_sent_at or at}
        case _:
            return {}


def _answered(complaint: Complaint, at: datetime) -> dict[str, Any]:
    review = complaint.review
    return {
        "stage": Stage.RESOLVED,
        "final_response_sent_at": complaint.final_response_sent_at or at,
        "last_response_sent_at": at,
        "review": replace(review, answered_at=review.answered_at or at) if review else None,
    }


def _is_answered(complaint: Complaint, event: e.LetterSent) -> bool:
    return tells_what_stands(complaint, complaint.letters[event.letter])


def tells_what_stands(complaint: Complaint, letter: Letter) -> bool:
    """Whether a final response tells the decision that stands, and not one that the law has overtaken."""
    decision, review = complaint.decision, complaint.review
    if decision is None:
        return review is None or letter.cause > review.seq
    return letter.cause >= decision.seq


def _notified(extension: Extension, seq: int, at: datetime) -> Extension:
    """It holds since the letter that told of it, the first that did not come back for good."""
    told = extension.seq == seq and extension.holds_since is None
    return replace(extension, holds_since=at) if told else extension
