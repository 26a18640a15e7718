"""What the operator's API shows. Instants are RFC 3339 in UTC, money is minor units with an ISO 4217 code."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypedDict

from redress.domain import instants, milestones, promises
from redress.domain.audit import Record
from redress.domain.complaint import Proposal
from redress.domain.promises import Promise
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
    """The person who complains; null once erased."""

    name: str | None
    email: str | None
    account: str | None


class DecisionView(TypedDict):
    """A proposed or approved outcome. `redress_minor` is in minor units of `currency`."""

    outcome: str
    redress_minor: int | None
    currency: str | None
    reasons: str | None
    clause: str | None
    proposed_by: str


class ComplaintView(ListedView):
    """A complaint as it stands. `proposal` waits for approval, `decision` is the operator's."""

    pack_version: str
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
    waiting_for_player: bool
    escalation_level: int
    proposal: DecisionView | None
    decision: DecisionView | None
    acknowledged_at: str | None
    decided_at: str | None
    deadlocked_at: str | None
    final_response_sent_at: str | None
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


class StepView(TypedDict):
    """A step of a computation, and the rule, calendar or record that it rests on."""

    kind: str
    text: str
    source: str


class PromiseView(TypedDict):
    """A promised date. `due_at` is exclusive (null while paused), `last_day` the last local day in `zone`."""

    clock: str
    kind: str
    due_at: str | None
    last_day: str
    zone: str
    met_at: str | None
    missed: bool
    steps: list[StepView]


class ClockView(TypedDict):
    """Every promised date of a complaint, with the rule pack that promises it and how it was computed."""

    number: str
    version: int
    pack: str
    pack_version: str
    promises: list[PromiseView]


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
        "due_at": _text(one.due_at),
    }


def complaint(case: CaseFile, region: Region) -> ComplaintView:
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
        "due_at": None if one.closed_at else _text(milestones.next_due(region.rules_of(one), one)),
        "pack_version": one.pack_version,
        "channel": one.channel,
        "language": one.language,
        "severity": one.severity,
        "occurred_on": one.occurred_on,
        "amount_minor": one.amount_minor,
        "currency": one.currency,
        "player": {"name": told.get("name"), "email": told.get("email"), "account": told.get("account")},
        "description": told.get("description"),
        "transaction_references": told.get("transaction_references", []),
        "remedy": told.get("remedy"),
        "waiting_for_player": one.waiting_for_player,
        "escalation_level": one.escalation_level,
        "proposal": _decision(one.proposal, case),
        "decision": _decision(one.decision, case),
        "acknowledged_at": _text(one.acknowledged_at),
        "decided_at": _text(one.decided_at),
        "deadlocked_at": _text(one.deadlocked_at),
        "final_response_sent_at": _text(one.final_response_sent_at),
        "withdrawn_at": _text(one.withdrawn_at),
        "feedback_score": one.feedback_score,
        "closed_at": _text(one.closed_at),
        "closed_because": one.closed_because,
    }


def history(case: CaseFile) -> HistoryView:
    """Every event with the content beside it."""
    items = [_event(record, case.contents.get(record.seq)) for record in case.records]
    return {"number": case.complaint.number, "version": case.complaint.version, "items": items}


def clock(case: CaseFile, region: Region, now: datetime) -> ClockView:
    """Every promised date and how it came about; `now` (UTC) tells which are missed."""
    one = case.complaint
    rules = region.rules_of(one)
    return {
        "number": one.number,
        "version": one.version,
        "pack": rules.licence.id,
        "pack_version": rules.licence.version,
        "promises": [_promise(promise, now) for promise in promises.promises(rules, one)],
    }


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


def _promise(one: Promise, now: datetime) -> PromiseView:
    return {
        "clock": one.clock,
        "kind": one.kind,
        "due_at": _text(one.due_at),
        "last_day": one.last_day.isoformat(),
        "zone": one.zone,
        "met_at": _text(one.met_at),
        "missed": one.missed(now),
        "steps": [{"kind": step.kind, "text": step.text, "source": step.source} for step in one.explain],
    }


def _text(instant: datetime | None) -> str | None:
    return instants.to_text(instant) if instant else None
