"""What a notice to the operator's staff says, and whose mailbox it goes to.

No name and no word of the player, nor of a handler about them: a notice may be forwarded, and it lies in many
mailboxes.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from redress.domain import events as e
from redress.domain import milestones, promises
from redress.domain.causes import milestone_behind
from redress.domain.correspondence import LetterKind
from redress.domain.parts import Task
from redress.domain.values import Value
from redress.letters.blocks import LetterIncomplete
from redress.letters.case import Case, Moment
from redress.region import Team

_LONGEST_FIRST = (("calendar_days", 86_400), ("hours", 3_600), ("minutes", 60), ("seconds", 1))
_CLOCKS = ("adr_decision", "adr_window", "adr_reply", "gateway", "notice", "final", "ack", "filing_window")

# What a notice may say beside what every notice does; None: this one does not.
_NOTHING: Mapping[str, Any] = {
    "clock": None,
    "is_target": False,
    "kind": None,
    "due": None,
    "left": None,
    "task": None,
    "reasons": None,
    "by_person": False,
}


class Span(Value):
    """A length of time, roughly, in the largest unit that it has two of."""

    amount: int
    unit: str


class Asked(Value):
    """A task that is late: of which `kind`, since when, about what money or letter, if it is done by now."""

    kind: str
    since: Moment
    money: str | None
    letter: str | None
    done: bool


def addressee(case: Case) -> str:
    """The mailbox: the team's, the escalation level's, for a breach the highest level's.

    A reminder of a task goes to the team that was asked.
    """
    complaint, above = case.file.complaint, case.region.escalation
    levels = {LetterKind.ESCALATION: complaint.escalation_level, LetterKind.BREACH: len(above)}
    level = min(levels.get(case.letter.kind, 0), len(above))
    return above[level - 1].email if level else _team(case).email


def facts(case: Case) -> dict[str, Any]:
    """The values that the template of the notice uses."""
    complaint = case.file.complaint
    return {
        **_NOTHING,
        "happened": case.moment(case.file.records[case.letter.cause - 1].at),
        "level": complaint.escalation_level,
        "team": _team(case).name,
        "assignee": complaint.assignee,
        "stage": complaint.stage,
        "rules": ", ".join(pack.name or pack.id for pack in case.rules.packs),
        **_own(case),
    }


def _own(case: Case) -> dict[str, Any]:
    """What this notice says and not every one does, by what caused it."""
    event, task = case.file.records[case.letter.cause - 1].event, _task(case)
    if task:
        return _of_task(case, task)
    match event:
        case e.MilestoneReached():
            return _of_clock(case, event)
        case e.Escalated():
            milestone = milestone_behind(case.file.records, case.letter.cause)
            return _of_clock(case, milestone) if milestone else _of_person(case)
        case e.Triaged(reasons=reasons):
            return {"reasons": ", ".join(reason.replace("_", " ") for reason in reasons)}
        case e.HarmSignalled():
            return {}
        case _:
            raise LetterIncomplete(case.id, ["milestone"])


def _of_clock(case: Case, milestone: e.MilestoneReached) -> dict[str, Any]:
    return {
        **_dates(case, milestone.clock),
        "is_target": milestone.milestone == milestones.TARGET_MISSED,
        "kind": milestone.kind,
    }


def _of_person(case: Case) -> dict[str, Any]:
    """Whoever is asked from above has to know by when the answer is owed."""
    clock = promises.REVIEW if case.file.complaint.review else promises.FINAL
    return {**_dates(case, clock), "by_person": True}


def _dates(case: Case, clock: str) -> dict[str, Any]:
    first = promises.governing(promises.promises(case.rules, case.file.complaint), clock)
    due_at = first.due_at if first else None
    return {
        "clock": next((plain for plain in _CLOCKS if clock.startswith(plain)), clock),
        "due": case.moment(due_at, first.zone) if first and due_at else None,
        "left": _span(due_at - case.now) if due_at else None,
    }


def _of_task(case: Case, task: Task) -> dict[str, Any]:
    amount, currency = task.amount_minor, task.currency
    asked = Asked(
        kind=task.task,
        since=case.moment(task.opened_at),
        money=case.language.money(amount, currency) if amount and currency else None,
        letter=task.letter,
        done=task.closed_at is not None,
    )
    return {"task": asked, "due": case.moment(task.due_at) if task.due_at else None}


def _task(case: Case) -> Task | None:
    """The task that a reminder is about."""
    event = case.file.records[case.letter.cause - 1].event
    if isinstance(event, e.MilestoneReached) and event.clock == milestones.TASK:
        return case.file.complaint.tasks.get(int(event.deadline_version))
    return None


def _team(case: Case) -> Team:
    """The team that the notice is about: that of the task, else the complaint's own."""
    complaint, task = case.file.complaint, _task(case)
    asked = (task.team if task else None) or complaint.team or ""
    return case.region.team(asked) or case.region.team_for(complaint.category)


def _span(length: timedelta) -> Span | None:
    """`3 days`, `5 hours`; None for none left."""
    seconds = int(length.total_seconds())
    found = [Span(amount=seconds // size, unit=unit) for unit, size in _LONGEST_FIRST if seconds >= 2 * size]
    if found:
        return found[0]
    return Span(amount=seconds, unit="seconds") if seconds > 0 else None
