"""The instants that matter for a complaint, derived from its events and its rule packs, every time anew.

Statutory deadlines, house targets, warnings, escalation levels, progress updates, the deadlock letter
before the final instant, the end of pauses, and the windows of feedback and of the outside body.
"""

from collections.abc import Iterator, Sequence
from copy import replace
from datetime import datetime

from redress.domain import clock, instants, promises
from redress.domain.commands import ReachMilestone
from redress.domain.complaint import Complaint, milestone_key
from redress.domain.promises import (
    ACK,
    ADR_WINDOW,
    ANNOUNCED,
    FINAL,
    LIMITS,
    NOTICE,
    OWED,
    REVIEW,
    STAGES,
    TARGET,
    Promise,
)
from redress.domain.rulepack import Mark
from redress.domain.rules import Rules
from redress.domain.stages import UNDECIDED, Stage
from redress.domain.values import Value

PROGRESS, FEEDBACK, PAUSE, TASK = "progress", "feedback", "pause", "task"
DEADLOCK, DUE, TARGET_MISSED = "deadlock", "due", "target"
MAX_OF_A_SERIES = 500  # a bound for the loop, far above any pack


class Milestone(Value):
    """An instant (UTC) not yet reached on record. Its key: clock, name and version of the deadline.

    `kind` is that of the deadline (duty, player_limit …) or `house`, `strength` how binding it is; `breach`
    tells that a duty of law or licence is unmet once `at` has passed; `actions` are what the rule asks then;
    `level` is set on escalations. `pack` and `pack_version` say whose rule it is.
    """

    clock: str
    name: str
    at: datetime
    deadline_version: str
    kind: str
    pack: str
    pack_version: str
    strength: str = "house"
    breach: bool = False
    actions: tuple[str, ...] = ()
    level: int | None = None

    @property
    def key(self) -> str:
        """What is recorded once it is reached."""
        return milestone_key(self.clock, self.name, self.deadline_version)

    @property
    def command(self) -> ReachMilestone:
        """The command that records it."""
        return ReachMilestone(
            clock=self.clock,
            milestone=self.name,
            deadline_version=self.deadline_version,
            due_at=instants.to_text(self.at),
            kind=self.kind,
            breach=self.breach,
            pack=self.pack,
            pack_version=self.pack_version,
            strength=self.strength,
            actions=self.actions,
            level=self.level,
        )


def milestones(rules: Rules, complaint: Complaint) -> list[Milestone]:
    """Every milestone the complaint has ahead of it or has passed unrecorded, in order of time."""
    found = [one for one in _all(rules, complaint) if one.key not in complaint.fired]
    return sorted(found, key=lambda one: (one.at, one.key))


def next_due(rules: Rules, complaint: Complaint) -> datetime | None:
    """The earliest instant (UTC) at which the operator owes something; if nothing, the next milestone.

    None when neither is known: a clock stands still, or others have to act.
    """
    dates = promises.promises(rules, complaint)
    owed = [one.due_at for one in dates if one.kind in OWED and one.met_at is None and one.due_at]
    return min(owed) if owed else next((one.at for one in milestones(rules, complaint)), None)


def _all(rules: Rules, complaint: Complaint) -> Iterator[Milestone]:
    dates = promises.promises(rules, complaint)
    for promise in dates:
        if not promise.kept:
            yield from _at_due(rules, complaint, promise, dates)
    if complaint.stage in UNDECIDED:
        for name in (ACK, NOTICE, FINAL, REVIEW):
            first = promises.governing(dates, name, name + TARGET)
            if first and first.due_at and first.met_at is None:
                yield from _towards(rules, name, first, first.due_at)
        yield from _before_final(rules, dates)
        yield from _while_undecided(rules, complaint, dates)
    yield from _feedback_window(rules, complaint)
    if complaint.stage is not Stage.CLOSED:
        yield from _late_tasks(rules, complaint)


def _late_tasks(rules: Rules, complaint: Complaint) -> Iterator[Milestone]:
    """Whoever was asked for something is reminded when it is late, and again while it is not done."""
    for task in complaint.open_tasks:
        if task.due_at:
            version = str(task.opened)
            yield _own(rules, TASK, "reminder_0", task.due_at, version)
            yield from _next_of_series(rules, complaint, TASK, "reminder", task.due_at, version)


def _at_due(
    rules: Rules, complaint: Complaint, promise: Promise, dates: Sequence[Promise]
) -> Iterator[Milestone]:
    """The due instant, even if it was met too late: the breach is recorded."""
    if promise.kind in LIMITS and not _is_waited_for(complaint, promise, dates):
        return
    if promise.due_at is None:
        return
    own = promise.kind in OWED and promise.rule.strength == "house" and promise.clock != ANNOUNCED
    reached = _of(rules, promise, TARGET_MISSED if own else DUE, promise.due_at)
    yield replace(reached, breach=promise.kind in OWED and not own, actions=promise.actions)


def _is_waited_for(complaint: Complaint, promise: Promise, dates: Sequence[Promise]) -> bool:
    """Whether the end of a player's time means something: that of the outside route after a deadlock."""
    waits = complaint.stage is Stage.DEADLOCKED and complaint.referral is None
    return waits and promise is promises.governing(dates, ADR_WINDOW)


def _towards(rules: Rules, name: str, first: Promise, due_at: datetime) -> Iterator[Milestone]:
    """What leads to the first of a stage's dates, be it the law's or the operator's own."""
    stage = STAGES.get(name, "final")  # a second look is warned of as the first one was
    for count, mark in enumerate(rules.house.warnings.get(stage, ()), start=1):
        warning = _of(rules, first, f"warning_{count}", _at_mark(rules, mark, first, due_at))
        yield replace(warning, clock=name)
    for step in rules.house.escalations if name in (FINAL, REVIEW) else ():
        escalation = _of(rules, first, f"escalation_{step.level}", _at_mark(rules, step.at, first, due_at))
        yield replace(escalation, clock=name, kind="house", level=step.level)


def _before_final(rules: Rules, dates: Sequence[Promise]) -> Iterator[Milestone]:
    """The referral in time, where a pack lets it end the clock. A target of its own ends nothing."""
    final = promises.governing((one for one in dates if one.pack.deadlock_opens), FINAL)
    if final and final.due_at and final.met_at is None:
        at = _at_mark(rules, Mark(before=rules.house.deadlock_before), final, final.due_at)
        yield replace(_of(rules, final, DEADLOCK, at), clock=FINAL, kind="house")


def _while_undecided(rules: Rules, complaint: Complaint, dates: Sequence[Promise]) -> Iterator[Milestone]:
    """The player hears on as long as it lasts, and the handlers are reminded of what waits or is late."""
    waits_since, wait = _heard_since(complaint)
    yield from _next_of_series(rules, complaint, PROGRESS, "progress", waits_since, wait)
    for pause in complaint.pauses:
        if pause.ended_at is None:
            since = instants.to_text(pause.started_at)
            yield from _next_of_series(rules, complaint, PAUSE, "reminder", pause.started_at, since)
            if pause.ends_at:
                name = promises.pause_milestone(pause)
                yield _own(rules, PAUSE, name, pause.ends_at, instants.to_text(pause.ends_at))
    final = promises.governing(dates, FINAL)
    if final and final.due_at and final.met_at is None:
        due, late_since = instants.to_text(final.due_at), max(final.due_at, complaint.recorded_at)
        yield from _next_of_series(rules, complaint, FINAL, "reminder", late_since, due)


def _heard_since(complaint: Complaint) -> tuple[datetime, str]:
    """Since when the player waits for an answer, and the version of that wait."""
    if complaint.review:
        return complaint.review.reopened_at, str(complaint.review.seq)
    return complaint.recorded_at, "1"  # what lay elsewhere before cannot be made up for


def _next_of_series(
    rules: Rules, complaint: Complaint, clock_name: str, name: str, since: datetime, version: str
) -> Iterator[Milestone]:
    """The next one alone: each falls one interval of progress updates after the one before."""
    every, at = rules.house.progress_every, since
    for count in range(1, MAX_OF_A_SERIES):
        at = clock.after(at, every.amount, every.unit, rules.zone, rules.calendar)
        if milestone_key(clock_name, f"{name}_{count}", version) not in complaint.fired:
            yield _own(rules, clock_name, f"{name}_{count}", at, version)
            return


def _feedback_window(rules: Rules, complaint: Complaint) -> Iterator[Milestone]:
    sent_at = complaint.last_response_sent_at
    if sent_at and complaint.stage is Stage.RESOLVED:
        window = rules.house.feedback_window
        at = clock.until(sent_at, window.amount, window.unit, rules.zone, rules.calendar)
        yield _own(rules, FEEDBACK, DUE, at, instants.to_text(sent_at))


def _at_mark(rules: Rules, mark: Mark, first: Promise, due_at: datetime) -> datetime:
    return clock.at_mark(mark, first.anchor_at, due_at, rules.zone, rules.calendar)


def _of(rules: Rules, promise: Promise, name: str, at: datetime) -> Milestone:
    """A milestone of a date. Its version is the due instant, and the pack where it is not the licence's."""
    version = instants.to_text(promise.due_at) if promise.due_at else ""
    other = "" if promise.pack is rules.licence else f"@{promise.pack.id}"
    return Milestone(
        clock=promise.clock,
        name=name,
        at=at,
        deadline_version=f"{version}{other}",
        kind=promise.kind,
        pack=promise.pack.id,
        pack_version=promise.pack.version,
        strength=promise.rule.strength,
    )


def _own(rules: Rules, clock_name: str, name: str, at: datetime, version: str) -> Milestone:
    """A milestone of the operator's own making."""
    pack = rules.licence
    return Milestone(
        clock=clock_name,
        name=name,
        at=at,
        deadline_version=version,
        kind="house",
        pack=pack.id,
        pack_version=pack.version,
    )
