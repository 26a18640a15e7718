"""The tracking page: where a complaint stands, what was promised, what happened, what the player may do."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from redress.domain import commands, instants, money
from redress.domain import events as e
from redress.domain.audit import Content, Record
from redress.domain.complaint import Complaint
from redress.domain.promises import Promise, promises
from redress.domain.rules import Rules
from redress.domain.stages import LEGAL_AT
from redress.domain.values import Value
from redress.region import Brand, ExternalBody, Region
from redress.usecases.ports import CaseFile
from redress.web import dates, words


class Step(Value):
    """A step of the way: `state` is done, current or ahead."""

    name: str
    state: str


class PromiseView(Value):
    """A promised date in words. `state` is kept, missed, open, or yours (the date is the player's own)."""

    name: str
    when: str
    state: str
    note: str


class Entry(Value):
    """A line of the timeline. `kind` is you, us, letter or missed; `machine_time` is RFC 3339."""

    kind: str
    what: str
    when: str
    machine_time: str
    text: str | None = None


class Decision(Value):
    """The answer, once it was sent. `redress` is an amount with its currency."""

    outcome: str
    reasons: str
    clause: str | None
    redress: str | None


class Told(Value):
    """A part of what the player told us."""

    name: str
    text: str


class Tracking(Value):
    """Everything the tracking page and the confirmation page show of a complaint."""

    number: str
    brand: Brand
    title: str
    lead: str
    email: str | None
    zone: str
    steps: Sequence[Step]
    promises: Sequence[PromiseView]
    question: str | None
    decision: Decision | None
    body: ExternalBody | None
    body_is_open: bool
    timeline: Sequence[Entry]
    told: Sequence[Told]
    may_reply: bool
    may_withdraw: bool
    may_rate: bool


def tracking(case: CaseFile, region: Region, now: datetime) -> Tracking:
    """The view of a complaint at `now` (UTC)."""
    complaint = case.complaint
    rules = region.rules_of(complaint)
    brand = region.brand(complaint.brand) or region.brands[0]
    title, lead = _title(complaint)
    received: Content = case.contents.get(1, {})
    return Tracking(
        number=complaint.number,
        brand=brand,
        title=title,
        lead=lead,
        email=received.get("email"),
        zone=rules.zone,
        steps=list(_steps(complaint)),
        promises=list(_promises(rules, complaint, now)),
        question=_question(case) if complaint.waiting_for_player else None,
        decision=_decision(case),
        body=brand.jurisdictions.get(complaint.jurisdiction),
        body_is_open=bool(complaint.deadlock_sent_at or complaint.final_response_sent_at),
        timeline=list(_timeline(case, region, rules.zone)),
        told=list(_told(complaint, received)),
        may_reply=complaint.stage in LEGAL_AT[commands.Reply],
        may_withdraw=complaint.stage in LEGAL_AT[commands.Withdraw],
        may_rate=complaint.stage in LEGAL_AT[commands.GiveFeedback] and complaint.feedback_score is None,
    )


def _title(complaint: Complaint) -> tuple[str, str]:
    if complaint.withdrawn_at:
        return words.WITHDRAWN
    waiting = complaint.waiting_for_player and complaint.stage in LEGAL_AT[commands.RequestInformation]
    return words.WAITING if waiting else words.STAGES[complaint.stage]


def _steps(complaint: Complaint) -> Iterator[Step]:
    """The steps taken and ahead; what can no longer come is left out once the complaint is closed."""
    referred = complaint.deadlocked_at and not complaint.final_response_sent_at
    reached = {
        "Received": True,
        "Confirmed": complaint.acknowledged_at is not None,
        "Looked into": complaint.team is not None,
        "Referred" if referred else "Answered": bool(referred or complaint.decided_at),
        "Closed": complaint.closed_at is not None,
    }
    shown = {name: done for name, done in reached.items() if done or complaint.closed_at is None}
    current = [name for name, done in shown.items() if done][-1]
    for name, done in shown.items():
        yield Step(name=name, state="current" if name == current else "done" if done else "ahead")


def _promises(rules: Rules, complaint: Complaint, now: datetime) -> Iterator[PromiseView]:
    for promise in promises(rules, complaint):
        if promise.clock not in words.PROMISES:
            continue
        state, note = _standing(promise, complaint, now)
        yield PromiseView(
            name=words.PROMISES[promise.clock],
            when=dates.last_moment(promise, complaint.received_at),
            state=state,
            note=note,
        )


def _standing(promise: Promise, complaint: Complaint, now: datetime) -> tuple[str, str]:
    """What became of a promise."""
    if promise.kind != "duty":
        return "yours", "Free of charge and independent of us"
    if promise.missed(now):
        late = f", done on {dates.moment(promise.met_at, promise.zone)}" if promise.met_at else ""
        return "missed", f"Missed{late}"
    if promise.met_at is None:
        ended = complaint.closed_at is not None
        return ("kept", "No longer needed") if ended else ("open", "Still to come")
    if promise.met_at == complaint.withdrawn_at:
        return "kept", "No longer needed: you withdrew"
    return "kept", f"Kept on {dates.moment(promise.met_at, promise.zone)}"


def _question(case: CaseFile) -> str | None:
    asked = [record.seq for record in case.records if isinstance(record.event, e.InformationRequested)]
    return case.contents.get(asked[-1], {}).get("question") if asked else None


def _decision(case: CaseFile) -> Decision | None:
    """The decision; nothing of it before the final response has left."""
    decision = case.complaint.decision
    if decision is None or case.complaint.final_response_sent_at is None:
        return None
    content = case.contents.get(decision.seq, {})
    redress = decision.redress_minor
    return Decision(
        outcome=words.OUTCOMES[decision.outcome],
        reasons=content.get("reasons", ""),
        clause=content.get("clause"),
        redress=money.display(redress, decision.currency) if redress and decision.currency else None,
    )


def _timeline(case: CaseFile, region: Region, zone: str) -> Iterator[Entry]:
    """What happened, the latest first; what is the operator's own business is left out."""
    for record in reversed(case.records):
        told = _entry(record, region, case.contents.get(record.seq, {}))
        if told:
            kind, what, text = told
            yield Entry(
                kind=kind,
                what=what,
                when=dates.moment(record.at, zone),
                machine_time=instants.to_text(record.at),
                text=text,
            )


def _entry(record: Record, region: Region, content: Content) -> tuple[str, str, str | None] | None:  # noqa: C901 - a table
    match record.event:
        case e.ComplaintReceived():
            return "you", "You sent us your complaint", None
        case e.LetterSent(kind=kind) if kind in words.LETTERS:
            return "letter", words.LETTERS[kind], None
        case e.Triaged(team=team):
            owner = region.team(team)
            return "us", f"The team {owner.name if owner else team} took over your complaint", None
        case e.Assigned():
            return "us", "A member of the team was put in charge of your complaint", None
        case e.InformationRequested():
            return "us", "We asked you something", content.get("question")
        case e.PlayerReplied():
            return "you", "You wrote to us", content.get("text")
        case e.Escalated():
            return "us", "Your complaint went to a more senior person, to be answered in time", None
        case e.MilestoneReached(breach=True, clock=clock) if clock in words.MISSED:
            return "missed", words.MISSED[clock], None
        case e.DecisionApproved():
            return "us", "We decided on your complaint", None
        case e.Withdrawn():
            return "you", "You withdrew your complaint", content.get("reason")
        case e.FeedbackGiven(score=score):
            return "you", f"You rated the way we handled this: {score} of 5", content.get("comment")
        case e.Closed(reason=reason):
            return "us", words.CLOSINGS[reason], None
        case _:
            return None


def _told(complaint: Complaint, content: Content) -> Iterator[Told]:
    amount, currency, occurred_on = complaint.amount_minor, complaint.currency, complaint.occurred_on
    answers: Mapping[str, str | None] = {
        "About": words.CATEGORIES.get(complaint.category),
        "What happened": content.get("description"),
        "When": dates.day(date.fromisoformat(occurred_on)) if occurred_on else None,
        "Amount": money.display(amount, currency) if amount is not None and currency else None,
        "References": ", ".join(content.get("transaction_references", ())),
        "What you ask for": content.get("remedy"),
        "Your account": content.get("account"),
    }
    for name, text in answers.items():
        if text:
            yield Told(name=name, text=text)
