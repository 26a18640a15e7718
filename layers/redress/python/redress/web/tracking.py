"""The tracking page: where a complaint stands, what was promised, what happened, what the player may do."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from redress.domain import casework_decisions, commands
from redress.domain import events as e
from redress.domain.audit import Content
from redress.domain.complaint import Complaint
from redress.domain.parts import Proposal, Review
from redress.domain.promises import promises
from redress.domain.rules import Rules
from redress.domain.stages import LEGAL_AT, Stage
from redress.domain.values import Value
from redress.language import Language, known
from redress.region import Brand, ExternalBody, Region
from redress.usecases.contacts import contacts
from redress.usecases.ports import CaseFile
from redress.web import dates, given, outside, promised, words
from redress.web.promised import PromiseView
from redress.web.timeline import Entry, Timeline


class Step(Value):
    """A step of the way: `state` is done, current or ahead, `said` the same in words."""

    name: str
    state: str
    said: str


class Decision(Value):
    """The latest answer that was sent, and which it is (`title`). `redress` is a sentence."""

    title: str
    outcome: str
    reasons: str
    clause: str | None
    redress: str | None


class Told(Value):
    """A part of what the player told us; `typed`: in the player's own words."""

    name: str
    text: str
    typed: bool


class Tracking(Value):
    """Everything the tracking page and the confirmation page show of a complaint, in one language.

    `notes` say what the complaint is besides: practice, one with others, one whose player no mail reaches.
    `written` is the language of what the player wrote (BCP 47), where the page speaks another. `open_bodies`
    are those of the `bodies` that the player may turn to now; `referred_to` has the complaint, or `awarded`
    (sentences) when it decided. `look_again` and `rate_late` say until when a second look may be asked for
    and a closed complaint rated; None: not at all. `held`: no letter to the player leaves yet.
    """

    number: str
    brand: Brand
    title: str
    lead: str
    notes: Sequence[str]
    written: str | None
    held: bool
    email: str | None
    zone: str
    steps: Sequence[Step]
    promises: Sequence[PromiseView]
    question: str | None
    decision: Decision | None
    paid: Sequence[str]
    bodies: Sequence[ExternalBody]
    open_bodies: Sequence[ExternalBody]
    referred_to: str | None
    awarded: Sequence[str]
    timeline: Sequence[Entry]
    letters: Sequence[Entry]
    told: Sequence[Told]
    may_reply: bool
    may_withdraw: bool
    may_rate: bool
    rate_late: str | None
    look_again: str | None
    is_again: bool


def tracking(language: Language, case: CaseFile, region: Region, now: datetime) -> Tracking:
    """The view of a complaint at `now` (UTC)."""
    complaint = case.complaint
    rules = region.rules_of(complaint)
    brand = region.brand(complaint.brand) or region.brands[0]
    found = promises(rules, complaint)
    title, lead = _title(complaint)
    referral = complaint.referral
    body = outside.body_of_referral(language, brand, rules, referral.body).name if referral else None
    received: Content = case.contents.get(1, {})
    timeline = Timeline(language=language, case=case, region=region, rules=rules, brand=brand)
    entries = list(timeline.entries())
    rate_late = _rate_late(language, complaint, rules, now)
    return Tracking(
        number=complaint.number,
        brand=brand,
        title=language.say(title),
        lead=language.say(lead, primary=complaint.primary) if complaint.primary else language.say(lead),
        notes=list(_notes(language, case)),
        written=complaint.language if known(complaint.language) != language.code else None,
        held=complaint.held,
        email=received.get("email"),
        zone=rules.zone,
        steps=list(_steps(language, complaint)),
        promises=list(promised.shown(language, found, case, brand, rules.zone, now)),
        question=_question(case) if complaint.waiting_for_player else None,
        decision=_decision(language, case),
        paid=[given.paid(language, payment) for payment in complaint.payments],
        bodies=outside.known(brand, rules),
        open_bodies=outside.open_ones(brand, rules, complaint, now),
        referred_to=body,
        awarded=list(_awarded(language, body, complaint)),
        timeline=entries,
        letters=[entry for entry in entries if entry.kind == "letter"],
        told=list(_told(language, complaint, received)),
        may_reply=complaint.stage in LEGAL_AT[commands.Reply],
        may_withdraw=complaint.stage in LEGAL_AT[commands.Withdraw],
        may_rate=_may_rate(complaint) or rate_late is not None,
        rate_late=rate_late,
        look_again=_look_again(language, complaint, rules, now),
        is_again=complaint.review is not None,
    )


def _may_rate(complaint: Complaint) -> bool:
    return complaint.stage is Stage.RESOLVED and complaint.feedback_score is None


def _rate_late(language: Language, complaint: Complaint, rules: Rules, now: datetime) -> str | None:
    until = casework_decisions.may_rate_until(complaint)
    return _until(language, dates.RATE, until, rules, now)


def _look_again(language: Language, complaint: Complaint, rules: Rules, now: datetime) -> str | None:
    until = casework_decisions.may_reopen_until(complaint, rules)
    return _until(language, dates.LOOK_AGAIN, until, rules, now)


def _until(
    language: Language, said: dates.Dated, until: datetime | None, rules: Rules, now: datetime
) -> str | None:
    """Until when something is possible; None where it is not, or not any more."""
    open_still = until is not None and now < until
    return dates.until(language, said, until, rules.zone, now) if until and open_still else None


def _title(complaint: Complaint) -> tuple[str, str]:
    """Title and lead (messages)."""
    ended = _ended(complaint)
    if ended:
        return ended
    if complaint.waiting_for_player and complaint.stage in LEGAL_AT[commands.RequestInformation]:
        return words.WAITING
    if complaint.referral and complaint.referral.outcome is None and complaint.closed_at is None:
        return words.AT_BODY
    deemed = complaint.decision is not None and complaint.decision.outcome == "deemed_accepted"
    if deemed and complaint.stage is Stage.DECIDED:
        return words.DEEMED
    plain = words.STAGES[complaint.stage]
    return words.AGAIN.get(complaint.stage, plain) if complaint.review else plain


def _ended(complaint: Complaint) -> tuple[str, str] | None:
    """What a complaint is titled by whatever its stage is."""
    if complaint.withdrawn_at:
        return words.WITHDRAWN
    if complaint.spam_at:
        return words.SPAM
    if complaint.primary:
        return words.LINKED
    return words.HELD if complaint.held else None


def _notes(language: Language, case: CaseFile) -> Iterator[str]:
    complaint = case.complaint
    if complaint.stage in LEGAL_AT[commands.Reply] and _is_unreached(case):
        yield language.say(words.UNREACHED)
    if complaint.training:
        yield language.say(words.TRAINING)
    for number in complaint.duplicates:
        yield language.say(words.TOGETHER, number=number)


def _is_unreached(case: CaseFile) -> bool:
    """Whether mail reaches none of the player's addresses any more."""
    known = contacts(case)
    return bool(known) and case.complaint.failed_contacts.issuperset(range(len(known)))


def _steps(language: Language, complaint: Complaint) -> Iterator[Step]:
    """The steps taken and ahead; what can no longer come is left out once the complaint is closed."""
    reached = {
        "received": True,
        "confirmed": complaint.acknowledged_at is not None,
        "looked_into": complaint.team is not None,
        **(_second_round(complaint, complaint.review) if complaint.review else _first_round(complaint)),
        "closed": complaint.closed_at is not None,
    }
    shown = {name: done for name, done in reached.items() if done or complaint.closed_at is None}
    current = [name for name, done in shown.items() if done][-1]
    for name, done in shown.items():
        state = "current" if name == current else "done" if done else "ahead"
        said = language.say(words.STATES[state])
        yield Step(name=language.say(words.STEPS[name]), state=state, said=said)


def _first_round(complaint: Complaint) -> dict[str, bool]:
    referred = complaint.deadlocked_at and not complaint.final_response_sent_at
    return {"referred": True} if referred else {"answered": complaint.decided_at is not None}


def _second_round(complaint: Complaint, review: Review) -> dict[str, bool]:
    """What follows the first answer once the player has reopened the complaint."""
    again = {"answered": True, "looked_into_again": True}
    deadlocked_at = complaint.deadlocked_at
    if deadlocked_at and deadlocked_at >= review.reopened_at and not review.answered_at:
        return {**again, "referred": True}
    return {**again, "answered_again": complaint.decision is not None}


def _question(case: CaseFile) -> str | None:
    asked = [record.seq for record in case.records if isinstance(record.event, e.InformationRequested)]
    return case.contents.get(asked[-1], {}).get("question") if asked else None


def _decision(language: Language, case: CaseFile) -> Decision | None:
    """The decision that the player knows; nothing of one before its letter has left."""
    title, decision = _told_decision(case.complaint)
    if decision is None:
        return None
    content = case.contents.get(decision.seq, {})
    return Decision(
        title=language.say(title),
        outcome=language.say(words.OUTCOMES[decision.outcome]),
        reasons=content.get("reasons", ""),
        clause=content.get("clause"),
        redress=given.decided(language, decision),
    )


def _told_decision(complaint: Complaint) -> tuple[str, Proposal | None]:
    """The second answer once it was sent, until then the first, with its title (a message)."""
    review = complaint.review
    if review and review.answered_at:
        return words.SECOND_ANSWER, complaint.decision
    if review:
        return words.FIRST_ANSWER, review.first_decision
    return words.ANSWER, complaint.decision if complaint.final_response_sent_at else None


def _awarded(language: Language, body: str | None, complaint: Complaint) -> Iterator[str]:
    """What the outside body decided and awards; nothing before it has."""
    referral = complaint.referral
    if body is None or referral is None or referral.outcome is None:
        return
    yield given.outcome(language, body, referral.outcome)
    if owed := given.awarded(language, referral):
        yield owed


def _told(language: Language, complaint: Complaint, content: Content) -> Iterator[Told]:
    amount, currency, occurred_on = complaint.amount_minor, complaint.currency, complaint.occurred_on
    category = words.CATEGORIES.get(complaint.category)
    ours: Mapping[str, str | None] = {
        "category": language.say(category) if category else None,
        "occurred_on": dates.day(language, occurred_on) if occurred_on else None,
        "amount": language.money(amount, currency) if amount is not None and currency else None,
    }
    typed: Mapping[str, str | None] = {
        "description": content.get("description"),
        "references": ", ".join(content.get("transaction_references", ())),
        "remedy": content.get("remedy"),
        "account": content.get("account"),
    }
    for key, name in words.TOLD_US.items():
        if text := ours.get(key) or typed.get(key):
            yield Told(name=language.say(name), text=text, typed=key in typed)
