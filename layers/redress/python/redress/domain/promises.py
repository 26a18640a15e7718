"""The dates of a complaint: what the operator owes and when, until when the player may act, what opens when.

Each is derived from the events and the rule packs, every time anew, and can be explained: rule, source,
confidence, anchor, steps, calendar version, pauses and extensions.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import replace
from datetime import date, datetime
from typing import NamedTuple, cast

from redress.domain import clock
from redress.domain.clock import Due, Interval, Step
from redress.domain.complaint import Complaint
from redress.domain.parts import Extension, Pause
from redress.domain.rulepack import (
    ELAPSED,
    Anchor,
    Deadline,
    ExternalBody,
    Length,
    RulePack,
    Sourced,
    StageKey,
)
from redress.domain.rules import Rules
from redress.domain.values import Value

ACK, NOTICE, FINAL, ANNOUNCED = "ack", "notice", "final", "announced"
GATEWAY, FILING_WINDOW = "gateway", "filing_window"
REVIEW = "review"  # the second look at a complaint that the player reopened
ADR_WINDOW, ADR_REPLY, ADR_DECISION = "adr_window", "adr_reply", "adr_decision"
STAGES: Mapping[str, StageKey] = {ACK: "ack", NOTICE: "interim", FINAL: "final"}
TARGET = "_target"  # after the name of a stage's clock: the operator's own date beside the law's

OWED = frozenset({"duty", "deemed_outcome"})  # the kinds whose passing is the operator's breach
LIMITS = frozenset({"player_limit"})


class Promise(Value):
    """A date that somebody counts on, by one rule of one pack.

    `met_at` is the instant (UTC) from which it was owed no longer. `due_at` (UTC) is exclusive, and None
    while the clock stands still; `last_day` is a local day of `zone`. `stops_as` is the stage or outside body
    by whose name a pause stops it, empty where none can.
    """

    clock: str
    pack: RulePack
    rule: Sourced[Deadline]
    anchor_at: datetime
    due: Due
    met_at: datetime | None
    stops_as: str = ""

    @property
    def kind(self) -> str:
        """What happens at the due instant."""
        return self._deadline.kind

    @property
    def actions(self) -> tuple[str, ...]:
        """What the rule asks for at the due instant."""
        return self._deadline.on_breach

    @property
    def due_at(self) -> datetime | None:
        """The due instant."""
        return self.due.due_at

    @property
    def last_day(self) -> date:
        """The local day of the last instant in time."""
        return self.due.last_day

    @property
    def zone(self) -> str:
        """The zone of the pack."""
        return self.due.zone

    @property
    def kept(self) -> bool:
        """Whether it was met in time."""
        return self.met_at is not None and not self.missed(self.met_at)

    def missed(self, now: datetime) -> bool:
        """Whether the instant passed, or had passed, without what was promised."""
        return self.due_at is not None and self.due_at <= (self.met_at or now)

    @property
    def explain(self) -> tuple[Step, ...]:
        """How the date came about, from the rule to the due instant, in words that can be filed."""
        return (*explain_rule(self.pack, self.rule), *self.due.explain)

    @property
    def _deadline(self) -> Deadline:
        return cast("Deadline", self.rule.value)  # a promise is made of a rule that has one


def promises(rules: Rules, complaint: Complaint) -> list[Promise]:
    """Every date of a complaint, pack by pack, in order of the process."""
    return [promise for pack in rules.packs for promise in _of_pack(pack, complaint)]


def governing(found: Iterable[Promise], *names: str) -> Promise | None:
    """The one of several dates that counts: the earliest the operator owes, the latest the player has.

    `names` are the clocks that are looked at. None where none of them runs.
    """
    running = [(one.due_at, one) for one in found if one.due_at and one.clock in names]
    owed = [pair for pair in running if pair[1].kind not in LIMITS]
    first = min(owed, key=lambda pair: pair[0], default=None)
    return (first or max(running, key=lambda pair: pair[0], default=(None, None)))[1]


def stage_due(pack: RulePack, complaint: Complaint, stage: StageKey) -> Due | None:
    """When a stage falls due by one pack alone; None where the pack has no such deadline."""
    of_stage = (one for one in _of_pack(pack, complaint) if STAGES.get(one.clock) == stage)
    return next((one.due for one in of_stage), None)


def window_if_sent(rules: Rules, complaint: Complaint, sent_at: datetime) -> Promise | None:
    """Until when the player may turn to the outside body, if the letter that names it is sent then."""
    first = complaint.final_response_sent_at or sent_at
    sent = replace(complaint, final_response_sent_at=first, last_response_sent_at=sent_at)
    return governing(promises(rules, sent), ADR_WINDOW)


def opened_at(pack: RulePack, complaint: Complaint) -> datetime | None:
    """When (UTC) the pack's outside route opens or has opened, as far as that is known.

    By time, by the letters that the pack says open it, by a breach. Where no time is known either letter
    that ends the operator's part opens it. None while nothing has, and for a withdrawn complaint.
    """
    route = pack.route
    if route is None or complaint.ended_unanswered_at:
        return None
    letters = {"final_response": complaint.final_response_sent_at, "deadlock": complaint.deadlock_sent_at}
    early = route.opens_early_on if route.opens_when.value else tuple(letters)
    by_time = next((one.due_at for one in _of_pack(pack, complaint) if one.clock == GATEWAY), None)
    return _first(by_time, complaint.routes_opened.get(pack.id), *(letters[name] for name in early))


def open_since(rules: Rules, complaint: Complaint, now: datetime) -> datetime | None:
    """Since when (UTC) the player may turn to an outside body; None if not at `now`."""
    opened = (opened_at(pack, complaint) for pack in rules.packs)
    return min((at for at in opened if at and at <= now), default=None)


def explain_rule(pack: RulePack, rule: Sourced[Deadline]) -> Iterator[Step]:
    """What the rule is, how binding and how sure, and what contradicts it."""
    source = rule.source.citation if rule.source else "the operator's own promise"
    deadline = cast("Deadline", rule.value)
    words = f"{_KINDS[deadline.kind]}; {_STRENGTHS[rule.strength]}; {_CONFIDENCE[rule.confidence]}"
    yield Step("rule", f"Rule pack {pack.id}, version {pack.version}: {words}", source)
    for conflict in rule.conflicts:
        yield Step("conflict", f"Sources differ: {conflict}", source)


def pause_milestone(pause: Pause) -> str:
    """The name of the milestone at which a pause has lasted as long as it may."""
    return f"max_{pause.seq}"


class _Clock(NamedTuple):
    """A clock of a pack: its rule, when it was met, the name by which it stops, the stage that extends it."""

    name: str
    rule: Sourced[Deadline]
    met_at: datetime | None
    stops_as: str = ""
    stage: StageKey | None = None


def _of_pack(pack: RulePack, complaint: Complaint) -> Iterator[Promise]:
    for one in _clocks(pack, complaint):
        deadline = one.rule.value
        since = _since(deadline, one.name, complaint, pack) if deadline else None
        if deadline and since:
            due = _due(pack, deadline, since, complaint, one)
            promise = Promise(
                clock=one.name,
                pack=pack,
                rule=one.rule,
                anchor_at=since,
                due=due,
                met_at=one.met_at,
                stops_as=one.stops_as,
            )
            yield promise
            if one.name == FINAL:
                yield from _announced(promise, complaint)


def _since(deadline: Deadline, name: str, complaint: Complaint, pack: RulePack) -> datetime | None:
    """The anchor. Each complaint is acknowledged for itself, however early its duplicates came.

    A consultation was answered as such: there was no complaint to acknowledge before it became one.
    """
    since = _ANCHORED[deadline.anchor](complaint, pack)
    if since is None or name not in (ACK, ACK + TARGET):
        return since
    if complaint.consultation:
        return max(since, complaint.recorded_at)
    return max(since, complaint.own_received_at) if complaint.duplicates else since


def _announced(final: Promise, complaint: Complaint) -> Iterator[Promise]:
    """The new date that a holding letter names when the first has passed: as long again, from the letter."""
    since, deadline = complaint.holding_sent_at, final.rule.value
    if deadline and since and final.due_at and final.due_at <= since:
        again = replace(deadline, anchor="stage_entered", source="the holding letter")
        due = clock.due(again, since, zone=final.zone, calendar=final.pack.calendar)
        yield replace(final, clock=ANNOUNCED, rule=Sourced(value=again), anchor_at=since, due=due)


def _clocks(pack: RulePack, complaint: Complaint) -> Iterator[_Clock]:
    for name, stage in STAGES.items():
        rule = pack.owed(stage, complaint.category)
        met_at = _met(name, rule, pack, complaint)
        yield _Clock(name, rule, met_at, stops_as=stage, stage=stage)
        target = pack.house.targets.get(stage)
        if target and rule.value is not target:
            yield _Clock(name + TARGET, Sourced(value=target), met_at, stops_as=stage)
    if complaint.review and pack.id == complaint.jurisdiction:
        yield _Clock(REVIEW, Sourced(value=_review(pack)), _reviewed(complaint))
    for place, body in enumerate(pack.external_bodies):
        yield from _body_clocks(pack, body, f"_{body.key}" if place else "", complaint)
    yield _Clock(FILING_WINDOW, pack.intake.filing_window, complaint.received_at)


def _review(pack: RulePack) -> Deadline:
    """The operator's own promise: no law of ours says how long a second look may take."""
    within = pack.house.review_within
    elapsed = within.unit in ELAPSED
    return Deadline(
        kind="duty",
        amount=within.amount,
        unit=within.unit,
        anchor="reopened",
        count_start="exact_instant" if elapsed else "exclude_anchor_day",
        end_at="exact_instant" if elapsed else "end_of_local_day",
    )


def _reviewed(complaint: Complaint) -> datetime | None:
    """When (UTC) the second look ended: with an answer, or with the way outside."""
    review, deadlock = complaint.review, complaint.last_deadlock_sent_at
    if review is None:
        return None
    outside = deadlock if deadlock and deadlock >= review.reopened_at else None
    return _first(review.answered_at, outside, complaint.ended_unanswered_at)


def _body_clocks(pack: RulePack, body: ExternalBody, suffix: str, complaint: Complaint) -> Iterator[_Clock]:
    """The clocks of an outside body: those of the first have plain names."""
    referral = complaint.referral
    yield _Clock(GATEWAY + suffix, body.opens_when, _answered(pack, complaint), stops_as=body.key)
    referred_at = referral.complete_file_at if referral else None
    yield _Clock(ADR_WINDOW + suffix, body.referral_limit, referred_at)
    if referral and (referral.pack, referral.body) == (pack.id, body.key):
        yield _Clock(
            ADR_REPLY + suffix, body.operator_reply, _first(referral.answered_at, referral.decided_at)
        )
        yield _Clock(ADR_DECISION + suffix, body.decision_time, referral.decided_at)


def _due(pack: RulePack, deadline: Deadline, since: datetime, complaint: Complaint, one: _Clock) -> Due:
    """The due date with the pauses of the clock, and with each extension that was taken in time."""
    pauses = tuple(_pauses(pack, one.stops_as, complaint))
    zone, calendar = pack.timezone, pack.calendar
    due = clock.due(deadline, since, zone=zone, calendar=calendar, pauses=pauses)
    granted: list[Length] = []
    for extension in complaint.extensions:
        length = _allowed(pack, extension, complaint.category)
        if length and (extension.pack, extension.stage) == (pack.id, one.stage) and _holds(extension, due):
            granted.append(length)
            due = clock.due(deadline, since, zone=zone, calendar=calendar, pauses=pauses, extensions=granted)
    return due


def _allowed(pack: RulePack, extension: Extension, category: str) -> Length | None:
    """What an extension gives: never more than the category that the complaint is in now may have."""
    rule = pack.extension(cast("StageKey", extension.stage), category)
    if rule is None or rule.by.value is None or rule.by.value.unit != extension.unit:
        return None
    return replace(rule.by.value, amount=min(rule.by.value.amount, extension.amount))


def _holds(extension: Extension, due: Due) -> bool:
    """Whether an extension is in force: announced, and before the deadline where it has to be."""
    if extension.holds_since is None:
        return False
    return not extension.before_due or due.due_at is None or extension.holds_since < due.due_at


def _pauses(pack: RulePack, name: str, complaint: Complaint) -> Iterator[Interval]:
    """The pauses of a clock. One that lasted longer than it may counts as long as it may."""
    for pause in complaint.pauses:
        if f"{pack.id}:{name}" in pause.clocks:
            end = min(pause.ended_at, pause.ends_at) if pause.ended_at and pause.ends_at else pause.ended_at
            yield Interval(start=pause.started_at, end=end)


def _met(name: str, rule: Sourced[Deadline], pack: RulePack, complaint: Complaint) -> datetime | None:
    """When (UTC) what a stage asks for was done."""
    if name == ACK:
        return _first(complaint.acknowledged_at, complaint.ended_unanswered_at)
    answered = _answered(pack, complaint)
    if name == NOTICE:  # met by the answer itself, or by the letter that says when it comes
        return _first(answered, complaint.holding_sent_at)
    decided = rule.value and rule.value.satisfied_by == "decided"
    return _first(answered, complaint.decided_at) if decided else answered


def _answered(pack: RulePack, complaint: Complaint) -> datetime | None:
    """What ends the final clock of a pack: the final response, or a deadlock letter where it opens the route.

    (LCCP 6.1.1 guidance; other regimes know no deadlock, and silence there stays silence.)
    """
    referred = complaint.deadlock_sent_at if pack.deadlock_opens else None
    return _first(complaint.final_response_sent_at, referred, complaint.ended_unanswered_at)


def _first(*instants_or_none: datetime | None) -> datetime | None:
    return min((at for at in instants_or_none if at), default=None)


def _last(*instants_or_none: datetime | None) -> datetime | None:
    """Where a letter of deadlock was followed by an answer, the player's time counts from the later."""
    return max((at for at in instants_or_none if at), default=None)


def _incident(complaint: Complaint, pack: RulePack) -> datetime | None:
    """The first instant of the day it happened on: deadlines from it are counted in days."""
    day = complaint.occurred_on
    return clock.day_start(date.fromisoformat(day), pack.timezone) if day else None


# What nobody told happened when the complaint was received: an app that passes complaints on tells more.
_ANCHORED: Mapping[Anchor, Callable[[Complaint, RulePack], datetime | None]] = {
    "received": lambda complaint, _: complaint.received_at,
    "registered": lambda complaint, _: complaint.registered_at or complaint.received_at,
    "sent_by_player": lambda complaint, _: complaint.sent_at or complaint.received_at,
    "operator_aware": lambda complaint, _: complaint.operator_aware_at or complaint.received_at,
    "platform_posted": lambda complaint, _: complaint.platform_posted_at or complaint.received_at,
    "incident": _incident,
    "event_settled": lambda complaint, pack: complaint.event_settled_at or _incident(complaint, pack),
    "stage_entered": lambda complaint, _: complaint.received_at,
    "acknowledged": lambda complaint, _: complaint.acknowledged_at,
    "reopened": lambda complaint, _: complaint.review.reopened_at if complaint.review else None,
    "info_request_answered": lambda complaint, _: complaint.replied_at,
    "final_response_sent": lambda one, _: _last(one.last_deadlock_sent_at, one.last_response_sent_at),
    "complete_file_at_adr": lambda one, _: one.referral.complete_file_at if one.referral else None,
    "period_end": lambda _, __: None,  # of reports, not of complaints
}

_KINDS = {
    "duty": "the operator has to act before it",
    "notice_trigger": "if nothing is decided by then, the operator has to say when it will be",
    "gateway": "from then on the player may turn to the outside body",
    "deemed_outcome": "without an answer before it the law takes the complaint for accepted",
    "player_limit": "until then the player may act",
    "external_body": "until then the outside body has to act",
}
_STRENGTHS = {
    "must": "binding by law or licence",
    "should": "guidance: a departure has to be explained",
    "house": "the operator's own promise",
}
_CONFIDENCE = {
    "sourced_official": "read in an official source",
    "sourced_secondary": "read in a secondary source",
    "recalled": "recalled, not read: counsel has to confirm it",
    "not_found": "no source of law",
}
