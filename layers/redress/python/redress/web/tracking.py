"""The tracking page: where a complaint stands, what was promised, what happened, what the player may do."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from redress.domain import commands, money
from redress.domain import events as e
from redress.domain.audit import Content
from redress.domain.complaint import Complaint
from redress.domain.promises import promises
from redress.domain.stages import LEGAL_AT, Stage
from redress.domain.values import Value
from redress.region import Brand, ExternalBody, Region
from redress.usecases.ports import CaseFile
from redress.web import dates, outside, promised, words
from redress.web.promised import PromiseView
from redress.web.timeline import Entry, Timeline


class Step(Value):
    """A step of the way: `state` is done, current or ahead."""

    name: str
    state: str


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
    """Everything the tracking page and the confirmation page show of a complaint.

    `open_bodies` are those of the `bodies` that the player may turn to now; `referred_to` has the complaint.
    """

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
    bodies: Sequence[ExternalBody]
    open_bodies: Sequence[ExternalBody]
    referred_to: str | None
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
    found = promises(rules, complaint)
    title, lead = _title(complaint)
    referral = complaint.referral
    received: Content = case.contents.get(1, {})
    return Tracking(
        number=complaint.number,
        brand=brand,
        title=title,
        lead=lead,
        email=received.get("email"),
        zone=rules.zone,
        steps=list(_steps(complaint)),
        promises=list(promised.shown(found, case, brand, rules.zone, now)),
        question=_question(case) if complaint.waiting_for_player else None,
        decision=_decision(case),
        bodies=outside.known(brand, rules),
        open_bodies=outside.open_ones(brand, rules, complaint, now),
        referred_to=outside.body_of_referral(brand, rules, referral.body).name if referral else None,
        timeline=list(Timeline(case=case, region=region, rules=rules, brand=brand).entries()),
        told=list(_told(complaint, received)),
        may_reply=complaint.stage in LEGAL_AT[commands.Reply],
        may_withdraw=complaint.stage in LEGAL_AT[commands.Withdraw],
        may_rate=complaint.stage in LEGAL_AT[commands.GiveFeedback] and complaint.feedback_score is None,
    )


def _title(complaint: Complaint) -> tuple[str, str]:
    if complaint.withdrawn_at:
        return words.WITHDRAWN
    if complaint.waiting_for_player and complaint.stage in LEGAL_AT[commands.RequestInformation]:
        return words.WAITING
    if complaint.referral and complaint.referral.outcome is None and complaint.closed_at is None:
        return words.AT_BODY
    deemed = complaint.decision is not None and complaint.decision.outcome == "deemed_accepted"
    return words.DEEMED if deemed and complaint.stage is Stage.DECIDED else words.STAGES[complaint.stage]


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
