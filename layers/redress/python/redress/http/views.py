"""What the operator's API shows. Instants are RFC 3339 in UTC, money is minor units with an ISO 4217 code."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Required, TypedDict

from redress.domain import events, evidence, instants, milestones, promises
from redress.domain.audit import Record
from redress.domain.parts import Proposal, Referral, Task
from redress.http import letter_views, list_views
from redress.region import Region
from redress.usecases.ports import CaseFile

_RECEIVED = 1  # the seq of the event that every complaint begins with


class PlayerView(TypedDict):
    """The person who complains; null once erased. `residence` is an ISO 3166 code, if it was told."""

    name: str | None
    email: str | None
    account: str | None
    residence: str | None


class DecisionView(TypedDict):
    """A proposed or approved outcome. `redress_minor` is in minor units of `currency`."""

    outcome: str
    redress_minor: int | None
    currency: str | None
    redress_kind: str | None
    reasons: str | None
    clause: str | None
    proposed_by: str
    approved_by: str | None


class TaskView(TypedDict):
    """Something a person has to do; `task` is its number. `due_at` null: at once. The money is to be paid."""

    task: int
    kind: str
    team: str | None
    what: str | None
    opened_at: str
    due_at: str | None
    letter: str | None
    amount_minor: int | None
    currency: str | None
    closed_at: str | None
    outcome: str | None


class NoteView(TypedDict):
    """What a handler wrote down: `internal`, or for the `player`."""

    at: str
    by: str
    visibility: str
    text: str | None


class ReferenceView(TypedDict, total=False):
    """Something in the operator's systems."""

    kind: Required[str]
    id: Required[str]
    system: str
    url: str
    label: str


class PaymentView(TypedDict):
    """Redress that was paid, on a local date."""

    amount_minor: int
    currency: str
    kind: str | None
    paid_on: str
    recorded_by: str


class ReviewView(TypedDict):
    """The second look that the player asked for; `not_by` are those who handled it the first time."""

    ground: str
    reopened_at: str
    answered_at: str | None
    first_decision: DecisionView | None
    not_by: list[str]


class TriageView(TypedDict):
    """What the rules of triage said of a complaint: `why` explains each of `reasons`, in their order."""

    reasons: list[str]
    why: list[str]
    validity: list[str]
    overruled: list[str]


class EvidenceItemView(TypedDict):
    """A file beside a complaint; the player knows it by its `place` among those that were sent.

    `state`: checking, clean or not_scanned (it may be opened), infected or unscannable (it may not), refused
    (`refused` says why). What was infected or refused is gone. The SHA-256 is null once erased.
    """

    evidence: str
    place: int
    state: str
    refused: str | None
    media_type: str | None
    size: int | None
    sha256: str | None
    added_at: str
    added_by: str
    scanned_at: str | None


class ExtensionView(TypedDict):
    """A longer time taken for a stage. It holds from `holds_since` on: null until its letter is sent."""

    stage: str
    pack: str
    amount: int
    unit: str
    decided_at: str
    holds_since: str | None


class ReferralView(TypedDict):
    """The complaint at an outside body (its key in the rule pack), and what came of it."""

    pack: str
    body: str
    complete_file_at: str
    answered_at: str | None
    outcome: str | None
    redress_minor: int | None
    currency: str | None
    decided_at: str | None


class ComplaintView(list_views.SummaryView):
    """A complaint as it stands. `proposal` waits for approval, `decision` is the operator's.

    `residence_packs` (`id@version`) apply besides the licence's pack. `paused_for` are the reasons for
    which clocks stand still now. `received_at` is its own receipt, `clock_from` the earliest of it and
    its `duplicates`; a complaint that goes on in another one names it as `primary`. `suspicions` say why
    it may be spam; while it is `held` no letter to the player leaves. `verified`: your own site said
    whose account it is. `cause` lies at the root of it, under the id that the region file has for it now,
    and `corrective_action` is to keep it from coming again. `consultation` is the anonymous one that the
    player made it of. `acknowledged_at` is when the acknowledgement was sent first; `acknowledgement`
    says what became of it. `contacts` are the player's addresses, in the order in which they are tried.
    Under a `legal_hold` nothing is erased; after `erasure_ordered_at` nothing new about the player is
    taken in, and by `erased_at` what was known is gone.
    """

    pack_version: str
    residence_packs: list[str]
    channel: str
    language: str
    nature: str | None
    triage: TriageView | None
    product: str | None
    game: str | None
    provider: str | None
    payment_route: str | None
    cause: str | None
    corrective_action: str | None
    intermediary: str | None
    intermediary_reference: str | None
    vulnerable: bool
    clock_from: str
    duplicates: list[str]
    primary: str | None
    tasks: list[TaskView]
    notes: list[NoteView]
    context: list[ReferenceView]
    evidence: list[EvidenceItemView]
    suspicions: list[str]
    held: bool
    released_at: str | None
    verified: bool
    consultation: str | None
    occurred_on: str | None
    amount_minor: int | None
    currency: str | None
    player: PlayerView
    contacts: list[letter_views.ContactView]
    description: str | None
    transaction_references: list[str]
    remedy: str | None
    sent_at: str | None
    platform_posted_at: str | None
    registered_at: str | None
    operator_aware_at: str | None
    event_settled_at: str | None
    waiting_for_player: bool
    paused_for: list[str]
    extensions: list[ExtensionView]
    escalation_level: int
    proposal: DecisionView | None
    decision: DecisionView | None
    acknowledged_at: str | None
    acknowledgement: letter_views.AcknowledgementView
    letters: list[letter_views.LetterView]
    decided_at: str | None
    deadlocked_at: str | None
    outside_route_open_at: str | None
    final_response_sent_at: str | None
    review: ReviewView | None
    payments: list[PaymentView]
    referral: ReferralView | None
    withdrawn_at: str | None
    feedback_score: int | None
    closed_at: str | None
    closed_because: str | None
    legal_hold: bool
    erasure_ordered_at: str | None
    erased_at: str | None


class EventView(TypedDict):
    """What happened, who did it, the facts, the free text beside them, and the place in the hash chain."""

    seq: int
    at: str
    type: str
    actor: str
    data: Mapping[str, Any]
    content: Mapping[str, Any] | None
    hash: str
    previous: str


class HistoryView(TypedDict):
    """Every event of a complaint, the first one first."""

    number: str
    version: int
    items: list[EventView]


def complaint(case: CaseFile, region: Region, now: datetime) -> ComplaintView:
    """A complaint as it stands, content included."""
    one, told = case.complaint, case.contents.get(_RECEIVED, {})
    return {
        "number": one.number,
        "version": one.version,
        "stage": one.stage,
        "brand": one.brand,
        "jurisdiction": one.jurisdiction,
        "category": one.category,
        "priority": one.priority,
        "severity": one.severity,
        "needs_human": one.seen_at_once,
        "training": one.training,
        "team": one.team,
        "assignee": one.assignee,
        "lease": list_views.lease(case.lease, now),
        "received_at": instants.to_text(one.own_received_at),
        "due_at": None if one.closed_at else text(milestones.next_due(region.rules_of(one), one)),
        "pack_version": one.pack_version,
        "residence_packs": list(one.residence_packs),
        "channel": one.channel,
        "language": one.language,
        "nature": one.nature,
        "triage": _triage(case),
        "product": one.product,
        "game": one.game,
        "provider": one.provider,
        "payment_route": one.payment_route,
        "cause": region.present_cause(one.cause),
        "corrective_action": one.corrective_action,
        "intermediary": told.get("intermediary"),
        "intermediary_reference": told.get("intermediary_reference"),
        "vulnerable": bool(told.get("vulnerable")),
        "clock_from": instants.to_text(one.received_at),
        "duplicates": list(one.duplicates),
        "primary": one.primary,
        "tasks": [_task(task, case) for task in one.tasks.values()],
        "notes": [_note(record, case) for record in _records(case, events.NoteAdded)],
        "context": [
            reference
            for record in _records(case, events.ContextAttached)
            for reference in case.contents.get(record.seq, {}).get("references", [])
        ],
        "suspicions": list(one.suspicions),
        "held": one.held,
        "released_at": text(one.released_at),
        "verified": one.verified,
        "consultation": one.consultation,
        "evidence": evidence_items(case),
        "occurred_on": one.occurred_on,
        "amount_minor": one.amount_minor,
        "currency": one.currency,
        "player": {
            "name": told.get("name"),
            "email": told.get("email"),
            "account": told.get("account"),
            "residence": told.get("residence"),
        },
        "contacts": letter_views.contacts(case),
        "description": told.get("description"),
        "transaction_references": told.get("transaction_references", []),
        "remedy": told.get("remedy"),
        "sent_at": text(one.sent_at),
        "platform_posted_at": text(one.platform_posted_at),
        "registered_at": text(one.registered_at),
        "operator_aware_at": text(one.operator_aware_at),
        "event_settled_at": text(one.event_settled_at),
        "waiting_for_player": one.waiting_for_player,
        "paused_for": [pause.reason for pause in one.pauses if pause.ended_at is None],
        "extensions": extensions(case),
        "escalation_level": one.escalation_level,
        "proposal": _decision(one.proposal, case),
        "decision": _decision(one.decision, case),
        "acknowledged_at": text(one.acknowledged_at),
        "acknowledgement": letter_views.acknowledgement(case),
        "letters": letter_views.letters(case),
        "decided_at": text(one.decided_at),
        "deadlocked_at": text(one.deadlocked_at),
        "outside_route_open_at": text(promises.open_since(region.rules_of(one), one, now)),
        "final_response_sent_at": text(one.final_response_sent_at),
        "review": _review(case),
        "payments": [
            {
                "amount_minor": payment.amount_minor,
                "currency": payment.currency,
                "kind": payment.kind,
                "paid_on": payment.paid_on,
                "recorded_by": payment.recorded_by,
            }
            for payment in one.payments
        ],
        "referral": _referral(one.referral),
        "withdrawn_at": text(one.withdrawn_at),
        "feedback_score": one.feedback_score,
        "closed_at": text(one.closed_at),
        "closed_because": one.closed_because,
        "legal_hold": one.on_legal_hold,
        "erasure_ordered_at": text(one.erasure_ordered_at),
        "erased_at": text(one.erased_at),
    }


def evidence_items(case: CaseFile) -> list[EvidenceItemView]:
    """Each file that was sent, in its order."""
    return [
        {
            "evidence": sent,
            "place": place,
            "state": evidence.state(one),
            "refused": one.refused,
            "media_type": one.media_type,
            "size": one.size,
            "sha256": case.contents.get(one.seq, {}).get("sha256"),
            "added_at": instants.to_text(one.added_at),
            "added_by": one.added_by,
            "scanned_at": text(one.scanned_at),
        }
        for place, (sent, one) in enumerate(case.complaint.evidence.items(), 1)
    ]


def extensions(case: CaseFile) -> list[ExtensionView]:
    """Each extension that was decided, whether it holds or not."""
    return [
        {
            "stage": one.stage,
            "pack": one.pack,
            "amount": one.amount,
            "unit": one.unit,
            "decided_at": instants.to_text(case.records[one.seq - 1].at),
            "holds_since": text(one.holds_since),
        }
        for one in case.complaint.extensions
    ]


def history(case: CaseFile) -> HistoryView:
    """Every event with the content beside it."""
    items = [_event(record, case.contents.get(record.seq)) for record in case.records]
    return {"number": case.complaint.number, "version": case.complaint.version, "items": items}


def _decision(one: Proposal | None, case: CaseFile) -> DecisionView | None:
    if one is None:
        return None
    told = case.contents.get(one.seq, {})
    return {
        "outcome": one.outcome,
        "redress_minor": one.redress_minor,
        "currency": one.currency,
        "redress_kind": one.redress_kind,
        "reasons": told.get("reasons"),
        "clause": told.get("clause"),
        "proposed_by": one.proposed_by,
        "approved_by": one.approved_by,
    }


def _triage(case: CaseFile) -> TriageView | None:
    """What the last triage said, and what persons overruled."""
    record = next(reversed(list(_records(case, events.Triaged))), None)
    if record is None or not isinstance(record.event, events.Triaged):
        return None
    return {
        "reasons": list(record.event.reasons),
        "why": list(case.contents.get(record.seq, {}).get("why", [])),
        "validity": list(case.complaint.validity),
        "overruled": sorted(case.complaint.overruled),
    }


def _task(task: Task, case: CaseFile) -> TaskView:
    return {
        "task": task.opened,
        "kind": task.task,
        "team": task.team or case.complaint.team,
        "what": case.contents.get(task.opened, {}).get("what"),
        "opened_at": instants.to_text(task.opened_at),
        "due_at": text(task.due_at),
        "letter": task.letter,
        "amount_minor": task.amount_minor,
        "currency": task.currency,
        "closed_at": text(task.closed_at),
        "outcome": task.outcome,
    }


def _note(record: Record, case: CaseFile) -> NoteView:
    return {
        "at": instants.to_text(record.at),
        "by": record.actor,
        "visibility": vars(record.event)["visibility"],
        "text": case.contents.get(record.seq, {}).get("text"),
    }


def _review(case: CaseFile) -> ReviewView | None:
    one = case.complaint.review
    if one is None:
        return None
    return {
        "ground": one.ground,
        "reopened_at": instants.to_text(one.reopened_at),
        "answered_at": text(one.answered_at),
        "first_decision": _decision(one.first_decision, case),
        "not_by": sorted(one.first_handlers),
    }


def _records(case: CaseFile, kind: type[events.Event]) -> Iterator[Record]:
    return (record for record in case.records if isinstance(record.event, kind))


def _referral(one: Referral | None) -> ReferralView | None:
    if one is None:
        return None
    return {
        "pack": one.pack,
        "body": one.body,
        "complete_file_at": instants.to_text(one.complete_file_at),
        "answered_at": text(one.answered_at),
        "outcome": one.outcome,
        "redress_minor": one.redress_minor,
        "currency": one.currency,
        "decided_at": text(one.decided_at),
    }


def _event(record: Record, content: Mapping[str, Any] | None) -> EventView:
    return {
        "seq": record.seq,
        "at": instants.to_text(record.at),
        "type": type(record.event).__name__,
        "actor": record.actor,
        "data": vars(record.event),
        "content": content,
        "hash": record.hash,
        "previous": record.previous,
    }


def text(instant: datetime | None) -> str | None:
    """An instant as it is shown, if there is one."""
    return instants.to_text(instant) if instant else None
