"""What the operator's API shows. Instants are RFC 3339 in UTC, money is minor units with an ISO 4217 code."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypedDict

from redress.domain import instants, milestones, promises
from redress.domain.audit import Record
from redress.domain.complaint import Proposal, Referral
from redress.region import Region
from redress.usecases.change import Changed
from redress.usecases.ports import CaseFile, Listed

_RECEIVED = 1  # the seq of the event that every complaint begins with


class ChangedView(TypedDict):
    """Which complaint a request made or changed, its version then, and where it is found."""

    number: str
    version: int
    self: str


class ListedView(TypedDict):
    """A complaint in a list. `due_at` (exclusive) is the earliest instant at which something is owed."""

    number: str
    version: int
    stage: str
    brand: str
    jurisdiction: str
    category: str
    team: str | None
    assignee: str | None
    received_at: str
    due_at: str | None


class PageView(TypedDict):
    """A part of a list. `cursor` and `next` lead to the part that follows and are null at the end.

    A page may hold fewer complaints than asked for, even none, before the end.
    """

    items: list[ListedView]
    cursor: str | None
    next: str | None


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
    reasons: str | None
    clause: str | None
    proposed_by: str


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
    decided_at: str | None


class ComplaintView(ListedView):
    """A complaint as it stands. `proposal` waits for approval, `decision` is the operator's.

    `residence_packs` (`id@version`) apply besides the licence's pack. `paused_for` are the reasons for which
    clocks stand still now.
    """

    pack_version: str
    residence_packs: list[str]
    channel: str
    language: str
    severity: str | None
    occurred_on: str | None
    amount_minor: int | None
    currency: str | None
    player: PlayerView
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
    decided_at: str | None
    deadlocked_at: str | None
    outside_route_open_at: str | None
    final_response_sent_at: str | None
    referral: ReferralView | None
    withdrawn_at: str | None
    feedback_score: int | None
    closed_at: str | None
    closed_because: str | None


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


def changed(outcome: Changed) -> ChangedView:
    """The outcome of a change: the same however often the same request is sent."""
    return {"number": outcome.number, "version": outcome.version, "self": path(outcome.number)}


def path(number: str) -> str:
    """Where a complaint is found."""
    return f"/v1/complaints/{number}"


def listed(one: Listed) -> ListedView:
    """A complaint in a list."""
    return {
        "number": one.number,
        "version": one.version,
        "stage": one.stage,
        "brand": one.brand,
        "jurisdiction": one.jurisdiction,
        "category": one.category,
        "team": one.team,
        "assignee": one.assignee,
        "received_at": instants.to_text(one.received_at),
        "due_at": text(one.due_at),
    }


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
        "team": one.team,
        "assignee": one.assignee,
        "received_at": instants.to_text(one.received_at),
        "due_at": None if one.closed_at else text(milestones.next_due(region.rules_of(one), one)),
        "pack_version": one.pack_version,
        "residence_packs": list(one.residence_packs),
        "channel": one.channel,
        "language": one.language,
        "severity": one.severity,
        "occurred_on": one.occurred_on,
        "amount_minor": one.amount_minor,
        "currency": one.currency,
        "player": {
            "name": told.get("name"),
            "email": told.get("email"),
            "account": told.get("account"),
            "residence": told.get("residence"),
        },
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
        "decided_at": text(one.decided_at),
        "deadlocked_at": text(one.deadlocked_at),
        "outside_route_open_at": text(promises.open_since(region.rules_of(one), one, now)),
        "final_response_sent_at": text(one.final_response_sent_at),
        "referral": _referral(one.referral),
        "withdrawn_at": text(one.withdrawn_at),
        "feedback_score": one.feedback_score,
        "closed_at": text(one.closed_at),
        "closed_because": one.closed_because,
    }


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


def page(items: Iterable[Listed], cursor: str | None, next_path: str | None) -> PageView:
    """A part of a list."""
    return {"items": [listed(one) for one in items], "cursor": cursor, "next": next_path}


def _decision(one: Proposal | None, case: CaseFile) -> DecisionView | None:
    if one is None:
        return None
    told = case.contents.get(one.seq, {})
    return {
        "outcome": one.outcome,
        "redress_minor": one.redress_minor,
        "currency": one.currency,
        "reasons": told.get("reasons"),
        "clause": told.get("clause"),
        "proposed_by": one.proposed_by,
    }


def _referral(one: Referral | None) -> ReferralView | None:
    if one is None:
        return None
    return {
        "pack": one.pack,
        "body": one.body,
        "complete_file_at": instants.to_text(one.complete_file_at),
        "answered_at": text(one.answered_at),
        "outcome": one.outcome,
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
