"""The instants that matter for a complaint, derived from its events and its rule pack, every time anew.

Statutory deadlines, house targets, warnings, escalation levels, progress updates, the deadlock letter
before the final instant, and the windows of feedback and of the independent body.
"""

from collections.abc import Iterator
from datetime import date, datetime

from redress.domain import clock, instants
from redress.domain.clock import Due, Step
from redress.domain.complaint import Complaint, milestone_key
from redress.domain.rulepack import Deadline, ExternalBody, Mark, RulePack
from redress.domain.stages import UNDECIDED, Stage
from redress.domain.values import Value

ACK, FINAL, PROGRESS, FEEDBACK, ADR = "ack", "final", "progress", "feedback", "adr"
DEADLOCK, DUE = "deadlock", "due"
MAX_PROGRESS_UPDATES = 500  # a bound for the loop, far above any pack


class Milestone(Value):
    """An instant (UTC) not yet reached on record. Its key: clock, name and version of the deadline.

    `kind` is that of the deadline (duty, player_limit …) or `house`; `breach` tells that an operator's duty
    is unmet once `at` has passed; `level` is set on escalations.
    """

    clock: str
    name: str
    at: datetime
    deadline_version: str
    kind: str
    breach: bool = False
    level: int | None = None

    @property
    def key(self) -> str:
        """What is recorded once it is reached."""
        return milestone_key(self.clock, self.name, self.deadline_version)


class Promise(Value):
    """A date the player or the operator counts on: `due_at` (UTC) is exclusive, `last_day` is local.

    `due_at` is None while the clock is paused; `met_at` is the instant from which it was owed no longer.
    """

    clock: str
    kind: str
    due_at: datetime | None
    last_day: date
    zone: str
    met_at: datetime | None
    explain: tuple[Step, ...]

    @property
    def kept(self) -> bool:
        """Whether it was met in time."""
        return self.met_at is not None and not self.missed(self.met_at)

    def missed(self, now: datetime) -> bool:
        """Whether the instant passed, or had passed, without what was promised."""
        return self.due_at is not None and self.due_at <= (self.met_at or now)


def milestones(pack: RulePack, complaint: Complaint) -> list[Milestone]:
    """Every milestone the complaint has ahead of it or has passed unrecorded, in order of time."""
    found = [one for one in _all(pack, complaint) if one.key not in complaint.fired]
    return sorted(found, key=lambda one: (one.at, one.key))


def promises(pack: RulePack, complaint: Complaint) -> list[Promise]:
    """The statutory and promised dates of a complaint, each explained, in order of the process."""
    found = []
    for name, met_at in ((ACK, _acknowledged(complaint)), (FINAL, _answered(complaint))):
        deadline = pack.deadline(name, complaint.category)
        if deadline:
            due = _due(pack, deadline, complaint.received_at)
            found.append(_promise(name, deadline.kind, due, met_at))
    body, since = pack.external_body(ADR), _adr_since(complaint)
    limit = body.referral_limit.value if body else None
    if limit and since:
        found.append(_promise(ADR, limit.kind, _due(pack, limit, since), None))
    return found


def next_due(pack: RulePack, complaint: Complaint) -> datetime | None:
    """The earliest instant (UTC) at which the operator owes something; if nothing, the next milestone.

    So an open complaint stays in its queue while the player's windows run.
    """
    open_duties = (one for one in promises(pack, complaint) if one.kind == "duty" and one.met_at is None)
    owed = [one.due_at for one in open_duties if one.due_at]
    return min(owed) if owed else next((one.at for one in milestones(pack, complaint)), None)


def final_due(pack: RulePack, complaint: Complaint) -> Due | None:
    """When the final response falls due, or None where the pack has no such deadline."""
    deadline = pack.deadline(FINAL, complaint.category)
    return _due(pack, deadline, complaint.received_at) if deadline else None


def adr_limit(pack: RulePack, body: ExternalBody, sent_at: datetime) -> Due | None:
    """Until when the player may turn to the independent body, if the letter that names it is sent then."""
    limit = body.referral_limit.value
    return _due(pack, limit, sent_at) if limit else None


def _all(pack: RulePack, complaint: Complaint) -> Iterator[Milestone]:
    for promise in promises(pack, complaint):
        if promise.due_at is not None and not promise.kept:
            yield from _of(pack, complaint, promise, promise.due_at)
    yield from _feedback_window(pack, complaint)


def _of(pack: RulePack, complaint: Complaint, promise: Promise, due_at: datetime) -> Iterator[Milestone]:
    """The due instant, even if it was met too late: the breach is recorded; before it, what leads to it."""
    if promise.clock != ADR or complaint.stage is Stage.DEADLOCKED:
        version, duty = instants.to_text(due_at), promise.kind == "duty"
        yield _milestone(promise, DUE, due_at, version, breach=duty)
    if promise.met_at is not None or complaint.stage not in UNDECIDED:
        return
    if promise.clock in pack.house.warnings:
        yield from _warnings(pack, complaint, promise, due_at)
    if promise.clock == FINAL:
        yield from _towards_final(pack, complaint, due_at)


def _warnings(
    pack: RulePack, complaint: Complaint, promise: Promise, due_at: datetime
) -> Iterator[Milestone]:
    version = instants.to_text(due_at)
    for count, mark in enumerate(pack.house.warnings[promise.clock], start=1):  # type: ignore[index]
        at = clock.at_mark(mark, complaint.received_at, due_at, pack.timezone, pack.calendar)
        yield _milestone(promise, f"warning_{count}", at, version)


def _towards_final(pack: RulePack, complaint: Complaint, due_at: datetime) -> Iterator[Milestone]:
    version, calendar, house = instants.to_text(due_at), pack.calendar, pack.house
    for step in house.escalations:
        at = clock.at_mark(step.at, complaint.received_at, due_at, pack.timezone, calendar)
        name = f"escalation_{step.level}"
        yield Milestone(
            clock=FINAL, name=name, at=at, deadline_version=version, kind="house", level=step.level
        )
    early = Mark(before=house.deadlock_before)
    deadlock_at = clock.at_mark(early, complaint.received_at, due_at, pack.timezone, calendar)
    if pack.external_body(ADR):
        yield Milestone(clock=FINAL, name=DEADLOCK, at=deadlock_at, deadline_version=version, kind="house")
    yield from _next_progress(pack, complaint, min(deadlock_at, due_at))


def _next_progress(pack: RulePack, complaint: Complaint, until: datetime) -> Iterator[Milestone]:
    """The next update alone: each falls one interval after the one before, the first after receipt."""
    calendar, every = pack.calendar, pack.house.progress_every
    at = complaint.received_at
    for count in range(1, MAX_PROGRESS_UPDATES):
        at = clock.after(at, every.amount, every.unit, pack.timezone, calendar)
        if at >= until:
            return
        name = f"progress_{count}"
        if milestone_key(PROGRESS, name, "1") not in complaint.fired:
            yield Milestone(clock=PROGRESS, name=name, at=at, deadline_version="1", kind="house")
            return


def _feedback_window(pack: RulePack, complaint: Complaint) -> Iterator[Milestone]:
    sent_at = complaint.final_response_sent_at
    if sent_at and complaint.stage is Stage.RESOLVED:
        window = pack.house.feedback_window
        at = clock.until(sent_at, window.amount, window.unit, pack.timezone, pack.calendar)
        version = instants.to_text(sent_at)
        yield Milestone(clock=FEEDBACK, name=DUE, at=at, deadline_version=version, kind="house")


def _milestone(promise: Promise, name: str, at: datetime, version: str, *, breach: bool = False) -> Milestone:
    kind = promise.kind
    return Milestone(
        clock=promise.clock, name=name, at=at, deadline_version=version, kind=kind, breach=breach
    )


def _promise(name: str, kind: str, due: Due, met_at: datetime | None) -> Promise:
    return Promise(
        clock=name,
        kind=kind,
        due_at=due.due_at,
        last_day=due.last_day,
        zone=due.zone,
        met_at=met_at,
        explain=due.explain,
    )


def _due(pack: RulePack, deadline: Deadline, anchor: datetime) -> Due:
    return clock.due(deadline, anchor, zone=pack.timezone, calendar=pack.calendar)


def _acknowledged(complaint: Complaint) -> datetime | None:
    return _first(complaint.acknowledged_at, complaint.withdrawn_at)


def _answered(complaint: Complaint) -> datetime | None:
    """What ends the final clock: the final response, or a deadlock letter before it (LCCP 6.1.1 guidance)."""
    return _first(complaint.final_response_sent_at, complaint.deadlock_sent_at, complaint.withdrawn_at)


def _first(*instants_or_none: datetime | None) -> datetime | None:
    return min((at for at in instants_or_none if at), default=None)


def _adr_since(complaint: Complaint) -> datetime | None:
    return complaint.deadlock_sent_at or complaint.final_response_sent_at
